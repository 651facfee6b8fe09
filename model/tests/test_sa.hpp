// SAs and packets that tests start from.
#pragma once

#include <string>

#include "frame_maker.hpp"
#include "sallyport/model/checksum.hpp"
#include "sallyport/model/golden_accelerator.hpp"

namespace sallyport::model::test {

using abi::SaFlag;
using abi::Verdict;

using Flags = std::vector<SaFlag>;

constexpr std::uint32_t kNumSas = 64;
constexpr std::uint32_t kWindow = 64;
constexpr std::uint16_t kOutIndex = 3;
constexpr std::uint16_t kInIndex = 7;
constexpr std::uint32_t kSpi = 0x1000 + kInIndex;

inline SaSecret secret() {
  SaSecret out;
  for (std::size_t i = 0; i < out.key.size(); ++i) out.key[i] = static_cast<std::uint8_t>(0x40 + i);
  out.salt = {1, 2, 3, 4};
  return out;
}

inline SaConfig out_config(const Flags& flags = {SaFlag::kTunnel}) {
  SaConfig out;
  out.head.spi = kSpi;
  out.head.path_mtu = 9600;
  for (const SaFlag flag : flags) out.set(flag);
  out.out = {4500, 4501, 64, 0, 0};
  store<8>(out.first, 0, 0xC000020100000000);  // 192.0.2.1; as IPv6 address it is just as good
  store<8>(out.second, 0, 0xC633640100000000);
  return out;
}

inline SaConfig in_config(const Flags& flags = {SaFlag::kTunnel}) {
  SaConfig out;
  out.head.spi = kSpi;
  out.head.path_mtu = 9600;
  out.set(SaFlag::kInbound);
  for (const SaFlag flag : flags) out.set(flag);
  out.ports = {0, 0xFFFF, 0, 0xFFFF};
  return out;
}

/// Two ends of one SA: `a` sends under kOutIndex, `b` receives under kInIndex.
struct Pair {
  GoldenAccelerator a{kNumSas, kWindow};
  GoldenAccelerator b{kNumSas, kWindow};
  std::uint16_t a_generation = 0;
  std::uint16_t b_generation = 0;

  explicit Pair(const Flags& flags = {SaFlag::kTunnel}) : Pair(out_config(flags), in_config(flags)) {}
  Pair(const SaConfig& out, const SaConfig& in) {
    a_generation = a.commit(kOutIndex, 0, encode_image(out, secret())).generation;
    b_generation = b.commit(kInIndex, 0, encode_image(in, secret())).generation;
  }

  PacketResult send(OctetView packet, std::size_t tfc_words = 0) {
    return a.outbound(tunnel_desc(packet, tfc_words), packet);
  }
  PacketResult receive(OctetView packet) {
    abi::InDesc desc;
    desc.length = static_cast<std::uint16_t>(packet.size());
    desc.cookie = 0xC00C1E;
    return b.inbound(desc, packet);
  }
  [[nodiscard]] abi::OutDesc tunnel_desc(OctetView packet, std::size_t tfc_words = 0) const {
    abi::OutDesc desc;
    desc.index = kOutIndex;
    desc.generation = a_generation;
    desc.length = static_cast<std::uint16_t>(packet.size());
    desc.next_header = packet[0] >> 4 == 6 ? 41 : 4;
    desc.flags = static_cast<std::uint8_t>(1 | tfc_words << 1);
    desc.cookie = 0xBEEF;
    return desc;
  }
  [[nodiscard]] abi::OutDesc transport_desc(OctetView packet) const {
    const IpView ip = parse_ip(packet);
    abi::OutDesc desc = tunnel_desc(packet);
    desc.flags = 0;
    desc.esp_offset = static_cast<std::uint16_t>(ip.header_length);
    desc.nh_offset = static_cast<std::uint16_t>(ip.protocol_offset);
    desc.next_header = ip.protocol;
    return desc;
  }
};

inline Octets udp4(std::size_t data = 30, const tools::IpFields& fields = {}) {
  return tools::make_ipv4(fields, 17, tools::make_udp(fields.way, false, 1000, 2000, Octets(data, 0xAB)));
}
inline Octets udp6(std::size_t data = 30, const tools::IpFields& fields = {}) {
  return tools::make_ipv6(fields, {}, 17, tools::make_udp(fields.way, true, 1000, 2000, Octets(data, 0xAB)));
}

inline std::string name(Verdict verdict) { return abi::name(verdict); }

/// Header checksum of an IPv4 packet is right.
inline bool checksum_ok(OctetView packet) { return ones_sum(packet.first(4 * (packet[0] & 0xFU))) == 0xFFFF; }

}  // namespace sallyport::model::test

namespace sallyport::abi {
inline void PrintTo(Verdict verdict, std::ostream* out) { *out << name(verdict); }
inline void PrintTo(CmdCode code, std::ostream* out) { *out << name(code); }
inline void PrintTo(EventKind kind, std::ostream* out) { *out << name(kind); }
}  // namespace sallyport::abi
