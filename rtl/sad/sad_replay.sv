// The replay window (RFC 4303 3.4.3, appendix A2), pure. Its size is exactly WINDOW: of all numbers up to `top`, those with
// seq + WINDOW > top can still be accepted, each once.
//
// The window is a ring of WINDOW bits: bit (seq mod WINDOW) tells whether seq was accepted, for the one seq of that
// remainder in (top - WINDOW, top]. When top moves to seq, the bits of top+1 .. seq-1 are cleared and the bit of seq is set;
// nothing is shifted. In words of 64 bit, with `first` the word of top+1 and `home` the word of seq:
//
//      first            words between            home
//   ....xxxxxxxx     xxxxxxxx xxxxxxxx ..     xxxxxS...       x cleared, S set, . kept
//
// so a move writes WINDOW/64 words at most. If first and home are one word and seq stands left of top+1 in it (`round`),
// the move goes once round the ring: all other words are cleared too. A move of WINDOW or more clears everything (`jump`).
module sad_replay #(
    parameter int WINDOW = 64,
    localparam int Bits = $clog2(WINDOW)
) (
    input  logic [63:0] top_i,
    // Reconstruction of the upper half (look-up).
    input  logic [31:0] seq_lo_i,
    input  logic        esn_i,
    output logic [31:0] seq_hi_o,
    output logic        below_o,   // would be below number 0: left of the window
    // Where the number stands.
    input  logic [63:0] seq_i,
    output logic        newer_o,   // right of top
    output logic        stale_o,   // left of the window
    output logic        jump_o,
    // The words.
    output logic [3:0]  home_o,
    output logic [3:0]  first_o,
    output logic        same_o,
    output logic        round_o,
    input  logic [63:0] word_i,    // home, or first for first_word_o
    input  logic        moved_i,   // newer_o, kept
    input  logic        jumped_i,  // jump_o, kept
    output logic        seen_o,    // bit of seq is set
    output logic [63:0] home_word_o,
    output logic [63:0] first_word_o
);
  // ------------------------------------------------------------------ A2
  wire [31:0] top_lo = top_i[31:0];
  wire [31:0] top_hi = top_i[63:32];
  wire [31:0] bottom = top_lo - 32'(WINDOW - 1);  // mod 2^32
  wire        case_a = top_lo >= 32'(WINDOW - 1); // the window lies in one subspace of the low half
  wire        right  = seq_lo_i >= bottom;

  always_comb begin
    seq_hi_o = '0;
    below_o  = 1'b0;
    if (esn_i) begin
      if (case_a) seq_hi_o = right ? top_hi : top_hi + 32'd1;
      else if (!right) seq_hi_o = top_hi;
      else begin
        seq_hi_o = top_hi - 32'd1;
        below_o  = top_hi == '0;
      end
    end
  end

  // ------------------------------------------------------------------ place
  wire [64:0] ahead = {1'b0, seq_i} - {1'b0, top_i};  // negative (bit 64): seq < top
  wire [63:0] back  = ~ahead[63:0];                   // top - seq - 1, when negative

  assign newer_o = !ahead[64] && ahead[63:0] != '0;
  assign jump_o  = newer_o && ahead[63:Bits] != '0;
  assign stale_o = ahead[64] && (back[63:Bits] != '0 || (&back[Bits-1:0]));

  // ------------------------------------------------------------------ words
  wire [5:0] top_bit = top_i[5:0];  // the bit in front of top+1, so that masks need not wait for a sum
  wire       full    = &top_bit;    // top+1 is bit 0 of the next word
  wire [5:0] to      = seq_i[5:0];

  if (WINDOW > 64) begin : gen_words
    assign home_o  = 4'(seq_i[Bits-1:6]);
    wire [Bits-7:0] first = top_i[Bits-1:6] + (Bits - 6)'(full);
    assign first_o = 4'(first);
  end else begin : gen_word
    assign home_o  = '0;
    assign first_o = '0;
  end
  assign same_o  = home_o == first_o;
  assign round_o = same_o && !full && to <= top_bit;

  logic [63:0] from_on, up_to, here, cleared;

  sad_masks u_masks (
      .top_i    (top_bit),
      .to_i     (to),
      .from_on_o(from_on),
      .up_to_o  (up_to),
      .here_o   (here)
  );

  always_comb begin
    if (!moved_i) cleared = '0;
    else if (jumped_i) cleared = '1;
    else if (!same_o) cleared = up_to;
    else if (round_o) cleared = from_on | up_to;
    else cleared = from_on & up_to;
  end

  assign seen_o       = |(word_i & here);
  assign home_word_o  = (word_i & ~cleared) | here;
  assign first_word_o = word_i & ~from_on;
endmodule
