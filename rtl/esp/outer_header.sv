// The IP header that tunnel mode puts in front (RFC 4301 5.1.2), as chunks of up to 16 octets for the word packer:
//
//   IPv4   part 0: octets 0..15    part 1: destination, 1 word
//   IPv6   part 0: octets 0..15    part 1: octets 16..31    part 2: octets 32..39, 2 words
module outer_header
  import sallyport_abi_pkg::*;
(
    input  logic [1:0]   part_i,
    input  logic         v6_i,
    input  logic [15:0]  flags_i,      // of the SA, see sa_flag
    input  logic [7:0]   ttl_i,
    input  logic [5:0]   dscp_i,       // used if the SA says so
    input  logic [127:0] src_i,        // IPv4 in [127:96]
    input  logic [127:0] dst_i,
    input  logic [7:0]   inner_tos_i,  // TOS or traffic class
    input  logic         inner_df_i,   // 1 for anything but IPv4
    input  logic [15:0]  len_i,        // octets of the whole outer packet
    input  logic [15:0]  id_i,
    input  logic [7:0]   proto_i,
    input  logic [15:0]  checksum_i,   // 0 while the checksum itself is computed
    output logic [127:0] chunk_o,      // octets past the end are zero
    output logic [2:0]   words_o,
    output logic         last_o
);
  wire [5:0] dscp = flags_i[SA_FLAG_DSCP_FIXED] ? dscp_i : inner_tos_i[7:2];
  wire [1:0] ecn  = flags_i[SA_FLAG_ECN_COMPAT] ? 2'b00 : inner_tos_i[1:0];
  wire       df   = flags_i[SA_FLAG_DF_SET] || (!flags_i[SA_FLAG_DF_CLEAR] && inner_df_i);

  always_comb begin
    if (v6_i) begin
      unique case (part_i)
        2'd0: chunk_o = {4'd6, dscp, ecn, 20'd0, len_i - 16'd40, proto_i, ttl_i, src_i[127:64]};
        2'd1: chunk_o = {src_i[63:0], dst_i[127:64]};
        default: chunk_o = {dst_i[63:0], 64'd0};
      endcase
      words_o = part_i[1] ? 3'd2 : 3'd4;
      last_o  = part_i[1];
    end else begin
      if (part_i == '0) begin
        chunk_o = {4'd4, 4'd5, dscp, ecn, len_i, id_i, 1'b0, df, 14'd0, ttl_i, proto_i, checksum_i, src_i[127:96]};
        words_o = 3'd4;
      end else begin
        chunk_o = {dst_i[127:96], 96'd0};
        words_o = 3'd1;
      end
      last_o = part_i != '0;
    end
  end

  wire unused = &{1'b0, flags_i};
endmodule
