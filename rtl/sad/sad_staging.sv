// Staging bank: where the host writes SA images with their keys (G5). The host's side is write only; words leave only
// towards the table. Words that no image uses are kept too, so that a slot can be zeroed without a map of it.
module sad_staging
  import sallyport_abi_pkg::*;
#(
    localparam int Words    = STAGING_SLOTS * SLOT_WORDS,
    localparam int AddrBits = $clog2(Words)
) (
    input  logic                clk_i,
    // Host.
    input  logic                wr_en_i,
    input  logic [AddrBits-1:0] wr_addr_i,
    input  logic [63:0]         wr_data_i,
    output logic                wr_ready_o,
    // Table. While lock_i the host waits.
    input  logic                lock_i,
    input  logic                zero_en_i,
    input  logic [AddrBits-1:0] zero_addr_i,
    input  logic                rd_en_i,
    input  logic [AddrBits-1:0] rd_addr_i,
    output logic [63:0]         rd_data_o    // the clock after
);
  assign wr_ready_o = !lock_i;

  ram_1r1w #(
      .WIDTH(64),
      .DEPTH(Words)
  ) u_ram (
      .clk_i,
      .wr_en_i  (zero_en_i || (wr_en_i && wr_ready_o)),
      .wr_addr_i(zero_en_i ? zero_addr_i : wr_addr_i),
      .wr_data_i(zero_en_i ? '0 : wr_data_i),
      .rd_en_i,
      .rd_addr_i,
      .rd_data_o
  );
endmodule
