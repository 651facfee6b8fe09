#include "sallyport/fw/entry_table.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace sallyport::fw {
namespace {

using abi::EntryState;

class EntryTableTest : public ::testing::Test {
 protected:
  EntryTableTest() { EXPECT_TRUE(table_.reset(8)); }
  std::array<Entry, 8> storage_{};
  EntryTable table_{storage_};
};

TEST_F(EntryTableTest, RefusesATableLargerThanItsStorage) { EXPECT_FALSE(table_.reset(9)); }

TEST_F(EntryTableTest, GivesOutTheEntryThatRestedLongest) {
  for (std::uint16_t i = 0; i < 8; ++i) {
    ASSERT_EQ(table_.oldest_free(), i);
    ASSERT_TRUE(table_.move(i, EntryEvent::kReserve));
  }
  EXPECT_EQ(table_.oldest_free(), kNone);
  for (const std::uint16_t i : {5, 2}) {
    table_.move(i, EntryEvent::kErase);
    table_.move(i, EntryEvent::kErased);
  }
  EXPECT_EQ(table_.oldest_free(), 5);
  table_.defer(5);
  EXPECT_EQ(table_.oldest_free(), 2);
}

TEST_F(EntryTableTest, RefusesWhatTheStateFunctionRefuses) {
  EXPECT_FALSE(table_.move(0, EntryEvent::kSupersede));
  EXPECT_EQ(table_[0].state, EntryState::kFree);
  EXPECT_EQ(table_.count(EntryState::kFree), 8);
}

TEST_F(EntryTableTest, WaitsInOrderOfDeadline) {
  const std::uint64_t deadlines[] = {30, 10, 20, 20, 40};
  for (std::uint16_t i = 0; i < 5; ++i) {
    table_.move(i, EntryEvent::kCommit);
    table_.move(i, EntryEvent::kDrain, deadlines[i]);
  }
  for (const std::uint16_t i : {1, 2, 3, 0, 4}) {
    EXPECT_EQ(table_.first_waiting(), i);
    table_.move(i, EntryEvent::kErase);
    table_.move(i, EntryEvent::kErased);
  }
  EXPECT_EQ(table_.first_waiting(), kNone);
}

TEST_F(EntryTableTest, ClaimsTakeFromWhatIsAvailable) {
  table_.move(0, EntryEvent::kReserve);
  table_.claim(0);
  table_.claim(0);
  EXPECT_EQ(table_.available(), 6);
  table_.release_claim(0);
  table_.release_claim(0);
  EXPECT_EQ(table_.available(), 7);
}

TEST(EntryTable, CountsAlwaysSumToTheSize) {
  std::array<Entry, 32> storage{};
  EntryTable table(storage);
  ASSERT_TRUE(table.reset(32));
  std::mt19937 random(7);
  for (int i = 0; i < 100'000; ++i) {
    const auto index = static_cast<std::uint16_t>(random() % 32);
    const EntryState before = table[index].state;
    const auto event = static_cast<EntryEvent>(random() % kEntryEventCount);
    const auto expected = next_state(before, event);
    ASSERT_EQ(table.move(index, event, random() % 100), expected.has_value());
    ASSERT_EQ(table[index].state, expected.value_or(before));
    unsigned sum = 0;
    for (unsigned s = 0; s < abi::kEntryStateCount; ++s) sum += table.count(static_cast<EntryState>(s));
    ASSERT_EQ(sum, 32U);
    ASSERT_EQ(table.oldest_free() == kNone, table.count(EntryState::kFree) == 0);
  }
}

}  // namespace
}  // namespace sallyport::fw
