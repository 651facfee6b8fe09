// Registers of the management core: the host's view (start and stop, state, bells of the mailbox) and the core's own.
//
// A bell is the number of the newest message. Host to core: REQUEST_BELL, answered by REQUEST_DONE. Core to host: NOTICE_HEAD, taken by
// NOTICE_TAIL. Each number has one writer, so nothing is lost when either side is slow or writes twice.
module mcu_control
  import reg_pkg::*;
  import sallyport_abi_pkg::*;
#(
    parameter int IMAGE_OCTETS = 65536,
    parameter int DATA_OCTETS  = 32768,
    parameter bit SBOX_RAM     = 1'b0    // S-boxes of the random generator in block RAM
) (
    input  logic        clk_i,
    input  logic        rst_ni,
    // Host's view: offsets from HOST_CORE_REGS. Answered two clocks later.
    input  logic        host_valid_i,
    input  reg_req_t    host_req_i,
    output logic        host_rsp_valid_o,
    output reg_rsp_t    host_rsp_o,
    output logic        host_irq_o,
    // Core's view: offsets from CORE_DEVICE_BASE.
    input  logic        dev_valid_i,
    input  reg_req_t    dev_req_i,
    output logic        dev_rsp_valid_o,
    output reg_rsp_t    dev_rsp_o,
    output logic [1:0]  irq_o,           // a request waits; the host has taken notices
    // Loader.
    output logic        start_o,
    output logic        stop_o,
    output logic        restart_o,
    output core_cause_e restart_cause_o,
    input  core_state_e state_i,
    input  core_check_e check_i,
    input  core_cause_e cause_i,
    // Core.
    input  logic        asleep_i,
    input  logic        double_fault_i,
    input  logic        barks_i,         // the watchdog
    input  logic        corrected_i,
    input  logic        fatal_i,
    input  logic        noise_i          // of the noise source, a bit a clock
);
  // verilator lint_off UNUSEDSIGNAL
  sallyport_core_regs_pkg::sallyport_core_regs__in_t        host_in;
  sallyport_core_regs_pkg::sallyport_core_regs__out_t       host_out;
  sallyport_core_devices_pkg::sallyport_core_devices__in_t  dev_in;
  sallyport_core_devices_pkg::sallyport_core_devices__out_t dev_out;
  // verilator lint_on UNUSEDSIGNAL

  wire wipes = state_i == CORE_STATE_WIPE;
  wire runs  = state_i == CORE_STATE_RUN;

  // ------------------------------------------------------------------ commands
  logic        go_q, give_up_q;
  logic [15:0] seq_q;
  core_op_e    op;

  assign op = core_op_e'(host_out.CORE_COMMAND.op.value);
  wire go = go_q && host_out.CORE_COMMAND.seq.value == seq_q + 16'd1;

  // The core is started again by command, by its watchdog, or because its firmware cannot go on.
  wire faulty = runs && (double_fault_i || give_up_q);
  wire hangs  = runs && barks_i;

  assign start_o   = go && op == CORE_OP_START;
  assign stop_o    = go && op == CORE_OP_STOP;
  assign restart_o = (go && op == CORE_OP_RESTART) || faulty || hangs;

  always_comb begin
    restart_cause_o = CORE_CAUSE_RESTART;
    if (hangs) restart_cause_o = CORE_CAUSE_WATCHDOG;
    if (faulty) restart_cause_o = CORE_CAUSE_FAULT;
  end

  // ------------------------------------------------------------------ what there was
  logic [15:0] dog_q, fault_q, corrected_q, fatal_q;

  function automatic logic [15:0] counted(input logic [15:0] count, input logic one);
    return count == '1 ? count : count + 16'(one);
  endfunction

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      go_q        <= 1'b0;
      give_up_q   <= 1'b0;
      seq_q       <= '0;
      dog_q       <= '0;
      fault_q     <= '0;
      corrected_q <= '0;
      fatal_q     <= '0;
    end else begin
      go_q      <= host_out.CORE_COMMAND.seq.swmod;
      give_up_q <= dev_out.GIVE_UP.value.swmod;
      if (go) seq_q <= host_out.CORE_COMMAND.seq.value;
      dog_q       <= wipes ? '0 : counted(dog_q, hangs);
      fault_q     <= wipes ? '0 : counted(fault_q, faulty);
      corrected_q <= wipes ? '0 : counted(corrected_q, corrected_i);
      fatal_q     <= wipes ? '0 : counted(fatal_q, fatal_i);
    end
  end

  // ------------------------------------------------------------------ noise
  logic [30:0] noise_q;    // the bits on their way in
  logic [31:0] word_q;     // the last whole word
  logic [36:0] bits_q;     // taken so far

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      noise_q <= '0;
      word_q  <= '0;
      bits_q  <= '0;
    end else begin
      noise_q <= {noise_q[29:0], noise_i};
      bits_q  <= bits_q + 1'b1;
      if (bits_q[4:0] == '1) word_q <= {noise_q, noise_i};
    end
  end

  // ------------------------------------------------------------------ AES engine of the random generator
  // It has no way to the keys of SAs, and they none to it.
  logic         aes_start_q, aes_busy_q, aes_ready, aes_done;
  logic [127:0] aes_out, aes_out_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || wipes) begin
      aes_start_q <= 1'b0;
      aes_busy_q  <= 1'b0;
      aes_out_q   <= '0;
    end else begin
      if (dev_out.AES_BLOCK3.value.swmod) begin
        aes_start_q <= 1'b1;
        aes_busy_q  <= 1'b1;
      end
      if (aes_start_q && aes_ready) aes_start_q <= 1'b0;
      if (aes_done) begin
        aes_busy_q <= 1'b0;
        aes_out_q  <= aes_out;
      end
    end
  end

  // verilator lint_off PINCONNECTEMPTY
  aes_core #(
      .ID_WIDTH(1),
      .SBOX_RAM(SBOX_RAM)
  ) u_aes (
      .clk_i,
      .rst_ni      (rst_ni && !wipes),
      .in_valid_i  (aes_start_q),
      .in_ready_o  (aes_ready),
      .in_key256_i (1'b0),
      .in_key_i    ({dev_out.AES_KEY0.value.value, dev_out.AES_KEY1.value.value, dev_out.AES_KEY2.value.value,
                     dev_out.AES_KEY3.value.value, 128'd0}),
      .in_block_i  ({dev_out.AES_BLOCK0.value.value, dev_out.AES_BLOCK1.value.value, dev_out.AES_BLOCK2.value.value,
                     dev_out.AES_BLOCK3.value.value}),
      .in_id_i     (1'b0),
      .out_valid_o (aes_done),
      .out_ready_i (1'b1),
      .out_block_o (aes_out),
      .out_id_o    ()
  );
  // verilator lint_on PINCONNECTEMPTY

  // ------------------------------------------------------------------ bells
  wire [31:0] bell = host_out.REQUEST_BELL.value.value;
  wire [31:0] done = dev_out.REQUEST_DONE.value.value;
  wire [31:0] head = dev_out.NOTICE_HEAD.value.value;
  wire [31:0] tail = host_out.NOTICE_TAIL.value.value;

  assign irq_o      = {tail != dev_out.NOTICE_SEEN.value.value, bell != done};
  assign host_irq_o = head != tail;

  always_comb begin
    host_in.CORE_CAPS.log2_image.next    = 5'($clog2(IMAGE_OCTETS));
    host_in.CORE_CAPS.log2_data.next     = 5'($clog2(DATA_OCTETS));
    host_in.CORE_CAPS.notices.next       = 8'(MAILBOX_NOTICE_SLOTS);
    host_in.CORE_STATUS.state.next       = state_i;
    host_in.CORE_STATUS.check.next       = check_i;
    host_in.CORE_STATUS.cause.next       = cause_i;
    host_in.CORE_STATUS.asleep.next      = asleep_i;
    host_in.CORE_STATUS.seq.next         = seq_q;
    host_in.CORE_RESTARTS.watchdog.next  = dog_q;
    host_in.CORE_RESTARTS.fault.next     = fault_q;
    host_in.CORE_ECC.corrected.next      = corrected_q;
    host_in.CORE_ECC.fatal.next          = fatal_q;
    host_in.CORE_FAULT_CAUSE.value.next  = dev_out.FAULT_CAUSE.value.value;
    host_in.CORE_FAULT_PC.value.next     = dev_out.FAULT_PC.value.value;
    host_in.REQUEST_BELL.value.hwclr     = wipes;
    host_in.REQUEST_DONE.value.next      = done;
    host_in.NOTICE_HEAD.value.next       = head;
    host_in.NOTICE_TAIL.value.hwclr      = wipes;
    dev_in.CAUSE.cause.next              = cause_i;
    dev_in.REQUEST_BELL.value.next       = bell;
    dev_in.NOTICE_TAIL.value.next        = tail;
    dev_in.NOISE.value.next              = word_q;
    dev_in.NOISE_COUNT.value.next        = bits_q[36:5];
    dev_in.AES_OUT0.value.next           = aes_out_q[127:96];
    dev_in.AES_OUT1.value.next           = aes_out_q[95:64];
    dev_in.AES_OUT2.value.next           = aes_out_q[63:32];
    dev_in.AES_OUT3.value.next           = aes_out_q[31:0];
    dev_in.AES_STATUS.busy.next          = aes_busy_q;
  end

  // ------------------------------------------------------------------ register blocks
  // They answer at once. Requests wait a clock in a register, so that no path goes from the core through them into its interrupts.
  logic     host_valid_q, dev_valid_q;
  reg_req_t host_q, dev_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      host_valid_q <= 1'b0;
      dev_valid_q  <= 1'b0;
      host_q       <= '0;
      dev_q        <= '0;
    end else begin
      host_valid_q <= host_valid_i;
      dev_valid_q  <= dev_valid_i;
      if (host_valid_i) host_q <= host_req_i;
      if (dev_valid_i) dev_q <= dev_req_i;
    end
  end

  localparam int HostBits = sallyport_core_regs_pkg::SALLYPORT_CORE_REGS_MIN_ADDR_WIDTH;
  localparam int DevBits  = sallyport_core_devices_pkg::SALLYPORT_CORE_DEVICES_MIN_ADDR_WIDTH;

  logic        host_rd_ack, host_rd_err, host_wr_ack, host_wr_err, dev_rd_ack, dev_rd_err, dev_wr_ack, dev_wr_err;
  logic [31:0] host_rd_data, dev_rd_data;
  logic [31:0] host_bits, dev_bits;

  always_comb begin
    for (int b = 0; b < 4; b++) begin
      host_bits[8*b+:8] = {8{host_q.be[b]}};
      dev_bits[8*b+:8]  = {8{dev_q.be[b]}};
    end
  end

  // Beyond the block there is nobody, whatever the low bits of the address are.
  wire host_near = host_q.addr[11:HostBits] == '0;
  wire dev_near  = dev_q.addr[27:DevBits] == '0;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      host_rsp_valid_o <= 1'b0;
      host_rsp_o       <= '0;
      dev_rsp_valid_o  <= 1'b0;
      dev_rsp_o        <= '0;
    end else begin
      host_rsp_valid_o <= host_valid_q;
      host_rsp_o       <= '{err: !host_near || (host_rd_ack && host_rd_err) || (host_wr_ack && host_wr_err),
                            rdata: host_rd_ack ? host_rd_data : '0};
      dev_rsp_valid_o  <= dev_valid_q;
      dev_rsp_o        <= '{err: !dev_near || (dev_rd_ack && dev_rd_err) || (dev_wr_ack && dev_wr_err),
                            rdata: dev_rd_ack ? dev_rd_data : '0};
    end
  end

  // verilator lint_off PINCONNECTEMPTY
  sallyport_core_regs u_host (
      .clk                 (clk_i),
      .rst                 (!rst_ni),
      .s_cpuif_req         (host_valid_q && host_near),
      .s_cpuif_req_is_wr   (host_q.write),
      .s_cpuif_addr        (host_q.addr[HostBits-1:0]),
      .s_cpuif_wr_data     (host_q.wdata),
      .s_cpuif_wr_biten    (host_bits),
      .s_cpuif_req_stall_wr(),
      .s_cpuif_req_stall_rd(),
      .s_cpuif_rd_ack      (host_rd_ack),
      .s_cpuif_rd_err      (host_rd_err),
      .s_cpuif_rd_data     (host_rd_data),
      .s_cpuif_wr_ack      (host_wr_ack),
      .s_cpuif_wr_err      (host_wr_err),
      .hwif_in             (host_in),
      .hwif_out            (host_out)
  );

  // What the core left goes with its memories.
  sallyport_core_devices u_devices (
      .clk                 (clk_i),
      .rst                 (!rst_ni || wipes),
      .s_cpuif_req         (dev_valid_q && dev_near),
      .s_cpuif_req_is_wr   (dev_q.write),
      .s_cpuif_addr        (dev_q.addr[DevBits-1:0]),
      .s_cpuif_wr_data     (dev_q.wdata),
      .s_cpuif_wr_biten    (dev_bits),
      .s_cpuif_req_stall_wr(),
      .s_cpuif_req_stall_rd(),
      .s_cpuif_rd_ack      (dev_rd_ack),
      .s_cpuif_rd_err      (dev_rd_err),
      .s_cpuif_rd_data     (dev_rd_data),
      .s_cpuif_wr_ack      (dev_wr_ack),
      .s_cpuif_wr_err      (dev_wr_err),
      .hwif_in             (dev_in),
      .hwif_out            (dev_out)
  );
  // verilator lint_on PINCONNECTEMPTY

  wire unused = &{1'b0, host_q.addr[31:12], dev_q.addr[31:28]};
endmodule
