#pragma once
/// @file
/// What an IPv4 (RFC 791) or IPv6 (RFC 8200) packet says about itself.
#include <array>
#include <cstddef>
#include <cstdint>

#include "sallyport/model/octets.hpp"

namespace sallyport::model {

inline constexpr std::uint8_t kProtocolIpv4 = 4;
inline constexpr std::uint8_t kProtocolUdp = 17;
inline constexpr std::uint8_t kProtocolIpv6 = 41;
inline constexpr std::uint8_t kProtocolEsp = 50;
inline constexpr std::uint8_t kProtocolNone = 59;  ///< IPv6 "no next header"; in ESP: dummy packet.

inline constexpr std::size_t kIpv4HeaderOctets = 20;
inline constexpr std::size_t kIpv6HeaderOctets = 40;
inline constexpr std::size_t kUdpHeaderOctets = 8;

/// Addresses are kept as 16 octets; an IPv4 address stands in the first four, the rest is zero.
using IpAddress = std::array<std::uint8_t, 16>;

/// Fields of a packet. Only `ok` means anything when it is false. Offsets and lengths in octets from the packet's
/// start.
struct IpView {
  bool ok = false;                ///< Whole and well-formed: version, header length, total length, no header cut off.
  bool v6 = false;                ///< IPv6, else IPv4.
  std::size_t total_length = 0;   ///< IPv4 total length; IPv6 payload length + 40. Octets after it do not belong to it.
  std::size_t header_length = 0;  ///< Where the upper layer begins: after options or extension headers.
  std::size_t protocol_offset = 0;  ///< Place of the octet that names the upper layer; 9 for IPv4.
  std::uint8_t protocol = 0;        ///< Upper layer: the first that is no walked extension header.
  std::uint8_t traffic_class = 0;   ///< TOS or traffic class: DSCP in the upper six bits, ECN in the lower two.
  std::uint8_t ttl = 0;             ///< TTL or hop limit.
  bool dont_fragment = false;       ///< IPv4 DF.
  bool fragment = false;            ///< IPv4: MF set or offset not 0. IPv6: has a fragment header.
  bool later_fragment = false;      ///< Offset not 0: there is no upper-layer header in this packet.
  IpAddress source{};               ///< As in the fixed header.
  IpAddress destination{};          ///< As in the fixed header.
  OctetView upper;                  ///< From the upper layer to the packet's end; points into the parsed octets.

  [[nodiscard]] std::uint8_t ecn() const { return traffic_class & 3U; }
};

/// Parses the packet at the start of `octets`. IPv6 extension headers 0, 43, 44 and 60 are walked; the walk ends at a
/// fragment header whose offset is not 0. Header checksums are not looked at (they are the link's and the router's
/// business).
IpView parse_ip(OctetView octets);

}  // namespace sallyport::model
