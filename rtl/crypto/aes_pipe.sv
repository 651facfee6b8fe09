// AES encryption (FIPS 197), one round a position: a block a clock, each packet with its own AES-128 or AES-256 key.
//
// The user (gcm_pipe) keeps the slots' marks in shift registers and shows them all; bit p speaks of the slot at position p. Marks move
// one position a clock; nothing ever waits.
//
//            0            1        2              14
//   block_i -+-> ^ rk0 -> round 1 -> round 2 ... -> round 14 -> block_o     block_o belongs to the slot at position 14 and comes
//                rk0      rk1        rk2            rk14                    from gates: the user registers it
//
// The key stands at key_i in the clock before its packet's first block is at position 0. Round key p is made from the two before
// it while the first block is at p - 1, and held for the blocks that follow; those two are still in place then, since a packet
// has three slots or more. AES-128 is done after round 10 and passes through the rest, so that latency is the same.
//
// A slot marked `last` is no block: it goes behind its packet's blocks and zeroes state and round key of each position, unless the
// next packet's key is about to take the round key's place.
//
// Written for simulation as well: a block is two words of two columns; the loops are such that Verilator keeps them as loops (it
// would unroll a `for`, and the instructions of two unrolled pipes no longer fit into a processor's first cache).
module aes_pipe
  import aes_pkg::*;
(
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         key_load_i,
    input  logic         key256_i,
    input  logic [255:0] key_i,      // first octet in [255:248]; AES-128 in [255:128]
    input  logic [ 14:0] first_i,    // [p]: the slot at position p is the first block of a packet
    input  logic [ 14:0] valid_i,    // a block (the first one too)
    input  logic [ 15:0] last_i,     // the mark behind a packet's blocks
    input  logic [127:0] block_i,    // of the slot at position 0
    output logic [127:0] block_o     // of the slot at position 14, if that is a block
);
  localparam logic [3:0] Rounds = 4'd14;
  localparam logic [3:0] Rounds128 = 4'd10;
  localparam logic [7:0] Constants[16] = '{1: 8'h01, 2: 8'h02, 3: 8'h04, 4: 8'h08, 5: 8'h10, 6: 8'h20, 7: 8'h40, 8: 8'h80,
                                           9: 8'h1b, 10: 8'h36, default: 8'h00};

  // Multiplies each of the eight octets by x modulo x^8 + x^4 + x^3 + x + 1 = x^8 + (x + 1) (x^3 + 1).
  function automatic logic [63:0] times_x_8(input logic [63:0] w);
    logic [63:0] carry;
    carry = (w >> 7) & 64'h0101010101010101;
    carry ^= carry << 1;
    return ((w << 1) & 64'hfefefefefefefefe) ^ carry ^ (carry << 3);
  endfunction

  // MixColumns of two columns.
  function automatic logic [63:0] mix_2(input logic [63:0] w);
    logic [63:0] up, sum, up2;
    up  = ((w << 8) & 64'hffffff00ffffff00) | ((w >> 24) & 64'h000000ff000000ff);
    sum = w ^ up;
    up2 = ((sum << 16) & 64'hffff0000ffff0000) | ((sum >> 16) & 64'h0000ffff0000ffff);
    return times_x_8(sum) ^ up ^ up2;
  endfunction

  // Half a round: the columns of x, of which row r comes from r columns further on, in y. `plain`: without MixColumns.
  // verilator lint_off UNUSEDSIGNAL
  function automatic logic [63:0] round_2(input logic [63:0] x, input logic [63:0] y, input logic [63:0] round_key,
                                          input logic plain);
    logic [63:0] t;
    t = {Sbox[x[63:56]], Sbox[x[23:16]], Sbox[y[47:40]], Sbox[y[7:0]],
         Sbox[x[31:24]], Sbox[y[55:48]], Sbox[y[15:8]], Sbox[x[39:32]]};
    return (plain ? t : mix_2(t)) ^ round_key;
  endfunction
  // verilator lint_on UNUSEDSIGNAL

  // [p] belongs to position p. Of 16 so that an index of four bits is always a good one; 0 and 15 of the state are not used.
  logic [63:0] a_q[16], b_q[16];            // state: columns 0 and 1, columns 2 and 3
  logic [63:0] key_a_q[16], key_b_q[16];    // round keys
  logic key256_q[16];
  logic [127:0] key_low_q;                  // position 0: the second half of an AES-256 key

  wire block_moves = {valid_i, last_i[14:0]} != '0;
  wire key_moves = key_load_i || {first_i, last_i[14:0]} != '0;

  always_ff @(posedge clk_i) begin : states
    logic [3:0] p, next;
    logic [63:0] a[16], b[16];
    if (!rst_ni) begin
      a_q <= '{default: '0};
      b_q <= '{default: '0};
    end else if (block_moves) begin
      a = a_q;
      b = b_q;
      if (last_i[0]) begin
        a[1] = '0;
        b[1] = '0;
      end else if (valid_i[0]) begin
        a[1] = block_i[127:64] ^ key_a_q[0];
        b[1] = block_i[63:0] ^ key_b_q[0];
      end
      p = 4'd1;
      while (p < Rounds) begin
        next = p + 4'd1;
        if (last_i[p]) begin
          a[next] = '0;
          b[next] = '0;
        end else if (valid_i[p]) begin
          if (p > Rounds128 && !key256_q[p]) begin
            a[next] = a_q[p];
            b[next] = b_q[p];
          end else begin
            a[next] = round_2(a_q[p], b_q[p], key_a_q[p], p == Rounds128 && !key256_q[p]);
            b[next] = round_2(b_q[p], a_q[p], key_b_q[p], p == Rounds128 && !key256_q[p]);
          end
        end
        p = next;
      end
      a_q <= a;
      b_q <= b;
    end
  end

  // Round 14. Nothing looks at it without a block, which spares simulation the tables.
  always_comb begin
    block_o = 'x;
    if (valid_i[Rounds]) begin
      block_o = {a_q[Rounds], b_q[Rounds]};
      if (key256_q[Rounds]) begin
        block_o = {round_2(a_q[Rounds], b_q[Rounds], key_a_q[Rounds], 1'b1),
                   round_2(b_q[Rounds], a_q[Rounds], key_b_q[Rounds], 1'b1)};
      end
    end
  end

  always_ff @(posedge clk_i) begin : keys
    logic [3:0] p, next;
    logic [63:0] a[16], b[16];
    logic key256[16];
    if (!rst_ni) begin
      key_a_q   <= '{default: '0};
      key_b_q   <= '{default: '0};
      key256_q  <= '{default: '0};
      key_low_q <= '0;
    end else if (key_moves) begin
      a      = key_a_q;
      b      = key_b_q;
      key256 = key256_q;
      if (key_load_i) begin
        {a[0], b[0]} = key_i[255:128];
        key256[0]    = key256_i;
      end else if (last_i[0]) begin
        {a[0], b[0]} = '0;
      end
      p = 4'd0;
      while (p < Rounds) begin
        next = p + 4'd1;
        if (first_i[p]) begin
          key256[next] = key256_q[p];
          if (key256_q[p]) begin
            // Every second round key is made without rotation and constant; the first is part of the key.
            if (p == 4'd0) {a[next], b[next]} = key_low_q;
            else {a[next], b[next]} = next_key({key_a_q[p-4'd1], key_b_q[p-4'd1]}, key_b_q[p][31:0], p[0], Constants[next/2]);
          end else if (p < Rounds128) begin
            {a[next], b[next]} = next_key({key_a_q[p], key_b_q[p]}, key_b_q[p][31:0], 1'b1, Constants[next]);
          end else begin
            {a[next], b[next]} = '0;
          end
        end else if (last_i[next]) begin
          {a[next], b[next]} = '0;
        end
        p = next;
      end
      key_a_q  <= a;
      key_b_q  <= b;
      key256_q <= key256;
      if (key_load_i) key_low_q <= key256_i ? key_i[127:0] : '0;
      else if (first_i[0]) key_low_q <= '0;  // has become round key 1
    end
  end

`ifndef SYNTHESIS
  for (genvar p = 1; p <= 14; p++) begin : g_check
    always_ff @(posedge clk_i) begin
      if (rst_ni && last_i[p]) a_g5_state: assert ({a_q[p], b_q[p]} == '0);
      if (rst_ni && last_i[p+1] && !first_i[p]) a_g5_round_key: assert ({key_a_q[p], key_b_q[p]} == '0);
    end
  end
`endif
endmodule
