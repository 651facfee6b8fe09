// Masks over a word of the replay window (sad_replay), pure: the bits right of top's, those up to a number's, the number's own.
//
// A module of its own, so that synthesis for 7-series can map it by itself: each bit is a function of six, so one level; among the rest it
// became a chain of six, because that is smaller.
module sad_masks (
    input  logic [5:0]  top_i,
    input  logic [5:0]  to_i,
    output logic [63:0] from_on_o,  // top + 1 and on; all when top is the last bit: top + 1 is the first of the next word
    output logic [63:0] up_to_o,    // to and before
    output logic [63:0] here_o      // to
);
  assign from_on_o = &top_i ? 64'hFFFF_FFFF_FFFF_FFFF : 64'hFFFF_FFFF_FFFF_FFFE << top_i;
  assign up_to_o   = 64'hFFFF_FFFF_FFFF_FFFF >> (6'd63 - to_i);
  assign here_o    = 64'd1 << to_i;
endmodule
