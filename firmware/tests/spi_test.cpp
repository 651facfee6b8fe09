#include "sallyport/fw/spi.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <random>

namespace sallyport::fw {
namespace {

TEST(Spi, HoldsTheIndex) {
  std::mt19937 random(5);
  for (const unsigned log2_sas : {6U, 10U, 14U}) {
    for (int i = 0; i < 10'000; ++i) {
      const auto index = static_cast<std::uint16_t>(random() % (1U << log2_sas));
      const auto spi =
          make_spi(index, log2_sas, static_cast<std::uint8_t>(random()), static_cast<std::uint32_t>(random()));
      ASSERT_EQ(spi % (1U << log2_sas), index);
    }
  }
}

TEST(Spi, IsNeverReserved) {
  for (std::uint16_t index = 0; index < 64; ++index) {
    for (unsigned counter = 0; counter < 256; ++counter) {
      ASSERT_GE(make_spi(index, 6, static_cast<std::uint8_t>(counter), 0), kLeastSpi);
    }
  }
}

TEST(Spi, TheLastSixteenDifferEvenWithoutRandomness) {
  std::deque<std::uint32_t> last;
  for (unsigned counter = 0; counter < 1'000; ++counter) {
    const std::uint32_t spi = make_spi(3, 14, static_cast<std::uint8_t>(counter), 0);
    for (const std::uint32_t old : last) ASSERT_NE(spi, old);
    last.push_back(spi);
    if (last.size() > 16) last.pop_front();
  }
}

}  // namespace
}  // namespace sallyport::fw
