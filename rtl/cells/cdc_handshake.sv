// Requests and their answers between two clocks that know nothing of each other, one at a time.
//
//   src  req --> [req_q] ============================> dst  req
//               toggle --> cdc_sync (dst clock) ------> a request is there
//        rsp <============================ [rsp_q] <-- dst  rsp
//   an answer is there <-- cdc_sync (src clock) <------ toggle
//
// What crosses in width stands still in a register while its toggle goes through two registers of the other side, so it is whole when it
// is looked at; a board constrains these paths to less than a period of the receiving clock. From request to answer: two to three clocks of
// dst, what dst takes, and two to three clocks of src.
//
// Both sides are reset together: reset on one side alone leaves the toggles apart.
module cdc_handshake #(
    parameter int REQ_WIDTH = 32,
    parameter int RSP_WIDTH = 32
) (
    input  logic                 src_clk_i,
    input  logic                 src_rst_ni,
    input  logic                 src_valid_i,
    output logic                 src_ready_o,
    input  logic [REQ_WIDTH-1:0] src_req_i,
    output logic                 src_rsp_valid_o,  // for one clock
    output logic [RSP_WIDTH-1:0] src_rsp_o,

    input  logic                 dst_clk_i,
    input  logic                 dst_rst_ni,
    output logic                 dst_valid_o,      // held until dst_ready_i
    input  logic                 dst_ready_i,
    output logic [REQ_WIDTH-1:0] dst_req_o,
    input  logic                 dst_rsp_valid_i,  // a clock after dst_ready_i at the earliest
    input  logic [RSP_WIDTH-1:0] dst_rsp_i
);
  // ------------------------------------------------------------------ source
  logic                 asked_q, waiting_q;  // asked_q toggles with every request
  logic [REQ_WIDTH-1:0] req_q;
  logic                 told, told_q;        // the other side's toggle, here and a clock ago

  assign src_ready_o     = !waiting_q;
  assign src_rsp_valid_o = told != told_q;

  always_ff @(posedge src_clk_i) begin
    if (!src_rst_ni) begin
      asked_q   <= 1'b0;
      waiting_q <= 1'b0;
      told_q    <= 1'b0;
      req_q     <= '0;
    end else begin
      told_q <= told;
      if (src_rsp_valid_o) waiting_q <= 1'b0;
      if (src_valid_i && src_ready_o) begin
        asked_q   <= !asked_q;
        waiting_q <= 1'b1;
        req_q     <= src_req_i;
      end
    end
  end

  // ------------------------------------------------------------------ destination
  typedef enum logic [1:0] {IDLE, OFFER, WAIT} state_e;

  state_e               state_q;
  logic                 asked, answered_q;   // the source's toggle here; toggles with every answer
  logic [RSP_WIDTH-1:0] rsp_q;

  assign dst_valid_o = state_q == OFFER;
  assign dst_req_o   = req_q;

  always_ff @(posedge dst_clk_i) begin
    if (!dst_rst_ni) begin
      state_q    <= IDLE;
      answered_q <= 1'b0;
      rsp_q      <= '0;
    end else begin
      unique case (state_q)
        IDLE: if (asked != answered_q) state_q <= OFFER;
        OFFER: if (dst_ready_i) state_q <= WAIT;
        default: if (dst_rsp_valid_i) begin
          state_q    <= IDLE;
          answered_q <= asked;
          rsp_q      <= dst_rsp_i;
        end
      endcase
    end
  end

  assign src_rsp_o = rsp_q;

  cdc_sync u_asked (
      .clk_i (dst_clk_i),
      .rst_ni(dst_rst_ni),
      .d_i   (asked_q),
      .q_o   (asked)
  );

  cdc_sync u_told (
      .clk_i (src_clk_i),
      .rst_ni(src_rst_ni),
      .d_i   (answered_q),
      .q_o   (told)
  );

`ifndef SYNTHESIS
  always_ff @(posedge dst_clk_i) if (dst_rst_ni && dst_rsp_valid_i) a_asked: assert (state_q == WAIT);
  always_ff @(posedge src_clk_i) if (src_rst_ni && src_rsp_valid_o) a_waited: assert (waiting_q);
`endif
endmodule
