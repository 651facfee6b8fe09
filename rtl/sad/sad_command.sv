// The management commands (abi.toml, op), one at a time. Every command first reads the entry's state words and cfg word 0.
// Nothing is written unless all checks passed.
//
// commit, in clocks: 8 image checked, 19 words copied from the staging slot, zero counters (4 + WINDOW/64), 6 the key read
// back into the view registers, 51 or 71 hash key, 2 hash key written, generation, state last, 32 staging slot zeroed.
// erase: state "erasing", seven key words zero; sad_events sets the entry free when it has nothing left to tell.
// march, verify: sad_march.
module sad_command
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import sad_int_pkg::*;
#(
    parameter int NUM_SAS = 64,
    parameter int WINDOW  = 64,
    parameter bit SIM     = 1'b1,
    localparam int IndexBits = $clog2(NUM_SAS)
) (
    input  logic                 clk_i,
    input  logic                 rst_ni,
    input  logic                 start_i,
    input  cmd_req_t             req_i,
    input  logic [IndexBits-1:0] entry_i,
    output logic                 done_o,
    output cmd_code_e            code_o,
    output logic                 known_o,      // the answer's generation and state are the entry's
    output logic                 tell_o,       // sad_events has to look at the entry
    output access_t              access_o,
    input  lanes_t               lanes_i,
    input  ecc_t                 ecc_i,
    input  life_t                life_i,
    input  name_t                name_i,
    input  sa_word0_t            w0_i,
    // Staging bank.
    output logic                 stg_lock_o,
    output logic                 stg_zero_o,
    output logic                 stg_rd_o,
    output logic [6:0]           stg_addr_o,
    input  logic [63:0]          stg_data_i,
    // Key registers and hash.
    output logic                 view_load_o,
    output logic                 view_clear_o,
    output logic                 hash_start_o,
    output logic                 hash_key256_o,
    input  logic                 hash_valid_i,
    input  logic [127:0]         hash_i,
    output logic                 hash_clear_o,
    // Drop counters.
    output logic                 cnt_req_o,
    output logic [6:0]           cnt_addr_o,   // inbound, verdict
    input  logic                 cnt_done_i,
    input  logic [63:0]          cnt_value_i,
    input  logic [63:0]          time_ns_i,
    output snap_t                snap_o,
    output flip_t                flip_o
);
  typedef enum logic [3:0] {
    IDLE,
    HEAD,     // read state words and cfg word 0
    CHECK,
    WRITES,   // up to four words, by operation
    SNAP,
    COUNTER,
    IMAGE,    // check the staged image
    COPY,     // image to cfg and key
    ZERO,     // counters and window
    KEY,      // key words back into the view registers
    HASH,
    INSTALL,  // hash key, generation, state
    CLEAR,    // staging slot
    WIPE,     // key words
    MARCH,
    DONE
  } phase_e;

  localparam int IncWords = IncFixed + WINDOW / 64;

  phase_e     phase_q;
  logic [4:0] step_q;
  cmd_req_t   req_q;
  cmd_code_e  code_q;
  logic       bad_q, tell_q, known_q;

  // ------------------------------------------------------------------ checks
  wire is_free  = life_i.state == ENTRY_STATE_FREE;
  wire same_gen = req_q.generation == name_i.generation;
  wire no_entry = req_i.op == OP_NOP || req_i.op == OP_COUNTER || req_i.op == OP_CLEAR_STAGING;
  cmd_code_e state_code, check;
  life_t     life_next;
  name_t     name_next;

  sad_state u_state (
      .life_i,
      .name_i,
      .fact_i      (phase_q == WIPE && req_q.op == OP_COMMIT ? FACT_UNDONE : FACT_COMMAND),
      .op_i        (req_q.op),
      .generation_i(req_q.generation),
      .to_i        (entry_state_e'(req_q.arg1[2:0])),
      .code_o      (state_code),
      .life_o      (life_next),
      .name_o      (name_next)
  );

  sad_command_check #(
      .WINDOW(WINDOW)
  ) u_check (
      .req_i   (req_q),
      .state_i (state_code),
      .broken_i(bad_q),
      .code_o  (check)
  );

  // ------------------------------------------------------------------ staged image
  logic       bad_limits, bad_image;
  logic [4:0] stg_word;
  wire        image_new = phase_q == IMAGE && step_q != '0 && step_q <= 5'd6;  // word asked for one clock ago

  // Words that are checked, in the order that sad_image wants.
  function automatic logic [3:0] image_word(input logic [4:0] step);
    return step == '0 ? 4'd0 : 4'(step) + 4'd5;  // 0, 6, 7, 8, 9, 10
  endfunction

  sad_image #(
      .NUM_SAS(NUM_SAS)
  ) u_image (
      .clk_i,
      .start_i     (start_i),
      .valid_i     (image_new),
      .word_i      (image_word(step_q - 5'd1)),
      .data_i      (stg_data_i),
      .entry_i,
      .reserved_i  (!is_free),
      .spi_i       (w0_i.spi),
      .bad_limits_o(bad_limits),
      .bad_image_o (bad_image),
      .key256_o    (hash_key256_o)
  );

  always_comb begin
    stg_word = step_q;
    if (phase_q == IMAGE) stg_word = {1'b0, image_word(step_q)};
  end
  assign stg_addr_o = {req_q.arg1[1:0], stg_word};
  assign stg_rd_o   = phase_q == IMAGE || phase_q == COPY;
  assign stg_zero_o = phase_q == CLEAR;
  assign stg_lock_o = phase_q != IDLE;

  // ------------------------------------------------------------------ access
  wire [4:0] copied = step_q - 5'd1;  // image word on stg_data_i

  logic [5:0]  few_en;
  logic [4:0]  few_word, last_write;
  logic [63:0] few_data;

  sad_command_write #(
      .WINDOW(WINDOW),
      .SIM   (SIM)
  ) u_write (
      .req_i    (req_q),
      .step_i   (step_q),
      .life_i   (life_next),
      .name_i   (name_next),
      .wr_en_o  (few_en),
      .wr_word_o(few_word),
      .wr_data_o(few_data),
      .last_o   (last_write)
  );

  // Its first clock is that of the check that lets it through.
  access_t march_access;
  logic    march_done, march_wrong;
  wire     march_start = phase_q == CHECK && check == CMD_CODE_OK && req_q.op inside {OP_MARCH, OP_VERIFY};

  sad_march #(
      .WINDOW(WINDOW)
  ) u_march (
      .clk_i,
      .rst_ni,
      .start_i (march_start),
      .verify_i(req_q.op == OP_VERIFY),
      .name_i,
      .done_o  (march_done),
      .wrong_o (march_wrong),
      .access_o(march_access),
      .lanes_i,
      .ecc_i
  );

  always_comb begin
    access_o         = '0;
    access_o.wr_word = step_q;
    unique case (phase_q)
      HEAD: begin
        access_o.cfg_rd    = step_q == 5'd0;
        access_o.misc_rd   = step_q <= 5'd1;
        access_o.misc_word = step_q[2:0];
      end
      WRITES: begin
        access_o.wr_en   = few_en;
        access_o.wr_word = few_word;
        access_o.wr_data = few_data;
      end
      SNAP: begin
        access_o.ctr_rd    = step_q <= 5'(WordIcv) && (w0_i.flags[SA_FLAG_INBOUND] || step_q != WordIcv);
        access_o.ctr_inc   = w0_i.flags[SA_FLAG_INBOUND];
        access_o.ctr_word  = step_q;
        access_o.misc_rd   = step_q <= 5'd3;
        access_o.misc_mem  = SAD_MEM_FW;
        access_o.misc_word = step_q[2:0];
      end
      COPY: begin
        if (step_q != '0) access_o.wr_en = copied < 5'(CFG_WORDS) ? mem_bit(SAD_MEM_CFG) : mem_bit(SAD_MEM_KEY);
        access_o.wr_word = copied < 5'(CFG_WORDS) ? copied : copied - 5'(CFG_WORDS);
        access_o.wr_data = stg_data_i;
      end
      ZERO: access_o.wr_en = mem_bit(SAD_MEM_OUTC) | mem_bit(SAD_MEM_INC);
      KEY: begin
        access_o.misc_rd   = step_q <= 5'd3;
        access_o.misc_mem  = SAD_MEM_KEY;
        access_o.misc_word = step_q[2:0];
      end
      INSTALL: begin
        access_o.wr_en   = step_q <= 5'd1 ? mem_bit(SAD_MEM_KEY) : mem_bit(SAD_MEM_STATE);
        access_o.wr_word = step_q == 5'd0 ? 5'd5 : step_q == 5'd1 ? 5'd6 : step_q == 5'd2 ? 5'd1 : 5'd0;
        unique case (step_q[1:0])
          2'd0: access_o.wr_data = hash_i[127:64];
          2'd1: access_o.wr_data = hash_i[63:0];
          2'd2: access_o.wr_data = pack_name(name_next);
          default: access_o.wr_data = pack_life(life_next);
        endcase
      end
      WIPE: begin
        access_o.wr_en   = step_q == '0 ? mem_bit(SAD_MEM_STATE) : mem_bit(SAD_MEM_KEY);
        access_o.wr_word = step_q == '0 ? 5'd0 : step_q - 5'd1;
        access_o.wr_data = step_q == '0 ? pack_life(life_next) : '0;
      end
      MARCH: access_o = march_access;
      default: ;
    endcase
  end

  sad_snapshot u_snapshot (
      .clk_i,
      .rst_ni,
      .take_i     (phase_q == SNAP),
      .step_i     (step_q[2:0]),
      .lanes_i,
      .life_i,
      .name_i,
      .w0_i,
      .time_ns_i,
      .counter_i  (phase_q == COUNTER && cnt_done_i),
      .cnt_value_i,
      .snap_o
  );

  // ------------------------------------------------------------------ sequence
  wire broken = lanes_i.cfg_bad || lanes_i.ctr_bad || lanes_i.misc_bad;

  assign view_load_o  = phase_q == KEY;
  assign view_clear_o = phase_q == INSTALL || phase_q == WIPE;
  assign hash_start_o = phase_q == KEY && step_q == 5'd6 && !bad_q;
  assign hash_clear_o = phase_q == CLEAR;
  assign cnt_req_o    = phase_q == COUNTER;
  assign cnt_addr_o   = req_q.arg1[6:0];
  assign done_o       = phase_q == DONE;
  assign code_o       = code_q;
  assign known_o      = known_q;
  assign tell_o       = tell_q;

  always_comb begin
    flip_o      = '0;
    flip_o.en   = SIM && phase_q == CHECK && req_q.op == OP_FLIP && check == CMD_CODE_OK;
    flip_o.mem  = sad_mem_e'(req_q.arg1[2:0]);
    flip_o.word = req_q.arg1[12:8];
    flip_o.mask = (72'd1 << req_q.arg2[6:0]) | (72'd1 << req_q.arg2[22:16]);
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      phase_q <= IDLE;
      step_q  <= '0;
      req_q   <= '0;
      code_q  <= CMD_CODE_OK;
      bad_q   <= 1'b0;
      tell_q  <= 1'b0;
      known_q <= 1'b0;
    end else begin
      step_q <= step_q + 5'd1;
      if (broken) bad_q <= 1'b1;
      unique case (phase_q)
        IDLE: begin
          step_q <= '0;
          bad_q  <= 1'b0;
          tell_q <= 1'b0;
          if (start_i) begin
            req_q   <= req_i;
            code_q  <= CMD_CODE_OK;
            known_q <= 1'b0;
            phase_q <= HEAD;
            if (req_i.op > OP_VERIFY || (!SIM && (req_i.op == OP_FLIP || req_i.op == OP_POKE_SEQ))) begin
              code_q  <= CMD_CODE_BAD_OP;
              phase_q <= DONE;
            end else if (!no_entry && req_i.index >= 16'(NUM_SAS)) begin
              code_q  <= CMD_CODE_BAD_INDEX;
              phase_q <= DONE;
            end else if (no_entry) begin
              phase_q <= req_i.op == OP_COUNTER ? COUNTER : req_i.op == OP_CLEAR_STAGING ? CLEAR : DONE;
            end
          end
        end
        HEAD: if (step_q == 5'd4) begin
          phase_q <= CHECK;
          known_q <= 1'b1;
        end
        CHECK: begin
          step_q  <= '0;
          code_q  <= check;
          phase_q <= DONE;
          if (check == CMD_CODE_OK) begin
            unique case (req_q.op)
              OP_COMMIT: phase_q <= IMAGE;
              OP_ERASE: phase_q <= WIPE;
              OP_SNAPSHOT: phase_q <= SNAP;
              OP_FLIP: phase_q <= DONE;
              OP_MARCH, OP_VERIFY: phase_q <= MARCH;
              default: phase_q <= WRITES;
            endcase
          end
        end
        WRITES: if (step_q == last_write) phase_q <= DONE;
        SNAP: if (step_q == 5'd6) begin
          if (bad_q) code_q <= CMD_CODE_MEMORY;
          phase_q <= DONE;
        end
        COUNTER: if (cnt_done_i) phase_q <= DONE;
        IMAGE: if (step_q == 5'd7) begin
          step_q  <= '0;
          phase_q <= DONE;
          if (bad_image) code_q <= CMD_CODE_BAD_IMAGE;
          else if (bad_limits) code_q <= CMD_CODE_BAD_LIMITS;
          else phase_q <= COPY;
        end
        COPY: if (step_q == 5'(IMAGE_WORDS)) begin
          step_q  <= '0;
          phase_q <= ZERO;
        end
        ZERO: if (step_q == 5'(IncWords - 1)) begin
          step_q  <= '0;
          phase_q <= KEY;
        end
        KEY: if (step_q == 5'd6) begin
          step_q  <= '0;
          phase_q <= HASH;
          // The key went bad as it was written: nothing is installed.
          if (bad_q) begin
            code_q  <= CMD_CODE_MEMORY;
            phase_q <= WIPE;
          end
        end
        HASH: begin
          step_q <= '0;
          if (hash_valid_i) phase_q <= INSTALL;
        end
        INSTALL: if (step_q == 5'd3) begin
          step_q  <= '0;
          phase_q <= CLEAR;
        end
        CLEAR: if (step_q == 5'(SLOT_WORDS - 1)) phase_q <= DONE;
        WIPE: if (step_q == 5'(KeyWords)) begin
          tell_q  <= 1'b1;
          phase_q <= DONE;
        end
        MARCH: if (march_done) begin
          if (march_wrong) code_q <= CMD_CODE_MEMORY;
          phase_q <= DONE;
        end
        default: phase_q <= IDLE;
      endcase
    end
  end

  wire unused = ^{lanes_i, w0_i};

`ifndef SYNTHESIS
  // G2, G6: only an entry without a tenant is given out, and only a reserved or free one is keyed.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      if (phase_q == WRITES && req_q.op == OP_RESERVE && step_q == 5'd2) a_g6_reserve: assert (is_free);
      if (phase_q inside {COPY, ZERO, KEY, HASH, INSTALL}) a_g2_install: assert (is_free || life_i.state == ENTRY_STATE_LARVAL);
      // G9: nothing but reserve, commit and march writes an entry under another generation, and generation 0 is never given.
      if (access_o.wr_en != '0 && !(req_q.op inside {OP_RESERVE, OP_COMMIT, OP_MARCH})) a_g9_write: assert (same_gen);
      if (access_o.wr_en[SAD_MEM_STATE] && access_o.wr_word == 5'd1 && phase_q != MARCH) a_g9_fresh: assert (name_next.generation != '0);
      if (march_start && req_q.op == OP_MARCH) a_g6_march: assert (is_free);
      // G5: the staging bank is read for a commit only, and the slot of one that succeeded is zeroed.
      if (stg_rd_o) a_g5_staging: assert (req_q.op == OP_COMMIT);
    end
  end
`endif
endmodule
