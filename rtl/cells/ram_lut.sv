// Small memory in LUT RAM: one write port, one read port without a clock.
//
//             ____      ____      ____
//   clk   ___|    |____|    |____|    |____
//   wr_en ___/'''''''''\___________________     wr_addr, wr_data taken at the first edge
//   rd_data ===old======X=== wr_data =======    when rd_addr is that address
//
// Contents are unknown after power-up and reset does not change them.
module ram_lut #(
    parameter int WIDTH = 32,
    parameter int DEPTH = 16,
    localparam int AddrWidth = DEPTH > 1 ? $clog2(DEPTH) : 1
) (
    input  logic                 clk_i,
    input  logic                 wr_en_i,
    input  logic [AddrWidth-1:0] wr_addr_i,
    input  logic [WIDTH-1:0]     wr_data_i,
    input  logic [AddrWidth-1:0] rd_addr_i,
    output logic [WIDTH-1:0]     rd_data_o
);
  (* ram_style = "distributed" *) logic [WIDTH-1:0] mem[DEPTH];

  always_ff @(posedge clk_i) begin
    if (wr_en_i) mem[wr_addr_i] <= wr_data_i;
  end
  assign rd_data_o = mem[rd_addr_i];
endmodule
