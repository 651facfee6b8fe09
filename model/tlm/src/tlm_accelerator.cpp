#include "sallyport/tlm/tlm_accelerator.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

namespace sallyport::tlm {

using sc_core::sc_time;
using ::tlm::tlm_generic_payload;

namespace {

constexpr unsigned kWord = 4;
constexpr std::size_t kDescriptor = 16;
constexpr std::size_t kLongestPacket = UINT16_MAX;

/// The octets of the word that are written, as bits of the register; nothing when the enables are no such thing.
std::optional<std::uint32_t> enabled_bits(const tlm_generic_payload& payload) {
  const unsigned char* enables = payload.get_byte_enable_ptr();
  if (enables == nullptr) return DeviceModel::kAllBits;
  if (payload.get_byte_enable_length() != kWord) return std::nullopt;
  std::uint32_t bits = 0;
  for (unsigned i = 0; i < kWord; ++i) {
    if (enables[i] != TLM_BYTE_ENABLED && enables[i] != TLM_BYTE_DISABLED) return std::nullopt;
    if (enables[i] == TLM_BYTE_ENABLED) bits |= 0xFFU << 8 * i;
  }
  if (payload.is_read() && bits != DeviceModel::kAllBits) return std::nullopt;
  return bits;
}

std::uint32_t load_word(const unsigned char* octets) {
  std::uint32_t word = 0;
  for (unsigned i = 0; i < kWord; ++i) word |= static_cast<std::uint32_t>(octets[i]) << 8 * i;
  return word;
}

void store_word(unsigned char* octets, std::uint32_t word) {
  for (unsigned i = 0; i < kWord; ++i) octets[i] = static_cast<unsigned char>(word >> 8 * i);
}

/// Addresses of the map have 32 bits; one above them is none of it.
std::optional<std::uint32_t> address_of(const tlm_generic_payload& payload) {
  if (payload.get_address() > UINT32_MAX) return std::nullopt;
  return static_cast<std::uint32_t>(payload.get_address());
}

bool whole(const tlm_generic_payload& payload) { return payload.get_streaming_width() >= payload.get_data_length(); }

}  // namespace

TlmAccelerator::TlmAccelerator(const sc_core::sc_module_name& name, std::unique_ptr<DeviceModel> device)
    : sc_module(name),
      registers("registers"),
      plain_in("plain_in"),
      esp_in("esp_in"),
      esp_out("esp_out"),
      plain_out("plain_out"),
      interrupt("interrupt"),
      device_(std::move(device)),
      boot_clock_(device_->clock()) {
  registers.register_b_transport(this, &TlmAccelerator::access);
  registers.register_transport_dbg(this, &TlmAccelerator::debug);
  plain_in.register_b_transport(this, &TlmAccelerator::take_plain);
  esp_in.register_b_transport(this, &TlmAccelerator::take_esp);
  SC_HAS_PROCESS(TlmAccelerator);
  SC_THREAD(serve);
}

std::uint64_t TlmAccelerator::clock_at(const sc_time& time) const {
  const sc_time period(static_cast<double>(device_->form().period_ps), sc_core::SC_PS);
  return boot_clock_ + time.value() / period.value();
}

sc_time TlmAccelerator::time_of(std::uint64_t clock) const {
  // Multiplied as whole numbers: exact for as long as SystemC's own time is.
  const sc_time period(static_cast<double>(device_->form().period_ps), sc_core::SC_PS);
  return sc_time::from_value((clock - boot_clock_) * period.value());
}

void TlmAccelerator::catch_up(const sc_time& time) {
  const std::uint64_t clock = clock_at(time);
  // Also in the same clock: a packet that was pushed in it begins now.
  if (clock >= device_->clock()) device_->advance(clock - device_->clock());
}

void TlmAccelerator::access(tlm_generic_payload& payload, sc_time& delay) {
  const sc_time& now = sc_core::sc_time_stamp();
  if (!payload.is_read() && !payload.is_write()) {
    return payload.set_response_status(::tlm::TLM_COMMAND_ERROR_RESPONSE);
  }
  if (payload.get_data_length() != kWord || !whole(payload)) {
    return payload.set_response_status(::tlm::TLM_BURST_ERROR_RESPONSE);
  }
  const auto bits = enabled_bits(payload);
  if (!bits) return payload.set_response_status(::tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
  const auto address = address_of(payload);
  if (!address || *address % kWord != 0) return payload.set_response_status(::tlm::TLM_ADDRESS_ERROR_RESPONSE);

  catch_up(now + delay);
  bool ok = false;
  if (payload.is_read()) {
    const auto value = device_->read32(*address);
    ok = value.ok();
    if (ok) store_word(payload.get_data_ptr(), *value);
  } else {
    ok = device_->write(*address, load_word(payload.get_data_ptr()), *bits).ok();
    // It may have let packets in, or moved the interrupt.
    wake_.notify(sc_core::SC_ZERO_TIME);
  }
  delay = std::max(delay, time_of(device_->clock()) - now);
  payload.set_response_status(ok ? ::tlm::TLM_OK_RESPONSE : ::tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

unsigned TlmAccelerator::debug(tlm_generic_payload& payload) {
  if (!payload.is_read()) return 0;
  unsigned done = 0;
  const auto address = address_of(payload);
  if (!address || *address % kWord != 0) return 0;
  for (; done + kWord <= payload.get_data_length(); done += kWord) {
    const auto value = device_->peek(*address + done);
    if (!value) break;
    store_word(payload.get_data_ptr() + done, *value);
  }
  return done;
}

void TlmAccelerator::take(Direction direction, tlm_generic_payload& payload, sc_time& delay) {
  if (!payload.is_write()) return payload.set_response_status(::tlm::TLM_COMMAND_ERROR_RESPONSE);
  if (payload.get_address() != 0) return payload.set_response_status(::tlm::TLM_ADDRESS_ERROR_RESPONSE);
  const std::size_t length = payload.get_data_length();
  if (length < kDescriptor || length > kDescriptor + kLongestPacket || !whole(payload)) {
    return payload.set_response_status(::tlm::TLM_BURST_ERROR_RESPONSE);
  }
  if (payload.get_byte_enable_ptr() != nullptr) {
    return payload.set_response_status(::tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
  }
  const sc_time& now = sc_core::sc_time_stamp();
  catch_up(now + delay);
  const unsigned char* data = payload.get_data_ptr();
  PacketIn packet;
  std::copy_n(data, kDescriptor, packet.descriptor.begin());
  packet.octets.assign(data + kDescriptor, data + length);
  device_->push(direction, std::move(packet));
  wake_.notify(sc_core::SC_ZERO_TIME);
  const std::uint64_t beats = (length - 1) / kDescriptor;
  delay += time_of(boot_clock_ + beats);
  payload.set_response_status(::tlm::TLM_OK_RESPONSE);
}

std::uint64_t TlmAccelerator::next_due() const {
  return std::min(
      {device_->next_change(), device_->output_at(Direction::kOutbound), device_->output_at(Direction::kInbound)});
}

void TlmAccelerator::serve() {
  while (true) {
    catch_up(sc_core::sc_time_stamp());
    const std::uint64_t now = clock_at(sc_core::sc_time_stamp());
    for (const Direction direction : {Direction::kOutbound, Direction::kInbound}) {
      while (device_->output_at(direction) <= now) give(direction);
    }
    interrupt.write(device_->interrupt_pending());
    const std::uint64_t due = next_due();
    if (due == kNever) {
      wait(wake_);
      continue;
    }
    const sc_time at = time_of(due);
    const sc_time& time = sc_core::sc_time_stamp();
    wait(at > time ? at - time : sc_core::SC_ZERO_TIME, wake_);
  }
}

void TlmAccelerator::give(Direction direction) {
  const PacketOut out = *device_->pop(direction);
  const auto head = out.status.pack();
  std::vector<unsigned char> octets(head.begin(), head.end());
  octets.insert(octets.end(), out.octets.begin(), out.octets.end());
  tlm_generic_payload payload;
  payload.set_command(::tlm::TLM_WRITE_COMMAND);
  payload.set_address(out.lane);
  payload.set_data_ptr(octets.data());
  payload.set_data_length(static_cast<unsigned>(octets.size()));
  payload.set_streaming_width(static_cast<unsigned>(octets.size()));
  sc_time delay = sc_core::SC_ZERO_TIME;
  auto& socket = direction == Direction::kOutbound ? esp_out : plain_out;
  socket->b_transport(payload, delay);
  if (payload.is_response_error()) ++refused_outputs_;
  if (delay != sc_core::SC_ZERO_TIME) wait(delay);
}

}  // namespace sallyport::tlm
