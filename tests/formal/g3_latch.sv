// G3: each kind of event is raised at most once in a generation, and is never lost before it has been told.
//
// One entry and everything that may write its state word: packets (sad_verdict), memory faults (sad_latch as sad_fault has it), the
// teller (sad_latch as sad_events has it), commands and the end of an erase (sad_state). A step is one of them. What
// is in flight beside the state word is nothing: the teller sees the word only.
module g3_latch
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import sad_int_pkg::*;
(
    input logic        clk_i,
    input logic [2:0]  watch_i,   // the kind that is watched; first clock only
    input logic [2:0]  step_i,
    input packet_req_t req_i,
    input findings_t   found_i,
    input sa_word0_t   w0_i,
    input logic        broken_i,
    input logic [2:0]  tell_i,
    input state_fact_e fact_i,
    input op_e         op_i,
    input logic [15:0] generation_i,
    input entry_state_e to_i
);
  typedef enum logic [2:0] {
    PACKET,
    FAULT,
    TELL,
    COMMAND
  } step_e;

  logic       started_q = 1'b0;
  logic [2:0] watch_q;
  life_t      life_q = '0;
  name_t      name_q = '0;

  // ------------------------------------------------------------------ a packet
  verdict_e   verdict, given;
  life_t      life_packet;
  logic [7:0] fresh_packet;
  assign given = broken_i && verdict == VERDICT_OK ? VERDICT_DEAD_MEMORY : verdict;
  sad_verdict u_verdict (
      .req_i,
      .life_i   (life_q),
      .name_i   (name_q),
      .w0_i,
      .found_i,
      .verdict_o(verdict),
      .verdict_i(given),
      .life_o   (life_packet),
      .fresh_o  (fresh_packet)
  );

  // ------------------------------------------------------------------ a memory fault
  wire        tenant = life_q.state != ENTRY_STATE_FREE;
  life_t      life_fault;
  logic [7:0] fresh_fault, waiting_fault;
  sad_latch u_fault (
      .life_i    (life_q),
      .dies_i    (tenant ? DEAD_REASON_MEMORY : DEAD_REASON_ALIVE),
      .happened_i(tenant ? 8'd1 << KindMemory : '0),
      .told_i    ('0),
      .life_o    (life_fault),
      .fresh_o   (fresh_fault),
      .waiting_o (waiting_fault)
  );

  // ------------------------------------------------------------------ the teller: a record of one kind that waits
  life_t      life_told;
  logic [7:0] fresh_told, waiting;
  wire        record = step_i == TELL && waiting[tell_i];
  sad_latch u_teller (
      .life_i    (life_q),
      .dies_i    (DEAD_REASON_ALIVE),
      .happened_i('0),
      .told_i    (8'd1 << tell_i),
      .life_o    (life_told),
      .fresh_o   (fresh_told),
      .waiting_o (waiting)
  );

  // ------------------------------------------------------------------ a command, an undone commit, the end of an erase
  cmd_code_e code;
  life_t     life_command;
  name_t     name_command;
  sad_state u_state (
      .life_i      (life_q),
      .name_i      (name_q),
      .fact_i,
      .op_i,
      .generation_i,
      .to_i,
      .code_o      (code),
      .life_o      (life_command),
      .name_o      (name_command)
  );

  life_t      life_d;
  name_t      name_d;
  logic [7:0] fresh;
  always_comb begin
    life_d = life_q;
    name_d = name_q;
    fresh  = '0;
    unique case (step_i)
      PACKET: begin
        life_d = life_packet;
        fresh  = fresh_packet;
      end
      FAULT: begin
        life_d = life_fault;
        fresh  = fresh_fault;
      end
      TELL: if (record) life_d = life_told;
      default: begin
        life_d = life_command;
        name_d = name_command;
      end
    endcase
  end

  // ------------------------------------------------------------------ what really happened to the watched kind
  logic [1:0] happened_q, records_q;  // in this generation; 3: more than two
  wire        new_tenant = name_d.generation != name_q.generation;
  wire        ends       = new_tenant || life_d.state == ENTRY_STATE_FREE;
  wire        happens    = fresh[watch_q];
  wire        tells      = record && tell_i == watch_q;

  always_ff @(posedge clk_i) begin
    started_q <= 1'b1;
    if (!started_q) begin
      watch_q    <= watch_i;
      happened_q <= '0;
      records_q  <= '0;
    end else begin
      life_q     <= life_d;
      name_q     <= name_d;
      happened_q <= ends ? '0 : happened_q + 2'(happens && happened_q != '1);
      records_q  <= ends ? '0 : records_q + 2'(tells && records_q != '1);
    end
  end

  // ------------------------------------------------------------------ when a kind has to be raised, in words of its own
  wire counted = (req_i.kind == REQ_OUT || req_i.kind == REQ_TAKE) && given == VERDICT_OK;
  wire failed  = given == VERDICT_BAD_ICV;
  wire lives   = life_q.dead == DEAD_REASON_ALIVE;

  always_comb begin
    if (started_q) begin
      // Once a generation, told once, and never told without having happened.
      a_once:      assert (happened_q <= 2'd1);
      a_told_once: assert (records_q <= happened_q);
      // Not told yet: it still stands in the state word, for whoever has room.
      a_kept: assert (happened_q == '0 || life_q.raised[watch_q]);
      a_told: assert (life_q.told[watch_q] == (records_q != '0));
      a_waits: assert (!(happened_q != '0 && records_q == '0) || waiting[watch_q]);
      // A tenant goes, and a new one comes, only when all was told.
      a_gone: assert (!ends || (happened_q + 2'(happens)) == (records_q + 2'(tells)));
      a_clean: assert (!new_tenant || (life_d.raised == '0 && life_d.told == '0));
      // What was there before: a raised kind has happened, a free entry is all zero, a larval one that lives has raised nothing.
      a_raised: assert (life_q.raised[watch_q] == (happened_q != '0));
      a_free:   assert (life_q.state != ENTRY_STATE_FREE || life_q == '0);
      a_larval: assert (life_q.state != ENTRY_STATE_LARVAL || !lives || life_q.raised == '0);

      // Whatever has to be told is raised.
      if (step_i == PACKET) begin
        if (counted && found_i.soft_octets)  a_soft_octets:  assert (life_d.raised[KindSoftOctets]);
        if (counted && found_i.soft_packets) a_soft_packets: assert (life_d.raised[KindSoftPackets]);
        if (counted && found_i.soft_seq)     a_soft_seq:     assert (life_d.raised[KindSoftSeq]);
        if (counted && (found_i.at_octets || found_i.at_packets)) a_hard_at: assert (life_d.raised[KindHard]);
        if (counted && found_i.last)         a_seq_last:     assert (life_d.raised[KindSeqEnd]);
        if (lives && given inside {VERDICT_HARD_OCTETS, VERDICT_HARD_PACKETS}) a_hard: assert (life_d.raised[KindHard]);
        if (lives && given == VERDICT_SEQ_END) a_seq_end:    assert (life_d.raised[KindSeqEnd]);
        if (failed && found_i.icv_half)      a_icv_soft:     assert (life_d.raised[KindIcvSoft]);
        if (failed && found_i.icv_end)       a_icv_limit:    assert (life_d.raised[KindIcvLimit]);
        a_packet_told: assert (life_d.told == life_q.told);
      end
      if (step_i == FAULT && tenant) a_memory: assert (life_d.raised[KindMemory] && life_d.dead != DEAD_REASON_ALIVE);
      // Who is dead of something has its event.
      a_dead_hard:   assert (!(life_q.dead inside {DEAD_REASON_HARD_OCTETS, DEAD_REASON_HARD_PACKETS}) || life_q.raised[KindHard]);
      a_dead_seq:    assert (life_q.dead != DEAD_REASON_SEQ_END || life_q.raised[KindSeqEnd]);
      a_dead_icv:    assert (life_q.dead != DEAD_REASON_ICV_LIMIT || life_q.raised[KindIcvLimit]);
      a_dead_memory: assert (life_q.dead != DEAD_REASON_MEMORY || life_q.raised[KindMemory]);
    end
  end

  always_comb begin
    if (started_q) begin
      c_late: cover (tells && life_q.state == ENTRY_STATE_ERASING);
      c_next: cover (new_tenant && name_q.generation == 16'd1);
      c_both: cover (step_i == PACKET && (fresh & 8'h0F) == 8'h0F);
    end
  end

  wire unused = ^{code, fresh_told, waiting_fault};
endmodule
