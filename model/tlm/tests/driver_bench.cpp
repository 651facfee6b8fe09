#include "driver_bench.hpp"

#include <algorithm>
#include <utility>

namespace sallyport::tlm::test {

namespace {
constexpr std::size_t kStackOctets = std::size_t{1} << 20U;  // for driver, firmware and cipher
}

DriverBench::DriverBench(const sc_core::sc_module_name& name)
    : sc_module(name), accelerator_("accelerator", new_device()), master_("master"), irq_("irq") {
  master_.socket.bind(accelerator_.registers);
  master_.interrupt(irq_);
  accelerator_.interrupt(irq_);
  plain_.bind(accelerator_.plain_in);
  esp_.bind(accelerator_.esp_in);
  accelerator_.esp_out.bind(from_esp_);
  accelerator_.plain_out.bind(from_plain_);
  from_esp_.register_b_transport(this, &DriverBench::sealed);
  from_plain_.register_b_transport(this, &DriverBench::opened);
  SC_HAS_PROCESS(DriverBench);
  SC_THREAD(drive);
  set_stack_size(kStackOctets);
  SC_METHOD(rose);
  sensitive << irq_.posedge_event();
  dont_initialize();
}

void DriverBench::drive() {
  wait(start_);
  if (const auto lived = live(); !lived) error_ = lived.error().text;
  done_ = true;
}

Result<void> DriverBench::live() {
  auto firmware = HostedFirmware::start(master_, 1);
  if (!firmware) return firmware.error();
  auto device = Device::open(master_, **firmware);
  if (!device) return device.error();
  EventQueue queue(*device);
  auto pair = install(*device);
  if (!pair) return pair.error();
  master_.synchronise();
  for (unsigned i = 0; i < kPackets; ++i) {
    auto in = outbound_packet(pair->out(), SaMode::kTunnel, packet(i), i);
    if (!in) return in.error();
    send(Direction::kOutbound, *in);
    wait(5, sc_core::SC_US);
    if (auto polled = queue.poll(); !polled) return polled;
    while (const auto notice = queue.next()) events_ += std::holds_alternative<SaEvent>(*notice) ? 1 : 0;
  }
  return pair->erase();
}

Result<SaPair> DriverBench::install(Device& device) {
  const std::array<std::uint8_t, 32> key{1, 2, 3};
  const std::array<std::uint8_t, 4> salt{4, 5, 6, 7};
  auto reservation = device.reserve({});
  if (!reservation) return reservation.error();
  SaConfig in;
  in.direction = Direction::kInbound;
  in.key = SecretBytes(key);
  in.salt = SecretBytes(salt);
  SaConfig out;
  out.direction = Direction::kOutbound;
  out.spi = reservation->spi();
  out.key = SecretBytes(key);
  out.salt = SecretBytes(salt);
  out.outer = OuterHeader{IpAddress::parse("192.0.2.1").value(), IpAddress::parse("192.0.2.2").value(), 64, {}, {}};
  // Its soft limit lies below.
  out.lifetime.packets = Packets{kPackets};
  return device.install(*reservation, in, out, {});
}

void DriverBench::send(Direction direction, const PacketIn& packet) {
  Access access{.write = true, .data = Octets(packet.descriptor.begin(), packet.descriptor.end())};
  access.data.insert(access.data.end(), packet.octets.begin(), packet.octets.end());
  ::tlm::tlm_generic_payload payload;
  access.fill(payload);
  (direction == Direction::kOutbound ? plain_ : esp_)->b_transport(payload, access.delay);
  if (payload.is_response_error()) error_ = payload.get_response_string();
}

void DriverBench::sealed(::tlm::tlm_generic_payload& payload, sc_core::sc_time&) {
  const unsigned char* data = payload.get_data_ptr();
  payload.set_response_status(::tlm::TLM_OK_RESPONSE);
  const Octets esp(data + abi::StatusDesc::kOctets, data + payload.get_data_length());
  if (esp.empty()) return;
  abi::StatusDesc::Octets head{};
  std::copy_n(data, head.size(), head.begin());
  const auto in = inbound_packet(esp, abi::StatusDesc::unpack(head).cookie);
  if (in) send(Direction::kInbound, *in);
}

void DriverBench::opened(::tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const unsigned char* data = payload.get_data_ptr();
  abi::StatusDesc::Octets head{};
  std::copy_n(data, head.size(), head.begin());
  const Octets got(data + head.size(), data + payload.get_data_length());
  identical_ += got == packet(abi::StatusDesc::unpack(head).cookie) ? 1 : 0;
  payload.set_response_status(::tlm::TLM_OK_RESPONSE);
  // A receiver that is slow.
  delay += sc_core::sc_time(100, sc_core::SC_NS);
}

Octets DriverBench::packet(unsigned number) {
  Octets out(40 + number, static_cast<unsigned char>(number));
  const std::array<unsigned char, 20> header{
      0x45, 0, 0, static_cast<unsigned char>(out.size()), 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2};
  std::copy(header.begin(), header.end(), out.begin());
  return out;
}

}  // namespace sallyport::tlm::test
