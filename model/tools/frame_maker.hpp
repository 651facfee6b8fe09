#pragma once
/// @file
/// IP packets and Ethernet frames for made captures. Everything that comes out has right lengths and checksums.
#include <cstdint>
#include <random>

#include "sallyport/model/octets.hpp"

namespace sallyport::tools {

using model::Octets;
using model::OctetView;

/// Draws numbers that are the same on every platform (the distributions of <random> are not).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  /// 0 <= value < limit.
  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(engine_() % limit); }
  /// low <= value <= high.
  std::uint32_t between(std::uint32_t low, std::uint32_t high) { return low + below(high - low + 1); }
  Octets octets(std::size_t count);

 private:
  std::mt19937_64 engine_;
};

/// Where a packet goes: hosts 10.1.0.1 and 2001:db8:1::1 on the left, 10.2.0.1 and 2001:db8:2::1 on the right.
enum class Way : std::uint8_t { kLeftToRight, kRightToLeft };

/// Header fields that a maker may choose.
struct IpFields {
  Way way = Way::kLeftToRight;
  std::uint8_t traffic_class = 0;
  std::uint8_t ttl = 64;
  bool dont_fragment = false;
  std::uint16_t id = 0;  ///< IPv4 identification; also that of an IPv6 fragment header.
  Octets options{};      ///< IPv4 options, a multiple of 4 octets, at most 40.
};

/// An IPv6 extension header: which one, and its octets from the third on (a multiple of 8, plus 6).
struct Extension {
  std::uint8_t type = 0;
  Octets body;
};

Octets make_ipv4(const IpFields& fields, std::uint8_t protocol, OctetView payload);
/// IPv4 datagram in fragments of at most `piece` payload octets (a multiple of 8).
std::vector<Octets> make_ipv4_fragments(const IpFields& fields, std::uint8_t protocol, OctetView payload,
                                        std::size_t piece);
Octets make_ipv6(const IpFields& fields, const std::vector<Extension>& extensions, std::uint8_t protocol,
                 OctetView payload);
std::vector<Octets> make_ipv6_fragments(const IpFields& fields, const std::vector<Extension>& extensions,
                                        std::uint8_t protocol, OctetView payload, std::size_t piece);

/// Upper layers with checksums; `v6` chooses the pseudo-header.
Octets make_udp(Way way, bool v6, std::uint16_t source, std::uint16_t destination, OctetView data);
Octets make_tcp(Way way, bool v6, std::uint16_t source, std::uint16_t destination, std::uint32_t sequence,
                OctetView data);
Octets make_echo(Way way, bool v6, std::uint16_t number, OctetView data);

/// Ethernet frame; `padded`: filled up to 60 octets with zeros, as a receiver sees short frames.
Octets make_frame(Way way, std::uint16_t ether_type, OctetView payload, bool padded);
Octets make_arp(Way way);
Octets make_lldp();

}  // namespace sallyport::tools
