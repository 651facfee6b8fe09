// A bank of the full table as it is (sad_bank: sad_grant, sad_request, sad_pipe, sad_visits and the judges below them) with two entries in
// abstract memories and two lanes, against G1, G2, G3, G8 and G9 in words of their own. One entry is watched; all six requesters ask
// for either entry in any clock, the same number twice back to back among them.
//
// While nothing is under way the bank may be closed for a turn of the management side, a step that writes one entry: a command, a
// memory fault (the words are anything then), the teller, the end of an erase, a new tenant with limits of its own. Answers
// and writes come in one clock, so that the watched entry agrees with what really happened (entry_sound) in every clock.
module bank_pipeline
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import sad_int_pkg::*;
  import formal_pkg::*;
#(
    parameter int WINDOW = 64,
    localparam int Words = WINDOW / 64,
    localparam int IncWords = IncFixed + Words,
    localparam int Lanes = 2
) (
    input logic                    clk_i,
    // First clock only.
    input logic                    watch_i,
    input logic [63:0]             number_i,
    input truth_t                  truth_i,
    // Requests.
    input logic [5:0]              want_i,
    input out_req_t [Lanes-1:0]    adm_req_i,
    input lookup_req_t [Lanes-1:0] lkp_req_i,
    input commit_req_t [Lanes-1:0] cmt_req_i,
    // The management side.
    input logic                    closed_i,
    input logic                    turn_i,
    input logic                    row_i,
    input logic                    visit_pop_i,
    input logic                    note_pop_i,
    input logic                    fault_i,
    input logic                    tell_i,
    input logic [7:0]              told_i,
    input state_fact_e             fact_i,
    input op_e                     op_i,
    input logic [15:0]             generation_i,
    input entry_state_e            to_i,
    // For the memories: first contents, contents after a turn, words that cannot be read.
    input life_t                   free_life_i,
    input name_t                   free_name_i,
    input logic [11:0][63:0]       free_cfg_i,
    input logic [2:0][63:0]        free_outc_i,
    input logic [3:0][63:0]        free_inc_i,
    input logic [Words-1:0][63:0]  free_window_i,
    input damage_t                 free_first_i,
    input damage_t                 free_then_i
);
  logic started_q = 1'b0;
  logic first_q = 1'b0;    // the first state stands in the entries
  logic watch_q;
  logic [63:0] number_q;

  // ------------------------------------------------------------------ the design
  logic  new_key;   // the turn brings a new tenant
  life_t life [2], life_set;
  name_t name [2], name_set;
  logic [11:0][63:0] cfg [2];
  logic [2:0][63:0] outc [2];
  logic [IncWords-1:0][63:0] inc [2];
  logic [5:0] grant;
  logic       empty, still, answer_valid, answer_lane, visit, visit_row, lost, note, note_row, reading;
  answer_t    answer;
  sa_view_t   view;
  logic [7:0] visit_fresh;
  logic [4:0] mended;
  lanes_t     lanes;
  ecc_t       ecc;

  sad_bank #(
      .NUM_SAS(2),
      .BANKS  (1),
      .WINDOW (WINDOW),
      .LANES  (Lanes),
      .SIM    (1'b0)
  ) u_bank (
      .clk_i,
      .rst_ni        (started_q),
      .closed_i,
      .want_i,
      .grant_o       (grant),
      .adm_req_i,
      .lkp_req_i,
      .cmt_req_i,
      .empty_o       (empty),
      .still_o       (still),
      .answer_valid_o(answer_valid),
      .answer_o      (answer),
      .answer_lane_o (answer_lane),
      .view_o        (view),
      .visit_o       (visit),
      .visit_row_o   (visit_row),
      .visit_fresh_o (visit_fresh),
      .visit_pop_i,
      .lost_o        (lost),
      .note_o        (note),
      .note_row_o    (note_row),
      .note_pop_i,
      .mended_o      (mended),
      .turn_i,
      .turn_row_i    (row_i),
      .access_i      ('0),
      .turn_wr_i     ('0),
      .turn_wr_word_i('0),
      .turn_wr_row_i ('0),
      .turn_code_i   (72'({fault_i, new_key, life_set, name_set})),
      .lanes_o       (lanes),
      .ecc_o         (ecc),
      .reading_o     (reading),
      .flip_i        ('0)
  );

  always_comb begin
    for (int e = 0; e < 2; e++) begin
      life[e] = u_bank.u_mem.life_q[e];
      name[e] = u_bank.u_mem.name_q[e];
      cfg[e]  = u_bank.u_mem.cfg_q[e];
      outc[e] = u_bank.u_mem.outc_q[e];
      inc[e]  = {u_bank.u_mem.window_q[e], u_bank.u_mem.inc_q[e]};
    end
  end

  // ------------------------------------------------------------------ a turn
  cmd_code_e  code;
  life_t      life_state, life_latch;
  name_t      name_state;
  logic [7:0] latch_fresh, waiting;
  wire        dies = fault_i && life[row_i].state != ENTRY_STATE_FREE;

  sad_state u_state (
      .life_i      (life[row_i]),
      .name_i      (name[row_i]),
      .fact_i,
      .op_i,
      .generation_i,
      .to_i,
      .code_o      (code),
      .life_o      (life_state),
      .name_o      (name_state)
  );
  sad_latch u_latch (
      .life_i    (life[row_i]),
      .dies_i    (dies ? DEAD_REASON_MEMORY : DEAD_REASON_ALIVE),
      .happened_i(dies ? 8'd1 << KindMemory : '0),
      .told_i    (fault_i ? '0 : told_i),
      .life_o    (life_latch),
      .fresh_o   (latch_fresh),
      .waiting_o (waiting)
  );
  wire by_latch = fault_i || tell_i;
  assign new_key = turn_i && !by_latch && code == CMD_CODE_OK && !(fact_i inside {FACT_ERASED, FACT_UNDONE}) && op_i == OP_COMMIT;
  assign life_set = by_latch ? life_latch : life_state;
  assign name_set = by_latch ? name[row_i] : name_state;

  always_comb begin
    assume (!turn_i || (still && closed_i));
    assume (!visit_pop_i || visit);
    assume (!note_pop_i || note);
  end

  // ------------------------------------------------------------------ requests stay until they are granted
  logic [5:0] asked_q = '0, row_q;

  always_ff @(posedge clk_i) begin
    asked_q <= started_q ? want_i & ~grant : '0;
    row_q   <= u_bank.row;
  end
  always_comb assume ((asked_q & ~want_i) == '0 && (asked_q & (row_q ^ u_bank.row)) == '0);

  // ------------------------------------------------------------------ the requests on their way
  way_t granted;
  way_t [7:1] way_q;
  logic [7:5] broken_q;   // it met a broken word
  logic [7:1] on_q;

  always_comb begin
    granted = '0;
    for (int n = 0; n < Lanes; n++) begin
      if (grant[n]) granted = '{kind: REQ_OUT, lane: 1'(n), index: adm_req_i[n].index, generation: adm_req_i[n].generation,
                                octets: adm_req_i[n].octets, seq: '0};
      if (grant[Lanes + n]) granted = '{kind: REQ_LOOK, lane: 1'(n), index: 16'(lkp_req_i[n].spi[0]), generation: '0, octets: '0,
                                        seq: 64'(lkp_req_i[n].seq_lo)};
      if (grant[2 * Lanes + n]) granted = '{kind: cmt_req_i[n].icv_ok ? REQ_TAKE : REQ_FAIL, lane: 1'(n), index: cmt_req_i[n].index,
                                            generation: cmt_req_i[n].generation, octets: cmt_req_i[n].octets, seq: cmt_req_i[n].seq};
    end
  end

  // ------------------------------------------------------------------ what really happened, under the watched entry's key
  truth_t     truth_q, truth_d;
  sa_word0_t  w0;
  life_t      watched;
  assign w0      = cfg[watch_q][0];
  assign watched = life[watch_q];
  wire [63:0] hard_octets  = cfg[watch_q][7];
  wire [63:0] hard_packets = cfg[watch_q][9];
  wire        strict  = !w0.flags[SA_FLAG_NO_REPLAY];
  wire        inbound = w0.flags[SA_FLAG_INBOUND];
  wire [63:0] last    = last_number(w0.flags[SA_FLAG_ESN]);
  wire [63:0] top     = inc[watch_q][0];
  wire        number_in = number_q <= top && {1'b0, number_q} + 65'(WINDOW) > {1'b0, top};
  wire        keyed   = watched.state inside {ENTRY_STATE_ACTIVE, ENTRY_STATE_OVERLAP, ENTRY_STATE_DRAINING, ENTRY_STATE_REDUNDANT};

  way_t now;
  assign now = way_q[7];
  wire is_out  = now.kind == REQ_OUT;
  wire is_take = now.kind == REQ_TAKE;
  wire mine    = started_q && on_q[7] && now.index == 16'(watch_q);
  wire ok      = answer.verdict == VERDICT_OK;
  wire let_out = mine && is_out && ok;
  wire let_in  = mine && is_take && ok;
  wire [65:0] then_octets  = more(truth_q.octets, now.octets);
  wire [65:0] then_packets = more(truth_q.packets, 16'd1);

  always_comb begin
    truth_d = truth_q;
    if (let_out || let_in) begin
      truth_d.octets  = then_octets;
      truth_d.packets = then_packets;
      if (hard_octets != '0 && then_octets >= 66'(hard_octets)) truth_d.refused = 1'b1;
      if (hard_packets != '0 && then_packets >= 66'(hard_packets)) truth_d.refused = 1'b1;
    end
    if (mine && now.kind != REQ_LOOK && answer.verdict inside {VERDICT_HARD_OCTETS, VERDICT_HARD_PACKETS}) truth_d.refused = 1'b1;
    if (let_out) begin
      truth_d.any     = 1'b1;
      truth_d.highest = answer.seq;
      if (answer.seq == last) truth_d.ended = 1'b1;
    end
    if (let_in && now.seq == number_q) truth_d.accepted = 1'b1;
    if (turn_i && fault_i && row_i == watch_q) truth_d.broke = 1'b1;
    if (new_key && row_i == watch_q) truth_d = '0;
  end

  always_ff @(posedge clk_i) begin
    started_q <= 1'b1;
    first_q   <= !started_q;
    on_q      <= started_q ? {on_q[6:1], grant != '0} : '0;
    way_q     <= {way_q[6:1], granted};
    broken_q  <= {broken_q[6] || u_bank.u_mem.then_damage_o.bad, broken_q[5], u_bank.u_mem.first_damage_o.bad};
    truth_q   <= truth_d;
    if (!started_q) begin
      watch_q  <= watch_i;
      number_q <= number_i;
      truth_q  <= truth_i;
    end
  end

  logic [4:0] sound;
  entry_sound #(.WINDOW(WINDOW)) u_sound (
      .life_i   (watched),
      .name_i   (name[watch_q]),
      .cfg_i    (cfg[watch_q]),
      .outc_i   (outc[watch_q]),
      .inc_i    (inc[watch_q]),
      .truth_i  (truth_q),
      .number_i (number_q),
      .life_o   (sound[0]),
      .octets_o (sound[1]),
      .packets_o(sound[2]),
      .numbers_o(sound[3]),
      .window_o (sound[4])
  );
  always_comb if (first_q) assume (&sound && truth_q.octets < Full && truth_q.packets < Full);

  bank_inside #(.WINDOW(WINDOW)) u_inside (.on_i(started_q));

  // ------------------------------------------------------------------ the guarantees
  wire [1:0] writes_entry = {2{u_bank.wr != '0 || u_bank.wr_window != '0}} & {now.index[0], !now.index[0]};
  // Events of the last clock, and whose; those that came to the queue in the last clock and found room.
  logic       stored_q, at_q, stored_at_q;
  logic [7:0] fresh_q;

  always_ff @(posedge clk_i) begin
    fresh_q     <= started_q ? u_bank.fresh : '0;
    at_q        <= now.index[0];
    stored_q    <= started_q && u_bank.u_visits.push && !lost;
    stored_at_q <= u_bank.u_visits.in_row_q;
  end

  always_comb begin
    if (started_q) begin
      // G1: at every moment, for what was let through.
      a_g1_octets:  assert (truth_q.broke || !keyed || hard_octets == '0 || truth_q.octets <= 66'(hard_octets));
      a_g1_packets: assert (truth_q.broke || !keyed || hard_packets == '0 || truth_q.packets <= 66'(hard_packets));
      if (let_out || let_in) begin
        a_g1_then:  assert ((hard_octets == '0 || then_octets <= 66'(hard_octets)) && (hard_packets == '0 || then_packets <= 66'(hard_packets)));
        a_g1_final: assert (!truth_q.refused);
      end
      // G2.
      if (let_out) begin
        a_g2_rises: assert (!truth_q.any || answer.seq > truth_q.highest);
        a_g2_width: assert (answer.seq != '0 && answer.seq <= last);
        a_g2_dead:  assert (!truth_q.ended);
      end
      // G8.
      if (let_in && now.seq == number_q && strict) begin
        a_g8_once: assert (!truth_q.accepted);
        a_g8_left: assert (number_q > top || number_in);
      end
      if (mine && is_take && now.seq == number_q && answer.verdict == VERDICT_REPLAY) begin
        a_g8_early: assert (strict && (truth_q.accepted || (number_q <= top && !number_in)));
      end
      // G9: who names another generation changes nothing. G8: a look-up and a forged packet change next to nothing.
      if (writes_entry != '0) begin
        a_g9_old:    assert (on_q[7] && now.index < 16'd2 && now.generation == name[now.index[0]].generation &&
                             life[now.index[0]].state != ENTRY_STATE_FREE);
        a_g8_look:   assert (now.kind != REQ_LOOK);
        a_g8_forged: assert (now.kind != REQ_FAIL || (u_bank.wr.outc == '0 && u_bank.wr.inc[2:0] == '0 && u_bank.wr_window == '0));
        a_g7_row:    assert (u_bank.at[7] == now.index[0]);
      end
      // G4: ok is for a live entry of this direction and generation in a state that accepts packets. A look-up shows the entry as it
      // was some clocks ago; nothing rests on its answer, the commit judges anew.
      if (mine && ok && now.kind != REQ_LOOK) begin
        a_g4_ok: assert (watched.dead == DEAD_REASON_ALIVE && keyed && (watched.state != ENTRY_STATE_DRAINING || !is_out) &&
                         inbound != is_out && !truth_q.broke && now.generation == name[watch_q].generation);
      end
      // G10: no ok, and nothing written, when any word was broken.
      if (on_q[7] && broken_q[7]) a_g10_ok: assert (!ok && writes_entry == '0);
      // G7: every request has its answer after the same time, in its own lane.
      if (still) a_g7_still: assert (empty);
      a_g7_answer: assert (answer_valid == on_q[7] && (!answer_valid || (answer.kind == now.kind && answer_lane == now.lane)));
      // G3: what happens is latched at once, and the entry waits to be visited or a scan is asked for.
      if (u_bank.fresh != '0) a_g3_fresh: assert ((u_bank.fresh & life[now.index[0]].raised) == '0 && u_bank.wr.life &&
                                                  (u_bank.fresh & ~u_bank.life_next.raised) == '0);
      if (fresh_q != '0) a_g3_arrives: assert (u_bank.u_visits.push && u_bank.u_visits.in_row_q == at_q);
      if (stored_q) a_g3_stored: assert ((u_bank.u_visits.valid_q[0] && u_bank.u_visits.row_q[0] == stored_at_q) ||
                                         (u_bank.u_visits.valid_q[1] && u_bank.u_visits.row_q[1] == stored_at_q) ||
                                         (u_bank.u_visits.valid_q[2] && u_bank.u_visits.row_q[2] == stored_at_q) ||
                                         (u_bank.u_visits.valid_q[3] && u_bank.u_visits.row_q[3] == stored_at_q));
      // In every clock the entry agrees with what really happened.
      s_life:    assert (sound[0]);
      s_octets:  assert (sound[1]);
      s_packets: assert (sound[2]);
      s_numbers: assert (sound[3]);
      s_window:  assert (sound[4]);
    end
  end

  // ------------------------------------------------------------------ it can be reached
  always_comb begin
    if (started_q) begin
      c_out:   cover (let_out && hard_octets != '0 && then_octets == 66'(hard_octets) && now.octets == 16'd100);
      c_last:  cover (let_out && answer.seq == 64'h0000_0000_FFFF_FFFF && truth_d.ended);
      c_twice: cover (mine && is_take && now.seq == number_q && answer.verdict == VERDICT_REPLAY && truth_q.accepted && truth_q.packets == 66'd1);
      c_full:  cover (on_q == '1 && way_q[7].index == 16'd0 && way_q[6].index == 16'd1);
      c_turn:  cover (turn_i && new_key && row_i == watch_q && truth_q.packets == 66'd1);
    end
  end

  wire unused = ^{view, visit_row, visit_fresh, note_row, mended, lanes, ecc, reading, latch_fresh, waiting};
endmodule
