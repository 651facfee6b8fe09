// Says of each block that comes out of gcm_pipe what it is. A clock behind gcm_pipe.
module lane_in_watch
  import lane_in_pkg::*;
(
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         open_push_i,  // a packet goes into gcm_pipe
    input  shape_t       shape_i,
    input  logic         valid_i,      // gcm_pipe
    input  logic         pass_i,
    input  logic [127:0] data_i,
    output logic         valid_o,
    output logic [127:0] data_o,
    output logic         start_o,      // first block of a packet
    output logic         plain_o,      // plaintext, else a beat of a transport packet's own header
    output logic         first_o,      // the first plaintext
    output logic         last_o,       // the last
    output logic [4:0]   bytes_o,
    output shape_t       shape_o       // of its packet
);
  shape_t      shape;
  logic        shape_valid, shapes_room;
  logic [11:0] left_q;   // blocks of plaintext to come, if some have come
  logic        begun_q;  // some have come
  logic        one_q;    // one is to come, if some have come
  logic        only_q;   // the packet has one at all
  logic        start_q;  // the next block is a packet's first

  wire         plain = valid_i && !pass_i;
  wire         last  = plain && (begun_q ? one_q : only_q);
  wire  [11:0] left  = begun_q ? left_q : shape.blocks;

  lane_fifo #(
      .WIDTH($bits(shape_t)),
      .DEPTH(InFlight)
  ) u_shapes (
      .clk_i,
      .rst_ni,
      .push_i (open_push_i),
      .data_i (shape_i),
      .room_o (shapes_room),
      .valid_o(shape_valid),
      .pop_i  (last),
      .data_o (shape)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      left_q  <= '0;
      begun_q <= 1'b0;
      one_q   <= 1'b0;
      only_q  <= 1'b0;
      start_q <= 1'b1;
      valid_o <= 1'b0;
      data_o  <= '0;
      start_o <= 1'b0;
      plain_o <= 1'b0;
      first_o <= 1'b0;
      last_o  <= 1'b0;
      bytes_o <= '0;
      shape_o <= '0;
    end else begin
      valid_o <= valid_i;
      last_o  <= last;
      // A shape is in front long before its first block.
      only_q  <= shape.blocks == 12'd1;
      if (valid_i) begin
        data_o  <= data_i;
        start_o <= start_q;
        plain_o <= plain;
        first_o <= plain && !begun_q;
        bytes_o <= last && shape.cipher[3:0] != '0 ? {1'b0, shape.cipher[3:0]} : 5'd16;
        shape_o <= shape;
        start_q <= last;
        if (plain) begin
          begun_q <= !last;
          left_q  <= left - 12'd1;
          one_q   <= left == 12'd2;
        end
      end
    end
  end

  wire unused = &{1'b0, shape_valid, shapes_room};

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni && valid_i) begin
      a_shape: assert (shape_valid);
      if (pass_i) a_head_first: assert (!begun_q && !shape.tunnel);
      if (!pass_i && !begun_q) a_only: assert (only_q == (shape.blocks == 12'd1));
    end
  end
`endif
endmodule
