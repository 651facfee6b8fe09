// Changes an IP header while its beats go by. Pure; the new checksum comes from ip_checksum, which has looked at beat 0 before.
//
// Beat 0 always gets the ECN field on ecn_i and, if asked, a TTL or hop limit that is one less. With resize_i (transport
// mode) length and upper-layer protocol are replaced as well, the latter wherever nh_offset_i says: octet 6 or 9 of the base
// header, or the first octet of an extension header.
module ip_patch (
    input  logic [127:0] beat_i,
    input  logic [11:0]  beat_no_i,
    input  logic         dec_ttl_i,
    input  logic [1:0]   ecn_i,
    input  logic         resize_i,
    input  logic [15:0]  total_len_i,  // octets of the whole packet, base header included
    input  logic [15:0]  nh_offset_i,
    input  logic [7:0]   proto_i,
    input  logic [15:0]  checksum_i,
    output logic [127:0] beat_o,
    output logic [1:0]   ecn_o,        // as it was; these two mean something for beat 0 only
    output logic         ttl_end_o     // must go no further (dec_ttl_i, TTL 0 or 1)
);
  wire        v6      = beat_i[127:124] == 4'd6;
  wire [7:0]  ttl_was = v6 ? beat_i[71:64] : beat_i[63:56];
  wire [7:0]  ttl     = ttl_was - {7'd0, dec_ttl_i};
  wire [15:0] len     = resize_i ? total_len_i : beat_i[111:96];

  assign ecn_o      = v6 ? beat_i[117:116] : beat_i[113:112];
  assign ttl_end_o  = dec_ttl_i && ttl_was <= 8'd1;

  always_comb begin
    beat_o = beat_i;
    if (beat_no_i == '0) begin
      if (v6) begin
        beat_o[117:116] = ecn_i;
        beat_o[71:64]   = ttl;
        if (resize_i) beat_o[95:80] = total_len_i - 16'd40;
      end else begin
        beat_o[113:112] = ecn_i;
        beat_o[111:96]  = len;
        beat_o[63:56]   = ttl;
        beat_o[47:32]   = checksum_i;
      end
    end
    if (resize_i && beat_no_i == nh_offset_i[15:4]) begin
      unique case (nh_offset_i[3:0])
        4'd6: beat_o[79:72] = proto_i;
        4'd9: beat_o[55:48] = proto_i;
        4'd8: beat_o[63:56] = proto_i;
        default: beat_o[127:120] = proto_i;
      endcase
    end
  end
endmodule
