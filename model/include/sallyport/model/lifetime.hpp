#pragma once
/// @file
/// A count with a soft and a hard limit (guarantees.md, "What 'reached' means").
#include <cstdint>

namespace sallyport::model {

/// One unit, octets or packets. Counts of one SA.
struct Lifetime {
  std::uint64_t soft = UINT64_MAX;  ///< Never 0; all ones: no soft event.
  std::uint64_t hard = 0;           ///< 0: no limit.
  std::uint64_t count = 0;

  /// Counting `n` more would pass the hard limit: the packet must not be handled.
  [[nodiscard]] constexpr bool refuses(std::uint64_t n) const {
    return hard != 0 && (count > hard || n > hard - count);
  }
  [[nodiscard]] constexpr bool soft_reached() const { return count >= soft && soft != UINT64_MAX; }
  [[nodiscard]] constexpr bool hard_reached() const { return hard != 0 && count >= hard; }
  /// May be installed: a soft limit that is neither 0 nor above the hard one.
  [[nodiscard]] constexpr bool valid() const { return soft != 0 && (hard == 0 || soft <= hard || soft == UINT64_MAX); }
};

}  // namespace sallyport::model
