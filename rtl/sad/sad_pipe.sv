// The packet requests of one bank of sad_full, one a clock. Every request takes the same way:
//
//   clock  0  granted (sad_grant)
//          1  address of what is judged and counted
//          2  words and their correction
//          3  sums; number of the packet; address of the window and of what leaves with the answer
//          4  sums against limits; place in the window
//          5  window words; verdict
//          6  what the verdict does to the entry: all that changes is written in this clock, or nothing
//          7  answer (sad_reply)
//
// Two requests that write never meet at one entry (sad_grant), so every check-and-count is one step (G1, G2, G8). The rules and
// their order are sad_packet's, with one more: a wrong ICV is `replay` when its number has been accepted since the look-up, as it
// would be if packets came one at a time.
module sad_pipe
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import sad_int_pkg::*;
#(
    parameter int ROWS   = 64,
    parameter int BANKS  = 1,
    parameter int WINDOW = 64,
    parameter int LANES  = 1,
    localparam int RowBits     = $clog2(ROWS),
    localparam int LaneBits    = LANES > 1 ? $clog2(LANES) : 1,
    localparam int WindowWords = WINDOW / 64
) (
    input  logic                         clk_i,
    input  logic                         rst_ni,
    // A request, in the clock of its grant. load_i comes early: something is asked for, granted or not.
    input  logic                         start_i,
    input  logic                         load_i,
    input  packet_req_t                  req_i,
    input  logic [LaneBits-1:0]          lane_i,
    // Who is where.
    output logic [6:1]                   valid_o,
    output logic [6:1]                   writes_o,        // and may write
    output logic [6:1][RowBits-1:0]      row_o,
    output logic                         eventful_o,      // the one at 6 may raise an event
    // Memories.
    output req_kind_e                    first_kind_o,
    output req_kind_e                    then_kind_o,
    input  life_t                        life_i,
    input  name_t                        name_i,
    input  logic [CFG_WORDS-1:0][63:0]   cfg_i,
    input  logic [KeyWords-1:0][63:0]    key_i,
    input  logic [OutcWords-1:0][63:0]   outc_i,
    input  logic [IncFixed-1:0][63:0]    inc_i,
    input  logic [WindowWords-1:0][63:0] window_i,
    input  damage_t                      first_damage_i,
    input  counted_t                     first_single_i,
    input  damage_t                      then_damage_i,
    input  logic [WindowWords-1:0]       then_single_i,
    output counted_t                     wr_o,
    output logic [WindowWords-1:0]       wr_window_o,
    output life_t                        life_o,
    output logic [63:0]                  seq_o,
    output logic [63:0]                  octets_o,
    output logic [63:0]                  count_o,
    output logic [WindowWords-1:0][63:0] window_o,
    // What follows, in clock 6.
    output answer_t                      answer_o,
    output logic [LaneBits-1:0]          answer_lane_o,
    output sa_view_t                     view_o,          // for an answer that says ok
    output logic [7:0]                   fresh_o,         // events that happened
    output logic                         wrong_o,         // a word was wrong
    output logic [4:0]                   mended_o         // words with one wrong bit that were overwritten a clock ago
);
  localparam int BankBits = $clog2(BANKS);

  function automatic logic [RowBits-1:0] row_of(input logic [15:0] index);
    return RowBits'(index >> BankBits);
  endfunction

  // ------------------------------------------------------------------ stages
  logic [6:1]          valid_q;
  packet_req_t         req1_q, req2_q, req3_q, req4_q, req5_q, req6_q;
  logic [LaneBits-1:0] lane1_q, lane2_q, lane3_q, lane4_q, lane5_q, lane6_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) valid_q <= '0;
    else valid_q <= {valid_q[5:1], start_i};
    if (load_i) begin
      req1_q  <= req_i;
      lane1_q <= lane_i;
    end
    if (valid_q[1]) begin
      req2_q  <= req1_q;
      lane2_q <= lane1_q;
    end
    if (valid_q[2]) begin
      req3_q  <= req2_q;
      lane3_q <= lane2_q;
    end
    if (valid_q[3]) begin
      req4_q  <= req3_q;
      lane4_q <= lane3_q;
    end
    if (valid_q[4]) begin
      req5_q  <= req4_q;
      lane5_q <= lane4_q;
    end
    if (valid_q[5]) begin
      req6_q  <= req5_q;
      lane6_q <= lane5_q;
    end
  end

  assign valid_o  = valid_q;
  assign row_o    = {row_of(req6_q.index), row_of(req5_q.index), row_of(req4_q.index), row_of(req3_q.index), row_of(req2_q.index), row_of(req1_q.index)};
  assign writes_o = valid_q & {req6_q.kind != REQ_LOOK, req5_q.kind != REQ_LOOK, req4_q.kind != REQ_LOOK,
                               req3_q.kind != REQ_LOOK, req2_q.kind != REQ_LOOK, req1_q.kind != REQ_LOOK};
  assign first_kind_o = req1_q.kind;
  assign then_kind_o  = req3_q.kind;

  // ------------------------------------------------------------------ clock 3
  sa_word0_t   w0;
  logic [63:0] next;
  logic        spent, last, below;
  logic [31:0] seq_hi;

  assign w0 = cfg_i[0];
  wire is_out3  = req3_q.kind == REQ_OUT;
  wire is_look3 = req3_q.kind == REQ_LOOK;
  wire is_fail3 = req3_q.kind == REQ_FAIL;
  wire strict3  = !w0.flags[SA_FLAG_NO_REPLAY];

  sad_sequence u_sequence (
      .esn_i  (w0.flags[SA_FLAG_ESN]),
      .used_i (outc_i[0]),
      .next_o (next),
      .spent_o(spent),
      .last_o (last)
  );

  // verilator lint_off PINCONNECTEMPTY
  sad_replay #(
      .WINDOW(WINDOW)
  ) u_number (
      .top_i       (inc_i[0]),
      .seq_lo_i    (req3_q.seq[31:0]),
      .esn_i       (w0.flags[SA_FLAG_ESN]),
      .seq_hi_o    (seq_hi),
      .below_o     (below),
      .seq_i       ('0),
      .newer_o     (),
      .stale_o     (),
      .jump_o      (),
      .home_o      (),
      .first_o     (),
      .same_o      (),
      .round_o     (),
      .word_i      ('0),
      .moved_i     (1'b0),
      .jumped_i    (1'b0),
      .seen_o      (),
      .home_word_o (),
      .first_word_o()
  );
  // verilator lint_on PINCONNECTEMPTY

  // ------------------------------------------------------------------ clock 4
  life_t       life4_q, life5_q, life6_q;
  name_t       name4_q, name5_q, name6_q;
  sa_word0_t   w04_q, w05_q, w06_q;
  damage_t     damage4_q, damage5_q;
  counted_t    single4_q, single5_q, single6_q;
  logic [63:0] next4_q, seq4_q, top4_q, soft_octets_q, hard_octets_q, soft_count_q, hard_count_q;
  logic        below_q, spent4_q, last4_q, has_soft_octets_q, has_hard_octets_q, has_soft_count_q, has_hard_count_q;

  always_ff @(posedge clk_i) begin
    if (valid_q[3]) begin
      life4_q   <= life_i;
      name4_q   <= name_i;
      w04_q     <= w0;
      damage4_q <= first_damage_i;
      single4_q <= first_single_i;
      top4_q    <= inc_i[0];
      below_q   <= is_look3 && below && strict3;
      next4_q   <= next;
      seq4_q    <= is_look3 ? {below && !strict3 ? 32'd0 : seq_hi, req3_q.seq[31:0]} : req3_q.seq;
      spent4_q  <= is_out3 && spent;
      last4_q   <= is_out3 && last;
      // A hard limit of 0 and a soft one of all ones is none. Of a failed ICV the failures are counted, not packets.
      soft_octets_q     <= cfg_i[6];
      hard_octets_q     <= cfg_i[7];
      soft_count_q      <= is_fail3 ? cfg_i[10] >> 1 : cfg_i[8];
      hard_count_q      <= is_fail3 ? cfg_i[10] : cfg_i[9];
      has_soft_octets_q <= cfg_i[6] != '1;
      has_hard_octets_q <= cfg_i[7] != '0;
      has_soft_count_q  <= cfg_i[8] != '1;
      has_hard_count_q  <= cfg_i[9] != '0;
    end
  end

  wire         sums = valid_q[3] && !is_look3;
  logic [64:0] octets, count;
  logic [1:0]  octets_above, octets_equal, count_above, count_equal;  // hard, soft

  sad_limits #(
      .LIMITS(2)
  ) u_octets (
      .clk_i,
      .load_i (sums),
      .count_i(is_out3 ? outc_i[1] : inc_i[1]),
      .add_i  (req3_q.octets),
      .sum_o  (octets),
      .limit_i({hard_octets_q, soft_octets_q}),
      .above_o(octets_above),
      .equal_o(octets_equal)
  );

  sad_limits #(
      .LIMITS(2)
  ) u_count (
      .clk_i,
      .load_i (sums),
      .count_i(is_out3 ? outc_i[2] : is_fail3 ? inc_i[3] : inc_i[2]),
      .add_i  (16'd1),
      .sum_o  (count),
      .limit_i({hard_count_q, soft_count_q}),
      .above_o(count_above),
      .equal_o(count_equal)
  );

  logic       newer, stale, jump;
  wire        is_out4  = req4_q.kind == REQ_OUT;
  wire        is_look4 = req4_q.kind == REQ_LOOK;
  wire        is_fail4 = req4_q.kind == REQ_FAIL;
  wire        counts4  = !is_look4 && !is_fail4;

  // verilator lint_off PINCONNECTEMPTY
  sad_replay #(
      .WINDOW(WINDOW)
  ) u_place (
      .top_i       (top4_q),
      .seq_lo_i    ('0),
      .esn_i       (1'b0),
      .seq_hi_o    (),
      .below_o     (),
      .seq_i       (seq4_q),
      .newer_o     (newer),
      .stale_o     (stale),
      .jump_o      (jump),
      .home_o      (),
      .first_o     (),
      .same_o      (),
      .round_o     (),
      .word_i      ('0),
      .moved_i     (1'b0),
      .jumped_i    (1'b0),
      .seen_o      (),
      .home_word_o (),
      .first_word_o()
  );
  // verilator lint_on PINCONNECTEMPTY

  logic        too_big;
  logic [15:0] fits;

  sad_fit u_fit (
      .clk_i,
      .en_i        (valid_q[5:3]),
      .tunnel_i    (req3_q.mode),
      .outer_v6_i  (w0.flags[SA_FLAG_OUTER_V6]),
      .udp_i       (w0.flags[SA_FLAG_UDP_ENCAP]),
      .esp_offset_i(req3_q.esp_offset),
      .octets_i    (req4_q.octets),
      .path_mtu_i  (w04_q.path_mtu),
      .too_big_o   (too_big),
      .fits_o      (fits)
  );

  // ------------------------------------------------------------------ clock 5
  findings_t   found5_q, found5, found6_q;
  logic        newer5_q, stale5_q, jump5_q, newer6_q, other_generation_q, other_spi_q, no_spi_q;
  logic [63:0] seq5_q, top5_q, octets5_q, count5_q, seq6_q, octets6_q, count6_q;

  always_ff @(posedge clk_i) begin
    if (valid_q[4]) begin
      life5_q   <= life4_q;
      name5_q   <= name4_q;
      w05_q     <= w04_q;
      damage5_q <= damage4_q;
      single5_q <= single4_q;
      seq5_q    <= is_out4 ? next4_q : seq4_q;
      top5_q    <= top4_q;
      octets5_q <= octets[63:0];
      count5_q  <= count[63:0];
      newer5_q  <= newer && !below_q;
      stale5_q  <= stale || below_q;
      jump5_q   <= jump && !below_q;
      other_generation_q <= name4_q.generation != req4_q.generation;
      other_spi_q        <= w04_q.spi != req4_q.spi;
      no_spi_q           <= w04_q.spi == '0;

      found5_q              <= '0;
      found5_q.over_octets  <= counts4 && has_hard_octets_q && octets_above[1];
      found5_q.at_octets    <= counts4 && has_hard_octets_q && octets_equal[1];
      found5_q.soft_octets  <= counts4 && has_soft_octets_q && (octets_above[0] || octets_equal[0]);
      found5_q.over_packets <= counts4 && has_hard_count_q && count_above[1];
      found5_q.at_packets   <= counts4 && has_hard_count_q && count_equal[1];
      found5_q.soft_packets <= counts4 && has_soft_count_q && (count_above[0] || count_equal[0]);
      found5_q.icv_end      <= is_fail4 && (count_above[1] || count_equal[1]);
      found5_q.icv_half     <= is_fail4 && (count_above[0] || count_equal[0]);
      found5_q.spent        <= spent4_q;
      found5_q.last         <= last4_q;
      found5_q.seq_zero     <= is_look4 && (w04_q.flags[SA_FLAG_ESN] ? seq4_q == '0 && !below_q : seq4_q[31:0] == '0);
    end
  end

  logic        seen;
  logic [WindowWords-1:0][63:0] window;
  logic [WindowWords-1:0]       window_wr;

  sad_window #(
      .WINDOW(WINDOW)
  ) u_window (
      .top_i  (top5_q),
      .seq_i  (seq5_q),
      .newer_i(newer5_q),
      .jump_i (jump5_q),
      .words_i(window_i),
      .seen_o (seen),
      .words_o(window),
      .write_o(window_wr)
  );

  wire is_out5  = req5_q.kind == REQ_OUT;
  wire is_look5 = req5_q.kind == REQ_LOOK;

  always_comb begin
    found5          = found5_q;
    found5.id_bad   = damage5_q.state_bad || (is_look5 && damage5_q.w0_bad);
    found5.any_bad  = damage5_q.bad || then_damage_i.bad;
    found5.too_big  = is_out5 && too_big;
    found5.soft_seq = is_out5 && cfg_i[11] != '0 && seq5_q >= cfg_i[11];
    found5.replay   = !is_out5 && !w05_q.flags[SA_FLAG_NO_REPLAY] && (stale5_q || (!newer5_q && seen));
  end

  // The two halves of sad_verdict work on two packets. For the first one SPIs and generations were compared a clock ago: here they
  // are numbers of one bit, which are the same or not, zero or not, as those were.
  packet_req_t req5;
  name_t       name5;
  sa_word0_t   w05;
  always_comb begin
    req5             = req5_q;
    name5            = name5_q;
    w05              = w05_q;
    name5.generation = '0;
    req5.generation  = {15'd0, other_generation_q};
    w05.spi          = {31'd0, !no_spi_q};
    req5.spi         = {31'd0, !no_spi_q ^ other_spi_q};
  end

  verdict_e   verdict5, verdict6_q;
  life_t      life_next;
  logic [7:0] fresh;

  // verilator lint_off PINCONNECTEMPTY
  sad_verdict u_verdict (
      .req_i    (req5),
      .life_i   (life5_q),
      .name_i   (name5),
      .w0_i     (w05),
      .found_i  (found5),
      .verdict_o(verdict5),
      .verdict_i(VERDICT_OK),
      .life_o   (),
      .fresh_o  ()
  );

  sad_verdict u_effect (
      .req_i    (req6_q),
      .life_i   (life6_q),
      .name_i   (name6_q),
      .w0_i     (w06_q),
      .found_i  (found6_q),
      .verdict_o(),
      .verdict_i(verdict6_q),
      .life_o   (life_next),
      .fresh_o  (fresh)
  );
  // verilator lint_on PINCONNECTEMPTY

  // Events that could happen, whatever the verdict: no later than the verdict, and not one less than there will be.
  logic [7:0] possible;
  always_comb begin
    possible                  = '0;
    possible[KindSoftOctets]  = found5.soft_octets;
    possible[KindSoftPackets] = found5.soft_packets;
    possible[KindSoftSeq]     = found5.soft_seq;
    possible[KindHard]        = found5.over_octets || found5.at_octets || found5.over_packets || found5.at_packets;
    possible[KindSeqEnd]      = found5.spent || found5.last;
    possible[KindIcvSoft]     = found5.icv_half;
    possible[KindIcvLimit]    = found5.icv_end;
  end

  // ------------------------------------------------------------------ clock 6
  logic                         wrong6_q, eventful_q, view_full_q;
  logic [WindowWords-1:0]       window_wr_q, window_single_q;
  logic [WindowWords-1:0][63:0] window_q;
  sa_view_t                     view_q;

  always_ff @(posedge clk_i) begin
    if (valid_q[5]) begin
      life6_q         <= life5_q;
      name6_q         <= name5_q;
      w06_q           <= w05_q;
      single6_q       <= single5_q;
      window_single_q <= then_single_i;
      wrong6_q        <= damage5_q.wrong || then_damage_i.wrong;
      found6_q        <= found5;
      verdict6_q      <= verdict5;
      eventful_q      <= (possible & ~life5_q.raised) != '0;
      newer6_q        <= newer5_q;
      seq6_q          <= seq5_q;
      octets6_q       <= octets5_q;
      count6_q        <= count5_q;
      window_q        <= window;
      window_wr_q     <= window_wr;
    end
    // A key stands here for one clock (G5).
    view_full_q <= rst_ni && valid_q[5] && (is_out5 || is_look5);
    if (valid_q[5] && (is_out5 || is_look5))
      view_q <= '{w0: w05_q, w1: cfg_i[1], addr_a: {cfg_i[2], cfg_i[3]}, addr_b: {cfg_i[4], cfg_i[5]}, w11: cfg_i[11],
                  key: {key_i[0], key_i[1], key_i[2], key_i[3]}, salt: key_i[4][63:32], h: {key_i[5], key_i[6]}};
    else if (view_full_q || !rst_ni) view_q <= '0;
  end

  wire is_out6  = req6_q.kind == REQ_OUT;
  wire is_look6 = req6_q.kind == REQ_LOOK;
  wire is_take6 = req6_q.kind == REQ_TAKE;
  wire passed   = valid_q[6] && verdict6_q == VERDICT_OK && !is_look6;
  wire failed   = valid_q[6] && verdict6_q == VERDICT_BAD_ICV;

  always_comb begin
    wr_o.outc = {3{passed && is_out6}};
    wr_o.inc  = {failed, {2{passed && is_take6}}, passed && is_take6 && newer6_q};
    wr_o.life = valid_q[6] && life_next != life6_q;
  end
  assign wr_window_o = passed && is_take6 ? window_wr_q : '0;
  assign life_o      = life_next;
  assign seq_o       = seq6_q;
  assign octets_o    = octets6_q;
  assign count_o     = count6_q;
  assign window_o    = window_q;

  wire unknown = verdict6_q == VERDICT_UNKNOWN_SPI;
  assign answer_o = '{kind: req6_q.kind, verdict: verdict6_q, index: unknown ? 16'hFFFF : req6_q.index,
                      generation: unknown ? 16'd0 : name6_q.generation,
                      aux: verdict6_q == VERDICT_TOO_BIG ? {16'd0, fits} : 32'd0, seq: seq6_q};
  assign answer_lane_o = lane6_q;
  assign view_o        = view_q;
  assign fresh_o       = valid_q[6] ? fresh : '0;
  assign wrong_o       = valid_q[6] && wrong6_q;
  assign eventful_o    = eventful_q;

  // Nobody waits for this.
  logic [8+WindowWords-1:0] mended_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) mended_q <= '0;
    else if (wrong_o || mended_q != '0) mended_q <= wrong_o ? {wr_o & single6_q, wr_window_o & window_single_q} : '0;
  end

  always_comb begin
    mended_o = '0;
    if (mended_q != '0) for (int i = 0; i < 8 + WindowWords; i++) mended_o += 5'(mended_q[i]);
  end

  wire unused = ^{octets[64], count[64], then_damage_i, damage5_q};

`ifndef SYNTHESIS
  sad_pipe_rules #(
      .ROWS  (ROWS),
      .WINDOW(WINDOW)
  ) u_rules (
      .*
  );
`endif
endmodule
