// Takes packets in, one after the other without a clock between them: pkt_ingest for the full profile.
//
//   desc ---> [RAM of 8] --------------------------------.
//        `--> [lengths, 2] --> data ---> ring -----------)--> read port
//                                |-----> lane_parse --> [records, 4] --> record
//
//   clock    0   1   2   3   4   5   6   7   8   9   10  11
//   desc     A   B   C                                        taken ahead, up to two of packets whose turn has not come
//   data             A0  A1  A2  A3  B0  B1  B2  C0  C1  C2   a beat a clock, b clocks for b beats
//   record                                   A           B    three clocks after the last beat; five can wait
//
// Verdicts of a record, in this order:
//   length_mismatch  announced 0 (then no data packet follows), or more or fewer octets came, or a beat inside was not full
//   too_long         announced more than MAX_PACKET; swallowed, but counted all the same
//   malformed        lane_parse did not find a whole packet, or (EXACT) its total length is not the announced one
// For the first two nothing is kept (beats = 0). A malformed packet stays readable.
//
// The beats of a record stay in the ring when it is popped; release_i gives them back, oldest first. A beat waits while the ring
// is full. (It does not wait for room for its whole packet: the packets before it need nothing of this one to go away, and with
// two packets of more than half a ring the one would otherwise come in only after the other has gone.)
module lane_ingest
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
    input  logic         rec_ready_i,   // pops the record alone
    output ingest_t      rec_o,
    input  logic [15:0]  release_i,     // beats given back in this clock, oldest first, of popped and unpopped records alike
    input  logic         rd_en_i,
    input  logic [15:0]  rd_addr_i,     // beat address, modulo DEPTH; only beats that have not been given back
    output logic [127:0] rd_data_o,     // the clock after rd_en_i, held until the next one
    output logic         busy_o         // descriptors without a record, records not popped, or beats not given back
);
  localparam int AW = $clog2(DEPTH);
  localparam int Slots = 4;        // records in the queue, the packet that comes in included
  localparam int DescWidth = 3;    // two packets ahead and the records: less than 8 descriptors

  // What a record is made of, but for its descriptor, in two memories of LUT RAM.
  typedef struct packed {
    verdict_e      verdict;
    logic [AW-1:0] addr;
    logic [AW:0]   beats;
    ip_info_t      ip;
  } entry_t;
  localparam int HalfWidth = ($bits(entry_t) + 1) / 2;

  function automatic logic [12:0] beats_of(input logic [15:0] octets);
    return {1'b0, octets[15:4]} + {12'd0, octets[3:0] != '0};
  endfunction

  // ------------------------------------------------------------------ descriptors taken ahead
  logic [1:0]         ahead_q;       // how many
  logic [15:0]        next_q, next2_q;
  logic [DescWidth:0] desc_wr_q;     // descriptors taken
  logic [15:0]        announced;
  logic               load;

  assign announced    = desc_i[LEN_LSB+:16];
  assign desc_ready_o = enable_i && !ahead_q[1];
  wire   desc_fire    = desc_valid_i && desc_ready_o;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      ahead_q   <= '0;
      desc_wr_q <= '0;
    end else begin
      ahead_q <= ahead_q + {1'b0, desc_fire} - {1'b0, load};
      if (desc_fire) desc_wr_q <= desc_wr_q + 1'b1;
    end
    if (load) next_q <= next2_q;
    if (desc_fire) begin
      next2_q <= announced;
      if (ahead_q == {1'b0, load}) next_q <= announced;
    end
  end

  // ------------------------------------------------------------------ the packet that comes in
  logic        active_q;
  logic        first_q;              // none of its beats has come
  logic        zero_q, long_q;       // announced 0, or more than MAX_PACKET
  logic        partial_q;            // a beat that was not the last one was not full
  logic        over_q;               // a beat that was not the last one came behind the announced ones
  logic [15:0] length_q;
  logic [12:0] left_q;               // announced beats that have not come
  logic        wanted_q, final_q;    // there are some; there is one
  logic [2:0]  slots_q;              // free ones
  logic [AW:0] wr_q, base_q, rel_q;  // next beat to write, first beat of the packet, first beat not given back
  logic        full_q;               // seen a clock late where beats are given back
  logic        fetch;

  wire [15:0] kept      = 16'((AW + 1)'(base_q - rel_q));
  assign data_ready_o   = active_q && !zero_q && (long_q || !wanted_q || !full_q);
  wire        data_fire = data_valid_i && data_ready_o;
  wire        store     = data_fire && wanted_q && !long_q;
  wire        finish    = active_q && (zero_q || (data_fire && data_last_i));
  wire [4:0]  tail      = {length_q[3:0] == '0, length_q[3:0]};  // octets of the last announced beat
  wire        fits      = !zero_q && !partial_q && (final_q ? data_bytes_i == tail
                          : !wanted_q && !over_q && data_bytes_i == '0 && tail[4]);
  wire        keep      = fits && !long_q;
  // Whether a beat comes is known late: both cases are made ready.
  wire [AW:0] wr_after  = wr_q + 1'b1;
  wire [AW:0] wr_next   = store ? wr_after : wr_q;
  wire [AW:0] end_of    = rel_q ^ {1'b1, AW'(0)};  // where the ring is full

  assign load = (!active_q || finish) && ahead_q != '0 && slots_q != '0;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      active_q <= 1'b0;
      slots_q  <= 3'(Slots);
      wr_q     <= '0;
      base_q   <= '0;
      rel_q    <= '0;
      full_q   <= 1'b0;
    end else begin
      full_q   <= store ? wr_after == end_of : wr_q == end_of;
      active_q <= load || (active_q && !finish);
      slots_q  <= slots_q + {2'd0, fetch} - {2'd0, load};
      rel_q    <= rel_q + (AW + 1)'(release_i);
      wr_q     <= finish && !keep ? base_q : wr_next;
      if (finish && keep) base_q <= wr_next;
    end
    if (data_fire) begin
      first_q <= 1'b0;
      if (wanted_q) begin
        left_q   <= left_q - 13'd1;
        wanted_q <= !final_q;
        final_q  <= left_q == 13'd2;
      end
      if (!data_last_i) begin
        if (data_bytes_i != 5'd16) partial_q <= 1'b1;
        if (!wanted_q) over_q <= 1'b1;
      end
    end
    if (load) begin
      first_q   <= 1'b1;
      zero_q    <= next_q == '0;
      long_q    <= next_q > 16'(MAX_PACKET);
      partial_q <= 1'b0;
      over_q    <= 1'b0;
      length_q  <= next_q;
      left_q    <= beats_of(next_q);
      wanted_q  <= next_q != '0;
      final_q   <= next_q <= 16'd16;
    end
  end

  // ------------------------------------------------------------------ the packet that has come in: a clock for its record
  logic          ended_q;
  verdict_e      verdict_q;
  logic [15:0]   ended_length_q;
  logic [AW-1:0] ended_base_q;
  ip_info_t      ip;
  entry_t        entry;

  always_ff @(posedge clk_i) begin
    ended_q <= rst_ni && finish;
    if (finish) begin
      verdict_q      <= !fits ? VERDICT_LENGTH_MISMATCH : long_q ? VERDICT_TOO_LONG : VERDICT_OK;
      ended_length_q <= length_q;
      ended_base_q   <= base_q[AW-1:0];
    end
  end

  logic [31:0] unused_ports;  // the record has them

  lane_parse u_parse (
      .clk_i,
      .beat_valid_i(store),
      .first_i     (first_q),
      .beat_i      (data_i),
      .end_i       (ended_q),
      .octets_i    (ended_length_q),
      .info_o      (ip),
      .ports_o     (unused_ports)
  );

  always_comb begin
    logic ip_bad;
    ip_bad = !ip.ok || (EXACT && ip.total_len != ended_length_q);
    entry  = 'x;
    if (ended_q) begin
      entry.verdict = verdict_q == VERDICT_OK && ip_bad ? VERDICT_MALFORMED : verdict_q;
      entry.addr    = ended_base_q;
      entry.beats   = verdict_q == VERDICT_OK ? (AW + 1)'(beats_of(ended_length_q)) : '0;
      entry.ip      = ip;
    end
  end

  // ------------------------------------------------------------------ records
  logic [DescWidth:0] rec_wr_q, rec_rd_q;
  logic               rec_valid_q;
  logic [127:0]       rec_desc;
  entry_t             rec_entry;

  assign fetch = rec_wr_q != rec_rd_q && (!rec_valid_q || rec_ready_i);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      rec_wr_q    <= '0;
      rec_rd_q    <= '0;
      rec_valid_q <= 1'b0;
    end else begin
      if (ended_q) rec_wr_q <= rec_wr_q + 1'b1;
      if (rec_ready_i) rec_valid_q <= 1'b0;
      if (fetch) begin
        rec_rd_q    <= rec_rd_q + 1'b1;
        rec_valid_q <= 1'b1;
      end
    end
  end

  // Descriptors and records are in the same order, so a descriptor stays where it is until its record leaves.
  ram_1r1w #(
      .WIDTH(128),
      .DEPTH(2 ** DescWidth)
  ) u_desc (
      .clk_i,
      .wr_en_i  (desc_fire),
      .wr_addr_i(desc_wr_q[DescWidth-1:0]),
      .wr_data_i(desc_i),
      .rd_en_i  (fetch),
      .rd_addr_i(rec_rd_q[DescWidth-1:0]),
      .rd_data_o(rec_desc)
  );

  logic [1:0][HalfWidth-1:0] entry_in, entry_out;
  assign entry_in  = (2 * HalfWidth)'(entry);
  assign rec_entry = $bits(entry_t)'(entry_out);

  for (genvar half = 0; half < 2; ++half) begin : gen_half
    ram_1r1w #(
        .WIDTH(HalfWidth),
        .DEPTH(Slots)
    ) u_entry (
        .clk_i,
        .wr_en_i  (ended_q),
        .wr_addr_i(rec_wr_q[1:0]),
        .wr_data_i(entry_in[half]),
        .rd_en_i  (fetch),
        .rd_addr_i(rec_rd_q[1:0]),
        .rd_data_o(entry_out[half])
    );
  end

  assign rec_valid_o = rec_valid_q;
  assign rec_o = '{
      desc: rec_desc,
      verdict: rec_entry.verdict,
      addr: 16'(rec_entry.addr),
      beats: 16'(rec_entry.beats),
      ip: rec_entry.ip
  };

  // ------------------------------------------------------------------ ring
  ram_1r1w #(
      .WIDTH(128),
      .DEPTH(DEPTH)
  ) u_ring (
      .clk_i,
      .wr_en_i  (store),
      .wr_addr_i(wr_q[AW-1:0]),
      .wr_data_i(data_i),
      .rd_en_i,
      .rd_addr_i(rd_addr_i[AW-1:0]),
      .rd_data_o
  );

  assign busy_o = ahead_q != '0 || active_q || ended_q || rec_wr_q != rec_rd_q || rec_valid_q || base_q != rel_q;

  wire unused = &{1'b0, rd_addr_i[15:AW], kept, entry_out};

`ifndef SYNTHESIS
  initial begin
    assert (DEPTH == 2 ** AW && DEPTH <= 4096);
    assert (MAX_PACKET <= 16 * DEPTH && MAX_PACKET <= 60000);
  end
  wire [AW-1:0] rd_place = rd_addr_i[AW-1:0] - rel_q[AW-1:0];
  // Only beats of packets that came in whole are given back or read.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      a_release: assert (release_i <= kept);
      if (rd_en_i) a_read: assert (16'(rd_place) < kept);
      a_room: assert (16'((AW + 1)'(wr_q - rel_q)) <= 16'(DEPTH));
    end
  end
  a_record: assert property (@(posedge clk_i) disable iff (!rst_ni) rec_valid_o && !rec_ready_i |=> rec_valid_o);
  // Every descriptor keeps its place until its record leaves.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      a_desc: assert (16'((DescWidth + 1)'(desc_wr_q - rec_rd_q)) <= 16'(2 ** DescWidth));
      // A record waits for its packet's end, and there is a place for it.
      if (ended_q) a_slot: assert ((DescWidth + 1)'(rec_wr_q - rec_rd_q) != (DescWidth + 1)'(Slots));
    end
  end
`endif
endmodule
