// Queue of a few records in registers, the front one in place 0. A place that is not in use is zero (G5).
module lane_shift #(
    parameter int WIDTH = 32,
    parameter int DEPTH = 4
) (
    input  logic             clk_i,
    input  logic             rst_ni,
    input  logic             push_i,   // there is room: its user counts
    input  logic [WIDTH-1:0] data_i,
    output logic             valid_o,
    input  logic             pop_i,    // only while valid
    output logic [WIDTH-1:0] data_o
);
  logic [DEPTH-1:0] used_q;                           // 1s from the bottom
  wire  [DEPTH-1:0] stay  = pop_i ? used_q >> 1 : used_q;
  wire  [DEPTH-1:0] below = {stay[DEPTH-2:0], 1'b1};  // the place below is in use
  wire  [DEPTH-1:0] put   = push_i ? below & ~stay : '0;

  assign valid_o = used_q[0];
  assign data_o  = gen_place[0].data_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) used_q <= '0;
    else if (push_i || pop_i) used_q <= push_i ? below : stay;
  end

  for (genvar k = 0; k < DEPTH; k++) begin : gen_place
    logic [WIDTH-1:0] data_q, above;

    if (k + 1 < DEPTH) begin : gen_above
      assign above = gen_place[k+1].data_q;
    end else begin : gen_top
      assign above = '0;
    end

    always_ff @(posedge clk_i) begin
      if (!rst_ni) data_q <= '0;
      else if (put[k]) data_q <= data_i;
      else if (pop_i) data_q <= above;
    end

`ifndef SYNTHESIS
    logic popped_q;
    always_ff @(posedge clk_i) begin
      popped_q <= pop_i;
      if (popped_q) a_g5_zero: assert (used_q[k] || data_q == '0);
    end
`endif
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni && push_i && !pop_i) a_room: assert (!used_q[DEPTH-1]);
    if (rst_ni && pop_i) a_pop: assert (used_q[0]);
  end
`endif
endmodule
