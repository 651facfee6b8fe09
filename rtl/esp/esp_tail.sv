// Puts the ESP trailer behind the payload, beat by beat (RFC 4303 2.4..2.7): TFC octets 0, padding 1, 2, 3, pad length, next
// header. Combinational. With n octets of payload and TFC the padding is (2 - n) mod 4, so the whole is a multiple of 4:
//
//   last words    | x x x x | x x 0 n |    | x x x x | x 1 1 n |    | x x x x | 1 2 2 n |    | x x x 1 | 2 3 3 n |
module esp_tail
  import esp_pkg::*;
(
    input  logic [127:0] data_i,
    input  logic [4:0]   payload_i,      // octets of payload from this beat on, 16 if more; 0 past its end
    input  logic [4:0]   left_i,         // octets of the whole from this beat on, 31 if more; a multiple of 4, not 0
    input  logic [1:0]   pad_len_i,
    input  logic [7:0]   next_header_i,
    output logic [127:0] data_o
);
  wire [31:0] last_word = pad_len_i == 2'd0 ? {22'd0, pad_len_i, next_header_i}
                        : pad_len_i == 2'd1 ? {16'h0001, 6'd0, pad_len_i, next_header_i}
                        : pad_len_i == 2'd2 ? {16'h0102, 6'd0, pad_len_i, next_header_i}
                                            : {16'h0203, 6'd0, pad_len_i, next_header_i};

  always_comb begin
    data_o = keep_first(data_i, payload_i);
    for (int w = 0; w < 4; w++) begin
      if (left_i == 5'(4 * w + 4)) data_o[127-32*w-:32] |= last_word;
      if (left_i == 5'(4 * w + 8) && pad_len_i == 2'd3) data_o[127-32*w-:32] |= 32'h0000_0001;
    end
  end
endmodule
