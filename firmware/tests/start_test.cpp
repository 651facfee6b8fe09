// Taking over a table, empty or not.
#include "firmware_fixture.hpp"
#include "sallyport/regs.hpp"

namespace sallyport::fw::test {
namespace {

class StartTest : public FirmwareFixture {};

TEST_F(StartTest, OpensTheDataPath) { EXPECT_TRUE(device_.enabled()); }

TEST_F(StartTest, ARestartFindsWhatIsInUse) {
  const auto pair = install_pair(3);
  const auto larval = reserve(4, true);
  const auto drained = install_pair(5);
  ASSERT_EQ(code(MailboxCommand::kRetire, pair_of(drained)), MailboxCode::kOk);
  ASSERT_TRUE(firmware_.poll());

  Storage<64, 64, 8> storage{};
  Kept<8> kept{};
  Firmware again{bus_, random_, storage, kept};
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

abi::MailboxLoad load_of(Firmware& firmware, std::uint32_t seq) {
  abi::MailboxHello request;
  request.version = abi::kAbiVersion;
  request.seq = seq;
  request.command = static_cast<std::uint8_t>(MailboxCommand::kHello);
  static_cast<void>(firmware.handle(request.pack()));
  ++request.seq;
  request.command = static_cast<std::uint8_t>(MailboxCommand::kLoad);
  return abi::MailboxLoad::unpack(firmware.handle(request.pack()));
}

TEST_F(StartTest, TriesTheKnownAnswersAndCleansUp) {
  EXPECT_EQ(load_of(firmware_, 100).loopback, 1);
  EXPECT_EQ(load_of(firmware_, 200).faulty, 0);
  EXPECT_EQ(device_.count(EntryState::kFree), 64U);
  EXPECT_TRUE(staging_empty());
  for (std::uint32_t at = 0; at < regs::kTestBufferOctets; at += 4) {
    EXPECT_EQ(device_.read32(regs::kTestBufferAddress + at), 0U) << at;
  }
}

TEST_F(StartTest, AWrongAnswerKeepsTheDataPathShut) {
  const auto pair = install_pair();
  device_.loopback().break_cipher();
  EXPECT_EQ(firmware_.start(), MailboxCode::kSelfTest);
  EXPECT_FALSE(device_.enabled());
  EXPECT_FALSE(firmware_.poll());
  EXPECT_EQ(code(MailboxCommand::kRetire, pair_of(pair)), MailboxCode::kSelfTest);
  EXPECT_EQ(device_.count(EntryState::kActive), 2U) << "nothing of the test is left, nothing of a user is gone";
  EXPECT_EQ(device_.count(EntryState::kFree), 62U);
  EXPECT_TRUE(staging_empty());
}

// What went wrong once is no defect of the path.
TEST_F(StartTest, AWrongAnswerIsAskedForAgain) {
  device_.loopback().break_cipher(1);
  ASSERT_EQ(firmware_.start(), MailboxCode::kOk);
  EXPECT_EQ(load_of(firmware_, 100).loopback, 1);
  EXPECT_EQ(device_.count(EntryState::kFree), 64U);
}

// The test's key stands in a header: with its SA still there the ports stay shut, however well the rest goes.
TEST_F(StartTest, AnSaOfTheTestThatCannotBeErasedKeepsTheDataPathShut) {
  for (int i = 0; i < 2; ++i) device_.fail_next(abi::Op::kErase, abi::CmdCode::kMemory);
  EXPECT_EQ(firmware_.start(), MailboxCode::kSelfTest);
  EXPECT_FALSE(device_.enabled());
  ASSERT_EQ(firmware_.start(), MailboxCode::kOk) << "it is erased when it is found";
  EXPECT_EQ(device_.count(EntryState::kFree), 64U);
}

TEST_F(StartTest, APathThatHangsStaysShutHoweverOftenItIsStarted) {
  device_.loopback().hang();
  EXPECT_EQ(firmware_.start(), MailboxCode::kSelfTest);
  EXPECT_EQ(firmware_.start(), MailboxCode::kSelfTest);
  EXPECT_EQ(firmware_.start(abi::CoreCause::kWatchdog), MailboxCode::kSelfTest);
  EXPECT_FALSE(device_.enabled());
  EXPECT_EQ(firmware_.next_deadline(), UINT64_MAX);
}

// A host that installs while the core starts again writes keys into its slots all the time.
TEST_F(StartTest, AHostThatStagesMeanwhileIsNoFault) {
  class Meddling final : public RegisterBus {
   public:
    explicit Meddling(sallyport::test::FakeDevice& device) : device_(device) {}
    std::optional<std::uint32_t> read32(std::uint32_t address) override { return device_.read32(address); }
    [[nodiscard]] bool write32(std::uint32_t address, std::uint32_t value) override {
      const bool done = device_.write32(address, value);
      // Not between the halves of a word, which each master has for itself.
      if (++writes_ % 7 == 0 && (address < regs::kStagingAddress || address % 8 == 4)) {
        static_cast<void>(write_staging_word(writes_ % 2, writes_ / 7 % abi::kImageWords));
      }
      return done;
    }
    std::uint64_t now_ns() override { return device_.now_ns(); }

   private:
    bool write_staging_word(unsigned slot, unsigned word) {
      const std::uint32_t address = regs::kStagingAddress + (slot * abi::kSlotWords + word) * 8;
      return device_.write32(address, 0xBAD) && device_.write32(address + 4, 0xBAD);
    }
    sallyport::test::FakeDevice& device_;
    unsigned writes_ = 0;
  };
  Meddling bus(device_);
  Storage<64, 64, 8> storage{};
  Kept<8> kept{};
  Firmware again{bus, random_, storage, kept};
  EXPECT_EQ(again.start(), MailboxCode::kOk);
  EXPECT_EQ(load_of(again, 1).loopback, 1);
}

// Found shut with SAs in it after a watchdog: the run before ended in its known answers.
TEST_F(StartTest, AFailureInTheKnownAnswersDoesNotKeepPacketsOut) {
  install_pair();
  ASSERT_TRUE(device_.write32(regs::kControlAddress, 0));
  ASSERT_EQ(firmware_.start(abi::CoreCause::kWatchdog), MailboxCode::kOk);
  EXPECT_EQ(load_of(firmware_, 100).loopback, 0);
  EXPECT_TRUE(device_.enabled());
  ASSERT_EQ(firmware_.start(abi::CoreCause::kWatchdog), MailboxCode::kOk) << "of another reason";
  EXPECT_EQ(load_of(firmware_, 200).loopback, 1);
  ASSERT_TRUE(device_.write32(regs::kControlAddress, 0));
  ASSERT_EQ(firmware_.start(abi::CoreCause::kRestart), MailboxCode::kOk);
  EXPECT_EQ(load_of(firmware_, 300).loopback, 1) << "by command it is always tried";
}

TEST_F(StartTest, APacketThatDoesNotEndPutsTheKnownAnswersOff) {
  device_.hold_packet();
  ASSERT_EQ(firmware_.start(), MailboxCode::kOk);
  EXPECT_TRUE(device_.enabled());
  EXPECT_EQ(load_of(firmware_, 100).loopback, 0);
}

TEST_F(StartTest, AFullTableLeavesNoRoomForTheKnownAnswers) {
  set_pools(0, 0);
  for (int i = 0; i < 32; ++i) install_pair();
  ASSERT_EQ(device_.count(EntryState::kActive), 64U);
  ASSERT_EQ(firmware_.start(), MailboxCode::kOk);
  EXPECT_TRUE(device_.enabled());
  EXPECT_EQ(load_of(firmware_, 100).loopback, 0);
  EXPECT_EQ(device_.count(EntryState::kActive), 64U);
}

TEST_F(StartTest, AnEntryThatFailsTheMarchTwiceIsGivenToNobody) {
  device_.fail_next(abi::Op::kMarch, abi::CmdCode::kMemory);  // entry 0, mended
  ASSERT_EQ(firmware_.start(), MailboxCode::kOk);
  EXPECT_EQ(load_of(firmware_, 100).faulty, 0);
  device_.fail_next(abi::Op::kMarch, abi::CmdCode::kMemory);
  device_.fail_next(abi::Op::kMarch, abi::CmdCode::kMemory);
  ASSERT_EQ(firmware_.start(), MailboxCode::kOk);
  EXPECT_EQ(load_of(firmware_, 100).faulty, 1);
  set_pools(0, 0);
  for (int i = 0; i < 31; ++i) EXPECT_NE(install_pair().in_index, 0) << i;
  EXPECT_EQ(device_.sa(0).state, EntryState::kFree);
}

// A word of zeros, as an erased entry has it, names entry 0 (found by the mailbox's fuzzer).
TEST_F(StartTest, NobodyIsHisOwnPartner) {
  const auto pair = install_pair();
  ASSERT_EQ(pair.in_index, 0);
  device_.sa(0).fw = 0;
  device_.fail_next(abi::Op::kErase, abi::CmdCode::kMemory);
  ASSERT_EQ(firmware_.start(), MailboxCode::kOk);
  hello();
  for (const std::uint16_t index : {pair.in_index, pair.out_index}) {
    abi::MailboxQuery query;
    query.index = index;
    EXPECT_EQ(ask<abi::MailboxEntry>(MailboxCommand::kQuery, query).partner, kNone) << index;
  }
}

// A tenant's memory is read until it is mended: each look mends a little.
TEST_F(StartTest, ATenantIsOnlyRead) {
  const auto pair = install_pair();
  for (int i = 0; i < 3; ++i) device_.fail_next(abi::Op::kVerify, abi::CmdCode::kMemory);
  ASSERT_EQ(firmware_.start(), MailboxCode::kOk);
  EXPECT_EQ(load_of(firmware_, 100).faulty, 0);
  EXPECT_EQ(device_.sa(pair.in_index).state, EntryState::kActive);
  EXPECT_EQ(device_.sa(pair.in_index).generation, pair.in_generation);
}

// A start that ends at any access, then one that does not.
TEST_F(StartTest, ACutStartLeavesNothingBehind) {
  const auto pair = install_pair();
  bool whole = false;
  unsigned starts = 0;
  for (int accesses = 0; !whole; accesses += 23, ++starts) {
    device_.break_bus_after(accesses);
    whole = firmware_.start() == MailboxCode::kOk;
    device_.break_bus_after(-1);
    ASSERT_EQ(firmware_.start(), MailboxCode::kOk) << accesses;
    ASSERT_EQ(device_.count(EntryState::kActive), 2U) << accesses;
    ASSERT_EQ(device_.count(EntryState::kFree), 62U) << accesses;
    ASSERT_EQ(load_of(firmware_, 100).loopback, 1) << accesses;
    ASSERT_TRUE(staging_empty());
  }
  EXPECT_GT(starts, 50U);
  EXPECT_EQ(device_.sa(pair.in_index).generation, pair.in_generation);
}

TEST(Start, RefusesAnotherAbi) {
  sallyport::test::FakeDevice device;
  device.set_abi_version(2);
  FakeBus bus(device);
  SeededRandom random(1);
  Storage<64, 8, 1> storage{};
  Kept<1> kept{};
  Firmware firmware(bus, random, storage, kept);
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
  Kept<1> kept{};
  Firmware firmware(bus, random, storage, kept);
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
  Kept<1> kept{};
  Firmware firmware(bus, random, storage, kept);
  EXPECT_EQ(firmware.start(), MailboxCode::kBadIndex);
  abi::MailboxHello hello;
  hello.version = abi::kAbiVersion;
  hello.command = static_cast<std::uint8_t>(MailboxCommand::kHello);
  EXPECT_EQ(static_cast<MailboxCode>(firmware.handle(hello.pack())[3]), MailboxCode::kBadIndex) << "told to everybody";
}

}  // namespace
}  // namespace sallyport::fw::test
