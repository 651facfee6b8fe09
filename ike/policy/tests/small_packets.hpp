#pragma once
/// @file
/// A world so small that sets of packets can be compared packet by packet: three protocols, eight ports and those that
/// cannot be seen, sixteen addresses of each family.
#include <optional>
#include <vector>

#include "sallyport/ike/random_source.hpp"
#include "sallyport/ike/selectors.hpp"

namespace sallyport::ike {

inline IpAddress address(const char* text) { return *IpAddress::parse(text); }

inline IpAddress small_address(bool v6, unsigned number) {
  IpAddress out = address(v6 ? "2001:db8::fff0" : "10.0.0.240");
  out.octets[v6 ? 15 : 3] = static_cast<std::uint8_t>(0xf0 + number);
  return out;
}

/// One side of a packet.
struct SmallPacket {
  std::uint8_t protocol = 6;
  std::optional<std::uint16_t> port;  ///< Nothing: it cannot be seen.
  IpAddress at;
};

/// Whether a selector means a packet, by the words of RFC 4301 4.4.1.1.
inline bool means(const Selector& s, const SmallPacket& p) {
  if (s.protocol != 0 && s.protocol != p.protocol) return false;
  if (s.addresses.first.version != p.at.version) return false;
  if (p.at.octets < s.addresses.first.octets || p.at.octets > s.addresses.last.octets) return false;
  if (s.ports.first == 0 && s.ports.last == 65535) return true;
  if (s.ports.first == 65535 && s.ports.last == 0) return !p.port;
  return p.port && *p.port >= s.ports.first && *p.port <= s.ports.last;
}

inline bool means(const SelectorSet& set, const SmallPacket& p) {
  for (const Selector& s : set) {
    if (means(s, p)) return true;
  }
  return false;
}

inline const std::vector<SmallPacket>& small_packets() {
  static const std::vector<SmallPacket> all = [] {
    std::vector<SmallPacket> packets;
    for (const std::uint8_t protocol : {6, 17, 99}) {
      for (unsigned port = 0; port <= 8; ++port) {
        for (unsigned number = 0; number < 32; ++number) {
          packets.push_back({protocol, port == 8 ? std::nullopt : std::optional(static_cast<std::uint16_t>(port)),
                             small_address(number >= 16, number % 16)});
        }
      }
    }
    return packets;
  }();
  return all;
}

inline Selector random_selector(RandomSource& random) {
  Selector s;
  s.protocol = std::vector<std::uint8_t>{0, 6, 17}[random.below(3)];
  if (s.protocol != 0) {
    const auto first = static_cast<std::uint16_t>(random.below(8));
    const auto last = static_cast<std::uint16_t>(first + random.below(8U - first));
    s.ports = std::vector<Ports>{{}, Ports::opaque(), {first, last}, {first, first}}[random.below(4)];
  }
  const bool v6 = random.below(3) == 0;
  const auto first = static_cast<unsigned>(random.below(16));
  s.addresses = {small_address(v6, first), small_address(v6, first + static_cast<unsigned>(random.below(16U - first)))};
  return s;
}

inline SelectorSet random_selectors(RandomSource& random, std::uint64_t most) {
  SelectorSet set;
  for (std::uint64_t n = 1 + random.below(most); n-- > 0;) set.push_back(random_selector(random));
  return set;
}

}  // namespace sallyport::ike
