// Several lanes on one SA table: what holds for an SA holds however its packets are spread over the lanes.
// SALLYPORT_LANES, 2, 4 or 8, comes from the build; the last two take minutes to build and are run by ./dev soak.
//
// SALLYPORT_SEED in the environment is another run.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "accel/lane_models.hpp"
#include "field.hpp"

namespace sallyport::test {
namespace {

using abi::SaFlag;
using abi::Verdict;
using model::Octets;

constexpr std::uint32_t kTable = 1024;
constexpr unsigned kLanes = SALLYPORT_LANES;

std::unique_ptr<sim::Accelerator> all_lanes(std::uint64_t seed, double stall) {
  sim::AcceleratorOptions options;
  options.seed = seed;
  options.stall = stall;
  if constexpr (kLanes == 2) return sim::boot_lanes_2(options).value();
  if constexpr (kLanes == 4) return sim::boot_lanes_4(options).value();
  if constexpr (kLanes == 8) return sim::boot_lanes_8(options).value();
}

PacketIn on_lane(PacketIn packet, std::size_t lane) {
  packet.lane = static_cast<unsigned>(lane);
  return packet;
}

// G1, G2: numbers are given out once each, rising within a lane, and the limit is the SA's, not the lane's.
TEST(Lanes, OneOutboundSaInAllLanes) {
  for (const double stall : {0.0, 0.4}) {
    const std::uint64_t seed = from_environment("SALLYPORT_SEED", 21);
    SCOPED_TRACE("SALLYPORT_SEED=" + std::to_string(seed) + ", stall " + std::to_string(stall));
    Field field(seed, all_lanes(seed, stall), kTable);
    TestSa sa = field.sa(6, {SaFlag::kTunnel, SaFlag::kKey256, SaFlag::kEsn});
    constexpr std::uint64_t kHardPackets = 150;
    sa.config.hard_packets = kHardPackets;
    sa.config.soft_packets = 100;
    field.install(sa);
    if (HasFatalFailure()) return;
    constexpr std::size_t kSent = 200;
    std::vector<Octets> plain;
    for (std::size_t i = 0; i < kSent; ++i) {
      plain.push_back(field.plain(field.traffic.between(40, 300)));
      field.accelerator->push(Direction::kOutbound,
                              on_lane(field.to_send(sa, plain[i], static_cast<std::uint32_t>(i)), i % kLanes));
    }
    const auto out = field.drain(Direction::kOutbound);
    ASSERT_EQ(out.size(), kSent);
    std::set<std::uint32_t> numbers;
    std::array<std::uint32_t, kLanes> newest{};
    for (const PacketOut& packet : out) {
      EXPECT_EQ(packet.lane, packet.status.cookie % kLanes);
      if (verdict(packet) != Verdict::kOk) {
        EXPECT_EQ(verdict(packet), Verdict::kHardPackets);
        continue;
      }
      EXPECT_TRUE(numbers.insert(packet.status.aux).second) << "number " << packet.status.aux << " twice";
      EXPECT_GT(packet.status.aux, newest[packet.lane]);
      newest[packet.lane] = packet.status.aux;
      // Octet for octet what the golden cipher makes of this packet under this number.
      const Octets esp =
          sa.peer->seal(sa.config.head.spi, packet.status.aux, model::esp_plaintext(plain[packet.status.cookie], 0, 4));
      ASSERT_GE(packet.octets.size(), esp.size());
      EXPECT_TRUE(std::equal(esp.rbegin(), esp.rend(), packet.octets.rbegin())) << packet.status.cookie;
    }
    EXPECT_EQ(numbers.size(), kHardPackets);
    EXPECT_EQ(*numbers.rbegin(), kHardPackets);
    EXPECT_EQ(field.device.snapshot(6).packets, kHardPackets);
    field.settle();
    EXPECT_EQ(field.device.take_events().size(), 2U);  // soft, hard
    EXPECT_EQ(field.accelerator->stream_faults(), 0U);
  }
}

// G8: one copy of each number passes, whichever lane the copies take, at the same moment or not.
TEST(Lanes, CopiesInAllLanesPassOnce) {
  for (const double stall : {0.0, 0.4}) {
    const std::uint64_t seed = from_environment("SALLYPORT_SEED", 22);
    SCOPED_TRACE("SALLYPORT_SEED=" + std::to_string(seed) + ", stall " + std::to_string(stall));
    Field field(seed, all_lanes(seed, stall), kTable);
    TestSa sa = field.sa(9, {SaFlag::kInbound, SaFlag::kTunnel});
    field.install(sa);
    if (HasFatalFailure()) return;
    constexpr std::uint32_t kNumbers = 120;
    std::map<std::uint32_t, int> passed;
    std::uint32_t sent = 0;
    for (std::uint32_t number = 1; number <= kNumbers; ++number) {
      const Octets esp = field.sealed(sa, number, field.plain(40));
      for (std::size_t copy = 0; copy < 2 * kLanes; ++copy, ++sent) {
        field.accelerator->push(Direction::kInbound, on_lane(Field::to_open(esp, number), copy % kLanes));
      }
    }
    const auto out = field.drain(Direction::kInbound);
    ASSERT_EQ(out.size(), sent);
    for (const PacketOut& packet : out) {
      if (verdict(packet) == Verdict::kOk) {
        ++passed[packet.status.cookie];
      } else {
        EXPECT_EQ(verdict(packet), Verdict::kReplay);
      }
    }
    EXPECT_EQ(passed.size(), kNumbers);
    for (const auto& [number, times] : passed) EXPECT_EQ(times, 1) << number;
    EXPECT_EQ(field.device.snapshot(9).packets, kNumbers);
    // Each lane counts its own verdicts; the registers show their sum.
    EXPECT_EQ(field.device.counter(Direction::kInbound, Verdict::kOk), kNumbers);
    EXPECT_EQ(field.device.counter(Direction::kInbound, Verdict::kReplay), sent - kNumbers);
  }
}

// G7: many SAs, both directions, all lanes at once: every packet comes back from the lane that took it, unchanged.
TEST(Lanes, ManySasBothWays) {
  const std::uint64_t seed = from_environment("SALLYPORT_SEED", 23);
  SCOPED_TRACE("SALLYPORT_SEED=" + std::to_string(seed));
  Field field(seed, all_lanes(seed, 0.1), kTable);
  constexpr std::uint32_t kPairs = 40;
  std::vector<TestSa> sas;
  for (std::uint32_t pair = 0; pair < kPairs; ++pair) {
    TestSa out = field.sa(2 * pair, {SaFlag::kTunnel, SaFlag::kEsn});
    TestSa in = field.sa(2 * pair + 1, {SaFlag::kInbound, SaFlag::kTunnel, SaFlag::kEsn});
    if (pair % 2 == 0) {
      out.config.set(SaFlag::kKey256);
      in.config.set(SaFlag::kKey256);
    }
    out.config.head.spi = in.config.head.spi;
    in.secret = out.secret;
    field.install(out);
    field.install(in);
    if (HasFatalFailure()) return;
    sas.push_back(std::move(out));
  }
  std::vector<Octets> plain;
  for (int round = 0; round < 4; ++round) {
    const std::size_t base = plain.size();
    for (std::size_t i = 0; i < 200; ++i) {
      const std::size_t n =
          field.traffic.chance(5) ? field.traffic.between(1500, 9000) : field.traffic.between(20, 600);
      plain.push_back(field.plain(n));
      const TestSa& sa = sas[field.traffic.below(kPairs)];
      field.accelerator->push(
          Direction::kOutbound,
          on_lane(field.to_send(sa, plain.back(), static_cast<std::uint32_t>(base + i)), field.traffic.below(kLanes)));
    }
    const auto esp = field.drain(Direction::kOutbound);
    ASSERT_EQ(esp.size(), plain.size() - base);
    for (const PacketOut& packet : esp) {
      ASSERT_EQ(verdict(packet), Verdict::kOk);
      field.accelerator->push(Direction::kInbound, on_lane(Field::to_open(packet.octets, packet.status.cookie),
                                                           field.traffic.below(kLanes)));
    }
    for (const PacketOut& packet : field.drain(Direction::kInbound)) {
      // Two lanes may turn an SA's packets around by more than its window; those are replays to it.
      if (verdict(packet) == Verdict::kReplay) continue;
      ASSERT_EQ(verdict(packet), Verdict::kOk);
      ASSERT_EQ(packet.octets, plain[packet.status.cookie]);
    }
  }
  EXPECT_EQ(field.accelerator->stream_faults(), 0U);
}

}  // namespace
}  // namespace sallyport::test
