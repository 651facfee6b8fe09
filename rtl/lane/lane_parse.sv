// ip_parse for packets that follow each other without a gap: the same findings, no clock between packets.
//
//   beat    |A0|A1|A2|A3|B0|B1|C0|___     any gaps; first_i with the first beat of a packet
//   end_i   ____________|~~|__|~~|~~|     in the clock after a packet's last beat
//   info_o              |A |  |B |C |
//
// Beats are only gathered while they go by; what takes longer (lengths, the upper layer's octets in their place) is worked out
// behind the registers. See ip_parse for what is read and how.
module lane_parse
  import esp_pkg::*;
(
    input  logic         clk_i,
    input  logic         beat_valid_i,
    input  logic         first_i,
    input  logic [127:0] beat_i,
    input  logic         end_i,         // info_o is looked at
    input  logic [15:0]  octets_i,      // with end_i: octets of the packet
    output ip_info_t     info_o,        // with ok = 0 nothing else means anything
    output logic [31:0]  ports_o        // the first 4 octets of info_o.l4, whatever l4_bytes says: sooner there
);
  // Where the walk along the header chain stands.
  typedef struct packed {
    logic        more;       // the header at `off` is an extension header that has not come by yet
    logic        fragment;   // it is a fragment header
    logic [15:0] off;
    logic [15:0] nh_offset;
    logic [7:0]  proto;      // what stands at `off`
    logic        frag;
    logic        nonfirst;
  } walk_t;

  function automatic logic is_extension(input logic [7:0] proto);
    return proto == 8'd0 || proto == 8'd43 || proto == 8'd44 || proto == 8'd60;
  endfunction

  // Most of the beat is no business of the walk.
  // verilator lint_off UNUSEDSIGNAL
  function automatic walk_t first_beat(input logic [127:0] beat);
    if (beat[127:124] == 4'd6) begin
      return '{
          more: is_extension(beat[79:72]),
          fragment: beat[79:72] == 8'd44,
          off: 16'd40,
          nh_offset: 16'd6,
          proto: beat[79:72],
          frag: 1'b0,
          nonfirst: 1'b0
      };
    end
    return '{
        more: 1'b0,
        fragment: 1'b0,
        off: {10'd0, beat[123:120], 2'd0},
        nh_offset: 16'd9,
        proto: beat[55:48],
        frag: beat[77:64] != '0,
        nonfirst: beat[76:64] != '0
    };
  endfunction

  // The beat with number `no` goes by, and a header starts in one of its halves, or in both: headers start on multiples of 8
  // octets. Whether the second half is a header must not wait for the sum that says where the first one ends; it is the next
  // one if that has length 0. A fragment header has no length, and only behind a first fragment the walk goes on.
  function automatic walk_t step(input walk_t w, input logic [127:0] beat, input logic [11:0] no);
    walk_t       n = w;
    logic [7:0]  proto_a = beat[127:120];
    logic [7:0]  proto_b = beat[63:56];
    logic        zero_a = w.fragment ? beat[111:99] == '0 : beat[119:112] == '0;
    logic        in_a = !w.off[3];
    logic        in_b = in_a ? is_extension(proto_a) && zero_a : 1'b1;
    logic        fragment_b = in_a ? proto_a == 8'd44 : w.fragment;
    logic        nonfirst_a = w.fragment && !zero_a;
    logic        nonfirst_b = fragment_b && beat[47:35] != '0;
    logic [12:0] end_a = {no, 1'b1} + {5'd0, w.fragment ? 8'd0 : beat[119:112]};
    // The second half ends 8 octets later: a carry in.
    logic [13:0] end_b = {no, 2'b11} + {5'd0, fragment_b ? 8'd0 : beat[55:48], 1'b1};
    n.proto     = in_b ? proto_b : proto_a;
    n.off       = {in_b ? end_b[13:1] : end_a, 3'd0};
    n.nh_offset = {no, in_b, 3'd0};
    n.frag      = w.frag || (in_a && w.fragment) || (in_b && fragment_b);
    n.nonfirst  = in_b ? nonfirst_b : nonfirst_a;
    // Both halves are looked at side by side; which one counts comes last.
    n.more      = in_b ? is_extension(proto_b) && !nonfirst_b : is_extension(proto_a) && !nonfirst_a;
    n.fragment  = in_b ? proto_b == 8'd44 : proto_a == 8'd44;
    return n;
  endfunction
  // verilator lint_on UNUSEDSIGNAL

  // ------------------------------------------------------------------ gathered
  walk_t        walk_q;
  logic         v6_q, df_q, header_ok_q;
  logic [7:0]   tos_q, ttl_q;
  logic [127:0] src_q, dst_q;
  logic [16:0]  total_q;              // may be too large for 16 bits
  logic [11:0]  beat_no_q, before_q;  // of the next beat, of the latest one
  logic         second_q, third_q;    // that beat is the next one
  logic [127:0] l4_beat_q;            // latest beat, or the one the upper layer begins in
  logic [95:0]  l4_next_q;            // the one after it
  logic         l4_got_q;

  wire v6 = beat_i[127:124] == 4'd6;

  always_ff @(posedge clk_i) begin
    if (beat_valid_i) begin
      beat_no_q <= first_i ? 12'd1 : beat_no_q + 12'd1;
      before_q  <= first_i ? 12'd0 : beat_no_q;
      second_q  <= first_i;
      third_q   <= second_q && !first_i;
      if (first_i) begin
        walk_q      <= first_beat(beat_i);
        v6_q        <= v6;
        header_ok_q <= v6 || (beat_i[127:124] == 4'd4 && beat_i[123:120] >= 4'd5);
        total_q     <= v6 ? {1'b0, beat_i[95:80]} + 17'd40 : {1'b0, beat_i[111:96]};
        tos_q       <= v6 ? beat_i[123:116] : beat_i[119:112];
        ttl_q       <= v6 ? beat_i[71:64] : beat_i[63:56];
        df_q        <= !v6 && beat_i[78];
        src_q       <= v6 ? {beat_i[63:0], 64'd0} : {beat_i[31:0], 96'd0};
      end else begin
        if (walk_q.more && walk_q.off[15:4] == beat_no_q) walk_q <= step(walk_q, beat_i, beat_no_q);
        if (second_q) begin
          if (v6_q) src_q[63:0] <= beat_i[127:64];
          dst_q <= v6_q ? {beat_i[63:0], 64'd0} : {beat_i[127:96], 96'd0};
        end
        if (third_q && v6_q) dst_q[63:0] <= beat_i[127:64];
      end
      // The walk has come to its end when the beat after the one that the upper layer begins in comes by.
      if (first_i || !l4_got_q) begin
        if (!first_i && !walk_q.more && walk_q.off[15:4] == before_q) begin
          l4_next_q <= beat_i[127:32];
          l4_got_q  <= 1'b1;
        end else begin
          l4_beat_q <= beat_i;
          l4_got_q  <= 1'b0;
        end
      end
    end
  end

  // ------------------------------------------------------------------ worked out
  function automatic logic [127:0] l4();
    unique case (walk_q.off[3:2])
      2'd0: return l4_beat_q;
      2'd1: return {l4_beat_q[95:0], l4_next_q[95:64]};
      2'd2: return {l4_beat_q[63:0], l4_next_q[95:32]};
      default: return {l4_beat_q[31:0], l4_next_q};
    endcase
  endfunction

  function automatic ip_info_t told();
    logic [16:0] upper = total_q - {1'b0, walk_q.off};  // means something if ok
    logic [4:0]  l4_bytes = upper > 17'd16 ? 5'd16 : upper[4:0];
    return '{
        ok: header_ok_q && !walk_q.more && {1'b0, walk_q.off} <= total_q && total_q <= {1'b0, octets_i},
        v6: v6_q,
        total_len: total_q[15:0],
        hdr_len: walk_q.off,
        nh_offset: walk_q.nh_offset,
        proto: walk_q.proto,
        tos: tos_q,
        ttl: ttl_q,
        df: df_q,
        frag: walk_q.frag,
        nonfirst: walk_q.nonfirst,
        src: src_q,
        dst: dst_q,
        l4: keep_first(l4(), l4_bytes),
        l4_bytes: l4_bytes
    };
  endfunction

  // Without end_i it is nothing: the simulation need not work it out, and gates do not care.
  always_comb begin
    info_o  = 'x;
    ports_o = 'x;
    if (end_i) begin
      info_o  = told();
      ports_o = 32'(l4() >> 96);
    end
  end
endmodule
