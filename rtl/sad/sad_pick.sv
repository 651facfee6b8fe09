// A bit of a word of the replay window (sad_window), pure.
//
// A module of its own for the same reason as sad_masks: by itself it is two levels on 7-series, among the rest it became a chain of five.
module sad_pick (
    input  logic [63:0] word_i,
    input  logic [5:0]  at_i,
    output logic        bit_o
);
  assign bit_o = word_i[at_i];
endmodule
