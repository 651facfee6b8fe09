// The packet requests of one bank of sad_full, one a clock. Every request takes the same way:
//
//   clock  0  granted (sad_grant)
//          1  address of what is judged and counted
//          2  those words on their way, 3 corrected; address of the window and of what leaves with the answer
//          4  sums; number of the packet
//          5  sums against limits; place in the window
//          6  window words; verdict
//          7  what the verdict does to the entry: all that changes is written in this clock, or nothing
//          8  answer (sad_reply)
//
// Two requests that write never meet at one entry (sad_grant), so every check-and-count is one step (G1, G2, G8). The rules and
// their order are sad_packet's, with one more: a wrong ICV is `replay` when its number has been accepted since the look-up, or has left
// the window, as it would be if packets came one at a time.
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
    output logic [7:1]                   valid_o,
    output logic [7:1]                   writes_o,        // and may write; at 7: and may raise an event
    output logic [7:1][RowBits-1:0]      row_o,
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
    // What follows, in clock 7.
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
  logic [7:1]          valid_q, writes_q;
  logic                holds_q;  // the one at 7 may raise an event
  packet_req_t         req1_q, req2_q, req3_q, req4_q, req5_q, req6_q, req7_q;
  logic [LaneBits-1:0] lane1_q, lane2_q, lane3_q, lane4_q, lane5_q, lane6_q, lane7_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) {valid_q, writes_q} <= '0;
    else begin
      valid_q  <= {valid_q[6:1], start_i};
      writes_q <= {writes_q[6:1], start_i && req_i.kind != REQ_LOOK};
    end
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
    if (valid_q[6]) begin
      req7_q  <= req6_q;
      lane7_q <= lane6_q;
    end
  end

  assign valid_o  = valid_q;
  assign row_o    = {row_of(req7_q.index), row_of(req6_q.index), row_of(req5_q.index), row_of(req4_q.index),
                     row_of(req3_q.index), row_of(req2_q.index), row_of(req1_q.index)};
  assign writes_o = {holds_q, writes_q[6:1]};
  assign first_kind_o = req1_q.kind;
  assign then_kind_o  = req3_q.kind;

  // ------------------------------------------------------------------ clock 4
  sa_word0_t w0;
  assign w0 = cfg_i[0];

  // ------------------------------------------------------------------ clock 5
  life_t     life5_q, life6_q, life7_q;
  name_t     name5_q, name6_q, name7_q;
  sa_word0_t w05_q, w06_q, w07_q;
  damage_t   damage5_q, damage6_q;
  counted_t  single5_q, single6_q, single7_q;

  always_ff @(posedge clk_i) begin
    if (valid_q[4]) begin
      life5_q   <= life_i;
      name5_q   <= name_i;
      w05_q     <= w0;
      damage5_q <= first_damage_i;
      single5_q <= first_single_i;
    end
  end

  // ------------------------------------------------------------------ clock 6
  findings_t   counted, found6, found7_q;
  logic [63:0] next, octets, count, seq, top, seq7_q, octets7_q, count7_q;
  logic        newer, stale, jump, seq_zero, newer7_q, other_generation_q, other_spi_q, no_spi_q, too_big;
  logic [15:0] fits;

  always_ff @(posedge clk_i) begin
    if (valid_q[5]) begin
      life6_q            <= life5_q;
      name6_q            <= name5_q;
      w06_q              <= w05_q;
      damage6_q          <= damage5_q;
      single6_q          <= single5_q;
      other_generation_q <= name5_q.generation != req5_q.generation;
      other_spi_q        <= w05_q.spi != req5_q.spi;
      no_spi_q           <= w05_q.spi == '0;
    end
  end

  sad_sums u_sums (
      .clk_i,
      .valid_i (valid_q[5:4]),
      .kind_i  (req4_q.kind),
      .octets_i(req4_q.octets),
      .esn_i   (w0.flags[SA_FLAG_ESN]),
      .cfg_i,
      .outc_i,
      .inc_i,
      .found_o (counted),
      .next_o  (next),
      .octets_o(octets),
      .count_o (count)
  );

  sad_place #(
      .WINDOW(WINDOW)
  ) u_place (
      .clk_i,
      .valid_i   (valid_q[5:4]),
      .kind_i    (req4_q.kind),
      .seq_i     (req4_q.seq),
      .esn_i     (w0.flags[SA_FLAG_ESN]),
      .strict_i  (!w0.flags[SA_FLAG_NO_REPLAY]),
      .top_i     (inc_i[0]),
      .seq_o     (seq),
      .top_o     (top),
      .newer_o   (newer),
      .stale_o   (stale),
      .jump_o    (jump),
      .seq_zero_o(seq_zero)
  );

  sad_fit u_fit (
      .clk_i,
      .en_i        (valid_q[6:4]),
      .tunnel_i    (req4_q.mode),
      .outer_v6_i  (w0.flags[SA_FLAG_OUTER_V6]),
      .udp_i       (w0.flags[SA_FLAG_UDP_ENCAP]),
      .esp_offset_i(req4_q.esp_offset),
      .octets_i    (req5_q.octets),
      .path_mtu_i  (w05_q.path_mtu),
      .too_big_o   (too_big),
      .fits_o      (fits)
  );

  logic        seen;
  logic [WindowWords-1:0][63:0] window;
  logic [WindowWords-1:0]       window_wr;

  sad_window #(
      .WINDOW(WINDOW)
  ) u_window (
      .top_i  (top),
      .seq_i  (seq),
      .newer_i(newer),
      .jump_i (jump),
      .words_i(window_i),
      .seen_o (seen),
      .words_o(window),
      .write_o(window_wr)
  );

  wire is_out6  = req6_q.kind == REQ_OUT;
  wire is_look6 = req6_q.kind == REQ_LOOK;

  always_comb begin
    found6          = counted;
    found6.seq_zero = seq_zero;
    found6.id_bad   = damage6_q.state_bad || (is_look6 && damage6_q.w0_bad);
    found6.any_bad  = damage6_q.bad || then_damage_i.bad;
    found6.too_big  = is_out6 && too_big;
    found6.soft_seq = is_out6 && cfg_i[11] != '0 && next >= cfg_i[11];
    found6.replay   = !is_out6 && !w06_q.flags[SA_FLAG_NO_REPLAY] && (stale || (!newer && seen));
  end

  // The two halves of sad_verdict work on two packets. For the first one SPIs and generations were compared a clock ago: here they
  // are numbers of one bit, which are the same or not, zero or not, as those were.
  packet_req_t req6;
  name_t       name6;
  sa_word0_t   w06;
  always_comb begin
    req6             = req6_q;
    name6            = name6_q;
    w06              = w06_q;
    name6.generation = '0;
    req6.generation  = {15'd0, other_generation_q};
    w06.spi          = {31'd0, !no_spi_q};
    req6.spi         = {31'd0, !no_spi_q ^ other_spi_q};
  end

  verdict_e   verdict6, verdict7_q;
  verdict_e   verdict_if [2];  // not a replay, a replay
  life_t      life_next;
  logic [7:0] fresh;

  // Whether the window has seen the number is known last: both verdicts are made ready.
  // verilator lint_off PINCONNECTEMPTY
  for (genvar seen_before = 0; seen_before < 2; seen_before++) begin : gen_verdict
    findings_t found;
    always_comb begin
      found        = found6;
      found.replay = seen_before == 1;
    end

    sad_verdict u_verdict (
        .req_i    (req6),
        .life_i   (life6_q),
        .name_i   (name6),
        .w0_i     (w06),
        .found_i  (found),
        .verdict_o(verdict_if[seen_before]),
        .verdict_i(VERDICT_OK),
        .life_o   (),
        .fresh_o  ()
    );
  end
  assign verdict6 = verdict_if[found6.replay];

  sad_verdict u_effect (
      .req_i    (req7_q),
      .life_i   (life7_q),
      .name_i   (name7_q),
      .w0_i     (w07_q),
      .found_i  (found7_q),
      .verdict_o(),
      .verdict_i(verdict7_q),
      .life_o   (life_next),
      .fresh_o  (fresh)
  );
  // verilator lint_on PINCONNECTEMPTY

  // Events that could happen, whatever the verdict: no later than the verdict, and not one less than there will be.
  logic [7:0] possible;
  always_comb begin
    possible                  = '0;
    possible[KindSoftOctets]  = found6.soft_octets;
    possible[KindSoftPackets] = found6.soft_packets;
    possible[KindSoftSeq]     = found6.soft_seq;
    possible[KindHard]        = found6.over_octets || found6.at_octets || found6.over_packets || found6.at_packets;
    possible[KindSeqEnd]      = found6.spent || found6.last;
    possible[KindIcvSoft]     = found6.icv_half;
    possible[KindIcvLimit]    = found6.icv_end;
  end

  // ------------------------------------------------------------------ clock 7
  logic                         wrong7_q, view_full_q;
  logic [WindowWords-1:0]       window_wr_q, window_single_q;
  logic [WindowWords-1:0][63:0] window_q;
  sa_view_t                     view_q;

  always_ff @(posedge clk_i) begin
    if (valid_q[6]) begin
      life7_q         <= life6_q;
      name7_q         <= name6_q;
      w07_q           <= w06_q;
      single7_q       <= single6_q;
      window_single_q <= then_single_i;
      wrong7_q        <= damage6_q.wrong || then_damage_i.wrong;
      found7_q        <= found6;
      verdict7_q      <= verdict6;
      newer7_q        <= newer;
      seq7_q          <= is_out6 ? next : seq;
      octets7_q       <= octets;
      count7_q        <= count;
      window_q        <= window;
      window_wr_q     <= window_wr;
    end
    holds_q <= rst_ni && writes_q[6] && (possible & ~life6_q.raised) != '0;
    // A key stands here for one clock (G5).
    view_full_q <= rst_ni && valid_q[6] && (is_out6 || is_look6);
    if (valid_q[6] && (is_out6 || is_look6))
      view_q <= '{w0: w06_q, w1: cfg_i[1], addr_a: {cfg_i[2], cfg_i[3]}, addr_b: {cfg_i[4], cfg_i[5]}, w11: cfg_i[11],
                  key: {key_i[0], key_i[1], key_i[2], key_i[3]}, salt: key_i[4][63:32], h: {key_i[5], key_i[6]}};
    else if (view_full_q || !rst_ni) view_q <= '0;
  end

  wire is_out7  = req7_q.kind == REQ_OUT;
  wire is_look7 = req7_q.kind == REQ_LOOK;
  wire is_take7 = req7_q.kind == REQ_TAKE;
  wire passed   = valid_q[7] && verdict7_q == VERDICT_OK && !is_look7;
  wire failed   = valid_q[7] && verdict7_q == VERDICT_BAD_ICV;

  always_comb begin
    wr_o.outc = {3{passed && is_out7}};
    wr_o.inc  = {failed, {2{passed && is_take7}}, passed && is_take7 && newer7_q};
    wr_o.life = valid_q[7] && life_next != life7_q;
  end
  assign wr_window_o = passed && is_take7 ? window_wr_q : '0;
  assign life_o      = life_next;
  assign seq_o       = seq7_q;
  assign octets_o    = octets7_q;
  assign count_o     = count7_q;
  assign window_o    = window_q;

  wire unknown = verdict7_q == VERDICT_UNKNOWN_SPI;
  assign answer_o = '{kind: req7_q.kind, verdict: verdict7_q, index: unknown ? 16'hFFFF : req7_q.index,
                      generation: unknown ? 16'd0 : name7_q.generation,
                      aux: verdict7_q == VERDICT_TOO_BIG ? {16'd0, fits} : 32'd0, seq: seq7_q};
  assign answer_lane_o = lane7_q;
  assign view_o        = view_q;
  assign fresh_o       = valid_q[7] ? fresh : '0;
  assign wrong_o       = valid_q[7] && wrong7_q;

  // Nobody waits for this.
  logic [8+WindowWords-1:0] mended_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) mended_q <= '0;
    else if (wrong_o || mended_q != '0) mended_q <= wrong_o ? {wr_o & single7_q, wr_window_o & window_single_q} : '0;
  end

  always_comb begin
    mended_o = '0;
    if (mended_q != '0) for (int i = 0; i < 8 + WindowWords; i++) mended_o += 5'(mended_q[i]);
  end

  wire unused = ^{then_damage_i, damage6_q};

`ifndef SYNTHESIS
  sad_pipe_rules #(
      .ROWS  (ROWS),
      .WINDOW(WINDOW)
  ) u_rules (
      .*
  );
`endif
endmodule
