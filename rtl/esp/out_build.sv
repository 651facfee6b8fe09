// The ESP packet that goes out, from front to back into the packet store, a chunk a clock:
//
//   HEADER  outer IP header (outer_header), or the packet's own in transport mode (header_i, already patched)
//   UDP     source, destination port, length, 0
//   ESP     SPI, sequence number, IV
//   BODY    ciphertext, then TAG: the ICV
//
// Before HEADER two clocks SUM_A and SUM_B feed the checksum of an outer IPv4 header or of the UDP pseudo header. All lengths
// are known from the start; only the UDP checksum over IPv6 covers the ciphertext. The beat that holds it is kept in a register
// and written once more in FIX, when everything else has been.
module out_build
  import sallyport_abi_pkg::*;
  import esp_pkg::*;
(
    input  logic          clk_i,
    input  logic          rst_ni,
    input  logic          start_i,
    input  out_phase_e    phase_i,
    // Constant from SUM_A on.
    input  logic          tunnel_i,
    input  logic          v6_i,         // outermost header
    input  logic          udp_i,
    input  logic [15:0]   flags_i,      // of the SA, see sa_flag
    input  sa_word1_out_t form_i,
    input  logic [31:0]   spi_i,
    input  logic [63:0]   seq_i,        // also the IV
    input  logic [127:0]  src_i,        // of the outermost header, IPv4 in [127:96]
    input  logic [127:0]  dst_i,
    input  logic [7:0]    inner_tos_i,
    input  logic          inner_df_i,
    input  logic [15:0]   id_i,         // IPv4 identification
    input  logic [15:0]   len_i,        // octets of the packet
    input  logic [15:0]   ip_octets_i,  // of them in IP headers
    // Transport mode: its header.
    input  logic          header_valid_i,
    input  logic [127:0]  header_i,
    input  logic [2:0]    header_words_i,
    input  logic          header_last_i,
    output logic          header_end_o,  // last chunk of the header goes out in this clock
    // Ciphertext and ICV.
    input  logic          valid_i,
    input  logic [127:0]  data_i,
    input  logic [4:0]    bytes_i,
    input  logic          tag_valid_i,   // in TAG, after the last ciphertext
    input  logic [127:0]  tag_i,
    output logic          done_o,        // everything but FIX has been written
    output logic          wr_valid_o,
    output logic [15:0]   wr_beat_o,
    output logic [127:0]  wr_data_o
);
  logic [1:0]  part_q;   // of the outer header
  logic [15:0] beat_q;   // output beat that comes next
  logic [15:0] sum;      // checksum over what has been summed

  // ------------------------------------------------------------------ headers
  logic [127:0] outer_chunk;
  logic [2:0]   outer_words;
  logic         outer_last;

  outer_header u_outer (
      .part_i     (phase_i == OUT_SUM_B ? 2'd1 : part_q),
      .v6_i,
      .flags_i,
      .ttl_i      (form_i.ttl),
      .dscp_i     (form_i.dscp[5:0]),
      .src_i,
      .dst_i,
      .inner_tos_i,
      .inner_df_i,
      .len_i,
      .id_i,
      .proto_i    (udp_i ? 8'd17 : 8'd50),
      .checksum_i (phase_i == OUT_HEADER ? sum : 16'd0),
      .chunk_o    (outer_chunk),
      .words_o    (outer_words),
      .last_o     (outer_last)
  );

  wire        header_go = phase_i == OUT_HEADER && (tunnel_i || header_valid_i);
  wire [15:0] udp_len   = len_i - ip_octets_i;

  assign header_end_o = header_go && (tunnel_i ? outer_last : header_last_i);

  // ------------------------------------------------------------------ one chunk a clock
  logic [127:0] body, chunk, packed_beat;
  logic [2:0]   words;
  logic         valid, packed_valid;
  logic [1:0]   fill;

  // All but the header that is written, which is not summed up.
  always_comb begin
    body = keep_first(data_i, bytes_i);
    unique case (phase_i)
      OUT_SUM_A: body = v6_i ? src_i : outer_chunk;
      OUT_SUM_B: body = v6_i ? dst_i : outer_chunk;
      // Behind the first two words what the pseudo header has besides the addresses (RFC 8200 8.1).
      OUT_UDP: body = {form_i.udp_sport, form_i.udp_dport, udp_len, 16'd0, udp_len, 16'd17, 32'd0};
      OUT_ESP: body = {spi_i, seq_i[31:0], seq_i};
      OUT_TAG: if (tag_valid_i) body = tag_i;
      default: ;
    endcase
  end

  always_comb begin
    chunk = body;
    words = bytes_i[4:2];
    valid = valid_i;
    unique case (phase_i)
      OUT_HEADER: begin
        chunk = tunnel_i ? outer_chunk : header_i;
        words = tunnel_i ? outer_words : header_words_i;
        valid = header_go;
      end
      OUT_UDP: begin
        words = 3'd2;
        valid = 1'b1;
      end
      OUT_ESP: begin
        words = 3'd4;
        valid = 1'b1;
      end
      OUT_TAG: if (tag_valid_i) begin
        words = 3'd4;
        valid = 1'b1;
      end
      default: ;
    endcase
  end

  csum_acc u_sum (
      .clk_i,
      .rst_ni,
      .start_i,
      .valid_i   (phase_i == OUT_SUM_A || phase_i == OUT_SUM_B || (valid && phase_i != OUT_HEADER)),
      .data_i    (body),
      .checksum_o(sum)
  );

  word_packer u_packer (
      .clk_i,
      .rst_ni,
      .start_i,
      .fill_i (2'd0),
      .valid_i(valid),
      .data_i (chunk),
      .words_i(words),
      .last_i (tag_valid_i),
      .valid_o(packed_valid),
      .data_o (packed_beat),
      .fill_o (fill),
      .done_o
  );

  // ------------------------------------------------------------------ the beat with the UDP checksum
  logic [15:0]  udp_beat_q;
  logic [1:0]   udp_word_q;
  logic [127:0] udp_data_q, fixed;

  always_comb begin
    fixed = udp_data_q;
    for (int w = 0; w < 4; w++) begin
      // 0 would say "no checksum".
      if (2'(w) == udp_word_q) fixed[127-32*w-16-:16] = sum == '0 ? 16'hFFFF : sum;
    end
  end

  assign wr_valid_o = packed_valid || phase_i == OUT_FIX;
  assign wr_beat_o  = phase_i == OUT_FIX ? udp_beat_q : beat_q;
  assign wr_data_o  = phase_i == OUT_FIX ? fixed : packed_beat;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || start_i) begin
      part_q     <= '0;
      beat_q     <= '0;
      udp_beat_q <= '0;
      udp_word_q <= '0;
      udp_data_q <= '0;
    end else begin
      if (header_go) part_q <= part_q + 2'd1;
      if (packed_valid) beat_q <= beat_q + 16'd1;
      if (phase_i == OUT_UDP) begin
        udp_beat_q <= beat_q;
        udp_word_q <= fill + 2'd1;
      end
      // IPv6 headers are multiples of 8 octets: the UDP header stands in one beat, which ends with it or with ESP's.
      if (packed_valid && (phase_i == OUT_UDP || beat_q == udp_beat_q)) udp_data_q <= packed_beat;
    end
  end

  wire unused = &{1'b0, form_i};

`ifndef SYNTHESIS
  // When all is written, it is as many beats as the length says.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      if (done_o && !start_i) a_whole: assert (beat_q == {4'd0, len_i[15:4]} + {15'd0, len_i[3:0] != '0});
    end
  end
`endif
endmodule
