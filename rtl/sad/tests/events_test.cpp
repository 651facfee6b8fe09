// Events (G3): once a generation, never lost, late when the ring was full. The ring has four records.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "table_bench.hpp"
#include "table_model.hpp"

namespace sallyport::test {
namespace {

constexpr unsigned kRing = 4;

class SadEvents : public testing::Test {
 protected:
  /// Installs an SA whose first packet raises soft_packets, and sends it.
  std::uint16_t cross(std::uint16_t index) {
    Sa sa = Sa::outbound(0x1000U + index);
    sa.soft_packets = 1;
    const std::uint16_t generation = bench_.install(index, sa).generation;
    EXPECT_EQ(bench_.admit(index, generation, 40).verdict, Verdict::kOk);
    return generation;
  }
  TableBench<TableWide> bench_{kRing};
};

TEST_F(SadEvents, RecordIsWhole) {
  Sa sa = Sa::inbound(17);
  sa.soft_octets = 0x1'0000;
  const std::uint16_t generation = bench_.install(17, sa).generation;
  ASSERT_EQ(bench_.receive(sa.spi, 1, 0xFFFF), Verdict::kOk);
  EXPECT_EQ(bench_.head(), 0U);
  const std::uint64_t from = bench_.clocks();
  ASSERT_EQ(bench_.receive(sa.spi, 2, 0xFFFF), Verdict::kOk);
  const auto events = bench_.events();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].seq, 1U);
  EXPECT_EQ(events[0].index, 17);
  EXPECT_EQ(events[0].generation, generation);
  EXPECT_EQ(events[0].spi, sa.spi);
  EXPECT_EQ(events[0].kind, EventKind::kSoftOctets);
  EXPECT_TRUE(events[0].inbound);
  EXPECT_FALSE(events[0].late);
  EXPECT_EQ(events[0].count, 0x1'FFFEU);
  EXPECT_GT(events[0].time, from);
  EXPECT_LT(events[0].time, from + 100);
}

TEST_F(SadEvents, FullRingKeepsThemAndTellsThemLate) {
  std::map<std::uint16_t, std::uint16_t> want;
  for (std::uint16_t index = 0; index < 20; ++index) want[index] = cross(index);
  bench_.settle();
  EXPECT_EQ(bench_.head(), kRing);
  std::uint32_t number = 0;
  unsigned late = 0;
  while (!want.empty()) {
    const auto events = bench_.events(1 + number % 3);
    ASSERT_FALSE(events.empty());
    for (const Record& r : events) {
      EXPECT_EQ(r.seq, ++number);
      ASSERT_EQ(want.count(r.index), 1U) << "twice, or never raised";
      EXPECT_EQ(r.generation, want[r.index]);
      EXPECT_EQ(r.late, number > kRing);
      late += r.late ? 1 : 0;
      EXPECT_EQ(r.count, 1U);
      want.erase(r.index);
    }
  }
  EXPECT_EQ(bench_.late(), late);
  EXPECT_EQ(late, 20 - kRing);
  EXPECT_TRUE(bench_.events().empty());
}

TEST_F(SadEvents, LateCountIsTheCountAtDelivery) {
  for (std::uint16_t index = 0; index < kRing; ++index) cross(index);
  const std::uint16_t generation = cross(30);
  ASSERT_EQ(bench_.admit(30, generation, 40).verdict, Verdict::kOk);
  const auto events = bench_.events();
  ASSERT_EQ(events.size(), kRing + 1);
  EXPECT_EQ(events.back().index, 30);
  EXPECT_TRUE(events.back().late);
  EXPECT_EQ(events.back().count, 2U);
}

TEST_F(SadEvents, EraseWithFullRingLosesNothing) {
  for (std::uint16_t index = 0; index < kRing; ++index) cross(index);
  const std::uint16_t generation = cross(40);
  // The key is gone at once, the entry is not given out before its event is told.
  const CommandAnswer erased = bench_.command(Op::kErase, 40, generation);
  EXPECT_EQ(erased.code, CmdCode::kOk);
  EXPECT_EQ(erased.state, EntryState::kErasing);
  EXPECT_EQ(bench_.admit(40, generation, 40).verdict, Verdict::kWrongState);
  EXPECT_EQ(bench_.command(Op::kReserve, 40, 0, 0, 0x5000).code, CmdCode::kBadState);
  EXPECT_EQ(bench_.install(40, Sa::outbound(0x5000)).code, CmdCode::kBadState);
  EXPECT_EQ(bench_.command(Op::kErase, 40, generation).state, EntryState::kErasing);  // may be repeated
  const auto events = bench_.events();
  ASSERT_EQ(events.size(), kRing + 1);
  EXPECT_EQ(events.back().index, 40);
  EXPECT_EQ(events.back().generation, generation);
  EXPECT_EQ(events.back().spi, 0x1028U);
  EXPECT_EQ(events.back().count, 1U);
  EXPECT_TRUE(events.back().late);
  // It became free by itself.
  const Snap snap = bench_.snapshot(40);
  EXPECT_EQ(snap.state, EntryState::kFree);
  EXPECT_EQ(snap.packets | snap.spi | snap.raised, 0U);
  EXPECT_EQ(bench_.install(40, Sa::outbound(0x5000)).generation, generation + 1);
  EXPECT_TRUE(bench_.events().empty());
}

TEST_F(SadEvents, SomeRoomForSomeEvents) {
  for (std::uint16_t index = 0; index < kRing - 1; ++index) cross(index);
  // Three events with one packet, room for one.
  Sa sa = Sa::outbound(0x9999);
  sa.soft_packets = sa.soft_octets = sa.hard_packets = 1;
  const std::uint16_t generation = bench_.install(50, sa).generation;
  ASSERT_EQ(bench_.admit(50, generation, 40).verdict, Verdict::kOk);
  const auto events = bench_.events();
  ASSERT_EQ(events.size(), kRing - 1 + 3);
  std::set<EventKind> kinds;
  for (std::size_t i = kRing - 1; i < events.size(); ++i) {
    EXPECT_EQ(events[i].index, 50);
    EXPECT_EQ(events[i].late, i >= kRing);
    kinds.insert(events[i].kind);
  }
  EXPECT_EQ(kinds, (std::set<EventKind>{EventKind::kSoftOctets, EventKind::kSoftPackets, EventKind::kHard}));
}

TEST_F(SadEvents, LatencyIsBounded) {
  // README.md: kScanClocks an entry from the moment at which there is room. The last entry waits longest.
  for (std::uint16_t index = 0; index < kRing; ++index) cross(index);
  cross(63);
  bench_.settle();
  ASSERT_EQ(bench_.head(), kRing);
  const std::uint64_t from = bench_.clocks();
  bench_.model().ev_tail_i = 1;
  while (bench_.head() == kRing && bench_.clocks() - from < 10'000) bench_.clock();
  const std::uint64_t waited = bench_.clocks() - from;
  EXPECT_LE(waited,
            64U * kScanClocks + kScanClocks * 12U + 40U);  // the scrubber takes a turn of 10 clocks or so every 64
  EXPECT_GE(waited, 63U * kScanClocks);

  // Told at once: in the ring some 50 clocks after the packet was asked for.
  TableBench<TableWide> idle(kRing);
  Sa sa = Sa::outbound(0x1000U);
  sa.soft_packets = 1;
  const std::uint16_t generation = idle.install(0, sa).generation;
  const std::uint64_t asked = idle.clocks();
  idle.admit(0, generation, 40);
  while (idle.head() == 0 && idle.clocks() - asked < 1'000) idle.clock();
  EXPECT_LE(idle.clocks() - asked, 50U);
}

TEST_F(SadEvents, NewGenerationRaisesAnew) {
  for (int round = 0; round < 3; ++round) {
    const std::uint16_t generation = cross(3);
    EXPECT_EQ(bench_.admit(3, generation, 40).verdict, Verdict::kOk);
    const auto events = bench_.events();
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].generation, generation);
    ASSERT_EQ(bench_.command(Op::kErase, 3, generation).state, EntryState::kFree);
  }
}

TEST_F(SadEvents, StormWithASlowHost) {
  // Entries live, raise and are erased while the ring is full most of the time: one event of each generation, no more,
  // no less.
  std::map<std::pair<std::uint16_t, std::uint16_t>, int> told;
  std::set<std::pair<std::uint16_t, std::uint16_t>> raised;
  std::uint64_t state = 99;
  std::uint32_t number = 0;
  const auto collect = [&](std::size_t most) {
    for (const Record& r : bench_.events(most)) {
      EXPECT_EQ(r.seq, ++number);
      ++told[{r.index, r.generation}];
    }
  };
  for (int n = 0; n < 600; ++n) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    const auto index = static_cast<std::uint16_t>(state >> 33 & 15);
    const Snap snap = bench_.snapshot(index);
    if (snap.state == EntryState::kFree) {
      raised.insert({index, cross(index)});
    } else if (snap.state == EntryState::kActive) {
      EXPECT_EQ(bench_.command(Op::kErase, index, snap.generation).code, CmdCode::kOk);
    }
    if (n % 5 == 0) collect(1);
  }
  collect(SIZE_MAX);
  EXPECT_GT(raised.size(), 100U);
  for (const auto& key : raised) EXPECT_EQ(told[key], 1) << key.first << '/' << key.second;
  EXPECT_EQ(told.size(), raised.size());
  EXPECT_GT(bench_.late(), 20U);
}

}  // namespace
}  // namespace sallyport::test
