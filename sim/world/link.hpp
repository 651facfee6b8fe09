#pragma once
/// @file
/// A link as a SystemC module.
#include <cstdint>
#include <functional>
#include <map>
#include <systemc>
#include <vector>

#include "world/link_model.hpp"

namespace sallyport::sim {

/// Carries packets one way. Packets that arrive at the same time arrive in the order in which they were sent.
class Link : public sc_core::sc_module {
 public:
  using Receiver = std::function<void(std::vector<std::uint8_t>)>;

  Link(const sc_core::sc_module_name& name, const LinkConfig& config, std::uint64_t seed, Receiver receiver);

  /// Takes a packet now; in any process.
  void send(std::vector<std::uint8_t> packet);
  /// Packets on the way.
  [[nodiscard]] std::size_t in_flight() const { return on_the_way_.size(); }
  [[nodiscard]] const LinkModel& model() const { return model_; }

 private:
  void deliver();

  LinkModel model_;
  Receiver receiver_;
  std::multimap<std::uint64_t, std::vector<std::uint8_t>> on_the_way_;  // by time of arrival
  sc_core::sc_event next_;
};

}  // namespace sallyport::sim
