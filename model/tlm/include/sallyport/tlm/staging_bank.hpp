#pragma once
/// @file
/// The staging bank behind the memory STAGING: written by halves, never read back (G5).
#include <array>
#include <cstdint>
#include <span>

#include "sallyport/abi.hpp"

namespace sallyport::tlm {

/// Four slots. What is in them is wiped when the bank goes.
class StagingBank {
 public:
  using Slot = std::array<std::uint64_t, abi::kSlotWords>;

  StagingBank() = default;
  StagingBank(const StagingBank&) = default;
  StagingBank& operator=(const StagingBank&) = default;
  ~StagingBank();

  /// A write to 32-bit word `at` of the memory, 0..255. A low half waits for the next high one, wherever that goes, and
  /// is gone with it.
  void write_half(std::size_t at, std::uint32_t value);
  /// The image in a slot. @param slot modulo the number of slots.
  [[nodiscard]] std::span<const std::uint64_t, abi::kImageWords> image(std::size_t slot) const;
  void clear(std::size_t slot);
  /// All words of a slot, below kStagingSlots.
  [[nodiscard]] const Slot& slot(std::size_t slot) const { return slots_[slot]; }

 private:
  std::array<Slot, abi::kStagingSlots> slots_{};
  std::uint32_t low_ = 0;
};

}  // namespace sallyport::tlm
