#include "sallyport/fw/spi.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace sallyport::fw {
namespace {

TEST(Spi, HoldsTheIndexAndTheGeneration) {
  std::mt19937 random(5);
  for (const unsigned log2_sas : {6U, 10U, 14U}) {
    for (int i = 0; i < 10'000; ++i) {
      const auto index = static_cast<std::uint16_t>(random() % (1U << log2_sas));
      const auto generation = static_cast<std::uint16_t>(random());
      const auto spi = make_spi(index, log2_sas, generation, static_cast<std::uint32_t>(random()));
      ASSERT_EQ(spi % (1U << log2_sas), index);
      ASSERT_EQ(static_cast<std::uint16_t>(spi >> log2_sas), generation);
    }
  }
}

TEST(Spi, IsRandomInWhatIsLeft) {
  for (const auto& [log2_sas, bits] : {std::pair{6U, 10U}, {10U, 6U}, {14U, 2U}}) {
    const std::uint32_t none = make_spi(3, log2_sas, 0x1234, 0);
    EXPECT_EQ(make_spi(3, log2_sas, 0x1234, (1U << bits) - 1) ^ none, ~0U << (32 - bits));
  }
}

TEST(Spi, IsNeverReserved) {
  for (std::uint16_t index = 0; index < 64; ++index) {
    for (std::uint16_t generation = 0; generation < 256; ++generation) {
      ASSERT_GE(make_spi(index, 6, generation, 0), kLeastSpi);
    }
  }
}

TEST(Spi, OneCycleOfGenerationsHasNoTwoAlike) {
  std::set<std::uint32_t> given;
  std::uint16_t generation = 17;
  do {
    generation = next_generation(generation);
    ASSERT_NE(generation, 0) << "never given by the device";
    ASSERT_TRUE(given.insert(make_spi(3, 6, generation, 0)).second) << generation;
  } while (generation != 17);
  EXPECT_EQ(given.size(), 65'535U);
}

}  // namespace
}  // namespace sallyport::fw
