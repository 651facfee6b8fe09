#pragma once
/// @file
/// What a datagram on UDP 4500 is (RFC 3948 2, RFC 7296 3.1).
#include <array>
#include <cstdint>
#include <string_view>

#include "sallyport/ike/bytes.hpp"

namespace sallyport::ike {

/// Stands before every IKE message on UDP 4500; in neither the IKE header's Length nor AUTH.
inline constexpr std::array<std::uint8_t, 4> kNonEspMarker{};
/// The whole of a NAT-keepalive.
inline constexpr std::uint8_t kNatKeepalive = 0xff;

enum class DatagramKind : std::uint8_t {
  kKeepalive,  ///< Dropped silently; proves nothing about the peer.
  kIke,        ///< An IKE message follows the marker.
  kEsp,        ///< An ESP packet, SPI 256 or more, with a whole SPI and sequence number at least.
  kMalformed,  ///< None of these.
};

std::string_view name(DatagramKind kind);

struct Datagram {
  DatagramKind kind = DatagramKind::kMalformed;
  View message;  ///< IKE: what follows the marker. ESP: all of it. Otherwise empty.
};

/// Looks at the first octets only.
Datagram classify(View datagram);

}  // namespace sallyport::ike
