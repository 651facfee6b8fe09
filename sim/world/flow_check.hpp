#pragma once
/// @file
/// Whether what comes out is what went in, in order within each flow.
#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <tuple>
#include <vector>

#include "sallyport/model/ip_view.hpp"

namespace sallyport::sim {

/// Compares packets by flow: addresses, protocol and, where the packet shows them, ports; of fragments addresses and
/// protocol. Not by content alone, because a wrong order is a fault too.
class FlowCheck {
 public:
  /// A packet that is expected at the other end.
  void expect(std::vector<std::uint8_t> packet);
  /// A packet that came out at the other end.
  void received(std::span<const std::uint8_t> packet);
  /// Packets given to expect.
  [[nodiscard]] std::uint64_t expected() const { return expected_; }
  /// Came out as they went in.
  [[nodiscard]] std::uint64_t identical() const { return identical_; }
  /// Of those, came out after one of their flow that was sent later.
  [[nodiscard]] std::uint64_t out_of_order() const { return out_of_order_; }
  /// Came out, but nothing like it is expected: changed or doubled.
  [[nodiscard]] std::uint64_t strange() const { return strange_; }
  /// Expected and not come out.
  [[nodiscard]] std::uint64_t missing() const { return expected_ - identical_; }

 private:
  /// IPv6?, protocol, source, destination, ports.
  using Flow = std::tuple<bool, std::uint8_t, model::IpAddress, model::IpAddress, std::uint32_t>;
  struct Waiting {
    std::uint64_t number;  // in the order of sending
    std::vector<std::uint8_t> packet;
  };
  struct State {
    std::deque<Waiting> waiting;
    std::uint64_t newest = 0;  // highest number received
  };
  static Flow flow_of(std::span<const std::uint8_t> packet);

  std::map<Flow, State> flows_;
  std::uint64_t expected_ = 0;
  std::uint64_t identical_ = 0;
  std::uint64_t out_of_order_ = 0;
  std::uint64_t strange_ = 0;
};

}  // namespace sallyport::sim
