// A clock that stands still: clk_o has the pulses of clk_i before which en_i was high. en_i comes from registers of clk_i.
//
//   clk_i   __/''\__/''\__/''\__/''\__
//   en_i    ''''''''\_____/'''''''''''
//   clk_o   __/''\________/''\__/''\__
//
// Simulation stops the clock, and does nothing for what hangs at it. Synthesis lets it run, which changes nothing but power for a user
// that does the same when its clock goes on; a board or an ASIC puts its own cell here.
module clock_gate (
    input  logic clk_i,
    input  logic en_i,
    output logic clk_o
);
`ifdef SYNTHESIS
  assign clk_o = clk_i;
  wire unused = en_i;
`else
  logic en_q;
  always_latch if (!clk_i) en_q = en_i;
  assign clk_o = clk_i && en_q;
`endif
endmodule
