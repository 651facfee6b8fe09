// Gives out statuses and plain packets; blocks of the store become beats, a beat a clock, packet after packet.
//
//   [decided, 256] -> steps -> store (read) -> merged, patched -> output register
//
// Tunnel mode: the blocks are the beats. Transport mode: the packet's own header, `H` blocks, then plaintext behind it, which
// closes up to the header's last word:
//
//   blocks   |H H H H|H . . .|P P P P|P P . .|     words of 4 octets
//   steps    |through|hold   |merge  |merge  |merge
//   beats    |H H H H|       |H P P P|P P P .|     one more merge, without a block, if the last words had no room
//
// The header is patched as it goes by; what comes into it is known. Blocks of padding, and those of packets that stay in, are
// skipped by moving the read pointer: such a packet takes one step, which carries its status.
// The status of a packet is offered with its first beat, once status and last beat of the one before are taken.
module lane_in_emit
  import sallyport_abi_pkg::*;
  import esp_pkg::*;
  import lane_in_pkg::*;
#(
    parameter int DEPTH = 1024  // blocks in the store
) (
    input  logic                     clk_i,
    input  logic                     rst_ni,
    input  logic                     emit_push_i,
    output logic                     emit_room_o,
    input  emit_t                    emit_i,
    // Block store
    output logic                     rd_en_o,
    output logic [$clog2(DEPTH)-1:0] rd_addr_o,
    input  logic [127:0]             rd_data_i,
    output logic [$clog2(DEPTH):0]   read_o,      // blocks read or skipped so far, modulo 2 DEPTH
    // Output
    output logic                     st_valid_o,
    input  logic                     st_ready_i,
    output status_desc_t             st_o,
    output logic                     out_valid_o,
    input  logic                     out_ready_i,
    output logic [127:0]             out_data_o,
    output logic [4:0]               out_bytes_o,
    output logic                     out_last_o,
    output logic                     left_o       // the last of a packet has been given to the output registers
);
  localparam int AW = $clog2(DEPTH);

  // ------------------------------------------------------------------ packet whose steps are on
  emit_t front, run_q;
  logic  front_valid, take;

  lane_fifo #(
      .WIDTH($bits(emit_t)),
      .DEPTH(256),
      .BLOCK(1'b1)
  ) u_decided (
      .clk_i,
      .rst_ni,
      .push_i (emit_push_i),
      .data_i (emit_i),
      .room_o (emit_room_o),
      .valid_o(front_valid),
      .pop_i  (take),
      .data_o (front)
  );

  // Counts of what is to come, each with what the steps ask of it.
  logic          run_valid_q;
  logic [AW:0]   base_q;                        // first block of the packet
  logic [AW:0]   next_q;                        // block to be read next
  logic [11:0]   beat_q, beats_left_q;          // beat of the step
  logic [11:0]   head_left_q, plain_left_q;     // header blocks, blocks of payload
  logic          beat_last_q;                   // 1 beat
  logic          head_none_q, head_last_q, plain_none_q;
  logic          shifted_q;                     // the plaintext does not begin a beat
  logic [15:0]   len_field_q;                   // as it stands in the header

  logic          advance, ending;
  wire           tell  = !run_q.ok;
  wire           hold  = shifted_q && head_last_q;
  wire           merge = shifted_q && head_none_q;
  wire           reads = !tell && !(merge && plain_none_q);

  assign ending    = run_valid_q && advance && (tell || (beat_last_q && !hold));
  assign take      = front_valid && (!run_valid_q || ending);
  assign rd_en_o   = run_valid_q && advance && reads;
  assign rd_addr_o = next_q[AW-1:0];
  assign read_o    = next_q;

  wire [15:0] length     = front.status.length;
  wire [15:0] payload    = length - front.hdr_len;
  wire [15:0] last_octet = length - 16'd1;

  function automatic logic [11:0] beats_of(input logic [15:0] octets);
    return octets[15:4] + {11'd0, octets[3:0] != '0};
  endfunction

  // What becomes of the block that is read.
  typedef struct packed {
    logic tell;   // nothing was read; status alone
    logic hold;   // it waits for the plaintext
    logic merge;  // it goes behind what waits
    logic first;  // beat of the packet, or its status alone
    logic last;
    logic next_header;  // the beat holds the octet that names the upper layer
  } step_t;

  step_t       step_q;
  logic        step_valid_q;
  emit_t       job_q;         // packet of the step
  logic [15:0] job_len_field_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      run_valid_q     <= 1'b0;
      run_q           <= '0;
      base_q          <= '0;
      next_q          <= '0;
      beat_q          <= '0;
      beats_left_q    <= '0;
      head_left_q     <= '0;
      plain_left_q    <= '0;
      beat_last_q     <= 1'b0;
      head_none_q     <= 1'b0;
      head_last_q     <= 1'b0;
      plain_none_q    <= 1'b0;
      shifted_q       <= 1'b0;
      len_field_q     <= '0;
      step_valid_q    <= 1'b0;
      step_q          <= '0;
      job_q           <= '0;
      job_len_field_q <= '0;
    end else begin
      if (advance) begin
        step_valid_q <= run_valid_q;
        if (run_valid_q) begin
          step_q.tell        <= tell;
          step_q.hold        <= hold && !tell;
          step_q.merge       <= merge;
          step_q.first       <= beat_q == '0;
          step_q.last        <= beat_last_q;
          step_q.next_header <= !run_q.tunnel && beat_q == run_q.nh_offset[15:4];
          // A header has two blocks at least: `hold` is never a packet's first step.
          if (beat_q == '0) begin
            job_q           <= run_q;
            job_len_field_q <= len_field_q;
          end
          if (reads) next_q <= next_q + 1'b1;
          if (!hold) begin
            beat_q       <= beat_q + 12'd1;
            beats_left_q <= beats_left_q - 12'd1;
            beat_last_q  <= beats_left_q == 12'd2;
          end
          if (!head_none_q) begin
            head_left_q <= head_left_q - 12'd1;
            head_last_q <= head_left_q == 12'd2;
            head_none_q <= head_last_q;
          end else if (!plain_none_q) begin
            plain_left_q <= plain_left_q - 12'd1;
            plain_none_q <= plain_left_q == 12'd1;
          end
        end
      end
      if (ending) begin
        run_valid_q <= 1'b0;
        base_q      <= base_q + (AW + 1)'(run_q.blocks);
        next_q      <= base_q + (AW + 1)'(run_q.blocks);
      end
      if (take) begin
        run_valid_q  <= 1'b1;
        run_q        <= front;
        beat_q       <= '0;
        // No packet has fewer than two beats, no header fewer than two blocks.
        beats_left_q <= last_octet[15:4] + 12'd1;
        beat_last_q  <= 1'b0;
        head_left_q  <= beats_of(front.hdr_len);
        head_last_q  <= 1'b0;
        head_none_q  <= front.tunnel;
        plain_left_q <= beats_of(payload);
        plain_none_q <= front.hdr_len == length;
        shifted_q    <= !front.tunnel && front.hdr_len[3:2] != '0;
        len_field_q  <= front.v6 ? length - 16'd40 : length;
      end
    end
  end

  // ------------------------------------------------------------------ merged and patched
  logic [95:0]  carry_q;   // words in front of the next block, from the top
  logic [127:0] merged, patched;
  wire  [1:0]   words = job_q.hdr_len[3:2];

  always_comb begin
    merged = rd_data_i;
    if (step_q.merge) begin
      unique case (words)
        2'd1: merged = {carry_q[95:64], rd_data_i[127:32]};
        2'd2: merged = {carry_q[95:32], rd_data_i[127:64]};
        default: merged = {carry_q, rd_data_i[127:96]};
      endcase
    end
  end

  always_comb begin
    patched = merged;
    if (step_q.first && job_q.v6) begin
      patched[117:116] = job_q.ecn;
      patched[71:64]   = job_q.ttl;
      if (!job_q.tunnel) patched[95:80] = job_len_field_q;
    end else if (step_q.first) begin
      patched[113:112] = job_q.ecn;
      patched[63:56]   = job_q.ttl;
      patched[47:32]   = job_q.checksum;
      if (!job_q.tunnel) patched[111:96] = job_len_field_q;
    end
    if (step_q.next_header) begin
      // Octet 6 or 9 of a base header, the first octet of an extension header.
      unique case (job_q.nh_offset[3:0])
        4'd6: patched[79:72] = job_q.status.next_header;
        4'd9: patched[55:48] = job_q.status.next_header;
        4'd8: patched[63:56] = job_q.status.next_header;
        default: patched[127:120] = job_q.status.next_header;
      endcase
    end
  end

  // ------------------------------------------------------------------ output registers
  logic         st_valid_q, out_valid_q, last_q, left_q, move;
  status_desc_t st_q;
  logic [127:0] data_q;
  logic [4:0]   bytes_q;

  wire st_free  = !st_valid_q || st_ready_i;
  wire out_free = !out_valid_q || out_ready_i;
  wire beat     = !step_q.tell && !step_q.hold;

  // The first beat, or the status alone, waits until status and data of the packet before are gone.
  assign move    = step_valid_q && (step_q.hold || (out_free && (!step_q.first || st_free)));
  assign advance = !step_valid_q || move;

  wire [4:0] bytes = step_q.last && job_q.status.length[3:0] != '0 ? {1'b0, job_q.status.length[3:0]} : 5'd16;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      carry_q     <= '0;
      st_valid_q  <= 1'b0;
      st_q        <= '0;
      out_valid_q <= 1'b0;
      data_q      <= '0;
      bytes_q     <= '0;
      last_q      <= 1'b0;
      left_q      <= 1'b0;
    end else begin
      left_q <= move && (step_q.tell || (beat && step_q.last));
      if (st_ready_i) st_valid_q <= 1'b0;
      if (out_ready_i) out_valid_q <= 1'b0;
      if (move) begin
        if (step_q.hold) carry_q <= rd_data_i[127:32];
        else if (step_q.merge) begin
          unique case (words)
            2'd1: carry_q <= {rd_data_i[31:0], 64'd0};
            2'd2: carry_q <= {rd_data_i[63:0], 32'd0};
            default: carry_q <= rd_data_i[95:0];
          endcase
        end
        if (step_q.first) begin
          st_valid_q <= 1'b1;
          st_q       <= job_q.status;
        end
        if (beat) begin
          out_valid_q <= 1'b1;
          data_q      <= step_q.last ? keep_first(patched, bytes) : patched;
          bytes_q     <= bytes;
          last_q      <= step_q.last;
        end
      end
    end
  end

  assign st_valid_o  = st_valid_q;
  assign st_o        = st_q;
  assign out_valid_o = out_valid_q;
  assign out_data_o  = data_q;
  assign out_bytes_o = bytes_q;
  assign out_last_o  = last_q;
  assign left_o      = left_q;

  wire unused = &{1'b0, job_q, last_octet[3:0]};

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      // G4: blocks are read of packets with verdict ok alone, and no further than the packet goes.
      if (rd_en_o)
        a_g4_read: assert (run_q.ok && run_q.status.verdict == VERDICT_OK && next_q - base_q < (AW + 1)'(run_q.blocks));
      // What is at the output is of the packet whose status was offered last.
      if (out_valid_o) a_g4_out: assert (st_q.verdict == VERDICT_OK);
      if (take && front.ok) a_beats: assert (length > 16'd16 && (front.tunnel || front.hdr_len > 16'd16));
      if (run_valid_q && !tell && hold) a_hold: assert (beat_q != '0);
    end
  end
`endif
endmodule
