#pragma once
/// @file
/// The firmware's own word of an entry: what a restarted firmware cannot learn from the device otherwise. It is written
/// before the effect that it describes, and tells what was meant; the device's state tells how far it went.
///
///     63..40   | 39..38 | 37   | 36..34 | 33         | 32      | 31..16  | 15..0
///     deadline | pool   | both | intent | designated | inbound | partner | owner
#include <cstdint>

#include "sallyport/abi.hpp"

namespace sallyport::fw {

/// What is meant with an entry.
enum class Intent : std::uint8_t {
  kNobody = 0,   ///< Nobody has been told of it: a boot sweep's value, and what is written before an erase.
  kHeld = 1,     ///< A tenant's.
  kPairing = 2,  ///< Inbound, reserved: its outbound half is keyed first, then itself.
  kSwitch = 3,   ///< To be superseded, or active again; to be marked redundant.
  kLeave = 4,    ///< To be drained until the deadline, then erased.
};

/// Contents of the word.
struct FwWord {
  std::uint16_t owner = 0;
  std::uint16_t partner = 0;  ///< 0xFFFF = none.
  bool inbound = false;
  bool designated = false;
  Intent intent = Intent::kNobody;
  bool both = false;  ///< The same is meant for the partner. kHeld, kPairing: a free entry is promised to it.
  abi::Pool pool = abi::Pool::kEstablished;
  std::uint32_t deadline = 0;  ///< kLeave: device time in units of 2^20 ns (1.05 ms), modulo 2^24 (4.9 h).

  static constexpr unsigned kDeadlineShift = 20;
  static constexpr std::uint32_t kDeadlineMask = (1U << 24) - 1;
  /// A device time as the word holds it, rounded up. Nearer than 2.4 h, or it is taken for that.
  static constexpr std::uint32_t deadline_of(std::uint64_t ns, std::uint64_t now) {
    constexpr std::uint64_t kMost = (std::uint64_t{kDeadlineMask} / 2 - 1) << kDeadlineShift;
    const std::uint64_t at = ns > now && ns - now > kMost ? now + kMost : ns;
    return static_cast<std::uint32_t>((at >> kDeadlineShift) + 1) & kDeadlineMask;
  }
  /// The device time in ns that `deadline` stands for; now when it has passed.
  [[nodiscard]] constexpr std::uint64_t deadline_ns(std::uint64_t now) const {
    const auto left = (deadline - static_cast<std::uint32_t>(now >> kDeadlineShift)) & kDeadlineMask;
    return left > kDeadlineMask / 2 ? now : now + (static_cast<std::uint64_t>(left) << kDeadlineShift);
  }

  [[nodiscard]] constexpr std::uint32_t low() const { return static_cast<std::uint32_t>(partner) << 16 | owner; }
  [[nodiscard]] constexpr std::uint32_t high() const {
    return (inbound ? 1U : 0U) | (designated ? 2U : 0U) | static_cast<std::uint32_t>(intent) << 2 |
           (both ? 1U << 5 : 0U) | static_cast<std::uint32_t>(pool) << 6 | deadline << 8;
  }
  static constexpr FwWord unpack(std::uint64_t word) {
    const auto high = static_cast<std::uint32_t>(word >> 32);
    return {.owner = static_cast<std::uint16_t>(word),
            .partner = static_cast<std::uint16_t>(word >> 16),
            .inbound = (high & 1U) != 0,
            .designated = (high & 2U) != 0,
            .intent = static_cast<Intent>(high >> 2 & 7U),
            .both = (high >> 5 & 1U) != 0,
            .pool = static_cast<abi::Pool>(high >> 6 & 3U),
            .deadline = high >> 8};
  }
};

}  // namespace sallyport::fw
