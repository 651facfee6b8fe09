// ram_secded in the widths in use: every single error is corrected, every double error is found.
#include <gtest/gtest.h>

#include <random>

#include "Vsecded_16_model.h"
#include "Vsecded_29_model.h"
#include "Vsecded_64_model.h"
#include "ram_test.hpp"

namespace sallyport::test {
namespace {

constexpr unsigned kDepth = 32;

template <typename Model, unsigned kDataBits, unsigned kCodeBits>
struct Code {
  using Top = Model;
  static constexpr unsigned kData = kDataBits;
  static constexpr unsigned kCode = kCodeBits;
};

template <typename C>
class Secded : public ::testing::Test {
 protected:
  Word random_word() { return test::random_word(random_, C::kData); }

  void flip(unsigned address, const Word& mask) {
    top_.flip_en_i = 1;
    top_.flip_addr_i = address;
    set(top_.flip_mask_i, mask);
    tick(top_);
    top_.flip_en_i = 0;
  }

  void expect(unsigned address, const Word& word, bool single) {
    ASSERT_EQ(read(top_, address), word);
    ASSERT_EQ(top_.rd_single_o, single);
    ASSERT_EQ(top_.rd_double_o, 0);
  }

  typename C::Top top_;
  std::mt19937 random_{72};
};

using Codes =
    ::testing::Types<Code<Vsecded_16_model, 16, 22>, Code<Vsecded_29_model, 29, 36>, Code<Vsecded_64_model, 64, 72>>;
TYPED_TEST_SUITE(Secded, Codes);

TYPED_TEST(Secded, RightWordsStayRight) {
  for (int i = 0; i < 2000; ++i) {
    const Word word = this->random_word();
    const unsigned address = i % kDepth;
    write(this->top_, address, word);
    this->expect(address, word, false);
  }
}

TYPED_TEST(Secded, EverySingleErrorIsCorrected) {
  for (unsigned i = 0; i < TypeParam::kCode; ++i) {
    for (const Word& word : {Word{}, low_bits(Word{~0U, ~0U, ~0U, ~0U}, TypeParam::kData), this->random_word()}) {
      write(this->top_, 5, word);
      write(this->top_, 6, word);
      this->flip(5, bit(i));
      this->expect(5, word, true);
      this->expect(6, word, false);
      // Held, and the error stays until the word is written again.
      tick(this->top_);
      ASSERT_EQ(this->top_.rd_single_o, 0);
      this->expect(5, word, true);
      tick(this->top_);
      ASSERT_EQ(this->top_.rd_single_o, 1);
      write(this->top_, 5, word);
      this->expect(5, word, false);
    }
  }
}

TYPED_TEST(Secded, EveryDoubleErrorIsFound) {
  for (unsigned i = 0; i < TypeParam::kCode; ++i) {
    for (unsigned j = i + 1; j < TypeParam::kCode; ++j) {
      write(this->top_, 9, this->random_word());
      // One after the other, as they happen.
      this->flip(9, bit(i));
      this->flip(9, bit(j));
      read(this->top_, 9);
      ASSERT_EQ(this->top_.rd_double_o, 1) << i << " " << j;
      ASSERT_EQ(this->top_.rd_single_o, 0) << i << " " << j;
    }
  }
}

TYPED_TEST(Secded, FlippingTwiceIsNothing) {
  const Word word = this->random_word();
  write(this->top_, 1, word);
  this->flip(1, bit(7));
  this->flip(1, bit(7));
  this->expect(1, word, false);
}

}  // namespace
}  // namespace sallyport::test
