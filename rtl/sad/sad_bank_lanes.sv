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
    localparam int FwAt    = IncAt + IncWords,
    localparam int IncBits = $clog2(IncWords)
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
  // Flags of the words that the lanes show.
  logic [1:0] cfg_flag, ctr_flag, misc_flag;  // two bits, one bit
  wire  [CFG_WORDS-1:0]  cfg_single  = single_i[CfgAt+:CFG_WORDS];
  wire  [CFG_WORDS-1:0]  cfg_double  = double_i[CfgAt+:CFG_WORDS];
  wire  [KeyWords-1:0]   key_single  = single_i[KeyAt+:KeyWords];
  wire  [KeyWords-1:0]   key_double  = double_i[KeyAt+:KeyWords];
  wire  [OutcWords-1:0]  outc_single = single_i[OutcAt+:OutcWords];
  wire  [OutcWords-1:0]  outc_double = double_i[OutcAt+:OutcWords];
  wire  [IncWords-1:0]   inc_single  = single_i[IncAt+:IncWords];
  wire  [IncWords-1:0]   inc_double  = double_i[IncAt+:IncWords];

  always_comb begin
    cfg_flag  = '0;
    ctr_flag  = '0;
    misc_flag = '0;
    if (cfg_new_q) cfg_flag = {cfg_double[cfg_word2_q], cfg_single[cfg_word2_q]};
    if (ctr_new_q) begin
      if (ctr_inc2_q) ctr_flag = {inc_double[IncBits'(ctr_word2_q)], inc_single[IncBits'(ctr_word2_q)]};
      else ctr_flag = {outc_double[ctr_word2_q[1:0]], outc_single[ctr_word2_q[1:0]]};
    end
    if (misc_new_q) begin
      unique case (misc_mem2_q)
        SAD_MEM_KEY: misc_flag = {key_double[misc_word2_q], key_single[misc_word2_q]};
        SAD_MEM_FW: misc_flag = {double_i[FwAt], single_i[FwAt]};
        default: misc_flag = {misc_word2_q[0] ? double_i[1] : double_i[0], misc_word2_q[0] ? single_i[1] : single_i[0]};
      endcase
    end
  end

  always_comb begin
    lanes_o = '0;
    if (turn_i) begin
      lanes_o.cfg_new   = cfg_new_q;
      lanes_o.cfg_bad   = cfg_flag[1];
      lanes_o.cfg_word  = cfg_word2_q;
      lanes_o.cfg       = cfg_i[cfg_word2_q];
      lanes_o.ctr_new   = ctr_new_q;
      lanes_o.ctr_bad   = ctr_flag[1];
      lanes_o.ctr       = ctr_inc2_q ? inc_i[ctr_word2_q] : outc_i[ctr_word2_q[1:0]];
      lanes_o.misc_new  = misc_new_q;
      lanes_o.misc_bad  = misc_flag[1];
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
  always_comb begin
    ecc_o = '0;
    if (turn_i) begin
      if (cfg_flag[1] || (cfg_flag[0] && !ctr_flag[1] && !misc_flag[1])) begin
        ecc_o.two_bits = cfg_flag[1];
        ecc_o.one_bit  = !cfg_flag[1];
        ecc_o.mem      = SAD_MEM_CFG;
        ecc_o.word     = 5'(cfg_word2_q);
      end else if (ctr_flag[1] || (ctr_flag[0] && !misc_flag[1])) begin
        ecc_o.two_bits = ctr_flag[1];
        ecc_o.one_bit  = !ctr_flag[1];
        ecc_o.mem      = ctr_inc2_q ? SAD_MEM_INC : SAD_MEM_OUTC;
        ecc_o.word     = ctr_word2_q;
      end else if (misc_flag != '0) begin
        ecc_o.two_bits = misc_flag[1];
        ecc_o.one_bit  = !misc_flag[1];
        ecc_o.mem      = misc_mem2_q;
        ecc_o.word     = 5'(misc_word2_q);
      end
    end
  end
endmodule
