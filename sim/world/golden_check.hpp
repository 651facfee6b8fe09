#pragma once
/// @file
/// The golden accelerator beside a device: every command, packet and event of the one is compared with the other's.
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "accel/command_seen.hpp"
#include "sallyport/bus.hpp"
#include "sallyport/event_queue.hpp"
#include "sallyport/model/golden_accelerator.hpp"

namespace sallyport::sim {

/// Compares. Commands are given as the device ends them, packets as they come out.
///
/// A packet that is in the device while a command on its entry ends can have met the entry before or after the command;
/// nobody outside can tell. Such a command is carried out in the model only when a packet has met the entry after it,
/// or the last of those packets has come out. So each packet must be as the model says before or after the command, and
/// none after it may be as before.
class GoldenCheck {
 public:
  GoldenCheck(std::string device, std::uint32_t num_sas, std::uint32_t window, std::uint16_t max_packet)
      : device_(std::move(device)), model_(num_sas, window, max_packet) {}

  /// A command that the device has carried out. @param in_device packets of its entry that are in the device.
  void command(const CommandSeen& command, std::size_t in_device);
  /// A packet of entry `index` (any number when none is named): what went in and what came out.
  void packet(Direction direction, std::uint16_t index, const PacketIn& in, const PacketOut& out);
  /// An event that the device raised.
  void event(const SaEvent& event);
  /// At the end of a run, with nothing in flight: what the model raised must be what the device has reported.
  void compare_events();

  [[nodiscard]] std::uint64_t packets() const { return packets_; }
  [[nodiscard]] std::uint64_t mismatches() const { return mismatches_; }
  /// The first few mismatches in words.
  [[nodiscard]] const std::vector<std::string>& reports() const { return reports_; }
  [[nodiscard]] const model::GoldenAccelerator& model() const { return model_; }

 private:
  /// A command that packets which are still in the device may have met either way.
  struct Pending {
    CommandSeen command;
    std::size_t packets;
  };
  using Queue = std::deque<Pending>;

  void carry_out(const CommandSeen& command);
  model::PacketResult try_packet(Direction direction, const PacketIn& in);
  void packet_left(std::uint16_t index);
  void differ(std::string what);
  [[nodiscard]] model::RaisedEvent as_raised(const SaEvent& event) const;

  std::string device_;
  model::GoldenAccelerator model_;
  model::Events expected_;
  std::vector<SaEvent> reported_;
  std::map<std::uint16_t, Queue> pending_;
  std::uint64_t packets_ = 0;
  std::uint64_t mismatches_ = 0;
  std::vector<std::string> reports_;
};

}  // namespace sallyport::sim
