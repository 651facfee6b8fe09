// ESP packets of a chosen form for lane_in.
#pragma once

#include "sallyport/model/outer_header.hpp"
#include "traffic.hpp"

namespace sallyport::test {

/// An inbound SA with exactly these flags (kInbound is added) that takes any packet, without limits.
inline TestSa open_sa(Traffic& traffic, std::uint32_t index, std::initializer_list<abi::SaFlag> flags) {
  TestSa sa = traffic.sa(index);
  model::SaConfig config;
  config.head.spi = sa.config.head.spi;
  config.head.path_mtu = 65535;
  config.set(abi::SaFlag::kInbound);
  for (const abi::SaFlag flag : flags) config.set(flag);
  config.ports = {0, 0xFFFF, 0, 0xFFFF};
  sa.config = config;
  const std::size_t key = config.has(abi::SaFlag::kKey256) ? 32 : 16;
  sa.peer.emplace(
      model::EspCodec::create(model::OctetView(sa.secret.key).first(key), sa.secret.salt, config.has(abi::SaFlag::kEsn))
          .value());
  return sa;
}

/// An IP packet of n octets with a header of `header` octets (IPv4: 20..60, IPv6: 40 and destination options behind
/// it).
inline model::Octets ip_packet_of(Traffic& traffic, bool v6, std::size_t header, std::size_t n) {
  model::Octets p = traffic.octets(n);
  if (!v6) {
    p[0] = static_cast<std::uint8_t>(0x40 | header / 4);
    p[1] = 0;
    model::store<2>(p, 2, n);
    model::store<2>(p, 6, 0x4000);
    p[8] = 64;
    p[9] = 17;
  } else {
    p[0] = 0x60;
    p[1] = 0;
    model::store<2>(p, 4, n - 40);
    p[6] = header > 40 ? 60 : 17;
    p[7] = 64;
    if (header > 40) {
      p[40] = 17;
      p[41] = static_cast<std::uint8_t>((header - 40) / 8 - 1);
    }
  }
  return p;
}

/// The peer's ESP packet around (tunnel) or in (transport) a plain packet.
inline model::Octets esp_packet(TestSa& sa, const model::Octets& packet) {
  const model::IpView ip = model::parse_ip(packet);
  const std::uint64_t number = ++sa.peer_sequence;
  if (sa.config.tunnel()) {
    const auto plain = model::esp_plaintext(packet, 0, ip.v6 ? 41 : 4);
    model::SaConfig outer = sa.config;
    outer.out.ttl = 64;
    return model::wrap_tunnel(outer, {}, 0, sa.peer->seal(sa.config.head.spi, number, plain));
  }
  const auto plain = model::esp_plaintext(ip.upper, 0, ip.protocol);
  return model::wrap_transport(sa.config, packet, ip, sa.peer->seal(sa.config.head.spi, number, plain));
}

inline PacketIn to_open(model::Octets packet, std::uint32_t cookie) {
  abi::InDesc desc;
  desc.length = static_cast<std::uint16_t>(packet.size());
  desc.cookie = cookie;
  return {desc.pack(), std::move(packet)};
}

}  // namespace sallyport::test
