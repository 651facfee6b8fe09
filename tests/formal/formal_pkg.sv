// What the harnesses of whole requests keep beside the design: what really happened under an entry's present key.
package formal_pkg;
  import sad_int_pkg::*;

  // A packet request on its way through a bank.
  typedef struct packed {
    req_kind_e   kind;
    logic        lane;
    logic [15:0] index;
    logic [15:0] generation;
    logic [15:0] octets;
    logic [63:0] seq;
  } way_t;

  typedef struct packed {
    logic [65:0] octets;     // let through and counted
    logic [65:0] packets;
    logic        refused;    // a limit refused a packet, or a count stands at its limit
    logic        any;        // an outbound number was handed out
    logic [63:0] highest;    // the one handed out last
    logic        ended;      // the last one was
    logic        accepted;   // the watched inbound number was accepted
    logic        broke;      // a word of the entry was broken: it is or will be dead, its words are anything
  } truth_t;

  localparam logic [65:0] Full = 66'h1_0000_0000_0000_0000;  // where a 64-bit counter would wrap

  // The last sequence number.
  function automatic logic [63:0] last_number(input logic esn);
    return esn ? 64'hFFFF_FFFF_FFFF_FFFF : 64'h0000_0000_FFFF_FFFF;
  endfunction

  // A count near its end stays where it is: without a limit there is none, and from 2^64 on nothing is said.
  function automatic logic [65:0] more(input logic [65:0] count, input logic [15:0] by);
    return count < Full ? count + 66'(by) : count;
  endfunction
endpackage
