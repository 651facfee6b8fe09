// Events on their way to the ring (G3). Started for one entry: looks for latches that are set and not told, writes one
// record for each while the ring has room, and marks them told. What finds no room stays latched and is told later.
//
// An entry that is being erased is set free from here, and only when nothing of it is left to tell: then every word is
// overwritten with zero, the state last (G5).
module sad_events
  import sallyport_abi_pkg::*;
  import sad_int_pkg::*;
#(
    parameter int NUM_SAS    = 64,
    parameter int WINDOW     = 64,
    parameter int RING_DEPTH = 256,
    localparam int IndexBits = $clog2(NUM_SAS),
    localparam int RingBits  = $clog2(RING_DEPTH)
) (
    input  logic                 clk_i,
    input  logic                 rst_ni,
    input  logic                 start_i,
    input  logic [IndexBits-1:0] entry_i,
    input  logic [7:0]           fresh_i,   // events that happened just now; all others are late
    output logic                 done_o,
    output logic                 left_o,    // with done_o: something found no room
    output logic                 room_o,    // the ring has room for a record
    output access_t              access_o,
    input  lanes_t               lanes_i,
    input  life_t                life_i,
    input  name_t                name_i,
    input  sa_word0_t            w0_i,
    input  logic [63:0]          time_ns_i,
    // Ring.
    output logic [31:0]          head_o,    // number of the newest record, 0: none yet
    input  logic [31:0]          tail_i,    // newest record that the host has taken
    output logic [31:0]          late_o,    // records told late
    input  logic                 rd_en_i,
    input  logic [RingBits+2:0]  rd_addr_i,
    output logic [31:0]          rd_data_o
);
  // Words of the largest memory: as many steps as freeing an entry takes.
  localparam int WipeWords = (IncFixed + WINDOW / 64) > CFG_WORDS ? IncFixed + WINDOW / 64 : CFG_WORDS;

  typedef enum logic [2:0] {
    IDLE,
    READ,    // state words and cfg word 0
    CHOOSE,
    COUNT,   // the count that belongs to the event
    RECORD,  // eight words
    MARK,
    WIPE,
    DONE
  } phase_e;

  phase_e      phase_q;
  logic [4:0]  step_q;
  logic [2:0]  kind_q;
  logic        left_q, bad_q;
  logic [31:0] head_q, late_q;
  logic [63:0] time_q;

  wire       inbound = w0_i.flags[SA_FLAG_INBOUND];
  wire       broken  = lanes_i.cfg_bad || lanes_i.ctr_bad || lanes_i.misc_bad;
  wire       is_late = !fresh_i[kind_q];
  wire       packets = life_i.dead == DEAD_REASON_HARD_PACKETS;  // the unit of a hard event

  // Marking the record that was written, and setting an erased entry free.
  logic [7:0] pending, fresh;
  life_t      life_told, life_freed;
  name_t      name_told, name_freed;
  cmd_code_e  may_free;

  sad_latch u_latch (
      .life_i,
      .dies_i    (DEAD_REASON_ALIVE),
      .happened_i('0),
      .told_i    (8'd1 << kind_q),
      .life_o    (life_told),
      .fresh_o   (fresh),
      .waiting_o (pending)
  );

  sad_state u_state (
      .life_i,
      .name_i,
      .fact_i      (FACT_ERASED),
      .op_i        (OP_NOP),
      .generation_i('0),
      .to_i        (ENTRY_STATE_FREE),
      .code_o      (may_free),
      .life_o      (life_freed),
      .name_o      (name_freed)
  );

  logic [2:0] lowest;
  always_comb begin
    lowest = '0;
    for (int i = 7; i >= 0; i--) if (pending[i]) lowest = 3'(i);
  end

  logic [4:0] count_word;
  logic       has_count;
  always_comb begin
    has_count = 1'b1;
    unique case (kind_q)
      KindSoftOctets: count_word = WordOctets;
      KindSoftPackets: count_word = WordPackets;
      KindHard: count_word = packets ? WordPackets : WordOctets;
      KindIcvSoft, KindIcvLimit: count_word = WordIcv;
      KindMemory: begin
        count_word = WordSeq;
        has_count  = 1'b0;
      end
      default: count_word = WordSeq;
    endcase
  end

  // A tail ahead of the head is as good as a full ring.
  assign room_o = head_q - tail_i < 32'(RING_DEPTH);

  // ------------------------------------------------------------------ record
  wire [31:0] number = head_q + 32'd1;
  wire [7:0]  flags  = {5'd0, inbound, kind_q == KindHard && packets, is_late};
  logic [31:0] ring_word;

  always_comb begin
    unique case (step_q[2:0])
      3'd0: ring_word = number;
      3'd1: ring_word = {16'(entry_i), name_i.generation};
      3'd2: ring_word = w0_i.spi;
      3'd3: ring_word = {5'd0, kind_q, flags, 16'd0};
      3'd4: ring_word = has_count ? lanes_i.ctr[63:32] : '0;
      3'd5: ring_word = has_count ? lanes_i.ctr[31:0] : '0;
      3'd6: ring_word = time_q[63:32];
      default: ring_word = time_q[31:0];
    endcase
  end

  ram_1r1w #(
      .WIDTH(32),
      .DEPTH(RING_DEPTH * 8)
  ) u_ring (
      .clk_i,
      .wr_en_i  (phase_q == RECORD),
      .wr_addr_i({head_q[RingBits-1:0], step_q[2:0]}),
      .wr_data_i(ring_word),
      .rd_en_i,
      .rd_addr_i,
      .rd_data_o
  );

  // ------------------------------------------------------------------ access
  assign name_told = '{generation: name_i.generation, memory_told: 1'b1};

  always_comb begin
    access_o          = '0;
    access_o.ctr_inc  = inbound;
    access_o.ctr_word = count_word;
    unique case (phase_q)
      READ: begin
        access_o.cfg_rd    = step_q == 5'd0;
        access_o.misc_rd   = step_q <= 5'd1;
        access_o.misc_word = step_q[2:0];
      end
      COUNT: access_o.ctr_rd = step_q == 5'd0 && has_count;
      MARK: begin
        // The copy first: were it written last, a lost word 0 in between could tell the event twice.
        if (step_q == 5'd0) begin
          if (kind_q == KindMemory) access_o.wr_en = mem_bit(SAD_MEM_STATE);
          access_o.wr_word = 5'd1;
          access_o.wr_data = pack_name(name_told);
        end else begin
          access_o.wr_en   = mem_bit(SAD_MEM_STATE);
          access_o.wr_data = pack_life(life_told);
        end
      end
      WIPE: begin
        access_o.wr_word = step_q;
        if (step_q < 5'(WipeWords)) access_o.wr_en = ~mem_bit(SAD_MEM_STATE);
        else begin
          access_o.wr_en   = mem_bit(SAD_MEM_STATE);
          access_o.wr_word = step_q == 5'(WipeWords) ? 5'd1 : 5'd0;
          access_o.wr_data = step_q == 5'(WipeWords) ? pack_name(name_freed) : pack_life(life_freed);
        end
      end
      default: ;
    endcase
  end

  // ------------------------------------------------------------------ sequence
  assign done_o = phase_q == DONE;
  assign left_o = left_q;
  assign head_o = head_q;
  assign late_o = late_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      phase_q <= IDLE;
      step_q  <= '0;
      kind_q  <= '0;
      left_q  <= 1'b0;
      bad_q   <= 1'b0;
      head_q  <= '0;
      late_q  <= '0;
      time_q  <= '0;
    end else begin
      step_q <= step_q + 5'd1;
      unique case (phase_q)
        IDLE: begin
          step_q <= '0;
          left_q <= 1'b0;
          bad_q  <= 1'b0;
          if (start_i) phase_q <= READ;
        end
        READ: begin
          if (broken) bad_q <= 1'b1;
          // A broken word is dealt with first; then this starts anew.
          if (step_q == 5'd4) phase_q <= bad_q ? DONE : CHOOSE;
        end
        CHOOSE: begin
          step_q <= '0;
          kind_q <= lowest;
          time_q <= time_ns_i;
          if (may_free == CMD_CODE_OK) phase_q <= WIPE;
          else if (pending == '0) phase_q <= DONE;
          else if (room_o) phase_q <= COUNT;
          else begin
            left_q  <= 1'b1;
            phase_q <= DONE;
          end
        end
        COUNT: if (step_q == 5'd2) begin
          step_q  <= '0;
          phase_q <= broken ? DONE : RECORD;
        end
        RECORD: if (step_q == 5'd7) begin
          step_q  <= '0;
          head_q  <= number;
          late_q  <= late_q + {31'd0, is_late};
          phase_q <= MARK;
        end
        MARK: if (step_q == 5'd1) phase_q <= CHOOSE;
        WIPE: if (step_q == 5'(WipeWords + 1)) phase_q <= DONE;
        default: phase_q <= IDLE;
      endcase
    end
  end

  wire unused = ^{lanes_i, w0_i, fresh};

`ifndef SYNTHESIS
  initial begin
    if (RING_DEPTH < 2 || (1 << RingBits) != RING_DEPTH) $error("RING_DEPTH: a power of two");
  end
  // G3: no record without room; told only what was raised; an entry is set free with nothing left to tell.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      if (phase_q == RECORD) a_g3_room: assert (room_o);
      if (phase_q == MARK) a_g3_raised: assert (life_i.raised[kind_q]);
      if (phase_q == WIPE && step_q == '0) a_g3_free: assert (pending == '0);
    end
  end
  // G9: the head moves by one record, after it stands in the ring.
  a_g3_number: assert property (@(posedge clk_i) disable iff (!rst_ni)
      head_o != $past(head_o) |-> head_o == $past(head_o) + 32'd1 && $past(phase_q) == RECORD);
`endif
endmodule
