// Supersede, redundant, retire, drain, erase, and events on the way.
#include "firmware_fixture.hpp"

namespace sallyport::fw::test {
namespace {

class RetireTest : public FirmwareFixture {
 protected:
  EntryState state(std::uint16_t index) { return device_.sa(index).state; }
};

TEST_F(RetireTest, ARekeyFromSoftToFree) {
  const auto old_pair = install_pair();
  notices();
  for (int i = 0; i < 90; ++i) device_.packet(old_pair.out_index, 1'000);
  ASSERT_TRUE(device_.irq());
  ASSERT_TRUE(firmware_.poll());
  auto seen = notices();
  EXPECT_FALSE(device_.irq());
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].kind, static_cast<std::uint8_t>(abi::NoticeKind::kSoft));
  EXPECT_EQ(seen[0].partner, old_pair.in_index);

  auto request = pair_of(old_pair);
  request.new_in_index = kNone;
  request.new_out_index = kNone;
  EXPECT_EQ(code(MailboxCommand::kSupersede, request), MailboxCode::kNotKeyed);

  const auto new_pair = install_rekey(old_pair);
  request = replaced_by(old_pair, new_pair);
  EXPECT_EQ(code(MailboxCommand::kSupersede, request), MailboxCode::kOk);
  EXPECT_EQ(state(old_pair.in_index), EntryState::kOverlap);
  EXPECT_EQ(state(old_pair.out_index), EntryState::kOverlap);
  EXPECT_EQ(code(MailboxCommand::kSupersede, request), MailboxCode::kBadState);

  EXPECT_EQ(code(MailboxCommand::kRetire, pair_of(old_pair)), MailboxCode::kOk);
  ASSERT_TRUE(firmware_.poll());
  EXPECT_EQ(state(old_pair.out_index), EntryState::kFree) << "outbound has nothing to wait for";
  EXPECT_EQ(state(old_pair.in_index), EntryState::kDraining);
  device_.advance(49'000'000);
  firmware_.poll();
  EXPECT_EQ(state(old_pair.in_index), EntryState::kDraining);
  device_.advance(1'000'000);
  EXPECT_LE(firmware_.next_deadline(), device_.now_ns());
  firmware_.poll();
  EXPECT_EQ(state(old_pair.in_index), EntryState::kFree);
  EXPECT_EQ(firmware_.next_deadline(), UINT64_MAX);
  expect_consistent();

  seen = notices();
  const auto& freed = seen.back();
  EXPECT_EQ(freed.index, old_pair.in_index);
  EXPECT_EQ(freed.to_state, static_cast<std::uint8_t>(EntryState::kFree));
  EXPECT_EQ(freed.cause, static_cast<std::uint8_t>(abi::TransitionCause::kDrained));
  EXPECT_EQ(freed.owner, 1);
}

TEST_F(RetireTest, SupersedeIsUndoneWhenItsSecondHalfFails) {
  const auto old_pair = install_pair();
  const auto new_pair = install_rekey(old_pair);
  const auto request = replaced_by(old_pair, new_pair);
  // The inbound half goes through, then the outbound one meets a memory error.
  device_.sa(old_pair.out_index).generation ^= 1;
  EXPECT_EQ(code(MailboxCommand::kSupersede, request), MailboxCode::kStaleGeneration);
  EXPECT_EQ(state(old_pair.in_index), EntryState::kActive);
  EXPECT_EQ(info().overlap, 0);
}

TEST_F(RetireTest, RedundantThenRetired) {
  const auto pair = install_pair();
  EXPECT_EQ(code(MailboxCommand::kMarkRedundant, pair_of(pair)), MailboxCode::kOk);
  EXPECT_EQ(info().redundant, 2);
  EXPECT_EQ(code(MailboxCommand::kMarkRedundant, pair_of(pair)), MailboxCode::kBadState);
  EXPECT_EQ(code(MailboxCommand::kRetire, pair_of(pair)), MailboxCode::kOk);
  device_.advance(100'000'000);
  firmware_.poll();
  EXPECT_EQ(info().free, 64);
}

TEST_F(RetireTest, AnAbandonedReservationGivesBackItsClaim) {
  const auto reserved = reserve(1, true);
  abi::MailboxPair request;
  request.in_index = reserved.in_index;
  request.in_generation = reserved.in_generation;
  request.out_index = kNone;
  EXPECT_EQ(code(MailboxCommand::kRetire, request), MailboxCode::kBadState);
  EXPECT_EQ(code(MailboxCommand::kErase, request), MailboxCode::kOk);
  EXPECT_EQ(info().claimed, 0);
  EXPECT_EQ(info().free, 64);
  EXPECT_EQ(code(MailboxCommand::kErase, request), MailboxCode::kStaleGeneration);
}

TEST_F(RetireTest, StaleAndWrongRequestsChangeNothing) {
  const auto pair = install_pair();
  const auto refused = [&](auto change, MailboxCode expected) {
    auto request = pair_of(pair);
    change(request);
    EXPECT_EQ(code(MailboxCommand::kRetire, request), expected);
  };
  refused([](auto& r) { ++r.in_generation; }, MailboxCode::kStaleGeneration);
  refused([](auto& r) { r.out_index = 64; }, MailboxCode::kBadIndex);
  refused([](auto& r) { std::swap(r.in_index, r.out_index), std::swap(r.in_generation, r.out_generation); },
          MailboxCode::kBadState);
  refused([](auto& r) { r.new_in_index = 1; }, MailboxCode::kBadMessage);
  refused([](auto& r) { r.in_index = r.out_index = kNone; }, MailboxCode::kBadMessage);
  refused([](auto& r) { r.in_index = kNone; }, pair.in_generation == 0 ? MailboxCode::kOk : MailboxCode::kBadMessage);
  EXPECT_EQ(info().active, 2);
  expect_consistent();
}

TEST_F(RetireTest, DrainTimeOfTheRequestGoesBeforeThePolicys) {
  const auto pair = install_pair();
  auto request = pair_of(pair);
  request.drain_ns = 1'000'000'000;
  ASSERT_EQ(code(MailboxCommand::kRetire, request), MailboxCode::kOk);
  firmware_.poll();
  device_.advance(999'000'000);
  firmware_.poll();
  EXPECT_EQ(state(pair.in_index), EntryState::kDraining);
  device_.advance(1'000'000);
  firmware_.poll();
  EXPECT_EQ(state(pair.in_index), EntryState::kFree);
}

TEST_F(RetireTest, ADrainThatTheBusInterruptsIsDoneLater) {
  const auto pair = install_pair();
  ASSERT_EQ(code(MailboxCommand::kRetire, pair_of(pair)), MailboxCode::kOk);
  device_.advance(100'000'000);
  for (int accesses = 0; accesses < 8; ++accesses) {
    device_.break_bus_after(accesses);
    firmware_.poll();
  }
  device_.break_bus_after(-1);
  EXPECT_TRUE(firmware_.poll());
  device_.advance(100'000'000);
  EXPECT_TRUE(firmware_.poll());
  EXPECT_EQ(info().free, 64);
  expect_consistent();
}

TEST_F(RetireTest, EveryEventKindBecomesANotice) {
  const auto pair = install_pair();
  notices();
  for (unsigned kind = 0; kind < abi::kEventKindCount; ++kind) {
    device_.raise(pair.in_index, static_cast<abi::EventKind>(kind), 10 + kind);
  }
  ASSERT_TRUE(firmware_.poll());
  const auto seen = notices();
  using K = abi::NoticeKind;
  const K expected[] = {K::kSoft, K::kSoft, K::kSoft, K::kHard, K::kSeqEnd, K::kIcv, K::kIcv, K::kMemory};
  ASSERT_EQ(seen.size(), std::size(expected));
  for (unsigned i = 0; i < seen.size(); ++i) {
    EXPECT_EQ(seen[i].kind, static_cast<std::uint8_t>(expected[i])) << i;
    EXPECT_EQ(seen[i].event_kind, i);
    EXPECT_EQ(seen[i].count, 10U + i);
    EXPECT_GE(seen[i].posted, seen[i].time);
  }
}

class SmallRingTest : public FirmwareFixture {
 protected:
  SmallRingTest() : FirmwareFixture(6, 2) {}
};

TEST_F(SmallRingTest, AnErasedEntryStaysErasingUntilItsEventIsDelivered) {
  const auto pair = install_pair();
  for (const auto kind : {abi::EventKind::kSoftOctets, abi::EventKind::kSoftPackets, abi::EventKind::kSoftSeq}) {
    device_.raise(pair.out_index, kind, 1);
  }
  ASSERT_EQ(code(MailboxCommand::kErase, pair_of(pair)), MailboxCode::kOk);
  EXPECT_EQ(info().erasing, 1);
  EXPECT_EQ(info().free, 63);
  EXPECT_NE(firmware_.next_deadline(), UINT64_MAX);
  unsigned soft = 0;
  const auto count = [&] {
    for (const auto& notice : notices()) {
      if (notice.kind == static_cast<std::uint8_t>(abi::NoticeKind::kSoft)) ++soft;
    }
  };
  firmware_.poll();
  EXPECT_EQ(info().erasing, 1) << "the ring has no room before the host has been told";
  count();
  device_.advance(1'000'000);
  firmware_.poll();
  EXPECT_EQ(info().free, 64);
  EXPECT_EQ(firmware_.next_deadline(), UINT64_MAX);
  count();
  EXPECT_EQ(soft, 3U) << "no event is lost (G3)";
}

}  // namespace
}  // namespace sallyport::fw::test
