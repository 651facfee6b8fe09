// G1: for one key the counted octets and packets never pass the hard limits, whatever requests come, and a refusal is final.
//
// One entry, one tenant. Each packet goes through sad_limits, sad_verdict (and with it sad_latch) in the order of sad_packet; between
// packets any command but those that bring a new tenant. Limits and the state in which this begins are whatever satisfies
// the invariants below, the whole 64 bits wide: counts next to 2^64 are among them.
module g1_limits
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import sad_int_pkg::*;
  import formal_pkg::*;
(
    input logic        clk_i,
    // The image and the first state: looked at in the first clock only.
    input logic [63:0] hard_octets_i,
    input logic [63:0] soft_octets_i,
    input logic [63:0] hard_packets_i,
    input logic [63:0] soft_packets_i,
    input sa_word0_t   w0_i,
    input life_t       life_i,
    input name_t       name_i,
    input logic [63:0] octets_i,
    input logic [63:0] packets_i,
    // Requests.
    input logic        packet_i,
    input packet_req_t req_i,
    input findings_t   found_i,     // what other judges find; limits are overwritten
    input logic        broken_i,    // the key cannot be read
    input logic        command_i,
    input op_e         op_i,
    input logic [15:0] generation_i,
    input entry_state_e to_i
);
  logic        started_q = 1'b0;
  logic [63:0] hard_octets_q, soft_octets_q, hard_packets_q, soft_packets_q;
  sa_word0_t   w0_q;
  life_t       life_q;
  name_t       name_q;
  logic [63:0] octets_q, packets_q;  // the entry's counters

  // ------------------------------------------------------------------ a packet, clock by clock
  logic [2:0]  clock_q;  // 0: between packets
  packet_req_t req_q;
  findings_t   found_q;
  verdict_e    verdict_q;
  logic [63:0] octets_new_q, packets_new_q;
  logic [64:0] sum;
  logic        above, equal;
  verdict_e    verdict;
  life_t       life_next;
  logic [7:0]  fresh;

  wire counts = req_q.kind == REQ_OUT || req_q.kind == REQ_TAKE;
  logic [63:0] limit;
  always_comb begin
    unique case (clock_q)
      3'd2: limit = hard_octets_q;
      3'd3: limit = soft_octets_q;
      3'd4: limit = hard_packets_q;
      default: limit = soft_packets_q;
    endcase
  end

  sad_limits u_limits (
      .clk_i,
      .load_i (clock_q == 3'd1 || clock_q == 3'd3),
      .count_i(clock_q == 3'd1 ? octets_q : packets_q),
      .add_i  (clock_q == 3'd1 ? req_q.octets : 16'd1),
      .sum_o  (sum),
      .limit_i(limit),
      .above_o(above),
      .equal_o(equal)
  );

  sad_verdict u_verdict (
      .req_i    (req_q),
      .life_i   (life_q),
      .name_i   (name_q),
      .w0_i     (w0_q),
      .found_i  (found_q),
      .verdict_o(verdict),
      .verdict_i(verdict_q),
      .life_o   (life_next),
      .fresh_o  (fresh)
  );

  cmd_code_e code;
  life_t     life_command;
  name_t     name_command;
  sad_state u_state (
      .life_i      (life_q),
      .name_i      (name_q),
      .fact_i      (FACT_COMMAND),
      .op_i,
      .generation_i,
      .to_i,
      .code_o      (code),
      .life_o      (life_command),
      .name_o      (name_command)
  );

  wire same_tenant = !(op_i inside {OP_RESERVE, OP_COMMIT});
  wire applies     = clock_q == 3'd7;
  wire passes      = applies && verdict_q == VERDICT_OK && counts;

  // ------------------------------------------------------------------ what really was let through
  logic [65:0] all_octets_q, all_packets_q;
  logic        refused_q;  // for a limit, or a count stands at its limit
  wire         over_verdict = verdict_q == VERDICT_HARD_OCTETS || verdict_q == VERDICT_HARD_PACKETS;
  wire [65:0]  then_octets  = more(all_octets_q, req_q.octets);
  wire [65:0]  then_packets = more(all_packets_q, 16'd1);
  wire         octets_end   = hard_octets_q != '0 && then_octets >= 66'(hard_octets_q);
  wire         packets_end  = hard_packets_q != '0 && then_packets >= 66'(hard_packets_q);

  always_ff @(posedge clk_i) begin
    started_q <= 1'b1;
    if (!started_q) begin
      hard_octets_q  <= hard_octets_i;
      soft_octets_q  <= soft_octets_i;
      hard_packets_q <= hard_packets_i;
      soft_packets_q <= soft_packets_i;
      w0_q           <= w0_i;
      life_q         <= life_i;
      name_q         <= name_i;
      octets_q       <= octets_i;
      packets_q      <= packets_i;
      all_octets_q   <= 66'(octets_i);
      all_packets_q  <= 66'(packets_i);
      refused_q      <= life_i.dead == DEAD_REASON_HARD_OCTETS || life_i.dead == DEAD_REASON_HARD_PACKETS;
      clock_q        <= '0;
    end else begin
      if (clock_q != '0) clock_q <= clock_q + 3'd1;
      unique case (clock_q)
        3'd0: begin
          req_q   <= req_i;
          found_q <= found_i;
          if (packet_i) clock_q <= 3'd1;
          else if (command_i && same_tenant && code == CMD_CODE_OK) begin
            life_q <= life_command;
            name_q <= name_command;
          end
        end
        3'd2: begin
          found_q.over_octets <= counts && hard_octets_q != '0 && above;
          found_q.at_octets   <= counts && hard_octets_q != '0 && equal;
        end
        3'd3: begin
          octets_new_q        <= sum[63:0];
          found_q.soft_octets <= counts && (above || equal) && soft_octets_q != '1;
        end
        3'd4: begin
          found_q.over_packets <= counts && hard_packets_q != '0 && above;
          found_q.at_packets   <= counts && hard_packets_q != '0 && equal;
        end
        3'd5: begin
          packets_new_q        <= sum[63:0];
          found_q.soft_packets <= counts && (above || equal) && soft_packets_q != '1;
        end
        3'd6: verdict_q <= broken_i && verdict == VERDICT_OK && req_q.kind == REQ_OUT ? VERDICT_DEAD_MEMORY : verdict;
        3'd7: begin
          life_q <= life_next;
          if (passes) begin
            octets_q      <= octets_new_q;
            packets_q     <= packets_new_q;
            all_octets_q  <= then_octets;
            all_packets_q <= then_packets;
          end
          if (over_verdict || (passes && (octets_end || packets_end))) refused_q <= 1'b1;
        end
        default: ;
      endcase
    end
  end

  // ------------------------------------------------------------------ the state in which this begins
  always_comb begin
    if (!started_q) begin
      assume (hard_octets_i == '0 || octets_i < hard_octets_i || (octets_i == hard_octets_i && life_i.dead != DEAD_REASON_ALIVE));
      assume (hard_packets_i == '0 || packets_i < hard_packets_i || (packets_i == hard_packets_i && life_i.dead != DEAD_REASON_ALIVE));
      assume (soft_octets_i == '1 || octets_i < soft_octets_i || life_i.raised[KindSoftOctets]);
      assume (soft_packets_i == '1 || packets_i < soft_packets_i || life_i.raised[KindSoftPackets]);
      assume (!(life_i.dead inside {DEAD_REASON_HARD_OCTETS, DEAD_REASON_HARD_PACKETS}) || life_i.raised[KindHard]);
    end
  end

  // ------------------------------------------------------------------ the guarantee
  always_comb begin
    if (started_q) begin
      a_octets:  assert (hard_octets_q == '0 || all_octets_q <= 66'(hard_octets_q));
      a_packets: assert (hard_packets_q == '0 || all_packets_q <= 66'(hard_packets_q));
      // The counters count truly: under a limit they never wrap.
      a_octets_true:  assert (all_octets_q == 66'(octets_q) || (hard_octets_q == '0 && all_octets_q >= Full));
      a_packets_true: assert (all_packets_q == 66'(packets_q) || (hard_packets_q == '0 && all_packets_q >= Full));
      // A refusal, and a count at its limit, are final, and have their event.
      a_final: assert (!(passes && refused_q));
      a_dead:  assert (!refused_q || life_q.dead != DEAD_REASON_ALIVE);
      a_event: assert (!(life_q.dead inside {DEAD_REASON_HARD_OCTETS, DEAD_REASON_HARD_PACKETS}) || life_q.raised[KindHard]);
      a_end:   assert (refused_q || ((hard_octets_q == '0 || octets_q < hard_octets_q || life_q.dead != DEAD_REASON_ALIVE) &&
                                     (hard_packets_q == '0 || packets_q < hard_packets_q || life_q.dead != DEAD_REASON_ALIVE)));
      // Nobody is refused too early.
      if (applies && life_q.dead == DEAD_REASON_ALIVE) begin
        a_early_octets: assert (verdict_q != VERDICT_HARD_OCTETS ||
                                (counts && hard_octets_q != '0 && then_octets > 66'(hard_octets_q)));
        a_early_packets: assert (verdict_q != VERDICT_HARD_PACKETS ||
                                 (counts && hard_packets_q != '0 && then_packets > 66'(hard_packets_q)));
      end
      // Nobody ends, or has an event, too early.
      if (applies && life_q.dead == DEAD_REASON_ALIVE) begin
        a_end_octets: assert (life_next.dead != DEAD_REASON_HARD_OCTETS || verdict_q == VERDICT_HARD_OCTETS ||
                              (passes && hard_octets_q != '0 && then_octets == 66'(hard_octets_q)));
        a_end_packets: assert (life_next.dead != DEAD_REASON_HARD_PACKETS || verdict_q == VERDICT_HARD_PACKETS ||
                               (passes && hard_packets_q != '0 && then_packets == 66'(hard_packets_q)));
        a_event_octets:  assert (!fresh[KindSoftOctets] || (passes && then_octets >= 66'(soft_octets_q)));
        a_event_packets: assert (!fresh[KindSoftPackets] || (passes && then_packets >= 66'(soft_packets_q)));
      end
      // The soft limit has its event with the packet that reaches it.
      a_soft_octets:  assert (soft_octets_q == '1 || all_octets_q >= Full ||
                              all_octets_q < 66'(soft_octets_q) || life_q.raised[KindSoftOctets]);
      a_soft_packets: assert (soft_packets_q == '1 || all_packets_q >= Full ||
                              all_packets_q < 66'(soft_packets_q) || life_q.raised[KindSoftPackets]);
    end
  end

  // ------------------------------------------------------------------ it can be reached
  always_comb begin
    if (started_q) begin
      c_exact:  cover (passes && octets_end && then_octets == 66'(hard_octets_q) && req_q.octets == 16'd1500);
      c_over:   cover (applies && verdict_q == VERDICT_HARD_OCTETS && life_q.dead == DEAD_REASON_ALIVE && req_q.octets == 16'd64);
      c_wraps:  cover (applies && verdict_q == VERDICT_HARD_OCTETS && then_octets >= Full);
      c_packet: cover (passes && packets_end && req_q.kind == REQ_TAKE);
      c_late:   cover (applies && refused_q && verdict_q == VERDICT_HARD_PACKETS);
    end
  end
endmodule
