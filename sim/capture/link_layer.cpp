#include "capture/link_layer.hpp"

#include <pcap/dlt.h>

#include <array>
#include <cstdio>

namespace sallyport::sim {

namespace {

using Octets = std::span<const std::uint8_t>;

constexpr std::uint16_t kIpv4 = 0x0800;
constexpr std::uint16_t kIpv6 = 0x86DD;
constexpr std::size_t kEthernetTypeAt = 12;
constexpr std::size_t kTagOctets = 4;
constexpr std::uint16_t kSmallestEthertype = 0x0600;  // below: an IEEE 802.3 length

std::uint16_t be16(Octets octets, std::size_t at) {
  return static_cast<std::uint16_t>(octets[at] << 8U | octets[at + 1]);
}

bool is_vlan_tag(std::uint16_t ethertype) { return ethertype == 0x8100 || ethertype == 0x88A8 || ethertype == 0x9100; }

std::string name_of(std::uint16_t ethertype) {
  struct Known {
    std::uint16_t ethertype;
    const char* name;
  };
  static constexpr std::array<Known, 12> kKnown{{{0x0806, "ARP"},
                                                 {0x8035, "RARP"},
                                                 {0x88CC, "LLDP"},
                                                 {0x888E, "EAPOL"},
                                                 {0x8847, "MPLS"},
                                                 {0x8848, "MPLS"},
                                                 {0x8863, "PPPoE"},
                                                 {0x8864, "PPPoE"},
                                                 {0x88E5, "MACsec"},
                                                 {0x88F7, "PTP"},
                                                 {0x8809, "slow protocols"},
                                                 {0x9000, "loopback"}}};
  for (const auto& known : kKnown) {
    if (known.ethertype == ethertype) return known.name;
  }
  if (ethertype < kSmallestEthertype) return "IEEE 802.3 with LLC";
  char text[20];
  std::snprintf(text, sizeof text, "ethertype 0x%04x", ethertype);
  return text;
}

FrameContent none(std::string kind) { return {{}, std::move(kind)}; }

FrameContent ipv4(Octets octets) {
  constexpr std::size_t kHeader = 20;
  if (octets.size() < kHeader) return none("IPv4 header cut off");
  const std::size_t header = (octets[0] & 0x0FU) * 4U;
  const std::size_t total = be16(octets, 2);
  if (header < kHeader) return none("IPv4 header length below 20");
  // Captures taken before segmentation offload show frames that were never on a wire.
  if (total == 0) return none("IPv4 total length 0 (segmentation offload)");
  if (total < header) return none("IPv4 total length below header length");
  if (total > octets.size()) return none("IPv4 total length beyond the frame");
  return {octets.first(total), {}};
}

FrameContent ipv6(Octets octets) {
  constexpr std::size_t kHeader = 40;
  constexpr std::uint8_t kHopByHop = 0;
  if (octets.size() < kHeader) return none("IPv6 header cut off");
  const std::size_t payload = be16(octets, 4);
  if (payload == 0 && octets[6] == kHopByHop) return none("IPv6 jumbogram");
  if (payload + kHeader > octets.size()) return none("IPv6 payload length beyond the frame");
  return {octets.first(payload + kHeader), {}};
}

FrameContent by_version(Octets octets) {
  if (octets.empty()) return none("empty frame");
  switch (octets[0] >> 4U) {
    case 4:
      return ipv4(octets);
    case 6:
      return ipv6(octets);
    default:
      return none("IP version " + std::to_string(octets[0] >> 4U));
  }
}

/// `type_at`: where the first ethertype stands; the packet (or a tag's control information) follows it.
FrameContent by_ethertype(Octets frame, std::size_t type_at, std::size_t payload_at) {
  if (frame.size() < type_at + 2 || frame.size() < payload_at) return none("link header cut off");
  std::uint16_t ethertype = be16(frame, type_at);
  while (is_vlan_tag(ethertype)) {
    if (frame.size() < payload_at + kTagOctets) return none("VLAN tag cut off");
    ethertype = be16(frame, payload_at + 2);
    payload_at += kTagOctets;
  }
  if (ethertype != kIpv4 && ethertype != kIpv6) return none(name_of(ethertype));
  const Octets packet = frame.subspan(payload_at);
  const unsigned version = packet.empty() ? 0 : packet[0] >> 4U;
  if (version != (ethertype == kIpv4 ? 4U : 6U)) return none("IP version that contradicts the ethertype");
  return by_version(packet);
}

}  // namespace

bool known_link_type(int link_type) {
  switch (link_type) {
    case DLT_EN10MB:
    case DLT_RAW:
    case DLT_IPV4:
    case DLT_IPV6:
    case DLT_LINUX_SLL:
    case DLT_LINUX_SLL2:
      return true;
    default:
      return false;
  }
}

FrameContent look_into(int link_type, std::span<const std::uint8_t> frame) {
  switch (link_type) {
    case DLT_EN10MB:
      return by_ethertype(frame, kEthernetTypeAt, kEthernetTypeAt + 2);
    case DLT_LINUX_SLL:
      return by_ethertype(frame, 14, 16);
    case DLT_LINUX_SLL2:
      return by_ethertype(frame, 0, 20);
    default:
      return by_version(frame);
  }
}

}  // namespace sallyport::sim
