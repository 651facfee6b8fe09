// Outbound records become decided packets, in their order.
//
//   record -> out_check -> [arrival] --ask--> SA table        answer: verdict, sequence number, view
//                             |                                 |-- key ------------> queue in registers --> feeder
//                             |-- ticket -------> out_front      |-- template -------> out_front
//                             `-- [arrivals] ----> decision <---- [answers]
//                                                    |-- job ----> out_feed
//                                                    |-- frame --> out_front
//                                                    `-- verdict -> counters
//
// Verdicts in their order: the record's own; descriptor against packet (out_check); the table's; TTL. The table counts and gives
// a number before anything is encrypted (G1, G2); it is asked as soon as the record is there, for several packets at once, and
// only when there is a place for the key that comes with the answer. A packet that dies of its TTL has spent its number: the
// table's view of the SA comes only with it.
module out_admit
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import esp_pkg::*;
  import lane_out_pkg::*;
(
    input  logic      clk_i,
    input  logic      rst_ni,
    // lane_ingest (EXACT = 1).
    input  logic      rec_valid_i,
    output logic      rec_ready_o,
    input  ingest_t   rec_i,
    // SA table: an answer is a pulse, in the order of the requests.
    output logic      adm_req_valid_o,
    input  logic      adm_req_ready_i,
    output out_req_t  adm_req_o,
    input  logic      adm_rsp_valid_i,
    input  out_rsp_t  adm_rsp_i,
    // One verdict a packet, for the drop counters.
    output logic      cnt_valid_o,
    input  logic      cnt_ready_i,
    output verdict_e  cnt_verdict_o,
    // out_feed. The keys of the packets that go, the oldest on offer.
    output logic      job_valid_o,
    input  logic      job_ready_i,
    output job_t      job_o,
    output logic      secret_valid_o,
    input  logic      secret_pop_i,
    output secret_t   secret_o,
    // out_front takes what is pushed: leave_i says that a packet has left its queues.
    output logic      ticket_push_o,
    output ticket_t   ticket_o,
    output logic      template_push_o,   // of the packets that go
    output template_t template_o,
    output logic      frame_push_o,
    output frame_t    frame_o,
    input  logic      leave_i,
    output logic      busy_o
);
  localparam int FlightBits = $clog2(InFlight);
  localparam int AskBits = $clog2(Asking);

  // ------------------------------------------------------------------ the record
  verdict_e    check_verdict;
  logic        tunnel, dummy;
  logic [15:0] payload, cipher;
  logic [1:0]  pad_len;
  out_desc_t   desc;

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
  wire is_ip = rec_i.verdict == VERDICT_OK;

  logic                arrival_valid_q;
  arrival_t            arrival_q;
  ticket_t             ticket_q;
  logic                mortal_q;   // would die of a SA that decrements the TTL
  logic [FlightBits:0] flight_q;
  logic [AskBits:0]    asking_q;
  logic                asked;

  wire room     = !flight_q[FlightBits] && (!arrival_q.ask || !asking_q[AskBits]);
  wire pass     = arrival_valid_q && room && (!arrival_q.ask || adm_req_ready_i);

  // Not also while this one goes: that the table takes it is known late in the clock, and a packet has several.
  assign rec_ready_o     = !arrival_valid_q;
  assign adm_req_valid_o = arrival_valid_q && arrival_q.ask && room;
  assign asked           = pass && arrival_q.ask;
  assign adm_req_o = '{
      index: ticket_q.index,
      generation: ticket_q.generation,
      tunnel: arrival_q.tunnel,
      esp_offset: arrival_q.head,
      octets: arrival_q.cipher
  };
  assign ticket_push_o = pass;
  assign ticket_o      = ticket_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) arrival_valid_q <= 1'b0;
    else arrival_valid_q <= arrival_valid_q ? !pass : rec_valid_i;
    if (rec_valid_i && rec_ready_o) begin
      arrival_q <= '{
          ask: check_verdict == VERDICT_OK,
          verdict: check_verdict,
          tunnel: tunnel,
          dummy: dummy,
          v6: rec_i.ip.v6,
          tos: is_ip ? rec_i.ip.tos : 8'd0,
          df: !is_ip || rec_i.ip.v6 || rec_i.ip.df,
          addr: rec_i.addr,
          beats: rec_i.beats[11:0],
          length: desc.length,
          head: desc.esp_offset,
          nh_offset: desc.nh_offset,
          payload: payload,
          cipher: cipher,
          pad_len: pad_len,
          next_header: desc.next_header
      };
      ticket_q <= '{index: desc.index, generation: desc.generation, cookie: desc.cookie};
      mortal_q <= tunnel && !dummy && rec_i.ip.ttl <= 8'd1;
    end
  end

  // ------------------------------------------------------------------ the table's answer
  logic [Asking-1:0]  mortal_asked_q;
  logic [AskBits-1:0] ask_q, reply_q;   // places of the next request and the next answer
  answer_t            reply, answer;
  logic               answers_room, arrivals_room, answer_valid, answer_pop;

  wire [15:0] flags    = adm_rsp_i.view.w0.flags;
  wire        admitted = adm_rsp_i.verdict == VERDICT_OK;
  wire        expired  = admitted && mortal_asked_q[reply_q] && flags[SA_FLAG_DEC_TTL];
  wire        alive    = adm_rsp_valid_i && admitted && !expired;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      ask_q   <= '0;
      reply_q <= '0;
    end else begin
      if (asked) ask_q <= ask_q + 1'b1;
      if (adm_rsp_valid_i) reply_q <= reply_q + 1'b1;
    end
    if (asked) mortal_asked_q[ask_q] <= mortal_q;
  end

  assign reply = '{
      verdict: expired ? VERDICT_TTL : adm_rsp_i.verdict,
      aux: adm_rsp_i.verdict == VERDICT_TOO_BIG ? adm_rsp_i.aux : 32'd0,
      spi: adm_rsp_i.view.w0.spi,
      seq: adm_rsp_i.seq,
      esn: flags[SA_FLAG_ESN],
      udp: flags[SA_FLAG_UDP_ENCAP],
      outer_v6: flags[SA_FLAG_OUTER_V6],
      dec_ttl: flags[SA_FLAG_DEC_TTL]
  };

  lane_fifo #(
      .WIDTH($bits(answer_t)),
      .DEPTH(Asking)
  ) u_answers (
      .clk_i,
      .rst_ni,
      .push_i (adm_rsp_valid_i),
      .data_i (reply),
      .room_o (answers_room),
      .valid_o(answer_valid),
      .pop_i  (answer_pop),
      .data_o (answer)
  );

  sa_word1_out_t form;
  assign form = adm_rsp_i.view.w1;

  assign template_push_o = alive;
  assign template_o = '{
      spi: adm_rsp_i.view.w0.spi,
      seq: adm_rsp_i.seq,
      udp_sport: form.udp_sport,
      udp_dport: form.udp_dport,
      ttl: form.ttl,
      dscp: form.dscp[5:0],
      df_set: flags[SA_FLAG_DF_SET],
      df_clear: flags[SA_FLAG_DF_CLEAR],
      dscp_fixed: flags[SA_FLAG_DSCP_FIXED],
      ecn_compat: flags[SA_FLAG_ECN_COMPAT],
      src: adm_rsp_i.view.addr_a,
      dst: adm_rsp_i.view.addr_b
  };

  secret_t secret;
  assign secret = '{key256: flags[SA_FLAG_KEY256], key: adm_rsp_i.view.key, salt: adm_rsp_i.view.salt, h: adm_rsp_i.view.h};

  lane_shift #(
      .WIDTH($bits(secret_t)),
      .DEPTH(Asking)
  ) u_secrets (
      .clk_i,
      .rst_ni,
      .push_i (alive),
      .data_i (secret),
      .valid_o(secret_valid_o),
      .pop_i  (secret_pop_i),
      .data_o (secret_o)
  );

  // ------------------------------------------------------------------ the decision
  arrival_t arrival;
  logic     arrival_waits, job_new_q;
  job_t     job_q;
  frame_t   frame_q;
  verdict_e verdict_q;
  logic     job_valid_q, cnt_valid_q;

  // A count is taken in fewer clocks than a packet of 64 octets comes in: no need to look at cnt_ready_i here.
  wire decide = arrival_waits && (!arrival.ask || answer_valid) && (!job_valid_q || job_ready_i) && !cnt_valid_q;

  lane_fifo #(
      .WIDTH($bits(arrival_t)),
      .DEPTH(InFlight)
  ) u_arrivals (
      .clk_i,
      .rst_ni,
      .push_i (pass),
      .data_i (arrival_q),
      .room_o (arrivals_room),
      .valid_o(arrival_waits),
      .pop_i  (decide),
      .data_o (arrival)
  );

  assign answer_pop = decide && arrival.ask;

  wire verdict_e verdict = arrival.ask ? answer.verdict : arrival.verdict;
  wire           ok      = arrival.ask && answer.verdict == VERDICT_OK;
  wire           v6      = arrival.tunnel ? answer.outer_v6 : arrival.v6;
  wire [15:0]    len     = arrival.cipher + (arrival.tunnel ? (answer.outer_v6 ? 16'd40 : 16'd20) : arrival.head)
                           + (answer.udp ? 16'd40 : 16'd32);  // UDP header; ESP header, IV and ICV
  wire           dec_ttl = arrival.tunnel && !arrival.dummy && answer.dec_ttl;
  // What the words of an IPv4 header grow by: length and protocol, or the TTL.
  wire [9:0]     growth  = arrival.tunnel ? -10'sd256
                           : {8'd0, arrival.pad_len} + (answer.udp ? 10'd42 + 10'd17 : 10'd34 + 10'd50)
                             - {2'b00, arrival.next_header};
  wire           shrinks = growth[9] || growth == '0;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      job_valid_q <= 1'b0;
      job_new_q   <= 1'b0;
      cnt_valid_q <= 1'b0;
    end else begin
      job_valid_q <= decide || (job_valid_q && !job_ready_i);
      job_new_q   <= decide;
      cnt_valid_q <= decide || (cnt_valid_q && !cnt_ready_i);
    end
    if (decide) begin
      verdict_q <= verdict;
      job_q <= '{
          go: ok,
          tunnel: arrival.tunnel,
          v6: arrival.v6,
          udp_sum: v6 && answer.udp,
          esn: answer.esn,
          dec_ttl: dec_ttl,
          addr: arrival.addr,
          beats: arrival.beats,
          length: arrival.length,
          head: arrival.head,
          nh_offset: arrival.nh_offset,
          payload: arrival.payload,
          cipher: arrival.cipher,
          pad_len: arrival.pad_len,
          next_header: arrival.next_header,
          name: answer.udp ? 8'd17 : 8'd50,
          len: len,
          fix: {{6{growth[9]}}, growth} - {15'd0, shrinks},
          spi: answer.spi,
          seq: answer.seq
      };
      frame_q <= '{
          verdict: verdict,
          aux: arrival.ask ? answer.aux : 32'd0,
          tunnel: arrival.tunnel,
          v6: v6,
          udp: answer.udp,
          len: len,
          head: arrival.head,
          cipher: arrival.cipher,
          tos: arrival.tos,
          df: arrival.df
      };
    end
  end

  assign job_valid_o   = job_valid_q;
  assign job_o         = job_q;
  assign frame_push_o  = job_new_q;
  assign frame_o       = frame_q;
  assign cnt_valid_o   = cnt_valid_q;
  assign cnt_verdict_o = verdict_q;

  // ------------------------------------------------------------------ places
  wire refused = answer_pop && answer.verdict != VERDICT_OK;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      flight_q <= '0;
      asking_q <= '0;
    end else begin
      flight_q <= flight_q + (FlightBits + 1)'(pass) - (FlightBits + 1)'(leave_i);
      asking_q <= asking_q + (AskBits + 1)'(asked) - (AskBits + 1)'(refused) - (AskBits + 1)'(secret_pop_i);
    end
  end

  assign busy_o = arrival_valid_q || flight_q != '0 || job_valid_q || cnt_valid_q;

  // The counts see to the room in the queues. Of record and view, what outbound has no use for.
  wire unused = &{1'b0, answers_room, arrivals_room, desc, adm_rsp_i.view, form};

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      if (adm_rsp_valid_i) a_answer_asked: assert (asking_q != '0);
      a_asking: assert (asking_q <= (AskBits + 1)'(Asking));
      a_flight: assert (flight_q <= (FlightBits + 1)'(InFlight));
      if (leave_i) a_leave: assert (flight_q != '0);
    end
  end
  stream_check #(.WIDTH($bits(out_req_t))) u_chk_adm (
      .clk_i, .rst_ni, .valid_i(adm_req_valid_o), .ready_i(adm_req_ready_i), .data_i(adm_req_o));
  stream_check #(.WIDTH($bits(job_t))) u_chk_job (
      .clk_i, .rst_ni, .valid_i(job_valid_o), .ready_i(job_ready_i), .data_i(job_o));
`endif
endmodule
