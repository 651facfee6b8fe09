// Puts one client's results back into the order in which it asked, in DEPTH places.
//
//   ask   takes the next place (ask_place_o), which goes along with the block
//   put   the result for a place, in any order, always room
//   rsp   the results, oldest place first; a place is zeroed when it is left
//
// So a client that does not take its results keeps its own places and nobody else waiting.
module aes_order #(
    parameter  int DEPTH = 4,
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
    output logic                  rsp_valid_o,
    input  logic                  rsp_ready_i,
    output logic [         127:0] rsp_block_o,
    output logic                  busy_o        // a place is taken
);
  logic [DEPTH-1:0] taken_q, full_q;
  logic [DEPTH-1:0][127:0] block;
  logic [PlaceWidth-1:0] ask_q, rsp_q;

  function automatic logic [PlaceWidth-1:0] after(input logic [PlaceWidth-1:0] place);
    return place == PlaceWidth'(DEPTH - 1) ? '0 : place + 1'b1;
  endfunction

  wire leave = rsp_valid_o && rsp_ready_i;

  assign room_o      = !taken_q[ask_q];
  assign ask_place_o = ask_q;
  assign rsp_valid_o = full_q[rsp_q];
  assign rsp_block_o = block[rsp_q];
  assign busy_o      = taken_q != '0;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      taken_q <= '0;
      full_q  <= '0;
      ask_q   <= '0;
      rsp_q   <= '0;
    end else begin
      if (ask_i) begin
        taken_q[ask_q] <= 1'b1;
        ask_q          <= after(ask_q);
      end
      if (put_i) full_q[put_place_i] <= 1'b1;
      if (leave) begin
        taken_q[rsp_q] <= 1'b0;
        full_q[rsp_q]  <= 1'b0;
        rsp_q          <= after(rsp_q);
      end
    end
  end

  for (genvar p = 0; p < DEPTH; p++) begin : gen_place
    logic [127:0] block_q;

    always_ff @(posedge clk_i) begin
      if (!rst_ni || (leave && rsp_q == PlaceWidth'(p))) block_q <= '0;
      else if (put_i && put_place_i == PlaceWidth'(p)) block_q <= put_block_i;
    end
    assign block[p] = block_q;
  end

`ifndef SYNTHESIS
  logic [DEPTH-1:0] left;  // holds no result and is not zero
  for (genvar p = 0; p < DEPTH; p++) begin : gen_left
    assign left[p] = !full_q[p] && block[p] != '0;
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      if (ask_i) a_ask: assert (room_o);
      // A result is for a place that waits for one.
      if (put_i) a_put: assert (taken_q[put_place_i] && !full_q[put_place_i]);
      // The places in use are those between the two ends.
      a_ends: assert (ask_q == rsp_q ? taken_q == '0 || taken_q == '1 : taken_q[rsp_q] && !taken_q[ask_q]);
      a_full: assert ((full_q & ~taken_q) == '0);
    end
  end
  a_hold: assert property (@(posedge clk_i) disable iff (!rst_ni)
      rsp_valid_o && !rsp_ready_i |=> rsp_valid_o && $past(rsp_block_o) == rsp_block_o);
  // G5: a place is zeroed when its result has been taken.
  always_ff @(posedge clk_i) if (rst_ni) a_g5_place: assert (left == '0);
`endif
endmodule
