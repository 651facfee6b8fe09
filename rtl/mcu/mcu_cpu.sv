// The management core: Ibex (RV32IMC, machine mode, from the package pythondata-cpu-ibex) with its register file in LUT RAM. Any core with
// two OBI ports can take its place; nothing else of this room knows what it is.
//
// Its clock stands still while it sleeps (wfi): clock_gate, as in ibex_top, which is not used because Yosys' slang front end refuses it.
// The clock of everything around it goes on.
module mcu_cpu
  import reg_pkg::*;
(
    input  logic        clk_i,
    input  logic        rst_ni,
    input  logic [31:0] boot_addr_i,     // a multiple of 256; reset is at + 128, interrupt n at + 4 n until mtvec is written
    output logic        fetch_valid_o,
    input  logic        fetch_ready_i,
    output reg_req_t    fetch_req_o,
    input  logic        fetch_rsp_valid_i,
    input  reg_rsp_t    fetch_rsp_i,
    output logic        data_valid_o,
    input  logic        data_ready_i,
    output reg_req_t    data_req_o,
    input  logic        data_rsp_valid_i,
    input  reg_rsp_t    data_rsp_i,
    input  logic        irq_timer_i,
    input  logic        irq_external_i,
    input  logic [14:0] irq_fast_i,
    output logic        sleeping_o,
    output logic        double_fault_o   // an exception inside the handler of one: nothing sensible runs any more
);
  import ibex_pkg::*;

  ibex_mubi_t  busy;
  logic        busy_q, pending, clock_en, core_clk, core_rst_nq;
  logic [4:0]  rs1, rs2, rd;
  logic        rd_write;
  logic [31:0] rs1_data, rs2_data, rd_data;

  // The core must see one clock with its reset gone before it can say that it is busy.
  always_ff @(posedge clk_i) begin
    if (!rst_ni) busy_q <= 1'b1;
    else busy_q <= busy != IbexMuBiOff;
  end

  // Ibex' registers are reset asynchronously; this one gives them the reset of everything else.
  always_ff @(posedge clk_i) core_rst_nq <= rst_ni;

  assign clock_en   = !core_rst_nq || busy_q || pending;
  assign sleeping_o = !clock_en;

  clock_gate u_gate (
      .clk_i,
      .en_i (clock_en),
      .clk_o(core_clk)
  );

  // The name is used by Ibex itself.
  ibex_core #(
      .RV32M          (RV32MFast),
      // A third stage and an adder for branches: a fifth fewer clocks for the firmware (decision 12).
      .WritebackStage (1'b1),
      .BranchTargetALU(1'b1),
      .MHPMCounterNum (0)
  ) u_ibex_core (
      .clk_i                 (core_clk),
      .rst_ni                (core_rst_nq),
      .hart_id_i             (32'd0),
      .boot_addr_i,
      .instr_req_o           (fetch_valid_o),
      .instr_gnt_i           (fetch_ready_i),
      .instr_rvalid_i        (fetch_rsp_valid_i),
      .instr_addr_o          (fetch_req_o.addr),
      .instr_rdata_i         (fetch_rsp_i.rdata),
      .instr_err_i           (fetch_rsp_i.err),
      .data_req_o            (data_valid_o),
      .data_gnt_i            (data_ready_i),
      .data_rvalid_i         (data_rsp_valid_i),
      .data_we_o             (data_req_o.write),
      .data_be_o             (data_req_o.be),
      .data_addr_o           (data_req_o.addr),
      .data_wdata_o          (data_req_o.wdata),
      .data_rdata_i          (data_rsp_i.rdata),
      .data_err_i            (data_rsp_i.err),
      .dummy_instr_id_o      (),
      .dummy_instr_wb_o      (),
      .rf_raddr_a_o          (rs1),
      .rf_raddr_b_o          (rs2),
      .rf_waddr_wb_o         (rd),
      .rf_we_wb_o            (rd_write),
      .rf_wdata_wb_ecc_o     (rd_data),
      .rf_rdata_a_ecc_i      (rs1_data),
      .rf_rdata_b_ecc_i      (rs2_data),
      // No instruction cache.
      .ic_tag_req_o          (),
      .ic_tag_write_o        (),
      .ic_tag_addr_o         (),
      .ic_tag_wdata_o        (),
      .ic_tag_rdata_i        ('{default: '0}),
      .ic_data_req_o         (),
      .ic_data_write_o       (),
      .ic_data_addr_o        (),
      .ic_data_wdata_o       (),
      .ic_data_rdata_i       ('{default: '0}),
      .ic_scr_key_valid_i    (1'b1),
      .ic_scr_key_req_o      (),
      .irq_software_i        (1'b0),
      .irq_timer_i,
      .irq_external_i,
      .irq_fast_i,
      .irq_nm_i              (1'b0),
      .irq_pending_o         (pending),
      .debug_req_i           (1'b0),
      .crash_dump_o          (),
      .double_fault_seen_o   (double_fault_o),
      .fetch_enable_i        (IbexMuBiOn),
      .alert_minor_o         (),
      .alert_major_internal_o(),
      .alert_major_bus_o     (),
      .core_busy_o           (busy)
  );

  ibex_register_file_fpga u_registers (
      .clk_i           (core_clk),
      .rst_ni          (core_rst_nq),
      .test_en_i       (1'b0),
      .dummy_instr_id_i(1'b0),
      .dummy_instr_wb_i(1'b0),
      .raddr_a_i       (rs1),
      .rdata_a_o       (rs1_data),
      .raddr_b_i       (rs2),
      .rdata_b_o       (rs2_data),
      .waddr_a_i       (rd),
      .wdata_a_i       (rd_data),
      .we_a_i          (rd_write),
      .err_o           ()
  );

  assign fetch_req_o.write = 1'b0;
  assign fetch_req_o.be    = 4'hF;
  assign fetch_req_o.wdata = '0;
endmodule
