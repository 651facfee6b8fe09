// Does a packet match the selectors of its SA (G11, RFC 4301 5.2 step 4)? Answer the clock after en_i.
//
// A port range other than 0..65535 asks for a protocol that has ports (TCP, UDP, SCTP, DCCP, UDP-Lite) and for a packet
// that shows them: not a later fragment, at least 4 octets of upper layer.
module esp_selector
  import sallyport_abi_pkg::*;
(
    input  logic          clk_i,
    input  logic          rst_ni,
    input  logic          en_i,
    input  sa_word1_in_t  ports_i,
    input  sa_word11_in_t rule_i,
    input  logic [127:0]  src_prefix_i,
    input  logic [127:0]  dst_prefix_i,
    input  logic          v6_i,
    input  logic [127:0]  src_i,
    input  logic [127:0]  dst_i,
    input  logic [7:0]    proto_i,
    input  logic [31:0]   l4_i,          // source port, destination port
    input  logic          l4_shown_i,    // l4_i is there
    output logic          match_o
);
  // The first plen bits agree; 128 and more: all of them.
  function automatic logic prefix_match(input logic [127:0] a, input logic [127:0] b, input logic [7:0] plen);
    logic [127:0] diff = a ^ b;
    logic [15:0]  part;  // of the group of 16 bits in which the prefix ends
    logic         good = 1'b1;
    for (int j = 0; j < 16; j++) part[15-j] = plen[3:0] > 4'(j);
    for (int g = 0; g < 8; g++) begin
      if (plen[7:4] > 4'(g)) good &= diff[127-16*g-:16] == '0;
      else if (plen[7:4] == 4'(g)) good &= (diff[127-16*g-:16] & part) == '0;
    end
    return good;
  endfunction

  function automatic logic has_ports(input logic [7:0] proto);
    return proto == 8'd6 || proto == 8'd17 || proto == 8'd33 || proto == 8'd132 || proto == 8'd136;
  endfunction

  function automatic logic port_match(input logic [15:0] port, input logic [15:0] lo, input logic [15:0] hi,
                                      input logic shown);
    return (lo == 16'h0000 && hi == 16'hFFFF) || (shown && port >= lo && port <= hi);
  endfunction

  wire  shown = l4_shown_i && has_ports(proto_i);
  logic match_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      match_q <= 1'b0;
    end else if (en_i) begin
      match_q <= (rule_i.family == 8'd0 || rule_i.family == (v6_i ? 8'd6 : 8'd4))
          && (rule_i.protocol == 8'd0 || rule_i.protocol == proto_i)
          && prefix_match(src_i, src_prefix_i, rule_i.src_plen)
          && prefix_match(dst_i, dst_prefix_i, rule_i.dst_plen)
          && port_match(l4_i[31:16], ports_i.sport_lo, ports_i.sport_hi, shown)
          && port_match(l4_i[15:0], ports_i.dport_lo, ports_i.dport_hi, shown);
    end
  end

  assign match_o = match_q;

  wire unused = &{1'b0, rule_i.reserved};
endmodule
