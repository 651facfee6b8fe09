// The management core as its host meets it: what it loads and refuses, who rules while it runs, and what becomes of a
// firmware that hangs or fails.
#include <zlib.h>

#include "core_fixture.hpp"
#include "sallyport/hosted_firmware.hpp"
#include "sallyport/regs.hpp"
#include "support/forwarding_bus.hpp"

namespace sallyport::test {
namespace {

using Image = std::vector<std::uint8_t>;

constexpr std::size_t kMagicAt = abi::kCoreHeader;
constexpr std::size_t kAbiAt = abi::kCoreHeader + 4;
constexpr std::size_t kLengthAt = abi::kCoreHeader + 8;
constexpr std::size_t kCrcAt = abi::kCoreHeader + 12;
constexpr std::size_t kDataAt = abi::kCoreHeader + 16;

void put(Image& image, std::size_t at, std::uint32_t word) {
  for (unsigned i = 0; i < 4; ++i) image[at + i] = static_cast<std::uint8_t>(word >> 8 * i);
}
/// Makes length and CRC right again.
Image sealed(Image image) {
  put(image, kLengthAt, static_cast<std::uint32_t>(image.size()));
  put(image, kCrcAt, 0);
  put(image, kCrcAt, static_cast<std::uint32_t>(crc32(0, image.data(), static_cast<uInt>(image.size()))));
  return image;
}
/// A program of one instruction at the reset, and nothing else.
Image program(std::uint32_t instruction) {
  Image image(kDataAt + 4);
  put(image, 128, instruction);
  put(image, kMagicAt, abi::kCoreMagic);
  put(image, kAbiAt, abi::kAbiVersion);
  return sealed(image);
}
constexpr std::uint32_t kForEver = 0x0000'006F;  // j .
constexpr std::uint32_t kIllegal = 0x0000'0000;

TEST_F(Core, SaysWhyItRefusesAnImage) {
  EXPECT_NE(refusal({}).find("0 octets"), std::string::npos);
  EXPECT_NE(refusal(Image(6)).find("whole words"), std::string::npos);
  EXPECT_NE(refusal(Image(65536 + 4)).find("up to 65536"), std::string::npos);
  const auto with = [](std::size_t at, std::uint32_t word, bool seal) {
    Image image = whole();
    put(image, at, word);
    if (!seal) return image;
    put(image, kCrcAt, 0);
    put(image, kCrcAt, static_cast<std::uint32_t>(crc32(0, image.data(), static_cast<uInt>(image.size()))));
    return image;
  };
  EXPECT_NE(refusal(with(kMagicAt, 0, true)).find("bad_magic"), std::string::npos);
  EXPECT_NE(refusal(with(kAbiAt, abi::kAbiVersion + 1, true)).find("bad_abi"), std::string::npos);
  EXPECT_NE(refusal(with(kLengthAt, 65540, true)).find("bad_length"), std::string::npos);
  EXPECT_NE(refusal(with(kDataAt, 65536, true)).find("bad_length"), std::string::npos);
  EXPECT_NE(refusal(with(4096, 0xDEAD'BEEF, false)).find("bad_crc"), std::string::npos);
  // And after all that a sound one runs.
  const auto firmware = load(whole());
  EXPECT_EQ(firmware->state()->state, abi::CoreState::kRun);
  EXPECT_EQ(firmware->state()->cause, abi::CoreCause::kCold);
}

TEST_F(Core, WhileItRunsTheHostAsksAndDoesNotWrite) {
  const auto firmware = load(whole());
  auto device = Device::open(*accelerator_, *firmware);
  ASSERT_TRUE(device) << device.error().text;
  EXPECT_NE(read(regs::kStatusAddress) & regs::kStatusCoreRulesMask, 0U);
  for (const std::uint32_t address : {regs::kControlAddress, regs::kCmdGoAddress, regs::kEvTailAddress}) {
    EXPECT_FALSE(accelerator_->write32(address, 0)) << address;
  }
  EXPECT_EQ(read(regs::kControlAddress), regs::kControlEnableMask | regs::kControlIrqEnableMask);
  EXPECT_TRUE(accelerator_->write32(regs::kStagingAddress, 1));
  EXPECT_TRUE(accelerator_->write32(regs::kStagingAddress + 4, 1));
  // Its image and its data are its own; the mailbox is shared.
  EXPECT_FALSE(accelerator_->write32(abi::kHostImage, 0));
  EXPECT_FALSE(accelerator_->read32(abi::kHostImage));
  EXPECT_TRUE(accelerator_->read32(abi::kHostMailbox));
  EXPECT_FALSE(accelerator_->read32(abi::kHostMailbox + abi::kMailboxOctets));
  EXPECT_EQ(device->occupancy()->entries[0], 64);

  // Stopped, it leaves the device to the host, and nothing of itself.
  ASSERT_TRUE(firmware->stop());
  EXPECT_EQ(read(regs::kStatusAddress) & regs::kStatusCoreRulesMask, 0U);
  for (std::uint32_t at = 0; at < 65536; at += 4) ASSERT_EQ(read(abi::kHostImage + at), 0U) << at;
  for (std::uint32_t at = 0; at < abi::kMailboxOctets; at += 4) ASSERT_EQ(read(abi::kHostMailbox + at), 0U) << at;
  EXPECT_FALSE(firmware->restart());
  auto hosted = HostedFirmware::start(*accelerator_, 1);
  ASSERT_TRUE(hosted) << hosted.error().text;
}

TEST_F(Core, AHostThatComesBackTalksToTheSameFirmware) {
  {
    const auto firmware = load(whole());
    auto device = Device::open(*accelerator_, *firmware);
    ASSERT_TRUE(device);
    InstallOptions options;
    options.owner = OwnerId{7};
    auto reservation = device->reserve(options);
    ASSERT_TRUE(reservation);
    reservation->forget();
  }
  auto again = CoreFirmware::attach(*accelerator_);
  ASSERT_TRUE(again) << again.error().text;
  auto device = Device::open(*accelerator_, **again);
  ASSERT_TRUE(device) << device.error().text;
  EXPECT_EQ(device->occupancy()->entries[static_cast<unsigned>(abi::EntryState::kLarval)], 1);
  ASSERT_TRUE((*again)->stop());
  const auto nobody = CoreFirmware::attach(*accelerator_);
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().code, ErrorCode::kBadState);
}

/// A bus that loses reads of REQUEST_DONE when it is told to.
class LossyBus final : public ForwardingBus {
 public:
  using ForwardingBus::ForwardingBus;
  Result<std::uint32_t> read32(std::uint32_t address) override {
    if (address == core_regs::kRequestDoneAddress && lose > 0) {
      --lose;
      return Error{ErrorCode::kBusFailure, "lost"};
    }
    return ForwardingBus::read32(address);
  }
  int lose = 0;
};

// The host gives up a request and clears its keys away: the firmware must not commit what is left of them.
TEST_F(Core, NothingComesOfARequestThatWasGivenUp) {
  LossyBus bus(*accelerator_);
  auto firmware = CoreFirmware::load(bus, whole());
  ASSERT_TRUE(firmware) << firmware.error().text;
  auto device = Device::open(bus, **firmware);
  ASSERT_TRUE(device) << device.error().text;
  InstallOptions options;
  options.owner = OwnerId{7};
  auto reservation = device->reserve(options);
  ASSERT_TRUE(reservation);
  SaConfig inbound;
  inbound.key = SecretBytes(std::vector<std::uint8_t>(32, 0x11));
  inbound.salt = SecretBytes(std::vector<std::uint8_t>(4, 0x22));
  SaConfig outbound;
  outbound.direction = Direction::kOutbound;
  outbound.key = inbound.key.duplicate();
  outbound.salt = inbound.salt.duplicate();
  outbound.spi = Spi{0x12345678};
  outbound.outer = OuterHeader{.source = IpAddress::parse("192.0.2.1").value(),
                               .destination = IpAddress::parse("192.0.2.2").value(),
                               .dscp = std::nullopt};
  inbound.direction = Direction::kInbound;
  bus.lose = 1;
  EXPECT_TRUE(device->occupancy()) << "one lost read is made again";
  bus.lose = 10;
  EXPECT_FALSE(device->install(*reservation, inbound, outbound, options));
  bus.lose = 0;
  accelerator_->run(20'000);
  static_cast<void>(device->occupancy());  // opens a new session
  const auto now = device->occupancy();
  ASSERT_TRUE(now) << now.error().text;
  EXPECT_EQ(now->entries[static_cast<unsigned>(abi::EntryState::kActive)], 0);
  EXPECT_EQ(now->entries[static_cast<unsigned>(abi::EntryState::kLarval)], 1);
  EXPECT_TRUE(device->install(*reservation, inbound, outbound, options));
}

// The host before us died while the firmware worked on its request.
TEST_F(Core, AnAnswerToSomebodyElseIsNotTakenForOurs) {
  const auto before = load(whole());
  for (const std::uint64_t later : {0U, 100U, 300U, 500U}) {
    const std::uint32_t bell = read(core_regs::kRequestBellAddress);
    ASSERT_TRUE(accelerator_->write32(core_regs::kRequestBellAddress, bell + 1));
    accelerator_->run(later);
    auto firmware = CoreFirmware::attach(*accelerator_);
    ASSERT_TRUE(firmware) << firmware.error().text;
    auto device = Device::open(*accelerator_, **firmware);
    ASSERT_TRUE(device) << "after " << later << ": " << device.error().text;
    EXPECT_EQ(device->occupancy()->entries[0], 64);
  }
}

TEST_F(Core, AHungFirmwareIsStartedAgain) {
  const auto firmware = load(program(kForEver));
  accelerator_->run(1'000);
  EXPECT_EQ(firmware->state()->watchdog_restarts, 0);
  // Nobody runs 4.3 s of a spinning core; the clock on the wall moves on without it.
  const std::uint64_t granted = std::uint64_t{65'536} * 65'536 * 1'000 / accelerator_->period_ps();
  accelerator_->skip(granted - 100'000);
  accelerator_->run(1'000);
  EXPECT_EQ(firmware->state()->watchdog_restarts, 0);
  accelerator_->skip(100'000);
  accelerator_->run(1'000);
  EXPECT_EQ(firmware->state()->watchdog_restarts, 1);
  EXPECT_EQ(firmware->state()->cause, abi::CoreCause::kWatchdog);
  EXPECT_EQ(firmware->state()->state, abi::CoreState::kRun);
  accelerator_->skip(granted);
  accelerator_->run(1'000);
  EXPECT_EQ(firmware->state()->watchdog_restarts, 2);
}

TEST_F(Core, AFailingFirmwareIsStartedAgain) {
  const auto firmware = load(program(kIllegal));
  accelerator_->run(5'000);
  EXPECT_GT(firmware->state()->fault_restarts, 2);
  EXPECT_EQ(firmware->state()->watchdog_restarts, 0);
  EXPECT_FALSE(firmware->exchange({})) << "nobody answers";
  ASSERT_TRUE(firmware->stop());
}

// The core's clock slower than the accelerator's, as on a board: nothing is lost on the way over, and nothing sleeps
// that is asked.
TEST_F(Core, ClocksThatDiffer) {
  for (const unsigned divider : {3U, 8U}) {
    SCOPED_TRACE(divider);
    sim::AcceleratorOptions options;
    options.profile = profile_under_test();
    options.core_divider = divider;
    auto accelerator = sim::Accelerator::create(options);
    ASSERT_TRUE(accelerator) << accelerator.error().text;
    auto firmware = CoreFirmware::load(**accelerator, whole());
    ASSERT_TRUE(firmware) << firmware.error().text;
    auto device = Device::open(**accelerator, **firmware);
    ASSERT_TRUE(device) << device.error().text;
    InstallOptions owner;
    owner.owner = OwnerId{1};
    std::vector<Reservation> reservations;
    for (unsigned n = 0; n < 12; ++n) {
      sim::pass_time(**accelerator, n * 1'000);  // asleep by now, or not yet
      auto reservation = device->reserve(owner);
      ASSERT_TRUE(reservation) << reservation.error().text;
      reservations.push_back(std::move(*reservation));
    }
    sim::pass_time(**accelerator, 1'000'000);
    EXPECT_TRUE((*accelerator)->interrupt_pending()) << "notices wait";
    unsigned notices = 0;
    while (const auto notice = (*firmware)->take_notice()) {
      if (!*notice) break;
      ++notices;
      sim::pass_time(**accelerator, 10'000);
    }
    EXPECT_EQ(notices, 12U);
    sim::pass_time(**accelerator, 100'000);
    EXPECT_TRUE((*accelerator)->idle());
    EXPECT_EQ(device->occupancy()->entries[static_cast<unsigned>(abi::EntryState::kLarval)], 12);
  }
}

TEST_F(Core, TheFirmwareSleepsWhenThereIsNothingToDo) {
  const auto firmware = load(whole());
  auto device = Device::open(*accelerator_, *firmware);
  sim::pass_time(*accelerator_, 1'000'000);
  EXPECT_TRUE(firmware->state()->asleep);
  const std::uint64_t before = accelerator_->clocks_evaluated();
  sim::pass_time(*accelerator_, 60'000'000'000);  // a minute
  EXPECT_LT(accelerator_->clocks_evaluated() - before, 200'000U) << "the watchdog is fed, and that is all";
  EXPECT_EQ(firmware->state()->watchdog_restarts, 0);
  EXPECT_EQ(device->occupancy()->entries[0], 64);
}

}  // namespace
}  // namespace sallyport::test
