// Memory with one write port and one synchronous read port. Every memory of the design is one of these, so that a board or
// an ASIC can put its own macro here.
//
//             ____      ____      ____
//   clk   ___|    |____|    |____|    |____
//   rd_en ___/'''''''''\___________________     rd_addr taken at the first edge
//   rd_data _____________X== mem[rd_addr] ===    held until the next rd_en
//
// Reading and writing one address in one clock gives no defined data: the user avoids it or does not look. Synthesis is told
// so (no_rw_check), which spares the collision logic; simulation gives the complement of the written word, so that a user who
// does look is found out.
//
// More than 1 kbit goes into block RAM, less into LUT RAM. Contents are unknown after power-up and reset does not change them.
module ram_1r1w #(
    parameter int WIDTH = 32,
    parameter int DEPTH = 512,
    localparam int AddrWidth = DEPTH > 1 ? $clog2(DEPTH) : 1
) (
    input  logic                 clk_i,
    input  logic                 wr_en_i,
    input  logic [AddrWidth-1:0] wr_addr_i,
    input  logic [WIDTH-1:0]     wr_data_i,
    input  logic                 rd_en_i,
    input  logic [AddrWidth-1:0] rd_addr_i,
    output logic [WIDTH-1:0]     rd_data_o
);
  logic [WIDTH-1:0] rd_data_q;
  assign rd_data_o = rd_data_q;

  if (WIDTH * DEPTH > 1024) begin : gen_block
    (* ram_style = "block", no_rw_check *) logic [WIDTH-1:0] mem[DEPTH];

    always_ff @(posedge clk_i) begin
      if (wr_en_i) mem[wr_addr_i] <= wr_data_i;
    end
    always_ff @(posedge clk_i) begin
      if (rd_en_i) begin
        rd_data_q <= mem[rd_addr_i];
`ifndef SYNTHESIS
        if (wr_en_i && wr_addr_i == rd_addr_i) rd_data_q <= ~wr_data_i;
`endif
      end
    end
  end else begin : gen_lut
    (* ram_style = "distributed", no_rw_check *) logic [WIDTH-1:0] mem[DEPTH];

    always_ff @(posedge clk_i) begin
      if (wr_en_i) mem[wr_addr_i] <= wr_data_i;
    end
    always_ff @(posedge clk_i) begin
      if (rd_en_i) begin
        rd_data_q <= mem[rd_addr_i];
`ifndef SYNTHESIS
        if (wr_en_i && wr_addr_i == rd_addr_i) rd_data_q <= ~wr_data_i;
`endif
      end
    end
  end
endmodule
