#pragma once
/// @file
/// A security gateway: accelerator, firmware, driver, and the golden model that watches them.
#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <systemc>
#include <vector>

#include "accel/accelerator.hpp"
#include "sallyport/device.hpp"
#include "sallyport/event_queue.hpp"
#include "sallyport/firmware_port.hpp"
#include "scenario/scenario.hpp"
#include "world/accelerator_module.hpp"
#include "world/golden_check.hpp"
#include "world/world_bus.hpp"

namespace sallyport::sim {

/// What to build.
struct GatewayOptions {
  std::string name;  ///< E.g. "gateway-a"; also the SystemC name.
  AcceleratorOptions accelerator;
  DevicePolicy policy;
  FirmwarePlace firmware = FirmwarePlace::kCore;
  std::uint64_t seed = 1;  ///< Of the hosted firmware's random numbers; the core's come from the accelerator's noise.
};

/// What comes out of the accelerator, with the tag given to it.
struct GatewayPacket {
  Direction direction = Direction::kOutbound;
  std::uint64_t tag = 0;
  abi::StatusDesc status;
  std::vector<std::uint8_t> octets;
  [[nodiscard]] abi::Verdict verdict() const { return static_cast<abi::Verdict>(status.verdict); }
};

/// One gateway. Packets wait in a software queue and are handed to the accelerator a few at a time, so that the SA is
/// chosen late: a packet that waits goes out under the SA that is current when its turn comes. Bus accesses take device
/// time; SystemC processes that call into a gateway do so at the gateway's convenience, not concurrently.
class Gateway : public sc_core::sc_module {
 public:
  struct Handlers {
    std::function<void(GatewayPacket)> packet;  ///< Each packet that has come out, whatever its verdict.
    std::function<void(const SaEvent&)> event;
    std::function<void(const EntryTransition&)> transition;
    std::function<void(const RekeyRequest&)> rekey;
    std::function<void(const DrainForced&)> forced;
    std::function<void(const LoadWarning&)> load;
    std::function<void(const Error&)> failure;  ///< The gateway cannot go on.
  };
  /// Makes the packet for the accelerator when its turn has come; an error drops it (the maker has counted it).
  using Maker = std::function<Result<PacketIn>(std::uint32_t cookie)>;

  /// Builds and boots the accelerator, starts firmware and driver. Before the simulation starts.
  /// Errors: as Accelerator::create, HostedFirmware::start and Device::open.
  static Result<std::unique_ptr<Gateway>> create(const GatewayOptions& options, Handlers handlers);

  // ---- packets; in any process
  void send(Direction direction, std::uint64_t tag, Maker maker);
  /// Packets waiting or in the accelerator.
  [[nodiscard]] std::size_t outstanding() const;
  /// Packets in the accelerator that are bound to this table entry.
  [[nodiscard]] std::size_t in_accelerator(std::uint16_t index) const;
  /// Packets that keep the accelerator busy: the full profile works on many at once.
  [[nodiscard]] std::size_t slots() const { return slots_; }

  // ---- management; in any process
  Device& device() { return *device_; }
  /// To be called after the device was used: hands out events and transitions, and lets the accelerator run.
  void after_management();

  [[nodiscard]] const std::string& gateway_name() const { return name_; }
  Accelerator& accelerator() { return *accelerator_; }
  GoldenCheck& check() { return *check_; }
  [[nodiscard]] bool stuck() const { return module_->stuck(); }
  /// Packets by direction and verdict, as the device said.
  using VerdictCounts = std::array<std::array<std::uint64_t, abi::kVerdictCount>, 2>;
  [[nodiscard]] const VerdictCounts& verdicts() const { return verdicts_; }
  /// At the end, with nothing outstanding: the device's own verdict counters and the model's events against what came
  /// out. Errors: kBusFailure.
  Result<void> final_check();

 private:
  struct Waiting {
    std::uint64_t tag;
    Maker maker;
  };
  struct InDevice {
    std::uint64_t tag;
    std::uint16_t index;
    PacketIn packet;
  };

  Gateway(const sc_core::sc_module_name& name, const GatewayOptions& options, std::unique_ptr<Accelerator> accelerator,
          Handlers handlers);
  Result<void> start(const GatewayOptions& options);
  Result<void> start_firmware(const GatewayOptions& options);
  void pump(Direction direction);
  void completed(Direction direction, PacketOut out);
  void manage();
  void take_notices();
  void hand_out(const Notice& notice);
  [[nodiscard]] std::uint16_t index_of(Direction direction, const PacketIn& packet) const;

  std::string name_;
  Handlers handlers_;
  std::unique_ptr<Accelerator> accelerator_;
  std::unique_ptr<AcceleratorModule> module_;
  std::unique_ptr<GoldenCheck> check_;
  std::unique_ptr<WorldBus> bus_;
  std::unique_ptr<FirmwarePort> firmware_;
  std::unique_ptr<Device> device_;
  std::unique_ptr<EventQueue> events_;
  std::array<std::deque<Waiting>, 2> waiting_;
  std::array<std::deque<InDevice>, 2> in_device_;
  VerdictCounts verdicts_{};
  std::uint32_t cookie_ = 0;
  std::uint32_t entries_mask_;
  std::size_t slots_;  ///< Packets handed to the accelerator at once, each direction.
  sc_core::sc_event look_again_;
  bool taking_notices_ = false;
  bool failed_ = false;
};

}  // namespace sallyport::sim
