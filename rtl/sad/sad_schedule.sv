// Which words a packet request reads, and when. Pure.
//
// `clock` counts from the start of the request; a word asked for in clock n is on its lane in clock n+2.
//
//   clock   0     1     2     3     4     5     6     7     8      9..15   18
//   state   life  name  .
//   cfg     0     7     6     9     8     11    1     2     3      4 5
//   outc    oct         pkt         seq
//   limits              +n    H_oct S_oct H_pkt S_pkt soft_seq
//                                   +1          +1
//   key                                                     verdict key     answer
//
// With a refusal clock 9 reads nothing.
//
// A look-up reads inc: top (0), reconstructs the number (3), reads its window word (4). A commit reads inc: octets (0), top
// (1), packets (2), the number's window word (4) and the first word to clear (5). A failed ICV reads its count (0).
module sad_schedule
  import sallyport_abi_pkg::*;
  import sad_int_pkg::*;
(
    input  req_kind_e  kind_i,
    input  logic [4:0] clock_i,
    input  logic [3:0] home_i,   // window words, sad_replay
    input  logic [3:0] first_i,
    output access_t    access_o
);
  wire is_out  = kind_i == REQ_OUT;
  wire is_look = kind_i == REQ_LOOK;
  wire is_take = kind_i == REQ_TAKE;
  wire is_fail = kind_i == REQ_FAIL;
  wire key     = clock_i >= 5'd9 && clock_i <= 5'd15;

  always_comb begin
    access_o = '0;

    access_o.cfg_rd = 1'b1;
    unique case (clock_i)
      5'd0: ;
      5'd1: access_o.cfg_word = is_fail ? 4'd10 : 4'd7;
      5'd2: access_o.cfg_word = 4'd6;
      5'd3: access_o.cfg_word = 4'd9;
      5'd4: access_o.cfg_word = 4'd8;
      5'd5: access_o.cfg_word = 4'd11;
      5'd6: access_o.cfg_word = 4'd1;
      5'd7: access_o.cfg_word = 4'd2;
      5'd8: access_o.cfg_word = 4'd3;
      5'd9: access_o.cfg_word = 4'd4;
      5'd10: access_o.cfg_word = 4'd5;
      default: access_o.cfg_rd = 1'b0;
    endcase
    if (is_look && clock_i >= 5'd1 && clock_i <= 5'd4) access_o.cfg_rd = 1'b0;  // no limits
    if (is_take && clock_i >= 5'd5) access_o.cfg_rd = 1'b0;                     // no view
    if (is_fail && clock_i >= 5'd2) access_o.cfg_rd = 1'b0;

    access_o.ctr_inc  = !is_out;
    access_o.ctr_word = WordSeq;
    unique case (clock_i)
      5'd0: begin
        access_o.ctr_rd   = 1'b1;
        access_o.ctr_word = is_look ? WordSeq : is_fail ? WordIcv : WordOctets;
      end
      5'd1: access_o.ctr_rd = is_take;
      5'd2: begin
        access_o.ctr_rd   = is_out || is_take;
        access_o.ctr_word = WordPackets;
      end
      5'd4: begin
        access_o.ctr_rd = !is_fail;
        if (!is_out) access_o.ctr_word = 5'(IncFixed) + {1'b0, home_i};
      end
      5'd5: begin
        access_o.ctr_rd   = is_take;
        access_o.ctr_word = 5'(IncFixed) + {1'b0, first_i};
      end
      default: ;
    endcase

    access_o.misc_rd   = clock_i <= 5'd1 || key;
    access_o.misc_mem  = key ? SAD_MEM_KEY : SAD_MEM_STATE;
    access_o.misc_word = key ? 3'(clock_i - 5'd9) : clock_i[2:0];
  end
endmodule
