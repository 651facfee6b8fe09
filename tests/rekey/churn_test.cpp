// A million generations of SAs in a table that is 98 % full, with faults on the way.
#include <gtest/gtest.h>

#include "rekey_world.hpp"

namespace sallyport::test {
namespace {

TEST(Churn, AMillionGenerations) {
  std::uint64_t generations = 0;
  for (const Shape shape : {Shape::kSymmetric, Shape::kBursty}) {
    for (const double life : {25.0, 40.0}) {
      RekeyWorldConfig config;
      config.shape = shape;
      config.life_s = life;
      config.step_s = 0.02;
      config.duration_s = life * 260;
      config.faults = 0.02;
      config.by_peer = 0.1;
      config.seed = static_cast<std::uint64_t>(life) + static_cast<std::uint64_t>(shape);
      SCOPED_TRACE(std::string(name(shape)) + ", T = " + std::to_string(life) + " s, seed " +
                   std::to_string(config.seed));
      const auto result = RekeyWorld(config).run();
      EXPECT_EQ(result.fault, "");
      EXPECT_EQ(result.refused_ours, 0U);
      EXPECT_EQ(result.died, 0U);
      EXPECT_GT(result.mean_in_use, 0.98 * 1'024);
      generations += result.generations;
    }
  }
  EXPECT_GE(generations, 1'000'000U);
}

}  // namespace
}  // namespace sallyport::test
