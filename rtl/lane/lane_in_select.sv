// esp_selector in two clocks: does a packet match the selectors of its SA (G11, RFC 4301 5.2 step 4)?
//
//   en1_i   _|~|______     policy, addresses, protocol and ports
//   en2_i   ___|~|____     ports_shown_i
//   match_o _____|=====
//
// A port range other than 0..65535 asks for a protocol that has ports (TCP, UDP, SCTP, DCCP, UDP-Lite) and for a packet that
// shows them.
module lane_in_select
  import lane_in_pkg::*;
(
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         en1_i,
    input  policy_t      policy_i,
    input  logic         v6_i,
    input  logic [127:0] src_i,
    input  logic [127:0] dst_i,
    input  logic [7:0]   proto_i,
    input  logic [31:0]  ports_i,        // source, destination
    input  logic         en2_i,
    input  logic         ports_shown_i,
    output logic         match_o
);
  // Of eight groups of 16 bits: all of it agrees, and the first plen % 16 bits of it do.
  typedef struct packed {
    logic [7:0] whole;
    logic [7:0] part;
    logic [3:0] groups;  // that have to agree as a whole; 8 and more: all of them
  } prefix_t;

  function automatic prefix_t compare(input logic [127:0] a, input logic [127:0] b, input logic [7:0] plen);
    logic [127:0] diff = a ^ b;
    logic [15:0]  keep = ~(16'hFFFF >> plen[3:0]);
    prefix_t      out;
    for (int g = 0; g < 8; g++) begin
      out.whole[g] = diff[127-16*g-:16] == '0;
      out.part[g]  = (diff[127-16*g-:16] & keep) == '0;
    end
    out.groups = plen[7:4];
    return out;
  endfunction

  function automatic logic agrees(input prefix_t p);
    logic good = 1'b1;
    for (int g = 0; g < 8; g++) good &= p.groups > 4'(g) ? p.whole[g] : p.groups != 4'(g) || p.part[g];
    return good;
  endfunction

  function automatic logic has_ports(input logic [7:0] proto);
    return proto == 8'd6 || proto == 8'd17 || proto == 8'd33 || proto == 8'd132 || proto == 8'd136;
  endfunction

  prefix_t src_q, dst_q;
  logic    kind_q;                    // family and protocol
  logic    ported_q;                  // the protocol has ports
  logic    any_q, in_range_q;         // both ranges are 0..65535; both ports are in their ranges
  logic    match_q;

  wire sport_any = policy_i.ports.sport_lo == 16'h0000 && policy_i.ports.sport_hi == 16'hFFFF;
  wire dport_any = policy_i.ports.dport_lo == 16'h0000 && policy_i.ports.dport_hi == 16'hFFFF;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      src_q      <= '0;
      dst_q      <= '0;
      kind_q     <= 1'b0;
      ported_q   <= 1'b0;
      any_q      <= 1'b0;
      in_range_q <= 1'b0;
      match_q    <= 1'b0;
    end else begin
      if (en1_i) begin
        src_q      <= compare(src_i, policy_i.src_prefix, policy_i.src_plen);
        dst_q      <= compare(dst_i, policy_i.dst_prefix, policy_i.dst_plen);
        kind_q     <= (policy_i.family == 8'd0 || policy_i.family == (v6_i ? 8'd6 : 8'd4)) &&
                      (policy_i.protocol == 8'd0 || policy_i.protocol == proto_i);
        ported_q   <= has_ports(proto_i);
        any_q      <= sport_any && dport_any;
        in_range_q <= ports_i[31:16] >= policy_i.ports.sport_lo && ports_i[31:16] <= policy_i.ports.sport_hi &&
                      ports_i[15:0] >= policy_i.ports.dport_lo && ports_i[15:0] <= policy_i.ports.dport_hi;
      end
      if (en2_i) match_q <= kind_q && agrees(src_q) && agrees(dst_q) && (any_q || (ported_q && ports_shown_i && in_range_q));
    end
  end

  assign match_o = match_q;
endmodule
