// GHASH (NIST SP 800-38D section 6.4): Y = (Y ^ block) * H for every block, DIGIT bits of the product a clock.
//
// Bit order: coefficient of x^0 is bit 127, x^127 is bit 0 (the standard's, with the first octet in [127:120]). Multiplying by
// x is a shift to the right, and what falls out comes back as 0xE1 << 120.
//
//   Horner, highest powers first, DIGIT = 16:  Z = Z * x^16 ^ digit * H   8 times, digits of (Y ^ block) from bits [15:0] up
//
// DIGIT = 43 makes 3 digits of 128 bits and a zero, which stands for the coefficient of x^128.
//
// A block takes Steps = 128/DIGIT clocks, rounded up, when the next one follows at once: it is added to the product in the clock that
// finishes it.
//
//   clock       0      1      ..     Steps
//   valid_i     block         |      next block
//   ready_o     ~~~~~  _____________ ~~~~~~~~~~
//   y_valid_o   ~~~~~  ______________________    Steps + 1: the new Y, until the next block is taken
//
// h_load_i starts a new hash (Y = 0) with hash key h_i; clear_i zeroes everything. Both go before a block.
module ghash #(
    parameter int DIGIT = 16  // 8, 16, 32, 43 or 64
) (
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         h_load_i,
    input  logic [127:0] h_i,
    input  logic         clear_i,
    input  logic         valid_i,
    output logic         ready_o,
    input  logic [127:0] block_i,
    output logic         y_valid_o,  // nothing is in work
    output logic [127:0] y_o
);
  localparam int Steps = (128 + DIGIT - 1) / DIGIT;
  localparam int Pad = Steps * DIGIT - 128;
  localparam int CountWidth = $clog2(Steps);

  logic [127:0] h_q, z_q;
  logic [127+Pad:0] x_q;
  logic [CountWidth-1:0] count_q;
  logic busy_q;

  // z * x^DIGIT ^ digit * h. The product before reduction has DIGIT more coefficients, x^128 and up, to the right.
  function automatic logic [127:0] step(input logic [127:0] z, input logic [DIGIT-1:0] digit, input logic [127:0] h);
    logic [127+DIGIT:0] p;
    logic [DIGIT+6:0] r;
    p = {{DIGIT{1'b0}}, z};
    // The digit's leftmost bit is its lowest power.
    for (int j = 0; j < DIGIT; j++) if (digit[DIGIT-1-j]) p ^= {h, {DIGIT{1'b0}}} >> j;
    // x^128 = 1 + x + x^2 + x^7.
    r = {p[DIGIT-1:0], 7'd0};
    r = r ^ (r >> 1) ^ (r >> 2) ^ (r >> 7);
    return p[127+DIGIT:DIGIT] ^ {r, {(121 - DIGIT) {1'b0}}};
  endfunction

  wire last = count_q == CountWidth'(Steps - 1);

  // The product so far, with this clock's digit. Computed only when it is in work, which spares simulation.
  logic [127:0] z;
  always_comb begin
    z = z_q;
    if (busy_q) z = step(z_q, x_q[DIGIT-1:0], h_q);
  end

  wire [127:0] added = z ^ block_i;

  assign ready_o   = !busy_q || last;
  assign y_valid_o = !busy_q;
  assign y_o       = z_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      h_q     <= '0;
      x_q     <= '0;
      z_q     <= '0;
      count_q <= '0;
      busy_q  <= 1'b0;
    end else if (h_load_i) begin
      h_q     <= h_i;
      z_q     <= '0;
      count_q <= '0;
      busy_q  <= 1'b0;
    end else if (valid_i && ready_o) begin
      x_q     <= (128 + Pad)'(added) << Pad;
      z_q     <= '0;
      count_q <= '0;
      busy_q  <= 1'b1;
    end else if (busy_q) begin
      x_q     <= x_q >> DIGIT;
      z_q     <= z;
      count_q <= count_q + 1'b1;
      busy_q  <= !last;
    end
  end

  initial begin
    if (DIGIT != 8 && DIGIT != 16 && DIGIT != 32 && DIGIT != 43 && DIGIT != 64) $error("ghash: DIGIT must be 8, 16, 32, 43 or 64");
  end

`ifndef SYNTHESIS
  a_clear: assert property (@(posedge clk_i) disable iff (!rst_ni) clear_i |=> {h_q, x_q, z_q} == '0 && !busy_q);
`endif
endmodule
