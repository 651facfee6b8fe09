// Brings an image into the management core and starts it: nothing runs that was not checked, and what runs cannot be changed.
//
//            reset, stop                  start                   good
//   (any) ---------------> WIPE -> EMPTY --------> CHECK ---------------> RUN
//                                    host writes    ^  | bad               |
//                                    the image      |  '--> REFUSED        | restart: the core stands in reset
//                                                   '----------------------'
//
// WIPE zeroes both memories, so nothing of an earlier image or its data is left. In EMPTY alone the host reaches the memories; from CHECK
// on the image is locked, and in RUN the host reaches the mailbox, the first MAILBOX_OCTETS of the data memory. All else is answered with
// err. REFUSED ends with stop.
//
// What an image looks like stands in docs/reference/abi.md. Its CRC-32 finds accidents, not forgers: whoever may write the image may
// compute it. A check takes two clocks a word, and is made again before each restart.
module mcu_loader
  import reg_pkg::*;
  import sallyport_abi_pkg::*;
#(
    parameter int IMAGE_OCTETS = 65536,
    parameter int DATA_OCTETS  = 32768
) (
    input  logic         clk_i,
    input  logic         rst_ni,
    // Pulses. stop counts at any time, start in EMPTY, restart in RUN.
    input  logic         start_i,
    input  logic         stop_i,
    input  logic         restart_i,
    input  core_cause_e  restart_cause_i,
    output core_state_e  state_o,
    output core_check_e  check_o,      // what the last check found
    output core_cause_e  cause_o,      // of the last start
    // Host's requests for the memories.
    input  logic         host_valid_i,
    output logic         host_ready_o,
    input  reg_req_t     host_req_i,
    output logic         host_rsp_valid_o,
    output reg_rsp_t     host_rsp_o,
    // mcu_bus.
    output logic         load_valid_o,
    input  logic         load_ready_i,
    output reg_req_t     load_req_o,
    input  logic         load_rsp_valid_i,
    input  reg_rsp_t     load_rsp_i,
    output logic         locked_o,
    output logic         core_rst_no,
    output logic         wipe_o,
    input  logic         wiping_i
);
  localparam int HeaderWord = CORE_HEADER / 4;
  localparam int HeaderWords = 5;
  localparam int WordBits = $clog2(IMAGE_OCTETS / 4) + 1;

  // The remainder after one more word, its first octet in [7:0].
  function automatic logic [31:0] crc_after(input logic [31:0] crc, input logic [31:0] word);
    logic [31:0] out;
    out = crc ^ word;
    for (int i = 0; i < 32; i++) out = out[0] ? {1'b0, out[31:1]} ^ 32'hEDB8_8320 : {1'b0, out[31:1]};
    return out;
  endfunction

  core_state_e         state_q;
  core_check_e         check_q;
  core_cause_e         cause_q;
  logic                asked_q, wiped_q, ended_q;
  logic [WordBits-1:0] word_q, length_q;  // word that is asked for or comes; words of the image
  logic [31:0]         crc_q, want_q;
  logic                host_q;            // the request under way is the host's
  logic                refused_q;         // a request of the host that comes too late

  wire [31:0] in_data = host_req_i.addr - CORE_DATA_BASE;
  wire        open    = state_q == CORE_STATE_EMPTY || (state_q == CORE_STATE_RUN && in_data < 32'(MAILBOX_OCTETS));

  // ------------------------------------------------------------------ requests
  always_comb begin
    load_valid_o = 1'b0;
    load_req_o   = host_req_i;
    if (open) load_valid_o = host_valid_i;
    if (state_q == CORE_STATE_CHECK) begin
      load_valid_o = !asked_q && !ended_q;
      load_req_o   = '{write: 1'b0, be: 4'hF, addr: CORE_IMAGE_BASE | 32'({word_q, 2'b00}), wdata: '0};
    end
  end

  assign host_ready_o     = open ? load_ready_i : !refused_q;
  assign host_rsp_valid_o = refused_q || (host_q && load_rsp_valid_i);
  assign host_rsp_o       = refused_q ? '{err: 1'b1, rdata: '0} : load_rsp_i;

  // ------------------------------------------------------------------ check
  wire        answer = state_q == CORE_STATE_CHECK && asked_q && load_rsp_valid_i && !host_q;
  wire [31:0] value  = load_rsp_i.rdata;
  wire        crc_here = word_q == WordBits'(HeaderWord + 3);

  core_check_e found;

  always_comb begin
    found = CORE_CHECK_OK;
    unique case (word_q)
      WordBits'(HeaderWord): if (value != CORE_MAGIC) found = CORE_CHECK_BAD_MAGIC;
      WordBits'(HeaderWord + 1): if (value != 32'(ABI_VERSION)) found = CORE_CHECK_BAD_ABI;
      WordBits'(HeaderWord + 2):
      if (value > 32'(IMAGE_OCTETS) || value < 32'(4 * (HeaderWord + HeaderWords)) || value[1:0] != '0) found = CORE_CHECK_BAD_LENGTH;
      WordBits'(HeaderWord + 4): if (value > 32'(DATA_OCTETS)) found = CORE_CHECK_BAD_LENGTH;
      default: ;
    endcase
    if (load_rsp_i.err) found = CORE_CHECK_MEMORY;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q   <= CORE_STATE_WIPE;
      check_q    <= CORE_CHECK_OK;
      cause_q   <= CORE_CAUSE_COLD;
      asked_q   <= 1'b0;
      ended_q   <= 1'b0;
      wiped_q   <= 1'b0;
      word_q    <= '0;
      length_q  <= '0;
      crc_q     <= '0;
      want_q    <= '0;
      host_q    <= 1'b0;
      refused_q <= 1'b0;
    end else begin
      refused_q <= host_valid_i && host_ready_o && !open;
      if (load_rsp_valid_i) host_q <= 1'b0;
      if (open && host_valid_i && load_ready_i) host_q <= 1'b1;
      wiped_q <= state_q == CORE_STATE_WIPE;

      unique case (state_q)
        CORE_STATE_WIPE: if (wiped_q && !wiping_i) state_q <= CORE_STATE_EMPTY;
        CORE_STATE_EMPTY: if (start_i) begin
          state_q <= CORE_STATE_CHECK;
          cause_q <= CORE_CAUSE_COLD;
        end
        CORE_STATE_CHECK: begin
          if (load_valid_o && load_ready_i) asked_q <= 1'b1;
          if (answer) begin
            asked_q <= 1'b0;
            word_q  <= word_q + 1'b1;
            crc_q   <= crc_after(crc_q, crc_here ? '0 : value);
            if (crc_here) want_q <= value;
            if (word_q == WordBits'(HeaderWord + 2)) length_q <= value[WordBits+1:2];
            if (word_q + 1'b1 == length_q) ended_q <= 1'b1;
            if (found != CORE_CHECK_OK) begin
              check_q  <= found;
              state_q <= CORE_STATE_REFUSED;
            end
          end
          if (ended_q) begin
            check_q  <= ~crc_q == want_q ? CORE_CHECK_OK : CORE_CHECK_BAD_CRC;
            state_q <= ~crc_q == want_q ? CORE_STATE_RUN : CORE_STATE_REFUSED;
          end
        end
        CORE_STATE_RUN: if (restart_i) begin
          state_q <= CORE_STATE_CHECK;
          cause_q <= restart_cause_i;
        end
        default: ;  // CORE_STATE_REFUSED
      endcase

      if (state_q != CORE_STATE_CHECK) begin
        asked_q  <= 1'b0;
        ended_q  <= 1'b0;
        word_q   <= '0;
        length_q <= '1;
        crc_q    <= '1;
      end
      if (stop_i) begin
        state_q <= CORE_STATE_WIPE;
        check_q  <= CORE_CHECK_OK;
        wiped_q <= 1'b0;
      end
    end
  end

  assign state_o     = state_q;
  assign check_o     = check_q;
  assign cause_o     = cause_q;
  assign locked_o    = state_q inside {CORE_STATE_CHECK, CORE_STATE_RUN, CORE_STATE_REFUSED};
  assign core_rst_no = state_q == CORE_STATE_RUN;
  assign wipe_o      = state_q == CORE_STATE_WIPE && !wiped_q;

`ifndef SYNTHESIS
  logic checked_q;  // CHECK said yes since the image could last be written
  always_ff @(posedge clk_i) begin
    if (!rst_ni || state_q inside {CORE_STATE_EMPTY, CORE_STATE_WIPE}) checked_q <= 1'b0;
    else if (state_q == CORE_STATE_CHECK && ended_q && ~crc_q == want_q) checked_q <= 1'b1;
    if (rst_ni) begin
      if (core_rst_no) a_checked: assert (checked_q && locked_o && check_q == CORE_CHECK_OK);
      if (load_valid_o && load_req_o.write) begin
        a_open: assert (state_q == CORE_STATE_EMPTY || (load_req_o.addr >= CORE_DATA_BASE &&
                                                        load_req_o.addr < CORE_DATA_BASE + 32'(MAILBOX_OCTETS)));
      end
    end
  end
`endif
endmodule
