// The management core as a block of the accelerator: everything of it that has the core's own clock, and the crossings to the
// accelerator's clock.
//
//   accelerator's clock                         core's clock
//   host's accesses   == cdc_handshake ==>  HOST_CORE_REGS -> mcu_control,  HOST_MAILBOX, HOST_IMAGE -> mcu_loader -> memories
//   its registers     <== cdc_handshake ==  CORE_ACCEL_BASE -. mcu_system
//   events, alarm, watchdog  -- cdc_sync -->  interrupts     |
//   interrupt, state of the loader  <-- cdc_sync --          '- CORE_DEVICE_BASE -> mcu_control
//
// Both resets come together (cdc_handshake). idle_o: the core sleeps and nothing here waits for its clock, so that may stand still.
module mcu_core
  import reg_pkg::*;
  import sallyport_abi_pkg::*;
#(
    parameter int IMAGE_OCTETS = 65536,
    parameter int DATA_OCTETS  = 32768,
    parameter bit SIM          = 1'b0
) (
    // Accelerator's clock.
    input  logic     clk_i,
    input  logic     rst_ni,
    input  logic     host_valid_i,     // mgmt_regs.block
    output logic     host_ready_o,
    input  reg_req_t host_req_i,
    output logic     host_rsp_valid_o,
    output reg_rsp_t host_rsp_o,
    output logic     regs_valid_o,     // mgmt_regs.core
    input  logic     regs_ready_i,
    output reg_req_t regs_req_o,
    input  logic     regs_rsp_valid_i,
    input  reg_rsp_t regs_rsp_i,
    output logic     rules_o,
    output logic     runs_o,
    output logic     irq_o,
    input  logic     events_i,
    input  logic     alarm_i,
    input  logic     barks_i,
    output logic     idle_o,
    // The core's own clock.
    input  logic     core_clk_i,
    input  logic     core_rst_ni,
    input  logic     noise_i           // a noise source, of no clock
);
  localparam int FlipWidth = $clog2((IMAGE_OCTETS > DATA_OCTETS ? IMAGE_OCTETS : DATA_OCTETS) / 4);

  // ------------------------------------------------------------------ host's accesses
  logic     ask_valid, ask_ready, told_valid;
  reg_req_t ask;
  reg_rsp_t told;

  cdc_handshake #(
      .REQ_WIDTH($bits(reg_req_t)),
      .RSP_WIDTH($bits(reg_rsp_t))
  ) u_host (
      .src_clk_i      (clk_i),
      .src_rst_ni     (rst_ni),
      .src_valid_i    (host_valid_i),
      .src_ready_o    (host_ready_o),
      .src_req_i      (host_req_i),
      .src_rsp_valid_o(host_rsp_valid_o),
      .src_rsp_o      (host_rsp_o),
      .dst_clk_i      (core_clk_i),
      .dst_rst_ni     (core_rst_ni),
      .dst_valid_o    (ask_valid),
      .dst_ready_i    (ask_ready),
      .dst_req_o      (ask),
      .dst_rsp_valid_i(told_valid),
      .dst_rsp_i      (told)
  );

  // Which of the three it is, and where the host's address lies in the core's.
  logic     at_image, at_mailbox, at_regs;
  reg_req_t moved;
  logic     load_ready, load_told_valid, control_told_valid;
  reg_rsp_t load_told, control_told;

  always_comb begin
    at_image   = ask.addr >= HOST_IMAGE;
    at_mailbox = !at_image && ask.addr >= HOST_MAILBOX;
    at_regs    = !at_image && !at_mailbox;
    moved      = ask;
    moved.addr = at_image ? ask.addr - HOST_IMAGE + CORE_IMAGE_BASE : ask.addr - HOST_MAILBOX + CORE_DATA_BASE;
  end

  assign ask_ready  = at_regs || load_ready;
  assign told_valid = load_told_valid || control_told_valid;
  assign told       = load_told_valid ? load_told : control_told;

  // ------------------------------------------------------------------ interrupts and states
  logic        events, alarm, barks, noise, sleeping, double_fault, host_irq;
  logic [1:0]  bells, corrected, fatal;
  core_state_e state;
  core_check_e check;
  core_cause_e cause, restart_cause;
  logic        start, stop, restart, locked, core_rst_n, wipe, wiping;
  // Registers, because other clocks look at them.
  logic        rules_q, runs_q, irq_q, asleep_q;

  cdc_sync u_events (.clk_i(core_clk_i), .rst_ni(core_rst_ni), .d_i(events_i), .q_o(events));
  cdc_sync u_alarm  (.clk_i(core_clk_i), .rst_ni(core_rst_ni), .d_i(alarm_i), .q_o(alarm));
  cdc_sync u_barks  (.clk_i(core_clk_i), .rst_ni(core_rst_ni), .d_i(barks_i), .q_o(barks));
  cdc_sync u_noise  (.clk_i(core_clk_i), .rst_ni(core_rst_ni), .d_i(noise_i), .q_o(noise));

  always_ff @(posedge core_clk_i) begin
    if (!core_rst_ni) begin
      rules_q  <= 1'b0;
      runs_q   <= 1'b0;
      irq_q    <= 1'b0;
      asleep_q <= 1'b0;
    end else begin
      rules_q  <= state inside {CORE_STATE_CHECK, CORE_STATE_RUN};
      runs_q   <= state == CORE_STATE_RUN;
      irq_q    <= host_irq;
      asleep_q <= state inside {CORE_STATE_EMPTY, CORE_STATE_REFUSED} || (state == CORE_STATE_RUN && sleeping);
    end
  end

  cdc_sync u_rules (.clk_i, .rst_ni, .d_i(rules_q), .q_o(rules_o));
  cdc_sync u_runs  (.clk_i, .rst_ni, .d_i(runs_q), .q_o(runs_o));
  cdc_sync u_irq   (.clk_i, .rst_ni, .d_i(irq_q), .q_o(irq_o));

  // What came from this side in the last clocks may still be on its way over, and what it wakes on its way back: so all must have been
  // still for a while. Three clocks of the core and two of these, and one of each where a synchroniser takes its time; CalmClocks is
  // enough for a core clock of an eighth of this one.
  localparam int CalmClocks = 64;

  logic                          asleep;
  logic [2:0]                    lines_q;
  logic [$clog2(CalmClocks)-1:0] calm_q;

  wire [2:0] lines = {events_i, alarm_i, barks_i};
  wire       calm  = asleep && host_ready_o && !host_valid_i && lines == lines_q;

  cdc_sync u_asleep (.clk_i, .rst_ni, .d_i(asleep_q), .q_o(asleep));

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      lines_q <= '0;
      calm_q  <= '0;
    end else begin
      lines_q <= lines;
      calm_q  <= !calm ? '0 : calm_q == '1 ? calm_q : calm_q + 1'b1;
    end
  end

  assign idle_o = calm && calm_q == '1;

  // ------------------------------------------------------------------ core
  logic     dev_valid, dev_ready, dev_told_valid, far_ready, far_told_valid, near_told_valid;
  reg_req_t dev, far;
  reg_rsp_t dev_told, far_told, near_told;
  logic     load_valid, mem_ready, load_rsp_valid;
  reg_req_t load_req;
  reg_rsp_t load_rsp;

  wire dev_near = !dev.addr[28];  // CORE_DEVICE_BASE, not CORE_ACCEL_BASE

  mcu_system #(
      .IMAGE_OCTETS(IMAGE_OCTETS),
      .DATA_OCTETS (DATA_OCTETS),
      .SIM         (SIM)
  ) u_system (
      .clk_i           (core_clk_i),
      .rst_ni          (core_rst_ni),
      .core_rst_ni     (core_rst_n),
      .locked_i        (locked),
      .wipe_i          (wipe),
      .wiping_o        (wiping),
      .load_valid_i    (load_valid),
      .load_ready_o    (mem_ready),
      .load_req_i      (load_req),
      .load_rsp_valid_o(load_rsp_valid),
      .load_rsp_o      (load_rsp),
      .dev_valid_o     (dev_valid),
      .dev_ready_i     (dev_ready),
      .dev_req_o       (dev),
      .dev_rsp_valid_i (dev_told_valid),
      .dev_rsp_i       (dev_told),
      .irq_timer_i     (alarm),
      .irq_external_i  (events),
      .irq_fast_i      ({13'd0, bells}),
      .sleeping_o      (sleeping),
      .double_fault_o  (double_fault),
      .corrected_o     (corrected),
      .fatal_o         (fatal),
      .flip_en_i       ('0),
      .flip_addr_i     ({FlipWidth{1'b0}}),
      .flip_mask_i     ('0)
  );

  mcu_loader #(
      .IMAGE_OCTETS(IMAGE_OCTETS),
      .DATA_OCTETS (DATA_OCTETS)
  ) u_loader (
      .clk_i           (core_clk_i),
      .rst_ni          (core_rst_ni),
      .start_i         (start),
      .stop_i          (stop),
      .restart_i       (restart),
      .restart_cause_i (restart_cause),
      .state_o         (state),
      .check_o         (check),
      .cause_o         (cause),
      .host_valid_i    (ask_valid && !at_regs),
      .host_ready_o    (load_ready),
      .host_req_i      (moved),
      .host_rsp_valid_o(load_told_valid),
      .host_rsp_o      (load_told),
      .load_valid_o    (load_valid),
      .load_ready_i    (mem_ready),
      .load_req_o      (load_req),
      .load_rsp_valid_i(load_rsp_valid),
      .load_rsp_i      (load_rsp),
      .locked_o        (locked),
      .core_rst_no     (core_rst_n),
      .wipe_o          (wipe),
      .wiping_i        (wiping)
  );

  mcu_control #(
      .IMAGE_OCTETS(IMAGE_OCTETS),
      .DATA_OCTETS (DATA_OCTETS)
  ) u_control (
      .clk_i           (core_clk_i),
      .rst_ni          (core_rst_ni),
      .host_valid_i    (ask_valid && at_regs),
      .host_req_i      (ask),
      .host_rsp_valid_o(control_told_valid),
      .host_rsp_o      (control_told),
      .host_irq_o      (host_irq),
      .dev_valid_i     (dev_valid && dev_near),
      .dev_req_i       (dev),
      .dev_rsp_valid_o (near_told_valid),
      .dev_rsp_o       (near_told),
      .irq_o           (bells),
      .start_o         (start),
      .stop_o          (stop),
      .restart_o       (restart),
      .restart_cause_o (restart_cause),
      .state_i         (state),
      .check_i         (check),
      .cause_i         (cause),
      .asleep_i        (sleeping),
      .double_fault_i  (double_fault),
      .barks_i         (barks),
      .corrected_i     (corrected != '0),
      .fatal_i         (fatal != '0),
      .noise_i         (noise)
  );

  // ------------------------------------------------------------------ core's accesses to the accelerator
  assign dev_ready      = dev_near || far_ready;
  assign dev_told_valid = near_told_valid || far_told_valid;
  assign dev_told       = near_told_valid ? near_told : far_told;

  always_comb begin
    far      = dev;
    far.addr = {4'd0, dev.addr[27:0]};
  end

  cdc_handshake #(
      .REQ_WIDTH($bits(reg_req_t)),
      .RSP_WIDTH($bits(reg_rsp_t))
  ) u_regs (
      .src_clk_i      (core_clk_i),
      .src_rst_ni     (core_rst_ni),
      .src_valid_i    (dev_valid && !dev_near),
      .src_ready_o    (far_ready),
      .src_req_i      (far),
      .src_rsp_valid_o(far_told_valid),
      .src_rsp_o      (far_told),
      .dst_clk_i      (clk_i),
      .dst_rst_ni     (rst_ni),
      .dst_valid_o    (regs_valid_o),
      .dst_ready_i    (regs_ready_i),
      .dst_req_o      (regs_req_o),
      .dst_rsp_valid_i(regs_rsp_valid_i),
      .dst_rsp_i      (regs_rsp_i)
  );
endmodule
