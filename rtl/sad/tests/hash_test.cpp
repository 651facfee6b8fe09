// sad_hash against OpenSSL.
#include <gtest/gtest.h>

#include <random>

#include "Vsad_hash_model.h"
#include "hash_key.hpp"

namespace sallyport::test {
namespace {

TEST(SadHash, RandomKeys) {
  VerilatedContext context;
  Vsad_hash_model model(&context);
  std::mt19937_64 random(1);
  const auto clock = [&] {
    model.clk_i = 1;
    model.eval();
    model.clk_i = 0;
    model.eval();
  };
  model.rst_ni = 0;
  clock();
  clock();
  model.rst_ni = 1;
  for (int n = 0; n < 400; ++n) {
    const bool key256 = n % 2 != 0;
    std::array<std::uint64_t, 4> key{};
    for (auto& word : key) word = n < 2 ? 0 : random();
    for (unsigned i = 0; i < 8; ++i)
      model.key_i[7 - i] = static_cast<std::uint32_t>(key[i / 2] >> (i % 2 == 0 ? 32 : 0));
    model.key256_i = key256;
    model.start_i = 1;
    clock();
    model.start_i = 0;
    unsigned clocks = 1;
    for (; !model.valid_o && clocks < 200; ++clocks) clock();
    EXPECT_EQ(clocks, key256 ? 71U : 51U);
    std::array<std::uint64_t, 2> h{};
    for (unsigned i = 0; i < 4; ++i) h[i / 2] = h[i / 2] << 32 | model.h_o[3 - i];
    ASSERT_EQ(h, hash_key(key, key256)) << n;
    model.clear_i = 1;
    clock();
    model.clear_i = 0;
    EXPECT_FALSE(model.valid_o);
    EXPECT_EQ(model.h_o[0] | model.h_o[1] | model.h_o[2] | model.h_o[3], 0U);
  }
  model.final();
}

}  // namespace
}  // namespace sallyport::test
