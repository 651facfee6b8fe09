// G2: the numbers that one key hands out strictly rise, never wrap, and after the last one nothing is handed out again.
//
// One entry, one tenant, with or without ESN; sad_sequence, sad_verdict and sad_latch. It begins with any number used last (an
// install begins with 0); between packets any command but those that bring a new tenant.
module g2_sequence
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import sad_int_pkg::*;
(
    input logic        clk_i,
    // First clock only.
    input sa_word0_t   w0_i,
    input life_t       life_i,
    input name_t       name_i,
    input logic [63:0] used_i,
    input logic [63:0] number_i,   // any number: is it handed out twice?
    // Requests.
    input logic        packet_i,
    input packet_req_t req_i,
    input findings_t   found_i,    // what other judges find
    input logic        broken_i,
    input op_e         op_i,
    input logic [15:0] generation_i,
    input entry_state_e to_i
);
  logic        started_q = 1'b0;
  sa_word0_t   w0_q;
  life_t       life_q;
  name_t       name_q;
  logic [63:0] used_q, number_q;

  wire esn = w0_q.flags[SA_FLAG_ESN];
  logic [63:0] next;
  logic        spent, last;
  sad_sequence u_sequence (
      .esn_i  (esn),
      .used_i (used_q),
      .next_o (next),
      .spent_o(spent),
      .last_o (last)
  );

  findings_t found;
  always_comb begin
    found       = found_i;
    found.spent = req_i.kind == REQ_OUT && spent;
    found.last  = req_i.kind == REQ_OUT && last;
  end

  verdict_e   verdict, given;
  life_t      life_packet, life_command;
  name_t      name_command;
  logic [7:0] fresh;
  cmd_code_e  code;
  assign given = broken_i && verdict == VERDICT_OK ? VERDICT_DEAD_MEMORY : verdict;

  sad_verdict u_verdict (
      .req_i,
      .life_i   (life_q),
      .name_i   (name_q),
      .w0_i     (w0_q),
      .found_i  (found),
      .verdict_o(verdict),
      .verdict_i(given),
      .life_o   (life_packet),
      .fresh_o  (fresh)
  );

  sad_state u_state (
      .life_i      (life_q),
      .name_i      (name_q),
      .fact_i      (FACT_COMMAND),
      .op_i,
      .generation_i,
      .to_i,
      .code_o      (code),
      .life_o      (life_command),
      .name_o      (name_command)
  );

  wire issues = started_q && packet_i && req_i.kind == REQ_OUT && given == VERDICT_OK;

  // ------------------------------------------------------------------ what really was handed out
  logic [63:0] highest_q;   // handed out last
  logic        any_q;       // something was
  logic        end_q;       // the last number was
  logic        number_out_q;
  wire  [63:0] top = esn ? 64'hFFFF_FFFF_FFFF_FFFF : 64'h0000_0000_FFFF_FFFF;

  always_ff @(posedge clk_i) begin
    started_q <= 1'b1;
    if (!started_q) begin
      w0_q         <= w0_i;
      life_q       <= life_i;
      name_q       <= name_i;
      used_q       <= used_i;
      number_q     <= number_i;
      highest_q    <= '0;
      any_q        <= 1'b0;
      end_q        <= 1'b0;
      number_out_q <= 1'b0;
    end else if (packet_i) begin
      life_q <= life_packet;
      if (issues) begin
        used_q    <= next;
        highest_q <= next;
        any_q     <= 1'b1;
        if (next == top) end_q <= 1'b1;
        if (next == number_q) number_out_q <= 1'b1;
      end
    end else if (code == CMD_CODE_OK && !(op_i inside {OP_RESERVE, OP_COMMIT})) begin
      life_q <= life_command;
      name_q <= name_command;
    end
  end

  always_comb begin
    if (started_q) begin
      if (issues) begin
        a_rises:  assert (!any_q || next > highest_q);
        a_above:  assert (next > used_q);       // and above what was used before this began
        a_gap:    assert (next == used_q + 64'd1);
        a_width:  assert (next <= top && next != '0);
        a_dead:   assert (!end_q);
        a_once:   assert (!(number_out_q && next == number_q));
      end
      // The last number kills, and says so.
      a_last:    assert (!end_q || (life_q.dead != DEAD_REASON_ALIVE && used_q == top));
      a_told:    assert (!end_q || life_q.raised[KindSeqEnd]);
      // Why the above is inductive.
      a_used:    assert (!any_q || used_q == highest_q);
      a_number:  assert (!number_out_q || used_q >= number_q);
      a_out:     assert (!number_out_q || any_q);
      // A live SA that has numbers left gets one, unless another judge objects; one that has none is refused.
      if (packet_i && req_i.kind == REQ_OUT) begin
        a_spent: assert (given != VERDICT_OK || used_q < top);
        a_early: assert (given != VERDICT_SEQ_END || used_q >= top || life_q.dead == DEAD_REASON_SEQ_END);
      end
    end
  end

  always_comb begin
    if (started_q) begin
      c_last32: cover (issues && !esn && next == 64'h0000_0000_FFFF_FFFF);
      c_last64: cover (issues && esn && next == '1);
      c_over32: cover (issues && esn && next == 64'h0000_0001_0000_0000 && any_q);
      c_ended:  cover (packet_i && given == VERDICT_SEQ_END && end_q);
      c_spent:  cover (packet_i && given == VERDICT_SEQ_END && life_q.dead == DEAD_REASON_ALIVE);
    end
  end
endmodule
