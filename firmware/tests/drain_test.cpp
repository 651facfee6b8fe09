// The way out by time: the reorder guard, the bound, and being short of entries.
#include "firmware_fixture.hpp"

namespace sallyport::fw::test {
namespace {

constexpr std::uint64_t kMs = 1'000'000;

class DrainTest : public FirmwareFixture {
 protected:
  EntryState state(std::uint16_t index) { return device_.sa(index).state; }
  void pass(std::uint64_t ns) {
    device_.advance(ns);
    ASSERT_TRUE(firmware_.poll());
  }
  abi::MailboxAnswer supersede(const abi::MailboxAnswer& old) {
    const auto fresh = install_rekey(old);
    EXPECT_EQ(code(MailboxCommand::kSupersede, replaced_by(old, fresh)), MailboxCode::kOk);
    return fresh;
  }
  std::vector<abi::MailboxNotice> forced() {
    std::vector<abi::MailboxNotice> all;
    for (const auto& notice : notices()) {
      if (notice.kind == static_cast<std::uint8_t>(abi::NoticeKind::kDrainForced)) all.push_back(notice);
    }
    return all;
  }
};

TEST_F(DrainTest, TheGuardRunsFromTheLastPacket) {
  const auto pair = install_pair();
  ASSERT_EQ(code(MailboxCommand::kRetire, pair_of(pair)), MailboxCode::kOk);
  for (int i = 0; i < 10; ++i) {
    device_.packet(pair.in_index, 100);
    pass(40 * kMs);
    ASSERT_EQ(state(pair.in_index), EntryState::kDraining) << "late packets still come";
  }
  pass(50 * kMs);
  pass(50 * kMs);
  EXPECT_EQ(state(pair.in_index), EntryState::kFree);
  EXPECT_TRUE(forced().empty());
}

TEST_F(DrainTest, NoStreamOfPacketsKeepsItBeyondTheBound) {
  const auto pair = install_pair();
  ASSERT_EQ(code(MailboxCommand::kRetire, pair_of(pair)), MailboxCode::kOk);
  std::uint64_t waited = 0;
  for (; state(pair.in_index) == EntryState::kDraining && waited < 120'000; waited += 40) {
    device_.sa(pair.in_index).packets += 1;
    pass(40 * kMs);
  }
  EXPECT_NEAR(static_cast<double>(waited), 60'000, 100);
  EXPECT_EQ(state(pair.in_index), EntryState::kFree);
  ASSERT_EQ(forced().size(), 1U);
}

TEST_F(DrainTest, WhoeverDoesNotRetireIsTold) {
  const auto old = install_pair();
  const auto fresh = supersede(old);
  for (int i = 0; i < 59; ++i) pass(1'000 * kMs);
  EXPECT_EQ(state(old.in_index), EntryState::kOverlap);
  EXPECT_EQ(state(old.out_index), EntryState::kOverlap);
  EXPECT_TRUE(forced().empty());
  pass(1'100 * kMs);
  EXPECT_EQ(state(old.in_index), EntryState::kFree);
  EXPECT_EQ(state(old.out_index), EntryState::kFree);
  const auto told = forced();
  ASSERT_EQ(told.size(), 2U);
  for (const auto& notice : told) {
    EXPECT_GE(notice.count, 60'000 * kMs - 10'000);
    EXPECT_EQ(notice.owner, 1);
    EXPECT_EQ(notice.from_state, static_cast<std::uint8_t>(EntryState::kOverlap));
  }
  EXPECT_EQ(state(fresh.in_index), EntryState::kActive);
  EXPECT_EQ(code(MailboxCommand::kRetire, pair_of(old)), MailboxCode::kStaleGeneration) << "too late";
  EXPECT_EQ(ask<abi::MailboxLoad>(MailboxCommand::kLoad, abi::MailboxHello{}).forced, 2U);
  expect_consistent();
}

TEST_F(DrainTest, ALoserThatIsNotDeletedGoesToo) {
  const auto pair = install_pair();
  ASSERT_EQ(code(MailboxCommand::kMarkRedundant, pair_of(pair)), MailboxCode::kOk);
  pass(60'100 * kMs);
  pass(kMs);
  EXPECT_EQ(info().free, 64);
  EXPECT_EQ(forced().size(), 2U);
}

TEST_F(DrainTest, ADeadOldSaIsNotWaitedFor) {
  const auto old = install_pair();
  supersede(old);
  for (int i = 0; i < 101; ++i) device_.packet(old.in_index, 1'000);
  ASSERT_EQ(device_.sa(old.in_index).dead, abi::DeadReason::kHardOctets);
  pass(0);
  pass(0);
  EXPECT_EQ(state(old.in_index), EntryState::kFree);
  EXPECT_EQ(state(old.out_index), EntryState::kOverlap) << "that one still sends";
  EXPECT_EQ(forced().size(), 1U);
}

TEST_F(DrainTest, WithEntriesToSpareTheGuardBeginsWhenTheHostRetires) {
  const auto old = install_pair();
  const auto fresh = supersede(old);
  device_.packet(fresh.in_index, 100);
  for (int i = 0; i < 10; ++i) pass(60 * kMs);
  ASSERT_EQ(code(MailboxCommand::kRetire, pair_of(old)), MailboxCode::kOk);
  pass(0);
  EXPECT_EQ(state(old.in_index), EntryState::kDraining);
}

// The host's guard is longer than what the bound leaves.
TEST_F(DrainTest, NoGuardOfTheHostKeepsItBeyondTheBound) {
  const auto old = install_pair();
  supersede(old);
  for (int i = 0; i < 58; ++i) pass(1'000 * kMs);
  auto request = pair_of(old);
  request.drain_ns = 3'600'000 * kMs;
  ASSERT_EQ(code(MailboxCommand::kRetire, request), MailboxCode::kOk);
  pass(1'900 * kMs);
  EXPECT_EQ(state(old.in_index), EntryState::kDraining);
  pass(200 * kMs);
  EXPECT_EQ(state(old.in_index), EntryState::kFree);
}

TEST_F(DrainTest, NorOfOneThatIsRetiredWithoutAReplacement) {
  const auto pair = install_pair();
  auto request = pair_of(pair);
  request.drain_ns = UINT64_MAX;
  ASSERT_EQ(code(MailboxCommand::kRetire, request), MailboxCode::kOk);
  pass(59'900 * kMs);
  EXPECT_EQ(state(pair.in_index), EntryState::kDraining);
  // A firmware that starts meanwhile knows the same deadline.
  ASSERT_EQ(firmware_.start(), MailboxCode::kOk);
  hello();
  pass(300 * kMs);
  EXPECT_EQ(state(pair.in_index), EntryState::kFree);
}

TEST_F(DrainTest, ADeadSaDoesNotDrain) {
  const auto pair = install_pair();
  auto request = pair_of(pair);
  request.drain_ns = 10'000 * kMs;
  ASSERT_EQ(code(MailboxCommand::kRetire, request), MailboxCode::kOk);
  for (int i = 0; i < 101; ++i) device_.packet(pair.in_index, 1'000);
  ASSERT_EQ(device_.sa(pair.in_index).dead, abi::DeadReason::kHardOctets);
  pass(kMs);
  pass(0);
  EXPECT_EQ(state(pair.in_index), EntryState::kFree) << "nothing will come on it";
  EXPECT_TRUE(forced().empty());
}

class ShortOfEntriesTest : public DrainTest {
 protected:
  // 28 pairs, one of them superseded: four entries are free, R + E = 6.
  void SetUp() override {
    DrainTest::SetUp();
    old_ = install_pair();
    set_pools(0, 0);
    for (int i = 0; i < 28; ++i) install_pair();
    set_pools(4, 2);
    fresh_ = supersede(old_);
    ASSERT_EQ(info().free, 4);
    notices();
  }
  abi::MailboxAnswer old_, fresh_;
};

TEST_F(ShortOfEntriesTest, AFirstPacketOnTheNewSaStartsTheGuardEarly) {
  for (int i = 0; i < 3; ++i) pass(60 * kMs);
  device_.packet(fresh_.in_index, 100);
  for (int i = 0; i < 3; ++i) pass(60 * kMs);
  EXPECT_EQ(state(old_.in_index), EntryState::kOverlap) << "it never frees an entry by itself";
  ASSERT_EQ(code(MailboxCommand::kRetire, pair_of(old_)), MailboxCode::kOk);
  pass(0);
  EXPECT_EQ(state(old_.in_index), EntryState::kFree) << "the guard had passed";
}

TEST_F(ShortOfEntriesTest, APacketOnTheOldSaStartsItAgain) {
  device_.packet(fresh_.in_index, 100);
  for (int i = 0; i < 4; ++i) pass(60 * kMs);
  device_.packet(old_.in_index, 100);
  ASSERT_EQ(code(MailboxCommand::kRetire, pair_of(old_)), MailboxCode::kOk);
  pass(0);
  EXPECT_EQ(state(old_.in_index), EntryState::kDraining);
  pass(51 * kMs);
  EXPECT_EQ(state(old_.in_index), EntryState::kFree);
}

TEST_F(ShortOfEntriesTest, WithoutAPacketOnTheNewSaItDoesNotRun) {
  for (int i = 0; i < 5; ++i) pass(60 * kMs);
  ASSERT_EQ(code(MailboxCommand::kRetire, pair_of(old_)), MailboxCode::kOk);
  pass(0);
  EXPECT_EQ(state(old_.in_index), EntryState::kDraining);
}

}  // namespace
}  // namespace sallyport::fw::test
