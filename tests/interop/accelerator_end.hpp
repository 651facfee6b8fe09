#pragma once
/// @file
/// A simulated accelerator between a TUN device and the agent's UDP port: plain packets in and out on one side, ESP in
/// UDP on the other. Its clock follows the real one, behind it while
/// there is much to do; what it has nothing to do for is skipped.
#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "accel/accelerator.hpp"
#include "sallyport/device.hpp"
#include "sallyport/event_queue.hpp"
#include "sallyport/firmware_port.hpp"
#include "sallyport/ike/driver_backend.hpp"
#include "sallyport/ike/udp_shell.hpp"

namespace sallyport::ike {

struct AcceleratorEndTerms {
  sim::AcceleratorOptions options;
  bool firmware_on_core = true;
  std::string tun;  ///< Name of the TUN device that is made; empty: none.
  IpAddress local;  ///< Outer address: of packets that came in, rebuilt for the accelerator.
  std::uint16_t reserve = 4;
};

/// One thread, the shell's.
class AcceleratorEnd {
 public:
  static Result<std::unique_ptr<AcceleratorEnd>> make(const AcceleratorEndTerms& terms);

  [[nodiscard]] DriverBackend& backend() { return *backend_; }
  [[nodiscard]] Device& device() { return *device_; }
  /// Begins to move packets. `agent` and `shell` must outlive this, or detach() come first.
  Result<void> attach(Agent& agent, UdpShell& shell);
  void detach();
  /// An ESP packet in UDP.
  void take_esp(const Endpoint& from, View packet);
  /// Packets so far, by what became of them: "out ok", "in bad_icv", "out no SA".
  [[nodiscard]] const std::map<std::string, std::uint64_t>& packets() const { return packets_; }

 private:
  explicit AcceleratorEnd(const AcceleratorEndTerms& terms) : terms_(terms) {}
  Result<void> start();
  Result<int> open_tun();
  void read_tun();
  void take_plain(View packet);
  // Through the accelerator; nothing when no status came out.
  std::optional<PacketOut> pass(Direction direction, PacketIn packet);
  void wait_for_tick();
  // Device time catches up with real time, as far as it can.
  void tick();
  // The agent hears what the firmware has to tell.
  void hear();

  AcceleratorEndTerms terms_;
  std::unique_ptr<sim::Accelerator> accelerator_;
  std::unique_ptr<FirmwarePort> firmware_;
  std::optional<Device> device_;
  std::optional<EventQueue> queue_;
  std::optional<DriverBackend> backend_;
  Agent* agent_ = nullptr;
  UdpShell* shell_ = nullptr;
  std::optional<boost::asio::posix::stream_descriptor> tun_;
  std::optional<boost::asio::steady_timer> timer_;
  std::chrono::steady_clock::time_point real_start_;
  std::uint64_t device_start_ns_ = 0;
  std::array<std::uint8_t, 65536> buffer_{};
  std::uint32_t cookie_ = 0;
  std::map<std::string, std::uint64_t> packets_;
};

}  // namespace sallyport::ike
