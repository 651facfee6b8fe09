#pragma once
/// @file
/// Where datagrams come from and go to, and when.
#include <compare>
#include <cstdint>
#include <string>

#include "sallyport/ike/bytes.hpp"
#include "sallyport/ip_address.hpp"

namespace sallyport::ike {

/// Time since some start that never changes, in ns. The agent reads no clock: whoever calls it says what time it is.
using TimeNs = std::uint64_t;
/// Later than all deadlines.
inline constexpr TimeNs kNever = ~TimeNs{0};
inline constexpr TimeNs kMillisecond = 1'000'000;
inline constexpr TimeNs kSecond = 1'000 * kMillisecond;

/// UDP ports of IKE (RFC 7296 2, RFC 3948). On the second one IKE messages follow a marker of four zero octets.
inline constexpr std::uint16_t kIkePort = 500;
inline constexpr std::uint16_t kNatPort = 4500;

struct Endpoint {
  IpAddress address;
  std::uint16_t port = kIkePort;

  /// "192.0.2.1:500", "[2001:db8::1]:4500".
  [[nodiscard]] std::string to_string() const;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

/// An IKE message on its way through UDP. The marker of the second port is not part of it: a shell takes it off and
/// puts it on wherever `marked` says.
struct UdpMessage {
  Endpoint local;
  Endpoint remote;
  bool marked = false;  ///< Behind a non-ESP marker (RFC 3948 2.2).
  Bytes octets;         ///< Going out, one octet 0xFF and not marked: a NAT keepalive.
};

}  // namespace sallyport::ike
