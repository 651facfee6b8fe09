// Types of the packet paths.
package esp_pkg;
  import sallyport_abi_pkg::*;

  // What ip_parse found in an IP packet. Offsets count octets from the start of the packet.
  typedef struct packed {
    logic         ok;         // whole, well-formed chain: version 4 or 6, IHL >= 5, total length within what arrived, no header cut off
    logic         v6;
    logic [15:0]  total_len;  // IPv4 total length; IPv6 payload length + 40
    logic [15:0]  hdr_len;    // where the upper-layer header stands (after options or extension headers)
    logic [15:0]  nh_offset;  // octet that names the upper-layer protocol (9 for IPv4)
    logic [7:0]   proto;      // upper-layer protocol: the first that is no IPv6 extension header (0, 43, 44, 60 are walked)
    logic [7:0]   tos;        // TOS or traffic class
    logic [7:0]   ttl;        // TTL or hop limit
    logic         df;         // IPv4 DF
    logic         frag;       // IPv4: MF or offset not 0; IPv6: fragment header present
    logic         nonfirst;   // fragment offset not 0: no upper-layer header in this packet
    logic [127:0] src;        // IPv4 in [127:96], rest 0
    logic [127:0] dst;
    logic [127:0] l4;         // first 16 octets of the upper layer, zero-filled
    logic [4:0]   l4_bytes;   // how many of them the packet has (0..16)
  } ip_info_t;

  // One packet in the ingest ring.
  typedef struct packed {
    logic [127:0] desc;       // out_desc_t or in_desc_t, as it came
    verdict_e     verdict;    // VERDICT_OK, or why the data cannot be used (length_mismatch, too_long, malformed)
    logic [15:0]  addr;       // ring beat address of octet 0 (wraps modulo the ring's depth)
    logic [15:0]  beats;      // beats held in the ring; released on pop
    ip_info_t     ip;
  } ingest_t;

  // What out_build is doing.
  typedef enum logic [3:0] {
    OUT_IDLE,
    OUT_SUM_A,
    OUT_SUM_B,
    OUT_HEADER,
    OUT_UDP,
    OUT_ESP,
    OUT_BODY,
    OUT_TAG,
    OUT_FIX
  } out_phase_e;

  // Octets 1..n of a beat are its most significant ones.
  function automatic logic [127:0] keep_first(input logic [127:0] data, input logic [4:0] bytes);
    return data & ~(128'hFFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF >> {bytes, 3'b000});
  endfunction

  // What esp_tail wants to know of the octets from a beat on: of payload, of the whole.
  function automatic logic [4:0] tail_payload(input logic [15:0] octets);
    return octets[15:4] != '0 ? 5'd16 : octets[4:0];
  endfunction

  function automatic logic [4:0] tail_left(input logic [15:0] octets);
    return octets[15:5] != '0 ? 5'd31 : octets[4:0];
  endfunction
endpackage
