// What sad_pipe's registers hold, stage by stage, in words of the entry as it stands in the memories: nobody else writes it while a
// request that may write is on its way. Not guarantees: these make the guarantees of bank_pipeline inductive. Looks into that
// harness by name.
module bank_inside
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import sad_int_pkg::*;
  import formal_pkg::*;
#(
    parameter int WINDOW = 64,
    localparam int Words = WINDOW / 64
) (
    input logic on_i
);
  `define PIPE bank_pipeline.u_bank.u_pipe
  `define SUMS bank_pipeline.u_bank.u_pipe.u_sums
  `define PLACE bank_pipeline.u_bank.u_pipe.u_place
  `define GRANT bank_pipeline.u_bank.u_grant
  `define MEM  bank_pipeline.u_bank.u_mem

  logic [7:1] on, writes;
  way_t [7:1] way;
  logic [7:1] at;
  assign on  = bank_pipeline.on_q;
  assign way = bank_pipeline.way_q;

  // The entry of each stage.
  life_t                        life [8];
  name_t                        name [8];
  logic [CFG_WORDS-1:0][63:0]   cfg [8];
  logic [OutcWords-1:0][63:0]   outc [8];
  logic [IncFixed-1:0][63:0]    inc [8];
  logic [Words-1:0][63:0]       window [8];
  always_comb begin
    for (int s = 1; s <= 7; s++) begin
      at[s]     = way[s].index[0];
      writes[s] = on[s] && way[s].kind != REQ_LOOK;
      life[s]   = `MEM.life_q[at[s]];
      name[s]   = `MEM.name_q[at[s]];
      cfg[s]    = `MEM.cfg_q[at[s]];
      outc[s]   = `MEM.outc_q[at[s]];
      inc[s]    = `MEM.inc_q[at[s]];
      window[s] = `MEM.window_q[at[s]];
    end
  end

  // What follows from it.
  function automatic logic [63:0] number(input way_t w, input logic [OutcWords-1:0][63:0] o);
    return w.kind == REQ_OUT ? o[0] + 64'd1 : w.seq;
  endfunction
  function automatic logic [64:0] octets(input way_t w, input logic [OutcWords-1:0][63:0] o, input logic [IncFixed-1:0][63:0] i);
    return {1'b0, w.kind == REQ_OUT ? o[1] : i[1]} + 65'(w.octets);
  endfunction
  function automatic logic [64:0] packets(input way_t w, input logic [OutcWords-1:0][63:0] o, input logic [IncFixed-1:0][63:0] i);
    return {1'b0, w.kind == REQ_OUT ? o[2] : i[2]} + 65'd1;
  endfunction
  function automatic logic esn(input logic [CFG_WORDS-1:0][63:0] c);
    return c[0][SA_FLAG_ESN];
  endfunction
  function automatic logic counts(input way_t w);
    return w.kind == REQ_OUT || w.kind == REQ_TAKE;
  endfunction
  function automatic logic inbound(input way_t w);
    return w.kind == REQ_TAKE || w.kind == REQ_FAIL;
  endfunction
  function automatic logic newer(input logic [63:0] seq, input logic [63:0] top);
    return seq > top;
  endfunction
  function automatic logic jump(input logic [63:0] seq, input logic [63:0] top);
    return seq > top && seq - top >= 64'(WINDOW);
  endfunction
  function automatic logic stale(input logic [63:0] seq, input logic [63:0] top);
    return seq <= top && top - seq >= 64'(WINDOW);
  endfunction
  function automatic logic same_request(input packet_req_t r, input way_t w);
    return r.kind == w.kind && r.index == w.index && r.index_ok == (w.index < 16'd2) && r.generation == w.generation && r.octets == w.octets &&
           (w.kind == REQ_OUT || r.seq == w.seq);
  endfunction

  // A count with its limits: past the hard one, at it, at or past the soft one.
  function automatic logic [2:0] judged(input logic [64:0] sum, input logic [63:0] hard, input logic [63:0] mark);
    return {hard != '0 && sum > {1'b0, hard}, hard != '0 && sum == {1'b0, hard}, mark != '1 && sum >= {1'b0, mark}};
  endfunction

  logic                   seen;
  logic [Words-1:0][63:0] window_new;
  logic [Words-1:0]       window_wr;
  sad_window #(
      .WINDOW(WINDOW)
  ) u_window (
      .top_i  (inc[7][0]),
      .seq_i  (way[7].seq),
      .newer_i(newer(way[7].seq, inc[7][0])),
      .jump_i (jump(way[7].seq, inc[7][0])),
      .words_i(window[7]),
      .seen_o (seen),
      .words_o(window_new),
      .write_o(window_wr)
  );

  verdict_e   verdict;
  life_t      life_after;
  logic [7:0] fresh;
  sa_word0_t  w0;
  assign w0 = cfg[7][0];
  sad_verdict u_verdict (
      .req_i    (`PIPE.req7_q),
      .life_i   (`PIPE.life7_q),
      .name_i   (`PIPE.name7_q),
      .w0_i     (`PIPE.w07_q),
      .found_i  (`PIPE.found7_q),
      .verdict_o(verdict),
      .verdict_i(`PIPE.verdict7_q),
      .life_o   (life_after),
      .fresh_o  (fresh)
  );

  wire limits5 = `SUMS.hard_octets_q == cfg[5][7] && `SUMS.has_hard_octets_q == (cfg[5][7] != '0) &&
                 `SUMS.hard_count_q == cfg[5][9] && `SUMS.has_hard_count_q == (cfg[5][9] != '0) &&
                 `SUMS.soft_octets_q == cfg[5][6] && `SUMS.has_soft_octets_q == (cfg[5][6] != '1) &&
                 `SUMS.soft_count_q == cfg[5][8] && `SUMS.has_soft_count_q == (cfg[5][8] != '1);
  findings_t counted, found;
  assign counted = `SUMS.found_q;
  assign found   = `PIPE.found7_q;

  function automatic logic no_count(input findings_t f);
    return !(f.over_octets || f.at_octets || f.over_packets || f.at_packets);
  endfunction
  function automatic logic worse(input damage_t d);
    return d.bad || !(d.state_bad || d.w0_bad);
  endfunction

  logic together, window_same, ordered;
  always_comb begin
    together = 1'b0;
    for (int a = 1; a <= 7; a++)
      for (int b = a + 1; b <= 7; b++) if (writes[a] && writes[b] && at[a] == at[b]) together = 1'b1;
    // Of two requesters one goes before the other, and one at most was granted last.
    ordered = (`GRANT.last_q & (`GRANT.last_q - 6'd1)) == '0;
    for (int a = 0; a < 6; a++)
      for (int b = 0; b <= a; b++)
        if (a == b ? `GRANT.before_q[a][b] : `GRANT.before_q[a][b] == `GRANT.before_q[b][a]) ordered = 1'b0;
    window_same = 1'b1;
    for (int w = 0; w < Words; w++) if (window_wr[w] && `PIPE.window_q[w] != window_new[w]) window_same = 1'b0;
  end

  // Of each requester: what was under way when it was held against that, a clock ago.
  logic conflicts;
  always_comb begin
    conflicts = 1'b1;
    for (int r = 0; r < 6; r++) begin
      if (`GRANT.shown_q[r] != bank_pipeline.asked_q[r]) conflicts = 1'b0;
      if (bank_pipeline.asked_q[r] && (r < 2 || r >= 4)) begin
        for (int s = 2; s <= 6; s++) if (writes[s] && at[s] == bank_pipeline.row_q[r] && !`GRANT.blocked_q[r]) conflicts = 1'b0;
        if (`GRANT.behind_q[r] != (writes[7] && at[7] == bank_pipeline.row_q[r])) conflicts = 1'b0;
      end
    end
  end

  always_comb begin
    if (on_i) begin
      // ---------------------------------------------------------------- who is where
      e_order: assert (ordered);
      e_conflicts: assert (conflicts);
      if (bank_pipeline.u_bank.still_q) e_still: assert (bank_pipeline.u_bank.empty_o);
      e_valid: assert (`PIPE.valid_q == on && `PIPE.writes_q == writes);
      e_came:  assert (`MEM.came2_q == on[2] && `MEM.came3_q == on[3] && `MEM.came4_q == on[4] && `MEM.came5_q == on[5]);
      if (on[1]) e_req1: assert (same_request(`PIPE.req1_q, way[1]) && `PIPE.lane1_q == way[1].lane);
      if (on[2]) e_req2: assert (same_request(`PIPE.req2_q, way[2]) && `PIPE.lane2_q == way[2].lane && `MEM.kind2_q == way[2].kind);
      if (on[3]) e_req3: assert (same_request(`PIPE.req3_q, way[3]) && `PIPE.lane3_q == way[3].lane && `MEM.kind3_q == way[3].kind);
      if (on[4]) e_req4: assert (same_request(`PIPE.req4_q, way[4]) && `PIPE.lane4_q == way[4].lane && `MEM.kind4_q == way[4].kind);
      if (on[5]) e_req5: assert (same_request(`PIPE.req5_q, way[5]) && `PIPE.lane5_q == way[5].lane && `MEM.kind5_q == way[5].kind);
      if (on[6]) e_req6: assert (same_request(`PIPE.req6_q, way[6]) && `PIPE.lane6_q == way[6].lane);
      if (on[7]) e_req7: assert (same_request(`PIPE.req7_q, way[7]) && `PIPE.lane7_q == way[7].lane);
      // Two requests that may write never meet at one entry.
      e_alone: assert (!together);
      // Compared a clock earlier.
      if (on[6]) e_compare6: assert (`PIPE.other_generation_q == (`PIPE.name6_q.generation != `PIPE.req6_q.generation) &&
                                     `PIPE.other_spi_q == (`PIPE.w06_q.spi != `PIPE.req6_q.spi) && `PIPE.no_spi_q == (`PIPE.w06_q.spi == '0));
      // What kinds of requests do not have.
      if (on[5]) e_kind5: assert (`SUMS.counts_q == counts(way[5]) && (way[5].kind == REQ_OUT || (!`SUMS.spent_q && !`SUMS.last_q)) &&
                                  (!inbound(way[5]) || !`PLACE.below_q));
      if (on[6]) e_kind6: assert ((way[6].kind == REQ_OUT || (!counted.spent && !counted.last)) && (counts(way[6]) || no_count(counted)));
      if (on[7]) e_kind7: assert ((way[7].kind == REQ_OUT || (!found.spent && !found.last)) && (counts(way[7]) || no_count(found)));
      // What was broken is known as that.
      if (on[4]) e_bad4: assert (worse(`MEM.first_damage_o));
      if (on[5]) e_bad5: assert (worse(`PIPE.damage5_q) && `PIPE.damage5_q.bad == bank_pipeline.broken_q[5]);
      if (on[6]) e_bad6: assert (worse(`PIPE.damage6_q) && `PIPE.damage6_q.bad == bank_pipeline.broken_q[6]);
      if (on[7]) e_bad7: assert ((found.any_bad || !found.id_bad) && found.any_bad == bank_pipeline.broken_q[7]);
      // The verdict; what was broken has no effect.
      if (on[7]) e_verdict: assert (`PIPE.verdict7_q == verdict);
      if (on[7] && found.any_bad) e_broken: assert (`PIPE.verdict7_q inside {VERDICT_BAD_DESCRIPTOR, VERDICT_STALE_GENERATION,
                                                                              VERDICT_UNKNOWN_SPI, VERDICT_DEAD_MEMORY});

      // ---------------------------------------------------------------- words on their way
      if (writes[2]) e_read2: assert (`MEM.life2_q == life[2] && `MEM.name2_q == name[2] && `MEM.cfg2_q == cfg[2] &&
                                      `MEM.outc2_q == outc[2] && `MEM.inc2_q == inc[2]);
      if (writes[3]) e_read3: assert (`MEM.life3_q == life[3] && `MEM.name3_q == name[3] && `MEM.cfg3_q == cfg[3] &&
                                      `MEM.outc3_q == outc[3] && `MEM.inc3_q == inc[3]);
      if (writes[4] && !`MEM.first_damage_o.bad) begin
        e_read4: assert (`MEM.life_o == life[4] && `MEM.name_o == name[4] && `MEM.cfg_o[0] == cfg[4][0]);
        if (counts(way[4])) e_limits4: assert (`MEM.cfg_o[9:6] == cfg[4][9:6]);
        if (way[4].kind == REQ_OUT) e_out4: assert (`MEM.outc_o == outc[4]);
        if (inbound(way[4])) e_top4: assert (`MEM.inc_o[0] == inc[4][0]);
        if (way[4].kind == REQ_TAKE) e_in4: assert (`MEM.inc_o[2:1] == inc[4][2:1]);
      end
      if (writes[4] && inbound(way[4])) e_window4: assert (`MEM.window4_q == window[4]);
      if (writes[5] && inbound(way[5])) e_window5: assert (`MEM.window5_q == window[5]);
      if (writes[6] && inbound(way[6]) && !`MEM.then_damage_o.bad) e_window6: assert (`MEM.window_o == window[6]);

      // ---------------------------------------------------------------- sums
      if (writes[5] && !`PIPE.damage5_q.bad) begin
        e_read5: assert (`PIPE.life5_q == life[5] && `PIPE.name5_q == name[5] && `PIPE.w05_q == cfg[5][0]);
        if (inbound(way[5])) e_number5: assert (`PLACE.top_q == inc[5][0] && `PLACE.seq_q == way[5].seq);
        if (way[5].kind == REQ_OUT) e_next5: assert (`SUMS.next_q == outc[5][0] + 64'd1 && `SUMS.spent_q == (outc[5][0] >= last_number(esn(cfg[5]))) &&
                                                     `SUMS.last_q == (outc[5][0] == last_number(esn(cfg[5])) - 64'd1));
        if (counts(way[5])) e_sums5: assert (limits5 && `SUMS.u_octets.sum_q == octets(way[5], outc[5], inc[5]) &&
                                             `SUMS.u_count.sum_q == packets(way[5], outc[5], inc[5]));
      end
      // ---------------------------------------------------------------- judgement
      if (writes[6] && !`PIPE.damage6_q.bad) begin
        e_read6: assert (`PIPE.life6_q == life[6] && `PIPE.name6_q == name[6] && `PIPE.w06_q == cfg[6][0]);
        if (way[6].kind == REQ_OUT) e_next6: assert (`SUMS.next6_q == outc[6][0] + 64'd1 && counted.spent == (outc[6][0] >= last_number(esn(cfg[6]))) &&
                                                     counted.last == (outc[6][0] == last_number(esn(cfg[6])) - 64'd1));
        if (counts(way[6])) begin
          e_sums6:   assert (`SUMS.octets_q == 64'(octets(way[6], outc[6], inc[6])) && `SUMS.count_q == 64'(packets(way[6], outc[6], inc[6])));
          e_judged6: assert ({counted.over_octets, counted.at_octets, counted.soft_octets} == judged(octets(way[6], outc[6], inc[6]), cfg[6][7], cfg[6][6]) &&
                             {counted.over_packets, counted.at_packets, counted.soft_packets} == judged(packets(way[6], outc[6], inc[6]), cfg[6][9], cfg[6][8]));
        end
        if (inbound(way[6])) e_place6: assert (`PLACE.top6_q == inc[6][0] && `PLACE.seq6_q == way[6].seq && `PLACE.newer_q == newer(way[6].seq, inc[6][0]) &&
                                               `PLACE.jump_q == jump(way[6].seq, inc[6][0]) && `PLACE.stale_q == stale(way[6].seq, inc[6][0]));
      end
      // ---------------------------------------------------------------- effect
      if (writes[7] && !found.any_bad) begin
        e_read7:   assert (`PIPE.life7_q == life[7] && `PIPE.name7_q == name[7] && `PIPE.w07_q == cfg[7][0]);
        e_number7: assert (`PIPE.seq7_q == number(way[7], outc[7]));
        if (way[7].kind == REQ_OUT) e_next7: assert (found.spent == (outc[7][0] >= last_number(esn(cfg[7]))) &&
                                                     found.last == (outc[7][0] == last_number(esn(cfg[7])) - 64'd1));
        if (counts(way[7])) begin
          e_sums7:   assert (`PIPE.octets7_q == 64'(octets(way[7], outc[7], inc[7])) && `PIPE.count7_q == 64'(packets(way[7], outc[7], inc[7])));
          e_judged7: assert ({found.over_octets, found.at_octets, found.soft_octets} == judged(octets(way[7], outc[7], inc[7]), cfg[7][7], cfg[7][6]) &&
                             {found.over_packets, found.at_packets, found.soft_packets} == judged(packets(way[7], outc[7], inc[7]), cfg[7][9], cfg[7][8]));
        end
        if (inbound(way[7])) e_place7: assert (`PIPE.newer7_q == newer(way[7].seq, inc[7][0]) &&
                                               found.replay == (!w0.flags[SA_FLAG_NO_REPLAY] && (stale(way[7].seq, inc[7][0]) ||
                                                                                                 (!newer(way[7].seq, inc[7][0]) && seen))));
        if (way[7].kind == REQ_TAKE) e_window7: assert (`PIPE.window_wr_q == window_wr && window_same);
      end
    end
  end
  `undef PIPE
  `undef SUMS
  `undef PLACE
  `undef MEM
  `undef GRANT

  wire unused = ^{life_after, fresh};
endmodule
