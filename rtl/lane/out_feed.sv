// Gives gcm_pipe the packets that go, out of the ring, a slot a clock:
//
//   tunnel      FIRST      DATA DATA .. DATA LEN
//   transport   FIRST PASS DATA DATA .. DATA LEN      FIRST and PASS carry the beats of the IP header
//
//   job -> lane_reader -beat-> [stage] -> out_patch, esp_tail -> slot
//
// The next packet's FIRST follows LEN, whatever packet it is. gcm_pipe cannot wait, so a slot that gives a beat is only issued when
// there is a place for the beat in the store behind it.
module out_feed
  import gcm_pkg::*;
  import lane_out_pkg::*;
#(
    parameter int STORE_DEPTH = 1024  // beats, a power of two
) (
    input  logic         clk_i,
    input  logic         rst_ni,
    // out_admit.
    input  logic         job_valid_i,
    output logic         job_ready_o,
    input  job_t         job_i,
    input  logic         secret_valid_i,
    output logic         secret_pop_o,
    input  secret_t      secret_i,
    // lane_ingest.
    output logic         ring_rd_en_o,
    output logic [15:0]  ring_rd_addr_o,
    input  logic [127:0] ring_rd_data_i,
    output logic [15:0]  release_o,
    // gcm_pipe.
    output logic         slot_valid_o,
    output gcm_slot_t    slot_o,
    output gcm_start_t   start_o,       // zero but in the clock of a FIRST slot
    // The store behind it.
    input  logic         taken_i,       // a beat has been taken out
    // out_sum: a packet starts.
    output logic         begin_o,
    output logic         begin_sum_o,
    output logic [11:0]  begin_last_o,
    output logic         busy_o
);
  localparam int StoreBits = $clog2(STORE_DEPTH);

  // ------------------------------------------------------------------ reading the ring
  // The job of the next packet is read while this one's last slots are issued.
  logic         read_q, read_ready, reader_busy;
  logic         beat_valid, beat_take, beat_head, beat_first, beat_last;
  logic [127:0] beat;

  lane_reader u_reader (
      .clk_i,
      .rst_ni,
      .job_valid_i (job_valid_i && !read_q),
      .job_ready_o (read_ready),
      .job_drop_i  (!job_i.go),
      .job_addr_i  (job_i.addr),
      .job_beats_i ({4'd0, job_i.beats}),
      .job_head_i  (job_i.head),
      .job_offset_i(job_i.head),
      .job_octets_i(job_i.length),
      .out_valid_o (beat_valid),
      .out_ready_i (beat_take),
      .out_data_o  (beat),
      .out_head_o  (beat_head),
      .out_first_o (beat_first),
      .out_last_o  (beat_last),
      .rd_en_o     (ring_rd_en_o),
      .rd_addr_o   (ring_rd_addr_o),
      .rd_data_i   (ring_rd_data_i),
      .release_o   (release_o),
      .busy_o      (reader_busy)
  );

  // ------------------------------------------------------------------ the packet at hand
  logic        active_q;
  job_t        job_q;
  slot_kind_e  kind_q;      // the slot to issue
  logic        header_q;    // it carries a beat of the IP header
  logic        first_q;     // its beat is the first one out of the ring
  logic        ring_q;      // it takes a beat of the ring
  logic        store_q;     // it gives one to the store
  logic        some_q;      // there is payload at all
  logic [11:0] heads_q;     // header beats left
  logic [11:0] beat_no_q;
  logic [15:0] payload_q;   // octets left
  logic [15:0] left_q;      // the same with all that is appended
  logic        space_q, taken_q;
  logic [StoreBits:0] used_q, used_d;

  wire issue = active_q && (!ring_q || beat_valid) && (!store_q || space_q);
  wire free  = !active_q || (issue && kind_q == SLOT_LEN);
  wire load  = job_valid_i && job_ready_o && job_i.go;

  assign beat_take   = issue && ring_q;
  assign job_ready_o = read_q && (!job_i.go || free);
  assign used_d      = used_q + (StoreBits + 1)'(issue && store_q) - (StoreBits + 1)'(taken_q);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      read_q   <= 1'b0;
      active_q <= 1'b0;
      used_q   <= '0;
      space_q  <= 1'b1;
      taken_q  <= 1'b0;
    end else begin
      read_q   <= job_valid_i && !job_ready_o && (read_q || read_ready);
      active_q <= load || !free;
      used_q   <= used_d;
      space_q  <= !used_d[StoreBits];
      taken_q  <= taken_i;
    end
    if (issue) begin
      unique case (kind_q)
        SLOT_FIRST, SLOT_PASS: begin
          kind_q   <= heads_q > 12'd1 ? SLOT_PASS : SLOT_DATA;
          header_q <= heads_q > 12'd1;
          ring_q   <= heads_q > 12'd1 || some_q;
          store_q  <= 1'b1;
          heads_q  <= heads_q - 12'd1;
        end
        default: begin
          if (left_q <= 16'd16) kind_q <= SLOT_LEN;
          ring_q    <= payload_q > 16'd16;
          store_q   <= left_q > 16'd16;
          payload_q <= payload_q > 16'd16 ? payload_q - 16'd16 : 16'd0;
          left_q    <= left_q - 16'd16;
        end
      endcase
      if (ring_q) begin
        first_q   <= 1'b0;
        beat_no_q <= beat_no_q + 12'd1;
      end
    end
    if (load) begin
      job_q     <= job_i;
      kind_q    <= SLOT_FIRST;
      header_q  <= !job_i.tunnel;
      first_q   <= 1'b1;
      ring_q    <= !job_i.tunnel;
      store_q   <= !job_i.tunnel;
      some_q    <= job_i.payload != '0;
      heads_q   <= job_i.head[15:4] + {11'd0, job_i.head[3:0] != '0};
      beat_no_q <= '0;
      payload_q <= job_i.payload;
      left_q    <= job_i.cipher;
    end
  end

  // ------------------------------------------------------------------ the slot a clock later
  logic         slot_valid_q, pass_q, changes_q, named_q;
  slot_kind_e   slot_kind_q;
  logic [4:0]   slot_payload_q, slot_left_q;  // as esp_tail has it
  logic [127:0] beat_q, patched, plain;

  always_ff @(posedge clk_i) begin
    slot_valid_q <= rst_ni && issue;
    if (issue) begin
      slot_kind_q    <= kind_q;
      pass_q         <= header_q;
      changes_q      <= first_q && ring_q && (!job_q.tunnel || job_q.dec_ttl);
      named_q        <= header_q && beat_no_q == job_q.nh_offset[15:4];
      slot_payload_q <= esp_pkg::tail_payload(payload_q);
      slot_left_q    <= esp_pkg::tail_left(left_q);
    end
    if (beat_take) beat_q <= beat;
  end

  // The job stays until the slot after the last DATA has been issued.
  out_patch u_patch (
      .beat_i  (beat_q),
      .first_i (changes_q),
      .resize_i(!job_q.tunnel),
      .v6_i    (job_q.v6),
      .len_i   (job_q.len),
      .fix_i   (job_q.fix),
      .named_i (named_q),
      .place_i ({job_q.nh_offset[3], job_q.nh_offset[2] || job_q.nh_offset[0]}),
      .name_i  (job_q.name),
      .beat_o  (patched)
  );

  esp_tail u_tail (
      .data_i       (patched),
      .payload_i    (slot_payload_q),
      .left_i       (slot_left_q),
      .pad_len_i    (job_q.pad_len),
      .next_header_i(job_q.next_header),
      .data_o       (plain)
  );

  wire         start = slot_valid_q && slot_kind_q == SLOT_FIRST;
  wire [127:0] aad   = job_q.esn ? {job_q.spi, job_q.seq, 32'd0} : {job_q.spi, job_q.seq[31:0], 64'd0};

  logic       out_valid_q, start_valid_q;
  gcm_slot_t  out_q;
  gcm_start_t start_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      out_valid_q   <= 1'b0;
      start_valid_q <= 1'b0;
      start_q       <= '0;
    end else begin
      out_valid_q   <= slot_valid_q;
      start_valid_q <= start;
      if (start) begin
        start_q <= '{
            key256: secret_i.key256,
            key: secret_i.key,
            iv: {secret_i.salt, job_q.seq},
            h: secret_i.h,
            aad: aad,
            aad12: job_q.esn,
            octets: job_q.cipher
        };
      end else if (start_valid_q) begin
        start_q <= '0;
      end
    end
    if (slot_valid_q) begin
      out_q <= '{
          kind: slot_kind_q,
          pass: pass_q && slot_kind_q == SLOT_FIRST,
          data: slot_kind_q == SLOT_DATA ? plain : patched,
          bytes: slot_left_q > 5'd16 ? 5'd16 : slot_left_q
      };
    end
  end

  assign slot_valid_o   = out_valid_q;
  assign slot_o         = out_q;
  assign start_o        = start_q;
  assign secret_pop_o   = start;
  assign begin_o        = start;
  assign begin_sum_o    = job_q.udp_sum;
  assign begin_last_o   = job_q.cipher[15:4] - {11'd0, job_q.cipher[3:0] == '0};
  assign busy_o         = read_q || active_q || slot_valid_q || out_valid_q || reader_busy || used_q != '0;

  // Of the job, what only the reader wants.
  wire unused = &{1'b0, secret_valid_i, beat_head, beat_first, beat_last, job_q};

`ifndef SYNTHESIS
  initial assert (STORE_DEPTH == 2 ** StoreBits);
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      if (start) a_secret: assert (secret_valid_i);
      a_store: assert (used_q <= (StoreBits + 1)'(STORE_DEPTH));
      if (taken_q) a_taken: assert (used_q != '0);
      // G5: a key is shown for one clock.
      if (!(slot_valid_o && slot_o.kind == SLOT_FIRST)) a_g5_start: assert (start_o == '0);
      // G7: a packet takes the beats that the reader has for it, and no more.
      if (beat_take)
        a_g7_beats: assert (beat_last == (kind_q == SLOT_DATA ? payload_q <= 16'd16 : heads_q == 12'd1 && payload_q == '0));
      if (beat_take) a_g7_first: assert (beat_first == first_q && beat_head == header_q);
      if (issue && kind_q == SLOT_DATA) a_tail: assert (left_q[1:0] == '0 && left_q != '0);
      if (issue && kind_q == SLOT_LEN) a_g7_end: assert (payload_q == '0);
    end
  end
`endif
endmodule
