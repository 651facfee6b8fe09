// Both ends begin the rekey of one SA: the place in the window of the IKE SA, and who is asked for what.
#include "pacing_fixture.hpp"

namespace sallyport::fw::test {
namespace {

class CollisionTest : public PacingTest {
 protected:
  void SetUp() override {
    PacingTest::SetUp();
    // Children of one IKE SA, one exchange at a time.
    for (abi::MailboxAnswer* pair : {&one_, &other_}) *pair = install_paced({.group = 3, .window = 1});
    device_.packet(one_.out_index, 850'000);
    poll();
    ASSERT_EQ(asked(), Indices{one_.in_index});
    ours_ = reserve_for(one_, kHere);
    ASSERT_EQ(ours_.code, 0);
    device_.packet(other_.out_index, 850'000);
    run(50 * kMs, {}, 0);
    ASSERT_EQ(asked(), Indices{}) << "the window is full";
    peers_ = reserve_for(one_, kPeer);
    ASSERT_EQ(peers_.code, 0);
  }
  Indices asked_within(std::uint64_t ns) {
    run(ns, {}, 0);
    return asked();
  }

  abi::MailboxAnswer one_, other_, ours_, peers_;
};

TEST_F(CollisionTest, OurExchangeKeepsItsPlaceWhileItRuns) {
  EXPECT_EQ(asked_within(kSecond), Indices{});
  EXPECT_EQ(load().under_way, 1);
  ASSERT_EQ(give_up(ours_), MailboxCode::kOk);
  EXPECT_EQ(asked_within(50 * kMs), Indices{other_.in_index});
  EXPECT_EQ(load().failed, 1U);
}

TEST_F(CollisionTest, AsLongAsItRunsWhateverBecomesOfTheOldSa) {
  const auto fresh = install_paced(peers_, {.group = 3, .window = 1});
  ASSERT_EQ(supersede(one_, fresh), MailboxCode::kOk);
  ASSERT_EQ(code(MailboxCommand::kRetire, pair_of(one_)), MailboxCode::kOk);
  EXPECT_EQ(asked_within(kSecond), Indices{});
  EXPECT_EQ(device_.sa(one_.in_index).state, EntryState::kFree);
  EXPECT_EQ(load().under_way, 1);
  ASSERT_EQ(give_up(ours_), MailboxCode::kOk);
  EXPECT_EQ(asked_within(50 * kMs), Indices{other_.in_index});
}

TEST_F(CollisionTest, NobodyIsAskedAgainWhileTheOtherExchangeRuns) {
  ASSERT_EQ(give_up(ours_), MailboxCode::kOk);
  EXPECT_EQ(asked_within(50 * kMs), Indices{other_.in_index});
  ASSERT_EQ(reserve_for(other_, kHere).code, 0);
  EXPECT_EQ(asked_within(kSecond), Indices{}) << "the peer is rekeying the other one";
  EXPECT_EQ(load().waiting, 0);
  ASSERT_EQ(give_up(peers_), MailboxCode::kOk);
  EXPECT_EQ(load().waiting, 1);
}

TEST_F(CollisionTest, ThePeersFailureIsNoneOfOurs) {
  ASSERT_EQ(give_up(peers_), MailboxCode::kOk);
  EXPECT_EQ(load().failed, 0U);
  EXPECT_EQ(asked_within(kSecond), Indices{});
  device_.advance(30 * kMs);
  const auto fresh = install_paced(ours_, {.group = 3, .window = 1});
  ASSERT_EQ(supersede(one_, fresh), MailboxCode::kOk);
  EXPECT_EQ(asked_within(50 * kMs), Indices{other_.in_index});
}

// One replacement is there, and the other is not missed.
TEST_F(CollisionTest, AFailureAfterTheReplacementAsksForNothing) {
  const auto fresh = install_paced(peers_, {.group = 3, .window = 1});
  ASSERT_EQ(give_up(ours_), MailboxCode::kOk);
  EXPECT_EQ(asked_within(50 * kMs), Indices{other_.in_index});
  ASSERT_EQ(reserve_for(other_).code, 0);
  EXPECT_EQ(asked_within(kSecond), Indices{});
  ASSERT_EQ(supersede(one_, fresh), MailboxCode::kOk);
}

TEST_F(CollisionTest, BothMayBeKeyed) {
  device_.advance(40 * kMs);
  const auto winner = install_paced(ours_, {.group = 3, .window = 1});
  const auto ike = load().ike_ns;
  EXPECT_GT(ike, 40 * kMs);
  EXPECT_LT(ike, 300 * kMs);
  const auto loser = install_paced(peers_, {.group = 3, .window = 1});
  EXPECT_EQ(load().ike_ns, ike) << "the peer's exchange is no measure of ours";
  ASSERT_EQ(code(MailboxCommand::kMarkRedundant, pair_of(loser)), MailboxCode::kOk);
  ASSERT_EQ(supersede(one_, winner), MailboxCode::kOk);
  EXPECT_EQ(asked_within(50 * kMs), Indices{other_.in_index});
  for (const auto& pair : {one_, other_, winner, loser}) {
    ASSERT_EQ(code(MailboxCommand::kErase, pair_of(pair)), MailboxCode::kOk);
  }
  const auto now = load();
  EXPECT_EQ(now.paced, 0);
  EXPECT_EQ(now.waiting, 0);
  EXPECT_EQ(now.under_way, 0);
}

// Halves that come one after the other.
class HalvesTest : public PacingTest {
 protected:
  abi::MailboxAnswer install_out_paced() {
    stage(1, kPeerSpi, false);
    auto request = paced(pair_request({}), {});
    request.in_index = kNone;
    request.in_generation = 0;
    request.slot_in = 0xFF;
    return ask(MailboxCommand::kInstallOne, request);
  }
  abi::MailboxAnswer join(const abi::MailboxAnswer& out, const Terms& terms) {
    const auto reserved = reserve();
    stage(0, reserved.spi, true);
    auto request = paced(pair_request(reserved), terms);
    request.slot_out = 0xFF;
    request.partner = out.out_index;
    auto in = ask(MailboxCommand::kInstallOne, request);
    EXPECT_EQ(in.code, 0);
    in.out_index = out.out_index;
    in.out_generation = out.out_generation;
    return in;
  }
  void expect_nothing_left() {
    const auto now = load();
    EXPECT_EQ(now.paced, 0);
    EXPECT_EQ(now.waiting, 0);
    EXPECT_EQ(now.under_way, 0);
  }
};

TEST_F(HalvesTest, WhatTheOutboundHalfWasAskedForIsThePairs) {
  for (const std::uint16_t group : {0, 5}) {
    const auto out = install_out_paced();
    ASSERT_EQ(out.code, 0);
    device_.packet(out.out_index, 850'000);
    poll();
    EXPECT_EQ(asked(), Indices{out.out_index});
    const auto pair = join(out, {.group = group});
    EXPECT_EQ(load().paced, 1);
    EXPECT_EQ(load().under_way, 1);
    // And may be begun, from what was pledged for it.
    EXPECT_EQ(give_up(reserve_for(pair)), MailboxCode::kOk);
    ASSERT_EQ(code(MailboxCommand::kRetire, pair_of(pair)), MailboxCode::kOk);
    expect_nothing_left();
  }
}

TEST_F(HalvesTest, OneThatWaitsWaitsOn) {
  const auto busy = install_paced({.window = 1});
  device_.packet(busy.out_index, 850'000);
  poll();
  ASSERT_EQ(asked(), Indices{busy.in_index});
  stage(1, kPeerSpi, false);
  auto request = paced(pair_request({}), {.window = 1});
  request.in_index = kNone;
  request.in_generation = 0;
  request.slot_in = 0xFF;
  const auto out = ask(MailboxCommand::kInstallOne, request);
  device_.packet(out.out_index, 850'000);
  poll();
  EXPECT_EQ(load().waiting, 1);
  const auto pair = join(out, {.window = 1});
  EXPECT_EQ(load().waiting, 1);
  ASSERT_EQ(code(MailboxCommand::kErase, pair_of(busy)), MailboxCode::kOk);
  run(20 * kMs, {}, 0);
  EXPECT_EQ(asked(), Indices{pair.in_index});
  ASSERT_EQ(code(MailboxCommand::kErase, pair_of(pair)), MailboxCode::kOk);
  expect_nothing_left();
}

}  // namespace
}  // namespace sallyport::fw::test
