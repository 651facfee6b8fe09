// What the packet paths and the SA table say to each other.
//
// The table is the one writer of an entry: every answer is a consistent picture of it, and every check-and-count is one step.
// Requests are valid/ready. sad_table holds an answer until it is taken; sad_full gives it for one clock, to who has kept room.
package sad_pkg;
  import sallyport_abi_pkg::*;

  // Image of an SA as the packet paths use it. Meaning of the words: abi.toml, layout.
  typedef struct packed {
    sa_word0_t    w0;
    logic [63:0]  w1;
    logic [127:0] addr_a;  // outer source (outbound) or inner source prefix (inbound); IPv4 in [127:96]
    logic [127:0] addr_b;  // outer destination, or inner destination prefix
    logic [63:0]  w11;
    logic [255:0] key;     // AES-128 in [255:128]
    logic [31:0]  salt;
    logic [127:0] h;       // hash key E_K(0)
  } sa_view_t;

  // Outbound admission: check limits, state, MTU; take a sequence number; count. All or nothing (G1, G2).
  typedef struct packed {
    logic [15:0] index;
    logic [15:0] generation;
    logic        tunnel;      // from the descriptor; must agree with the SA
    logic [15:0] esp_offset;  // transport: octets before the ESP header
    logic [15:0] octets;      // what the cipher will handle: payload, TFC padding, padding, pad length, next header
  } out_req_t;

  typedef struct packed {
    verdict_e    verdict;     // VERDICT_OK: admitted and counted
    logic [63:0] seq;         // sequence number of this packet; also its IV
    logic [31:0] aux;         // too_big: largest inner packet that fits
    sa_view_t    view;        // all zero unless VERDICT_OK
  } out_rsp_t;

  // Inbound look-up: find the entry, reconstruct the extended sequence number, refuse what can be refused early. Moves nothing.
  typedef struct packed {
    logic [31:0] spi;
    logic [31:0] seq_lo;
    logic        udp;         // came in UDP encapsulation
  } lookup_req_t;

  typedef struct packed {
    verdict_e    verdict;
    logic [15:0] index;       // 16'hFFFF when unknown_spi
    logic [15:0] generation;
    logic [63:0] seq;         // reconstructed (RFC 4303 appendix A2); upper half 0 without ESN
    sa_view_t    view;        // all zero unless VERDICT_OK
  } lookup_rsp_t;

  // Inbound commit after the ICV was checked: replay window, limits and counters in one step (G8), or the failure count alone.
  typedef struct packed {
    logic [15:0] index;
    logic [15:0] generation;
    logic [63:0] seq;
    logic [15:0] octets;
    logic        icv_ok;
  } commit_req_t;

  // Management command and its answer; see abi.toml op and cmd_code.
  typedef struct packed {
    op_e         op;
    logic [15:0] index;
    logic [15:0] generation;
    logic [31:0] arg1;
    logic [31:0] arg2;
  } cmd_req_t;

  typedef struct packed {
    cmd_code_e    code;
    logic [15:0]  generation;
    entry_state_e state;
    dead_reason_e dead;
  } cmd_rsp_t;

  // Registers that the snapshot and counter operations fill together.
  typedef struct packed {
    logic [63:0]  seq;
    logic [63:0]  octets;
    logic [63:0]  packets;
    logic [63:0]  icv_fail;
    logic [63:0]  fw;
    logic [31:0]  spi;
    logic [15:0]  generation;
    entry_state_e state;
    dead_reason_e dead;
    logic [7:0]   raised;
    logic [63:0]  time_ns;
    logic [63:0]  counter;
  } snap_t;
endpackage
