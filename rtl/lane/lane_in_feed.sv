// Reads packets out of the ring and makes slots for gcm_pipe of them: a ring beat a clock, packet after packet, no gap.
//
// gcm_pipe takes a slot in every clock, and a ring beat is read only when the block store has room for what it may become; so
// nothing behind the read can stall, and reading needs no queue. A packet is read in these steps, one beat each:
//
//   iv      only for ESP behind UDP in transport mode, if the IV ends in the beat before the one in which the ciphertext begins
//   load    tunnel: the beat in which ESP begins; transport: the one in which the ciphertext begins
//   head    transport: the beats of the IP header; they go on as they are, the first one in the FIRST slot
//   window  the beats after `load`; each completes 16 octets with what is left of the one before
//
//   ring    |. . . .|. S N I|I c c c|c c c c|t t t t|       S SPI, N sequence number, I IV, c ciphertext, t ICV; 4 octets each
//   steps           | load  |window |window |window |
//   slots                   |FIRST  |DATA   |DATA   |LEN        FIRST: S N I I, DATA: c c c c and c c c t, LEN: t t t
//
// A packet takes as many clocks as beats are read, which is never more than it has. If its last window ends in the last beat of
// the ring and does not fill 16 octets ("rest"), it comes in the clock after, while the next packet's first step, which makes no
// slot, is on. The IV is known in time for FIRST: from the record, or, behind UDP, from the first window or from `load`.
//
// The ICV is put together from the last two windows and goes into a queue of its own.
module lane_in_feed
  import sallyport_abi_pkg::*;
  import gcm_pkg::*;
  import lane_in_pkg::*;
(
    input  logic         clk_i,
    input  logic         rst_ni,
    // lane_in_lookup
    input  logic         job_valid_i,
    output logic         job_pop_o,
    input  job_t         job_i,
    input  logic         found_valid_i,
    output logic         found_pop_o,
    input  found_t       found_i,
    output logic         secret_pop_o,
    input  secret_t      secret_i,
    // Ring
    output logic         rd_en_o,
    output logic [15:0]  rd_addr_o,
    input  logic [127:0] rd_data_i,
    output logic [15:0]  release_o,
    // Room behind gcm_pipe
    input  logic         room_i,        // for the slots on their way and four more
    input  logic         decided_i,     // a packet has got its verdict
    // gcm_pipe
    output logic         slot_valid_o,
    output gcm_slot_t    slot_o,
    output gcm_start_t   start_o,
    // What those behind gcm_pipe have to know
    output logic         order_push_o,  // every packet
    output order_t       order_o,
    output logic         open_push_o,   // those that go through gcm_pipe
    output shape_t       shape_o,
    output claim_t       claim_o,
    output logic         icv_push_o,
    output logic [127:0] icv_o
);
  typedef enum logic [2:0] {IDLE, REFUSE, IV, LOAD, HEAD, WINDOW} state_e;

  // ------------------------------------------------------------------ next packet, made ready
  typedef struct packed {
    logic        open;
    job_t        job;
    found_t      found;
    logic [15:0] addr_esp;   // ring address of the first beat of iv or load
    logic [11:0] windows;    // steps after load
    logic        early_iv;   // step iv
  } ready_t;

  ready_t      ready_q, run_q;
  logic        ready_valid_q;
  logic [4:0]  in_flight_q;
  logic        take, ending;

  wire         asked    = job_i.arrival.verdict == VERDICT_OK;
  wire         open     = asked && found_i.verdict == VERDICT_OK;
  wire         early_iv = !found_i.tunnel && job_i.arrival.udp && !job_i.esp_word[1];
  // A packet has three steps or more; there is time to make the next one ready after the one before has been taken.
  wire         prepare  = job_valid_i && (!asked || found_valid_i) && !ready_valid_q;

  assign job_pop_o   = prepare;
  assign found_pop_o = prepare && asked;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      ready_q       <= '0;
      ready_valid_q <= 1'b0;
      in_flight_q   <= '0;
    end else begin
      if (take) ready_valid_q <= 1'b0;
      if (prepare) begin
        ready_valid_q    <= 1'b1;
        ready_q.open     <= open;
        ready_q.job      <= job_i;
        ready_q.found    <= found_i;
        ready_q.addr_esp <= job_i.arrival.addr + {4'd0, job_i.esp_beat} + {15'd0, !found_i.tunnel && !early_iv};
        ready_q.windows  <= job_i.ring_beats - job_i.esp_beat - (found_i.tunnel ? 12'd1 : 12'd2);
        ready_q.early_iv <= early_iv;
      end
      in_flight_q <= in_flight_q + {4'd0, take} - {4'd0, decided_i};
    end
  end

  always_comb begin
    order_o.open       = ready_q.open;
    order_o.verdict    = ready_q.job.arrival.verdict;
    order_o.index      = 16'hFFFF;
    order_o.generation = '0;
    if (ready_q.job.arrival.verdict == VERDICT_OK) begin
      order_o.verdict    = ready_q.found.verdict;
      order_o.index      = ready_q.found.index;
      order_o.generation = ready_q.found.generation;
    end
    order_o.cookie     = ready_q.job.arrival.cookie;
    order_o.seq_lo     = ready_q.found.seq[31:0];
    order_o.tunnel     = ready_q.found.tunnel;
    order_o.blocks     = !ready_q.open ? 12'd0
                       : ready_q.job.blocks + (ready_q.found.tunnel ? 12'd0 : ready_q.job.head_beats);
    order_o.hdr_len    = ready_q.job.arrival.hdr_len;
    order_o.nh_offset  = ready_q.job.arrival.nh_offset;

    shape_o.tunnel     = ready_q.found.tunnel;
    shape_o.dec_ttl    = ready_q.found.dec_ttl;
    shape_o.ecn_compat = ready_q.found.ecn_compat;
    shape_o.ecn        = ready_q.job.arrival.ecn;
    shape_o.cipher     = ready_q.job.cipher;
    shape_o.blocks     = ready_q.job.blocks;
    shape_o.hdr_len    = ready_q.job.arrival.hdr_len;

    claim_o.index      = ready_q.found.index;
    claim_o.generation = ready_q.found.generation;
    claim_o.seq        = ready_q.found.seq;
    claim_o.octets     = ready_q.job.cipher;
  end

  // ------------------------------------------------------------------ steps
  state_e      state_q;
  logic [15:0] esp_addr_q, head_addr_q;
  logic [11:0] head_left_q;    // header beats to come
  logic [11:0] window_left_q;  // window steps to come
  logic        window_last_q;  // one
  logic [11:0] data_left_q;    // blocks to come
  logic [11:0] hold_left_q;    // ring beats to be given back
  logic        first_q;        // the next slot is the packet's first

  wire         tunnel = run_q.found.tunnel;
  wire         go     = room_i && (state_q == IV || state_q == LOAD || state_q == HEAD || state_q == WINDOW);
  wire         frees  = state_q == HEAD || state_q == WINDOW || tunnel;  // transport reads ahead before the header

  assign ending       = state_q == REFUSE || (go && state_q == WINDOW && window_last_q);
  assign take         = ready_valid_q && in_flight_q != 5'(InFlight) && (state_q == IDLE || ending);
  assign order_push_o = take;
  assign open_push_o  = take && ready_q.open;
  assign rd_en_o      = go;
  assign rd_addr_o    = state_q == HEAD ? head_addr_q : esp_addr_q;

  // What the beat that was asked for will become.
  typedef struct packed {
    logic       valid;
    logic       keep;    // as the one before the next window
    logic       iv;      // take the IV out of it
    logic       head;    // slot: this beat
    logic       window;  // slot: window that ends in it
    logic       rest;    // and one more window
    slot_kind_e kind;
    logic [4:0] bytes;
    logic [1:0] word;    // of ESP in its beat
    logic [1:0] tail;    // words in the last block of ciphertext, 0 = 4
  } beat_t;

  beat_t      beat_d, beat_q;
  logic       rest_q;
  logic [1:0] rest_word_q, rest_tail_q;

  always_comb begin
    beat_d        = '0;
    beat_d.valid  = go;
    beat_d.keep   = state_q != HEAD;
    beat_d.iv     = state_q == LOAD;
    beat_d.head   = state_q == HEAD;
    beat_d.window = state_q == WINDOW;
    beat_d.word   = run_q.job.esp_word;
    beat_d.tail   = run_q.job.cipher[3:2];
    beat_d.bytes  = data_left_q == 12'd1 && run_q.job.cipher[3:2] != '0 ? {1'b0, run_q.job.cipher[3:0]} : 5'd16;
    if (first_q) beat_d.kind = SLOT_FIRST;
    else if (state_q == HEAD) beat_d.kind = SLOT_PASS;
    else if (data_left_q != '0) beat_d.kind = SLOT_DATA;
    else beat_d.kind = SLOT_LEN;
    beat_d.rest   = ending && beat_d.kind != SLOT_LEN;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q       <= IDLE;
      run_q         <= '0;
      esp_addr_q    <= '0;
      head_addr_q   <= '0;
      head_left_q   <= '0;
      window_left_q <= '0;
      window_last_q <= 1'b0;
      data_left_q   <= '0;
      hold_left_q   <= '0;
      first_q       <= 1'b0;
      release_o     <= '0;
    end else begin
      release_o <= '0;
      if (go) begin
        if (state_q == HEAD) head_addr_q <= head_addr_q + 16'd1;
        else esp_addr_q <= esp_addr_q + 16'd1;
        if (state_q == HEAD || state_q == WINDOW) first_q <= 1'b0;
        if (frees) begin
          release_o   <= 16'd1;
          hold_left_q <= hold_left_q - 12'd1;
        end
        unique case (state_q)
          IV: state_q <= LOAD;
          LOAD: state_q <= tunnel ? WINDOW : HEAD;
          HEAD: begin
            head_left_q <= head_left_q - 12'd1;
            if (head_left_q == 12'd1) state_q <= WINDOW;
          end
          default: begin  // WINDOW
            window_left_q <= window_left_q - 12'd1;
            window_last_q <= window_left_q == 12'd2;
            if (!first_q && data_left_q != '0) data_left_q <= data_left_q - 12'd1;
          end
        endcase
      end
      if (ending) begin
        state_q   <= IDLE;
        release_o <= {4'd0, hold_left_q};
      end
      if (take) begin
        run_q         <= ready_q;
        state_q       <= !ready_q.open ? REFUSE : ready_q.early_iv ? IV : LOAD;
        esp_addr_q    <= ready_q.addr_esp;
        head_addr_q   <= ready_q.job.arrival.addr;
        head_left_q   <= ready_q.job.head_beats;
        window_left_q <= ready_q.windows;
        window_last_q <= ready_q.windows == 12'd1;
        data_left_q   <= ready_q.job.blocks;
        hold_left_q   <= ready_q.job.arrival.beats;
        first_q       <= 1'b1;
      end
    end
  end

  // ------------------------------------------------------------------ slots
  logic [127:0] prev_q, window;
  logic [63:0]  iv_q, iv;
  logic         slot_valid_q;
  gcm_slot_t    slot_q;
  logic [63:0]  start_iv_q;
  logic [95:0]  aad_q;
  logic         esn_q;
  logic [15:0]  octets_q;

  wire [1:0] word = rest_q ? rest_word_q : beat_q.word;
  wire [1:0] tail = rest_q ? rest_tail_q : beat_q.tail;
  wire       slot = (beat_q.valid && (beat_q.head || beat_q.window)) || rest_q;

  // Octets of two beats that follow each other, from a word of the first on.
  function automatic logic [127:0] span(input logic [127:0] a, input logic [127:32] b, input logic [1:0] from_word);
    unique case (from_word)
      2'd0: return a;
      2'd1: return {a[95:0], b[127:96]};
      2'd2: return {a[63:0], b[127:64]};
      default: return {a[31:0], b[127:32]};
    endcase
  endfunction

  assign window = span(prev_q, rd_data_i[127:32], word);

  // The IV is the two words in front of the ciphertext. While `load` is here the ciphertext begins in this beat, at `word`.
  always_comb begin
    unique case (beat_q.word)
      2'd0: iv = prev_q[63:0];
      2'd1: iv = {prev_q[31:0], rd_data_i[127:96]};
      2'd2: iv = rd_data_i[127:64];
      default: iv = rd_data_i[95:32];
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      beat_q       <= '0;
      rest_q       <= 1'b0;
      rest_word_q  <= '0;
      rest_tail_q  <= '0;
      prev_q       <= '0;
      iv_q         <= '0;
      slot_valid_q <= 1'b0;
      slot_q       <= '0;
      start_iv_q   <= '0;
      aad_q        <= '0;
      esn_q        <= 1'b0;
      octets_q     <= '0;
    end else begin
      beat_q       <= beat_d;
      rest_q       <= beat_q.valid && beat_q.rest;
      slot_valid_q <= slot;
      if (beat_q.valid) begin
        rest_word_q <= beat_q.word;
        rest_tail_q <= beat_q.tail;
        if (beat_q.keep) prev_q <= rd_data_i;
        if (beat_q.iv) iv_q <= iv;
      end
      if (slot) begin
        slot_q.kind  <= rest_q ? SLOT_LEN : beat_q.kind;
        slot_q.pass  <= beat_q.head;
        slot_q.bytes <= beat_q.bytes;
        slot_q.data  <= beat_q.head && !rest_q ? rd_data_i : window;
        if (beat_q.kind == SLOT_FIRST && !rest_q) begin
          start_iv_q <= tunnel ? window[63:0] : run_q.job.arrival.udp ? iv_q : run_q.job.arrival.iv;
          aad_q      <= run_q.found.esn ? {run_q.job.arrival.spi, run_q.found.seq[63:32], run_q.job.arrival.seq_lo}
                                        : {run_q.job.arrival.spi, run_q.job.arrival.seq_lo, 32'd0};
          esn_q      <= run_q.found.esn;
          octets_q   <= run_q.job.cipher;
        end
      end
    end
  end

  assign slot_valid_o = slot_valid_q;
  assign slot_o       = slot_q;
  assign secret_pop_o = slot_valid_q && slot_q.kind == SLOT_FIRST;

  always_comb begin
    start_o.key256 = secret_i.key256;
    start_o.key    = secret_i.key;
    start_o.iv     = {secret_i.salt, start_iv_q};
    start_o.h      = secret_i.h;
    start_o.aad    = {aad_q, 32'd0};
    start_o.aad12  = esn_q;
    start_o.octets = octets_q;
  end

  // The slot before LEN is the last block of ciphertext, and the slot register still holds it with what stood behind it.
  assign icv_push_o = rest_q || (beat_q.valid && beat_q.window && beat_q.kind == SLOT_LEN);
  assign icv_o      = tail == 2'd0 ? window : span(slot_q.data, window[127:32], tail);

  wire unused = &{1'b0, run_q, ready_q};

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      if (rest_q && beat_q.valid) a_one_slot: assert (!beat_q.head && !beat_q.window);
      if (go && frees) a_held: assert (hold_left_q != '0);
      if (go && beat_d.kind == SLOT_LEN) a_len_last: assert (ending);
      if (take) a_in_flight: assert (in_flight_q < 5'(InFlight));
      if (decided_i) a_decided: assert (in_flight_q != '0);
    end
  end
`endif
endmodule
