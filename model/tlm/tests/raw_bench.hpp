#pragma once
/// @file
/// An accelerator module with bare sockets around it, for tests of what the sockets do.
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <memory>
#include <systemc>
#include <tlm>
#include <utility>
#include <vector>

#include "sallyport/tlm/tlm_accelerator.hpp"

namespace sallyport::tlm::test {

using Octets = std::vector<unsigned char>;

/// A transaction, and what came of it.
struct Access {
  std::uint64_t address = 0;
  bool write = false;
  Octets data = Octets(4);
  Octets enables{};        ///< None: the whole.
  unsigned streaming = 0;  ///< 0: as long as the data.
  bool ignore = false;     ///< Neither a read nor a write.
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  ::tlm::tlm_response_status status = ::tlm::TLM_INCOMPLETE_RESPONSE;

  [[nodiscard]] std::uint32_t word() const {
    return data[0] | data[1] << 8U | data[2] << 16U | static_cast<std::uint32_t>(data[3]) << 24U;
  }
  void fill(::tlm::tlm_generic_payload& out) {
    out.set_command(ignore ? ::tlm::TLM_IGNORE_COMMAND : write ? ::tlm::TLM_WRITE_COMMAND : ::tlm::TLM_READ_COMMAND);
    out.set_address(address);
    out.set_data_ptr(data.data());
    out.set_data_length(static_cast<unsigned>(data.size()));
    out.set_streaming_width(streaming != 0 ? streaming : static_cast<unsigned>(data.size()));
    if (!enables.empty()) {
      out.set_byte_enable_ptr(enables.data());
      out.set_byte_enable_length(static_cast<unsigned>(enables.size()));
    }
  }
};

inline std::unique_ptr<DeviceModel> new_device() { return std::move(DeviceModel::create({})).value(); }

class RawBench : public sc_core::sc_module {
 public:
  struct Received {
    sc_core::sc_time time;
    abi::StatusDesc status;
    Octets packet;
  };

  explicit RawBench(const sc_core::sc_module_name& name)
      : sc_module(name), accelerator_("accelerator", new_device()), irq_("irq") {
    registers_.bind(accelerator_.registers);
    plain_.bind(accelerator_.plain_in);
    esp_.bind(accelerator_.esp_in);
    accelerator_.esp_out.bind(from_esp_);
    accelerator_.plain_out.bind(from_plain_);
    accelerator_.interrupt(irq_);
    from_esp_.register_b_transport(this, &RawBench::receive);
    from_plain_.register_b_transport(this, &RawBench::receive);
  }

  void send(Access& access) { through(registers_, access); }
  void send_packet(Access& access) { through(plain_, access); }
  unsigned debug(Access& access) {
    ::tlm::tlm_generic_payload payload;
    access.fill(payload);
    return registers_->transport_dbg(payload);
  }
  /// An access at the device's own time, so that it costs no more than itself.
  void write(std::uint32_t address, std::uint32_t value) {
    Access access{.address = address, .write = true};
    for (unsigned i = 0; i < 4; ++i) access.data[i] = static_cast<unsigned char>(value >> 8 * i);
    send(access);
  }
  std::uint32_t read(std::uint32_t address) {
    Access access{.address = address};
    send(access);
    return access.word();
  }
  /// Lets SystemC catch up with the device.
  void settle() { sc_core::sc_start(1, sc_core::SC_MS); }

  [[nodiscard]] const DeviceModel& device() const { return accelerator_.device(); }
  [[nodiscard]] const std::vector<Received>& received() const { return received_; }

 private:
  template <class Socket>
  static void through(Socket& socket, Access& access) {
    ::tlm::tlm_generic_payload payload;
    access.fill(payload);
    socket->b_transport(payload, access.delay);
    access.status = payload.get_response_status();
  }
  void receive(::tlm::tlm_generic_payload& payload, sc_core::sc_time&) {
    abi::StatusDesc::Octets head{};
    const unsigned char* data = payload.get_data_ptr();
    std::copy_n(data, head.size(), head.begin());
    received_.push_back({sc_core::sc_time_stamp(), abi::StatusDesc::unpack(head),
                         Octets(data + head.size(), data + payload.get_data_length())});
    payload.set_response_status(::tlm::TLM_OK_RESPONSE);
  }

  TlmAccelerator accelerator_;
  sc_core::sc_signal<bool> irq_;
  tlm_utils::simple_initiator_socket<RawBench, 32> registers_;
  tlm_utils::simple_initiator_socket<RawBench, 128> plain_;
  tlm_utils::simple_initiator_socket<RawBench, 128> esp_;
  tlm_utils::simple_target_socket<RawBench, 128> from_esp_;
  tlm_utils::simple_target_socket<RawBench, 128> from_plain_;
  std::vector<Received> received_;
};

}  // namespace sallyport::tlm::test
