// The replay window against a reference that remembers every number.
#include <gtest/gtest.h>

#include <set>

#include "sallyport/model/replay_window.hpp"
#include "test_sa.hpp"

namespace sallyport::model::test {
namespace {

/// Straight from the words of RFC 4303 3.4.3: a number is refused when it was accepted before or is left of the window.
class Naive {
 public:
  explicit Naive(std::uint64_t size) : size_(size) {}
  [[nodiscard]] bool refuses(std::uint64_t n) const { return n + size_ <= top_ || accepted_.contains(n); }
  void accept(std::uint64_t n) {
    accepted_.insert(n);
    top_ = std::max(top_, n);
  }
  [[nodiscard]] std::uint64_t top() const { return top_; }

 private:
  std::uint64_t size_;
  std::uint64_t top_ = 0;
  std::set<std::uint64_t> accepted_;
};

TEST(ReplayWindow, AgreesWithTheNaiveOne) {
  for (const std::uint32_t size : {32U, 64U, 128U, 1024U}) {
    ReplayWindow window(size);
    Naive naive(size);
    tools::Dice dice(size);
    for (int i = 0; i < 20'000; ++i) {
      const std::uint64_t reach = dice.below(50) == 0 ? 3 * size : size + 4;
      const std::uint64_t high = naive.top() + dice.below(4);
      const std::uint64_t back = dice.below(static_cast<std::uint32_t>(reach));
      const std::uint64_t number = high > back ? high - back : 1 + dice.below(size);
      ASSERT_EQ(window.refuses(number), naive.refuses(number)) << number << " top " << naive.top();
      if (dice.below(4) == 0 || naive.refuses(number)) continue;
      window.accept(number);
      naive.accept(number);
      ASSERT_EQ(window.top(), naive.top());
    }
    for (std::uint32_t back = 0; back < size; ++back) {
      ASSERT_EQ(window.seen(back), naive.refuses(window.top() - back)) << back;
    }
  }
}

TEST(ReplayWindow, EdgesOfTheWindow) {
  for (const std::uint32_t size : {32U, 64U, 1024U}) {
    ReplayWindow window(size);
    window.accept(5000);
    EXPECT_TRUE(window.refuses(5000));
    EXPECT_FALSE(window.refuses(5001));
    EXPECT_FALSE(window.refuses(5000 - size + 1));
    EXPECT_TRUE(window.refuses(5000 - size));
    window.accept(5000 - size + 1);
    EXPECT_TRUE(window.refuses(5000 - size + 1));
    window.accept(5000 + size);  // everything before falls out
    EXPECT_TRUE(window.refuses(5000));
    EXPECT_FALSE(window.refuses(5001));
    window.accept(UINT64_MAX);
    EXPECT_TRUE(window.refuses(UINT64_MAX));
    EXPECT_FALSE(window.refuses(UINT64_MAX - size + 1));
  }
}

// Whatever the true number is, its low half leads back to it when it is within the window or less than 2^32 - W ahead.
TEST(ExtendedSequence, ReconstructsEveryNumberInReach) {
  constexpr std::uint64_t kSubspace = std::uint64_t{1} << 32;
  for (const std::uint32_t size : {32U, 64U, 1024U}) {
    tools::Dice dice(size);
    for (const std::uint64_t base : {kSubspace, 3 * kSubspace, 7 * kSubspace + 12345}) {
      for (std::int64_t near = -2 * static_cast<std::int64_t>(size); near <= 2 * static_cast<std::int64_t>(size);
           ++near) {
        ReplayWindow window(size);
        const std::uint64_t top = base + static_cast<std::uint64_t>(near);
        window.preset(top);
        const std::uint64_t candidates[] = {
            top - size + 1, top - 1, top, top + 1, top + size, top + dice.below(0x80000000), top + kSubspace - size};
        for (const std::uint64_t number : candidates) {
          ASSERT_EQ(window.extend(static_cast<std::uint32_t>(number)), number) << "top " << top << " W " << size;
        }
      }
    }
  }
}

TEST(ExtendedSequence, NothingIsBelowZero) {
  ReplayWindow window(64);
  EXPECT_EQ(window.extend(1), 1U);
  EXPECT_EQ(window.extend(0), 0U);
  EXPECT_EQ(window.extend(UINT32_MAX - 63), UINT32_MAX - 63U);
  EXPECT_EQ(window.extend(UINT32_MAX - 62), std::nullopt);
  EXPECT_EQ(window.extend(UINT32_MAX), std::nullopt);
}

TEST(Replay, ThroughTheAccelerator) {
  for (const bool esn : {false, true}) {
    const auto flags = esn ? Flags{SaFlag::kTunnel, SaFlag::kEsn} : Flags{SaFlag::kTunnel};
    Pair pair(flags);
    std::vector<Octets> sent;
    for (int i = 0; i < 400; ++i) sent.push_back(pair.send(udp4()).octets);
    Naive naive(kWindow);
    tools::Dice dice(9);
    std::uint64_t accepted = 0;
    for (int i = 0; i < 3000; ++i) {
      const auto around = static_cast<std::uint32_t>(std::min<std::uint64_t>(naive.top() + 3, 400));
      const std::uint64_t number = around > 80 ? around - dice.below(80) : 1 + dice.below(around);
      const bool refused = naive.refuses(number);
      const PacketResult got = pair.receive(sent[number - 1]);
      // With ESN a number left of the window is taken for one of the next subspace (appendix A2), so its ICV does not
      // hold.
      const Verdict stale = esn && number + kWindow <= naive.top() ? Verdict::kBadIcv : Verdict::kReplay;
      ASSERT_EQ(got.verdict(), refused ? stale : Verdict::kOk) << number;
      if (refused) continue;
      naive.accept(number);
      ++accepted;
    }
    EXPECT_EQ(pair.b.entry(kInIndex).packets(), accepted);
    EXPECT_EQ(pair.b.entry(kInIndex).sequence(), naive.top());
  }
}

TEST(Replay, AcrossTheEndOfASubspace) {
  Pair pair({SaFlag::kTunnel, SaFlag::kEsn});
  const std::uint64_t start = (std::uint64_t{5} << 32) - 100;
  pair.a.preset(kOutIndex, start, 0, 0, 0);
  pair.b.preset(kInIndex, start, 0, 0, 0);
  std::vector<Octets> sent;
  for (int i = 0; i < 200; ++i) sent.push_back(pair.send(udp4()).octets);
  for (int i = 0; i < 200; i += 2) EXPECT_EQ(pair.receive(sent[i]).verdict(), Verdict::kOk) << i;
  for (int i = 141; i < 200; i += 2) EXPECT_EQ(pair.receive(sent[i]).verdict(), Verdict::kOk) << i;
  for (int i = 140; i < 200; ++i) EXPECT_EQ(pair.receive(sent[i]).verdict(), Verdict::kReplay) << i;
  EXPECT_EQ(pair.b.entry(kInIndex).sequence(), start + 200);
}

TEST(Replay, CanBeOff) {
  Pair pair(out_config(), in_config({SaFlag::kTunnel, SaFlag::kNoReplay}));
  const Octets first = pair.send(udp4()).octets;
  for (int i = 0; i < 200; ++i) EXPECT_EQ(pair.receive(pair.send(udp4()).octets).verdict(), Verdict::kOk);
  EXPECT_EQ(pair.receive(first).verdict(), Verdict::kOk);
  EXPECT_EQ(pair.receive(first).verdict(), Verdict::kOk);
  EXPECT_EQ(pair.b.entry(kInIndex).sequence(), 201U);
}

}  // namespace
}  // namespace sallyport::model::test
