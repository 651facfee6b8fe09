// Outbound packet path: one plain IP packet from the ingest ring to one status, and an ESP packet if everything passed.
//
//   ring -> ring_window -> ip_patch -+-> esp_tail -> gcm_core -+-> out_build -> pkt_store (not yet committed)
//                                    `- transport: IP header --'
//
// Order of work, which is also the order of the verdicts:
//   record's own verdict; descriptor against packet; the table's admission verdict; TTL.
// Admission checks the limits, takes a sequence number and counts before the first block is encrypted (G1, G2). The table's
// view of the SA comes only with it, so a packet that dies of its TTL has spent its number; numbers need not be gapless.
//
// Key, salt and hash key go from the table's answer straight into gcm_core and are not held here. The AES engines stand outside
// (aes_pool); the other direction uses them too.
module esp_out
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import esp_pkg::*;
  import gcm_pkg::*;
#(
    parameter int GHASH_DIGIT = 16  // see gcm_core
) (
    input  logic         clk_i,
    input  logic         rst_ni,
    // From pkt_ingest (EXACT = 1). The record stays on offer until its packet is done.
    input  logic         rec_valid_i,
    output logic         rec_ready_o,
    input  ingest_t      rec_i,
    output logic         ring_rd_en_o,
    output logic [15:0]  ring_rd_addr_o,
    input  logic [127:0] ring_rd_data_i,
    // SA table.
    output logic         adm_req_valid_o,
    input  logic         adm_req_ready_i,
    output out_req_t     adm_req_o,
    input  logic         adm_rsp_valid_i,
    output logic         adm_rsp_ready_o,
    input  out_rsp_t     adm_rsp_i,
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
  typedef enum logic [3:0] {
    IDLE,    // wait for a record
    CHECK,   // descriptor against packet
    SPACE,   // room in the store, gcm_core free, first octets read
    ADMIT,   // ask the table
    ANSWER,  // look at its answer
    START,   // take it, start gcm_core
    SUM_A,   // checksum of the outer header or of the UDP pseudo header, two chunks
    SUM_B,
    HEADER,  // outer IP header, or the packet's own in transport mode
    UDP,
    ESP,     // SPI, sequence number, IV
    BODY,    // plaintext in; ciphertext may come out already
    TAG,     // last ciphertext, then the ICV
    FLUSH,   // last beat
    FIX,     // UDP checksum
    STATUS   // status to the store, verdict to the counters, pop
  } state_e;

  // What is kept of the table's answer.
  typedef struct packed {
    logic [31:0]   spi;
    logic [15:0]   flags;
    sa_word1_out_t form;
    logic [127:0]  src;
    logic [127:0]  dst;
  } template_t;

  state_e      state_q;
  verdict_e    verdict_q;
  template_t   tpl_q;
  logic [63:0] seq_q;
  logic [31:0] aux_q;
  logic [15:0] len_q;      // octets of the packet that is built
  logic [15:0] payload_q;  // payload octets not yet given to gcm_core
  logic [15:0] left_q;     // the same with all that is appended
  logic [15:0] head_q;     // transport: header octets not yet written
  logic [15:0] checksum_q; // IPv4 header checksum after patching
  logic [11:0] in_beat_q;  // ring_window beats taken since offset 0
  logic        go_q;       // the answer lets the packet through
  logic        aad_given_q;
  logic        cipher_end_q;
  logic        counted_q, stored_q;
  logic [15:0] id_q;       // IPv4 identification of the next outer header

  // ------------------------------------------------------------------ what the record says
  out_desc_t   desc;
  verdict_e    check_verdict;
  logic        tunnel, dummy;
  logic [15:0] payload, cipher;
  logic [1:0]  pad_len;

  assign desc = rec_i.desc;

  out_check u_check (
      .rec_i,
      .verdict_o(check_verdict),
      .tunnel_o (tunnel),
      .dummy_o  (dummy),
      .payload_o(payload),
      .cipher_o (cipher),
      .pad_len_o(pad_len)
  );

  // Of a packet that is no IP packet nothing can be copied.
  wire        is_ip    = rec_i.verdict == VERDICT_OK;
  wire [7:0]  tos      = is_ip ? rec_i.ip.tos : 8'd0;
  wire        df       = !is_ip || rec_i.ip.v6 || rec_i.ip.df;
  wire        udp      = tpl_q.flags[SA_FLAG_UDP_ENCAP];
  wire        v6       = tunnel ? tpl_q.flags[SA_FLAG_OUTER_V6] : rec_i.ip.v6;
  wire        dec_ttl  = tunnel && tpl_q.flags[SA_FLAG_DEC_TTL];
  wire [7:0]  esp_name = udp ? 8'd17 : 8'd50;  // protocol of the packet that is built
  // Beats of the longest form: IPv6 header, UDP, ESP header, trailer and ICV are 93 octets at most.
  wire [15:0] room     = rec_i.beats + {11'd0, desc.flags[7:3]} + 16'd7;

  wire        head_last = head_q <= 16'd16;

  // ------------------------------------------------------------------ reading the ring
  logic         win_start, win_valid, win_take;
  logic [127:0] win_data, patched;
  logic [15:0]  patched_sum;
  logic [1:0]   inner_ecn;
  logic         ttl_end;

  ring_window u_window (
      .clk_i,
      .rst_ni,
      .start_i  (win_start),
      .addr_i   (rec_i.addr),
      .beats_i  (rec_i.beats),
      .offset_i (state_q == CHECK ? 16'd0 : desc.esp_offset),
      .valid_o  (win_valid),
      .take_i   (win_take),
      .data_o   (win_data),
      .rd_en_o  (ring_rd_en_o),
      .rd_addr_o(ring_rd_addr_o),
      .rd_data_i(ring_rd_data_i)
  );

  ip_patch u_patch (
      .beat_i     (win_data),
      .beat_no_i  (in_beat_q),
      .dec_ttl_i  (dec_ttl),
      .ecn_i      (inner_ecn),
      .resize_i   (!tunnel),
      .total_len_i(len_q),
      .nh_offset_i(desc.nh_offset),
      .proto_i    (esp_name),
      .checksum_i (checksum_q),
      .beat_o     (patched),
      .ecn_o      (inner_ecn),
      .ttl_end_o  (ttl_end)
  );

  // Beat 0, for its new checksum.
  logic [127:0] beat0_q;

  always_ff @(posedge clk_i) if (state_q == ADMIT) beat0_q <= win_data;

  ip_checksum u_checksum (
      .beat_i     (beat0_q),
      .dec_ttl_i  (dec_ttl),
      .ecn_i      (beat0_q[113:112]),
      .resize_i   (!tunnel),
      .total_len_i(len_q),
      .proto_i    (esp_name),
      .checksum_o (patched_sum)
  );

  // ------------------------------------------------------------------ cipher
  logic         gcm_cmd_valid, gcm_cmd_ready, gcm_in_valid, gcm_in_ready, gcm_in_last;
  logic         gcm_out_valid, gcm_out_ready, gcm_out_last, gcm_tag_valid, gcm_tag_ready, gcm_busy;
  gcm_cmd_t     gcm_cmd;
  logic [127:0] gcm_in_data, gcm_out_data, gcm_tag, plain;
  logic [4:0]   gcm_in_bytes, gcm_out_bytes;

  wire esn  = tpl_q.flags[SA_FLAG_ESN];
  wire last = left_q <= 16'd16;

  always_comb begin
    gcm_cmd             = '0;
    gcm_cmd.op          = GCM_SEAL;
    gcm_cmd.key256      = adm_rsp_i.view.w0.flags[SA_FLAG_KEY256];
    gcm_cmd.key         = adm_rsp_i.view.key;
    gcm_cmd.iv          = {adm_rsp_i.view.salt, adm_rsp_i.seq};
    gcm_cmd.h           = adm_rsp_i.view.h;
    gcm_cmd.h_valid     = 1'b1;
    gcm_cmd.has_aad     = 1'b1;
    gcm_cmd.has_payload = 1'b1;
  end

  // A dummy packet goes as it is.
  esp_tail u_tail (
      .data_i       (tunnel && !dummy ? patched : win_data),
      .payload_i    (tail_payload(payload_q)),
      .left_i       (tail_left(left_q)),
      .pad_len_i    (pad_len),
      .next_header_i(desc.next_header),
      .data_o       (plain)
  );

  // The AAD goes in while the headers are written.
  wire aad_phase = state_q inside {SUM_A, SUM_B, HEADER, UDP, ESP, BODY} && !aad_given_q;

  always_comb begin
    gcm_in_valid = aad_phase || (state_q == BODY && win_valid);
    if (aad_phase) begin
      gcm_in_data  = esn ? {tpl_q.spi, seq_q, 32'd0} : {tpl_q.spi, seq_q[31:0], 64'd0};
      gcm_in_bytes = esn ? 5'd12 : 5'd8;
      gcm_in_last  = 1'b1;
    end else begin
      gcm_in_data  = plain;
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
      .cmd_blocks_i({4'd0, cipher[15:4]} + {15'd0, cipher[3:0] != '0}),
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

  wire in_fire   = gcm_in_valid && gcm_in_ready;
  wire body_fire = in_fire && !aad_phase;
  wire out_fire  = gcm_out_valid && gcm_out_ready;
  wire tag_fire  = gcm_tag_valid && gcm_tag_ready;

  // ------------------------------------------------------------------ output packet
  out_phase_e phase;
  logic       header_end, built;

  always_comb begin
    unique case (state_q)
      SUM_A: phase = OUT_SUM_A;
      SUM_B: phase = OUT_SUM_B;
      HEADER: phase = OUT_HEADER;
      UDP: phase = OUT_UDP;
      ESP: phase = OUT_ESP;
      BODY: phase = OUT_BODY;
      TAG: phase = OUT_TAG;
      FIX: phase = OUT_FIX;
      default: phase = OUT_IDLE;
    endcase
  end

  out_build u_build (
      .clk_i,
      .rst_ni,
      .start_i       (state_q == IDLE),
      .phase_i       (phase),
      .tunnel_i      (tunnel),
      .v6_i          (v6),
      .udp_i         (udp),
      .flags_i       (tpl_q.flags),
      .form_i        (tpl_q.form),
      .spi_i         (tpl_q.spi),
      .seq_i         (seq_q),
      .src_i         (tunnel ? tpl_q.src : rec_i.ip.src),
      .dst_i         (tunnel ? tpl_q.dst : rec_i.ip.dst),
      .inner_tos_i   (tos),
      .inner_df_i    (df),
      .id_i          (id_q),
      .len_i         (len_q),
      .ip_octets_i   (!tunnel ? desc.esp_offset : v6 ? 16'd40 : 16'd20),
      .header_valid_i(win_valid),
      .header_i      (patched),
      .header_words_i(head_last ? head_q[4:2] : 3'd4),
      .header_last_i (head_last),
      .header_end_o  (header_end),
      .valid_i       (out_fire),
      .data_i        (gcm_out_data),
      .bytes_i       (gcm_out_bytes),
      .tag_valid_i   (tag_fire),
      .tag_i         (gcm_tag),
      .done_o        (built),
      .wr_valid_o,
      .wr_beat_o,
      .wr_data_o
  );

  // ------------------------------------------------------------------ store
  assign commit_valid_o = state_q == STATUS && !stored_q;
  assign cnt_valid_o    = state_q == STATUS && !counted_q;
  assign cnt_verdict_o  = verdict_q;

  wire ok = verdict_q == VERDICT_OK;

  always_comb begin
    commit_status_o.index       = desc.index;
    commit_status_o.generation  = desc.generation;
    commit_status_o.length      = ok ? len_q : 16'd0;
    commit_status_o.verdict     = verdict_q;
    commit_status_o.next_header = ok ? esp_name : 8'd0;
    commit_status_o.aux         = ok ? seq_q[31:0] : aux_q;
    commit_status_o.cookie      = desc.cookie;
  end

  // ------------------------------------------------------------------ table
  assign adm_req_valid_o = state_q == ADMIT;
  assign adm_req_o = '{index: desc.index, generation: desc.generation, tunnel: tunnel, esp_offset: desc.esp_offset, octets: cipher};

  wire [15:0] flags     = adm_rsp_i.view.w0.flags;
  wire        admitted  = adm_rsp_i.verdict == VERDICT_OK;
  wire        expired   = admitted && tunnel && !dummy && flags[SA_FLAG_DEC_TTL] && rec_i.ip.ttl <= 8'd1;
  wire        go        = admitted && !expired;
  wire [15:0] ip_octets = !tunnel ? desc.esp_offset : flags[SA_FLAG_OUTER_V6] ? 16'd40 : 16'd20;

  // gcm_core was free in SPACE, and is still.
  assign gcm_cmd_valid   = state_q == START && go_q;
  assign adm_rsp_ready_o = state_q == START;
  assign gcm_out_ready   = state_q == BODY || state_q == TAG;
  assign gcm_tag_ready   = state_q == TAG && cipher_end_q;

  // ------------------------------------------------------------------ sequence
  // Tunnel mode reads on from offset 0; transport mode starts again behind the header.
  wire header_go = state_q == HEADER && win_valid;

  assign win_start = (state_q == CHECK && check_verdict == VERDICT_OK) || (header_end && !tunnel);
  assign win_take  = body_fire || (header_go && !tunnel);

  assign rec_ready_o = state_q == STATUS && (stored_q || commit_ready_i) && (counted_q || cnt_ready_i);
  assign busy_o      = state_q != IDLE || gcm_busy;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q    <= IDLE;
      verdict_q  <= VERDICT_OK;
      tpl_q      <= '0;
      seq_q      <= '0;
      aux_q      <= '0;
      len_q      <= '0;
      checksum_q <= '0;
      go_q       <= 1'b0;
      counted_q  <= 1'b0;
      stored_q   <= 1'b0;
      id_q       <= '0;
    end else begin
      unique case (state_q)
        IDLE: if (rec_valid_i) state_q <= CHECK;
        CHECK: begin
          verdict_q <= check_verdict;
          aux_q     <= '0;
          state_q   <= check_verdict == VERDICT_OK ? SPACE : STATUS;
        end
        SPACE: if (space_i >= room && gcm_cmd_ready && win_valid) state_q <= ADMIT;
        ADMIT: if (adm_req_ready_i) state_q <= ANSWER;
        ANSWER: if (adm_rsp_valid_i) begin
          go_q      <= go;
          verdict_q <= expired ? VERDICT_TTL : adm_rsp_i.verdict;
          seq_q     <= adm_rsp_i.seq;
          aux_q     <= adm_rsp_i.verdict == VERDICT_TOO_BIG ? adm_rsp_i.aux : 32'd0;
          tpl_q     <= '{spi: adm_rsp_i.view.w0.spi, flags: flags, form: adm_rsp_i.view.w1, src: adm_rsp_i.view.addr_a,
                         dst: adm_rsp_i.view.addr_b};
          // ESP header and IV 16, ICV 16.
          len_q     <= ip_octets + cipher + (flags[SA_FLAG_UDP_ENCAP] ? 16'd40 : 16'd32);
          state_q   <= START;
        end
        START: state_q <= go_q ? SUM_A : STATUS;
        SUM_A: begin
          checksum_q <= patched_sum;
          state_q    <= SUM_B;
        end
        SUM_B: state_q <= HEADER;
        HEADER: if (header_end) state_q <= udp ? UDP : ESP;
        UDP: state_q <= ESP;
        ESP: state_q <= BODY;
        BODY: if (body_fire && last) state_q <= TAG;
        TAG: if (tag_fire) state_q <= FLUSH;
        FLUSH: if (built) state_q <= udp && v6 ? FIX : STATUS;
        FIX: state_q <= STATUS;
        default: begin  // STATUS
          if (commit_ready_i) stored_q <= 1'b1;
          if (cnt_ready_i) counted_q <= 1'b1;
          if (rec_ready_o) begin
            state_q   <= IDLE;
            stored_q  <= 1'b0;
            counted_q <= 1'b0;
            if (ok && tunnel && !v6) id_q <= id_q + 16'd1;
          end
        end
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || state_q == IDLE) begin
      payload_q    <= '0;
      left_q       <= '0;
      head_q       <= '0;
      in_beat_q    <= '0;
      aad_given_q  <= 1'b0;
      cipher_end_q <= 1'b0;
    end else begin
      if (state_q == CHECK) begin
        payload_q <= payload;
        left_q    <= cipher;
        head_q    <= desc.esp_offset;
      end
      if (win_take) in_beat_q <= in_beat_q + 12'd1;
      if (header_go) head_q <= head_q - 16'd16;
      if (aad_phase && gcm_in_ready) aad_given_q <= 1'b1;
      if (body_fire) begin
        payload_q <= payload_q > 16'd16 ? payload_q - 16'd16 : 16'd0;
        left_q    <= left_q - 16'd16;
      end
      if (out_fire && gcm_out_last) cipher_end_q <= 1'b1;
    end
  end

  wire unused = &{1'b0, ttl_end, desc};

`ifndef SYNTHESIS
  // G4: a packet leaves only with verdict ok, and whole (out_build: a_whole).
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      if (commit_valid_o && commit_status_o.length != '0) a_leaves: assert (verdict_q == VERDICT_OK && built);
      // Nothing is written past the room that was there at the start.
      if (wr_valid_o) a_room: assert (wr_beat_o < room);
      if (body_fire) a_tail: assert (left_q[1:0] == '0 && left_q != '0);
      if (state_q == START) a_start: assert (adm_rsp_valid_i && gcm_cmd_ready);
    end
  end
  // The record does not change while it is worked on.
  a_record: assert property (@(posedge clk_i) disable iff (!rst_ni)
      rec_valid_i && !rec_ready_o |=> rec_valid_i && $past(rec_i) == rec_i);
`endif
endmodule
