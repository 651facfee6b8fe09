#pragma once
/// @file
/// Which notice tells of which device event. Freestanding: the firmware sends notices by it, the driver reads rings by
/// it.
#include "sallyport/abi.hpp"

namespace sallyport::abi {

/// The kind of the notice that the firmware sends for a device event.
constexpr NoticeKind notice_kind(EventKind event) {
  switch (event) {
    case EventKind::kHard:
      return NoticeKind::kHard;
    case EventKind::kSeqEnd:
      return NoticeKind::kSeqEnd;
    case EventKind::kIcvSoft:
    case EventKind::kIcvLimit:
      return NoticeKind::kIcv;
    case EventKind::kMemory:
      return NoticeKind::kMemory;
    case EventKind::kSoftOctets:
    case EventKind::kSoftPackets:
    case EventKind::kSoftSeq:
      break;
  }
  return NoticeKind::kSoft;
}

}  // namespace sallyport::abi
