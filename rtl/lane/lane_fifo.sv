// Queue of small records whose users know that there is room (a count of packets sees to it, or room_o).
//
//   push    _|~|________
//   valid   _____|~|____   two clocks later; one record a clock when more of them wait
//   pop     _____|~|____   only while valid
//
// LUT RAM in slices of 1 kbit (see ram_1r1w), or block RAM.
module lane_fifo #(
    parameter int WIDTH = 32,
    parameter int DEPTH = 16,   // a power of two
    parameter bit BLOCK = 1'b0
) (
    input  logic             clk_i,
    input  logic             rst_ni,
    input  logic             push_i,
    input  logic [WIDTH-1:0] data_i,
    output logic             room_o,   // for what is pushed in this clock and the next two
    output logic             valid_o,
    input  logic             pop_i,
    output logic [WIDTH-1:0] data_o
);
  localparam int AW = $clog2(DEPTH);
  localparam int Slice = BLOCK ? WIDTH : 1024 / DEPTH;
  localparam int Slices = (WIDTH + Slice - 1) / Slice;

  logic [AW:0] head_q, tail_q;
  logic        valid_q, room_q;

  wire [AW:0] used  = head_q - tail_q;
  wire        fetch = used != '0 && (!valid_q || pop_i);

  assign room_o  = room_q;
  assign valid_o = valid_q;

  for (genvar s = 0; s < Slices; s++) begin : gen_slice
    localparam int Low = s * Slice;
    localparam int Bits = Low + Slice > WIDTH ? WIDTH - Low : Slice;
    ram_1r1w #(
        .WIDTH(Bits),
        .DEPTH(DEPTH)
    ) u_ram (
        .clk_i,
        .wr_en_i  (push_i),
        .wr_addr_i(head_q[AW-1:0]),
        .wr_data_i(data_i[Low+:Bits]),
        .rd_en_i  (fetch),
        .rd_addr_i(tail_q[AW-1:0]),
        .rd_data_o(data_o[Low+:Bits])
    );
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      head_q  <= '0;
      tail_q  <= '0;
      valid_q <= 1'b0;
      room_q  <= 1'b0;
    end else begin
      // A clock late, and so a record.
      room_q <= used <= (AW + 1)'(DEPTH - 4);
      if (push_i) head_q <= head_q + 1'b1;
      if (pop_i) valid_q <= 1'b0;
      if (fetch) begin
        tail_q  <= tail_q + 1'b1;
        valid_q <= 1'b1;
      end
    end
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni && push_i) a_room: assert (!used[AW]);
    if (rst_ni && pop_i) a_pop: assert (valid_q);
  end
`endif
endmodule
