// Puts one client's results back into the order in which it asked, in DEPTH places of a memory.
//
//             wipe        rsp             ask
//              v           v               v
//   ...free....left..left..taken....taken..free...
//
//   ask   takes the next place (ask_place_o), which goes along with the block
//   put   the result for a place, in any order, always room
//   rsp   the results, oldest place first
//   wipe  zeroes the places that rsp has left, oldest first, in clocks in which no client gets a result: put_block_i is zero then
//
// So a client that does not take its results keeps its own places and nobody else waiting. A place may be taken again before it was
// wiped: its next result is written over the last one. When busy_o is low, no result is left here. After reset all places are to be
// wiped: DEPTH such clocks.
module aes_order #(
    parameter  int DEPTH = 16,  // a power of two
    localparam int PlaceWidth = $clog2(DEPTH)
) (
    input  logic                  clk_i,
    input  logic                  rst_ni,
    output logic                  room_o,       // a place is free
    input  logic                  ask_i,        // only with room_o
    output logic [PlaceWidth-1:0] ask_place_o,
    input  logic                  put_i,
    input  logic [PlaceWidth-1:0] put_place_i,
    input  logic [         127:0] put_block_i,
    input  logic                  quiet_i,      // put_block_i is zero
    output logic                  rsp_valid_o,
    input  logic                  rsp_ready_i,
    output logic [         127:0] rsp_block_o,
    output logic                  busy_o        // a place is taken, or not wiped
);
  localparam int CountWidth = PlaceWidth + 1;
  typedef logic [CountWidth-1:0] count_t;  // a place and, above it, the round through them

  logic [DEPTH-1:0] full_q;
  count_t ask_q, rsp_q, wipe_q;

  wire [PlaceWidth-1:0] rsp_place = rsp_q[PlaceWidth-1:0];
  wire [PlaceWidth-1:0] wipe_place = wipe_q[PlaceWidth-1:0];
  wire                  leave = rsp_valid_o && rsp_ready_i;
  wire                  wipe = quiet_i && wipe_q != rsp_q;
  wire                  again = ask_i && count_t'(ask_q - wipe_q) == count_t'(DEPTH);  // takes the place that is to be wiped next

  assign room_o      = count_t'(ask_q - rsp_q) != count_t'(DEPTH);
  assign ask_place_o = ask_q[PlaceWidth-1:0];
  assign rsp_valid_o = full_q[rsp_place];
  assign busy_o      = ask_q != wipe_q;

  ram_lut #(
      .WIDTH(128),
      .DEPTH(DEPTH)
  ) u_places (
      .clk_i,
      .wr_en_i  (put_i || wipe),
      .wr_addr_i(put_i ? put_place_i : wipe_place),
      .wr_data_i(put_block_i),
      .rd_addr_i(rsp_place),
      .rd_data_o(rsp_block_o)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      full_q <= '0;
      wipe_q <= '0;
      rsp_q  <= count_t'(DEPTH);
      ask_q  <= count_t'(DEPTH);
    end else begin
      if (ask_i) ask_q <= ask_q + count_t'(1);
      if (wipe || again) wipe_q <= wipe_q + count_t'(1);
      if (leave) begin
        rsp_q             <= rsp_q + count_t'(1);
        full_q[rsp_place] <= 1'b0;
      end
      if (put_i) full_q[put_place_i] <= 1'b1;
    end
  end

  initial if (DEPTH < 2 || (1 << PlaceWidth) != DEPTH) $error("aes_order: DEPTH must be a power of two");

`ifndef SYNTHESIS
  logic [DEPTH-1:0] taken, left, kept;
  for (genvar p = 0; p < DEPTH; p++) begin : gen_place
    wire [PlaceWidth-1:0] from_rsp = PlaceWidth'(p) - rsp_place;
    wire [PlaceWidth-1:0] from_wipe = PlaceWidth'(p) - wipe_place;
    assign taken[p] = count_t'(from_rsp) < count_t'(ask_q - rsp_q);
    assign left[p]  = count_t'(from_wipe) < count_t'(rsp_q - wipe_q);
    assign kept[p]  = !taken[p] && !left[p] && u_places.mem[p] != '0;
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      if (ask_i) a_ask: assert (room_o);
      if (quiet_i) a_quiet: assert (!put_i && put_block_i == '0);
      // A result is for a place that waits for one.
      if (put_i) a_put: assert (taken[put_place_i] && !full_q[put_place_i]);
      a_full: assert ((full_q & ~taken) == '0);
      a_ends: assert (count_t'(ask_q - wipe_q) <= count_t'(DEPTH) && count_t'(rsp_q - wipe_q) <= count_t'(ask_q - wipe_q));
      // G5: a place is zero but for a result that waits to be taken, or is about to be wiped or written over.
      a_g5_place: assert (kept == '0);
    end
  end
  a_hold: assert property (@(posedge clk_i) disable iff (!rst_ni)
      rsp_valid_o && !rsp_ready_i |=> rsp_valid_o && $past(rsp_block_o) == rsp_block_o);
`endif
endmodule
