#include "sallyport/model/selectors.hpp"

namespace sallyport::model {

namespace {

bool prefix_matches(const IpAddress& address, const IpAddress& prefix, unsigned length) {
  for (unsigned bit = 0; bit < length && bit < 128; ++bit) {
    const unsigned mask = 0x80U >> (bit % 8);
    if (((address[bit / 8] ^ prefix[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

bool has_ports(std::uint8_t protocol) {
  constexpr std::uint8_t kTcp = 6;
  constexpr std::uint8_t kDccp = 33;
  constexpr std::uint8_t kSctp = 132;
  constexpr std::uint8_t kUdpLite = 136;
  return protocol == kTcp || protocol == kProtocolUdp || protocol == kDccp || protocol == kSctp || protocol == kUdpLite;
}

bool is_any(std::uint16_t low, std::uint16_t high) { return low == 0 && high == 0xFFFF; }

bool ports_match(const abi::SaWord1In& ports, const SelectorView& packet) {
  if (is_any(ports.sport_lo, ports.sport_hi) && is_any(ports.dport_lo, ports.dport_hi)) return true;
  if (!has_ports(packet.protocol) || !packet.has_upper || packet.upper.size() < 4) return false;
  const std::uint16_t source = load16(packet.upper, 0);
  const std::uint16_t destination = load16(packet.upper, 2);
  return source >= ports.sport_lo && source <= ports.sport_hi && destination >= ports.dport_lo &&
         destination <= ports.dport_hi;
}

}  // namespace

bool selectors_match(const SaConfig& config, const SelectorView& packet) {
  if (config.rule.family != 0 && config.rule.family != (packet.v6 ? 6 : 4)) return false;
  if (!prefix_matches(packet.source, config.first, config.rule.src_plen)) return false;
  if (!prefix_matches(packet.destination, config.second, config.rule.dst_plen)) return false;
  if (config.rule.protocol != 0 && config.rule.protocol != packet.protocol) return false;
  return ports_match(config.ports, packet);
}

}  // namespace sallyport::model
