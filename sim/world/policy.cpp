#include "world/policy.hpp"

#include <utility>

namespace sallyport::sim {

namespace {

constexpr std::uint8_t kOuterTtl = 64;

bool contains(const IpPrefix& prefix, const model::IpAddress& address, bool v6) {
  if ((prefix.address.version == 6) != v6) return false;
  constexpr unsigned kOctetBits = 8;
  for (unsigned bit = 0; bit < prefix.length; ++bit) {
    const unsigned shift = kOctetBits - 1 - bit % kOctetBits;
    if (((prefix.address.octets[bit / kOctetBits] ^ address[bit / kOctetBits]) >> shift & 1U) != 0) return false;
  }
  return true;
}

bool takes(const TunnelConfig& tunnel, const model::IpView& packet) {
  if (tunnel.mode == SaMode::kTransport && packet.fragment) return false;
  // Under ESP it would be a dummy packet (RFC 4303 2.6).
  if (tunnel.mode == SaMode::kTransport && packet.protocol == model::kProtocolNone) return false;
  if (tunnel.family != 0 && (tunnel.family == 6) != packet.v6) return false;
  if (tunnel.protocol != 0 && tunnel.protocol != packet.protocol) return false;
  if (tunnel.source && !contains(*tunnel.source, packet.source, packet.v6)) return false;
  return !tunnel.destination || contains(*tunnel.destination, packet.destination, packet.v6);
}

IpPrefix everything(std::uint8_t version) {
  IpPrefix prefix;
  prefix.address.version = version;
  return prefix;
}

Selectors selectors_of(const TunnelConfig& tunnel) {
  Selectors selectors;
  selectors.source = tunnel.source;
  selectors.destination = tunnel.destination;
  selectors.protocol = tunnel.protocol;
  // A family alone is the prefix of all its addresses; the device wants both prefixes of one family.
  std::uint8_t family = tunnel.family;
  if (family == 0 && tunnel.source) family = tunnel.source->address.version;
  if (family == 0 && tunnel.destination) family = tunnel.destination->address.version;
  if (family != 0 && !selectors.source) selectors.source = everything(family);
  if (family != 0 && !selectors.destination) selectors.destination = everything(family);
  return selectors;
}

SaConfig common(const TunnelConfig& tunnel, const Keying& keying) {
  SaConfig sa;
  sa.mode = tunnel.mode;
  sa.key = SecretBytes(keying.key);
  sa.salt = SecretBytes(keying.salt);
  sa.esn = tunnel.esn;
  sa.decrement_ttl = tunnel.decrement_ttl;
  sa.udp = tunnel.udp;
  sa.lifetime.octets = Octets(tunnel.hard_octets);
  sa.lifetime.packets = Packets(tunnel.hard_packets);
  return sa;
}

}  // namespace

std::optional<std::size_t> choose_tunnel(const std::vector<TunnelConfig>& tunnels, const model::IpView& packet) {
  for (std::size_t i = 0; i < tunnels.size(); ++i) {
    if (takes(tunnels[i], packet)) return i;
  }
  return std::nullopt;
}

SaConfig outbound_sa(const TunnelConfig& tunnel, const GatewayConfig& from, const GatewayConfig& to,
                     const Keying& keying, Spi spi) {
  SaConfig sa = common(tunnel, keying);
  sa.direction = Direction::kOutbound;
  sa.spi = spi;
  sa.path_mtu = tunnel.path_mtu;
  if (tunnel.mode == SaMode::kTunnel) {
    OuterHeader outer;
    outer.source = tunnel.outer_v6 ? from.address6 : from.address4;
    outer.destination = tunnel.outer_v6 ? to.address6 : to.address4;
    outer.ttl = kOuterTtl;
    outer.df = tunnel.df;
    sa.outer = outer;
  }
  return sa;
}

SaConfig inbound_sa(const TunnelConfig& tunnel, const Keying& keying, bool reverse) {
  SaConfig sa = common(tunnel, keying);
  sa.direction = Direction::kInbound;
  sa.selectors = selectors_of(tunnel);
  if (reverse) std::swap(sa.selectors.source, sa.selectors.destination);
  return sa;
}

}  // namespace sallyport::sim
