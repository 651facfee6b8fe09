// aes_core against FIPS 197 and OpenSSL, with its S-boxes in LUTs and in block RAM: both key sizes, a key for every
// block, results in order under back-pressure, pace, what is left behind.
#include <gtest/gtest.h>

#include <deque>
#include <random>

#include "Vaes_core_model.h"
#include "Vaes_core_ram_model.h"
#include "evp.hpp"
#include "wide.hpp"

namespace sallyport::test {
namespace {

template <typename Model>
class AesCore : public ::testing::Test {
 protected:
  AesCore() { reset(); }

  void reset() {
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

  // Puts a block and its key on the input. The half that AES-128 does not use is filled with rubbish.
  void put_request(const Octets& key, const Block& block) {
    Octets wide(32, 0x5A);
    std::copy(key.begin(), key.end(), wide.begin());
    clear(top_.in_key_i);
    put(top_.in_key_i, 0, wide);
    top_.in_key256_i = key.size() == 32;
    set_block(top_.in_block_i, block);
  }

  // One block; returns the result and the clocks from taking the block to offering the result.
  std::pair<Block, std::uint64_t> encrypt(const Octets& key, const Block& block) {
    put_request(key, block);
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

  Model top_;
  std::mt19937 random_{197};
  std::uint64_t cycle_ = 0;
};

using Models = ::testing::Types<Vaes_core_model, Vaes_core_ram_model>;
TYPED_TEST_SUITE(AesCore, Models);

// FIPS 197 appendices C.1 and C.3.
TYPED_TEST(AesCore, Fips197) {
  Octets key(16);
  Block plain;
  for (std::size_t i = 0; i < 16; ++i) {
    key[i] = static_cast<std::uint8_t>(i);
    plain[i] = static_cast<std::uint8_t>(0x11 * i);
  }
  EXPECT_EQ(this->encrypt(key, plain).first,
            (Block{0x69, 0xc4, 0xe0, 0xd8, 0x6a, 0x7b, 0x04, 0x30, 0xd8, 0xcd, 0xb7, 0x80, 0x70, 0xb4, 0xc5, 0x5a}));
  for (std::size_t i = 16; i < 32; ++i) key.push_back(static_cast<std::uint8_t>(i));
  EXPECT_EQ(this->encrypt(key, plain).first,
            (Block{0x8e, 0xa2, 0xb7, 0xca, 0x51, 0x67, 0x45, 0xbf, 0xea, 0xfc, 0x49, 0x90, 0x4b, 0x49, 0x60, 0x89}));
}

TYPED_TEST(AesCore, RandomKeysAndBlocks) {
  for (int i = 0; i < 2000; ++i) {
    const Octets key = this->random_key(i % 3 == 0 ? 16 : 32);
    for (int n = 0; n < 3; ++n) {
      const Block block = this->random_block();
      const auto [out, clocks] = this->encrypt(key, block);
      ASSERT_EQ(out, aes_block(key, block)) << "key " << i;
      ASSERT_EQ(clocks, key.size() == 32 ? 14U : 10U);
    }
  }
}

// Blocks offered and results taken at random times, within the ten clocks that a result may wait, come out in order,
// each with its own identifier, whatever key each has.
TYPED_TEST(AesCore, Stream) {
  for (const unsigned hold : {0U, 50U, 95U}) {
    for (const std::size_t size : {16U, 32U, 0U}) {
      auto next_key = [&] { return this->random_key(size != 0 ? size : this->random_() % 2 == 0 ? 16 : 32); };
      std::deque<std::pair<Block, std::uint8_t>> expected;
      const std::uint64_t start = this->cycle_;
      int done = 0;
      std::uint8_t id = 0;
      Octets key = next_key();
      Block block = this->random_block();
      bool offered = false;
      unsigned waited = 0;
      while (done < 200) {
        this->put_request(key, block);
        this->top_.in_id_i = id;
        offered = offered || this->random_() % 100 >= hold;
        this->top_.in_valid_i = offered;
        this->top_.out_ready_i = this->random_() % 100 >= hold || waited == 9;
        this->settle();
        waited = this->top_.out_valid_o && !this->top_.out_ready_i ? waited + 1 : 0;
        if (this->top_.out_valid_o && this->top_.out_ready_i) {
          ASSERT_FALSE(expected.empty());
          EXPECT_EQ(get_block(this->top_.out_block_o), expected.front().first);
          EXPECT_EQ(this->top_.out_id_o, expected.front().second);
          expected.pop_front();
          ++done;
        }
        if (this->top_.in_valid_i && this->top_.in_ready_o) {
          expected.emplace_back(aes_block(key, block), id);
          key = next_key();
          block = this->random_block();
          id = (id + 1) & 15;
          offered = false;
        }
        this->tick();
      }
      if (hold == 0 && size != 0) {
        EXPECT_LE(this->cycle_ - start, 200U * (size == 32 ? 14 : 10) + 3);
      }
      this->reset();
    }
  }
}

// A result is gone when it has been taken. A reset in the middle of a block leaves nothing behind: no result comes.
// What is inside is watched by the assertions a_g5_*.
TYPED_TEST(AesCore, NothingIsLeft) {
  for (int clocks = 0; clocks < 20; ++clocks) {
    this->put_request(this->random_key(32), this->random_block());
    this->top_.in_valid_i = 1;
    this->top_.out_ready_i = 0;
    this->tick();
    this->top_.in_valid_i = 0;
    for (int i = 0; i < clocks; ++i) this->tick();
    this->reset();
    EXPECT_EQ(get_block(this->top_.out_block_o), Block{});
    for (int i = 0; i < 20; ++i) {
      EXPECT_EQ(this->top_.out_valid_o, 0);
      this->tick();
    }
    const Octets key = this->random_key(clocks % 2 == 0 ? 16 : 32);
    const Block block = this->random_block();
    EXPECT_EQ(this->encrypt(key, block).first, aes_block(key, block));
    EXPECT_EQ(get_block(this->top_.out_block_o), Block{});
  }
}

}  // namespace
}  // namespace sallyport::test
