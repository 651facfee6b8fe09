// "Reached", as guarantees.md says it: soft and hard, octets and packets, both directions, at 0, 1, 2, limit-1, limit,
// limit+1.
#include <gtest/gtest.h>

#include "test_sa.hpp"

namespace sallyport::model::test {
namespace {

using abi::CmdCode;
using abi::DeadReason;
using abi::EventKind;

constexpr std::size_t kData = 34;                             // UDP data
constexpr std::size_t kUnit = cipher_octets(kData + 8 + 20);  // octets counted a packet

/// Sends packets of one size until one end refuses; collects what the watched end says.
struct Outcome {
  std::vector<Verdict> verdicts;
  Events events;
};

Outcome outcome(Pair& pair, bool watch_inbound, std::size_t packets, std::size_t data = kData) {
  Outcome out;
  for (std::size_t i = 0; i < packets; ++i) {
    PacketResult result = pair.send(udp4(data));
    if (watch_inbound) result = pair.receive(result.octets);
    out.verdicts.push_back(result.verdict());
    out.events.insert(out.events.end(), result.events.begin(), result.events.end());
  }
  return out;
}

struct Limits {
  std::uint64_t soft_octets = UINT64_MAX;
  std::uint64_t hard_octets = 0;
  std::uint64_t soft_packets = UINT64_MAX;
  std::uint64_t hard_packets = 0;
};

Pair limited(bool inbound, const Limits& limits) {
  SaConfig out = out_config();
  SaConfig in = in_config();
  SaConfig& sa = inbound ? in : out;
  sa.soft_octets = limits.soft_octets;
  sa.hard_octets = limits.hard_octets;
  sa.soft_packets = limits.soft_packets;
  sa.hard_packets = limits.hard_packets;
  return {out, in};
}

const SaEntry& watched(const Pair& pair, bool inbound) {
  return inbound ? pair.b.entry(kInIndex) : pair.a.entry(kOutIndex);
}

class Limit : public testing::TestWithParam<bool> {};

TEST_P(Limit, HardPacketsAtEveryCount) {
  const bool inbound = GetParam();
  for (const std::uint64_t hard : {1, 2, 3, 10}) {
    Pair pair = limited(inbound, {.hard_packets = hard});
    const Outcome got = outcome(pair, inbound, hard + 3);
    for (std::size_t i = 0; i < got.verdicts.size(); ++i) {
      EXPECT_EQ(got.verdicts[i], i < hard ? Verdict::kOk : Verdict::kHardPackets) << hard << " " << i;
    }
    ASSERT_EQ(got.events.size(), 1U);
    EXPECT_EQ(got.events[0].kind, EventKind::kHard);
    EXPECT_TRUE(got.events[0].unit_packets);
    EXPECT_EQ(got.events[0].count, hard);
    EXPECT_EQ(got.events[0].inbound, inbound);
    EXPECT_EQ(watched(pair, inbound).packets(), hard);
    EXPECT_EQ(watched(pair, inbound).dead(), DeadReason::kHardPackets);
  }
}

TEST_P(Limit, HardOctetsOffsetsAroundAMultiple) {
  const bool inbound = GetParam();
  constexpr std::uint64_t kWhole = 4;
  for (const int offset : {-1, 0, 1}) {
    const std::uint64_t hard = kWhole * kUnit + static_cast<std::uint64_t>(offset);
    Pair pair = limited(inbound, {.hard_octets = hard});
    const std::size_t fits = offset < 0 ? kWhole - 1 : kWhole;
    const Outcome got = outcome(pair, inbound, kWhole + 3);
    for (std::size_t i = 0; i < got.verdicts.size(); ++i) {
      EXPECT_EQ(got.verdicts[i], i < fits ? Verdict::kOk : Verdict::kHardOctets) << offset << " " << i;
    }
    ASSERT_EQ(got.events.size(), 1U);
    EXPECT_EQ(got.events[0].kind, EventKind::kHard);
    EXPECT_FALSE(got.events[0].unit_packets);
    EXPECT_EQ(got.events[0].count, fits * kUnit);
    EXPECT_LE(watched(pair, inbound).octets(), hard);
    EXPECT_EQ(watched(pair, inbound).dead(), DeadReason::kHardOctets);
  }
}

TEST_P(Limit, HardOctetsOfOneAndTwoRefuseTheFirstPacket) {
  for (const std::uint64_t hard : {1, 2}) {
    Pair pair = limited(GetParam(), {.soft_octets = 1, .hard_octets = hard});
    const Outcome got = outcome(pair, GetParam(), 2);
    EXPECT_EQ(got.verdicts, (std::vector<Verdict>{Verdict::kHardOctets, Verdict::kHardOctets}));
    ASSERT_EQ(got.events.size(), 1U);
    EXPECT_EQ(got.events[0].count, 0U);
    EXPECT_EQ(watched(pair, GetParam()).sequence(), 0U);
  }
}

TEST_P(Limit, AfterARefusalSmallPacketsAreRefusedToo) {
  Pair pair = limited(GetParam(), {.hard_octets = 10 * kUnit});
  outcome(pair, GetParam(), 9);
  EXPECT_EQ(outcome(pair, GetParam(), 1, kData + 4).verdicts[0], Verdict::kHardOctets);
  EXPECT_EQ(outcome(pair, GetParam(), 1, 1).verdicts[0], Verdict::kHardOctets);
  EXPECT_EQ(watched(pair, GetParam()).octets(), 9 * kUnit);
}

TEST_P(Limit, SoftOctetsOnceWhenReached) {
  for (const std::uint64_t soft :
       {std::uint64_t{1}, std::uint64_t{2}, 2 * kUnit - 1, std::uint64_t{2 * kUnit}, 2 * kUnit + 1}) {
    Pair pair = limited(GetParam(), {.soft_octets = soft});
    const std::size_t at = (soft + kUnit - 1) / kUnit;  // the packet whose count reaches it
    const Outcome before = outcome(pair, GetParam(), at - 1);
    EXPECT_TRUE(before.events.empty()) << soft;
    const Outcome got = outcome(pair, GetParam(), 4);
    ASSERT_EQ(got.events.size(), 1U) << soft;
    EXPECT_EQ(got.events[0].kind, EventKind::kSoftOctets);
    EXPECT_EQ(got.events[0].count, at * kUnit);
  }
}

TEST_P(Limit, SoftPacketsOnceWhenReached) {
  for (const std::uint64_t soft : {1, 2, 5}) {
    Pair pair = limited(GetParam(), {.soft_packets = soft});
    EXPECT_TRUE(outcome(pair, GetParam(), soft - 1).events.empty());
    const Outcome got = outcome(pair, GetParam(), 4);
    ASSERT_EQ(got.events.size(), 1U);
    EXPECT_EQ(got.events[0].kind, EventKind::kSoftPackets);
    EXPECT_EQ(got.events[0].count, soft);
  }
}

TEST_P(Limit, SoftAndHardTogetherComeInOrder) {
  Pair pair = limited(GetParam(), {.soft_octets = kUnit, .hard_octets = kUnit, .soft_packets = 1, .hard_packets = 1});
  const Outcome got = outcome(pair, GetParam(), 2);
  EXPECT_EQ(got.verdicts, (std::vector<Verdict>{Verdict::kOk, Verdict::kHardOctets}));
  ASSERT_EQ(got.events.size(), 3U);
  EXPECT_EQ(got.events[0].kind, EventKind::kSoftOctets);
  EXPECT_EQ(got.events[1].kind, EventKind::kSoftPackets);
  EXPECT_EQ(got.events[2].kind, EventKind::kHard);
  EXPECT_FALSE(got.events[2].unit_packets);
}

TEST_P(Limit, NoLimitMeansNone) {
  Pair pair = limited(GetParam(), {});
  const Outcome got = outcome(pair, GetParam(), 300);
  EXPECT_TRUE(got.events.empty());
  EXPECT_EQ(watched(pair, GetParam()).packets(), 300U);
}

INSTANTIATE_TEST_SUITE_P(Direction, Limit, testing::Values(false, true),
                         [](const auto& info) { return info.param ? "Inbound" : "Outbound"; });

TEST(SequenceEnd, LastNumberIsSentThenTheSaIsDead) {
  for (const bool esn : {false, true}) {
    Pair pair(esn ? Flags{SaFlag::kTunnel, SaFlag::kEsn} : Flags{SaFlag::kTunnel});
    const std::uint64_t last = esn ? UINT64_MAX : UINT32_MAX;
    pair.a.preset(kOutIndex, last - 2, 0, 0, 0);
    pair.b.preset(kInIndex, last - 2, 0, 0, 0);
    PacketResult sent = pair.send(udp4());
    EXPECT_EQ(sent.verdict(), Verdict::kOk);
    EXPECT_TRUE(sent.events.empty());
    EXPECT_EQ(pair.receive(sent.octets).verdict(), Verdict::kOk);
    sent = pair.send(udp4());
    EXPECT_EQ(sent.verdict(), Verdict::kOk);
    EXPECT_EQ(sent.status.aux, UINT32_MAX);
    ASSERT_EQ(sent.events.size(), 1U);
    EXPECT_EQ(sent.events[0].kind, EventKind::kSeqEnd);
    EXPECT_EQ(sent.events[0].count, last);
    EXPECT_EQ(pair.receive(sent.octets).verdict(), Verdict::kOk);
    EXPECT_EQ(pair.b.entry(kInIndex).dead(), DeadReason::kAlive);
    EXPECT_EQ(pair.send(udp4()).verdict(), Verdict::kSeqEnd);
    EXPECT_EQ(pair.a.entry(kOutIndex).dead(), DeadReason::kSeqEnd);
  }
}

TEST(SequenceEnd, SoftThresholdOnce) {
  SaConfig out = out_config();
  out.soft_sequence = 3;
  Pair pair(out, in_config());
  EXPECT_TRUE(pair.send(udp4()).events.empty());
  EXPECT_TRUE(pair.send(udp4()).events.empty());
  const PacketResult third = pair.send(udp4());
  ASSERT_EQ(third.events.size(), 1U);
  EXPECT_EQ(third.events[0].kind, EventKind::kSoftSeq);
  EXPECT_EQ(third.events[0].count, 3U);
  EXPECT_TRUE(pair.send(udp4()).events.empty());
}

TEST(IntegrityLimit, SoftAtHalfDeadAtTheLimit) {
  for (const std::uint64_t limit : {1, 2, 3, 10}) {
    SaConfig in = in_config({SaFlag::kTunnel, SaFlag::kIcvForce});
    in.icv_limit = limit;
    Pair pair(out_config(), in);
    Octets forged = pair.send(udp4()).octets;
    const Octets good = forged;
    forged.back() ^= 1;
    Events events;
    for (std::uint64_t i = 1; i <= limit + 1; ++i) {
      const PacketResult got = pair.receive(forged);
      EXPECT_EQ(got.verdict(), i <= limit ? Verdict::kBadIcv : Verdict::kDeadIcvLimit);
      events.insert(events.end(), got.events.begin(), got.events.end());
    }
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(events[0].kind, EventKind::kIcvSoft);
    EXPECT_EQ(events[0].count, std::max<std::uint64_t>(1, limit / 2));
    EXPECT_EQ(events[1].kind, EventKind::kIcvLimit);
    EXPECT_EQ(events[1].count, limit);
    EXPECT_EQ(pair.receive(good).verdict(), Verdict::kDeadIcvLimit);
  }
}

TEST(InstallLimits, ContradictionsAreRefused) {
  GoldenAccelerator golden(kNumSas, kWindow);
  const auto code = [&](auto change) {
    SaConfig sa = in_config();
    change(sa);
    const CommandResult got = golden.commit(kInIndex, 0, encode_image(sa, secret()));
    if (got.code == CmdCode::kOk) golden.erase(kInIndex, got.generation);
    return got.code;
  };
  EXPECT_EQ(code([](SaConfig& sa) { sa.soft_octets = 0; }), CmdCode::kBadLimits);
  EXPECT_EQ(code([](SaConfig& sa) { sa.soft_packets = 0; }), CmdCode::kBadLimits);
  EXPECT_EQ(code([](SaConfig& sa) { sa.soft_octets = 2, sa.hard_octets = 1; }), CmdCode::kBadLimits);
  EXPECT_EQ(code([](SaConfig& sa) { sa.soft_octets = 2, sa.hard_octets = 2; }), CmdCode::kOk);
  EXPECT_EQ(code([](SaConfig& sa) { sa.soft_packets = 3, sa.hard_packets = 2; }), CmdCode::kBadLimits);
  EXPECT_EQ(code([](SaConfig& sa) { sa.hard_packets = 2; }), CmdCode::kOk);
  EXPECT_EQ(code([](SaConfig& sa) { sa.icv_limit = (std::uint64_t{1} << 32) - 1; }), CmdCode::kBadLimits);
  EXPECT_EQ(code([](SaConfig& sa) { sa.icv_limit = std::uint64_t{1} << 32; }), CmdCode::kOk);
}

}  // namespace
}  // namespace sallyport::model::test
