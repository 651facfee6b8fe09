// Inbound packet path: one ESP packet from the ingest ring to one status, and a plain packet if everything passed.
//
//   ring -> ring_window -> [SPI SN IV | payload ... | ICV] -> gcm_core -+-> in_rebuild -> pkt_store (not yet committed)
//                                                                       `-> in_judge (trailer, inner header, selectors)
//
// Order of work, which is also the order of the verdicts:
//   record's own verdict; IP fragment; not ESP; truncated; UDP length; the table's look-up verdict;
//   ICV and the table's commit verdict; padding; dummy; next header; inner header; selectors; ECN; TTL.
// Plaintext is written to the packet store while it comes, but the store is told to let it go only after the last of these
// checks (G4, G8, G11).
//
// Key, salt and hash key go from the table's answer straight into gcm_core and are not held here. The AES engines stand outside
// (aes_pool); the other direction uses them too.
module esp_in
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import esp_pkg::*;
  import gcm_pkg::*;
#(
    parameter int GHASH_DIGIT = 16  // see gcm_core
) (
    input  logic         clk_i,
    input  logic         rst_ni,
    // From pkt_ingest (EXACT = 0). The record stays on offer until its packet is done.
    input  logic         rec_valid_i,
    output logic         rec_ready_o,
    input  ingest_t      rec_i,
    output logic         ring_rd_en_o,
    output logic [15:0]  ring_rd_addr_o,
    input  logic [127:0] ring_rd_data_i,
    // SA table.
    output logic         lkp_req_valid_o,
    input  logic         lkp_req_ready_i,
    output lookup_req_t  lkp_req_o,
    input  logic         lkp_rsp_valid_i,
    output logic         lkp_rsp_ready_o,
    input  lookup_rsp_t  lkp_rsp_i,
    output logic         cmt_req_valid_o,
    input  logic         cmt_req_ready_i,
    output commit_req_t  cmt_req_o,
    input  logic         cmt_rsp_valid_i,
    output logic         cmt_rsp_ready_o,
    input  verdict_e     cmt_rsp_i,
    // Client's port of aes_pool.
    output logic         aes_req_valid_o,
    input  logic         aes_req_ready_i,
    output logic         aes_req_key256_o,
    output logic [255:0] aes_req_key_o,
    output logic [127:0] aes_req_block_o,
    input  logic         aes_rsp_valid_i,
    output logic         aes_rsp_ready_o,
    input  logic [127:0] aes_rsp_block_i,
    // pkt_store.
    input  logic [15:0]  space_i,
    output logic         wr_valid_o,
    output logic [15:0]  wr_beat_o,
    output logic [127:0] wr_data_o,
    output logic         commit_valid_o,
    input  logic         commit_ready_i,
    output status_desc_t commit_status_o,
    // One verdict a packet, for the drop counters.
    output logic         cnt_valid_o,
    input  logic         cnt_ready_i,
    output verdict_e     cnt_verdict_o,
    output logic         busy_o
);
  typedef enum logic [4:0] {
    IDLE,     // wait for a record
    CHECK,    // is it ESP?
    SPACE,    // room in the store, gcm_core free, ESP header read
    LOOKUP,   // ask the table
    ANSWER,   // take its answer, start gcm_core
    AAD,
    BODY,     // ciphertext in; plaintext may come out already
    TAG,      // last plaintext, then compare
    COMMIT,   // tell the table
    RESULT,   // its verdict
    TRAILER,  // padding, next header, inner header
    LOOK,     // beat 0 of the output is known: ECN, TTL
    SUM,      // its checksum
    HEADER,   // write the header beats
    SELECT,   // compare with the selectors
    POLICY,   // last verdicts
    STATUS    // status to the store, verdict to the counters, pop
  } state_e;

  // What is kept of the table's answer.
  typedef struct packed {
    logic [15:0]   flags;
    sa_word1_in_t  ports;
    sa_word11_in_t rule;
    logic [127:0]  src_prefix;
    logic [127:0]  dst_prefix;
  } policy_t;

  state_e      state_q;
  verdict_e    verdict_q;
  logic [15:0] esp_off_q;    // octets before the ESP header
  logic [16:0] cipher_q;     // octets the cipher handles; negative (bit 16) when the packet is too short
  logic [15:0] index_q, generation_q;
  logic [63:0] seq_q;
  policy_t     policy_q;
  logic [15:0] left_q;       // ciphertext octets not yet given to gcm_core
  logic        icv_ok_q;
  logic        opened_q;     // the ICV was right and the table agreed: the trailer may be told
  logic        counted_q, stored_q;

  // ------------------------------------------------------------------ what the record says
  wire         udp       = rec_i.ip.proto == 8'd17;
  wire [15:0]  udp_len   = rec_i.ip.l4[95:80];
  wire [15:0]  upper_len = rec_i.ip.total_len - rec_i.ip.hdr_len;
  wire         tunnel    = policy_q.flags[SA_FLAG_TUNNEL];
  wire [31:0]  cookie    = rec_i.desc[31:0];
  verdict_e    outer_verdict;

  always_comb begin
    outer_verdict = VERDICT_OK;
    if (rec_i.verdict != VERDICT_OK) outer_verdict = rec_i.verdict;
    else if (rec_i.ip.frag) outer_verdict = VERDICT_ESP_FRAGMENT;
    else if (!udp && rec_i.ip.proto != 8'd50) outer_verdict = VERDICT_NOT_ESP;
    // A datagram without room for an SPI, or with the non-ESP marker of IKE (RFC 3948 2.2), or a keep-alive.
    else if (udp && (rec_i.ip.l4_bytes < 5'd12 || rec_i.ip.l4[63:32] == '0)) outer_verdict = VERDICT_NOT_ESP;
    else if (cipher_q[16] || cipher_q[15:0] < 16'd4 || cipher_q[1:0] != '0) outer_verdict = VERDICT_TRUNCATED;
    else if (udp && udp_len != upper_len) outer_verdict = VERDICT_MALFORMED;
  end

  // ------------------------------------------------------------------ reading the ring
  logic         win_start, win_valid, win_take;
  logic [15:0]  win_offset;
  logic [127:0] win_data;

  ring_window u_window (
      .clk_i,
      .rst_ni,
      .start_i  (win_start),
      .addr_i   (rec_i.addr),
      .beats_i  (rec_i.beats),
      .offset_i (win_offset),
      .valid_o  (win_valid),
      .take_i   (win_take),
      .data_o   (win_data),
      .rd_en_o  (ring_rd_en_o),
      .rd_addr_o(ring_rd_addr_o),
      .rd_data_i(ring_rd_data_i)
  );

  // ------------------------------------------------------------------ cipher
  logic         gcm_cmd_valid, gcm_cmd_ready, gcm_in_valid, gcm_in_ready, gcm_in_last;
  logic         gcm_out_valid, gcm_out_ready, gcm_out_last, gcm_tag_valid, gcm_tag_ready, gcm_busy;
  gcm_cmd_t     gcm_cmd;
  logic [127:0] gcm_in_data, gcm_out_data, gcm_tag;
  logic [4:0]   gcm_in_bytes, gcm_out_bytes;

  wire esn  = policy_q.flags[SA_FLAG_ESN];
  wire last = left_q <= 16'd16;

  always_comb begin
    gcm_cmd             = '0;
    gcm_cmd.op          = GCM_OPEN;
    gcm_cmd.key256      = lkp_rsp_i.view.w0.flags[SA_FLAG_KEY256];
    gcm_cmd.key         = lkp_rsp_i.view.key;
    gcm_cmd.iv          = {lkp_rsp_i.view.salt, win_data[63:0]};
    gcm_cmd.h           = lkp_rsp_i.view.h;
    gcm_cmd.h_valid     = 1'b1;
    gcm_cmd.has_aad     = 1'b1;
    gcm_cmd.has_payload = 1'b1;
  end

  always_comb begin
    gcm_in_valid = win_valid && (state_q == AAD || state_q == BODY);
    if (state_q == AAD) begin
      gcm_in_data  = esn ? {win_data[127:96], seq_q[63:32], win_data[95:64], 32'd0} : {win_data[127:64], 64'd0};
      gcm_in_bytes = esn ? 5'd12 : 5'd8;
      gcm_in_last  = 1'b1;
    end else begin
      gcm_in_data  = win_data;
      gcm_in_bytes = last ? left_q[4:0] : 5'd16;
      gcm_in_last  = last;
    end
  end

  gcm_core #(
      .GHASH_DIGIT(GHASH_DIGIT)
  ) u_gcm (
      .clk_i,
      .rst_ni,
      .cmd_valid_i (gcm_cmd_valid),
      .cmd_ready_o (gcm_cmd_ready),
      .cmd_i       (gcm_cmd),
      .cmd_blocks_i({4'd0, cipher_q[15:4]} + {15'd0, cipher_q[3:0] != '0}),
      .in_valid_i  (gcm_in_valid),
      .in_ready_o  (gcm_in_ready),
      .in_data_i   (gcm_in_data),
      .in_bytes_i  (gcm_in_bytes),
      .in_last_i   (gcm_in_last),
      .out_valid_o (gcm_out_valid),
      .out_ready_i (gcm_out_ready),
      .out_data_o  (gcm_out_data),
      .out_bytes_o (gcm_out_bytes),
      .out_last_o  (gcm_out_last),
      .tag_valid_o (gcm_tag_valid),
      .tag_ready_i (gcm_tag_ready),
      .tag_o       (gcm_tag),
      .busy_o      (gcm_busy),
      .aes_req_valid_o,
      .aes_req_ready_i,
      .aes_req_key256_o,
      .aes_req_key_o,
      .aes_req_block_o,
      .aes_rsp_valid_i,
      .aes_rsp_ready_o,
      .aes_rsp_block_i
  );

  wire in_fire  = gcm_in_valid && gcm_in_ready;
  wire out_fire = gcm_out_valid && gcm_out_ready;

  // ------------------------------------------------------------------ output packet
  logic         plain_end, header_last, ecn_drop, ttl_end;
  logic [3:0]   version;
  logic [7:0]   next_header;
  logic [15:0]  payload, inner_len;

  wire          header_wr   = state_q == HEADER && (tunnel || win_valid);
  wire          look        = state_q == LOOK && (tunnel || win_valid);
  wire  [15:0]  rebuilt_len = rec_i.ip.hdr_len + payload;

  in_rebuild u_rebuild (
      .clk_i,
      .rst_ni,
      .start_i      (state_q == IDLE),
      .place_i      (state_q == AAD),
      .tunnel_i     (tunnel),
      .flags_i      (policy_q.flags),
      .hdr_len_i    (rec_i.ip.hdr_len),
      .nh_offset_i  (rec_i.ip.nh_offset),
      .outer_ecn_i  (rec_i.ip.tos[1:0]),
      .valid_i      (out_fire),
      .data_i       (gcm_out_data),
      .words_i      (gcm_out_bytes[4:2]),
      .last_i       (gcm_out_last),
      .end_o        (plain_end),
      .version_o    (version),
      .rewind_i     (state_q == TRAILER),
      .look_i       (look),
      .sum_i        (state_q == SUM),
      .header_i     (header_wr),
      .header_beat_i(win_data),
      .total_len_i  (rebuilt_len),
      .proto_i      (next_header),
      .header_last_o(header_last),
      .ecn_drop_o   (ecn_drop),
      .ttl_end_o    (ttl_end),
      .wr_valid_o,
      .wr_beat_o,
      .wr_data_o
  );

  // ------------------------------------------------------------------ judges
  logic     plain_done, match;
  verdict_e trailer_verdict;

  in_judge u_judge (
      .clk_i,
      .rst_ni,
      .start_i      (state_q == IDLE),
      .tunnel_i     (tunnel),
      .cipher_i     (cipher_q),
      .version_i    (version),
      .valid_i      (out_fire),
      .data_i       (gcm_out_data),
      .bytes_i      (gcm_out_bytes),
      .last_i       (gcm_out_last),
      .header_i     (header_wr),
      .header_beat_i(wr_data_o),
      .header_last_i(header_last),
      .select_i     (state_q == SELECT),
      .ports_i      (policy_q.ports),
      .rule_i       (policy_q.rule),
      .src_prefix_i (policy_q.src_prefix),
      .dst_prefix_i (policy_q.dst_prefix),
      .done_o       (plain_done),
      .next_header_o(next_header),
      .payload_o    (payload),
      .inner_len_o  (inner_len),
      .verdict_o    (trailer_verdict),
      .match_o      (match)
  );

  // ------------------------------------------------------------------ store
  assign commit_valid_o = state_q == STATUS && !stored_q;
  assign cnt_valid_o    = state_q == STATUS && !counted_q;
  assign cnt_verdict_o  = verdict_q;

  always_comb begin
    commit_status_o.index       = index_q;
    commit_status_o.generation  = generation_q;
    commit_status_o.length      = verdict_q != VERDICT_OK ? 16'd0 : tunnel ? inner_len : rebuilt_len;
    commit_status_o.verdict     = verdict_q;
    commit_status_o.next_header = opened_q ? next_header : 8'd0;
    commit_status_o.aux         = verdict_q == VERDICT_OK ? seq_q[31:0] : 32'd0;
    commit_status_o.cookie      = cookie;
  end

  // ------------------------------------------------------------------ table
  assign lkp_req_valid_o = state_q == LOOKUP;
  assign lkp_req_o       = '{spi: win_data[127:96], seq_lo: win_data[95:64], udp: udp};
  assign cmt_req_valid_o = state_q == COMMIT;
  assign cmt_req_o       = '{index: index_q, generation: generation_q, seq: seq_q, octets: cipher_q[15:0], icv_ok: icv_ok_q};
  assign cmt_rsp_ready_o = state_q == RESULT;

  wire answer_ok = lkp_rsp_i.verdict == VERDICT_OK;

  assign gcm_cmd_valid   = state_q == ANSWER && lkp_rsp_valid_i && answer_ok;
  assign lkp_rsp_ready_o = state_q == ANSWER && (!answer_ok || gcm_cmd_ready);
  assign gcm_out_ready   = state_q == BODY || state_q == TAG;
  assign gcm_tag_ready   = state_q == TAG && plain_end && win_valid;

  // ------------------------------------------------------------------ sequence
  wire trailer_go = state_q == TRAILER && (plain_done || !tunnel);

  always_comb begin
    win_start  = 1'b0;
    win_offset = esp_off_q;
    win_take   = in_fire || (state_q == HEADER && !tunnel && win_valid);
    if (state_q == CHECK && outer_verdict == VERDICT_OK) begin
      win_start = 1'b1;
    end else if (state_q == BODY && in_fire && last) begin
      win_start  = 1'b1;
      win_offset = rec_i.ip.total_len - 16'd16;  // the ICV
    end else if (trailer_go && trailer_verdict == VERDICT_OK && !tunnel) begin
      win_start  = 1'b1;
      win_offset = '0;
    end
  end

  assign rec_ready_o = state_q == STATUS && (stored_q || commit_ready_i) && (counted_q || cnt_ready_i);
  assign busy_o      = state_q != IDLE || gcm_busy;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q      <= IDLE;
      verdict_q    <= VERDICT_OK;
      esp_off_q    <= '0;
      cipher_q     <= '0;
      index_q      <= 16'hFFFF;
      generation_q <= '0;
      seq_q        <= '0;
      policy_q     <= '0;
      left_q       <= '0;
      icv_ok_q     <= 1'b0;
      opened_q     <= 1'b0;
      counted_q    <= 1'b0;
      stored_q     <= 1'b0;
    end else begin
      unique case (state_q)
        IDLE: if (rec_valid_i) begin
          state_q   <= CHECK;
          esp_off_q <= rec_i.ip.hdr_len + (udp ? 16'd8 : 16'd0);
          // Without SPI, sequence number, IV (16 octets) and ICV (16).
          cipher_q  <= {1'b0, rec_i.ip.total_len} - {1'b0, rec_i.ip.hdr_len} - (udp ? 17'd40 : 17'd32);
        end
        CHECK: begin
          verdict_q <= outer_verdict;
          left_q    <= cipher_q[15:0];
          state_q   <= outer_verdict == VERDICT_OK ? SPACE : STATUS;
        end
        SPACE: if (space_i >= rec_i.beats && gcm_cmd_ready && win_valid) state_q <= LOOKUP;
        LOOKUP: if (lkp_req_ready_i) state_q <= ANSWER;
        ANSWER: if (lkp_rsp_valid_i && lkp_rsp_ready_o) begin
          verdict_q    <= lkp_rsp_i.verdict;
          index_q      <= lkp_rsp_i.index;
          generation_q <= lkp_rsp_i.generation;
          seq_q        <= lkp_rsp_i.seq;
          policy_q     <= '{flags: lkp_rsp_i.view.w0.flags, ports: lkp_rsp_i.view.w1, rule: lkp_rsp_i.view.w11,
                            src_prefix: lkp_rsp_i.view.addr_a, dst_prefix: lkp_rsp_i.view.addr_b};
          state_q      <= answer_ok ? AAD : STATUS;
        end
        AAD: if (in_fire) state_q <= BODY;
        BODY: if (in_fire) begin
          left_q <= left_q - 16'd16;
          if (last) state_q <= TAG;
        end
        TAG: if (gcm_tag_valid && gcm_tag_ready) begin
          icv_ok_q <= gcm_tag == win_data;
          state_q  <= COMMIT;
        end
        COMMIT: if (cmt_req_ready_i) state_q <= RESULT;
        RESULT: if (cmt_rsp_valid_i) begin
          // The table refuses a wrong ICV by itself; should it not, the packet still stays in.
          verdict_q <= (cmt_rsp_i == VERDICT_OK && !icv_ok_q) ? VERDICT_BAD_ICV : cmt_rsp_i;
          opened_q  <= cmt_rsp_i == VERDICT_OK && icv_ok_q;
          state_q   <= cmt_rsp_i == VERDICT_OK && icv_ok_q ? TRAILER : STATUS;
        end
        TRAILER: if (trailer_go) begin
          verdict_q <= trailer_verdict;
          state_q   <= trailer_verdict == VERDICT_OK ? LOOK : STATUS;
        end
        LOOK: if (look) state_q <= SUM;
        SUM: state_q <= HEADER;
        HEADER: if (header_wr && header_last) state_q <= SELECT;
        SELECT: if (plain_done) state_q <= POLICY;
        POLICY: begin
          state_q <= STATUS;
          if (!match) verdict_q <= VERDICT_DISCARDS_SELECTOR;
          else if (ecn_drop) verdict_q <= VERDICT_ECN_DROP;
          else if (ttl_end) verdict_q <= VERDICT_TTL;
        end
        default: begin  // STATUS
          if (commit_ready_i) stored_q <= 1'b1;
          if (cnt_ready_i) counted_q <= 1'b1;
          if (rec_ready_o) begin
            state_q      <= IDLE;
            stored_q     <= 1'b0;
            counted_q    <= 1'b0;
            index_q      <= 16'hFFFF;
            generation_q <= '0;
            seq_q        <= '0;
            policy_q     <= '0;
            icv_ok_q     <= 1'b0;
            opened_q     <= 1'b0;
          end
        end
      endcase
    end
  end

`ifndef SYNTHESIS
  // G4: a packet leaves only with verdict ok, and that only after ICV, table and selectors said yes.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      if (commit_valid_o && commit_status_o.length != '0)
        a_leaves: assert (icv_ok_q && opened_q && match && verdict_q == VERDICT_OK);
      // Plaintext is never written past the room that was there at the start.
      if (wr_valid_o) a_room: assert (wr_beat_o < rec_i.beats);
    end
  end
  // The record does not change while it is worked on.
  a_record: assert property (@(posedge clk_i) disable iff (!rst_ni)
      rec_valid_i && !rec_ready_o |=> rec_valid_i && $past(rec_i) == rec_i);
`endif
endmodule
