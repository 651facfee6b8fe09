// Management side of the accelerator: the generated register block, and what stands between it and the SA table:
//
//   AXI4-Lite -> axil_port --.               ,- CMD_GO guard ----> cmd_* (one command at a time, started by the next number only)
//                        reg_switch -> sallyport_regs - EV_TAIL guard ---> ev_tail_o (moves forward only)
//   management core ---------'   |           +- mgmt_staging ----> stg_* (two halves make one 64-bit word; write only, G5)
//   management core's block <----'           +- ring reader <----- ring_* (read only)
//                                            +- mgmt_timer ------> alarm and watchdog of the management core
//                                            `- test_* ----------> the loopback (self_test)
module mgmt_regs
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import reg_pkg::*;
  import self_test_pkg::*;
#(
    parameter int NUM_SAS    = 64,
    parameter int WINDOW     = 64,
    parameter int LANES      = 1,
    parameter int PROFILE    = 0,
    parameter int ENGINES    = 0,
    parameter int RING_DEPTH = 256,
    parameter int MAX_PACKET = 10240,
    parameter bit SIM        = 1'b1,
    parameter bit CORE       = 1'b0    // there is a management core
) (
    input  logic        clk_i,
    input  logic        rst_ni,
    // AXI4-Lite
    input  logic        s_axil_awvalid,
    output logic        s_axil_awready,
    input  logic [16:0] s_axil_awaddr,
    input  logic        s_axil_wvalid,
    output logic        s_axil_wready,
    input  logic [31:0] s_axil_wdata,
    input  logic [3:0]  s_axil_wstrb,
    output logic        s_axil_bvalid,
    input  logic        s_axil_bready,
    output logic [1:0]  s_axil_bresp,
    input  logic        s_axil_arvalid,
    output logic        s_axil_arready,
    input  logic [16:0] s_axil_araddr,
    output logic        s_axil_rvalid,
    input  logic        s_axil_rready,
    output logic [31:0] s_axil_rdata,
    output logic [1:0]  s_axil_rresp,
    // Management core: its accesses to the registers here, and the host's to it
    input  logic        core_valid_i,
    output logic        core_ready_o,
    input  reg_req_t    core_req_i,
    output logic        core_rsp_valid_o,
    output reg_rsp_t    core_rsp_o,
    output logic        block_valid_o,
    input  logic        block_ready_i,
    output reg_req_t    block_req_o,
    input  logic        block_rsp_valid_i,
    input  reg_rsp_t    block_rsp_i,
    input  logic        core_rules_i,  // it is being started or runs
    input  logic        core_runs_i,
    input  logic        core_irq_i,    // it has something for the host
    output logic        events_o,      // for the core: the ring has records
    output logic        alarm_o,
    output logic        barks_o,       // the watchdog
    output logic [63:0] alarm_ns_o,
    output watch_t      watch_o,       // SIM = 0: nothing
    // Device
    input  logic [63:0] time_ns_i,
    input  logic        boot_done_i,
    input  logic        idle_i,
    output logic        enable_o,
    output logic        irq_o,
    // SA table: commands
    output logic        cmd_valid_o,
    input  logic        cmd_ready_i,
    output cmd_req_t    cmd_o,
    input  logic        cmd_done_i,
    input  cmd_rsp_t    cmd_rsp_i,
    input  snap_t       snap_i,
    // SA table: staging bank
    output logic                                          stg_wr_en_o,
    output logic [$clog2(STAGING_SLOTS*SLOT_WORDS)-1:0]   stg_wr_addr_o,
    output logic [63:0]                                   stg_wr_data_o,
    input  logic                                          stg_wr_ready_i,
    // SA table: event ring
    input  logic [31:0] ev_head_i,
    output logic [31:0] ev_tail_o,
    input  logic [31:0] ev_late_i,
    output logic                                          ring_rd_en_o,
    output logic [$clog2(RING_DEPTH*8)-1:0]               ring_rd_addr_o,
    input  logic [31:0] ring_rd_data_i,
    // Loopback
    output test_req_t   test_o,
    input  test_rsp_t   test_i,
    // Memory errors
    input  logic [31:0] ecc_corrected_i,
    input  logic [31:0] ecc_fatal_i
);
  localparam int RingAddrWidth = $clog2(RING_DEPTH * 8);

  // Byte enables of the staging bank and address bits below a word are of no use here.
  // verilator lint_off UNUSEDSIGNAL
  sallyport_regs_pkg::sallyport_regs__in_t  in;
  sallyport_regs_pkg::sallyport_regs__out_t out;
  // verilator lint_on UNUSEDSIGNAL

  // ------------------------------------------------------------------ command
  logic        busy_q, pending_q;
  logic [15:0] seq_q;
  cmd_req_t    cmd_q;
  cmd_rsp_t    rsp_q;
  logic        go_q;      // CMD_GO was written in the clock before

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      go_q      <= 1'b0;
      busy_q    <= 1'b0;
      pending_q <= 1'b0;
      seq_q     <= '0;
      cmd_q     <= '0;
      rsp_q     <= '0;
    end else begin
      go_q <= out.CMD_GO.seq.swmod;
      if (go_q && !busy_q && out.CMD_GO.seq.value == seq_q + 16'd1) begin
        busy_q    <= 1'b1;
        pending_q <= 1'b1;
        seq_q     <= out.CMD_GO.seq.value;
        cmd_q     <= '{op: op_e'(out.CMD_GO.op.value), index: out.CMD_TARGET.index.value,
                       generation: out.CMD_TARGET.generation.value, arg1: out.CMD_ARG1.value.value,
                       arg2: out.CMD_ARG2.value.value};
      end
      if (pending_q && cmd_ready_i) pending_q <= 1'b0;
      if (busy_q && cmd_done_i) begin
        busy_q <= 1'b0;
        rsp_q  <= cmd_rsp_i;
      end
    end
  end

  assign cmd_valid_o = pending_q;
  assign cmd_o       = cmd_q;

  // ------------------------------------------------------------------ event tail
  logic [31:0] tail_q;
  logic        tail_written_q;

  // Forward, and not past the head: distances from the tail in force.
  wire tail_ok = out.EV_TAIL.value.value - tail_q <= ev_head_i - tail_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      tail_q         <= '0;
      tail_written_q <= 1'b0;
    end else begin
      tail_written_q <= out.EV_TAIL.value.swmod;
      if (tail_written_q && tail_ok) tail_q <= out.EV_TAIL.value.value;
    end
  end

  assign ev_tail_o = tail_q;
  assign enable_o  = out.CONTROL.enable.value;

  wire events = out.CONTROL.irq_enable.value && ev_head_i != tail_q;

  // From a register, because another clock looks at it.
  always_ff @(posedge clk_i) events_o <= rst_ni && core_rules_i && events;

  assign irq_o    = core_rules_i ? core_irq_i : events;

  // ------------------------------------------------------------------ timer of the management core
  logic feed_q;  // WATCHDOG was written in the clock before

  always_ff @(posedge clk_i) begin
    if (!rst_ni) feed_q <= 1'b0;
    else feed_q <= out.WATCHDOG.value.swmod;
  end

  wire [63:0] alarm = {out.ALARM_HI.value.value, out.ALARM_LO.value.value};
  logic [63:0] bark;

  assign alarm_ns_o = !core_runs_i ? '1 : alarm < bark ? alarm : bark;

  mgmt_timer u_timer (
      .clk_i,
      .rst_ni,
      .time_ns_i,
      .alarm_i     (alarm),
      .alarm_o,
      .runs_i      (core_runs_i),
      .feed_i      (feed_q),
      .feed_units_i(out.WATCHDOG.value.value),
      .bark_ns_o   (bark),
      .barks_o
  );

  // ------------------------------------------------------------------ staging bank
  logic by_core;  // whose access it is
  logic stg_wr_ack, stg_rd_ack;

  mgmt_staging u_staging (
      .clk_i,
      .rst_ni,
      .req_i     (out.STAGING.req),
      .write_i   (out.STAGING.req_is_wr),
      .high_i    (out.STAGING.addr[2]),
      .addr_i    (out.STAGING.addr[3+:$clog2(STAGING_SLOTS*SLOT_WORDS)]),
      .data_i    (out.STAGING.wr_data),
      .by_core_i (by_core),
      .wr_ack_o  (stg_wr_ack),
      .rd_ack_o  (stg_rd_ack),
      .wr_en_o   (stg_wr_en_o),
      .wr_addr_o (stg_wr_addr_o),
      .wr_data_o (stg_wr_data_o),
      .wr_ready_i(stg_wr_ready_i)
  );

  // ------------------------------------------------------------------ loopback
  logic test_go_q, test_abort_q;    // TEST_GO, TEST_ABORT was written in the clock before
  logic test_read_q, test_write_q;

  always_comb begin
    test_o.go        = test_go_q;
    test_o.seq       = out.TEST_GO.seq.value;
    test_o.inbound   = out.TEST_GO.inbound.value;
    test_o.lane      = out.TEST_GO.lane.value;
    test_o.stop      = test_abort_q;
    test_o.stop_seq  = out.TEST_ABORT.seq.value;
    test_o.read      = out.TEST_BUFFER.req && !out.TEST_BUFFER.req_is_wr;
    test_o.write     = out.TEST_BUFFER.req && out.TEST_BUFFER.req_is_wr;
    test_o.word      = out.TEST_BUFFER.addr[8:2];
    test_o.data      = out.TEST_BUFFER.wr_data;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      {test_go_q, test_abort_q, test_read_q, test_write_q} <= '0;
    end else begin
      test_go_q    <= out.TEST_GO.seq.swmod;
      test_abort_q <= out.TEST_ABORT.seq.swmod;
      test_read_q  <= test_o.read;
      test_write_q <= test_o.write;
    end
  end

  // ------------------------------------------------------------------ for a model beside this one
  always_comb begin
    watch_o = '0;
    if (SIM) begin
      watch_o.ends       = busy_q && cmd_done_i;
      watch_o.stages     = stg_wr_en_o && stg_wr_ready_i;
      watch_o.staged_at  = 32'(stg_wr_addr_o);
      watch_o.staged     = stg_wr_data_o;
      watch_o.index      = cmd_q.index;
      watch_o.generation = cmd_q.generation;
      watch_o.arg1       = cmd_q.arg1;
      watch_o.arg2       = cmd_q.arg2;
      watch_o.op         = cmd_q.op;
      watch_o.code       = cmd_rsp_i.code;
      watch_o.answered   = cmd_rsp_i.generation;
    end
  end

  // ------------------------------------------------------------------ event ring
  logic ring_ack_q, ring_refuse_q;  // writes are answered and forgotten

  assign ring_rd_en_o   = out.RING.req && !out.RING.req_is_wr;
  assign ring_rd_addr_o = out.RING.addr[2+:RingAddrWidth];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      ring_ack_q    <= 1'b0;
      ring_refuse_q <= 1'b0;
    end else begin
      ring_ack_q    <= ring_rd_en_o;
      ring_refuse_q <= out.RING.req && out.RING.req_is_wr;
    end
  end

  // ------------------------------------------------------------------ register block
  always_comb begin
    in.CAPS0.log2_sas.next            = 5'($clog2(NUM_SAS));
    in.CAPS0.log2_window.next         = 5'($clog2(WINDOW));
    in.CAPS0.lanes.next               = 4'(LANES);
    in.CAPS0.profile.next             = 4'(PROFILE);
    in.CAPS0.staging_slots.next       = 4'(STAGING_SLOTS);
    in.CAPS0.engines.next             = 4'(ENGINES);
    in.CAPS1.ring_depth.next          = 16'(RING_DEPTH);
    in.CAPS1.max_packet.next          = 16'(MAX_PACKET);
    in.STATUS.boot_done.next          = boot_done_i;
    in.STATUS.idle.next               = idle_i && !busy_q;
    in.STATUS.irq.next                = irq_o;
    in.STATUS.sim.next                = SIM;
    in.STATUS.core.next               = CORE;
    in.STATUS.core_rules.next         = core_rules_i;
    in.TIME_LO.value.next             = time_ns_i[31:0];
    in.TIME_HI.value.next             = time_ns_i[63:32];
    in.CMD_STATUS.busy.next           = busy_q;
    in.CMD_STATUS.code.next           = rsp_q.code;
    in.CMD_STATUS.seq.next            = seq_q;
    in.CMD_RESULT.generation.next     = rsp_q.generation;
    in.CMD_RESULT.state.next          = rsp_q.state;
    in.CMD_RESULT.dead.next           = rsp_q.dead;
    in.SNAP_SEQ_LO.value.next         = snap_i.seq[31:0];
    in.SNAP_SEQ_HI.value.next         = snap_i.seq[63:32];
    in.SNAP_OCTETS_LO.value.next      = snap_i.octets[31:0];
    in.SNAP_OCTETS_HI.value.next      = snap_i.octets[63:32];
    in.SNAP_PACKETS_LO.value.next     = snap_i.packets[31:0];
    in.SNAP_PACKETS_HI.value.next     = snap_i.packets[63:32];
    in.SNAP_ICV_FAIL_LO.value.next    = snap_i.icv_fail[31:0];
    in.SNAP_ICV_FAIL_HI.value.next    = snap_i.icv_fail[63:32];
    in.SNAP_FW_LO.value.next          = snap_i.fw[31:0];
    in.SNAP_FW_HI.value.next          = snap_i.fw[63:32];
    in.SNAP_SPI.value.next            = snap_i.spi;
    in.SNAP_INFO.generation.next      = snap_i.generation;
    in.SNAP_INFO.state.next           = snap_i.state;
    in.SNAP_INFO.dead.next            = snap_i.dead;
    in.SNAP_INFO.raised.next          = snap_i.raised;
    in.SNAP_TIME_LO.value.next        = snap_i.time_ns[31:0];
    in.SNAP_TIME_HI.value.next        = snap_i.time_ns[63:32];
    in.SNAP_COUNTER_LO.value.next     = snap_i.counter[31:0];
    in.SNAP_COUNTER_HI.value.next     = snap_i.counter[63:32];
    in.EV_HEAD.value.next             = ev_head_i;
    in.EV_TAIL.value.next             = tail_q;
    in.EV_TAIL.value.we               = tail_written_q && !tail_ok;
    in.EV_LATE.value.next             = ev_late_i;
    in.ECC_CORRECTED.value.next       = ecc_corrected_i;
    in.ECC_FATAL.value.next           = ecc_fatal_i;
    in.RING.rd_ack                    = ring_ack_q;
    in.RING.rd_data                   = ring_rd_data_i;
    in.RING.wr_ack                    = ring_refuse_q;
    in.STAGING.rd_ack                 = stg_rd_ack;
    in.STAGING.rd_data                = '0;
    in.STAGING.wr_ack                 = stg_wr_ack;
    in.TEST_STATUS.busy.next          = test_i.busy;
    in.TEST_STATUS.overflow.next      = test_i.overflow;
    in.TEST_STATUS.aborted.next       = test_i.aborted;
    in.TEST_STATUS.refused.next       = test_i.refused;
    in.TEST_STATUS.octets.next        = test_i.octets;
    in.TEST_STATUS.seq.next           = test_i.seq;
    in.TEST_BUFFER.rd_ack             = test_read_q;
    in.TEST_BUFFER.rd_data            = test_i.data;
    in.TEST_BUFFER.wr_ack             = test_write_q;
  end

  // ------------------------------------------------------------------ accesses
  logic     host_valid, host_ready, host_rsp_valid, regs_valid, regs_rsp_valid_q;
  reg_req_t host_req, regs_req;
  reg_rsp_t host_rsp, regs_rsp_q;
  logic     regs_stall_wr, regs_stall_rd, regs_rd_ack, regs_rd_err, regs_wr_ack, regs_wr_err;
  logic [31:0] regs_rd_data;

  axil_port #(
      .ADDR_WIDTH(17)
  ) u_host (
      .clk_i,
      .rst_ni,
      .s_axil_awvalid,
      .s_axil_awready,
      .s_axil_awaddr,
      .s_axil_wvalid,
      .s_axil_wready,
      .s_axil_wdata,
      .s_axil_wstrb,
      .s_axil_bvalid,
      .s_axil_bready,
      .s_axil_bresp,
      .s_axil_arvalid,
      .s_axil_arready,
      .s_axil_araddr,
      .s_axil_rvalid,
      .s_axil_rready,
      .s_axil_rdata,
      .s_axil_rresp,
      .valid_o    (host_valid),
      .ready_i    (host_ready),
      .req_o      (host_req),
      .rsp_valid_i(host_rsp_valid),
      .rsp_i      (host_rsp)
  );

  reg_switch u_switch (
      .clk_i,
      .rst_ni,
      .core_rules_i,
      .m_valid_i    ({core_valid_i, host_valid}),
      .m_ready_o    ({core_ready_o, host_ready}),
      .m_req_i      ({core_req_i, host_req}),
      .m_rsp_valid_o({core_rsp_valid_o, host_rsp_valid}),
      .m_rsp_o      ({core_rsp_o, host_rsp}),
      .t_valid_o    ({block_valid_o, regs_valid}),
      .t_ready_i    ({block_ready_i, !(regs_req.write ? regs_stall_wr : regs_stall_rd)}),
      .t_req_o      ({block_req_o, regs_req}),
      .by_core_o    (by_core),
      .t_rsp_valid_i({block_rsp_valid_i, regs_rsp_valid_q}),
      .t_rsp_i      ({block_rsp_i, regs_rsp_q})
  );

  // Octets that are written, as bits.
  logic [31:0] regs_wr_bits;
  always_comb for (int b = 0; b < 4; b++) regs_wr_bits[8*b+:8] = {8{regs_req.be[b]}};

  // The register block answers at once, most of the time.
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      regs_rsp_valid_q <= 1'b0;
      regs_rsp_q       <= '0;
    end else begin
      regs_rsp_valid_q <= regs_rd_ack || regs_wr_ack;
      if (regs_rd_ack) regs_rsp_q <= '{err: regs_rd_err, rdata: regs_rd_data};
      if (regs_wr_ack) regs_rsp_q <= '{err: regs_wr_err, rdata: '0};
    end
  end

  sallyport_regs u_regs (
      .clk                 (clk_i),
      .rst                 (!rst_ni),
      .s_cpuif_req         (regs_valid),
      .s_cpuif_req_is_wr   (regs_req.write),
      .s_cpuif_addr        (regs_req.addr[15:0]),
      .s_cpuif_wr_data     (regs_req.wdata),
      .s_cpuif_wr_biten    (regs_wr_bits),
      .s_cpuif_req_stall_wr(regs_stall_wr),
      .s_cpuif_req_stall_rd(regs_stall_rd),
      .s_cpuif_rd_ack      (regs_rd_ack),
      .s_cpuif_rd_err      (regs_rd_err),
      .s_cpuif_rd_data     (regs_rd_data),
      .s_cpuif_wr_ack      (regs_wr_ack),
      .s_cpuif_wr_err      (regs_wr_err),
      .hwif_in             (in),
      .hwif_out            (out)
  );

`ifndef SYNTHESIS
  // A command stays on offer, unchanged, until it is taken.
  a_cmd_stable: assert property (@(posedge clk_i) disable iff (!rst_ni)
      cmd_valid_o && !cmd_ready_i |=> cmd_valid_o && $past(cmd_o) == cmd_o);
  // Exactly one answer belongs to a command.
  always_ff @(posedge clk_i) if (rst_ni && cmd_done_i) a_cmd_done: assert (busy_q && !pending_q);
`endif
endmodule
