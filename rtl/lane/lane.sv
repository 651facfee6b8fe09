// One lane of the full profile: an outbound and an inbound path, with the AXI4-Stream order of octets turned at their ends.
module lane
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
#(
    parameter int MAX_PACKET = 10240  // octets
) (
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         enable_i,  // take packets in
    output logic         busy_o,

    // Outbound: plain packets in, ESP packets out. AXI4-Stream.
    input  logic         out_desc_tvalid,
    output logic         out_desc_tready,
    input  logic [127:0] out_desc_tdata,
    input  logic         out_s_tvalid,
    output logic         out_s_tready,
    input  logic [127:0] out_s_tdata,
    input  logic [15:0]  out_s_tkeep,
    input  logic         out_s_tlast,
    output logic         out_stat_tvalid,
    input  logic         out_stat_tready,
    output logic [127:0] out_stat_tdata,
    output logic         out_m_tvalid,
    input  logic         out_m_tready,
    output logic [127:0] out_m_tdata,
    output logic [15:0]  out_m_tkeep,
    output logic         out_m_tlast,

    // Inbound: ESP packets in, plain packets out. AXI4-Stream.
    input  logic         in_desc_tvalid,
    output logic         in_desc_tready,
    input  logic [127:0] in_desc_tdata,
    input  logic         in_s_tvalid,
    output logic         in_s_tready,
    input  logic [127:0] in_s_tdata,
    input  logic [15:0]  in_s_tkeep,
    input  logic         in_s_tlast,
    output logic         in_stat_tvalid,
    input  logic         in_stat_tready,
    output logic [127:0] in_stat_tdata,
    output logic         in_m_tvalid,
    input  logic         in_m_tready,
    output logic [127:0] in_m_tdata,
    output logic [15:0]  in_m_tkeep,
    output logic         in_m_tlast,

    // SA table: requests are valid/ready, answers are pulses.
    output logic         adm_req_valid_o,
    input  logic         adm_req_ready_i,
    output out_req_t     adm_req_o,
    input  logic         adm_rsp_valid_i,
    input  out_rsp_t     adm_rsp_i,
    output logic         lkp_req_valid_o,
    input  logic         lkp_req_ready_i,
    output lookup_req_t  lkp_req_o,
    input  logic         lkp_rsp_valid_i,
    input  lookup_rsp_t  lkp_rsp_i,
    output logic         cmt_req_valid_o,
    input  logic         cmt_req_ready_i,
    output commit_req_t  cmt_req_o,
    input  logic         cmt_rsp_valid_i,
    input  verdict_e     cmt_rsp_i,
    output logic         ocnt_valid_o,
    input  logic         ocnt_ready_i,
    output verdict_e     ocnt_verdict_o,
    output logic         icnt_valid_o,
    input  logic         icnt_ready_i,
    output verdict_e     icnt_verdict_o
);
  localparam int Depth = 1 << $clog2((MAX_PACKET + 15) / 16);
  // The longest ESP packet: TFC padding (508 octets), headers, trailer and ICV (93), each rounded up to beats.
  localparam int OutStoreDepth = 1 << $clog2((MAX_PACKET + 15) / 16 + 40);
  // The longest packet and what is still under way when room ends (lane_in).
  localparam int InStoreDepth = 1 << $clog2((MAX_PACKET + 15) / 16 + 10);

  logic [127:0] out_desc, out_s, out_stat, out_m, in_desc, in_s, in_stat, in_m;
  logic [4:0]   out_s_bytes, out_m_bytes, in_s_bytes, in_m_bytes;
  logic         out_busy, in_busy;

  axis_order u_out_desc (.data_i(out_desc_tdata), .data_o(out_desc));
  axis_order u_out_s (.data_i(out_s_tdata), .data_o(out_s));
  axis_order u_out_stat (.data_i(out_stat), .data_o(out_stat_tdata));
  axis_order u_out_m (.data_i(out_m), .data_o(out_m_tdata));
  axis_bytes u_out_bytes (.keep_i(out_s_tkeep), .bytes_o(out_s_bytes));
  axis_keep u_out_keep (.bytes_i(out_m_bytes), .keep_o(out_m_tkeep));
  axis_order u_in_desc (.data_i(in_desc_tdata), .data_o(in_desc));
  axis_order u_in_s (.data_i(in_s_tdata), .data_o(in_s));
  axis_order u_in_stat (.data_i(in_stat), .data_o(in_stat_tdata));
  axis_order u_in_m (.data_i(in_m), .data_o(in_m_tdata));
  axis_bytes u_in_bytes (.keep_i(in_s_tkeep), .bytes_o(in_s_bytes));
  axis_keep u_in_keep (.bytes_i(in_m_bytes), .keep_o(in_m_tkeep));

  lane_out #(
      .MAX_PACKET  (MAX_PACKET),
      .INGEST_DEPTH(Depth),
      .STORE_DEPTH (OutStoreDepth)
  ) u_out (
      .clk_i,
      .rst_ni,
      .enable_i,
      .desc_valid_i   (out_desc_tvalid),
      .desc_ready_o   (out_desc_tready),
      .desc_i         (out_desc),
      .data_valid_i   (out_s_tvalid),
      .data_ready_o   (out_s_tready),
      .data_i         (out_s),
      .data_bytes_i   (out_s_bytes),
      .data_last_i    (out_s_tlast),
      .st_valid_o     (out_stat_tvalid),
      .st_ready_i     (out_stat_tready),
      .st_o           (out_stat),
      .out_valid_o    (out_m_tvalid),
      .out_ready_i    (out_m_tready),
      .out_data_o     (out_m),
      .out_bytes_o    (out_m_bytes),
      .out_last_o     (out_m_tlast),
      .adm_req_valid_o,
      .adm_req_ready_i,
      .adm_req_o,
      .adm_rsp_valid_i,
      .adm_rsp_i,
      .cnt_valid_o    (ocnt_valid_o),
      .cnt_ready_i    (ocnt_ready_i),
      .cnt_verdict_o  (ocnt_verdict_o),
      .busy_o         (out_busy)
  );

  lane_in #(
      .MAX_PACKET  (MAX_PACKET),
      .INGEST_DEPTH(Depth),
      .STORE_DEPTH (InStoreDepth)
  ) u_in (
      .clk_i,
      .rst_ni,
      .enable_i,
      .desc_valid_i   (in_desc_tvalid),
      .desc_ready_o   (in_desc_tready),
      .desc_i         (in_desc),
      .data_valid_i   (in_s_tvalid),
      .data_ready_o   (in_s_tready),
      .data_i         (in_s),
      .data_bytes_i   (in_s_bytes),
      .data_last_i    (in_s_tlast),
      .st_valid_o     (in_stat_tvalid),
      .st_ready_i     (in_stat_tready),
      .st_o           (in_stat),
      .out_valid_o    (in_m_tvalid),
      .out_ready_i    (in_m_tready),
      .out_data_o     (in_m),
      .out_bytes_o    (in_m_bytes),
      .out_last_o     (in_m_tlast),
      .lkp_req_valid_o,
      .lkp_req_ready_i,
      .lkp_req_o,
      .lkp_rsp_valid_i,
      .lkp_rsp_i,
      .cmt_req_valid_o,
      .cmt_req_ready_i,
      .cmt_req_o,
      .cmt_rsp_valid_i,
      .cmt_rsp_i,
      .cnt_valid_o    (icnt_valid_o),
      .cnt_ready_i    (icnt_ready_i),
      .cnt_verdict_o  (icnt_verdict_o),
      .busy_o         (in_busy)
  );

  assign busy_o = out_busy || in_busy;

  // ------------------------------------------------------------------ interface rules
  `define SALLYPORT_CHECK(NAME, VALID, READY, DATA) \
      stream_check #(.WIDTH($bits(DATA))) NAME (.clk_i, .rst_ni, .valid_i(VALID), .ready_i(READY), .data_i(DATA));
  `SALLYPORT_CHECK(u_chk_out_stat, out_stat_tvalid, out_stat_tready, out_stat_tdata)
  `SALLYPORT_CHECK(u_chk_out_m, out_m_tvalid, out_m_tready, {out_m_tdata, out_m_tkeep, out_m_tlast})
  `SALLYPORT_CHECK(u_chk_in_stat, in_stat_tvalid, in_stat_tready, in_stat_tdata)
  `SALLYPORT_CHECK(u_chk_in_m, in_m_tvalid, in_m_tready, {in_m_tdata, in_m_tkeep, in_m_tlast})
  `SALLYPORT_CHECK(u_chk_adm, adm_req_valid_o, adm_req_ready_i, adm_req_o)
  `SALLYPORT_CHECK(u_chk_lkp, lkp_req_valid_o, lkp_req_ready_i, lkp_req_o)
  `SALLYPORT_CHECK(u_chk_cmt, cmt_req_valid_o, cmt_req_ready_i, cmt_req_o)
  `SALLYPORT_CHECK(u_chk_ocnt, ocnt_valid_o, ocnt_ready_i, ocnt_verdict_o)
  `SALLYPORT_CHECK(u_chk_icnt, icnt_valid_o, icnt_ready_i, icnt_verdict_o)
  `undef SALLYPORT_CHECK
endmodule
