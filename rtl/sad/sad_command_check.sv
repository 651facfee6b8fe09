// May this command be carried out? Pure. Operation and index have been checked before.
module sad_command_check
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import sad_int_pkg::*;
#(
    parameter int WINDOW = 64
) (
    input  cmd_req_t  req_i,
    input  life_t     life_i,
    input  logic      same_i,    // the generation is the entry's
    input  logic      broken_i,  // one of the words read for this cannot be corrected
    output cmd_code_e code_o
);
  wire is_free = life_i.state == ENTRY_STATE_FREE;

  function automatic logic may_move(input entry_state_e from, input entry_state_e to);
    unique case (from)
      ENTRY_STATE_ACTIVE: return to inside {ENTRY_STATE_OVERLAP, ENTRY_STATE_DRAINING, ENTRY_STATE_REDUNDANT};
      ENTRY_STATE_OVERLAP: return to inside {ENTRY_STATE_DRAINING, ENTRY_STATE_REDUNDANT, ENTRY_STATE_ACTIVE};
      ENTRY_STATE_REDUNDANT: return to == ENTRY_STATE_DRAINING;
      default: return 1'b0;
    endcase
  endfunction

  function automatic logic word_exists(input sad_mem_e mem, input logic [4:0] word);
    unique case (mem)
      SAD_MEM_STATE: return word < 5'(StateWords);
      SAD_MEM_CFG: return word < 5'(CFG_WORDS);
      SAD_MEM_KEY: return word < 5'(KeyWords);
      SAD_MEM_OUTC: return word < 5'(OutcWords);
      SAD_MEM_INC: return word < 5'(IncFixed + WINDOW / 64);
      SAD_MEM_FW: return word < 5'(FwWords);
      default: return 1'b0;
    endcase
  endfunction

  always_comb begin
    code_o = CMD_CODE_OK;
    unique case (req_i.op)
      OP_SNAPSHOT: if (broken_i) code_o = CMD_CODE_MEMORY;
      OP_FLIP: if (!word_exists(sad_mem_e'(req_i.arg1[2:0]), req_i.arg1[12:8])) code_o = CMD_CODE_BAD_OP;
      OP_RESERVE: begin
        if (broken_i) code_o = CMD_CODE_MEMORY;
        else if (!is_free) code_o = CMD_CODE_BAD_STATE;
      end
      OP_COMMIT: begin
        if (broken_i) code_o = CMD_CODE_MEMORY;
        // A larval entry that was killed, or lost a word, stays dead.
        else if (!is_free && (life_i.state != ENTRY_STATE_LARVAL || life_i.dead != DEAD_REASON_ALIVE))
          code_o = CMD_CODE_BAD_STATE;
        else if (!is_free && !same_i) code_o = CMD_CODE_BAD_GENERATION;
      end
      default: begin
        if (broken_i) code_o = CMD_CODE_MEMORY;
        else if (!same_i) code_o = CMD_CODE_BAD_GENERATION;
        else if (is_free) code_o = CMD_CODE_BAD_STATE;
        else if (req_i.op == OP_SET_STATE && !may_move(life_i.state, entry_state_e'(req_i.arg1[2:0])))
          code_o = CMD_CODE_BAD_STATE;
      end
    endcase
  end

  wire unused = ^{req_i, life_i};
endmodule
