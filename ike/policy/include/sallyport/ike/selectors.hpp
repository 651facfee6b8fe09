#pragma once
/// @file
/// Traffic selectors as sets of packets: protocol, ports and addresses (RFC 7296 2.9, 3.13.1; RFC 4301 4.4.1.1).
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sallyport/ike/ts_payload.hpp"
#include "sallyport/ip_address.hpp"
#include "sallyport/result.hpp"

namespace sallyport::ike {

/// Order of addresses: IPv4 before IPv6, then as numbers.
[[nodiscard]] std::strong_ordering compare(const IpAddress& a, const IpAddress& b);

/// Ports from first to last, both inclusive; of ICMP and ICMPv6 type << 8 | code, of mobility headers the type << 8.
/// 0..65535 is ANY: also packets whose ports cannot be seen, and protocols that have none. 65535..0 is OPAQUE: only
/// packets whose ports cannot be seen.
struct Ports {
  std::uint16_t first = 0;
  std::uint16_t last = 65535;

  static constexpr Ports opaque() { return {65535, 0}; }
  [[nodiscard]] constexpr bool is_any() const { return first == 0 && last == 65535; }
  [[nodiscard]] constexpr bool is_opaque() const { return first == 65535 && last == 0; }
  [[nodiscard]] constexpr bool valid() const { return first <= last || is_opaque(); }
  friend bool operator==(const Ports&, const Ports&) = default;
};

/// Addresses of one family from first to last, both inclusive.
struct AddressRange {
  IpAddress first;
  IpAddress last;

  static AddressRange of(const IpAddress& address) { return {address, address}; }
  static AddressRange of(const IpPrefix& prefix);
  /// One family, and first is not beyond last.
  [[nodiscard]] bool valid() const;
  [[nodiscard]] bool single() const { return first == last; }
  /// The prefix that is exactly this range, if there is one.
  [[nodiscard]] std::optional<IpPrefix> prefix() const;
  /// The largest prefix inside this range that holds the address, which must lie in it.
  [[nodiscard]] IpPrefix prefix_around(const IpAddress& address) const;
  /// The largest prefix inside this range; of several the lowest.
  [[nodiscard]] IpPrefix largest_prefix() const;
  [[nodiscard]] bool contains(const IpAddress& address) const;
  friend bool operator==(const AddressRange&, const AddressRange&) = default;
};

/// The packets of one protocol (0: all), with these ports on one side and these addresses on that side.
struct Selector {
  std::uint8_t protocol = 0;
  Ports ports;
  AddressRange addresses;

  static Selector of(const IpPrefix& prefix) { return {0, {}, AddressRange::of(prefix)}; }
  static Selector host(const IpAddress& address) { return {0, {}, AddressRange::of(address)}; }
  /// Ports and addresses are ranges, and there are no ports where there is no protocol.
  [[nodiscard]] bool valid() const;
  [[nodiscard]] bool contains(const Selector& other) const;
  friend bool operator==(const Selector&, const Selector&) = default;
};

using SelectorSet = std::vector<Selector>;

/// Packets of both; nothing when there are none.
[[nodiscard]] std::optional<Selector> intersection(const Selector& a, const Selector& b);

/// Whether a set's selectors are the same, whatever their order and however often each stands there.
[[nodiscard]] bool same(const SelectorSet& a, const SelectorSet& b);

/// Whether every packet of `inner` is one of `outer`'s, several of whose address ranges may be needed to see it.
/// A selector that lies across port ranges or protocols of several others counts as not contained.
[[nodiscard]] bool subset(const SelectorSet& inner, const SelectorSet& outer);

/// "10.1.0.0/16[udp/500-510]": an address, a prefix, a range "10.1.0.5-10.1.0.9" or, when it is given, "dynamic" for
/// the address `dynamic`; then in brackets a protocol (name of tcp, udp, icmp, icmpv6 (ipv6-icmp), sctp, udplite, dccp,
/// esp, ah, gre, mh; a number 1..255; "any" or nothing), "/" and ports: one, a range, "any" or nothing, "opaque". Of
/// icmp and icmpv6 a port is "type(code)" or "type" for all of its codes; of mh a type. kInvalidArgument, with what is
/// wrong.
Result<Selector> parse_selector(std::string_view text, const std::optional<IpAddress>& dynamic = {});
/// In the notation above; parse gives the same again.
[[nodiscard]] std::string to_text(const Selector& selector);
/// With ", " between them.
[[nodiscard]] std::string to_text(const SelectorSet& selectors);

/// Selectors of a payload that mean something to us, in order. Left out are other types than address ranges, and those
/// that are not valid().
[[nodiscard]] SelectorSet from_wire(const TsPayload& payload);
/// Selectors beyond the wire's 255 are left out.
[[nodiscard]] TsPayload to_wire(const SelectorSet& selectors);

}  // namespace sallyport::ike
