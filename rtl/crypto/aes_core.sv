// AES encryption of one block at a time, one round a clock, AES-128 or AES-256 (FIPS 197).
//
// Octet order: the first octet of key and block is the most significant one; AES-128 uses key[255:128].
//
//   clocks (AES-128; AES-256 has 14 rounds)
//     n        block and key taken:  state = block ^ round key 0
//     n+1..10  rounds;       round 10 writes the result register, and the next block may be taken in the same clock
//     n+11     out_valid_o
//
// So a block takes 10 (14) clocks, always: a result has to be taken within 10 clocks, before the next one can come, and holds up
// nothing until then. That keeps the way from results to requests, across all engines of a pool, out of the clock. The round keys are
// made as they are used, so every block may have a key of its own. in_id_i goes along with the block and comes out with it.
//
// The S-boxes stand behind the state register or are block RAMs that have it inside (aes_sub).
//
// A block leaves nothing behind: key and state are zero when no other follows at once, the result when it has been taken.
module aes_core #(
    parameter int ID_WIDTH = 1,
    parameter bit SBOX_RAM = 1'b0
) (
    input  logic                clk_i,
    input  logic                rst_ni,
    input  logic                in_valid_i,
    output logic                in_ready_o,
    input  logic                in_key256_i,
    input  logic [       255:0] in_key_i,
    input  logic [       127:0] in_block_i,
    input  logic [ID_WIDTH-1:0] in_id_i,
    output logic                out_valid_o,
    input  logic                out_ready_i,
    output logic [       127:0] out_block_o,
    output logic [ID_WIDTH-1:0] out_id_o
);
  import aes_pkg::*;

  logic key256_q;
  logic [127:0] older_q, newest_q;  // words of the key schedule: one key length back, and the newest four
  logic [7:0] constant_q;
  logic run_q;
  logic [3:0] round_q;  // the round that comes next, from 1
  logic last_q;         // it is the last one
  logic [ID_WIDTH-1:0] id_q;
  logic valid_q;
  logic [127:0] result_q;
  logic [ID_WIDTH-1:0] result_id_q;

  wire take = in_valid_i && in_ready_o;
  wire leave = run_q && last_q && !take;  // nothing follows

  assign in_ready_o  = !run_q || last_q;
  assign out_valid_o = valid_q;
  assign out_block_o = result_q;
  assign out_id_o    = result_id_q;

  // ------------------------------------------------------------------ S-boxes: state, and the newest word of the key schedule
  logic [127:0] state, sub;
  logic [31:0] word, sub_key;
  wire clear = !rst_ni || leave;
  wire load = take || run_q;

  for (genvar c = 0; c < 4; c++) begin : gen_sub
    aes_sub #(
        .SBOX_RAM(SBOX_RAM)
    ) u_sub (
        .clk_i,
        .clear_i(clear),
        .en_i   (load),
        .d_i    (state[32*c+:32]),
        .look_i (run_q),
        .sub_o  (sub[32*c+:32])
    );
  end

  aes_sub #(
      .SBOX_RAM(SBOX_RAM)
  ) u_sub_key (
      .clk_i,
      .clear_i(clear),
      .en_i   (load),
      .d_i    (word),
      .look_i (run_q),
      .sub_o  (sub_key)
  );

  // ------------------------------------------------------------------ one round
  // Column c of the result takes row r from column c + r.
  function automatic logic [127:0] shift_rows(input logic [127:0] s);
    return {
      s[127:120], s[87:80], s[47:40], s[7:0], s[95:88], s[55:48], s[15:8], s[103:96],
      s[63:56], s[23:16], s[111:104], s[71:64], s[31:24], s[119:112], s[79:72], s[39:32]
    };
  endfunction

  // The next four words of the key schedule: `older` are the four one key length back, `s` is SubWord of the newest.
  function automatic logic [127:0] next_words(input logic [127:0] older, input logic [31:0] s, input logic turn,
                                              input logic [7:0] constant);
    logic [31:0] w0, w1, w2, w3;
    w0 = older[127:96] ^ (turn ? {s[23:16] ^ constant, s[15:0], s[31:24]} : s);
    w1 = older[95:64] ^ w0;
    w2 = older[63:32] ^ w1;
    w3 = older[31:0] ^ w2;
    return {w0, w1, w2, w3};
  endfunction

  // AES-256 is a step ahead with its keys: its first two round keys are the key itself. Nothing looks at the round while
  // nothing is in work, which spares simulation the work.
  wire rotate = !key256_q || round_q[0];
  logic [127:0] next, after_round;
  always_comb begin
    next        = 'x;
    after_round = 'x;
    if (run_q) begin
      next        = next_words(older_q, sub_key, rotate, constant_q);
      after_round = shift_rows(sub);
      if (!last_q) begin
        after_round = {mix_column(after_round[127:96]), mix_column(after_round[95:64]), mix_column(after_round[63:32]),
                       mix_column(after_round[31:0])};
      end
      after_round = after_round ^ (key256_q ? newest_q : next);
    end
  end

  always_comb begin
    state = after_round;
    word  = next[31:0];
    if (take) begin
      state = in_block_i ^ in_key_i[255:128];
      word  = in_key256_i ? in_key_i[31:0] : in_key_i[159:128];
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || leave) begin
      key256_q   <= 1'b0;
      older_q    <= '0;
      newest_q   <= '0;
      constant_q <= '0;
      run_q      <= 1'b0;
      round_q    <= '0;
      last_q     <= 1'b0;
      id_q       <= '0;
    end else if (take) begin
      key256_q   <= in_key256_i;
      older_q    <= in_key_i[255:128];
      newest_q   <= in_key256_i ? in_key_i[127:0] : in_key_i[255:128];
      constant_q <= 8'h01;
      run_q      <= 1'b1;
      round_q    <= 4'd1;
      last_q     <= 1'b0;
      id_q       <= in_id_i;
    end else if (run_q) begin
      older_q  <= key256_q ? newest_q : next;
      newest_q <= next;
      if (rotate) constant_q <= {constant_q[6:0], 1'b0} ^ (constant_q[7] ? 8'h1b : 8'h00);
      round_q  <= round_q + 4'd1;
      last_q   <= round_q == (key256_q ? 4'd13 : 4'd9);
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      valid_q     <= 1'b0;
      result_q    <= '0;
      result_id_q <= '0;
    end else if (run_q && last_q) begin
      valid_q     <= 1'b1;
      result_q    <= after_round;
      result_id_q <= id_q;
    end else if (valid_q && out_ready_i) begin
      valid_q     <= 1'b0;
      result_q    <= '0;
      result_id_q <= '0;
    end
  end

`ifndef SYNTHESIS
  a_hold: assert property (@(posedge clk_i) disable iff (!rst_ni)
      out_valid_o && !out_ready_i |=> out_valid_o && $past({out_block_o, out_id_o}) == {out_block_o, out_id_o});
  // No result is written over.
  always_ff @(posedge clk_i) if (rst_ni && run_q && last_q && valid_q) a_taken: assert (out_ready_i);
  // G5: nothing of key, state or result outlives its block.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      if (!run_q) a_g5_work: assert ({older_q, newest_q, sub, sub_key} == '0);
      if (!valid_q) a_g5_result: assert (result_q == '0);
    end
  end
`endif
endmodule
