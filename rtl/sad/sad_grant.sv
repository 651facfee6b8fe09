// Who goes next at a bank of sad_full. Requesters are the lanes' admissions, look-ups and commits; each shows one request and keeps it
// there until it is granted. The one that was granted longest ago goes first, of those that may go:
//
//   admission, commit   not while such a request of the same entry is under way (it might write: G1, G2, G8), nor while an event
//                       of the entry waits to be told (its record then shows the count that crossed the limit)
//   look-up             writes nothing, and has only to read an entry before a write or after it: not through it (G7)
//
// A request is held against those under way in the first clock in which it is shown, and granted in the next at the earliest. What came
// on its way or happened meanwhile has not been compared: in the clock after a grant to an admission or commit, or after one of them may
// have raised an event, no other one is granted. So a bank grants a request a clock, of which every second one may write.
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
  logic [Count-1:0][Count-1:0] before_q;   // of each: those that go before it
  logic [Count-1:0]            shown_q;    // a clock ago, and not granted then
  logic [Count-1:0]            blocked_q;  // by what was under way a clock ago, and still is
  logic                        raised_q;   // a clock ago, if at all
  logic [Count-1:0]            behind_q;   // behind a request that is about to be answered, if that one holds its entry

  for (genvar r = 0; r < Count; r++) begin : gen_conflict
    localparam bit Writes = r < LANES || r >= 2 * LANES;
    always_ff @(posedge clk_i) begin
      if (!rst_ni) {shown_q[r], blocked_q[r], behind_q[r]} <= '0;
      else begin
        shown_q[r] <= want_i[r] && !grant_o[r];
        if (want_i[r]) begin
          blocked_q[r] <= 1'b0;
          for (int s = Writes ? 1 : 3; s <= 5; s++) if (writes_i[s] && at_i[s] == row_i[r]) blocked_q[r] <= 1'b1;
          if (Writes) begin
            for (int v = 0; v < VISITS; v++) if (visit_i[v] && visit_row_i[v] == row_i[r]) blocked_q[r] <= 1'b1;
          end
          behind_q[r] <= Writes && writes_i[6] && at_i[6] == row_i[r];
        end
      end
    end

    assign free[r] = shown_q[r] && !blocked_q[r] && !(behind_q[r] && writes_i[7]) && !(Writes && (writes_i[1] || raised_q));
  end

  always_ff @(posedge clk_i) raised_q <= rst_ni && writes_i[7];

  for (genvar r = 0; r < Count; r++) begin : gen_requester
    assign grant_o[r] = open_i && free[r] && (free & before_q[r]) == '0;

    // A clock late: the one that was granted has no request to be granted in that clock.
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
