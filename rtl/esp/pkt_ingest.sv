// Takes packets in: one descriptor, then one packet of exactly the length the descriptor announced, into a ring of beats.
//
//   desc ---> [length] --room?--> data ---> ring (ram_1r1w) ---> read port
//                                  |------> ip_parse  ---> record (held until popped; its beats stay in the ring)
//
// While one record is worked on, the next packet comes in; its record waits in here until the first one is popped.
//
// Verdicts of a record, in this order:
//   length_mismatch  announced 0 (then no data packet follows), or more or fewer octets came, or a beat inside was not full
//   too_long         announced more than MAX_PACKET; swallowed, but counted all the same
//   malformed        ip_parse did not find a whole packet, or (EXACT) its total length is not the announced one
// For the first two nothing is kept (beats = 0). A malformed packet stays readable.
module pkt_ingest
  import sallyport_abi_pkg::*;
  import esp_pkg::*;
#(
    parameter int DEPTH      = 1024,   // beats in the ring, a power of two
    parameter int MAX_PACKET = 10240,  // octets; must fit in the ring
    parameter int LEN_LSB    = 80,     // where the 16-bit length stands in the descriptor
    parameter bit EXACT      = 1'b1    // total length must be the announced length, else it may be less (link padding)
) (
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         enable_i,      // low: takes no new descriptor
    input  logic         desc_valid_i,
    output logic         desc_ready_o,
    input  logic [127:0] desc_i,
    input  logic         data_valid_i,
    output logic         data_ready_o,
    input  logic [127:0] data_i,
    input  logic [4:0]   data_bytes_i,
    input  logic         data_last_i,
    output logic         rec_valid_o,
    input  logic         rec_ready_i,   // pop: releases the record's beats
    output ingest_t      rec_o,
    input  logic         rd_en_i,
    input  logic [15:0]  rd_addr_i,     // beat address, modulo DEPTH; only beats of the record on offer
    output logic [127:0] rd_data_o,     // the clock after rd_en_i, held until the next one
    output logic         busy_o
);
  localparam int AW = $clog2(DEPTH);

  typedef enum logic [2:0] {DESC, ROOM, DATA, SWALLOW, GIVE} state_e;

  state_e       state_q;
  logic [127:0] desc_q;
  logic [15:0]  need_q;     // beats announced
  logic [15:0]  index_q;    // beats come
  logic         partial_q;  // a beat that was not the last one was not full
  logic [15:0]  base_q;     // ring address of the packet coming in
  verdict_e     verdict_q;
  ingest_t      rec_q;
  logic         rec_valid_q;
  ip_info_t     ip;
  logic         ip_done;

  wire [15:0] length     = desc_q[LEN_LSB+:16];
  wire [15:0] announced  = desc_i[LEN_LSB+:16];
  wire        desc_fire  = desc_valid_i && desc_ready_o;
  wire        data_fire  = data_valid_i && data_ready_o;
  wire        wanted     = index_q < need_q;
  wire        store      = state_q == DATA && data_valid_i && wanted;
  wire [15:0] held       = rec_valid_q ? rec_q.beats : 16'd0;
  // Full beats before this one, then this one.
  wire [16:0] octets     = {1'b0, index_q[11:0], 4'd0} + {12'd0, data_bytes_i};
  wire        fits       = wanted ? octets == {1'b0, length} && index_q + 16'd1 == need_q
                                  : index_q == need_q && data_bytes_i == 5'd0 && length[3:0] == 4'd0;
  wire        ip_bad     = !ip.ok || (EXACT && ip.total_len != length);

  assign desc_ready_o = state_q == DESC && enable_i;
  assign data_ready_o = state_q == DATA || state_q == SWALLOW;
  assign rec_valid_o  = rec_valid_q;
  assign rec_o        = rec_q;
  assign busy_o       = state_q != DESC || rec_valid_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q     <= DESC;
      desc_q      <= '0;
      need_q      <= '0;
      index_q     <= '0;
      partial_q   <= 1'b0;
      base_q      <= '0;
      verdict_q   <= VERDICT_OK;
      rec_q       <= '0;
      rec_valid_q <= 1'b0;
    end else begin
      if (rec_valid_q && rec_ready_i) rec_valid_q <= 1'b0;
      unique case (state_q)
        DESC: if (desc_fire) begin
          desc_q    <= desc_i;
          need_q    <= {4'd0, announced[15:4]} + {15'd0, announced[3:0] != '0};
          index_q   <= '0;
          partial_q <= 1'b0;
          verdict_q <= VERDICT_OK;
          state_q   <= ROOM;
          if (announced == '0) begin
            verdict_q <= VERDICT_LENGTH_MISMATCH;
            state_q   <= GIVE;
          end else if (announced > 16'(MAX_PACKET)) begin
            verdict_q <= VERDICT_TOO_LONG;
            state_q   <= SWALLOW;
          end
        end
        ROOM: if (held + need_q <= 16'(DEPTH)) state_q <= DATA;
        DATA, SWALLOW: if (data_fire) begin
          // One past the announced number stands for "too many", however many come.
          if (index_q <= need_q) index_q <= index_q + 16'd1;
          if (!data_last_i && data_bytes_i != 5'd16) partial_q <= 1'b1;
          if (data_last_i) begin
            state_q <= GIVE;
            if (!fits || partial_q) verdict_q <= VERDICT_LENGTH_MISMATCH;
          end
        end
        default: if (!rec_valid_q && (verdict_q != VERDICT_OK || ip_done)) begin  // GIVE
          state_q       <= DESC;
          rec_valid_q   <= 1'b1;
          rec_q.desc    <= desc_q;
          rec_q.verdict <= (verdict_q == VERDICT_OK && ip_bad) ? VERDICT_MALFORMED : verdict_q;
          rec_q.addr    <= base_q;
          rec_q.beats   <= verdict_q == VERDICT_OK ? need_q : 16'd0;
          rec_q.ip      <= ip;
          if (verdict_q == VERDICT_OK) base_q <= (base_q + need_q) & 16'(DEPTH - 1);
        end
      endcase
    end
  end

  ip_parse u_parse (
      .clk_i,
      .rst_ni,
      .start_i     (desc_fire),
      .beat_valid_i(store),
      .beat_i      (data_i),
      .bytes_i     (data_bytes_i),
      .last_i      (data_last_i || index_q + 16'd1 == need_q),
      .info_o      (ip),
      .done_o      (ip_done)
  );

  wire [15:0] wr_addr = base_q + index_q;

  ram_1r1w #(
      .WIDTH(128),
      .DEPTH(DEPTH)
  ) u_ring (
      .clk_i,
      .wr_en_i  (store),
      .wr_addr_i(wr_addr[AW-1:0]),
      .wr_data_i(data_i),
      .rd_en_i,
      .rd_addr_i(rd_addr_i[AW-1:0]),
      .rd_data_o
  );

  wire unused = &{1'b0, wr_addr[15:AW], rd_addr_i[15:AW], index_q[15:12]};

`ifndef SYNTHESIS
  initial begin
    assert (DEPTH == 2 ** AW && DEPTH <= 4096);
    assert (MAX_PACKET <= 16 * DEPTH && MAX_PACKET <= 60000);
  end
`endif
endmodule
