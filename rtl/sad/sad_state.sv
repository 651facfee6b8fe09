// The entry state machine, pure (docs/reference/entry-states.md): state words of an entry, and a command or a fact -> may it be, and
// the state words afterwards. What is refused changes nothing.
//
// A kill beats every command except erase: whatever comes after it, the entry stays dead, and a larval one is never keyed. Nothing
// but reserve, and commit into a free entry, gives an entry to a new tenant, and each has a generation of its own, never 0; whoever
// names another generation gets nothing done (G9). An entry becomes free by way of erasing only, and not before all of
// its events have been told (G3, G5).
module sad_state
  import sallyport_abi_pkg::*;
  import sad_int_pkg::*;
(
    input  life_t        life_i,
    input  name_t        name_i,
    input  state_fact_e  fact_i,
    input  op_e          op_i,          // the command, when that is the fact
    input  logic [15:0]  generation_i,  // that it names
    input  entry_state_e to_i,          // set_state
    output cmd_code_e    code_o,        // ok, bad_generation, bad_state
    output life_t        life_o,
    output name_t        name_o
);
  wire is_free = life_i.state == ENTRY_STATE_FREE;
  wire is_same = generation_i == name_i.generation;
  wire alive   = life_i.dead == DEAD_REASON_ALIVE;
  wire told    = (life_i.raised & ~life_i.told) == '0;

  function automatic logic may_move(input entry_state_e from, input entry_state_e to);
    unique case (from)
      ENTRY_STATE_ACTIVE: return to inside {ENTRY_STATE_OVERLAP, ENTRY_STATE_DRAINING, ENTRY_STATE_REDUNDANT};
      ENTRY_STATE_OVERLAP: return to inside {ENTRY_STATE_DRAINING, ENTRY_STATE_REDUNDANT, ENTRY_STATE_ACTIVE};
      ENTRY_STATE_REDUNDANT: return to == ENTRY_STATE_DRAINING;
      default: return 1'b0;
    endcase
  endfunction

  cmd_code_e command;
  always_comb begin
    command = CMD_CODE_OK;
    unique case (op_i)
      OP_RESERVE, OP_MARCH: if (!is_free) command = CMD_CODE_BAD_STATE;
      OP_COMMIT: begin
        // A larval entry that was killed, or lost a word, stays dead.
        if (!is_free && (life_i.state != ENTRY_STATE_LARVAL || !alive)) command = CMD_CODE_BAD_STATE;
        else if (!is_free && !is_same) command = CMD_CODE_BAD_GENERATION;
      end
      default: begin
        if (!is_same) command = CMD_CODE_BAD_GENERATION;
        else if (is_free || (op_i == OP_SET_STATE && !may_move(life_i.state, to_i))) command = CMD_CODE_BAD_STATE;
      end
    endcase

    unique case (fact_i)
      FACT_ERASED: code_o = life_i.state == ENTRY_STATE_ERASING && told ? CMD_CODE_OK : CMD_CODE_BAD_STATE;
      FACT_UNDONE: code_o = is_free || life_i.state == ENTRY_STATE_LARVAL ? CMD_CODE_OK : CMD_CODE_BAD_STATE;
      default: code_o = command;
    endcase
  end

  name_t tenant;
  assign tenant.generation  = name_i.generation == '1 ? 16'd1 : name_i.generation + 16'd1;
  assign tenant.memory_told = 1'b0;

  always_comb begin
    life_o = life_i;
    name_o = name_i;
    if (code_o == CMD_CODE_OK) begin
      unique case (fact_i)
        FACT_ERASED: begin
          life_o             = '0;
          name_o.memory_told = 1'b0;  // the next generation has told nothing
        end
        FACT_UNDONE: life_o.state = ENTRY_STATE_ERASING;
        default: begin
          unique case (op_i)
            OP_RESERVE: begin
              life_o = '{state: ENTRY_STATE_LARVAL, dead: DEAD_REASON_ALIVE, raised: '0, told: '0};
              name_o = tenant;
            end
            OP_COMMIT: begin
              life_o = '{state: ENTRY_STATE_ACTIVE, dead: DEAD_REASON_ALIVE, raised: '0, told: '0};
              if (is_free) name_o = tenant;
            end
            OP_SET_STATE: life_o.state = to_i;
            OP_KILL: if (alive) life_o.dead = DEAD_REASON_KILLED;
            OP_ERASE: life_o.state = ENTRY_STATE_ERASING;
            default: ;
          endcase
        end
      endcase
    end
  end
endmodule
