// Inbound path of a lane: ESP packets in at a beat a clock, plain packets and statuses out.
//
//   desc, data -> lane_ingest -record-> lane_in_lookup -job-> lane_in_feed -slots-> gcm_pipe -> lane_in_watch -> block store
//                    ring  <------------ beats ---------------'   |                   |              |              |
//                                              SA table           |ICV                |tag           |              |
//                                          look-up, commit        `---> lane_in_commit <       lane_in_judge        |
//                                                                             `---> lane_in_decide <-'              |
//                                                                                        `----> lane_in_emit <------'
//
// Plaintext goes into the block store as it comes, and stays there until the ICV was right, the table agreed and the judge had
// nothing against it (G4, G8, G11); the blocks of a packet that stays in are skipped. Everything goes on at once for the packets
// in flight (lane_in_pkg::InFlight), in order, so the queues between the parts need no addresses.
//
// A packet takes as many clocks of the feeder as it has beats, or fewer; no other part needs longer. What the store cannot hold
// stops the feeder, and nothing else: gcm_pipe and what follows never wait.
module lane_in
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import esp_pkg::*;
  import gcm_pkg::*;
  import lane_in_pkg::*;
#(
    parameter int MAX_PACKET   = 10240,  // octets
    parameter int INGEST_DEPTH = 1024,   // beats, a power of two
    parameter int STORE_DEPTH  = 1024    // blocks, a power of two
) (
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         enable_i,        // low: no new packet is taken in
    input  logic         desc_valid_i,
    output logic         desc_ready_o,
    input  logic [127:0] desc_i,
    input  logic         data_valid_i,
    output logic         data_ready_o,
    input  logic [127:0] data_i,
    input  logic [4:0]   data_bytes_i,
    input  logic         data_last_i,
    output logic         st_valid_o,
    input  logic         st_ready_i,
    output status_desc_t st_o,
    output logic         out_valid_o,
    input  logic         out_ready_i,
    output logic [127:0] out_data_o,
    output logic [4:0]   out_bytes_o,
    output logic         out_last_o,
    // SA table: answers are pulses, in the order of the requests, the clock after the request's or later.
    output logic         lkp_req_valid_o,
    input  logic         lkp_req_ready_i,
    output lookup_req_t  lkp_req_o,
    input  logic         lkp_rsp_valid_i,
    input  lookup_rsp_t  lkp_rsp_i,
    output logic         cmt_req_valid_o,
    input  logic         cmt_req_ready_i,
    output commit_req_t  cmt_req_o,
    input  logic         cmt_rsp_valid_i,
    input  verdict_e     cmt_rsp_i,
    output logic         cnt_valid_o,
    input  logic         cnt_ready_i,
    output verdict_e     cnt_verdict_o,
    output logic         busy_o
);
  localparam int AW = $clog2(STORE_DEPTH);

  // ------------------------------------------------------------------ in
  logic         rec_valid, rec_ready, ring_rd_en, ingest_busy;
  ingest_t      rec;
  logic [15:0]  ring_rd_addr, ring_release;
  logic [127:0] ring_rd_data;

  lane_ingest #(
      .DEPTH     (INGEST_DEPTH),
      .MAX_PACKET(MAX_PACKET),
      .EXACT     (1'b0)
  ) u_ingest (
      .clk_i,
      .rst_ni,
      .enable_i,
      .desc_valid_i,
      .desc_ready_o,
      .desc_i,
      .data_valid_i,
      .data_ready_o,
      .data_i,
      .data_bytes_i,
      .data_last_i,
      .rec_valid_o(rec_valid),
      .rec_ready_i(rec_ready),
      .rec_o      (rec),
      .release_i  (ring_release),
      .rd_en_i    (ring_rd_en),
      .rd_addr_i  (ring_rd_addr),
      .rd_data_o  (ring_rd_data),
      .busy_o     (ingest_busy)
  );

  // ------------------------------------------------------------------ to gcm_pipe
  logic         job_valid, job_pop, found_valid, found_pop, secret_valid, secret_pop;
  job_t         job;
  found_t       found;
  secret_t      secret;

  lane_in_lookup u_lookup (
      .clk_i,
      .rst_ni,
      .rec_valid_i   (rec_valid),
      .rec_ready_o   (rec_ready),
      .rec_i         (rec),
      .lkp_req_valid_o,
      .lkp_req_ready_i,
      .lkp_req_o,
      .lkp_rsp_valid_i,
      .lkp_rsp_i,
      .job_valid_o   (job_valid),
      .job_pop_i     (job_pop),
      .job_o         (job),
      .found_valid_o (found_valid),
      .found_pop_i   (found_pop),
      .found_o       (found),
      .secret_valid_o(secret_valid),
      .secret_pop_i  (secret_pop),
      .secret_o      (secret)
  );

  logic         slot_valid, order_push, open_push, icv_push, decided, room_q;
  gcm_slot_t    slot;
  gcm_start_t   start;
  order_t       order;
  shape_t       shape;
  claim_t       claim;
  logic [127:0] icv;

  lane_in_feed u_feed (
      .clk_i,
      .rst_ni,
      .job_valid_i  (job_valid),
      .job_pop_o    (job_pop),
      .job_i        (job),
      .found_valid_i(found_valid),
      .found_pop_o  (found_pop),
      .found_i      (found),
      .secret_pop_o (secret_pop),
      .secret_i     (secret),
      .rd_en_o      (ring_rd_en),
      .rd_addr_o    (ring_rd_addr),
      .rd_data_i    (ring_rd_data),
      .release_o    (ring_release),
      .room_i       (room_q),
      .decided_i    (decided),
      .slot_valid_o (slot_valid),
      .slot_o       (slot),
      .start_o      (start),
      .order_push_o (order_push),
      .order_o      (order),
      .open_push_o  (open_push),
      .shape_o      (shape),
      .claim_o      (claim),
      .icv_push_o   (icv_push),
      .icv_o        (icv)
  );

  logic         gcm_valid, gcm_pass, gcm_tag_valid, gcm_busy;
  logic [127:0] gcm_data, gcm_tag;

  gcm_pipe #(
      .OPEN(1'b1)
  ) u_gcm (
      .clk_i,
      .rst_ni,
      .slot_valid_i(slot_valid),
      .slot_i      (slot),
      .start_i     (start),
      .out_valid_o (gcm_valid),
      .out_pass_o  (gcm_pass),
      .out_data_o  (gcm_data),
      .tag_valid_o (gcm_tag_valid),
      .tag_o       (gcm_tag),
      .busy_o      (gcm_busy)
  );

  // ------------------------------------------------------------------ what comes out of it
  logic         block_valid, block_start, block_plain, block_first, block_last;
  logic [127:0] block;
  logic [4:0]   block_bytes;
  shape_t       block_shape;

  lane_in_watch u_watch (
      .clk_i,
      .rst_ni,
      .open_push_i(open_push),
      .shape_i    (shape),
      .valid_i    (gcm_valid),
      .pass_i     (gcm_pass),
      .data_i     (gcm_data),
      .valid_o    (block_valid),
      .data_o     (block),
      .start_o    (block_start),
      .plain_o    (block_plain),
      .first_o    (block_first),
      .last_o     (block_last),
      .bytes_o    (block_bytes),
      .shape_o    (block_shape)
  );

  logic     judged_push;
  judged_t  judged;

  lane_in_judge u_judge (
      .clk_i,
      .rst_ni,
      .policy_push_i(lkp_rsp_valid_i && lkp_rsp_i.verdict == VERDICT_OK),
      .policy_i     (lkp_rsp_i.view),
      .valid_i      (block_valid),
      .data_i       (block),
      .start_i      (block_start),
      .plain_i      (block_plain),
      .first_i      (block_first),
      .last_i       (block_last),
      .bytes_i      (block_bytes),
      .shape_i      (block_shape),
      .judged_push_o(judged_push),
      .judged_o     (judged)
  );

  logic     verdict_valid, verdict_pop;
  verdict_e verdict;

  lane_in_commit u_commit (
      .clk_i,
      .rst_ni,
      .open_push_i    (open_push),
      .claim_i        (claim),
      .icv_push_i     (icv_push),
      .icv_i          (icv),
      .tag_valid_i    (gcm_tag_valid),
      .tag_i          (gcm_tag),
      .cmt_req_valid_o,
      .cmt_req_ready_i,
      .cmt_req_o,
      .cmt_rsp_valid_i,
      .cmt_rsp_i,
      .verdict_valid_o(verdict_valid),
      .verdict_pop_i  (verdict_pop),
      .verdict_o      (verdict)
  );

  logic  emit_push, emit_room, left;
  emit_t emit;

  lane_in_decide u_decide (
      .clk_i,
      .rst_ni,
      .order_push_i   (order_push),
      .order_i        (order),
      .judged_push_i  (judged_push),
      .judged_i       (judged),
      .verdict_valid_i(verdict_valid),
      .verdict_pop_o  (verdict_pop),
      .verdict_i      (verdict),
      .decided_o      (decided),
      .cnt_valid_o,
      .cnt_ready_i,
      .cnt_verdict_o,
      .emit_push_o    (emit_push),
      .emit_room_i    (emit_room),
      .emit_o         (emit)
  );

  // ------------------------------------------------------------------ block store
  // Room is claimed when a slot is made. Between the look at room_q and that claim there are three clocks.
  localparam int Margin = 8;

  logic [AW:0]   claimed_q, written_q, read;
  logic          store_rd_en;
  logic [AW-1:0] store_rd_addr;
  logic [127:0]  store_rd_data;

  wire           takes_block = slot_valid && (slot.kind == SLOT_DATA || slot.kind == SLOT_PASS || (slot.kind == SLOT_FIRST && slot.pass));
  wire  [AW:0]   used = claimed_q - read;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      claimed_q <= '0;
      written_q <= '0;
      room_q    <= 1'b0;
    end else begin
      if (takes_block) claimed_q <= claimed_q + 1'b1;
      if (block_valid) written_q <= written_q + 1'b1;
      room_q <= used < (AW + 1)'(STORE_DEPTH - Margin);
    end
  end

  ram_1r1w #(
      .WIDTH(128),
      .DEPTH(STORE_DEPTH)
  ) u_store (
      .clk_i,
      .wr_en_i  (block_valid),
      .wr_addr_i(written_q[AW-1:0]),
      .wr_data_i(block),
      .rd_en_i  (store_rd_en),
      .rd_addr_i(store_rd_addr),
      .rd_data_o(store_rd_data)
  );

  lane_in_emit #(
      .DEPTH(STORE_DEPTH)
  ) u_emit (
      .clk_i,
      .rst_ni,
      .emit_push_i(emit_push),
      .emit_room_o(emit_room),
      .emit_i     (emit),
      .rd_en_o    (store_rd_en),
      .rd_addr_o  (store_rd_addr),
      .rd_data_i  (store_rd_data),
      .read_o     (read),
      .st_valid_o,
      .st_ready_i,
      .st_o,
      .out_valid_o,
      .out_ready_i,
      .out_data_o,
      .out_bytes_o,
      .out_last_o,
      .left_o     (left)
  );

  // ------------------------------------------------------------------ busy
  logic [10:0] packets_q;   // taken from lane_ingest, not at the output yet

  always_ff @(posedge clk_i) begin
    if (!rst_ni) packets_q <= '0;
    else packets_q <= packets_q + {10'd0, rec_valid && rec_ready} - {10'd0, left};
  end

  assign busy_o = ingest_busy || packets_q != '0 || gcm_busy || st_valid_o || out_valid_o || cnt_valid_o;

  wire unused = &{1'b0, secret_valid};

  if (STORE_DEPTH != 2 ** AW || (MAX_PACKET + 15) / 16 + Margin >= STORE_DEPTH) begin : gen_store_check
    $error("lane_in: STORE_DEPTH must be a power of two, and hold the longest packet and the margin");
  end

`ifndef SYNTHESIS
  wire [AW:0] unread = written_q - read;

  // The store is never written past its room, and never read where nothing has been written.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      if (takes_block) a_room: assert (used < (AW + 1)'(STORE_DEPTH));
      if (store_rd_en) a_written: assert (unread != '0);
      if (secret_pop) a_key: assert (secret_valid);
    end
  end

  lane_in_guard #(
      .DEPTH(STORE_DEPTH)
  ) u_guard (
      .clk_i,
      .rst_ni,
      .icv_push_i (icv_push),
      .icv_i      (icv),
      .tag_valid_i(gcm_tag_valid),
      .tag_i      (gcm_tag),
      .answer_i   (cmt_rsp_valid_i),
      .answer_ok_i(cmt_rsp_i == VERDICT_OK),
      .judged_i   (judged_push),
      .judged_ok_i(judged.verdict == VERDICT_OK),
      .decided_i  (emit_push),
      .ok_i       (emit.ok),
      .blocks_i   (emit.blocks),
      .touch_i    (store_rd_en),
      .read_i     (read)
  );
`endif
endmodule
