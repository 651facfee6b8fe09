// The packet side: one of two profiles, and the loopback (self_test) that can have it to itself.
//
//   ports --> stream_gate --> core_compact | core_full --> stream_gate --> ports
//                  ^------------- self_test <----------------'
module packet_core
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import self_test_pkg::*;
#(
    parameter bit FULL       = 1'b0,
    parameter int NUM_SAS    = 64,
    parameter int WINDOW     = 64,
    parameter int LANES      = 1,
    parameter int ENGINES    = 2,
    parameter bit SBOX_RAM   = 1'b0,
    parameter int RING_DEPTH = 256,
    parameter int MAX_PACKET = 10240,
    parameter bit SIM        = 1'b0
) (
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic [63:0]  time_ns_i,
    input  logic         enable_i,     // take packets in
    output logic         boot_done_o,
    output logic         idle_o,       // nothing in flight inside

    // Management: see mgmt_regs.
    input  logic         cmd_valid_i,
    output logic         cmd_ready_o,
    input  cmd_req_t     cmd_i,
    output logic         cmd_done_o,
    output cmd_rsp_t     cmd_rsp_o,
    output snap_t        snap_o,
    input  logic         stg_wr_en_i,
    input  logic [$clog2(STAGING_SLOTS*SLOT_WORDS)-1:0] stg_wr_addr_i,
    input  logic [63:0]  stg_wr_data_i,
    output logic         stg_wr_ready_o,
    output logic [31:0]  ev_head_o,
    input  logic [31:0]  ev_tail_i,
    output logic [31:0]  ev_late_o,
    input  logic         ring_rd_en_i,
    input  logic [$clog2(RING_DEPTH*8)-1:0] ring_rd_addr_i,
    output logic [31:0]  ring_rd_data_o,
    output logic [31:0]  ecc_corrected_o,
    output logic [31:0]  ecc_fatal_o,
    input  test_req_t    test_i,       // loopback
    output test_rsp_t    test_o,

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
  logic active, idle;

  // What the core sees.
  logic [LANES-1:0]        core_out_desc_tvalid, core_out_desc_tready, core_out_s_tvalid, core_out_s_tready, core_out_s_tlast;
  logic [LANES-1:0]        core_out_stat_tvalid, core_out_stat_tready, core_out_m_tvalid, core_out_m_tready;
  logic [LANES-1:0][127:0] core_out_desc_tdata, core_out_s_tdata;
  logic [LANES-1:0][15:0]  core_out_s_tkeep;
  logic [LANES-1:0]        core_in_desc_tvalid, core_in_desc_tready, core_in_s_tvalid, core_in_s_tready, core_in_s_tlast;
  logic [LANES-1:0]        core_in_stat_tvalid, core_in_stat_tready, core_in_m_tvalid, core_in_m_tready;
  logic [LANES-1:0][127:0] core_in_desc_tdata, core_in_s_tdata;
  logic [LANES-1:0][15:0]  core_in_s_tkeep;

  // ------------------------------------------------------------------ loopback: 0 outbound, 1 inbound
  logic [1:0][LANES-1:0] test_desc_valid, test_s_valid, test_stat_ready, test_m_ready;
  logic [127:0]          test_data;
  logic [15:0]           test_keep;
  logic                  test_last;

  self_test #(
      .LANES(LANES)
  ) u_test (
      .clk_i,
      .rst_ni,
      .req_i       (test_i),
      .rsp_o       (test_o),
      .enable_i,
      .boot_done_i (boot_done_o),
      .idle_i      (idle),
      .active_o    (active),
      .desc_valid_o(test_desc_valid),
      .desc_ready_i({core_in_desc_tready, core_out_desc_tready}),
      .s_valid_o   (test_s_valid),
      .s_ready_i   ({core_in_s_tready, core_out_s_tready}),
      .data_o      (test_data),
      .keep_o      (test_keep),
      .last_o      (test_last),
      .stat_valid_i({core_in_stat_tvalid, core_out_stat_tvalid}),
      .stat_ready_o(test_stat_ready),
      .stat_data_i ({in_stat_tdata, out_stat_tdata}),
      .m_valid_i   ({core_in_m_tvalid, core_out_m_tvalid}),
      .m_ready_o   (test_m_ready),
      .m_data_i    ({in_m_tdata, out_m_tdata}),
      .m_keep_i    ({in_m_tkeep, out_m_tkeep})
  );

  stream_gate #(
      .LANES(LANES)
  ) u_out_gate (
      .clk_i,
      .rst_ni,
      .active_i         (active),
      .desc_tvalid      (out_desc_tvalid),
      .desc_tready      (out_desc_tready),
      .desc_tdata       (out_desc_tdata),
      .s_tvalid         (out_s_tvalid),
      .s_tready         (out_s_tready),
      .s_tdata          (out_s_tdata),
      .s_tkeep          (out_s_tkeep),
      .s_tlast          (out_s_tlast),
      .stat_tvalid      (out_stat_tvalid),
      .stat_tready      (out_stat_tready),
      .m_tvalid         (out_m_tvalid),
      .m_tready         (out_m_tready),
      .test_desc_valid_i(test_desc_valid[0]),
      .test_s_valid_i   (test_s_valid[0]),
      .test_data_i      (test_data),
      .test_keep_i      (test_keep),
      .test_last_i      (test_last),
      .test_stat_ready_i(test_stat_ready[0]),
      .test_m_ready_i   (test_m_ready[0]),
      .core_desc_tvalid (core_out_desc_tvalid),
      .core_desc_tready (core_out_desc_tready),
      .core_desc_tdata  (core_out_desc_tdata),
      .core_s_tvalid    (core_out_s_tvalid),
      .core_s_tready    (core_out_s_tready),
      .core_s_tdata     (core_out_s_tdata),
      .core_s_tkeep     (core_out_s_tkeep),
      .core_s_tlast     (core_out_s_tlast),
      .core_stat_tvalid (core_out_stat_tvalid),
      .core_stat_tready (core_out_stat_tready),
      .core_m_tvalid    (core_out_m_tvalid),
      .core_m_tready    (core_out_m_tready)
  );

  stream_gate #(
      .LANES(LANES)
  ) u_in_gate (
      .clk_i,
      .rst_ni,
      .active_i         (active),
      .desc_tvalid      (in_desc_tvalid),
      .desc_tready      (in_desc_tready),
      .desc_tdata       (in_desc_tdata),
      .s_tvalid         (in_s_tvalid),
      .s_tready         (in_s_tready),
      .s_tdata          (in_s_tdata),
      .s_tkeep          (in_s_tkeep),
      .s_tlast          (in_s_tlast),
      .stat_tvalid      (in_stat_tvalid),
      .stat_tready      (in_stat_tready),
      .m_tvalid         (in_m_tvalid),
      .m_tready         (in_m_tready),
      .test_desc_valid_i(test_desc_valid[1]),
      .test_s_valid_i   (test_s_valid[1]),
      .test_data_i      (test_data),
      .test_keep_i      (test_keep),
      .test_last_i      (test_last),
      .test_stat_ready_i(test_stat_ready[1]),
      .test_m_ready_i   (test_m_ready[1]),
      .core_desc_tvalid (core_in_desc_tvalid),
      .core_desc_tready (core_in_desc_tready),
      .core_desc_tdata  (core_in_desc_tdata),
      .core_s_tvalid    (core_in_s_tvalid),
      .core_s_tready    (core_in_s_tready),
      .core_s_tdata     (core_in_s_tdata),
      .core_s_tkeep     (core_in_s_tkeep),
      .core_s_tlast     (core_in_s_tlast),
      .core_stat_tvalid (core_in_stat_tvalid),
      .core_stat_tready (core_in_stat_tready),
      .core_m_tvalid    (core_in_m_tvalid),
      .core_m_tready    (core_in_m_tready)
  );

  // ------------------------------------------------------------------ core
  if (FULL) begin : gen_full
    core_full #(
        .NUM_SAS   (NUM_SAS),
        .WINDOW    (WINDOW),
        .LANES     (LANES),
        .RING_DEPTH(RING_DEPTH),
        .MAX_PACKET(MAX_PACKET),
        .SIM       (SIM)
    ) u_core (
        .clk_i,
        .rst_ni,
        .time_ns_i,
        .enable_i       (enable_i || active),
        .count_i        (!active),
        .boot_done_o,
        .idle_o         (idle),
        .cmd_valid_i,
        .cmd_ready_o,
        .cmd_i,
        .cmd_done_o,
        .cmd_rsp_o,
        .snap_o,
        .stg_wr_en_i,
        .stg_wr_addr_i,
        .stg_wr_data_i,
        .stg_wr_ready_o,
        .ev_head_o,
        .ev_tail_i,
        .ev_late_o,
        .ring_rd_en_i,
        .ring_rd_addr_i,
        .ring_rd_data_o,
        .ecc_corrected_o,
        .ecc_fatal_o,
        .out_desc_tvalid(core_out_desc_tvalid),
        .out_desc_tready(core_out_desc_tready),
        .out_desc_tdata(core_out_desc_tdata),
        .out_s_tvalid(core_out_s_tvalid),
        .out_s_tready(core_out_s_tready),
        .out_s_tdata(core_out_s_tdata),
        .out_s_tkeep(core_out_s_tkeep),
        .out_s_tlast(core_out_s_tlast),
        .out_stat_tvalid(core_out_stat_tvalid),
        .out_stat_tready(core_out_stat_tready),
        .out_stat_tdata,
        .out_m_tvalid(core_out_m_tvalid),
        .out_m_tready(core_out_m_tready),
        .out_m_tdata,
        .out_m_tkeep,
        .out_m_tlast,
        .in_desc_tvalid(core_in_desc_tvalid),
        .in_desc_tready(core_in_desc_tready),
        .in_desc_tdata(core_in_desc_tdata),
        .in_s_tvalid(core_in_s_tvalid),
        .in_s_tready(core_in_s_tready),
        .in_s_tdata(core_in_s_tdata),
        .in_s_tkeep(core_in_s_tkeep),
        .in_s_tlast(core_in_s_tlast),
        .in_stat_tvalid(core_in_stat_tvalid),
        .in_stat_tready(core_in_stat_tready),
        .in_stat_tdata,
        .in_m_tvalid(core_in_m_tvalid),
        .in_m_tready(core_in_m_tready),
        .in_m_tdata,
        .in_m_tkeep,
        .in_m_tlast
    );
  end else begin : gen_compact
    core_compact #(
        .NUM_SAS   (NUM_SAS),
        .WINDOW    (WINDOW),
        .ENGINES   (ENGINES),
        .SBOX_RAM  (SBOX_RAM),
        .RING_DEPTH(RING_DEPTH),
        .MAX_PACKET(MAX_PACKET),
        .SIM       (SIM)
    ) u_core (
        .clk_i,
        .rst_ni,
        .time_ns_i,
        .enable_i       (enable_i || active),
        .count_i        (!active),
        .boot_done_o,
        .idle_o         (idle),
        .cmd_valid_i,
        .cmd_ready_o,
        .cmd_i,
        .cmd_done_o,
        .cmd_rsp_o,
        .snap_o,
        .stg_wr_en_i,
        .stg_wr_addr_i,
        .stg_wr_data_i,
        .stg_wr_ready_o,
        .ev_head_o,
        .ev_tail_i,
        .ev_late_o,
        .ring_rd_en_i,
        .ring_rd_addr_i,
        .ring_rd_data_o,
        .ecc_corrected_o,
        .ecc_fatal_o,
        .out_desc_tvalid(core_out_desc_tvalid),
        .out_desc_tready(core_out_desc_tready),
        .out_desc_tdata(core_out_desc_tdata),
        .out_s_tvalid(core_out_s_tvalid),
        .out_s_tready(core_out_s_tready),
        .out_s_tdata(core_out_s_tdata),
        .out_s_tkeep(core_out_s_tkeep),
        .out_s_tlast(core_out_s_tlast),
        .out_stat_tvalid(core_out_stat_tvalid),
        .out_stat_tready(core_out_stat_tready),
        .out_stat_tdata,
        .out_m_tvalid(core_out_m_tvalid),
        .out_m_tready(core_out_m_tready),
        .out_m_tdata,
        .out_m_tkeep,
        .out_m_tlast,
        .in_desc_tvalid(core_in_desc_tvalid),
        .in_desc_tready(core_in_desc_tready),
        .in_desc_tdata(core_in_desc_tdata),
        .in_s_tvalid(core_in_s_tvalid),
        .in_s_tready(core_in_s_tready),
        .in_s_tdata(core_in_s_tdata),
        .in_s_tkeep(core_in_s_tkeep),
        .in_s_tlast(core_in_s_tlast),
        .in_stat_tvalid(core_in_stat_tvalid),
        .in_stat_tready(core_in_stat_tready),
        .in_stat_tdata,
        .in_m_tvalid(core_in_m_tvalid),
        .in_m_tready(core_in_m_tready),
        .in_m_tdata,
        .in_m_tkeep,
        .in_m_tlast
    );
  end

  // While the ports are shut, the clocks are needed.
  assign idle_o = idle && !test_o.busy;
endmodule
