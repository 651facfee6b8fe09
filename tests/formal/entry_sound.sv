// Do the words of an entry agree with what really happened? This holds between any two requests; combinational.
module entry_sound
  import sallyport_abi_pkg::*;
  import sad_int_pkg::*;
  import formal_pkg::*;
#(
    parameter int WINDOW = 64,
    localparam int Words = WINDOW / 64,
    localparam int IncWords = IncFixed + Words
) (
    input  life_t                   life_i,
    input  name_t                   name_i,
    input  logic [11:0][63:0]       cfg_i,
    input  logic [2:0][63:0]        outc_i,
    input  logic [IncWords-1:0][63:0] inc_i,
    input  truth_t                  truth_i,
    input  logic [63:0]             number_i,
    output logic                    life_o,     // the state words by themselves
    output logic                    octets_o,   // G1
    output logic                    packets_o,
    output logic                    numbers_o,  // G2
    output logic                    window_o    // G8
);
  sa_word0_t w0;
  assign w0 = cfg_i[0];
  wire inbound = w0.flags[SA_FLAG_INBOUND];
  wire strict  = !w0.flags[SA_FLAG_NO_REPLAY];
  wire keyed   = life_i.state inside {ENTRY_STATE_ACTIVE, ENTRY_STATE_OVERLAP, ENTRY_STATE_DRAINING, ENTRY_STATE_REDUNDANT};
  wire alive   = life_i.dead == DEAD_REASON_ALIVE;
  wire words   = keyed && !truth_i.broke;   // the words say something

  assign life_o = life_i.state <= ENTRY_STATE_ERASING && (life_i.told & ~life_i.raised) == '0 &&
                  (life_i.state != ENTRY_STATE_FREE || life_i == '0) &&
                  (!(life_i.dead inside {DEAD_REASON_HARD_OCTETS, DEAD_REASON_HARD_PACKETS}) || life_i.raised[KindHard]) &&
                  (life_i.dead != DEAD_REASON_SEQ_END || life_i.raised[KindSeqEnd]) &&
                  (life_i.dead != DEAD_REASON_ICV_LIMIT || life_i.raised[KindIcvLimit]) &&
                  (life_i.dead != DEAD_REASON_MEMORY || life_i.raised[KindMemory]) &&
                  (life_i.state != ENTRY_STATE_LARVAL || !alive || life_i.raised == '0) &&
                  (life_i.state inside {ENTRY_STATE_FREE, ENTRY_STATE_ERASING} || name_i.generation != '0) &&
                  (!keyed || !alive || (!truth_i.refused && !truth_i.ended && !truth_i.broke));

  // The count is what was let through; at the hard limit the entry is dead; at the soft one (0 and all ones are none) there was an event.
  function automatic logic true_count(input logic [63:0] count, input logic [65:0] really, input logic [63:0] hard, input logic [63:0] mark,
                                      input logic raised);
    return (really == 66'(count) || (hard == '0 && really >= Full)) &&
           (hard == '0 || count < hard || (count == hard && !alive)) &&
           (mark == '0 || mark == '1 || count < mark || raised);
  endfunction

  assign octets_o  = !words || true_count(inbound ? inc_i[1] : outc_i[1], truth_i.octets, cfg_i[7], cfg_i[6], life_i.raised[KindSoftOctets]);
  assign packets_o = !words || true_count(inbound ? inc_i[2] : outc_i[2], truth_i.packets, cfg_i[9], cfg_i[8], life_i.raised[KindSoftPackets]);
  assign numbers_o = !words || !truth_i.any || outc_i[0] == truth_i.highest;

  wire [63:0] top       = inc_i[0];
  wire        is_inside = number_i <= top && {1'b0, number_i} + 65'(WINDOW) > {1'b0, top};
  logic [63:0] word;
  assign word     = inc_i[64'(IncFixed) + (number_i >> 6) % 64'(Words)];
  assign window_o = !words || ((!truth_i.accepted || number_i <= top) &&
                               (!strict || !is_inside || word[number_i[5:0]] == truth_i.accepted));
endmodule
