// Handles own table entries: they move, they are not copied, and they give back what they own.
#include <type_traits>
#include <vector>

#include "fake_bus.hpp"
#include "sallyport/sa_handle.hpp"

namespace sallyport::test {
namespace {

using abi::EntryState;

static_assert(!std::is_copy_constructible_v<SaHandle>);
static_assert(!std::is_copy_constructible_v<SaPair>);
static_assert(!std::is_copy_assignable_v<SaPair>);
static_assert(!std::is_copy_constructible_v<Reservation>);
static_assert(std::is_nothrow_move_constructible_v<SaPair>);

class HandleTest : public DeviceFixture {
 protected:
  void drain() {
    fake_.advance(100'000'000);
    ASSERT_TRUE(firmware_->service());
  }
};

TEST_F(HandleTest, ADroppedReservationIsErased) {
  {
    const auto reservation = device_->reserve(options(1));
    EXPECT_EQ(entries(EntryState::kLarval), 1U);
  }
  EXPECT_EQ(entries(EntryState::kFree), 64U);
  EXPECT_EQ(device_->occupancy()->claimed, 0);
}

TEST_F(HandleTest, ADroppedPairIsRetired) {
  {
    const auto pair = install();
    EXPECT_EQ(entries(EntryState::kActive), 2U);
  }
  EXPECT_EQ(entries(EntryState::kDraining), 2U);
  drain();
  EXPECT_EQ(entries(EntryState::kFree), 64U);
}

TEST_F(HandleTest, MovingMovesTheDuty) {
  std::vector<SaPair> pairs;
  for (int i = 0; i < 5; ++i) pairs.push_back(install());
  SaPair taken = std::move(pairs[2]);
  EXPECT_FALSE(pairs[2].holds());
  pairs.erase(pairs.begin() + 2);
  EXPECT_EQ(entries(EntryState::kActive), 10U);
  taken = std::move(pairs[0]);
  EXPECT_EQ(entries(EntryState::kDraining), 2U) << "what was overwritten is given back";
}

TEST_F(HandleTest, TheOutboundHalfMayGoFirst) {
  auto old_pair = install();
  auto new_pair = install(rekey_of(old_pair));
  ASSERT_TRUE(old_pair.supersede_by(new_pair));
  const auto out = old_pair.out();
  ASSERT_TRUE(old_pair.erase_outbound());
  EXPECT_EQ(fake_.sa(out.index.value).state, EntryState::kFree);
  EXPECT_FALSE(old_pair.out().present());
  EXPECT_TRUE(old_pair.in().present());
  EXPECT_EQ(old_pair.erase_outbound().error().code, ErrorCode::kBadState);
  ASSERT_TRUE(old_pair.retire());
  drain();
  EXPECT_EQ(entries(EntryState::kFree), 62U);
  // One that has no outbound half any more is superseded all the same.
  ASSERT_TRUE(new_pair.erase_outbound());
  const auto next = install(rekey_of(new_pair));
  ASSERT_TRUE(new_pair.supersede_by(next));
  EXPECT_EQ(fake_.sa(new_pair.in().index.value).state, EntryState::kOverlap);
}

TEST_F(HandleTest, WhatIsLeftOfAPairIsGivenBack) {
  for (const bool retire : {true, false}) {
    auto pair = install();
    auto other = device_->adopt(*device_->query(pair.in().index));
    ASSERT_TRUE(other->erase_outbound());
    other->forget();
    const auto done = retire ? pair.retire() : pair.erase();
    EXPECT_EQ(done.error().code, ErrorCode::kStaleGeneration);
    EXPECT_FALSE(pair.holds());
    drain();
    EXPECT_EQ(entries(EntryState::kFree), 64U) << retire;
  }
}

TEST_F(HandleTest, TheWholeLife) {
  auto old_pair = install();
  auto new_pair = install(rekey_of(old_pair));
  SaPair nothing;
  EXPECT_EQ(old_pair.supersede_by(nothing).error().code, ErrorCode::kBadState);
  EXPECT_TRUE(old_pair.supersede_by(new_pair));
  EXPECT_EQ(entries(EntryState::kOverlap), 2U);
  EXPECT_TRUE(old_pair.retire(7));
  EXPECT_FALSE(old_pair.holds());
  EXPECT_EQ(old_pair.retire().error().code, ErrorCode::kBadState);
  drain();
  EXPECT_TRUE(new_pair.mark_redundant());
  EXPECT_EQ(entries(EntryState::kRedundant), 2U);
  EXPECT_TRUE(new_pair.erase());
  EXPECT_EQ(entries(EntryState::kFree), 64U);
}

TEST_F(HandleTest, AStaleHandleCannotHurtTheNewTenant) {
  auto pair = install();
  const auto index = pair.out().index.value;
  ++fake_.sa(index).generation;
  const auto erased = pair.erase();
  ASSERT_FALSE(erased);
  EXPECT_EQ(erased.error().code, ErrorCode::kStaleGeneration);
  EXPECT_EQ(fake_.sa(index).state, EntryState::kActive);
}

TEST_F(HandleTest, ForgettingLeavesTheSaInTheTable) {
  {
    auto pair = install();
    pair.forget();
  }
  EXPECT_EQ(entries(EntryState::kActive), 2U);
}

TEST_F(HandleTest, HandlesWorkOnAfterTheDeviceObjectIsGone) {
  auto pair = install();
  device_.reset();
  EXPECT_TRUE(pair.retire());
}

}  // namespace
}  // namespace sallyport::test
