// AES encryption of one block at a time, one round a clock, AES-128 or AES-256 (FIPS 197).
//
// Octet order: the first octet of key and block is the most significant one; AES-128 uses key[255:128].
//
//   clocks (AES-128; AES-256 has 14 rounds)
//     n        block taken:  state = block ^ round key 0
//     n+1..10  rounds;       round 10 writes the result register, and the next block may be taken in the same clock
//     n+11     out_valid_o
//
// So a block takes 10 (14) clocks when results are taken in time. The round keys are made as they are used, so a new key costs
// nothing but key_load_i. in_id_i goes along with the block and comes out with it.
//
// clear_i gives up what is in work and zeroes key, round keys, state and result.
module aes_core #(
    parameter int ID_WIDTH = 1
) (
    input  logic                clk_i,
    input  logic                rst_ni,
    input  logic                key_load_i,   // only while nothing is in work; no block is taken in this clock
    input  logic                key256_i,
    input  logic [       255:0] key_i,
    input  logic                clear_i,
    input  logic                in_valid_i,
    output logic                in_ready_o,
    input  logic [       127:0] in_block_i,
    input  logic [ID_WIDTH-1:0] in_id_i,
    output logic                out_valid_o,
    input  logic                out_ready_i,
    output logic [       127:0] out_block_o,
    output logic [ID_WIDTH-1:0] out_id_o
);
  import aes_pkg::*;

  logic key256_q;
  logic [255:0] key_q;
  logic [127:0] older_q, newest_q;  // words of the key schedule: one key length back, and the newest four
  logic [7:0] constant_q;
  logic run_q;
  logic [3:0] round_q;  // the round that comes next, from 1
  logic [127:0] state_q;
  logic [ID_WIDTH-1:0] id_q;
  logic valid_q;
  logic [127:0] result_q;
  logic [ID_WIDTH-1:0] result_id_q;

  wire last = round_q == (key256_q ? 4'd14 : 4'd10);
  wire stall = last && valid_q && !out_ready_i;
  wire step = run_q && !stall;
  wire take = in_valid_i && in_ready_o;

  assign in_ready_o  = !key_load_i && (!run_q || (last && !stall));
  assign out_valid_o = valid_q;
  assign out_block_o = result_q;
  assign out_id_o    = result_id_q;

  // AES-256 is a step ahead with its keys: its first two round keys are the key itself. Nothing looks at the round while
  // nothing is in work, which spares simulation the tables.
  logic [127:0] next, after_round;
  always_comb begin
    next        = 'x;
    after_round = 'x;
    if (run_q) begin
      next        = next_key(older_q, newest_q[31:0], !key256_q || round_q[0], constant_q);
      after_round = round(state_q, key256_q ? newest_q : next, last);
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      key256_q    <= 1'b0;
      key_q       <= '0;
      older_q    <= '0;
      newest_q    <= '0;
      constant_q  <= '0;
      run_q       <= 1'b0;
      round_q     <= '0;
      state_q     <= '0;
      id_q        <= '0;
      valid_q     <= 1'b0;
      result_q    <= '0;
      result_id_q <= '0;
    end else begin
      if (key_load_i) begin
        key256_q <= key256_i;
        key_q    <= {key_i[255:128], key256_i ? key_i[127:0] : 128'd0};
      end
      if (out_ready_i) valid_q <= 1'b0;
      if (step) begin
        round_q  <= round_q + 4'd1;
        older_q <= key256_q ? newest_q : next;
        newest_q <= next;
        if (!key256_q || round_q[0]) constant_q <= {constant_q[6:0], 1'b0} ^ (constant_q[7] ? 8'h1b : 8'h00);
        if (last) begin
          run_q       <= 1'b0;
          valid_q     <= 1'b1;
          result_q    <= after_round;
          result_id_q <= id_q;
        end else begin
          state_q <= after_round;
        end
      end
      if (take) begin
        run_q      <= 1'b1;
        round_q    <= 4'd1;
        state_q    <= in_block_i ^ key_q[255:128];
        id_q       <= in_id_i;
        older_q   <= key_q[255:128];
        newest_q   <= key256_q ? key_q[127:0] : key_q[255:128];
        constant_q <= 8'h01;
      end
    end
  end

`ifndef SYNTHESIS
  a_load: assert property (@(posedge clk_i) disable iff (!rst_ni) key_load_i |-> !run_q && !valid_q);
  a_hold: assert property (@(posedge clk_i) disable iff (!rst_ni)
      out_valid_o && !out_ready_i && !clear_i |=> out_valid_o && out_block_o == $past(out_block_o));
  a_clear: assert property (@(posedge clk_i) disable iff (!rst_ni)
      clear_i |=> {key_q, older_q, newest_q, state_q, result_q} == '0 && !run_q && !valid_q);
`endif
endmodule
