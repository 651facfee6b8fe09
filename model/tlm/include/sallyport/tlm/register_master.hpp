#pragma once
/// @file
/// A driver's Bus over a TLM-2.0 socket: firmware and driver at the accelerator's registers in a SystemC world.
#include <tlm_utils/simple_initiator_socket.h>

#include <cstdint>
#include <systemc>
#include <tlm>

#include "sallyport/bus.hpp"

namespace sallyport::tlm {

/// One access at a time, loosely timed: in an SC_THREAD its caller runs ahead of SystemC by up to the global quantum,
/// and waits after each write, so that what the write does to the interrupt line can be seen. Calls from elsewhere
/// (sc_main, once the sockets are bound) pile their time up; the first one in a thread waits for it.
class RegisterMaster : public sc_core::sc_module, public Bus {
 public:
  tlm_utils::simple_initiator_socket<RegisterMaster, 32> socket;
  sc_core::sc_in<bool> interrupt;

  explicit RegisterMaster(const sc_core::sc_module_name& name);

  /// Errors: kBusFailure; the text has the response status.
  Result<std::uint32_t> read32(std::uint32_t address) override;
  Result<void> write32(std::uint32_t address, std::uint32_t value) override;
  [[nodiscard]] EventDelivery event_delivery() const override { return EventDelivery::kInterrupt; }
  [[nodiscard]] bool interrupt_pending() const override { return interrupt.read(); }
  /// The caller's own time: SystemC's, and how far it is ahead of that.
  [[nodiscard]] std::uint64_t now_ns() const override;
  /// Waits until SystemC has caught up. In an SC_THREAD only.
  void synchronise();

 private:
  Result<void> transport(::tlm::tlm_command command, std::uint32_t address, std::uint32_t& value);

  sc_core::sc_time ahead_;
};

}  // namespace sallyport::tlm
