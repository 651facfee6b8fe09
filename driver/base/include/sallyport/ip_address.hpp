#pragma once
/// @file
/// IPv4 and IPv6 addresses and prefixes as the SA image wants them.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "sallyport/result.hpp"

namespace sallyport {

/// An address of either family. IPv4 stands in the first 4 octets, the rest is 0.
struct IpAddress {
  std::uint8_t version = 4;  ///< 4 or 6.
  std::array<std::uint8_t, 16> octets{};

  /// Dotted or colon notation, no zone, no prefix length.
  static Result<IpAddress> parse(std::string_view text);
  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] unsigned bits() const { return version == 4 ? 32 : 128; }
  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

/// An address and how many of its first bits count.
struct IpPrefix {
  IpAddress address;
  std::uint8_t length = 0;  ///< 0..32 or 0..128.

  /// "10.0.0.0/8"; without "/" all bits count. Bits beyond the length must be 0.
  static Result<IpPrefix> parse(std::string_view text);
  [[nodiscard]] std::string to_string() const;
  friend bool operator==(const IpPrefix&, const IpPrefix&) = default;
};

}  // namespace sallyport
