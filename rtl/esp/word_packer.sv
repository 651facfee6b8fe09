// Joins chunks of 1..4 words (4 octets each) into full beats, behind `fill_i` words that somebody else puts in front.
//
//   chunks      |0 1 2 3|4 5|6 7 8 9|      fill_i = 1
//   beats       |. 0 1 2|3 4 5 6|7 8 9 .|
//
// A beat is given in the clock of the chunk that fills it. The chunk marked last is given at once even if the beat is not
// full; if it spills, the rest follows in the next clock by itself. There is no back-pressure: the packet store takes a beat
// a clock. Words that nobody gave are leftovers.
module word_packer (
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         start_i,   // forget everything
    input  logic [1:0]   fill_i,    // taken with start_i
    input  logic         valid_i,   // not in the clock after a last chunk
    input  logic [127:0] data_i,
    input  logic [2:0]   words_i,   // 1..4
    input  logic         last_i,
    output logic         valid_o,
    output logic [127:0] data_o,
    output logic [1:0]   fill_o,    // words in the beat that is being filled
    output logic         done_o     // the last beat has been given, until start_i
);
  logic [127:0] hold_q;
  logic [1:0]   fill_q;
  logic         spill_q, done_q;
  logic [127:0] turned;

  wire [2:0] total = {1'b0, fill_q} + words_i;  // 1..7
  wire       full  = total[2];
  wire       spill = full && total[1:0] != '0;

  always_comb begin
    unique case (fill_q)
      2'd0: turned = data_i;
      2'd1: turned = {data_i[31:0], data_i[127:32]};
      2'd2: turned = {data_i[63:0], data_i[127:64]};
      default: turned = {data_i[95:0], data_i[127:96]};
    endcase
    for (int w = 0; w < 4; w++) data_o[127-32*w-:32] = (2'(w) < fill_q || spill_q) ? hold_q[127-32*w-:32] : turned[127-32*w-:32];
  end

  assign valid_o = spill_q || (valid_i && (full || last_i));
  assign fill_o  = fill_q;
  assign done_o  = done_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || start_i) begin
      hold_q  <= '0;
      fill_q  <= rst_ni ? fill_i : 2'd0;
      spill_q <= 1'b0;
      done_q  <= 1'b0;
    end else if (spill_q) begin
      spill_q <= 1'b0;
      done_q  <= 1'b1;
    end else if (valid_i) begin
      hold_q  <= full ? turned : data_o;
      fill_q  <= total[1:0];
      spill_q <= last_i && spill;
      done_q  <= last_i && !spill;
    end
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      if (valid_i && !start_i) a_words: assert (words_i >= 3'd1 && words_i <= 3'd4);
      if (spill_q) a_gap: assert (!valid_i);
    end
  end
`endif
endmodule
