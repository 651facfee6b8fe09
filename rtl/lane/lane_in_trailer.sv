// esp_trailer in two clocks: padding octets 1, 2, 3, ..., then the pad length, then the next header as the last octet of the
// plaintext (RFC 4303 2.4, 2.5).
//
//   plaintext |P0|P1|..|Pn|__|Q0|       any gaps; one clock or more between two packets
//   result    _________________|n |     two clocks after the last block
//
// Of each octet: is it a 1, and is it one more than the octet before? A run 1, 2, .., d that ends at an octet is then a carry that
// a 1 makes and a "one more" passes on, so an adder finds all of them. The octet before the pad length must end a run and be
// equal to the pad length. A run begins inside the plaintext, so padding that is longer than that is never right. (255, 0 goes on
// as a run, but a pad length of 0 asks for none, and with the next 1 another one begins.)
module lane_in_trailer (
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         valid_i,
    input  logic         first_i,       // first block of plaintext
    input  logic         last_i,
    input  logic [127:0] data_i,
    input  logic [4:0]   bytes_i,       // 16; in the last block 4, 8, 12 or 16
    output logic [7:0]   pad_len_o,
    output logic [7:0]   next_header_o,
    output logic         pad_ok_o
);
  // ------------------------------------------------------------------ octets against the ones before
  logic        valid_q, first_q, last_q;
  logic [15:0] one_q, more_q;  // bit k: octet k, 0 is the first
  logic [7:0]  tail_q;         // last octet of the block before
  logic [1:0]  end_q;          // word in which the plaintext ends
  logic [23:0] word_q;         // its last three octets

  logic [15:0] one, more;
  wire [135:0] octets = {tail_q, data_i};
  logic [23:0] word;

  always_comb begin
    one  = '0;
    more = '0;
    word = '0;
    if (valid_i) begin
      for (int k = 0; k < 16; k++) begin
        one[k]  = octets[127-8*k-:8] == 8'd1;
        more[k] = octets[127-8*k-:8] == octets[135-8*k-:8] + 8'd1;
      end
      unique case (bytes_i[3:2])
        2'd1: word = data_i[119:96];
        2'd2: word = data_i[87:64];
        2'd3: word = data_i[55:32];
        default: word = data_i[23:0];
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      valid_q <= 1'b0;
      first_q <= 1'b0;
      last_q  <= 1'b0;
      one_q   <= '0;
      more_q  <= '0;
      tail_q  <= '0;
      end_q   <= '0;
      word_q  <= '0;
    end else begin
      valid_q <= valid_i;
      if (valid_i) begin
        first_q <= first_i;
        last_q  <= last_i;
        one_q   <= one;
        more_q  <= more;
        tail_q  <= data_i[7:0];
        end_q   <= bytes_i[3:2];
        word_q  <= word;
      end
    end
  end

  // ------------------------------------------------------------------ runs
  logic [16:0] run;    // bit k + 1: a run ends at octet k
  logic        run_q, ends;
  logic [7:0]  pad_len_q, next_header_q;
  logic        pad_ok_q;

  always_comb begin
    logic [16:0] a, b;
    a   = {1'b0, one_q | more_q};
    b   = {1'b0, one_q};
    run = (a + b + {16'd0, run_q && !first_q}) ^ a ^ b;
    unique case (end_q)
      2'd1: ends = run[2];
      2'd2: ends = run[6];
      2'd3: ends = run[10];
      default: ends = run[14];
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      run_q         <= 1'b0;
      pad_len_q     <= '0;
      next_header_q <= '0;
      pad_ok_q      <= 1'b0;
    end else if (valid_q) begin
      run_q <= run[16];
      if (last_q) begin
        pad_len_q     <= word_q[15:8];
        next_header_q <= word_q[7:0];
        pad_ok_q      <= word_q[15:8] == 8'd0 || (ends && word_q[23:16] == word_q[15:8]);
      end
    end
  end

  assign pad_len_o     = pad_len_q;
  assign next_header_o = next_header_q;
  assign pad_ok_o      = pad_ok_q;

  wire unused = &{1'b0, run, bytes_i[4], bytes_i[1:0]};
endmodule
