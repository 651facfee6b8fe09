// Order of the checks, pure: what becomes of a packet, and what that does to the entry's state word.
//
// verdict_i is verdict_o a few clocks later; the second half works on the verdict that is really given, because a broken key word
// can still turn an ok into dead_memory after the first half has spoken.
module sad_verdict
  import sallyport_abi_pkg::*;
  import sad_int_pkg::*;
(
    input  packet_req_t req_i,
    input  life_t       life_i,
    input  name_t       name_i,
    input  sa_word0_t   w0_i,
    input  findings_t   found_i,
    output verdict_e    verdict_o,
    input  verdict_e    verdict_i,
    output life_t       life_o,   // state word after this packet
    output logic [7:0]  fresh_o   // events that happened with it
);
  wire inbound = w0_i.flags[SA_FLAG_INBOUND];
  wire is_out  = req_i.kind == REQ_OUT;
  wire is_look = req_i.kind == REQ_LOOK;
  wire alive   = life_i.dead == DEAD_REASON_ALIVE;
  wire is_free = life_i.state == ENTRY_STATE_FREE;

  // A memory error may have cost the entry its SPI (it reads as 0 then); dead_memory says more than unknown_spi.
  wire spi_lost  = life_i.dead == DEAD_REASON_MEMORY && w0_i.spi == '0;
  wire stranger  = is_look ? (is_free || (w0_i.spi != req_i.spi && !spi_lost))
                           : (is_free || name_i.generation != req_i.generation);
  wire wrong_way = life_i.state != ENTRY_STATE_LARVAL && !spi_lost && inbound == is_out;

  logic usable;
  always_comb begin
    unique case (life_i.state)
      ENTRY_STATE_ACTIVE, ENTRY_STATE_OVERLAP, ENTRY_STATE_REDUNDANT: usable = 1'b1;
      ENTRY_STATE_DRAINING: usable = !is_out;
      default: usable = 1'b0;
    endcase
  end

  function automatic verdict_e verdict_of(input dead_reason_e dead);
    unique case (dead)
      DEAD_REASON_HARD_OCTETS: return VERDICT_HARD_OCTETS;
      DEAD_REASON_HARD_PACKETS: return VERDICT_HARD_PACKETS;
      DEAD_REASON_SEQ_END: return VERDICT_SEQ_END;
      DEAD_REASON_ICV_LIMIT: return VERDICT_DEAD_ICV_LIMIT;
      DEAD_REASON_KILLED: return VERDICT_DEAD_KILLED;
      default: return VERDICT_DEAD_MEMORY;
    endcase
  endfunction

  // Checks that a kind of request does not have find nothing: what was not looked at is 0 in found_i.
  always_comb begin
    if (!req_i.index_ok) verdict_o = is_out ? VERDICT_BAD_DESCRIPTOR : VERDICT_STALE_GENERATION;
    else if (!found_i.id_bad && stranger) verdict_o = is_look ? VERDICT_UNKNOWN_SPI : VERDICT_STALE_GENERATION;
    else if (found_i.any_bad) verdict_o = VERDICT_DEAD_MEMORY;
    else if (wrong_way) verdict_o = VERDICT_WRONG_DIRECTION;
    else if (!usable) verdict_o = VERDICT_WRONG_STATE;
    else if (!alive) verdict_o = verdict_of(life_i.dead);
    else if (is_out && req_i.mode != w0_i.flags[SA_FLAG_TUNNEL]) verdict_o = VERDICT_WRONG_MODE;
    else if (is_look && req_i.mode != w0_i.flags[SA_FLAG_UDP_ENCAP]) verdict_o = VERDICT_WRONG_MODE;
    else if (found_i.too_big) verdict_o = VERDICT_TOO_BIG;
    else if (found_i.seq_zero) verdict_o = VERDICT_SEQ_ZERO;
    else if (found_i.replay) verdict_o = VERDICT_REPLAY;
    else if (req_i.kind == REQ_FAIL) verdict_o = VERDICT_BAD_ICV;
    else if (found_i.over_octets) verdict_o = VERDICT_HARD_OCTETS;
    else if (found_i.over_packets) verdict_o = VERDICT_HARD_PACKETS;
    else if (found_i.spent) verdict_o = VERDICT_SEQ_END;
    else verdict_o = VERDICT_OK;
  end

  // ------------------------------------------------------------------ effects
  wire passes  = verdict_i == VERDICT_OK && !is_look;
  wire icv_bad = verdict_i == VERDICT_BAD_ICV;

  dead_reason_e dies;
  logic [7:0]   happened, waiting;
  always_comb begin
    dies     = DEAD_REASON_ALIVE;
    happened = '0;
    if (alive) begin
      // An SA that dies with a packet that was accepted, or with the first one refused.
      if ((passes && found_i.at_octets) || verdict_i == VERDICT_HARD_OCTETS) dies = DEAD_REASON_HARD_OCTETS;
      else if ((passes && found_i.at_packets) || verdict_i == VERDICT_HARD_PACKETS) dies = DEAD_REASON_HARD_PACKETS;
      else if ((passes && found_i.last) || verdict_i == VERDICT_SEQ_END) dies = DEAD_REASON_SEQ_END;
      else if (icv_bad && found_i.icv_end) dies = DEAD_REASON_ICV_LIMIT;

      happened[KindSoftOctets]  = passes && found_i.soft_octets;
      happened[KindSoftPackets] = passes && found_i.soft_packets;
      happened[KindSoftSeq]     = passes && found_i.soft_seq;
      happened[KindHard]        = dies == DEAD_REASON_HARD_OCTETS || dies == DEAD_REASON_HARD_PACKETS;
      happened[KindSeqEnd]      = (passes && found_i.last) || verdict_i == VERDICT_SEQ_END;
      happened[KindIcvSoft]     = icv_bad && found_i.icv_half;
      happened[KindIcvLimit]    = icv_bad && found_i.icv_end;
    end
  end

  sad_latch u_latch (
      .life_i,
      .dies_i    (dies),
      .happened_i(happened),
      .told_i    ('0),
      .life_o,
      .fresh_o,
      .waiting_o (waiting)
  );

  wire unused_words = ^{waiting, req_i.index, req_i.esp_offset, req_i.octets, req_i.seq, w0_i.path_mtu, name_i.memory_told};
endmodule
