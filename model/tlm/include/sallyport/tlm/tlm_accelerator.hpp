#pragma once
/// @file
/// The accelerator as a TLM-2.0 module, loosely timed, over DeviceModel.
///
///                   plain_in ->|           |-> esp_out      outbound
///                     esp_in ->| DeviceMo. |-> plain_out    inbound
///   registers (32 bit, LT)  -->|           |-> interrupt
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <array>
#include <cstdint>
#include <memory>
#include <systemc>
#include <tlm>

#include "sallyport/tlm/device_model.hpp"

namespace sallyport::tlm {

/// Time: whoever calls b_transport may be ahead of SystemC by its `delay`. The device is brought up to the caller's
/// time, does what is asked, and adds to `delay` what that costs; when it is ahead of the caller already, because
/// another one was, the caller waits for it in the same way. Packets come out, and the interrupt moves, at SystemC's
/// time, up to the callers' quantum late. While nothing happens nothing is scheduled.
class TlmAccelerator : public sc_core::sc_module {
 public:
  /// Reads and writes of one aligned 32-bit word, little-endian. Response status: TLM_ADDRESS_ERROR_RESPONSE (nothing
  /// there, or not aligned), TLM_BURST_ERROR_RESPONSE (another length than 4, or streaming below it),
  /// TLM_BYTE_ENABLE_ERROR_RESPONSE (enables that are neither 0x00 nor 0xFF, a length that is not 4, or a read with a
  /// part of the word), TLM_COMMAND_ERROR_RESPONSE (neither read nor write). Debug transport reads words, and writes
  /// nothing: every write of this map has an effect. No direct memory.
  tlm_utils::simple_target_socket<TlmAccelerator, 32> registers;

  /// Packets in. A write of a descriptor (16 octets, ABI order) with the packet's octets behind it, to the address of
  /// the lane, which is 0. TLM_BURST_ERROR_RESPONSE: shorter than a descriptor, or longer than one and 65,535 octets.
  /// `delay` grows by the beats of the packet. Never blocks.
  tlm_utils::simple_target_socket<TlmAccelerator, 128> plain_in;
  tlm_utils::simple_target_socket<TlmAccelerator, 128> esp_in;

  /// Packets out: a write of a status descriptor with the packet behind it, to the lane's address. What the receiver
  /// adds to `delay` is waited for before the next packet of either direction comes out.
  tlm_utils::simple_initiator_socket<TlmAccelerator, 128> esp_out;
  tlm_utils::simple_initiator_socket<TlmAccelerator, 128> plain_out;

  /// Level of the interrupt line.
  sc_core::sc_out<bool> interrupt;

  /// `device` is the module's from now on; SystemC's zero is its boot.
  TlmAccelerator(const sc_core::sc_module_name& name, std::unique_ptr<DeviceModel> device);

  [[nodiscard]] const DeviceModel& device() const { return *device_; }
  /// Packets that a receiver answered with an error; they are gone.
  [[nodiscard]] std::uint64_t refused_outputs() const { return refused_outputs_; }

 private:
  void access(::tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned debug(::tlm::tlm_generic_payload& payload);
  void take_plain(::tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    take(Direction::kOutbound, payload, delay);
  }
  void take_esp(::tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    take(Direction::kInbound, payload, delay);
  }
  void take(Direction direction, ::tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void serve();
  void give(Direction direction);
  /// The device's clock at a time; the last one that has begun.
  [[nodiscard]] std::uint64_t clock_at(const sc_core::sc_time& time) const;
  [[nodiscard]] sc_core::sc_time time_of(std::uint64_t clock) const;
  void catch_up(const sc_core::sc_time& time);
  [[nodiscard]] std::uint64_t next_due() const;

  std::unique_ptr<DeviceModel> device_;
  std::uint64_t boot_clock_;  ///< The device's clock at SystemC's zero.
  sc_core::sc_event wake_;
  std::uint64_t refused_outputs_ = 0;
};

}  // namespace sallyport::tlm
