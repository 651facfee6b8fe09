// ram_lut: a word can be read from the edge on that wrote it, not sooner, and stays until it is written over.
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "Vram_lut_model.h"
#include "ram_test.hpp"

namespace sallyport::test {
namespace {

constexpr unsigned kWidth = 40;
constexpr unsigned kDepth = 16;

TEST(RamLut, ReadsWithoutAClock) {
  Vram_lut_model top;
  std::mt19937 random(29);
  std::vector<Word> model(kDepth);
  bool first_round = true;  // nothing has been written yet
  const auto write_word = [&](unsigned address, bool enable) {
    const Word word = random_word(random, kWidth);
    top.wr_en_i = enable;
    top.wr_addr_i = address;
    set(top.wr_data_i, word);
    top.rd_addr_i = address;
    top.eval();
    if (!first_round) {
      ASSERT_EQ(get(top.rd_data_o), model[address]) << "before the edge, address " << address;
    }
    tick(top);
    if (enable) model[address] = word;
  };
  const auto expect_word = [&](unsigned address) {
    top.rd_addr_i = address;
    top.eval();
    ASSERT_EQ(get(top.rd_data_o), model[address]) << "address " << address;
  };
  for (unsigned i = 0; i < kDepth; ++i) write_word(i, true);
  first_round = false;
  for (unsigned i = 0; i < kDepth; ++i) expect_word(i);
  for (int i = 0; i < 20000; ++i) {
    const unsigned address = random() % kDepth;
    write_word(address, random() % 2 != 0);
    expect_word(address);
    expect_word(random() % kDepth);
  }
}

}  // namespace
}  // namespace sallyport::test
