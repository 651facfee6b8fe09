// What becomes of memory errors (G10). Errors are noted as the lanes meet them and dealt with when the request that met them is
// done:
//   one bit   the word is read again and written back corrected
//   two bits  the SA is dead, with one event; the broken word is overwritten with zero, so that it is met only once
// A broken word of a free entry costs nobody: it is overwritten only.
//
// If state word 0 itself is lost, nobody knows what the entry was. cfg word 0 tells: it is zero in a free entry only, which
// is written free again; else the entry is written "active, dead of memory", which refuses every packet and can be erased.
// So a cfg word 0 that is lost while the entry has a tenant gets a mark instead of zero: its key is still there (G5). Events
// of this generation that waited for the ring are lost with the word; the memory event stands for them. If state word 1 is
// lost, the entry gets a generation from a free-running counter, so that descriptors and commands with the old one miss.
module sad_fault
  import sallyport_abi_pkg::*;
  import sad_int_pkg::*;
(
    input  logic        clk_i,
    input  logic        rst_ni,
    // Noting.
    input  logic        note_i,        // errors of this clock count
    input  ecc_t        ecc_i,
    output logic        due_o,         // there is something to deal with
    output logic [31:0] corrected_o,
    output logic [31:0] fatal_o,
    // Dealing with it: one error a start.
    input  logic        start_i,
    output logic        done_o,
    output access_t     access_o,
    input  lanes_t      lanes_i,
    input  life_t       life_i,
    input  name_t       name_i,
    input  sa_word0_t   w0_i,
    output logic [7:0]  fresh_o        // the memory event happened; valid with done_o
);
  typedef enum logic [1:0] {
    IDLE,
    REPAIR,
    KILL
  } phase_e;

  phase_e     phase_q;
  logic [2:0] clock_q;
  logic       single_q, double_q;
  sad_mem_e   single_mem_q, double_mem_q;
  logic [4:0] single_word_q, double_word_q;
  logic       life_bad_q, name_bad_q, w0_bad_q;
  logic [15:0] free_run_q;
  logic [31:0] corrected_q, fatal_q;
  logic       fresh_q;

  // ------------------------------------------------------------------ the state word of an entry with a broken word
  life_t life_next;
  name_t name_next;
  logic  was_free, happened;

  // In place of a lost cfg word 0: no SPI, no flags, but not zero (an MTU of 1).
  localparam sa_word0_t LostWord0 = '{spi: '0, path_mtu: 16'd1, flags: '0};

  assign was_free = life_bad_q ? !w0_bad_q && w0_i == '0 : life_i.state == ENTRY_STATE_FREE;

  life_t      life_known;
  logic [7:0] fresh, waiting;
  always_comb begin
    life_known = life_i;
    if (life_bad_q) begin
      life_known                  = '0;
      life_known.state            = was_free ? ENTRY_STATE_FREE : ENTRY_STATE_ACTIVE;
      life_known.told[KindMemory] = !was_free && !name_bad_q && name_i.memory_told;
    end
  end

  sad_latch u_latch (
      .life_i    (life_known),
      .dies_i    (was_free ? DEAD_REASON_ALIVE : DEAD_REASON_MEMORY),
      .happened_i(was_free ? '0 : 8'd1 << KindMemory),
      .told_i    ('0),
      .life_o    (life_next),
      .fresh_o   (fresh),
      .waiting_o (waiting)
  );

  always_comb begin
    name_next = name_i;
    if (name_bad_q) begin
      name_next.generation  = free_run_q == '0 ? 16'd1 : free_run_q;
      name_next.memory_told = 1'b0;
    end
    happened = fresh[KindMemory] && !life_known.told[KindMemory];
  end

  // A state word that broke together with the one that was noted.
  wire life_too = life_bad_q && !(double_mem_q == SAD_MEM_STATE && double_word_q == 5'd0);
  wire name_too = name_bad_q && !(double_mem_q == SAD_MEM_STATE && double_word_q == 5'd1);

  // ------------------------------------------------------------------ access
  wire [63:0] repaired = single_mem_q == SAD_MEM_CFG ? lanes_i.cfg :
                         single_mem_q == SAD_MEM_OUTC || single_mem_q == SAD_MEM_INC ? lanes_i.ctr : lanes_i.misc;
  wire        still_bad = lanes_i.cfg_bad || lanes_i.ctr_bad || lanes_i.misc_bad;

  always_comb begin
    access_o         = '0;
    access_o.wr_word = single_word_q;
    access_o.wr_data = repaired;
    unique case (phase_q)
      REPAIR: begin
        access_o.cfg_word  = single_word_q[3:0];
        access_o.ctr_word  = single_word_q;
        access_o.ctr_inc   = single_mem_q == SAD_MEM_INC;
        access_o.misc_word = single_word_q[2:0];
        access_o.misc_mem  = single_mem_q;
        if (clock_q == 3'd0) begin
          access_o.cfg_rd  = single_mem_q == SAD_MEM_CFG;
          access_o.ctr_rd  = single_mem_q == SAD_MEM_OUTC || single_mem_q == SAD_MEM_INC;
          access_o.misc_rd = !access_o.cfg_rd && !access_o.ctr_rd;
        end
        if (clock_q == 3'd2 && !still_bad) access_o.wr_en = mem_bit(single_mem_q);
      end
      KILL: begin
        access_o.misc_rd   = clock_q <= 3'd1;
        access_o.misc_word = clock_q;
        access_o.cfg_rd    = clock_q == 3'd0;
        if (clock_q == 3'd4) begin
          if (double_mem_q != SAD_MEM_STATE) access_o.wr_en = mem_bit(double_mem_q);
          access_o.wr_word = double_word_q;
          access_o.wr_data = double_mem_q == SAD_MEM_CFG && double_word_q == '0 && !was_free ? LostWord0 : '0;
        end
        if (clock_q == 3'd5) begin
          if (name_bad_q) access_o.wr_en = mem_bit(SAD_MEM_STATE);
          access_o.wr_word = 5'd1;
          access_o.wr_data = pack_name(name_next);
        end
        if (clock_q == 3'd6) begin
          if (life_bad_q || life_next != life_i) access_o.wr_en = mem_bit(SAD_MEM_STATE);
          access_o.wr_word = 5'd0;
          access_o.wr_data = pack_life(life_next);
        end
      end
      default: ;
    endcase
  end

  // ------------------------------------------------------------------ sequence
  assign due_o       = single_q || double_q;
  assign done_o      = clock_q == 3'd7;
  assign corrected_o = corrected_q;
  assign fatal_o     = fatal_q;
  assign fresh_o     = fresh_q ? 8'd1 << KindMemory : '0;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      phase_q       <= IDLE;
      clock_q       <= '0;
      single_q      <= 1'b0;
      double_q      <= 1'b0;
      single_mem_q  <= SAD_MEM_STATE;
      double_mem_q  <= SAD_MEM_STATE;
      single_word_q <= '0;
      double_word_q <= '0;
      life_bad_q    <= 1'b0;
      name_bad_q    <= 1'b0;
      w0_bad_q      <= 1'b0;
      free_run_q    <= '0;
      corrected_q   <= '0;
      fatal_q       <= '0;
      fresh_q       <= 1'b0;
    end else begin
      free_run_q <= free_run_q + 16'd1;
      unique case (phase_q)
        IDLE: begin
          clock_q <= '0;
          if (start_i) begin
            phase_q    <= double_q ? KILL : REPAIR;
            life_bad_q <= 1'b0;
            name_bad_q <= 1'b0;
            w0_bad_q   <= 1'b0;
            fresh_q    <= 1'b0;
          end
        end
        default: begin
          clock_q <= clock_q + 3'd1;
          if (phase_q == KILL) begin
            if (clock_q == 3'd2) life_bad_q <= lanes_i.misc_bad;
            if (clock_q == 3'd2) w0_bad_q <= lanes_i.cfg_bad;
            if (clock_q == 3'd3) name_bad_q <= lanes_i.misc_bad;
            if (clock_q == 3'd5) fatal_q <= fatal_q + 32'(life_too) + 32'(name_too);
            if (clock_q == 3'd6) fresh_q <= happened;
          end
          if (done_o) begin
            phase_q <= IDLE;
            if (phase_q == KILL) double_q <= 1'b0;
            else single_q <= 1'b0;
          end
        end
      endcase
      if (note_i && ecc_i.one_bit && !single_q) begin
        single_q      <= 1'b1;
        single_mem_q  <= ecc_i.mem;
        single_word_q <= ecc_i.word;
        corrected_q   <= corrected_q + 32'd1;
      end
      if (note_i && ecc_i.two_bits && !double_q) begin
        double_q      <= 1'b1;
        double_mem_q  <= ecc_i.mem;
        double_word_q <= ecc_i.word;
        fatal_q       <= fatal_q + 32'd1;
      end
    end
  end

  wire unused = ^{lanes_i, w0_i, fresh, waiting};

`ifndef SYNTHESIS
  // G5: nothing but erase sets an entry free that may hold a key.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      if (phase_q == KILL && access_o.wr_en[SAD_MEM_STATE] && access_o.wr_word == '0 && life_next.state == ENTRY_STATE_FREE)
        a_g5_free: assert (life_bad_q && w0_i == '0);
    end
  end
`endif
endmodule
