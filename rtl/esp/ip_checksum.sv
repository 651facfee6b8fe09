// The IPv4 header checksum after ip_patch, from beat 0 of the header. Pure. The checksum is updated, not computed anew (RFC 1624): a
// header that came in damaged stays damaged. Of an IPv6 header the result means nothing.
module ip_checksum (
    input  logic [127:0] beat_i,
    input  logic         dec_ttl_i,
    input  logic [1:0]   ecn_i,
    input  logic         resize_i,
    input  logic [15:0]  total_len_i,  // with resize_i: octets of the whole packet, upper-layer protocol
    input  logic [7:0]   proto_i,
    output logic [15:0]  checksum_o
);
  // The words that may change: 0, 1 and 4.
  wire [7:0]  ttl       = beat_i[63:56] - {7'd0, dec_ttl_i};
  wire [15:0] len       = resize_i ? total_len_i : beat_i[111:96];
  wire [7:0]  proto     = resize_i ? proto_i : beat_i[55:48];
  wire [47:0] words_was = {beat_i[127:96], beat_i[63:48]};
  wire [47:0] words     = {beat_i[127:114], ecn_i, len, ttl, proto};

  assign checksum_o = csum_pkg::update3(beat_i[47:32], words_was, words);

  wire unused = &{1'b0, beat_i};
endmodule
