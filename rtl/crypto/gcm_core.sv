// AES-GCM (NIST SP 800-38D) over a stream of beats: one packet at a time, 96-bit IV, 128-bit tag.
//
//   cmd --> key ------> aes_core --> E(counter n) --(xor in)--> out
//           iv, counter    |                            |
//                          |--> H                       v
//                          '--> E(J0) --. AAD, cipher, lengths --> ghash --> xor E(J0) --> tag
//
// Order on the streams: one command; its AAD beats if has_aad, the last one marked in_last; its payload beats if has_payload,
// the last one marked; then the tag, offered once the last output beat has been taken. Only the last beat of AAD and of payload
// may be short; octets behind it are not looked at, and are zero on the output. The next command is taken after the tag.
//
// Counter mode runs ahead of the data: while a beat waits for its key stream the next one is already in work, and GHASH handles
// the beat before. So a payload beat takes what AES takes, 10 clocks (AES-256: 14). E(J0) fills the first gap: it is made
// when the end of the payload is in sight, or earlier if the next beat is not there yet. A key stream block that was made
// for nothing is thrown away with the key.
//
// When the tag is taken, every register that held key, round key, H, E(J0), key stream or data is zeroed.
module gcm_core
  import gcm_pkg::*;
#(
    parameter int GHASH_DIGIT = 16  // bits of a GHASH product a clock: 16 keeps up with AES; 32 ends a packet 3 to 7 clocks earlier
) (
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         cmd_valid_i,
    output logic         cmd_ready_o,
    input  gcm_cmd_t     cmd_i,
    input  logic         in_valid_i,
    output logic         in_ready_o,
    input  logic [127:0] in_data_i,    // first octet in [127:120]
    input  logic [  4:0] in_bytes_i,   // 1..16
    input  logic         in_last_i,
    output logic         out_valid_o,
    input  logic         out_ready_i,
    output logic [127:0] out_data_o,
    output logic [  4:0] out_bytes_o,
    output logic         out_last_o,
    output logic         tag_valid_o,
    input  logic         tag_ready_i,
    output logic [127:0] tag_o,
    output logic         busy_o
);
  typedef enum logic [2:0] {
    IDLE,
    AAD,
    PAYLOAD,
    LENGTH,  // the block of lengths goes into GHASH
    TAG      // offered when everything is in
  } state_e;

  // What an AES result is for.
  typedef enum logic [1:0] {
    KIND_H,
    KIND_J0,
    KIND_STREAM
  } kind_e;

  state_e state_q;
  gcm_op_e op_q;
  logic has_payload_q;
  logic h_todo_q, h_have_q;    // H: not yet given to AES; in ghash
  logic j0_todo_q, j0_have_q;  // the same for E(J0)
  logic [95:0] iv_q;
  logic [31:0] counter_q;      // of the next key stream block
  logic [1:0] ahead_q;         // key stream blocks given to AES and not yet used
  logic [60:0] aad_octets_q, payload_octets_q;
  logic [127:0] e_j0_q;
  logic out_valid_q, out_last_q;
  logic [127:0] out_data_q;
  logic [4:0] out_bytes_q;

  wire cmd_fire = cmd_valid_i && cmd_ready_o;
  wire tag_fire = tag_valid_o && tag_ready_i;
  wire in_fire = in_valid_i && in_ready_o;
  wire payload_fire = in_fire && state_q == PAYLOAD;

  // ------------------------------------------------------------------ AES: what next?
  logic aes_in_valid, aes_in_ready, aes_out_valid, aes_out_ready;
  logic [127:0] aes_in, aes_out;
  logic [1:0] aes_out_id;
  kind_e kind;
  logic kind_valid;

  // in_sight: the beat that waits is a payload beat; the first of the ahead_q key stream blocks is its own.
  // no_more: no key stream block will be used beyond those. wanted: one more will be, for sure.
  wire in_sight = state_q == PAYLOAD && in_valid_i;
  wire no_more = state_q == LENGTH || state_q == TAG || !has_payload_q || (in_sight && in_last_i && ahead_q != 2'd0);
  wire wanted = !no_more && (ahead_q == 2'd0 || (ahead_q == 2'd1 && in_sight));

  always_comb begin
    kind_valid = 1'b1;
    if (h_todo_q) kind = KIND_H;
    else if (wanted || !j0_todo_q) begin
      kind = KIND_STREAM;
      kind_valid = !no_more;
    end else kind = KIND_J0;
  end

  always_comb begin
    unique case (kind)
      KIND_H: aes_in = '0;
      KIND_J0: aes_in = {iv_q, 32'd1};
      default: aes_in = {iv_q, counter_q};
    endcase
  end

  wire stream_valid = aes_out_valid && aes_out_id == KIND_STREAM;
  wire start = aes_in_valid && aes_in_ready;

  assign aes_in_valid  = kind_valid && state_q != IDLE;
  assign aes_out_ready = aes_out_id != KIND_STREAM || payload_fire;

  aes_core #(
      .ID_WIDTH(2)
  ) u_aes (
      .clk_i,
      .rst_ni,
      .key_load_i (cmd_fire),
      .key256_i   (cmd_i.key256),
      .key_i      (cmd_i.key),
      .clear_i    (tag_fire),
      .in_valid_i (aes_in_valid),
      .in_ready_o (aes_in_ready),
      .in_block_i (aes_in),
      .in_id_i    (kind),
      .out_valid_o(aes_out_valid),
      .out_ready_i(aes_out_ready),
      .out_block_o(aes_out),
      .out_id_o   (aes_out_id)
  );

  wire h_done = aes_out_valid && aes_out_id == KIND_H;
  wire j0_done = aes_out_valid && aes_out_id == KIND_J0;

  // ------------------------------------------------------------------ data
  wire out_free = !out_valid_q || out_ready_i;
  wire [127:0] in_kept = gcm_keep(in_data_i, in_bytes_i);
  wire [127:0] out_kept = gcm_keep(in_data_i ^ aes_out, in_bytes_i);
  logic ghash_valid, ghash_ready;
  logic [127:0] ghash_block, ghash_y;

  assign in_ready_o = h_have_q && ghash_ready && (state_q == AAD || (state_q == PAYLOAD && stream_valid && out_free));

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
      .h_load_i((cmd_fire && cmd_i.h_valid) || h_done),
      .h_i     (cmd_fire ? cmd_i.h : aes_out),
      .clear_i (tag_fire),
      .valid_i (ghash_valid),
      .ready_o (ghash_ready),
      .block_i (ghash_block),
      .y_o     (ghash_y)
  );

  // ------------------------------------------------------------------ sequence
  assign cmd_ready_o = state_q == IDLE;
  assign busy_o      = state_q != IDLE;
  assign out_valid_o = out_valid_q;
  assign out_data_o  = out_data_q;
  assign out_bytes_o = out_bytes_q;
  assign out_last_o  = out_last_q;
  // For GCM_HASHKEY the hash is of nothing, Y = 0, and H stands in place of E(J0).
  assign tag_valid_o = state_q == TAG && j0_have_q && ghash_ready && !out_valid_q;
  assign tag_o       = tag_valid_o ? ghash_y ^ e_j0_q : '0;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || tag_fire) begin
      state_q          <= IDLE;
      op_q             <= GCM_SEAL;
      has_payload_q    <= 1'b0;
      h_todo_q         <= 1'b0;
      h_have_q         <= 1'b0;
      j0_todo_q        <= 1'b0;
      j0_have_q        <= 1'b0;
      iv_q             <= '0;
      counter_q        <= '0;
      ahead_q          <= '0;
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
          has_payload_q <= cmd_i.has_payload && cmd_i.op != GCM_HASHKEY;
          h_todo_q      <= !cmd_i.h_valid || cmd_i.op == GCM_HASHKEY;
          h_have_q      <= cmd_i.h_valid;
          j0_todo_q     <= cmd_i.op != GCM_HASHKEY;
          iv_q          <= cmd_i.iv;
          counter_q     <= 32'd2;
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
      if (start) begin
        if (kind == KIND_H) h_todo_q <= 1'b0;
        if (kind == KIND_J0) j0_todo_q <= 1'b0;
        if (kind == KIND_STREAM) counter_q <= counter_q + 32'd1;
      end
      ahead_q <= ahead_q + 2'(start && kind == KIND_STREAM) - 2'(payload_fire);
      if (h_done) h_have_q <= 1'b1;
      if (j0_done || (h_done && op_q == GCM_HASHKEY)) begin
        j0_have_q <= 1'b1;
        e_j0_q    <= aes_out;
      end
    end
  end

`ifndef SYNTHESIS
  // What the user owes.
  a_bytes: assert property (@(posedge clk_i) disable iff (!rst_ni) in_valid_i |-> in_bytes_i >= 5'd1 && in_bytes_i <= 5'd16);
  a_full: assert property (@(posedge clk_i) disable iff (!rst_ni) in_fire && !in_last_i |-> in_bytes_i == 5'd16);
  a_in_hold: assert property (@(posedge clk_i) disable iff (!rst_ni)
      in_valid_i && !in_ready_o |=> in_valid_i && $past({in_data_i, in_bytes_i, in_last_i}) == {in_data_i, in_bytes_i, in_last_i});
  // What it gets.
  a_out_hold: assert property (@(posedge clk_i) disable iff (!rst_ni)
      out_valid_o && !out_ready_i |=>
      out_valid_o && $past({out_data_o, out_bytes_o, out_last_o}) == {out_data_o, out_bytes_o, out_last_o});
  a_tag_hold: assert property (@(posedge clk_i) disable iff (!rst_ni)
      tag_valid_o && !tag_ready_i |=> tag_valid_o && $past(tag_o) == tag_o);
  a_tag_last: assert property (@(posedge clk_i) disable iff (!rst_ni) tag_valid_o |-> !out_valid_o);
  a_ahead: assert property (@(posedge clk_i) disable iff (!rst_ni) payload_fire |-> ahead_q != 2'd0);
  // Nothing secret outlives its command.
  a_zero: assert property (@(posedge clk_i) disable iff (!rst_ni)
      tag_fire |=> !busy_o && {iv_q, e_j0_q, out_data_q} == '0 && {u_ghash.h_q, u_ghash.x_q, u_ghash.z_q} == '0 &&
                   {u_aes.key_q, u_aes.older_q, u_aes.newest_q, u_aes.state_q, u_aes.result_q} == '0);
`endif
endmodule
