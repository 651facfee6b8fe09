// What "reached" means (guarantees.md), at 0, 1, 2, limit-1, limit, limit+1, for octets and packets, both directions.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <tuple>

#include "Vsad_limits_model.h"
#include "table_bench.hpp"
#include "table_model.hpp"

namespace sallyport::test {
namespace {

using Bench = TableBench<Table64>;

constexpr std::uint16_t kIndex = 11;

/// One SA under test and what it should have counted, after the words of guarantees.md.
class Limited {
 public:
  Limited(Bench& bench, bool inbound, const Sa& limits) : bench_(bench), inbound_(inbound), sa_(limits) {
    sa_.spi = inbound ? Sa::inbound(kIndex).spi : 0x4242;
    sa_.set(SaFlag::kTunnel);
    if (inbound) sa_.set(SaFlag::kInbound);
    const CommandAnswer done = bench_.install(kIndex, sa_);
    EXPECT_EQ(done.code, CmdCode::kOk);
    generation_ = done.generation;
  }
  ~Limited() { EXPECT_EQ(bench_.command(Op::kErase, kIndex, generation_).state, EntryState::kFree); }

  /// One packet through table and model; then everything that can be seen is compared.
  Verdict packet(std::uint16_t octets) {
    const Verdict want = expect(octets);
    const Verdict got =
        inbound_ ? bench_.receive(sa_.spi, ++number_, octets) : bench_.admit(kIndex, generation_, octets).verdict;
    EXPECT_EQ(got, want) << octets << " octets after " << octets_ << " in " << packets_;
    const Snap snap = bench_.snapshot(kIndex);
    EXPECT_EQ(snap.octets, octets_);
    EXPECT_EQ(snap.packets, packets_);
    EXPECT_EQ(snap.dead, dead_);
    const auto events = bench_.events();
    EXPECT_EQ(events.size(), fresh_.size());
    for (std::size_t i = 0; i < std::min(events.size(), fresh_.size()); ++i) {
      EXPECT_EQ(events[i].kind, fresh_[i].kind);
      EXPECT_EQ(events[i].count, fresh_[i].count);
      EXPECT_EQ(events[i].packets, fresh_[i].packets);
      EXPECT_EQ(events[i].inbound, inbound_);
      EXPECT_EQ(events[i].index, kIndex);
      EXPECT_EQ(events[i].generation, generation_);
      EXPECT_EQ(events[i].spi, sa_.spi);
      EXPECT_FALSE(events[i].late);
    }
    return got;
  }

 private:
  struct Expected {
    EventKind kind;
    std::uint64_t count;
    bool packets;
  };
  static bool over(std::uint64_t count, std::uint64_t n, std::uint64_t hard) { return hard != 0 && count + n > hard; }

  void die(DeadReason reason) {
    dead_ = reason;
    const bool packets = reason == DeadReason::kHardPackets;
    fresh_.push_back({EventKind::kHard, packets ? packets_ : octets_, packets});
  }
  Verdict expect(std::uint16_t n) {
    fresh_.clear();
    if (dead_ == DeadReason::kHardOctets) return Verdict::kHardOctets;
    if (dead_ == DeadReason::kHardPackets) return Verdict::kHardPackets;
    if (over(octets_, n, sa_.hard_octets)) {
      die(DeadReason::kHardOctets);
      return Verdict::kHardOctets;
    }
    if (over(packets_, 1, sa_.hard_packets)) {
      die(DeadReason::kHardPackets);
      return Verdict::kHardPackets;
    }
    octets_ += n;
    packets_ += 1;
    if (!soft_octets_ && octets_ >= sa_.soft_octets) {
      soft_octets_ = true;
      fresh_.push_back({EventKind::kSoftOctets, octets_, false});
    }
    if (!soft_packets_ && packets_ >= sa_.soft_packets) {
      soft_packets_ = true;
      fresh_.push_back({EventKind::kSoftPackets, packets_, false});
    }
    if (sa_.hard_octets != 0 && octets_ == sa_.hard_octets)
      die(DeadReason::kHardOctets);
    else if (sa_.hard_packets != 0 && packets_ == sa_.hard_packets)
      die(DeadReason::kHardPackets);
    return Verdict::kOk;
  }

  Bench& bench_;
  bool inbound_;
  Sa sa_;
  std::uint16_t generation_ = 0;
  std::uint32_t number_ = 0;
  std::uint64_t octets_ = 0, packets_ = 0;
  bool soft_octets_ = false, soft_packets_ = false;
  DeadReason dead_ = DeadReason::kAlive;
  std::vector<Expected> fresh_;
};

class SadLimits : public testing::TestWithParam<bool> {
 protected:
  Bench bench_;
  [[nodiscard]] bool inbound() const { return GetParam(); }
};

TEST_P(SadLimits, HardOctets) {
  for (const std::uint64_t hard : {4U, 8U, 100U, 1000U}) {
    for (const int around : {-1, 0, 1}) {
      Sa limits;
      limits.hard_octets = hard;
      Limited sa(bench_, inbound(), limits);
      // A first packet that leaves two octets, then one at the edge, then the smallest: once dead, size does not
      // matter.
      sa.packet(static_cast<std::uint16_t>(hard - 2));
      sa.packet(static_cast<std::uint16_t>(2 + around));
      sa.packet(1);
      sa.packet(0);
    }
    Sa limits;
    limits.hard_octets = hard;
    Limited at_once(bench_, inbound(), limits);
    at_once.packet(static_cast<std::uint16_t>(hard + 1));
    at_once.packet(1);
  }
}

TEST_P(SadLimits, HardPackets) {
  for (const std::uint64_t hard : {1U, 2U, 3U, 17U}) {
    Sa limits;
    limits.hard_packets = hard;
    Limited sa(bench_, inbound(), limits);
    for (std::uint64_t n = 0; n < hard + 2; ++n) sa.packet(40);
  }
}

TEST_P(SadLimits, SoftOctets) {
  for (const std::uint64_t soft : {1U, 2U, 99U, 100U, 101U, 200U}) {
    Sa limits;
    limits.soft_octets = soft;
    Limited sa(bench_, inbound(), limits);
    for (int n = 0; n < 4; ++n) sa.packet(50);
  }
}

TEST_P(SadLimits, SoftPackets) {
  for (const std::uint64_t soft : {1U, 2U, 3U, 4U}) {
    Sa limits;
    limits.soft_packets = soft;
    Limited sa(bench_, inbound(), limits);
    for (int n = 0; n < 6; ++n) sa.packet(50);
  }
}

TEST_P(SadLimits, SoftIsHard) {
  Sa limits;
  limits.soft_octets = limits.hard_octets = 100;
  limits.soft_packets = limits.hard_packets = 2;
  {
    Limited sa(bench_, inbound(), limits);
    sa.packet(50);
    sa.packet(50);  // both units at their limits with one packet: dead of octets
    sa.packet(1);
  }
  limits.hard_octets = limits.soft_octets = 101;
  Limited sa(bench_, inbound(), limits);
  sa.packet(50);
  sa.packet(50);
  sa.packet(1);
}

TEST_P(SadLimits, AllFourAtRandom) {
  std::uint64_t state = 12345;
  const auto random = [&](std::uint64_t below) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (state >> 33) % below;
  };
  for (int run = 0; run < 60; ++run) {
    Sa limits;
    limits.hard_octets = random(4) == 0 ? 0 : 100 + random(2000);
    limits.hard_packets = random(4) == 0 ? 0 : 1 + random(30);
    limits.soft_octets = random(4) == 0 ? kNever : 1 + random(limits.hard_octets == 0 ? 2000 : limits.hard_octets);
    limits.soft_packets = random(4) == 0 ? kNever : 1 + random(limits.hard_packets == 0 ? 30 : limits.hard_packets);
    Limited sa(bench_, inbound(), limits);
    for (int n = 0; n < 36; ++n) sa.packet(static_cast<std::uint16_t>(4 * random(40)));
  }
}

TEST_P(SadLimits, WideNumbers) {
  // Limits near 2^64 do not wrap.
  Sa limits;
  limits.hard_octets = kNever;
  limits.soft_octets = kNever - 1;
  limits.hard_packets = kNever - 1;
  limits.mtu = 65535;
  Limited sa(bench_, inbound(), limits);
  for (int n = 0; n < 4; ++n) sa.packet(65000);
}

INSTANTIATE_TEST_SUITE_P(Directions, SadLimits, testing::Values(false, true),
                         [](const auto& info) { return info.param ? "Inbound" : "Outbound"; });

TEST(SadLimitsUnit, SumsDoNotWrap) {
  VerilatedContext context;
  Vsad_limits_model model(&context);
  for (const std::uint64_t count :
       {std::uint64_t{0}, std::uint64_t{1}, kNever / 2, kNever - 65535, kNever - 1, kNever}) {
    for (const std::uint16_t add : {0, 1, 2, 65535}) {
      const unsigned __int128 sum = static_cast<unsigned __int128>(count) + add;
      for (const std::uint64_t limit :
           {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{65535}, count, kNever - 1, kNever}) {
        model.clk_i = 0;
        model.load_i = 1;
        model.count_i = count;
        model.add_i = add;
        model.limit_i = limit;
        model.eval();
        model.clk_i = 1;
        model.eval();
        EXPECT_EQ(model.above_o, sum > limit) << count << '+' << add << ' ' << limit;
        EXPECT_EQ(model.equal_o, sum == limit) << count << '+' << add << ' ' << limit;
      }
    }
  }
  model.final();
}

TEST(SadSequence, EndOfNumbers) {
  Bench bench;
  for (const bool esn : {false, true}) {
    const std::uint64_t last = esn ? ~std::uint64_t{0} : 0xFFFFFFFFU;
    Sa sa = Sa::outbound(0x1234);
    if (esn) sa.set(SaFlag::kEsn);
    sa.word11 = last - 1;
    const std::uint16_t generation = bench.install(1, sa).generation;
    ASSERT_EQ(bench.poke(1, generation, last - 3).code, CmdCode::kOk);
    EXPECT_EQ(bench.admit(1, generation, 20).seq, last - 2);
    EXPECT_TRUE(bench.events().empty());
    EXPECT_EQ(bench.admit(1, generation, 20).seq, last - 1);
    auto events = bench.events();
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].kind, EventKind::kSoftSeq);
    EXPECT_EQ(events[0].count, last - 1);
    const Answer end = bench.admit(1, generation, 20);
    EXPECT_EQ(end.verdict, Verdict::kOk);  // the last number is used
    EXPECT_EQ(end.seq, last);
    EXPECT_EQ(bench.snapshot(1).dead, DeadReason::kSeqEnd);  // and with it the SA dies, not with the next packet
    events = bench.events();
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].kind, EventKind::kSeqEnd);
    EXPECT_EQ(events[0].count, last);
    for (int n = 0; n < 3; ++n) EXPECT_EQ(bench.admit(1, generation, 20).verdict, Verdict::kSeqEnd);
    EXPECT_TRUE(bench.events().empty());
    const Snap snap = bench.snapshot(1);
    EXPECT_EQ(snap.dead, DeadReason::kSeqEnd);
    EXPECT_EQ(snap.seq, last);
    EXPECT_EQ(snap.packets, 3U);
    ASSERT_EQ(bench.command(Op::kErase, 1, generation).state, EntryState::kFree);
  }
}

TEST(SadSequence, CrossesTwoToThe32WithEsnOnly) {
  Bench bench;
  Sa sa = Sa::outbound(0x1234).set(SaFlag::kEsn);
  const std::uint16_t generation = bench.install(1, sa).generation;
  bench.poke(1, generation, 0xFFFFFFFE);
  EXPECT_EQ(bench.admit(1, generation, 20).seq, 0xFFFFFFFFU);
  EXPECT_EQ(bench.admit(1, generation, 20).seq, 0x100000000U);
  EXPECT_EQ(bench.admit(1, generation, 20).seq, 0x100000001U);
}

TEST(SadSequence, LastPacketOfBothLimits) {
  Bench bench;
  Sa sa = Sa::outbound(0x1234);
  sa.hard_packets = 1;
  const std::uint16_t generation = bench.install(1, sa).generation;
  bench.poke(1, generation, 0xFFFFFFFE);
  EXPECT_EQ(bench.admit(1, generation, 20).seq, 0xFFFFFFFFU);
  const auto events = bench.events();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].kind, EventKind::kHard);
  EXPECT_TRUE(events[0].packets);
  EXPECT_EQ(events[1].kind, EventKind::kSeqEnd);
  EXPECT_EQ(bench.snapshot(1).dead, DeadReason::kHardPackets);
  EXPECT_EQ(bench.admit(1, generation, 20).verdict, Verdict::kHardPackets);
}

TEST(SadIcv, HalfAndLimit) {
  Bench bench;
  for (const std::uint64_t limit : {1U, 2U, 3U, 7U, 8U}) {
    Sa sa = Sa::inbound(5).set(SaFlag::kIcvForce);
    sa.icv_limit = limit;
    const std::uint16_t generation = bench.install(5, sa).generation;
    std::optional<std::uint64_t> half, end;
    for (std::uint64_t n = 1; n <= limit; ++n) {
      EXPECT_EQ(bench.receive(sa.spi, 9, 40, false), Verdict::kBadIcv);
      for (const Record& r : bench.events()) {
        auto& seen = r.kind == EventKind::kIcvSoft ? half : end;
        EXPECT_TRUE(r.kind == EventKind::kIcvSoft || r.kind == EventKind::kIcvLimit);
        EXPECT_FALSE(seen.has_value());
        EXPECT_EQ(r.count, n);
        seen = n;
      }
    }
    EXPECT_EQ(half, std::max<std::uint64_t>(limit / 2, 1));
    EXPECT_EQ(end, limit);
    EXPECT_EQ(bench.receive(sa.spi, 9, 40, false), Verdict::kDeadIcvLimit);
    EXPECT_EQ(bench.receive(sa.spi, 9, 40, true), Verdict::kDeadIcvLimit);
    EXPECT_EQ(bench.commit(5, generation, 9, 40, false), Verdict::kDeadIcvLimit);
    const Snap snap = bench.snapshot(5);
    EXPECT_EQ(snap.icv_fail, limit);
    EXPECT_EQ(snap.packets, 0U);
    ASSERT_EQ(bench.command(Op::kErase, 5, generation).state, EntryState::kFree);
  }
}

TEST(SadIcv, ForgedPacketsMoveTheirOwnCountOnly) {
  constexpr unsigned kForged = 100'000;
  Bench bench;
  Sa sa = Sa::inbound(20).set(SaFlag::kEsn);
  sa.hard_octets = 10'000;
  sa.hard_packets = 100;
  sa.soft_packets = 50;
  const std::uint16_t generation = bench.install(20, sa).generation;
  ASSERT_EQ(bench.install(21, Sa::inbound(21)).code, CmdCode::kOk);
  for (std::uint32_t n : {1U, 2U, 40U}) ASSERT_EQ(bench.receive(sa.spi, n, 40), Verdict::kOk);
  const Snap before = bench.snapshot(20);
  const Snap neighbour = bench.snapshot(21);
  std::uint64_t state = 7;
  for (unsigned n = 0; n < kForged; ++n) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    ASSERT_EQ(bench.commit(20, generation, state, static_cast<std::uint16_t>(state >> 40), false), Verdict::kBadIcv);
  }
  Snap after = bench.snapshot(20);
  EXPECT_EQ(after.icv_fail, before.icv_fail + kForged);
  EXPECT_EQ(after.seq, before.seq);
  EXPECT_EQ(after.octets, before.octets);
  EXPECT_EQ(after.packets, before.packets);
  EXPECT_EQ(after.raised, before.raised);
  EXPECT_EQ(after.dead, DeadReason::kAlive);
  EXPECT_EQ(bench.snapshot(21).icv_fail, neighbour.icv_fail);
  EXPECT_TRUE(bench.events().empty());
  // The window is as it was: seen numbers are refused, others accepted.
  for (std::uint32_t n : {1U, 2U, 40U}) EXPECT_EQ(bench.look_up(sa.spi, n).verdict, Verdict::kReplay);
  for (std::uint32_t n : {3U, 39U, 41U}) EXPECT_EQ(bench.receive(sa.spi, n, 40), Verdict::kOk);
}

}  // namespace
}  // namespace sallyport::test
