// Pacing of a table that is full: who has room, and who must wait.
#include "pacing_fixture.hpp"

namespace sallyport::fw::test {
namespace {

TEST_F(FullTablePacingTest, WhatIsAskedForHasRoom) {
  for (const auto& pair : pairs_) device_.packet(pair.out_index, 800'000);
  run(50 * kMs, {}, 0);
  const Indices first = asked();
  // R = 4 takes two rekeys; E takes another, because at this pace the end is near.
  EXPECT_EQ(first.size(), 3U);
  EXPECT_EQ(load().waiting, 26);
  // The peer's rekey of another pair must not take what was promised.
  EXPECT_EQ(reserve_for(pairs_[20], kPeer).code, static_cast<std::uint8_t>(MailboxCode::kFull));
  EXPECT_EQ(load().refused_peer, 1U);
  for (const std::uint16_t index : first) {
    const auto& pair = *std::find_if(pairs_.begin(), pairs_.end(), [&](const auto& p) { return p.in_index == index; });
    EXPECT_EQ(reserve_for(pair).code, 0);
  }
}

TEST_F(FullTablePacingTest, TheEmergencyEntriesAreForThoseCloseToTheirEnd) {
  // Two reservations take R.
  const auto one = reserve_for(pairs_[0]);
  ASSERT_EQ(one.code, 0);
  ASSERT_EQ(reserve_for(pairs_[1]).code, 0);
  EXPECT_EQ(reserve_for(pairs_[2], kHere, Pool::kEmergency).code, static_cast<std::uint8_t>(MailboxCode::kFull))
      << "whatever the host says: it has used nothing yet";
  // 1 % each 10 ms: at 92 % the end is 80 ms away, less than T_ike.
  run(920 * kMs, {pairs_[2]}, 10'000);
  EXPECT_EQ(reserve_for(pairs_[2]).code, 0) << "admitted from E";
}

TEST_F(FullTablePacingTest, ARefusedRekeyOfThePeerGoesToTheHeadOfTheQueue) {
  const auto one = reserve_for(pairs_[0]);
  ASSERT_EQ(one.code, 0);
  ASSERT_EQ(reserve_for(pairs_[1]).code, 0);
  // Some wait already, with little left.
  run(860 * kMs, {pairs_[5], pairs_[6]}, 10'000);
  static_cast<void>(asked());
  EXPECT_EQ(load().waiting, 2);
  EXPECT_EQ(reserve_for(pairs_[9], kPeer).code, static_cast<std::uint8_t>(MailboxCode::kFull));
  EXPECT_EQ(load().waiting, 3);
  auto given_up = pair_of(one);
  given_up.out_index = kNone;
  given_up.out_generation = 0;
  ASSERT_EQ(code(MailboxCommand::kErase, given_up), MailboxCode::kOk);
  run(20 * kMs, {}, 0);
  const Indices now = asked();
  ASSERT_EQ(now.size(), 1U);
  EXPECT_EQ(now[0], pairs_[9].in_index);
}

// Many are asked for at once, more than the reserve: what is pledged to them is nobody else's.
class PledgeTest : public PacingTest {
 protected:
  void SetUp() override {
    PacingTest::SetUp();
    for (std::uint16_t i = 0; i < 20; ++i) pairs_.push_back(install_paced({.group = i}));
    notices();
    for (unsigned i = 0; i < 5; ++i) device_.packet(pairs_[i].out_index, 850'000);
    run(50 * kMs, {}, 0);
    ASSERT_EQ(asked().size(), 5U);
    ASSERT_EQ(info().free, 24);
  }
  void all_that_were_asked_for_begin() {
    for (unsigned i = 0; i < 5; ++i) EXPECT_EQ(reserve_for(pairs_[i]).code, 0) << i;
  }
  std::vector<abi::MailboxAnswer> pairs_;
};

TEST_F(PledgeTest, NewSasLeaveIt) {
  unsigned fresh = 0;
  while (reserve(2).code == 0) ++fresh;
  EXPECT_EQ(fresh, 14U) << "24 less the ten that are pledged, which are more than R + E";
  all_that_were_asked_for_begin();
}

TEST_F(PledgeTest, RekeysThatTheHostBeginsUnaskedLeaveIt) {
  for (unsigned i = 0; i < 6; ++i) ASSERT_EQ(reserve_for(pairs_[5 + i]).code, 0) << i;
  EXPECT_EQ(info().free - info().claimed, 12);
  EXPECT_EQ(reserve_for(pairs_[15]).code, static_cast<std::uint8_t>(MailboxCode::kFull)) << "ten are pledged, E is two";
  all_that_were_asked_for_begin();
}

TEST_F(PledgeTest, OutboundHalvesWithoutAClaimLeaveIt) {
  const auto larval = reserve();
  while (reserve(2).code == 0) {
  }
  stage(0, larval.spi, true);
  stage(1, kPeerSpi, false);
  EXPECT_EQ(code(MailboxCommand::kInstallPair, pair_request(larval)), MailboxCode::kFull);
  all_that_were_asked_for_begin();
}

}  // namespace
}  // namespace sallyport::fw::test
