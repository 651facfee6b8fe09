// The lanes of a turn (sad_int_pkg, lanes_t) out of the columns of a bank: the same words in the same clocks as sad_mem gives.
module sad_bank_lanes
  import sallyport_abi_pkg::*;
  import sad_int_pkg::*;
#(
    parameter int WINDOW = 64,
    localparam int IncWords = IncFixed + WINDOW / 64,
    // Columns in the order of sad_mem; the firmware's word is one column.
    localparam int CfgAt  = StateWords,
    localparam int KeyAt  = CfgAt + CFG_WORDS,
    localparam int OutcAt = KeyAt + KeyWords,
    localparam int IncAt  = OutcAt + OutcWords,
    localparam int FwAt   = IncAt + IncWords,
    localparam int AtBits = $clog2(FwAt + 1)
) (
    input  logic                                 clk_i,
    input  logic                                 rst_ni,
    input  logic                                 turn_i,     // this bank's; nobody else reads then
    input  access_t                              access_i,
    input  logic [StateWords-1:0][StateBits-1:0] state_i,
    input  logic [CFG_WORDS-1:0][63:0]           cfg_i,
    input  logic [KeyWords-1:0][63:0]            key_i,
    input  logic [FwBits-1:0]                    fw_i,
    input  logic [OutcWords-1:0][63:0]           outc_i,
    input  logic [IncWords-1:0][63:0]            inc_i,
    input  logic [FwAt:0]                        single_i,
    input  logic [FwAt:0]                        double_i,
    output lanes_t                               lanes_o,    // zero but in this bank's turn
    output ecc_t                                 ecc_o,
    output logic                                 reading_o   // a read has not arrived yet
);
  // What was asked for a clock ago, and what stands on the columns now.
  logic       cfg_rd_q, ctr_rd_q, misc_rd_q, cfg_new_q, ctr_new_q, misc_new_q;
  logic [3:0] cfg_word_q, cfg_word2_q;
  logic       ctr_inc_q, ctr_inc2_q;
  logic [4:0] ctr_word_q, ctr_word2_q;
  sad_mem_e   misc_mem_q, misc_mem2_q;
  logic [2:0] misc_word_q, misc_word2_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      {cfg_rd_q, ctr_rd_q, misc_rd_q, cfg_new_q, ctr_new_q, misc_new_q} <= '0;
      cfg_word_q   <= '0;
      cfg_word2_q  <= '0;
      ctr_inc_q    <= 1'b0;
      ctr_inc2_q   <= 1'b0;
      ctr_word_q   <= '0;
      ctr_word2_q  <= '0;
      misc_mem_q   <= SAD_MEM_STATE;
      misc_mem2_q  <= SAD_MEM_STATE;
      misc_word_q  <= '0;
      misc_word2_q <= '0;
    end else if (turn_i) begin
      cfg_rd_q    <= access_i.cfg_rd;
      cfg_word_q  <= access_i.cfg_word;
      ctr_rd_q    <= access_i.ctr_rd;
      ctr_inc_q   <= access_i.ctr_inc;
      ctr_word_q  <= access_i.ctr_word;
      misc_rd_q   <= access_i.misc_rd;
      misc_mem_q  <= access_i.misc_mem;
      misc_word_q <= access_i.misc_word;

      cfg_new_q    <= cfg_rd_q;
      ctr_new_q    <= ctr_rd_q;
      misc_new_q   <= misc_rd_q;
      misc_mem2_q  <= misc_mem_q;
      misc_word2_q <= misc_word_q;
      // The columns hold their words, and these say of which the lane shows.
      if (cfg_rd_q) cfg_word2_q <= cfg_word_q;
      if (ctr_rd_q) ctr_inc2_q <= ctr_inc_q;
      if (ctr_rd_q) ctr_word2_q <= ctr_word_q;
    end
  end

  assign reading_o = turn_i && (cfg_rd_q || ctr_rd_q || misc_rd_q || cfg_new_q || ctr_new_q || misc_new_q);

  // ------------------------------------------------------------------ lanes
  logic [AtBits-1:0] cfg_at, ctr_at, misc_at;
  always_comb begin
    cfg_at = AtBits'(CfgAt) + AtBits'(cfg_word2_q);
    ctr_at = (ctr_inc2_q ? AtBits'(IncAt) : AtBits'(OutcAt)) + AtBits'(ctr_word2_q);
    unique case (misc_mem2_q)
      SAD_MEM_KEY: misc_at = AtBits'(KeyAt) + AtBits'(misc_word2_q);
      SAD_MEM_FW: misc_at = AtBits'(FwAt);
      default: misc_at = AtBits'(misc_word2_q);
    endcase
  end

  always_comb begin
    lanes_o = '0;
    if (turn_i) begin
      lanes_o.cfg_new   = cfg_new_q;
      lanes_o.cfg_bad   = cfg_new_q && double_i[cfg_at];
      lanes_o.cfg_word  = cfg_word2_q;
      lanes_o.cfg       = cfg_i[cfg_word2_q];
      lanes_o.ctr_new   = ctr_new_q;
      lanes_o.ctr_bad   = ctr_new_q && double_i[ctr_at];
      lanes_o.ctr       = ctr_inc2_q ? inc_i[ctr_word2_q] : outc_i[ctr_word2_q[1:0]];
      lanes_o.misc_new  = misc_new_q;
      lanes_o.misc_bad  = misc_new_q && double_i[misc_at];
      lanes_o.misc_mem  = misc_mem2_q;
      lanes_o.misc_word = misc_word2_q;
      // Key words pass here: nothing stays.
      if (misc_new_q) begin
        unique case (misc_mem2_q)
          SAD_MEM_KEY: lanes_o.misc = key_i[misc_word2_q];
          SAD_MEM_FW: lanes_o.misc = 64'(fw_i);
          default: lanes_o.misc = 64'(state_i[misc_word2_q[0]]);
        endcase
      end
    end
  end

  wire unused_write = ^access_i;

  // One error a clock is told; a second one in the same clock stays in the memory until it is read again.
  wire cfg_single  = cfg_new_q && single_i[cfg_at];
  wire ctr_single  = ctr_new_q && single_i[ctr_at];
  wire misc_single = misc_new_q && single_i[misc_at];

  always_comb begin
    ecc_o = '0;
    if (turn_i) begin
      if (lanes_o.cfg_bad || (cfg_single && !lanes_o.ctr_bad && !lanes_o.misc_bad)) begin
        ecc_o.two_bits = lanes_o.cfg_bad;
        ecc_o.one_bit  = !lanes_o.cfg_bad;
        ecc_o.mem      = SAD_MEM_CFG;
        ecc_o.word     = 5'(cfg_word2_q);
      end else if (lanes_o.ctr_bad || (ctr_single && !lanes_o.misc_bad)) begin
        ecc_o.two_bits = lanes_o.ctr_bad;
        ecc_o.one_bit  = !lanes_o.ctr_bad;
        ecc_o.mem      = ctr_inc2_q ? SAD_MEM_INC : SAD_MEM_OUTC;
        ecc_o.word     = ctr_word2_q;
      end else if (lanes_o.misc_bad || misc_single) begin
        ecc_o.two_bits = lanes_o.misc_bad;
        ecc_o.one_bit  = !lanes_o.misc_bad;
        ecc_o.mem      = misc_mem2_q;
        ecc_o.word     = 5'(misc_word2_q);
      end
    end
  end
endmodule
