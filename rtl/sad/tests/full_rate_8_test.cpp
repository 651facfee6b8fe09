// Eight lanes on one table: its model takes many minutes to build, so ./dev soak does that.
#include "Vsad_full_8_model.h"
#include "full_rate.hpp"

namespace sallyport::test {
namespace {

TEST(SadFullRate, EightLanesScale) {
  const double eight = share<Vsad_full_8_model, 8>(20'000);
  std::printf("granted of what was wanted, 8 lanes: %.4f\n", eight);
  EXPECT_GE(eight, 0.95);
}

}  // namespace
}  // namespace sallyport::test
