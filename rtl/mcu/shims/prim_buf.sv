// Ibex asks for this cell of OpenTitan's library by name: a buffer that synthesis must not remove. Nothing here depends on that.
module prim_buf #(
    parameter int Width = 1
) (
    input  logic [Width-1:0] in_i,
    output logic [Width-1:0] out_o
);
  assign out_o = in_i;
endmodule
