// Register accesses inside the accelerator, and the management core's bus, as cores with an OBI port speak it: a request is held until it
// is taken; each gets one answer, in order, one clock later at the earliest.
package reg_pkg;
  typedef struct packed {
    logic        write;
    logic [3:0]  be;     // octets that are written; of a read all four are read
    logic [31:0] addr;   // of the first octet of the word; bits 1:0 are 0
    logic [31:0] wdata;
  } reg_req_t;

  typedef struct packed {
    logic        err;    // nobody there, not allowed, or the memory lost the word
    logic [31:0] rdata;
  } reg_rsp_t;

  // What goes on at the SA table's command port, for simulations that keep a model beside it (sallyport.watch_o). Words of 32 bit, so that
  // they find their way in.
  typedef struct packed {
    logic [7:0]  op;          // of the command that has ended
    logic [7:0]  code;
    logic [15:0] answered;    // generation
    logic [31:0] arg2;
    logic [31:0] arg1;
    logic [15:0] generation;
    logic [15:0] index;
    logic [63:0] staged;      // word that goes into the staging bank
    logic [31:0] staged_at;   // slot * SLOT_WORDS + word
    logic [29:0] zero;
    logic        stages;      // these are of this clock
    logic        ends;
  } watch_t;
endpackage
