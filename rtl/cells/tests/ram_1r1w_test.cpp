// ram_1r1w in both forms: contents, hold, and the rule about one address at once.
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "Vram_block_model.h"
#include "Vram_small_model.h"
#include "ram_test.hpp"

namespace sallyport::test {
namespace {

template <typename Model, unsigned kWidthBits, unsigned kWords>
struct Form {
  using Top = Model;
  static constexpr unsigned kWidth = kWidthBits;
  static constexpr unsigned kDepth = kWords;
};

template <typename F>
class Ram : public ::testing::Test {
 protected:
  Word random_word() { return test::random_word(random_, F::kWidth); }

  typename F::Top top_;
  std::mt19937 random_{11};
};

using Forms = ::testing::Types<Form<Vram_block_model, 72, 256>, Form<Vram_small_model, 20, 32>>;
TYPED_TEST_SUITE(Ram, Forms);

TYPED_TEST(Ram, RandomReadsAndWrites) {
  std::vector<Word> model(TypeParam::kDepth);
  for (unsigned i = 0; i < TypeParam::kDepth; ++i) {
    model[i] = this->random_word();
    write(this->top_, i, model[i]);
  }
  Word held = read(this->top_, 0);
  for (int i = 0; i < 20000; ++i) {
    const unsigned wr_address = this->random_() % TypeParam::kDepth;
    const unsigned rd_address = this->random_() % TypeParam::kDepth;
    const Word word = this->random_word();
    this->top_.wr_en_i = this->random_() % 2;
    this->top_.wr_addr_i = wr_address;
    set(this->top_.wr_data_i, word);
    this->top_.rd_en_i = this->random_() % 2 != 0 && !(this->top_.wr_en_i && wr_address == rd_address);
    this->top_.rd_addr_i = rd_address;
    if (this->top_.rd_en_i) held = model[rd_address];
    if (this->top_.wr_en_i) model[wr_address] = word;
    tick(this->top_);
    ASSERT_EQ(get(this->top_.rd_data_o), held);
  }
}

TYPED_TEST(Ram, CollisionGivesNeitherOldNorNew) {
  const Word old_word = this->random_word();
  const Word new_word = old_word ^ bit(0);
  write(this->top_, 3, old_word);
  this->top_.rd_en_i = 1;
  this->top_.rd_addr_i = 3;
  write(this->top_, 3, new_word);
  this->top_.rd_en_i = 0;
  EXPECT_NE(get(this->top_.rd_data_o), old_word);
  EXPECT_NE(get(this->top_.rd_data_o), new_word);
  EXPECT_EQ(read(this->top_, 3), new_word);
}

}  // namespace
}  // namespace sallyport::test
