// AES-GCM (NIST SP 800-38D), a slot a clock, each packet with its own key; nothing ever waits. Slots: gcm_pkg.
//
// A slot is taken in every clock that offers one. It moves one position a clock; at position p it is in clock n + 1 + p, if it was
// taken in clock n.
//
//   position      0                1 .. 14           15 (clock n + 16)       16              17 (n + 18)
//   counter block ^ rk0 -------> AES rounds --> ^ data -> out_*
//                                     '--> E(J0) -------> GHASH mask          :
//   data -> ring ............................^        '-> GHASH: products -> sums, LEN: -> tag_*
//   H, AAD -> 5 registers, each for three positions ......^
//
// GcmDataLatency and GcmTagLatency count from the slot's clock to the clock of out_valid_o and tag_valid_o.
// SEAL hashes what comes out, OPEN what went in; the user compares the tag.
//
// What is secret (keys, round keys, AES states, H, E(J0), sums) is zeroed behind the packet, position by position, unless the
// next packet's takes its place (G5). Data stays where it was until it is overwritten.
module gcm_pipe
  import gcm_pkg::*;
#(
    parameter bit OPEN = 1'b0
) (
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         slot_valid_i,
    input  gcm_slot_t    slot_i,
    input  gcm_start_t   start_i,      // looked at with SLOT_FIRST only
    output logic         out_valid_o,
    output logic         out_pass_o,   // PASS, or FIRST with pass
    output logic [127:0] out_data_o,
    output logic         tag_valid_o,
    output logic [127:0] tag_o,
    output logic         busy_o
);
  // A packet has three slots or more, so its first one is alone on three positions.
  localparam int Carriers = 5;
  localparam int Counter = 13;  // bits: payload below 64 KiB

  wire take_first = slot_valid_i && slot_i.kind == SLOT_FIRST;
  wire take_data = slot_valid_i && slot_i.kind == SLOT_DATA;
  wire take_len = slot_valid_i && slot_i.kind == SLOT_LEN;
  wire take_pass = slot_valid_i && (slot_i.kind == SLOT_PASS || (slot_i.kind == SLOT_FIRST && slot_i.pass));

  // ------------------------------------------------------------------ marks: bit p for position p
  logic [15:0] first_q, data_q, pass_q;
  logic [17:0] len_q;
  logic open_q;  // a packet has begun and not ended

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      first_q <= '0;
      data_q  <= '0;
      pass_q  <= '0;
      len_q   <= '0;
      open_q  <= 1'b0;
    end else begin
      first_q <= {first_q[14:0], take_first};
      data_q  <= {data_q[14:0], take_data};
      pass_q  <= {pass_q[14:0], take_pass};
      len_q   <= {len_q[16:0], take_len};
      if (take_first) open_q <= 1'b1;
      if (take_len) open_q <= 1'b0;
    end
  end

  // ------------------------------------------------------------------ counter, lengths
  logic [95:0] iv_q;
  logic [Counter-1:0] counter_q;
  logic aad12_q;
  logic [15:0] octets_q;

  always_ff @(posedge clk_i) begin
    if (take_first) begin
      iv_q      <= start_i.iv;
      counter_q <= Counter'(1);
      aad12_q   <= start_i.aad12;
      octets_q  <= start_i.octets;
    end
    if (take_data) counter_q <= counter_q + 1'b1;
  end

  // ------------------------------------------------------------------ data goes around AES in a ring
  logic [3:0] ring_q;  // where the slot of this clock goes
  logic [127:0] ring_in, ring_out;
  logic [4:0] bytes_out;

  always_comb begin
    ring_in = slot_i.data;
    if (take_data) ring_in = gcm_keep(slot_i.data, slot_i.bytes);
    if (take_len) ring_in = {57'd0, aad12_q ? 7'd96 : 7'd64, 45'd0, octets_q, 3'd0};
  end

  always_ff @(posedge clk_i) ring_q <= rst_ni ? ring_q + 4'd1 : '0;

  // Words of 16 are small enough for LUT RAM, and fast in simulation. Read at position 13, there at 14.
  wire ring_read = data_q[13] || pass_q[13] || len_q[13];
  for (genvar i = 0; i < 2; i++) begin : g_ring
    ram_1r1w #(
        .WIDTH(64),
        .DEPTH(16)
    ) u_data (
        .clk_i,
        .wr_en_i  (slot_valid_i),
        .wr_addr_i(ring_q),
        .wr_data_i(ring_in[64*i+:64]),
        .rd_en_i  (ring_read),
        .rd_addr_i(ring_q + 4'd2),
        .rd_data_o(ring_out[64*i+:64])
    );
  end
  ram_1r1w #(
      .WIDTH(5),
      .DEPTH(16)
  ) u_bytes (
      .clk_i,
      .wr_en_i  (slot_valid_i),
      .wr_addr_i(ring_q),
      .wr_data_i(slot_i.bytes),
      .rd_en_i  (ring_read),
      .rd_addr_i(ring_q + 4'd2),
      .rd_data_o(bytes_out)
  );

  // ------------------------------------------------------------------ hash key and AAD go around AES
  for (genvar i = 0; i < Carriers; i++) begin : g_carry
    logic [127:0] h_q;
    logic [95:0] aad_q;
    wire load, leave;
    wire [223:0] from;
    assign leave = first_q[3*i+2];
    if (i == 0) begin : g_in
      assign load = take_first;
      assign from = {start_i.h, start_i.aad[127:32]};
    end else begin : g_in
      assign load = first_q[3*i-1];
      assign from = {g_carry[i-1].h_q, g_carry[i-1].aad_q};
    end
    always_ff @(posedge clk_i) begin
      if (load && rst_ni) {h_q, aad_q} <= from;
      else if (leave || !rst_ni) h_q <= '0;
    end
  end

  // ------------------------------------------------------------------ AES
  logic [127:0] stream;  // of the slot at position 14

  aes_pipe u_aes (
      .clk_i,
      .rst_ni,
      .key_load_i(take_first),
      .key256_i  (start_i.key256),
      .key_i     (start_i.key),
      .first_i   (first_q[14:0]),
      .valid_i   (first_q[14:0] | data_q[14:0]),
      .last_i    (len_q[15:0]),
      .block_i   ({iv_q, {32 - Counter{1'b0}}, counter_q}),
      .block_o   (stream)
  );

  logic [127:0] text_q, hash_q, e_j0_q;
  logic [127:0] text;

  always_comb begin
    text = ring_out;
    if (data_q[14]) text = ring_out ^ gcm_keep(stream, bytes_out);
  end

  always_ff @(posedge clk_i) begin
    if (data_q[14] || pass_q[14]) text_q <= text;
    if (first_q[14]) hash_q <= {g_carry[Carriers-1].aad_q, 32'd0};
    else if (data_q[14] || len_q[14]) hash_q <= OPEN ? ring_out : text;
    if (!rst_ni) e_j0_q <= '0;
    else if (first_q[14]) e_j0_q <= stream;
    else if (len_q[15]) e_j0_q <= '0;
  end

  assign out_valid_o = data_q[15] || pass_q[15];
  assign out_pass_o  = pass_q[15];
  assign out_data_o  = text_q;
  assign busy_o      = open_q || len_q != '0;

  // ------------------------------------------------------------------ GHASH
  ghash_pipe u_ghash (
      .clk_i,
      .rst_ni,
      .h_load_i   (first_q[14]),
      .h_i        (g_carry[Carriers-1].h_q),
      .last_next_i(len_q[14]),
      .valid_i    (first_q[15] || data_q[15] || len_q[15]),
      .last_i     (len_q[15]),
      .block_i    (hash_q),
      .mask_i     (e_j0_q),
      .y_valid_o  (tag_valid_o),
      .y_o        (tag_o)
  );

`ifndef SYNTHESIS
  gcm_slot_check u_check (
      .clk_i,
      .rst_ni,
      .valid_i (slot_valid_i),
      .kind_i  (slot_i.kind),
      .bytes_i (slot_i.bytes),
      .aad12_i (start_i.aad12),
      .aad_i   (start_i.aad[63:0]),
      .octets_i(start_i.octets)
  );

  logic busy_past_q;
  always_ff @(posedge clk_i) begin
    busy_past_q <= rst_ni && busy_o;
    // The counter is far from coming round.
    if (rst_ni && take_data) a_counter: assert (counter_q != '1);
    // Nothing secret outlives the last packet.
    if (rst_ni && busy_past_q && !busy_o) begin
      a_g5_key: assert ({u_aes.key_a_q[0], u_aes.key_b_q[0], u_aes.key_low_q} == '0);
      a_g5_hash: assert ({e_j0_q, u_ghash.h_q, u_ghash.before_q, u_ghash.ready_q, u_ghash.rest_q} == '0);
    end
  end
  for (genvar i = 0; i < Carriers; i++) begin : g_check_carry
    always_ff @(posedge clk_i)
      if (rst_ni && busy_past_q && !busy_o) a_g5_carry: assert (g_carry[i].h_q == '0);
  end
  for (genvar p = 1; p <= 14; p++) begin : g_check_round
    always_ff @(posedge clk_i)
      if (rst_ni && busy_past_q && !busy_o) a_g5_round: assert ({u_aes.key_a_q[p], u_aes.key_b_q[p], u_aes.a_q[p], u_aes.b_q[p]} == '0);
  end
  for (genvar i = 0; i < 9; i++) begin : g_check_product
    always_ff @(posedge clk_i)
      if (rst_ni && busy_past_q && !busy_o) a_g5_product: assert ({u_ghash.p_q[i], u_ghash.factor_q[i]} == '0);
  end
`endif
endmodule
