// The packets that go to the output next: status, everything that stands in front of the ciphertext, and the checksum that is in
// there. Works on a packet while one waits and out_emit sends the one before, so that a refused packet, which is soon told, does
// not let the output wait for the next one's checksum.
//
//   tickets, frames, templates -> outer_header -> [front] -> out_emit     refused packets have a status alone
//        |                            |
//        `--- chunks of 8 words ------+--> [chunk] -> [8 words: 1] -> [+] -> [fold, queue] -> out_emit
//
// Chunks, one a clock; a packet has two, three, five or none:
//   IPv4 outer header    its 16 octets; destination
//   UDP over IPv6        tunnel: source; destination. Ports, lengths, protocol and out_sum's sum; SPI, sequence number, IV; ICV
// So a packet of the second kind goes only when its ICV is there, and then all of it is. The sum comes up to four clocks after the
// front.
module out_front
  import sallyport_abi_pkg::*;
  import lane_out_pkg::*;
(
    input  logic         clk_i,
    input  logic         rst_ni,
    // out_admit pushes; there is room for all packets in flight.
    input  logic         ticket_push_i,
    input  ticket_t      ticket_i,
    input  logic         template_push_i,
    input  template_t    template_i,
    input  logic         frame_push_i,
    input  frame_t       frame_i,
    output logic         leave_o,         // a packet has gone to out_emit
    // out_sum, and the ICV of the packet behind the one that out_emit has.
    input  logic         cipher_valid_i,
    output logic         cipher_pop_o,
    input  logic [16:0]  cipher_sum_i,
    input  logic         tag_valid_i,
    input  logic [127:0] tag_i,
    // out_emit.
    output logic         front_valid_o,
    input  logic         front_ready_i,
    output front_t       front_o,
    output logic         sum_valid_o,
    output logic [15:0]  sum_o,
    input  logic         sum_pop_i
);
  logic      tickets_room, templates_room, frames_room, ticket_valid, template_valid, frame_valid, leave, go;
  ticket_t   ticket;
  template_t tpl;
  frame_t    frame;

  lane_fifo #(
      .WIDTH($bits(ticket_t)),
      .DEPTH(InFlight)
  ) u_tickets (
      .clk_i,
      .rst_ni,
      .push_i (ticket_push_i),
      .data_i (ticket_i),
      .room_o (tickets_room),
      .valid_o(ticket_valid),
      .pop_i  (leave),
      .data_o (ticket)
  );

  lane_fifo #(
      .WIDTH($bits(frame_t)),
      .DEPTH(InFlight)
  ) u_frames (
      .clk_i,
      .rst_ni,
      .push_i (frame_push_i),
      .data_i (frame_i),
      .room_o (frames_room),
      .valid_o(frame_valid),
      .pop_i  (leave),
      .data_o (frame)
  );

  lane_fifo #(
      .WIDTH($bits(template_t)),
      .DEPTH(InFlight)
  ) u_templates (
      .clk_i,
      .rst_ni,
      .push_i (template_push_i),
      .data_i (template_i),
      .room_o (templates_room),
      .valid_o(template_valid),
      .pop_i  (leave && go),
      .data_o (tpl)
  );

  assign go = frame.verdict == VERDICT_OK;
  wire valid   = ticket_valid && frame_valid && (!go || template_valid);
  wire ip_sum  = go && frame.tunnel && !frame.v6;
  wire udp_sum = go && frame.udp && frame.v6;

  logic   front_valid_q;
  front_t front_q;
  logic   summed_q;   // all that has a part in its checksum is on its way

  assign leave   = valid && (summed_q || !(ip_sum || udp_sum)) && !front_valid_q;
  assign leave_o = leave;

  // ------------------------------------------------------------------ outer header
  logic [15:0]       id_q;     // IPv4 identification: counts the packets that leave with it
  logic [2:0][127:0] part;
  logic [2:0][2:0]   words;
  logic [2:0]        ends;
  logic [15:0]       flags;
  wire  [7:0]        name    = frame.udp ? 8'd17 : 8'd50;
  wire  [15:0]       udp_len = frame.cipher + 16'd40;

  always_comb begin
    flags = '0;
    flags[SA_FLAG_DF_SET]     = tpl.df_set;
    flags[SA_FLAG_DF_CLEAR]   = tpl.df_clear;
    flags[SA_FLAG_DSCP_FIXED] = tpl.dscp_fixed;
    flags[SA_FLAG_ECN_COMPAT] = tpl.ecn_compat;
  end

  for (genvar p = 0; p < 3; p++) begin : gen_part
    outer_header u_outer (
        .part_i     (2'(p)),
        .v6_i       (frame.v6),
        .flags_i    (flags),
        .ttl_i      (tpl.ttl),
        .dscp_i     (tpl.dscp),
        .src_i      (tpl.src),
        .dst_i      (tpl.dst),
        .inner_tos_i(frame.tos),
        .inner_df_i (frame.df),
        .len_i      (frame.len),
        .id_i       (id_q),
        .proto_i    (name),
        .checksum_i (16'd0),
        .chunk_o    (part[p]),
        .words_o    (words[p]),
        .last_o     (ends[p])
    );
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) id_q <= '0;
    else if (leave && ip_sum) id_q <= id_q + 16'd1;
  end

  // ------------------------------------------------------------------ checksum
  typedef enum logic [2:0] {SUM_SOURCE, SUM_DESTINATION, SUM_UDP, SUM_ESP, SUM_TAG} chunk_e;

  logic [2:0] step_q;

  wire chunk_e number = chunk_e'(step_q + (frame.tunnel ? 3'd0 : 3'd2));
  wire         have   = (number != SUM_UDP || cipher_valid_i)
                         && (number != SUM_TAG || (tag_valid_i && !(front_valid_q && front_q.go)));
  wire         last   = number == (ip_sum ? SUM_DESTINATION : SUM_TAG);
  wire         give   = valid && (ip_sum || udp_sum) && !summed_q && have;

  assign cipher_pop_o = give && number == SUM_UDP;

  logic         chunk_valid_q, chunk_last_q, part_valid_q, part_last_q, total_last_q;
  logic         chunk_udp_q, part_udp_q, total_udp_q;
  logic [127:0] chunk_q;
  logic [18:0]  part_q;
  logic [23:0]  total_q;
  logic         fresh_q;   // total_q is of an older packet

  function automatic logic [17:0] words4(input logic [63:0] data);
    return ({2'd0, data[63:48]} + {2'd0, data[47:32]}) + ({2'd0, data[31:16]} + {2'd0, data[15:0]});
  endfunction

  wire [15:0] folded = ~csum_pkg::fold(20'(total_q[15:0]) + 20'(total_q[23:16]));

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      step_q        <= '0;
      summed_q      <= 1'b0;
      chunk_valid_q <= 1'b0;
      chunk_last_q  <= 1'b0;
      part_valid_q  <= 1'b0;
      part_last_q   <= 1'b0;
      total_last_q  <= 1'b0;
      fresh_q       <= 1'b1;
    end else begin
      if (leave) begin
        step_q   <= '0;
        summed_q <= 1'b0;
      end else if (give) begin
        step_q   <= step_q + 3'd1;
        summed_q <= last;
      end
      chunk_valid_q <= give;
      chunk_last_q  <= give && last;
      part_valid_q  <= chunk_valid_q;
      part_last_q   <= chunk_last_q;
      total_last_q  <= part_last_q;
      if (part_valid_q) fresh_q <= part_last_q;
    end
    if (give) begin
      unique case (number)
        SUM_SOURCE: chunk_q <= frame.v6 ? tpl.src : part[0];
        SUM_DESTINATION: chunk_q <= frame.v6 ? tpl.dst : part[1];
        SUM_UDP: chunk_q <= {tpl.udp_sport, tpl.udp_dport, udp_len, udp_len, 16'd17, 15'd0, cipher_sum_i, 16'd0};
        SUM_ESP: chunk_q <= {tpl.spi, tpl.seq[31:0], tpl.seq};
        default: chunk_q <= tag_i;
      endcase
      chunk_udp_q <= udp_sum;
    end
    if (chunk_valid_q) begin
      part_q     <= {1'b0, words4(chunk_q[127:64])} + {1'b0, words4(chunk_q[63:0])};
      part_udp_q <= chunk_udp_q;
    end
    if (part_valid_q) begin
      total_q     <= (fresh_q ? 24'd0 : total_q) + 24'(part_q);
      total_udp_q <= part_udp_q;
    end
  end

  // Three packets may have one: that at the output, that in front_q, and this.
  lane_shift #(
      .WIDTH(16),
      .DEPTH(4)
  ) u_sums (
      .clk_i,
      .rst_ni,
      .push_i (total_last_q),
      .data_i (folded == '0 && total_udp_q ? 16'hFFFF : folded),  // 0 would say "no checksum" (RFC 8200 8.1)
      .valid_o(sum_valid_o),
      .pop_i  (sum_pop_i),
      .data_o (sum_o)
  );

  // ------------------------------------------------------------------ front
  always_ff @(posedge clk_i) begin
    if (!rst_ni) front_valid_q <= 1'b0;
    else front_valid_q <= leave || (front_valid_q && !front_ready_i);
    if (leave) begin
      front_q.status <= '{
          index: ticket.index,
          generation: ticket.generation,
          length: go ? frame.len : 16'd0,
          verdict: frame.verdict,
          next_header: go ? name : 8'd0,
          aux: go ? tpl.seq[31:0] : frame.aux,
          cookie: ticket.cookie
      };
      front_q.go        <= go;
      front_q.tunnel    <= frame.tunnel;
      front_q.udp       <= frame.udp;
      front_q.ip_sum    <= ip_sum;
      front_q.udp_sum   <= udp_sum;
      front_q.heads     <= frame.tunnel ? (frame.v6 ? 12'd2 : 12'd1) : frame.head[15:4];
      front_q.rest      <= frame.tunnel ? (frame.v6 ? 2'd2 : 2'd1) : frame.head[3:2];
      front_q.blocks    <= frame.cipher[15:4] + {11'd0, frame.cipher[3:0] != '0};
      front_q.tail      <= frame.cipher[3:2];
      front_q.head0     <= part[0];
      front_q.head1     <= part[1];
      front_q.rest_data <= frame.v6 ? part[2][127:64] : part[1][127:64];
      front_q.esp       <= frame.udp ? {tpl.udp_sport, tpl.udp_dport, udp_len, 16'd0, tpl.spi, tpl.seq[31:0]}
                                     : {tpl.spi, tpl.seq[31:0], tpl.seq};
      front_q.iv        <= tpl.seq;
    end
  end

  assign front_valid_o = front_valid_q;
  assign front_o       = front_q;

  wire unused = &{1'b0, tickets_room, templates_room, frames_room, words, ends, frame.head[1:0], part[2]};

`ifndef SYNTHESIS
  // A packet in flight has been asked for, so its template is there before its frame.
  always_ff @(posedge clk_i) if (rst_ni && frame_push_i && frame_i.verdict == VERDICT_OK) a_template: assert (template_valid);
`endif
endmodule
