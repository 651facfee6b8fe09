// Reads packets out of the ring of lane_ingest, a beat a clock, job after job without a clock between them.
//
// A job is a packet of the ring. Out of it come, one beat each:
//   1. head beats: its first ceil(head / 16) ring beats as they are (out_head_o = 1); head = 0: none;
//   2. window beats: octets offset + 16 k and on, as far as `octets` (from the packet's start), that is
//      ceil((octets - offset) / 16) beats; octets <= offset: none.
//
//   ring beat   |0 1 2 3|4 5 6 7|8 9 A B|C D . .|    words of 4 octets; head = 20, offset = 20, octets = 56
//   head beats  |0 1 2 3|4 5 6 7|
//   window              |5 6 7 8|9 A B C|D . . .|
//
// Octets behind `octets` in the last beat are what the ring holds there, or zero. Ring beats between the head and the offset, and
// behind `octets`, are not read.
// Clocks of a job, when its beats are taken as they come: one for each ring beat it needs, one more for a beat that is head and
// window as in the drawing; at least one.
// A job with `drop` delivers nothing; it gives the packet's beats back and takes one clock. Every record of lane_ingest with
// beats needs its job, dropped or not, in the order of the records; one without (beats = 0) may have one.
//
//   clock       0   1   2   3   4   5   6   7   8   9   10
//   job taken   J0              J1                           J0, J1: 4 beats, offset 0
//   rd_en           0   1   2   3   0   1   2   3
//   release             1   1   1   1   1   1   1   1
//   out                     0   1   2   3   0   1   2   3
//
// When out_ready_i is low everything waits, with two beats read ahead, of the next job if there is one.
// release_o gives beats back to lane_ingest once they have been read, the skipped ones with the last one of their packet.
// out_ready_i reaches rd_en_o and job_ready_o through gates: let it, and the fields of the job, come from few levels of them.
module lane_reader (
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         job_valid_i,
    output logic         job_ready_o,
    input  logic         job_drop_i,    // nothing is wanted of this packet; head, offset and octets are not looked at
    input  logic [15:0]  job_addr_i,    // record: addr
    input  logic [15:0]  job_beats_i,   // record: beats
    input  logic [15:0]  job_head_i,    // octets; ceil(head / 16) is at most offset / 16 + 1 if there is a window
    input  logic [15:0]  job_offset_i,  // octets, a multiple of 4
    input  logic [15:0]  job_octets_i,  // where the window ends, counted from the packet's start
    output logic         out_valid_o,
    input  logic         out_ready_i,
    output logic [127:0] out_data_o,
    output logic         out_head_o,    // a head beat, else a window beat
    output logic         out_first_o,   // first beat that the job delivers (head or window)
    output logic         out_last_o,    // last one
    output logic         rd_en_o,
    output logic [15:0]  rd_addr_o,
    input  logic [127:0] rd_data_i,
    output logic [15:0]  release_o,     // to lane_ingest
    output logic         busy_o         // a job is on its way
);
  // ------------------------------------------------------------------ the job
  wire [11:0] offset_beat = job_offset_i[15:4];
  wire [11:0] head_beats  = job_head_i[15:4] + {11'd0, job_head_i[3:0] != '0};
  wire [15:0] octets_end  = job_octets_i - 16'd1;
  wire        window      = job_octets_i > job_offset_i;
  wire        head        = job_head_i != '0;
  wire        shared      = window && head_beats > offset_beat;

  logic        job_q, drop_q;
  logic        first_q;        // nothing of it has been read
  logic        head_q;         // the next beat is a head beat
  logic        shared_q;       // the last head beat is the first window beat as well
  logic        tail_q;         // the last beat has no octets but those that fill the window beat before
  logic [1:0]  shift_q;        // words of a ring beat before those of the window
  logic [11:0] next_q;         // beat of the packet to read next
  logic [11:0] head_last_q;    // last head beat
  logic [11:0] offset_beat_q;
  logic [11:0] last_q;         // last beat to read
  logic [15:0] addr_q;
  logic [15:0] kept_q;         // beats of the packet not given back

  logic read, room;
  wire  read_head_last = head_q && next_q == head_last_q;
  wire  read_last      = next_q == last_q;
  wire  job_end        = job_q && (drop_q || (read && read_last));

  assign read        = job_q && !drop_q && room;
  assign job_ready_o = !job_q || job_end;
  wire  job_fire     = job_valid_i && job_ready_o;

  assign rd_en_o   = read;
  assign rd_addr_o = addr_q + {4'd0, next_q};

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      job_q <= 1'b0;
    end else begin
      job_q <= job_fire || (job_q && !job_end);
    end
    if (read) begin
      first_q <= 1'b0;
      kept_q  <= kept_q - 16'd1;
      head_q  <= head_q && !read_head_last;
      next_q  <= read_head_last && !shared_q ? offset_beat_q : next_q + 12'd1;
    end
    if (job_fire) begin
      drop_q        <= job_drop_i || (!window && !head);
      first_q       <= 1'b1;
      head_q        <= head;
      shared_q      <= shared;
      tail_q        <= window && octets_end[3:2] < job_offset_i[3:2];
      shift_q       <= job_offset_i[3:2];
      next_q        <= head ? 12'd0 : offset_beat;
      head_last_q   <= head_beats - 12'd1;
      offset_beat_q <= offset_beat;
      last_q        <= window ? octets_end[15:4] : head_beats - 12'd1;
      addr_q        <= job_addr_i;
      kept_q        <= job_beats_i;
    end
  end

  // Once it is read, a beat stands at the memory's output whatever is written in its place.
  logic [15:0] release_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) release_q <= '0;
    else release_q <= job_end ? kept_q : {15'd0, read};
  end
  assign release_o = release_q;

  // ------------------------------------------------------------------ beat at the memory's output, and the one before it
  //   ring -> [rd_data_i: r_*] -> [p_data_q: p_*] -> out
  typedef struct packed {
    logic       first;   // of the job
    logic       head;
    logic       shared;  // head beat, and then window beat
    logic       last;    // of the job
    logic       open;    // as a window beat it wants words of the next one
    logic [1:0] shift;
  } tag_t;

  logic         r_valid_q, p_valid_q;
  logic         r_tail_q;  // only fills the window beat before
  tag_t         r_q, p_q;
  logic [127:0] p_data_q;

  wire need_next = !p_q.head && p_q.open;
  wire out_fire  = out_valid_o && out_ready_i;
  wire p_free    = !p_valid_q || (out_fire && !p_q.shared);
  wire r_leaves  = r_valid_q && p_free;

  assign room = !r_valid_q || p_free;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      r_valid_q <= 1'b0;
      p_valid_q <= 1'b0;
    end else begin
      r_valid_q <= read || (r_valid_q && !p_free);
      p_valid_q <= (r_leaves && !r_tail_q) || (p_valid_q && !p_free);
    end
    if (read) begin
      r_tail_q <= read_last && tail_q;
      r_q <= '{
          first: first_q,
          head: head_q,
          shared: read_head_last && shared_q,
          last: read_last,
          open: shift_q != '0 && !read_last,
          shift: shift_q
      };
    end
    if (r_leaves) begin
      p_q      <= r_q;
      p_data_q <= rd_data_i;
    end else if (out_fire && p_q.shared) begin
      p_q.first  <= 1'b0;
      p_q.head   <= 1'b0;
      p_q.shared <= 1'b0;
    end
  end

  // The last beat may wait while the next job's first one is read: what stands behind it must not change.
  wire [95:0] next_data = need_next ? rd_data_i[127:32] : '0;

  always_comb begin
    unique case (p_q.head ? 2'd0 : p_q.shift)
      2'd0: out_data_o = p_data_q;
      2'd1: out_data_o = {p_data_q[95:0], next_data[95:64]};
      2'd2: out_data_o = {p_data_q[63:0], next_data[95:32]};
      default: out_data_o = {p_data_q[31:0], next_data};
    endcase
  end

  // A job is read without a pause but for a full r, so the next beat is there when it is needed.
  assign out_valid_o = p_valid_q;
  assign out_head_o  = p_q.head;
  assign out_first_o = p_q.first;
  assign out_last_o  = (p_q.last && !p_q.shared) || (need_next && r_tail_q);
  assign busy_o      = job_q || r_valid_q || p_valid_q || release_q != '0;

  wire unused = &{1'b0, octets_end[1:0], job_offset_i[1:0]};

`ifndef SYNTHESIS
  wire [15:0] read_end = job_octets_i > job_offset_i ? job_octets_i : job_head_i;
  // The job asks for nothing behind its packet, and its head does not reach past the beat of its window's first octet.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      if (job_valid_i && !job_drop_i)
        a_job_within: assert (read_end <= {job_beats_i[11:0], 4'd0} && job_head_i <= {job_beats_i[11:0], 4'd0});
      if (job_valid_i && !job_drop_i && window) a_job_head: assert (head_beats <= offset_beat + 12'd1);
      if (job_valid_i && !job_drop_i) a_job_offset: assert (job_offset_i[1:0] == '0);
      if (p_valid_q && p_q.open) a_next: assert (r_valid_q);
      // The beat that only fills another one never stands alone.
      if (r_valid_q && r_tail_q) a_tail: assert (p_valid_q && p_q.open);
    end
  end
  stream_check #(.WIDTH(131)) u_check (
      .clk_i, .rst_ni, .valid_i(out_valid_o), .ready_i(out_ready_i), .data_i({out_data_o, out_head_o, out_first_o, out_last_o}));
  stream_check #(.WIDTH(81)) u_check_job (
      .clk_i, .rst_ni, .valid_i(job_valid_i), .ready_i(job_ready_o),
      .data_i({job_drop_i, job_addr_i, job_beats_i, job_head_i, job_offset_i, job_octets_i}));
`endif
endmodule
