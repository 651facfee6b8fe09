// mcu_system with ports that a test program can take hold of one by one.
module mcu_bench
  import reg_pkg::*;
(
    input  logic        clk_i,
    input  logic        rst_ni,
    input  logic        core_rst_ni,
    input  logic        load_valid_i,
    output logic        load_ready_o,
    input  logic        load_write_i,
    input  logic [3:0]  load_be_i,
    input  logic [31:0] load_addr_i,
    input  logic [31:0] load_wdata_i,
    output logic        load_rsp_valid_o,
    output logic        load_rsp_err_o,
    output logic [31:0] load_rsp_rdata_o,
    output logic        dev_valid_o,
    input  logic        dev_ready_i,
    output logic        dev_write_o,
    output logic [31:0] dev_addr_o,
    output logic [31:0] dev_wdata_o,
    input  logic        dev_rsp_valid_i,
    input  logic        dev_rsp_err_i,
    input  logic [31:0] dev_rsp_rdata_i,
    input  logic        locked_i,
    input  logic        wipe_i,
    output logic        wiping_o,
    output logic        corrected_o,
    output logic        fatal_o,
    input  logic        flip_image_i,
    input  logic        flip_data_i,
    input  logic [12:0] flip_addr_i,
    input  logic [38:0] flip_mask_i,
    input  logic        irq_timer_i,
    input  logic        irq_external_i,
    output logic        sleeping_o,
    output logic        double_fault_o
);
  logic [1:0] corrected, fatal;
  reg_req_t   dev_req;
  reg_rsp_t   load_rsp;

  assign dev_write_o      = dev_req.write;
  assign dev_addr_o       = dev_req.addr;
  assign dev_wdata_o      = dev_req.wdata;
  assign load_rsp_err_o   = load_rsp.err;
  assign load_rsp_rdata_o = load_rsp.rdata;
  assign corrected_o      = corrected != '0;
  assign fatal_o          = fatal != '0;

  mcu_system #(
      .SIM(1'b1)
  ) dut (
      .clk_i,
      .rst_ni,
      .core_rst_ni,
      .locked_i,
      .wipe_i,
      .wiping_o,
      .load_valid_i,
      .load_ready_o,
      .load_req_i      ('{write: load_write_i, be: load_be_i, addr: load_addr_i, wdata: load_wdata_i}),
      .load_rsp_valid_o,
      .load_rsp_o      (load_rsp),
      .dev_valid_o,
      .dev_ready_i,
      .dev_req_o       (dev_req),
      .dev_rsp_valid_i,
      .dev_rsp_i       ('{err: dev_rsp_err_i, rdata: dev_rsp_rdata_i}),
      .irq_timer_i,
      .irq_external_i,
      .irq_fast_i      ('0),
      .sleeping_o,
      .double_fault_o,
      .corrected_o     (corrected),
      .fatal_o         (fatal),
      .flip_en_i       ({flip_data_i, flip_image_i}),
      .flip_addr_i,
      .flip_mask_i
  );
endmodule
