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

bool covers(const Ports& outer, const Ports& inner) {
  return outer.is_any() || (!inner.is_any() && outer.first <= inner.first && inner.last <= outer.last);
}

bool overlap(const Ports& a, const Ports& b) {
  return a.is_any() || b.is_any() || (a.first <= b.last && b.first <= a.last);
}

bool covers(const AddressRange& outer, const AddressRange& inner) {
  return outer.contains(inner.first) && outer.contains(inner.last);
}

bool overlap(const AddressRange& a, const AddressRange& b) { return a.contains(b.first) || b.contains(a.first); }

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

bool OutboundRoutes::Entry::fits(const PacketFlow& flow) const {
  const EntrySelectors& own = route.selectors;
  return (own.protocol == 0 || own.protocol == flow.protocol) && local.contains(flow.source) &&
         remote.contains(flow.destination) && holds(own.initiator_ports, flow.source_port) &&
         holds(own.responder_ports, flow.destination_port);
}

bool OutboundRoutes::Entry::covers(const Entry& other) const {
  const EntrySelectors& own = route.selectors;
  const EntrySelectors& its = other.route.selectors;
  return (own.protocol == 0 || own.protocol == its.protocol) && ike::covers(local, other.local) &&
         ike::covers(remote, other.remote) && ike::covers(own.initiator_ports, its.initiator_ports) &&
         ike::covers(own.responder_ports, its.responder_ports);
}

bool OutboundRoutes::Entry::overlaps(const Entry& other) const {
  const EntrySelectors& own = route.selectors;
  const EntrySelectors& its = other.route.selectors;
  return (own.protocol == 0 || its.protocol == 0 || own.protocol == its.protocol) && overlap(local, other.local) &&
         overlap(remote, other.remote) && overlap(own.initiator_ports, its.initiator_ports) &&
         overlap(own.responder_ports, its.responder_ports);
}

std::optional<std::uint64_t> OutboundRoutes::claim_of(const Entry& entry) const {
  std::optional<std::uint64_t> oldest;
  for (const Entry& other : routes_) {
    if (other.route.session != entry.route.session || !other.covers(entry)) continue;
    if (!oldest || other.claim < *oldest) oldest = other.claim;
  }
  return oldest;
}

std::optional<ChildHandle> OutboundRoutes::use(const Route& route) {
  Entry entry{route, AddressRange::of(route.selectors.initiator), AddressRange::of(route.selectors.responder)};
  const auto inherited = claim_of(entry);
  entry.claim = inherited ? *inherited : next_claim_++;
  drop(route.child);
  std::optional<ChildHandle> keeps;
  for (Entry& other : routes_) {
    if (other.route.session == route.session || !other.overlaps(entry)) continue;
    other.contested = entry.contested = true;
    if (!inherited && !keeps) keeps = other.route.child;
  }
  routes_.push_back(entry);
  return keeps;
}

bool OutboundRoutes::drop(ChildHandle child) {
  return std::erase_if(routes_, [child](const Entry& entry) { return entry.route.child == child; }) > 0;
}

const Route* OutboundRoutes::find(const PacketFlow& flow) const {
  const auto newest =
      std::find_if(routes_.rbegin(), routes_.rend(), [&flow](const Entry& entry) { return entry.fits(flow); });
  if (newest == routes_.rend()) return nullptr;
  if (!newest->contested) return &newest->route;
  const Entry* oldest = &*newest;
  for (const Entry& entry : routes_) {
    if (entry.claim < oldest->claim && entry.fits(flow)) oldest = &entry;
  }
  const std::uint64_t session = oldest->route.session;
  return &std::find_if(newest, routes_.rend(), [&](const Entry& entry) {
            return entry.route.session == session && entry.fits(flow);
          })->route;
}

}  // namespace sallyport::ike
