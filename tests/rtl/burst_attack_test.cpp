// Bursts of one SA: copies back to back (G8), a hundred packets in flight at a limit (G1).
//
// SALLYPORT_SEED is another run, SALLYPORT_PROFILE the profile. Guarantees: docs/reference/guarantees.md.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "field.hpp"

namespace sallyport::test {
namespace {

using abi::CmdCode;
using abi::EventKind;
using abi::Op;
using abi::SaFlag;
using abi::Verdict;
using model::Octets;

// G8: Copies of one packet back to back, near both ends of the window and across 2^32 with ESN: one of each number
// passes.
TEST(Attack, CopiesBackToBackPassOnce) {
  for (const double stall : {0.0, 0.5}) {
    for (const bool esn : {false, true}) {
      Field field(11, stall);
      TestSa sa = field.sa(3, {SaFlag::kInbound, SaFlag::kTunnel});
      if (esn) sa.config.set(SaFlag::kEsn);
      Field::make_peer(sa);
      field.install(sa);
      if (HasFatalFailure()) return;
      const std::uint64_t start = esn ? 0xFFFF'FFE0 : 0;
      if (esn) {
        ASSERT_EQ(field.device
                      .command(Op::kPokeSeq, 3, sa.generation, static_cast<std::uint32_t>(start),
                               static_cast<std::uint32_t>(start >> 32))
                      .code,
                  CmdCode::kOk);
      }
      // Forward, back into the window, ahead by a window and more, and back again.
      std::vector<std::uint64_t> numbers;
      for (const std::uint64_t step : {1, 2, 3, 40, 20, 64, 65, 66, 2, 130, 67, 500, 437, 436})
        numbers.push_back(start + step);
      std::map<std::uint64_t, Octets> packets;
      std::set<std::uint64_t> want;
      std::uint64_t top = start;
      std::vector<std::uint64_t> sent;
      for (const std::uint64_t number : numbers) {
        if (!packets.contains(number)) packets[number] = field.sealed(sa, number, field.plain(40));
        if (number + kWindow > top) want.insert(number);
        top = std::max(top, number);
        for (int copy = 0; copy < 4; ++copy) {
          field.accelerator->push(Direction::kInbound,
                                  Field::to_open(packets[number], static_cast<std::uint32_t>(sent.size())));
          sent.push_back(number);
        }
      }
      std::map<std::uint64_t, int> passed;
      const auto out = field.drain(Direction::kInbound);
      ASSERT_EQ(out.size(), sent.size());
      for (std::size_t i = 0; i < out.size(); ++i) {
        ASSERT_EQ(out[i].status.cookie, i);
        if (verdict(out[i]) == Verdict::kOk) {
          ++passed[sent[i]];
        } else {
          ASSERT_TRUE(verdict(out[i]) == Verdict::kReplay || verdict(out[i]) == Verdict::kBadIcv)
              << name(verdict(out[i]));
          ASSERT_TRUE(out[i].octets.empty());
        }
      }
      for (const auto& [number, times] : passed) EXPECT_EQ(times, 1) << number - start;
      for (const std::uint64_t number : want) EXPECT_EQ(passed[number], 1) << number - start << " esn " << esn;
      EXPECT_EQ(passed.size(), want.size());
      const Snapshot snap = field.device.snapshot(3);
      EXPECT_EQ(snap.packets, want.size());
      EXPECT_EQ(snap.seq, top);
    }
  }
}

// G1: A hundred packets of one SA wait at a limit; another SA's packets are mixed in.
TEST(Attack, AHundredInFlightAtALimit) {
  constexpr std::uint64_t kOctets = 44;  // of a 40-octet packet with its trailer
  struct Limit {
    std::uint64_t octets, packets, pass;
  };
  for (const Limit& limit :
       {Limit{0, 50, 50}, Limit{50 * kOctets, 0, 50}, Limit{50 * kOctets + 3, 0, 50}, Limit{50 * kOctets - 1, 0, 49},
        Limit{1, 0, 0}, Limit{0, 1, 1}, Limit{50 * kOctets, 50, 50}}) {
    for (const bool inbound : {false, true}) {
      Field field(12, 0.2);
      TestSa sa = inbound ? field.sa(3, {SaFlag::kInbound, SaFlag::kTunnel}) : field.sa(2, {SaFlag::kTunnel});
      TestSa other = inbound ? field.sa(5, {SaFlag::kInbound, SaFlag::kTunnel}) : field.sa(4, {SaFlag::kTunnel});
      sa.config.hard_octets = limit.octets;
      sa.config.hard_packets = limit.packets;
      field.install(sa);
      field.install(other);
      if (HasFatalFailure()) return;
      const Direction way = inbound ? Direction::kInbound : Direction::kOutbound;
      for (std::uint32_t i = 0; i < 100; ++i) {
        for (TestSa* s : {&sa, &other}) {
          const Octets inner = field.plain(40);
          const std::uint32_t cookie = 2 * i + (s == &other ? 1 : 0);
          field.accelerator->push(
              way, inbound ? Field::to_open(field.sealed(*s, i + 1, inner), cookie) : field.to_send(*s, inner, cookie));
        }
      }
      std::uint64_t passed = 0;
      std::uint64_t others = 0;
      for (const PacketOut& out : field.drain(way)) {
        if (out.status.cookie % 2 != 0) {
          others += verdict(out) == Verdict::kOk ? 1 : 0;
        } else if (verdict(out) == Verdict::kOk) {
          ASSERT_EQ(out.status.cookie, 2 * passed) << "a packet passed behind one that was refused";
          ++passed;
        } else {
          ASSERT_TRUE(out.octets.empty());
          ASSERT_EQ(verdict(out), limit.octets != 0 ? Verdict::kHardOctets : Verdict::kHardPackets);
        }
      }
      EXPECT_EQ(passed, limit.pass);
      EXPECT_EQ(others, 100U);
      const Snapshot snap = field.device.snapshot(sa.index);
      EXPECT_EQ(snap.packets, limit.pass);
      EXPECT_EQ(snap.octets, limit.pass * kOctets);
      std::size_t hard = 0;
      for (const auto& event : field.device.take_events()) {
        if (event.kind == static_cast<std::uint8_t>(EventKind::kHard)) ++hard;
      }
      EXPECT_EQ(hard, 1U);
    }
  }
}

}  // namespace
}  // namespace sallyport::test
