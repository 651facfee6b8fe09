#pragma once
/// @file
/// The firmware's own word of an entry: what a restarted firmware cannot learn from the device otherwise.
///
///     63..33 | 32       | 31..16  | 15..0
///     0      | inbound  | partner | owner
#include <cstdint>

namespace sallyport::fw {

/// Contents of the word.
struct FwWord {
  std::uint16_t owner = 0;
  std::uint16_t partner = 0;  ///< 0xFFFF = none.
  bool inbound = false;

  [[nodiscard]] constexpr std::uint32_t low() const { return static_cast<std::uint32_t>(partner) << 16 | owner; }
  [[nodiscard]] constexpr std::uint32_t high() const { return inbound ? 1U : 0U; }
  static constexpr FwWord unpack(std::uint64_t word) {
    return {.owner = static_cast<std::uint16_t>(word),
            .partner = static_cast<std::uint16_t>(word >> 16),
            .inbound = (word >> 32 & 1U) != 0};
  }
};

}  // namespace sallyport::fw
