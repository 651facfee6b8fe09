// Rule 9: the IKE SA's rekey among its children's, and retries.
#include "sallyport/ike/rekey_timing.hpp"

#include <gtest/gtest.h>

namespace sallyport::ike {
namespace {

constexpr std::uint64_t kMs = 1'000'000;
constexpr std::uint64_t kSecond = 1'000 * kMs;

TEST(IkeRekey, AChildIsNearWithinItsGuard) {
  EXPECT_FALSE(reaches_soft_within_guard({.count = 699, .soft = 800, .guard = 100}));
  EXPECT_TRUE(reaches_soft_within_guard({.count = 700, .soft = 800, .guard = 100}));
  EXPECT_TRUE(reaches_soft_within_guard({.count = 900, .soft = 800, .guard = 0}));  // has been reached
  EXPECT_FALSE(reaches_soft_within_guard({.count = 799, .soft = 800, .guard = 0}));
  EXPECT_FALSE(reaches_soft_within_guard({.count = 5, .soft = 0, .guard = 100}));  // no limit
  EXPECT_TRUE(reaches_soft_within_guard({.count = UINT64_MAX - 1, .soft = UINT64_MAX, .guard = UINT64_MAX}));
}

TEST(IkeRekey, BeginsWhenNoChildIsNear) {
  EXPECT_TRUE(children_before_ike_rekey({}).empty());
  const std::vector<SoftDistance> far{{0, 10, 800, 100}, {1, 20, 800, 100}, {1, 0, 0, 100}};
  EXPECT_TRUE(children_before_ike_rekey(far).empty());
}

TEST(IkeRekey, NearChildrenGoFirstEachOnce) {
  const std::vector<SoftDistance> some{
      {7, 750, 800, 100}, {3, 10, 800, 100}, {7, 760, 800, 100}, {5, 800, 800, 0}, {3, 0, 50, 50}};
  EXPECT_EQ(children_before_ike_rekey(some), (std::vector<std::size_t>{3, 5, 7}));
}

// 3,000,000 octets at 1,000,000/s are 3 s; a rekey takes 500 ms: 2.5 s from now at the latest.
TEST(Retry, IsWhatIsLeftLessARekeyButNoLaterThanThePause) {
  const auto near = retry_after_temporary_failure(10 * kSecond, 3'000'000, 1'000'000, 500 * kMs);
  EXPECT_EQ(near.delay, 2'500 * kMs);
  EXPECT_FALSE(near.too_late);
  const auto far = retry_after_temporary_failure(10 * kSecond, 30'000'000, 1'000'000, 500 * kMs);
  EXPECT_EQ(far.delay, 10 * kSecond);
  EXPECT_FALSE(far.too_late);
}

TEST(Retry, ThatComesTooLateIsAnEvent) {
  const auto just = retry_after_temporary_failure(10 * kSecond, 500'000, 1'000'000, 500 * kMs);
  EXPECT_EQ(just.delay, 0u);
  EXPECT_FALSE(just.too_late);  // zero is not less than zero
  const auto late = retry_after_temporary_failure(10 * kSecond, 499'999, 1'000'000, 500 * kMs);
  EXPECT_EQ(late.delay, 0u);
  EXPECT_TRUE(late.too_late);
  EXPECT_TRUE(retry_after_temporary_failure(10 * kSecond, 0, 1'000'000, 1).too_late);
}

TEST(Retry, WithoutARateIsThePause) {
  const auto result = retry_after_temporary_failure(9 * kSecond, 0, 0, kSecond);
  EXPECT_EQ(result.delay, 9 * kSecond);
  EXPECT_FALSE(result.too_late);
}

TEST(Retry, NumbersBeyond64BitsDoNotWrap) {
  const auto result = retry_after_temporary_failure(UINT64_MAX, UINT64_MAX, 1, kSecond);
  EXPECT_EQ(result.delay, UINT64_MAX - kSecond);
  EXPECT_FALSE(result.too_late);
}

TEST(Retry, PausesAreOf6To15Seconds) {
  SeededRandom random(3);
  std::uint64_t least = UINT64_MAX;
  std::uint64_t most = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t pause = draw_pause(random);
    EXPECT_EQ(pause % kMs, 0u);
    least = std::min(least, pause);
    most = std::max(most, pause);
  }
  EXPECT_GE(least, 6'000 * kMs);
  EXPECT_LT(least, 6'100 * kMs);
  EXPECT_LE(most, 15'000 * kMs);
  EXPECT_GT(most, 14'900 * kMs);
}

}  // namespace
}  // namespace sallyport::ike
