#pragma once
/// @file
/// The accelerator in a SystemC world.
#include <cstdint>
#include <functional>
#include <systemc>

#include "accel/accelerator.hpp"

namespace sallyport::sim {

/// Keeps an Accelerator's local time in step with SystemC's. The device is run in batches that end with a completed
/// packet, the interrupt, the next thing due in the world, or a quantum; clocks in which it is idle are skipped. So
/// SystemC is entered per packet, not per clock. A bus access from outside moves the device's time ahead; the module
/// then waits until the world has caught up. What happens in the world during a batch reaches the device at its end, a
/// quantum late at most.
class AcceleratorModule : public sc_core::sc_module {
 public:
  /// Called with each completed packet, at the SystemC time of its completion.
  using PacketHandler = std::function<void(Direction, PacketOut)>;

  /// `accelerator` must outlive the module.
  AcceleratorModule(const sc_core::sc_module_name& name, Accelerator& accelerator, PacketHandler handler);

  /// Hands a packet to the device now; in any process.
  void push(Direction direction, PacketIn packet);
  /// To be called before a bus access, so that the device does not lag behind.
  void catch_up();
  /// To be called after bus accesses: the device may have something to do.
  void wake() { wake_.notify(sc_core::SC_ZERO_TIME); }
  /// Notified while the interrupt line is high, at its rise and after each batch.
  [[nodiscard]] const sc_core::sc_event& interrupt() const { return interrupt_; }
  /// The device has not become idle for so many clocks without a packet coming out that it must hang.
  [[nodiscard]] bool stuck() const { return barren_clocks_ > kMostBarrenClocks; }

 private:
  static constexpr std::uint64_t kQuantumClocks = 256;
  static constexpr std::uint64_t kMostBarrenClocks = 2'000'000;

  void serve();
  void hand_out();
  [[nodiscard]] std::uint64_t batch() const;
  [[nodiscard]] sc_core::sc_time device_time() const;

  Accelerator& accelerator_;
  PacketHandler handler_;
  sc_core::sc_event wake_;
  sc_core::sc_event interrupt_;
  std::uint64_t barren_clocks_ = 0;
};

}  // namespace sallyport::sim
