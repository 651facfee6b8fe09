// Reads an IPv4 or IPv6 packet as it streams by, a beat a clock at most, and says where its upper layer stands.
//
//   start_i   _|~|______________________________
//   beat      ______|B0|B1|..|Bn|_______________   any gaps; the last beat with last_i
//   done_o    ______________________|~~~~~~~~~~~   two clocks after the last beat, until start_i
//
// IPv6 extension headers 0, 43, 60 and the fragment header 44 are walked. The walk ends at a fragment header whose
// offset is not 0: what follows there is no header. Headers start on multiples of 8 octets, so a beat holds at most two
// of them; the upper layer of IPv4 starts on a multiple of 4.
// Packets up to 60,000 octets. Octets past the packet's own total length are allowed; ok only asks that it is all there.
module ip_parse
  import esp_pkg::*;
(
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         start_i,       // forget everything; the packet begins with the next beat
    input  logic         beat_valid_i,
    input  logic [127:0] beat_i,
    input  logic [4:0]   bytes_i,       // 16 but for the last beat
    input  logic         last_i,
    output ip_info_t     info_o,        // valid while done_o
    output logic         done_o
);
  // Where the walk along the header chain stands.
  typedef struct packed {
    logic        more;       // the header at `off` is an extension header that has not come by yet
    logic [15:0] off;
    logic [15:0] nh_offset;
    logic [7:0]  proto;      // what stands at `off`
    logic        frag;
    logic        nonfirst;
  } walk_t;

  function automatic logic is_extension(input logic [7:0] proto);
    return proto == 8'd0 || proto == 8'd43 || proto == 8'd44 || proto == 8'd60;
  endfunction

  // A half beat at packet offset `at` passes by; `head` is its first 29 bits, as far as any extension header matters.
  function automatic walk_t step(input walk_t w, input logic [28:0] head, input logic [15:0] at);
    walk_t n = w;
    if (w.more && w.off == at) begin
      n.proto     = head[28:21];
      n.nh_offset = at;
      if (w.proto == 8'd44) begin
        n.off      = at + 16'd8;
        n.frag     = 1'b1;
        n.nonfirst = head[12:0] != '0;
      end else begin
        n.off = at + {5'd0, head[20:13], 3'd0} + 16'd8;
      end
      n.more = is_extension(n.proto) && !n.nonfirst;
    end
    return n;
  endfunction

  // Most of the beat is no business of the walk.
  // verilator lint_off UNUSEDSIGNAL
  function automatic walk_t first_beat(input logic [127:0] beat);
    walk_t n;
    if (beat[127:124] == 4'd6) begin
      n.proto     = beat[79:72];
      n.off       = 16'd40;
      n.nh_offset = 16'd6;
      n.frag      = 1'b0;
      n.nonfirst  = 1'b0;
      n.more      = is_extension(n.proto);
    end else begin
      n.proto     = beat[55:48];
      n.off       = {10'd0, beat[123:120], 2'd0};
      n.nh_offset = 16'd9;
      n.frag      = beat[77:64] != '0;
      n.nonfirst  = beat[76:64] != '0;
      n.more      = 1'b0;
    end
    return n;
  endfunction
  // verilator lint_on UNUSEDSIGNAL

  walk_t       walk_q, walk_d;
  ip_info_t    info_q;
  logic [16:0] seen_q;      // octets so far
  logic [16:0] total_q;     // what the header says, may be too large for 16 bits
  logic        header_ok_q;
  logic        ended_q;
  logic        done_q;
  logic        l4_got_q;    // info_q.l4 is aligned; before that it holds the latest beat

  wire [11:0] beat_no = seen_q[15:4];
  wire        l4_in_stored = !walk_q.more && beat_no != '0 && walk_q.off[15:4] == beat_no - 12'd1;

  always_comb begin
    walk_d = walk_q;
    if (beat_valid_i) begin
      if (beat_no == '0) walk_d = first_beat(beat_i);
      else walk_d = step(step(walk_q, beat_i[127:99], {beat_no, 4'd0}), beat_i[63:35], {beat_no, 4'd8});
    end
  end

  // How many octets of the upper layer's first 16 there are.
  function automatic logic [4:0] l4_count(input logic [15:0] off, input logic [16:0] total);
    logic [16:0] left = total - {1'b0, off};
    if (total < {1'b0, off}) return 5'd0;
    return left > 17'd16 ? 5'd16 : left[4:0];
  endfunction

  // The 16 octets at `off` out of the stored beat and the one after it.
  function automatic logic [127:0] align(input logic [127:0] a, input logic [127:32] b, input logic [1:0] words);
    unique case (words)
      2'd0: return a;
      2'd1: return {a[95:0], b[127:96]};
      2'd2: return {a[63:0], b[127:64]};
      default: return {a[31:0], b[127:32]};
    endcase
  endfunction

  always_ff @(posedge clk_i) begin
    if (!rst_ni || start_i) begin
      walk_q      <= '0;
      info_q      <= '0;
      seen_q      <= '0;
      total_q     <= '0;
      header_ok_q <= 1'b0;
      ended_q     <= 1'b0;
      done_q      <= 1'b0;
      l4_got_q    <= 1'b0;
    end else if (beat_valid_i && !ended_q) begin
      walk_q  <= walk_d;
      seen_q  <= seen_q + {12'd0, bytes_i};
      ended_q <= last_i;
      if (beat_no == 12'd0) begin
        info_q.v6 <= beat_i[127:124] == 4'd6;
        if (beat_i[127:124] == 4'd6) begin
          header_ok_q             <= 1'b1;
          total_q                 <= {1'b0, beat_i[95:80]} + 17'd40;
          info_q.tos              <= beat_i[123:116];
          info_q.ttl              <= beat_i[71:64];
          info_q.src[127:64]      <= beat_i[63:0];
        end else begin
          header_ok_q             <= beat_i[127:124] == 4'd4 && beat_i[123:120] >= 4'd5;
          total_q                 <= {1'b0, beat_i[111:96]};
          info_q.tos              <= beat_i[119:112];
          info_q.ttl              <= beat_i[63:56];
          info_q.df               <= beat_i[78];
          info_q.src[127:96]      <= beat_i[31:0];
        end
      end
      if (beat_no == 12'd1) begin
        if (info_q.v6) begin
          info_q.src[63:0]   <= beat_i[127:64];
          info_q.dst[127:64] <= beat_i[63:0];
        end else begin
          info_q.dst[127:96] <= beat_i[127:96];
        end
      end
      if (beat_no == 12'd2 && info_q.v6) info_q.dst[63:0] <= beat_i[127:64];
      if (!l4_got_q) begin
        info_q.l4 <= l4_in_stored ? keep_first(align(info_q.l4, beat_i[127:32], walk_q.off[3:2]), l4_count(walk_q.off, total_q))
                                  : beat_i;
        l4_got_q  <= l4_in_stored;
      end
    end else if (ended_q && !done_q) begin
      done_q           <= 1'b1;
      info_q.ok        <= header_ok_q && !walk_q.more && {1'b0, walk_q.off} <= total_q && total_q <= seen_q;
      info_q.total_len <= total_q[16] ? 16'hFFFF : total_q[15:0];
      info_q.hdr_len   <= walk_q.off;
      info_q.nh_offset <= walk_q.nh_offset;
      info_q.proto     <= walk_q.proto;
      info_q.frag      <= walk_q.frag;
      info_q.nonfirst  <= walk_q.nonfirst;
      info_q.l4_bytes  <= l4_count(walk_q.off, total_q);
      // The upper layer began in the last beat: nothing follows.
      if (!l4_got_q) info_q.l4 <= keep_first(align(info_q.l4, 96'd0, walk_q.off[3:2]), l4_count(walk_q.off, total_q));
    end
  end

  assign info_o = info_q;
  assign done_o = done_q;
endmodule
