// What the packet paths and gcm_core say to each other.
//
// Beats are 128 bit, the first octet in [127:120]; a beat holds 1..16 octets and only the last one of a part may be short.
package gcm_pkg;
  typedef enum logic [1:0] {
    GCM_SEAL,    // plaintext in, ciphertext out, tag over what went out
    GCM_OPEN,    // ciphertext in, plaintext out, tag over what came in: the user compares and holds back the plaintext
    GCM_HASHKEY  // no data: the "tag" is the hash key H = E_K(0)
  } gcm_op_e;

  typedef struct packed {
    gcm_op_e      op;
    logic         key256;       // AES-256, else AES-128
    logic [255:0] key;          // first key octet in [255:248]; AES-128 in [255:128], the rest is not looked at
    logic [95:0]  iv;           // first octet in [95:88]; for ESP {salt, IV of the packet}
    logic [127:0] h;            // hash key E_K(0), if h_valid; otherwise it is computed first
    logic         h_valid;
    logic         has_aad;      // at least one AAD beat comes
    logic         has_payload;  // at least one payload beat comes
  } gcm_cmd_t;

  // ------------------------------------------------------------------ full profile (gcm_pipe)
  // A packet of n payload blocks is n + 2 slots in this order: FIRST, n times DATA, LEN. PASS slots may stand between FIRST and
  // the first DATA; what they carry comes out as it is, in its place, and is neither encrypted nor hashed.
  typedef enum logic [1:0] {
    SLOT_FIRST,  // starts a packet: E(J0), AAD; gcm_start_t goes with it
    SLOT_DATA,   // one payload block
    SLOT_LEN,    // ends a packet: the block of lengths goes into GHASH
    SLOT_PASS
  } slot_kind_e;

  typedef struct packed {
    slot_kind_e   kind;
    logic         pass;   // FIRST: `data` comes out as a passed beat
    logic [127:0] data;
    logic [4:0]   bytes;  // DATA: 1..16; octets behind are not looked at and come out as zero
  } gcm_slot_t;

  typedef struct packed {
    logic         key256;  // AES-256, else AES-128
    logic [255:0] key;     // first key octet in [255:248]; AES-128 in [255:128]
    logic [95:0]  iv;      // {salt, IV of the packet}
    logic [127:0] h;       // hash key E_K(0)
    logic [127:0] aad;     // 8 or 12 octets, the rest zero
    logic         aad12;   // 12 octets (ESN), else 8
    logic [15:0]  octets;  // payload octets, 1 and more
  } gcm_start_t;

  // Clocks from the clock that takes a slot (FIRST with pass, PASS, DATA) to that of out_valid_o, and from that of LEN to tag_valid_o.
  localparam int GcmDataLatency = 16;
  localparam int GcmTagLatency = 18;

  // The first `bytes` octets of a beat (0..16; more count as 16), the rest zero.
  function automatic logic [127:0] gcm_keep(input logic [127:0] data, input logic [4:0] bytes);
    if (bytes[4]) return data;
    return data & ~({128{1'b1}} >> {bytes[3:0], 3'b000});
  endfunction
endpackage
