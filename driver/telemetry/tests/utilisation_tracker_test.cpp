#include "sallyport/telemetry/utilisation_tracker.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace sallyport {
namespace {

using S = abi::EntryState;

TransitionRecord step(std::uint64_t time_ns, std::uint16_t index, std::uint16_t generation, S from, S to) {
  return {0, time_ns, index, generation, from, to, abi::TransitionCause::kErase, "t"};
}

UtilisationTracker tracker_of(std::uint32_t size, std::uint64_t start_ns = 0) {
  auto tracker = UtilisationTracker::create(size, start_ns);
  EXPECT_TRUE(tracker);
  return std::move(*tracker);
}

TEST(UtilisationTracker, RefusesImpossibleSizes) {
  EXPECT_FALSE(UtilisationTracker::create(0, 0));
  EXPECT_TRUE(UtilisationTracker::create(65'536, 0));
  EXPECT_FALSE(UtilisationTracker::create(65'537, 0));
}

TEST(UtilisationTracker, AShortOverlapBetweenSamplesIsSeen) {
  auto tracker = tracker_of(4);
  ASSERT_TRUE(tracker.apply(step(1'000, 0, 1, S::kFree, S::kActive)));
  ASSERT_TRUE(tracker.apply(step(2'000, 1, 1, S::kFree, S::kActive)));
  ASSERT_TRUE(tracker.apply(step(2'000, 0, 1, S::kActive, S::kOverlap)));
  ASSERT_TRUE(tracker.apply(step(2'050, 0, 1, S::kOverlap, S::kErasing)));
  ASSERT_TRUE(tracker.apply(step(2'050, 0, 1, S::kErasing, S::kFree)));
  const auto sample = tracker.sample(1'000'000);
  ASSERT_TRUE(sample);
  EXPECT_EQ(sample->entries, (PerState<std::uint32_t>{3, 0, 1, 0, 0, 0, 0}));
  EXPECT_EQ(sample->integral[state_index(S::kOverlap)], EntryTime(1, 50));
  EXPECT_EQ(sample->high_water[state_index(S::kOverlap)], 1u);
  EXPECT_EQ(sample->high_water[state_index(S::kActive)], 2u) << "both were active for a moment of no length";
  EXPECT_EQ(sample->high_water[state_index(S::kErasing)], 1u) << "held for no time, but held";
  EXPECT_EQ(sample->high_water_in_use, 2u);
  // The next interval starts from what is there.
  const auto next = tracker.sample(1'000'001);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->from_ns, 1'000'000u);
  EXPECT_EQ(next->high_water[state_index(S::kOverlap)], 0u);
  EXPECT_EQ(next->high_water_in_use, 1u);
  EXPECT_EQ(tracker.peak_in_use(), 2u);
}

TEST(UtilisationTracker, OnlyTheStepsOfTheAbiArePossible) {
  // Row: from; column: to; free, larval, active, overlap, draining, redundant, erasing.
  const char* const possible[] = {".xx....", "..x...x", "...xxxx", "..x.xxx", "......x", "....x.x", "x......"};
  for (unsigned from = 0; from < abi::kEntryStateCount; ++from) {
    for (unsigned to = 0; to < abi::kEntryStateCount; ++to) {
      EXPECT_EQ(is_possible(static_cast<S>(from), static_cast<S>(to)), possible[from][to] == 'x') << from << " " << to;
    }
  }
}

TEST(UtilisationTracker, WrongTransitionsChangeNothing) {
  auto tracker = tracker_of(2, 100);
  ASSERT_TRUE(tracker.apply(step(200, 0, 7, S::kFree, S::kLarval)));
  const auto refuse = [&](const TransitionRecord& record, ErrorCode code) {
    const auto occupancy = tracker.occupancy();
    const auto result = tracker.apply(record);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, code) << result.error().text;
    EXPECT_EQ(tracker.occupancy(), occupancy);
    EXPECT_EQ(tracker.now_ns(), 200u);
  };
  refuse(step(199, 0, 7, S::kLarval, S::kActive), ErrorCode::kInvalidArgument);
  refuse(step(300, 2, 7, S::kFree, S::kLarval), ErrorCode::kInvalidArgument);
  refuse(step(300, 0, 7, S::kActive, S::kOverlap), ErrorCode::kBadState);
  refuse(step(300, 0, 7, S::kLarval, S::kDraining), ErrorCode::kBadState);
  refuse(step(300, 0, 7, S::kLarval, S::kLarval), ErrorCode::kBadState);
  refuse(step(300, 0, 8, S::kLarval, S::kActive), ErrorCode::kStaleGeneration);
  EXPECT_FALSE(tracker.sample(199));
}

TEST(UtilisationTracker, ANewTenantNeedsANewGeneration) {
  auto tracker = tracker_of(1);
  ASSERT_TRUE(tracker.apply(step(1, 0, 7, S::kFree, S::kLarval)));
  ASSERT_TRUE(tracker.apply(step(2, 0, 7, S::kLarval, S::kErasing)));
  ASSERT_TRUE(tracker.apply(step(3, 0, 7, S::kErasing, S::kFree)));
  EXPECT_FALSE(tracker.apply(step(4, 0, 7, S::kFree, S::kLarval)));
  EXPECT_TRUE(tracker.apply(step(4, 0, 8, S::kFree, S::kLarval)));
}

TEST(UtilisationTracker, WhatASweepFindsMayHaveSkippedSteps) {
  auto tracker = tracker_of(1);
  TransitionRecord found = step(1, 0, 7, S::kFree, S::kOverlap);
  EXPECT_FALSE(tracker.apply(found));
  found.cause = abi::TransitionCause::kTakenOver;
  EXPECT_TRUE(tracker.apply(found));
  found = step(2, 0, 9, S::kOverlap, S::kActive);
  found.cause = abi::TransitionCause::kTakenOver;
  EXPECT_TRUE(tracker.apply(found)) << "another tenant";
  found.from = S::kActive;
  EXPECT_FALSE(tracker.apply(found)) << "no step at all";
  EXPECT_TRUE(tracker.apply(step(3, 0, 9, S::kActive, S::kErasing)));
}

TEST(UtilisationTracker, CountersOnlyRise) {
  auto tracker = tracker_of(1);
  DropsRecord drops;
  drops.inbound[static_cast<unsigned>(abi::Verdict::kReplay)] = 5;
  drops.inbound[static_cast<unsigned>(abi::Verdict::kOk)] = 100;
  drops.outbound[static_cast<unsigned>(abi::Verdict::kHardOctets)] = 2;
  ASSERT_TRUE(tracker.apply(drops));
  EXPECT_EQ(tracker.totals().drops(), 7u) << "packets that passed are no drops";
  drops.inbound[static_cast<unsigned>(abi::Verdict::kReplay)] = 4;
  EXPECT_FALSE(tracker.apply(drops));
  EXPECT_EQ(tracker.totals().drops(), 7u);
}

/// The obvious way to the same numbers: every entry's state between every two moments, kept whole.
struct BruteForce {
  struct Moment {
    std::uint64_t time_ns;
    std::vector<S> states;
  };
  std::vector<Moment> moments;

  SampleRecord between(std::uint64_t from_ns, std::uint64_t to_ns, std::size_t first_moment) const {
    SampleRecord expected;
    for (std::size_t m = first_moment; m < moments.size(); ++m) {
      const std::uint64_t start = std::max(moments[m].time_ns, from_ns);
      const std::uint64_t end = m + 1 < moments.size() ? moments[m + 1].time_ns : to_ns;
      PerState<std::uint32_t> now{};
      for (const S state : moments[m].states) {
        ++now[state_index(state)];
        expected.integral[state_index(state)] += EntryTime(1, end - start);
      }
      for (std::size_t s = 0; s < now.size(); ++s) expected.high_water[s] = std::max(expected.high_water[s], now[s]);
      const auto in_use = static_cast<std::uint32_t>(moments[m].states.size()) - now[0];
      expected.high_water_in_use = std::max(expected.high_water_in_use, in_use);
      expected.entries = now;
    }
    return expected;
  }
};

class UtilisationTrackerProperty : public testing::TestWithParam<std::uint64_t> {};

TEST_P(UtilisationTrackerProperty, SumsAreExactAndEqualBruteForce) {
  std::mt19937_64 random(GetParam());
  const auto below = [&](std::uint64_t n) { return random() % n; };
  const auto size = static_cast<std::uint32_t>(1 + below(40));
  // Far from zero, and intervals that pass 2^64 entries * ns.
  std::uint64_t now = below(1'000'000);
  const std::uint64_t longest = GetParam() % 2 == 0 ? 5 : std::uint64_t{1} << 58;
  auto tracker = tracker_of(size, now);
  std::vector<std::uint16_t> generation(size, 0);
  BruteForce brute;
  brute.moments.push_back({now, std::vector<S>(size, S::kFree)});
  std::size_t first_moment = 0;
  std::uint64_t sampled = now;
  for (int round = 0; round < 400; ++round) {
    if (now < UINT64_MAX - longest) now += below(longest);
    if (below(10) == 0) {
      const auto sample = tracker.sample(now);
      ASSERT_TRUE(sample);
      const SampleRecord expected = brute.between(sampled, now, first_moment);
      EXPECT_EQ(sample->entries, expected.entries);
      EXPECT_EQ(sample->integral, expected.integral);
      EXPECT_EQ(sample->high_water, expected.high_water);
      EXPECT_EQ(sample->high_water_in_use, expected.high_water_in_use);
      EntryTime sum;
      std::uint64_t entries = 0;
      for (std::size_t s = 0; s < abi::kEntryStateCount; ++s) {
        sum += sample->integral[s];
        entries += sample->entries[s];
      }
      EXPECT_EQ(sum, EntryTime(size, now - sampled));
      EXPECT_EQ(entries, size);
      sampled = now;
      first_moment = brute.moments.size() - 1;
      continue;
    }
    const auto index = static_cast<std::uint16_t>(below(size));
    std::vector<S> states = brute.moments.back().states;
    const S from = states[index];
    const auto to = static_cast<S>(below(abi::kEntryStateCount));
    if (from == S::kFree) ++generation[index];
    const auto taken = tracker.apply(step(now, index, generation[index], from, to));
    EXPECT_EQ(taken.ok(), is_possible(from, to));
    if (!taken) {
      if (from == S::kFree) --generation[index];
      continue;
    }
    states[index] = to;
    brute.moments.push_back({now, std::move(states)});
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, UtilisationTrackerProperty, testing::Range<std::uint64_t>(1, 41));

}  // namespace
}  // namespace sallyport
