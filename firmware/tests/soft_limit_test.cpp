#include "sallyport/fw/soft_limit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

namespace sallyport::fw {
namespace {

std::uint64_t draw_soft(std::uint64_t hard, SoftInterval interval, std::uint32_t random) {
  return SoftDraw(interval)(hard, random);
}

TEST(SoftLimit, LiesInItsInterval) {
  constexpr SoftInterval kInterval{8000, 500};
  EXPECT_EQ(draw_soft(1'000'000, kInterval, 0), 800'000U);
  EXPECT_EQ(draw_soft(1'000'000, kInterval, UINT32_MAX), 850'000U) << "exact but for one";
}

TEST(SoftLimit, NoHardLimitHasNoSoftOne) { EXPECT_EQ(draw_soft(0, {}, 5), kNoSoftLimit); }

TEST(SoftLimit, IsNeitherZeroNorAboveItsHardLimit) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 200'000; ++i) {
    const std::uint64_t hard = (random() >> (random() % 64)) | 1U;
    const auto from = static_cast<std::uint16_t>(1 + random() % kWhole);
    const auto span = static_cast<std::uint16_t>(random() % (kWhole - from + 1));
    const std::uint64_t soft = draw_soft(hard, {from, span}, static_cast<std::uint32_t>(random()));
    ASSERT_GE(soft, 1U);
    ASSERT_LE(soft, hard);
  }
  EXPECT_EQ(draw_soft(1, {8000, 500}, 0), 1U);
  EXPECT_EQ(draw_soft(UINT64_MAX, {kWhole, 0}, UINT32_MAX), UINT64_MAX);
}

TEST(SoftLimit, IsUniform) {
  constexpr int kDraws = 100'000;
  std::mt19937 random(11);
  std::array<int, 10> bins{};
  for (int i = 0; i < kDraws; ++i) {
    const auto soft = draw_soft(1'000'000, {8000, 500}, static_cast<std::uint32_t>(random()));
    ++bins[std::min<std::size_t>((soft - 800'000) / 5'000, bins.size() - 1)];
  }
  for (const int n : bins) EXPECT_NEAR(n, kDraws / 10, 500);
}

TEST(SoftLimit, SequenceThresholdIsBelowTheLastNumber) {
  EXPECT_EQ(draw_soft(last_seq(false), {kWhole, 0}, 0), UINT32_MAX);
  EXPECT_LT(draw_soft(last_seq(false), {8000, 500}, UINT32_MAX), UINT32_MAX);
  EXPECT_GT(draw_soft(last_seq(true), {8000, 500}, 0), UINT32_MAX);
}

TEST(SoftInterval, KnowsWhatIsValid) {
  EXPECT_TRUE((SoftInterval{1, 0}).valid());
  EXPECT_TRUE((SoftInterval{9'500, 500}).valid());
  EXPECT_FALSE((SoftInterval{0, 500}).valid());
  EXPECT_FALSE((SoftInterval{9'501, 500}).valid());
  EXPECT_FALSE((SoftInterval{60'000, 60'000}).valid());
}

}  // namespace
}  // namespace sallyport::fw
