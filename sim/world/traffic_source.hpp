#pragma once
/// @file
/// Offers a capture's packets to the world.
#include <cstdint>
#include <functional>
#include <systemc>

#include "capture/capture_reader.hpp"
#include "scenario/scenario.hpp"

namespace sallyport::sim {

/// Whether a run of the capture ends in reasonable time: its span, divided by the speed, must not take more than
/// 20 million samples. Errors: kInvalidArgument, naming the frame and what to change.
Result<void> check_span(const Scenario& scenario, const Capture& capture);

/// Offers packet after packet, as recorded (times divided by the speed) or as fast as there is room.
class TrafficSource : public sc_core::sc_module {
 public:
  /// Takes the packet with this number in the capture (from 0).
  using Receiver = std::function<void(std::size_t)>;
  /// Whether the receiver has room; asked in Pace::kSaturate only.
  using Room = std::function<bool()>;

  /// The capture must outlive the module. The first packet comes at `start_ns`.
  TrafficSource(const sc_core::sc_module_name& name, const Capture& capture, const TrafficConfig& config,
                std::uint64_t start_ns, Receiver receiver, Room room);
  /// To be called when there may be room again.
  void look_again() { room_event_.notify(sc_core::SC_ZERO_TIME); }
  [[nodiscard]] bool done() const { return offered_ == capture_.packets.size(); }

 private:
  void run();
  [[nodiscard]] std::uint64_t due_ns(std::size_t packet) const;

  const Capture& capture_;
  TrafficConfig config_;
  std::uint64_t start_ns_;
  Receiver receiver_;
  Room room_;
  std::size_t offered_ = 0;
  sc_core::sc_event room_event_;
};

}  // namespace sallyport::sim
