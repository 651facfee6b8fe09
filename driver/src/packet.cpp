#include "sallyport/packet.hpp"

#include <string>

namespace sallyport {
namespace {

constexpr std::size_t kLongestPacket = 65'535;
constexpr std::uint8_t kTunnelFlag = 1;
constexpr std::uint8_t kDummyNextHeader = 59;
constexpr std::uint8_t kIpv4InIp = 4;
constexpr std::uint8_t kIpv6InIp = 41;

Error malformed(const std::string& text) { return {ErrorCode::kMalformedInput, "packet: " + text}; }

std::uint16_t word_at(std::span<const std::uint8_t> packet, std::size_t at) {
  return static_cast<std::uint16_t>(packet[at] << 8 | packet[at + 1]);
}

bool is_extension(std::uint8_t protocol) {
  constexpr std::uint8_t kHopByHop = 0, kRouting = 43, kFragment = 44, kDestination = 60;
  return protocol == kHopByHop || protocol == kRouting || protocol == kFragment || protocol == kDestination;
}

Result<UpperLayer> walk_v4(std::span<const std::uint8_t> packet) {
  if (packet.size() < 20) return malformed("IPv4 header cut off after " + std::to_string(packet.size()) + " octets");
  UpperLayer out;
  out.version = 4;
  out.total_length = word_at(packet, 2);
  out.offset = static_cast<std::uint16_t>((packet[0] & 0x0F) * 4);
  out.protocol_at = 9;
  out.protocol = packet[9];
  out.fragment = (word_at(packet, 6) & 0x3FFF) != 0;
  if (out.offset < 20) return malformed("IPv4 header length " + std::to_string(out.offset) + " is below 20");
  if (out.total_length < out.offset || out.total_length > packet.size()) {
    return malformed("IPv4 total length " + std::to_string(out.total_length) + " does not lie between the header's " +
                     std::to_string(out.offset) + " and the packet's " + std::to_string(packet.size()) + " octets");
  }
  return out;
}

Result<UpperLayer> walk_v6(std::span<const std::uint8_t> packet) {
  if (packet.size() < 40) return malformed("IPv6 header cut off after " + std::to_string(packet.size()) + " octets");
  const std::size_t total = 40U + word_at(packet, 4);
  if (total > packet.size()) {
    return malformed("IPv6 payload length asks for " + std::to_string(total) + " octets, there are " +
                     std::to_string(packet.size()));
  }
  UpperLayer out;
  out.version = 6;
  out.total_length = static_cast<std::uint16_t>(total);
  std::size_t at = 40;
  out.protocol_at = 6;
  out.protocol = packet[6];
  while (is_extension(out.protocol)) {
    constexpr std::uint8_t kFragment = 44;
    if (at + 8 > total) return malformed("IPv6 extension header cut off at octet " + std::to_string(at));
    const bool is_fragment = out.protocol == kFragment;
    out.protocol = packet[at];
    out.protocol_at = static_cast<std::uint16_t>(at);
    if (is_fragment) {
      out.fragment = true;
      const bool first = (word_at(packet, at + 2) & 0xFFF8) == 0;
      at += 8;
      if (!first) break;  // what follows is no header
    } else {
      at += (packet[at + 1] + 1U) * 8U;
      if (at > total) return malformed("IPv6 extension header ends behind the packet, at octet " + std::to_string(at));
    }
  }
  out.offset = static_cast<std::uint16_t>(at);
  return out;
}

PacketIn with_descriptor(abi::OutDesc descriptor, std::vector<std::uint8_t> octets) {
  descriptor.length = static_cast<std::uint16_t>(octets.size());
  return {descriptor.pack(), std::move(octets)};
}

Result<void> check_size(std::size_t octets) {
  if (octets == 0) return malformed("no octets");
  if (octets > kLongestPacket) return malformed(std::to_string(octets) + " octets; a descriptor holds 65,535 at most");
  return {};
}

abi::OutDesc descriptor_of(SaRef sa, std::uint32_t cookie) {
  abi::OutDesc descriptor;
  descriptor.index = sa.index.value;
  descriptor.generation = sa.generation.value;
  descriptor.cookie = cookie;
  return descriptor;
}

}  // namespace

Result<UpperLayer> find_upper_layer(std::span<const std::uint8_t> packet) {
  if (const auto ok = check_size(packet.size()); !ok) return ok.error();
  switch (packet[0] >> 4) {
    case 4:
      return walk_v4(packet);
    case 6:
      return walk_v6(packet);
    default:
      return malformed("IP version " + std::to_string(packet[0] >> 4));
  }
}

Result<PacketIn> outbound_packet(SaRef sa, SaMode mode, std::vector<std::uint8_t> packet, std::uint32_t cookie,
                                 std::uint8_t tfc_units) {
  const auto upper = find_upper_layer(packet);
  if (!upper) return upper.error();
  abi::OutDesc descriptor = descriptor_of(sa, cookie);
  if (mode == SaMode::kTunnel) {
    if (tfc_units > 127) {
      return Error{ErrorCode::kInvalidArgument,
                   "packet: " + std::to_string(tfc_units) + " TFC units; 0..127 are possible"};
    }
    descriptor.next_header = upper->version == 4 ? kIpv4InIp : kIpv6InIp;
    descriptor.flags = static_cast<std::uint8_t>(tfc_units << 1 | kTunnelFlag);
    return with_descriptor(descriptor, std::move(packet));
  }
  if (tfc_units != 0) {
    return Error{ErrorCode::kInvalidArgument, "packet: TFC padding belongs to tunnel mode"};
  }
  if (upper->fragment) {
    return Error{ErrorCode::kInvalidArgument,
                 "packet: a fragment cannot be sent in transport mode (RFC 4303 3.3.4); reassemble it first"};
  }
  if (upper->protocol == kDummyNextHeader) {
    return Error{ErrorCode::kInvalidArgument,
                 "packet: protocol 59 (no next header) would be a dummy packet in transport mode (RFC 4303 2.6); use "
                 "tunnel mode"};
  }
  descriptor.esp_offset = upper->offset;
  descriptor.nh_offset = upper->protocol_at;
  descriptor.next_header = upper->protocol;
  return with_descriptor(descriptor, std::move(packet));
}

Result<PacketIn> dummy_packet(SaRef sa, std::vector<std::uint8_t> octets, std::uint32_t cookie) {
  if (const auto ok = check_size(octets.size()); !ok) return ok.error();
  abi::OutDesc descriptor = descriptor_of(sa, cookie);
  descriptor.next_header = kDummyNextHeader;
  descriptor.flags = kTunnelFlag;
  return with_descriptor(descriptor, std::move(octets));
}

Result<PacketIn> inbound_packet(std::vector<std::uint8_t> packet, std::uint32_t cookie) {
  if (const auto ok = check_size(packet.size()); !ok) return ok.error();
  abi::InDesc descriptor;
  descriptor.length = static_cast<std::uint16_t>(packet.size());
  descriptor.cookie = cookie;
  return PacketIn{descriptor.pack(), std::move(packet)};
}

}  // namespace sallyport
