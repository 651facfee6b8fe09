// Watches a valid/ready stream in simulation: what is on offer stays, unchanged, until it is taken, and after reset nothing is
// on offer for a clock. Holds nothing and gives nothing; synthesis drops it.
module stream_check #(
    parameter int WIDTH = 1
) (
    input logic             clk_i,
    input logic             rst_ni,
    input logic             valid_i,
    input logic             ready_i,
    input logic [WIDTH-1:0] data_i
);
`ifndef SYNTHESIS
  logic             waiting_q;
  logic [WIDTH-1:0] data_q;

  always_ff @(posedge clk_i) begin
    waiting_q <= rst_ni && valid_i && !ready_i;
    if (valid_i && !ready_i) data_q <= data_i;
    if (rst_ni && waiting_q) begin
      assert (valid_i) else $error("stream_check: an offer was withdrawn");
      assert (data_i == data_q) else $error("stream_check: an offer changed");
    end
  end
`else
  wire unused = &{1'b0, clk_i, rst_ni, valid_i, ready_i, data_i};
`endif
endmodule
