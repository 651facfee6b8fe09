// The management side of sad_full: commands, events, memory errors and what the table does by itself, one turn at a time, as in
// sad_table. A turn has the bank of its entry alone (sad_turns); packets of the other banks go on.
module sad_slow
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import sad_int_pkg::*;
#(
    parameter int NUM_SAS      = 64,
    parameter int BANKS        = 1,
    parameter int WINDOW       = 64,
    parameter int RING_DEPTH   = 256,
    parameter bit SIM          = 1'b1,
    parameter int SCRUB_CLOCKS = 256,
    localparam int IndexBits   = $clog2(NUM_SAS),
    localparam int RowBits     = $clog2(NUM_SAS / BANKS),
    localparam int RingBits    = $clog2(RING_DEPTH)
) (
    input  logic                          clk_i,
    input  logic                          rst_ni,
    output logic                          boot_done_o,
    output logic                          idle_o,        // nothing to do but to scrub
    input  logic                          cmd_valid_i,
    output logic                          cmd_ready_o,
    input  cmd_req_t                      cmd_i,
    output logic                          cmd_done_o,
    output cmd_rsp_t                      cmd_rsp_o,
    output snap_t                         snap_o,
    input  logic                          stg_wr_en_i,
    input  logic [6:0]                    stg_wr_addr_i,
    input  logic [63:0]                   stg_wr_data_i,
    output logic                          stg_wr_ready_o,
    output logic [31:0]                   ev_head_o,
    input  logic [31:0]                   ev_tail_i,
    output logic [31:0]                   ev_late_o,
    input  logic                          ring_rd_en_i,
    input  logic [RingBits+2:0]           ring_rd_addr_i,
    output logic [31:0]                   ring_rd_data_o,
    input  logic [63:0]                   time_ns_i,
    output logic [31:0]                   corrected_o,
    output logic [31:0]                   fatal_o,
    // Drop counters.
    output logic [5:0]                    zero_counter_o,
    output logic                          cnt_req_o,
    output logic [6:0]                    cnt_addr_o,
    input  logic                          cnt_done_i,
    input  logic [63:0]                   cnt_value_i,
    // Banks.
    output logic [BANKS-1:0]              closed_o,
    input  logic [BANKS-1:0]              still_i,       // closed a clock ago, and nothing is under way
    input  logic [BANKS-1:0]              waiting_i,
    input  logic [BANKS-1:0]              visit_i,
    input  logic [BANKS-1:0][RowBits-1:0] visit_row_i,
    input  logic [BANKS-1:0][7:0]         visit_fresh_i,
    output logic [BANKS-1:0]              visit_pop_o,
    input  logic                          lost_i,        // some bank lost sight of an event
    input  logic [BANKS-1:0]              note_i,
    input  logic [BANKS-1:0][RowBits-1:0] note_row_i,
    output logic [BANKS-1:0]              note_pop_o,
    output logic [BANKS-1:0]              turn_o,
    output logic [RowBits-1:0]            turn_row_o,
    output access_t                       access_o,
    output logic [BANKS-1:0][5:0]         turn_wr_o,     // its writes, see sad_bank_mem
    output logic [4:0]                    turn_wr_word_o,
    output logic [RowBits-1:0]            turn_wr_row_o,
    output logic [71:0]                   turn_code_o,
    input  lanes_t [BANKS-1:0]            lanes_i,
    input  ecc_t [BANKS-1:0]              ecc_i,
    input  logic [BANKS-1:0]              reading_i,
    output flip_t                         flip_o
);
  localparam int BankShift = $clog2(BANKS);
  localparam int BankBits  = BANKS > 1 ? $clog2(BANKS) : 1;

  // The entry that stands in a row of a bank.
  function automatic logic [IndexBits-1:0] entry_of(input logic [BankBits-1:0] bank, input logic [RowBits-1:0] row);
    return IndexBits'(row) << BankShift | (IndexBits'(bank) & IndexBits'(BANKS - 1));
  endfunction

  // ------------------------------------------------------------------ turns
  turn_e                turn;
  control_e             control;
  logic [IndexBits-1:0] entry, now, sweep_entry, visit_entry, note_entry;
  logic [BankBits-1:0]  bank, now_bank;
  logic [4:0]           grant;
  logic [7:0]           fresh, fault_fresh, visit_fresh_q;
  logic                 booted, sweep_want, sweep_scan, telling, chasing, turn_end, event_room, event_left;
  logic                 go_visit, go_cmd, go_sweep, command_done, command_tell, scrub_done, note_taken;
  logic                 fault_due, fault_start, fault_done, event_start, event_done;

  sad_turns #(
      .NUM_SAS(NUM_SAS),
      .BANKS  (BANKS)
  ) u_turns (
      .clk_i,
      .rst_ni,
      .booted_i     (booted),
      .closed_o,
      .still_i,
      .waiting_i,
      .visit_i,
      .cmd_i        (cmd_valid_i),
      .cmd_entry_i  (cmd_i.index[IndexBits-1:0]),
      .sweep_i      (sweep_want),
      .sweep_entry_i(sweep_entry),
      .visit_o      (go_visit),
      .bank_o       (bank),
      .cmd_o        (go_cmd),
      .sweep_o      (go_sweep),
      .end_i        (turn_end)
  );

  assign visit_entry = entry_of(bank, visit_row_i[bank]);
  assign cmd_ready_o = grant[3];

  always_comb begin
    visit_pop_o       = '0;
    visit_pop_o[bank] = grant[0];
  end

  always_ff @(posedge clk_i) begin
    if (go_visit) visit_fresh_q <= visit_fresh_i[bank];
  end

  // A visit takes the place of an admission: done as soon as it begins, and its events are told.
  sad_control #(
      .NUM_SAS(NUM_SAS)
  ) u_control (
      .clk_i,
      .rst_ni,
      .booted_i      (booted),
      .want_i        ({go_sweep, go_cmd, 2'b00, go_visit}),
      .scan_i        (sweep_scan),
      .packet_index_i(16'(visit_entry)),
      .cmd_index_i   (cmd_i.index),
      .sweep_entry_i (sweep_entry),
      .grant_o       (grant),
      .turn_o        (turn),
      .control_o     (control),
      .entry_o       (entry),
      .packet_done_i (1'b1),
      .packet_fresh_i(visit_fresh_q),
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
  access_t   access, command_access, sweep_access, fault_access, event_access;
  lanes_t    lanes;
  ecc_t      ecc;
  life_t     life;
  name_t     name;
  sa_word0_t w0;

  always_comb begin
    unique case (control)
      CTL_BOOT: access = sweep_access;
      CTL_RUN: access = turn == TURN_COMMAND ? command_access : turn == TURN_SCRUB ? sweep_access : '0;
      CTL_FIX: access = fault_access;
      CTL_TELL: access = event_access;
      default: access = '0;
    endcase
  end

  assign now      = booted ? entry : sweep_entry;
  assign now_bank = BankBits'(now) & BankBits'(BANKS - 1);

  always_comb begin
    turn_o = '0;
    if (control != CTL_IDLE) turn_o[now_bank] = 1'b1;
  end
  always_comb lanes = lanes_i[now_bank];
  always_comb ecc = ecc_i[now_bank];
  assign turn_row_o = RowBits'(now >> BankShift);
  assign access_o   = access;

  // Writes stand in a register: what they are made of comes late in its clock.
  logic [BANKS-1:0][5:0] wr_q;
  logic [4:0]            wr_word_q;
  logic [RowBits-1:0]    wr_row_q;
  logic [71:0]           code, code_q;

  assign code[63:0] = access.wr_data;
  sad_check u_check (
      .en_i   (access.wr_en != '0),
      .data_i (access.wr_data),
      .check_o(code[71:64])
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      wr_q      <= '0;
      wr_word_q <= '0;
      wr_row_q  <= '0;
      code_q    <= '0;
    end else if (access.wr_en != '0 || wr_q != '0) begin
      wr_q           <= '0;
      wr_q[now_bank] <= access.wr_en;
      wr_word_q      <= access.wr_word;
      wr_row_q       <= turn_row_o;
      // Key words pass here: nothing stays (G5).
      code_q         <= access.wr_en != '0 ? code : '0;
    end
  end
  assign turn_wr_o      = wr_q;
  assign turn_wr_word_o = wr_word_q;
  assign turn_wr_row_o  = wr_row_q;
  assign turn_code_o    = code_q;

  sad_head u_head (
      .clk_i,
      .rst_ni,
      .access_i(access),
      .lanes_i (lanes),
      .life_o  (life),
      .name_o  (name),
      .w0_o    (w0)
  );

  // ------------------------------------------------------------------ commands
  logic         key_load, key_clear;
  logic [6:0]   zero_staging;
  logic [255:0] key_q;  // of a commit, for the hash key

  always_ff @(posedge clk_i) begin
    if (!rst_ni || key_clear) key_q <= '0;
    else if (key_load && lanes.misc_new && lanes.misc_mem == SAD_MEM_KEY && lanes.misc_word < 3'd4)
      key_q <= {key_q[191:0], lanes.misc};
  end

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
      .key_i         (key_q),
      .view_load_o   (key_load),
      .view_clear_o  (key_clear),
      .cnt_req_o,
      .cnt_addr_o,
      .cnt_done_i,
      .cnt_value_i,
      .time_ns_i,
      .flip_o
  );

  // ------------------------------------------------------------------ what the table does by itself
  logic [BankBits-1:0] note_bank;

  always_comb begin
    note_bank = '0;
    for (int b = BANKS - 1; b >= 0; b--) if (note_i[b]) note_bank = BankBits'(b);
    note_pop_o            = '0;
    note_pop_o[note_bank] = note_taken;
  end
  assign note_entry = entry_of(note_bank, note_row_i[note_bank]);

  sad_sweep #(
      .NUM_SAS     (NUM_SAS),
      .WINDOW      (WINDOW),
      .SCRUB_CLOCKS(SCRUB_CLOCKS)
  ) u_sweep (
      .clk_i,
      .rst_ni,
      .boot_done_o   (booted),
      .zero_counter_o,
      .zero_staging_o(zero_staging),
      .want_o        (sweep_want),
      .scan_o        (sweep_scan),
      .telling_o     (telling),
      .entry_o       (sweep_entry),
      .start_i       (grant[4] && !sweep_scan),
      .done_o        (scrub_done),
      .access_o      (sweep_access),
      .left_i        ((event_done && event_left) || lost_i),
      .room_i        (event_room),
      .scanned_i     (turn_end && turn == TURN_SCAN),
      .note_i        (note_i != '0),
      .note_entry_i  (note_entry),
      .note_taken_o  (note_taken),
      .chasing_o     (chasing)
  );

  sad_fault u_fault (
      .clk_i,
      .rst_ni,
      .note_i     (control == CTL_RUN || control == CTL_TELL),
      .ecc_i      (ecc),
      .due_o      (fault_due),
      .corrected_o,
      .fatal_o,
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
  wire   scrubbing   = turn == TURN_SCRUB && !chasing && (control == CTL_RUN || turn_end);
  assign idle_o      = booted && (control == CTL_IDLE || scrubbing) && !cmd_valid_i && !telling && !chasing &&
                       note_i == '0 && visit_i == '0;

`ifndef SYNTHESIS
  // No word is still on its way when a turn ends: it would be taken for the next entry's (G7).
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      if (control == CTL_NEXT) a_g7_lanes: assert (reading_i == '0);
      // G4: no turn before every codeword has been written.
      if (grant != '0) a_g4_boot: assert (booted);
      // Who was let to sad_control has its turn at once, on the bank that was closed for it.
      if (go_visit || go_cmd || go_sweep) a_turn: assert (grant == {go_sweep, go_cmd, 2'b00, go_visit});
      if (control != CTL_IDLE && control != CTL_BOOT) a_g7_bank: assert ((turn_o & ~closed_o) == '0);
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
  wire unused_reading = ^reading_i;
`endif
endmodule
