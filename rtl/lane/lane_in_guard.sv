// Watches in simulation that nothing leaves early (G4, G8, G11), from the raw signals and with queues of its own: a packet that
// goes out had the right tag, the table's agreement and the judge's, and its blocks were not touched before. Gives nothing.
module lane_in_guard
  import lane_in_pkg::*;
#(
    parameter int DEPTH = 1024
) (
    input logic                   clk_i,
    input logic                   rst_ni,
    input logic                   icv_push_i,   // ICV as it came in the packet
    input logic [127:0]           icv_i,
    input logic                   tag_valid_i,  // and as computed
    input logic [127:0]           tag_i,
    input logic                   answer_i,     // to a claim
    input logic                   answer_ok_i,
    input logic                   judged_i,     // selectors and all the rest
    input logic                   judged_ok_i,
    input logic                   decided_i,
    input logic                   ok_i,
    input logic [11:0]            blocks_i,     // 0: the packet never was in gcm_pipe
    input logic                   touch_i,      // a block is read
    input logic [$clog2(DEPTH):0] read_i
);
`ifndef SYNTHESIS
  localparam int PW = $clog2(InFlight);

  logic [127:0]          icv_q[InFlight];
  logic [InFlight-1:0]   tag_ok_q, answer_ok_q, judged_ok_q;
  logic [PW-1:0]         icv_at_q, tag_at_q, answer_at_q, judged_at_q, decided_at_q;
  logic [$clog2(DEPTH):0] free_q, left;  // blocks of decided packets so far

  assign left = free_q - read_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      icv_at_q     <= '0;
      tag_at_q     <= '0;
      answer_at_q  <= '0;
      judged_at_q  <= '0;
      decided_at_q <= '0;
      tag_ok_q     <= '0;
      answer_ok_q  <= '0;
      judged_ok_q  <= '0;
      free_q       <= '0;
    end else begin
      if (icv_push_i) begin
        icv_q[icv_at_q] <= icv_i;
        icv_at_q        <= icv_at_q + 1'b1;
      end
      if (tag_valid_i) begin
        tag_ok_q[tag_at_q] <= icv_q[tag_at_q] == tag_i;
        tag_at_q           <= tag_at_q + 1'b1;
      end
      if (answer_i) begin
        answer_ok_q[answer_at_q] <= answer_ok_i;
        answer_at_q              <= answer_at_q + 1'b1;
      end
      if (judged_i) begin
        judged_ok_q[judged_at_q] <= judged_ok_i;
        judged_at_q              <= judged_at_q + 1'b1;
      end
      if (decided_i) begin
        if (ok_i) begin
          a_g4_opened: assert (blocks_i != '0);
          a_g4_icv: assert (tag_ok_q[decided_at_q]);
          a_g8_commit: assert (answer_ok_q[decided_at_q]);
          a_g11_judged: assert (judged_ok_q[decided_at_q]);
        end
        free_q <= free_q + ($clog2(DEPTH) + 1)'(blocks_i);
        if (blocks_i != '0) begin
          tag_ok_q[decided_at_q]    <= 1'b0;
          answer_ok_q[decided_at_q] <= 1'b0;
          judged_ok_q[decided_at_q] <= 1'b0;
          decided_at_q              <= decided_at_q + 1'b1;
        end
      end
      if (touch_i) a_g4_early: assert (left != '0);
    end
  end
`else
  wire unused = &{1'b0, clk_i, rst_ni, icv_push_i, icv_i, tag_valid_i, tag_i, answer_i, answer_ok_i, judged_i, judged_ok_i,
                  decided_i, ok_i, blocks_i, touch_i, read_i};
`endif
endmodule
