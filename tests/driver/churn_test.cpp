// SA generations without end in a table of 64 entries that is full but for what a rekey or two need.
//
// SALLYPORT_GENERATIONS is the number of SAs that live and die (300 unless set, 10,000 for the whole figure),
// SALLYPORT_SEED another run.
#include <cstdio>
#include <cstdlib>

#include "churn_world.hpp"
#include "support/environment.hpp"
#include "support/firmware_under_test.hpp"
#include "support/profile_under_test.hpp"

namespace sallyport::test {
namespace {

class Churn : public ChurnWorld {
 protected:
  /// Half of the generations, and what must hold afterwards.
  ChurnFigures half_of_it(ChurnConfig config) {
    const std::uint64_t all = from_environment("SALLYPORT_GENERATIONS", 300);
    config.generations = all / 2;
    config.seed = from_environment("SALLYPORT_SEED", 1);
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    SCOPED_TRACE(
        "again: SALLYPORT_SEED=" + std::to_string(config.seed) + " SALLYPORT_GENERATIONS=" + std::to_string(all) +
        " SALLYPORT_FIRMWARE=" + (firmware_on_core() ? "core" : "hosted") +
        " SALLYPORT_PROFILE=" + (profile_under_test() == sim::Profile::kFull ? "full" : "compact") +
        " build/release/tests/driver/driver_churn_test --gtest_filter=" + test->test_suite_name() + "." + test->name());
    const auto figures = churn(config);
    std::printf("seed %llu: %s\n", static_cast<unsigned long long>(config.seed), figures.text().c_str());
    EXPECT_GE(figures.generations, config.generations);
    EXPECT_LE(figures.load_mean, 700) << "not the feasible region";
    // A few packets that come close together look like a burst, for a moment.
    EXPECT_LE(figures.overloaded, 0.05) << "not the feasible region";
    for (const auto& [what, count] : {std::pair{"failed exchanges", figures.failed},
                                      {"late retirements", figures.late},
                                      {"lost packets", figures.lost},
                                      {"replayed packets", figures.replayed},
                                      {"forged packets", figures.forged},
                                      {"packets on superseded SAs", figures.on_old}}) {
      EXPECT_GT(count, 0U) << "no " << what;
    }
    return figures;
  }
};

// One rekey at a time: its two entries are all that is free. What the peer begins meanwhile is refused.
TEST_F(Churn, WithRoomForOneRekey) {
  const auto figures = half_of_it({.tunnels = 31, .reserve = 2, .life_s = 3.0});
  EXPECT_GT(figures.occupancy, 0.975);
}

// Two rekeys at a time, or both pairs of a collision.
TEST_F(Churn, WithRoomForACollision) {
  const auto figures = half_of_it({.tunnels = 30, .reserve = 4, .life_s = 1.5});
  EXPECT_GT(figures.occupancy, 0.955);
  EXPECT_GT(figures.collisions, 0U);
  EXPECT_GT(figures.by_peer, 0U);
}

}  // namespace
}  // namespace sallyport::test
