#include "frame_maker.hpp"

#include <algorithm>

#include "sallyport/model/checksum.hpp"

namespace sallyport::tools {

using model::append;
using model::ones_sum;
using model::store;

namespace {

constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;
constexpr std::uint8_t kIcmp = 1;
constexpr std::uint8_t kIcmp6 = 58;
constexpr std::uint8_t kFragment = 44;
constexpr std::uint16_t kMoreFragments = 0x2000;

Octets ipv4_address(bool left) { return {10, static_cast<std::uint8_t>(left ? 1 : 2), 0, 1}; }
Octets ipv6_address(bool left) {
  Octets out{0x20, 0x01, 0x0d, 0xb8, 0, static_cast<std::uint8_t>(left ? 1 : 2)};
  out.resize(16);
  out[15] = 1;
  return out;
}
Octets mac_address(bool left) { return {0x02, 0, 0, 0, 0, static_cast<std::uint8_t>(left ? 0x0A : 0x0B)}; }
bool from_left(Way way) { return way == Way::kLeftToRight; }

Octets ipv4_packet(const IpFields& fields, std::uint8_t protocol, std::uint16_t fragment, OctetView payload) {
  Octets out;
  const std::size_t header = 20 + fields.options.size();
  append<1>(out, 0x40 | header / 4);
  append<1>(out, fields.traffic_class);
  append<2>(out, header + payload.size());
  append<2>(out, fields.id);
  append<2>(out, (fields.dont_fragment ? 0x4000U : 0U) | fragment);
  append<1>(out, fields.ttl);
  append<1>(out, protocol);
  append<2>(out, 0);
  append(out, ipv4_address(from_left(fields.way)));
  append(out, ipv4_address(!from_left(fields.way)));
  append(out, fields.options);
  store<2>(out, 10, static_cast<std::uint16_t>(~ones_sum(out)));
  append(out, payload);
  return out;
}

/// Sum over the pseudo-header of RFC 9293 3.1 or RFC 8200 8.1.
std::uint16_t pseudo_sum(Way way, bool v6, std::uint8_t protocol, std::size_t length) {
  Octets header;
  append(header, v6 ? ipv6_address(from_left(way)) : ipv4_address(from_left(way)));
  append(header, v6 ? ipv6_address(!from_left(way)) : ipv4_address(!from_left(way)));
  append<4>(header, length);
  append<4>(header, protocol);
  return ones_sum(header);
}

void put_checksum(Octets& segment, std::size_t at, std::uint16_t start) {
  const auto checksum = static_cast<std::uint16_t>(~ones_sum(segment, start));
  store<2>(segment, at, checksum == 0 ? 0xFFFF : checksum);
}

}  // namespace

Octets Dice::octets(std::size_t count) {
  Octets out(count);
  for (auto& octet : out) octet = static_cast<std::uint8_t>(engine_());
  return out;
}

Octets make_ipv4(const IpFields& fields, std::uint8_t protocol, OctetView payload) {
  return ipv4_packet(fields, protocol, 0, payload);
}

std::vector<Octets> make_ipv4_fragments(const IpFields& fields, std::uint8_t protocol, OctetView payload,
                                        std::size_t piece) {
  std::vector<Octets> out;
  for (std::size_t at = 0; at < payload.size(); at += piece) {
    const std::size_t length = std::min(piece, payload.size() - at);
    const bool more = at + length < payload.size();
    const auto fragment = static_cast<std::uint16_t>((more ? kMoreFragments : 0U) | at / 8);
    out.push_back(ipv4_packet(fields, protocol, fragment, payload.subspan(at, length)));
  }
  return out;
}

Octets make_ipv6(const IpFields& fields, const std::vector<Extension>& extensions, std::uint8_t protocol,
                 OctetView payload) {
  Octets out;
  append<4>(out, 6U << 28U | std::uint32_t{fields.traffic_class} << 20U | 0x12345U);
  append<2>(out, 0);
  append<1>(out, extensions.empty() ? protocol : extensions.front().type);
  append<1>(out, fields.ttl);
  append(out, ipv6_address(from_left(fields.way)));
  append(out, ipv6_address(!from_left(fields.way)));
  for (std::size_t i = 0; i < extensions.size(); ++i) {
    const Extension& extension = extensions[i];
    append<1>(out, i + 1 < extensions.size() ? extensions[i + 1].type : protocol);
    append<1>(out, extension.type == kFragment ? 0 : (extension.body.size() + 2) / 8 - 1);
    append(out, extension.body);
  }
  append(out, payload);
  store<2>(out, 4, out.size() - 40);
  return out;
}

std::vector<Octets> make_ipv6_fragments(const IpFields& fields, const std::vector<Extension>& extensions,
                                        std::uint8_t protocol, OctetView payload, std::size_t piece) {
  std::vector<Octets> out;
  for (std::size_t at = 0; at < payload.size(); at += piece) {
    const std::size_t length = std::min(piece, payload.size() - at);
    const bool more = at + length < payload.size();
    Extension fragment{kFragment, {}};
    append<2>(fragment.body, at | (more ? 1U : 0U));
    append<4>(fragment.body, fields.id);
    std::vector<Extension> chain = extensions;
    chain.push_back(fragment);
    out.push_back(make_ipv6(fields, chain, protocol, payload.subspan(at, length)));
  }
  return out;
}

Octets make_udp(Way way, bool v6, std::uint16_t source, std::uint16_t destination, OctetView data) {
  Octets out;
  append<2>(out, source);
  append<2>(out, destination);
  append<2>(out, 8 + data.size());
  append<2>(out, 0);
  append(out, data);
  put_checksum(out, 6, pseudo_sum(way, v6, kUdp, out.size()));
  return out;
}

Octets make_tcp(Way way, bool v6, std::uint16_t source, std::uint16_t destination, std::uint32_t sequence,
                OctetView data) {
  Octets out;
  append<2>(out, source);
  append<2>(out, destination);
  append<4>(out, sequence);
  append<4>(out, 1);
  append<2>(out, 0x5018);  // 20 octets of header; PSH, ACK
  append<2>(out, 0xFFFF);
  append<4>(out, 0);
  append(out, data);
  put_checksum(out, 16, pseudo_sum(way, v6, kTcp, out.size()));
  return out;
}

Octets make_echo(Way way, bool v6, std::uint16_t number, OctetView data) {
  Octets out;
  append<4>(out, v6 ? 0x80000000 : 0x08000000);
  append<2>(out, 0x1234);
  append<2>(out, number);
  append(out, data);
  put_checksum(out, 2, v6 ? pseudo_sum(way, true, kIcmp6, out.size()) : 0);
  return out;
}

Octets make_frame(Way way, std::uint16_t ether_type, OctetView payload, bool padded) {
  constexpr std::size_t kLeastFrame = 60;
  Octets out;
  append(out, mac_address(!from_left(way)));
  append(out, mac_address(from_left(way)));
  append<2>(out, ether_type);
  append(out, payload);
  if (padded && out.size() < kLeastFrame) out.resize(kLeastFrame);
  return out;
}

Octets make_arp(Way way) {
  Octets out;
  append<8>(out, 0x0001080006040001);  // Ethernet, IPv4, 6, 4, request
  append(out, mac_address(from_left(way)));
  append(out, ipv4_address(from_left(way)));
  append<6>(out, 0);
  append(out, ipv4_address(!from_left(way)));
  return make_frame(way, 0x0806, out, true);
}

Octets make_lldp() {
  Octets out;
  append<2>(out, 0x0207);  // chassis, 7 octets: MAC address
  append<1>(out, 4);
  append(out, mac_address(true));
  append<2>(out, 0x0404);  // port, 4 octets: locally assigned
  append<4>(out, 0x07707431);
  append<4>(out, 0x06020078);  // time to live 120 s
  append<2>(out, 0);
  return make_frame(Way::kLeftToRight, 0x88CC, out, true);
}

}  // namespace sallyport::tools
