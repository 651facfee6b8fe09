// The memory march over one free entry (abi.toml, op march): all words of all six memories, in five passes. And the first half of its
// first pass alone, for an entry in any state (op verify): all words are read, and only their check bits are looked at.
//
//   pass   writes                                            reads, and expects
//   0      nothing                                           0; state word 1: the generation
//   1      a pattern, inverted in every other word           the same
//   2      its inverse                                       the same
//   3      0, state word 0 apart                             the same
//   4      state word 1: the generation; then word 0: free   the same, these two
//
// Words whose numbers differ in one bit hold opposite patterns, so a word that answers for its neighbour is noticed. Every bit
// of a codeword is seen as 0 and as 1: data bits by pattern and inverse; check bits as 0 in the codeword of 0, which is 0, and
// as 1 in that of the pattern or of its inverse, for which the pattern is chosen (a_seen).
//
// From the first write to the last the state word says larval, then erasing, both of which refuse every packet, and its events
// read as told; the generation is kept in a register meanwhile (G4, G9). Nothing else uses the entry in this turn anyway.
module sad_march
  import sallyport_abi_pkg::*;
  import sad_int_pkg::*;
#(
    parameter int WINDOW = 64
) (
    input  logic    clk_i,
    input  logic    rst_ni,
    input  logic    start_i,
    input  logic    verify_i,  // with start_i
    input  name_t   name_i,    // with start_i: what state word 1 says
    output logic    done_o,
    output logic    wrong_o,   // valid with done_o: a word differed (march), or had wrong bits, corrected or not
    output access_t access_o,
    input  lanes_t  lanes_i,
    input  ecc_t    ecc_i
);
  // Bits 28:26, the state, are larval, and erasing in the inverse; bits 22:15 and 14:7, events raised and told, are alike.
  localparam logic [63:0] Pattern = 64'h5555_5555_C555_555D;

  localparam int IncWords  = IncFixed + WINDOW / 64;
  localparam int CtrWords  = OutcWords + IncWords;
  localparam int MiscWords = StateWords + KeyWords + FwWords;
  localparam int KeyAt     = StateWords;
  localparam int FwAt      = StateWords + KeyWords;
  localparam int Writes    = IncWords > CFG_WORDS ? IncWords : CFG_WORDS;
  localparam int Reads     = CtrWords > MiscWords ? CtrWords : MiscWords;

  typedef enum logic [1:0] {
    IDLE,
    WRITE,
    READ,
    DONE
  } phase_e;

  phase_e     phase_q;
  logic [2:0] pass_q;
  logic [4:0] step_q;
  name_t      kept_q;
  logic       verify_q, wrong_q;

  wire last_pass = pass_q == 3'd4;

  // What a word holds after the writes of this pass.
  function automatic logic [63:0] word_of(input logic [2:0] pass, input logic [4:0] word);
    unique case (pass)
      3'd1: return ^word ? ~Pattern : Pattern;
      3'd2: return ^word ? Pattern : ~Pattern;
      default: return '0;
    endcase
  endfunction

  function automatic logic [63:0] state_of(input logic [2:0] pass, input logic word, input name_t name);
    if (word && (pass == 3'd0 || pass == 3'd4)) return pack_name(name);
    return word_of(!word && pass == 3'd3 ? 3'd2 : pass, 5'(word)) & 64'h1FFF_FFFF;
  endfunction

  // ------------------------------------------------------------------ access
  // The first clock of a read phase reads nothing: the word written last is still on its way.
  wire [4:0] ask = step_q - 5'd1;
  wire       asks = phase_q == READ && step_q != '0;

  always_comb begin
    access_o = '0;
    if (phase_q == WRITE) begin
      // In the last pass from above, so that the state comes last.
      access_o.wr_word = last_pass ? 5'(StateWords - 1) - step_q : step_q;
      access_o.wr_data = last_pass ? state_of(pass_q, access_o.wr_word[0], kept_q) : word_of(pass_q, step_q);
      access_o.wr_en   = last_pass ? mem_bit(SAD_MEM_STATE) : '1;
      if (pass_q == 3'd3 && step_q == '0) access_o.wr_en[SAD_MEM_STATE] = 1'b0;
    end
    if (asks) begin
      access_o.cfg_rd   = !last_pass && ask < 5'(CFG_WORDS);
      access_o.cfg_word = ask[3:0];
      access_o.ctr_rd   = !last_pass && ask < 5'(CtrWords);
      access_o.ctr_inc  = ask >= 5'(OutcWords);
      access_o.ctr_word = ask >= 5'(OutcWords) ? ask - 5'(OutcWords) : ask;
      access_o.misc_rd  = ask < (last_pass ? 5'(StateWords) : 5'(MiscWords));
      if (ask < 5'(KeyAt)) begin
        access_o.misc_mem  = SAD_MEM_STATE;
        access_o.misc_word = ask[2:0];
      end else if (ask < 5'(FwAt)) begin
        access_o.misc_mem  = SAD_MEM_KEY;
        access_o.misc_word = 3'(ask - 5'(KeyAt));
      end else begin
        access_o.misc_mem  = SAD_MEM_FW;
        access_o.misc_word = 3'(ask - 5'(FwAt));
      end
    end
  end

  // ------------------------------------------------------------------ comparison
  // The ctr lane does not say which word it shows: the one that was asked for two clocks ago.
  wire  [4:0]  came     = step_q - 5'd3;
  wire  [4:0]  ctr_word = came >= 5'(OutcWords) ? came - 5'(OutcWords) : came;
  logic [63:0] misc;
  logic        differs;

  always_comb begin
    unique case (lanes_i.misc_mem)
      SAD_MEM_STATE: misc = state_of(pass_q, lanes_i.misc_word[0], kept_q);
      SAD_MEM_FW: misc = word_of(pass_q, 5'(lanes_i.misc_word)) & 64'hFFFF;
      default: misc = word_of(pass_q, 5'(lanes_i.misc_word));
    endcase
    differs = 1'b0;
    if (phase_q == READ && !verify_q) begin
      if (lanes_i.cfg_new && lanes_i.cfg != word_of(pass_q, 5'(lanes_i.cfg_word))) differs = 1'b1;
      if (lanes_i.ctr_new && lanes_i.ctr != word_of(pass_q, ctr_word)) differs = 1'b1;
      if (lanes_i.misc_new && lanes_i.misc != misc) differs = 1'b1;
    end
    if (phase_q == READ && (ecc_i.one_bit || ecc_i.two_bits)) differs = 1'b1;
  end

  // ------------------------------------------------------------------ sequence
  // A word arrives two clocks after it was asked for.
  wire [4:0] last_write = last_pass ? 5'(StateWords - 1) : 5'(Writes - 1);
  wire [4:0] last_read  = last_pass ? 5'(StateWords + 2) : 5'(Reads + 2);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      phase_q  <= IDLE;
      pass_q   <= '0;
      step_q   <= '0;
      kept_q   <= '0;
      verify_q <= 1'b0;
      wrong_q  <= 1'b0;
    end else if (phase_q != IDLE || start_i) begin
      step_q <= step_q + 5'd1;
      if (differs) wrong_q <= 1'b1;
      unique case (phase_q)
        WRITE: if (step_q == last_write) begin
          step_q  <= '0;
          phase_q <= READ;
        end
        READ: if (step_q == last_read) begin
          step_q  <= '0;
          pass_q  <= pass_q + 3'd1;
          phase_q <= last_pass || verify_q ? DONE : WRITE;
        end
        DONE: phase_q <= IDLE;
        default: begin
          step_q   <= '0;
          pass_q   <= '0;
          kept_q   <= name_i;
          verify_q <= verify_i;
          wrong_q  <= 1'b0;
          phase_q  <= READ;
        end
      endcase
    end
  end

  assign done_o  = phase_q == DONE;
  assign wrong_o = wrong_q;

  wire unused = ^{lanes_i, ecc_i};

`ifndef SYNTHESIS
  // Check bits that are 1 in the codeword of the lowest `width` bits of a word.
  function automatic logic [7:0] checks(input int width, input logic [63:0] word);
    logic [7:0] sum;
    sum = '0;
    for (int i = 0; i < width; i++) if (word[i]) sum ^= secded_pkg::column(secded_pkg::check_bits(width), i);
    return sum;
  endfunction

  initial begin
    a_seen: assert ((checks(StateBits, Pattern) | checks(StateBits, ~Pattern)) == 8'h7F &&
                    (checks(FwBits, Pattern) | checks(FwBits, ~Pattern)) == 8'h3F &&
                    (checks(64, Pattern) | checks(64, ~Pattern)) == 8'hFF);
  end

  // G4: the entry refuses all packets until it is free again, which is written last.
  life_t written;
  assign written = access_o.wr_data[28:7];
  always_ff @(posedge clk_i) begin
    if (rst_ni && access_o.wr_en[SAD_MEM_STATE] && access_o.wr_word == '0) begin
      a_g4_march: assert (written.state inside {ENTRY_STATE_LARVAL, ENTRY_STATE_ERASING} || (last_pass && written == '0));
      a_g3_march: assert ((written.raised & ~written.told) == '0);
    end
    // G9
    if (rst_ni && access_o.wr_en[SAD_MEM_STATE] && access_o.wr_word == 5'd1 && last_pass)
      a_g9_march: assert (access_o.wr_data == pack_name(kept_q));
  end
`endif
endmodule
