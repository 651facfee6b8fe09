// Types that the modules of the SA table share among themselves.
package sad_int_pkg;
  import sallyport_abi_pkg::*;

  localparam int StateBits  = 29;
  localparam int StateWords = 2;
  localparam int KeyWords   = 7;
  localparam int OutcWords  = 3;
  localparam int IncFixed   = 4;   // words before the window
  localparam int FwWords    = 4;
  localparam int FwBits     = 16;

  // Words of an entry in the cfg, outc and inc memories that are named in more than one place.
  localparam logic [4:0] WordSeq     = 5'd0;  // outc: number used last; inc: top of the window
  localparam logic [4:0] WordOctets  = 5'd1;
  localparam logic [4:0] WordPackets = 5'd2;
  localparam logic [4:0] WordIcv     = 5'd3;

  // event_kind as an index of the latches.
  localparam logic [2:0] KindSoftOctets  = 3'(EVENT_KIND_SOFT_OCTETS);
  localparam logic [2:0] KindSoftPackets = 3'(EVENT_KIND_SOFT_PACKETS);
  localparam logic [2:0] KindSoftSeq     = 3'(EVENT_KIND_SOFT_SEQ);
  localparam logic [2:0] KindHard        = 3'(EVENT_KIND_HARD);
  localparam logic [2:0] KindSeqEnd      = 3'(EVENT_KIND_SEQ_END);
  localparam logic [2:0] KindIcvSoft     = 3'(EVENT_KIND_ICV_SOFT);
  localparam logic [2:0] KindIcvLimit    = 3'(EVENT_KIND_ICV_LIMIT);
  localparam logic [2:0] KindMemory      = 3'(EVENT_KIND_MEMORY);

  // State word 0, in [28:7]. State, death and event latches change together: one codeword.
  typedef struct packed {
    entry_state_e state;
    dead_reason_e dead;
    logic [7:0]   raised;  // by event_kind: happened in this generation
    logic [7:0]   told;    // by event_kind: is in the ring
  } life_t;

  // State word 1, in [28:12].
  typedef struct packed {
    logic [15:0] generation;   // of the tenant; of the last one while free
    logic        memory_told;  // copy of told[memory], should word 0 be lost
  } name_t;

  // What a client of the memories wants in a clock. Three lanes read at once: cfg; ctr (outc or inc); misc (state, key or fw).
  // One word is written, to any set of memories.
  typedef struct packed {
    logic        cfg_rd;
    logic [3:0]  cfg_word;
    logic        ctr_rd;
    logic        ctr_inc;   // 1 inc, 0 outc
    logic [4:0]  ctr_word;
    logic        misc_rd;
    sad_mem_e    misc_mem;  // state, key or fw
    logic [2:0]  misc_word;
    logic [5:0]  wr_en;     // by sad_mem
    logic [4:0]  wr_word;   // memories with fewer words ignore the write
    logic [63:0] wr_data;
  } access_t;

  // What the lanes give, two clocks after the read, corrected. cfg and ctr hold their word until the next one; misc does not.
  typedef struct packed {
    logic        cfg_new;   // a word came in this clock
    logic        cfg_bad;   // and cannot be corrected
    logic [3:0]  cfg_word;
    logic [63:0] cfg;
    logic        ctr_new;
    logic        ctr_bad;
    logic [63:0] ctr;
    logic        misc_new;
    logic        misc_bad;
    sad_mem_e    misc_mem;
    logic [2:0]  misc_word;
    logic [63:0] misc;
  } lanes_t;

  // A memory error met in this clock.
  typedef struct packed {
    logic       one_bit;
    logic       two_bits;
    sad_mem_e   mem;
    logic [4:0] word;
  } ecc_t;

  // Fault injection (simulation).
  typedef struct packed {
    logic        en;
    sad_mem_e    mem;
    logic [4:0]  word;
    logic [71:0] mask;
  } flip_t;

  // Where a turn stands, and whose it is (sad_control).
  typedef enum logic [2:0] {
    CTL_BOOT,
    CTL_IDLE,
    CTL_RUN,   // the request itself
    CTL_FIX,   // sad_fault
    CTL_TELL,  // sad_events
    CTL_NEXT   // what is left to do?
  } control_e;

  typedef enum logic [2:0] {
    TURN_ADMIT,
    TURN_LOOK,
    TURN_TAKE,
    TURN_COMMAND,
    TURN_SCRUB,
    TURN_SCAN
  } turn_e;

  // What the entry state machine is told (sad_state).
  typedef enum logic [1:0] {
    FACT_COMMAND,  // a command
    FACT_UNDONE,   // a commit that could not be finished: what it wrote has to go
    FACT_ERASED    // nothing is left of an erased entry
  } state_fact_e;

  // Requests of the packet paths.
  typedef enum logic [1:0] {
    REQ_OUT,   // outbound admission
    REQ_LOOK,  // inbound look-up
    REQ_TAKE,  // inbound commit, ICV right
    REQ_FAIL   // inbound commit, ICV wrong
  } req_kind_e;

  typedef struct packed {
    req_kind_e   kind;
    logic        index_ok;    // names an entry that exists
    logic [15:0] index;
    logic [15:0] generation;
    logic        mode;        // out: tunnel; look-up: UDP
    logic [15:0] esp_offset;
    logic [15:0] octets;
    logic [31:0] spi;
    logic [63:0] seq;         // look-up: low half only
  } packet_req_t;

  // Findings about a packet, from which sad_verdict decides.
  typedef struct packed {
    logic id_bad;        // a word that says whose entry this is cannot be corrected
    logic any_bad;       // any word cannot be corrected
    logic too_big;
    logic over_octets;   // count + n would pass the hard limit
    logic at_octets;     // count + n is the hard limit
    logic soft_octets;   // count + n has reached the soft limit
    logic over_packets;
    logic at_packets;
    logic soft_packets;
    logic soft_seq;      // number of this packet has reached the threshold
    logic spent;         // no number is left
    logic last;          // this packet takes the last number
    logic seq_zero;
    logic replay;
    logic icv_half;      // failures, this one included, have reached half of the limit
    logic icv_end;       // ... the limit
  } findings_t;

  // ------------------------------------------------------------------ sad_full
  // Clocks from the grant of a request to its answer, always.
  localparam int AnswerClocks = 8;

  // What a packet found wrong with the words that it read, in the clock in which they arrive.
  typedef struct packed {
    logic wrong;     // anything
    logic bad;       // something that cannot be corrected
    logic state_bad; // ... a state word
    logic w0_bad;    // ... cfg word 0
  } damage_t;

  // Words that packets overwrite, window apart.
  typedef struct packed {
    logic [3:0] inc;   // top, octets, packets, failures
    logic [2:0] outc;  // number, octets, packets
    logic       life;
  } counted_t;

  // An answer without the view that may go with it.
  typedef struct packed {
    req_kind_e   kind;
    verdict_e    verdict;
    logic [15:0] index;
    logic [15:0] generation;
    logic [31:0] aux;
    logic [63:0] seq;
  } answer_t;

  function automatic logic [63:0] pack_life(input life_t life);
    return {35'd0, life, 7'd0};
  endfunction

  function automatic logic [63:0] pack_name(input name_t name);
    return {35'd0, name, 12'd0};
  endfunction

  function automatic logic [5:0] mem_bit(input sad_mem_e mem);
    return 6'd1 << mem;
  endfunction
endpackage
