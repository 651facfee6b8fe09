// gcm_core and the engines it asks, for tests. Another client of the pool asks without end while noise_i is high, as the other
// direction of a packet path would.
module gcm_with_pool
  import gcm_pkg::*;
#(
    parameter int ENGINES     = 2,
    parameter int GHASH_DIGIT = 16,
    parameter bit SBOX_RAM    = 1'b0
) (
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         cmd_valid_i,
    output logic         cmd_ready_o,
    input  gcm_cmd_t     cmd_i,
    input  logic [ 15:0] cmd_blocks_i,
    input  logic         in_valid_i,
    output logic         in_ready_o,
    input  logic [127:0] in_data_i,
    input  logic [  4:0] in_bytes_i,
    input  logic         in_last_i,
    output logic         out_valid_o,
    input  logic         out_ready_i,
    output logic [127:0] out_data_o,
    output logic [  4:0] out_bytes_o,
    output logic         out_last_o,
    output logic         tag_valid_o,
    input  logic         tag_ready_i,
    output logic [127:0] tag_o,
    output logic         busy_o,
    output logic         pool_busy_o,
    input  logic         noise_i,
    input  logic         noise256_i,
    output logic         noise_taken_o
);
  logic         req_valid, req_ready, req_key256, rsp_valid, rsp_ready;
  logic [255:0] req_key;
  logic [127:0] req_block, rsp_block, noise_block;
  logic         noise_rsp;

  gcm_core #(
      .GHASH_DIGIT(GHASH_DIGIT)
  ) u_gcm (
      .clk_i,
      .rst_ni,
      .cmd_valid_i,
      .cmd_ready_o,
      .cmd_i,
      .cmd_blocks_i,
      .in_valid_i,
      .in_ready_o,
      .in_data_i,
      .in_bytes_i,
      .in_last_i,
      .out_valid_o,
      .out_ready_i,
      .out_data_o,
      .out_bytes_o,
      .out_last_o,
      .tag_valid_o,
      .tag_ready_i,
      .tag_o,
      .busy_o,
      .aes_req_valid_o (req_valid),
      .aes_req_ready_i (req_ready),
      .aes_req_key256_o(req_key256),
      .aes_req_key_o   (req_key),
      .aes_req_block_o (req_block),
      .aes_rsp_valid_i (rsp_valid),
      .aes_rsp_ready_o (rsp_ready),
      .aes_rsp_block_i (rsp_block)
  );

  aes_pool #(
      .ENGINES (ENGINES),
      .CLIENTS (2),
      .SBOX_RAM(SBOX_RAM)
  ) u_pool (
      .clk_i,
      .rst_ni,
      .req_valid_i ({noise_i, req_valid}),
      .req_ready_o ({noise_taken_o, req_ready}),
      .req_key256_i({noise256_i, req_key256}),
      .req_key_i   ({{8{32'h6E6F6973}}, req_key}),
      .req_block_i ({128'd0, req_block}),
      .rsp_valid_o ({noise_rsp, rsp_valid}),
      .rsp_ready_i ({1'b1, rsp_ready}),
      .rsp_block_o ({noise_block, rsp_block}),
      .busy_o      (pool_busy_o)
  );

  wire unused = &{1'b0, noise_rsp, noise_block};
endmodule
