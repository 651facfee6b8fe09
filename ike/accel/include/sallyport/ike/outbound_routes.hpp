#pragma once
/// @file
/// Which SA plain packets go out on (RFC 4301 5.1, the part of an outbound policy that Child SAs make).
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sallyport/ike/narrowing.hpp"
#include "sallyport/ike/sa_backend.hpp"
#include "sallyport/sa_config.hpp"
#include "sallyport/sa_types.hpp"

namespace sallyport::ike {

struct Route {
  ChildHandle child;
  SaRef outbound;
  SaMode mode = SaMode::kTunnel;
  EntrySelectors selectors;   ///< `initiator` is our side.
  std::uint64_t session = 0;  ///< Whose it is: pairs of one number are of one peer.
};

/// What a packet is to selectors.
struct PacketFlow {
  IpAddress source;
  IpAddress destination;
  std::uint8_t protocol = 0;
  std::optional<std::uint16_t> source_port;  ///< Not of fragments, nor of protocols without ports.
  std::optional<std::uint16_t> destination_port;
};

/// Reads addresses, protocol and ports. kMalformedInput: no whole IP packet.
Result<PacketFlow> flow_of(std::span<const std::uint8_t> packet);

/// What a session (a peer) has installed first it keeps: where policy lets several peers have the same addresses, as
/// with one connection for all, the next one must not draw another's traffic by asking for his addresses. So of routes
/// of several sessions that fit a packet, those of the session win that has had the packet's selectors for the longest
/// time; of its own routes the newest. When the last of them goes, the next session has the traffic.
///
/// A session's claim is as old as the oldest of its routes that stands and covers the new one's selectors; a rekey's
/// new pair takes over before the old one goes, and so keeps it. Selectors that reach further are a new claim.
///
/// A look-up costs one comparison a pair in use; two where sessions have overlapping selectors.
class OutboundRoutes {
 public:
  /// From now on; within its session the pair is the newest, also if it is there already. Gives the pair of another
  /// session that keeps traffic which this route is the first of its session to ask for.
  std::optional<ChildHandle> use(const Route& route);
  /// Whether it was there.
  bool drop(ChildHandle child);
  [[nodiscard]] const Route* find(const PacketFlow& flow) const;
  [[nodiscard]] std::size_t size() const { return routes_.size(); }

 private:
  struct Entry {
    Route route;
    AddressRange local;
    AddressRange remote;
    std::uint64_t claim = 0;  // the lower, the older
    bool contested = false;   // routes of other sessions overlap with it, or did
    [[nodiscard]] bool fits(const PacketFlow& flow) const;
    [[nodiscard]] bool covers(const Entry& other) const;
    [[nodiscard]] bool overlaps(const Entry& other) const;
  };
  [[nodiscard]] std::optional<std::uint64_t> claim_of(const Entry& entry) const;
  std::vector<Entry> routes_;  // newest last
  std::uint64_t next_claim_ = 0;
};

}  // namespace sallyport::ike
