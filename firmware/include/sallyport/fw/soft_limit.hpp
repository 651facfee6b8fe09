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

/// value * parts / 10,000 for parts up to 10,000, but for at most value / 2^31 and one. A core without a 64-bit
/// division needs a hundred clocks for this, and a thousand for the exact one.
constexpr std::uint64_t part_of(std::uint64_t value, std::uint16_t parts) {
  // parts / 10,000 in units of 2^-31, rounded up, in 32-bit arithmetic: 2^31 = 214,748 * 10,000 + 3,648.
  constexpr std::uint32_t kUnits = 214'748;
  constexpr std::uint32_t kRest = 3'648;
  if (parts == kWhole) return value;
  const std::uint32_t fraction = parts * kUnits + (parts * kRest + kWhole - 1) / kWhole;
  // Twice the fraction fits into 32 bits, because parts is less than the whole.
  return scale(value, fraction << 1);
}

/// Draws the soft limit that belongs to a hard one. Hard 0 means no limit: then there is no soft one either. Else 1 <=
/// S <= hard.
constexpr std::uint64_t draw_soft(std::uint64_t hard, SoftInterval interval, std::uint32_t random) {
  if (hard == 0) return kNoSoftLimit;
  const std::uint64_t soft = part_of(hard, interval.from) + scale(part_of(hard, interval.span), random);
  if (soft == 0) return 1;
  return soft < hard ? soft : hard;
}

/// Threshold for the event soft_seq: the same interval, below the last sequence number (2^32 - 1, or 2^64 - 1 with
/// ESN).
constexpr std::uint64_t draw_soft_seq(bool esn, SoftInterval interval, std::uint32_t random) {
  return draw_soft(esn ? UINT64_MAX : UINT32_MAX, interval, random);
}

}  // namespace sallyport::fw
