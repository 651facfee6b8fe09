// Joins the halves of staging words: the low half waits here, the high one stores both. Write only (G5): reads give nothing.
module mgmt_staging
  import sallyport_abi_pkg::*;
#(
    localparam int AddrWidth = $clog2(STAGING_SLOTS * SLOT_WORDS)
) (
    input  logic                 clk_i,
    input  logic                 rst_ni,
    input  logic                 req_i,
    input  logic                 write_i,
    input  logic                 high_i,     // which half
    input  logic [AddrWidth-1:0] addr_i,     // slot, word
    input  logic [31:0]          data_i,
    input  logic                 by_core_i,  // whose access it is
    output logic                 wr_ack_o,
    output logic                 rd_ack_o,
    // Staging bank.
    output logic                 wr_en_o,
    output logic [AddrWidth-1:0] wr_addr_o,
    output logic [63:0]          wr_data_o,
    input  logic                 wr_ready_i
);
  logic [1:0][31:0]     low_q;  // of the host and of the core, who may write at the same time
  logic [AddrWidth-1:0] addr_q;
  logic [63:0]          data_q;
  logic                 pending_q, ack_q, read_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      low_q     <= '0;
      addr_q    <= '0;
      data_q    <= '0;
      pending_q <= 1'b0;
      ack_q     <= 1'b0;
      read_q    <= 1'b0;
    end else begin
      ack_q  <= 1'b0;
      read_q <= req_i && !write_i;
      if (req_i && write_i) begin
        if (high_i) begin
          pending_q        <= 1'b1;
          addr_q           <= addr_i;
          data_q           <= {data_i, low_q[by_core_i]};
          low_q[by_core_i] <= '0;
        end else begin
          low_q[by_core_i] <= data_i;
          ack_q            <= 1'b1;
        end
      end else if (pending_q && wr_ready_i) begin
        // Key octets do not linger here.
        pending_q <= 1'b0;
        data_q    <= '0;
        ack_q     <= 1'b1;
      end
    end
  end

  assign wr_en_o   = pending_q;
  assign wr_addr_o = addr_q;
  assign wr_data_o = data_q;
  assign wr_ack_o  = ack_q;
  assign rd_ack_o  = read_q;
endmodule
