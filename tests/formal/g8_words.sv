// G8: all words of a window at once, as the full table writes them (sad_window), against what RFC 4303 3.4.3 says, for one number
// that may be any. The reference is g8_window's: whether that number was accepted. Any top, any words that agree with the reference,
// any packet: one step of an induction, so there is no clock.
module g8_words #(
    parameter int WINDOW = 64,
    localparam int Words = WINDOW / 64
) (
    input logic [63:0]            number_i,    // the number that is watched
    input logic                   accepted_i,
    input logic [63:0]            top_i,
    input logic [Words-1:0][63:0] words_i,
    input logic [63:0]            seq_i        // a packet
);
  logic newer, stale, jump;
  // verilator lint_off PINCONNECTEMPTY
  sad_replay #(
      .WINDOW(WINDOW)
  ) u_place (
      .top_i,
      .seq_lo_i    ('0),
      .esn_i       (1'b0),
      .seq_hi_o    (),
      .below_o     (),
      .seq_i,
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

  logic                   seen;
  logic [Words-1:0][63:0] changed, words;
  logic [Words-1:0]       write;
  sad_window #(
      .WINDOW(WINDOW)
  ) u_window (
      .top_i,
      .seq_i,
      .newer_i(newer),
      .jump_i (jump),
      .words_i,
      .seen_o (seen),
      .words_o(changed),
      .write_o(write)
  );

  // sad_pipe: replay, and what it writes.
  wire         takes = !(stale || (!newer && seen));
  wire  [63:0] top   = takes && newer ? seq_i : top_i;
  wire         accepted = accepted_i || (takes && seq_i == number_i);
  always_comb for (int w = 0; w < Words; w++) words[w] = takes && write[w] ? changed[w] : words_i[w];

  // ------------------------------------------------------------------ the reference, in 65 bits
  function automatic logic inside_window(input logic [63:0] number, input logic [63:0] last);
    return number <= last && {1'b0, number} + 65'(WINDOW) > {1'b0, last};
  endfunction
  function automatic logic bit_of(input logic [Words-1:0][63:0] of, input logic [63:0] number);
    logic [63:0] word;
    word = of[(number >> 6) % 64'(Words)];
    return word[number[5:0]];
  endfunction
  wire is_inside = inside_window(number_i, top_i);

  always_comb begin
    assume (!accepted_i || number_i <= top_i);
    assume (!is_inside || bit_of(words_i, number_i) == accepted_i);
    if (seq_i == number_i) begin
      a_once:   assert (!(takes && accepted_i));
      a_left:   assert (!takes || is_inside || number_i > top_i);
      a_inside: assert (takes || !is_inside || accepted_i);
      a_newer:  assert (takes || number_i <= top_i);
    end
    // Afterwards the words agree with the reference again.
    a_words: assert (!inside_window(number_i, top) || bit_of(words, number_i) == accepted);
    a_top:   assert (!accepted || number_i <= top);
  end

  always_comb begin
    c_keep:  cover (takes && newer && !jump && accepted_i && inside_window(number_i, top));
    c_clear: cover (takes && newer && !jump && !accepted && inside_window(number_i, top) && bit_of(words_i, number_i));
    c_again: cover (seq_i == number_i && accepted_i && is_inside);
  end
endmodule
