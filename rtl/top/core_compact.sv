// The compact profile below the registers: one outbound and one inbound packet path share the SA table.
//
//   out_desc, out_s -> pkt_ingest -> esp_out -> pkt_store -> out_stat, out_m
//                                       |
//                     commands ---- sad_table
//                                       |
//   in_desc, in_s   -> pkt_ingest -> esp_in  -> pkt_store -> in_stat, in_m
//
// ENGINES AES engines (aes_pool) serve both paths.
//
// Nothing is taken in before the table's boot sweep is done and the host has set CONTROL.enable.
module core_compact
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import esp_pkg::*;
#(
    parameter int NUM_SAS    = 64,
    parameter int WINDOW     = 64,
    parameter int ENGINES    = 2,     // AES engines, 1..8
    parameter bit SBOX_RAM   = 1'b0,  // their S-boxes in block RAM
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
    output logic         in_m_tlast
);
  logic  table_idle;
  wire   intake = boot_done_o && enable_i;

  // ------------------------------------------------------------------ SA table
  logic        adm_req_valid, adm_req_ready, adm_rsp_valid, adm_rsp_ready;
  out_req_t    adm_req;
  out_rsp_t    adm_rsp;
  logic        lkp_req_valid, lkp_req_ready, lkp_rsp_valid, lkp_rsp_ready;
  lookup_req_t lkp_req;
  lookup_rsp_t lkp_rsp;
  logic        cmt_req_valid, cmt_req_ready, cmt_rsp_valid, cmt_rsp_ready;
  commit_req_t cmt_req;
  verdict_e    cmt_rsp;
  logic        ocnt_valid, ocnt_ready, ocnt_taken, icnt_valid, icnt_ready, icnt_taken;
  verdict_e    ocnt_verdict, icnt_verdict;
  // What the loopback sends is not traffic.
  assign ocnt_ready = ocnt_taken || !count_i;
  assign icnt_ready = icnt_taken || !count_i;

  sad_table #(
      .NUM_SAS   (NUM_SAS),
      .WINDOW    (WINDOW),
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
      .adm_rsp_ready_i(adm_rsp_ready),
      .adm_rsp_o      (adm_rsp),
      .lkp_req_valid_i(lkp_req_valid),
      .lkp_req_ready_o(lkp_req_ready),
      .lkp_req_i      (lkp_req),
      .lkp_rsp_valid_o(lkp_rsp_valid),
      .lkp_rsp_ready_i(lkp_rsp_ready),
      .lkp_rsp_o      (lkp_rsp),
      .cmt_req_valid_i(cmt_req_valid),
      .cmt_req_ready_o(cmt_req_ready),
      .cmt_req_i      (cmt_req),
      .cmt_rsp_valid_o(cmt_rsp_valid),
      .cmt_rsp_ready_i(cmt_rsp_ready),
      .cmt_rsp_o      (cmt_rsp),
      .ocnt_valid_i   (ocnt_valid && count_i),
      .ocnt_ready_o   (ocnt_taken),
      .ocnt_verdict_i (ocnt_verdict),
      .icnt_valid_i   (icnt_valid && count_i),
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

  // ------------------------------------------------------------------ AES engines: client 0 outbound, 1 inbound
  // GHASH keeps up with half of the engines: a block takes 8, 4 or 3 clocks (decision 9).
  localparam int GhashDigit = ENGINES == 1 ? 16 : ENGINES <= 7 ? 32 : 43;

  logic [1:0]        aes_req_valid, aes_req_ready, aes_req_key256, aes_rsp_valid, aes_rsp_ready;
  logic [1:0][255:0] aes_req_key;
  logic [1:0][127:0] aes_req_block, aes_rsp_block;
  logic              aes_busy;

  aes_pool #(
      .ENGINES (ENGINES),
      .CLIENTS (2),
      .SBOX_RAM(SBOX_RAM)
  ) u_aes (
      .clk_i,
      .rst_ni,
      .req_valid_i (aes_req_valid),
      .req_ready_o (aes_req_ready),
      .req_key256_i(aes_req_key256),
      .req_key_i   (aes_req_key),
      .req_block_i (aes_req_block),
      .rsp_valid_o (aes_rsp_valid),
      .rsp_ready_i (aes_rsp_ready),
      .rsp_block_o (aes_rsp_block),
      .busy_o      (aes_busy)
  );

  // ------------------------------------------------------------------ packet paths
  localparam int IngestDepth = 1 << $clog2((MAX_PACKET + 15) / 16);
  // The longest ESP packet: TFC padding (508 octets), headers, trailer and ICV (93), each rounded up to beats.
  localparam int OutStoreDepth = 1 << $clog2((MAX_PACKET + 15) / 16 + 40);

  logic         out_rec_valid, out_rec_ready, out_ring_rd_en, out_wr_valid, out_commit_valid, out_commit_ready;
  logic         out_ends_busy, out_engine_busy;
  ingest_t      out_rec;
  logic [15:0]  out_ring_rd_addr, out_space, out_wr_beat;
  logic [127:0] out_ring_rd_data, out_wr_data;
  status_desc_t out_commit_status;

  packet_ends #(
      .MAX_PACKET  (MAX_PACKET),
      .EXACT       (1'b1),
      .INGEST_DEPTH(IngestDepth),
      .STORE_DEPTH (OutStoreDepth)
  ) u_out_ends (
      .clk_i,
      .rst_ni,
      .enable_i       (intake),
      .desc_tvalid    (out_desc_tvalid),
      .desc_tready    (out_desc_tready),
      .desc_tdata     (out_desc_tdata),
      .s_tvalid       (out_s_tvalid),
      .s_tready       (out_s_tready),
      .s_tdata        (out_s_tdata),
      .s_tkeep        (out_s_tkeep),
      .s_tlast        (out_s_tlast),
      .stat_tvalid    (out_stat_tvalid),
      .stat_tready    (out_stat_tready),
      .stat_tdata     (out_stat_tdata),
      .m_tvalid       (out_m_tvalid),
      .m_tready       (out_m_tready),
      .m_tdata        (out_m_tdata),
      .m_tkeep        (out_m_tkeep),
      .m_tlast        (out_m_tlast),
      .rec_valid_o    (out_rec_valid),
      .rec_ready_i    (out_rec_ready),
      .rec_o          (out_rec),
      .ring_rd_en_i   (out_ring_rd_en),
      .ring_rd_addr_i (out_ring_rd_addr),
      .ring_rd_data_o (out_ring_rd_data),
      .space_o        (out_space),
      .wr_valid_i     (out_wr_valid),
      .wr_beat_i      (out_wr_beat),
      .wr_data_i      (out_wr_data),
      .commit_valid_i (out_commit_valid),
      .commit_ready_o (out_commit_ready),
      .commit_status_i(out_commit_status),
      .busy_o         (out_ends_busy)
  );

  esp_out #(
      .GHASH_DIGIT(GhashDigit)
  ) u_esp_out (
      .clk_i,
      .rst_ni,
      .rec_valid_i    (out_rec_valid),
      .rec_ready_o    (out_rec_ready),
      .rec_i          (out_rec),
      .ring_rd_en_o   (out_ring_rd_en),
      .ring_rd_addr_o (out_ring_rd_addr),
      .ring_rd_data_i (out_ring_rd_data),
      .adm_req_valid_o(adm_req_valid),
      .adm_req_ready_i(adm_req_ready),
      .adm_req_o      (adm_req),
      .adm_rsp_valid_i(adm_rsp_valid),
      .adm_rsp_ready_o(adm_rsp_ready),
      .adm_rsp_i      (adm_rsp),
      .aes_req_valid_o (aes_req_valid[0]),
      .aes_req_ready_i (aes_req_ready[0]),
      .aes_req_key256_o(aes_req_key256[0]),
      .aes_req_key_o   (aes_req_key[0]),
      .aes_req_block_o (aes_req_block[0]),
      .aes_rsp_valid_i (aes_rsp_valid[0]),
      .aes_rsp_ready_o (aes_rsp_ready[0]),
      .aes_rsp_block_i (aes_rsp_block[0]),
      .space_i        (out_space),
      .wr_valid_o     (out_wr_valid),
      .wr_beat_o      (out_wr_beat),
      .wr_data_o      (out_wr_data),
      .commit_valid_o (out_commit_valid),
      .commit_ready_i (out_commit_ready),
      .commit_status_o(out_commit_status),
      .cnt_valid_o    (ocnt_valid),
      .cnt_ready_i    (ocnt_ready),
      .cnt_verdict_o  (ocnt_verdict),
      .busy_o         (out_engine_busy)
  );

  logic         in_rec_valid, in_rec_ready, in_ring_rd_en, in_wr_valid, in_commit_valid, in_commit_ready;
  logic         in_ends_busy, in_engine_busy;
  ingest_t      in_rec;
  logic [15:0]  in_ring_rd_addr, in_space, in_wr_beat;
  logic [127:0] in_ring_rd_data, in_wr_data;
  status_desc_t in_commit_status;

  packet_ends #(
      .MAX_PACKET  (MAX_PACKET),
      .EXACT       (1'b0),
      .INGEST_DEPTH(IngestDepth),
      .STORE_DEPTH (IngestDepth)
  ) u_in_ends (
      .clk_i,
      .rst_ni,
      .enable_i       (intake),
      .desc_tvalid    (in_desc_tvalid),
      .desc_tready    (in_desc_tready),
      .desc_tdata     (in_desc_tdata),
      .s_tvalid       (in_s_tvalid),
      .s_tready       (in_s_tready),
      .s_tdata        (in_s_tdata),
      .s_tkeep        (in_s_tkeep),
      .s_tlast        (in_s_tlast),
      .stat_tvalid    (in_stat_tvalid),
      .stat_tready    (in_stat_tready),
      .stat_tdata     (in_stat_tdata),
      .m_tvalid       (in_m_tvalid),
      .m_tready       (in_m_tready),
      .m_tdata        (in_m_tdata),
      .m_tkeep        (in_m_tkeep),
      .m_tlast        (in_m_tlast),
      .rec_valid_o    (in_rec_valid),
      .rec_ready_i    (in_rec_ready),
      .rec_o          (in_rec),
      .ring_rd_en_i   (in_ring_rd_en),
      .ring_rd_addr_i (in_ring_rd_addr),
      .ring_rd_data_o (in_ring_rd_data),
      .space_o        (in_space),
      .wr_valid_i     (in_wr_valid),
      .wr_beat_i      (in_wr_beat),
      .wr_data_i      (in_wr_data),
      .commit_valid_i (in_commit_valid),
      .commit_ready_o (in_commit_ready),
      .commit_status_i(in_commit_status),
      .busy_o         (in_ends_busy)
  );

  esp_in #(
      .GHASH_DIGIT(GhashDigit)
  ) u_esp_in (
      .clk_i,
      .rst_ni,
      .rec_valid_i    (in_rec_valid),
      .rec_ready_o    (in_rec_ready),
      .rec_i          (in_rec),
      .ring_rd_en_o   (in_ring_rd_en),
      .ring_rd_addr_o (in_ring_rd_addr),
      .ring_rd_data_i (in_ring_rd_data),
      .lkp_req_valid_o(lkp_req_valid),
      .lkp_req_ready_i(lkp_req_ready),
      .lkp_req_o      (lkp_req),
      .lkp_rsp_valid_i(lkp_rsp_valid),
      .lkp_rsp_ready_o(lkp_rsp_ready),
      .lkp_rsp_i      (lkp_rsp),
      .cmt_req_valid_o(cmt_req_valid),
      .cmt_req_ready_i(cmt_req_ready),
      .cmt_req_o      (cmt_req),
      .cmt_rsp_valid_i(cmt_rsp_valid),
      .cmt_rsp_ready_o(cmt_rsp_ready),
      .cmt_rsp_i      (cmt_rsp),
      .aes_req_valid_o (aes_req_valid[1]),
      .aes_req_ready_i (aes_req_ready[1]),
      .aes_req_key256_o(aes_req_key256[1]),
      .aes_req_key_o   (aes_req_key[1]),
      .aes_req_block_o (aes_req_block[1]),
      .aes_rsp_valid_i (aes_rsp_valid[1]),
      .aes_rsp_ready_o (aes_rsp_ready[1]),
      .aes_rsp_block_i (aes_rsp_block[1]),
      .space_i        (in_space),
      .wr_valid_o     (in_wr_valid),
      .wr_beat_o      (in_wr_beat),
      .wr_data_o      (in_wr_data),
      .commit_valid_o (in_commit_valid),
      .commit_ready_i (in_commit_ready),
      .commit_status_o(in_commit_status),
      .cnt_valid_o    (icnt_valid),
      .cnt_ready_i    (icnt_ready),
      .cnt_verdict_o  (icnt_verdict),
      .busy_o         (in_engine_busy)
  );

  assign idle_o = table_idle && !out_ends_busy && !out_engine_busy && !in_ends_busy && !in_engine_busy && !aes_busy;

  // ------------------------------------------------------------------ interface rules
  `define SALLYPORT_CHECK(NAME, VALID, READY, DATA) \
      stream_check #(.WIDTH($bits(DATA))) NAME (.clk_i, .rst_ni, .valid_i(VALID), .ready_i(READY), .data_i(DATA));
  `SALLYPORT_CHECK(u_chk_adm_req, adm_req_valid, adm_req_ready, adm_req)
  `SALLYPORT_CHECK(u_chk_adm_rsp, adm_rsp_valid, adm_rsp_ready, adm_rsp)
  `SALLYPORT_CHECK(u_chk_lkp_req, lkp_req_valid, lkp_req_ready, lkp_req)
  `SALLYPORT_CHECK(u_chk_lkp_rsp, lkp_rsp_valid, lkp_rsp_ready, lkp_rsp)
  `SALLYPORT_CHECK(u_chk_cmt_req, cmt_req_valid, cmt_req_ready, cmt_req)
  `SALLYPORT_CHECK(u_chk_cmt_rsp, cmt_rsp_valid, cmt_rsp_ready, cmt_rsp)
  `SALLYPORT_CHECK(u_chk_ocnt, ocnt_valid, ocnt_ready, ocnt_verdict)
  `SALLYPORT_CHECK(u_chk_icnt, icnt_valid, icnt_ready, icnt_verdict)
  `undef SALLYPORT_CHECK
endmodule
