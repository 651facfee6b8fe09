#include "sallyport/tlm/register_master.hpp"

#include <array>
#include <cstdio>
#include <string>

namespace sallyport::tlm {

namespace {

constexpr unsigned kWord = 4;

bool in_thread() {
  const sc_core::sc_process_handle process = sc_core::sc_get_current_process_handle();
  return process.valid() && process.proc_kind() != sc_core::SC_METHOD_PROC_;
}

}  // namespace

RegisterMaster::RegisterMaster(const sc_core::sc_module_name& name)
    : sc_module(name), socket("socket"), interrupt("interrupt") {}

std::uint64_t RegisterMaster::now_ns() const {
  static const sc_core::sc_time ns(1, sc_core::SC_NS);
  return (sc_core::sc_time_stamp() + ahead_).value() / ns.value();
}

void RegisterMaster::synchronise() {
  if (ahead_ == sc_core::SC_ZERO_TIME) return;
  const sc_core::sc_time ahead = ahead_;
  ahead_ = sc_core::SC_ZERO_TIME;
  sc_core::wait(ahead);
}

Result<void> RegisterMaster::transport(::tlm::tlm_command command, std::uint32_t address, std::uint32_t& value) {
  std::array<unsigned char, kWord> octets{};
  for (unsigned i = 0; i < kWord; ++i) octets[i] = static_cast<unsigned char>(value >> 8 * i);
  ::tlm::tlm_generic_payload payload;
  payload.set_command(command);
  payload.set_address(address);
  payload.set_data_ptr(octets.data());
  payload.set_data_length(kWord);
  payload.set_streaming_width(kWord);
  socket->b_transport(payload, ahead_);
  const bool write = command == ::tlm::TLM_WRITE_COMMAND;
  if (in_thread() && (write || ahead_ >= ::tlm::tlm_global_quantum::instance().get())) synchronise();
  if (payload.is_response_ok()) {
    value = 0;
    for (unsigned i = 0; i < kWord; ++i) value |= static_cast<std::uint32_t>(octets[i]) << 8 * i;
    return {};
  }
  std::array<char, 64> where{};
  std::snprintf(where.data(), where.size(), "register %s at 0x%04x: ", write ? "write" : "read", address);
  return Error{ErrorCode::kBusFailure, where.data() + payload.get_response_string()};
}

Result<std::uint32_t> RegisterMaster::read32(std::uint32_t address) {
  std::uint32_t value = 0;
  if (auto done = transport(::tlm::TLM_READ_COMMAND, address, value); !done) return done.error();
  return value;
}

Result<void> RegisterMaster::write32(std::uint32_t address, std::uint32_t value) {
  return transport(::tlm::TLM_WRITE_COMMAND, address, value);
}

}  // namespace sallyport::tlm
