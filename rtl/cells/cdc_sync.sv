// A level of another clock, two registers later. One bit: several would not arrive together.
module cdc_sync #(
    parameter bit RESET = 1'b0
) (
    input  logic clk_i,
    input  logic rst_ni,
    input  logic d_i,   // from a register of the other clock
    output logic q_o
);
  (* async_reg = "true", keep *) logic first_q, second_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) {second_q, first_q} <= {2{RESET}};
    else {second_q, first_q} <= {first_q, d_i};
  end

  assign q_o = second_q;
endmodule
