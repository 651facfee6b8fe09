// Sequence numbers of outbound packets (G2), pure. The number used last is all there is to know: a packet takes the one after it, and
// the entry keeps that as the number used last in the same step in which the packet is admitted.
//
// Without ESN numbers have 32 bits, with ESN 64 (RFC 4303 3.3.3). The last one is used; nothing comes after it.
module sad_sequence (
    input  logic        esn_i,
    input  logic [63:0] used_i,   // used last; 0: none yet
    output logic [63:0] next_o,   // this packet's, unless spent_o
    output logic        spent_o,  // no number is left
    output logic        last_o    // next_o is the last one
);
  localparam logic [63:0] LastShort = 64'h0000_0000_FFFF_FFFF;
  localparam logic [63:0] LastLong  = 64'hFFFF_FFFF_FFFF_FFFF;

  assign next_o  = used_i + 64'd1;
  assign spent_o = esn_i ? used_i == LastLong : used_i >= LastShort;
  // The number before the last one was used: no adder in this path.
  assign last_o  = esn_i ? used_i == LastLong - 64'd1 : used_i == LastShort - 64'd1;
endmodule
