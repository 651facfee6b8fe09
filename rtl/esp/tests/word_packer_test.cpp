// word_packer: chunks of words joined behind words that are not its own; chunk sizes and gaps at random.
#include <gtest/gtest.h>

#include "Vword_packer_model.h"
#include "bench.hpp"

namespace sallyport::test {
namespace {

TEST(WordPacker, Random) {
  Bench<Vword_packer_model> bench(1);
  auto& top = bench.top;
  for (int i = 0; i < 20000; ++i) {
    const std::size_t fill = bench.below(4);
    top.start_i = 1;
    top.fill_i = static_cast<std::uint8_t>(fill);
    top.valid_i = 0;
    bench.clock();
    top.start_i = 0;
    Octets want(4 * fill);
    Octets got;
    const std::size_t chunks = 1 + bench.below(8);
    auto watch = [&] {
      top.eval();
      ASSERT_EQ(top.fill_o, want.size() / 4 % 4);
      if (!top.valid_o) return;
      const Octets beat = get_beat(top.data_o);
      got.insert(got.end(), beat.begin(), beat.end());
    };
    for (std::size_t c = 0; c < chunks; ++c) {
      top.valid_i = 0;
      while (bench.chance(20)) {
        watch();
        bench.clock();
      }
      const Octets chunk = bench.octets(4 * (1 + bench.below(4)));
      set_beat(top.data_i, chunk, static_cast<std::uint8_t>(bench.random()));
      top.words_i = static_cast<std::uint8_t>(chunk.size() / 4);
      top.last_i = c + 1 == chunks;
      top.valid_i = 1;
      watch();
      want.insert(want.end(), chunk.begin(), chunk.end());
      bench.clock();
    }
    top.valid_i = 0;
    for (int k = 0; k < 3 && !top.done_o; ++k) {
      top.eval();
      if (top.valid_o) {
        const Octets beat = get_beat(top.data_o);
        got.insert(got.end(), beat.begin(), beat.end());
      }
      bench.clock();
    }
    ASSERT_TRUE(top.done_o);
    ASSERT_EQ(got.size(), beats_of(want.size()) * kBeat);
    got.resize(want.size());
    ASSERT_TRUE(std::equal(got.begin() + static_cast<std::ptrdiff_t>(4 * fill), got.end(),
                           want.begin() + static_cast<std::ptrdiff_t>(4 * fill)))
        << "case " << i;
  }
}

}  // namespace
}  // namespace sallyport::test
