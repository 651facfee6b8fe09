// What the table does by itself:
//   boot   zeroes every codeword, the staging bank and the drop counters before anything is served (G10)
//   scan   after the ring was full: visits every entry once, for events that were left (G3). A pass starts when there is room
//          again, and one more follows if something was left meanwhile.
//   scrub  reads one word every SCRUB_CLOCKS clocks, so that a single error is mended before a second one meets it (G10)
//   chase  reads all words of an entry in which somebody met an error but could not deal with it, without waiting for the
//          timer; then the scrubber goes on where it was
module sad_sweep
  import sallyport_abi_pkg::*;
  import sad_int_pkg::*;
#(
    parameter int NUM_SAS      = 64,
    parameter int WINDOW       = 64,
    parameter int SCRUB_CLOCKS = 64,  // a power of two
    localparam int IndexBits   = $clog2(NUM_SAS)
) (
    input  logic                 clk_i,
    input  logic                 rst_ni,
    output logic                 boot_done_o,
    output logic [5:0]           zero_counter_o,
    output logic [6:0]           zero_staging_o,
    // A turn of the engine. scan: sad_events is run for the entry. Otherwise this module reads a word.
    output logic                 want_o,
    output logic                 scan_o,
    output logic                 telling_o, // events wait and could be told
    output logic [IndexBits-1:0] entry_o,   // booting: entry to be zeroed
    input  logic                 start_i,
    output logic                 done_o,    // scrub only
    output access_t              access_o,
    input  logic                 left_i,    // an event was left, whoever found it
    input  logic                 room_i,
    input  logic                 scanned_i, // the scan's turn is over
    // An entry to chase; stays until it is taken.
    input  logic                 note_i,
    input  logic [IndexBits-1:0] note_entry_i,
    output logic                 note_taken_o,
    output logic                 chasing_o
);
  localparam int IncWords  = IncFixed + WINDOW / 64;
  localparam int BootWords = IncWords > CFG_WORDS ? IncWords : CFG_WORDS;
  localparam logic [IndexBits-1:0] LastEntry = IndexBits'(NUM_SAS - 1);

  // A word of an entry; the last word of fw is followed by the first of state.
  typedef struct packed {
    sad_mem_e   mem;
    logic [4:0] word;
  } place_t;

  localparam place_t FirstPlace = '{mem: SAD_MEM_STATE, word: '0};

  function automatic logic [4:0] last_word(input sad_mem_e mem);
    unique case (mem)
      SAD_MEM_STATE: return 5'(StateWords - 1);
      SAD_MEM_CFG: return 5'(CFG_WORDS - 1);
      SAD_MEM_KEY: return 5'(KeyWords - 1);
      SAD_MEM_OUTC: return 5'(OutcWords - 1);
      SAD_MEM_INC: return 5'(IncWords - 1);
      default: return 5'(FwWords - 1);
    endcase
  endfunction

  function automatic place_t place_after(input place_t place);
    if (place.word != last_word(place.mem)) return '{mem: place.mem, word: place.word + 5'd1};
    unique case (place.mem)
      SAD_MEM_STATE: return '{mem: SAD_MEM_CFG, word: '0};
      SAD_MEM_CFG: return '{mem: SAD_MEM_KEY, word: '0};
      SAD_MEM_KEY: return '{mem: SAD_MEM_OUTC, word: '0};
      SAD_MEM_OUTC: return '{mem: SAD_MEM_INC, word: '0};
      SAD_MEM_INC: return '{mem: SAD_MEM_FW, word: '0};
      default: return FirstPlace;
    endcase
  endfunction

  // ------------------------------------------------------------------ boot
  logic                 booted_q;
  logic [IndexBits-1:0] boot_entry_q;
  logic [4:0]           boot_word_q;

  assign boot_done_o    = booted_q;
  // These are smaller than the table: several times over.
  assign zero_counter_o = boot_entry_q[5:0];
  assign zero_staging_o = {boot_word_q[0], boot_entry_q[5:0]};

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      booted_q     <= 1'b0;
      boot_entry_q <= '0;
      boot_word_q  <= '0;
    end else if (!booted_q) begin
      boot_entry_q <= boot_entry_q + IndexBits'(1);
      if (boot_entry_q == LastEntry) begin
        boot_word_q <= boot_word_q + 5'd1;
        if (boot_word_q == 5'(BootWords - 1)) booted_q <= 1'b1;
      end
    end
  end

  // ------------------------------------------------------------------ scan
  logic                 again_q, pass_q;
  logic                 room_q;  // a clock late: who finds no room after all leaves the event to another scan
  logic [IndexBits-1:0] scan_entry_q;
  wire                  scan_end = scanned_i && scan_entry_q == LastEntry;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      again_q      <= 1'b0;
      pass_q       <= 1'b0;
      room_q       <= 1'b0;
      scan_entry_q <= '0;
    end else begin
      room_q <= room_i;
      if (again_q && !pass_q && room_q) begin
        again_q <= 1'b0;
        pass_q  <= 1'b1;
      end
      if (scanned_i) scan_entry_q <= scan_entry_q + IndexBits'(1);
      if (scan_end) pass_q <= 1'b0;
      if (left_i) again_q <= 1'b1;
    end
  end

  // ------------------------------------------------------------------ scrub and chase
  logic [$clog2(SCRUB_CLOCKS)-1:0] timer_q;
  logic                 due_q, chase_q;
  logic [IndexBits-1:0] scrub_entry_q, chase_entry_q;
  place_t               scrub_place_q, chase_place_q;
  logic [1:0]           clock_q;
  logic                 busy_q;

  place_t place, after;
  assign place = chase_q ? chase_place_q : scrub_place_q;
  assign after = place_after(place);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      timer_q       <= '0;
      due_q         <= 1'b0;
      chase_q       <= 1'b0;
      scrub_entry_q <= '0;
      chase_entry_q <= '0;
      scrub_place_q <= FirstPlace;
      chase_place_q <= FirstPlace;
      clock_q       <= '0;
      busy_q        <= 1'b0;
    end else begin
      timer_q <= timer_q + 1'b1;
      if (start_i) begin
        busy_q  <= 1'b1;
        clock_q <= '0;
        if (!chase_q) due_q <= 1'b0;
      end else if (busy_q) begin
        clock_q <= clock_q + 2'd1;
        if (done_o) begin
          busy_q <= 1'b0;
          if (chase_q) begin
            chase_place_q <= after;
            if (after == FirstPlace) chase_q <= 1'b0;
          end else begin
            scrub_place_q <= after;
            if (after == FirstPlace) scrub_entry_q <= scrub_entry_q + IndexBits'(1);
          end
        end
      end
      if (timer_q == '1) due_q <= 1'b1;
      if (note_taken_o) begin
        chase_q       <= 1'b1;
        chase_entry_q <= note_entry_i;
      end
    end
  end

  // Not in the clocks in which a word of another entry is read.
  assign note_taken_o = note_i && booted_q && !chase_q && !busy_q && !start_i;
  assign chasing_o    = chase_q;

  assign done_o  = busy_q && clock_q == 2'd3;
  assign scan_o  = pass_q && room_q && !chase_q;
  assign want_o  = scan_o || due_q || chase_q;
  assign telling_o = (again_q || pass_q) && room_q;
  assign entry_o = !booted_q ? boot_entry_q : scan_o ? scan_entry_q : chase_q ? chase_entry_q : scrub_entry_q;

  always_comb begin
    access_o           = '0;
    access_o.cfg_word  = place.word[3:0];
    access_o.ctr_word  = place.word;
    access_o.ctr_inc   = place.mem == SAD_MEM_INC;
    access_o.misc_word = place.word[2:0];
    access_o.misc_mem  = place.mem;
    if (!booted_q) begin
      access_o.wr_en   = '1;
      access_o.wr_word = boot_word_q;
    end else if (busy_q && clock_q == 2'd0) begin
      access_o.cfg_rd  = place.mem == SAD_MEM_CFG;
      access_o.ctr_rd  = place.mem == SAD_MEM_OUTC || place.mem == SAD_MEM_INC;
      access_o.misc_rd = !access_o.cfg_rd && !access_o.ctr_rd;
    end
  end
endmodule
