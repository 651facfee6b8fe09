// What the parts of the inbound path of a lane tell each other. Beats and blocks are 16 octets; 12 bits count the longest packet.
package lane_in_pkg;
  import sallyport_abi_pkg::*;

  // Packets between the start of their feeding and their verdict; every queue in between has room for as many.
  localparam int InFlight = 16;

  // A packet that came in, judged by what stands outside its ciphertext.
  typedef struct packed {
    verdict_e    verdict;    // VERDICT_OK: its SA is to be looked up
    logic        udp;        // ESP stands behind a UDP header
    logic [15:0] udp_len;    // as that header says
    logic [1:0]  ecn;        // of the outer header
    logic [15:0] addr;       // ring beat of octet 0
    logic [11:0] beats;      // held in the ring
    logic [15:0] total_len;  // octets that belong to the packet
    logic [15:0] hdr_len;    // octets of its IP header with options and extension headers
    logic [15:0] upper_len;  // octets behind that
    logic [15:0] nh_offset;  // octet that names the upper layer
    logic [31:0] spi;
    logic [31:0] seq_lo;
    logic [63:0] iv;         // not behind UDP
    logic [31:0] cookie;
  } arrival_t;

  // The same, measured, when its SA has been asked for (or will not be).
  typedef struct packed {
    arrival_t    arrival;
    logic [15:0] cipher;      // octets that the cipher handles
    logic [11:0] blocks;      // blocks of these
    logic [11:0] head_beats;  // beats that the IP header touches
    logic [11:0] ring_beats;  // beats that the packet touches, link padding not counted
    logic [11:0] esp_beat;    // beat in which ESP begins
    logic [1:0]  esp_word;    // and the word of it
  } job_t;

  // What the feeder wants of the table's answer.
  typedef struct packed {
    verdict_e    verdict;
    logic [15:0] index;
    logic [15:0] generation;
    logic [63:0] seq;
    logic        tunnel;
    logic        esn;
    logic        dec_ttl;
    logic        ecn_compat;
  } found_t;

  typedef struct packed {
    logic         key256;
    logic [255:0] key;
    logic [31:0]  salt;
    logic [127:0] h;
  } secret_t;

  // What the judge wants of it (G11).
  typedef struct packed {
    sa_word1_in_t ports;
    logic [7:0]   src_plen;
    logic [7:0]   dst_plen;
    logic [7:0]   protocol;
    logic [7:0]   family;
    logic [127:0] src_prefix;
    logic [127:0] dst_prefix;
  } policy_t;

  // A packet in gcm_pipe, for those who look at what comes out.
  typedef struct packed {
    logic        tunnel;
    logic        dec_ttl;
    logic        ecn_compat;
    logic [1:0]  ecn;      // of the outer header
    logic [15:0] cipher;
    logic [11:0] blocks;   // of ciphertext
    logic [15:0] hdr_len;  // transport: of its own IP header
  } shape_t;

  // A packet that waits for its verdict.
  typedef struct packed {
    logic        open;       // it is in gcm_pipe and goes to the table again; otherwise `verdict` is its verdict
    verdict_e    verdict;
    logic [15:0] index;
    logic [15:0] generation;
    logic [31:0] cookie;
    logic [31:0] seq_lo;
    logic        tunnel;
    logic [11:0] blocks;     // that it takes in the store, passed header beats included
    logic [15:0] hdr_len;
    logic [15:0] nh_offset;
  } order_t;

  typedef struct packed {
    logic [15:0] index;
    logic [15:0] generation;
    logic [63:0] seq;
    logic [15:0] octets;
  } claim_t;

  // What the plaintext says, should the packet turn out to be genuine.
  typedef struct packed {
    verdict_e    verdict;
    logic [7:0]  next_header;
    logic [15:0] length;      // octets of the plain packet
    logic        v6;
    logic [15:0] checksum;    // these three as they go out
    logic [7:0]  ttl;
    logic [1:0]  ecn;
  } judged_t;

  // A packet with its verdict, to be emitted or skipped.
  typedef struct packed {
    status_desc_t status;
    logic         ok;
    logic         tunnel;
    logic         v6;
    logic [15:0]  checksum;
    logic [7:0]   ttl;
    logic [1:0]   ecn;
    logic [11:0]  blocks;
    logic [15:0]  hdr_len;
    logic [15:0]  nh_offset;
  } emit_t;
endpackage
