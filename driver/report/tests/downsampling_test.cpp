// What is drawn may be coarser than the log, but never wrong: no peak, no state and no mark may go.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <random>
#include <utility>
#include <vector>

#include "entry_timeline.hpp"
#include "mark_series.hpp"
#include "step_series.hpp"

namespace sallyport::report {
namespace {

using Counts = PerState<std::uint32_t>;

/// A random walk of 64 entries through the states.
std::vector<StepPoint> walk(std::uint64_t seed, std::size_t length) {
  std::mt19937_64 random(seed);
  std::vector<StepPoint> points{{0, Counts{64}}};
  while (points.size() < length) {
    StepPoint next = points.back();
    const std::size_t from = random() % next.counts.size();
    if (next.counts[from] == 0) continue;
    --next.counts[from];
    ++next.counts[random() % next.counts.size()];
    next.time_ns += random() % 3 == 0 ? random() % 1'000'000'000 : random() % 50;
    points.push_back(next);
  }
  return points;
}

TEST(StepSeries, KeepsAllWhileThereAreFew) {
  StepSeries series(1'000);
  for (const StepPoint& point : walk(1, 1'000)) series.add(point.time_ns, point.counts);
  EXPECT_EQ(series.points().size(), 1'000u);
  EXPECT_EQ(series.slot_ns(), 0u);
}

TEST(StepSeries, ThinsWithoutLosingAPeakOrMakingOneUp) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const std::vector<StepPoint> all = walk(seed, 20'000);
    StepSeries series(1'000);
    for (const StepPoint& point : all) series.add(point.time_ns, point.counts);
    const auto& kept = series.points();
    EXPECT_LE(kept.size(), 1'000u);
    ASSERT_GT(series.slot_ns(), 0u);
    EXPECT_EQ(kept.front().time_ns, all.front().time_ns);
    EXPECT_EQ(kept.back().time_ns, all.back().time_ns);
    EXPECT_EQ(kept.back().counts, all.back().counts);
    // Each is a moment that was, in order.
    auto at = all.begin();
    for (const StepPoint& point : kept) {
      at = std::find_if(at, all.end(),
                        [&](const StepPoint& p) { return p.time_ns == point.time_ns && p.counts == point.counts; });
      ASSERT_NE(at, all.end());
      ++at;
    }
    // In every slot, every state's highest and lowest count is there.
    const auto slot_of = [&](const StepPoint& p) { return p.time_ns / series.slot_ns(); };
    const auto bounds = [&](const std::vector<StepPoint>& points) {
      std::map<std::uint64_t, std::pair<Counts, Counts>> result;
      for (const StepPoint& p : points) {
        auto& [low, high] = result.try_emplace(slot_of(p), p.counts, p.counts).first->second;
        for (std::size_t s = 0; s < p.counts.size(); ++s) {
          low[s] = std::min(low[s], p.counts[s]);
          high[s] = std::max(high[s], p.counts[s]);
        }
      }
      return result;
    };
    EXPECT_EQ(bounds(kept), bounds(all));
  }
}

TransitionRecord step(std::uint64_t time, std::uint16_t index, std::uint64_t to) {
  return {0,  time, index, 1, abi::EntryState::kFree, static_cast<abi::EntryState>(to), abi::TransitionCause::kInstall,
          "t"};
}

TEST(EntryTimeline, MergesShortPiecesAndNamesEveryStateInThem) {
  std::mt19937_64 random(3);
  EntryTimeline exact(8, 1'000'000);
  EntryTimeline merged(8, 400);
  std::uint64_t time = 1'700'000'000'000'000'000;
  for (int i = 0; i < 20'000; ++i) {
    time += random() % 1'000'000;
    const TransitionRecord record = step(time, random() % 8, random() % abi::kEntryStateCount);
    exact.add(record);
    merged.add(record);
  }
  ASSERT_EQ(exact.slot_ns(), 0u);
  ASSERT_GT(merged.slot_ns(), 0u);
  std::size_t total = 0;
  for (std::size_t entry = 0; entry < 8; ++entry) {
    const auto& all = exact.entries()[entry];
    const auto& pieces = merged.entries()[entry];
    total += pieces.size();
    EXPECT_EQ(pieces.back().states, all.back().states);
    EXPECT_EQ(pieces.back().time_ns, all.back().time_ns);
    std::size_t at = 0;
    for (std::size_t p = 0; p < pieces.size(); ++p) {
      const std::uint64_t until = p + 1 < pieces.size() ? pieces[p + 1].time_ns : UINT64_MAX;
      std::uint8_t seen = 0;
      for (; at < all.size() && all[at].time_ns < until; ++at) seen |= all[at].states;
      EXPECT_EQ(pieces[p].states & seen, seen) << "a state is missing";
      const bool several = (pieces[p].states & (pieces[p].states - 1)) != 0;
      if (several) {
        EXPECT_LE(until - pieces[p].time_ns, merged.slot_ns());
      }
    }
  }
  EXPECT_LE(total, 400u);
}

TEST(Downsampling, CopesWithAllOfTime) {
  std::mt19937_64 random(9);
  std::vector<std::uint64_t> times(5'000);
  for (std::uint64_t& time : times) time = random();
  times.front() = 0;
  times.back() = UINT64_MAX;
  std::sort(times.begin(), times.end());
  StepSeries series(100);
  EntryTimeline timeline(4, 0);
  MarkSeries marks;
  for (std::size_t i = 0; i < times.size(); ++i) {
    Counts counts{};
    counts[random() % counts.size()] = 4;
    series.add(times[i], counts);
    timeline.add(step(times[i], i % 4, random() % abi::kEntryStateCount));
    for (int k = 0; k < 10; ++k) marks.add(MarkKind::kDrop, times[i]);
  }
  EXPECT_LE(series.points().size(), 100u);
  for (const auto& pieces : timeline.entries()) EXPECT_LE(pieces.size(), 32u);
  EXPECT_LE(marks.sorted(MarkKind::kDrop).size(), 20'000u);
}

TEST(EntryTimeline, OwnersAreBounded) {
  EntryTimeline timeline(1, 1'000'000);
  for (std::size_t i = 0; i < EntryTimeline::kMaxOwners + 10; ++i) {
    TransitionRecord record = step(i, 0, 2);
    record.owner = std::to_string(i);
    timeline.add(record);
  }
  EXPECT_EQ(timeline.owners().size(), EntryTimeline::kMaxOwners);
  EXPECT_EQ(timeline.entries()[0].back().owner, 0u);
  EXPECT_EQ(timeline.owners()[timeline.entries()[0][5].owner], "5");
}

TEST(MarkSeries, CountsStay) {
  MarkSeries series;
  std::mt19937_64 random(5);
  std::uint64_t all = 0;
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t count = 1 + random() % 5;
    series.add(MarkKind::kDrop, random() % 1'000'000'000, count);
    all += count;
  }
  series.add(MarkKind::kRefusal, 7);
  const std::vector<Mark> marks = series.sorted(MarkKind::kDrop);
  EXPECT_LE(marks.size(), 20'000u);
  EXPECT_TRUE(
      std::is_sorted(marks.begin(), marks.end(), [](const Mark& a, const Mark& b) { return a.time_ns < b.time_ns; }));
  EXPECT_EQ(std::accumulate(marks.begin(), marks.end(), std::uint64_t{0},
                            [](std::uint64_t n, const Mark& m) { return n + m.count; }),
            all);
  EXPECT_EQ(series.sorted(MarkKind::kRefusal).size(), 1u);
}

}  // namespace
}  // namespace sallyport::report
