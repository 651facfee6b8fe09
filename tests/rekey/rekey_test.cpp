// 1,008 of 1,024 entries at work while every SA is rekeyed in turn: T, the time to the hard limit at the mean rate,
// stands with each case. F follows from it: see docs/reference/rekey.md.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "rekey_world.hpp"

namespace sallyport::test {
namespace {

constexpr Shape kShapes[] = {Shape::kSymmetric, Shape::kAsymmetric, Shape::kBursty};

RekeyWorldConfig full_table(double life_s) {
  RekeyWorldConfig config;
  config.life_s = life_s;
  config.duration_s = 3 * life_s;
  return config;
}

void expect_nothing_lost(const RekeyWorldConfig& config) {
  SCOPED_TRACE(std::string(name(config.shape)) + ", T = " + std::to_string(config.life_s) + " s, loss " +
               std::to_string(config.loss) + ", seed " + std::to_string(config.seed));
  const auto result = RekeyWorld(config).run();
  EXPECT_EQ(result.fault, "");
  EXPECT_EQ(result.refused_ours, 0U);
  EXPECT_EQ(result.died, 0U);
  EXPECT_LE(result.forced, result.overtaken);
  EXPECT_LE(result.overtaken, result.rekeys / 500) << "T_ike is the 99.9th percentile";
  EXPECT_LE(result.load_formula, 0.72);
  EXPECT_GE(result.rekeys, 2U * config.pairs) << "every SA, in turn";
  EXPECT_LE(result.most_in_use, 1'024U);
}

TEST(FullTable, EveryShapeAtALoadOf07) {
  for (const Shape shape : kShapes) {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
      auto config = full_table(16);
      config.shape = shape;
      config.seed = seed;
      expect_nothing_lost(config);
    }
  }
}

TEST(FullTable, WithOnePercentOfLoss) {
  // An exchange that loses a message takes half a second longer; soft limits leave room for two such in a row.
  for (const Shape shape : kShapes) {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
      auto config = full_table(20);
      config.shape = shape;
      config.loss = 0.01;
      config.seed = seed;
      expect_nothing_lost(config);
    }
  }
}

TEST(FullTable, WhatFallsTogetherIsSpread) {
  for (const Shape shape : kShapes) {
    auto config = full_table(20);
    config.shape = shape;
    config.together = true;
    config.spread = 0.01;
    expect_nothing_lost(config);
  }
}

TEST(FullTable, ManyChildrenOfFewIkeSas) {
  auto config = full_table(24);
  config.ike_sas = 21;  // 24 children each, one exchange at a time
  expect_nothing_lost(config);
}

TEST(FullTable, ThePeersRekeysAreAdmittedOrUrged) {
  auto config = full_table(40);
  config.by_peer = 0.5;
  const auto result = RekeyWorld(config).run();
  EXPECT_EQ(result.fault, "");
  EXPECT_EQ(result.refused_ours, 0U);
  EXPECT_EQ(result.died, 0U) << "whom the peer could not rekey, we do";
  EXPECT_LT(result.refused_peer, result.rekeys / 20);
}

// Two lives at F = 0.43, then the rates rise.
TEST(FullTable, BeyondTheFeasibleTheWarningComesFirst) {
  for (const double life : {13.0, 11.0, 8.0, 5.6}) {
    for (const Shape shape : kShapes) {
      auto config = full_table(25);
      config.shape = shape;
      config.surge = config.life_s / life;
      config.surge_at_s = 50;
      config.duration_s = 110;
      SCOPED_TRACE(std::string(name(shape)) + ", T = " + std::to_string(life) + " s");
      const auto result = RekeyWorld(config).run();
      EXPECT_EQ(result.fault, "");
      EXPECT_EQ(result.refused_ours, 0U) << "what is asked for has room";
      ASSERT_TRUE(result.warned_s);
      if (result.first_loss_s) {
        EXPECT_GT(*result.first_loss_s, 0) << "nothing was lost before";
        EXPECT_LT(*result.warned_s, *result.first_loss_s);
      }
      // Only the excess is lost: the reserve is kept at work.
      const double capacity = config.reserve / (2 * result.ike_s + result.drain_s) * 60;
      const double wanted = result.load_formula * capacity;
      EXPECT_GE(static_cast<double>(result.rekeys), 0.8 * std::min(wanted, capacity));
    }
  }
}

// Who is too late goes last; who is in time is in time. So the same SAs do not die again and again while others live
// well.
TEST(FullTable, TheSacrificeGoesAround) {
  auto config = full_table(10);
  config.duration_s = 120;
  config.spread = 0;
  const auto result = RekeyWorld(config).run();
  EXPECT_EQ(result.fault, "");
  const auto most = *std::max_element(result.deaths.begin(), result.deaths.end());
  const double mean =
      static_cast<double>(std::accumulate(result.deaths.begin(), result.deaths.end(), std::uint64_t{0})) /
      static_cast<double>(result.deaths.size());
  EXPECT_GT(mean, 0.1);
  EXPECT_LE(static_cast<double>(most), 3 * mean + 2);
}

TEST(FullTable, ReplaysFromItsSeed) {
  auto config = full_table(16);
  config.loss = 0.02;
  config.faults = 0.05;
  const auto once = RekeyWorld(config).run();
  const auto again = RekeyWorld(config).run();
  EXPECT_EQ(once.rekeys, again.rekeys);
  EXPECT_EQ(once.generations, again.generations);
  EXPECT_EQ(once.load_mean, again.load_mean);
  EXPECT_EQ(once.died, again.died);
}

}  // namespace
}  // namespace sallyport::test
