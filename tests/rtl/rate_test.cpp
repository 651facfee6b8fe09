/// The data path moves at the rate of its bus: exact clocks of the Verilated RTL, table, lanes and ciphers together.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "accel/lane_models.hpp"
#include "bench/datapath_device.hpp"

namespace sallyport::sim {
namespace {

constexpr double kBusUse = 0.98;     // of the clocks in which packets wait
constexpr double kLinearity = 0.95;  // of as many lanes alone
constexpr double kBeats = 6'000;

AcceleratorOptions full() {
  AcceleratorOptions options;
  options.profile = Profile::kFull;
  return options;
}

class DataPathRate : public ::testing::TestWithParam<unsigned> {};  // bits of a key

TEST_P(DataPathRate, OneLaneFillsTheBusBothWaysAtEverySize) {
  auto accelerator = Accelerator::create(full());
  ASSERT_TRUE(accelerator) << accelerator.error().text;
  DatapathDevice device(std::move(*accelerator), GetParam());
  for (const Mix& mix : all_mixes()) {
    const auto rates = device.both_ways(mix, kBeats);
    EXPECT_GE(rates.esp_beats, kBusUse) << mix.name << " octets, outbound";
    EXPECT_GE(rates.plain_beats, kBusUse) << mix.name << " octets, inbound";
    EXPECT_LE(std::max(rates.esp_beats, rates.plain_beats), 1.005) << mix.name << ": more than the bus can carry";
  }
}

TEST_P(DataPathRate, TwoLanesCarryTwiceAsMuch) {
  auto accelerator = boot_lanes_2(full());
  ASSERT_TRUE(accelerator) << accelerator.error().text;
  DatapathDevice device(std::move(*accelerator), GetParam());
  for (const Mix& mix : {Mix{"64", {64}}, Mix{"1500", {1500}}}) {
    const auto rates = device.both_ways(mix, kBeats);
    EXPECT_GE(rates.esp_beats, 2 * kLinearity) << mix.name << " octets, outbound";
    EXPECT_GE(rates.plain_beats, 2 * kLinearity) << mix.name << " octets, inbound";
  }
}

INSTANTIATE_TEST_SUITE_P(Keys, DataPathRate, ::testing::Values(128U, 256U),
                         [](const auto& key) { return "Aes" + std::to_string(key.param); });

}  // namespace
}  // namespace sallyport::sim
