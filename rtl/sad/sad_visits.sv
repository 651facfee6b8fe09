// Entries of a bank of sad_full whose packets raised events: a short queue towards the management side, which tells them. Without
// room the event stays latched in the entry, and lost_o asks for a scan (G3).
module sad_visits #(
    parameter int ROWS  = 64,
    parameter int DEPTH = 4,
    localparam int RowBits = $clog2(ROWS)
) (
    input  logic                        clk_i,
    input  logic                        rst_ni,
    input  logic [7:0]                  fresh_i,     // events of a packet, by event_kind
    input  logic [RowBits-1:0]          row_i,
    output logic                        lost_o,
    output logic                        arriving_o,  // on its way into the queue, or past it
    output logic [DEPTH:0]              valid_o,     // entries with an event that waits; the oldest is 0
    output logic [DEPTH:0][RowBits-1:0] row_o,
    output logic [7:0]                  fresh_o,     // of the oldest
    input  logic                        pop_i
);
  logic [DEPTH-1:0]              valid_q;
  logic [DEPTH-1:0][RowBits-1:0] row_q;
  logic [DEPTH-1:0][7:0]         fresh_q;

  // What happened comes late in its clock.
  logic [7:0]         in_fresh_q;
  logic [RowBits-1:0] in_row_q;
  wire                push = in_fresh_q != '0;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) in_fresh_q <= '0;
    else in_fresh_q <= fresh_i;
    in_row_q <= row_i;
  end

  wire [DEPTH-1:0] kept = pop_i ? valid_q >> 1 : valid_q;
  wire [DEPTH-1:0] free = ~kept & (kept + DEPTH'(1));  // the first free place

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      valid_q <= '0;
      row_q   <= '0;
      fresh_q <= '0;
    end else if (push || pop_i) begin
      valid_q <= push ? kept | free : kept;
      if (pop_i) begin
        row_q   <= row_q >> RowBits;
        fresh_q <= fresh_q >> 8;
      end
      for (int i = 0; i < DEPTH; i++) begin
        if (push && free[i]) begin
          row_q[i]   <= in_row_q;
          fresh_q[i] <= in_fresh_q;
        end
      end
    end
  end

  assign lost_o     = push && free == '0;
  assign arriving_o = push;
  assign valid_o    = {push, valid_q};
  assign row_o      = {in_row_q, row_q};
  assign fresh_o    = fresh_q[0];

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) if (rst_ni && pop_i) a_pop: assert (valid_q[0] && !push);
  // G3: an entry waits once; sad_grant lets no packet of it count until it was visited.
  logic twice;
  always_comb begin
    twice = 1'b0;
    for (int i = 0; i < DEPTH; i++) if (push && valid_q[i] && row_q[i] == in_row_q) twice = 1'b1;
  end
  always_ff @(posedge clk_i) if (rst_ni) a_g3_twice: assert (!twice);
`endif
endmodule
