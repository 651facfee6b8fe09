// The verdict of each packet, in order: refused before gcm_pipe, refused by the table, or as judged.
//
// Index and generation are told as far as the table named them; the next header only of a packet that was opened (ICV right,
// the table agreed); sequence number and length only of one that goes out.
module lane_in_decide
  import sallyport_abi_pkg::*;
  import lane_in_pkg::*;
(
    input  logic     clk_i,
    input  logic     rst_ni,
    input  logic     order_push_i,
    input  order_t   order_i,
    input  logic     judged_push_i,
    input  judged_t  judged_i,
    input  logic     verdict_valid_i,  // lane_in_commit
    output logic     verdict_pop_o,
    input  verdict_e verdict_i,
    output logic     decided_o,        // a packet has been decided
    output logic     cnt_valid_o,      // one verdict a packet, for the drop counters
    input  logic     cnt_ready_i,
    output verdict_e cnt_verdict_o,
    output logic     emit_push_o,
    input  logic     emit_room_i,
    output emit_t    emit_o
);
  order_t  order;
  judged_t judged;
  logic    order_valid, judged_valid, judged_pop;
  logic    orders_room, judged_room;

  lane_fifo #(
      .WIDTH($bits(order_t)),
      .DEPTH(InFlight)
  ) u_orders (
      .clk_i,
      .rst_ni,
      .push_i (order_push_i),
      .data_i (order_i),
      .room_o (orders_room),
      .valid_o(order_valid),
      .pop_i  (decided_o),
      .data_o (order)
  );

  lane_fifo #(
      .WIDTH($bits(judged_t)),
      .DEPTH(InFlight)
  ) u_judged (
      .clk_i,
      .rst_ni,
      .push_i (judged_push_i),
      .data_i (judged_i),
      .room_o (judged_room),
      .valid_o(judged_valid),
      .pop_i  (judged_pop),
      .data_o (judged)
  );

  logic     cnt_valid_q;
  verdict_e cnt_verdict_q, verdict;

  wire opened = order.open && verdict_i == VERDICT_OK;
  // A count is taken in fewer clocks than a packet of 64 octets comes in: no need to wait for cnt_ready_i here.
  wire ready  = order_valid && emit_room_i && !cnt_valid_q;
  wire ok     = verdict == VERDICT_OK;

  assign decided_o     = ready && (!order.open || (verdict_valid_i && judged_valid));
  assign verdict_pop_o = decided_o && order.open;
  assign judged_pop    = verdict_pop_o;
  assign emit_push_o   = decided_o;

  always_comb begin
    if (!order.open) verdict = order.verdict;
    else if (verdict_i != VERDICT_OK) verdict = verdict_i;
    else verdict = judged.verdict;
  end

  always_comb begin
    emit_o                    = '0;
    emit_o.status.index       = order.index;
    emit_o.status.generation  = order.generation;
    emit_o.status.length      = ok ? judged.length : 16'd0;
    emit_o.status.verdict     = verdict;
    emit_o.status.next_header = opened ? judged.next_header : 8'd0;
    emit_o.status.aux         = ok ? order.seq_lo : 32'd0;
    emit_o.status.cookie      = order.cookie;
    emit_o.ok                 = ok;
    emit_o.tunnel             = order.tunnel;
    emit_o.v6                 = judged.v6;
    emit_o.checksum           = judged.checksum;
    emit_o.ttl                = judged.ttl;
    emit_o.ecn                = judged.ecn;
    emit_o.blocks             = order.blocks;
    emit_o.hdr_len            = order.hdr_len;
    emit_o.nh_offset          = order.nh_offset;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      cnt_valid_q   <= 1'b0;
      cnt_verdict_q <= VERDICT_OK;
    end else begin
      if (cnt_ready_i) cnt_valid_q <= 1'b0;
      if (decided_o) begin
        cnt_valid_q   <= 1'b1;
        cnt_verdict_q <= verdict;
      end
    end
  end

  assign cnt_valid_o   = cnt_valid_q;
  assign cnt_verdict_o = cnt_verdict_q;

  wire unused = &{1'b0, orders_room, judged_room};

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni && decided_o) begin
      // G4: ok is the word of all three: the table at look-up, the table at commit, the judge.
      if (emit_o.ok || emit_o.status.length != '0)
        a_g4_ok: assert (order.open && verdict_valid_i && verdict_i == VERDICT_OK && judged_valid &&
                         judged.verdict == VERDICT_OK);
      // A packet that was refused before gcm_pipe is not ok.
      if (!order.open) a_g4_refused: assert (verdict != VERDICT_OK);
    end
  end
`endif
endmodule
