// The packet paths' requests, one at a time: outbound admission, inbound look-up, inbound commit.
//
// When what is read: sad_schedule. A word asked for in clock n is on its lane in clock n+2.
// The key is read only for a packet that passed everything else, and the counts are written only when the key was whole: a
// request is done whole or not at all.
module sad_packet
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import sad_int_pkg::*;
#(
    parameter int WINDOW = 64
) (
    input  logic        clk_i,
    input  logic        rst_ni,
    input  logic        start_i,
    input  packet_req_t req_i,
    output logic        done_o,       // last clock of the request
    output access_t     access_o,
    input  lanes_t      lanes_i,
    input  life_t       life_i,
    input  name_t       name_i,
    input  sa_word0_t   w0_i,
    // The view of the SA is collected in sad_view.
    output logic        view_load_o,
    output logic        view_clear_o,
    // Answer, held until it is taken.
    output logic        out_valid_o,
    output logic        look_valid_o,
    output logic        commit_valid_o,
    input  logic        out_taken_i,
    input  logic        look_taken_i,
    input  logic        commit_taken_i,
    output verdict_e    verdict_o,
    output logic [15:0] index_o,
    output logic [15:0] generation_o,
    output logic [63:0] seq_o,
    output logic [31:0] aux_o,
    output logic [7:0]  fresh_o       // events that happened; valid with done_o
);
  localparam logic [3:0] LastWindowWord = 4'(WINDOW / 64 - 1);

  typedef enum logic [1:0] {
    IDLE,
    READ,   // clocks 0..8, and on to 18 for a packet that needs the key
    WRITE   // answer on offer; results go back to the memories
  } phase_e;

  phase_e      phase_q;
  logic [4:0]  clock_q;
  packet_req_t req_q;
  findings_t   found_q;
  verdict_e    verdict_q;
  logic [63:0] octets_q, packets_q, top_q, home_q;
  logic        newer_q, stale_q, jump_q, below_q;
  logic        answer_q;
  logic [2:0]  step_q;    // WRITE: 0..3 counters and state, 4 home word, 5 the words to clear, 6 nothing left
  logic [3:0]  word_q;    // window word to clear next
  logic [7:0]  fresh_q;
  logic [15:0] fits_q;

  wire is_out  = req_q.kind == REQ_OUT;
  wire is_look = req_q.kind == REQ_LOOK;
  wire is_take = req_q.kind == REQ_TAKE;
  wire is_fail = req_q.kind == REQ_FAIL;
  wire counts  = is_out || is_take;
  wire reading = phase_q == READ;
  wire esn     = w0_i.flags[SA_FLAG_ESN];
  wire strict  = !w0_i.flags[SA_FLAG_NO_REPLAY];

  // ------------------------------------------------------------------ judges
  logic [64:0] sum;
  logic        above, equal;
  wire  [63:0] limit     = (is_fail && clock_q == 5'd4) ? {1'b0, lanes_i.cfg[63:1]} : lanes_i.cfg;
  wire         has_limit = lanes_i.cfg != '0;
  wire         sum_load  = reading && (clock_q == 5'd2 || (counts && clock_q == 5'd4) || (is_out && clock_q == 5'd6));

  sad_limits u_limits (
      .clk_i,
      .load_i (sum_load),
      .count_i(lanes_i.ctr),
      .add_i  (counts && clock_q == 5'd2 ? req_q.octets : 16'd1),
      .sum_o  (sum),
      .limit_i(limit),
      .above_o(above),
      .equal_o(equal)
  );

  logic [31:0] seq_hi;
  logic        below, newer, stale, jump, same, round, seen;
  logic [3:0]  home, first;
  logic [63:0] home_word, first_word;

  sad_replay #(
      .WINDOW(WINDOW)
  ) u_replay (
      .top_i       (top_q),
      .seq_lo_i    (req_q.seq[31:0]),
      .esn_i       (esn),
      .seq_hi_o    (seq_hi),
      .below_o     (below),
      .seq_i       (req_q.seq),
      .newer_o     (newer),
      .stale_o     (stale),
      .jump_o      (jump),
      .home_o      (home),
      .first_o     (first),
      .same_o      (same),
      .round_o     (round),
      .word_i      (lanes_i.ctr),
      .moved_i     (newer_q),
      .jumped_i    (jump_q),
      .seen_o      (seen),
      .home_word_o (home_word),
      .first_word_o(first_word)
  );

  logic [63:0] next;
  logic        spent, last;

  sad_sequence u_sequence (
      .esn_i  (esn),
      .used_i (lanes_i.ctr),
      .next_o (next),
      .spent_o(spent),
      .last_o (last)
  );

  logic        too_big;
  logic [15:0] fits;

  sad_mtu u_mtu (
      .tunnel_i    (req_q.mode),
      .outer_v6_i  (w0_i.flags[SA_FLAG_OUTER_V6]),
      .udp_i       (w0_i.flags[SA_FLAG_UDP_ENCAP]),
      .esp_offset_i(req_q.esp_offset),
      .octets_i    (req_q.octets),
      .path_mtu_i  (w0_i.path_mtu),
      .too_big_o   (too_big),
      .fits_o      (fits)
  );

  verdict_e   verdict;
  life_t      life_next;
  logic [7:0] fresh;

  sad_verdict u_verdict (
      .req_i    (req_q),
      .life_i,
      .name_i,
      .w0_i,
      .found_i  (found_q),
      .verdict_o(verdict),
      .verdict_i(verdict_q),
      .life_o   (life_next),
      .fresh_o  (fresh)
  );

  // ------------------------------------------------------------------ reads and writes
  access_t reads;

  sad_schedule u_schedule (
      .kind_i  (req_q.kind),
      .clock_i (clock_q),
      .home_i  (home),
      .first_i (first),
      .access_o(reads)
  );

  wire passed = verdict_q == VERDICT_OK && !is_look;

  // Who gets a view of the SA is refused a clock after the verdict: the verdict's path is too long to clear a view as well.
  wire has_view = is_out || is_look;
  wire refused  = clock_q == 5'd9 && verdict_q != VERDICT_OK;

  always_comb begin
    access_o = '0;
    if (reading) begin
      if (!refused) access_o = reads;
    end else if (phase_q == WRITE) begin
      unique case (step_q)
        3'd0: begin
          if (passed && is_out) access_o.wr_en = mem_bit(SAD_MEM_OUTC);
          if (passed && is_take && newer_q) access_o.wr_en = mem_bit(SAD_MEM_INC);
          if (is_fail && verdict_q == VERDICT_BAD_ICV) access_o.wr_en = mem_bit(SAD_MEM_INC);
          access_o.wr_word = is_fail ? WordIcv : WordSeq;
          access_o.wr_data = is_fail ? sum[63:0] : req_q.seq;
        end
        3'd1: begin
          if (passed) access_o.wr_en = mem_bit(is_out ? SAD_MEM_OUTC : SAD_MEM_INC);
          access_o.wr_word = WordOctets;
          access_o.wr_data = octets_q;
        end
        3'd2: begin
          if (passed) access_o.wr_en = mem_bit(is_out ? SAD_MEM_OUTC : SAD_MEM_INC);
          access_o.wr_word = WordPackets;
          access_o.wr_data = packets_q;
        end
        3'd3: begin
          if (life_next != life_i) access_o.wr_en = mem_bit(SAD_MEM_STATE);
          access_o.wr_data = pack_life(life_next);
        end
        3'd4: begin
          if (passed && is_take) access_o.wr_en = mem_bit(SAD_MEM_INC);
          access_o.wr_word = 5'(IncFixed) + {1'b0, home};
          access_o.wr_data = home_q;
        end
        3'd5: begin
          if (word_q != home) access_o.wr_en = mem_bit(SAD_MEM_INC);
          access_o.wr_word = 5'(IncFixed) + {1'b0, word_q};
          access_o.wr_data = (!jump_q && !same && word_q == first) ? first_word : '0;
        end
        default: ;
      endcase
    end
  end

  // ------------------------------------------------------------------ sequence
  wire taken     = (out_valid_o && out_taken_i) || (look_valid_o && look_taken_i) || (commit_valid_o && commit_taken_i);
  wire written   = phase_q == WRITE && step_q == 3'd6;

  assign out_valid_o    = answer_q && is_out;
  assign look_valid_o   = answer_q && is_look;
  assign commit_valid_o = answer_q && !is_out && !is_look;
  assign verdict_o      = verdict_q;
  assign index_o        = verdict_q == VERDICT_UNKNOWN_SPI ? 16'hFFFF : req_q.index;
  assign generation_o   = verdict_q == VERDICT_UNKNOWN_SPI ? 16'd0 : name_i.generation;
  assign seq_o          = req_q.seq;
  assign aux_o          = verdict_q == VERDICT_TOO_BIG ? {16'd0, fits_q} : 32'd0;
  assign fresh_o        = fresh_q;
  assign done_o         = written && !answer_q;
  assign view_load_o    = reading;
  // A refusal has cleared the view before it is on offer.
  assign view_clear_o   = start_i || taken || (reading && ((clock_q == 5'd8 && !has_view) || refused ||
                                                           (clock_q == 5'd18 && found_q.any_bad)));

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      phase_q   <= IDLE;
      clock_q   <= '0;
      req_q     <= '0;
      found_q   <= '0;
      verdict_q <= VERDICT_OK;
      octets_q  <= '0;
      packets_q <= '0;
      top_q     <= '0;
      home_q    <= '0;
      newer_q   <= 1'b0;
      stale_q   <= 1'b0;
      jump_q    <= 1'b0;
      below_q   <= 1'b0;
      answer_q  <= 1'b0;
      step_q    <= '0;
      word_q    <= '0;
      fresh_q   <= '0;
      fits_q    <= '0;
    end else begin
      unique case (phase_q)
        IDLE: if (start_i) begin
          phase_q <= READ;
          clock_q <= '0;
          req_q   <= req_i;
          found_q <= '0;
          fresh_q <= '0;
          below_q <= 1'b0;
        end
        READ: begin
          clock_q <= clock_q + 5'd1;
          if ((lanes_i.misc_bad && lanes_i.misc_mem == SAD_MEM_STATE) || (is_look && lanes_i.cfg_bad && clock_q == 5'd2))
            found_q.id_bad <= 1'b1;
          if (lanes_i.cfg_bad || lanes_i.ctr_bad || lanes_i.misc_bad) found_q.any_bad <= 1'b1;
          unique case (clock_q)
            5'd2: if (is_look) top_q <= lanes_i.ctr;
            5'd3: begin
              if (is_take) top_q <= lanes_i.ctr;
              if (counts) begin
                found_q.over_octets <= has_limit && above;
                found_q.at_octets   <= has_limit && equal;
              end
              if (is_fail) found_q.icv_end <= above || equal;
              if (is_look) begin
                req_q.seq[63:32] <= (below && !strict) ? '0 : seq_hi;
                below_q          <= below && strict;
              end
              found_q.too_big <= is_out && too_big;
              fits_q          <= fits;
            end
            5'd4: begin
              octets_q <= sum[63:0];
              if (counts) found_q.soft_octets <= (above || equal) && lanes_i.cfg != '1;
              if (is_fail) found_q.icv_half <= above || equal;
              newer_q <= newer && !below_q;
              stale_q <= stale || below_q;
              jump_q  <= jump && !below_q;
            end
            5'd5: if (counts) begin
              found_q.over_packets <= has_limit && above;
              found_q.at_packets   <= has_limit && equal;
            end
            5'd6: begin
              packets_q <= sum[63:0];
              if (counts) found_q.soft_packets <= (above || equal) && lanes_i.cfg != '1;
              home_q           <= home_word;
              found_q.replay   <= (is_look || is_take) && strict && (stale_q || (!newer_q && seen));
              found_q.seq_zero <= is_look && (esn ? req_q.seq == '0 && !below_q : req_q.seq[31:0] == '0);
            end
            5'd7: if (is_out) begin
              found_q.soft_seq <= has_limit && (above || equal);
              // ctr still holds the number used last.
              found_q.spent <= spent;
              found_q.last  <= last;
              req_q.seq     <= next;
            end
            5'd8: begin
              verdict_q <= verdict;
              if (!has_view) begin
                phase_q  <= WRITE;
                answer_q <= 1'b1;
              end
            end
            5'd9: if (refused) begin
              phase_q  <= WRITE;
              answer_q <= 1'b1;
            end
            5'd18: begin
              if (found_q.any_bad) verdict_q <= VERDICT_DEAD_MEMORY;
              phase_q  <= WRITE;
              answer_q <= 1'b1;
            end
            default: ;
          endcase
          step_q <= '0;
          word_q <= (jump_q || (same && round)) ? (home + 4'd1) & LastWindowWord : same ? home : first;
        end
        WRITE: begin
          if (taken) answer_q <= 1'b0;
          unique case (step_q)
            3'd3: begin
              fresh_q <= fresh;
              step_q  <= passed && is_take ? 3'd4 : 3'd6;
            end
            3'd4: step_q <= newer_q ? 3'd5 : 3'd6;
            3'd5: begin
              word_q <= (word_q + 4'd1) & LastWindowWord;
              if (word_q == home) step_q <= 3'd6;
            end
            3'd6: if (done_o) phase_q <= IDLE;
            default: step_q <= step_q + 3'd1;
          endcase
        end
        default: phase_q <= IDLE;
      endcase
    end
  end

  wire unused = ^{lanes_i, sum[64]};

`ifndef SYNTHESIS
  // What the entry's own words say, seen on the lanes independently of the judges.
  logic [63:0] hard_octets, hard_packets, used;
  logic        seen_before;
  always_ff @(posedge clk_i) begin
    if (lanes_i.cfg_new && lanes_i.cfg_word == 4'd7) hard_octets <= lanes_i.cfg;
    if (lanes_i.cfg_new && lanes_i.cfg_word == 4'd9) hard_packets <= lanes_i.cfg;
    if (reading && clock_q == 5'd6) begin
      used      <= lanes_i.ctr;
      seen_before <= stale_q || (!newer_q && lanes_i.ctr[req_q.seq[5:0]]);
    end
  end
  wire counted = phase_q == WRITE && passed;

  // G1: what is counted, this packet included, never passes a hard limit.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      if (counted) a_g1_octets: assert (hard_octets == '0 || octets_q <= hard_octets);
      if (counted) a_g1_packets: assert (hard_packets == '0 || packets_q <= hard_packets);
      // G2: the number is the one after the last, and never wraps.
      if (counted && is_out) a_g2_rises: assert (req_q.seq == used + 64'd1 && used != '1 && (esn || req_q.seq[63:32] == '0));
      // G3: an event is told as new once: when its latch was not set, and then it is set.
      if (phase_q == WRITE && step_q == 3'd3)
        a_g3_once: assert ((fresh & life_i.raised) == '0 && (fresh & ~life_next.raised) == '0);
      // G4, G10: no ok from a dead or broken entry, nor in a state that refuses.
      if (phase_q == WRITE && step_q == '0 && verdict_q == VERDICT_OK)
        a_g4_ok: assert (life_i.dead == DEAD_REASON_ALIVE &&
            life_i.state inside {ENTRY_STATE_ACTIVE, ENTRY_STATE_OVERLAP, ENTRY_STATE_DRAINING, ENTRY_STATE_REDUNDANT});
      if (phase_q == WRITE && verdict_q == VERDICT_OK) a_g10_ok: assert (!found_q.any_bad);
      // G8: a commit with a right ICV counts only a number that was not seen; a wrong ICV moves its own count and state only.
      if (counted && is_take && strict) a_g8_once: assert (!seen_before);
      if (phase_q == WRITE && is_fail && access_o.wr_en != '0)
        a_g8_forged: assert ((access_o.wr_en == mem_bit(SAD_MEM_INC) && access_o.wr_word == WordIcv) ||
            access_o.wr_en == mem_bit(SAD_MEM_STATE));
      if (is_look) a_g8_lookup: assert (access_o.wr_en == '0);
      // G9: a request with an old generation writes nothing.
      if (phase_q == WRITE && access_o.wr_en != '0)
        a_g9_stale: assert (name_i.generation == req_q.generation && life_i.state != ENTRY_STATE_FREE);
    end
  end
`endif
endmodule
