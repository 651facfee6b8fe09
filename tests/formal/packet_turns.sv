// The compact table's packet requests as they are (sad_packet, sad_head, sad_schedule and the judges below them) with two entries in
// abstract memories, against G1, G2, G3, G8 and G9 in words of their own. One entry is watched; requests are for either.
//
// A turn is one request, however long its answer is left untaken, or one step of everything else that writes an entry: a command, a
// memory fault (the words are anything then), the teller, the end of an erase, a new tenant with limits of its own. It begins with
// any words of the watched entry that agree with what really happened (entry_sound).
module packet_turns
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import sad_int_pkg::*;
  import formal_pkg::*;
#(
    parameter int WINDOW = 64,
    localparam int Words = WINDOW / 64,
    localparam int IncWords = IncFixed + Words
) (
    input logic         clk_i,
    // The first state; later what a new tenant or a fault brings.
    input logic         watch_i,
    input logic [63:0]  number_i,
    input truth_t       truth_i,
    input life_t        life_i [2],
    input name_t        name_i [2],
    input logic [11:0][63:0] cfg_i [2],
    input logic [2:0][63:0] outc_i [2],
    input logic [IncWords-1:0][63:0] inc_i [2],
    // Requests.
    input logic         packet_i,
    input packet_req_t  req_i,
    input logic         taken_i,
    input logic [63:0]  any_i,
    input logic [2:0]   bad_i,
    // Everything else, between requests.
    input logic         other_i,
    input logic         entry_i,
    input logic         tell_i,
    input logic [7:0]   told_i,
    input state_fact_e  fact_i,
    input op_e          op_i,
    input logic [15:0]  generation_i,
    input entry_state_e to_i
);
  logic started_q = 1'b0;
  logic first_q = 1'b0;    // the first state stands in the entries
  logic watch_q;
  wire  rst_n = started_q;

  // ------------------------------------------------------------------ the design
  logic        busy_q, entry_q;
  logic        fault_q;   // a broken word was met
  packet_req_t req_q;
  logic        start, done, out_valid, look_valid, commit_valid;
  access_t     access;
  lanes_t      lanes;
  life_t       head_life;
  name_t       head_name;
  sa_word0_t   head_w0;
  verdict_e    verdict;
  logic [15:0] index, generation;
  logic [63:0] seq;
  logic [31:0] aux;
  logic [7:0]  fresh;
  logic        view_load, view_clear;

  assign start = started_q && !busy_q && !fault_q && packet_i;

  sad_packet #(
      .WINDOW(WINDOW)
  ) u_packet (
      .clk_i,
      .rst_ni        (rst_n),
      .start_i       (start),
      .req_i,
      .done_o        (done),
      .access_o      (access),
      .lanes_i       (lanes),
      .life_i        (head_life),
      .name_i        (head_name),
      .w0_i          (head_w0),
      .view_load_o   (view_load),
      .view_clear_o  (view_clear),
      .out_valid_o   (out_valid),
      .look_valid_o  (look_valid),
      .commit_valid_o(commit_valid),
      .out_taken_i   (taken_i),
      .look_taken_i  (taken_i),
      .commit_taken_i(taken_i),
      .verdict_o     (verdict),
      .index_o       (index),
      .generation_o  (generation),
      .seq_o         (seq),
      .aux_o         (aux),
      .fresh_o       (fresh)
  );

  sad_head u_head (
      .clk_i,
      .rst_ni  (rst_n),
      .access_i(access),
      .lanes_i (lanes),
      .life_o  (head_life),
      .name_o  (head_name),
      .w0_o    (head_w0)
  );

  life_t life [2], life_set [2];
  name_t name [2], name_set [2];
  logic [11:0][63:0] cfg [2], cfg_set [2];
  logic [2:0][63:0] outc [2], outc_set [2];
  logic [IncWords-1:0][63:0] inc [2], inc_set [2];
  logic [1:0] set;
  logic       set_words;

  formal_mem #(
      .WINDOW(WINDOW)
  ) u_mem (
      .clk_i,
      .entry_i    (entry_q),
      .access_i   (access),
      .lanes_o    (lanes),
      .any_i,
      .bad_i,
      .init_i     (!started_q),
      .set_i      (set),
      .set_words_i(set_words),
      .life_i     (life_set),
      .name_i     (name_set),
      .cfg_i      (cfg_set),
      .outc_i     (outc_set),
      .inc_i      (inc_set),
      .life_o     (life),
      .name_o     (name),
      .cfg_o      (cfg),
      .outc_o     (outc),
      .inc_o      (inc)
  );

  // ------------------------------------------------------------------ everything else that writes an entry
  cmd_code_e  code;
  life_t      life_state, life_latch;
  name_t      name_state;
  logic [7:0] latch_fresh, waiting;
  wire        place = fault_q ? entry_q : entry_i;
  wire        dies  = fault_q && life[place].state != ENTRY_STATE_FREE;

  sad_state u_state (
      .life_i      (life[place]),
      .name_i      (name[place]),
      .fact_i,
      .op_i,
      .generation_i,
      .to_i,
      .code_o      (code),
      .life_o      (life_state),
      .name_o      (name_state)
  );
  sad_latch u_latch (
      .life_i    (life[place]),
      .dies_i    (dies ? DEAD_REASON_MEMORY : DEAD_REASON_ALIVE),
      .happened_i(dies ? 8'd1 << KindMemory : '0),
      .told_i    (fault_q ? '0 : told_i),
      .life_o    (life_latch),
      .fresh_o   (latch_fresh),
      .waiting_o (waiting)
  );

  wire fixes    = started_q && !busy_q && fault_q;
  wire acts     = started_q && !busy_q && !fault_q && !packet_i && other_i;
  wire by_latch = fault_q || tell_i;
  wire new_key  = acts && !by_latch && code == CMD_CODE_OK && !(fact_i inside {FACT_ERASED, FACT_UNDONE}) && op_i == OP_COMMIT;

  assign set[0]    = (fixes || acts) && !place;
  assign set[1]    = (fixes || acts) && place;
  assign set_words = fixes || new_key;
  always_comb begin
    for (int e = 0; e < 2; e++) begin
      life_set[e] = !started_q ? life_i[e] : by_latch ? life_latch : life_state;
      name_set[e] = !started_q ? name_i[e] : by_latch ? name[place] : name_state;
      cfg_set[e]  = cfg_i[e];
      outc_set[e] = new_key ? '0 : outc_i[e];
      inc_set[e]  = new_key ? '0 : inc_i[e];
    end
  end

  // ------------------------------------------------------------------ what really happened, under the watched entry's key
  truth_t      truth_q, was_truth_q;
  logic [63:0] number_q;
  logic        answered_q;   // the answer of this turn was taken
  // The entry of this turn, as it was when the turn began.
  life_t       was_life_q;
  name_t       was_name_q;
  logic [2:0][63:0] was_outc_q;
  logic [IncWords-1:0][63:0] was_inc_q;

  sa_word0_t w0;
  assign w0 = cfg[watch_q][0];
  wire [63:0] hard_octets  = cfg[watch_q][7];
  wire [63:0] hard_packets = cfg[watch_q][9];
  wire        inbound = w0.flags[SA_FLAG_INBOUND];
  wire        strict  = !w0.flags[SA_FLAG_NO_REPLAY];
  wire [63:0] last    = last_number(w0.flags[SA_FLAG_ESN]);

  wire is_out  = req_q.kind == REQ_OUT;
  wire is_take = req_q.kind == REQ_TAKE;
  wire mine    = busy_q && entry_q == watch_q;
  wire valid   = out_valid || look_valid || commit_valid;
  wire ok      = verdict == VERDICT_OK;
  wire let_out = mine && out_valid && is_out && ok;
  wire let_in  = mine && commit_valid && is_take && ok;

  // What an answer makes of it.
  function automatic truth_t after(input truth_t old);
    truth_t now;
    now = old;
    if (ok && (is_out || is_take)) begin
      now.octets  = more(old.octets, req_q.octets);
      now.packets = more(old.packets, 16'd1);
      if (hard_octets != '0 && now.octets >= 66'(hard_octets)) now.refused = 1'b1;
      if (hard_packets != '0 && now.packets >= 66'(hard_packets)) now.refused = 1'b1;
    end
    if (req_q.kind != REQ_LOOK && verdict inside {VERDICT_HARD_OCTETS, VERDICT_HARD_PACKETS}) now.refused = 1'b1;
    if (ok && is_out) begin
      now.any     = 1'b1;
      now.highest = seq;
      if (seq == last) now.ended = 1'b1;
    end
    if (ok && is_take && req_q.seq == number_q) now.accepted = 1'b1;
    return now;
  endfunction

  always_ff @(posedge clk_i) begin
    started_q <= 1'b1;
    first_q   <= !started_q;
    if (!started_q) begin
      watch_q  <= watch_i;
      number_q <= number_i;
      busy_q   <= 1'b0;
      fault_q  <= 1'b0;
      truth_q  <= truth_i;
    end else begin
      if (start) begin
        busy_q      <= 1'b1;
        entry_q     <= req_i.index[0];
        req_q       <= req_i;
        answered_q  <= 1'b0;
        was_truth_q <= truth_q;
        was_life_q  <= life[req_i.index[0]];
        was_name_q  <= name[req_i.index[0]];
        was_outc_q  <= outc[req_i.index[0]];
        was_inc_q   <= inc[req_i.index[0]];
      end
      if (done) busy_q <= 1'b0;
      if (busy_q && (lanes.cfg_bad || lanes.ctr_bad || lanes.misc_bad)) fault_q <= 1'b1;
      if (fixes) fault_q <= 1'b0;
      if (valid && taken_i) begin
        answered_q <= 1'b1;
        if (mine) truth_q <= after(truth_q);
      end
      if (fixes && place == watch_q) truth_q.broke <= 1'b1;
      if (new_key && place == watch_q) truth_q <= '0;
    end
  end

  logic [4:0] sound, was_sound;
  entry_sound #(.WINDOW(WINDOW)) u_sound (
      .life_i   (life[watch_q]),
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
  entry_sound #(.WINDOW(WINDOW)) u_was_sound (
      .life_i   (was_life_q),
      .name_i   (was_name_q),
      .cfg_i    (cfg[watch_q]),
      .outc_i   (was_outc_q),
      .inc_i    (was_inc_q),
      .truth_i  (was_truth_q),
      .number_i (number_q),
      .life_o   (was_sound[0]),
      .octets_o (was_sound[1]),
      .packets_o(was_sound[2]),
      .numbers_o(was_sound[3]),
      .window_o (was_sound[4])
  );

  packet_inside #(.WINDOW(WINDOW)) u_inside (
      .on_i       (started_q),
      .busy_i     (busy_q),
      .fault_i    (fault_q),
      .entry_i    (entry_q),
      .asked_i    (req_q),
      .answered_i (answered_q),
      .was_life_i (was_life_q),
      .was_name_i (was_name_q),
      .cfg_i      (cfg[entry_q]),
      .was_outc_i (was_outc_q),
      .was_inc_i  (was_inc_q),
      .life_i     (life[entry_q]),
      .name_i     (name[entry_q]),
      .outc_i     (outc[entry_q]),
      .inc_i      (inc[entry_q]),
      .phase_i    (u_packet.phase_q),
      .clock_i    (u_packet.clock_q),
      .req_i      (u_packet.req_q),
      .found_i    (u_packet.found_q),
      .verdict_i  (u_packet.verdict_q),
      .octets_i   (u_packet.octets_q),
      .packets_i  (u_packet.packets_q),
      .top_i      (u_packet.top_q),
      .home_word_i(u_packet.home_q),
      .newer_i    (u_packet.newer_q),
      .stale_i    (u_packet.stale_q),
      .jump_i     (u_packet.jump_q),
      .below_i    (u_packet.below_q),
      .answer_i   (u_packet.answer_q),
      .step_i     (u_packet.step_q),
      .fresh_i    (u_packet.fresh_q),
      .word_i     (u_packet.word_q),
      .sum_i      (u_packet.u_limits.sum_q),
      .head_life_i(head_life),
      .head_name_i(head_name),
      .head_w0_i  (head_w0),
      .rd_i       (u_mem.rd_q),
      .rd_entry_i (u_mem.entry_q),
      .lanes_i    (lanes)
  );

  // The three kinds of requests as sad_request makes them.
  always_comb begin
    assume (req_i.index_ok == (req_i.index < 16'd2));
    assume (req_i.kind != REQ_LOOK || (req_i.index_ok && req_i.seq[63:32] == '0));
    if (first_q) assume (&sound && {truth_q.octets, truth_q.packets} == {66'(truth_q.octets[63:0]), 66'(truth_q.packets[63:0])});
  end

  // ------------------------------------------------------------------ the guarantees
  wire [63:0] was_top   = was_inc_q[0];
  wire        was_in    = number_q <= was_top && {1'b0, number_q} + 65'(WINDOW) > {1'b0, was_top};
  wire [65:0] then_octets  = more(truth_q.octets, req_q.octets);
  wire [65:0] then_packets = more(truth_q.packets, 16'd1);
  life_t      watched;
  assign watched = life[watch_q];
  wire        keyed   = watched.state inside {ENTRY_STATE_ACTIVE, ENTRY_STATE_OVERLAP, ENTRY_STATE_DRAINING, ENTRY_STATE_REDUNDANT};
  wire        accepts = was_life_q.state inside {ENTRY_STATE_ACTIVE, ENTRY_STATE_OVERLAP, ENTRY_STATE_REDUNDANT} ||
                        (was_life_q.state == ENTRY_STATE_DRAINING && !is_out);

  always_comb begin
    if (started_q) begin
      // G1: at every moment, for what was let through.
      a_g1_octets:  assert (truth_q.broke || !keyed || hard_octets == '0 || truth_q.octets <= 66'(hard_octets));
      a_g1_packets: assert (truth_q.broke || !keyed || hard_packets == '0 || truth_q.packets <= 66'(hard_packets));
      if ((let_out || let_in) && !answered_q) begin
        a_g1_then:  assert ((hard_octets == '0 || then_octets <= 66'(hard_octets)) && (hard_packets == '0 || then_packets <= 66'(hard_packets)));
        a_g1_final: assert (!truth_q.refused);
      end
      // G2.
      if (let_out && !answered_q) begin
        a_g2_rises: assert (!truth_q.any || seq > truth_q.highest);
        a_g2_width: assert (seq != '0 && seq <= last);
        a_g2_dead:  assert (!truth_q.ended);
      end
      // G8.
      if (let_in && !answered_q && req_q.seq == number_q && strict) begin
        a_g8_once: assert (!truth_q.accepted);
        a_g8_left: assert (number_q > was_top || was_in);
      end
      if (mine && commit_valid && is_take && req_q.seq == number_q && verdict == VERDICT_REPLAY) begin
        a_g8_early: assert (strict && (was_truth_q.accepted || (number_q <= was_top && !was_in)));
      end
      // G3: every death by a packet has its event; what a limit refused is dead when the turn is over (entry_sound).
      if (done && mine) a_g3_fresh: assert ((fresh & was_life_q.raised) == '0 && (fresh & ~watched.raised) == '0 && watched.told == was_life_q.told);
      // G9: who names another generation changes nothing. G8: a look-up and a forged packet change next to nothing.
      if (busy_q && access.wr_en != '0) begin
        a_g9_old:    assert (req_q.generation == name[entry_q].generation && was_life_q.state != ENTRY_STATE_FREE);
        a_g8_look:   assert (req_q.kind != REQ_LOOK);
        a_g8_forged: assert (req_q.kind != REQ_FAIL || (access.wr_en == mem_bit(SAD_MEM_INC) && access.wr_word == WordIcv) ||
                             access.wr_en == mem_bit(SAD_MEM_STATE));
      end
      // G4: ok is for a live entry of this direction and generation in a state that accepts packets.
      if (mine && valid && ok) begin
        a_g4_ok: assert (was_life_q.dead == DEAD_REASON_ALIVE && accepts && inbound != is_out && !truth_q.broke);
        a_g4_generation: assert (req_q.kind == REQ_LOOK || req_q.generation == was_name_q.generation);
      end
      // G10: nor when any word was broken.
      if (valid && ok) a_g10_ok: assert (!fault_q);
      // Between two turns the entry agrees with what really happened; and a turn on the other entry leaves it alone (G7).
      if (!mine) begin
        s_life:    assert (sound[0]);
        s_octets:  assert (sound[1]);
        s_packets: assert (sound[2]);
        s_numbers: assert (sound[3]);
        s_window:  assert (sound[4]);
      end else begin
        s_was_life:    assert (was_sound[0]);
        s_was_octets:  assert (was_sound[1]);
        s_was_packets: assert (was_sound[2]);
        s_was_numbers: assert (was_sound[3]);
        s_was_window:  assert (was_sound[4]);
        s_truth: assert (truth_q == (answered_q ? after(was_truth_q) : was_truth_q));
      end
    end
  end

  // ------------------------------------------------------------------ it can be reached
  always_comb begin
    if (started_q) begin
      c_out:   cover (let_out && hard_octets != '0 && then_octets == 66'(hard_octets) && req_q.octets == 16'd100);
      c_last:  cover (done && mine && is_out && answered_q && seq == 64'h0000_0000_FFFF_FFFF && truth_q.ended);
      c_in:    cover (let_in && number_q == req_q.seq && truth_q.packets == 66'd7);
      c_again: cover (commit_valid && mine && verdict == VERDICT_REPLAY && number_q == req_q.seq && truth_q.accepted);
      c_fault: cover (fixes && dies && place == watch_q);
    end
  end

  wire unused = ^{view_load, view_clear, index, generation, aux, latch_fresh, waiting};
endmodule
