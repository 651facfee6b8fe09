// Would the ESP form of a packet pass the path MTU? sad_mtu in three clocks, two adders in a row at most.
//
//   en_i  0  what stands around the cipher's octets: outer header or what stands before ESP, [UDP], 32 octets
//         1  too_big_o in the clock after; the room that the MTU leaves
//         2  fits_o in the clock after
module sad_fit (
    input  logic        clk_i,
    input  logic [2:0]  en_i,         // a packet is there
    // With en_i[0].
    input  logic        tunnel_i,
    input  logic        outer_v6_i,
    input  logic        udp_i,
    input  logic [15:0] esp_offset_i,
    // With en_i[1].
    input  logic [15:0] octets_i,     // cipher octets
    input  logic [15:0] path_mtu_i,
    output logic        too_big_o,
    output logic [15:0] fits_o        // largest inner packet that fits; 0 when none does
);
  logic [16:0] around_q;
  logic [15:0] more_q, more2_q;  // fits_o beyond the cipher's octets: what stands before ESP, less pad length and next header
  logic [17:0] room_q;           // negative: bit 17
  logic        too_big_q;
  logic [15:0] fits_q;

  wire [15:0] ahead = tunnel_i ? (outer_v6_i ? 16'd40 : 16'd20) : esp_offset_i;

  always_ff @(posedge clk_i) begin
    if (en_i[0]) begin
      around_q <= 17'(ahead) + (udp_i ? 17'd40 : 17'd32);
      more_q   <= tunnel_i ? 16'hFFFE : esp_offset_i - 16'd2;
    end
    if (en_i[1]) begin
      room_q    <= 18'(path_mtu_i) - 18'(around_q);
      too_big_q <= 18'(around_q) + 18'(octets_i) > 18'(path_mtu_i);
      more2_q   <= more_q;
    end
    // The cipher handles a multiple of 4 octets.
    if (en_i[2]) fits_q <= (room_q[17] || room_q[16:2] == '0) ? 16'd0 : {room_q[15:2], 2'b00} + more2_q;
  end

  assign too_big_o = too_big_q;
  assign fits_o    = fits_q;

  wire unused_room = ^room_q[1:0];
endmodule
