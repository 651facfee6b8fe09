// The management core with its memories: one image, locked while it runs, and data. What else it reaches are devices at CORE_DEVICE_BASE.
//
//   loader ----.
//   Ibex data --+-- mcu_bus --+-- image memory
//   Ibex fetch -'             +-- data memory
//                             '-- devices
//
// core_rst_ni holds the core alone in reset; bus and memories go on, and the loader fills them. wipe_i zeroes both memories.
module mcu_system
  import reg_pkg::*;
  import sallyport_abi_pkg::*;
#(
    parameter int IMAGE_OCTETS = 65536,
    parameter int DATA_OCTETS  = 32768,
    parameter bit SIM          = 1'b0,
    localparam int FlipWidth = $clog2((IMAGE_OCTETS > DATA_OCTETS ? IMAGE_OCTETS : DATA_OCTETS) / 4)
) (
    input  logic        clk_i,
    input  logic        rst_ni,
    input  logic        core_rst_ni,
    input  logic        locked_i,       // the image cannot be written
    input  logic        wipe_i,
    output logic        wiping_o,
    input  logic        load_valid_i,
    output logic        load_ready_o,
    input  reg_req_t    load_req_i,
    output logic        load_rsp_valid_o,
    output reg_rsp_t    load_rsp_o,
    output logic        dev_valid_o,
    input  logic        dev_ready_i,
    output reg_req_t    dev_req_o,
    input  logic        dev_rsp_valid_i,
    input  reg_rsp_t    dev_rsp_i,
    input  logic        irq_timer_i,
    input  logic        irq_external_i,
    input  logic [14:0] irq_fast_i,
    output logic        sleeping_o,
    output logic        double_fault_o,
    output logic [1:0]  corrected_o,    // pulses, of image and data: a word was wrong in one bit, in more
    output logic [1:0]  fatal_o,
    // Simulation only; tie to 0 otherwise.
    input  logic [1:0]           flip_en_i,
    input  logic [FlipWidth-1:0] flip_addr_i,
    input  logic [38:0]          flip_mask_i
);
  logic     [2:0] m_valid, m_ready, m_rsp_valid, t_valid, t_ready, t_rsp_valid;
  reg_req_t [2:0] m_req, t_req;
  reg_rsp_t [2:0] m_rsp, t_rsp;
  logic     [1:0] wiping;

  assign m_valid[0]       = load_valid_i;
  assign m_req[0]         = load_req_i;
  assign load_ready_o     = m_ready[0];
  assign load_rsp_valid_o = m_rsp_valid[0];
  assign load_rsp_o       = m_rsp[0];
  assign dev_valid_o      = t_valid[2];
  assign dev_req_o        = t_req[2];
  assign t_ready[2]       = dev_ready_i;
  assign t_rsp_valid[2]   = dev_rsp_valid_i;
  assign t_rsp[2]         = dev_rsp_i;
  assign wiping_o         = wiping != '0;

  mcu_cpu u_cpu (
      .clk_i,
      .rst_ni           (rst_ni && core_rst_ni),
      .boot_addr_i      (CORE_IMAGE_BASE),
      .fetch_valid_o    (m_valid[2]),
      .fetch_ready_i    (m_ready[2]),
      .fetch_req_o      (m_req[2]),
      .fetch_rsp_valid_i(m_rsp_valid[2]),
      .fetch_rsp_i      (m_rsp[2]),
      .data_valid_o     (m_valid[1]),
      .data_ready_i     (m_ready[1]),
      .data_req_o       (m_req[1]),
      .data_rsp_valid_i (m_rsp_valid[1]),
      .data_rsp_i       (m_rsp[1]),
      .irq_timer_i,
      .irq_external_i,
      .irq_fast_i,
      .sleeping_o,
      .double_fault_o
  );

  mcu_bus #(
      .IMAGE_OCTETS(IMAGE_OCTETS),
      .DATA_OCTETS (DATA_OCTETS)
  ) u_bus (
      .clk_i,
      .rst_ni,
      .m_valid_i     (m_valid),
      .m_ready_o     (m_ready),
      .m_req_i       (m_req),
      .m_rsp_valid_o (m_rsp_valid),
      .m_rsp_o       (m_rsp),
      .t_valid_o     (t_valid),
      .t_ready_i     (t_ready),
      .t_req_o       (t_req),
      .t_rsp_valid_i (t_rsp_valid),
      .t_rsp_i       (t_rsp),
      .image_locked_i(locked_i)
  );

  for (genvar r = 0; r < 2; r++) begin : gen_ram
    localparam int Octets = r == 0 ? IMAGE_OCTETS : DATA_OCTETS;

    mcu_ram #(
        .OCTETS(Octets),
        .SIM   (SIM)
    ) u_ram (
        .clk_i,
        .rst_ni,
        .valid_i    (t_valid[r]),
        .ready_o    (t_ready[r]),
        .req_i      (t_req[r]),
        .rsp_valid_o(t_rsp_valid[r]),
        .rsp_o      (t_rsp[r]),
        .wipe_i,
        .wiping_o   (wiping[r]),
        .corrected_o(corrected_o[r]),
        .fatal_o    (fatal_o[r]),
        .flip_en_i  (flip_en_i[r]),
        .flip_addr_i(flip_addr_i[$clog2(Octets/4)-1:0]),
        .flip_mask_i
    );
  end

  wire unused = &{1'b0, flip_addr_i};
endmodule
