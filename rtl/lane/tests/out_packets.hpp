// SAs and plain packets of a chosen form for lane_out.
#pragma once

#include "in_packets.hpp"

namespace sallyport::test {

/// An outbound SA with exactly these flags, without limits.
inline TestSa sending_sa(Traffic& traffic, std::uint32_t index, std::initializer_list<abi::SaFlag> flags) {
  TestSa sa = traffic.sa(index);
  model::SaConfig config;
  config.head.spi = sa.config.head.spi;
  config.head.path_mtu = 65535;
  config.out = {static_cast<std::uint16_t>(traffic.below(65536)), 4500, 64, 0, 0};
  const model::Octets addresses = traffic.octets(32);
  for (const abi::SaFlag flag : flags) config.set(flag);
  const std::ptrdiff_t n = config.has(abi::SaFlag::kOuterV6) ? 16 : 4;
  std::copy(addresses.begin(), addresses.begin() + n, config.first.begin());
  std::copy(addresses.begin() + 16, addresses.begin() + 16 + n, config.second.begin());
  sa.config = config;
  return sa;
}

/// An IP packet, with the descriptor of one who knows what the SA wants.
/// @param tfc words of TFC padding (tunnel mode).
inline PacketIn to_send(const TestSa& sa, model::Octets packet, std::uint32_t cookie, std::uint8_t tfc = 0) {
  const model::IpView ip = model::parse_ip(packet);
  abi::OutDesc desc;
  desc.index = static_cast<std::uint16_t>(sa.index);
  desc.generation = sa.generation;
  desc.length = static_cast<std::uint16_t>(packet.size());
  desc.cookie = cookie;
  if (sa.config.tunnel()) {
    desc.flags = static_cast<std::uint8_t>(1U | tfc << 1U);
    desc.next_header = ip.v6 ? 41 : 4;
  } else {
    desc.esp_offset = static_cast<std::uint16_t>(ip.header_length);
    desc.nh_offset = static_cast<std::uint16_t>(ip.protocol_offset);
    desc.next_header = ip.protocol;
  }
  return {desc.pack(), std::move(packet)};
}

}  // namespace sallyport::test
