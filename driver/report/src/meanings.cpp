#include "meanings.hpp"

namespace sallyport::report {

const char* meaning(abi::EntryState state) {
  switch (state) {
    case abi::EntryState::kFree:
      return "Nothing lives here";
    case abi::EntryState::kLarval:
      return "SPI given out, no key yet";
    case abi::EntryState::kActive:
      return "Keyed and in use";
    case abi::EntryState::kOverlap:
      return "Old one of a rekey: its replacement is keyed, it still serves";
    case abi::EntryState::kDraining:
      return "Delete done: takes late inbound packets, sends none";
    case abi::EntryState::kRedundant:
      return "Lost a rekey collision, waits to be deleted";
    case abi::EntryState::kErasing:
      return "Keys are being overwritten";
  }
  return "";
}

const char* meaning(abi::EventKind kind) {
  switch (kind) {
    case abi::EventKind::kSoftOctets:
      return "soft octet limit reached";
    case abi::EventKind::kSoftPackets:
      return "soft packet limit reached";
    case abi::EventKind::kSoftSeq:
      return "sequence threshold reached";
    case abi::EventKind::kHard:
      return "hard limit reached, SA is dead";
    case abi::EventKind::kSeqEnd:
      return "last sequence number used, SA is dead";
    case abi::EventKind::kIcvSoft:
      return "half of the integrity limit";
    case abi::EventKind::kIcvLimit:
      return "integrity limit, SA is dead";
    case abi::EventKind::kMemory:
      return "memory error, SA is dead";
  }
  return "";
}

const char* meaning(abi::Verdict verdict) {
  switch (verdict) {
    case abi::Verdict::kOk:
      return "sent out";
    case abi::Verdict::kDummy:
      return "valid dummy packet, discarded as it should be";
    case abi::Verdict::kBadDescriptor:
      return "descriptor contradicts itself or the packet";
    case abi::Verdict::kLengthMismatch:
      return "other length than the descriptor says";
    case abi::Verdict::kTooLong:
      return "longer than the packet buffer";
    case abi::Verdict::kMalformed:
      return "not a whole, well-formed IP packet";
    case abi::Verdict::kNotEsp:
      return "neither ESP nor ESP in UDP";
    case abi::Verdict::kEspFragment:
      return "ESP packet is an IP fragment";
    case abi::Verdict::kUnknownSpi:
      return "no entry holds this SPI";
    case abi::Verdict::kStaleGeneration:
      return "descriptor names a tenant that is gone";
    case abi::Verdict::kWrongState:
      return "the entry's state does not allow the packet";
    case abi::Verdict::kWrongDirection:
      return "the entry serves the other direction";
    case abi::Verdict::kWrongMode:
      return "tunnel, transport or UDP encapsulation differs";
    case abi::Verdict::kHardOctets:
      return "hard octet limit";
    case abi::Verdict::kHardPackets:
      return "hard packet limit";
    case abi::Verdict::kSeqEnd:
      return "no sequence number is left";
    case abi::Verdict::kDeadIcvLimit:
      return "SA died of its integrity limit";
    case abi::Verdict::kDeadMemory:
      return "SA died of a memory error";
    case abi::Verdict::kDeadKilled:
      return "SA was killed by command";
    case abi::Verdict::kTooBig:
      return "would exceed the path MTU";
    case abi::Verdict::kTtl:
      return "TTL or hop limit would reach 0";
    case abi::Verdict::kReplay:
      return "sequence number seen before, or too old";
    case abi::Verdict::kBadIcv:
      return "integrity check failed";
    case abi::Verdict::kBadPadding:
      return "padding is wrong";
    case abi::Verdict::kBadNextHeader:
      return "next header is not the inner IP version";
    case abi::Verdict::kBadInner:
      return "inner header malformed or too long";
    case abi::Verdict::kDiscardsSelector:
      return "does not match the SA's selectors";
    case abi::Verdict::kEcnDrop:
      return "congestion mark over an inner packet that cannot carry it";
    case abi::Verdict::kTruncated:
      return "shorter than the smallest ESP packet, or odd size";
    case abi::Verdict::kSeqZero:
      return "sequence number 0";
  }
  return "";
}

}  // namespace sallyport::report
