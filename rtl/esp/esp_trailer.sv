// Watches the plaintext of an ESP packet go by and judges its trailer (RFC 4303 2.4, 2.5): padding octets 1, 2, 3, ...,
// then the pad length, then the next header as the last octet.
//
// The pad length is known only at the end, so each octet carries one bit along: "a run 1, 2, .., d ends here", where d is
// the octet itself. At the end the octet before the pad length must have that bit and be equal to the pad length.
// A run begins inside the plaintext, so padding that is longer than the plaintext is never right either.
module esp_trailer (
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         start_i,
    input  logic         valid_i,
    input  logic [127:0] data_i,
    input  logic [4:0]   bytes_i,       // 16; in the last beat 4, 8, 12 or 16
    input  logic         last_i,
    output logic [7:0]   pad_len_o,     // these from the clock after the last beat
    output logic [7:0]   next_header_o,
    output logic         pad_ok_o
);
  logic [7:0]  tail_q;    // last octet of the beat before
  logic        run_q;     // and its run bit
  logic [7:0]  pad_len_q, next_header_q;
  logic        pad_ok_q;

  // Octet k, 0 is the first: is it a 1, is it one more than the octet before? A run is then a carry that a 1 makes and a "one more"
  // passes on, so an adder finds all of them. (255, 0 goes on as a run, but a pad length of 0 asks for none, and with the next
  // 1 another one begins.)
  wire [135:0] octets = {tail_q, data_i};
  logic [16:0] one, more, run;  // bit k + 1 of run: a run ends at octet k
  logic [31:0] word;      // last four octets
  logic        word_run;  // run bit of its second octet

  always_comb begin
    one      = '0;
    more     = '0;
    run      = '0;
    word     = '0;
    word_run = 1'b0;
    if (valid_i) begin
      for (int k = 0; k < 16; k++) begin
        one[k]  = octets[127-8*k-:8] == 8'd1;
        more[k] = one[k] || octets[127-8*k-:8] == octets[135-8*k-:8] + 8'd1;
      end
      run = (more + one + {16'd0, run_q}) ^ more ^ one;
      unique case (bytes_i[3:2])
        2'd1: {word, word_run} = {data_i[127:96], run[2]};
        2'd2: {word, word_run} = {data_i[95:64], run[6]};
        2'd3: {word, word_run} = {data_i[63:32], run[10]};
        default: {word, word_run} = {data_i[31:0], run[14]};
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || start_i) begin
      tail_q        <= '0;
      run_q         <= 1'b0;
      pad_len_q     <= '0;
      next_header_q <= '0;
      pad_ok_q      <= 1'b0;
    end else if (valid_i) begin
      tail_q <= data_i[7:0];
      run_q  <= run[16];
      if (last_i) begin
        pad_len_q     <= word[15:8];
        next_header_q <= word[7:0];
        pad_ok_q      <= word[15:8] == 8'd0 || (word_run && word[23:16] == word[15:8]);
      end
    end
  end

  assign pad_len_o     = pad_len_q;
  assign next_header_o = next_header_q;
  assign pad_ok_o      = pad_ok_q;

  wire unused = &{1'b0, run, word[31:24], bytes_i[4], bytes_i[1:0]};
endmodule
