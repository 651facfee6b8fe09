// The percentile of measured rekeys, against a sorted list.
#include "sallyport/ike/t_ike.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "sallyport/ike/random_source.hpp"

namespace sallyport::ike {
namespace {

constexpr std::uint64_t kMs = 1'000'000;

// Nearest rank: the smallest value that 99.9 % of all are not above.
std::uint64_t percentile(std::vector<std::uint64_t> values) {
  std::sort(values.begin(), values.end());
  return values[(values.size() * 999 + 999) / 1'000 - 1];
}

TEST(RekeyTimes, BeforeMeasurementsItIsTheInitialOneUpToTheCap) {
  EXPECT_EQ(RekeyTimes().t_ike(), 2'000 * kMs);
  EXPECT_EQ(RekeyTimes(700 * kMs).t_ike(), 700 * kMs);
  EXPECT_EQ(RekeyTimes(UINT64_MAX).t_ike(), 30'000 * kMs);
}

TEST(RekeyTimes, FewMeasurementsOnlyRaiseIt) {
  RekeyTimes times(100 * kMs);
  for (int i = 0; i < 999; ++i) times.add(10 * kMs);
  EXPECT_EQ(times.t_ike(), 100 * kMs);
  times.add(10 * kMs);  // the thousandth
  EXPECT_GE(times.t_ike(), 10 * kMs);
  EXPECT_LT(times.t_ike(), 10 * kMs * 9 / 8);

  RekeyTimes slow(100 * kMs);
  slow.add(400 * kMs);
  EXPECT_GE(slow.t_ike(), 400 * kMs);
  EXPECT_LT(slow.t_ike(), 450 * kMs);
}

// Of 1,000 one may be above: the second greatest counts.
TEST(RekeyTimes, OneInAThousandMayBeAbove) {
  RekeyTimes times(0);
  for (int i = 0; i < 998; ++i) times.add(kMs);
  times.add(5'000 * kMs);
  EXPECT_GE(times.t_ike(), 5'000 * kMs);  // 999 measurements: none may
  times.add(kMs);
  EXPECT_LT(times.t_ike(), 2 * kMs);  // 1,000
  times.add(5'000 * kMs);
  EXPECT_GE(times.t_ike(), 5'000 * kMs);  // 1,001: two are above 1 ms, one may be
}

TEST(RekeyTimes, DurationsOfAnySizeAreCounted) {
  RekeyTimes times(0);
  times.add(0);
  EXPECT_GT(times.t_ike(), 0u);
  EXPECT_LT(times.t_ike(), kMs);
  times.add(UINT64_MAX);
  EXPECT_EQ(times.t_ike(), RekeyTimes::kCap);
  EXPECT_EQ(times.count(), 2u);
}

TEST(RekeyTimes, EveryBucketIsRoundedUpByLessThanAnEighth) {
  for (std::uint64_t duration = std::uint64_t{1} << 17; duration < RekeyTimes::kCap; duration += duration / 97 + 1) {
    RekeyTimes times(0);
    times.add(duration);
    EXPECT_GT(times.t_ike(), duration - 1);
    EXPECT_LE(times.t_ike(), duration + duration / 8 + 1);
  }
}

TEST(RekeyTimes, OldMeasurementsAreForgotten) {
  RekeyTimes times(0);
  for (unsigned i = 0; i < 2 * RekeyTimes::kGeneration; ++i) times.add(3'000 * kMs);
  EXPECT_GE(times.t_ike(), 3'000 * kMs);
  EXPECT_EQ(times.count(), 2 * RekeyTimes::kGeneration);
  times.add(kMs);
  EXPECT_EQ(times.count(), RekeyTimes::kGeneration + 1);
  for (unsigned i = 0; i < 2 * RekeyTimes::kGeneration; ++i) times.add(kMs);
  EXPECT_LT(times.t_ike(), 2 * kMs);
}

TEST(RekeyTimes, MatchesASortedListWithinItsBuckets) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    RekeyTimes times(0);
    std::vector<std::uint64_t> values;
    const std::uint64_t wanted = 1 + random.below(RekeyTimes::kGeneration);
    while (values.size() < wanted) {
      // Mostly some ms, now and then seconds: one lost message in a hundred.
      const std::uint64_t value = random.below(100) == 0 ? random.below(20'000 * kMs) : kMs + random.below(50 * kMs);
      values.push_back(value);
      times.add(value);
    }
    const std::uint64_t exact = percentile(values);
    EXPECT_GE(times.t_ike(), exact);
    EXPECT_LE(times.t_ike(), exact + exact / 8 + 150'000);
  }
}

}  // namespace
}  // namespace sallyport::ike
