// Taking over a table, empty or not.
#include "firmware_fixture.hpp"

namespace sallyport::fw::test {
namespace {

class StartTest : public FirmwareFixture {};

TEST_F(StartTest, OpensTheDataPath) { EXPECT_TRUE(device_.enabled()); }

TEST_F(StartTest, ARestartFindsWhatIsInUse) {
  const auto pair = install_pair(Pool::kEstablished, 3);
  const auto larval = reserve(Pool::kEstablished, 4, true);
  const auto drained = install_pair(Pool::kEstablished, 5);
  ASSERT_EQ(code(MailboxCommand::kRetire, pair_of(drained)), MailboxCode::kOk);
  ASSERT_TRUE(firmware_.poll());

  Storage<64, 64, 8> storage{};
  Firmware again{bus_, random_, storage};
  ASSERT_EQ(again.start(), MailboxCode::kOk);
  abi::MailboxHello hello;
  hello.version = abi::kAbiVersion;
  hello.command = static_cast<std::uint8_t>(MailboxCommand::kHello);
  const auto now = abi::MailboxInfo::unpack(again.handle(hello.pack()));
  EXPECT_EQ(now.active, 2);
  EXPECT_EQ(now.larval, 1);
  EXPECT_EQ(now.draining, 1);

  abi::MailboxQuery query;
  query.version = abi::kAbiVersion;
  query.command = static_cast<std::uint8_t>(MailboxCommand::kQuery);
  query.seq = 1;
  query.index = pair.in_index;
  const auto entry = abi::MailboxEntry::unpack(again.handle(query.pack()));
  EXPECT_EQ(entry.owner, 3);
  EXPECT_EQ(entry.partner, pair.out_index);
  EXPECT_EQ(entry.inbound, 1);
  EXPECT_EQ(entry.generation, pair.in_generation);
  query.seq = 2;
  query.index = larval.in_index;
  EXPECT_EQ(abi::MailboxEntry::unpack(again.handle(query.pack())).owner, 4);

  device_.advance(100'000'000);
  EXPECT_TRUE(again.poll());
  EXPECT_EQ(device_.count(EntryState::kDraining), 0U);
}

TEST_F(StartTest, AnUnreadableEntryIsGivenToNobody) {
  device_.fail_next(abi::Op::kSnapshot, abi::CmdCode::kMemory);
  ASSERT_EQ(firmware_.start(), MailboxCode::kOk);
  hello();
  EXPECT_EQ(info().erasing, 1);
  EXPECT_EQ(firmware_.next_deadline(), UINT64_MAX);
}

TEST(Start, RefusesAnotherAbi) {
  sallyport::test::FakeDevice device;
  device.set_abi_version(2);
  FakeBus bus(device);
  SeededRandom random(1);
  Storage<64, 8, 1> storage{};
  Firmware firmware(bus, random, storage);
  EXPECT_EQ(firmware.start(), MailboxCode::kBadVersion);
  abi::MailboxHello hello;
  hello.version = abi::kAbiVersion;
  hello.command = static_cast<std::uint8_t>(MailboxCommand::kHello);
  EXPECT_EQ(static_cast<MailboxCode>(firmware.handle(hello.pack())[3]), MailboxCode::kBadVersion);
}

TEST(Start, RefusesWithoutRandomNumbers) {
  class Unusable final : public RandomSource {
   public:
    std::uint32_t next() override {
      ADD_FAILURE() << "a number was drawn";
      return 0;
    }
    [[nodiscard]] bool usable() const override { return false; }
  };
  sallyport::test::FakeDevice device;
  FakeBus bus(device);
  Unusable random;
  Storage<64, 8, 1> storage{};
  Firmware firmware(bus, random, storage);
  EXPECT_EQ(firmware.start(), MailboxCode::kNoRandom);
  EXPECT_FALSE(device.enabled());
  EXPECT_FALSE(firmware.poll());
  abi::MailboxHello hello;
  hello.version = abi::kAbiVersion;
  hello.command = static_cast<std::uint8_t>(MailboxCommand::kHello);
  EXPECT_EQ(static_cast<MailboxCode>(firmware.handle(hello.pack())[3]), MailboxCode::kNoRandom);
}

TEST(Start, RefusesATableLargerThanItsMemory) {
  sallyport::test::FakeDevice device(10);
  FakeBus bus(device);
  SeededRandom random(1);
  Storage<64, 8, 1> storage{};
  Firmware firmware(bus, random, storage);
  EXPECT_EQ(firmware.start(), MailboxCode::kBadIndex);
  abi::MailboxHello hello;
  hello.version = abi::kAbiVersion;
  hello.command = static_cast<std::uint8_t>(MailboxCommand::kHello);
  EXPECT_EQ(static_cast<MailboxCode>(firmware.handle(hello.pack())[3]), MailboxCode::kBadIndex) << "told to everybody";
}

}  // namespace
}  // namespace sallyport::fw::test
