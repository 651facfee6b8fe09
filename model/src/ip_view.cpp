#include "sallyport/model/ip_view.hpp"

#include <algorithm>

namespace sallyport::model {

namespace {

void copy_address(IpAddress& address, OctetView octets, std::size_t at, std::size_t length) {
  std::copy_n(octets.begin() + static_cast<std::ptrdiff_t>(at), length, address.begin());
}

void finish(IpView& ip, OctetView octets) {
  ip.upper = octets.subspan(ip.header_length, ip.total_length - ip.header_length);
  ip.ok = true;
}

void parse_v4(OctetView octets, IpView& ip) {
  constexpr std::size_t kLeastIhl = 5;
  if (octets.size() < kIpv4HeaderOctets) return;
  const std::size_t ihl = octets[0] & 0xFU;
  ip.header_length = 4 * ihl;
  ip.total_length = load16(octets, 2);
  if (ihl < kLeastIhl || ip.total_length < ip.header_length || ip.total_length > octets.size()) return;
  const std::uint16_t fragment = load16(octets, 6);
  ip.traffic_class = octets[1];
  ip.dont_fragment = (fragment & 0x4000) != 0;
  ip.fragment = (fragment & 0x3FFF) != 0;
  ip.later_fragment = (fragment & 0x1FFF) != 0;
  ip.ttl = octets[8];
  ip.protocol_offset = 9;
  ip.protocol = octets[9];
  copy_address(ip.source, octets, 12, 4);
  copy_address(ip.destination, octets, 16, 4);
  finish(ip, octets);
}

constexpr std::uint8_t kHopByHop = 0;
constexpr std::uint8_t kRouting = 43;
constexpr std::uint8_t kFragment = 44;
constexpr std::uint8_t kDestinationOptions = 60;

bool is_walked(std::uint8_t header) {
  return header == kHopByHop || header == kRouting || header == kFragment || header == kDestinationOptions;
}

void parse_v6(OctetView octets, IpView& ip) {
  if (octets.size() < kIpv6HeaderOctets) return;
  ip.v6 = true;
  ip.total_length = kIpv6HeaderOctets + load16(octets, 4);
  if (ip.total_length > octets.size()) return;
  ip.traffic_class = static_cast<std::uint8_t>(load16(octets, 0) >> 4);
  ip.ttl = octets[7];
  copy_address(ip.source, octets, 8, 16);
  copy_address(ip.destination, octets, 24, 16);
  ip.protocol_offset = 6;
  ip.protocol = octets[6];
  ip.header_length = kIpv6HeaderOctets;
  constexpr std::size_t kUnit = 8;  // extension headers come in units of 8 octets
  while (!ip.later_fragment && is_walked(ip.protocol)) {
    const std::size_t at = ip.header_length;
    if (at + kUnit > ip.total_length) return;
    const bool fragment = ip.protocol == kFragment;
    const std::size_t length = fragment ? kUnit : kUnit * (std::size_t{octets[at + 1]} + 1);
    if (at + length > ip.total_length) return;
    if (fragment) {
      ip.fragment = true;
      ip.later_fragment = (load16(octets, at + 2) & 0xFFF8) != 0;
    }
    ip.protocol_offset = at;
    ip.protocol = octets[at];
    ip.header_length = at + length;
  }
  finish(ip, octets);
}

}  // namespace

IpView parse_ip(OctetView octets) {
  IpView ip;
  if (octets.empty()) return ip;
  const unsigned version = octets[0] >> 4;
  if (version == 4) parse_v4(octets, ip);
  if (version == 6) parse_v6(octets, ip);
  return ip;
}

}  // namespace sallyport::model
