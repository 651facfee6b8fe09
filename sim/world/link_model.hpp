#pragma once
/// @file
/// What a link does to packets, without SystemC: serialisation, delay, loss, reordering.
#include <cstdint>
#include <optional>
#include <random>

#include "scenario/scenario.hpp"

namespace sallyport::sim {

/// Decides the fate of packets in the order in which they are sent. The same seed gives the same fates; loss and
/// reordering are drawn for every packet, so that changing the one leaves the other's pattern as it is.
class LinkModel {
 public:
  LinkModel(const LinkConfig& config, std::uint64_t seed) : config_(config), random_(seed) {}

  /// Sends a packet of `octets` at `now_ns` (never before the last one). The time at which it arrives, or nothing if it
  /// is lost; a lost packet takes its time on the wire all the same.
  std::optional<std::uint64_t> send(std::uint64_t now_ns, std::size_t octets);

  /// When everything sent so far has arrived, but for packets that are held back.
  [[nodiscard]] std::uint64_t clear_ns() const { return free_at_ns_ + config_.delay_ns; }
  [[nodiscard]] std::uint64_t lost() const { return lost_; }

 private:
  LinkConfig config_;
  std::mt19937_64 random_;
  std::uint64_t free_at_ns_ = 0;
  std::uint64_t lost_ = 0;
};

}  // namespace sallyport::sim
