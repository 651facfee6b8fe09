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
  EntrySelectors selectors;  ///< `initiator` is our side.
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

/// A list, newest first: what was told last wins where several fit. A look-up costs one comparison a pair in use.
class OutboundRoutes {
 public:
  /// From now on; the pair moves to the front if it is there already.
  void use(const Route& route);
  void drop(ChildHandle child);
  [[nodiscard]] const Route* find(const PacketFlow& flow) const;
  [[nodiscard]] std::size_t size() const { return routes_.size(); }

 private:
  struct Entry {
    Route route;
    AddressRange local;
    AddressRange remote;
  };
  std::vector<Entry> routes_;  // newest last
};

}  // namespace sallyport::ike
