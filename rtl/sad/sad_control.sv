// Whose turn it is. Requests take turns round robin, so none waits for more than four others; a turn is
//
//   IDLE -> RUN -> NEXT -> IDLE
//                  |  ^--- FIX    one memory error that was met
//                  '-----> TELL   events that happened, or an entry to set free
//
// and ends when no error and nothing to tell is left. cmd_done_o comes with the end of a command's turn, so its answer shows
// the entry as all this has left it.
module sad_control
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import sad_int_pkg::*;
#(
    parameter int NUM_SAS = 64,
    localparam int IndexBits = $clog2(NUM_SAS)
) (
    input  logic                 clk_i,
    input  logic                 rst_ni,
    input  logic                 booted_i,
    input  logic [4:0]           want_i,         // sweep, command, commit, look-up, admission
    input  logic                 scan_i,         // the sweep wants a scan, not a scrub
    input  logic [15:0]          packet_index_i, // of the request that is granted
    input  logic [15:0]          cmd_index_i,
    input  logic [IndexBits-1:0] sweep_entry_i,
    output logic [4:0]           grant_o,        // taken in this clock
    output turn_e                turn_o,
    output control_e             control_o,
    output logic [IndexBits-1:0] entry_o,        // the one entry that this turn reads and writes (G7)
    // Progress.
    input  logic                 packet_done_i,
    input  logic [7:0]           packet_fresh_i,
    input  logic                 command_done_i,
    input  logic                 command_tell_i,
    input  logic                 scrub_done_i,
    input  logic                 fault_due_i,
    output logic                 fault_start_o,
    input  logic                 fault_done_i,
    input  logic [7:0]           fault_fresh_i,
    output logic                 event_start_o,
    input  logic                 event_done_i,
    output logic [7:0]           fresh_o,        // events of this turn
    output logic                 end_o           // last clock of the turn
);
  control_e             phase_q;
  turn_e                turn_q;
  logic [IndexBits-1:0] entry_q;
  logic [7:0]           fresh_q;
  logic                 tell_q;   // sad_events has to run
  logic [4:0]           last_q;   // who had the last turn
  logic [4:0]           pick;

  // The first that wants, after the last one.
  wire [4:0] behind = want_i & ~(last_q | (last_q - 5'd1));
  wire [4:0] from   = behind != '0 ? behind : want_i;
  assign pick    = from & (~from + 5'd1);
  assign grant_o = phase_q == CTL_IDLE ? pick : '0;

  assign turn_o        = turn_q;
  assign control_o       = phase_q;
  assign entry_o       = entry_q;
  assign fresh_o       = fresh_q;
  assign fault_start_o = phase_q == CTL_NEXT && fault_due_i;
  assign event_start_o = phase_q == CTL_NEXT && !fault_due_i && tell_q;
  assign end_o         = phase_q == CTL_NEXT && !fault_due_i && !tell_q;

  logic run_done;
  always_comb begin
    unique case (turn_q)
      TURN_COMMAND: run_done = command_done_i;
      TURN_SCRUB: run_done = scrub_done_i;
      TURN_SCAN: run_done = 1'b1;
      default: run_done = packet_done_i;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      phase_q <= CTL_BOOT;
      turn_q  <= TURN_SCRUB;
      entry_q <= '0;
      fresh_q <= '0;
      tell_q  <= 1'b0;
      last_q  <= 5'd1;
    end else begin
      unique case (phase_q)
        CTL_BOOT: if (booted_i) phase_q <= CTL_IDLE;
        CTL_IDLE: begin
          fresh_q <= '0;
          tell_q  <= 1'b0;
          if (pick != '0) begin
            phase_q <= CTL_RUN;
            last_q  <= pick;
            unique case (pick)
              5'b00001: turn_q <= TURN_ADMIT;
              5'b00010: turn_q <= TURN_LOOK;
              5'b00100: turn_q <= TURN_TAKE;
              5'b01000: turn_q <= TURN_COMMAND;
              default: turn_q <= scan_i ? TURN_SCAN : TURN_SCRUB;
            endcase
            tell_q  <= pick[4] && scan_i;
            entry_q <= pick[4] ? sweep_entry_i : pick[3] ? cmd_index_i[IndexBits-1:0] : packet_index_i[IndexBits-1:0];
          end
        end
        CTL_RUN: if (run_done) begin
          phase_q <= CTL_NEXT;
          if (turn_q == TURN_COMMAND) begin
            tell_q <= command_tell_i;
          end else if (turn_q != TURN_SCRUB && turn_q != TURN_SCAN) begin
            fresh_q <= packet_fresh_i;
            tell_q  <= packet_fresh_i != '0;
          end
        end
        CTL_FIX: if (fault_done_i) begin
          phase_q <= CTL_NEXT;
          fresh_q <= fresh_q | fault_fresh_i;
          if (fault_fresh_i != '0) tell_q <= 1'b1;
        end
        CTL_TELL: if (event_done_i) begin
          phase_q <= CTL_NEXT;
          tell_q  <= fault_due_i;  // it stopped at a broken word: once more after that
        end
        default: begin  // NEXT
          if (fault_due_i) phase_q <= CTL_FIX;
          else if (tell_q) phase_q <= CTL_TELL;
          else phase_q <= CTL_IDLE;
        end
      endcase
    end
  end

  wire unused_index = ^{packet_index_i, cmd_index_i};

`ifndef SYNTHESIS
  // G7: a turn works on one entry.
  a_g7_entry: assert property (@(posedge clk_i) disable iff (!rst_ni)
      phase_q != CTL_IDLE && $past(phase_q) != CTL_IDLE |-> entry_q == $past(entry_q));
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      a_one: assert ((grant_o & (grant_o - 5'd1)) == '0);
      // Nobody is passed over: a turn never goes twice to one while another waits.
      if (grant_o != '0 && grant_o == last_q) a_fair: assert (want_i == grant_o);
    end
  end
`endif
endmodule
