// Reads a packet out of the ingest ring from an offset that is a multiple of 4 octets, as full beats: beat k holds the
// octets offset + 16 k and on. One beat a clock once it runs; the first one is there two clocks after start_i.
//
//   ring beat      |0 1 2 3|4 5 6 7|8 9 A B|     (words of 4 octets, offset = 12)
//   window beat          |3 4 5 6|7 8 9 A|
//
// Octets past the packet's last ring beat are whatever was read last. No beat past it is read: the next packet may be
// written there at this moment.
module ring_window (
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         start_i,     // at any time; drops what was going on
    input  logic [15:0]  addr_i,      // ring beat address of the packet
    input  logic [15:0]  beats_i,     // beats of the packet in the ring
    input  logic [15:0]  offset_i,    // octets, multiple of 4, taken with start_i
    output logic         valid_o,
    input  logic         take_i,      // only while valid_o
    output logic [127:0] data_o,      // held until taken
    output logic         rd_en_o,
    output logic [15:0]  rd_addr_o,
    input  logic [127:0] rd_data_i
);
  typedef enum logic [1:0] {IDLE, FIRST, RUN} state_e;

  state_e       state_q;
  logic [1:0]   shift_q;
  logic [15:0]  next_q;   // packet beat to read next
  logic [127:0] prev_q;

  wire step  = state_q == FIRST || (state_q == RUN && take_i);

  assign rd_en_o   = start_i || (step && next_q < beats_i);
  assign rd_addr_o = addr_i + (start_i ? {4'd0, offset_i[15:4]} : next_q);
  assign valid_o   = state_q == RUN;

  always_comb begin
    unique case (shift_q)
      2'd0: data_o = prev_q;
      2'd1: data_o = {prev_q[95:0], rd_data_i[127:96]};
      2'd2: data_o = {prev_q[63:0], rd_data_i[127:64]};
      default: data_o = {prev_q[31:0], rd_data_i[127:32]};
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= IDLE;
      shift_q <= '0;
      next_q  <= '0;
      prev_q  <= '0;
    end else if (start_i) begin
      state_q <= FIRST;
      shift_q <= offset_i[3:2];
      next_q  <= {4'd0, offset_i[15:4]} + 16'd1;
    end else if (step) begin
      state_q <= RUN;
      next_q  <= next_q + 16'd1;
      prev_q  <= rd_data_i;
    end
  end

  wire unused = &{1'b0, offset_i[1:0]};
endmodule
