// G9: only the transitions of docs/reference/entry-states.md happen, a command or packet with an old generation changes nothing, and a
// kill beats every command except erase.
//
// One entry, from its first tenant on; commands and facts through sad_state, packets through sad_verdict, memory faults through
// sad_latch. An observer holds the number of one tenant and goes on using it.
module g9_state
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import sad_int_pkg::*;
(
    input logic        clk_i,
    // First clock only: any entry that satisfies the invariants.
    input life_t       life_i,
    input name_t       name_i,
    input logic        packet_i,
    input logic        fault_i,
    input logic        hold_i,      // the observer notes the present tenant
    input packet_req_t req_i,
    input findings_t   found_i,
    input sa_word0_t   w0_i,
    input state_fact_e fact_i,
    input op_e         op_i,
    input logic [15:0] generation_i,
    input entry_state_e to_i,
    input logic [7:0]  told_i
);
  logic  started_q = 1'b0;
  life_t life_q;
  name_t name_q;

  verdict_e   verdict;
  life_t      life_packet;
  logic [7:0] fresh;
  sad_verdict u_verdict (
      .req_i,
      .life_i   (life_q),
      .name_i   (name_q),
      .w0_i,
      .found_i,
      .verdict_o(verdict),
      .verdict_i(verdict),
      .life_o   (life_packet),
      .fresh_o  (fresh)
  );

  wire        free = life_q.state == ENTRY_STATE_FREE;
  life_t      life_fault;
  logic [7:0] fresh_fault, waiting;
  // A fault, and the teller's marks.
  sad_latch u_fault (
      .life_i    (life_q),
      .dies_i    (fault_i && !free ? DEAD_REASON_MEMORY : DEAD_REASON_ALIVE),
      .happened_i(fault_i && !free ? 8'd1 << KindMemory : '0),
      .told_i    (told_i),
      .life_o    (life_fault),
      .fresh_o   (fresh_fault),
      .waiting_o (waiting)
  );

  cmd_code_e code;
  life_t     life_state;
  name_t     name_state;
  sad_state u_state (
      .life_i      (life_q),
      .name_i      (name_q),
      .fact_i,
      .op_i,
      .generation_i,
      .to_i,
      .code_o      (code),
      .life_o      (life_state),
      .name_o      (name_state)
  );

  wire command = started_q && !packet_i && !fault_i && told_i == '0;
  wire is_cmd  = command && !(fact_i inside {FACT_UNDONE, FACT_ERASED});
  life_t life_d;
  name_t name_d;
  always_comb begin
    life_d = life_q;
    name_d = name_q;
    if (packet_i) life_d = life_packet;
    else if (fault_i || told_i != '0) life_d = life_fault;
    else begin
      life_d = life_state;
      name_d = name_state;
    end
  end

  // ------------------------------------------------------------------ the table of entry-states.md, by event
  logic allowed;
  always_comb begin
    unique case ({life_q.state, life_d.state})
      {ENTRY_STATE_FREE, ENTRY_STATE_LARVAL}:        allowed = is_cmd && op_i == OP_RESERVE;
      {ENTRY_STATE_FREE, ENTRY_STATE_ACTIVE},
      {ENTRY_STATE_LARVAL, ENTRY_STATE_ACTIVE}:      allowed = is_cmd && op_i == OP_COMMIT;
      {ENTRY_STATE_FREE, ENTRY_STATE_ERASING}:       allowed = command && fact_i == FACT_UNDONE;
      {ENTRY_STATE_LARVAL, ENTRY_STATE_ERASING}:     allowed = command && (fact_i == FACT_UNDONE || op_i == OP_ERASE);
      {ENTRY_STATE_ACTIVE, ENTRY_STATE_OVERLAP},
      {ENTRY_STATE_ACTIVE, ENTRY_STATE_REDUNDANT},
      {ENTRY_STATE_ACTIVE, ENTRY_STATE_DRAINING},
      {ENTRY_STATE_OVERLAP, ENTRY_STATE_ACTIVE},
      {ENTRY_STATE_OVERLAP, ENTRY_STATE_REDUNDANT},
      {ENTRY_STATE_OVERLAP, ENTRY_STATE_DRAINING},
      {ENTRY_STATE_REDUNDANT, ENTRY_STATE_DRAINING}: allowed = is_cmd && op_i == OP_SET_STATE;
      {ENTRY_STATE_ACTIVE, ENTRY_STATE_ERASING},
      {ENTRY_STATE_OVERLAP, ENTRY_STATE_ERASING},
      {ENTRY_STATE_DRAINING, ENTRY_STATE_ERASING},
      {ENTRY_STATE_REDUNDANT, ENTRY_STATE_ERASING}:  allowed = is_cmd && op_i == OP_ERASE;
      {ENTRY_STATE_ERASING, ENTRY_STATE_FREE}:       allowed = command && fact_i == FACT_ERASED && waiting == '0;
      default: allowed = life_q.state == life_d.state;
    endcase
  end

  // ------------------------------------------------------------------ the observer, and what became of a tenant
  logic        held_q, held_gone_q;  // holds a number; that tenant is gone
  logic [15:0] held_generation_q;
  logic [15:0] turnover_q;           // tenants since then
  logic        dead_q;               // the present tenant died
  logic        killed_q;             // and was killed by command
  wire         new_tenant = name_d.generation != name_q.generation;
  wire         kills      = is_cmd && op_i == OP_KILL && code == CMD_CODE_OK;

  always_ff @(posedge clk_i) begin
    started_q <= 1'b1;
    if (!started_q) begin
      life_q            <= life_i;
      name_q            <= name_i;
      held_q            <= 1'b0;
      held_gone_q       <= 1'b0;
      held_generation_q <= '0;
      turnover_q        <= '0;
      dead_q            <= life_i.dead != DEAD_REASON_ALIVE;
      killed_q          <= 1'b0;
    end else begin
      life_q <= life_d;
      name_q <= name_d;
      if (hold_i && !held_q && !free && name_q.generation != '0) begin
        held_q            <= 1'b1;
        held_generation_q <= name_q.generation;
      end
      if (new_tenant && held_q) begin
        held_gone_q <= 1'b1;
        if (turnover_q != '1) turnover_q <= turnover_q + 16'd1;
      end
      if (new_tenant || life_d.state == ENTRY_STATE_FREE) dead_q <= 1'b0;
      else if (life_d.dead != DEAD_REASON_ALIVE) dead_q <= 1'b1;
      if (new_tenant || life_d.state == ENTRY_STATE_FREE) killed_q <= 1'b0;
      else if (kills) killed_q <= 1'b1;
    end
  end

  // What the observer may rest on for 65,534 later tenants: the next one has its number again.
  wire fresh_enough = turnover_q != '1;

  always_comb begin
    if (!started_q) begin
      assume (life_i.state <= ENTRY_STATE_ERASING);
      assume (life_i.state != ENTRY_STATE_FREE || life_i == '0);
      assume (life_i.state inside {ENTRY_STATE_FREE, ENTRY_STATE_ERASING} || name_i.generation != '0);
      assume ((life_i.told & ~life_i.raised) == '0);
    end
    assume (found_i.any_bad || !found_i.id_bad);
  end

  // Tenants that the numbers say have passed since the observer took one: they run 1 .. 65,535.
  wire [15:0] apart = name_q.generation >= held_generation_q ? name_q.generation - held_generation_q
                                                             : name_q.generation - held_generation_q - 16'd1;

  always_comb begin
    if (started_q) begin
      a_states:  assert (life_q.state <= ENTRY_STATE_ERASING);
      a_allowed: assert (allowed);
      a_free:    assert (!free || life_q == '0);
      a_tenant:  assert (free || life_q.state == ENTRY_STATE_ERASING || name_q.generation != '0);
      // A command that names another generation than the entry's does nothing; reserve, and commit and march of a free entry, name none.
      if (is_cmd && generation_i != name_q.generation && !(free && op_i inside {OP_RESERVE, OP_COMMIT, OP_MARCH})) begin
        a_old_command: assert (life_d == life_q && name_d == name_q && code != CMD_CODE_OK);
      end
      if (command && code != CMD_CODE_OK) a_refused: assert (life_d == life_q && name_d == name_q);
      // A packet that names another generation is refused and moves nothing.
      if (packet_i && req_i.kind != REQ_LOOK && req_i.generation != name_q.generation) begin
        a_old_packet: assert (life_d == life_q && verdict != VERDICT_OK && verdict != VERDICT_BAD_ICV);
      end
      // Nothing but reserve and commit of a free entry changes the generation, by one, past 0.
      a_generation: assert (!new_tenant || (free && is_cmd && op_i inside {OP_RESERVE, OP_COMMIT} &&
                                            name_d.generation == (name_q.generation == '1 ? 16'd1 : name_q.generation + 16'd1)));
      a_given: assert (life_d.state == ENTRY_STATE_FREE || !free || new_tenant || fact_i == FACT_UNDONE);
      // The observer's number fits no later tenant.
      if (held_q && fresh_enough) begin
        a_apart: assert (apart == turnover_q);
        a_held:  assert (!held_gone_q || name_q.generation != held_generation_q);
      end
      a_gone: assert (held_gone_q == (turnover_q != '0));
      a_held_number: assert (!held_q || held_generation_q != '0);
      a_hold: assert (held_q || turnover_q == '0);

      // Dead is dead until the next tenant: no packet, no state, no commit.
      a_dead:     assert (!dead_q || free || life_q.dead != DEAD_REASON_ALIVE);
      a_reason:   assert (life_q.dead == DEAD_REASON_ALIVE || life_d.dead == life_q.dead || life_d.state == ENTRY_STATE_FREE);
      a_no_packet: assert (!(packet_i && life_q.dead != DEAD_REASON_ALIVE && verdict == VERDICT_OK));
      // Kill is never refused to who names the tenant, and takes effect at once.
      if (is_cmd && op_i == OP_KILL && generation_i == name_q.generation && !free) begin
        a_kill: assert (code == CMD_CODE_OK && life_d.dead != DEAD_REASON_ALIVE && life_d.state == life_q.state);
      end
      // And so is erase.
      if (is_cmd && op_i == OP_ERASE && generation_i == name_q.generation && !free) begin
        a_erase: assert (code == CMD_CODE_OK && life_d.state == ENTRY_STATE_ERASING);
      end
      // After a kill: no command makes the tenant accept a packet or lets it be keyed again.
      a_killed: assert (!killed_q || free || life_q.dead != DEAD_REASON_ALIVE);
      a_keyed:  assert (!(killed_q && is_cmd && op_i == OP_COMMIT && !free) || code != CMD_CODE_OK);
      // Packets are accepted in the states that accept them.
      if (packet_i && verdict == VERDICT_OK) begin
        a_accepts: assert (life_q.state inside {ENTRY_STATE_ACTIVE, ENTRY_STATE_OVERLAP, ENTRY_STATE_REDUNDANT} ||
                           (life_q.state == ENTRY_STATE_DRAINING && req_i.kind != REQ_OUT));
        a_state_kept: assert (life_d.state == life_q.state);
      end
    end
  end

  always_comb begin
    if (started_q) begin
      c_round:  cover (held_q && new_tenant && name_q.generation == '1);
      c_killed: cover (killed_q && life_q.state == ENTRY_STATE_LARVAL && is_cmd && op_i == OP_COMMIT);
      c_drain:  cover (packet_i && verdict == VERDICT_OK && life_q.state == ENTRY_STATE_DRAINING);
      c_old:    cover (held_gone_q && packet_i && req_i.generation == held_generation_q && req_i.kind == REQ_TAKE);
    end
  end

  wire unused = ^{fresh, fresh_fault};
endmodule
