// Replay window and extended sequence numbers against a set of all numbers ever accepted, windows of 64 and 1,024.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <set>

#include "table_bench.hpp"
#include "table_model.hpp"

namespace sallyport::test {
namespace {

template <class V, std::uint64_t kWindow>
struct Variant {
  using Model = V;
  static constexpr std::uint64_t window = kWindow;
};

/// The rule itself: a number is accepted once, and only while seq + W > top.
class Reference {
 public:
  Reference(std::uint64_t window, bool esn, std::uint64_t top) : window_(window), esn_(esn), top_(top) {
    if (top != 0) seen_.insert(top);
  }

  /// The number that `low` stands for: the only one of its low half in the 2^32 numbers from the window's left edge on.
  [[nodiscard]] std::optional<std::uint64_t> extend(std::uint32_t low) const {
    if (!esn_) return low;
    const unsigned __int128 bias = static_cast<unsigned __int128>(1) << 40;  // keeps the left edge positive
    const unsigned __int128 edge = bias + top_ - (window_ - 1);
    const auto step = static_cast<std::uint32_t>(low - static_cast<std::uint32_t>(edge));
    const unsigned __int128 number = edge + step;
    if (number < bias) return std::nullopt;
    return static_cast<std::uint64_t>(number - bias);
  }
  [[nodiscard]] bool fresh(std::uint64_t number) const {
    return number > top_ || (top_ - number < window_ && seen_.count(number) == 0);
  }
  void accept(std::uint64_t number) {
    seen_.insert(number);
    top_ = std::max(top_, number);
    while (!seen_.empty() && top_ - *seen_.begin() >= window_) seen_.erase(seen_.begin());
  }
  [[nodiscard]] std::uint64_t top() const { return top_; }

 private:
  std::uint64_t window_;
  bool esn_;
  std::uint64_t top_;
  std::set<std::uint64_t> seen_;
};

template <class T>
class SadReplay : public testing::Test {
 protected:
  using Bench = TableBench<typename T::Model>;
  static constexpr std::uint64_t kWindow = T::window;
  static constexpr std::uint16_t kIndex = 33;

  void start(bool esn, std::uint64_t top, bool replay_off = false) {
    if (generation_ != 0) {
      ASSERT_EQ(bench_.command(Op::kErase, kIndex, generation_).state, EntryState::kFree);
    }
    sa_ = Sa::inbound(kIndex);
    if (esn) sa_.set(SaFlag::kEsn);
    if (replay_off) sa_.set(SaFlag::kNoReplay);
    generation_ = bench_.install(kIndex, sa_).generation;
    if (top != 0) {
      ASSERT_EQ(bench_.poke(kIndex, generation_, top).code, CmdCode::kOk);
    }
    reference_.emplace(kWindow, esn, top);
  }
  /// A packet whose number is `seq`, if `genuine`, else one with a wrong ICV.
  void packet(std::uint64_t seq, bool genuine) {
    const auto low = static_cast<std::uint32_t>(seq);
    const auto number = reference_->extend(low);
    const Answer found = bench_.look_up(sa_.spi, low);
    if (number && *number == 0) {
      ASSERT_EQ(found.verdict, Verdict::kSeqZero);
      return;
    }
    const bool fresh = number && reference_->fresh(*number);
    ASSERT_EQ(found.verdict, fresh ? Verdict::kOk : Verdict::kReplay)
        << std::hex << seq << " top " << reference_->top();
    if (!number) return;
    ASSERT_EQ(found.seq, *number) << std::hex << seq << " top " << reference_->top();
    // Commit whatever the look-up said: two copies may be in the pipeline.
    const bool icv_ok = genuine && *number == seq;
    const Verdict verdict = bench_.commit(kIndex, generation_, found.seq, 40, icv_ok);
    ASSERT_EQ(verdict, !icv_ok && (fresh || !Bench::kFull) ? Verdict::kBadIcv
                       : fresh                             ? Verdict::kOk
                                                           : Verdict::kReplay)
        << std::hex << seq << " top " << reference_->top();
    if (verdict == Verdict::kOk) {
      reference_->accept(*number);
      slowest_ = std::max(slowest_, bench_.commit_clocks);
    }
  }
  void random_run(bool esn, std::uint64_t top, unsigned packets, unsigned seed) {
    start(esn, top);
    std::mt19937_64 random(seed);
    const std::uint64_t last = esn ? ~std::uint64_t{0} : 0xFFFFFFFFU;
    for (unsigned n = 0; n < packets && !this->HasFatalFailure(); ++n) {
      const std::uint64_t at = reference_->top();
      std::uint64_t seq = 0;
      const auto back = [&](std::uint64_t by) { return at > by ? at - by : 1; };
      const auto ahead = [&](std::uint64_t by) { return last - at > by ? at + by : last; };
      switch (random() % 10) {
        case 0:
        case 1:
        case 2:
          seq = ahead(1);
          break;
        case 3:
          seq = ahead(random() % 8);
          break;
        case 4:
          seq = ahead(random() % (2 * kWindow));
          break;
        case 5:
          seq = ahead(kWindow - 2 + random() % 5);
          break;
        case 6:
        case 7:
          seq = back(random() % kWindow);
          break;
        case 8:
          seq = back(kWindow - 2 + random() % 5);
          break;
        default:
          seq = back(random() % (3 * kWindow));
      }
      packet(seq, random() % 16 != 0);
    }
    EXPECT_EQ(bench_.snapshot(kIndex).seq, reference_->top());
  }

  Bench bench_;
  Sa sa_;
  std::uint16_t generation_ = 0;
  std::optional<Reference> reference_;
  unsigned slowest_ = 0;
};

using Variants = testing::Types<Variant<Table64, 64>, Variant<TableWide, 1024>>;
TYPED_TEST_SUITE(SadReplay, Variants);

TYPED_TEST(SadReplay, WindowIsExact) {
  const std::uint64_t w = TestFixture::kWindow;
  this->start(false, 0);
  this->packet(w, true);  // 1..w are inside
  this->packet(1, true);
  this->packet(1, true);
  this->packet(w + 1, true);  // 2..w+1
  this->packet(1, true);      // seq + w <= top
  this->packet(2, true);
  this->packet(3 * w, true);
  this->packet(2 * w, true);      // one left of the window
  this->packet(2 * w + 1, true);  // its left end
}

TYPED_TEST(SadReplay, EveryAdvance) {
  const std::uint64_t w = TestFixture::kWindow;
  const std::uint64_t step = w > 64 ? 7 : 1;
  for (std::uint64_t by = 1; by <= w + 2 && !this->HasFatalFailure(); by += step) {
    this->start(false, 1000 * w + 13 * by);
    const std::uint64_t top = this->reference_->top();
    // Fill the window in odd places, advance, and ask for every number.
    for (std::uint64_t n = 1; n < w; n += w / 16 - 1) this->packet(top - n, true);
    this->packet(top + by, true);
    for (std::uint64_t n = 0; n <= w; n += w / 64) this->packet(top + by - n, true);
    for (std::uint64_t n = 0; n <= w; n += w / 64) this->packet(top + by - n, true);
  }
}

TYPED_TEST(SadReplay, Random) {
  this->random_run(false, 0, 6000, 1);
  this->random_run(true, 0, 3000, 2);
  this->random_run(false, 0xFFFFFFFFU - 6000, 3000, 3);
}

TYPED_TEST(SadReplay, RandomAroundTwoToThe32) {
  const std::uint64_t w = TestFixture::kWindow;
  for (const std::uint64_t high :
       {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{0x80000000}, std::uint64_t{0xFFFFFFFF}}) {
    for (const std::uint64_t before : {std::uint64_t{1}, w / 2, std::uint64_t{w}, 3 * w}) {
      this->random_run(true, (high << 32) - before, 400, static_cast<unsigned>(high + before));
    }
    this->random_run(true, high << 32, 400, 77);
    this->random_run(true, (high << 32) + w - 1, 400, 78);
  }
}

TYPED_TEST(SadReplay, EsnEdges) {
  const std::uint64_t w = TestFixture::kWindow;
  for (const std::uint64_t top :
       {std::uint64_t{1}, w - 2, w - 1, std::uint64_t{w}, std::uint64_t{0xFFFFFFFF}, std::uint64_t{0x100000000},
        0x100000000 + w - 2, 0x100000000 + w - 1, std::uint64_t{0x2FFFFFFFF}}) {
    for (const std::uint64_t off : {std::uint64_t{0}, std::uint64_t{1}, w - 2, w - 1, std::uint64_t{w}, w + 1}) {
      this->start(true, top);
      this->packet(top - off, true);
      this->start(true, top);
      this->packet(top + off, true);
      // As far ahead as a low half can tell, and one further.
      this->start(true, top);
      this->packet(top + 0xFFFFFFFF - (w - 1), true);
      this->start(true, top);
      this->packet(top + 0x100000000 - (w - 1), true);
    }
  }
}

TYPED_TEST(SadReplay, OffRefusesNothing) {
  this->start(false, 0, true);
  for (int n = 0; n < 3; ++n) {
    EXPECT_EQ(this->bench_.receive(this->sa_.spi, 5000, 40), Verdict::kOk);
    EXPECT_EQ(this->bench_.receive(this->sa_.spi, 1, 40), Verdict::kOk);
  }
  EXPECT_EQ(this->bench_.snapshot(this->kIndex).seq, 5000U);
  EXPECT_EQ(this->bench_.snapshot(this->kIndex).packets, 6U);
}

TYPED_TEST(SadReplay, CostIsBounded) {
  const std::uint64_t w = TestFixture::kWindow;
  this->start(false, 10 * w);
  for (const std::uint64_t by : {std::uint64_t{1}, w - 1, std::uint64_t{w}, 100 * w}) {
    const auto top = this->reference_->top();
    this->packet(top + by, true);
    // From one commit to the next look-up's answer: the table is busy for W/64 writes at most.
    const auto from = this->bench_.clocks();
    this->bench_.look_up(this->sa_.spi, static_cast<std::uint32_t>(top + by + 1));
    EXPECT_LE(this->bench_.clocks() - from, 40 + w / 64);
  }
  EXPECT_LE(this->slowest_, 12U);
}

}  // namespace
}  // namespace sallyport::test
