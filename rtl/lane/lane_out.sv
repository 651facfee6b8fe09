// Outbound path of a lane: plain IP packets in, ESP packets and statuses out at a beat a clock.
//
//   desc, data -> lane_ingest -record-> out_admit -job-> out_feed -slots-> gcm_pipe -> block store -> out_emit -> status, data
//                    ring  <------------ beats ------------'                  |`-----> out_sum         |   |
//                                       |   SA table                          `------> ICVs -----------'   |
//                                       `-- tickets, templates, frames -------> out_front -- front, sum ---'
//
// Everything goes on at once for the packets in flight (lane_out_pkg::InFlight), in order, so the queues between the parts need
// no addresses. A packet takes of the feeder no more clocks than it has beats as an ESP packet, of the other parts fewer; the
// ESP packets' beats are the limit. What waits for the output waits in the block store, whose room the feeder counts; gcm_pipe and
// what follows never wait.
//
// G4: lane_ingest gives a record when its packet is whole, and nothing of a packet goes on before its record.
module lane_out
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import esp_pkg::*;
  import gcm_pkg::*;
  import lane_out_pkg::*;
#(
    parameter int MAX_PACKET   = 10240,  // octets
    parameter int INGEST_DEPTH = 1024,   // beats, a power of two
    parameter int STORE_DEPTH  = 1024    // beats, a power of two
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
    // SA table: answers are pulses, in the order of the requests.
    output logic         adm_req_valid_o,
    input  logic         adm_req_ready_i,
    output out_req_t     adm_req_o,
    input  logic         adm_rsp_valid_i,
    input  out_rsp_t     adm_rsp_i,
    // One verdict a packet, for the drop counters.
    output logic         cnt_valid_o,
    input  logic         cnt_ready_i,
    output verdict_e     cnt_verdict_o,
    output logic         busy_o
);
  // ------------------------------------------------------------------ intake
  logic         rec_valid, rec_ready, ring_rd_en, ingest_busy;
  ingest_t      rec;
  logic [15:0]  ring_rd_addr, ring_release;
  logic [127:0] ring_rd_data;

  lane_ingest #(
      .DEPTH     (INGEST_DEPTH),
      .MAX_PACKET(MAX_PACKET),
      .LEN_LSB   (80),
      .EXACT     (1'b1)
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
      .rec_valid_o (rec_valid),
      .rec_ready_i (rec_ready),
      .rec_o       (rec),
      .release_i   (ring_release),
      .rd_en_i     (ring_rd_en),
      .rd_addr_i   (ring_rd_addr),
      .rd_data_o   (ring_rd_data),
      .busy_o      (ingest_busy)
  );

  // ------------------------------------------------------------------ admission
  logic      job_valid, job_ready, secret_valid, secret_pop, ticket_push, template_push, frame_push, leave, admit_busy;
  job_t      job;
  secret_t   secret;
  ticket_t   ticket;
  template_t tpl;
  frame_t    frame;

  out_admit u_admit (
      .clk_i,
      .rst_ni,
      .rec_valid_i    (rec_valid),
      .rec_ready_o    (rec_ready),
      .rec_i          (rec),
      .adm_req_valid_o,
      .adm_req_ready_i,
      .adm_req_o,
      .adm_rsp_valid_i,
      .adm_rsp_i,
      .cnt_valid_o,
      .cnt_ready_i,
      .cnt_verdict_o,
      .job_valid_o    (job_valid),
      .job_ready_i    (job_ready),
      .job_o          (job),
      .secret_valid_o (secret_valid),
      .secret_pop_i   (secret_pop),
      .secret_o       (secret),
      .ticket_push_o  (ticket_push),
      .ticket_o       (ticket),
      .template_push_o(template_push),
      .template_o     (tpl),
      .frame_push_o   (frame_push),
      .frame_o        (frame),
      .leave_i        (leave),
      .busy_o         (admit_busy)
  );

  // ------------------------------------------------------------------ cipher
  logic         slot_valid, block_taken, begins, begin_sum, feed_busy;
  logic [11:0]  begin_last;
  gcm_slot_t    slot;
  gcm_start_t   start;
  logic         coded_valid, coded_pass, tag_valid, gcm_busy;
  logic [127:0] coded, tag;

  out_feed #(
      .STORE_DEPTH(STORE_DEPTH)
  ) u_feed (
      .clk_i,
      .rst_ni,
      .job_valid_i   (job_valid),
      .job_ready_o   (job_ready),
      .job_i         (job),
      .secret_valid_i(secret_valid),
      .secret_pop_o  (secret_pop),
      .secret_i      (secret),
      .ring_rd_en_o  (ring_rd_en),
      .ring_rd_addr_o(ring_rd_addr),
      .ring_rd_data_i(ring_rd_data),
      .release_o     (ring_release),
      .slot_valid_o  (slot_valid),
      .slot_o        (slot),
      .start_o       (start),
      .taken_i       (block_taken),
      .begin_o       (begins),
      .begin_sum_o   (begin_sum),
      .begin_last_o  (begin_last),
      .busy_o        (feed_busy)
  );

  gcm_pipe #(
      .OPEN(1'b0)
  ) u_gcm (
      .clk_i,
      .rst_ni,
      .slot_valid_i(slot_valid),
      .slot_i      (slot),
      .start_i     (start),
      .out_valid_o (coded_valid),
      .out_pass_o  (coded_pass),
      .out_data_o  (coded),
      .tag_valid_o (tag_valid),
      .tag_o       (tag),
      .busy_o      (gcm_busy)
  );

  // ------------------------------------------------------------------ what comes out of it
  logic         store_room, icvs_room, block_valid, icv_valid, icv_pop, icv_next, cipher_valid, cipher_pop;
  logic [127:0] block, icv;
  logic [16:0]  cipher_sum;

  lane_fifo #(
      .WIDTH(128),
      .DEPTH(STORE_DEPTH),
      .BLOCK(1'b1)
  ) u_store (
      .clk_i,
      .rst_ni,
      .push_i (coded_valid),
      .data_i (coded),
      .room_o (store_room),
      .valid_o(block_valid),
      .pop_i  (block_taken),
      .data_o (block)
  );

  lane_fifo #(
      .WIDTH(128),
      .DEPTH(InFlight)
  ) u_icvs (
      .clk_i,
      .rst_ni,
      .push_i (tag_valid),
      .data_i (tag),
      .room_o (icvs_room),
      .valid_o(icv_valid),
      .pop_i  (icv_pop),
      .data_o (icv)
  );

  out_sum u_sum (
      .clk_i,
      .rst_ni,
      .begin_i       (begins),
      .begin_sum_i   (begin_sum),
      .begin_last_i  (begin_last),
      .valid_i       (coded_valid),
      .pass_i        (coded_pass),
      .data_i        (coded),
      .sum_valid_o   (cipher_valid),
      .sum_pop_i     (cipher_pop),
      .sum_o         (cipher_sum)
  );

  // ------------------------------------------------------------------ output
  logic        front_valid, front_ready, sum_valid, sum_pop, emit_busy;
  front_t      front;
  logic [15:0] sum;

  out_front u_front (
      .clk_i,
      .rst_ni,
      .ticket_push_i  (ticket_push),
      .ticket_i       (ticket),
      .template_push_i(template_push),
      .template_i     (tpl),
      .frame_push_i   (frame_push),
      .frame_i        (frame),
      .leave_o        (leave),
      .cipher_valid_i (cipher_valid),
      .cipher_pop_o   (cipher_pop),
      .cipher_sum_i   (cipher_sum),
      .tag_valid_i    (icv_valid && icv_next),
      .tag_i          (icv),
      .front_valid_o  (front_valid),
      .front_ready_i  (front_ready),
      .front_o        (front),
      .sum_valid_o    (sum_valid),
      .sum_o          (sum),
      .sum_pop_i      (sum_pop)
  );

  out_emit u_emit (
      .clk_i,
      .rst_ni,
      .front_valid_i(front_valid),
      .front_ready_o(front_ready),
      .front_i      (front),
      .sum_valid_i  (sum_valid),
      .sum_i        (sum),
      .sum_pop_o    (sum_pop),
      .block_valid_i(block_valid),
      .block_pop_o  (block_taken),
      .block_i      (block),
      .tag_valid_i  (icv_valid),
      .tag_pop_o    (icv_pop),
      .tag_i        (icv),
      .tag_next_o   (icv_next),
      .st_valid_o,
      .st_ready_i,
      .st_o,
      .out_valid_o,
      .out_ready_i,
      .out_data_o,
      .out_bytes_o,
      .out_last_o,
      .busy_o       (emit_busy)
  );

  // There is always room: out_feed and out_admit count.
  wire unused = &{1'b0, store_room, icvs_room};

  assign busy_o = ingest_busy || admit_busy || feed_busy || gcm_busy || front_valid || emit_busy;

`ifndef SYNTHESIS
  // UDP over IPv6 wants a whole packet in the store: header and ciphertext, TFC padding included.
  initial assert (16 * (STORE_DEPTH - 1) >= MAX_PACKET + 4 * 127 + 16);
`endif
endmodule
