#include "loopback.hpp"

#include "sallyport/core_firmware.hpp"
#include "sallyport/firmware_image.hpp"
#include "sallyport/hosted_firmware.hpp"
#include "sallyport/regs.hpp"
#include "support/firmware_under_test.hpp"
#include "support/machine_under_test.hpp"
#include "support/profile_under_test.hpp"

namespace sallyport::test {

void Loopback::SetUp() {
  sim::AcceleratorOptions options;
  options.variant = variant_;
  options.profile = profile_under_test();
  options.machine = machine_under_test();
  auto accelerator = sim::Accelerator::create(options);
  ASSERT_TRUE(accelerator) << accelerator.error().text;
  accelerator_ = std::move(*accelerator);
  if (firmware_on_core()) {
    auto firmware = CoreFirmware::load(*accelerator_, firmware_image(sim::table_entries(variant_)));
    ASSERT_TRUE(firmware) << firmware.error().text;
    firmware_ = std::move(*firmware);
  } else {
    restart_firmware();
  }
  open_device();
}

void Loopback::open_device() {
  auto device = Device::open(*accelerator_, *firmware_);
  ASSERT_TRUE(device) << device.error().text;
  device_ = std::move(*device);
  queue_.emplace(*device_);
}

void Loopback::restart_firmware() {
  if (firmware_on_core()) {
    const auto done = static_cast<CoreFirmware&>(*firmware_).restart();
    ASSERT_TRUE(done) << done.error().text;
    return;
  }
  auto firmware = HostedFirmware::start(*accelerator_, 1);
  ASSERT_TRUE(firmware) << firmware.error().text;
  firmware_ = std::move(*firmware);
}

SaConfig Loopback::half(Direction direction, std::uint8_t key_octet) {
  SaConfig sa;
  sa.direction = direction;
  sa.key = SecretBytes(Packet(32, key_octet));
  sa.salt = SecretBytes(Packet(4, 0x5A));
  if (direction == Direction::kOutbound) {
    sa.outer = OuterHeader{.source = IpAddress::parse("192.0.2.1").value(),
                           .destination = IpAddress::parse("192.0.2.2").value(),
                           .dscp = std::nullopt};
  }
  return sa;
}

InstallOptions Loopback::options(std::uint16_t owner) {
  InstallOptions out;
  out.owner = OwnerId{owner};
  return out;
}

InstallOptions Loopback::rekey_of(const SaPair& old, abi::Pool pool) {
  auto out = options(1);
  out.pool = pool;
  out.rekey = RekeyOf{.inbound = old.in()};
  return out;
}

SaPair Loopback::install(const InstallOptions& with, std::uint64_t hard_octets, std::uint64_t hard_packets,
                         std::uint8_t key_octet) {
  auto reservation = device_->reserve(with);
  EXPECT_TRUE(reservation) << reservation.error().text;
  auto inbound = half(Direction::kInbound, key_octet);
  auto outbound = half(Direction::kOutbound, key_octet);
  outbound.spi = reservation->spi();
  outbound.lifetime.octets = Octets{hard_octets};
  outbound.lifetime.packets = Packets{hard_packets};
  auto pair = device_->install(*reservation, inbound, outbound, with);
  EXPECT_TRUE(pair) << (pair ? "" : pair.error().text);
  return std::move(*pair);
}

Packet Loopback::ipv4_packet(std::size_t octets, std::uint8_t seed) {
  Packet p(octets);
  for (std::size_t i = 20; i < octets; ++i) p[i] = static_cast<std::uint8_t>(i * 7 + seed);
  p[0] = 0x45;
  p[2] = static_cast<std::uint8_t>(octets >> 8);
  p[3] = static_cast<std::uint8_t>(octets);
  p[6] = 0x40;
  p[8] = 64;
  p[9] = 17;
  p[12] = p[16] = 10;
  p[15] = 1;
  p[19] = 2;
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < 20; i += 2) sum += static_cast<std::uint32_t>(p[i] << 8 | p[i + 1]);
  sum = (sum & 0xFFFF) + (sum >> 16);
  sum = ~(sum + (sum >> 16)) & 0xFFFF;
  p[10] = static_cast<std::uint8_t>(sum >> 8);
  p[11] = static_cast<std::uint8_t>(sum);
  return p;
}

PacketOut Loopback::pass(Direction direction, PacketIn packet) {
  accelerator_->push(direction, std::move(packet));
  for (int i = 0; i < 1'000; ++i) {
    if (auto out = accelerator_->pop(direction)) return std::move(*out);
    accelerator_->run(1'000);
  }
  ADD_FAILURE() << "no status came out";
  return {};
}

PacketOut Loopback::seal(SaRef sa, const Packet& packet, SaMode mode) {
  auto in = outbound_packet(sa, mode, packet, ++cookie_);
  EXPECT_TRUE(in) << in.error().text;
  return pass(Direction::kOutbound, std::move(*in));
}

PacketOut Loopback::open(const Packet& esp) {
  auto in = inbound_packet(esp, ++cookie_);
  EXPECT_TRUE(in) << in.error().text;
  return pass(Direction::kInbound, std::move(*in));
}

void Loopback::round_trip(const SaPair& pair, const Packet& packet, SaMode mode) {
  const auto sealed = seal(pair.out(), packet, mode);
  ASSERT_EQ(verdict(sealed), abi::Verdict::kOk) << abi::name(verdict(sealed));
  const auto opened = open(sealed.octets);
  ASSERT_EQ(verdict(opened), abi::Verdict::kOk) << abi::name(verdict(opened));
  EXPECT_EQ(opened.octets, packet);
  EXPECT_EQ(opened.status.index, pair.in().index.value);
}

void Loopback::wait_ns(std::uint64_t ns) {
  sim::pass_time(*accelerator_, ns);
  ASSERT_TRUE(queue_->poll());
}

std::vector<SaEvent> Loopback::events() {
  // An event needs some tens of clocks to its ring entry, and a thousand or two of the core's from there.
  constexpr std::uint64_t kRoundNs = 50'000;
  constexpr int kRounds = 200;
  std::vector<SaEvent> out;
  bool more = true;
  for (int round = 0; more && round < kRounds; ++round) {
    sim::pass_time(*accelerator_, kRoundNs);
    more = accelerator_->read32(regs::kEvHeadAddress).value() != accelerator_->read32(regs::kEvTailAddress).value();
    EXPECT_TRUE(queue_->poll());
    while (const auto notice = queue_->next()) {
      more = true;
      if (const auto* event = std::get_if<SaEvent>(&*notice)) out.push_back(*event);
      if (const auto* transition = std::get_if<EntryTransition>(&*notice)) transitions_.push_back(*transition);
    }
  }
  return out;
}

unsigned Loopback::entries(abi::EntryState state) {
  const auto now = device_->occupancy();
  EXPECT_TRUE(now);
  return now->entries[static_cast<unsigned>(state)];
}

}  // namespace sallyport::test
