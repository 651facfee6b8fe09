// The management core as its host meets it: what it loads and refuses, who rules while it runs, and what becomes of a
// firmware that hangs, fails or is started again in the middle of its work.
#include <gtest/gtest.h>
#include <zlib.h>

#include <map>
#include <memory>
#include <vector>

#include "accel/accelerator.hpp"
#include "sallyport/core_firmware.hpp"
#include "sallyport/core_regs.hpp"
#include "sallyport/device.hpp"
#include "sallyport/firmware_image.hpp"
#include "sallyport/hosted_firmware.hpp"
#include "sallyport/regs.hpp"
#include "support/forwarding_bus.hpp"
#include "support/profile_under_test.hpp"

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

Image whole() {
  const auto image = firmware_image(64);
  return {image.begin(), image.end()};
}

class Core : public testing::Test {
 protected:
  void SetUp() override {
    sim::AcceleratorOptions options;
    options.profile = profile_under_test();
    auto accelerator = sim::Accelerator::create(options);
    ASSERT_TRUE(accelerator) << accelerator.error().text;
    accelerator_ = std::move(*accelerator);
  }
  std::unique_ptr<CoreFirmware> load(const Image& image) {
    auto firmware = CoreFirmware::load(*accelerator_, image);
    EXPECT_TRUE(firmware) << (firmware ? "" : firmware.error().text);
    return firmware ? std::move(*firmware) : nullptr;
  }
  std::string refusal(const Image& image) {
    const auto firmware = CoreFirmware::load(*accelerator_, image);
    return firmware ? "" : firmware.error().text;
  }
  std::uint32_t read(std::uint32_t address) { return accelerator_->read32(address).value(); }
  /// A request by hand, so that the core can be taken down while it works on it.
  template <class Request>
  void ring(Request request) {
    const std::uint32_t bell = read(core_regs::kRequestBellAddress);
    request.version = abi::kAbiVersion;
    request.seq = read(abi::kHostMailbox + 4) + 1;  // after the last request's
    std::uint32_t at = abi::kHostMailbox;
    for (const std::uint32_t word : request.words()) {
      ASSERT_TRUE(accelerator_->write32(at, word));
      at += 4;
    }
    ASSERT_TRUE(accelerator_->write32(core_regs::kRequestBellAddress, bell + 1));
  }

  std::unique_ptr<sim::Accelerator> accelerator_;
};

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

// Started again at any moment of a reservation: the entry is reserved or free, and the firmware knows which.
TEST_F(Core, StartedAgainAtAnyMomentOfAReservation) {
  const auto firmware = load(whole());
  auto device = Device::open(*accelerator_, *firmware);
  ASSERT_TRUE(device);
  std::vector<std::unique_ptr<CoreFirmware>> ports;  // as long as the devices that speak through them
  unsigned held = 0;
  for (std::uint64_t after = 50; after < 2'600; after += 170) {
    auto message = abi::MailboxReserve{};
    message.command = static_cast<std::uint8_t>(abi::MailboxCommand::kReserve);
    message.owner = 3;
    ASSERT_TRUE(device->occupancy());
    ring(message);
    accelerator_->run(after);
    ASSERT_TRUE(firmware->restart());
    auto again = CoreFirmware::attach(*accelerator_);
    ASSERT_TRUE(again);
    auto fresh = Device::open(*accelerator_, **again);
    ASSERT_TRUE(fresh) << fresh.error().text;
    const auto now = fresh->occupancy();
    ASSERT_TRUE(now);
    const unsigned larval = now->entries[static_cast<unsigned>(abi::EntryState::kLarval)];
    EXPECT_TRUE(larval == held || larval == held + 1) << "after " << after << " clocks: " << larval;
    EXPECT_EQ(now->entries[0] + larval, 64U);
    held = larval;
    device = std::move(*fresh);
    ports.push_back(std::move(*again));
  }
  EXPECT_GT(held, 3U) << "some were served before";
  EXPECT_LT(held, 15U) << "some were not";
}

/// A pair, installed, superseded by another, retired; at each step the core can be started again.
class CoreStartedAgain : public Core {
 protected:
  void SetUp() override {
    Core::SetUp();
    firmware_ = load(whole());
    ASSERT_NE(firmware_, nullptr);
    meet(*firmware_);
  }
  void meet(CoreFirmware& port) {
    client_ = std::make_unique<MailboxClient>(port);
    ASSERT_TRUE(client_->hello());
  }
  void restart_after(std::uint64_t clocks) {
    accelerator_->run(clocks);
    ASSERT_TRUE(firmware_->restart());
    auto again = CoreFirmware::attach(*accelerator_);
    ASSERT_TRUE(again);
    firmware_ = std::move(*again);
    meet(*firmware_);
  }
  abi::MailboxInstall prepared() {
    abi::MailboxReserve reserve;
    reserve.owner = 3;
    reserve.claim = 1;
    const auto reserved = client_->ask<abi::MailboxAnswer>(abi::MailboxCommand::kReserve, reserve);
    EXPECT_TRUE(reserved);
    for (const auto direction : {Direction::kInbound, Direction::kOutbound}) {
      SaConfig sa;
      sa.direction = direction;
      sa.spi = Spi{direction == Direction::kInbound ? reserved->spi : kPeerSpi};
      sa.key = SecretBytes(std::vector<std::uint8_t>(32, 0x11));
      sa.salt = SecretBytes(std::vector<std::uint8_t>(4, 0x22));
      if (direction == Direction::kOutbound) {
        sa.outer = OuterHeader{.source = IpAddress::parse("192.0.2.1").value(),
                               .destination = IpAddress::parse("192.0.2.2").value(),
                               .dscp = std::nullopt};
      }
      EXPECT_TRUE(write_staging(*accelerator_, direction == Direction::kInbound ? 0 : 1, *encode(sa)));
    }
    abi::MailboxInstall install;
    install.command = static_cast<std::uint8_t>(abi::MailboxCommand::kInstallPair);
    install.in_index = reserved->in_index;
    install.in_generation = reserved->in_generation;
    install.owner = 3;
    install.slot_out = 1;
    install.partner = 0xFFFF;
    install.out_spi = kPeerSpi;
    return install;
  }
  abi::MailboxPair installed() {
    const auto answer = client_->ask<abi::MailboxAnswer>(abi::MailboxCommand::kInstallPair, prepared());
    EXPECT_TRUE(answer);
    abi::MailboxPair pair;
    pair.in_index = answer->in_index;
    pair.in_generation = answer->in_generation;
    pair.out_index = answer->out_index;
    pair.out_generation = answer->out_generation;
    return pair;
  }
  /// Entries by state.
  std::map<abi::EntryState, unsigned> entries() {
    std::map<abi::EntryState, unsigned> counts;
    abi::MailboxQuery query;
    query.next = 1;
    while (const auto entry = client_->ask<abi::MailboxEntry>(abi::MailboxCommand::kQuery, query)) {
      EXPECT_EQ(entry->owner, 3);
      ++counts[static_cast<abi::EntryState>(entry->state)];
      query.index = static_cast<std::uint16_t>(entry->index + 1);
    }
    return counts;
  }
  void erase_all() {
    abi::MailboxQuery query;
    query.next = 1;
    while (const auto entry = client_->ask<abi::MailboxEntry>(abi::MailboxCommand::kQuery, query)) {
      abi::MailboxPair pair;
      pair.in_index = pair.out_index = 0xFFFF;
      (entry->inbound != 0 ? pair.in_index : pair.out_index) = entry->index;
      (entry->inbound != 0 ? pair.in_generation : pair.out_generation) = entry->generation;
      ASSERT_TRUE(client_->ask<abi::MailboxAnswer>(abi::MailboxCommand::kErase, pair));
    }
    const auto info = client_->ask<abi::MailboxInfo>(abi::MailboxCommand::kInfo, abi::MailboxHello{});
    ASSERT_TRUE(info);
    EXPECT_EQ(info->free, 64);
  }

  /// Clocks after the bell: first, end, step.
  struct Moments {
    std::uint64_t first, end, step;
  };
  /// `request` rings a request, then the core is started again, sooner or later; `done` looks at the entries and says
  /// whether the request was served. Some must have been, and some not.
  template <class Request, class Done>
  void at_moments(Moments at, Request request, Done done) {
    unsigned served = 0;
    unsigned moments = 0;
    for (std::uint64_t after = at.first; after < at.end; after += at.step, ++moments) {
      request();
      restart_after(after);
      auto now = entries();
      served += done(now, after) ? 1 : 0;
      erase_all();
    }
    EXPECT_GT(served, 0U);
    EXPECT_LT(served, moments);
  }

  static constexpr std::uint32_t kPeerSpi = 0xC0FFEE01;
  using S = abi::EntryState;
  std::unique_ptr<CoreFirmware> firmware_;
  std::unique_ptr<MailboxClient> client_;
};

// In the middle of the march, of a known answer, of taking the table over.
TEST_F(CoreStartedAgain, AStartThatWasCutOffLeavesNothing) {
  const auto pair = installed();
  for (std::uint64_t after = 1'000; after < 110'000; after += 9'000) {
    ASSERT_TRUE(firmware_->restart());
    restart_after(after);
    auto now = entries();
    EXPECT_EQ(now[S::kActive], 2U) << "after " << after << " clocks";
    EXPECT_EQ(now.size(), 1U) << "after " << after << " clocks";
    const auto load = client_->ask<abi::MailboxLoad>(abi::MailboxCommand::kLoad, abi::MailboxHello{});
    ASSERT_TRUE(load);
    EXPECT_EQ(load->loopback, 1) << "after " << after << " clocks";
  }
  EXPECT_TRUE(client_->ask<abi::MailboxAnswer>(abi::MailboxCommand::kRetire, pair));
}

TEST_F(CoreStartedAgain, APairIsThereOrNot) {
  at_moments(
      {300, 5'000, 350}, [&] { ring(prepared()); },
      [](auto& now, std::uint64_t after) {
        const bool whole_pair = now[S::kActive] == 2 && now[S::kLarval] == 0;
        EXPECT_TRUE(whole_pair || (now[S::kActive] == 0 && now[S::kLarval] == 1)) << "after " << after << " clocks";
        return whole_pair;
      });
}

TEST_F(CoreStartedAgain, APairIsSupersededOrNot) {
  at_moments(
      {300, 3'300, 270},
      [&] {
        auto old = installed();
        const auto fresh = installed();
        old.command = static_cast<std::uint8_t>(abi::MailboxCommand::kSupersede);
        old.new_in_index = fresh.in_index;
        old.new_in_generation = fresh.in_generation;
        old.new_out_index = fresh.out_index;
        old.new_out_generation = fresh.out_generation;
        ring(old);
      },
      [](auto& now, std::uint64_t after) {
        EXPECT_TRUE((now[S::kActive] == 4 && now[S::kOverlap] == 0) || (now[S::kActive] == 2 && now[S::kOverlap] == 2))
            << "after " << after << " clocks";
        return now[S::kOverlap] == 2;
      });
}

TEST_F(CoreStartedAgain, APairLeavesOrStays) {
  at_moments(
      {200, 2'400, 200},
      [&] {
        auto pair = installed();
        pair.command = static_cast<std::uint8_t>(abi::MailboxCommand::kRetire);
        ring(pair);
      },
      [](auto& now, std::uint64_t after) {
        EXPECT_TRUE(now[S::kActive] == 2 || now[S::kActive] == 0) << "after " << after << " clocks";
        return now[S::kActive] == 0;
      });
}

}  // namespace
}  // namespace sallyport::test
