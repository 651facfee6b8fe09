#pragma once
/// @file
/// Numbers that convert to no other number by themselves.
#include <compare>
#include <cstdint>

namespace sallyport {

/// A number that converts to no other number by itself.
template <class Tag, class T>
struct Strong {
  using Value = T;
  T value{};

  constexpr Strong() = default;
  explicit constexpr Strong(T v) : value(v) {}
  friend constexpr auto operator<=>(const Strong&, const Strong&) = default;
};

/// Security Parameters Index of ESP (RFC 4303 2.1); 256 and more are SAs.
using Spi = Strong<struct SpiTag, std::uint32_t>;

}  // namespace sallyport
