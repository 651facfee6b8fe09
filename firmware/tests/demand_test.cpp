// The choice of rekeys against a schedule that is worked out job by job.
#include "sallyport/fw/demand.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace sallyport::fw {
namespace {

std::vector<std::uint16_t> chosen(const Demand& demand) {
  std::vector<std::uint16_t> indices;
  for (const Job& job : demand.candidates()) indices.push_back(job.index);
  return indices;
}

TEST(Demand, NothingIsBegunBeforeItsTime) {
  Demand demand;
  demand.clear();
  demand.add({.index = 1, .due = 1'000, .latest = 2'000});
  EXPECT_EQ(demand.behind(900), 0U);
  EXPECT_EQ(demand.behind(1'100), 1U) << "one rekey every 1,100 ticks: this one takes all the time there is";
}

TEST(Demand, ManyDueTogetherAreBegunAhead) {
  Demand demand;
  demand.clear();
  // Ten within 1,000 ticks, one every 200: five of them have to be begun before the others.
  for (std::uint16_t i = 0; i < 10; ++i) demand.add({.index = i, .due = 1'024, .latest = 2'000U + i});
  EXPECT_EQ(demand.behind(200), 5U);
  EXPECT_EQ(demand.behind(100), 0U);
  EXPECT_EQ(chosen(demand), (std::vector<std::uint16_t>{0, 1, 2, 3, 4, 5, 6, 7})) << "the most urgent, in order";
}

TEST(Demand, WhatIsReachedIsBegunNow) {
  Demand demand;
  demand.clear();
  for (std::uint16_t i = 0; i < 3; ++i) demand.add({.index = i, .due = 0, .latest = 50U - i});
  EXPECT_EQ(demand.behind(1), 3U);
  EXPECT_EQ(chosen(demand), (std::vector<std::uint16_t>{2, 1, 0}));
}

TEST(Demand, LostJobsGoLastAndHeldUpOnesHoldUpNobody) {
  Demand demand;
  demand.clear();
  demand.add({.index = 1, .due = 0, .latest = 0, .lost = true});
  demand.add({.index = 2, .due = 0, .latest = 5, .may_begin = false});
  demand.add({.index = 3, .due = 0, .latest = 70});
  demand.add({.index = 4, .due = 0, .latest = 60});
  EXPECT_EQ(chosen(demand), (std::vector<std::uint16_t>{4, 3, 1}));
  EXPECT_EQ(demand.behind(10), 4U) << "but it counts";
}

// Against exact times: never later than the last moment of earliest-deadline-first, and never more than the bucket's
// width (an eighth) early.
TEST(Demand, IsNeitherLateNorMuchTooEarly) {
  std::mt19937 random(3);
  for (int round = 0; round < 2'000; ++round) {
    Demand demand;
    demand.clear();
    std::vector<Ticks> due(random() % 60 + 1);
    const Ticks horizon = 1U << (random() % 24 + 4);
    for (Ticks& d : due) {
      d = random() % horizon;
      demand.add({.index = 0, .due = d, .latest = d});
    }
    std::sort(due.begin(), due.end());
    const Ticks spacing = random() % (horizon / 4 + 1) + 1;
    const auto behind = [&](double stretch) {
      std::uint32_t most = 0;
      for (std::size_t i = 0; i < due.size(); ++i) {
        const auto in_time = static_cast<std::uint32_t>(due[i] * stretch / spacing);
        const auto jobs = static_cast<std::uint32_t>(i + 1);
        if (jobs > in_time) most = std::max(most, jobs - in_time);
      }
      return most;
    };
    ASSERT_GE(demand.behind(spacing), behind(1.0));
    ASSERT_LE(demand.behind(spacing), behind(0.875));
  }
}

TEST(Demand, TheBestAreKeptWhateverTheOrder) {
  std::mt19937 random(4);
  for (int round = 0; round < 500; ++round) {
    Demand demand;
    demand.clear();
    std::vector<std::uint16_t> order(200);
    for (std::uint16_t i = 0; i < order.size(); ++i) order[i] = i;
    std::shuffle(order.begin(), order.end(), random);
    for (const std::uint16_t i : order) demand.add({.index = i, .due = 0, .latest = i});
    ASSERT_EQ(chosen(demand), (std::vector<std::uint16_t>{0, 1, 2, 3, 4, 5, 6, 7}));
  }
}

}  // namespace
}  // namespace sallyport::fw
