// A count and its limits: adds to a count, then compares the sum with LIMITS limits at once, as they come from the memory.
// The sum has 65 bits, so a count near 2^64 does not wrap past its limit (G1).
module sad_limits #(
    parameter int LIMITS = 1
) (
    input  logic                    clk_i,
    input  logic                    load_i,   // sum := count + add, from the next clock on
    input  logic [63:0]             count_i,
    input  logic [15:0]             add_i,
    output logic [64:0]             sum_o,
    input  logic [LIMITS-1:0][63:0] limit_i,
    output logic [LIMITS-1:0]       above_o,  // sum > limit
    output logic [LIMITS-1:0]       equal_o   // sum = limit
);
  logic [64:0] sum_q;

  always_ff @(posedge clk_i) begin
    if (load_i) sum_q <= {1'b0, count_i} + 65'(add_i);
  end

  assign sum_o = sum_q;

  for (genvar i = 0; i < LIMITS; i++) begin : gen_limit
    assign above_o[i] = sum_q > {1'b0, limit_i[i]};
    assign equal_o[i] = sum_q == {1'b0, limit_i[i]};
  end
endmodule
