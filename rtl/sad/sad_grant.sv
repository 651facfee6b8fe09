// Who goes next at a bank of sad_full. Requesters are the lanes' admissions, look-ups and commits; each shows one request and keeps it
// there until it is granted. The one that was granted longest ago goes first, of those that may go:
//
//   admission, commit   not while such a request of the same entry is under way (it might write: G1, G2, G8), nor while an event
//                       of the entry waits to be told (its record then shows the count that crossed the limit)
//   look-up             writes nothing, and has only to read an entry before a write or after it: not through it (G7)
module sad_grant #(
    parameter int ROWS   = 64,
    parameter int LANES  = 1,
    parameter int VISITS = 5,
    localparam int RowBits = $clog2(ROWS),
    localparam int Count   = 3 * LANES  // requesters: admissions, then look-ups, then commits, each by lane
) (
    input  logic                           clk_i,
    input  logic                           rst_ni,
    input  logic                           open_i,
    input  logic [Count-1:0]               want_i,
    input  logic [Count-1:0][RowBits-1:0]  row_i,
    // Under way (sad_pipe).
    input  logic [7:1]                     writes_i,
    input  logic [7:1][RowBits-1:0]        at_i,
    // Events that wait.
    input  logic [VISITS-1:0]              visit_i,
    input  logic [VISITS-1:0][RowBits-1:0] visit_row_i,
    output logic [Count-1:0]               grant_o
);
  logic [Count-1:0]            free, last_q;
  logic [Count-1:0][Count-1:0] before_q;  // of each: those that go before it

  always_comb begin
    free = '0;
    for (int r = 0; r < Count; r++) begin
      if (want_i[r]) begin
        free[r] = 1'b1;
        if (r < LANES || r >= 2 * LANES) begin
          for (int s = 1; s <= 7; s++)
            if (writes_i[s] && at_i[s] == row_i[r]) free[r] = 1'b0;
          for (int v = 0; v < VISITS; v++) if (visit_i[v] && visit_row_i[v] == row_i[r]) free[r] = 1'b0;
        end else begin
          for (int s = 4; s <= 6; s++) if (writes_i[s] && at_i[s] == row_i[r]) free[r] = 1'b0;
        end
      end
    end
  end

  for (genvar r = 0; r < Count; r++) begin : gen_requester
    assign grant_o[r] = open_i && free[r] && (free & before_q[r]) == '0;

    // A clock late, which two grants in a row to one requester can use, and no more.
    always_ff @(posedge clk_i) begin
      if (!rst_ni) before_q[r] <= Count'((1 << r) - 1);
      else if (last_q[r]) before_q[r] <= ~(Count'(1) << r);
      else if (last_q != '0) before_q[r] <= before_q[r] & ~last_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) last_q <= '0;
    else last_q <= grant_o;
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      a_one: assert ((grant_o & (grant_o - Count'(1))) == '0);
      if (grant_o != '0) a_open: assert (open_i && (grant_o & ~want_i) == '0);
      // No clock is lost while somebody may go.
      if (open_i && free != '0) a_busy: assert (grant_o != '0);
    end
  end
`endif
endmodule
