// What sad_packet's registers hold, clock by clock, in words of the entry as it was when the request began. Not guarantees: these
// make the guarantees of packet_turns inductive.
module packet_inside
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import sad_int_pkg::*;
#(
    parameter int WINDOW = 64,
    localparam int Words = WINDOW / 64,
    localparam int IncWords = IncFixed + Words
) (
    input logic                    on_i,
    input logic                    busy_i,
    input logic                    fault_i,      // a broken word was met in this turn
    input logic                    entry_i,
    input packet_req_t             asked_i,      // the request as it came
    input logic                    answered_i,
    // The entry as it was, and as it is.
    input life_t                   was_life_i,
    input name_t                   was_name_i,
    input logic [11:0][63:0]       cfg_i,
    input logic [2:0][63:0]        was_outc_i,
    input logic [IncWords-1:0][63:0] was_inc_i,
    input life_t                   life_i,
    input name_t                   name_i,
    input logic [2:0][63:0]        outc_i,
    input logic [IncWords-1:0][63:0] inc_i,
    // Registers of the design and of the memories.
    input logic [1:0]              phase_i,
    input logic [4:0]              clock_i,
    input packet_req_t             req_i,
    input findings_t               found_i,
    input verdict_e                verdict_i,
    input logic [63:0]             octets_i,
    input logic [63:0]             packets_i,
    input logic [63:0]             top_i,
    input logic [63:0]             home_word_i,
    input logic                    newer_i,
    input logic                    stale_i,
    input logic                    jump_i,
    input logic                    below_i,
    input logic                    answer_i,
    input logic [2:0]              step_i,
    input logic [7:0]              fresh_i,
    input logic [3:0]              word_i,
    input logic [64:0]             sum_i,
    input life_t                   head_life_i,
    input name_t                   head_name_i,
    input sa_word0_t               head_w0_i,
    input access_t                 rd_i,
    input logic                    rd_entry_i,
    input lanes_t                  lanes_i
);
  localparam logic [3:0] LastWindowWord = 4'(Words - 1);

  wire reading = phase_i == 2'd1;
  wire writing = phase_i == 2'd2;
  wire is_out  = req_i.kind == REQ_OUT;
  wire is_look = req_i.kind == REQ_LOOK;
  wire is_take = req_i.kind == REQ_TAKE;
  wire is_fail = req_i.kind == REQ_FAIL;
  wire counts  = is_out || is_take;
  wire bad_now = lanes_i.cfg_bad || lanes_i.ctr_bad || lanes_i.misc_bad;
  // What was judged was whole. A word that only leaves with the answer may still turn out broken: in the clock of the verdict, and then
  // a refusal stands; or later, and then an ok does not.
  wire refused = !(verdict_i inside {VERDICT_OK, VERDICT_BAD_DESCRIPTOR, VERDICT_STALE_GENERATION, VERDICT_UNKNOWN_SPI, VERDICT_DEAD_MEMORY});
  wire okay    = writing ? !found_i.any_bad || (refused && (is_out || is_look)) : !found_i.any_bad && !(bad_now && clock_i <= 5'd7);
  // From clock c on, to the end of the request.
  `define FROM(c) (writing || (reading && clock_i >= 5'd``c))

  sa_word0_t w0;
  assign w0 = cfg_i[0];
  wire esn    = w0.flags[SA_FLAG_ESN];
  wire strict = !w0.flags[SA_FLAG_NO_REPLAY];

  // ------------------------------------------------------------------ what was read when
  wire     fetches = !is_out && (clock_i == 5'd5 || clock_i == 5'd6);  // words of the window
  access_t asked1, asked2;   // a clock ago, two clocks ago
  logic [3:0]  home, first;
  logic        newer, stale, jump, same, round, seen, below;
  logic [31:0] seq_hi;
  logic [63:0] home_word, first_word;
  sad_schedule u_asked1 (.kind_i(req_i.kind), .clock_i(clock_i - 5'd1), .home_i(home), .first_i(first), .access_o(asked1));
  sad_schedule u_asked2 (.kind_i(req_i.kind), .clock_i(clock_i - 5'd2), .home_i(home), .first_i(first), .access_o(asked2));

  sad_replay #(
      .WINDOW(WINDOW)
  ) u_home (
      .top_i       (was_inc_i[0]),
      .seq_lo_i    ('0),
      .esn_i       (1'b0),
      .seq_hi_o    (seq_hi),
      .below_o     (below),
      .seq_i       (req_i.seq),
      .newer_o     (newer),
      .stale_o     (stale),
      .jump_o      (jump),
      .home_o      (home),
      .first_o     (first),
      .same_o      (same),
      .round_o     (round),
      .word_i      (was_inc_i[5'(IncFixed) + 5'(home)]),
      .moved_i     (newer),
      .jumped_i    (jump),
      .seen_o      (seen),
      .home_word_o (home_word),
      .first_word_o()
  );
  sad_replay #(
      .WINDOW(WINDOW)
  ) u_first (
      .top_i       (was_inc_i[0]),
      .seq_lo_i    ('0),
      .esn_i       (1'b0),
      .seq_hi_o    (),
      .below_o     (),
      .seq_i       (req_i.seq),
      .newer_o     (),
      .stale_o     (),
      .jump_o      (),
      .home_o      (),
      .first_o     (),
      .same_o      (),
      .round_o     (),
      .word_i      (was_inc_i[5'(IncFixed) + 5'(first)]),
      .moved_i     (newer),
      .jumped_i    (jump),
      .seen_o      (),
      .home_word_o (),
      .first_word_o(first_word)
  );

  wire [63:0] was_octets  = is_out ? was_outc_i[1] : was_inc_i[1];
  wire [63:0] was_packets = is_out ? was_outc_i[2] : was_inc_i[2];
  wire [64:0] octets_sum  = {1'b0, was_octets} + 65'(req_i.octets);
  wire [64:0] packets_sum = {1'b0, was_packets} + 65'd1;

  // ------------------------------------------------------------------ the verdict, and what it makes of the entry
  verdict_e   verdict_was;
  findings_t  judged;
  always_comb begin
    judged = found_i;
    if (writing && okay) judged.any_bad = 1'b0;
  end
  life_t      life_after;
  logic [7:0] fresh;
  sad_verdict u_verdict (
      .req_i,
      .life_i   (was_life_i),
      .name_i   (was_name_i),
      .w0_i     (w0),
      .found_i  (judged),
      .verdict_o(verdict_was),
      .verdict_i,
      .life_o   (life_after),
      .fresh_o  (fresh)
  );
  wire passed = writing && verdict_i == VERDICT_OK && !is_look;

  // ------------------------------------------------------------------ the window while it is written
  wire [3:0] start = (jump || (same && round)) ? (home + 4'd1) & LastWindowWord : same ? home : first;
  logic [Words-1:0]       written;
  logic [Words-1:0][63:0] window;
  always_comb begin
    for (int w = 0; w < Words; w++) begin
      written[w] = newer && (step_i == 3'd6 || step_i == 3'd5) && 4'(w) != home &&
                   ((4'(w) - start) & LastWindowWord) < (((step_i == 3'd6 ? home : word_i) - start) & LastWindowWord);
      window[w]  = was_inc_i[IncFixed + w];
      if (passed && is_take) begin
        if (4'(w) == home && step_i > 3'd4) window[w] = home_word;
        else if (written[w]) window[w] = !jump && !same && 4'(w) == first ? first_word : '0;
      end
    end
  end

  always_comb begin
    if (!on_i || !busy_i) begin
      i_quiet: assert (!(rd_i.cfg_rd || rd_i.ctr_rd || rd_i.misc_rd || lanes_i.cfg_new || lanes_i.ctr_new || lanes_i.misc_new));
    end
    if (on_i) begin
      i_busy:   assert (busy_i == (reading || writing) && phase_i <= 2'd2);
      i_answer: assert (answer_i == (writing && !answered_i) && !(reading && answered_i));
      i_bad: assert (!(lanes_i.cfg_bad && !lanes_i.cfg_new) && !(lanes_i.ctr_bad && !lanes_i.ctr_new) && !(lanes_i.misc_bad && !lanes_i.misc_new));
      if (busy_i) begin
        i_request: assert (req_i.kind == asked_i.kind && req_i.index == asked_i.index && req_i.index_ok == asked_i.index_ok &&
                           req_i.generation == asked_i.generation && req_i.octets == asked_i.octets &&
                           (!req_i.index_ok || req_i.index == 16'(entry_i)) && (!(is_take || is_fail) || req_i.seq == asked_i.seq));
        if (!counts) i_no_count: assert (!(found_i.over_octets || found_i.at_octets || found_i.over_packets || found_i.at_packets));
        if (!is_out) i_no_number: assert (!(found_i.spent || found_i.last));
        if (reading) i_fault: assert (fault_i == found_i.any_bad);
        if (writing) i_fault_ok: assert (verdict_i != VERDICT_OK || (!fault_i && !bad_now));
        i_id: assert (!found_i.id_bad || found_i.any_bad);
        i_clock: assert (!reading || clock_i <= 5'd18);
        i_step:  assert (!writing || step_i <= 3'd6);
      end
      // The pipeline of reads.
      if (reading) begin
        if (clock_i == '0) i_none: assert (!(rd_i.cfg_rd || rd_i.ctr_rd || rd_i.misc_rd));
        else begin
          i_rd: assert (rd_i.cfg_rd == asked1.cfg_rd && (!rd_i.cfg_rd || rd_i.cfg_word == asked1.cfg_word) &&
                        rd_i.ctr_rd == asked1.ctr_rd && (!rd_i.ctr_rd || (rd_i.ctr_inc == asked1.ctr_inc && (rd_i.ctr_word == asked1.ctr_word || fetches))) &&
                        rd_i.misc_rd == asked1.misc_rd && (!rd_i.misc_rd || (rd_i.misc_mem == asked1.misc_mem && rd_i.misc_word == asked1.misc_word)) &&
                        rd_entry_i == entry_i);
        end
        if (fetches && okay) i_rd_home: assert (!rd_i.ctr_rd || rd_i.ctr_word == asked1.ctr_word);
        if (clock_i < 5'd2) i_new0: assert (!(lanes_i.cfg_new || lanes_i.ctr_new || lanes_i.misc_new));
        else begin
          i_new: assert (lanes_i.cfg_new == asked2.cfg_rd && (!lanes_i.cfg_new || lanes_i.cfg_word == asked2.cfg_word) &&
                         lanes_i.ctr_new == asked2.ctr_rd && lanes_i.misc_new == asked2.misc_rd &&
                         (!lanes_i.misc_new || (lanes_i.misc_mem == asked2.misc_mem && lanes_i.misc_word == asked2.misc_word)));
        end
        i_was: assert (life_i == was_life_i && name_i == was_name_i && outc_i == was_outc_i && inc_i == was_inc_i);
      end
      if (writing) begin
        i_late: assert (!(rd_i.ctr_rd || rd_i.misc_rd || lanes_i.ctr_new || lanes_i.misc_new) &&
                        (!(rd_i.cfg_rd || lanes_i.cfg_new) || ((is_out || is_look) && verdict_i != VERDICT_OK)) &&
                        (!(rd_i.cfg_rd || (lanes_i.cfg_new && step_i > 3'd1)) || step_i == 3'd0) &&
                        !(rd_i.cfg_rd && rd_i.cfg_word == '0) && !(lanes_i.cfg_new && lanes_i.cfg_word == '0));
      end

      // What is known when, as long as nothing was broken.
      if (busy_i && okay) begin
        if (reading && clock_i == 5'd2) begin
          i_life:  assert (lanes_i.misc == pack_life(was_life_i));
          i_w0:    assert (lanes_i.cfg == cfg_i[0]);
          i_first: assert (lanes_i.ctr == (is_out ? was_outc_i[1] : is_look ? was_inc_i[0] : is_fail ? was_inc_i[3] : was_inc_i[1]));
        end
        if (reading && clock_i == 5'd3) begin
          i_name: assert (lanes_i.misc == pack_name(was_name_i));
          if (counts) i_hard: assert (lanes_i.cfg == cfg_i[7] && sum_i == octets_sum);
          if (is_take) i_top: assert (lanes_i.ctr == was_inc_i[0]);
        end
        if (reading && clock_i == 5'd4 && counts) i_sum4: assert (sum_i == octets_sum && lanes_i.ctr == was_packets && lanes_i.cfg == cfg_i[6]);
        if (reading && clock_i == 5'd5 && counts) i_sum5: assert (sum_i == packets_sum && lanes_i.cfg == cfg_i[9]);
        if (reading && clock_i == 5'd6 && counts) i_sum6: assert (sum_i == packets_sum && lanes_i.cfg == cfg_i[8]);
        if (reading && clock_i == 5'd6 && is_out) i_used6: assert (lanes_i.ctr == was_outc_i[0]);
        if (reading && clock_i == 5'd7 && is_out) i_used7: assert (lanes_i.ctr == was_outc_i[0] && sum_i == {1'b0, was_outc_i[0]} + 65'd1);
        if (reading && clock_i == 5'd6 && is_take) i_word6: assert (lanes_i.ctr == was_inc_i[5'(IncFixed) + 5'(home)]);
        if (`FROM(7) && is_take) i_word7: assert (lanes_i.ctr == was_inc_i[5'(IncFixed) + 5'(first)]);

        if (`FROM(3) && !(writing && step_i > 3'd3)) i_head: assert (head_life_i == was_life_i);
        if (`FROM(3)) i_head_w0: assert (head_w0_i == w0);
        if (`FROM(4)) i_head_name: assert (head_name_i == was_name_i);
        if (`FROM(4) && counts) i_over_octets: assert (found_i.over_octets == (cfg_i[7] != '0 && octets_sum > {1'b0, cfg_i[7]}) &&
                                                       found_i.at_octets == (cfg_i[7] != '0 && octets_sum == {1'b0, cfg_i[7]}));
        if (`FROM(5) && counts) i_octets: assert (octets_i == octets_sum[63:0]);
        if (`FROM(6) && counts) i_over_packets: assert (found_i.over_packets == (cfg_i[9] != '0 && packets_sum > {1'b0, cfg_i[9]}) &&
                                                        found_i.at_packets == (cfg_i[9] != '0 && packets_sum == {1'b0, cfg_i[9]}));
        if (`FROM(5) && counts) i_soft_octets: assert (found_i.soft_octets == (octets_sum >= {1'b0, cfg_i[6]} && cfg_i[6] != '1));
        if (`FROM(7) && counts) i_soft_packets: assert (found_i.soft_packets == (packets_sum >= {1'b0, cfg_i[8]} && cfg_i[8] != '1));
        if (`FROM(7) && counts) i_packets: assert (packets_i == packets_sum[63:0]);
        if (`FROM(8) && is_out) i_number: assert (req_i.seq == was_outc_i[0] + 64'd1 &&
                                                  found_i.spent == (was_outc_i[0] >= formal_pkg::last_number(esn)) &&
                                                  found_i.last == (was_outc_i[0] == formal_pkg::last_number(esn) - 64'd1));
        if (`FROM(4) && is_take) i_top4: assert (top_i == was_inc_i[0]);
        if (is_take) i_below: assert (!below_i);
        if (`FROM(5) && is_take) i_place: assert (newer_i == newer && stale_i == stale && jump_i == jump);
        if (`FROM(7) && is_take) i_home: assert (home_word_i == home_word && found_i.replay == (strict && (stale || (!newer && seen))));
        // The verdict follows from the entry as it was.
        if ((reading && clock_i >= 5'd9) || writing) i_verdict: assert (verdict_i == verdict_was);
      end
      if (reading && clock_i >= 5'd9) i_key: assert ((is_out || is_look) && (clock_i == 5'd9 || verdict_i == VERDICT_OK));
      // What was broken has no effect.
      if (writing && okay) i_known: assert (!found_i.id_bad);
      if (writing && !okay) i_broken: assert (!refused && verdict_i != VERDICT_OK);

      // The entry while it is written.
      if (writing) begin
        w_name:    assert (name_i == was_name_i);
        w_life:    assert (life_i == (step_i > 3'd3 && okay ? life_after : was_life_i));
        w_head:    assert (!okay || step_i <= 3'd3 || head_life_i == life_i);
        w_fresh:   assert (step_i <= 3'd3 || fresh_i == (okay ? fresh : '0));
        w_used:    assert (outc_i[0] == (passed && is_out && step_i > 3'd0 ? req_i.seq : was_outc_i[0]));
        w_octets:  assert (outc_i[1] == (passed && is_out && step_i > 3'd1 ? octets_i : was_outc_i[1]));
        w_packets: assert (outc_i[2] == (passed && is_out && step_i > 3'd2 ? packets_i : was_outc_i[2]));
        w_top:     assert (inc_i[0] == (passed && is_take && newer_i && step_i > 3'd0 ? req_i.seq : was_inc_i[0]));
        w_in_octets:  assert (inc_i[1] == (passed && is_take && step_i > 3'd1 ? octets_i : was_inc_i[1]));
        w_in_packets: assert (inc_i[2] == (passed && is_take && step_i > 3'd2 ? packets_i : was_inc_i[2]));
        w_take:    assert (step_i inside {3'd0, 3'd1, 3'd2, 3'd3, 3'd6} || (passed && is_take));
        w_walk:    assert (step_i != 3'd5 || newer_i);
        if (passed && is_take) w_start: assert (step_i >= 3'd5 || word_i == start);
        if (passed && is_take && step_i == 3'd5) w_word: assert (word_i <= LastWindowWord && ((word_i - start) & LastWindowWord) <= ((home - start) & LastWindowWord));
        w_window: assert (inc_i[IncWords-1:IncFixed] == window);
      end
    end
  end
  `undef FROM
endmodule
