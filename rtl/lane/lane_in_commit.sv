// Compares the tags and tells the table: one claim a packet, in order, several on their way. Its answers wait for lane_in_decide.
module lane_in_commit
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import lane_in_pkg::*;
(
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         open_push_i,      // a packet goes into gcm_pipe
    input  claim_t       claim_i,
    input  logic         icv_push_i,       // its ICV, once its last slot is made
    input  logic [127:0] icv_i,
    input  logic         tag_valid_i,      // what gcm_pipe has computed
    input  logic [127:0] tag_i,
    output logic         cmt_req_valid_o,
    input  logic         cmt_req_ready_i,
    output commit_req_t  cmt_req_o,
    input  logic         cmt_rsp_valid_i,
    input  verdict_e     cmt_rsp_i,
    output logic         verdict_valid_o,  // of the oldest packet
    input  logic         verdict_pop_i,
    output verdict_e     verdict_o
);
  localparam int PW = $clog2(InFlight) + 1;

  logic [127:0] icv;
  logic         icv_valid, icvs_room, claim_valid, claims_room;
  claim_t       claim;

  lane_fifo #(
      .WIDTH(128),
      .DEPTH(InFlight)
  ) u_icvs (
      .clk_i,
      .rst_ni,
      .push_i (icv_push_i),
      .data_i (icv_i),
      .room_o (icvs_room),
      .valid_o(icv_valid),
      .pop_i  (tag_valid_i),
      .data_o (icv)
  );

  wire sent = cmt_req_valid_o && cmt_req_ready_i;

  lane_fifo #(
      .WIDTH($bits(claim_t)),
      .DEPTH(InFlight)
  ) u_claims (
      .clk_i,
      .rst_ni,
      .push_i (open_push_i),
      .data_i (claim_i),
      .room_o (claims_room),
      .valid_o(claim_valid),
      .pop_i  (sent),
      .data_o (claim)
  );

  // ------------------------------------------------------------------ one place a packet; four pointers go round
  logic [InFlight-1:0] icv_ok_q;
  verdict_e            verdict_q[InFlight];
  logic [PW-1:0]       tag_q, sent_q, answer_q, pop_q;

  assign cmt_req_valid_o      = sent_q != tag_q && claim_valid;
  assign cmt_req_o.index      = claim.index;
  assign cmt_req_o.generation = claim.generation;
  assign cmt_req_o.seq        = claim.seq;
  assign cmt_req_o.octets     = claim.octets;
  assign cmt_req_o.icv_ok     = icv_ok_q[sent_q[PW-2:0]];

  assign verdict_valid_o = pop_q != answer_q;
  assign verdict_o       = verdict_q[pop_q[PW-2:0]];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      icv_ok_q <= '0;
      tag_q    <= '0;
      sent_q   <= '0;
      answer_q <= '0;
      pop_q    <= '0;
    end else begin
      if (tag_valid_i) begin
        icv_ok_q[tag_q[PW-2:0]] <= tag_i == icv;
        tag_q                   <= tag_q + 1'b1;
      end
      if (sent) sent_q <= sent_q + 1'b1;
      if (cmt_rsp_valid_i) answer_q <= answer_q + 1'b1;
      if (verdict_pop_i) pop_q <= pop_q + 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    // The table refuses a wrong ICV by itself; should it not, the packet still stays in.
    if (cmt_rsp_valid_i)
      verdict_q[answer_q[PW-2:0]] <= cmt_rsp_i == VERDICT_OK && !icv_ok_q[answer_q[PW-2:0]] ? VERDICT_BAD_ICV : cmt_rsp_i;
  end

  wire unused = &{1'b0, icv_valid, icvs_room, claims_room};

`ifndef SYNTHESIS
  // G8: the table hears of a packet as genuine only if its tag was the ICV in the packet.
  logic [PW-1:0] good_q, claimed_q;  // genuine packets found, and told
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      good_q    <= '0;
      claimed_q <= '0;
    end else begin
      if (tag_valid_i) begin
        a_icv: assert (icv_valid);
        if ((tag_i ^ icv) == '0) good_q <= good_q + 1'b1;
      end
      if (sent && cmt_req_o.icv_ok) begin
        a_g8_claim: assert (good_q != claimed_q);
        claimed_q <= claimed_q + 1'b1;
      end
      if (cmt_rsp_valid_i) a_answer: assert (answer_q != sent_q);
      if (verdict_pop_i) a_pop: assert (verdict_valid_o);
    end
  end
`endif
endmodule
