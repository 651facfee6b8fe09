#include "sallyport/model/outer_header.hpp"

#include "sallyport/model/checksum.hpp"
#include "sallyport/model/ecn.hpp"

namespace sallyport::model {

namespace {

constexpr std::uint16_t kDontFragment = 0x4000;

std::uint8_t protocol_of(const SaConfig& sa) { return sa.has(abi::SaFlag::kUdpEncap) ? kProtocolUdp : kProtocolEsp; }

/// Appends ESP behind an IP header, with a UDP header between the two if the SA says so. The checksum is 0 over IPv4
/// (RFC 3948 2.1) and computed over IPv6, where 0 is not allowed (RFC 8200 8.1).
void append_esp(Octets& out, const SaConfig& sa, bool v6, OctetView esp) {
  if (!sa.has(abi::SaFlag::kUdpEncap)) {
    append(out, esp);
    return;
  }
  const std::size_t at = out.size();
  append<2>(out, sa.out.udp_sport);
  append<2>(out, sa.out.udp_dport);
  append<2>(out, kUdpHeaderOctets + esp.size());
  append<2>(out, 0);
  append(out, esp);
  if (!v6) return;
  const OctetView packet(out);
  store<2>(out, at + 6, udp6_checksum(packet.subspan(8, 16), packet.subspan(24, 16), packet.subspan(at)));
}

std::size_t upper_octets(const SaConfig& sa, OctetView esp) {
  return esp.size() + (sa.has(abi::SaFlag::kUdpEncap) ? kUdpHeaderOctets : 0);
}

std::uint8_t outer_traffic_class(const SaConfig& sa, std::uint8_t inner) {
  const unsigned dscp = sa.has(abi::SaFlag::kDscpFixed) ? sa.out.dscp & 0x3FU : inner >> 2U;
  const std::uint8_t ecn = ecn_encapsulate(inner & 3U, sa.has(abi::SaFlag::kEcnCompat));
  return static_cast<std::uint8_t>(dscp << 2U | ecn);
}

Octets ipv4_header(const SaConfig& sa, const InnerTraits& inner, std::uint16_t ip_id, std::size_t payload) {
  const bool df = sa.has(abi::SaFlag::kDfSet) || (!sa.has(abi::SaFlag::kDfClear) && inner.v4_dont_fragment);
  Octets out;
  append<1>(out, 0x45);
  append<1>(out, outer_traffic_class(sa, inner.traffic_class));
  append<2>(out, kIpv4HeaderOctets + payload);
  append<2>(out, ip_id);
  append<2>(out, df ? kDontFragment : 0);
  append<1>(out, sa.out.ttl);
  append<1>(out, protocol_of(sa));
  append<2>(out, 0);
  append(out, OctetView(sa.first).first(4));
  append(out, OctetView(sa.second).first(4));
  store<2>(out, 10, static_cast<std::uint16_t>(~ones_sum(out)));
  return out;
}

Octets ipv6_header(const SaConfig& sa, const InnerTraits& inner, std::size_t payload) {
  Octets out;
  append<4>(out, 6U << 28U | std::uint32_t{outer_traffic_class(sa, inner.traffic_class)} << 20U);
  append<2>(out, payload);
  append<1>(out, protocol_of(sa));
  append<1>(out, sa.out.ttl);
  append(out, sa.first);
  append(out, sa.second);
  return out;
}

/// Copies the IP header of a packet and makes it name `protocol` and a payload of `payload` octets behind it.
Octets adapted_header(OctetView packet, const IpView& ip, std::uint8_t protocol, std::size_t payload) {
  Octets out(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(ip.header_length));
  if (ip.v6) {
    out[ip.protocol_offset] = protocol;
    store<2>(out, 4, ip.header_length - kIpv6HeaderOctets + payload);
  } else {
    patch_ipv4_word(out, 8, static_cast<std::uint16_t>(out[8] << 8U | protocol));
    patch_ipv4_word(out, 2, static_cast<std::uint16_t>(ip.header_length + payload));
  }
  return out;
}

}  // namespace

Octets wrap_tunnel(const SaConfig& sa, const InnerTraits& inner, std::uint16_t ip_id, OctetView esp) {
  const bool v6 = sa.has(abi::SaFlag::kOuterV6);
  const std::size_t payload = upper_octets(sa, esp);
  Octets out = v6 ? ipv6_header(sa, inner, payload) : ipv4_header(sa, inner, ip_id, payload);
  append_esp(out, sa, v6, esp);
  return out;
}

Octets wrap_transport(const SaConfig& sa, OctetView packet, const IpView& ip, OctetView esp) {
  Octets out = adapted_header(packet, ip, protocol_of(sa), upper_octets(sa, esp));
  append_esp(out, sa, ip.v6, esp);
  return out;
}

Octets replace_upper(OctetView packet, const IpView& ip, std::uint8_t protocol, OctetView payload) {
  Octets out = adapted_header(packet, ip, protocol, payload.size());
  append(out, payload);
  return out;
}

void decrement_ttl(std::span<std::uint8_t> packet, bool v6) {
  if (v6) {
    --packet[7];
  } else {
    patch_ipv4_word(packet, 8, static_cast<std::uint16_t>(load16(packet, 8) - 0x0100));
  }
}

void set_ecn(std::span<std::uint8_t> packet, bool v6, std::uint8_t ecn) {
  if (v6) {
    packet[1] = static_cast<std::uint8_t>((packet[1] & 0xCFU) | ecn << 4U);
  } else {
    patch_ipv4_word(packet, 0, static_cast<std::uint16_t>((load16(packet, 0) & 0xFFFCU) | ecn));
  }
}

}  // namespace sallyport::model
