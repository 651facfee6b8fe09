// What is known of an outbound packet before the SA is: is the descriptor at peace with the packet, and how long is what the
// cipher will handle? Combinational.
//
// A dummy packet (next header 59 in tunnel mode) need not hold an IP packet. In transport mode 59 is refused: the receiver would
// take the packet for a dummy and discard it (RFC 4303 2.6).
module out_check
  import sallyport_abi_pkg::*;
  import esp_pkg::*;
(
    // The rest of the record is no business of this module.
    // verilator lint_off UNUSEDSIGNAL
    input  ingest_t     rec_i,
    // verilator lint_on UNUSEDSIGNAL
    output verdict_e    verdict_o,
    output logic        tunnel_o,
    output logic        dummy_o,
    output logic [15:0] payload_o,  // octets of the ESP payload, without TFC padding
    output logic [15:0] cipher_o,   // octets for the cipher: payload, TFC padding, padding, pad length, next header
    output logic [1:0]  pad_len_o
);
  out_desc_t desc;
  assign desc = rec_i.desc;

  wire        tunnel = desc.flags[0];
  wire        dummy  = tunnel && desc.next_header == 8'd59;
  wire [6:0]  tfc    = desc.flags[7:1];
  wire [15:0] body   = payload_o + {7'd0, tfc, 2'b00};

  assign tunnel_o  = tunnel;
  assign dummy_o   = dummy;
  assign payload_o = desc.length - (tunnel ? 16'd0 : desc.esp_offset);
  assign pad_len_o = 2'd2 - body[1:0];
  assign cipher_o  = body + {14'd0, pad_len_o} + 16'd2;

  logic fits;
  wire  unused = &{1'b0, desc};

  always_comb begin
    if (tunnel) begin
      fits = desc.esp_offset == '0 && desc.nh_offset == '0
          && (dummy || desc.next_header == (rec_i.ip.v6 ? 8'd41 : 8'd4));
    end else begin
      fits = tfc == '0 && !rec_i.ip.frag && desc.esp_offset == rec_i.ip.hdr_len && desc.nh_offset == rec_i.ip.nh_offset
          && desc.next_header == rec_i.ip.proto && desc.next_header != 8'd59;
    end
    verdict_o = VERDICT_OK;
    if (rec_i.verdict != VERDICT_OK && !(dummy && rec_i.verdict == VERDICT_MALFORMED)) verdict_o = rec_i.verdict;
    else if (!fits) verdict_o = VERDICT_BAD_DESCRIPTOR;
  end
endmodule
