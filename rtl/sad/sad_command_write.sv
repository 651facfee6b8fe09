// What a command writes that is done with a few words in a row (reserve, write_fw, poke_seq; set_state and kill). Pure.
module sad_command_write
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import sad_int_pkg::*;
#(
    parameter int WINDOW = 64,
    parameter bit SIM    = 1'b1
) (
    input  cmd_req_t    req_i,
    input  logic [4:0]  step_i,
    input  life_t       life_i,    // what the state words are to be
    input  name_t       name_i,
    output logic [5:0]  wr_en_o,
    output logic [4:0]  wr_word_o,
    output logic [63:0] wr_data_o,
    output logic [4:0]  last_o     // last step
);
  // poke_seq: of the window, only the number itself counts as seen.
  wire [63:0] poke       = {req_i.arg2, req_i.arg1};
  wire        poked_here = poke != '0 && 4'(step_i - 5'd1) == (poke[9:6] & 4'(WINDOW / 64 - 1));
  wire [63:0] poked_word = poked_here ? 64'd1 << poke[5:0] : '0;

  always_comb begin
    wr_en_o   = '0;
    wr_word_o = step_i;
    wr_data_o = '0;
    last_o    = 5'd0;
    unique case (req_i.op)
      OP_RESERVE: begin
        wr_en_o   = step_i == 5'd0 ? mem_bit(SAD_MEM_CFG) : mem_bit(SAD_MEM_STATE);
        wr_word_o = step_i == 5'd1 ? 5'd1 : 5'd0;
        wr_data_o = step_i == 5'd0 ? {req_i.arg2, 32'd1 << SA_FLAG_INBOUND} : step_i == 5'd1 ? pack_name(name_i) : pack_life(life_i);
        last_o    = 5'd2;
      end
      OP_WRITE_FW: begin
        wr_en_o   = mem_bit(SAD_MEM_FW);
        wr_data_o = 64'({req_i.arg2, req_i.arg1} >> {step_i[1:0], 4'd0});
        last_o    = 5'd3;
      end
      OP_POKE_SEQ: begin
        if (SIM) begin
          wr_en_o   = step_i == 5'd0 ? mem_bit(SAD_MEM_OUTC) | mem_bit(SAD_MEM_INC) : mem_bit(SAD_MEM_INC);
          wr_word_o = step_i == 5'd0 ? WordSeq : step_i + 5'(IncFixed - 1);
          wr_data_o = step_i == 5'd0 ? poke : poked_word;
        end
        last_o = 5'(WINDOW / 64);
      end
      default: begin  // set_state, kill
        wr_en_o   = mem_bit(SAD_MEM_STATE);
        wr_data_o = pack_life(life_i);
      end
    endcase
  end

  wire unused = ^req_i;
endmodule
