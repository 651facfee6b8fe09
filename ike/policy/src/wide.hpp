#pragma once
/// @file
/// Products of 64-bit numbers without loss.
#include <cstdint>

namespace sallyport::ike {

__extension__ using Wide = unsigned __int128;

/// What is above 2^64 - 1 becomes that.
constexpr std::uint64_t saturated(Wide value) {
  return value > UINT64_MAX ? UINT64_MAX : static_cast<std::uint64_t>(value);
}
constexpr Wide product(std::uint64_t a, std::uint64_t b) { return static_cast<Wide>(a) * b; }
/// Rounded up. divisor is not 0, and value + divisor does not wrap.
constexpr Wide divided_up(Wide value, std::uint64_t divisor) { return (value + divisor - 1) / divisor; }
constexpr std::uint64_t sum(std::uint64_t a, std::uint64_t b) { return a > UINT64_MAX - b ? UINT64_MAX : a + b; }

}  // namespace sallyport::ike
