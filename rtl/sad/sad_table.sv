// The SA table: state, limits, keys, counters, replay windows and events of NUM_SAS entries, behind one writer.
//
//   adm_ lkp_ cmt_ --> sad_packet --.
//   cmd_ ------------> sad_command --+--> sad_mem (six memories with SECDED) --> lanes --> all of them
//                      sad_sweep   --+
//   after each turn:   sad_fault   --+    memory errors that were met
//                      sad_events  --'    events that happened, entries to set free --> ring
//
// One request has its turn at a time, round robin, so every answer is one picture and every check-and-count is one step.
// A turn ends when its memory errors have been dealt with and its events are in the ring, or wait in the entry because the
// ring is full. Theory of operation, cost of each request in clocks: README.md.
module sad_table
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import sad_int_pkg::*;
#(
    parameter int NUM_SAS      = 64,
    parameter int WINDOW       = 64,
    parameter int RING_DEPTH   = 256,
    parameter bit SIM          = 1'b1,
    parameter int SCRUB_CLOCKS = 64,   // clocks between two words that the scrubber reads; a power of two
    localparam int IndexBits   = $clog2(NUM_SAS),
    localparam int RingBits    = $clog2(RING_DEPTH)
) (
    input  logic                clk_i,
    input  logic                rst_ni,
    output logic                boot_done_o,
    output logic                idle_o,         // nothing in work or waiting; the scrubber may run
    // Outbound admission.
    input  logic                adm_req_valid_i,
    output logic                adm_req_ready_o,
    input  out_req_t            adm_req_i,
    output logic                adm_rsp_valid_o,
    input  logic                adm_rsp_ready_i,
    output out_rsp_t            adm_rsp_o,
    // Inbound look-up.
    input  logic                lkp_req_valid_i,
    output logic                lkp_req_ready_o,
    input  lookup_req_t         lkp_req_i,
    output logic                lkp_rsp_valid_o,
    input  logic                lkp_rsp_ready_i,
    output lookup_rsp_t         lkp_rsp_o,
    // Inbound commit.
    input  logic                cmt_req_valid_i,
    output logic                cmt_req_ready_o,
    input  commit_req_t         cmt_req_i,
    output logic                cmt_rsp_valid_o,
    input  logic                cmt_rsp_ready_i,
    output verdict_e            cmt_rsp_o,
    // One verdict for each packet, to be counted.
    input  logic                ocnt_valid_i,
    output logic                ocnt_ready_o,
    input  verdict_e            ocnt_verdict_i,
    input  logic                icnt_valid_i,
    output logic                icnt_ready_o,
    input  verdict_e            icnt_verdict_i,
    // Commands. The answer is valid with cmd_done_o and held until the next command is taken.
    input  logic                cmd_valid_i,
    output logic                cmd_ready_o,
    input  cmd_req_t            cmd_i,
    output logic                cmd_done_o,
    output cmd_rsp_t            cmd_rsp_o,
    output snap_t               snap_o,
    // Staging bank, write only.
    input  logic                stg_wr_en_i,
    input  logic [6:0]          stg_wr_addr_i,  // slot, word
    input  logic [63:0]         stg_wr_data_i,
    output logic                stg_wr_ready_o,
    // Event ring.
    output logic [31:0]         ev_head_o,
    input  logic [31:0]         ev_tail_i,
    output logic [31:0]         ev_late_o,
    input  logic                ring_rd_en_i,
    input  logic [RingBits+2:0] ring_rd_addr_i,
    output logic [31:0]         ring_rd_data_o,
    input  logic [63:0]         time_ns_i,
    output logic [31:0]         ecc_corrected_o,
    output logic [31:0]         ecc_fatal_o
);
  // ------------------------------------------------------------------ turns
  packet_req_t          packet_req;
  turn_e                turn;
  control_e             control;
  logic [IndexBits-1:0] entry, sweep_entry;
  logic [4:0]           grant;
  logic [7:0]           fresh, packet_fresh, fault_fresh;
  logic                 booted, sweep_want, sweep_scan, telling, turn_end, event_room, event_left;
  logic                 packet_done, command_done, command_tell, scrub_done;
  logic                 fault_due, fault_start, fault_done, event_start, event_done;

  assign adm_req_ready_o = grant[0];
  assign lkp_req_ready_o = grant[1];
  assign cmt_req_ready_o = grant[2];
  assign cmd_ready_o     = grant[3];

  // Wants are looked at a clock later: who makes an offer keeps it, and what makes one is deep logic. While a turn runs that
  // costs nothing.
  logic [4:0] want_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) want_q <= '0;
    else want_q <= {sweep_want, cmd_valid_i, cmt_req_valid_i, lkp_req_valid_i, adm_req_valid_i} & ~grant;
  end

  sad_request #(
      .NUM_SAS(NUM_SAS)
  ) u_request (
      .grant_i (grant[2:0]),
      .out_i   (adm_req_i),
      .look_i  (lkp_req_i),
      .commit_i(cmt_req_i),
      .req_o   (packet_req)
  );

  sad_control #(
      .NUM_SAS(NUM_SAS)
  ) u_control (
      .clk_i,
      .rst_ni,
      .booted_i      (booted),
      .want_i        ({want_q[4] && sweep_want, want_q[3:0]}),
      .scan_i        (sweep_scan),
      .packet_index_i(packet_req.index),
      .cmd_index_i   (cmd_i.index),
      .sweep_entry_i (sweep_entry),
      .grant_o       (grant),
      .turn_o        (turn),
      .control_o     (control),
      .entry_o       (entry),
      .packet_done_i (packet_done),
      .packet_fresh_i(packet_fresh),
      .command_done_i(command_done),
      .command_tell_i(command_tell),
      .scrub_done_i  (scrub_done),
      .fault_due_i   (fault_due),
      .fault_start_o (fault_start),
      .fault_done_i  (fault_done),
      .fault_fresh_i (fault_fresh),
      .event_start_o (event_start),
      .event_done_i  (event_done),
      .fresh_o       (fresh),
      .end_o         (turn_end)
  );

  // ------------------------------------------------------------------ memories
  access_t   access, packet_access, command_access, sweep_access, fault_access, event_access;
  lanes_t    lanes;
  ecc_t      ecc;
  flip_t     flip;
  life_t     life;
  name_t     name;
  sa_word0_t w0;

  always_comb begin
    unique case (control)
      CTL_BOOT: access = sweep_access;
      CTL_RUN: access = turn == TURN_COMMAND ? command_access : turn == TURN_SCRUB ? sweep_access : packet_access;
      CTL_FIX: access = fault_access;
      CTL_TELL: access = event_access;
      default: access = '0;
    endcase
  end

  logic lanes_busy;

  sad_mem #(
      .NUM_SAS(NUM_SAS),
      .WINDOW (WINDOW),
      .SIM    (SIM)
  ) u_mem (
      .clk_i,
      .rst_ni,
      .entry_i  (booted ? entry : sweep_entry),
      .access_i (access),
      .lanes_o  (lanes),
      .ecc_o    (ecc),
      .reading_o(lanes_busy),
      .flip_i   (flip)
  );

  sad_head u_head (
      .clk_i,
      .rst_ni,
      .access_i(access),
      .lanes_i (lanes),
      .life_o  (life),
      .name_o  (name),
      .w0_o    (w0)
  );

  // ------------------------------------------------------------------ packets
  logic         packet_load, packet_clear, command_load, command_clear;
  verdict_e     verdict;
  logic [15:0]  rsp_index, rsp_generation;
  logic [63:0]  rsp_seq;
  logic [31:0]  rsp_aux;
  logic [255:0] key;

  sad_packet #(
      .WINDOW(WINDOW)
  ) u_packet (
      .clk_i,
      .rst_ni,
      .start_i       (|grant[2:0]),
      .req_i         (packet_req),
      .done_o        (packet_done),
      .access_o      (packet_access),
      .lanes_i       (lanes),
      .life_i        (life),
      .name_i        (name),
      .w0_i          (w0),
      .view_load_o   (packet_load),
      .view_clear_o  (packet_clear),
      .out_valid_o   (adm_rsp_valid_o),
      .look_valid_o  (lkp_rsp_valid_o),
      .commit_valid_o(cmt_rsp_valid_o),
      .out_taken_i   (adm_rsp_ready_i),
      .look_taken_i  (lkp_rsp_ready_i),
      .commit_taken_i(cmt_rsp_ready_i),
      .verdict_o     (verdict),
      .index_o       (rsp_index),
      .generation_o  (rsp_generation),
      .seq_o         (rsp_seq),
      .aux_o         (rsp_aux),
      .fresh_o       (packet_fresh)
  );

  sad_answer u_answer (
      .clk_i,
      .rst_ni,
      .lanes_i     (lanes),
      .w0_i        (w0),
      .load_i      (packet_load || command_load),
      .clear_i     (packet_clear || command_clear),
      .out_valid_i (adm_rsp_valid_o),
      .look_valid_i(lkp_rsp_valid_o),
      .verdict_i   (verdict),
      .index_i     (rsp_index),
      .generation_i(rsp_generation),
      .seq_i       (rsp_seq),
      .aux_i       (rsp_aux),
      .out_o       (adm_rsp_o),
      .look_o      (lkp_rsp_o),
      .key_o       (key)
  );
  assign cmt_rsp_o = verdict;

  // ------------------------------------------------------------------ commands
  logic        cnt_req, cnt_done, cnt_idle;
  logic [6:0]  cnt_addr, zero_staging;
  logic [5:0]  zero_counter;
  logic [63:0] cnt_value;

  sad_management #(
      .NUM_SAS(NUM_SAS),
      .WINDOW (WINDOW),
      .SIM    (SIM)
  ) u_management (
      .clk_i,
      .rst_ni,
      .start_i       (grant[3]),
      .req_i         (cmd_i),
      .entry_i       (entry),
      .done_o        (command_done),
      .tell_o        (command_tell),
      .turn_end_i    (turn_end && turn == TURN_COMMAND),
      .cmd_done_o,
      .cmd_rsp_o,
      .snap_o,
      .access_o      (command_access),
      .lanes_i       (lanes),
      .ecc_i         (ecc),
      .life_i        (life),
      .name_i        (name),
      .w0_i          (w0),
      .booted_i      (booted),
      .zero_staging_i(zero_staging),
      .stg_wr_en_i,
      .stg_wr_addr_i,
      .stg_wr_data_i,
      .stg_wr_ready_o,
      .key_i         (key),
      .view_load_o   (command_load),
      .view_clear_o  (command_clear),
      .cnt_req_o     (cnt_req),
      .cnt_addr_o    (cnt_addr),
      .cnt_done_i    (cnt_done),
      .cnt_value_i   (cnt_value),
      .time_ns_i,
      .flip_o        (flip)
  );

  sad_counters u_counters (
      .clk_i,
      .rst_ni,
      .out_valid_i  (ocnt_valid_i),
      .out_ready_o  (ocnt_ready_o),
      .out_verdict_i(ocnt_verdict_i),
      .in_valid_i   (icnt_valid_i),
      .in_ready_o   (icnt_ready_o),
      .in_verdict_i (icnt_verdict_i),
      .zero_en_i    (!booted),
      .zero_addr_i  (zero_counter),
      .rd_req_i     (cnt_req),
      .rd_inbound_i (cnt_addr[6]),
      .rd_verdict_i (cnt_addr[5:0]),
      .rd_done_o    (cnt_done),
      .rd_value_o   (cnt_value),
      .idle_o       (cnt_idle)
  );

  // ------------------------------------------------------------------ what the table does by itself
  logic note_taken, chasing;

  sad_sweep #(
      .NUM_SAS     (NUM_SAS),
      .WINDOW      (WINDOW),
      .SCRUB_CLOCKS(SCRUB_CLOCKS)
  ) u_sweep (
      .clk_i,
      .rst_ni,
      .boot_done_o   (booted),
      .zero_counter_o(zero_counter),
      .zero_staging_o(zero_staging),
      .want_o        (sweep_want),
      .scan_o        (sweep_scan),
      .telling_o     (telling),
      .entry_o       (sweep_entry),
      .start_i       (grant[4] && !sweep_scan),
      .done_o        (scrub_done),
      .access_o      (sweep_access),
      .left_i        (event_done && event_left),
      .room_i        (event_room),
      .scanned_i     (turn_end && turn == TURN_SCAN),
      .note_i        (1'b0),  // every error is dealt with in the turn that met it
      .note_entry_i  ('0),
      .note_taken_o  (note_taken),
      .chasing_o     (chasing)
  );
  wire unused_chase = note_taken || chasing;

  sad_fault u_fault (
      .clk_i,
      .rst_ni,
      .note_i     (control == CTL_RUN || control == CTL_TELL),
      .ecc_i      (ecc),
      .due_o      (fault_due),
      .corrected_o(ecc_corrected_o),
      .fatal_o    (ecc_fatal_o),
      .start_i    (fault_start),
      .done_o     (fault_done),
      .access_o   (fault_access),
      .lanes_i    (lanes),
      .life_i     (life),
      .name_i     (name),
      .w0_i       (w0),
      .fresh_o    (fault_fresh)
  );

  sad_events #(
      .NUM_SAS   (NUM_SAS),
      .WINDOW    (WINDOW),
      .RING_DEPTH(RING_DEPTH)
  ) u_events (
      .clk_i,
      .rst_ni,
      .start_i  (event_start),
      .entry_i  (entry),
      .fresh_i  (fresh),
      .done_o   (event_done),
      .left_o   (event_left),
      .room_o   (event_room),
      .access_o (event_access),
      .lanes_i  (lanes),
      .life_i   (life),
      .name_i   (name),
      .w0_i     (w0),
      .time_ns_i,
      .head_o   (ev_head_o),
      .tail_i   (ev_tail_i),
      .late_o   (ev_late_o),
      .rd_en_i  (ring_rd_en_i),
      .rd_addr_i(ring_rd_addr_i),
      .rd_data_o(ring_rd_data_o)
  );

  assign boot_done_o = booted;
  wire   scrubbing   = turn == TURN_SCRUB && (control == CTL_RUN || turn_end);
  assign idle_o      = booted && (control == CTL_IDLE || scrubbing) && !adm_req_valid_i && !lkp_req_valid_i &&
                       !cmt_req_valid_i && !cmd_valid_i && !telling && cnt_idle;

`ifndef SYNTHESIS
  // No word is still on its way when a turn ends: it would be taken for the next entry's (G7).
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      if (control == CTL_NEXT) a_g7_lanes: assert (!lanes_busy);
      // G4: nothing is served before every codeword has been written.
      if (grant != '0) a_g4_boot: assert (booted);
      // G3: an entry is never made free with an event that is not in the ring, unless its state word was lost.
      if (booted && control != CTL_FIX && access.wr_en[SAD_MEM_STATE] && access.wr_word == '0 && access.wr_data[28:26] == '0)
        a_g3_free: assert ((life.raised & ~life.told) == '0);
      // G3: a latch is taken back only with the tenant.
      if (booted && control != CTL_FIX && access.wr_en[SAD_MEM_STATE] && access.wr_word == '0 && access.wr_data[28:26] != '0 &&
          life.state != ENTRY_STATE_FREE && life.state != ENTRY_STATE_LARVAL)
        a_g3_latch: assert ((life.raised & ~access.wr_data[22:15]) == '0);
    end
  end
`else
  wire unused_busy = lanes_busy;
`endif
endmodule
