// All words of a replay window at once, from sad_replay's geometry. Pure.
//
// A number right of top clears the words between top's and its own, the first of them in part (sad_replay); a number inside the
// window sets its bit. Words that change are written in one clock, so the window is never seen between two states (G8).
module sad_window #(
    parameter int WINDOW = 64,
    localparam int Words    = WINDOW / 64,
    localparam int WordBits = Words > 1 ? $clog2(Words) : 1
) (
    input  logic [63:0]            top_i,
    input  logic [63:0]            seq_i,
    input  logic                   newer_i,  // of sad_replay, a clock earlier
    input  logic                   jump_i,
    input  logic [Words-1:0][63:0] words_i,
    output logic                   seen_o,
    output logic [Words-1:0][63:0] words_o,
    output logic [Words-1:0]       write_o   // these change
);
  logic [3:0]  home, first;
  logic        same, round;
  logic [63:0] home_word, home_now;

  assign home_now = words_i[WordBits'(home)];

  // sad_replay's seen_o, but picked instead of masked: half the levels, where all others wait for it.
  sad_pick u_pick (
      .word_i(home_now),
      .at_i  (seq_i[5:0]),
      .bit_o (seen_o)
  );

  // verilator lint_off PINCONNECTEMPTY
  sad_replay #(
      .WINDOW(WINDOW)
  ) u_home (
      .top_i       (top_i),
      .seq_lo_i    ('0),
      .esn_i       (1'b0),
      .seq_hi_o    (),
      .below_o     (),
      .seq_i       (seq_i),
      .newer_o     (),
      .stale_o     (),
      .jump_o      (),
      .home_o      (home),
      .first_o     (first),
      .same_o      (same),
      .round_o     (round),
      .word_i      (home_now),
      .moved_i     (newer_i),
      .jumped_i    (jump_i),
      .seen_o      (),
      .home_word_o (home_word),
      .first_word_o()
  );

  if (Words == 1) begin : gen_one
    assign words_o = home_word;
    assign write_o = 1'b1;
    wire unused = ^{home, first, same, round};
  end else begin : gen_more
    localparam logic [3:0] LastWord = 4'(Words - 1);
    logic [63:0] first_word;

    sad_replay #(
        .WINDOW(WINDOW)
    ) u_first (
        .top_i       (top_i),
        .seq_lo_i    ('0),
        .esn_i       (1'b0),
        .seq_hi_o    (),
        .below_o     (),
        .seq_i       (seq_i),
        .newer_o     (),
        .stale_o     (),
        .jump_o      (),
        .home_o      (),
        .first_o     (),
        .same_o      (),
        .round_o     (),
        .word_i      (words_i[WordBits'(first)]),
        .moved_i     (newer_i),
        .jumped_i    (jump_i),
        .seen_o      (),
        .home_word_o (),
        .first_word_o(first_word)
    );

    wire       all  = jump_i || (same && round);  // the move goes round the ring
    wire [3:0] span = (home - first) & LastWord;

    for (genvar w = 0; w < Words; w++) begin : gen_word
      wire [3:0] behind = (4'(w) - first) & LastWord;
      assign write_o[w] = home == 4'(w) || (newer_i && (all || behind < span));
      assign words_o[w] = home == 4'(w) ? home_word : !all && first == 4'(w) ? first_word : '0;
    end
  end
  // verilator lint_on PINCONNECTEMPTY
endmodule
