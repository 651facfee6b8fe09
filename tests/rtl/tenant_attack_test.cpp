// Retired, killed, erased and given to a new tenant, with packets and events of the old one still inside (G1, G3, G6,
// G7, G9).
//
// SALLYPORT_SEED is another run, SALLYPORT_PROFILE the profile. Guarantees: docs/reference/guarantees.md.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
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
using abi::SaFlag;
using abi::Verdict;
using model::Octets;
using model::OctetView;

// Clocks after the first packet at which something happens. `full` is through with the same packets many times sooner,
// so there the moments are closer.
std::vector<unsigned> moments(unsigned compact_end, unsigned compact_step, unsigned full_step) {
  const bool full = profile_under_test() == sim::Profile::kFull;
  const unsigned end = full ? 700 : compact_end;
  const unsigned step = full ? full_step : compact_step;
  std::vector<unsigned> at;
  for (unsigned delay = 0; delay < end; delay += step) at.push_back(delay);
  return at;
}

// G7, G9: The entry is erased and given to a new tenant at every moment of a stream of the old tenant's packets.
TEST(Attack, NewTenantUnderOutboundPackets) {
  std::map<Verdict, int> seen;
  for (const unsigned delay : moments(3000, 131, 13)) {
    Field field(13 + delay);
    TestSa old = field.sa(2, {SaFlag::kTunnel, SaFlag::kKey256});
    TestSa young = field.sa(2, {SaFlag::kTunnel, SaFlag::kEsn});
    field.install(old);
    if (HasFatalFailure()) return;
    std::vector<Octets> sent;
    for (std::uint32_t i = 0; i < 12; ++i) {
      sent.push_back(field.plain(i % 3 == 0 ? 1400 : 60));
      field.accelerator->push(Direction::kOutbound, field.to_send(old, sent.back(), i));
    }
    for (unsigned n = delay; n != 0;) n -= static_cast<unsigned>(field.accelerator->run(n));
    ASSERT_EQ(field.device.command(Op::kErase, 2, old.generation).state, EntryState::kFree);
    young.generation = old.generation;
    field.install(young);
    if (HasFatalFailure()) return;
    EXPECT_NE(young.generation, old.generation);
    bool refused = false;
    for (const PacketOut& out : field.drain(Direction::kOutbound)) {
      ++seen[verdict(out)];
      if (verdict(out) == Verdict::kOk) {
        ASSERT_FALSE(refused);
        const auto opened = old.peer->open(OctetView(out.octets).subspan(20), 0);
        ASSERT_TRUE(opened.has_value());
        const Octets& want = sent[out.status.cookie];
        ASSERT_TRUE(std::equal(want.begin(), want.end(), opened->begin()));
      } else {
        refused = true;
        ASSERT_EQ(verdict(out), Verdict::kStaleGeneration);
        ASSERT_TRUE(out.octets.empty());
      }
    }
    const Snapshot snap = field.device.snapshot(2);
    EXPECT_EQ(snap.generation, young.generation);
    EXPECT_EQ(snap.packets + snap.octets + snap.seq + snap.icv_fail, 0U);
  }
  EXPECT_GT(seen[Verdict::kOk], 0);
  EXPECT_GT(seen[Verdict::kStaleGeneration], 0);
}

// The same inbound, new key, same SPI. Between look-up and commit of one packet the tenant changes: the commit is
// refused.
TEST(Attack, NewTenantUnderInboundPackets) {
  std::map<Verdict, int> seen;
  for (const unsigned delay : moments(6000, 173, 13)) {
    Field field(14 + delay);
    TestSa old = field.sa(3, {SaFlag::kInbound, SaFlag::kTunnel, SaFlag::kKey256});
    TestSa young = field.sa(3, {SaFlag::kInbound, SaFlag::kTunnel});
    young.config.head.spi = old.config.head.spi;
    field.install(old);
    if (HasFatalFailure()) return;
    std::vector<Octets> sent;
    for (std::uint32_t i = 0; i < 6; ++i) {
      sent.push_back(field.plain(1400));
      field.accelerator->push(Direction::kInbound, Field::to_open(field.sealed(old, i + 1, sent.back()), i));
    }
    for (unsigned n = delay; n != 0;) n -= static_cast<unsigned>(field.accelerator->run(n));
    ASSERT_EQ(field.device.command(Op::kErase, 3, old.generation).state, EntryState::kFree);
    young.generation = old.generation;
    field.install(young);
    if (HasFatalFailure()) return;
    std::uint64_t bad = 0;
    for (const PacketOut& out : field.drain(Direction::kInbound)) {
      ++seen[verdict(out)];
      if (verdict(out) == Verdict::kOk) {
        ASSERT_EQ(out.octets, sent[out.status.cookie]);
        ASSERT_EQ(out.status.generation, old.generation);
      } else {
        ASSERT_TRUE(out.octets.empty());
        if (verdict(out) == Verdict::kBadIcv) ++bad;
      }
    }
    const Snapshot snap = field.device.snapshot(3);
    EXPECT_EQ(snap.packets + snap.octets + snap.seq, 0U);
    EXPECT_EQ(snap.icv_fail, bad);
    // The new tenant works, from its first number on.
    const Octets inner = field.plain(77);
    field.accelerator->push(Direction::kInbound, Field::to_open(field.sealed(young, 1, inner)));
    const auto out = field.drain(Direction::kInbound);
    ASSERT_EQ(out.size(), 1U);
    ASSERT_EQ(verdict(out[0]), Verdict::kOk);
    ASSERT_EQ(out[0].octets, inner);
  }
  EXPECT_GT(seen[Verdict::kOk], 0);
  EXPECT_GT(seen[Verdict::kStaleGeneration], 0) << "no tenant changed between look-up and commit";
  EXPECT_GT(seen[Verdict::kBadIcv], 0);
  for (const auto& [v, n] : seen) {
    EXPECT_TRUE(v == Verdict::kOk || v == Verdict::kStaleGeneration || v == Verdict::kBadIcv ||
                v == Verdict::kUnknownSpi || v == Verdict::kWrongState)
        << name(v) << ' ' << n;
  }
}

// G1, G9: An SA is killed or leaves its state while its packets are inside. What is counted when the command has its
// answer is what passes, behind the first refused packet none passes, and the entry can be erased with packets still
// inside.
TEST(Attack, RetiredAndKilledUnderPackets) {
  struct Case {
    Op op;
    EntryState state;
    bool inbound;
    Verdict refused;  // kOk: the state goes on taking packets
  };
  for (const Case& c : {Case{Op::kKill, EntryState::kActive, false, Verdict::kDeadKilled},
                        Case{Op::kKill, EntryState::kActive, true, Verdict::kDeadKilled},
                        Case{Op::kSetState, EntryState::kDraining, false, Verdict::kWrongState},
                        Case{Op::kSetState, EntryState::kDraining, true, Verdict::kOk},
                        Case{Op::kSetState, EntryState::kOverlap, false, Verdict::kOk},
                        Case{Op::kSetState, EntryState::kOverlap, true, Verdict::kOk},
                        Case{Op::kSetState, EntryState::kRedundant, false, Verdict::kOk},
                        Case{Op::kSetState, EntryState::kRedundant, true, Verdict::kOk}}) {
    const Direction way = c.inbound ? Direction::kInbound : Direction::kOutbound;
    std::map<Verdict, int> seen;
    for (const unsigned delay : moments(3000, 149, 37)) {
      SCOPED_TRACE(std::string(abi::name(c.op)) + ' ' + std::string(abi::name(c.state)) +
                   (c.inbound ? " inbound" : " outbound") + ", delay " + std::to_string(delay));
      Field field(15 + delay, delay % 2 == 0 ? 0.0 : 0.2);
      TestSa sa = c.inbound ? field.sa(3, {SaFlag::kInbound, SaFlag::kTunnel}) : field.sa(2, {SaFlag::kTunnel});
      field.install(sa);
      if (HasFatalFailure()) return;
      std::vector<Octets> sent;
      const auto push = [&](std::size_t octets) {
        const auto cookie = static_cast<std::uint32_t>(sent.size());
        sent.push_back(field.plain(octets));
        field.accelerator->push(way, c.inbound ? Field::to_open(field.sealed(sa, cookie + 1, sent.back()), cookie)
                                               : field.to_send(sa, sent.back(), cookie));
      };
      for (unsigned i = 0; i < 12; ++i) push(i % 3 == 0 ? 1400 : 60);
      for (unsigned n = delay; n != 0;) n -= static_cast<unsigned>(field.accelerator->run(n));
      const auto answer = field.device.command(c.op, sa.index, sa.generation, static_cast<std::uint32_t>(c.state));
      ASSERT_EQ(answer.code, CmdCode::kOk);
      const Snapshot then = field.device.snapshot(sa.index);
      EXPECT_EQ(then.state, c.state);
      EXPECT_EQ(then.dead, c.op == Op::kKill ? DeadReason::kKilled : DeadReason::kAlive);
      for (unsigned i = 0; i < 4; ++i) push(60);
      std::uint64_t passed = 0;
      for (const PacketOut& out : field.drain(way)) {
        ++seen[verdict(out)];
        if (verdict(out) == Verdict::kOk) {
          ASSERT_EQ(out.status.cookie, passed) << "passed behind one that was refused";
          ++passed;
          if (c.inbound) {
            ASSERT_EQ(out.octets, sent[out.status.cookie]);
          } else {
            const auto opened = sa.peer->open(OctetView(out.octets).subspan(20), 0);
            ASSERT_TRUE(opened.has_value());
            const Octets& want = sent[out.status.cookie];
            ASSERT_TRUE(std::equal(want.begin(), want.end(), opened->begin()));
          }
        } else {
          ASSERT_EQ(verdict(out), c.refused);
          ASSERT_TRUE(out.octets.empty());
        }
      }
      EXPECT_EQ(passed, c.refused == Verdict::kOk ? sent.size() : then.packets);
      EXPECT_EQ(field.device.snapshot(sa.index).packets, passed);
      // Packets inside once more, and the entry goes.
      push(1400);
      push(60);
      field.accelerator->run(delay / 8);
      ASSERT_EQ(field.device.command(Op::kErase, sa.index, sa.generation).state, EntryState::kFree);
      for (const PacketOut& out : field.drain(way)) {
        EXPECT_TRUE(verdict(out) != Verdict::kOk || c.refused == Verdict::kOk);
      }
      EXPECT_EQ(field.device.snapshot(sa.index).packets, 0U);
      EXPECT_EQ(field.accelerator->stream_faults(), 0U);
    }
    EXPECT_GT(seen[Verdict::kOk], 0);
    EXPECT_GT(seen[c.refused], 0);
  }
}

// G3, G6: The host takes no events. Its entries die, are erased, are asked for again; nothing is evicted, nothing is
// told twice or lost.
TEST(Attack, FullRingEraseAndReinstall) {
  Field field(24);
  const std::uint32_t depth =
      (field.device.read(regs::kCaps1Address) & regs::kCaps1RingDepthMask) >> regs::kCaps1RingDepthShift;
  std::set<std::tuple<std::uint16_t, std::uint16_t, std::uint8_t>> wanted;
  std::array<std::uint16_t, kSas> generation{};
  std::set<std::uint32_t> stuck;
  while (wanted.size() < depth + 60) {
    for (std::uint32_t i = 0; i < kSas && wanted.size() < depth + 60; i += 2) {
      if (stuck.contains(i)) continue;
      TestSa sa = field.sa(i, {SaFlag::kTunnel});
      sa.config.soft_octets = sa.config.soft_packets = sa.config.hard_packets = 1;
      sa.generation = generation[i];
      field.install(sa);
      if (HasFatalFailure()) return;
      EXPECT_EQ(sa.generation, generation[i] + 1);
      generation[i] = sa.generation;
      field.accelerator->push(Direction::kOutbound, field.to_send(sa, field.plain(40)));
      field.accelerator->push(Direction::kOutbound, field.to_send(sa, field.plain(40)));
      const auto out = field.drain(Direction::kOutbound);
      ASSERT_EQ(verdict(out[0]), Verdict::kOk);
      ASSERT_EQ(verdict(out[1]), Verdict::kHardPackets);
      for (const EventKind kind : {EventKind::kSoftOctets, EventKind::kSoftPackets, EventKind::kHard}) {
        wanted.emplace(i, sa.generation, static_cast<std::uint8_t>(kind));
      }
      const auto erased = field.device.command(Op::kErase, i, sa.generation);
      ASSERT_EQ(erased.code, CmdCode::kOk);
      ASSERT_EQ(erased.state, wanted.size() <= depth ? EntryState::kFree : EntryState::kErasing);
      if (erased.state == EntryState::kErasing) {
        stuck.insert(i);
        // Nobody gets it now, by whatever door, and no packet moves it.
        const auto image = model::encode_image(sa.config, sa.secret);
        EXPECT_EQ(field.device.commit(i, sa.generation, image).code, CmdCode::kBadState);
        EXPECT_EQ(field.device.command(Op::kReserve, i, 0, 0, 0x4444).code, CmdCode::kBadState);
        EXPECT_EQ(field.device.command(Op::kSetState, i, sa.generation, 2).code, CmdCode::kBadState);
        EXPECT_EQ(field.device.command(Op::kErase, i, sa.generation).state, EntryState::kErasing);
        field.accelerator->push(Direction::kOutbound, field.to_send(sa, field.plain(40)));
        EXPECT_EQ(verdict(field.drain(Direction::kOutbound)[0]), Verdict::kWrongState);
      }
    }
  }
  EXPECT_FALSE(stuck.empty());
  std::uint32_t number = 0;
  for (int round = 0; round < 20; ++round) {
    for (const auto& event : field.device.take_events()) {
      ASSERT_EQ(event.seq, ++number);
      EXPECT_EQ(wanted.erase({event.index, event.generation, event.kind}), 1U)
          << event.index << ' ' << event.generation << ' ' << static_cast<int>(event.kind);
    }
    for (unsigned n = 2000; n != 0;) n -= static_cast<unsigned>(field.accelerator->run(n));
  }
  EXPECT_TRUE(wanted.empty()) << wanted.size() << " events lost";
  for (const std::uint32_t i : stuck) EXPECT_EQ(field.look(i).state, EntryState::kFree);
}

}  // namespace
}  // namespace sallyport::test
