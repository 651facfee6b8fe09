// The management core's bus between its masters and its memories, as Ibex and other cores with an OBI port speak it: a request is held
// until it is granted; each granted request gets one answer, in order, one clock later at the earliest.
package mcu_pkg;
  typedef struct packed {
    logic        write;
    logic [3:0]  be;     // octets that are written; of a read all four are read
    logic [31:0] addr;   // of the first octet of the word; bits 1:0 are 0
    logic [31:0] wdata;
  } mcu_req_t;

  typedef struct packed {
    logic        err;    // nobody there, or the memory lost the word
    logic [31:0] rdata;
  } mcu_rsp_t;

  // mcu_loader: where the image is on its way, and what its last check found.
  typedef enum logic [2:0] {LOAD_WIPE, LOAD_EMPTY, LOAD_CHECK, LOAD_RUN, LOAD_REFUSED} load_state_e;
  typedef enum logic [2:0] {LOAD_OK, LOAD_BAD_MAGIC, LOAD_BAD_ABI, LOAD_BAD_LENGTH, LOAD_BAD_CRC, LOAD_MEMORY} load_code_e;

  // The core's address space (docs/reference/core.md).
  localparam logic [31:0] ImageBase  = 32'h0000_0000;
  localparam logic [31:0] DataBase   = 32'h1000_0000;
  localparam logic [31:0] DeviceBase = 32'h2000_0000;
endpackage
