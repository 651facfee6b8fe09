// Who reaches what: the host and the management core at the accelerator's registers, and the host at the core.
//
//   host --+-- HOST_CORE_REGS, HOST_MAILBOX, HOST_IMAGE ------------------------> core block
//          '-- all else --.
//   core -----------------+--> the accelerator's registers, one access at a time; the core goes first
//
// While the core rules, the host reads as before, but writes to the staging bank only: keys come from it, everything else is the
// firmware's (one writer). Accesses that are not allowed are answered with err and do nothing.
module reg_switch
  import reg_pkg::*;
  import sallyport_abi_pkg::*;
#(
    parameter int STAGING_BASE   = 'h8000,
    parameter int STAGING_OCTETS = 'h400
) (
    input  logic     clk_i,
    input  logic     rst_ni,
    input  logic     core_rules_i,
    // 0 host, 1 core
    input  logic     [1:0] m_valid_i,
    output logic     [1:0] m_ready_o,
    input  reg_req_t [1:0] m_req_i,
    output logic     [1:0] m_rsp_valid_o,
    output reg_rsp_t [1:0] m_rsp_o,
    // 0 registers, 1 core block
    output logic     [1:0] t_valid_o,
    input  logic     [1:0] t_ready_i,
    output reg_req_t [1:0] t_req_o,
    output logic           by_core_o,  // whose t_req_o[0] is
    input  logic     [1:0] t_rsp_valid_i,
    input  reg_rsp_t [1:0] t_rsp_i
);
  localparam logic [31:0] CoreEnd = HOST_MAILBOX + 32'(MAILBOX_OCTETS);

  wire [31:0] host_addr  = m_req_i[0].addr;
  wire        to_core    = (host_addr >= HOST_CORE_REGS && host_addr < CoreEnd) || host_addr >= HOST_IMAGE;
  wire        to_staging = host_addr - STAGING_BASE < 32'(STAGING_OCTETS);
  // The registers are 64 KiB; a wild store of the core must not come round to them.
  wire        wild       = m_req_i[1].addr[31:16] != '0;
  wire        forbidden  = core_rules_i && m_req_i[0].write && !to_staging && !to_core;

  logic busy_q, owner_q;  // an access of 1 the core, 0 the host is under way at the registers
  logic refused_q, wild_q;

  wire free      = !busy_q || t_rsp_valid_i[0];
  wire host_asks = m_valid_i[0] && !to_core && !forbidden;
  wire core_asks = m_valid_i[1] && !wild;
  wire owner     = core_asks;

  assign t_valid_o[0] = free && (core_asks || host_asks);
  assign t_req_o[0]   = m_req_i[owner];
  assign by_core_o    = owner;
  assign t_valid_o[1] = m_valid_i[0] && to_core;
  assign t_req_o[1]   = m_req_i[0];

  wire fire = t_valid_o[0] && t_ready_i[0];

  assign m_ready_o[1] = wild ? !wild_q : fire && owner;
  assign m_ready_o[0] = to_core ? t_ready_i[1] : forbidden ? !refused_q : fire && !owner;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      busy_q    <= 1'b0;
      owner_q   <= 1'b0;
      refused_q <= 1'b0;
      wild_q    <= 1'b0;
    end else begin
      wild_q    <= m_valid_i[1] && wild && !wild_q;
      refused_q <= m_valid_i[0] && forbidden && !refused_q;
      if (t_rsp_valid_i[0]) busy_q <= 1'b0;
      if (fire) begin
        busy_q  <= 1'b1;
        owner_q <= owner;
      end
    end
  end

  always_comb begin
    m_rsp_valid_o[1] = (t_rsp_valid_i[0] && owner_q) || wild_q;
    m_rsp_o[1]       = wild_q ? '{err: 1'b1, rdata: '0} : t_rsp_i[0];
    m_rsp_valid_o[0] = (t_rsp_valid_i[0] && !owner_q) || t_rsp_valid_i[1] || refused_q;
    m_rsp_o[0]       = refused_q ? '{err: 1'b1, rdata: '0} : t_rsp_valid_i[1] ? t_rsp_i[1] : t_rsp_i[0];
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      if (t_rsp_valid_i[0]) a_asked: assert (busy_q);
      // The host has one access under way, so one answer comes.
      a_one: assert ($onehot0({t_rsp_valid_i[0] && !owner_q, t_rsp_valid_i[1], refused_q}));
      if (core_rules_i && fire && !owner && m_req_i[0].write) a_rules: assert (to_staging);
    end
  end
`endif
endmodule
