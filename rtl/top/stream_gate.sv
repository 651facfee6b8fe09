// The packet ports of one direction before the core: open, or shut while the loopback has the core to itself. Shut is one register,
// active_i; whatever else happens, no port offers or takes anything then (G4, G11).
module stream_gate #(
    parameter int LANES = 1
) (
    input  logic                    clk_i,
    input  logic                    rst_ni,
    input  logic                    active_i,
    // Ports.
    input  logic [LANES-1:0]        desc_tvalid,
    output logic [LANES-1:0]        desc_tready,
    input  logic [LANES-1:0][127:0] desc_tdata,
    input  logic [LANES-1:0]        s_tvalid,
    output logic [LANES-1:0]        s_tready,
    input  logic [LANES-1:0][127:0] s_tdata,
    input  logic [LANES-1:0][15:0]  s_tkeep,
    input  logic [LANES-1:0]        s_tlast,
    output logic [LANES-1:0]        stat_tvalid,
    input  logic [LANES-1:0]        stat_tready,
    output logic [LANES-1:0]        m_tvalid,
    input  logic [LANES-1:0]        m_tready,
    // Loopback.
    input  logic [LANES-1:0]        test_desc_valid_i,
    input  logic [LANES-1:0]        test_s_valid_i,
    input  logic [127:0]            test_data_i,
    input  logic [15:0]             test_keep_i,
    input  logic                    test_last_i,
    input  logic [LANES-1:0]        test_stat_ready_i,
    input  logic [LANES-1:0]        test_m_ready_i,
    // Core.
    output logic [LANES-1:0]        core_desc_tvalid,
    input  logic [LANES-1:0]        core_desc_tready,
    output logic [LANES-1:0][127:0] core_desc_tdata,
    output logic [LANES-1:0]        core_s_tvalid,
    input  logic [LANES-1:0]        core_s_tready,
    output logic [LANES-1:0][127:0] core_s_tdata,
    output logic [LANES-1:0][15:0]  core_s_tkeep,
    output logic [LANES-1:0]        core_s_tlast,
    input  logic [LANES-1:0]        core_stat_tvalid,
    output logic [LANES-1:0]        core_stat_tready,
    input  logic [LANES-1:0]        core_m_tvalid,
    output logic [LANES-1:0]        core_m_tready
);
  wire [LANES-1:0] open = {LANES{!active_i}};

  assign desc_tready = core_desc_tready & open;
  assign s_tready    = core_s_tready & open;
  assign stat_tvalid = core_stat_tvalid & open;
  assign m_tvalid    = core_m_tvalid & open;

  assign core_desc_tvalid = active_i ? test_desc_valid_i : desc_tvalid;
  assign core_desc_tdata  = active_i ? {LANES{test_data_i}} : desc_tdata;
  assign core_s_tvalid    = active_i ? test_s_valid_i : s_tvalid;
  assign core_s_tdata     = active_i ? {LANES{test_data_i}} : s_tdata;
  assign core_s_tkeep     = active_i ? {LANES{test_keep_i}} : s_tkeep;
  assign core_s_tlast     = active_i ? {LANES{test_last_i}} : s_tlast;
  assign core_stat_tready = active_i ? test_stat_ready_i : stat_tready;
  assign core_m_tready    = active_i ? test_m_ready_i : m_tready;

  // ------------------------------------------------------------------ interface rules
  // What the core gives out is watched in there; what is offered to it is watched here, at the ports.
  for (genvar l = 0; l < LANES; l++) begin : gen_check
    stream_check #(.WIDTH(128)) u_desc (.clk_i, .rst_ni, .valid_i(desc_tvalid[l]), .ready_i(desc_tready[l]), .data_i(desc_tdata[l]));
    stream_check #(.WIDTH(145)) u_s (
        .clk_i, .rst_ni, .valid_i(s_tvalid[l]), .ready_i(s_tready[l]), .data_i({s_tdata[l], s_tkeep[l], s_tlast[l]})
    );
  end

`ifndef SYNTHESIS
  logic active_q;
  always_ff @(posedge clk_i) begin
    active_q <= rst_ni && active_i;
    if (rst_ni && active_i) a_g4_shut: assert ({desc_tready, s_tready, stat_tvalid, m_tvalid} == '0);
    // When the gate moves, nothing stands behind it.
    if (rst_ni && active_i != active_q) a_g4_empty: assert ({core_stat_tvalid, core_m_tvalid} == '0);
  end
`endif
endmodule
