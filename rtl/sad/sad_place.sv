// Clocks 4 and 5 of sad_pipe for inbound numbers: the whole number of a look-up, then where a number stands to the window.
module sad_place
  import sad_int_pkg::*;
#(
    parameter int WINDOW = 64
) (
    input  logic        clk_i,
    input  logic [5:4]  valid_i,     // a request is there
    // Clock 4: the request and the words that were read for it.
    input  req_kind_e   kind_i,
    input  logic [63:0] seq_i,       // look-up: low half only
    input  logic        esn_i,
    input  logic        strict_i,    // anti-replay is on
    input  logic [63:0] top_i,
    // Clock 6.
    output logic [63:0] seq_o,
    output logic [63:0] top_o,
    output logic        newer_o,     // right of top
    output logic        stale_o,     // left of the window
    output logic        jump_o,      // so far right that nothing of the window stays
    output logic        seq_zero_o   // look-up of number 0
);
  wire is_look = kind_i == REQ_LOOK;
  wire is_out  = kind_i == REQ_OUT;

  logic        below, newer, stale, jump, look_q, esn_q, below_q;
  logic [31:0] seq_hi;
  logic [63:0] seq_q, top_q;

  // verilator lint_off PINCONNECTEMPTY
  sad_replay #(
      .WINDOW(WINDOW)
  ) u_number (
      .top_i,
      .seq_lo_i    (seq_i[31:0]),
      .esn_i,
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

  // ------------------------------------------------------------------ clock 5
  always_ff @(posedge clk_i) begin
    if (valid_i[4]) look_q <= is_look;
    if (valid_i[4] && !is_out) begin
      esn_q   <= esn_i;
      top_q   <= top_i;
      below_q <= is_look && below && strict_i;
      seq_q   <= is_look ? {below && !strict_i ? 32'd0 : seq_hi, seq_i[31:0]} : seq_i;
    end
  end

  sad_replay #(
      .WINDOW(WINDOW)
  ) u_place (
      .top_i       (top_q),
      .seq_lo_i    ('0),
      .esn_i       (1'b0),
      .seq_hi_o    (),
      .below_o     (),
      .seq_i       (seq_q),
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

  // ------------------------------------------------------------------ clock 6
  logic        newer_q, stale_q, jump_q, zero_q;
  logic [63:0] seq6_q, top6_q;

  always_ff @(posedge clk_i) begin
    if (valid_i[5]) begin
      newer_q <= newer && !below_q;
      stale_q <= stale || below_q;
      jump_q  <= jump && !below_q;
      zero_q  <= look_q && (esn_q ? seq_q == '0 && !below_q : seq_q[31:0] == '0);
      seq6_q  <= seq_q;
      top6_q  <= top_q;
    end
  end

  assign seq_o      = seq6_q;
  assign top_o      = top6_q;
  assign newer_o    = newer_q;
  assign stale_o    = stale_q;
  assign jump_o     = jump_q;
  assign seq_zero_o = zero_q;
endmodule
