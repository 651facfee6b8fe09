// Between the registers and the loopback (self_test).
package self_test_pkg;
  localparam int TestBeats = 32;  // of its buffer

  typedef struct packed {
    logic        go;         // TEST_GO was written; with it:
    logic [15:0] seq;
    logic        inbound;
    logic [2:0]  lane;
    logic        stop;       // TEST_ABORT was written; with it:
    logic [15:0] stop_seq;
    logic        read;       // TEST_BUFFER: a word is read, its data comes a clock later
    logic        write;
    logic [6:0]  word;
    logic [31:0] data;
  } test_req_t;

  typedef struct packed {
    logic [15:0] seq;
    logic        busy;
    logic        overflow;
    logic        aborted;
    logic        refused;
    logic [9:0]  octets;
    logic [31:0] data;       // word read
  } test_rsp_t;
endpackage
