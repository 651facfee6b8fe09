// aes_core against FIPS 197 and OpenSSL: both key sizes, results in order under back-pressure, pace, clearing.
#include <gtest/gtest.h>

#include <deque>
#include <random>

#include "Vaes_core_model.h"
#include "evp.hpp"
#include "wide.hpp"

namespace sallyport::test {
namespace {

class AesCore : public ::testing::Test {
 protected:
  AesCore() {
    top_.rst_ni = 0;
    tick();
    tick();
    top_.rst_ni = 1;
  }

  void tick() {
    top_.clk_i = 0;
    top_.eval();
    top_.clk_i = 1;
    top_.eval();
    ++cycle_;
  }

  void settle() {
    top_.clk_i = 0;
    top_.eval();
  }

  Block random_block() {
    Block block;
    for (auto& octet : block) octet = static_cast<std::uint8_t>(random_());
    return block;
  }

  Octets random_key(std::size_t size) {
    Octets key(size);
    for (auto& octet : key) octet = static_cast<std::uint8_t>(random_());
    return key;
  }

  // The half that AES-128 does not use is filled with rubbish.
  void load(const Octets& key) {
    Octets wide(32, 0x5A);
    std::copy(key.begin(), key.end(), wide.begin());
    clear(top_.key_i);
    put(top_.key_i, 0, wide);
    top_.key256_i = key.size() == 32;
    top_.key_load_i = 1;
    tick();
    top_.key_load_i = 0;
  }

  void wipe() {
    top_.clear_i = 1;
    tick();
    top_.clear_i = 0;
  }

  // One block; returns the result and the clocks from taking the block to offering the result.
  std::pair<Block, std::uint64_t> encrypt(const Block& block) {
    set_block(top_.in_block_i, block);
    top_.in_valid_i = 1;
    top_.out_ready_i = 0;
    tick();
    top_.in_valid_i = 0;
    const std::uint64_t start = cycle_;
    for (int i = 0; i < 30 && !top_.out_valid_o; ++i) tick();
    const Block out = get_block(top_.out_block_o);
    const std::uint64_t clocks = cycle_ - start;
    top_.out_ready_i = 1;
    tick();
    return {out, clocks};
  }

  Vaes_core_model top_;
  std::mt19937 random_{197};
  std::uint64_t cycle_ = 0;
};

// FIPS 197 appendices C.1 and C.3.
TEST_F(AesCore, Fips197) {
  Octets key(16);
  Block plain;
  for (std::size_t i = 0; i < 16; ++i) {
    key[i] = static_cast<std::uint8_t>(i);
    plain[i] = static_cast<std::uint8_t>(0x11 * i);
  }
  load(key);
  EXPECT_EQ(encrypt(plain).first,
            (Block{0x69, 0xc4, 0xe0, 0xd8, 0x6a, 0x7b, 0x04, 0x30, 0xd8, 0xcd, 0xb7, 0x80, 0x70, 0xb4, 0xc5, 0x5a}));
  for (std::size_t i = 16; i < 32; ++i) key.push_back(static_cast<std::uint8_t>(i));
  load(key);
  EXPECT_EQ(encrypt(plain).first,
            (Block{0x8e, 0xa2, 0xb7, 0xca, 0x51, 0x67, 0x45, 0xbf, 0xea, 0xfc, 0x49, 0x90, 0x4b, 0x49, 0x60, 0x89}));
}

TEST_F(AesCore, RandomKeysAndBlocks) {
  for (int i = 0; i < 2000; ++i) {
    const Octets key = random_key(i % 3 == 0 ? 16 : 32);
    load(key);
    for (int n = 0; n < 3; ++n) {
      const Block block = random_block();
      const auto [out, clocks] = encrypt(block);
      ASSERT_EQ(out, aes_block(key, block)) << "key " << i;
      ASSERT_EQ(clocks, key.size() == 32 ? 14U : 10U);
    }
    if (i % 2 == 0) wipe();
  }
}

// Blocks offered and results taken at random times come out in order, each with its own identifier.
TEST_F(AesCore, Stream) {
  for (const unsigned hold : {0U, 50U, 95U}) {
    for (const std::size_t size : {16U, 32U}) {
      const Octets key = random_key(size);
      load(key);
      std::deque<std::pair<Block, std::uint8_t>> expected;
      const std::uint64_t start = cycle_;
      int done = 0;
      std::uint8_t id = 0;
      Block block = random_block();
      while (done < 200) {
        set_block(top_.in_block_i, block);
        top_.in_id_i = id;
        top_.in_valid_i = random_() % 100 >= hold;
        top_.out_ready_i = random_() % 100 >= hold;
        settle();
        if (top_.out_valid_o && top_.out_ready_i) {
          ASSERT_FALSE(expected.empty());
          EXPECT_EQ(get_block(top_.out_block_o), expected.front().first);
          EXPECT_EQ(top_.out_id_o, expected.front().second);
          expected.pop_front();
          ++done;
        }
        if (top_.in_valid_i && top_.in_ready_o) {
          expected.emplace_back(aes_block(key, block), id);
          block = random_block();
          id = (id + 1) & 15;
        }
        tick();
      }
      if (hold == 0) {
        EXPECT_LE(cycle_ - start, 200U * (size == 32 ? 14 : 10) + 3);
      }
      top_.in_valid_i = 0;
      wipe();
    }
  }
}

// Clearing in the middle of a block leaves nothing behind: no result comes, and the key is zero afterwards.
TEST_F(AesCore, Clear) {
  for (int clocks = 0; clocks < 20; ++clocks) {
    load(random_key(32));
    top_.in_valid_i = 1;
    top_.out_ready_i = 0;
    for (int i = 0; i <= clocks; ++i) tick();
    top_.in_valid_i = 0;
    wipe();
    EXPECT_EQ(get_block(top_.out_block_o), Block{});
    for (int i = 0; i < 20; ++i) {
      EXPECT_EQ(top_.out_valid_o, 0);
      tick();
    }
    const Block block = random_block();
    EXPECT_EQ(encrypt(block).first, aes_block(Octets(16), block));
  }
}

}  // namespace
}  // namespace sallyport::test
