// The two ends of a packet path and its AXI4-Stream ports; the engine (esp_out or esp_in) sits between them.
//
//   desc, s -> axis_order -> pkt_ingest -> (engine) -> pkt_store -> axis_order -> stat, m
module packet_ends
  import sallyport_abi_pkg::*;
  import esp_pkg::*;
#(
    parameter int MAX_PACKET   = 10240,  // octets
    parameter bit EXACT        = 1'b1,   // see pkt_ingest
    parameter int INGEST_DEPTH = 1024,   // beats
    parameter int STORE_DEPTH  = 1024
) (
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         enable_i,  // low: no new packet is taken in
    // AXI4-Stream.
    input  logic         desc_tvalid,
    output logic         desc_tready,
    input  logic [127:0] desc_tdata,
    input  logic         s_tvalid,
    output logic         s_tready,
    input  logic [127:0] s_tdata,
    input  logic [15:0]  s_tkeep,
    input  logic         s_tlast,
    output logic         stat_tvalid,
    input  logic         stat_tready,
    output logic [127:0] stat_tdata,
    output logic         m_tvalid,
    input  logic         m_tready,
    output logic [127:0] m_tdata,
    output logic [15:0]  m_tkeep,
    output logic         m_tlast,
    // Engine.
    output logic         rec_valid_o,
    input  logic         rec_ready_i,
    output ingest_t      rec_o,
    input  logic         ring_rd_en_i,
    input  logic [15:0]  ring_rd_addr_i,
    output logic [127:0] ring_rd_data_o,
    output logic [15:0]  space_o,
    input  logic         wr_valid_i,
    input  logic [15:0]  wr_beat_i,
    input  logic [127:0] wr_data_i,
    input  logic         commit_valid_i,
    output logic         commit_ready_o,
    input  status_desc_t commit_status_i,
    output logic         busy_o
);
  // ------------------------------------------------------------------ intake
  logic [127:0] desc, data;
  logic [4:0]   bytes;
  logic         ingest_busy;

  axis_order u_desc_order (.data_i(desc_tdata), .data_o(desc));
  axis_order u_data_order (.data_i(s_tdata), .data_o(data));

  axis_bytes u_bytes (.keep_i(s_tkeep), .bytes_o(bytes));

  pkt_ingest #(
      .DEPTH     (INGEST_DEPTH),
      .MAX_PACKET(MAX_PACKET),
      .LEN_LSB   (80),
      .EXACT     (EXACT)
  ) u_ingest (
      .clk_i,
      .rst_ni,
      .enable_i,
      .desc_valid_i(desc_tvalid),
      .desc_ready_o(desc_tready),
      .desc_i      (desc),
      .data_valid_i(s_tvalid),
      .data_ready_o(s_tready),
      .data_i      (data),
      .data_bytes_i(bytes),
      .data_last_i (s_tlast),
      .rec_valid_o,
      .rec_ready_i,
      .rec_o,
      .rd_en_i     (ring_rd_en_i),
      .rd_addr_i   (ring_rd_addr_i),
      .rd_data_o   (ring_rd_data_o),
      .busy_o      (ingest_busy)
  );

  // ------------------------------------------------------------------ output
  status_desc_t status;
  logic [127:0] out_data;
  logic [4:0]   out_bytes;
  logic         store_busy;

  pkt_store #(
      .DEPTH(STORE_DEPTH)
  ) u_store (
      .clk_i,
      .rst_ni,
      .space_o,
      .wr_valid_i,
      .wr_beat_i,
      .wr_data_i,
      .commit_valid_i,
      .commit_ready_o,
      .commit_status_i,
      .st_valid_o     (stat_tvalid),
      .st_ready_i     (stat_tready),
      .st_o           (status),
      .out_valid_o    (m_tvalid),
      .out_ready_i    (m_tready),
      .out_data_o     (out_data),
      .out_bytes_o    (out_bytes),
      .out_last_o     (m_tlast),
      .busy_o         (store_busy)
  );

  axis_order u_stat_order (.data_i(status), .data_o(stat_tdata));
  axis_order u_out_order (.data_i(out_data), .data_o(m_tdata));

  axis_keep u_keep (.bytes_i(out_bytes), .keep_o(m_tkeep));

  assign busy_o = ingest_busy || store_busy;

  // ------------------------------------------------------------------ interface rules
  stream_check #(.WIDTH(128)) u_chk_stat (.clk_i, .rst_ni, .valid_i(stat_tvalid), .ready_i(stat_tready), .data_i(stat_tdata));
  stream_check #(.WIDTH(145)) u_chk_m (
      .clk_i, .rst_ni, .valid_i(m_tvalid), .ready_i(m_tready), .data_i({m_tdata, m_tkeep, m_tlast})
  );
  stream_check #(.WIDTH($bits(ingest_t))) u_chk_rec (
      .clk_i, .rst_ni, .valid_i(rec_valid_o), .ready_i(rec_ready_i), .data_i(rec_o)
  );
  stream_check #(.WIDTH(128)) u_chk_commit (
      .clk_i, .rst_ni, .valid_i(commit_valid_i), .ready_i(commit_ready_o), .data_i(commit_status_i)
  );
endmodule
