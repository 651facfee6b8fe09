// The memories of a bank as proofs see them, in place of rtl/sad/sad_bank_mem.sv: no check bits, its ports and timing. Any read may meet
// a broken word: then all that was read is anything. What a kind of request does not read is anything. A word read in the clock in which
// it is written is anything. A turn writes an entry in one clock.
module sad_bank_mem
  import sallyport_abi_pkg::*;
  import sad_int_pkg::*;
#(
    parameter int ROWS   = 64,
    parameter int WINDOW = 64,
    parameter bit SIM    = 1'b1,
    localparam int RowBits     = $clog2(ROWS),
    localparam int WindowWords = WINDOW / 64
) (
    input  logic                         clk_i,
    input  logic                         rst_ni,
    input  logic                         first_i,
    input  req_kind_e                    first_kind_i,
    input  logic [RowBits-1:0]           first_row_i,
    input  logic                         then_i,
    input  req_kind_e                    then_kind_i,
    input  logic [RowBits-1:0]           then_row_i,
    output life_t                        life_o,
    output name_t                        name_o,
    output logic [CFG_WORDS-1:0][63:0]   cfg_o,
    output logic [KeyWords-1:0][63:0]    key_o,
    output logic [OutcWords-1:0][63:0]   outc_o,
    output logic [IncFixed-1:0][63:0]    inc_o,
    output logic [WindowWords-1:0][63:0] window_o,
    output damage_t                      first_damage_o,
    output counted_t                     first_single_o,
    output damage_t                      then_damage_o,
    output logic [WindowWords-1:0]       then_single_o,
    input  logic [RowBits-1:0]           wr_row_i,
    input  counted_t                     wr_i,
    input  logic [WindowWords-1:0]       wr_window_i,
    input  life_t                        life_i,
    input  logic [63:0]                  seq_i,
    input  logic [63:0]                  octets_i,
    input  logic [63:0]                  count_i,
    input  logic [WindowWords-1:0][63:0] window_i,
    input  logic                         turn_i,
    input  logic [RowBits-1:0]           turn_row_i,
    input  access_t                      access_i,
    input  logic [5:0]                   turn_wr_i,
    input  logic [4:0]                   turn_wr_word_i,
    input  logic [RowBits-1:0]           turn_wr_row_i,
    input  logic [71:0]                  turn_code_i,
    output lanes_t                       lanes_o,
    output ecc_t                         ecc_o,
    output logic                         reading_o,
    input  flip_t                        flip_i
);
  // ------------------------------------------------------------------ anything: inputs of the harness
  life_t                        free_life;
  name_t                        free_name;
  logic [CFG_WORDS-1:0][63:0]   free_cfg;
  logic [OutcWords-1:0][63:0]   free_outc;
  logic [IncFixed-1:0][63:0]    free_inc;
  logic [WindowWords-1:0][63:0] free_window;
  damage_t                      free_first, free_then;
  assign free_life   = bank_pipeline.free_life_i;
  assign free_name   = bank_pipeline.free_name_i;
  assign free_cfg    = bank_pipeline.free_cfg_i;
  assign free_outc   = bank_pipeline.free_outc_i;
  assign free_inc    = bank_pipeline.free_inc_i;
  assign free_window = bank_pipeline.free_window_i;
  assign free_first  = bank_pipeline.free_first_i;
  assign free_then   = bank_pipeline.free_then_i;

  // ------------------------------------------------------------------ the entries
  life_t                        life_q [ROWS];
  name_t                        name_q [ROWS];
  logic [CFG_WORDS-1:0][63:0]   cfg_q [ROWS];
  logic [OutcWords-1:0][63:0]   outc_q [ROWS];
  logic [IncFixed-1:0][63:0]    inc_q [ROWS];
  logic [WindowWords-1:0][63:0] window_q [ROWS];

  // A turn of the harness, in what would be the write data: state words, and what becomes of all others.
  life_t turn_life;
  name_t turn_name;
  logic  turn_any, turn_zero;   // anything; zero, and anything in cfg
  assign {turn_any, turn_zero, turn_life, turn_name} = turn_code_i[40:0];

  always_ff @(posedge clk_i) begin
    for (int r = 0; r < ROWS; r++) begin
      if (!rst_ni || (turn_i && turn_row_i == RowBits'(r))) begin
        life_q[r] <= rst_ni ? turn_life : free_life;
        name_q[r] <= rst_ni ? turn_name : free_name;
        if (!rst_ni || turn_any || turn_zero) begin
          cfg_q[r]    <= free_cfg;
          outc_q[r]   <= rst_ni && turn_zero ? '0 : free_outc;
          inc_q[r]    <= rst_ni && turn_zero ? '0 : free_inc;
          window_q[r] <= rst_ni && turn_zero ? '0 : free_window;
        end
      end else if (wr_row_i == RowBits'(r)) begin
        if (wr_i.life) life_q[r] <= life_i;
        if (wr_i.outc[0]) outc_q[r][0] <= seq_i;
        if (wr_i.outc[1]) outc_q[r][1] <= octets_i;
        if (wr_i.outc[2]) outc_q[r][2] <= count_i;
        if (wr_i.inc[0]) inc_q[r][0] <= seq_i;
        if (wr_i.inc[1]) inc_q[r][1] <= octets_i;
        if (wr_i.inc[2]) inc_q[r][2] <= count_i;
        if (wr_i.inc[3]) inc_q[r][3] <= count_i;
        for (int w = 0; w < WindowWords; w++) if (wr_window_i[w]) window_q[r][w] <= window_i[w];
      end
    end
  end

  // ------------------------------------------------------------------ the first go
  wire written = wr_i != '0 || wr_window_i != '0;
  logic                       came2_q, came3_q;   // read one, two clocks ago
  req_kind_e                  kind2_q, kind3_q;
  life_t                      life2_q, life3_q;
  name_t                      name2_q, name3_q;
  logic [CFG_WORDS-1:0][63:0] cfg2_q, cfg3_q, cfg4_q;
  logic [OutcWords-1:0][63:0] outc2_q, outc3_q;
  logic [IncFixed-1:0][63:0]  inc2_q, inc3_q;

  damage_t first_damage;
  wire first_bad = free_first.bad || free_first.state_bad || free_first.w0_bad;
  assign first_damage = '{wrong: free_first.wrong || first_bad, bad: first_bad,
                          state_bad: free_first.state_bad, w0_bad: free_first.w0_bad};

  function automatic logic [11:0] cfg_read(input req_kind_e kind);
    unique case (kind)
      REQ_LOOK: return 12'b0000_0000_0001;
      REQ_FAIL: return 12'b0100_0000_0001;
      default: return 12'b0011_1100_0001;
    endcase
  endfunction
  function automatic logic [3:0] inc_read(input req_kind_e kind);
    unique case (kind)
      REQ_OUT: return 4'b0000;
      REQ_LOOK: return 4'b0001;
      REQ_TAKE: return 4'b0111;
      default: return 4'b1001;
    endcase
  endfunction

  wire [11:0] reads_cfg = cfg_read(kind3_q);
  wire [3:0]  reads_inc = inc_read(kind3_q);

  always_ff @(posedge clk_i) begin
    came2_q <= rst_ni && first_i;
    came3_q <= rst_ni && came2_q;
    if (first_i) begin
      kind2_q <= first_kind_i;
      if (written && wr_row_i == first_row_i) begin
        life2_q <= free_life;
        name2_q <= free_name;
        cfg2_q  <= free_cfg;
        outc2_q <= free_outc;
        inc2_q  <= free_inc;
      end else begin
        life2_q <= life_q[first_row_i];
        name2_q <= name_q[first_row_i];
        cfg2_q  <= cfg_q[first_row_i];
        outc2_q <= outc_q[first_row_i];
        inc2_q  <= inc_q[first_row_i];
      end
    end
    if (came2_q) begin
      kind3_q <= kind2_q;
      life3_q <= life2_q;
      name3_q <= name2_q;
      cfg3_q  <= cfg2_q;
      outc3_q <= outc2_q;
      inc3_q  <= inc2_q;
    end
    first_damage_o <= came3_q && rst_ni ? first_damage : '0;
    if (came3_q) begin
      life_o <= first_damage.bad ? free_life : life3_q;
      name_o <= first_damage.bad ? free_name : name3_q;
      for (int w = 0; w < CFG_WORDS; w++)
        cfg4_q[w] <= first_damage.bad || !reads_cfg[w] ? free_cfg[w] : cfg3_q[w];
      outc_o <= first_damage.bad || kind3_q != REQ_OUT ? free_outc : outc3_q;
      for (int w = 0; w < IncFixed; w++) inc_o[w] <= first_damage.bad || !reads_inc[w] ? free_inc[w] : inc3_q[w];
    end
  end

  // ------------------------------------------------------------------ the second go
  logic                         came4_q, came5_q;
  req_kind_e                    kind4_q, kind5_q;
  logic [63:0]                  last4_q, last5_q, last6_q;   // cfg word 11
  logic [WindowWords-1:0][63:0] window4_q, window5_q;

  damage_t then_damage;
  assign then_damage = '{wrong: free_then.wrong || free_then.bad, bad: free_then.bad, state_bad: 1'b0, w0_bad: 1'b0};

  always_ff @(posedge clk_i) begin
    came4_q <= rst_ni && then_i;
    came5_q <= rst_ni && came4_q;
    if (then_i) begin
      kind4_q   <= then_kind_i;
      last4_q   <= cfg_q[then_row_i][11];
      window4_q <= written && wr_row_i == then_row_i ? free_window : window_q[then_row_i];
    end
    if (came4_q) begin
      kind5_q   <= kind4_q;
      last5_q   <= last4_q;
      window5_q <= window4_q;
    end
    then_damage_o <= came5_q && rst_ni ? then_damage : '0;
    if (came5_q) begin
      last6_q  <= then_damage.bad || (kind5_q != REQ_OUT && kind5_q != REQ_LOOK) ? free_cfg[11] : last5_q;
      window_o <= then_damage.bad || kind5_q == REQ_OUT ? free_window : window5_q;
    end
  end
  assign cfg_o = {last6_q, cfg4_q[CFG_WORDS-2:0]};
  assign key_o = '0;   // no verdict depends on it

  // Single errors are mended on the way; who counts them is no matter of these proofs.
  assign first_single_o = '0;
  assign then_single_o  = '0;

  assign lanes_o   = '0;
  assign ecc_o     = '0;
  assign reading_o = 1'b0;

  wire unused = ^{access_i, turn_code_i, flip_i, SIM};
endmodule
