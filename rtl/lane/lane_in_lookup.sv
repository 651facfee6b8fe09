// Records of packets that came in become jobs for the feeder, each with the table's answer beside it.
//
//   record -> outer checks -> [arrivals, 256] -> measure -> look-up request
//                                                 |            `--> answer -> [found, 4] and [secrets, 4]
//                                                 `-> [jobs, 8]
//
// Records are taken as they come, however long the feeder is busy with one long packet; so the queue of arrivals is as deep as a
// ring full of small ones. The table is asked for a few packets ahead of the feeder, and only when there is a place for the
// answer. Keys wait in registers and are zero there as soon as they have been used (G5).
//
// Verdicts, in this order: the record's own; IP fragment; not ESP; truncated; UDP length; the table's.
module lane_in_lookup
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import esp_pkg::*;
  import lane_in_pkg::*;
(
    input  logic        clk_i,
    input  logic        rst_ni,
    // lane_ingest
    input  logic        rec_valid_i,
    output logic        rec_ready_o,
    input  ingest_t     rec_i,
    // SA table
    output logic        lkp_req_valid_o,
    input  logic        lkp_req_ready_i,
    output lookup_req_t lkp_req_o,
    input  logic        lkp_rsp_valid_i,
    input  lookup_rsp_t lkp_rsp_i,
    // Feeder: jobs in the order of the records; of those whose SA was asked for the answer; of those found ok the secret.
    output logic        job_valid_o,
    input  logic        job_pop_i,
    output job_t        job_o,
    output logic        found_valid_o,
    input  logic        found_pop_i,
    output found_t      found_o,
    output logic        secret_valid_o,
    input  logic        secret_pop_i,
    output secret_t     secret_o
);
  localparam int Asked = 4;  // packets whose SA has been asked for and whose key has not been used

  // ------------------------------------------------------------------ outer checks
  wire      udp = rec_i.ip.proto == 8'd17;
  // A datagram without room for an SPI, or with the non-ESP marker of IKE (RFC 3948 2.2), or a keep-alive.
  wire      udp_other = rec_i.ip.l4_bytes < 5'd12 || rec_i.ip.l4[63:32] == '0;
  arrival_t arrival, front;
  logic     arrivals_room, front_valid, measure;

  always_comb begin
    arrival.verdict   = VERDICT_OK;
    arrival.udp       = udp;
    arrival.udp_len   = rec_i.ip.l4[95:80];
    arrival.ecn       = rec_i.ip.tos[1:0];
    arrival.addr      = rec_i.addr;
    arrival.beats     = rec_i.beats[11:0];
    arrival.total_len = rec_i.ip.total_len;
    arrival.hdr_len   = rec_i.ip.hdr_len;
    arrival.upper_len = rec_i.ip.total_len - rec_i.ip.hdr_len;
    arrival.nh_offset = rec_i.ip.nh_offset;
    arrival.spi       = udp ? rec_i.ip.l4[63:32] : rec_i.ip.l4[127:96];
    arrival.seq_lo    = udp ? rec_i.ip.l4[31:0] : rec_i.ip.l4[95:64];
    arrival.iv        = rec_i.ip.l4[63:0];
    arrival.cookie    = rec_i.desc[31:0];
    if (rec_i.verdict != VERDICT_OK) arrival.verdict = rec_i.verdict;
    else if (rec_i.ip.frag) arrival.verdict = VERDICT_ESP_FRAGMENT;
    else if (udp ? udp_other : rec_i.ip.proto != 8'd50) arrival.verdict = VERDICT_NOT_ESP;
  end

  assign rec_ready_o = arrivals_room;

  lane_fifo #(
      .WIDTH($bits(arrival_t)),
      .DEPTH(256),
      .BLOCK(1'b1)
  ) u_arrivals (
      .clk_i,
      .rst_ni,
      .push_i (rec_valid_i && arrivals_room),
      .data_i (arrival),
      .room_o (arrivals_room),
      .valid_o(front_valid),
      .pop_i  (measure),
      .data_o (front)
  );

  // ------------------------------------------------------------------ measured, and its SA asked for
  job_t        job_q;
  logic        job_valid_q, asks_q, jobs_room, job_done, asked;
  logic [2:0]  held_q;     // asked for, key not used yet
  logic        refused_q;

  wire  [15:0] to_esp = front.hdr_len + (front.udp ? 16'd8 : 16'd0);
  // Without SPI, sequence number, IV (16 octets) and ICV (16); negative (bit 16) when the packet is too short.
  wire  [16:0] cipher = {1'b0, front.upper_len} - (front.udp ? 17'd40 : 17'd32);

  function automatic logic [11:0] beats_of(input logic [15:0] octets);
    return octets[15:4] + {11'd0, octets[3:0] != '0};
  endfunction

  assign lkp_req_valid_o = job_valid_q && asks_q && held_q != 3'(Asked);
  assign lkp_req_o       = '{spi: job_q.arrival.spi, seq_lo: job_q.arrival.seq_lo, udp: job_q.arrival.udp};
  assign asked           = lkp_req_valid_o && lkp_req_ready_i;
  assign job_done        = job_valid_q && (!asks_q || asked);
  assign measure         = front_valid && jobs_room && (!job_valid_q || job_done);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      job_q       <= '0;
      job_valid_q <= 1'b0;
      asks_q      <= 1'b0;
      held_q      <= '0;
      refused_q   <= 1'b0;
    end else begin
      if (job_done) job_valid_q <= 1'b0;
      if (measure) begin
        job_valid_q      <= 1'b1;
        job_q.arrival    <= front;
        job_q.cipher     <= cipher[15:0];
        job_q.blocks     <= beats_of(cipher[15:0]);
        job_q.head_beats <= beats_of(front.hdr_len);
        job_q.ring_beats <= beats_of(front.total_len);
        job_q.esp_beat   <= to_esp[15:4];
        job_q.esp_word   <= to_esp[3:2];
        asks_q           <= 1'b0;
        if (front.verdict == VERDICT_OK) begin
          if (cipher[16] || cipher[15:2] == '0 || cipher[1:0] != '0) job_q.arrival.verdict <= VERDICT_TRUNCATED;
          else if (front.udp && front.udp_len != front.upper_len) job_q.arrival.verdict <= VERDICT_MALFORMED;
          else asks_q <= 1'b1;
        end
      end
      // A place is free again when the key has been used, or the answer, a refusal, been taken.
      refused_q <= found_pop_i && found_o.verdict != VERDICT_OK;
      held_q    <= held_q + {2'd0, asked} - {2'd0, secret_pop_i} - {2'd0, refused_q};
    end
  end

  lane_fifo #(
      .WIDTH($bits(job_t)),
      .DEPTH(8)
  ) u_jobs (
      .clk_i,
      .rst_ni,
      .push_i (job_done),
      .data_i (job_q),
      .room_o (jobs_room),
      .valid_o(job_valid_o),
      .pop_i  (job_pop_i),
      .data_o (job_o)
  );

  // ------------------------------------------------------------------ the table's answers
  found_t  found;
  secret_t secret;

  always_comb begin
    found.verdict    = lkp_rsp_i.verdict;
    found.index      = lkp_rsp_i.index;
    found.generation = lkp_rsp_i.generation;
    found.seq        = lkp_rsp_i.seq;
    found.tunnel     = lkp_rsp_i.view.w0.flags[SA_FLAG_TUNNEL];
    found.esn        = lkp_rsp_i.view.w0.flags[SA_FLAG_ESN];
    found.dec_ttl    = lkp_rsp_i.view.w0.flags[SA_FLAG_DEC_TTL];
    found.ecn_compat = lkp_rsp_i.view.w0.flags[SA_FLAG_ECN_COMPAT];
    secret.key256    = lkp_rsp_i.view.w0.flags[SA_FLAG_KEY256];
    secret.key       = lkp_rsp_i.view.key;
    secret.salt      = lkp_rsp_i.view.salt;
    secret.h         = lkp_rsp_i.view.h;
  end

  lane_shift #(
      .WIDTH($bits(found_t)),
      .DEPTH(Asked)
  ) u_found (
      .clk_i,
      .rst_ni,
      .push_i (lkp_rsp_valid_i),
      .data_i (found),
      .valid_o(found_valid_o),
      .pop_i  (found_pop_i),
      .data_o (found_o)
  );

  lane_shift #(
      .WIDTH($bits(secret_t)),
      .DEPTH(Asked)
  ) u_secrets (
      .clk_i,
      .rst_ni,
      .push_i (lkp_rsp_valid_i && lkp_rsp_i.verdict == VERDICT_OK),
      .data_i (secret),
      .valid_o(secret_valid_o),
      .pop_i  (secret_pop_i),
      .data_o (secret_o)
  );

  wire unused = &{1'b0, rec_i, to_esp[1:0], lkp_rsp_i};

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      if (asked) a_asked: assert (held_q < 3'(Asked));
      if (lkp_rsp_valid_i) a_answer: assert (held_q != '0);
      // G5: a key leaves the queue in the clock in which it is used.
      if (secret_pop_i) a_g5_used: assert (secret_valid_o);
    end
  end
`endif
endmodule
