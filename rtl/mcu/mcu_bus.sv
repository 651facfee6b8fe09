// Joins the management core's masters and targets.
//
//   loader ---.
//   data -----+--> image memory, data memory, devices
//   fetch ----'     (fetch: the two memories only)
//
// Every target takes a request a clock, of the first master in this order that wants it; masters at different targets do not wait for each
// other. A master has one request under way and is granted the next one with the answer, so answers come in order. A request for which
// there is no target, or a write to the locked image, is answered with err.
module mcu_bus
  import reg_pkg::*;
  import sallyport_abi_pkg::*;
#(
    parameter int IMAGE_OCTETS = 65536,
    parameter int DATA_OCTETS  = 32768,
    localparam int Masters = 3,
    localparam int Targets = 3
) (
    input  logic                   clk_i,
    input  logic                   rst_ni,
    // 0 loader, 1 data, 2 fetch
    input  logic     [Masters-1:0] m_valid_i,
    output logic     [Masters-1:0] m_ready_o,
    input  reg_req_t [Masters-1:0] m_req_i,
    output logic     [Masters-1:0] m_rsp_valid_o,
    output reg_rsp_t [Masters-1:0] m_rsp_o,
    // 0 image, 1 data, 2 devices
    output logic     [Targets-1:0] t_valid_o,
    input  logic     [Targets-1:0] t_ready_i,
    output reg_req_t [Targets-1:0] t_req_o,
    input  logic     [Targets-1:0] t_rsp_valid_i,
    input  reg_rsp_t [Targets-1:0] t_rsp_i,
    input  logic                   image_locked_i  // the image cannot be written, by anybody
);
  localparam int Nobody = Targets;

  // ------------------------------------------------------------------ who wants whom
  logic [Masters-1:0][1:0] wants;       // target, or Nobody
  logic [Masters-1:0][1:0] target_q;    // of the request under way
  logic [Masters-1:0]      waiting_q;   // for an answer
  logic [Masters-1:0]      may;         // ask in this clock

  function automatic logic [1:0] decode(input logic [31:0] addr, input logic write, input logic devices, input logic locked);
    logic [31:0] in_image, in_data;
    in_image = addr - CORE_IMAGE_BASE;
    in_data  = addr - CORE_DATA_BASE;
    if (in_image < 32'(IMAGE_OCTETS)) return write && locked ? 2'(Nobody) : 2'd0;
    if (in_data < 32'(DATA_OCTETS)) return 2'd1;
    if (devices && addr[31:29] == CORE_DEVICE_BASE[31:29]) return 2'd2;  // and CORE_ACCEL_BASE
    return 2'(Nobody);
  endfunction

  logic [Targets-1:0][Masters-1:0] asks, serves;
  logic [Targets-1:0]              owned_q;  // an answer is to come
  logic [Masters-1:0]              lost, lost_q;

  always_comb begin
    for (int m = 0; m < Masters; m++) begin
      wants[m] = decode(m_req_i[m].addr, m_req_i[m].write, m != 2, image_locked_i);
      // With the answer of the last request, or after it.
      may[m]   = m_valid_i[m] && (!waiting_q[m] || m_rsp_valid_o[m]);
      lost[m]  = may[m] && wants[m] == 2'(Nobody);
    end
    for (int t = 0; t < Targets; t++) begin
      for (int m = 0; m < Masters; m++) asks[t][m] = may[m] && wants[m] == 2'(t) && (!owned_q[t] || t_rsp_valid_i[t]);
      serves[t]    = asks[t] & (~asks[t] + 1'b1);
      t_valid_o[t] = asks[t] != '0;
      t_req_o[t]   = '0;
      for (int m = 0; m < Masters; m++) if (serves[t][m]) t_req_o[t] = m_req_i[m];
    end
  end

  // By itself: what a target grants may depend on what it is asked.
  always_comb begin
    m_ready_o = lost;
    for (int t = 0; t < Targets; t++) if (t_ready_i[t]) m_ready_o |= serves[t];
  end

  // ------------------------------------------------------------------ answers
  always_comb begin
    for (int m = 0; m < Masters; m++) begin
      m_rsp_valid_o[m] = lost_q[m];
      m_rsp_o[m]       = lost_q[m] ? '{err: 1'b1, rdata: '0} : '0;
      for (int t = 0; t < Targets; t++) begin
        if (waiting_q[m] && target_q[m] == 2'(t) && t_rsp_valid_i[t]) begin
          m_rsp_valid_o[m] = 1'b1;
          m_rsp_o[m]       = t_rsp_i[t];
        end
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      waiting_q <= '0;
      target_q  <= '0;
      lost_q    <= '0;
      owned_q   <= '0;
    end else begin
      lost_q <= lost;
      for (int m = 0; m < Masters; m++) begin
        if (m_rsp_valid_o[m]) waiting_q[m] <= 1'b0;
        if (m_valid_i[m] && m_ready_o[m]) begin
          waiting_q[m] <= 1'b1;
          target_q[m]  <= wants[m];
        end
      end
      for (int t = 0; t < Targets; t++) begin
        if (t_rsp_valid_i[t]) owned_q[t] <= 1'b0;
        if (t_valid_o[t] && t_ready_i[t]) owned_q[t] <= 1'b1;
      end
    end
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      for (int t = 0; t < Targets; t++) begin
        a_one: assert ($onehot0(serves[t]));
        // No answer without a request, and it goes to the master that asked.
        if (t_rsp_valid_i[t]) begin
          int waiting;
          waiting = 0;
          for (int m = 0; m < Masters; m++) if (waiting_q[m] && target_q[m] == 2'(t)) waiting++;
          a_asked: assert (owned_q[t] && waiting == 1);
        end
      end
      for (int m = 0; m < Masters; m++) if (m_rsp_valid_o[m]) a_waited: assert (waiting_q[m]);
    end
  end
`endif
endmodule
