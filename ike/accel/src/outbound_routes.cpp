#include "sallyport/ike/outbound_routes.hpp"

#include <algorithm>

#include "sallyport/packet.hpp"

namespace sallyport::ike {

namespace {

constexpr std::uint8_t kIcmp = 1;
constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;
constexpr std::uint8_t kIcmpV6 = 58;
constexpr std::uint8_t kSctp = 132;
constexpr std::uint8_t kUdpLite = 136;

IpAddress address_at(std::span<const std::uint8_t> packet, std::uint8_t version, std::size_t offset) {
  IpAddress address;
  address.version = version;
  std::copy_n(packet.begin() + static_cast<std::ptrdiff_t>(offset), version == 4 ? 4 : 16, address.octets.begin());
  return address;
}

bool holds(const Ports& ports, const std::optional<std::uint16_t>& port) {
  return ports.is_any() || (port && *port >= ports.first && *port <= ports.last);
}

}  // namespace

Result<PacketFlow> flow_of(std::span<const std::uint8_t> packet) {
  const auto upper = find_upper_layer(packet);
  if (!upper) return upper.error();
  PacketFlow flow;
  const bool v4 = upper->version == 4;
  flow.source = address_at(packet, upper->version, v4 ? 12 : 8);
  flow.destination = address_at(packet, upper->version, v4 ? 16 : 24);
  flow.protocol = upper->protocol;
  if (upper->fragment) return flow;
  const auto word = [&](std::size_t at) -> std::optional<std::uint16_t> {
    const std::size_t offset = upper->offset + at;
    if (offset + 2 > upper->total_length || offset + 2 > packet.size()) return {};
    return static_cast<std::uint16_t>(packet[offset] << 8U | packet[offset + 1]);
  };
  switch (flow.protocol) {
    case kTcp:
    case kUdp:
    case kSctp:
    case kUdpLite:
      flow.source_port = word(0);
      flow.destination_port = word(2);
      break;
    case kIcmp:
    case kIcmpV6:  // type and code, of either side (RFC 4301 4.4.1.3)
      flow.source_port = word(0);
      flow.destination_port = word(0);
      break;
    default:
      break;
  }
  return flow;
}

void OutboundRoutes::use(const Route& route) {
  drop(route.child);
  routes_.push_back({route, AddressRange::of(route.selectors.initiator), AddressRange::of(route.selectors.responder)});
}

void OutboundRoutes::drop(ChildHandle child) {
  std::erase_if(routes_, [child](const Entry& entry) { return entry.route.child == child; });
}

const Route* OutboundRoutes::find(const PacketFlow& flow) const {
  const auto fits = [&flow](const Entry& entry) {
    const EntrySelectors& selectors = entry.route.selectors;
    return (selectors.protocol == 0 || selectors.protocol == flow.protocol) && entry.local.contains(flow.source) &&
           entry.remote.contains(flow.destination) && holds(selectors.initiator_ports, flow.source_port) &&
           holds(selectors.responder_ports, flow.destination_port);
  };
  const auto found = std::find_if(routes_.rbegin(), routes_.rend(), fits);
  return found == routes_.rend() ? nullptr : &found->route;
}

}  // namespace sallyport::ike
