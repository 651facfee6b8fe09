// The memories of the SA table as proofs see them: two entries, no check bits, the timing of sad_mem. A word may turn out broken
// at any read (bad_i): then what stands on the lane is anything. Keys and addresses, on which no verdict depends, are anything.
//
// Between requests the harness may write a whole entry at once (set_i): commands, faults and the teller, as far as a packet sees them.
module formal_mem
  import sallyport_abi_pkg::*;
  import sad_int_pkg::*;
#(
    parameter int WINDOW = 64,
    localparam int Words = WINDOW / 64,
    localparam int IncWords = IncFixed + Words
) (
    input  logic         clk_i,
    input  logic         entry_i,
    input  access_t      access_i,
    output lanes_t       lanes_o,
    // Free.
    input  logic [63:0]  any_i,
    input  logic [2:0]   bad_i,     // cfg, ctr, misc
    // The first state, and what the harness writes.
    input  logic         init_i,
    input  logic [1:0]   set_i,
    input  logic         set_words_i,   // cfg and counters too
    input  life_t        life_i [2],
    input  name_t        name_i [2],
    input  logic [11:0][63:0] cfg_i [2],
    input  logic [2:0][63:0] outc_i [2],
    input  logic [IncWords-1:0][63:0] inc_i [2],
    output life_t        life_o [2],
    output name_t        name_o [2],
    output logic [11:0][63:0] cfg_o [2],
    output logic [2:0][63:0] outc_o [2],
    output logic [IncWords-1:0][63:0] inc_o [2]
);
  life_t life_q [2];
  name_t name_q [2];
  logic [11:0][63:0] cfg_q [2];
  logic [2:0][63:0] outc_q [2];
  logic [IncWords-1:0][63:0] inc_q [2];

  // First clock of a read, and the lanes.
  access_t rd_q = '0;
  logic    entry_q = 1'b0;
  lanes_t  lanes_q = '0;

  logic [63:0] cfg_word, ctr_word, misc_word;
  always_comb begin
    cfg_word = rd_q.cfg_word == '0 || (rd_q.cfg_word >= 4'd6 && rd_q.cfg_word <= 4'd11) ? cfg_q[entry_q][rd_q.cfg_word] : any_i;
    if (rd_q.ctr_inc) ctr_word = rd_q.ctr_word < 5'(IncWords) ? inc_q[entry_q][rd_q.ctr_word] : any_i;
    else ctr_word = rd_q.ctr_word < 5'd3 ? outc_q[entry_q][rd_q.ctr_word[1:0]] : any_i;
    if (rd_q.misc_mem != SAD_MEM_STATE) misc_word = any_i;
    else misc_word = rd_q.misc_word[0] ? pack_name(name_q[entry_q]) : pack_life(life_q[entry_q]);
  end

  always_ff @(posedge clk_i) begin
    rd_q    <= init_i ? '0 : access_i;
    entry_q <= entry_i;
    lanes_q.cfg_new <= rd_q.cfg_rd;
    lanes_q.cfg_bad <= rd_q.cfg_rd && bad_i[0];
    if (rd_q.cfg_rd) begin
      lanes_q.cfg      <= bad_i[0] ? any_i : cfg_word;
      lanes_q.cfg_word <= rd_q.cfg_word;
    end
    lanes_q.ctr_new <= rd_q.ctr_rd;
    lanes_q.ctr_bad <= rd_q.ctr_rd && bad_i[1];
    if (rd_q.ctr_rd) lanes_q.ctr <= bad_i[1] ? any_i : ctr_word;
    lanes_q.misc_new  <= rd_q.misc_rd;
    lanes_q.misc_bad  <= rd_q.misc_rd && bad_i[2];
    lanes_q.misc_mem  <= rd_q.misc_mem;
    lanes_q.misc_word <= rd_q.misc_word;
    lanes_q.misc      <= !rd_q.misc_rd ? '0 : bad_i[2] ? any_i : misc_word;

    if (access_i.wr_en[SAD_MEM_STATE] && access_i.wr_word == 5'd0) life_q[entry_i] <= access_i.wr_data[28:7];
    if (access_i.wr_en[SAD_MEM_STATE] && access_i.wr_word == 5'd1) name_q[entry_i] <= access_i.wr_data[28:12];
    if (access_i.wr_en[SAD_MEM_CFG] && access_i.wr_word < 5'd12) cfg_q[entry_i][access_i.wr_word[3:0]] <= access_i.wr_data;
    if (access_i.wr_en[SAD_MEM_OUTC] && access_i.wr_word < 5'd3) outc_q[entry_i][access_i.wr_word[1:0]] <= access_i.wr_data;
    if (access_i.wr_en[SAD_MEM_INC] && access_i.wr_word < 5'(IncWords)) inc_q[entry_i][access_i.wr_word] <= access_i.wr_data;

    for (int e = 0; e < 2; e++) begin
      if (init_i || set_i[e]) begin
        life_q[e] <= life_i[e];
        name_q[e] <= name_i[e];
        if (init_i || set_words_i) begin
          cfg_q[e]  <= cfg_i[e];
          outc_q[e] <= outc_i[e];
          inc_q[e]  <= inc_i[e];
        end
      end
    end
  end

  assign lanes_o = lanes_q;
  assign life_o  = life_q;
  assign name_o  = name_q;
  assign cfg_o   = cfg_q;
  assign outc_o  = outc_q;
  assign inc_o   = inc_q;
endmodule
