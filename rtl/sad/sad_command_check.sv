// May this command be carried out? Pure. Operation and index have been checked before.
module sad_command_check
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import sad_int_pkg::*;
#(
    parameter int WINDOW = 64
) (
    input  cmd_req_t  req_i,
    input  cmd_code_e state_i,   // what sad_state says
    input  logic      broken_i,  // one of the words read for this cannot be corrected
    output cmd_code_e code_o
);
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
      OP_SNAPSHOT, OP_VERIFY: if (broken_i) code_o = CMD_CODE_MEMORY;
      OP_FLIP: if (!word_exists(sad_mem_e'(req_i.arg1[2:0]), req_i.arg1[12:8])) code_o = CMD_CODE_BAD_OP;
      default: code_o = broken_i ? CMD_CODE_MEMORY : state_i;
    endcase
  end

  wire unused = ^req_i;
endmodule
