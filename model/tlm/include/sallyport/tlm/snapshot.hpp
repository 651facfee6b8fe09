#pragma once
/// @file
/// The SNAP registers.
#include <cstdint>

#include "sallyport/abi.hpp"

namespace sallyport::tlm {

/// What the operations `snapshot` and `counter` leave behind.
struct Snapshot {
  std::uint64_t seq = 0, octets = 0, packets = 0, icv_fail = 0, fw = 0;
  std::uint32_t spi = 0;
  std::uint16_t generation = 0;
  abi::EntryState state = abi::EntryState::kFree;
  abi::DeadReason dead = abi::DeadReason::kAlive;
  std::uint8_t raised = 0;
  std::uint64_t time_ns = 0;
  std::uint64_t counter = 0;

  /// The register at a byte address from SNAP_SEQ_LO to SNAP_COUNTER_HI; 0 elsewhere.
  [[nodiscard]] std::uint32_t word(std::uint32_t address) const;
};

}  // namespace sallyport::tlm
