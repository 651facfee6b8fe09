// sad_march on a memory of our own, in which any bit can be stuck and any word answer for another.
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <optional>

#include "Vsad_march_model.h"
#include "table_bench.hpp"

namespace sallyport::test {
namespace {

constexpr unsigned kMemories = 6;
constexpr std::array<unsigned, kMemories> kWords = {2, 12, 7, 3, 5, 4};
constexpr std::array<unsigned, kMemories> kWidth = {29, 64, 64, 64, 64, 16};
constexpr std::array<unsigned, kMemories> kChecks = {7, 8, 8, 8, 8, 6};

/// secded_pkg::column.
unsigned column(unsigned checks, unsigned index) {
  unsigned seen = 0;
  for (int ones = 3;; ones += 2) {
    for (unsigned v = 0; v < 1U << checks; ++v) {
      if (std::popcount(v) == ones && seen++ == index) return v;
    }
  }
}

struct Place {
  unsigned mem = 0, word = 0;
};

struct Fault {
  Place at;
  std::optional<unsigned>
      bit;  ///< Of the codeword {check, data}: stuck at `value`. Else the word is a second name of `answers`.
  bool value = false;
  unsigned answers = 0;
};

class Machine {
 public:
  Machine() {
    for (unsigned m = 0; m < kMemories; ++m) {
      for (unsigned i = 0; i < kWidth[m]; ++i) columns_[m][i] = column(kChecks[m], i);
    }
    v_.clk_i = v_.rst_ni = v_.start_i = 0;
    for (int i = 0; i < 3; ++i) clock();
    v_.rst_ni = 1;
    clock();
  }

  /// Runs a march over a free entry of this generation; was anything wrong?
  bool march(const std::optional<Fault>& fault, std::uint16_t generation) {
    fault_ = fault;
    for (auto& memory : words_) memory = {};
    name_ = std::uint64_t{generation} << 13;
    write({0, 1}, name_);
    refused = true;
    v_.name_i = static_cast<std::uint32_t>(generation) << 1;
    v_.start_i = 1;
    clock();
    v_.start_i = 0;
    for (clocks = 1; !v_.done_o; ++clocks) {
      if (clocks > 1'000) throw std::runtime_error("sad_march does not end");
      clock();
    }
    const bool wrong = v_.wrong_o;
    clock();
    return wrong;
  }
  /// All words as a free entry of this generation has them.
  bool free_again() {
    for (unsigned m = 0; m < kMemories; ++m) {
      for (unsigned w = 0; w < kWords[m]; ++w) {
        if (words_[m][w].data != (m == 0 && w == 1 ? name_ : 0) || words_[m][w].check != sums(m, words_[m][w].data))
          return false;
      }
    }
    return true;
  }

  bool refused = true;  ///< The state word never said anything but free, larval or erasing.
  unsigned clocks = 0;

 private:
  struct Word {
    std::uint64_t data = 0;
    unsigned check = 0;
  };
  struct Read {
    std::uint64_t data = 0;
    bool one = false, two = false;
  };
  struct Ask {
    bool cfg = false, ctr = false, inc = false, misc = false;
    unsigned cfg_word = 0, ctr_word = 0, misc_mem = 0, misc_word = 0;
  };

  unsigned sums(unsigned mem, std::uint64_t data) const {
    unsigned sum = 0;
    for (unsigned i = 0; i < kWidth[mem]; ++i) {
      if ((data >> i & 1) != 0) sum ^= columns_[mem][i];
    }
    return sum;
  }
  [[nodiscard]] unsigned real(unsigned mem, unsigned word) const {
    return fault_ && !fault_->bit && fault_->at.mem == mem && fault_->at.word == word ? fault_->answers : word;
  }
  void write(Place at, std::uint64_t data) {
    if (at.word >= kWords[at.mem]) return;
    if (kWidth[at.mem] < 64) data &= (std::uint64_t{1} << kWidth[at.mem]) - 1;
    words_[at.mem][real(at.mem, at.word)] = {data, sums(at.mem, data)};
  }
  Read read(unsigned mem, unsigned word) {
    Word stored = words_[mem][real(mem, word)];
    if (fault_ && fault_->bit && fault_->at.mem == mem && fault_->at.word == word) {
      const unsigned bit = *fault_->bit;
      if (bit < kWidth[mem]) {
        stored.data = (stored.data & ~(std::uint64_t{1} << bit)) | std::uint64_t{fault_->value} << bit;
      } else {
        const unsigned at = bit - kWidth[mem];
        stored.check = (stored.check & ~(1U << at)) | static_cast<unsigned>(fault_->value) << at;
      }
    }
    Read out{stored.data};
    const unsigned syndrome = sums(mem, stored.data) ^ stored.check;
    if (syndrome == 0) return out;
    out.one = std::popcount(syndrome) == 1;
    for (unsigned i = 0; i < kWidth[mem]; ++i) {
      if (columns_[mem][i] == syndrome) {
        out.data ^= std::uint64_t{1} << i;
        out.one = true;
      }
    }
    out.two = !out.one;
    return out;
  }

  void clock() {
    v_.eval();
    // access_t from the most significant bit down.
    BitReader in(v_.access_o, 94);
    Ask ask;
    ask.cfg = in.get(1) != 0;
    ask.cfg_word = static_cast<unsigned>(in.get(4));
    ask.ctr = in.get(1) != 0;
    ask.inc = in.get(1) != 0;
    ask.ctr_word = static_cast<unsigned>(in.get(5));
    ask.misc = in.get(1) != 0;
    ask.misc_mem = static_cast<unsigned>(in.get(3));
    ask.misc_word = static_cast<unsigned>(in.get(3));
    const auto enables = static_cast<unsigned>(in.get(6));
    const auto word = static_cast<unsigned>(in.get(5));
    const std::uint64_t data = in.get(64);
    for (unsigned m = 0; m < kMemories; ++m) {
      if ((enables >> m & 1) != 0) write({m, word}, data);
    }
    const auto state = words_[0][0].data >> 26;
    refused = refused && (state == 0 || state == 1 || state == 6);
    v_.clk_i = 1;
    v_.eval();
    // The word asked for a clock ago stands on the lanes after this edge.
    BitWriter lanes(208);
    bool one = false, two = false;
    const auto lane = [&](bool asked, unsigned mem, unsigned at) {
      const Read got = asked ? read(mem, at) : Read{};
      one = one || got.one;
      two = two || got.two;
      return got;
    };
    const Read cfg = lane(before_.cfg, 1, before_.cfg_word);
    const Read ctr = lane(before_.ctr, before_.inc ? 4 : 3, before_.ctr_word);
    const Read misc = lane(before_.misc, before_.misc_mem, before_.misc_word);
    lanes.put(before_.cfg, 1).put(cfg.two, 1).put(before_.cfg_word, 4).put(cfg.data, 64);
    lanes.put(before_.ctr, 1).put(ctr.two, 1).put(ctr.data, 64);
    lanes.put(before_.misc, 1).put(misc.two, 1).put(before_.misc_mem, 3).put(before_.misc_word, 3).put(misc.data, 64);
    lanes.to(v_.lanes_i);
    v_.ecc_i = static_cast<std::uint16_t>((one && !two ? 1U << 9 : 0U) | (two ? 1U << 8 : 0U));
    before_ = ask;
    v_.clk_i = 0;
    v_.eval();
  }

  Vsad_march_model v_;
  std::array<std::array<unsigned, 64>, kMemories> columns_{};
  std::array<std::array<Word, 12>, kMemories> words_{};
  std::optional<Fault> fault_;
  Ask before_;
  std::uint64_t name_ = 0;
};

TEST(SadMarchFaults, HealthyWordsPass) {
  Machine machine;
  for (const std::uint16_t generation : {0x0000, 0x0001, 0x5555, 0xAAAA, 0xFFFF}) {
    EXPECT_FALSE(machine.march({}, generation));
    EXPECT_TRUE(machine.free_again());
    EXPECT_TRUE(machine.refused);
  }
  EXPECT_EQ(machine.clocks, 108U);
}

TEST(SadMarchFaults, EveryStuckBitIsFound) {
  Machine machine;
  unsigned bits = 0;
  for (unsigned m = 0; m < kMemories; ++m) {
    for (unsigned w = 0; w < kWords[m]; ++w) {
      for (unsigned bit = 0; bit < kWidth[m] + kChecks[m]; ++bit) {
        for (const bool value : {false, true}) {
          ASSERT_TRUE(machine.march(Fault{{m, w}, bit, value}, 0x1234)) << m << ' ' << w << ' ' << bit << ' ' << value;
          ++bits;
        }
      }
    }
  }
  EXPECT_EQ(bits, 2 * (2 * 36 + 27 * 72 + 4 * 22));
}

TEST(SadMarchFaults, AWordThatAnswersForItsNeighbourIsFound) {
  Machine machine;
  for (unsigned m = 0; m < kMemories; ++m) {
    for (unsigned w = 0; w < kWords[m]; ++w) {
      for (unsigned line = 1; line < 16; line *= 2) {
        if ((w ^ line) >= kWords[m]) continue;
        EXPECT_TRUE(machine.march(Fault{{m, w}, {}, false, w ^ line}, 0)) << m << ' ' << w << ' ' << line;
      }
    }
  }
}

}  // namespace
}  // namespace sallyport::test
