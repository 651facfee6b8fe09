// Reserve, commit, erase, states, generations, staging: the life of an entry and what the packet paths see of it.
#include <gtest/gtest.h>

#include "hash_key.hpp"
#include "table_bench.hpp"
#include "table_model.hpp"

namespace sallyport::test {
namespace {

using Bench = TableBench<Table64>;

void expect_view(const View& view, const Sa& sa, bool key256) {
  const Image image = sa.words();
  for (unsigned w = 0; w < 6; ++w) EXPECT_EQ(view.cfg[w], image[w]) << w;
  EXPECT_EQ(view.cfg[6], image[11]);
  EXPECT_EQ(view.key, sa.key);
  EXPECT_EQ(view.salt, sa.salt);
  EXPECT_EQ(view.h, hash_key(sa.key, key256));
}

TEST(SadInstall, BootsEveryEntryFree) {
  Bench bench;
  EXPECT_LT(bench.boot_clocks, 64U * 12U + 16U);
  for (std::uint16_t i = 0; i < 64; ++i) {
    const Snap snap = bench.snapshot(i);
    ASSERT_EQ(bench.snapshot_answer.code, CmdCode::kOk);
    EXPECT_EQ(snap.state, EntryState::kFree);
    EXPECT_EQ(snap.generation, 0);
    EXPECT_EQ(snap.packets | snap.octets | snap.seq | snap.fw | snap.spi, 0U);
    EXPECT_EQ(bench.admit(i, 0, 20).verdict, Verdict::kStaleGeneration);
  }
  EXPECT_EQ(bench.fatal(), 0U);
  EXPECT_EQ(bench.corrected(), 0U);
}

TEST(SadInstall, OutboundViewAndNumbers) {
  Bench bench;
  for (const bool key256 : {false, true}) {
    const std::uint16_t index = key256 ? 7 : 6;
    Sa sa = Sa::outbound(0x12345678);
    if (key256) sa.set(SaFlag::kKey256);
    const CommandAnswer done = bench.install(index, sa);
    ASSERT_EQ(done.code, CmdCode::kOk);
    EXPECT_EQ(done.generation, 1);
    EXPECT_EQ(done.state, EntryState::kActive);
    RecordProperty(key256 ? "commit256_clocks" : "commit128_clocks", static_cast<int>(done.clocks));
    for (std::uint64_t n = 1; n <= 3; ++n) {
      const Answer sent = bench.admit(index, 1, 100);
      ASSERT_EQ(sent.verdict, Verdict::kOk);
      EXPECT_EQ(sent.seq, n);
      expect_view(sent.view, sa, key256);
    }
    const Snap snap = bench.snapshot(index);
    EXPECT_EQ(snap.seq, 3U);
    EXPECT_EQ(snap.octets, 300U);
    EXPECT_EQ(snap.packets, 3U);
    EXPECT_EQ(snap.spi, 0x12345678U);
  }
}

TEST(SadInstall, InboundViewAndWindow) {
  Bench bench;
  const Sa sa = Sa::inbound(9);
  ASSERT_EQ(bench.install(9, sa).code, CmdCode::kOk);
  const Answer found = bench.look_up(sa.spi, 5);
  ASSERT_EQ(found.verdict, Verdict::kOk);
  EXPECT_EQ(found.index, 9);
  EXPECT_EQ(found.generation, 1);
  EXPECT_EQ(found.seq, 5U);
  expect_view(found.view, sa, false);
  EXPECT_EQ(bench.commit(9, 1, 5, 84, true), Verdict::kOk);
  EXPECT_EQ(bench.look_up(sa.spi, 5).verdict, Verdict::kReplay);
  EXPECT_EQ(bench.commit(9, 1, 5, 84, true), Verdict::kReplay);
  EXPECT_EQ(bench.look_up(sa.spi + 64, 6).verdict, Verdict::kUnknownSpi);
  EXPECT_EQ(bench.look_up(sa.spi + 64, 6).index, 0xFFFF);
  EXPECT_EQ(bench.look_up(sa.spi, 0).verdict, Verdict::kSeqZero);
  EXPECT_EQ(bench.look_up(sa.spi, 6, true).verdict, Verdict::kWrongMode);
  const Snap snap = bench.snapshot(9);
  EXPECT_EQ(snap.seq, 5U);
  EXPECT_EQ(snap.octets, 84U);
  EXPECT_EQ(snap.packets, 1U);
}

TEST(SadInstall, RefusalShowsNothingOfTheSa) {
  Bench bench;
  const Sa out = Sa::outbound(0x300);
  const Sa in = Sa::inbound(3);
  ASSERT_EQ(bench.install(2, out).code, CmdCode::kOk);
  ASSERT_EQ(bench.install(3, in).code, CmdCode::kOk);
  for (const Answer& answer :
       {bench.admit(64, 1, 20), bench.admit(2, 2, 20), bench.admit(3, 1, 20), bench.admit(2, 1, 20, false, 20),
        bench.admit(2, 1, 9000), bench.look_up(in.spi, 0), bench.look_up(in.spi ^ 0x100, 1),
        bench.look_up(in.spi, 1, true), bench.look_up(0x1002, 1)}) {
    EXPECT_NE(answer.verdict, Verdict::kOk);
    EXPECT_TRUE(answer.view.zero()) << abi::name(answer.verdict);
  }
  EXPECT_EQ(bench.admit(64, 1, 20).verdict, Verdict::kBadDescriptor);
  EXPECT_EQ(bench.admit(2, 2, 20).verdict, Verdict::kStaleGeneration);
  EXPECT_EQ(bench.admit(3, 1, 20).verdict, Verdict::kWrongDirection);
  EXPECT_EQ(bench.admit(2, 1, 20, false, 20).verdict, Verdict::kWrongMode);
}

TEST(SadInstall, PathMtu) {
  Bench bench;
  struct Case {
    bool tunnel, v6, udp;
    std::uint16_t offset, mtu, octets;
    bool fits;
    std::uint32_t largest;
  };
  // Outer length = outer header (or what stands before ESP) + 8 UDP + 32 + cipher octets; inner = cipher - 2, all of
  // which may be payload.
  const Case cases[] = {
      {true, false, false, 0, 1500, 1448, true, 0},   {true, false, false, 0, 1500, 1452, false, 1446},
      {true, true, false, 0, 1500, 1428, true, 0},    {true, true, false, 0, 1500, 1432, false, 1426},
      {true, false, true, 0, 1500, 1440, true, 0},    {true, false, true, 0, 1500, 1444, false, 1438},
      {false, false, false, 20, 1500, 1448, true, 0}, {false, false, false, 20, 1500, 1452, false, 1466},
      {false, false, false, 60, 128, 36, true, 0},    {false, false, false, 60, 128, 40, false, 94},
      {false, false, false, 96, 128, 4, false, 0},    {true, true, true, 0, 128, 52, false, 46},
      {true, false, false, 0, 65535, 65480, true, 0},
  };
  for (const Case& c : cases) {
    Sa sa;
    sa.spi = 0x400;
    sa.mtu = c.mtu;
    if (c.tunnel) sa.set(SaFlag::kTunnel);
    if (c.v6) sa.set(SaFlag::kOuterV6);
    if (c.udp) sa.set(SaFlag::kUdpEncap);
    const CommandAnswer done = bench.install(1, sa);
    ASSERT_EQ(done.code, CmdCode::kOk);
    const Answer answer = bench.admit(1, done.generation, c.octets, c.tunnel, c.offset);
    EXPECT_EQ(answer.verdict, c.fits ? Verdict::kOk : Verdict::kTooBig) << c.mtu << ' ' << c.octets;
    EXPECT_EQ(answer.aux, c.largest) << c.mtu << ' ' << c.octets;
    EXPECT_EQ(bench.snapshot(1).packets, c.fits ? 1U : 0U);
    ASSERT_EQ(bench.command(Op::kErase, 1, done.generation).state, EntryState::kFree);
  }
}

TEST(SadInstall, BadImages) {
  Bench bench;
  const auto refused = [&](std::uint16_t index, const Sa& sa) { return bench.install(index, sa).code; };
  Sa sa = Sa::outbound(255);
  EXPECT_EQ(refused(1, sa), CmdCode::kBadImage);
  sa = Sa::outbound(256);
  sa.mtu = 127;
  EXPECT_EQ(refused(1, sa), CmdCode::kBadImage);
  EXPECT_EQ(refused(1, Sa::inbound(2)), CmdCode::kBadImage);
  sa = Sa::outbound(256);
  sa.soft_octets = 0;
  EXPECT_EQ(refused(1, sa), CmdCode::kBadLimits);
  sa = Sa::outbound(256);
  sa.soft_packets = 0;
  EXPECT_EQ(refused(1, sa), CmdCode::kBadLimits);
  sa = Sa::outbound(256);
  sa.soft_octets = 101;
  sa.hard_octets = 100;
  EXPECT_EQ(refused(1, sa), CmdCode::kBadLimits);
  sa = Sa::outbound(256);
  sa.soft_packets = 3;
  sa.hard_packets = 2;
  EXPECT_EQ(refused(1, sa), CmdCode::kBadLimits);
  sa = Sa::outbound(256);
  sa.icv_limit = (std::uint64_t{1} << 32) - 1;
  EXPECT_EQ(refused(1, sa), CmdCode::kBadLimits);
  EXPECT_EQ(bench.snapshot(1).state, EntryState::kFree);
  EXPECT_EQ(bench.snapshot(1).generation, 0);
  sa.set(SaFlag::kIcvForce);
  EXPECT_EQ(refused(1, sa), CmdCode::kOk);
  sa = Sa::outbound(256);
  sa.soft_octets = sa.hard_octets = 100;
  EXPECT_EQ(refused(2, sa), CmdCode::kOk);
  EXPECT_EQ(bench.command(Op::kCommit, 64, 0, 0).code, CmdCode::kBadIndex);
}

TEST(SadInstall, StagingSlotIsErasedByCommit) {
  Bench bench;
  ASSERT_EQ(bench.install(1, Sa::outbound(0x500), 0, 3).code, CmdCode::kOk);
  // The slot holds zeros now: SPI 0.
  EXPECT_EQ(bench.command(Op::kCommit, 2, 0, 3).code, CmdCode::kBadImage);
  bench.stage(2, Sa::outbound(0x600).words());
  EXPECT_EQ(bench.command(Op::kClearStaging, 0, 0, 2).code, CmdCode::kOk);
  EXPECT_EQ(bench.command(Op::kCommit, 2, 0, 2).code, CmdCode::kBadImage);
  // No word of the key is left, should somebody stage an image without one.
  for (const bool by_command : {false, true}) {
    bench.stage(1, Sa::outbound(0x650).words());
    if (by_command) {
      bench.command(Op::kClearStaging, 0, 0, 1);
    } else {
      ASSERT_EQ(bench.command(Op::kCommit, 10, 0, 1).code, CmdCode::kOk);
    }
    Image keyless = Sa::outbound(0x651).words();
    bench.stage(1, keyless, abi::kCfgWords);
    const std::uint16_t index = by_command ? 12 : 11;
    ASSERT_EQ(bench.command(Op::kCommit, index, 0, 1).code, CmdCode::kOk);
    const View view = bench.admit(index, 1, 40).view;
    EXPECT_EQ(view.key, (std::array<std::uint64_t, 4>{}));
    EXPECT_EQ(view.salt, 0U);
  }
  // Slots do not touch each other.
  bench.stage(0, Sa::outbound(0x700).words());
  bench.stage(1, Sa::outbound(0x701).words());
  ASSERT_EQ(bench.command(Op::kCommit, 2, 0, 0).code, CmdCode::kOk);
  ASSERT_EQ(bench.command(Op::kCommit, 3, 0, 1).code, CmdCode::kOk);
  EXPECT_EQ(bench.snapshot(2).spi, 0x700U);
  EXPECT_EQ(bench.snapshot(3).spi, 0x701U);
}

TEST(SadInstall, ReservedSpi) {
  Bench bench;
  Sa sa = Sa::inbound(5);
  const CommandAnswer larval = bench.command(Op::kReserve, 5, 0xABCD, 0, sa.spi);
  ASSERT_EQ(larval.code, CmdCode::kOk);
  EXPECT_EQ(larval.generation, 1);
  EXPECT_EQ(larval.state, EntryState::kLarval);
  EXPECT_EQ(bench.command(Op::kReserve, 5, 0, 0, sa.spi).code, CmdCode::kBadState);
  EXPECT_EQ(bench.look_up(sa.spi, 1).verdict, Verdict::kWrongState);
  EXPECT_EQ(bench.admit(5, 1, 20).verdict, Verdict::kWrongState);
  EXPECT_EQ(bench.install(5, sa, 2).code, CmdCode::kBadGeneration);
  Sa other = sa;
  other.spi += 64;
  EXPECT_EQ(bench.install(5, other, 1).code, CmdCode::kBadImage);
  const CommandAnswer done = bench.install(5, sa, 1);
  EXPECT_EQ(done.code, CmdCode::kOk);
  EXPECT_EQ(done.generation, 1);
  EXPECT_EQ(bench.receive(sa.spi, 1, 40), Verdict::kOk);
  // An outbound SA carries the peer's SPI, whatever was reserved.
  ASSERT_EQ(bench.command(Op::kReserve, 6, 0, 0, 0x1006).code, CmdCode::kOk);
  EXPECT_EQ(bench.install(6, Sa::outbound(0xDEAD), 1).code, CmdCode::kOk);
  // A larval entry that was killed cannot be keyed.
  ASSERT_EQ(bench.command(Op::kReserve, 7, 0, 0, Sa::inbound(7).spi).code, CmdCode::kOk);
  EXPECT_EQ(bench.command(Op::kKill, 7, 1).dead, DeadReason::kKilled);
  EXPECT_EQ(bench.install(7, Sa::inbound(7), 1).code, CmdCode::kBadState);
}

TEST(SadInstall, EraseLeavesNothing) {
  Bench bench;
  const Sa sa = Sa::inbound(4);
  ASSERT_EQ(bench.install(4, sa).code, CmdCode::kOk);
  ASSERT_EQ(bench.command(Op::kWriteFw, 4, 1, 0x89ABCDEF, 0x01234567).code, CmdCode::kOk);
  EXPECT_EQ(bench.snapshot(4).fw, 0x0123456789ABCDEFU);
  ASSERT_EQ(bench.receive(sa.spi, 100, 40), Verdict::kOk);
  ASSERT_EQ(bench.receive(sa.spi, 99, 40, false), Verdict::kBadIcv);
  const CommandAnswer done = bench.command(Op::kErase, 4, 1);
  EXPECT_EQ(done.code, CmdCode::kOk);
  EXPECT_EQ(done.state, EntryState::kFree);
  const Snap snap = bench.snapshot(4);
  EXPECT_EQ(snap.generation, 1);
  EXPECT_EQ(snap.seq | snap.octets | snap.packets | snap.icv_fail | snap.fw | snap.spi, 0U);
  EXPECT_EQ(bench.look_up(sa.spi, 101).verdict, Verdict::kUnknownSpi);
  EXPECT_EQ(bench.commit(4, 1, 101, 40, true), Verdict::kStaleGeneration);
  EXPECT_EQ(bench.command(Op::kErase, 4, 1).code, CmdCode::kBadState);
  // The next tenant starts with an empty window.
  ASSERT_EQ(bench.install(4, sa).generation, 2);
  EXPECT_EQ(bench.receive(sa.spi, 100, 40), Verdict::kOk);
  EXPECT_EQ(bench.snapshot(4).packets, 1U);
}

TEST(SadInstall, OldGenerationHasNoEffect) {
  Bench bench;
  const Sa out = Sa::outbound(0x900);
  ASSERT_EQ(bench.install(8, out).generation, 1);
  ASSERT_EQ(bench.command(Op::kErase, 8, 1).code, CmdCode::kOk);
  const Sa in = Sa::inbound(8);
  ASSERT_EQ(bench.install(8, in).generation, 2);
  for (const Op op : {Op::kSetState, Op::kKill, Op::kErase, Op::kWriteFw, Op::kPokeSeq}) {
    EXPECT_EQ(bench.command(op, 8, 1, static_cast<std::uint32_t>(EntryState::kDraining)).code, CmdCode::kBadGeneration)
        << abi::name(op);
  }
  EXPECT_EQ(bench.admit(8, 1, 20).verdict, Verdict::kStaleGeneration);
  EXPECT_EQ(bench.commit(8, 1, 7, 20, true), Verdict::kStaleGeneration);
  EXPECT_EQ(bench.commit(8, 1, 7, 20, false), Verdict::kStaleGeneration);
  const Snap snap = bench.snapshot(8);
  EXPECT_EQ(snap.state, EntryState::kActive);
  EXPECT_EQ(snap.dead, DeadReason::kAlive);
  EXPECT_EQ(snap.seq | snap.packets | snap.icv_fail | snap.fw, 0U);
}

TEST(SadInstall, GenerationIsNeverZero) {
  Bench bench;
  std::uint16_t last = 0;
  for (unsigned i = 0; i < 65537; ++i) {
    const CommandAnswer larval = bench.command(Op::kReserve, 1, 0, 0, 0x1001);
    ASSERT_EQ(larval.code, CmdCode::kOk);
    ASSERT_EQ(larval.generation, last == 65535 ? 1 : last + 1);
    last = larval.generation;
    ASSERT_EQ(bench.command(Op::kErase, 1, last).state, EntryState::kFree);
  }
}

TEST(SadInstall, StatesAndTraffic) {
  using S = EntryState;
  const auto moves = [](S from, S to) {
    if (from == S::kActive) return to == S::kOverlap || to == S::kDraining || to == S::kRedundant;
    if (from == S::kOverlap) return to == S::kActive || to == S::kDraining || to == S::kRedundant;
    return from == S::kRedundant && to == S::kDraining;
  };
  Bench bench;
  for (const bool inbound : {false, true}) {
    for (const S from : {S::kLarval, S::kActive, S::kOverlap, S::kDraining, S::kRedundant}) {
      for (unsigned to = 0; to < 8; ++to) {
        const Sa sa = inbound ? Sa::inbound(3) : Sa::outbound(0x777);
        std::uint16_t generation = 0;
        if (from == S::kLarval) {
          generation = bench.command(Op::kReserve, 3, 0, 0, sa.spi).generation;
        } else {
          generation = bench.install(3, sa).generation;
          if (from != S::kActive) {
            ASSERT_EQ(bench.command(Op::kSetState, 3, generation, static_cast<std::uint32_t>(from)).code, CmdCode::kOk);
          }
        }
        const CommandAnswer moved = bench.command(Op::kSetState, 3, generation, to);
        const bool may = moves(from, static_cast<S>(to));
        EXPECT_EQ(moved.code, may ? CmdCode::kOk : CmdCode::kBadState) << abi::name(from) << " to " << to;
        const S now = may ? static_cast<S>(to) : from;
        EXPECT_EQ(moved.state, now);
        const bool keyed = now != S::kLarval;
        if (inbound) {
          EXPECT_EQ(bench.receive(sa.spi, 1, 40), keyed ? Verdict::kOk : Verdict::kWrongState) << abi::name(now);
        } else {
          EXPECT_EQ(bench.admit(3, generation, 40).verdict,
                    keyed && now != S::kDraining ? Verdict::kOk : Verdict::kWrongState)
              << abi::name(now);
        }
        ASSERT_EQ(bench.command(Op::kErase, 3, generation).state, S::kFree);
      }
    }
  }
}

TEST(SadInstall, Kill) {
  Bench bench;
  const Sa in = Sa::inbound(1);
  ASSERT_EQ(bench.install(1, in).code, CmdCode::kOk);
  ASSERT_EQ(bench.install(2, Sa::outbound(0x800)).code, CmdCode::kOk);
  const Answer in_flight = bench.look_up(in.spi, 1);
  ASSERT_EQ(in_flight.verdict, Verdict::kOk);
  EXPECT_EQ(bench.command(Op::kKill, 1, 1).dead, DeadReason::kKilled);
  EXPECT_EQ(bench.command(Op::kKill, 2, 1).dead, DeadReason::kKilled);
  EXPECT_EQ(bench.commit(1, 1, 1, 40, true), Verdict::kDeadKilled);
  EXPECT_EQ(bench.commit(1, 1, 1, 40, false), Verdict::kDeadKilled);
  EXPECT_EQ(bench.look_up(in.spi, 1).verdict, Verdict::kDeadKilled);
  EXPECT_EQ(bench.admit(2, 1, 40).verdict, Verdict::kDeadKilled);
  EXPECT_EQ(bench.snapshot(1).packets, 0U);
  EXPECT_TRUE(bench.events().empty());
}

TEST(SadInstall, OddCommands) {
  Bench bench;
  EXPECT_EQ(bench.command(Op::kNop).code, CmdCode::kOk);
  EXPECT_EQ(bench.command(static_cast<Op>(abi::kOpCount)).code, CmdCode::kBadOp);
  EXPECT_EQ(bench.command(static_cast<Op>(255)).code, CmdCode::kBadOp);
  EXPECT_EQ(bench.command(Op::kSnapshot, 64).code, CmdCode::kBadIndex);
  EXPECT_EQ(bench.command(Op::kReserve, 0xFFFF).code, CmdCode::kBadIndex);
  EXPECT_EQ(bench.command(Op::kKill, 0, 0).code, CmdCode::kBadState);
  EXPECT_EQ(bench.command(Op::kFlip, 0, 0, 6).code, CmdCode::kBadOp);
  EXPECT_EQ(bench.command(Op::kFlip, 0, 0, 2U << 8).code, CmdCode::kBadOp);
}

TEST(SadInstall, DropCounters) {
  Bench bench;
  for (unsigned v = 0; v < abi::kVerdictCount; ++v) {
    for (unsigned n = 0; n <= v; ++n) bench.count(false, static_cast<Verdict>(v));
    for (unsigned n = 0; n <= 2 * v; ++n) bench.count(true, static_cast<Verdict>(v));
  }
  for (unsigned v = 0; v < abi::kVerdictCount; ++v) {
    EXPECT_EQ(bench.counter(false, static_cast<Verdict>(v)), v + 1);
    EXPECT_EQ(bench.counter(true, static_cast<Verdict>(v)), 2 * v + 1);
  }
}

}  // namespace
}  // namespace sallyport::test
