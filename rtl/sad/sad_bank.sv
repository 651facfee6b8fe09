// A bank of sad_full: the entries whose index ends in this bank's number. One packet request a clock, or a turn of the management
// side.
//
//   requests -> sad_grant -> sad_pipe -> answer
//                    ^        |    |
//                    |   sad_bank_mem <- turn
//                    '- sad_visits <'
module sad_bank
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import sad_int_pkg::*;
#(
    parameter int NUM_SAS = 64,   // of the whole table
    parameter int BANKS   = 1,
    parameter int WINDOW  = 64,
    parameter int LANES   = 1,
    parameter bit SIM     = 1'b1,
    localparam int RowBits  = $clog2(NUM_SAS / BANKS),
    localparam int LaneBits = LANES > 1 ? $clog2(LANES) : 1,
    localparam int Count    = 3 * LANES
) (
    input  logic                    clk_i,
    input  logic                    rst_ni,
    // Requests, each for some bank: want_i says which are for this one. Order as in sad_grant.
    input  logic                    closed_i,       // nothing is granted
    input  logic [Count-1:0]        want_i,
    output logic [Count-1:0]        grant_o,
    input  out_req_t [LANES-1:0]    adm_req_i,
    input  lookup_req_t [LANES-1:0] lkp_req_i,
    input  commit_req_t [LANES-1:0] cmt_req_i,
    output logic                    empty_o,        // nothing is under way
    output logic                    still_o,        // it is empty and was closed a clock ago: stays so while it is closed
    // An answer.
    output logic                    answer_valid_o,
    output answer_t                 answer_o,
    output logic [LaneBits-1:0]     answer_lane_o,
    output sa_view_t                view_o,
    // For the management side: an entry with events, an entry with a wrong word.
    output logic                    visit_o,
    output logic [RowBits-1:0]      visit_row_o,
    output logic [7:0]              visit_fresh_o,
    input  logic                    visit_pop_i,
    output logic                    lost_o,         // an event has to be found by a scan
    output logic                    note_o,
    output logic [RowBits-1:0]      note_row_o,
    input  logic                    note_pop_i,
    output logic [4:0]              mended_o,       // words mended by being overwritten
    // A turn.
    input  logic                    turn_i,
    input  logic [RowBits-1:0]      turn_row_i,
    input  access_t                 access_i,
    input  logic [5:0]              turn_wr_i,      // see sad_bank_mem
    input  logic [4:0]              turn_wr_word_i,
    input  logic [RowBits-1:0]      turn_wr_row_i,
    input  logic [71:0]             turn_code_i,
    output lanes_t                  lanes_o,
    output ecc_t                    ecc_o,
    output logic                    reading_o,
    input  flip_t                   flip_i
);
  localparam int Rows        = NUM_SAS / BANKS;
  localparam int BankBits    = $clog2(BANKS);
  localparam int Visits      = 4;
  localparam int WindowWords = WINDOW / 64;

  // ------------------------------------------------------------------ grant
  logic [Count-1:0][RowBits-1:0] row;
  logic [7:1]                    valid, writes;
  logic [7:1][RowBits-1:0]       at;
  logic                          arriving;
  logic [Visits:0]               visit_valid;
  logic [Visits:0][RowBits-1:0]  visit_row;

  for (genvar l = 0; l < LANES; l++) begin : gen_row
    assign row[l]             = RowBits'(adm_req_i[l].index >> BankBits);
    assign row[LANES + l]     = RowBits'(lkp_req_i[l].spi >> BankBits);
    assign row[2 * LANES + l] = RowBits'(cmt_req_i[l].index >> BankBits);
  end

  sad_grant #(
      .ROWS  (Rows),
      .LANES (LANES),
      .VISITS(Visits + 1)
  ) u_grant (
      .clk_i,
      .rst_ni,
      .open_i     (!closed_i),
      .want_i,
      .row_i      (row),
      .writes_i   (writes),
      .at_i       (at),
      .visit_i    (visit_valid),
      .visit_row_i(visit_row),
      .grant_o
  );

  out_req_t            out_req;
  lookup_req_t         look_req;
  commit_req_t         commit_req;
  packet_req_t         req;
  logic [LaneBits-1:0] lane;

  always_comb begin
    out_req    = adm_req_i[0];
    look_req   = lkp_req_i[0];
    commit_req = cmt_req_i[0];
    lane       = '0;
    for (int l = 1; l < LANES; l++) begin
      if (grant_o[l]) out_req = adm_req_i[l];
      if (grant_o[LANES + l]) look_req = lkp_req_i[l];
      if (grant_o[2 * LANES + l]) commit_req = cmt_req_i[l];
      if (grant_o[l] || grant_o[LANES + l] || grant_o[2 * LANES + l]) lane = LaneBits'(l);
    end
  end

  sad_request #(
      .NUM_SAS(NUM_SAS)
  ) u_request (
      .grant_i ({|grant_o[Count-1:2*LANES], |grant_o[2*LANES-1:LANES], |grant_o[LANES-1:0]}),
      .out_i   (out_req),
      .look_i  (look_req),
      .commit_i(commit_req),
      .req_o   (req)
  );

  // ------------------------------------------------------------------ pipeline
  req_kind_e                    first_kind, then_kind;
  life_t                        life, life_next;
  name_t                        name;
  logic [CFG_WORDS-1:0][63:0]   cfg;
  logic [KeyWords-1:0][63:0]    key;
  logic [OutcWords-1:0][63:0]   outc;
  logic [IncFixed-1:0][63:0]    inc;
  logic [WindowWords-1:0][63:0] window, window_next;
  damage_t                      first_damage, then_damage;
  counted_t                     first_single, wr;
  logic [WindowWords-1:0]       then_single, wr_window;
  logic [63:0]                  seq, octets, count;
  logic [7:0]                   fresh;
  logic                         wrong;

  sad_pipe #(
      .ROWS  (Rows),
      .BANKS (BANKS),
      .WINDOW(WINDOW),
      .LANES (LANES)
  ) u_pipe (
      .clk_i,
      .rst_ni,
      .start_i       (|grant_o),
      .load_i        (|want_i),
      .req_i         (req),
      .lane_i        (lane),
      .valid_o       (valid),
      .writes_o      (writes),
      .row_o         (at),
      .first_kind_o  (first_kind),
      .then_kind_o   (then_kind),
      .life_i        (life),
      .name_i        (name),
      .cfg_i         (cfg),
      .key_i         (key),
      .outc_i        (outc),
      .inc_i         (inc),
      .window_i      (window),
      .first_damage_i(first_damage),
      .first_single_i(first_single),
      .then_damage_i (then_damage),
      .then_single_i (then_single),
      .wr_o          (wr),
      .wr_window_o   (wr_window),
      .life_o        (life_next),
      .seq_o         (seq),
      .octets_o      (octets),
      .count_o       (count),
      .window_o      (window_next),
      .answer_o,
      .answer_lane_o,
      .view_o,
      .fresh_o       (fresh),
      .wrong_o       (wrong),
      .mended_o
  );
  assign empty_o        = valid == '0 && !arriving;

  // What is closed and empty stays empty until it is opened.
  logic still_q;
  always_ff @(posedge clk_i) still_q <= rst_ni && closed_i && empty_o;
  assign still_o = still_q;

  assign answer_valid_o = valid[7];

  sad_bank_mem #(
      .ROWS  (Rows),
      .WINDOW(WINDOW),
      .SIM   (SIM)
  ) u_mem (
      .clk_i,
      .rst_ni,
      .first_i       (valid[1]),
      .first_kind_i  (first_kind),
      .first_row_i   (at[1]),
      .then_i        (valid[3]),
      .then_kind_i   (then_kind),
      .then_row_i    (at[3]),
      .life_o        (life),
      .name_o        (name),
      .cfg_o         (cfg),
      .key_o         (key),
      .outc_o        (outc),
      .inc_o         (inc),
      .window_o      (window),
      .first_damage_o(first_damage),
      .first_single_o(first_single),
      .then_damage_o (then_damage),
      .then_single_o (then_single),
      .wr_row_i      (at[7]),
      .wr_i          (wr),
      .wr_window_i   (wr_window),
      .life_i        (life_next),
      .seq_i         (seq),
      .octets_i      (octets),
      .count_i       (count),
      .window_i      (window_next),
      .turn_i,
      .turn_row_i,
      .access_i,
      .turn_wr_i,
      .turn_wr_word_i,
      .turn_wr_row_i,
      .turn_code_i,
      .lanes_o,
      .ecc_o,
      .reading_o,
      .flip_i
  );

  // ------------------------------------------------------------------ what follows
  sad_visits #(
      .ROWS (Rows),
      .DEPTH(Visits)
  ) u_visits (
      .clk_i,
      .rst_ni,
      .fresh_i   (fresh),
      .row_i     (at[7]),
      .lost_o,
      .arriving_o(arriving),
      .valid_o   (visit_valid),
      .row_o     (visit_row),
      .fresh_o   (visit_fresh_o),
      .pop_i     (visit_pop_i)
  );
  assign visit_o     = visit_valid[0];
  assign visit_row_o = visit_row[0];

  // One entry with a wrong word waits here; another one is met again, by its next packet or the scrubber.
  logic               note_q;
  logic [RowBits-1:0] note_row_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      note_q     <= 1'b0;
      note_row_q <= '0;
    end else if (!note_q || note_pop_i) begin
      note_q <= wrong;
      if (wrong) note_row_q <= at[7];
    end
  end
  assign note_o     = note_q;
  assign note_row_o = note_row_q;

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) if (rst_ni && still_o) a_still: assert (empty_o);
  // G7: a turn has the bank alone (bank_pipeline assumes it). In the first clock after reset still_o has not had its clock.
  a_g7_turn: assert property (@(posedge clk_i) disable iff (!rst_ni) turn_i && $past(rst_ni) |-> closed_i && still_o);
  // Requests stay as they are until they are granted.
  for (genvar r = 0; r < Count; r++) begin : gen_rule
    a_stable: assert property (@(posedge clk_i) disable iff (!rst_ni)
        $past(rst_ni) && $past(want_i[r] && !grant_o[r]) |-> want_i[r] && row[r] == $past(row[r]));
  end
`endif
endmodule
