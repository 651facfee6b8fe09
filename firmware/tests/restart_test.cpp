// What a restart of the firmware leaves as it was, and a start beside a slow simulation.
#include <memory>

#include "firmware_fixture.hpp"
#include "sallyport/regs.hpp"

namespace sallyport::fw::test {
namespace {

class RestartTest : public FirmwareFixture {
 protected:
  // The next run of the firmware: all memory is new but what a restart leaves alone.
  void restart() { restart(kept_); }
  void restart(Kept<8>& kept) {
    next_storage_ = std::make_unique<Storage<64, 64, 8>>();
    next_ = std::make_unique<Firmware>(bus_, random_, *next_storage_, kept);
    ASSERT_EQ(next_->start(abi::CoreCause::kWatchdog), MailboxCode::kOk);
    abi::MailboxHello request;
    request.version = abi::kAbiVersion;
    request.command = static_cast<std::uint8_t>(MailboxCommand::kHello);
    request.seq = next_seq_;
    found_ = abi::MailboxInfo::unpack(next_->handle(request.pack()));
    ASSERT_EQ(found_.code, 0);
  }
  MailboxCode reserve_from_next(std::uint16_t owner) {
    abi::MailboxReserve request;
    request.version = abi::kAbiVersion;
    request.command = static_cast<std::uint8_t>(MailboxCommand::kReserve);
    request.owner = owner;
    request.seq = ++next_seq_;
    return code_of(next_->handle(request.pack()));
  }
  static std::vector<std::uint32_t> events_in(Firmware& firmware) {
    std::vector<std::uint32_t> records;
    while (const auto words = firmware.take_notice_words()) {
      const auto notice = abi::MailboxNotice::from_words(*words);
      if (notice.record != 0) records.push_back(notice.record);
    }
    return records;
  }

  std::unique_ptr<Storage<64, 64, 8>> next_storage_;
  std::unique_ptr<Firmware> next_;
  abi::MailboxInfo found_;
  std::uint32_t next_seq_ = 1;
};

TEST_F(RestartTest, PolicyAndQuotasStay) {
  abi::MailboxPolicy policy;
  policy.reserve = 9;
  policy.emergency = 3;
  policy.soft_from = 5'000;
  policy.drain_ns = 70'000'000;
  policy.bound_ns = 80'000'000;
  policy.round_ns = 9'000'000;
  ASSERT_EQ(code(MailboxCommand::kSetPolicy, policy), MailboxCode::kOk);
  held(3, 1);
  for (int i = 0; i < 3; ++i) {
    ASSERT_NO_FATAL_FAILURE(restart());
    EXPECT_EQ(found_.reserve, 9);
    EXPECT_EQ(found_.emergency, 3);
    EXPECT_EQ(found_.drain_ns, 70'000'000U);
    EXPECT_EQ(reserve_from_next(3), i == 0 ? MailboxCode::kOk : MailboxCode::kQuota) << "held by the run before";
    EXPECT_EQ(reserve_from_next(4), MailboxCode::kOk);
  }
}

TEST_F(RestartTest, ACoreResetForgetsThem) {
  set_pools(9, 3);
  held(3, 1);
  Kept<8> zeroed{};
  ASSERT_NO_FATAL_FAILURE(restart(zeroed));
  EXPECT_EQ(found_.reserve, 4);
  EXPECT_EQ(found_.emergency, 2);
  EXPECT_EQ(reserve_from_next(3), MailboxCode::kOk);
  EXPECT_EQ(reserve_from_next(3), MailboxCode::kOk);
}

TEST_F(RestartTest, ARefusedPolicyIsNotKept) {
  set_pools(9, 3);
  abi::MailboxPolicy policy;
  policy.reserve = 64;
  EXPECT_EQ(code(MailboxCommand::kSetPolicy, policy), MailboxCode::kBadPolicy);
  ASSERT_NO_FATAL_FAILURE(restart());
  EXPECT_EQ(found_.reserve, 9);
}

// Notices that are queued end with their run: the device still has the events.
TEST_F(RestartTest, EventsThatTheHostWasNotToldOfAreToldAgain) {
  const auto pair = install_pair();
  notices();
  for (unsigned kind = 0; kind < 3; ++kind) device_.raise(pair.in_index, static_cast<abi::EventKind>(kind), 1);
  ASSERT_TRUE(firmware_.poll());
  EXPECT_TRUE(firmware_.tells_events());
  ASSERT_NO_FATAL_FAILURE(restart());
  ASSERT_TRUE(next_->poll());
  EXPECT_EQ(events_in(*next_), (std::vector<std::uint32_t>{1, 2, 3}));
  // Taken, but not in the mailbox yet.
  ASSERT_NO_FATAL_FAILURE(restart());
  ASSERT_TRUE(next_->poll());
  EXPECT_EQ(events_in(*next_), (std::vector<std::uint32_t>{1, 2, 3}));
  next_->told();
  EXPECT_FALSE(next_->tells_events());
  EXPECT_FALSE(device_.irq());
  ASSERT_NO_FATAL_FAILURE(restart());
  ASSERT_TRUE(next_->poll());
  EXPECT_EQ(events_in(*next_), std::vector<std::uint32_t>{});
}

TEST_F(RestartTest, AndOfSeveralOnlyThose) {
  const auto pair = install_pair();
  notices();
  for (unsigned kind = 0; kind < 3; ++kind) device_.raise(pair.in_index, static_cast<abi::EventKind>(kind), 1);
  ASSERT_TRUE(firmware_.poll());
  ASSERT_TRUE(firmware_.take_notice());
  ASSERT_NO_FATAL_FAILURE(restart());
  ASSERT_TRUE(next_->poll());
  EXPECT_EQ(events_in(*next_), (std::vector<std::uint32_t>{2, 3}));
}

/// The time of a wall beside a simulation that is so slow that each access takes 20 ms of it; the path needs its
/// clocks.
class SlowBus final : public RegisterBus {
 public:
  explicit SlowBus(sallyport::test::FakeDevice& device) : device_(device) {}
  std::optional<std::uint32_t> read32(std::uint32_t address) override {
    count();
    auto value = device_.read32(address);
    if (address == regs::kTestStatusAddress && busy_ > 0) {
      --busy_;
      return *value | regs::kTestStatusBusyMask;
    }
    if (address == regs::kStatusAddress && boots_ > 0) {
      --boots_;
      return *value & ~regs::kStatusBootDoneMask;
    }
    if (address == regs::kStatusAddress && shuts_ > 0) {
      --shuts_;
      return *value & ~regs::kStatusIdleMask;
    }
    return value;
  }
  [[nodiscard]] bool write32(std::uint32_t address, std::uint32_t value) override {
    count();
    if (address == regs::kTestGoAddress) busy_ = 400;
    if (address == regs::kControlAddress && value == 0) shuts_ = 400;
    return device_.write32(address, value);
  }
  std::uint64_t now_ns() override { return device_.now_ns() + 20'000'000 * accesses_; }
  void alive() override { since_alive_ = 0; }

  [[nodiscard]] unsigned longest() const { return longest_; }

 private:
  void count() {
    ++accesses_;
    longest_ = std::max(longest_, ++since_alive_);
  }
  sallyport::test::FakeDevice& device_;
  std::uint64_t accesses_ = 0;
  unsigned since_alive_ = 0;
  unsigned longest_ = 0;
  unsigned boots_ = 2'000;
  unsigned busy_ = 0;
  unsigned shuts_ = 0;
};

TEST(StartBesideAWall, TakesItsTimeAndIsAlive) {
  sallyport::test::FakeDevice device;
  SlowBus bus(device);
  SeededRandom random(1);
  Storage<64, 64, 8> storage{};
  Kept<8> kept{};
  Firmware firmware(bus, random, storage, kept);
  ASSERT_EQ(firmware.start(), MailboxCode::kOk);
  EXPECT_TRUE(device.enabled());
  // A watchdog of 2 s is fed within two seconds' accesses of a core that makes a thousand a second.
  EXPECT_LT(bus.longest(), 400U);
  abi::MailboxHello request;
  request.version = abi::kAbiVersion;
  request.command = static_cast<std::uint8_t>(MailboxCommand::kHello);
  static_cast<void>(firmware.handle(request.pack()));
  request.seq = 1;
  request.command = static_cast<std::uint8_t>(MailboxCommand::kLoad);
  EXPECT_EQ(abi::MailboxLoad::unpack(firmware.handle(request.pack())).loopback, 1) << "the known answers were tried";
}

// Where time stands the looks end the wait.
TEST(StartBesideAWall, AClockThatStandsHangsNobody) {
  class Standing final : public RegisterBus {
   public:
    explicit Standing(sallyport::test::FakeDevice& device) : device_(device) {}
    std::optional<std::uint32_t> read32(std::uint32_t address) override { return device_.read32(address); }
    [[nodiscard]] bool write32(std::uint32_t address, std::uint32_t value) override {
      return device_.write32(address, value);
    }
    std::uint64_t now_ns() override { return 5; }

   private:
    sallyport::test::FakeDevice& device_;
  };
  sallyport::test::FakeDevice device;
  device.loopback().hang();
  Standing bus(device);
  SeededRandom random(1);
  Storage<64, 64, 8> storage{};
  Kept<8> kept{};
  Firmware firmware(bus, random, storage, kept);
  EXPECT_EQ(firmware.start(), MailboxCode::kSelfTest);
  EXPECT_FALSE(device.enabled());
}

}  // namespace
}  // namespace sallyport::fw::test
