// Top of the accelerator: registers, and one of two profiles behind them.
//
//   s_axil -> mgmt_regs <--> packet_core (core_compact | core_full) <--> packet streams
//                 ^
//                 '--> mcu_core (CORE = 1): the management core, on a clock of its own
//
// compact  one pair of packet paths around iterative AES engines, for small FPGAs
// full     LANES lanes, each with a pipelined cipher for either direction
module sallyport
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import reg_pkg::*;
  import self_test_pkg::*;
#(
    parameter bit FULL         = 1'b0,    // profile: 0 compact, 1 full
    parameter int NUM_SAS      = 64,     // 64..16384, power of two
    parameter int WINDOW       = 64,     // replay window, 64..1024, power of two
    parameter int LANES        = 1,      // full: 1, 2, 4, 8; compact: 1
    parameter int ENGINES      = 2,      // compact: AES engines
    parameter bit SBOX_RAM     = 1'b0,   // compact: their S-boxes in block RAM
    parameter int RING_DEPTH   = 256,    // event records
    parameter int MAX_PACKET   = 10240,  // octets
    parameter bit CORE         = 1'b0,   // 1: with the management core; 0: its firmware runs on the host
    parameter int IMAGE_OCTETS = 65536,  // the core's memories, powers of two; the image up to 64 KiB
    parameter int DATA_OCTETS  = 32768,
    parameter bit SIM          = 1'b0    // 1: operations `flip` and `poke_seq` exist; never in hardware, poke_seq breaks G2
) (
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic [63:0]  time_ns_i,    // time base of the bus shell
    output logic         irq_o,
    output logic         idle_o,       // nothing in flight inside

    // The management core's clock, and its reset, which comes and goes with rst_ni. CORE = 0: of no use.
    input  logic         core_clk_i,
    input  logic         core_rst_ni,
    output logic         core_idle_o,  // it sleeps; its clock may stand still
    input  logic         noise_i,      // its noise source: a bit that nobody can foretell, of no clock
    output logic [63:0]  alarm_ns_o,   // device time when it wants to be woken; a simulation that leaves idle time out stops there
    output watch_t       watch_o,      // SIM = 1: for a model that is kept beside this one. SIM = 0: nothing

    // Registers, AXI4-Lite.
    input  logic         s_axil_awvalid,
    output logic         s_axil_awready,
    input  logic [16:0]  s_axil_awaddr,
    input  logic         s_axil_wvalid,
    output logic         s_axil_wready,
    input  logic [31:0]  s_axil_wdata,
    input  logic [3:0]   s_axil_wstrb,
    output logic         s_axil_bvalid,
    input  logic         s_axil_bready,
    output logic [1:0]   s_axil_bresp,
    input  logic         s_axil_arvalid,
    output logic         s_axil_arready,
    input  logic [16:0]  s_axil_araddr,
    output logic         s_axil_rvalid,
    input  logic         s_axil_rready,
    output logic [31:0]  s_axil_rdata,
    output logic [1:0]   s_axil_rresp,

    // Outbound: plain packets in, ESP packets out. AXI4-Stream, one of each a lane.
    input  logic [LANES-1:0]         out_desc_tvalid,
    output logic [LANES-1:0]         out_desc_tready,
    input  logic [LANES-1:0][127:0]  out_desc_tdata,
    input  logic [LANES-1:0]         out_s_tvalid,
    output logic [LANES-1:0]         out_s_tready,
    input  logic [LANES-1:0][127:0]  out_s_tdata,
    input  logic [LANES-1:0][15:0]   out_s_tkeep,
    input  logic [LANES-1:0]         out_s_tlast,
    output logic [LANES-1:0]         out_stat_tvalid,
    input  logic [LANES-1:0]         out_stat_tready,
    output logic [LANES-1:0][127:0]  out_stat_tdata,
    output logic [LANES-1:0]         out_m_tvalid,
    input  logic [LANES-1:0]         out_m_tready,
    output logic [LANES-1:0][127:0]  out_m_tdata,
    output logic [LANES-1:0][15:0]   out_m_tkeep,
    output logic [LANES-1:0]         out_m_tlast,

    // Inbound: ESP packets in, plain packets out. AXI4-Stream, one of each a lane.
    input  logic [LANES-1:0]         in_desc_tvalid,
    output logic [LANES-1:0]         in_desc_tready,
    input  logic [LANES-1:0][127:0]  in_desc_tdata,
    input  logic [LANES-1:0]         in_s_tvalid,
    output logic [LANES-1:0]         in_s_tready,
    input  logic [LANES-1:0][127:0]  in_s_tdata,
    input  logic [LANES-1:0][15:0]   in_s_tkeep,
    input  logic [LANES-1:0]         in_s_tlast,
    output logic [LANES-1:0]         in_stat_tvalid,
    input  logic [LANES-1:0]         in_stat_tready,
    output logic [LANES-1:0][127:0]  in_stat_tdata,
    output logic [LANES-1:0]         in_m_tvalid,
    input  logic [LANES-1:0]         in_m_tready,
    output logic [LANES-1:0][127:0]  in_m_tdata,
    output logic [LANES-1:0][15:0]   in_m_tkeep,
    output logic [LANES-1:0]         in_m_tlast
);
  logic        boot_done, enable, idle;
  logic        cmd_valid, cmd_ready, cmd_done;
  cmd_req_t    cmd;
  cmd_rsp_t    cmd_rsp;
  snap_t       snap;
  logic        stg_wr_en, stg_wr_ready, ring_rd_en;
  logic [$clog2(STAGING_SLOTS*SLOT_WORDS)-1:0] stg_wr_addr;
  logic [63:0] stg_wr_data;
  logic [31:0] ev_head, ev_tail, ev_late, ring_rd_data, ecc_corrected, ecc_fatal;
  logic [$clog2(RING_DEPTH*8)-1:0] ring_rd_addr;

  logic     core_valid, core_ready, core_rsp_valid, block_valid, block_ready, block_rsp_valid;
  reg_req_t core_req, block_req;
  reg_rsp_t core_rsp, block_rsp;
  logic     core_rules, core_runs, core_irq, events, alarm, barks;

  test_req_t test_req;
  test_rsp_t test_rsp;

  mgmt_regs #(
      .NUM_SAS   (NUM_SAS),
      .WINDOW    (WINDOW),
      .LANES     (LANES),
      .PROFILE   (FULL ? 1 : 0),
      .ENGINES   (FULL ? 0 : ENGINES),
      .RING_DEPTH(RING_DEPTH),
      .MAX_PACKET(MAX_PACKET),
      .SIM       (SIM),
      .CORE      (CORE)
  ) u_regs (
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
      .core_valid_i     (core_valid),
      .core_ready_o     (core_ready),
      .core_req_i       (core_req),
      .core_rsp_valid_o (core_rsp_valid),
      .core_rsp_o       (core_rsp),
      .block_valid_o    (block_valid),
      .block_ready_i    (block_ready),
      .block_req_o      (block_req),
      .block_rsp_valid_i(block_rsp_valid),
      .block_rsp_i      (block_rsp),
      .core_rules_i     (core_rules),
      .core_runs_i      (core_runs),
      .core_irq_i       (core_irq),
      .events_o         (events),
      .alarm_o          (alarm),
      .barks_o          (barks),
      .alarm_ns_o,
      .watch_o,
      .time_ns_i,
      .boot_done_i    (boot_done),
      .idle_i         (idle),
      .enable_o       (enable),
      .irq_o,
      .cmd_valid_o    (cmd_valid),
      .cmd_ready_i    (cmd_ready),
      .cmd_o          (cmd),
      .cmd_done_i     (cmd_done),
      .cmd_rsp_i      (cmd_rsp),
      .snap_i         (snap),
      .stg_wr_en_o    (stg_wr_en),
      .stg_wr_addr_o  (stg_wr_addr),
      .stg_wr_data_o  (stg_wr_data),
      .stg_wr_ready_i (stg_wr_ready),
      .ev_head_i      (ev_head),
      .ev_tail_o      (ev_tail),
      .ev_late_i      (ev_late),
      .ring_rd_en_o   (ring_rd_en),
      .ring_rd_addr_o (ring_rd_addr),
      .ring_rd_data_i (ring_rd_data),
      .test_o         (test_req),
      .test_i         (test_rsp),
      .ecc_corrected_i(ecc_corrected),
      .ecc_fatal_i    (ecc_fatal)
  );

  if (CORE) begin : gen_core
    mcu_core #(
        .IMAGE_OCTETS(IMAGE_OCTETS),
        .DATA_OCTETS (DATA_OCTETS),
        .SIM         (SIM)
    ) u_core (
        .clk_i,
        .rst_ni,
        .host_valid_i    (block_valid),
        .host_ready_o    (block_ready),
        .host_req_i      (block_req),
        .host_rsp_valid_o(block_rsp_valid),
        .host_rsp_o      (block_rsp),
        .regs_valid_o    (core_valid),
        .regs_ready_i    (core_ready),
        .regs_req_o      (core_req),
        .regs_rsp_valid_i(core_rsp_valid),
        .regs_rsp_i      (core_rsp),
        .rules_o         (core_rules),
        .runs_o          (core_runs),
        .irq_o           (core_irq),
        .events_i        (events),
        .alarm_i         (alarm),
        .barks_i         (barks),
        .idle_o          (core_idle_o),
        .core_clk_i,
        .core_rst_ni,
        .noise_i
    );
  end else begin : gen_no_core
    // Whoever asks for the core hears that there is none.
    logic refused_q;
    always_ff @(posedge clk_i) refused_q <= rst_ni && block_valid && !refused_q;

    assign {core_valid, core_rules, core_runs, core_irq} = '0;
    assign core_req        = '0;
    assign block_ready     = !refused_q;
    assign block_rsp_valid = refused_q;
    assign block_rsp       = '{err: 1'b1, rdata: '0};
    assign core_idle_o     = 1'b1;
    wire unused = &{1'b0, core_ready, core_rsp_valid, core_rsp, block_req, events, alarm, barks, core_clk_i, core_rst_ni, noise_i};
  end

  packet_core #(
      .FULL      (FULL),
      .NUM_SAS   (NUM_SAS),
      .WINDOW    (WINDOW),
      .LANES     (LANES),
      .ENGINES   (ENGINES),
      .SBOX_RAM  (SBOX_RAM),
      .RING_DEPTH(RING_DEPTH),
      .MAX_PACKET(MAX_PACKET),
      .SIM       (SIM)
  ) u_packets (
      .clk_i,
      .rst_ni,
      .time_ns_i,
      .enable_i       (enable),
      .boot_done_o    (boot_done),
      .idle_o         (idle),
      .cmd_valid_i    (cmd_valid),
      .cmd_ready_o    (cmd_ready),
      .cmd_i          (cmd),
      .cmd_done_o     (cmd_done),
      .cmd_rsp_o      (cmd_rsp),
      .snap_o         (snap),
      .stg_wr_en_i    (stg_wr_en),
      .stg_wr_addr_i  (stg_wr_addr),
      .stg_wr_data_i  (stg_wr_data),
      .stg_wr_ready_o (stg_wr_ready),
      .ev_head_o      (ev_head),
      .ev_tail_i      (ev_tail),
      .ev_late_o      (ev_late),
      .ring_rd_en_i   (ring_rd_en),
      .ring_rd_addr_i (ring_rd_addr),
      .ring_rd_data_o (ring_rd_data),
      .ecc_corrected_o(ecc_corrected),
      .ecc_fatal_o    (ecc_fatal),
      .test_i         (test_req),
      .test_o         (test_rsp),
      .out_desc_tvalid,
      .out_desc_tready,
      .out_desc_tdata,
      .out_s_tvalid,
      .out_s_tready,
      .out_s_tdata,
      .out_s_tkeep,
      .out_s_tlast,
      .out_stat_tvalid,
      .out_stat_tready,
      .out_stat_tdata,
      .out_m_tvalid,
      .out_m_tready,
      .out_m_tdata,
      .out_m_tkeep,
      .out_m_tlast,
      .in_desc_tvalid,
      .in_desc_tready,
      .in_desc_tdata,
      .in_s_tvalid,
      .in_s_tready,
      .in_s_tdata,
      .in_s_tkeep,
      .in_s_tlast,
      .in_stat_tvalid,
      .in_stat_tready,
      .in_stat_tdata,
      .in_m_tvalid,
      .in_m_tready,
      .in_m_tdata,
      .in_m_tkeep,
      .in_m_tlast
  );

  assign idle_o = idle;

  if (!FULL && LANES != 1) begin : gen_lanes_check
    $error("sallyport: the compact profile has one lane");
  end
  if (MAX_PACKET < 9600 || MAX_PACKET > 16384) begin : gen_packet_check
    $error("sallyport: MAX_PACKET is 9,600 (jumbo frames must fit) to 16,384 octets");
  end
endmodule
