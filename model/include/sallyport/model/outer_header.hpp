#pragma once
/// @file
/// IP and UDP headers around ESP: tunnel mode (RFC 4301 5.1.2), transport mode (RFC 4303 3.1.1), UDP encapsulation (RFC
/// 3948).
#include "sallyport/model/ip_view.hpp"
#include "sallyport/model/octets.hpp"
#include "sallyport/model/sa_image.hpp"

namespace sallyport::model {

/// What a tunnel's outer header takes from the packet inside.
struct InnerTraits {
  std::uint8_t traffic_class = 0;
  bool v4_dont_fragment = true;  ///< DF of an IPv4 inner; true for anything else.
};

/// ESP in a new IPv4 or IPv6 header (and UDP if the SA says so).
/// @param ip_id identification of an IPv4 outer header.
Octets wrap_tunnel(const SaConfig& sa, const InnerTraits& inner, std::uint16_t ip_id, OctetView esp);

/// The packet's own IP header, ESP in place of its upper layer.
Octets wrap_transport(const SaConfig& sa, OctetView packet, const IpView& ip, OctetView esp);

/// The packet's own IP header with `protocol` and `payload` in place of what stood behind it.
Octets replace_upper(OctetView packet, const IpView& ip, std::uint8_t protocol, OctetView payload);

/// Lowers TTL or hop limit by one and mends the IPv4 checksum.
void decrement_ttl(std::span<std::uint8_t> packet, bool v6);
/// Sets the ECN field and mends the IPv4 checksum.
void set_ecn(std::span<std::uint8_t> packet, bool v6, std::uint8_t ecn);

}  // namespace sallyport::model
