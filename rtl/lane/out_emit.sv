// Sends packets and statuses, a beat a clock: what stands in front (out_front), the ciphertext out of the block store, the ICV.
//
// Everything is words of 4 octets; a beat is four of them. With L words of the IP header behind its last full beat:
//
//   HEAD   |IP header|..      tunnel: from out_front; transport: beats that passed the cipher, and so stand in the block store
//   JOIN   |L words, ESP header and IV, or with UDP encapsulation UDP and ESP headers|
//   IV     |what was left of these, and the IV|      only if that fills a beat; with L = 0 or 1 it goes with the first block
//   BODY   |words left over, block turned by as many|        the last one may end with words of the ICV
//   TAG    |words left over, ICV turned by as many|
//   END    |last words of the ICV|
//
// A packet starts when its first block is there; blocks, and the ICV behind them, then come a clock each or are waited for. The
// first beat of the next packet follows the last one of this in the next clock.
//
// The status of a packet is offered with its first beat, and both streams wait for each other between packets.
module out_emit
  import sallyport_abi_pkg::*;
  import lane_out_pkg::*;
(
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         front_valid_i,
    output logic         front_ready_o,
    input  front_t       front_i,
    input  logic         sum_valid_i,   // checksums, of the packets that have one
    input  logic [15:0]  sum_i,
    output logic         sum_pop_o,
    // Block store; the ICVs in the order of the packets.
    input  logic         block_valid_i,
    output logic         block_pop_o,
    input  logic [127:0] block_i,
    input  logic         tag_valid_i,
    output logic         tag_pop_o,
    input  logic [127:0] tag_i,
    output logic         tag_next_o,    // tag_i is that of the packet behind this one
    output logic         st_valid_o,
    input  logic         st_ready_i,
    output status_desc_t st_o,
    output logic         out_valid_o,
    input  logic         out_ready_i,
    output logic [127:0] out_data_o,
    output logic [4:0]   out_bytes_o,
    output logic         out_last_o,
    output logic         busy_o
);
  typedef enum logic [2:0] {IDLE, STATUS, HEAD, JOIN, IV, BODY, TAG, END} state_e;

  // The first n words of the result come from before the first word of data.
  function automatic logic [127:0] turn(input logic [127:0] data, input logic [1:0] n);
    unique case (n)
      2'd0: return data;
      2'd1: return {data[31:0], data[127:32]};
      2'd2: return {data[63:0], data[127:64]};
      default: return {data[95:0], data[127:96]};
    endcase
  endfunction

  // ------------------------------------------------------------------ the packet at hand
  state_e       state_q;
  front_t       front_q;
  logic         first_q;        // none of its beats has been sent
  logic         head_end_q;     // HEAD: the last beat
  logic         block_end_q;    // the next block is the last one
  logic [11:0]  heads_q, blocks_q;
  logic [1:0]   left_q;         // words left over in front of a block
  logic [2:0]   joint_q;        // the same and the words of the last block: 1 to 7
  logic         tag_got_q;
  logic [127:0] hold_q, tag_q;
  logic         st_valid_q, out_valid_q, out_last_q;
  logic [4:0]   out_bytes_q;
  logic [127:0] out_q;
  logic [1:0]   icv;            // words in front of the ICV in its first beat

  assign icv = joint_q[1:0];
  wire mixed = block_end_q && !joint_q[2];   // the beat of the last block holds words of the ICV

  // ------------------------------------------------------------------ a beat
  // Each word is one from before, of the chunk, of the ICV, or nothing.
  typedef enum logic [1:0] {PRIOR, CHUNK, ICV, NOTHING} source_e;

  // Words from before, then of the chunk, then others.
  function automatic source_e [3:0] sources(input logic [2:0] prior_words, input logic [2:0] chunk_end, input source_e others);
    for (int w = 0; w < 4; w++) sources[w] = 3'(w) < prior_words ? PRIOR : 3'(w) < chunk_end ? CHUNK : others;
  endfunction

  source_e [3:0] source_q;
  logic [127:0]  chunk, prior, turned, tag, beat;
  logic [1:0]    turns;

  always_comb begin
    chunk = block_i;
    prior = hold_q;
    turns = left_q;
    unique case (state_q)
      HEAD: begin
        if (front_q.tunnel) chunk = first_q ? front_q.head0 : front_q.head1;
        if (front_q.ip_sum) chunk[47:32] = sum_i;
        turns = 2'd0;
      end
      JOIN: begin
        chunk = front_q.esp;
        if (front_q.udp_sum) chunk[79:64] = sum_i;
        prior = front_q.tunnel ? {front_q.rest_data, 64'd0} : block_i;
        turns = front_q.rest;
      end
      IV: begin
        chunk = {front_q.iv, 64'd0};
        turns = front_q.rest;
      end
      default: ;
    endcase
  end

  assign turned = turn(chunk, turns);
  assign tag    = turn(tag_q, icv);

  always_comb begin
    for (int w = 0; w < 4; w++) begin
      unique case (source_q[w])
        PRIOR: beat[127-32*w-:32] = prior[127-32*w-:32];
        CHUNK: beat[127-32*w-:32] = turned[127-32*w-:32];
        ICV: beat[127-32*w-:32] = tag[127-32*w-:32];
        default: beat[127-32*w-:32] = '0;
      endcase
    end
  end

  // ------------------------------------------------------------------ the beat after it
  state_e        state_d;
  source_e [3:0] source_d, at_join, at_block, at_last, at_tag, at_end;
  logic          block_end_d, last_d, need_block_d, need_tag_d, need_sum_d;

  always_comb begin
    state_d = END;
    unique case (state_q)
      HEAD: state_d = head_end_q ? JOIN : HEAD;
      JOIN: state_d = front_q.udp && front_q.rest[1] ? IV : BODY;
      IV: state_d = BODY;
      BODY: state_d = !block_end_q ? BODY : mixed ? END : TAG;
      default: ;
    endcase
    block_end_d  = state_q == BODY ? blocks_q == 12'd2 : block_end_q;
    need_block_d = state_d == BODY || (!front_q.tunnel && (state_d == HEAD || (state_d == JOIN && front_q.rest != '0)));
    need_tag_d   = state_d == TAG || (state_d == BODY && block_end_d && !joint_q[2]);
    need_sum_d   = state_d == JOIN && front_q.udp_sum;
    last_d       = state_d == END || (state_d == TAG && icv == '0);

    // What each kind of beat is made of is known as soon as the packet is: nothing waits for the next state but the choice.
    at_join  = sources({1'b0, front_q.rest}, 3'd4, ICV);
    at_block = sources({1'b0, left_q}, 3'd4, ICV);
    at_last  = sources({1'b0, left_q}, joint_q[2] ? 3'd4 : joint_q, ICV);
    at_tag   = sources({1'b0, icv}, 3'd0, ICV);
    for (int w = 0; w < 4; w++) at_end[w] = 2'(w) < icv ? ICV : NOTHING;
    unique case (state_q)
      HEAD: source_d = head_end_q ? at_join : {4{CHUNK}};
      JOIN: source_d = front_q.udp && front_q.rest[1] ? at_join : block_end_q ? at_last : at_block;
      IV: source_d = block_end_q ? at_last : at_block;
      BODY: source_d = !block_end_q ? (blocks_q == 12'd2 ? at_last : at_block) : mixed ? at_end : at_tag;
      default: source_d = at_end;
    endcase
  end

  // ------------------------------------------------------------------ flow
  logic sending_q, last_q, need_block_q, need_tag_q, need_sum_q;

  wire free = !out_valid_q || out_ready_i;
  wire fire = sending_q && free && (!need_block_q || block_valid_i) && (!need_tag_q || tag_got_q) && (!need_sum_q || sum_valid_i);
  // A refused packet: the data of the one before have gone.
  wire tell = state_q == STATUS && free;
  wire load = front_valid_i && front_ready_o;

  assign front_ready_o = (!st_valid_q || st_ready_i) && (state_q == IDLE || (fire && last_q));
  assign block_pop_o   = fire && need_block_q && !(first_q && front_q.tunnel);
  assign tag_pop_o     = sending_q && !tag_got_q && tag_valid_i;
  assign tag_next_o    = !sending_q || tag_got_q;
  assign sum_pop_o     = fire && need_sum_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q     <= IDLE;
      sending_q   <= 1'b0;
      st_valid_q  <= 1'b0;
      out_valid_q <= 1'b0;
      tag_got_q   <= 1'b0;
    end else begin
      if (st_ready_i) st_valid_q <= 1'b0;
      if (tell || (fire && first_q)) st_valid_q <= 1'b1;
      if (free) out_valid_q <= fire;
      if (tag_pop_o) tag_got_q <= 1'b1;
      if (tell) state_q <= IDLE;
      if (fire) begin
        state_q   <= last_q ? IDLE : state_d;
        sending_q <= !last_q;
      end
      if (load) begin
        state_q   <= front_i.go ? HEAD : STATUS;
        sending_q <= front_i.go;
        tag_got_q <= 1'b0;
      end
    end

    if (tag_pop_o) tag_q <= tag_i;
    if (fire) begin
      first_q      <= 1'b0;
      need_block_q <= need_block_d;
      need_tag_q   <= need_tag_d;
      need_sum_q   <= need_sum_d;
      last_q       <= last_d;
      source_q     <= source_d;
      block_end_q  <= block_end_d;
      if (state_q == HEAD) begin
        heads_q    <= heads_q - 12'd1;
        head_end_q <= heads_q == 12'd2;
      end
      if (state_q == BODY) blocks_q <= blocks_q - 12'd1;
      // What the beat had no room for stands in its turned place, in front.
      hold_q <= turned;
      if (state_q == JOIN && front_q.udp && !front_q.rest[1]) begin
        if (front_q.rest[0]) hold_q[95:32] <= front_q.iv;
        else hold_q[127:64] <= front_q.iv;
      end
      out_q       <= beat;
      out_last_q  <= last_q;
      out_bytes_q <= last_q && icv != '0 ? {1'b0, icv, 2'b00} : 5'd16;
    end
    if (load) begin
      front_q      <= front_i;
      first_q      <= 1'b1;
      need_block_q <= 1'b1;
      need_tag_q   <= 1'b0;
      need_sum_q   <= front_i.ip_sum;
      last_q       <= 1'b0;
      source_q     <= {4{CHUNK}};  // HEAD
      heads_q      <= front_i.heads;
      head_end_q   <= front_i.heads == 12'd1;
      blocks_q     <= front_i.blocks;
      block_end_q  <= front_i.blocks == 12'd1;
      left_q       <= {front_i.rest[1] ^ front_i.udp, front_i.rest[0]};
      joint_q      <= {1'b0, front_i.rest[1] ^ front_i.udp, front_i.rest[0]} + {front_i.tail == '0, front_i.tail};
    end
  end

  assign st_valid_o  = st_valid_q;
  assign st_o        = front_q.status;
  assign out_valid_o = out_valid_q;
  assign out_data_o  = out_q;
  assign out_bytes_o = out_bytes_q;
  assign out_last_o  = out_last_q;
  assign busy_o      = state_q != IDLE || st_valid_q || out_valid_q;

  wire unused = &{1'b0, front_q};

`ifndef SYNTHESIS
  logic [15:0] sent_q;  // octets
  always_ff @(posedge clk_i) begin
    if (load) sent_q <= '0;
    else if (fire) sent_q <= sent_q + 16'd16;
  end
  // G4: what leaves has been admitted, and is as long as its status says.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      if (fire) a_g4_ok: assert (front_q.status.verdict == VERDICT_OK);
      if (fire && last_q) a_g4_whole: assert (sent_q + (icv == '0 ? 16'd16 : {12'd0, icv, 2'b00}) == front_q.status.length);
    end
  end
  stream_check #(.WIDTH(128)) u_chk_st (.clk_i, .rst_ni, .valid_i(st_valid_o), .ready_i(st_ready_i), .data_i(st_o));
  stream_check #(.WIDTH(134)) u_chk_out (
      .clk_i, .rst_ni, .valid_i(out_valid_o), .ready_i(out_ready_i), .data_i({out_data_o, out_bytes_o, out_last_o}));
`endif
endmodule
