#include "sallyport/ike/selectors.hpp"

#include <algorithm>
#include <tuple>

#include "address.hpp"

namespace sallyport::ike {
namespace {

bool below(const IpAddress& a, const IpAddress& b) { return compare(a, b) < 0; }
bool covers(std::uint8_t outer, std::uint8_t inner) { return outer == 0 || outer == inner; }

bool covers(const Ports& outer, const Ports& inner) {
  if (outer.is_any() || outer == inner) return true;
  return !outer.is_opaque() && !inner.is_opaque() && outer.first <= inner.first && inner.last <= outer.last;
}

bool covers(const AddressRange& outer, const AddressRange& inner) {
  return outer.contains(inner.first) && outer.contains(inner.last);
}

std::optional<Ports> common(const Ports& a, const Ports& b) {
  if (a.is_any()) return b;
  if (b.is_any()) return a;
  if (a.is_opaque() || b.is_opaque()) return a == b ? std::optional(a) : std::nullopt;
  const Ports both{std::max(a.first, b.first), std::min(a.last, b.last)};
  return both.first <= both.last ? std::optional(both) : std::nullopt;
}

// Some order, for sets.
bool before(const Selector& a, const Selector& b) {
  const auto key = [](const Selector& s) { return std::tuple(s.protocol, s.ports.first, s.ports.last); };
  if (key(a) != key(b)) return key(a) < key(b);
  const auto order = compare(a.addresses.first, b.addresses.first);
  return order == 0 ? below(a.addresses.last, b.addresses.last) : order < 0;
}

SelectorSet ordered(SelectorSet set) {
  std::sort(set.begin(), set.end(), before);
  set.erase(std::unique(set.begin(), set.end()), set.end());
  return set;
}

// Whether ranges, ascending by their first addresses, cover every address of another range.
bool cover(const std::vector<AddressRange>& ranges, const AddressRange& wanted) {
  IpAddress need = wanted.first;
  for (const AddressRange& range : ranges) {
    if (below(need, range.first)) return false;
    if (below(range.last, need)) continue;
    if (!below(range.last, wanted.last)) return true;
    need = *next(range.last);  // there is one: wanted.last is beyond
  }
  return false;
}

}  // namespace

std::strong_ordering compare(const IpAddress& a, const IpAddress& b) {
  if (a.version != b.version) return a.version <=> b.version;
  return a.octets <=> b.octets;
}

AddressRange AddressRange::of(const IpPrefix& prefix) {
  return {lowest_of(prefix.address, prefix.length), highest_of(prefix.address, prefix.length)};
}

bool AddressRange::valid() const { return first.version == last.version && !below(last, first); }

std::optional<IpPrefix> AddressRange::prefix() const {
  const IpPrefix largest = prefix_around(first);
  return of(largest) == *this ? std::optional(largest) : std::nullopt;
}

IpPrefix AddressRange::prefix_around(const IpAddress& address) const {
  unsigned length = 0;
  while (length < address.bits() &&
         (below(lowest_of(address, length), first) || below(last, highest_of(address, length)))) {
    ++length;
  }
  return {lowest_of(address, length), static_cast<std::uint8_t>(length)};
}

IpPrefix AddressRange::largest_prefix() const {
  for (unsigned length = 0; length < first.bits(); ++length) {
    // The first block of this length that does not begin before the range.
    IpAddress begin = lowest_of(first, length);
    if (begin != first) {
      const auto after = next(highest_of(first, length));
      if (!after) continue;
      begin = *after;
    }
    if (!below(last, highest_of(begin, length))) return {begin, static_cast<std::uint8_t>(length)};
  }
  return {first, static_cast<std::uint8_t>(first.bits())};
}

bool AddressRange::contains(const IpAddress& address) const {
  return address.version == first.version && !below(address, first) && !below(last, address);
}

bool Selector::valid() const { return addresses.valid() && ports.valid() && (protocol != 0 || ports.is_any()); }

bool Selector::contains(const Selector& other) const {
  return covers(protocol, other.protocol) && covers(ports, other.ports) && covers(addresses, other.addresses);
}

std::optional<Selector> intersection(const Selector& a, const Selector& b) {
  if (!covers(a.protocol, b.protocol) && !covers(b.protocol, a.protocol)) return std::nullopt;
  if (a.addresses.first.version != b.addresses.first.version) return std::nullopt;
  const auto ports = common(a.ports, b.ports);
  const AddressRange addresses{std::max(a.addresses.first, b.addresses.first, below),
                               std::min(a.addresses.last, b.addresses.last, below)};
  if (!ports || !addresses.valid()) return std::nullopt;
  return Selector{std::max(a.protocol, b.protocol), *ports, addresses};
}

bool same(const SelectorSet& a, const SelectorSet& b) { return ordered(a) == ordered(b); }

bool subset(const SelectorSet& inner, const SelectorSet& outer) {
  SelectorSet ascending = outer;
  std::sort(ascending.begin(), ascending.end(),
            [](const Selector& a, const Selector& b) { return below(a.addresses.first, b.addresses.first); });
  return std::all_of(inner.begin(), inner.end(), [&ascending](const Selector& wanted) {
    std::vector<AddressRange> ranges;
    for (const Selector& next : ascending) {
      const bool fits = covers(next.protocol, wanted.protocol) && covers(next.ports, wanted.ports) &&
                        next.addresses.first.version == wanted.addresses.first.version;
      if (fits) ranges.push_back(next.addresses);
    }
    return cover(ranges, wanted.addresses);
  });
}

SelectorSet from_wire(const TsPayload& payload) {
  SelectorSet selectors;
  for (const TrafficSelector& ts : payload.selectors) {
    const Selector next{ts.protocol, {ts.start_port, ts.end_port}, {ts.start, ts.end}};
    if (ts.is_ip() && next.valid()) selectors.push_back(next);
  }
  return selectors;
}

TsPayload to_wire(const SelectorSet& selectors) {
  TsPayload payload;
  for (const Selector& next : selectors) {
    if (payload.selectors.size() == kMaxSelectors) break;
    payload.selectors.push_back({.type = next.addresses.first.version == 4 ? TsType::kIpv4Range : TsType::kIpv6Range,
                                 .protocol = next.protocol,
                                 .start_port = next.ports.first,
                                 .end_port = next.ports.last,
                                 .start = next.addresses.first,
                                 .end = next.addresses.last,
                                 .opaque = {}});
  }
  return payload;
}

}  // namespace sallyport::ike
