// What the parts of the outbound path of a lane tell each other. Beats and blocks are 16 octets, words 4.
package lane_out_pkg;
  import sallyport_abi_pkg::*;

  // Packets between out_admit and out_emit; every queue in between has room for as many. A packet of 64 octets takes 7 clocks of
  // the lane and some 60 from one end to the other.
  localparam int InFlight = 16;
  // Of these, packets that have been asked for and whose key has not gone into the cipher.
  localparam int Asking = 4;

  // A packet that came in, judged by what is known before its SA.
  typedef struct packed {
    logic        ask;         // the table decides; otherwise `verdict` does
    verdict_e    verdict;
    logic        tunnel;
    logic        dummy;
    logic        v6;          // of the packet itself
    logic [7:0]  tos;
    logic        df;
    logic [15:0] addr;        // ring beat of octet 0
    logic [11:0] beats;       // held in the ring
    logic [15:0] length;
    logic [15:0] head;        // transport: octets of its IP header, else 0
    logic [15:0] nh_offset;   // transport: octet that names the upper layer
    logic [15:0] payload;
    logic [15:0] cipher;      // octets for the cipher
    logic [1:0]  pad_len;
    logic [7:0]  next_header;
  } arrival_t;

  // What goes back to the host as it came.
  typedef struct packed {
    logic [15:0] index;
    logic [15:0] generation;
    logic [31:0] cookie;
  } ticket_t;

  // What out_admit and the feeder want of the table's answer.
  typedef struct packed {
    verdict_e    verdict;     // TTL included
    logic [31:0] aux;
    logic [31:0] spi;
    logic [63:0] seq;
    logic        esn;
    logic        udp;
    logic        outer_v6;
    logic        dec_ttl;
  } answer_t;

  typedef struct packed {
    logic         key256;
    logic [255:0] key;
    logic [31:0]  salt;
    logic [127:0] h;
  } secret_t;

  // What the headers are made of.
  typedef struct packed {
    logic [31:0]  spi;
    logic [63:0]  seq;
    logic [15:0]  udp_sport;
    logic [15:0]  udp_dport;
    logic [7:0]   ttl;
    logic [5:0]   dscp;
    logic         df_set;
    logic         df_clear;
    logic         dscp_fixed;
    logic         ecn_compat;
    logic [127:0] src;
    logic [127:0] dst;
  } template_t;

  // A decided packet for the feeder. One that does not go is only given back to the ring.
  typedef struct packed {
    logic        go;
    logic        tunnel;
    logic        v6;          // of the packet itself
    logic        udp_sum;     // UDP over IPv6: needs a checksum
    logic        esn;
    logic        dec_ttl;     // of this packet
    logic [15:0] addr;
    logic [11:0] beats;
    logic [15:0] length;
    logic [15:0] head;
    logic [15:0] nh_offset;
    logic [15:0] payload;
    logic [15:0] cipher;
    logic [1:0]  pad_len;
    logic [7:0]  next_header;
    logic [7:0]  name;        // protocol of the packet that is built
    logic [15:0] len;         // octets of the packet that is built
    logic [15:0] fix;         // see out_patch
    logic [31:0] spi;
    logic [63:0] seq;
  } job_t;

  // The same packet for out_front.
  typedef struct packed {
    verdict_e    verdict;
    logic [31:0] aux;
    logic        tunnel;
    logic        v6;          // outermost header
    logic        udp;
    logic [15:0] len;
    logic [15:0] head;
    logic [15:0] cipher;
    logic [7:0]  tos;         // of the inner packet
    logic        df;
  } frame_t;

  // A packet at the output: all that stands in front of its ciphertext, and how many words of what.
  typedef struct packed {
    status_desc_t status;
    logic         go;         // otherwise the status is all there is
    logic         tunnel;
    logic         udp;
    logic         ip_sum;     // the checksum goes into the IPv4 header
    logic         udp_sum;    // the checksum goes into the UDP header
    logic [11:0]  heads;      // full beats of the IP header
    logic [1:0]   rest;       // words of it behind them
    logic [11:0]  blocks;     // of ciphertext
    logic [1:0]   tail;       // words of the last one, 0 for four
    logic [127:0] head0;      // tunnel: first and second full beat, and the rest
    logic [127:0] head1;
    logic [63:0]  rest_data;
    logic [127:0] esp;        // four words behind the IP header: UDP header, SPI, sequence number; or those two and the IV
    logic [63:0]  iv;
  } front_t;
endpackage
