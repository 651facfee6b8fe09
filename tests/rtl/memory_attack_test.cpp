// Memories that break under packets and under commands (G10).
//
// SALLYPORT_SEED is another run, SALLYPORT_PROFILE the profile. Guarantees: docs/reference/guarantees.md.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <set>
#include <vector>

#include "field.hpp"
#include "sallyport/regs.hpp"
#include "support/profile_under_test.hpp"

namespace sallyport::test {
namespace {

using abi::CmdCode;
using abi::DeadReason;
using abi::EntryState;
using abi::EventKind;
using abi::Op;
using abi::SadMem;
using abi::SaFlag;
using abi::Verdict;
using model::Octets;
using model::OctetView;

// G10: A word breaks at any moment of a stream of packets. What passed before is whole, nothing passes after, one event
// tells it, the neighbour lives, and the entry can be used again.
TEST(Attack, MemoryBreaksUnderPackets) {
  struct Memory {
    SadMem mem;
    unsigned words, bits;
  };
  constexpr Memory kMemories[] = {{SadMem::kState, 2, 36}, {SadMem::kCfg, 12, 72}, {SadMem::kKey, 7, 72},
                                  {SadMem::kOutc, 3, 72},  {SadMem::kInc, 5, 72},  {SadMem::kFw, 4, 22}};
  // The full profile takes the packets of a round in some 120 clocks and scrubs a word in four times as many.
  const bool full = profile_under_test() == sim::Profile::kFull;
  const unsigned moments = full ? 160 : 900;
  const unsigned scrub = (full ? 256 : 64) * 33 * 64 + 10'000;
  Field field(20);
  TestSa neighbour = field.sa(4, {SaFlag::kTunnel});
  field.install(neighbour);
  if (HasFatalFailure()) return;
  std::array<std::uint16_t, kSas> generation{};
  unsigned moment = 0;
  for (const Memory& memory : kMemories) {
    for (unsigned word = 0; word < memory.words; ++word) {
      for (const bool inbound : {false, true}) {
        for (int again = 0; again < 3; ++again) {
          SCOPED_TRACE(std::string(name(memory.mem)) + ' ' + std::to_string(word) + (inbound ? " in" : " out"));
          TestSa sa = inbound ? field.sa(3, {SaFlag::kInbound, SaFlag::kTunnel}) : field.sa(2, {SaFlag::kTunnel});
          sa.generation = generation[sa.index];
          field.install(sa);
          if (HasFatalFailure()) return;
          const Direction way = inbound ? Direction::kInbound : Direction::kOutbound;
          std::vector<Octets> sent;
          for (std::uint32_t i = 0; i < 8; ++i) {
            sent.push_back(field.plain(200));
            field.accelerator->push(way, inbound ? Field::to_open(field.sealed(sa, i + 1, sent.back()), i)
                                                 : field.to_send(sa, sent.back(), i));
          }
          field.accelerator->push(Direction::kOutbound, field.to_send(neighbour, field.plain(40), 1000));
          moment = (moment + 37) % moments;
          for (unsigned n = moment; n != 0;) n -= static_cast<unsigned>(field.accelerator->run(n));
          const unsigned a = moment % memory.bits;
          const unsigned b = (a + 1 + moment % 7) % memory.bits;
          ASSERT_EQ(field.device
                        .command(Op::kFlip, sa.index, sa.generation,
                                 static_cast<std::uint32_t>(memory.mem) | word << 8U, b << 16U | a)
                        .code,
                    CmdCode::kOk);
          bool refused = false;
          for (const PacketOut& out : field.drain(way)) {
            if (out.status.cookie == 1000) {
              EXPECT_EQ(verdict(out), Verdict::kOk);
            } else if (verdict(out) == Verdict::kOk) {
              ASSERT_FALSE(refused);
              if (inbound) {
                ASSERT_EQ(out.octets, sent[out.status.cookie]);
              } else {
                const auto opened = sa.peer->open(OctetView(out.octets).subspan(20), 0);
                ASSERT_TRUE(opened.has_value());
                ASSERT_TRUE(
                    std::equal(sent[out.status.cookie].begin(), sent[out.status.cookie].end(), opened->begin()));
              }
            } else {
              refused = true;
              ASSERT_TRUE(out.octets.empty());
              ASSERT_TRUE(verdict(out) == Verdict::kDeadMemory || verdict(out) == Verdict::kStaleGeneration)
                  << name(verdict(out));
            }
          }
          for (const PacketOut& out : field.drain(Direction::kOutbound)) EXPECT_EQ(verdict(out), Verdict::kOk);
          // The scrubber comes by at the latest; a word that was written since is whole again.
          if (!refused && again == 0) {
            for (unsigned n = scrub; n != 0;) n -= static_cast<unsigned>(field.accelerator->run(n));
          }
          const Snapshot snap = field.look(sa.index);
          model::CommandResult erased = field.device.command(Op::kErase, sa.index, snap.generation);
          const bool met_by_erase = erased.code == CmdCode::kMemory;
          if (met_by_erase) erased = field.device.command(Op::kErase, sa.index, erased.generation);
          // One event tells it. Whoever met the word may have done so after the snapshot.
          const auto events = field.device.take_events();
          EXPECT_LE(events.size(), 1U);
          if (snap.dead == DeadReason::kMemory || met_by_erase) {
            EXPECT_EQ(events.size(), 1U);
          }
          for (const auto& event : events) {
            EXPECT_EQ(event.kind, static_cast<std::uint8_t>(EventKind::kMemory));
            EXPECT_EQ(event.index, sa.index);
            if (!met_by_erase) {
              EXPECT_EQ(event.generation, snap.generation);
            }
          }
          ASSERT_EQ(erased.state, EntryState::kFree) << name(erased.code);
          generation[sa.index] = erased.generation;
        }
      }
    }
  }
  EXPECT_EQ(field.look(4).dead, DeadReason::kAlive);
}

// G10: Bits flip anywhere, one, two and more words at once, while commands and packets go on. Whatever breaks: nobody
// but erase sets an entry free, no event is told twice, no packet passes under a wrong key, and everything can be had
// back in the end.
TEST(Attack, BrokenMemoriesUnderCommands) {
  Field field(from_environment("SALLYPORT_SEED", 25));
  Traffic& t = field.traffic;
  constexpr std::uint32_t kUsed = 6;
  std::vector<TestSa> sas(kUsed);
  std::array<bool, kUsed> live{};
  std::set<std::tuple<std::uint16_t, std::uint16_t, std::uint8_t>> told;
  constexpr unsigned kWords[] = {2, 12, 7, 3, 5, 4};
  constexpr unsigned kBits[] = {36, 72, 72, 72, 72, 22};
  std::set<std::tuple<std::uint32_t, unsigned, unsigned>> touched;
  std::uint64_t fatal = 0;
  std::uint64_t passed = 0;
  std::uint64_t freed = 0;
  const auto events = [&] {
    for (const auto& e : field.device.take_events()) {
      EXPECT_TRUE(told.emplace(e.index, e.generation, e.kind).second)
          << name(static_cast<EventKind>(e.kind)) << " twice for " << e.index << '.' << e.generation;
    }
  };
  for (int step = 0; step < 2500; ++step) {
    const std::uint32_t i = static_cast<std::uint32_t>(t.below(kUsed));
    const std::uint32_t index = 10 + i;
    switch (t.below(8)) {
      case 0:
      case 1: {
        const Snapshot before = field.look(index);
        if (live[i]) {
          ASSERT_NE(before.state, EntryState::kFree) << "step " << step;
          model::CommandResult erased;
          int tries = 0;
          std::uint16_t generation = before.generation;
          do {
            ASSERT_LT(++tries, 10) << name(erased.code);
            erased = field.device.command(Op::kErase, index, generation);
            generation = erased.generation;
          } while (erased.code != CmdCode::kOk);
          if (erased.state != EntryState::kFree) {
            // A word that broke under the erase itself: what is left of it is in the ring soon.
            events();
            field.accelerator->run(5000);
            ASSERT_EQ(field.look(index).state, EntryState::kFree);
          }
          live[i] = false;
          ++freed;
        } else {
          const bool inbound = index % 2 != 0;
          TestSa sa =
              inbound ? field.sa(index, {SaFlag::kInbound, SaFlag::kTunnel}) : field.sa(index, {SaFlag::kTunnel});
          if (t.chance(30)) sa.config.set(SaFlag::kKey256);
          Field::make_peer(sa);
          sa.config.soft_packets = 3;
          const auto got = field.device.commit(index, before.generation, model::encode_image(sa.config, sa.secret));
          ASSERT_TRUE(got.code == CmdCode::kOk || got.code == CmdCode::kMemory || got.code == CmdCode::kBadState)
              << name(got.code) << " step " << step;
          sa.generation = got.generation;
          if (got.code != CmdCode::kOk) {
            ASSERT_EQ(field.device.command(Op::kClearStaging, 0, 0, 0).code, CmdCode::kOk);
            if (field.look(index).state != EntryState::kFree) live[i] = true;  // to be erased first
            if (live[i]) sa.generation = field.look(index).generation;
          } else {
            live[i] = true;
          }
          sas[i] = std::move(sa);
        }
        break;
      }
      case 2:
      case 3: {
        for (std::uint64_t n = t.chance(70) ? 1 : t.between(2, 4); n != 0; --n) {
          const auto mem = static_cast<unsigned>(t.chance(40) ? 0 : t.below(6));
          const auto word = static_cast<unsigned>(t.chance(40) ? 0 : t.below(kWords[mem]));
          const auto a = static_cast<unsigned>(t.below(kBits[mem]));
          const auto b = t.chance(50) ? a : static_cast<unsigned>(t.below(kBits[mem]));
          // Three wrong bits of a word are beyond the code: not again before the scrubber has come by.
          if (!touched.emplace(index, mem, word).second) continue;
          field.device.command(Op::kFlip, index, 0, mem | word << 8U, b << 16U | a);
        }
        break;
      }
      case 4: {
        if (t.chance(20)) field.device.command(Op::kKill, index, field.look(index).generation);
        field.device.command(Op::kWriteFw, index, field.look(index).generation, 1, 2);
        constexpr unsigned kScrub = 64 * 33 * 64 + 10'000;
        const bool all = t.chance(6);
        for (unsigned n = all ? kScrub : static_cast<unsigned>(t.below(3000)); n > 0;) {
          n -= static_cast<unsigned>(field.accelerator->run(n));
        }
        // A word that was noted second in a clock waits for the next round.
        if (all && t.chance(50)) {
          for (unsigned n = kScrub; n > 0;) n -= static_cast<unsigned>(field.accelerator->run(n));
          touched.clear();
        }
        break;
      }
      case 5:
        events();
        break;
      default: {
        TestSa& sa = sas[i];
        if (!sa.peer) break;
        const bool inbound = sa.config.inbound();
        const Octets inner = field.plain(44);
        const Direction way = inbound ? Direction::kInbound : Direction::kOutbound;
        field.accelerator->push(
            way, inbound ? Field::to_open(field.sealed(sa, ++sa.peer_sequence, inner)) : field.to_send(sa, inner));
        const PacketOut out = std::move(field.drain(way).at(0));
        if (verdict(out) == Verdict::kOk) {
          ++passed;
          ASSERT_TRUE(live[i]) << "a packet passed without a tenant";
          if (inbound) {
            ASSERT_EQ(out.octets, inner);
          } else {
            const auto opened = sa.peer->open(OctetView(out.octets).subspan(20), 0);
            ASSERT_TRUE(opened.has_value());
            ASSERT_TRUE(std::equal(inner.begin(), inner.end(), opened->begin()));
          }
        }
        break;
      }
    }
    if (HasFatalFailure()) return;
  }
  events();
  fatal = field.device.read(regs::kEccFatalAddress);
  std::printf("%llu packets passed, %llu entries erased, %llu fatal and %u corrected words\n",
              static_cast<unsigned long long>(passed), static_cast<unsigned long long>(freed),
              static_cast<unsigned long long>(fatal), field.device.read(regs::kEccCorrectedAddress));
  EXPECT_GT(fatal, 50U);
  EXPECT_GT(passed, 100U);
}

}  // namespace
}  // namespace sallyport::test
