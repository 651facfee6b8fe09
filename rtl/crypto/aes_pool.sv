// A pool of AES engines that several clients share block by block. Every request brings its own key.
//
//   req 0 --.                            .--> engine 0 --.                .-- aes_order 0 --> rsp 0
//   req 1 --'-- one request a -- slot --'---> engine 1 --'- one result --'--- aes_order 1 --> rsp 1
//               clock                         ...           a clock
//
// A request waits in the slot for a clock at least, until an engine is free: keys and blocks go to all engines, a long way, and start
// from registers. Nor are the engines asked whether they are free: a block takes 10 or 14 clocks, always, and the pool counts them.
// When several clients ask, it is the turn of the one after the client served last. So one client alone gets all engines, and with
// two at work each gets every second block.
//
// Each client gets its results in the order in which it asked, though AES-128 blocks overtake AES-256 blocks in here. A client may
// be DEPTH blocks ahead of what it has taken; a client that takes nothing holds up nobody else.
//
// Results never pile up: requests come one a clock at most, and an engine whose result waits for its turn on the way out, ENGINES - 1
// clocks at most, is busy with its next block for 10.
module aes_pool #(
    parameter int ENGINES  = 2,     // 1..8
    parameter int CLIENTS  = 2,
    parameter int DEPTH    = 16,    // blocks a client may have under way; a power of two
    parameter bit SBOX_RAM = 1'b0   // S-boxes in block RAM, else in LUTs
) (
    input  logic                           clk_i,
    input  logic                           rst_ni,
    input  logic [CLIENTS-1:0]             req_valid_i,
    output logic [CLIENTS-1:0]             req_ready_o,
    input  logic [CLIENTS-1:0]             req_key256_i,
    input  logic [CLIENTS-1:0][255:0]      req_key_i,    // first octet in [255:248]; AES-128 in [255:128]
    input  logic [CLIENTS-1:0][127:0]      req_block_i,  // first octet in [127:120]
    output logic [CLIENTS-1:0]             rsp_valid_o,
    input  logic [CLIENTS-1:0]             rsp_ready_i,
    output logic [CLIENTS-1:0][127:0]      rsp_block_o,
    output logic                           busy_o
);
  localparam int ClientWidth = CLIENTS > 1 ? $clog2(CLIENTS) : 1;
  localparam int PlaceWidth = $clog2(DEPTH);

  typedef struct packed {
    logic [ClientWidth-1:0] client;
    logic [PlaceWidth-1:0]  place;
  } tag_t;

  // ------------------------------------------------------------------ whose turn?
  logic [CLIENTS-1:0] room, ask, order_busy;
  logic [CLIENTS-1:0][PlaceWidth-1:0] place;
  logic [ENGINES-1:0] free_q, engine_start;
  logic [ClientWidth-1:0] turn_q;  // client that goes first
  logic [ClientWidth-1:0] client;  // who is served
  logic any;

  always_comb begin
    client = '0;
    any    = 1'b0;
    for (int k = CLIENTS - 1; k >= 0; k--) begin
      // Client turn_q + k, the nearest one last so that it wins.
      int c;
      c = int'(turn_q) + k;
      if (c >= CLIENTS) c -= CLIENTS;
      if (req_valid_i[c] && room[c]) begin
        client = ClientWidth'(c);
        any    = 1'b1;
      end
    end
  end

  logic slot_valid_q;
  wire  go = any && (!slot_valid_q || free_q != '0);

  always_comb begin
    ask = '0;
    if (go) ask[client] = 1'b1;
    engine_start = '0;
    if (slot_valid_q) engine_start = free_q & (~free_q + 1'b1);  // the lowest free one
  end

  assign req_ready_o = ask;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) turn_q <= '0;
    else if (go) turn_q <= client == ClientWidth'(CLIENTS - 1) ? '0 : client + 1'b1;
  end

  // ------------------------------------------------------------------ slot
  tag_t         slot_tag_q;
  logic         slot_key256_q;
  logic [255:0] slot_key_q;
  logic [127:0] slot_block_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      slot_valid_q  <= 1'b0;
      slot_tag_q    <= '0;
      slot_key256_q <= 1'b0;
      slot_key_q    <= '0;
      slot_block_q  <= '0;
    end else if (go) begin
      slot_valid_q  <= 1'b1;
      slot_tag_q    <= '{client: client, place: place[client]};
      slot_key256_q <= req_key256_i[client];
      slot_key_q    <= req_key_i[client];
      slot_block_q  <= req_block_i[client];
    end else if (engine_start != '0) begin
      slot_valid_q  <= 1'b0;
      slot_tag_q    <= '0;
      slot_key256_q <= 1'b0;
      slot_key_q    <= '0;
      slot_block_q  <= '0;
    end
  end

  // ------------------------------------------------------------------ engines
  logic [ENGINES-1:0][3:0] left_q;  // clocks until an engine is free again

  always_ff @(posedge clk_i) begin
    for (int e = 0; e < ENGINES; e++) begin
      if (!rst_ni) begin
        left_q[e] <= '0;
        free_q[e] <= 1'b1;
      end else if (engine_start[e]) begin
        left_q[e] <= slot_key256_q ? 4'd13 : 4'd9;
        free_q[e] <= 1'b0;
      end else if (!free_q[e]) begin
        left_q[e] <= left_q[e] - 4'd1;
        free_q[e] <= left_q[e] == 4'd1;
      end
    end
  end

  tag_t [ENGINES-1:0] out_tag;
  logic [ENGINES-1:0] in_ready;
  logic [ENGINES-1:0] out_valid, out_ready;
  logic [127:0] out_block[ENGINES];

  for (genvar e = 0; e < ENGINES; e++) begin : gen_engine
    aes_core #(
        .ID_WIDTH($bits(tag_t)),
        .SBOX_RAM(SBOX_RAM)
    ) u_aes (
        .clk_i,
        .rst_ni,
        .in_valid_i (engine_start[e]),
        .in_ready_o (in_ready[e]),
        .in_key256_i(slot_key256_q),
        .in_key_i   (slot_key_q),
        .in_block_i (slot_block_q),
        .in_id_i    (slot_tag_q),
        .out_valid_o(out_valid[e]),
        .out_ready_i(out_ready[e]),
        .out_block_o(out_block[e]),
        .out_id_o   (out_tag[e])
    );
  end

  // ------------------------------------------------------------------ results
  tag_t         put_tag;
  logic [127:0] put_block;
  wire          put = out_valid != '0;

  assign out_ready = out_valid & (~out_valid + 1'b1);

  // A sum, not a choice (decision 9): two neighbours are added where they stand, and one bundle of wires goes on from them.
  always_comb begin
    put_tag   = '0;
    put_block = '0;
    for (int e = 0; e < ENGINES; e += 2) begin
      tag_t         tag;
      logic [127:0] block;
      tag   = out_ready[e] ? out_tag[e] : '0;
      block = out_ready[e] ? out_block[e] : '0;
      if (e + 1 < ENGINES) begin
        if (out_ready[e+1]) tag |= out_tag[e+1];
        if (out_ready[e+1]) block |= out_block[e+1];
      end
      put_tag |= tag;
      put_block |= block;
    end
  end

  for (genvar c = 0; c < CLIENTS; c++) begin : gen_order
    aes_order #(
        .DEPTH(DEPTH)
    ) u_order (
        .clk_i,
        .rst_ni,
        .room_o     (room[c]),
        .ask_i      (ask[c]),
        .ask_place_o(place[c]),
        .put_i      (put && put_tag.client == ClientWidth'(c)),
        .put_place_i(put_tag.place),
        .put_block_i(put_block),
        .quiet_i    (!put),
        .rsp_valid_o(rsp_valid_o[c]),
        .rsp_ready_i(rsp_ready_i[c]),
        .rsp_block_o(rsp_block_o[c]),
        .busy_o     (order_busy[c])
    );
  end

  assign busy_o = order_busy != '0;

  initial if (ENGINES < 1 || ENGINES > 8) $error("aes_pool: ENGINES must be 1 to 8");

  wire unused = &{1'b0, in_ready};

`ifndef SYNTHESIS
  logic [ENGINES-1:0] working;
  for (genvar e = 0; e < ENGINES; e++) begin : gen_watch
    assign working[e] = gen_engine[e].u_aes.run_q;
  end
  logic [CLIENTS-1:0][DEPTH-1:0] awaited;  // places that wait for a result
  for (genvar c = 0; c < CLIENTS; c++) begin : gen_await
    assign awaited[c] = gen_order[c].u_order.taken & ~gen_order[c].u_order.full_q;
  end

  // A request goes to one client's order and into the slot, and from there to one engine.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      a_one: assert ($onehot0(ask) && $onehot0(engine_start) && (ask != '0) == go);
      a_count: assert (free_q == in_ready);
      // No free engine stands by while there is a request, and nobody is served out of turn.
      if (slot_valid_q && free_q != '0) a_start: assert (engine_start != '0);
      if ((req_valid_i & room) != '0 && (!slot_valid_q || free_q != '0)) a_work: assert (ask != '0);
      if (go && req_valid_i[turn_q] && room[turn_q]) a_fair: assert (client == turn_q);
      // Nothing is lost and nothing comes for nobody: as many blocks are in slot and engines as places wait.
      a_all: assert ($countones(awaited) == int'(slot_valid_q) + $countones(working) + $countones(out_valid));
      // G5: the slot keeps nothing of a request that has left it.
      if (!slot_valid_q) a_g5_slot: assert ({slot_key_q, slot_block_q} == '0);
    end
  end
`endif
endmodule
