// The plain packet that an ESP packet becomes, beat by beat into the packet store.
//
// The first beat that holds plaintext ("edge") is kept in a register, because the header may still change:
//   tunnel     edge is beat 0, the inner header: ECN (RFC 6040), TTL, checksum are patched and it is written last
//   transport  edge is the beat in which the IP header ends; the header is read from the ring again, patched (protocol,
//              length, TTL, checksum) and written in front, the edge with its part of the plaintext
//
//   place_i    where the plaintext begins is known
//   valid_i    plaintext, as it is decrypted; after end_o
//   rewind_i   go to beat 0, then
//   look_i     take beat 0 for ecn_drop_o and ttl_end_o, and in the next clock
//   sum_i      for the new checksum, then
//   header_i   write a header beat, up to the one with header_last_o
module in_rebuild
  import sallyport_abi_pkg::*;
(
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         start_i,
    input  logic         place_i,
    input  logic         tunnel_i,
    input  logic [15:0]  flags_i,        // of the SA, see sa_flag
    input  logic [15:0]  hdr_len_i,      // outer packet: octets of its header, place of the octet that names the upper layer
    input  logic [15:0]  nh_offset_i,
    input  logic [1:0]   outer_ecn_i,
    input  logic         valid_i,
    input  logic [127:0] data_i,
    input  logic [2:0]   words_i,
    input  logic         last_i,
    output logic         end_o,
    output logic [3:0]   version_o,      // tunnel: first nibble of the plaintext
    input  logic         rewind_i,
    input  logic         look_i,
    input  logic         sum_i,
    input  logic         header_i,
    input  logic [127:0] header_beat_i,  // transport: from the ring
    input  logic [15:0]  total_len_i,    // transport: octets of the plain packet, its protocol
    input  logic [7:0]   proto_i,
    output logic         header_last_o,
    output logic         ecn_drop_o,     // from the clock after look_i
    output logic         ttl_end_o,
    output logic         wr_valid_o,
    output logic [15:0]  wr_beat_o,
    output logic [127:0] wr_data_o
);
  logic [127:0] edge_q;
  logic         edge_got_q;
  logic [15:0]  beat_q;      // output beat that comes next
  logic [127:0] look_q;      // beat 0
  logic [1:0]   ecn_q;
  logic [15:0]  checksum_q;
  logic         ecn_drop_q, ttl_end_q;

  wire [15:0] edge_beat  = tunnel_i ? 16'd0 : {4'd0, hdr_len_i[15:4]};
  wire [1:0]  edge_words = tunnel_i ? 2'd0 : hdr_len_i[3:2];  // words of the edge that belong to the header
  wire        at_edge    = beat_q == edge_beat;

  // ------------------------------------------------------------------ plaintext behind the header
  logic         packed_valid;
  logic [127:0] packed_beat;
  logic [1:0]   fill;

  word_packer u_packer (
      .clk_i,
      .rst_ni,
      .start_i(place_i),
      .fill_i (edge_words),
      .valid_i,
      .data_i,
      .words_i,
      .last_i,
      .valid_o(packed_valid),
      .data_o (packed_beat),
      .fill_o (fill),
      .done_o (end_o)
  );

  // ------------------------------------------------------------------ header once more, in front of the edge's plaintext
  logic [127:0] base, patched;
  logic [15:0]  checksum;
  logic [1:0]   ecn_was, ecn;
  logic         ecn_drop, ttl_end;

  always_comb begin
    for (int w = 0; w < 4; w++) begin
      if (!at_edge || 2'(w) < edge_words) base[127-32*w-:32] = header_beat_i[127-32*w-:32];
      else base[127-32*w-:32] = edge_q[127-32*w-:32];
    end
  end

  esp_ecn u_ecn (
      .tunnel_i,
      .compat_i(flags_i[SA_FLAG_ECN_COMPAT]),
      .outer_i (outer_ecn_i),
      .inner_i (ecn_was),
      .ecn_o   (ecn),
      .drop_o  (ecn_drop)
  );

  ip_patch u_patch (
      .beat_i     (base),
      .beat_no_i  (beat_q[11:0]),
      .dec_ttl_i  (flags_i[SA_FLAG_DEC_TTL]),
      .ecn_i      (ecn),
      .resize_i   (!tunnel_i),
      .total_len_i,
      .nh_offset_i,
      .proto_i,
      .checksum_i (checksum_q),
      .beat_o     (patched),
      .ecn_o      (ecn_was),
      .ttl_end_o  (ttl_end)
  );

  ip_checksum u_checksum (
      .beat_i     (look_q),
      .dec_ttl_i  (flags_i[SA_FLAG_DEC_TTL]),
      .ecn_i      (ecn_q),
      .resize_i   (!tunnel_i),
      .total_len_i,
      .proto_i,
      .checksum_o (checksum)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni || start_i) begin
      edge_q     <= '0;
      edge_got_q <= 1'b0;
      beat_q     <= '0;
      look_q     <= '0;
      ecn_q      <= '0;
      checksum_q <= '0;
      ecn_drop_q <= 1'b0;
      ttl_end_q  <= 1'b0;
    end else begin
      if (place_i) beat_q <= edge_beat;
      if (packed_valid) begin
        edge_got_q <= 1'b1;
        if (!edge_got_q) edge_q <= packed_beat;
      end
      if (packed_valid || header_i) beat_q <= beat_q + 16'd1;
      if (rewind_i) beat_q <= '0;
      if (sum_i) checksum_q <= checksum;
      if (look_i) begin
        look_q     <= base;
        ecn_q      <= ecn;
        ecn_drop_q <= ecn_drop;
        ttl_end_q  <= ttl_end;
      end
    end
  end

  assign version_o     = edge_q[127:124];
  assign header_last_o = at_edge;
  assign ecn_drop_o    = ecn_drop_q;
  assign ttl_end_o     = ttl_end_q;
  assign wr_valid_o    = (packed_valid && edge_got_q) || header_i;
  assign wr_beat_o     = beat_q;
  assign wr_data_o     = header_i ? patched : packed_beat;

  wire unused = &{1'b0, fill, flags_i, hdr_len_i[1:0]};
endmodule
