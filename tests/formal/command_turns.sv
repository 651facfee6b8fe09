// G9, G2, G5: the commands as they are (sad_command with sad_command_check, sad_state, sad_image, sad_head) on one entry in an abstract
// memory. A command with an old generation writes nothing; the state word moves by the rules of entry-states.md only; a tenant is made
// active last, when its counters and its window are zero and all words of its key have been written; an erased key is zero. A march
// leaves a free entry as it was, and meanwhile it is one that refuses packets.
//
// A turn is a command, with any answer of the staging bank, the hash and the counters, any word broken; or a step of what else writes
// the state words: packets and faults (sad_latch), the end of an erase (sad_state).
module command_turns
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import sad_int_pkg::*;
#(
    parameter int WINDOW = 64,
    localparam int IncWords = IncFixed + WINDOW / 64
) (
    input logic         clk_i,
    // First clock only.
    input life_t        life_i,
    input name_t        name_i,
    input logic         start_i,
    input cmd_req_t     req_i,
    input logic [63:0]  any_i,
    input logic [2:0]   bad_i,        // cfg, ctr, misc
    input ecc_t         ecc_i,
    input logic [63:0]  stg_data_i,
    input logic         hash_valid_i,
    input logic [127:0] hash_i,
    input logic         cnt_done_i,
    // Everything else.
    input logic         other_i,
    input logic         freed_i,
    input logic [7:0]   happened_i,
    input dead_reason_e dies_i,
    input logic [7:0]   told_i
);
  logic      started_q = 1'b0;
  logic      busy_q;
  life_t     life_q, head_life;
  name_t     name_q, head_name;
  sa_word0_t head_w0;
  access_t   access, rd_q;
  lanes_t    lanes_q;
  logic      done, known, tell, stg_lock, stg_zero, stg_rd, view_load, view_clear, hash_start, hash_key256, hash_clear, cnt_req;
  logic [6:0] stg_addr, cnt_addr;
  cmd_code_e code;
  snap_t     snap;
  flip_t     flip;

  wire start = started_q && !busy_q && start_i;

  sad_command #(
      .NUM_SAS(2),
      .WINDOW (WINDOW),
      .SIM    (1'b0)
  ) u_command (
      .clk_i,
      .rst_ni       (started_q),
      .start_i      (start),
      .req_i,
      .entry_i      (1'b0),
      .done_o       (done),
      .code_o       (code),
      .known_o      (known),
      .tell_o       (tell),
      .access_o     (access),
      .lanes_i      (lanes_q),
      .ecc_i,
      .life_i       (head_life),
      .name_i       (head_name),
      .w0_i         (head_w0),
      .stg_lock_o   (stg_lock),
      .stg_zero_o   (stg_zero),
      .stg_rd_o     (stg_rd),
      .stg_addr_o   (stg_addr),
      .stg_data_i,
      .view_load_o  (view_load),
      .view_clear_o (view_clear),
      .hash_start_o (hash_start),
      .hash_key256_o(hash_key256),
      .hash_valid_i,
      .hash_i,
      .hash_clear_o (hash_clear),
      .cnt_req_o    (cnt_req),
      .cnt_addr_o   (cnt_addr),
      .cnt_done_i,
      .cnt_value_i  (any_i),
      .time_ns_i    (any_i),
      .snap_o       (snap),
      .flip_o       (flip)
  );

  sad_head u_head (
      .clk_i,
      .rst_ni  (started_q),
      .access_i(access),
      .lanes_i (lanes_q),
      .life_o  (head_life),
      .name_o  (head_name),
      .w0_o    (head_w0)
  );

  // ------------------------------------------------------------------ what else writes the entry
  life_t      life_latch, life_freed;
  name_t      name_freed;
  logic [7:0] fresh, waiting;
  cmd_code_e  may_free;
  wire        tenant = life_q.state != ENTRY_STATE_FREE;
  sad_latch u_latch (
      .life_i    (life_q),
      .dies_i    (tenant ? dies_i : DEAD_REASON_ALIVE),
      .happened_i(tenant && (life_q.state != ENTRY_STATE_LARVAL || dies_i != DEAD_REASON_ALIVE) ? happened_i : '0),
      .told_i,
      .life_o    (life_latch),
      .fresh_o   (fresh),
      .waiting_o (waiting)
  );
  sad_state u_freed (
      .life_i      (life_q),
      .name_i      (name_q),
      .fact_i      (FACT_ERASED),
      .op_i        (OP_NOP),
      .generation_i('0),
      .to_i        (ENTRY_STATE_FREE),
      .code_o      (may_free),
      .life_o      (life_freed),
      .name_o      (name_freed)
  );

  wire   acts = started_q && !busy_q && !start_i && other_i;
  wire   writes_life = access.wr_en[SAD_MEM_STATE] && access.wr_word == 5'd0;
  wire   writes_name = access.wr_en[SAD_MEM_STATE] && access.wr_word == 5'd1;
  life_t life_d;
  name_t name_d;
  always_comb begin
    life_d = life_q;
    name_d = name_q;
    if (acts) life_d = freed_i ? life_freed : life_latch;
    if (acts && freed_i) name_d = name_freed;
    if (writes_life) life_d = access.wr_data[28:7];
    if (writes_name) name_d = access.wr_data[28:12];
  end

  // ------------------------------------------------------------------ what this command has written
  cmd_req_t            req_q;
  logic [15:0]         was_generation_q;   // when it began
  life_t               was_life_q;
  logic [2:0]          outc_zero_q;
  logic [IncWords-1:0] inc_zero_q;
  logic [11:0]         cfg_done_q;
  logic [6:0]          key_done_q, key_zero_q;

  always_ff @(posedge clk_i) begin
    started_q <= 1'b1;
    if (!started_q) begin
      busy_q  <= 1'b0;
      life_q  <= life_i;
      name_q  <= name_i;
      rd_q    <= '0;
      lanes_q <= '0;
    end else begin
      life_q <= life_d;
      name_q <= name_d;
      if (start) begin
        busy_q           <= 1'b1;
        req_q            <= req_i;
        was_life_q       <= life_q;
        was_generation_q <= name_q.generation;
        {outc_zero_q, inc_zero_q, cfg_done_q, key_done_q, key_zero_q} <= '0;
      end
      if (done) busy_q <= 1'b0;
      for (int w = 0; w < IncWords; w++) begin
        if (access.wr_word == 5'(w)) begin
          if (w < 3 && access.wr_en[SAD_MEM_OUTC]) outc_zero_q[w % 3] <= access.wr_data == '0;
          if (access.wr_en[SAD_MEM_INC]) inc_zero_q[w] <= access.wr_data == '0;
        end
      end
      for (int w = 0; w < CFG_WORDS; w++) if (access.wr_en[SAD_MEM_CFG] && access.wr_word == 5'(w)) cfg_done_q[w] <= 1'b1;
      for (int w = 0; w < KeyWords; w++) begin
        if (access.wr_en[SAD_MEM_KEY] && access.wr_word == 5'(w)) begin
          key_done_q[w] <= 1'b1;
          key_zero_q[w] <= access.wr_data == '0;
        end
      end
      rd_q              <= access;
      lanes_q.cfg_new   <= rd_q.cfg_rd;
      lanes_q.cfg_bad   <= rd_q.cfg_rd && bad_i[0];
      lanes_q.cfg_word  <= rd_q.cfg_word;
      lanes_q.cfg       <= any_i;
      lanes_q.ctr_new   <= rd_q.ctr_rd;
      lanes_q.ctr_bad   <= rd_q.ctr_rd && bad_i[1];
      lanes_q.ctr       <= any_i;
      lanes_q.misc_new  <= rd_q.misc_rd;
      lanes_q.misc_bad  <= rd_q.misc_rd && bad_i[2];
      lanes_q.misc_mem  <= rd_q.misc_mem;
      lanes_q.misc_word <= rd_q.misc_word;
      lanes_q.misc      <= rd_q.misc_mem != SAD_MEM_STATE || bad_i[2] ? any_i : rd_q.misc_word[0] ? pack_name(name_q) : pack_life(life_q);
    end
  end

  always_comb begin
    if (!started_q) assume (life_i.state <= ENTRY_STATE_ERASING && (life_i.state != ENTRY_STATE_FREE || life_i == '0) &&
                            (life_i.state inside {ENTRY_STATE_FREE, ENTRY_STATE_ERASING} || name_i.generation != '0));
    if (start_i && !(req_i.op inside {OP_NOP, OP_COUNTER, OP_CLEAR_STAGING})) assume (req_i.index == '0 || req_i.index > 16'd1);
  end

  // ------------------------------------------------------------------ the guarantees
  life_t written;
  name_t renamed;
  assign written = access.wr_data[28:7];
  assign renamed = access.wr_data[28:12];
  wire free = was_life_q.state == ENTRY_STATE_FREE;
  wire same = req_q.generation == was_generation_q;
  wire larval = was_life_q.state == ENTRY_STATE_LARVAL && was_life_q.dead == DEAD_REASON_ALIVE;

  logic allowed;
  always_comb begin
    unique case (req_q.op)
      OP_RESERVE: allowed = free && written.state == ENTRY_STATE_LARVAL && written.dead == DEAD_REASON_ALIVE;
      OP_COMMIT: allowed = (free || larval) && (written.state == ENTRY_STATE_ACTIVE || written.state == ENTRY_STATE_ERASING) &&
                           written.dead == DEAD_REASON_ALIVE;
      OP_SET_STATE: allowed = written == life_t'{state: written.state, dead: life_q.dead, raised: life_q.raised, told: life_q.told} &&
                              {life_q.state, written.state} inside {
                                {ENTRY_STATE_ACTIVE, ENTRY_STATE_OVERLAP}, {ENTRY_STATE_ACTIVE, ENTRY_STATE_DRAINING},
                                {ENTRY_STATE_ACTIVE, ENTRY_STATE_REDUNDANT}, {ENTRY_STATE_OVERLAP, ENTRY_STATE_ACTIVE},
                                {ENTRY_STATE_OVERLAP, ENTRY_STATE_DRAINING}, {ENTRY_STATE_OVERLAP, ENTRY_STATE_REDUNDANT},
                                {ENTRY_STATE_REDUNDANT, ENTRY_STATE_DRAINING}};
      OP_KILL: allowed = written == life_t'{state: life_q.state, dead: written.dead, raised: life_q.raised, told: life_q.told} &&
                         written.dead == (life_q.dead == DEAD_REASON_ALIVE ? DEAD_REASON_KILLED : life_q.dead);
      OP_ERASE: allowed = written == life_t'{state: ENTRY_STATE_ERASING, dead: life_q.dead, raised: life_q.raised, told: life_q.told};
      OP_MARCH: allowed = free && (written == '0 || written.state inside {ENTRY_STATE_LARVAL, ENTRY_STATE_ERASING});
      default: allowed = 1'b0;
    endcase
  end

  always_comb begin
    if (started_q && busy_q) begin
      if (access.wr_en != '0) begin
        a_g9_old: assert (req_q.op inside {OP_RESERVE, OP_MARCH} ? free : req_q.op == OP_COMMIT ? free || (larval && same) : same && !free);
        a_g9_reads: assert (!(req_q.op inside {OP_NOP, OP_SNAPSHOT, OP_COUNTER, OP_CLEAR_STAGING, OP_FLIP, OP_POKE_SEQ, OP_VERIFY}));
      end
      if (writes_life) a_g9_moves: assert (allowed);
      if (writes_name && req_q.op != OP_MARCH) a_g9_fresh: assert (req_q.op inside {OP_RESERVE, OP_COMMIT} &&
          (renamed == name_t'{generation: was_generation_q == '1 ? 16'd1 : was_generation_q + 16'd1, memory_told: 1'b0} || (!free && renamed == name_q)));
      // A march puts the entry back, and there is no clock in which a packet would be let through.
      if (req_q.op == OP_MARCH) begin
        a_g4_march: assert (!free || life_q == '0 || life_q.state inside {ENTRY_STATE_LARVAL, ENTRY_STATE_ERASING});
        if (done) a_g9_march: assert (life_q == was_life_q && name_q.generation == was_generation_q);
      end
      // A new tenant's state comes after its generation.
      if (writes_life && written.state inside {ENTRY_STATE_LARVAL, ENTRY_STATE_ACTIVE} && free && req_q.op inside {OP_RESERVE, OP_COMMIT}) begin
        a_g9_first: assert (name_q.generation != was_generation_q && name_q.generation != '0);
      end
      // Key, salt, hash key, configuration and counters are there before the state says active.
      if (writes_life && written.state == ENTRY_STATE_ACTIVE && req_q.op == OP_COMMIT) begin
        a_g2_zero: assert (outc_zero_q == '1 && inc_zero_q == '1);
        a_g2_key:  assert (cfg_done_q == '1 && key_done_q == '1);
      end
      // Until then, and after a commit that failed, the entry is what it was or is being erased.
      if (req_q.op == OP_COMMIT) a_g2_last: assert (life_q == was_life_q || life_q.state inside {ENTRY_STATE_ACTIVE, ENTRY_STATE_ERASING});
      // An erased key is zero when the command is done; the state says erasing before that.
      if (done && tell) a_g5_zero: assert (key_zero_q == '1 && life_q.state == ENTRY_STATE_ERASING);
      if (access.wr_en[SAD_MEM_KEY] && req_q.op == OP_ERASE) a_g5_first: assert (life_q.state == ENTRY_STATE_ERASING && access.wr_data == '0);
    end
  end

  // ------------------------------------------------------------------ helping invariants
  wire [3:0] phase = u_command.phase_q;
  wire [4:0] step  = u_command.step_q;
  typedef enum logic [3:0] {IDLE, HEAD, CHECK, WRITES, SNAP, COUNTER, IMAGE, COPY, ZERO, KEY, HASH, INSTALL, CLEAR, WIPE, MARCH, DONE} phase_e;
  wire installs = phase inside {IMAGE, COPY, ZERO, KEY, HASH, INSTALL};
  wire passed   = phase inside {WRITES, IMAGE, COPY, ZERO, KEY, HASH, INSTALL, WIPE};   // the checks were passed

  wire reads    = rd_q.cfg_rd || rd_q.ctr_rd || rd_q.misc_rd;
  wire comes    = lanes_q.cfg_new || lanes_q.ctr_new || lanes_q.misc_new;

  // A march: where it stands, and what the state word is then.
  typedef enum logic [1:0] {MARCH_IDLE, MARCH_WRITE, MARCH_READ, MARCH_DONE} march_e;
  wire [1:0] march_phase = u_command.u_march.phase_q;
  wire [2:0] march_pass  = u_command.u_march.pass_q;
  wire [4:0] march_step  = u_command.u_march.step_q;

  function automatic life_t march_after(input logic [2:0] pass);
    unique case (pass)
      3'd1: return 22'(64'h5555_5555_C555_555D >> 7);
      3'd2, 3'd3: return 22'(~(64'h5555_5555_C555_555D >> 7));
      default: return '0;
    endcase
  endfunction

  life_t march_life;
  always_comb begin
    march_life = march_after(march_pass);
    if (march_phase == MARCH_WRITE && (march_pass == 3'd4 || march_step == '0)) march_life = march_after(march_pass - 3'd1);
  end

  logic copied, zeroed, wiped;
  always_comb begin
    copied = 1'b1;
    zeroed = 1'b1;
    wiped  = 1'b1;
    for (int w = 0; w < CFG_WORDS; w++) if (5'(w) + 5'd1 < step && !cfg_done_q[w]) copied = 1'b0;
    for (int w = 0; w < 5; w++) if (5'(w) + 5'd13 < step && !key_done_q[w]) copied = 1'b0;
    for (int w = 0; w < 3; w++) if (5'(w) < step && !outc_zero_q[w]) zeroed = 1'b0;
    for (int w = 0; w < IncWords; w++) if (5'(w) < step && !inc_zero_q[w]) zeroed = 1'b0;
    for (int w = 0; w < KeyWords; w++) if (5'(w) + 5'd1 < step && !key_zero_q[w]) wiped = 1'b0;
  end

  always_comb begin
    if (started_q) begin
      h_busy:  assert (busy_q == (phase != IDLE) && phase <= DONE);
      h_life:  assert (life_q.state <= ENTRY_STATE_ERASING && (life_q.state != ENTRY_STATE_FREE || life_q == '0));
      if (busy_q) h_req: assert (u_command.req_q == req_q);
      if (busy_q) h_free: assert (!free || was_life_q == '0);
      // Words on their way.
      if (phase == HEAD) h_reads: assert ((!reads || step inside {5'd1, 5'd2}) && (!comes || step inside {5'd2, 5'd3}));
      else if (phase inside {SNAP, KEY}) h_comes: assert (step <= 5'd6 && (!reads || step inside {[5'd1:5'd4]}) && (!comes || step inside {[5'd2:5'd5]}));
      if (phase inside {SNAP, KEY}) h_others: assert ((!rd_q.misc_rd || rd_q.misc_mem != SAD_MEM_STATE) && (!lanes_q.misc_new || lanes_q.misc_mem != SAD_MEM_STATE));
      if (!(phase inside {HEAD, SNAP, KEY, MARCH})) h_quiet: assert (!reads && !comes);
      if (phase == HEAD) begin
        h_step:  assert (step <= 5'd4);
        h_read:  assert (rd_q.misc_rd == (step inside {5'd1, 5'd2}) && lanes_q.misc_new == (step inside {5'd2, 5'd3}) &&
                         (!rd_q.misc_rd || (rd_q.misc_mem == SAD_MEM_STATE && rd_q.misc_word == 3'(step - 5'd1))) &&
                         (!lanes_q.misc_new || (lanes_q.misc_mem == SAD_MEM_STATE && lanes_q.misc_word == 3'(step - 5'd2))));
        h_lane:  assert (!lanes_q.misc_new || lanes_q.misc_bad || lanes_q.misc == (lanes_q.misc_word[0] ? pack_name(name_q) : pack_life(life_q)));
        h_head1: assert (step < 5'd3 || u_command.bad_q || (step == 5'd3 && head_life == life_q) || (step > 5'd3 && head_life == life_q));
        h_head2: assert (step < 5'd4 || u_command.bad_q || head_name == name_q);
      end
      if (passed || (phase == CHECK && !u_command.bad_q)) h_heads: assert (head_life == life_q && head_name == name_q);
      // The entry is as it was until the last word.
      if (phase inside {HEAD, CHECK, SNAP, COUNTER} || passed) begin
        h_was:  assert (phase == WIPE && step != '0 ? life_q == life_t'{state: ENTRY_STATE_ERASING, dead: was_life_q.dead, raised: was_life_q.raised, told: was_life_q.told}
                                                    : life_q == was_life_q);
        h_name: assert ((phase == WRITES && req_q.op == OP_RESERVE && step >= 5'd2) || (phase == INSTALL && step == 5'd3 && free)
                        ? name_q == name_t'{generation: was_generation_q == '1 ? 16'd1 : was_generation_q + 16'd1, memory_told: 1'b0}
                        : name_q.generation == was_generation_q);
      end
      // What the checks let through.
      if (phase == WRITES) begin
        h_writes: assert (req_q.op == OP_RESERVE ? free : req_q.op inside {OP_SET_STATE, OP_KILL, OP_WRITE_FW} && same && !free);
        h_move:   assert (req_q.op != OP_SET_STATE || u_command.state_code == CMD_CODE_OK);
        h_last:   assert (step <= u_command.last_write);
      end
      if (installs) h_installs: assert (req_q.op == OP_COMMIT && (free || (larval && same)));
      if (phase == WIPE) h_wipe: assert ((req_q.op == OP_COMMIT && (free || (larval && same))) || (req_q.op == OP_ERASE && same && !free));
      if (phase == MARCH) begin
        h_march:  assert (u_command.u_march.verify_q == (req_q.op == OP_VERIFY));
        if (req_q.op == OP_VERIFY) h_verify: assert (march_phase == MARCH_DONE ? march_pass == 3'd1 : march_phase == MARCH_READ && march_pass == '0);
        else h_marches: assert (req_q.op == OP_MARCH && free && (march_phase == MARCH_DONE ? march_pass == 3'd5 : march_pass <= 3'd4));
        h_msteps: assert (march_step <= (march_phase == MARCH_WRITE ? u_command.u_march.last_write : u_command.u_march.last_read));
        h_mreads: assert (march_phase == MARCH_READ ? (!reads || (march_step >= 5'd2 && march_step < u_command.u_march.last_read)) &&
                                                      (!comes || march_step >= 5'd3) : !reads && !comes);
        if (req_q.op == OP_MARCH) h_mlife: assert (life_q == march_life);
        // What a_g9_march comes from at the end, 110 clocks later: too many for a mutant to be found by that.
        h_mkept:  assert (u_command.u_march.kept_q.generation == was_generation_q);
        if (req_q.op == OP_MARCH) h_mname: assert ((march_pass inside {[3'd1:3'd3]}) ||
            (march_pass == 3'd4 && march_phase == MARCH_WRITE && march_step == '0) || name_q.generation == was_generation_q);
      end
      h_mphase: assert ((phase == MARCH) == (march_phase != MARCH_IDLE) && (phase != MARCH || march_pass != '0 || march_phase == MARCH_READ));
      if (phase == DONE && req_q.op == OP_MARCH) h_marched: assert (life_q == was_life_q && name_q.generation == was_generation_q);
      if (phase == SNAP) h_snap: assert (req_q.op == OP_SNAPSHOT);
      if (phase == CHECK) h_check: assert (!(req_q.op inside {OP_NOP, OP_COUNTER, OP_CLEAR_STAGING, OP_POKE_SEQ, OP_FLIP}) && req_q.op <= OP_VERIFY);
      if (phase == HEAD) h_head: assert (!(req_q.op inside {OP_NOP, OP_COUNTER, OP_CLEAR_STAGING, OP_POKE_SEQ, OP_FLIP}) && req_q.op <= OP_VERIFY);
      if (phase == CLEAR) h_clear: assert (req_q.op == OP_CLEAR_STAGING || (req_q.op == OP_COMMIT && life_q.state == ENTRY_STATE_ACTIVE));
      if (phase == DONE && req_q.op == OP_COMMIT) h_done: assert (life_q == was_life_q || life_q.state inside {ENTRY_STATE_ACTIVE, ENTRY_STATE_ERASING});
      if (phase != DONE) h_tell: assert (phase == IDLE || !u_command.tell_q);
      if (phase == DONE && u_command.tell_q) h_told: assert (key_zero_q == '1 && life_q.state == ENTRY_STATE_ERASING);
      // Words that have been written.
      if (phase == COPY) h_copy: assert (step <= 5'd17 && copied);
      if (phase inside {ZERO, KEY, HASH, INSTALL}) h_copied: assert (cfg_done_q == '1 && key_done_q[4:0] == '1);
      if (phase == ZERO) h_zero: assert (step <= 5'(IncWords - 1) && zeroed);
      if (phase inside {KEY, HASH, INSTALL}) h_zeroed: assert (outc_zero_q == '1 && inc_zero_q == '1);
      if (phase == INSTALL) h_hash: assert (step <= 5'd3 && (step < 5'd1 || key_done_q[5]) && (step < 5'd2 || key_done_q[6]));
      if (phase == WIPE) h_wiped: assert (step <= 5'(KeyWords) && wiped);
    end
  end

  always_comb begin
    if (started_q) begin
      c_active: cover (writes_life && written.state == ENTRY_STATE_ACTIVE && req_q.op == OP_COMMIT);
      c_erased: cover (done && tell && req_q.op == OP_ERASE);
      c_undone: cover (done && tell && req_q.op == OP_COMMIT);
      c_march:  cover (phase == MARCH && march_pass == 3'd1 && march_phase == MARCH_READ);
    end
  end

  wire unused = ^{code, known, stg_lock, stg_zero, stg_rd, stg_addr, view_load, view_clear, hash_start, hash_key256, hash_clear, cnt_req, cnt_addr,
                  snap, flip, fresh, waiting, may_free};
endmodule
