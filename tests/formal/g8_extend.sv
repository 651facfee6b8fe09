// G8: the upper half of an extended sequence number (RFC 4303 appendix A2.2) is the one nearest to the window, for every top and every
// lower half: the number lies in the 2^32 numbers from the window's left edge on, and there is only one such. Combinational.
module g8_extend #(
    parameter int WINDOW = 64
) (
    input logic [63:0] top_i,
    input logic [31:0] seq_lo_i,
    input logic        esn_i,
    input logic [63:0] other_i    // any number: the right one is no other
);
  logic [31:0] seq_hi;
  logic        below;
  logic        newer, stale, jump, same, round, seen;
  logic [3:0]  home, first;
  logic [63:0] home_word, first_word;
  wire  [63:0] seq = {seq_hi, seq_lo_i};

  sad_replay #(
      .WINDOW(WINDOW)
  ) u_replay (
      .top_i,
      .seq_lo_i,
      .esn_i,
      .seq_hi_o    (seq_hi),
      .below_o     (below),
      .seq_i       (seq),
      .newer_o     (newer),
      .stale_o     (stale),
      .jump_o      (jump),
      .home_o      (home),
      .first_o     (first),
      .same_o      (same),
      .round_o     (round),
      .word_i      ('0),
      .moved_i     (newer),
      .jumped_i    (jump),
      .seen_o      (seen),
      .home_word_o (home_word),
      .first_word_o(first_word)
  );

  // Left edge of the window; negative while the top is small.
  wire signed [66:0] edge_left = $signed({3'd0, top_i}) - 67'(WINDOW - 1);
  wire signed [66:0] place     = $signed({3'd0, seq});
  wire signed [66:0] other     = $signed({3'd0, other_i});
  localparam logic signed [66:0] Span = 67'sh1_0000_0000;
  // The number would lie past 2^64: it wraps to a small one, which is left of the window.
  wire past = edge_left + Span > 67'sh1_0000_0000_0000_0000 && top_i[63:32] == '1 && seq_hi == '0;

  always_comb begin
    if (!esn_i) a_short: assert (seq_hi == '0 && !below);
    else if (below) begin
      // Nothing at or above 0 with this lower half lies in the span's part left of 0 and in the window.
      a_below: assert (edge_left < 0 && $signed({35'd0, seq_lo_i}) - Span >= edge_left);
    end else if (past) a_past: assert (stale);
    else begin
      a_span: assert (place >= edge_left && place < edge_left + Span);
      if (other_i[31:0] == seq_lo_i && other >= edge_left && other < edge_left + Span) a_only: assert (other_i == seq);
      a_fits: assert (!stale);
    end
  end

  always_comb begin
    c_below: cover (esn_i && below);
    c_past:  cover (esn_i && past);
    c_old:   cover (esn_i && !below && seq_hi + 32'd1 == top_i[63:32]);
    c_next:  cover (esn_i && !past && seq_hi == top_i[63:32] + 32'd1);
  end

  wire unused = ^{jump, same, round, seen, home, first, home_word, first_word};
endmodule
