// The full profile below the registers: LANES lanes, each with a pipelined cipher for either direction, share the SA table.
//
//   lane 0  out_desc, out_s -> lane_out -> out_stat, out_m        requests      +----------+
//           in_desc, in_s   -> lane_in  -> in_stat, in_m      ================> | sad_full | <== commands
//   lane 1  ...                                               <== answers ===== +----------+
//
// Nothing is taken in before the table's boot sweep is done and the host has set CONTROL.enable.
module core_full
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
#(
    parameter int NUM_SAS    = 1024,
    parameter int WINDOW     = 64,
    parameter int LANES      = 1,
    parameter int RING_DEPTH = 256,
    parameter int MAX_PACKET = 10240,
    parameter bit SIM        = 1'b0
) (
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic [63:0]  time_ns_i,
    input  logic         enable_i,     // take packets in
    input  logic         count_i,      // verdicts are counted
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
  logic             table_idle;
  logic [LANES-1:0] lane_busy;
  wire              intake = boot_done_o && enable_i;

  logic        [LANES-1:0] adm_req_valid, adm_req_ready, adm_rsp_valid;
  logic        [LANES-1:0] lkp_req_valid, lkp_req_ready, lkp_rsp_valid;
  logic        [LANES-1:0] cmt_req_valid, cmt_req_ready, cmt_rsp_valid;
  logic        [LANES-1:0] ocnt_valid, ocnt_ready, ocnt_taken, icnt_valid, icnt_ready, icnt_taken;
  out_req_t    [LANES-1:0] adm_req;
  out_rsp_t    [LANES-1:0] adm_rsp;
  lookup_req_t [LANES-1:0] lkp_req;
  lookup_rsp_t [LANES-1:0] lkp_rsp;
  commit_req_t [LANES-1:0] cmt_req;
  verdict_e    [LANES-1:0] cmt_rsp, ocnt_verdict, icnt_verdict;
  // What the loopback sends is not traffic.
  assign ocnt_ready = ocnt_taken | ~{LANES{count_i}};
  assign icnt_ready = icnt_taken | ~{LANES{count_i}};

  sad_full #(
      .NUM_SAS   (NUM_SAS),
      .WINDOW    (WINDOW),
      .LANES     (LANES),
      .RING_DEPTH(RING_DEPTH),
      .SIM       (SIM)
  ) u_sad (
      .clk_i,
      .rst_ni,
      .boot_done_o,
      .idle_o         (table_idle),
      .time_ns_i,
      .adm_req_valid_i(adm_req_valid),
      .adm_req_ready_o(adm_req_ready),
      .adm_req_i      (adm_req),
      .adm_rsp_valid_o(adm_rsp_valid),
      .adm_rsp_o      (adm_rsp),
      .lkp_req_valid_i(lkp_req_valid),
      .lkp_req_ready_o(lkp_req_ready),
      .lkp_req_i      (lkp_req),
      .lkp_rsp_valid_o(lkp_rsp_valid),
      .lkp_rsp_o      (lkp_rsp),
      .cmt_req_valid_i(cmt_req_valid),
      .cmt_req_ready_o(cmt_req_ready),
      .cmt_req_i      (cmt_req),
      .cmt_rsp_valid_o(cmt_rsp_valid),
      .cmt_rsp_o      (cmt_rsp),
      .ocnt_valid_i   (ocnt_valid & {LANES{count_i}}),
      .ocnt_ready_o   (ocnt_taken),
      .ocnt_verdict_i (ocnt_verdict),
      .icnt_valid_i   (icnt_valid & {LANES{count_i}}),
      .icnt_ready_o   (icnt_taken),
      .icnt_verdict_i (icnt_verdict),
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
      .ecc_fatal_o
  );

  for (genvar l = 0; l < LANES; l++) begin : gen_lane
    lane #(
        .MAX_PACKET(MAX_PACKET)
    ) u_lane (
        .clk_i,
        .rst_ni,
        .enable_i       (intake),
        .busy_o         (lane_busy[l]),
        .out_desc_tvalid(out_desc_tvalid[l]),
        .out_desc_tready(out_desc_tready[l]),
        .out_desc_tdata (out_desc_tdata[l]),
        .out_s_tvalid   (out_s_tvalid[l]),
        .out_s_tready   (out_s_tready[l]),
        .out_s_tdata    (out_s_tdata[l]),
        .out_s_tkeep    (out_s_tkeep[l]),
        .out_s_tlast    (out_s_tlast[l]),
        .out_stat_tvalid(out_stat_tvalid[l]),
        .out_stat_tready(out_stat_tready[l]),
        .out_stat_tdata (out_stat_tdata[l]),
        .out_m_tvalid   (out_m_tvalid[l]),
        .out_m_tready   (out_m_tready[l]),
        .out_m_tdata    (out_m_tdata[l]),
        .out_m_tkeep    (out_m_tkeep[l]),
        .out_m_tlast    (out_m_tlast[l]),
        .in_desc_tvalid (in_desc_tvalid[l]),
        .in_desc_tready (in_desc_tready[l]),
        .in_desc_tdata  (in_desc_tdata[l]),
        .in_s_tvalid    (in_s_tvalid[l]),
        .in_s_tready    (in_s_tready[l]),
        .in_s_tdata     (in_s_tdata[l]),
        .in_s_tkeep     (in_s_tkeep[l]),
        .in_s_tlast     (in_s_tlast[l]),
        .in_stat_tvalid (in_stat_tvalid[l]),
        .in_stat_tready (in_stat_tready[l]),
        .in_stat_tdata  (in_stat_tdata[l]),
        .in_m_tvalid    (in_m_tvalid[l]),
        .in_m_tready    (in_m_tready[l]),
        .in_m_tdata     (in_m_tdata[l]),
        .in_m_tkeep     (in_m_tkeep[l]),
        .in_m_tlast     (in_m_tlast[l]),
        .adm_req_valid_o(adm_req_valid[l]),
        .adm_req_ready_i(adm_req_ready[l]),
        .adm_req_o      (adm_req[l]),
        .adm_rsp_valid_i(adm_rsp_valid[l]),
        .adm_rsp_i      (adm_rsp[l]),
        .lkp_req_valid_o(lkp_req_valid[l]),
        .lkp_req_ready_i(lkp_req_ready[l]),
        .lkp_req_o      (lkp_req[l]),
        .lkp_rsp_valid_i(lkp_rsp_valid[l]),
        .lkp_rsp_i      (lkp_rsp[l]),
        .cmt_req_valid_o(cmt_req_valid[l]),
        .cmt_req_ready_i(cmt_req_ready[l]),
        .cmt_req_o      (cmt_req[l]),
        .cmt_rsp_valid_i(cmt_rsp_valid[l]),
        .cmt_rsp_i      (cmt_rsp[l]),
        .ocnt_valid_o   (ocnt_valid[l]),
        .ocnt_ready_i   (ocnt_ready[l]),
        .ocnt_verdict_o (ocnt_verdict[l]),
        .icnt_valid_o   (icnt_valid[l]),
        .icnt_ready_i   (icnt_ready[l]),
        .icnt_verdict_o (icnt_verdict[l])
    );
  end

  assign idle_o = table_idle && lane_busy == '0;

  initial begin
    if (LANES != 1 && LANES != 2 && LANES != 4 && LANES != 8) $error("core_full: 1, 2, 4 or 8 lanes");
  end
endmodule
