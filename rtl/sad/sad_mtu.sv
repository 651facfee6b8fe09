// Would the ESP form of a packet pass the path MTU? Pure.
//
//   tunnel     outer IP 20 | 40, [UDP 8], SPI and number 8, IV 8, cipher octets, ICV 16
//   transport  what stands before the ESP header, then the same
module sad_mtu (
    input  logic        tunnel_i,
    input  logic        outer_v6_i,
    input  logic        udp_i,
    input  logic [15:0] esp_offset_i,
    input  logic [15:0] octets_i,    // cipher octets
    input  logic [15:0] path_mtu_i,
    output logic        too_big_o,
    output logic [15:0] fits_o       // largest inner packet that fits; 0 when none does
);
  wire [15:0] ahead  = tunnel_i ? (outer_v6_i ? 16'd40 : 16'd20) : esp_offset_i;
  wire [17:0] around = {2'b00, ahead} + (udp_i ? 18'd40 : 18'd32);
  wire [17:0] outer  = around + {2'b00, octets_i};
  wire [17:0] room   = {2'b00, path_mtu_i} - around;  // negative: bit 17
  // The cipher handles a multiple of 4 octets, two of which are pad length and next header.
  wire [15:0] inner  = {room[15:2], 2'b00} - 16'd2;

  assign too_big_o = outer > {2'b00, path_mtu_i};
  assign fits_o    = (room[17] || room[17:2] == '0) ? 16'd0 : tunnel_i ? inner : inner + esp_offset_i;

  wire unused_room = ^room[1:0];
endmodule
