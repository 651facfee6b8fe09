// The memories of the SA table, one for each writer (abi.toml, sad_mem), every word with SECDED.
//
// A word stands at {word, entry}: all depths are words * NUM_SAS exactly, without a multiplier.
// Reads go through three lanes (sad_int_pkg, access_t) and arrive corrected two clocks later; the second clock keeps
// correction and what is decided from the word apart. Writes stand in a register for a clock, which keeps what is written
// and its check bits apart. A client never reads a word in the clock in which it writes it, nor in the one after.
module sad_mem
  import sallyport_abi_pkg::*;
  import sad_int_pkg::*;
#(
    parameter int NUM_SAS = 64,
    parameter int WINDOW  = 64,
    parameter bit SIM     = 1'b1,
    localparam int IndexBits = $clog2(NUM_SAS)
) (
    input  logic                 clk_i,
    input  logic                 rst_ni,
    input  logic [IndexBits-1:0] entry_i,
    input  access_t              access_i,
    output lanes_t               lanes_o,
    output ecc_t                 ecc_o,
    output logic                 reading_o,  // a read has not arrived yet
    input  flip_t                flip_i
);
  localparam int IncWords = IncFixed + WINDOW / 64;
  localparam int IncBits  = $clog2(IncWords);

  logic [StateBits-1:0] state_data;
  logic [63:0] cfg_data, key_data, outc_data, inc_data;
  logic [FwBits-1:0] fw_data;
  logic [5:0] one_bit, two_bits, fits, flip_en;

  wire misc_state = access_i.misc_mem == SAD_MEM_STATE;
  wire misc_key   = access_i.misc_mem == SAD_MEM_KEY;
  wire misc_fw    = access_i.misc_mem == SAD_MEM_FW;

  assign fits = {access_i.wr_word < 5'(FwWords), access_i.wr_word < 5'(IncWords), access_i.wr_word < 5'(OutcWords),
                 access_i.wr_word < 5'(KeyWords), access_i.wr_word < 5'(CFG_WORDS), access_i.wr_word < 5'(StateWords)};
  assign flip_en = flip_i.en ? mem_bit(flip_i.mem) : '0;

  // ------------------------------------------------------------------ writes
  logic [5:0]           wr_q;
  logic [4:0]           wr_word_q;
  logic [63:0]          wr_data_q;
  logic [IndexBits-1:0] wr_entry_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      wr_q       <= '0;
      wr_word_q  <= '0;
      wr_data_q  <= '0;
      wr_entry_q <= '0;
    end else begin
      wr_q       <= access_i.wr_en & fits;
      wr_word_q  <= access_i.wr_word;
      wr_entry_q <= entry_i;
      // Key words pass here: nothing stays (G5).
      wr_data_q  <= access_i.wr_en != '0 ? access_i.wr_data : '0;
    end
  end

  // ------------------------------------------------------------------ memories

  ram_secded #(
      .WIDTH(StateBits),
      .DEPTH(StateWords * NUM_SAS),
      .SIM  (SIM)
  ) u_state (
      .clk_i,
      .wr_en_i    (wr_q[SAD_MEM_STATE]),
      .wr_addr_i  ({wr_word_q[0], wr_entry_q}),
      .wr_data_i  (wr_data_q[StateBits-1:0]),
      .rd_en_i    (access_i.misc_rd && misc_state),
      .rd_addr_i  ({access_i.misc_word[0], entry_i}),
      .rd_data_o  (state_data),
      .rd_single_o(one_bit[SAD_MEM_STATE]),
      .rd_double_o(two_bits[SAD_MEM_STATE]),
      .flip_en_i  (flip_en[SAD_MEM_STATE]),
      .flip_addr_i({flip_i.word[0], entry_i}),
      .flip_mask_i(flip_i.mask[35:0])
  );

  ram_secded #(
      .WIDTH(64),
      .DEPTH(CFG_WORDS * NUM_SAS),
      .SIM  (SIM)
  ) u_cfg (
      .clk_i,
      .wr_en_i    (wr_q[SAD_MEM_CFG]),
      .wr_addr_i  ({wr_word_q[3:0], wr_entry_q}),
      .wr_data_i  (wr_data_q),
      .rd_en_i    (access_i.cfg_rd),
      .rd_addr_i  ({access_i.cfg_word, entry_i}),
      .rd_data_o  (cfg_data),
      .rd_single_o(one_bit[SAD_MEM_CFG]),
      .rd_double_o(two_bits[SAD_MEM_CFG]),
      .flip_en_i  (flip_en[SAD_MEM_CFG]),
      .flip_addr_i({flip_i.word[3:0], entry_i}),
      .flip_mask_i(flip_i.mask)
  );

  ram_secded #(
      .WIDTH(64),
      .DEPTH(KeyWords * NUM_SAS),
      .SIM  (SIM)
  ) u_key (
      .clk_i,
      .wr_en_i    (wr_q[SAD_MEM_KEY]),
      .wr_addr_i  ({wr_word_q[2:0], wr_entry_q}),
      .wr_data_i  (wr_data_q),
      .rd_en_i    (access_i.misc_rd && misc_key),
      .rd_addr_i  ({access_i.misc_word, entry_i}),
      .rd_data_o  (key_data),
      .rd_single_o(one_bit[SAD_MEM_KEY]),
      .rd_double_o(two_bits[SAD_MEM_KEY]),
      .flip_en_i  (flip_en[SAD_MEM_KEY]),
      .flip_addr_i({flip_i.word[2:0], entry_i}),
      .flip_mask_i(flip_i.mask)
  );

  ram_secded #(
      .WIDTH(64),
      .DEPTH(OutcWords * NUM_SAS),
      .SIM  (SIM)
  ) u_outc (
      .clk_i,
      .wr_en_i    (wr_q[SAD_MEM_OUTC]),
      .wr_addr_i  ({wr_word_q[1:0], wr_entry_q}),
      .wr_data_i  (wr_data_q),
      .rd_en_i    (access_i.ctr_rd && !access_i.ctr_inc),
      .rd_addr_i  ({access_i.ctr_word[1:0], entry_i}),
      .rd_data_o  (outc_data),
      .rd_single_o(one_bit[SAD_MEM_OUTC]),
      .rd_double_o(two_bits[SAD_MEM_OUTC]),
      .flip_en_i  (flip_en[SAD_MEM_OUTC]),
      .flip_addr_i({flip_i.word[1:0], entry_i}),
      .flip_mask_i(flip_i.mask)
  );

  ram_secded #(
      .WIDTH(64),
      .DEPTH(IncWords * NUM_SAS),
      .SIM  (SIM)
  ) u_inc (
      .clk_i,
      .wr_en_i    (wr_q[SAD_MEM_INC]),
      .wr_addr_i  ({wr_word_q[IncBits-1:0], wr_entry_q}),
      .wr_data_i  (wr_data_q),
      .rd_en_i    (access_i.ctr_rd && access_i.ctr_inc),
      .rd_addr_i  ({access_i.ctr_word[IncBits-1:0], entry_i}),
      .rd_data_o  (inc_data),
      .rd_single_o(one_bit[SAD_MEM_INC]),
      .rd_double_o(two_bits[SAD_MEM_INC]),
      .flip_en_i  (flip_en[SAD_MEM_INC]),
      .flip_addr_i({flip_i.word[IncBits-1:0], entry_i}),
      .flip_mask_i(flip_i.mask)
  );

  ram_secded #(
      .WIDTH(FwBits),
      .DEPTH(FwWords * NUM_SAS),
      .SIM  (SIM)
  ) u_fw (
      .clk_i,
      .wr_en_i    (wr_q[SAD_MEM_FW]),
      .wr_addr_i  ({wr_word_q[1:0], wr_entry_q}),
      .wr_data_i  (wr_data_q[FwBits-1:0]),
      .rd_en_i    (access_i.misc_rd && misc_fw),
      .rd_addr_i  ({access_i.misc_word[1:0], entry_i}),
      .rd_data_o  (fw_data),
      .rd_single_o(one_bit[SAD_MEM_FW]),
      .rd_double_o(two_bits[SAD_MEM_FW]),
      .flip_en_i  (flip_en[SAD_MEM_FW]),
      .flip_addr_i({flip_i.word[1:0], entry_i}),
      .flip_mask_i(flip_i.mask[21:0])
  );

  // ------------------------------------------------------------------ lanes
  // What stands on the memories' outputs in this clock.
  logic     cfg_rd_q, ctr_rd_q, misc_rd_q, ctr_inc_q;
  logic [3:0] cfg_word_q;
  logic [4:0] ctr_word_q, ctr_word2_q;
  logic [2:0] misc_word_q;
  sad_mem_e misc_mem_q, ctr_mem_q;
  lanes_t   lanes_q;
  logic     cfg_single_q, ctr_single_q, misc_single_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      {cfg_rd_q, ctr_rd_q, misc_rd_q}             <= '0;
      {cfg_single_q, ctr_single_q, misc_single_q} <= '0;
      ctr_inc_q   <= 1'b0;
      cfg_word_q  <= '0;
      ctr_word_q  <= '0;
      ctr_word2_q <= '0;
      misc_word_q <= '0;
      misc_mem_q  <= SAD_MEM_STATE;
      ctr_mem_q   <= SAD_MEM_OUTC;
      lanes_q     <= '0;
    end else begin
      cfg_rd_q    <= access_i.cfg_rd;
      cfg_word_q  <= access_i.cfg_word;
      ctr_rd_q    <= access_i.ctr_rd;
      ctr_inc_q   <= access_i.ctr_inc;
      ctr_word_q  <= access_i.ctr_word;
      misc_rd_q   <= access_i.misc_rd;
      misc_mem_q  <= access_i.misc_mem;
      misc_word_q <= access_i.misc_word;

      lanes_q.cfg_new  <= cfg_rd_q;
      lanes_q.cfg_bad  <= cfg_rd_q && two_bits[SAD_MEM_CFG];
      cfg_single_q     <= cfg_rd_q && one_bit[SAD_MEM_CFG];
      if (cfg_rd_q) begin
        lanes_q.cfg      <= cfg_data;
        lanes_q.cfg_word <= cfg_word_q;
      end

      lanes_q.ctr_new  <= ctr_rd_q;
      lanes_q.ctr_bad  <= ctr_rd_q && (ctr_inc_q ? two_bits[SAD_MEM_INC] : two_bits[SAD_MEM_OUTC]);
      ctr_single_q     <= ctr_rd_q && (ctr_inc_q ? one_bit[SAD_MEM_INC] : one_bit[SAD_MEM_OUTC]);
      if (ctr_rd_q) begin
        lanes_q.ctr <= ctr_inc_q ? inc_data : outc_data;
        ctr_word2_q <= ctr_word_q;
        ctr_mem_q   <= ctr_inc_q ? SAD_MEM_INC : SAD_MEM_OUTC;
      end

      lanes_q.misc_new  <= misc_rd_q;
      lanes_q.misc_bad  <= misc_rd_q && two_bits[misc_mem_q];
      misc_single_q     <= misc_rd_q && one_bit[misc_mem_q];
      lanes_q.misc_mem  <= misc_mem_q;
      lanes_q.misc_word <= misc_word_q;
      // Key words pass here: nothing stays.
      if (!misc_rd_q) lanes_q.misc <= '0;
      else if (misc_mem_q == SAD_MEM_KEY) lanes_q.misc <= key_data;
      else if (misc_mem_q == SAD_MEM_FW) lanes_q.misc <= 64'(fw_data);
      else lanes_q.misc <= 64'(state_data);
    end
  end

  assign lanes_o   = lanes_q;
  assign reading_o = cfg_rd_q || ctr_rd_q || misc_rd_q || lanes_q.cfg_new || lanes_q.ctr_new || lanes_q.misc_new;

  // One error a clock is told; a second one in the same clock stays in the memory until it is read again.
  always_comb begin
    ecc_o = '0;
    if (lanes_q.cfg_bad || (cfg_single_q && !lanes_q.ctr_bad && !lanes_q.misc_bad)) begin
      ecc_o.two_bits = lanes_q.cfg_bad;
      ecc_o.one_bit = !lanes_q.cfg_bad;
      ecc_o.mem    = SAD_MEM_CFG;
      ecc_o.word   = 5'(lanes_q.cfg_word);
    end else if (lanes_q.ctr_bad || (ctr_single_q && !lanes_q.misc_bad)) begin
      ecc_o.two_bits = lanes_q.ctr_bad;
      ecc_o.one_bit = !lanes_q.ctr_bad;
      ecc_o.mem    = ctr_mem_q;
      ecc_o.word   = ctr_word2_q;
    end else if (lanes_q.misc_bad || misc_single_q) begin
      ecc_o.two_bits = lanes_q.misc_bad;
      ecc_o.one_bit = !lanes_q.misc_bad;
      ecc_o.mem    = lanes_q.misc_mem;
      ecc_o.word   = 5'(lanes_q.misc_word);
    end
  end

`ifndef SYNTHESIS
  initial begin
    if (NUM_SAS < 64 || NUM_SAS > 16384 || (1 << IndexBits) != NUM_SAS) $error("NUM_SAS: a power of two, 64 to 16384");
    if (WINDOW < 64 || WINDOW > 1024 || (WINDOW & (WINDOW - 1)) != 0) $error("WINDOW: a power of two, 64 to 1024");
  end
  // A word is never read while it is on its way into its memory.
  logic [5:0] wr;
  assign wr = access_i.wr_en & fits;

  function automatic logic clash(input logic [5:0] en, input logic [4:0] word);
    return (en[SAD_MEM_CFG] && access_i.cfg_rd && word == 5'(access_i.cfg_word)) ||
        ((access_i.ctr_inc ? en[SAD_MEM_INC] : en[SAD_MEM_OUTC]) && access_i.ctr_rd && word == access_i.ctr_word) ||
        (en[access_i.misc_mem] && access_i.misc_rd && word == 5'(access_i.misc_word));
  endfunction

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      a_no_clash: assert (!clash(wr, access_i.wr_word) && !(wr_entry_q == entry_i && clash(wr_q, wr_word_q)));
      if (access_i.misc_rd) a_lane: assert (misc_state || misc_key || misc_fw);
    end
  end
`endif
endmodule
