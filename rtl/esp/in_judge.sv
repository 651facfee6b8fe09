// Judges what an ESP packet held, in two sittings: once the plaintext is there (padding, dummy, next header, inner header),
// and once the header of the plain packet is known (selectors, G11).
//
// Tunnel mode parses the inner packet as it is decrypted; transport mode parses the rebuilt header as it is written.
module in_judge
  import sallyport_abi_pkg::*;
  import esp_pkg::*;
(
    input  logic          clk_i,
    input  logic          rst_ni,
    input  logic          start_i,
    input  logic          tunnel_i,
    input  logic [16:0]   cipher_i,       // octets of plaintext, trailer included
    input  logic [3:0]    version_i,      // tunnel: first nibble of the plaintext
    input  logic          valid_i,        // plaintext
    input  logic [127:0]  data_i,
    input  logic [4:0]    bytes_i,
    input  logic          last_i,
    input  logic          header_i,       // transport: rebuilt header
    input  logic [127:0]  header_beat_i,
    input  logic          header_last_i,
    input  logic          select_i,       // compare with these; match_o the clock after
    input  sa_word1_in_t  ports_i,
    input  sa_word11_in_t rule_i,
    input  logic [127:0]  src_prefix_i,
    input  logic [127:0]  dst_prefix_i,
    output logic          done_o,         // the header has been parsed
    output logic [7:0]    next_header_o,
    output logic [15:0]   payload_o,      // octets in front of the padding
    output logic [15:0]   inner_len_o,    // tunnel: octets of the inner packet
    output verdict_e      verdict_o,      // first sitting; tunnel: while done_o
    output logic          match_o
);
  logic [7:0] pad_len, next_header;
  logic       pad_ok;

  esp_trailer u_trailer (
      .clk_i,
      .rst_ni,
      .start_i,
      .valid_i,
      .data_i,
      .bytes_i,
      .last_i,
      .pad_len_o    (pad_len),
      .next_header_o(next_header),
      .pad_ok_o     (pad_ok)
  );

  // The parser works a clock later: what it is given is chosen here, and walking through extension headers is deep logic.
  logic         beat_q, beat_last_q;
  logic [127:0] beat_data_q;
  logic [4:0]   beat_bytes_q;

  always_ff @(posedge clk_i) begin
    beat_q <= rst_ni && !start_i && (tunnel_i ? valid_i : header_i);
    if (tunnel_i ? valid_i : header_i) begin
      beat_data_q  <= tunnel_i ? data_i : header_beat_i;
      beat_bytes_q <= tunnel_i ? bytes_i : 5'd16;
      beat_last_q  <= tunnel_i ? last_i : header_last_i;
    end
  end

  ip_info_t ip;

  ip_parse u_parse (
      .clk_i,
      .rst_ni,
      .start_i,
      .beat_valid_i(beat_q),
      .beat_i      (beat_data_q),
      .bytes_i     (beat_bytes_q),
      .last_i      (beat_last_q),
      .info_o      (ip),
      .done_o
  );

  esp_selector u_selector (
      .clk_i,
      .rst_ni,
      .en_i        (select_i),
      .ports_i,
      .rule_i,
      .src_prefix_i,
      .dst_prefix_i,
      .v6_i        (ip.v6),
      .src_i       (ip.src),
      .dst_i       (ip.dst),
      .proto_i     (tunnel_i ? ip.proto : next_header),
      .l4_i        (ip.l4[127:96]),
      .l4_shown_i  (ip.l4_bytes >= 5'd4 && !ip.nonfirst),
      .match_o
  );

  // Negative (bit 16) when the padding is longer than the plaintext; then pad_ok is low too.
  wire [16:0] payload = cipher_i - {9'd0, pad_len} - 17'd2;
  wire        named   = (next_header == 8'd4 && version_i == 4'd4) || (next_header == 8'd41 && version_i == 4'd6);

  always_comb begin
    verdict_o = VERDICT_OK;
    if (payload[16] || !pad_ok) verdict_o = VERDICT_BAD_PADDING;
    else if (next_header == 8'd59) verdict_o = VERDICT_DUMMY;
    else if (tunnel_i && !named) verdict_o = VERDICT_BAD_NEXT_HEADER;
    else if (tunnel_i && (!ip.ok || ip.total_len > payload[15:0])) verdict_o = VERDICT_BAD_INNER;
  end

  assign next_header_o = next_header;
  assign payload_o     = payload[15:0];
  assign inner_len_o   = ip.total_len;

  wire unused = &{1'b0, ip};
endmodule
