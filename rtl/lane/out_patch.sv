// Changes the IP header of an outbound packet beat by beat. Pure; the compact profile (ip_patch) looks at beat 0 in clocks of its own,
// which here belong to the next beat.
//
// The new IPv4 checksum needs no more than the old one (RFC 1624): by how much the words of the header grow is known from the
// packet's descriptor and its SA, for the length and the protocol as for the TTL. fix_i is that growth as a one's complement
// number, never 0, so that the result is exactly what RFC 1624 gives: -0 stays -0.
module out_patch (
    input  logic [127:0] beat_i,
    input  logic         first_i,     // beat 0 of a header that changes
    input  logic         resize_i,    // length and protocol change (transport mode), else the TTL
    input  logic         v6_i,
    input  logic [15:0]  len_i,       // octets of the packet that is built
    input  logic [15:0]  fix_i,
    input  logic         named_i,     // the octet that names the upper layer is in this beat
    input  logic [1:0]   place_i,     // which one: 0, 6, 8, 9
    input  logic [7:0]   name_i,
    output logic [127:0] beat_o
);
  wire [16:0] sum      = {1'b0, ~beat_i[47:32]} + {1'b0, fix_i};
  wire [15:0] checksum = ~(sum[15:0] + {15'd0, sum[16]});

  always_comb begin
    beat_o = beat_i;
    if (first_i) begin
      if (v6_i) begin
        if (resize_i) beat_o[95:80] = len_i - 16'd40;
        else beat_o[71:64] = beat_i[71:64] - 8'd1;
      end else begin
        if (resize_i) beat_o[111:96] = len_i;
        else beat_o[63:56] = beat_i[63:56] - 8'd1;
        beat_o[47:32] = checksum;
      end
    end
    if (named_i) begin
      unique case (place_i)
        2'd0: beat_o[127:120] = name_i;
        2'd1: beat_o[79:72] = name_i;
        2'd2: beat_o[63:56] = name_i;
        default: beat_o[55:48] = name_i;
      endcase
    end
  end
endmodule
