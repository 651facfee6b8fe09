// What must hold of every packet request of sad_full, seen from the words that were read and independently of the judges. Not part of
// the hardware.
module sad_pipe_rules
  import sallyport_abi_pkg::*;
  import sad_int_pkg::*;
#(
    parameter int ROWS   = 64,
    parameter int WINDOW = 64,
    localparam int RowBits     = $clog2(ROWS),
    localparam int WindowWords = WINDOW / 64,
    localparam int WordBits    = WindowWords > 1 ? $clog2(WindowWords) : 1
) (
    input logic                         clk_i,
    input logic                         rst_ni,
    input logic [7:1]                   valid_q,
    input logic [7:1]                   writes_q,
    input logic [7:1][RowBits-1:0]      row_o,
    input packet_req_t                  req7_q,
    input logic [CFG_WORDS-1:0][63:0]   cfg_i,
    input logic [OutcWords-1:0][63:0]   outc_i,
    input logic [WindowWords-1:0][63:0] window_i,
    input logic [63:0]                  top,
    input logic [63:0]                  seq,
    input life_t                        life7_q,
    input name_t                        name7_q,
    input sa_word0_t                    w07_q,
    input findings_t                    found7_q,
    input verdict_e                     verdict7_q,
    input life_t                        life_next,
    input logic [7:0]                   fresh,
    input logic                         holds_q,
    input logic                         passed,
    input counted_t                     wr_o,
    input logic [WindowWords-1:0]       wr_window_o,
    input logic [63:0]                  seq_o,
    input logic [63:0]                  octets_o,
    input logic [63:0]                  count_o
);
  // The entry's own words, carried beside the judges.
  logic [63:0] hard_octets5, hard_octets6, hard_octets, hard_packets5, hard_packets6, hard_packets, used5, used6, used;
  logic        seen_before;
  wire  [9:0]  place = seq[9:0] & 10'(WINDOW - 1);

  always_ff @(posedge clk_i) begin
    if (valid_q[4]) {hard_octets5, hard_packets5, used5} <= {cfg_i[7], cfg_i[9], outc_i[0]};
    if (valid_q[5]) {hard_octets6, hard_packets6, used6} <= {hard_octets5, hard_packets5, used5};
    if (valid_q[6]) begin
      {hard_octets, hard_packets, used} <= {hard_octets6, hard_packets6, used6};
      seen_before <= seq <= top && (top - seq >= 64'(WINDOW) ||
                                          window_i[WordBits'(place[9:6])][place[5:0]]);
    end
  end

  wire is_out  = req7_q.kind == REQ_OUT;
  wire is_look = req7_q.kind == REQ_LOOK;
  wire is_take = req7_q.kind == REQ_TAKE;
  wire is_fail = req7_q.kind == REQ_FAIL;
  wire esn     = w07_q.flags[SA_FLAG_ESN];
  wire strict  = !w07_q.flags[SA_FLAG_NO_REPLAY];
  wire writes  = wr_o != '0 || wr_window_o != '0;

  // Two that write at one entry; one that reads an entry in two goes, with a write between them.
  logic together, torn;
  always_comb begin
    together = 1'b0;
    torn     = 1'b0;
    for (int a = 1; a <= 7; a++) begin
      for (int b = a + 1; b <= 7; b++) begin
        if (writes_q[a] && writes_q[b] && row_o[a] == row_o[b]) together = 1'b1;
      end
    end
    for (int a = 1; a <= 3; a++) if (writes && valid_q[a] && row_o[a] == row_o[7]) torn = 1'b1;
  end

  // G1, G2, G8: what was read is still what stands in the entry when it is written.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      a_g1_one: assert (!together);
      a_g7_torn: assert (!torn);
      // G1: what is counted, this packet included, never passes a hard limit.
      if (passed) a_g1_octets: assert (hard_octets == '0 || octets_o <= hard_octets);
      if (passed) a_g1_packets: assert (hard_packets == '0 || count_o <= hard_packets);
      // G2: the number is the one after the last, and never wraps.
      if (passed && is_out) a_g2_rises: assert (seq_o == used + 64'd1 && used != '1 && (esn || seq_o[63:32] == '0));
      // G3: an event is told as new once: when its latch was not set, and then it is set. The grants knew that it could come.
      if (valid_q[7]) a_g3_once: assert ((fresh & life7_q.raised) == '0 && (fresh & ~life_next.raised) == '0);
      if (valid_q[7] && fresh != '0) a_g3_known: assert (holds_q);
      // G4, G10: no ok from a dead or broken entry, nor in a state that refuses; a broken entry is not written.
      if (valid_q[7] && verdict7_q == VERDICT_OK)
        a_g4_ok: assert (life7_q.dead == DEAD_REASON_ALIVE &&
            life7_q.state inside {ENTRY_STATE_ACTIVE, ENTRY_STATE_OVERLAP, ENTRY_STATE_DRAINING, ENTRY_STATE_REDUNDANT});
      if (valid_q[7] && found7_q.any_bad) a_g10_ok: assert (verdict7_q != VERDICT_OK && !writes);
      // G8: a commit with a right ICV counts only a number that was not seen; a wrong ICV moves its own count and state only.
      if (passed && is_take && strict) a_g8_once: assert (!seen_before);
      if (valid_q[7] && is_fail) a_g8_forged: assert (wr_o.outc == '0 && wr_o.inc[2:0] == '0 && wr_window_o == '0);
      if (valid_q[7] && is_look) a_g8_lookup: assert (!writes);
      // G9: a request with an old generation writes nothing.
      if (writes)
        a_g9_stale: assert (name7_q.generation == req7_q.generation && life7_q.state != ENTRY_STATE_FREE && req7_q.index_ok);
    end
  end

  wire unused = ^{cfg_i, life7_q, life_next, name7_q, w07_q, req7_q, found7_q, outc_i};
endmodule
