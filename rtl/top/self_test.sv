// The loopback: sends a packet from a buffer that the registers reach through the packet path of one lane and direction, and puts what
// comes out into the same buffer.
//
//   TEST_BUFFER <--> buffer --> desc, s --> core --> stat, m --.
//                       ^--------------------------------------'
//
// A run begins only while nothing is taken in (enable_i low) and nothing is in flight, and ends when nothing is in flight again. From
// one to the other active_o, a register, shuts all packet ports (stream_gate). So no packet of a run leaves by a port, and none that
// came by a port gets into the buffer.
//
// The descriptor says how long the packet is, so what is sent always agrees with it, and a core that works ends every run. For one
// that does not there is TEST_ABORT: an offer that was not taken is withdrawn, a packet that was begun is sent to its end, and what
// comes out, of any lane, is dropped. The ports stay shut for as long as something is in flight (G4).
module self_test
  import self_test_pkg::*;
#(
    parameter int LANES = 1
) (
    input  logic                             clk_i,
    input  logic                             rst_ni,
    input  test_req_t                        req_i,
    output test_rsp_t                        rsp_o,
    input  logic                             enable_i,     // packets are taken in
    input  logic                             boot_done_i,
    input  logic                             idle_i,       // nothing in flight in the core
    output logic                             active_o,
    // To the core: 0 outbound, 1 inbound.
    output logic [1:0][LANES-1:0]            desc_valid_o,
    input  logic [1:0][LANES-1:0]            desc_ready_i,
    output logic [1:0][LANES-1:0]            s_valid_o,
    input  logic [1:0][LANES-1:0]            s_ready_i,
    output logic [127:0]                     data_o,       // of both
    output logic [15:0]                      keep_o,
    output logic                             last_o,
    // From the core.
    input  logic [1:0][LANES-1:0]            stat_valid_i,
    output logic [1:0][LANES-1:0]            stat_ready_o,
    input  logic [1:0][LANES-1:0][127:0]     stat_data_i,
    input  logic [1:0][LANES-1:0]            m_valid_i,
    output logic [1:0][LANES-1:0]            m_ready_o,
    input  logic [1:0][LANES-1:0][127:0]     m_data_i,
    input  logic [1:0][LANES-1:0][15:0]      m_keep_i
);
  localparam int LaneBits = LANES > 1 ? $clog2(LANES) : 1;
  localparam int BeatBits = $clog2(TestBeats);
  localparam logic [15:0] Longest = 16'(16 * (TestBeats - 1));  // packet

  typedef enum logic [2:0] {
    IDLE,
    CHECK,
    DESC,
    DATA,
    WAIT    // for what comes out
  } phase_e;

  phase_e               phase_q;
  logic                 active_q, inbound_q, abort_q, overflow_q, refused_q;
  logic                 got_q;    // the status has come
  logic [2:0]           lane_q;
  logic [15:0]          seq_q;
  logic [BeatBits-1:0]  read_q;   // beat that is sent
  logic [15:0]          left_q;   // octets of the packet that have not been sent
  logic [BeatBits:0]    write_q;  // beat that is stored next
  logic [9:0]           octets_q;
  wire  [LaneBits-1:0]  lane = lane_q[LaneBits-1:0];

  // ------------------------------------------------------------------ buffer: a column for each word of a beat
  wire                  reached = phase_q == IDLE;  // by the registers
  logic                 store;
  logic [127:0]         stored, beat;
  logic [31:0]          word_q;
  wire [BeatBits-1:0]   rd_beat = reached ? req_i.word[6:2] : read_q;
  wire [BeatBits-1:0]   wr_beat = reached ? req_i.word[6:2] : write_q[BeatBits-1:0];

  for (genvar w = 0; w < 4; w++) begin : gen_column
    ram_lut #(
        .WIDTH(32),
        .DEPTH(TestBeats)
    ) u_ram (
        .clk_i,
        .wr_en_i  (reached ? req_i.write && req_i.word[1:0] == 2'(w) : store),
        .wr_addr_i(wr_beat),
        .wr_data_i(reached ? req_i.data : stored[32*w+:32]),
        .rd_addr_i(rd_beat),
        .rd_data_o(beat[32*w+:32])
    );
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) word_q <= '0;
    else if (req_i.read) word_q <= reached ? beat[32*req_i.word[1:0]+:32] : '0;
  end

  // ------------------------------------------------------------------ into the core
  // Octets 4 and 5 of either descriptor.
  wire [15:0] length = {beat[39:32], beat[47:40]};
  wire        may    = boot_done_i && idle_i && !enable_i && int'(lane_q) < LANES && length <= Longest;
  wire        final_beat = left_q <= 16'd16;

  always_comb begin
    desc_valid_o                  = '0;
    s_valid_o                     = '0;
    desc_valid_o[inbound_q][lane] = phase_q == DESC && !abort_q;
    s_valid_o[inbound_q][lane]    = phase_q == DATA;
  end
  wire desc_fire = desc_valid_o[inbound_q][lane] && desc_ready_i[inbound_q][lane];
  wire s_fire    = s_valid_o[inbound_q][lane] && s_ready_i[inbound_q][lane];

  assign data_o = beat;
  assign last_o = final_beat;
  axis_keep u_keep (.bytes_i(final_beat ? left_q[4:0] : 5'd16), .keep_o);

  // ------------------------------------------------------------------ out of the core
  logic [4:0] bytes;
  logic       stat_fire, m_fire;

  always_comb begin
    stat_ready_o = '0;
    m_ready_o    = '0;
    stored       = '0;
    stat_fire    = 1'b0;
    m_fire       = 1'b0;
    if (active_q) begin
      if (abort_q) begin
        stat_ready_o = '1;
        m_ready_o    = '1;
      end else begin
        // The status stands in front.
        stat_ready_o[inbound_q][lane] = !got_q;
        m_ready_o[inbound_q][lane]    = got_q;
        stored    = got_q ? m_data_i[inbound_q][lane] : stat_data_i[inbound_q][lane];
        stat_fire = !got_q && stat_valid_i[inbound_q][lane];
        m_fire    = got_q && m_valid_i[inbound_q][lane];
      end
    end
  end
  assign store = stat_fire || (m_fire && !write_q[BeatBits]);
  axis_bytes u_bytes (.keep_i(active_q ? m_keep_i[inbound_q][lane] : '0), .bytes_o(bytes));

  // ------------------------------------------------------------------ sequence
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      phase_q    <= IDLE;
      active_q   <= 1'b0;
      inbound_q  <= 1'b0;
      abort_q    <= 1'b0;
      overflow_q <= 1'b0;
      refused_q  <= 1'b0;
      got_q      <= 1'b0;
      lane_q     <= '0;
      seq_q      <= '0;
      read_q     <= '0;
      left_q     <= '0;
      write_q    <= '0;
      octets_q   <= '0;
    end else if (phase_q != IDLE || req_i.go) begin
      if (phase_q != IDLE && req_i.stop && req_i.stop_seq == seq_q) abort_q <= 1'b1;
      if (store) write_q <= write_q + 1'b1;
      if (stat_fire) got_q <= 1'b1;
      if (store) octets_q <= octets_q + (stat_fire ? 10'd16 : 10'(bytes));
      if (m_fire && write_q[BeatBits]) overflow_q <= 1'b1;
      unique case (phase_q)
        IDLE: if (req_i.seq == seq_q + 16'd1) begin
          phase_q    <= CHECK;
          seq_q      <= req_i.seq;
          inbound_q  <= req_i.inbound;
          lane_q     <= req_i.lane;
          abort_q    <= 1'b0;
          overflow_q <= 1'b0;
          refused_q  <= 1'b0;
          got_q      <= 1'b0;
          read_q     <= '0;
          write_q    <= '0;
          octets_q   <= '0;
        end
        CHECK: begin
          left_q    <= length;
          active_q  <= may;
          refused_q <= !may;
          phase_q   <= may ? DESC : IDLE;
        end
        DESC: begin
          if (desc_fire) read_q <= BeatBits'(1);
          if (desc_fire) phase_q <= left_q == '0 ? WAIT : DATA;
          else if (abort_q) phase_q <= WAIT;
        end
        DATA: if (s_fire) begin
          read_q <= read_q + 1'b1;
          left_q <= left_q - 16'd16;
          if (final_beat) phase_q <= WAIT;
        end
        default: if (idle_i && (got_q || abort_q)) begin
          active_q <= 1'b0;
          phase_q  <= IDLE;
        end
      endcase
    end
  end

  assign active_o = active_q;

  always_comb begin
    rsp_o.seq      = seq_q;
    rsp_o.busy     = phase_q != IDLE;
    rsp_o.overflow = overflow_q;
    rsp_o.aborted  = abort_q;
    rsp_o.refused  = refused_q;
    rsp_o.octets   = octets_q;
    rsp_o.data     = word_q;
  end

`ifndef SYNTHESIS
  // G4: the ports are shut and opened while nothing is in flight.
  logic idle_before_q, active_before_q;
  always_ff @(posedge clk_i) begin
    idle_before_q   <= idle_i;
    active_before_q <= rst_ni && active_q;
    if (rst_ni && active_q != active_before_q) a_g4_quiet: assert (idle_before_q);
    if (rst_ni) a_active: assert (active_q == (phase_q inside {DESC, DATA, WAIT}));
  end
`endif
endmodule
