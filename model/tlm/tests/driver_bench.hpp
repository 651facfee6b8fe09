#pragma once
/// @file
/// An accelerator module that talks to itself, and the driver that keys it: all by sockets.
///
///   driver (SC_THREAD) -- RegisterMaster --> registers        plain_in -> esp_out -> esp_in -> plain_out -> compare
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <systemc>
#include <tlm>
#include <variant>
#include <vector>

#include "raw_bench.hpp"
#include "sallyport/device.hpp"
#include "sallyport/event_queue.hpp"
#include "sallyport/hosted_firmware.hpp"
#include "sallyport/packet.hpp"
#include "sallyport/tlm/register_master.hpp"
#include "sallyport/tlm/tlm_accelerator.hpp"

namespace sallyport::tlm::test {

class DriverBench : public sc_core::sc_module {
 public:
  static constexpr unsigned kPackets = 40;

  explicit DriverBench(const sc_core::sc_module_name& name);

  void go() { start_.notify(sc_core::SC_ZERO_TIME); }
  [[nodiscard]] bool done() const { return done_; }
  /// What failed; empty: nothing.
  [[nodiscard]] const std::string& error() const { return error_; }
  [[nodiscard]] unsigned identical() const { return identical_; }
  [[nodiscard]] unsigned events() const { return events_; }
  [[nodiscard]] unsigned interrupts() const { return interrupts_; }
  [[nodiscard]] std::uint64_t refused_outputs() const { return accelerator_.refused_outputs(); }

 private:
  void drive();
  Result<void> live();
  Result<SaPair> install(Device& device);
  void send(Direction direction, const PacketIn& packet);
  void sealed(::tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void opened(::tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void rose() { ++interrupts_; }
  static Octets packet(unsigned number);

  TlmAccelerator accelerator_;
  RegisterMaster master_;
  sc_core::sc_signal<bool> irq_;
  tlm_utils::simple_initiator_socket<DriverBench, 128> plain_;
  tlm_utils::simple_initiator_socket<DriverBench, 128> esp_;
  tlm_utils::simple_target_socket<DriverBench, 128> from_esp_;
  tlm_utils::simple_target_socket<DriverBench, 128> from_plain_;
  sc_core::sc_event start_;
  bool done_ = false;
  std::string error_;
  unsigned identical_ = 0;
  unsigned events_ = 0;
  unsigned interrupts_ = 0;
};

}  // namespace sallyport::tlm::test
