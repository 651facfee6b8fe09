// ram_1r1w with a check code: every word is stored as {check, data} and corrected as it is read (secded_pkg).
//
// Timing and the rule about one address at once are ram_1r1w's. The flags belong to the word on rd_data_o and are held like
// it. A word that was never written, or read while it was written, may show any flag: count only those of words in use.
// The corrected word is not written back.
//
// Fault injection (SIM = 1, simulation only): flip_en_i turns the bits of flip_mask_i over in the stored word, until it is
// written again. Not in the clock of a write to the same address: the write wins.
module ram_secded #(
    parameter int WIDTH = 64,
    parameter int DEPTH = 512,
    parameter bit SIM   = 1'b0,
    localparam int AddrWidth = DEPTH > 1 ? $clog2(DEPTH) : 1,
    localparam int CodeWidth = WIDTH + secded_pkg::check_bits(WIDTH)
) (
    input  logic                 clk_i,
    input  logic                 wr_en_i,
    input  logic [AddrWidth-1:0] wr_addr_i,
    input  logic [    WIDTH-1:0] wr_data_i,
    input  logic                 rd_en_i,
    input  logic [AddrWidth-1:0] rd_addr_i,
    output logic [    WIDTH-1:0] rd_data_o,
    output logic                 rd_single_o,  // was wrong in one bit, is corrected
    output logic                 rd_double_o,  // cannot be corrected
    // Simulation only; tie to 0 otherwise.
    input  logic                 flip_en_i,
    input  logic [AddrWidth-1:0] flip_addr_i,
    input  logic [CodeWidth-1:0] flip_mask_i
);
  logic [CodeWidth-WIDTH-1:0] wr_check;
  logic [CodeWidth-1:0] stored, read;

  secded_enc #(
      .WIDTH(WIDTH)
  ) u_enc (
      .data_i (wr_data_i),
      .check_o(wr_check)
  );

  ram_1r1w #(
      .WIDTH(CodeWidth),
      .DEPTH(DEPTH)
  ) u_ram (
      .clk_i,
      .wr_en_i,
      .wr_addr_i,
      .wr_data_i({wr_check, wr_data_i}),
      .rd_en_i,
      .rd_addr_i,
      .rd_data_o(stored)
  );

  secded_dec #(
      .WIDTH(WIDTH)
  ) u_dec (
      .data_i  (read[WIDTH-1:0]),
      .check_i (read[CodeWidth-1:WIDTH]),
      .data_o  (rd_data_o),
      .single_o(rd_single_o),
      .double_o(rd_double_o)
  );

`ifndef SYNTHESIS
  if (SIM) begin : gen_flip
    // The flips stand beside the memory and are laid over what it gives, which keeps the memory itself as it is in hardware.
    logic [CodeWidth-1:0] flips[DEPTH];
    logic [CodeWidth-1:0] flip_q;
    initial begin
      for (int i = 0; i < DEPTH; i++) flips[i] = '0;
      flip_q = '0;
    end

    always_ff @(posedge clk_i) begin
      if (flip_en_i) flips[flip_addr_i] <= flips[flip_addr_i] ^ flip_mask_i;
      if (wr_en_i) flips[wr_addr_i] <= '0;
      if (rd_en_i) flip_q <= flips[rd_addr_i];
    end
    assign read = stored ^ flip_q;
  end else begin : gen_no_flip
    assign read = stored;
  end
`else
  assign read = stored;
`endif

  wire unused_flip = ^{flip_en_i, flip_addr_i, flip_mask_i};
endmodule
