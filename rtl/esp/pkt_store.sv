// Output buffer of a packet path: a ring of beats and a queue of status descriptors.
//
// The engine writes the packet it builds at beat numbers relative to the packet's start, in any order and as often as it
// likes; nothing of it can leave before the commit (G4). A packet that is not committed is overwritten by the next one.
// On the output side the status of a packet is offered no later than its first beat, and the next packet begins when both
// status and data of the one before have been taken, so neither stream can overtake the other.
module pkt_store
  import sallyport_abi_pkg::*;
  import esp_pkg::*;
#(
    parameter int unsigned DEPTH = 1024  // beats, power of two
) (
    input logic clk_i,
    input logic rst_ni,

    // Engine side. The engine writes only beats below space_o.
    output logic [15:0]  space_o,
    input  logic         wr_valid_i,
    input  logic [15:0]  wr_beat_i,
    input  logic [127:0] wr_data_i,
    input  logic         commit_valid_i,
    output logic         commit_ready_o,
    input  status_desc_t commit_status_i,  // length: octets of the packet; 0 = status alone

    // Output side.
    output logic         st_valid_o,
    input  logic         st_ready_i,
    output status_desc_t st_o,
    output logic         out_valid_o,
    input  logic         out_ready_i,
    output logic [127:0] out_data_o,
    output logic [4:0]   out_bytes_o,
    output logic         out_last_o,

    output logic busy_o
);
  localparam int unsigned AddrWidth = $clog2(DEPTH);
  localparam int unsigned QueueDepth = 8;
  localparam int unsigned QueueWidth = $clog2(QueueDepth);

  initial begin
    if (DEPTH != (1 << AddrWidth) || DEPTH > 32768) $error("pkt_store: DEPTH must be a power of two");
  end

  // Status descriptors of committed packets: a queue, and the front one read ahead.
  logic [QueueWidth:0] queue_head_q, queue_tail_q, queue_count;
  logic commit, fetch, pop, front_q;
  status_desc_t front;
  assign queue_count = queue_head_q - queue_tail_q;
  assign commit_ready_o = queue_count != (QueueWidth + 1)'(QueueDepth);
  assign commit = commit_valid_i && commit_ready_o;
  assign fetch = (queue_count != '0) && (!front_q || pop);

  ram_1r1w #(
      .WIDTH(128),
      .DEPTH(QueueDepth)
  ) u_queue (
      .clk_i,
      .wr_en_i  (commit),
      .wr_addr_i(queue_head_q[QueueWidth-1:0]),
      .wr_data_i(commit_status_i),
      .rd_en_i  (fetch),
      .rd_addr_i(queue_tail_q[QueueWidth-1:0]),
      .rd_data_o(front)
  );

  // Ring of beats. base: first beat of the packet being built; rd: next beat to be read.
  logic [AddrWidth:0] base_q, rd_q;
  logic [AddrWidth:0] used;
  assign used = base_q - rd_q;
  assign space_o = 16'(DEPTH) - 16'(used);

  function automatic logic [15:0] beats_of(input logic [15:0] octets);
    return {4'd0, octets[15:4]} + {15'd0, octets[3:0] != '0};
  endfunction

  // The packet at the output.
  status_desc_t status_q;
  logic status_valid_q;
  logic [15:0] left_q;  // octets not yet read from the ring
  logic valid_q, last_q;
  logic [4:0] bytes_q;
  logic rd_en, data_done;

  assign rd_en = (left_q != '0) && (!valid_q || out_ready_i);
  assign data_done = (left_q == '0) && (!valid_q || out_ready_i);
  assign pop = front_q && (!status_valid_q || st_ready_i) && data_done;

  logic [127:0] rd_data;
  ram_1r1w #(
      .WIDTH(128),
      .DEPTH(DEPTH)
  ) u_ring (
      .clk_i,
      .wr_en_i  (wr_valid_i),
      .wr_addr_i(base_q[AddrWidth-1:0] + wr_beat_i[AddrWidth-1:0]),
      .wr_data_i,
      .rd_en_i  (rd_en),
      .rd_addr_i(rd_q[AddrWidth-1:0]),
      .rd_data_o(rd_data)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      queue_head_q <= '0;
      queue_tail_q <= '0;
      front_q <= 1'b0;
      base_q <= '0;
      rd_q <= '0;
      status_q <= '0;
      status_valid_q <= 1'b0;
      left_q <= '0;
      valid_q <= 1'b0;
      last_q <= 1'b0;
      bytes_q <= '0;
    end else begin
      if (commit) begin
        queue_head_q <= queue_head_q + 1'b1;
        base_q <= base_q + (AddrWidth + 1)'(beats_of(commit_status_i.length));
      end
      if (st_ready_i) status_valid_q <= 1'b0;
      if (out_ready_i) valid_q <= 1'b0;
      if (pop) begin
        front_q <= 1'b0;
        status_q <= front;
        status_valid_q <= 1'b1;
        left_q <= front.length;
      end
      if (fetch) begin
        queue_tail_q <= queue_tail_q + 1'b1;
        front_q <= 1'b1;
      end
      // The ring keeps its output until the next read, so the beat waits there.
      if (rd_en) begin
        rd_q <= rd_q + 1'b1;
        valid_q <= 1'b1;
        last_q <= left_q <= 16'd16;
        bytes_q <= (left_q <= 16'd16) ? left_q[4:0] : 5'd16;
        left_q <= (left_q <= 16'd16) ? '0 : left_q - 16'd16;
      end
    end
  end

  assign st_valid_o = status_valid_q;
  assign st_o = status_q;
  assign out_valid_o = valid_q;
  assign out_data_o = keep_first(rd_data, bytes_q);
  assign out_bytes_o = bytes_q;
  assign out_last_o = last_q;
  assign busy_o = (queue_count != '0) || front_q || status_valid_q || valid_q || (left_q != '0);

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      if (wr_valid_i) assert (wr_beat_i < space_o);
      if (commit) assert (beats_of(commit_status_i.length) <= space_o);
    end
  end
`endif
endmodule
