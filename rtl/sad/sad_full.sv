// The SA table of the full profile: sad_table's rules at one packet request a clock and bank, for LANES lanes.
//
//   lanes: adm_ lkp_ cmt_ --> sad_bank 0 .. BANKS-1 --> sad_reply --> answers, AnswerClocks after the grant
//                                 ^ |
//                 turns, one entry| | events, wrong words
//                                 | v
//   cmd_ -----------------------> sad_slow (commands, events, scrubber)
//
// Entry e stands in bank e mod BANKS: the memory is spread, not copied. An answer is a pulse and has to be taken; a requester gets
// its answers in the order of its grants. Theory of operation, clocks: README.md.
module sad_full
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import sad_int_pkg::*;
#(
    parameter int NUM_SAS      = 1024,
    parameter int WINDOW       = 64,
    parameter int LANES        = 1,
    parameter int RING_DEPTH   = 256,
    parameter bit SIM          = 1'b0,
    parameter int BANKS        = LANES,
    parameter int SCRUB_CLOCKS = 256,   // clocks between two words that the scrubber reads; a power of two
    localparam int RingBits    = $clog2(RING_DEPTH)
) (
    input  logic                    clk_i,
    input  logic                    rst_ni,
    output logic                    boot_done_o,
    output logic                    idle_o,           // nothing in work or waiting; the scrubber may run
    // Outbound admission.
    input  logic        [LANES-1:0] adm_req_valid_i,
    output logic        [LANES-1:0] adm_req_ready_o,
    input  out_req_t    [LANES-1:0] adm_req_i,
    output logic        [LANES-1:0] adm_rsp_valid_o,
    output out_rsp_t    [LANES-1:0] adm_rsp_o,
    // Inbound look-up.
    input  logic        [LANES-1:0] lkp_req_valid_i,
    output logic        [LANES-1:0] lkp_req_ready_o,
    input  lookup_req_t [LANES-1:0] lkp_req_i,
    output logic        [LANES-1:0] lkp_rsp_valid_o,
    output lookup_rsp_t [LANES-1:0] lkp_rsp_o,
    // Inbound commit.
    input  logic        [LANES-1:0] cmt_req_valid_i,
    output logic        [LANES-1:0] cmt_req_ready_o,
    input  commit_req_t [LANES-1:0] cmt_req_i,
    output logic        [LANES-1:0] cmt_rsp_valid_o,
    output verdict_e    [LANES-1:0] cmt_rsp_o,
    // One verdict for each packet, to be counted.
    input  logic        [LANES-1:0] ocnt_valid_i,
    output logic        [LANES-1:0] ocnt_ready_o,
    input  verdict_e    [LANES-1:0] ocnt_verdict_i,
    input  logic        [LANES-1:0] icnt_valid_i,
    output logic        [LANES-1:0] icnt_ready_o,
    input  verdict_e    [LANES-1:0] icnt_verdict_i,
    // Commands. The answer is valid with cmd_done_o and held until the next command is taken.
    input  logic                    cmd_valid_i,
    output logic                    cmd_ready_o,
    input  cmd_req_t                cmd_i,
    output logic                    cmd_done_o,
    output cmd_rsp_t                cmd_rsp_o,
    output snap_t                   snap_o,
    // Staging bank, write only.
    input  logic                    stg_wr_en_i,
    input  logic [6:0]              stg_wr_addr_i,    // slot, word
    input  logic [63:0]             stg_wr_data_i,
    output logic                    stg_wr_ready_o,
    // Event ring.
    output logic [31:0]             ev_head_o,
    input  logic [31:0]             ev_tail_i,
    output logic [31:0]             ev_late_o,
    input  logic                    ring_rd_en_i,
    input  logic [RingBits+2:0]     ring_rd_addr_i,
    output logic [31:0]             ring_rd_data_o,
    input  logic [63:0]             time_ns_i,
    output logic [31:0]             ecc_corrected_o,
    output logic [31:0]             ecc_fatal_o
);
  localparam int Count     = 3 * LANES;
  localparam int IndexBits = $clog2(NUM_SAS);
  localparam int RowBits   = $clog2(NUM_SAS / BANKS);
  localparam int LaneBits  = LANES > 1 ? $clog2(LANES) : 1;

  // ------------------------------------------------------------------ requests
  logic [Count-1:0]            valid;
  logic [Count-1:0][15:0]      index;
  logic [BANKS-1:0][Count-1:0] want, grant;
  logic [Count-1:0]            granted;

  assign valid = {cmt_req_valid_i, lkp_req_valid_i, adm_req_valid_i};
  assign {cmt_req_ready_o, lkp_req_ready_o, adm_req_ready_o} = granted;

  for (genvar l = 0; l < LANES; l++) begin : gen_index
    assign index[l]             = adm_req_i[l].index;
    assign index[LANES + l]     = lkp_req_i[l].spi[15:0];
    assign index[2 * LANES + l] = cmt_req_i[l].index;
  end

  always_comb begin
    granted = '0;
    for (int b = 0; b < BANKS; b++) granted |= grant[b];
  end

  // ------------------------------------------------------------------ banks
  logic     [BANKS-1:0]               closed, closed_q, empty, still, waiting, answer_valid, visit, visit_pop, lost, note, note_pop, turn,
                                      reading;
  answer_t  [BANKS-1:0]               answer;
  logic     [BANKS-1:0][LaneBits-1:0] answer_lane;
  sa_view_t [BANKS-1:0]               view;
  logic     [BANKS-1:0][RowBits-1:0]  visit_row, note_row;
  logic     [BANKS-1:0][7:0]          visit_fresh;
  logic     [BANKS-1:0][4:0]          mended;
  lanes_t   [BANKS-1:0]               lanes;
  ecc_t     [BANKS-1:0]               ecc;
  logic     [RowBits-1:0]             turn_row;
  access_t                            access;
  logic     [BANKS-1:0][5:0]          turn_wr;
  logic     [4:0]                     turn_wr_word;
  logic     [RowBits-1:0]             turn_wr_row;
  logic     [71:0]                    turn_code;
  flip_t                              flip;

  // The way from here to the grants and on to the lanes is long.
  always_ff @(posedge clk_i) closed_q <= rst_ni ? closed : '1;

  for (genvar b = 0; b < BANKS; b++) begin : gen_bank
    for (genvar r = 0; r < Count; r++) begin : gen_want
      assign want[b][r] = valid[r] && (index[r] & 16'(BANKS - 1)) == 16'(b);
    end
    assign waiting[b] = want[b] != '0;

    sad_bank #(
        .NUM_SAS(NUM_SAS),
        .BANKS  (BANKS),
        .WINDOW (WINDOW),
        .LANES  (LANES),
        .SIM    (SIM)
    ) u_bank (
        .clk_i,
        .rst_ni,
        .closed_i      (closed_q[b]),
        .want_i        (want[b]),
        .grant_o       (grant[b]),
        .adm_req_i,
        .lkp_req_i,
        .cmt_req_i,
        .empty_o       (empty[b]),
        .still_o       (still[b]),
        .answer_valid_o(answer_valid[b]),
        .answer_o      (answer[b]),
        .answer_lane_o (answer_lane[b]),
        .view_o        (view[b]),
        .visit_o       (visit[b]),
        .visit_row_o   (visit_row[b]),
        .visit_fresh_o (visit_fresh[b]),
        .visit_pop_i   (visit_pop[b]),
        .lost_o        (lost[b]),
        .note_o        (note[b]),
        .note_row_o    (note_row[b]),
        .note_pop_i    (note_pop[b]),
        .mended_o      (mended[b]),
        .turn_i        (turn[b]),
        .turn_row_i    (turn_row),
        .access_i      (access),
        .turn_wr_i     (turn_wr[b]),
        .turn_wr_word_i(turn_wr_word),
        .turn_wr_row_i (turn_wr_row),
        .turn_code_i   (turn_code),
        .lanes_o       (lanes[b]),
        .ecc_o         (ecc[b]),
        .reading_o     (reading[b]),
        .flip_i        (flip)
    );
  end

  sad_reply #(
      .LANES(LANES),
      .BANKS(BANKS)
  ) u_reply (
      .clk_i,
      .rst_ni,
      .valid_i    (answer_valid),
      .answer_i   (answer),
      .lane_i     (answer_lane),
      .view_i     (view),
      .adm_valid_o(adm_rsp_valid_o),
      .adm_o      (adm_rsp_o),
      .lkp_valid_o(lkp_rsp_valid_o),
      .lkp_o      (lkp_rsp_o),
      .cmt_valid_o(cmt_rsp_valid_o),
      .cmt_o      (cmt_rsp_o)
  );

  // ------------------------------------------------------------------ management
  logic        booted, slow_idle, cnt_req, cnt_done, cnt_idle;
  logic [5:0]  zero_counter;
  logic [6:0]  cnt_addr;
  logic [63:0] cnt_value;
  logic [31:0] corrected, mended_q;

  sad_slow #(
      .NUM_SAS     (NUM_SAS),
      .BANKS       (BANKS),
      .WINDOW      (WINDOW),
      .RING_DEPTH  (RING_DEPTH),
      .SIM         (SIM),
      .SCRUB_CLOCKS(SCRUB_CLOCKS)
  ) u_slow (
      .clk_i,
      .rst_ni,
      .boot_done_o   (booted),
      .idle_o        (slow_idle),
      .cmd_valid_i,
      .cmd_ready_o,
      .cmd_i,
      .cmd_done_o,
      .cmd_rsp_o,
      .snap_o,
      .stg_wr_en_i,
      .stg_wr_addr_i,
      .stg_wr_data_i,
      .stg_wr_ready_o,
      .ev_head_o,
      .ev_tail_i,
      .ev_late_o,
      .ring_rd_en_i,
      .ring_rd_addr_i,
      .ring_rd_data_o,
      .time_ns_i,
      .corrected_o   (corrected),
      .fatal_o       (ecc_fatal_o),
      .zero_counter_o(zero_counter),
      .cnt_req_o     (cnt_req),
      .cnt_addr_o    (cnt_addr),
      .cnt_done_i    (cnt_done),
      .cnt_value_i   (cnt_value),
      .closed_o      (closed),
      .still_i       (still),
      .waiting_i     (waiting),
      .visit_i       (visit),
      .visit_row_i   (visit_row),
      .visit_fresh_i (visit_fresh),
      .visit_pop_o   (visit_pop),
      .lost_i        (lost != '0),
      .note_i        (note),
      .note_row_i    (note_row),
      .note_pop_o    (note_pop),
      .turn_o        (turn),
      .turn_row_o    (turn_row),
      .access_o      (access),
      .turn_wr_o     (turn_wr),
      .turn_wr_word_o(turn_wr_word),
      .turn_wr_row_o (turn_wr_row),
      .turn_code_o   (turn_code),
      .lanes_i       (lanes),
      .ecc_i         (ecc),
      .reading_i     (reading),
      .flip_o        (flip)
  );

  sad_tally #(
      .LANES(LANES)
  ) u_tally (
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

  logic [31:0] mended_sum;
  always_comb begin
    mended_sum = '0;
    for (int b = 0; b < BANKS; b++) mended_sum += 32'(mended[b]);
  end

  // Words with one wrong bit that packets have overwritten were mended by that, and are counted with the others.
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      mended_q <= '0;
    end else if (mended != '0) begin
      mended_q <= mended_q + mended_sum;
    end
  end

  assign ecc_corrected_o = corrected + mended_q;
  assign boot_done_o     = booted;
  assign idle_o          = slow_idle && (&empty) && valid == '0 && cnt_idle;

  wire unused_index = ^index;

`ifndef SYNTHESIS
  initial begin
    if (NUM_SAS < 64 || NUM_SAS > 16384 || (1 << IndexBits) != NUM_SAS) $error("NUM_SAS: a power of two, 64 to 16384");
    if (BANKS < 1 || BANKS > 8 || (BANKS & (BANKS - 1)) != 0) $error("BANKS: 1, 2, 4 or 8");
  end
  // G4: nothing is served before every codeword has been written.
  always_ff @(posedge clk_i) if (rst_ni && granted != '0) a_g4_boot: assert (booted);
`endif
endmodule
