// GHASH (NIST SP 800-38D section 6.4) of a block a clock, packets back to back, two clocks a product.
//
// Bit order as in ghash: the coefficient of x^0 is bit 127.
//
// A product takes two clocks, so a block finds the result of the last block but one. Over the blocks X1..Xm of a packet
//
//   S(i) = (S(i-2) ^ X(i)) * H^2      all blocks but the last
//   Y    = (S(m-2) ^ X(m)) * H  ^  S(m-1)
//
//   block_i --^--> 9 products of 32 x 32 bit -> [p_q] -> sum, reduction -+---------> [before_q] --.
//             |                                                          '-> [ready_q] --^        |
//             '-----------------------------------------------------------------------------------'
//
// before_q is what the next block needs, ready_q the result that the block after it will need if there is a gap. A packet's last
// block zeroes both and takes S(m-1) along in rest_q.
//
// h_load_i goes before the packet's first block (or together with the last block of the packet before). Blocks may come with gaps;
// last_i marks a packet's last one, three blocks at least, and last_next_i the clock before it: then the factor changes from H^2 to H.
// mask_i, taken with the last block, is added to the result, which is there (y_valid_o) two clocks later. H, its powers, sums and
// products are zeroed as soon as they have been used.
module ghash_pipe (
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         h_load_i,
    input  logic [127:0] h_i,
    input  logic         last_next_i,
    input  logic         valid_i,
    input  logic         last_i,
    input  logic [127:0] block_i,
    input  logic [127:0] mask_i,
    output logic         y_valid_o,
    output logic [127:0] y_o
);
  // Product of two polynomials of 32 coefficients. Three coefficients of x choose one of eight multiples of h: a look-up each in
  // simulation, and for synthesis a function of 3 + 3 bits, one LUT6; their sum is written as a tree for the sake of its depth.
  function automatic logic [63:0] product_32(input logic [31:0] x, input logic [31:0] h);
    // verilator no_inline_task
    logic [63:0] t[8];
    t[0] = '0;
    t[1] = {32'd0, h};
    t[2] = t[1] << 1;
    t[3] = t[2] ^ t[1];
    t[4] = t[1] << 2;
    t[5] = t[4] ^ t[1];
    t[6] = t[4] ^ t[2];
    t[7] = t[6] ^ t[1];
    return ((t[x[2:0]] ^ (t[x[5:3]] << 3)) ^ ((t[x[8:6]] << 6) ^ (t[x[11:9]] << 9))) ^
           (((t[x[14:12]] << 12) ^ (t[x[17:15]] << 15)) ^ ((t[x[20:18]] << 18) ^ (t[x[23:21]] << 21))) ^
           (((t[x[26:24]] << 24) ^ (t[x[29:27]] << 27)) ^ (t[{1'b0, x[31:30]}] << 30));
  endfunction

  // Operands of the nine products (Karatsuba, twice): low half, high half and their sum, and of each the low word, the high word
  // and their sum.
  function automatic logic [31:0] operand(input logic [127:0] v, input int i);
    case (i)
      0: return v[31:0];
      1: return v[63:32];
      2: return v[63:32] ^ v[31:0];
      3: return v[95:64];
      4: return v[127:96];
      5: return v[127:96] ^ v[95:64];
      6: return v[95:64] ^ v[31:0];
      7: return v[127:96] ^ v[63:32];
      default: return (v[127:96] ^ v[95:64]) ^ (v[63:32] ^ v[31:0]);
    endcase
  endfunction

  // The product of 64 coefficients from three of 32: its upper and its lower word.
  function automatic logic [63:0] upper(input logic [63:0] low, input logic [63:0] high, input logic [63:0] both);
    return (high ^ (high >> 32)) ^ ((low ^ both) >> 32);
  endfunction
  function automatic logic [63:0] lower(input logic [63:0] low, input logic [63:0] high, input logic [63:0] both);
    return (low ^ (low << 32)) ^ ((high ^ both) << 32);
  endfunction

  // Puts a zero between every two bits: bit n goes to 2n + 1, as the square's coefficients of x^0, x^2, .. in our bit order.
  function automatic logic [63:0] spread(input logic [31:0] v);
    logic [63:0] s;
    s = {32'd0, v};
    s = (s ^ (s << 16)) & 64'h0000ffff0000ffff;
    s = (s ^ (s << 8)) & 64'h00ff00ff00ff00ff;
    s = (s ^ (s << 4)) & 64'h0f0f0f0f0f0f0f0f;
    s = (s ^ (s << 2)) & 64'h3333333333333333;
    s = (s ^ (s << 1)) & 64'h5555555555555555;
    return s << 1;
  endfunction

  // A polynomial of 256 coefficients, x^0 in w3[63], modulo x^128 + x^7 + x^2 + x + 1. What the three shifts push out beyond x^255
  // is put in at x^128 beforehand.
  function automatic logic [127:0] reduce(input logic [63:0] w3, input logic [63:0] w2, input logic [63:0] w1,
                                          input logic [63:0] w0);
    logic [63:0] v1;
    v1 = w1 ^ ((w0 << 63) ^ (w0 << 62) ^ (w0 << 57));
    return {
      (w3 ^ v1) ^ ((v1 >> 1) ^ (v1 >> 2) ^ (v1 >> 7)),
      (w2 ^ w0) ^ (((w0 >> 1) | (v1 << 63)) ^ ((w0 >> 2) | (v1 << 62)) ^ ((w0 >> 7) | (v1 << 57)))
    };
  endfunction

  logic [127:0] h_q;
  logic [31:0] factor_q[9];  // operands of H^2, for the last block of H
  logic [127:0] before_q, ready_q, rest_q;
  logic [63:0] p_q[9];
  logic p_valid_q, p_last_q;
  logic y_valid_q;
  logic [127:0] y_q;

  assign y_valid_o = y_valid_q;
  assign y_o       = y_q;

  // ------------------------------------------------------------------ hash key
  logic [127:0] h2;
  always_comb begin
    h2 = 'x;
    if (h_load_i) h2 = reduce(spread(h_i[127:96]), spread(h_i[95:64]), spread(h_i[63:32]), spread(h_i[31:0]));
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      h_q      <= '0;
      factor_q <= '{default: '0};
    end else if (h_load_i) begin
      h_q <= h_i;
      for (int i = 0; i < 9; i++) factor_q[i] <= operand(h2, i);
    end else if (last_next_i) begin
      h_q <= '0;
      for (int i = 0; i < 9; i++) factor_q[i] <= operand(h_q, i);
    end else if (valid_i && last_i) begin
      factor_q <= '{default: '0};
    end
  end

  // ------------------------------------------------------------------ first clock: the products
  // Nothing looks at the block without valid_i, which spares simulation the work; the same elsewhere.
  logic [127:0] x;
  always_comb begin
    x = 'x;
    if (valid_i) x = block_i ^ before_q;
  end

  always_ff @(posedge clk_i) begin
    p_valid_q <= rst_ni && valid_i;
    p_last_q  <= rst_ni && valid_i && last_i;
    if (!rst_ni) begin
      p_q <= '{default: '0};
    end else if (valid_i) begin
      for (int i = 0; i < 9; i++) p_q[i] <= product_32(operand(x, i), factor_q[i]);
    end else if (p_last_q) begin
      p_q <= '{default: '0};
    end
  end

  // ------------------------------------------------------------------ second clock: the sum
  logic [63:0] w3, w2, w1, w0, both1, both0;
  logic [127:0] sum;
  always_comb begin
    {w3, w2, w1, w0, both1, both0, sum} = 'x;
    if (p_valid_q) begin
      w0    = lower(p_q[0], p_q[1], p_q[2]);
      w1    = upper(p_q[0], p_q[1], p_q[2]);
      w2    = lower(p_q[3], p_q[4], p_q[5]);
      w3    = upper(p_q[3], p_q[4], p_q[5]);
      // Summed so that nothing is deep.
      both0 = (lower(p_q[6], p_q[7], p_q[8]) ^ w1) ^ (w0 ^ w2);
      both1 = (upper(p_q[6], p_q[7], p_q[8]) ^ w2) ^ (w1 ^ w3);
      w1    = both0;
      w2    = both1;
      // The product's 255 coefficients begin one bit lower than ours.
      sum   = reduce({w3[62:0], w2[63]}, {w2[62:0], w1[63]}, {w1[62:0], w0[63]}, {w0[62:0], 1'b0});
    end
  end

  // The newest result.
  wire fresh = p_valid_q && !p_last_q;
  logic [127:0] newest;
  always_comb begin
    newest = ready_q;
    if (fresh) newest = sum;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      before_q  <= '0;
      ready_q   <= '0;
      rest_q    <= '0;
      y_valid_q <= 1'b0;
      y_q       <= '0;
    end else begin
      if (valid_i && last_i) begin
        before_q <= '0;
        ready_q  <= '0;
        rest_q   <= newest ^ mask_i;
      end else begin
        if (valid_i) before_q <= newest;
        else if (fresh) ready_q <= sum;
        if (p_last_q) rest_q <= '0;
      end
      y_valid_q <= p_last_q;
      if (p_last_q) y_q <= sum ^ rest_q;
      else if (y_valid_q) y_q <= '0;
    end
  end

`ifndef SYNTHESIS
  logic [1:0] count_q;  // blocks of the packet at hand, no more than 2
  logic last_next_q;
  always_ff @(posedge clk_i) begin
    last_next_q <= last_next_i;
    if (!rst_ni) begin
      count_q <= '0;
    end else begin
      if (last_next_q) a_next: assert (valid_i && last_i);
      if (valid_i) begin
        a_three: assert (!last_i || (count_q == 2'd2 && last_next_q));
        count_q <= last_i ? '0 : count_q == 2'd2 ? count_q : count_q + 2'd1;
      end
      if (h_load_i) a_load: assert (count_q == '0 || (valid_i && last_i));
      // Nothing secret outlives the packet.
      if (y_valid_q && count_q == '0 && !valid_i) begin
        a_g5_sums: assert ({before_q, ready_q, rest_q} == '0);
        for (int i = 0; i < 9; i++) a_g5_products: assert (p_q[i] == '0);
      end
    end
  end
`endif
endmodule
