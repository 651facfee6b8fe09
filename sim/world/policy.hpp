#pragma once
/// @file
/// Which tunnel a packet takes, and what a tunnel's SAs look like.
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sallyport/model/ip_view.hpp"
#include "scenario/scenario.hpp"

namespace sallyport::sim {

/// The first tunnel whose selectors take the packet. Transport mode takes no fragments (RFC 4303 3.3.4). Nothing if no
/// tunnel does.
std::optional<std::size_t> choose_tunnel(const std::vector<TunnelConfig>& tunnels, const model::IpView& packet);

/// Keys of one direction.
struct Keying {
  std::vector<std::uint8_t> key;
  std::array<std::uint8_t, 4> salt{};
};

/// The SA from `from` to `to`, as its sender configures it.
SaConfig outbound_sa(const TunnelConfig& tunnel, const GatewayConfig& from, const GatewayConfig& to,
                     const Keying& keying, Spi spi);
/// The SA as its receiver configures it. `reverse`: it carries the tunnel's traffic backwards, so the selectors are
/// swapped.
SaConfig inbound_sa(const TunnelConfig& tunnel, const Keying& keying, bool reverse);

}  // namespace sallyport::sim
