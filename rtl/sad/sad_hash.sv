// Hash key of an SA: H = E_K(0) (NIST SP 800-38D), needed once in an SA's life. So it is AES a column at a time: four S-boxes
// serve the state and the key schedule in turn, a quarter of the logic of aes_core.
//
//   step of a round   0                1 .. 4
//   S-boxes           newest key word  column 0 .. 3 of the state, shifted rows
//   key register      .                one new word a step
//
// AES-128 takes 10 * 5 clocks, AES-256 14 * 5. AES-256 is four words ahead with its keys: its first two round keys are the
// key itself.
module sad_hash
  import aes_pkg::*;
(
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         start_i,   // only while idle
    input  logic         key256_i,
    input  logic [255:0] key_i,     // AES-128 in [255:128]
    output logic         valid_o,   // h_o holds until clear_i
    output logic [127:0] h_o,
    input  logic         clear_i    // zeroes everything
);
  logic         run_q, valid_q, key256_q;
  logic [2:0]   step_q;
  logic [3:0]   round_q;   // from 1
  logic [7:0]   constant_q;
  logic [255:0] key_q;     // key words, oldest on top; AES-128 in the lower half
  logic [31:0]  turned_q;  // newest word through the S-boxes
  logic [127:0] state_q;   // column 0 on top; turned by a column each step
  logic [95:0]  done_q;    // columns of the next state

  wire        last   = round_q == (key256_q ? 4'd14 : 4'd10);
  wire        rotate = !key256_q || round_q[0];
  wire [31:0] column = {state_q[127:120], state_q[87:80], state_q[47:40], state_q[7:0]};
  wire [31:0] subbed = sub_word(step_q == 3'd0 ? key_q[31:0] : column);
  wire [31:0] oldest = key256_q ? key_q[255:224] : key_q[127:96];
  wire [31:0] newest = oldest ^ (step_q == 3'd1 ? turned_q : key_q[31:0]);
  wire [31:0] mixed  = (last ? subbed : mix_column(subbed)) ^ (key256_q ? key_q[127:96] : newest);

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      run_q      <= 1'b0;
      valid_q    <= 1'b0;
      key256_q   <= 1'b0;
      step_q     <= '0;
      round_q    <= '0;
      constant_q <= '0;
      key_q      <= '0;
      turned_q   <= '0;
      state_q    <= '0;
      done_q     <= '0;
    end else if (start_i) begin
      run_q      <= 1'b1;
      key256_q   <= key256_i;
      step_q     <= '0;
      round_q    <= 4'd1;
      constant_q <= 8'h01;
      key_q      <= key256_i ? key_i : {128'd0, key_i[255:128]};
      state_q    <= key_i[255:128];  // the block is zero
    end else if (run_q) begin
      if (step_q == 3'd0) begin
        step_q   <= 3'd1;
        turned_q <= rotate ? {subbed[23:16] ^ constant_q, subbed[15:0], subbed[31:24]} : subbed;
        if (rotate) constant_q <= {constant_q[6:0], 1'b0} ^ (constant_q[7] ? 8'h1b : 8'h00);
      end else begin
        step_q  <= step_q == 3'd4 ? 3'd0 : step_q + 3'd1;
        key_q   <= {key_q[223:0], newest};
        done_q  <= {done_q[63:0], mixed};
        state_q <= step_q == 3'd4 ? {done_q, mixed} : {state_q[95:0], state_q[127:96]};
        if (step_q == 3'd4) begin
          round_q <= round_q + 4'd1;
          run_q   <= !last;
          valid_q <= last;
        end
      end
    end
  end

  assign valid_o = valid_q;
  assign h_o     = state_q;

`ifndef SYNTHESIS
  // G5: nothing of the key is left.
  a_g5_clear: assert property (@(posedge clk_i) disable iff (!rst_ni)
      clear_i |=> {key_q, turned_q, state_q, done_q} == '0 && !run_q);
  always_ff @(posedge clk_i) if (rst_ni && start_i) a_start: assert (!run_q && !valid_q);
`endif
endmodule
