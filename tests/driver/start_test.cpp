// What a start of the firmware does to a device, and to the packets of one that is at work.
#include "loopback.hpp"
#include "sallyport/hosted_firmware.hpp"
#include "sallyport/regs.hpp"
#include "support/forwarding_bus.hpp"
#include "support/machine_under_test.hpp"
#include "support/profile_under_test.hpp"

namespace sallyport::test {
namespace {

class Start : public Loopback {
 protected:
  void expect_tested() {
    const auto load = device_->rekey_load();
    ASSERT_TRUE(load) << load.error().text;
    EXPECT_TRUE(load->loopback);
    EXPECT_EQ(load->faulty, 0);
  }
  std::uint64_t counted(Direction direction, abi::Verdict verdict) {
    const auto value = device_->verdict_counter(direction, verdict);
    EXPECT_TRUE(value);
    return value ? *value : 0;
  }
};

TEST_F(Start, ThePacketPathHasGivenItsKnownAnswers) {
  expect_tested();
  EXPECT_EQ(entries(abi::EntryState::kFree), 64U);
  for (const auto direction : {Direction::kOutbound, Direction::kInbound}) {
    for (unsigned v = 0; v < abi::kVerdictCount; ++v) EXPECT_EQ(counted(direction, static_cast<abi::Verdict>(v)), 0U);
  }
  EXPECT_TRUE(events().empty());
  round_trip(install(), ipv4_packet(100));
}

// SAs at work: their packets wait a moment, and everything of them is as before.
TEST_F(Start, ARestartLeavesWhatIsAtWork) {
  SaPair pair = install();
  SaPair other = install(0, 0, 7);
  for (std::uint8_t i = 0; i < 5; ++i) round_trip(pair, ipv4_packet(300, i));
  const auto before = device_->query(pair.in().index);
  // On the way in, and sealed before: taken when the test is over.
  const PacketOut early = seal(other.out(), ipv4_packet(500));
  ASSERT_EQ(verdict(early), abi::Verdict::kOk);
  accelerator_->push(Direction::kInbound, *inbound_packet(Packet(early.octets), 77));
  accelerator_->push(Direction::kOutbound, *outbound_packet(pair.out(), SaMode::kTunnel, ipv4_packet(400), 78));
  restart_firmware();
  open_device();
  expect_tested();
  std::optional<PacketOut> in, out;
  for (int i = 0; i < 1'000 && !(in && out); ++i) {
    accelerator_->run(1'000);
    if (!in) in = accelerator_->pop(Direction::kInbound);
    if (!out) out = accelerator_->pop(Direction::kOutbound);
  }
  ASSERT_TRUE(in && out);
  EXPECT_EQ(verdict(*in), abi::Verdict::kOk);
  EXPECT_EQ(in->octets, ipv4_packet(500));
  EXPECT_EQ(verdict(*out), abi::Verdict::kOk);
  EXPECT_EQ(out->status.aux, 6U) << "the sequence goes on";
  const auto after = device_->query(pair.in().index);
  ASSERT_TRUE(before && after);
  EXPECT_EQ(after->packets.value, before->packets.value);
  EXPECT_EQ(after->ref, before->ref);
  EXPECT_EQ(counted(Direction::kInbound, abi::Verdict::kBadIcv), 0U);
  EXPECT_EQ(counted(Direction::kInbound, abi::Verdict::kOk), 6U);
  round_trip(pair, ipv4_packet(64));
  // They know the session before this one.
  pair.forget();
  other.forget();
}

/// A bus that gets a bit of one word wrong whenever it is written.
class WrongWord final : public ForwardingBus {
 public:
  WrongWord(Bus& bus, std::uint32_t address) : ForwardingBus(bus), address_(address) {}
  Result<void> write32(std::uint32_t address, std::uint32_t value) override {
    const bool here = address == address_;
    written_ += here ? 1 : 0;
    return ForwardingBus::write32(address, here ? value ^ 0x100U : value);
  }
  [[nodiscard]] unsigned written() const { return written_; }

 private:
  std::uint32_t address_;
  unsigned written_ = 0;
};

// As if a lane enciphered with another key than it was given.
TEST(StartOfADefectiveDevice, LetsNoPacketIn) {
  sim::AcceleratorOptions options;
  options.profile = profile_under_test();
  options.machine = machine_under_test();
  auto accelerator = sim::Accelerator::create(options);
  ASSERT_TRUE(accelerator);
  // Of the slot that the self-test uses.
  constexpr std::uint32_t kKeyWord = (abi::kStagingSlots - 1) * abi::kSlotWords + 12;
  WrongWord bus(**accelerator, regs::kStagingAddress + 8 * kKeyWord);
  auto firmware = HostedFirmware::start(bus, 1);
  EXPECT_EQ(bus.written(), 2U) << "it was tried twice";
  ASSERT_FALSE(firmware);
  EXPECT_NE(firmware.error().text.find("wrong answer in its self-test"), std::string::npos) << firmware.error().text;
  const auto control = (*accelerator)->read32(regs::kControlAddress);
  ASSERT_TRUE(control);
  EXPECT_EQ(*control & regs::kControlEnableMask, 0U);
}

}  // namespace
}  // namespace sallyport::test
