#pragma once
/// @file
/// Randomised soft limits: S = X * L + U[0,1) * B. X and B come from the agent as parts of
/// L in 1/10,000; only the draw is made here. The same draw serves octets, packets and sequence numbers (rule 7).
#include <cstdint>

#include "sallyport/fw/register_bus.hpp"

namespace sallyport::fw {

/// One whole in the unit of soft intervals.
inline constexpr std::uint16_t kWhole = 10'000;
/// A soft limit that is never reached.
inline constexpr std::uint64_t kNoSoftLimit = UINT64_MAX;

/// Where soft limits are drawn, in 1/10,000 of the hard limit.
struct SoftInterval {
  std::uint16_t from = 8000;  ///< Least, 1..10000.
  std::uint16_t span = 500;   ///< Width; from + span <= 10000.

  [[nodiscard]] constexpr bool valid() const { return from >= 1 && from <= kWhole && span <= kWhole - from; }
};

/// value * random / 2^32: uniform on [0, value) when random is uniform on [0, 2^32).
constexpr std::uint64_t scale(std::uint64_t value, std::uint32_t random) {
  return (value >> 32) * random + ((value & UINT32_MAX) * random >> 32);
}

/// The interval in binary, worked out once for all limits of a pair.
class SoftDraw {
 public:
  explicit constexpr SoftDraw(SoftInterval interval) : from_(units(interval.from)), span_(units(interval.span)) {}

  /// Draws the soft limit that belongs to a hard one. Hard 0 means no limit: then there is no soft one either. Else 1
  /// <= S <= hard. S is exact but for at most hard / 2^30 and one.
  [[nodiscard]] constexpr std::uint64_t operator()(std::uint64_t hard, std::uint32_t random) const {
    if (hard == 0) return kNoSoftLimit;
    const std::uint32_t share = from_ + static_cast<std::uint32_t>(static_cast<std::uint64_t>(span_) * random >> 32);
    // Twice the share is below 2^32 unless it is all.
    if (share >= 1U << 31) return hard;
    const std::uint64_t soft = scale(hard, share << 1);
    return soft == 0 ? 1 : soft;
  }

 private:
  /// parts / 10,000 in units of 2^-31, rounded up, in 32-bit arithmetic: 2^31 = 214,748 * 10,000 + 3,648.
  static constexpr std::uint32_t units(std::uint16_t parts) {
    constexpr std::uint32_t kUnits = 214'748;
    constexpr std::uint32_t kRest = 3'648;
    return parts * kUnits + (parts * kRest + kWhole - 1) / kWhole;
  }

  std::uint32_t from_;
  std::uint32_t span_;
};

/// Last sequence number: the hard limit of sequence numbers, of which a threshold is drawn as well.
constexpr std::uint64_t last_seq(bool esn) { return esn ? UINT64_MAX : UINT32_MAX; }

}  // namespace sallyport::fw
