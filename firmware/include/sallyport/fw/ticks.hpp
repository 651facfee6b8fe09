#pragma once
/// @file
/// Small numbers for pacing: time in ticks, shares of a soft limit. Predictions need no more, and 32 bits are what the
/// core computes with.
#include <cstdint>

#include "sallyport/rough.hpp"

namespace sallyport::fw {

/// 4.096 us. An instant is modulo 2^32 ticks (4.9 h), a span at most kFar.
using Ticks = std::uint32_t;
inline constexpr unsigned kTickShift = 12;
/// Longest span, 2.4 h, and whatever is longer.
inline constexpr Ticks kFar = 0x7FFF'FFFF;

/// Device time as an instant.
constexpr Ticks instant(std::uint64_t ns) { return static_cast<Ticks>(ns >> kTickShift); }
/// A time in ns as a span, rounded up.
constexpr Ticks span_of(std::uint64_t ns) {
  const std::uint64_t ticks = (ns >> kTickShift) + ((ns & ((1U << kTickShift) - 1)) != 0 ? 1 : 0);
  return ticks < kFar ? static_cast<Ticks>(ticks) : kFar;
}
constexpr std::uint64_t ns_of(Ticks span) { return static_cast<std::uint64_t>(span) << kTickShift; }
/// From now until `then`; 0 when it has passed. Instants at most kFar apart.
constexpr Ticks until(Ticks then, Ticks now) {
  const Ticks span = then - now;
  return span <= kFar ? span : 0;
}

using abi::Rough;

/// Shares of a soft limit in units of 2^-28.
inline constexpr std::uint32_t kOne = 1U << 28;
/// More than this is not told apart.
inline constexpr std::uint32_t kMostShare = 7 * kOne;

/// count / whole; 0 when there is no whole.
constexpr std::uint32_t share_of(std::uint64_t count, Rough whole) {
  constexpr unsigned kUnit = 28;
  const std::uint32_t m = whole.mantissa();
  const unsigned e = whole.exponent();
  if (m == 0) return 0;
  if ((count >> e) >= 7ULL * m) return kMostShare;
  // Below 2^13 * 2^28; divided in two steps of 32 bit.
  const std::uint64_t n = e >= kUnit ? count >> (e - kUnit) : count << (kUnit - e);
  const auto high = static_cast<std::uint32_t>(n >> 16);
  const auto low = static_cast<std::uint32_t>(n & 0xFFFF);
  return high / m << 16 | ((high % m) << 16 | low) / m;
}

/// span * part / whole, at most kFar.
constexpr Ticks in_proportion(Ticks span, std::uint32_t part, std::uint32_t whole) {
  if (whole == 0) return kFar;
  const std::uint64_t ticks = static_cast<std::uint64_t>(span) * part / whole;
  return ticks < kFar ? static_cast<Ticks>(ticks) : kFar;
}

/// The same within 5 %, for a whole of at least a tenth and a part of at least an eightieth of kOne, with two 32-bit
/// divisions.
constexpr Ticks roughly(Ticks span, std::uint32_t part, std::uint32_t whole) {
  constexpr unsigned kDropped = 16;
  const std::uint32_t p = part >> kDropped;
  const std::uint32_t w = (whole >> kDropped) + (whole >> kDropped == 0 ? 1 : 0);
  const std::uint64_t ticks = static_cast<std::uint64_t>(span / w) * p + span % w * p / w;
  return ticks < kFar ? static_cast<Ticks>(ticks) : kFar;
}

/// span and so many 64ths of it more, at most kFar.
constexpr Ticks beyond_by(Ticks span, std::uint8_t more) {
  const std::uint64_t ticks = span + static_cast<std::uint64_t>(span >> 6) * more;
  return ticks < kFar ? static_cast<Ticks>(ticks) : kFar;
}

}  // namespace sallyport::fw
