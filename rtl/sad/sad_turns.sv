// When the management side of sad_full gets its turns. A turn works on one entry and needs its bank alone:
//
//   OPEN   somebody wants a turn: visits before commands and sweeps, which take turns among themselves
//   CLOSE  nothing is granted at that bank any more; what is under way there ends
//   TURN   sad_control has it
//
// After a turn packets have the bank for PauseClocks clocks, if there are any. Visits go first, and so a command never finds an event
// of its entry that was not told for lack of a turn: a record is late only if the ring, or the bank's queue, was full.
module sad_turns #(
    parameter int NUM_SAS = 64,
    parameter int BANKS   = 1,
    localparam int IndexBits = $clog2(NUM_SAS),
    localparam int BankBits  = BANKS > 1 ? $clog2(BANKS) : 1
) (
    input  logic                 clk_i,
    input  logic                 rst_ni,
    input  logic                 booted_i,
    // Banks.
    output logic [BANKS-1:0]     closed_o,
    input  logic [BANKS-1:0]     still_i,    // closed a clock ago, and no request is under way
    input  logic [BANKS-1:0]     waiting_i,  // requests wait to be granted
    input  logic [BANKS-1:0]     visit_i,    // an entry has to be visited
    // Who wants; each is granted by sad_control in the clock in which it is shown there.
    input  logic                 cmd_i,
    input  logic [IndexBits-1:0] cmd_entry_i,
    input  logic                 sweep_i,
    input  logic [IndexBits-1:0] sweep_entry_i,
    output logic                 visit_o,
    output logic [BankBits-1:0]  bank_o,     // of the turn
    output logic                 cmd_o,
    output logic                 sweep_o,
    input  logic                 end_i       // last clock of the turn
);
  localparam logic [5:0] PauseClocks = 6'd32;

  typedef enum logic [1:0] {
    OPEN,
    CLOSE,
    TURN
  } state_e;

  state_e              state_q;
  logic                shut_q;    // the bank knows that it is closed: still_i counts
  logic [BankBits-1:0] bank_q;
  logic                sweep_q;   // closed for a sweep, else for a command or a visit
  logic                turned_q;  // the last of these two was a sweep
  logic [5:0]          pause_q;   // of bank_q

  wire [BankBits-1:0] cmd_bank   = BankBits'(cmd_entry_i) & BankBits'(BANKS - 1);
  wire [BankBits-1:0] sweep_bank = BankBits'(sweep_entry_i) & BankBits'(BANKS - 1);
  wire                unused     = ^{cmd_entry_i, sweep_entry_i};

  // ------------------------------------------------------------------ next
  logic [BankBits-1:0] visit_bank, next_bank;
  logic                next_sweep, wanted;

  always_comb begin
    visit_bank = '0;
    for (int b = BANKS - 1; b >= 0; b--) if (visit_i[b]) visit_bank = BankBits'(b);
    wanted     = 1'b1;
    next_sweep = 1'b0;
    next_bank  = visit_bank;
    if (visit_i == '0) begin
      next_sweep = sweep_i && (!cmd_i || !turned_q);
      next_bank  = next_sweep ? sweep_bank : cmd_bank;
      wanted     = sweep_i || cmd_i;
    end
  end
  wire may = pause_q == '0 || next_bank != bank_q || !waiting_i[next_bank];

  // ------------------------------------------------------------------ turn
  wire alone = shut_q && state_q == CLOSE && still_i[bank_q];
  assign visit_o = alone && visit_i[bank_q];
  assign cmd_o   = alone && !visit_i[bank_q] && !sweep_q && cmd_i && cmd_bank == bank_q;
  assign sweep_o = alone && !visit_i[bank_q] && sweep_q && sweep_i && sweep_bank == bank_q;
  assign bank_o  = bank_q;

  always_comb begin
    closed_o = '0;
    if (state_q != OPEN) closed_o[bank_q] = 1'b1;
    if (!booted_i) closed_o = '1;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q  <= OPEN;
      shut_q   <= 1'b0;
      bank_q   <= '0;
      sweep_q  <= 1'b0;
      turned_q <= 1'b0;
      pause_q  <= '0;
    end else begin
      shut_q <= state_q == CLOSE;
      unique case (state_q)
        OPEN: begin
          if (pause_q != '0) pause_q <= pause_q - 6'd1;
          if (booted_i && wanted && may) begin
            state_q <= CLOSE;
            bank_q  <= next_bank;
            sweep_q <= next_sweep;
          end
        end
        // Who wanted may have changed its mind: then all begins anew.
        CLOSE: if (alone) begin
          state_q <= visit_o || cmd_o || sweep_o ? TURN : OPEN;
          if (cmd_o || sweep_o) turned_q <= sweep_o;
        end
        TURN: if (end_i) begin
          state_q <= OPEN;
          pause_q <= PauseClocks;
        end
        default: state_q <= OPEN;
      endcase
    end
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      a_one: assert (2'(visit_o) + 2'(cmd_o) + 2'(sweep_o) <= 2'd1);
      // G7: a turn has its bank alone.
      if (state_q == TURN) a_g7_alone: assert (still_i[bank_q]);
    end
  end
`endif
endmodule
