// AES-GCM (NIST SP 800-38D) over a stream of beats: one packet at a time, 96-bit IV, 128-bit tag. The AES blocks are made by
// an aes_pool, which other cores may share.
//
//   cmd --> key, iv, counter --> aes_pool --> E(counter n) --(xor in)--> out
//                                   |                            |
//                                   |--> H                       v
//                                   '--> E(J0) --. AAD, cipher, lengths --> ghash --> xor E(J0) --> tag
//
// Order on the streams: one command; its AAD beats if has_aad, the last one marked in_last; its payload beats if has_payload,
// cmd_blocks_i of them, the last one marked; then the tag, offered once the last output beat has been taken. Only the last beat
// of AAD and of payload may be short; octets behind it are not looked at, and are zero on the output. The next command is taken
// after the tag.
//
// The blocks are asked for in this order, as fast as the pool takes them: H if it was not given, the key stream, E(J0). No
// more than the packet needs is asked for. The key is gone from here when the last one has been.
//
// When the tag is taken, every register that held key, H, E(J0) or data is zeroed.
module gcm_core
  import gcm_pkg::*;
#(
    parameter int GHASH_DIGIT = 16  // bits of a GHASH product a clock (ghash): a beat takes 128/GHASH_DIGIT clocks at least, rounded up
) (
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         cmd_valid_i,
    output logic         cmd_ready_o,
    input  gcm_cmd_t     cmd_i,
    input  logic [ 15:0] cmd_blocks_i,       // payload beats
    input  logic         in_valid_i,
    output logic         in_ready_o,
    input  logic [127:0] in_data_i,          // first octet in [127:120]
    input  logic [  4:0] in_bytes_i,         // 1..16
    input  logic         in_last_i,
    output logic         out_valid_o,
    input  logic         out_ready_i,
    output logic [127:0] out_data_o,
    output logic [  4:0] out_bytes_o,
    output logic         out_last_o,
    output logic         tag_valid_o,
    input  logic         tag_ready_i,
    output logic [127:0] tag_o,
    output logic         busy_o,
    // To a client's port of aes_pool.
    output logic         aes_req_valid_o,
    input  logic         aes_req_ready_i,
    output logic         aes_req_key256_o,
    output logic [255:0] aes_req_key_o,
    output logic [127:0] aes_req_block_o,
    input  logic         aes_rsp_valid_i,
    output logic         aes_rsp_ready_o,
    input  logic [127:0] aes_rsp_block_i
);
  typedef enum logic [2:0] {
    IDLE,
    AAD,
    PAYLOAD,
    LENGTH,  // the block of lengths goes into GHASH
    TAG      // offered when everything is in
  } state_e;

  state_e state_q;
  gcm_op_e op_q;
  logic has_payload_q;
  logic h_have_q;   // H is in ghash
  logic j0_have_q;  // E(J0) is here
  logic [60:0] aad_octets_q, payload_octets_q;
  logic [127:0] e_j0_q;
  logic out_valid_q, out_last_q;
  logic [127:0] out_data_q;
  logic [4:0] out_bytes_q;

  wire cmd_fire = cmd_valid_i && cmd_ready_o;
  wire tag_fire = tag_valid_o && tag_ready_i;
  wire in_fire = in_valid_i && in_ready_o;
  wire payload_fire = in_fire && state_q == PAYLOAD;

  // ------------------------------------------------------------------ blocks still to ask for
  logic key256_q;
  logic [255:0] key_q;
  logic [95:0] iv_q;
  logic [31:0] counter_q;  // of the next key stream block
  logic [15:0] blocks_q;   // key stream blocks
  logic h_todo_q, stream_todo_q, j0_todo_q;
  logic todo_q;  // any of these

  wire ask = todo_q && aes_req_ready_i;
  wire ask_last = h_todo_q ? !j0_todo_q : !stream_todo_q;

  assign aes_req_valid_o  = todo_q;
  assign aes_req_key256_o = key256_q;
  assign aes_req_key_o    = key_q;

  always_comb begin
    aes_req_block_o = {iv_q, 32'd1};
    if (stream_todo_q) aes_req_block_o = {iv_q, counter_q};
    if (h_todo_q) aes_req_block_o = '0;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || (ask && ask_last)) begin
      key256_q      <= 1'b0;
      key_q         <= '0;
      iv_q          <= '0;
      counter_q     <= '0;
      blocks_q      <= '0;
      h_todo_q      <= 1'b0;
      j0_todo_q     <= 1'b0;
      todo_q        <= 1'b0;
      stream_todo_q <= 1'b0;
    end else if (cmd_fire) begin
      todo_q        <= 1'b1;
      stream_todo_q <= cmd_i.op != GCM_HASHKEY && cmd_blocks_i != '0;
      key256_q      <= cmd_i.key256;
      key_q         <= {cmd_i.key[255:128], cmd_i.key256 ? cmd_i.key[127:0] : 128'd0};
      iv_q          <= cmd_i.iv;
      counter_q     <= 32'd2;
      blocks_q      <= cmd_i.op == GCM_HASHKEY ? '0 : cmd_blocks_i;
      h_todo_q      <= !cmd_i.h_valid || cmd_i.op == GCM_HASHKEY;
      j0_todo_q     <= cmd_i.op != GCM_HASHKEY;
    end else if (ask) begin
      if (h_todo_q) h_todo_q <= 1'b0;
      else if (stream_todo_q) begin
        stream_todo_q <= blocks_q != 16'd1;
        blocks_q      <= blocks_q - 16'd1;
        counter_q     <= counter_q + 32'd1;
      end
    end
  end

  // ------------------------------------------------------------------ data
  // The blocks come back in order: what one is for follows from what has come.
  wire h_done = aes_rsp_valid_i && state_q != IDLE && !h_have_q;
  wire j0_done = aes_rsp_valid_i && h_have_q && !j0_have_q && (state_q == LENGTH || state_q == TAG);

  assign aes_rsp_ready_o = h_done || j0_done || payload_fire;

  wire out_free = !out_valid_q || out_ready_i;
  wire [127:0] in_kept = gcm_keep(in_data_i, in_bytes_i);
  wire [127:0] out_kept = gcm_keep(in_data_i ^ aes_rsp_block_i, in_bytes_i);
  logic ghash_valid, ghash_ready, ghash_y_valid;
  logic [127:0] ghash_block, ghash_y;

  assign in_ready_o = h_have_q && ghash_ready && (state_q == AAD || (state_q == PAYLOAD && aes_rsp_valid_i && out_free));

  always_comb begin
    ghash_valid = in_fire;
    ghash_block = in_kept;
    if (state_q == LENGTH) begin
      ghash_valid = h_have_q;
      ghash_block = {aad_octets_q, 3'd0, payload_octets_q, 3'd0};
    end else if (state_q == PAYLOAD && op_q == GCM_SEAL) begin
      ghash_block = out_kept;
    end
  end

  ghash #(
      .DIGIT(GHASH_DIGIT)
  ) u_ghash (
      .clk_i,
      .rst_ni,
      .h_load_i ((cmd_fire && cmd_i.h_valid) || h_done),
      .h_i      (cmd_fire ? cmd_i.h : aes_rsp_block_i),
      .clear_i  (tag_fire),
      .valid_i  (ghash_valid),
      .ready_o  (ghash_ready),
      .block_i  (ghash_block),
      .y_valid_o(ghash_y_valid),
      .y_o      (ghash_y)
  );

  // ------------------------------------------------------------------ sequence
  assign cmd_ready_o = state_q == IDLE;
  assign busy_o      = state_q != IDLE;
  assign out_valid_o = out_valid_q;
  assign out_data_o  = out_data_q;
  assign out_bytes_o = out_bytes_q;
  assign out_last_o  = out_last_q;
  // For GCM_HASHKEY the hash is of nothing, Y = 0, and H stands in place of E(J0).
  assign tag_valid_o = state_q == TAG && j0_have_q && ghash_y_valid && !out_valid_q;
  assign tag_o       = tag_valid_o ? ghash_y ^ e_j0_q : '0;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || tag_fire) begin
      state_q          <= IDLE;
      op_q             <= GCM_SEAL;
      has_payload_q    <= 1'b0;
      h_have_q         <= 1'b0;
      j0_have_q        <= 1'b0;
      aad_octets_q     <= '0;
      payload_octets_q <= '0;
      e_j0_q           <= '0;
      out_valid_q      <= 1'b0;
      out_last_q       <= 1'b0;
      out_data_q       <= '0;
      out_bytes_q      <= '0;
    end else begin
      if (out_ready_i) out_valid_q <= 1'b0;
      unique case (state_q)
        IDLE: if (cmd_fire) begin
          op_q          <= cmd_i.op;
          has_payload_q <= cmd_i.has_payload;
          h_have_q      <= cmd_i.h_valid && cmd_i.op != GCM_HASHKEY;
          if (cmd_i.op == GCM_HASHKEY) state_q <= TAG;
          else if (cmd_i.has_aad) state_q <= AAD;
          else if (cmd_i.has_payload) state_q <= PAYLOAD;
          else state_q <= LENGTH;
        end
        AAD: if (in_fire) begin
          aad_octets_q <= aad_octets_q + 61'(in_bytes_i);
          if (in_last_i) state_q <= has_payload_q ? PAYLOAD : LENGTH;
        end
        PAYLOAD: if (in_fire) begin
          payload_octets_q <= payload_octets_q + 61'(in_bytes_i);
          out_valid_q      <= 1'b1;
          out_data_q       <= out_kept;
          out_bytes_q      <= in_bytes_i;
          out_last_q       <= in_last_i;
          if (in_last_i) state_q <= LENGTH;
        end
        LENGTH: if (ghash_valid && ghash_ready) state_q <= TAG;
        default: ;  // TAG: left by tag_fire
      endcase
      if (h_done) h_have_q <= 1'b1;
      if (j0_done || (h_done && op_q == GCM_HASHKEY)) begin
        j0_have_q <= 1'b1;
        e_j0_q    <= aes_rsp_block_i;
      end
    end
  end

`ifndef SYNTHESIS
  // What the user owes.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      if (in_valid_i) a_bytes: assert (in_bytes_i >= 5'd1 && in_bytes_i <= 5'd16);
      if (in_fire && !in_last_i) a_full: assert (in_bytes_i == 5'd16);
      if (cmd_fire && cmd_i.op != GCM_HASHKEY) a_blocks: assert (cmd_i.has_payload == (cmd_blocks_i != '0));
    end
  end
  a_in_hold: assert property (@(posedge clk_i) disable iff (!rst_ni)
      in_valid_i && !in_ready_o |=> in_valid_i && $past({in_data_i, in_bytes_i, in_last_i}) == {in_data_i, in_bytes_i, in_last_i});
  // What it gets.
  a_out_hold: assert property (@(posedge clk_i) disable iff (!rst_ni)
      out_valid_o && !out_ready_i |=>
      out_valid_o && $past({out_data_o, out_bytes_o, out_last_o}) == {out_data_o, out_bytes_o, out_last_o});
  a_tag_hold: assert property (@(posedge clk_i) disable iff (!rst_ni)
      tag_valid_o && !tag_ready_i |=> tag_valid_o && $past(tag_o) == tag_o);
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      if (tag_valid_o) a_tag_last: assert (!out_valid_o);
      a_todo: assert (todo_q == (h_todo_q || stream_todo_q || j0_todo_q) && stream_todo_q == (blocks_q != '0));
      // As many beats came as were announced: every block asked for has been used up, and none comes for nobody.
      if (tag_valid_o) a_asked: assert (!aes_req_valid_o && !aes_rsp_valid_i);
      if (state_q == IDLE) a_nobody: assert (!aes_rsp_valid_i && !aes_req_valid_o);
    end
  end
  a_req_hold: assert property (@(posedge clk_i) disable iff (!rst_ni)
      aes_req_valid_o && !aes_req_ready_i |=> aes_req_valid_o && $past({aes_req_key_o, aes_req_block_o}) == {aes_req_key_o, aes_req_block_o});
  // G5: the key goes when nothing is left to be asked for, and nothing secret outlives its command.
  always_ff @(posedge clk_i) if (rst_ni && !aes_req_valid_o) a_g5_key: assert ({key_q, iv_q} == '0);
  a_g5_zero: assert property (@(posedge clk_i) disable iff (!rst_ni)
      tag_fire |=> !busy_o && {key_q, iv_q, e_j0_q, out_data_q} == '0 && {u_ghash.h_q, u_ghash.x_q, u_ghash.z_q} == '0);
`endif
endmodule
