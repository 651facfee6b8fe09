// Numbers of pacing against wide arithmetic.
#include "sallyport/fw/ticks.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace sallyport::fw {
namespace {

TEST(Rough, IsNearAndBelow) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t value = random() >> (random() % 64);
    const Rough rough(value);
    ASSERT_TRUE(rough.valid());
    ASSERT_LE(rough.value(), value);
    ASSERT_LE(value - rough.value(), value / 512);
    ASSERT_EQ(Rough::from_code(rough.code()).value(), rough.value());
  }
  EXPECT_EQ(Rough(1'023).value(), 1'023U);
  EXPECT_EQ(Rough(UINT64_MAX).exponent(), 54U);
  EXPECT_FALSE(Rough::from_code(0xFFFF).valid());
}

TEST(Ticks, SpansAreRoundedUpAndEnd) {
  EXPECT_EQ(span_of(0), 0U);
  EXPECT_EQ(span_of(1), 1U);
  EXPECT_EQ(span_of(4'096), 1U);
  EXPECT_EQ(span_of(4'097), 2U);
  EXPECT_EQ(span_of(UINT64_MAX), kFar);
  EXPECT_EQ(until(5, 0xFFFF'FFF0), 21U) << "instants wrap";
  EXPECT_EQ(until(0xFFFF'FFF0, 5), 0U) << "passed";
}

TEST(Ticks, SharesAreThoseOfWideArithmetic) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 100'000; ++i) {
    const Rough whole(random() >> (random() % 63) | 1);
    // Up to ten times the whole.
    const auto parts = static_cast<unsigned __int128>(whole.value()) * (random() % 1'000'000) / 100'000;
    const std::uint64_t count = parts > UINT64_MAX ? UINT64_MAX : static_cast<std::uint64_t>(parts);
    const auto exact = static_cast<unsigned __int128>(count) * kOne / whole.value();
    if (count / whole.value() >= 7) {
      ASSERT_EQ(share_of(count, whole), kMostShare);
    } else {
      const auto expected = static_cast<std::uint64_t>(exact);
      const std::uint64_t got = share_of(count, whole);
      ASSERT_LE(got, expected);
      ASSERT_LE(expected - got, 1U) << count << " of " << whole.value();
    }
  }
  EXPECT_EQ(share_of(5, Rough{}), 0U);
}

TEST(Ticks, RoughlyIsNear) {
  std::mt19937 random(5);
  for (int i = 0; i < 100'000; ++i) {
    const Ticks span = random() >> (random() % 31 + 1);
    const std::uint32_t whole = random() % (2 * kOne) + kOne / 10;
    const std::uint32_t part = random() % (4 * whole / 3) + whole / 8;
    const double exact = std::min(static_cast<double>(span) * part / whole, static_cast<double>(kFar));
    ASSERT_NEAR(roughly(span, part, whole), exact, exact * 0.05 + 2) << span << " * " << part << " / " << whole;
  }
  EXPECT_EQ(roughly(kFar, kMostShare, 1), kFar);
}

TEST(Ticks, ProportionsEnd) {
  EXPECT_EQ(in_proportion(100, 1, 4), 25U);
  EXPECT_EQ(in_proportion(kFar, kMostShare, 1), kFar);
  EXPECT_EQ(in_proportion(100, 1, 0), kFar);
}

TEST(Ticks, SomeMoreIsNotLess) {
  EXPECT_EQ(beyond_by(64'000, 16), 80'000U);
  EXPECT_EQ(beyond_by(kFar, 0), kFar);
  // A soft limit at a third of the hard one or below, an hour away and more.
  for (const Ticks span : {kFar / 4, kFar / 2, kFar - 1, kFar}) {
    for (const unsigned more : {64U, 129U, 255U}) {
      const std::uint64_t exact = span + static_cast<std::uint64_t>(span / 64) * more;
      EXPECT_EQ(beyond_by(span, static_cast<std::uint8_t>(more)), exact < kFar ? exact : kFar);
    }
  }
}

}  // namespace
}  // namespace sallyport::fw
