// ghash in each of its digit widths against the bit-by-bit definition (NIST SP 800-38D sections 6.3 and 6.4).
#include <gtest/gtest.h>

#include <random>

#include "Vghash_16_model.h"
#include "Vghash_32_model.h"
#include "Vghash_43_model.h"
#include "Vghash_64_model.h"
#include "Vghash_8_model.h"
#include "wide.hpp"

namespace sallyport::test {
namespace {

using Block = std::array<std::uint8_t, 16>;

Block exclusive_or(Block a, const Block& b) {
  for (std::size_t i = 0; i < 16; ++i) a[i] ^= b[i];
  return a;
}

// Algorithm 1: bit 0 of a block is the most significant bit of its first octet.
Block multiply(const Block& x, const Block& y) {
  Block z{};
  Block v = y;
  for (unsigned i = 0; i < 128; ++i) {
    if ((x[i / 8] >> (7 - i % 8) & 1) != 0) z = exclusive_or(z, v);
    const bool out = (v[15] & 1) != 0;
    for (std::size_t n = 15; n > 0; --n) v[n] = static_cast<std::uint8_t>(v[n] >> 1 | v[n - 1] << 7);
    v[0] = static_cast<std::uint8_t>(v[0] >> 1);
    if (out) v[0] ^= 0xE1;
  }
  return z;
}

template <typename Model, unsigned kDigitBits>
struct Width {
  using Top = Model;
  static constexpr unsigned kSteps = (127 + kDigitBits) / kDigitBits;  // 128 / kDigitBits, rounded up
};

template <typename W>
class Ghash : public ::testing::Test {
 protected:
  Ghash() {
    top_.rst_ni = 0;
    tick();
    tick();
    top_.rst_ni = 1;
  }

  void settle() {
    top_.clk_i = 0;
    top_.eval();
  }

  void tick() {
    settle();
    top_.clk_i = 1;
    top_.eval();
  }

  Block random_block() {
    Block block;
    for (auto& octet : block) octet = static_cast<std::uint8_t>(random_());
    return block;
  }

  void start(const Block& h) {
    set_block(top_.h_i, h);
    top_.h_load_i = 1;
    tick();
    top_.h_load_i = 0;
  }

  // Returns the clocks from taking the block to its Y.
  unsigned feed(const Block& block) {
    set_block(top_.block_i, block);
    top_.valid_i = 1;
    tick();
    top_.valid_i = 0;
    unsigned clocks = 0;
    for (; !top_.y_valid_o && clocks < 200; ++clocks) tick();
    return clocks;
  }

  typename W::Top top_;
  std::mt19937 random_{38};
};

using Widths = ::testing::Types<Width<Vghash_8_model, 8>, Width<Vghash_16_model, 16>, Width<Vghash_32_model, 32>,
                                Width<Vghash_43_model, 43>, Width<Vghash_64_model, 64>>;
TYPED_TEST_SUITE(Ghash, Widths);

// Every pair of single bits: products of x^i and x^j, which pass every reduction.
TYPED_TEST(Ghash, SingleBits) {
  for (unsigned i = 0; i < 128; ++i) {
    Block h{};
    h[i / 8] = static_cast<std::uint8_t>(0x80 >> i % 8);
    for (unsigned j = 0; j < 128; ++j) {
      Block x{};
      x[j / 8] = static_cast<std::uint8_t>(0x80 >> j % 8);
      this->start(h);
      this->feed(x);
      ASSERT_EQ(get_block(this->top_.y_o), multiply(x, h)) << i << " " << j;
    }
  }
}

TYPED_TEST(Ghash, RandomChains) {
  for (int chain = 0; chain < 50; ++chain) {
    const Block h = this->random_block();
    this->start(h);
    Block y{};
    for (int n = 0; n < 20; ++n) {
      const Block block = this->random_block();
      EXPECT_EQ(this->feed(block), TypeParam::kSteps);
      y = multiply(exclusive_or(y, block), h);
      ASSERT_EQ(get_block(this->top_.y_o), y) << "chain " << chain << " block " << n;
    }
  }
}

// Blocks on offer all the time go in at the pace of the product, and none is added twice or forgotten.
TYPED_TEST(Ghash, BackToBack) {
  for (int chain = 0; chain < 50; ++chain) {
    const Block h = this->random_block();
    this->start(h);
    Block y{};
    unsigned clocks = 0;
    constexpr unsigned kBlocks = 20;
    this->top_.valid_i = 1;
    for (unsigned n = 0; n < kBlocks; ++n) {
      const Block block = this->random_block();
      set_block(this->top_.block_i, block);
      this->settle();
      for (; !this->top_.ready_o; ++clocks) {
        ASSERT_LT(clocks, 1000U);
        this->tick();
        this->settle();
      }
      this->tick();
      ++clocks;
      y = multiply(exclusive_or(y, block), h);
    }
    this->top_.valid_i = 0;
    for (; !this->top_.y_valid_o; ++clocks) {
      ASSERT_LT(clocks, 1000U);
      this->tick();
    }
    EXPECT_EQ(clocks, 1 + kBlocks * TypeParam::kSteps);
    ASSERT_EQ(get_block(this->top_.y_o), y) << "chain " << chain;
  }
}

TYPED_TEST(Ghash, ClearForgetsTheKey) {
  this->start(this->random_block());
  this->feed(this->random_block());
  this->top_.clear_i = 1;
  this->tick();
  this->top_.clear_i = 0;
  EXPECT_EQ(get_block(this->top_.y_o), Block{});
  this->feed(this->random_block());
  EXPECT_EQ(get_block(this->top_.y_o), Block{});
}

}  // namespace
}  // namespace sallyport::test
