// Looks at the blocks of each packet as they go into the store and says what is to become of it, should it be genuine.
//
//   block   |B0|B1|..|Bn|__|__|C0|              C: the next packet; two clocks are between them at least (slots LEN, FIRST)
//   step    _____________|1 |2 |3 |4 |5 |6 |7
//
//   1  inner header
//   2  trailer: padding, next header
//   3  length of the payload and of the plain packet; selectors asked (G11)
//   4  selectors; ECN, TTL; what the header's words change in its checksum
//   5  and 6  the checksum
//   7  verdict: padding; dummy; next header; inner header; selectors; ECN; TTL
//
// Packets are three clocks apart or more, so what a step has found stands for three steps; what must last longer is copied.
//
// The addresses stand in the first blocks, whether those are an inner header (tunnel) or the packet's own (transport). Transport
// mode needs no more than these, the protocol from the trailer and the ports from the first plaintext.
// IPv4 header checksums are updated, not made anew (RFC 1624): a header that came in damaged stays damaged.
module lane_in_judge
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import esp_pkg::*;
  import lane_in_pkg::*;
(
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         policy_push_i,  // the table's answer for a packet that will come
    input  sa_view_t     policy_i,
    // lane_in_watch
    input  logic         valid_i,
    input  logic [127:0] data_i,
    input  logic         start_i,        // first block of a packet
    input  logic         plain_i,
    input  logic         first_i,
    input  logic         last_i,
    input  logic [4:0]   bytes_i,
    input  shape_t       shape_i,
    output logic         judged_push_o,
    output judged_t      judged_o
);
  logic [7:1] step_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) step_q <= '0;
    else step_q <= {step_q[6:1], valid_i && last_i};
  end

  // ------------------------------------------------------------------ policies of the packets on their way
  policy_t       policy_in, policy;
  sa_word11_in_t rule_in;
  logic          policy_valid, policies_room;

  assign rule_in = policy_i.w11;

  always_comb begin
    policy_in.ports      = policy_i.w1;
    policy_in.src_plen   = rule_in.src_plen;
    policy_in.dst_plen   = rule_in.dst_plen;
    policy_in.protocol   = rule_in.protocol;
    policy_in.family     = rule_in.family;
    policy_in.src_prefix = policy_i.addr_a;
    policy_in.dst_prefix = policy_i.addr_b;
  end

  lane_fifo #(
      .WIDTH($bits(policy_t)),
      .DEPTH(2 * InFlight)
  ) u_policies (
      .clk_i,
      .rst_ni,
      .push_i (policy_push_i),
      .data_i (policy_in),
      .room_o (policies_room),
      .valid_o(policy_valid),
      .pop_i  (step_q[3]),
      .data_o (policy)
  );

  // ------------------------------------------------------------------ while the blocks go by
  // Of block 0 only what a header may change, and the version.
  typedef struct packed {
    logic        v6;
    logic        v4;
    logic [15:0] word0;     // IPv4
    logic [15:0] word1;
    logic [15:0] word4;
    logic [15:0] checksum;
    logic [1:0]  ecn;
    logic [7:0]  ttl;
  } head_t;

  head_t       head_q;
  logic [31:0] word_q;      // first word of plaintext
  shape_t      shape1_q;
  wire         v6 = data_i[127:124] == 4'd6;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      head_q   <= '0;
      word_q   <= '0;
      shape1_q <= '0;
    end else if (valid_i) begin
      if (first_i) word_q <= data_i[127:96];
      if (last_i) shape1_q <= shape_i;
      if (start_i) begin
        head_q.v6       <= v6;
        head_q.v4       <= data_i[127:124] == 4'd4;
        head_q.word0    <= data_i[127:112];
        head_q.word1    <= data_i[111:96];
        head_q.word4    <= data_i[63:48];
        head_q.checksum <= data_i[47:32];
        head_q.ecn      <= v6 ? data_i[117:116] : data_i[113:112];
        head_q.ttl      <= v6 ? data_i[71:64] : data_i[63:56];
      end
    end
  end

  logic [7:0] pad_len, next_header;
  logic       pad_ok;

  lane_in_trailer u_trailer (
      .clk_i,
      .rst_ni,
      .valid_i      (valid_i && plain_i),
      .first_i,
      .last_i,
      .data_i,
      .bytes_i,
      .pad_len_o    (pad_len),
      .next_header_o(next_header),
      .pad_ok_o     (pad_ok)
  );

  // Of a transport packet only version and addresses are used; what stands behind its header is not where it belongs.
  ip_info_t    ip;
  logic [31:0] ports;

  lane_parse u_parse (
      .clk_i,
      .beat_valid_i(valid_i),
      .first_i     (start_i),
      .beat_i      (data_i),
      .end_i       (step_q[1]),
      .octets_i    (shape1_q.cipher),
      .info_o      (ip),
      .ports_o     (ports)
  );

  // ------------------------------------------------------------------ step 1
  typedef struct packed {
    logic         ok;
    logic [15:0]  total_len;
    logic         v6;
    logic [127:0] src;
    logic [127:0] dst;
    logic [7:0]   proto;
    logic [31:0]  ports;
    logic         ports_shown;
  } inner_t;

  inner_t inner_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      inner_q <= '0;
    end else if (step_q[1]) begin
      inner_q.ok          <= ip.ok;
      inner_q.total_len   <= ip.total_len;
      inner_q.v6          <= ip.v6;
      inner_q.src         <= ip.src;
      inner_q.dst         <= ip.dst;
      inner_q.proto       <= ip.proto;
      inner_q.ports       <= ports;
      inner_q.ports_shown <= ip.l4_bytes >= 5'd4 && !ip.nonfirst;
    end
  end

  // ------------------------------------------------------------------ step 2
  shape_t      shape2_q;
  head_t       head2_q;
  logic [15:0] payload_q;     // octets in front of the padding; means nothing if that is longer than the plaintext, and wrong
  logic        pad_ok_q, named_q;
  logic [7:0]  next_header_q;
  logic [7:0]  proto_q;       // for the selectors
  logic [31:0] ports_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      shape2_q      <= '0;
      head2_q       <= '0;
      payload_q     <= '0;
      pad_ok_q      <= 1'b0;
      named_q       <= 1'b0;
      next_header_q <= '0;
      proto_q       <= '0;
      ports_q       <= '0;
    end else if (step_q[2]) begin
      shape2_q      <= shape1_q;
      head2_q       <= head_q;
      payload_q     <= shape1_q.cipher - {8'd0, pad_len} - 16'd2;
      pad_ok_q      <= pad_ok;
      named_q       <= (next_header == 8'd4 && head_q.v4) || (next_header == 8'd41 && head_q.v6);
      next_header_q <= next_header;
      proto_q       <= shape1_q.tunnel ? inner_q.proto : next_header;
      ports_q       <= shape1_q.tunnel ? inner_q.ports : word_q;
    end
  end

  // ------------------------------------------------------------------ step 3
  verdict_e    verdict3_q;
  logic [15:0] length_q;
  logic        ports_shown_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      verdict3_q    <= VERDICT_OK;
      length_q      <= '0;
      ports_shown_q <= 1'b0;
    end else if (step_q[3]) begin
      length_q      <= shape2_q.tunnel ? inner_q.total_len : shape2_q.hdr_len + payload_q;
      ports_shown_q <= shape2_q.tunnel ? inner_q.ports_shown : payload_q[15:2] != '0;
      verdict3_q    <= VERDICT_OK;
      if (!pad_ok_q) verdict3_q <= VERDICT_BAD_PADDING;
      else if (next_header_q == 8'd59) verdict3_q <= VERDICT_DUMMY;
      else if (shape2_q.tunnel && !named_q) verdict3_q <= VERDICT_BAD_NEXT_HEADER;
      else if (shape2_q.tunnel && (!inner_q.ok || inner_q.total_len > payload_q)) verdict3_q <= VERDICT_BAD_INNER;
    end
  end

  logic match;

  lane_in_select u_select (
      .clk_i,
      .rst_ni,
      .en1_i        (step_q[3]),
      .policy_i     (policy),
      .v6_i         (inner_q.v6),
      .src_i        (inner_q.src),
      .dst_i        (inner_q.dst),
      .proto_i      (proto_q),
      .ports_i      (ports_q),
      .en2_i        (step_q[4]),
      .ports_shown_i(ports_shown_q),
      .match_o      (match)
  );

  // ------------------------------------------------------------------ step 4
  logic [1:0]  ecn;
  logic        ecn_drop;

  esp_ecn u_ecn (
      .tunnel_i(shape2_q.tunnel),
      .compat_i(shape2_q.ecn_compat),
      .outer_i (shape2_q.ecn),
      .inner_i (head2_q.ecn),
      .ecn_o   (ecn),
      .drop_o  (ecn_drop)
  );

  wire [7:0]  ttl   = head2_q.ttl - {7'd0, shape2_q.dec_ttl};
  wire [15:0] word0 = {head2_q.word0[15:2], ecn};
  wire [15:0] word1 = shape2_q.tunnel ? head2_q.word1 : length_q;
  wire [15:0] word4 = {ttl, shape2_q.tunnel ? head2_q.word4[7:0] : next_header_q};

  judged_t     judged5_q;
  logic        ecn_drop_q, ttl_end_q, same_q;
  logic [16:0] delta0_q, delta1_q, delta4_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      judged5_q  <= '0;
      ecn_drop_q <= 1'b0;
      ttl_end_q  <= 1'b0;
      same_q     <= 1'b0;
      delta0_q   <= '0;
      delta1_q   <= '0;
      delta4_q   <= '0;
    end else if (step_q[4]) begin
      judged5_q.verdict     <= verdict3_q;
      judged5_q.next_header <= next_header_q;
      judged5_q.length      <= length_q;
      judged5_q.v6          <= head2_q.v6;
      judged5_q.checksum    <= head2_q.checksum;
      judged5_q.ttl         <= ttl;
      judged5_q.ecn         <= ecn;
      ecn_drop_q            <= ecn_drop;
      ttl_end_q             <= shape2_q.dec_ttl && head2_q.ttl <= 8'd1;
      same_q                <= word0 == head2_q.word0 && word1 == head2_q.word1 && word4 == head2_q.word4;
      delta0_q              <= csum_pkg::delta(head2_q.word0, word0);
      delta1_q              <= csum_pkg::delta(head2_q.word1, word1);
      delta4_q              <= csum_pkg::delta(head2_q.word4, word4);
    end
  end

  // ------------------------------------------------------------------ steps 5, 6, 7
  judged_t     judged6_q, judged7_q;
  logic [19:0] sum_q;
  logic        same6_q;

  assign judged_push_o = step_q[7];
  assign judged_o      = judged7_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      judged6_q <= '0;
      judged7_q <= '0;
      sum_q     <= '0;
      same6_q   <= 1'b0;
    end else begin
      if (step_q[5]) begin
        judged6_q <= judged5_q;
        same6_q   <= same_q;
        sum_q     <= {4'd0, ~judged5_q.checksum} + {3'd0, delta0_q} + {3'd0, delta1_q} + {3'd0, delta4_q};
        if (judged5_q.verdict == VERDICT_OK) begin
          if (!match) judged6_q.verdict <= VERDICT_DISCARDS_SELECTOR;
          else if (ecn_drop_q) judged6_q.verdict <= VERDICT_ECN_DROP;
          else if (ttl_end_q) judged6_q.verdict <= VERDICT_TTL;
        end
      end
      if (step_q[6]) begin
        judged7_q <= judged6_q;
        if (!same6_q) judged7_q.checksum <= ~csum_pkg::fold(sum_q);
      end
    end
  end

  wire unused = &{1'b0, policy_i, rule_in, policy_valid, policies_room, ip, shape2_q, head2_q};

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      // Packets are three clocks apart.
      if (valid_i && plain_i) a_apart: assert (!step_q[1] && !step_q[2]);
      if (step_q[1]) a_start: assert (!valid_i);
      if (step_q[3]) a_policy: assert (policy_valid);
    end
  end
  // G11: no packet that the selectors refuse is judged ok.
  a_g11: assert property (@(posedge clk_i) disable iff (!rst_ni) step_q[5] && !match |=> judged6_q.verdict != VERDICT_OK);
`endif
endmodule
