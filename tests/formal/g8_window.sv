// G8: the replay window against what RFC 4303 3.4.3 says, for one number that may be any.
//
// Reference: whether that number was accepted, and the highest number accepted; nothing else. The window's words are updated as
// sad_packet does it: the home word, then one word after another from its starting word to the home word; all of
// a move in one clock here. Numbers come in any order and from any distance, WINDOW or more and once round the ring among
// them. It begins with any top and any words that agree with the reference.
module g8_window #(
    parameter int WINDOW = 64,
    localparam int Words = WINDOW / 64
) (
    input logic                   clk_i,
    // First clock only.
    input logic [63:0]            number_i,    // the number that is watched
    input logic                   accepted_i,
    input logic [63:0]            top_i,
    input logic [Words-1:0][63:0] words_i,
    input logic                   strict_i,    // 0: no_replay
    // Packets.
    input logic                   packet_i,
    input logic [63:0]            seq_i
);
  localparam logic [3:0] LastWindowWord = 4'(Words - 1);

  logic                   started_q = 1'b0;
  logic [63:0]            number_q, top_q;
  logic                   accepted_q, strict_q;
  logic [Words-1:0][63:0] words_q, words_d;

  logic        newer, stale, jump, same, round, seen;
  logic [3:0]  home, first;
  logic [63:0] home_word, first_word;

  // The home word stands on word_i for the judgement, the first word for its own new value: two clocks of one instance.
  logic [31:0] unused_hi, unused_hi2;
  logic        unused_below, unused_below2, newer2, stale2, jump2, same2, round2, seen2;
  logic [3:0]  home2, first2;
  logic [63:0] home_word2;
  sad_replay #(
      .WINDOW(WINDOW)
  ) u_home (
      .top_i       (top_q),
      .seq_lo_i    ('0),
      .esn_i       (1'b1),
      .seq_hi_o    (unused_hi),
      .below_o     (unused_below),
      .seq_i,
      .newer_o     (newer),
      .stale_o     (stale),
      .jump_o      (jump),
      .home_o      (home),
      .first_o     (first),
      .same_o      (same),
      .round_o     (round),
      .word_i      (words_q[home]),
      .moved_i     (newer),
      .jumped_i    (jump),
      .seen_o      (seen),
      .home_word_o (home_word),
      .first_word_o()
  );
  sad_replay #(
      .WINDOW(WINDOW)
  ) u_first (
      .top_i       (top_q),
      .seq_lo_i    ('0),
      .esn_i       (1'b1),
      .seq_hi_o    (unused_hi2),
      .below_o     (unused_below2),
      .seq_i,
      .newer_o     (newer2),
      .stale_o     (stale2),
      .jump_o      (jump2),
      .home_o      (home2),
      .first_o     (first2),
      .same_o      (same2),
      .round_o     (round2),
      .word_i      (words_q[first2]),
      .moved_i     (newer2),
      .jumped_i    (jump2),
      .seen_o      (seen2),
      .home_word_o (home_word2),
      .first_word_o(first_word)
  );

  // sad_packet: replay, and steps 4 and 5 of its WRITE.
  wire replay = strict_q && (stale || (!newer && seen));
  wire takes  = packet_i && !replay;

  logic [3:0] word;
  logic       walking;
  always_comb begin
    words_d       = words_q;
    words_d[home] = home_word;
    word          = (jump || (same && round)) ? (home + 4'd1) & LastWindowWord : same ? home : first;
    walking       = newer;
    for (int i = 0; i < Words; i++) begin
      if (walking && word != home) words_d[word] = (!jump && !same && word == first) ? first_word : '0;
      if (word == home) walking = 1'b0;
      word = (word + 4'd1) & LastWindowWord;
    end
  end

  always_ff @(posedge clk_i) begin
    started_q <= 1'b1;
    if (!started_q) begin
      number_q   <= number_i;
      accepted_q <= accepted_i;
      top_q      <= top_i;
      strict_q   <= strict_i;
      words_q    <= words_i;
    end else if (takes) begin
      if (seq_i == number_q) accepted_q <= 1'b1;
      if (newer) top_q <= seq_i;
      words_q <= words_d;
    end
  end

  // ------------------------------------------------------------------ the reference, in 65 bits
  function automatic logic inside_window(input logic [63:0] number, input logic [63:0] top);
    return number <= top && {1'b0, number} + 65'(WINDOW) > {1'b0, top};
  endfunction
  function automatic logic bit_of(input logic [Words-1:0][63:0] words, input logic [63:0] number);
    logic [63:0] word_of;
    word_of = words[(number >> 6) % 64'(Words)];
    return word_of[number[5:0]];
  endfunction
  wire is_number  = packet_i && seq_i == number_q;
  wire is_inside  = inside_window(number_q, top_q);
  wire is_newer   = number_q > top_q;

  always_comb begin
    if (!started_q) begin
      assume (!accepted_i || number_i <= top_i);
      assume (!inside_window(number_i, top_i) || bit_of(words_i, number_i) == accepted_i);
    end else begin
      // Accepted at most once, and never from left of the window.
      if (is_number && strict_q) begin
        a_once:   assert (!(takes && accepted_q));
        a_left:   assert (!takes || is_inside || is_newer);
        // What is in the window, or right of it, and new, is accepted.
        a_inside: assert (takes || !is_inside || accepted_q);
        a_newer:  assert (takes || !is_newer);
      end
      if (is_number && !strict_q) a_loose: assert (takes);
      // The window's words know of every number in it whether it was accepted; nothing right of top was.
      a_words: assert (!strict_q || !is_inside || bit_of(words_q, number_q) == accepted_q);
      a_top:   assert (!accepted_q || number_q <= top_q);
      // The top only rises, to what was accepted last.
      a_place_newer: assert (newer == (seq_i > top_q));
      a_place_stale: assert (stale == (seq_i <= top_q && !inside_window(seq_i, top_q)));
    end
  end

  always_comb begin
    if (started_q) begin
      c_jump:  cover (takes && jump && accepted_q && is_inside);
      c_round: cover (takes && newer && !jump && same && round);
      c_keep:  cover (takes && newer && !jump && accepted_q && is_inside && inside_window(number_q, seq_i));
      c_again: cover (is_number && accepted_q && !takes);
      c_last:  cover (takes && seq_i == '1 && accepted_q);
    end
  end

  wire unused = ^{unused_hi, unused_below, unused_hi2, unused_below2, stale2, seen2, round2, same2, home2, home_word2};
endmodule
