#pragma once
/// @file
/// The golden accelerator beside a device: every command, packet and event of the one is compared with the other's.
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sallyport/bus.hpp"
#include "sallyport/event_queue.hpp"
#include "sallyport/model/golden_accelerator.hpp"

namespace sallyport::sim {

/// Compares. Commands and packets are given in the order in which the device handled them.
class GoldenCheck {
 public:
  GoldenCheck(std::string device, std::uint32_t num_sas, std::uint32_t window, std::uint16_t max_packet)
      : device_(std::move(device)), model_(num_sas, window, max_packet) {}

  /// A command that the device has carried out, with its arguments and the answer's code.
  void command(abi::Op op, std::uint16_t index, std::uint16_t generation, std::uint32_t arg1, std::uint32_t arg2,
               const model::ImageWords& staged, abi::CmdCode code);
  /// Generation that the device answered to the last command.
  void answered_generation(std::uint16_t generation);
  /// A packet: what went in and what came out.
  void packet(Direction direction, const PacketIn& in, const PacketOut& out);
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
  void differ(std::string what);
  [[nodiscard]] model::RaisedEvent as_raised(const SaEvent& event) const;

  std::string device_;
  model::GoldenAccelerator model_;
  model::Events expected_;
  std::vector<SaEvent> reported_;
  bool compare_generation_ = false;
  std::uint16_t expected_generation_ = 0;
  std::uint64_t packets_ = 0;
  std::uint64_t mismatches_ = 0;
  std::vector<std::string> reports_;
};

}  // namespace sallyport::sim
