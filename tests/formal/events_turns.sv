// G3: the teller as it is (sad_events with sad_head) on one entry in an abstract memory: in each generation every kind that happened has
// at most one record, is marked told only when its record stands in the ring, and an entry is set free only when all is told.
//
// A turn is the teller's, or a step of everything else that writes the state words: events that happen (sad_latch), commands, undone
// commits (sad_state). The ring is full or not as the host likes. Count words and cfg words may be broken.
module events_turns
  import sallyport_abi_pkg::*;
  import sad_int_pkg::*;
(
    input logic         clk_i,
    input logic [2:0]   watch_i,     // the kind that is watched; first clock only
    input life_t        life_i,
    input name_t        name_i,
    input logic         start_i,
    input logic [31:0]  tail_i,
    input logic [63:0]  any_i,
    input logic [2:0]   bad_i,       // cfg, ctr, misc
    input logic         happens_i,
    input logic [7:0]   happened_i,
    input dead_reason_e dies_i,
    input state_fact_e  fact_i,
    input op_e          op_i,
    input logic [15:0]  generation_i,
    input entry_state_e to_i
);
  logic        started_q = 1'b0;
  logic        busy_q;
  logic [2:0]  watch_q;
  life_t       life_q, head_life;    // in the memory; in the teller's view
  name_t       name_q, head_name;
  sa_word0_t   head_w0;
  access_t     access, rd_q;
  lanes_t      lanes_q;
  logic        done, left, room;
  logic [31:0] head, late, ring_data;

  wire start = started_q && !busy_q && start_i;

  sad_events #(
      .NUM_SAS   (2),
      .WINDOW    (64),
      .RING_DEPTH(2)
  ) u_events (
      .clk_i,
      .rst_ni   (started_q),
      .start_i  (start),
      .entry_i  (1'b0),
      .fresh_i  ('0),
      .done_o   (done),
      .left_o   (left),
      .room_o   (room),
      .access_o (access),
      .lanes_i  (lanes_q),
      .life_i   (head_life),
      .name_i   (head_name),
      .w0_i     (head_w0),
      .time_ns_i(any_i),
      .head_o   (head),
      .tail_i,
      .late_o   (late),
      .rd_en_i  (1'b0),
      .rd_addr_i('0),
      .rd_data_o(ring_data)
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
  life_t      life_latch, life_state;
  name_t      name_state;
  logic [7:0] fresh, waiting;
  cmd_code_e  code;
  wire        tenant = life_q.state != ENTRY_STATE_FREE;

  sad_latch u_latch (
      .life_i    (life_q),
      .dies_i    (tenant ? dies_i : DEAD_REASON_ALIVE),
      .happened_i(tenant && (life_q.state != ENTRY_STATE_LARVAL || dies_i != DEAD_REASON_ALIVE) ? happened_i : '0),
      .told_i    ('0),
      .life_o    (life_latch),
      .fresh_o   (fresh),
      .waiting_o (waiting)
  );
  sad_state u_state (
      .life_i      (life_q),
      .name_i      (name_q),
      .fact_i,
      .op_i,
      .generation_i,
      .to_i,
      .code_o      (code),
      .life_o      (life_state),
      .name_o      (name_state)
  );
  wire acts = started_q && !busy_q && !start_i;

  life_t life_d;
  name_t name_d;
  always_comb begin
    life_d = life_q;
    name_d = name_q;
    if (acts && happens_i) life_d = life_latch;
    else if (acts && fact_i != FACT_ERASED) begin
      life_d = life_state;
      name_d = name_state;
    end
    if (access.wr_en[SAD_MEM_STATE] && access.wr_word == 5'd0) life_d = access.wr_data[28:7];
    if (access.wr_en[SAD_MEM_STATE] && access.wr_word == 5'd1) name_d = access.wr_data[28:12];
  end

  // ------------------------------------------------------------------ what really happened
  logic [1:0] happened_q, records_q;   // of the watched kind, in this generation
  wire        ends    = life_d.state == ENTRY_STATE_FREE || name_d.generation != name_q.generation;
  wire        happens = acts && happens_i && fresh[watch_q];
  wire        records = u_events.u_ring.wr_en_i && u_events.u_ring.wr_addr_i[2:0] == 3'd7 && u_events.kind_q == watch_q;

  always_ff @(posedge clk_i) begin
    started_q <= 1'b1;
    if (!started_q) begin
      busy_q     <= 1'b0;
      watch_q    <= watch_i;
      life_q     <= life_i;
      name_q     <= name_i;
      happened_q <= 2'(life_i.raised[watch_i]);
      records_q  <= 2'(life_i.told[watch_i]);
      rd_q       <= '0;
      lanes_q    <= '0;
    end else begin
      if (start) busy_q <= 1'b1;
      if (done) busy_q <= 1'b0;
      life_q     <= life_d;
      name_q     <= name_d;
      happened_q <= ends ? '0 : happened_q + 2'(happens && happened_q != '1);
      records_q  <= ends ? '0 : records_q + 2'(records && records_q != '1);
      rd_q       <= access;
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
      lanes_q.misc      <= rd_q.misc_word[0] ? pack_name(name_q) : pack_life(life_q);
    end
  end

  always_comb begin
    if (!started_q) begin
      assume ((life_i.told & ~life_i.raised) == '0 && (life_i.state != ENTRY_STATE_FREE || life_i == '0));
      assume (life_i.state != ENTRY_STATE_LARVAL || life_i.dead != DEAD_REASON_ALIVE || life_i.raised == '0);
    end
  end

  // ------------------------------------------------------------------ the guarantee
  wire marking = u_events.phase_q == 3'd5 && u_events.kind_q == watch_q;   // its record stands, the mark does not yet

  always_comb begin
    if (started_q) begin
      a_once:   assert (happened_q <= 2'd1 && records_q <= happened_q);
      a_kept:   assert (life_q.raised[watch_q] == (happened_q != '0));
      a_told:   assert (marking ? records_q != '0 && !life_q.told[watch_q] : life_q.told[watch_q] == (records_q != '0));
      a_gone:   assert (!ends || happened_q == records_q);
      a_room:   assert (!records || u_events.phase_q == 3'd4);
      // Helping invariants.
      b_told:   assert ((life_q.told & ~life_q.raised) == '0 && (life_q.state != ENTRY_STATE_FREE || life_q == '0));
      b_larval: assert (life_q.state != ENTRY_STATE_LARVAL || life_q.dead != DEAD_REASON_ALIVE || life_q.raised == '0);
      b_busy:   assert (busy_q == (u_events.phase_q != 3'd0));
      b_step:   assert ((u_events.phase_q != 3'd1 || u_events.step_q <= 5'd4) && (u_events.phase_q != 3'd3 || u_events.step_q <= 5'd2) &&
                        (u_events.phase_q != 3'd4 || u_events.step_q <= 5'd7));
      if (u_events.phase_q == 3'd1) begin
        b_read: assert (rd_q.misc_rd == (u_events.step_q inside {5'd1, 5'd2}) && lanes_q.misc_new == (u_events.step_q inside {5'd2, 5'd3}));
        b_word: assert ((!rd_q.misc_rd || (rd_q.misc_mem == SAD_MEM_STATE && rd_q.misc_word == 3'(u_events.step_q - 5'd1))) &&
                        (!lanes_q.misc_new || (lanes_q.misc_mem == SAD_MEM_STATE && lanes_q.misc_word == 3'(u_events.step_q - 5'd2))));
        b_lane: assert (!lanes_q.misc_new || lanes_q.misc == (lanes_q.misc_word[0] ? pack_name(name_q) : pack_life(life_q)));
        b_head1: assert (u_events.step_q < 5'd3 || head_life == life_q);
        b_head2: assert (u_events.step_q < 5'd4 || head_name == name_q);
      end else b_idle: assert (!(rd_q.misc_rd || lanes_q.misc_new));
      if (u_events.phase_q inside {3'd2, 3'd3, 3'd4, 3'd5, 3'd6}) b_head: assert (head_life == life_q && head_name == name_q);
      if (u_events.phase_q inside {3'd3, 3'd4, 3'd5}) b_kind: assert (waiting[u_events.kind_q]);
      if (u_events.phase_q == 3'd5) b_mark: assert (u_events.step_q <= 5'd1);
      if (u_events.phase_q == 3'd6) b_wipe: assert (life_q.state == ENTRY_STATE_ERASING && waiting == '0 && u_events.step_q <= 5'd13);
    end
  end

  always_comb begin
    if (started_q) begin
      c_two:  cover (records && records_q == '0 && head == 32'd1);
      c_free: cover (ends && busy_q && happened_q == 2'd1);
      c_left: cover (done && left && happened_q == 2'd1 && records_q == '0);
    end
  end

  wire unused = ^{room, late, ring_data, code};
endmodule
