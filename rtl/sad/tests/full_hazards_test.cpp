// What can meet in sad_full's pipelines: many requests of one SA at once, commands and memory errors between them.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

#include "Vsad_full_4_model.h"
#include "Vsad_full_64_model.h"
#include "full_bench.hpp"

namespace sallyport::test {
namespace {

template <class V, unsigned kL>
struct Table {
  using Model = V;
  static constexpr unsigned kLanes = kL;
};

template <class T>
class SadHazards : public testing::Test {
 protected:
  static constexpr unsigned kLanes = T::kLanes;
  using Bench = FullBench<typename T::Model, kLanes>;
  static constexpr unsigned kRing = kLanes == 1 ? 256 : 16;

  /// All lanes ask for the same, `n` times in all.
  void send_all(unsigned n, const Request& request) {
    for (unsigned i = 0; i < n; ++i) bench_.send(i % kLanes, request);
  }
  std::vector<Record> events() {
    bench_.drain();
    std::vector<Record> out;
    while (const auto record = bench_.event()) out.push_back(*record);
    return out;
  }
  Bench bench_{kRing};
};

using Tables = testing::Types<Table<Vsad_full_64_model, 1>, Table<Vsad_full_4_model, 4>>;
TYPED_TEST_SUITE(SadHazards, Tables);

TYPED_TEST(SadHazards, HardLimitsUnderABurst) {
  for (const bool by_octets : {true, false}) {
    for (const unsigned limit : {1U, 7U, 50U, 99U, 100U, 101U}) {
      Sa sa = Sa::outbound(0x1234);
      (by_octets ? sa.hard_octets : sa.hard_packets) = by_octets ? limit * 40 : limit;
      const std::uint16_t generation = this->bench_.install(5, sa).generation;
      unsigned passed = 0;
      std::set<std::uint64_t> numbers;
      this->bench_.on_answer = [&](unsigned, const Request&, const Answer& a) {
        if (a.verdict == Verdict::kOk) {
          ++passed;
          EXPECT_TRUE(numbers.insert(a.seq).second);
        } else {
          EXPECT_EQ(a.verdict, by_octets ? Verdict::kHardOctets : Verdict::kHardPackets);
        }
      };
      this->send_all(100, Request::admit(5, generation));
      const auto events = this->events();
      EXPECT_EQ(passed, std::min(limit, 100U));
      EXPECT_EQ(numbers.size(), passed);
      EXPECT_EQ(*numbers.rbegin(), passed);
      ASSERT_EQ(events.size(), limit <= 100 ? 1U : 0U) << limit;
      if (limit <= 100) {
        EXPECT_EQ(events[0].kind, EventKind::kHard);
        EXPECT_EQ(events[0].count, by_octets ? limit * 40 : limit);
        EXPECT_FALSE(events[0].late);
      }
      const Snap snap = this->bench_.snapshot(5);
      EXPECT_EQ(snap.packets, passed);
      EXPECT_EQ(snap.octets, passed * 40);
      ASSERT_EQ(this->bench_.command(Op::kErase, 5, generation).state, EntryState::kFree);
    }
  }
}

TYPED_TEST(SadHazards, OddLimitRefusesWithItsEvent) {
  // The limit lies between two packets: the first one refused kills, and what is behind it in the pipeline is refused
  // too, although a small one would fit.
  Sa sa = Sa::outbound(0x1234);
  sa.hard_octets = 1000;
  const std::uint16_t generation = this->bench_.install(5, sa).generation;
  std::uint64_t octets = 0;
  this->bench_.on_answer = [&](unsigned, const Request& q, const Answer& a) {
    if (a.verdict == Verdict::kOk) octets += q.octets;
  };
  for (unsigned i = 0; i < 60; ++i) this->bench_.send(i % this->kLanes, Request::admit(5, generation, 300));
  for (unsigned i = 0; i < 40; ++i) this->bench_.send(i % this->kLanes, Request::admit(5, generation, 4));
  const auto events = this->events();
  EXPECT_EQ(octets, 900U);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].kind, EventKind::kHard);
  EXPECT_EQ(events[0].count, 900U);
}

TYPED_TEST(SadHazards, SoftOnceWithTheCountThatCrossed) {
  Sa sa = Sa::outbound(0x1234);
  sa.soft_packets = 30;
  sa.soft_octets = 2000;
  sa.word11 = 77;
  const std::uint16_t generation = this->bench_.install(9, sa).generation;
  this->send_all(200, Request::admit(9, generation));
  const auto events = this->events();
  ASSERT_EQ(events.size(), 3U);
  std::map<EventKind, std::uint64_t> count;
  for (const Record& r : events) {
    EXPECT_FALSE(r.late);
    count[r.kind] = r.count;
  }
  EXPECT_EQ(count[EventKind::kSoftPackets], 30U);
  EXPECT_EQ(count[EventKind::kSoftOctets], 2000U);
  EXPECT_EQ(count[EventKind::kSoftSeq], 77U);
  EXPECT_EQ(this->bench_.snapshot(9).packets, 200U);
}

TYPED_TEST(SadHazards, SameSaGoesOnEverySevenClocks) {
  const std::uint16_t generation = this->bench_.install(3, Sa::outbound(0x1234)).generation;
  std::map<std::uint64_t, unsigned> between;
  std::uint64_t last = 0;
  this->bench_.on_grant = [&](unsigned, const Request& q) {
    if (last != 0) ++between[q.granted - last];
    last = q.granted;
  };
  this->send_all(400, Request::admit(3, generation));
  this->bench_.drain();
  EXPECT_EQ(between.begin()->first, 7U);
  EXPECT_GT(between[7], 380U);  // the scrubber has a turn now and then
  this->RecordProperty("same_sa_clocks", 7);
}

TYPED_TEST(SadHazards, SameNumberTwiceInARow) {
  const Sa sa = Sa::inbound(6);
  const std::uint16_t generation = this->bench_.install(6, sa).generation;
  std::map<std::uint64_t, unsigned> accepted, refused;
  this->bench_.on_answer = [&](unsigned, const Request& q, const Answer& a) {
    EXPECT_TRUE(a.verdict == Verdict::kOk || a.verdict == Verdict::kReplay) << abi::name(a.verdict);
    ++(a.verdict == Verdict::kOk ? accepted : refused)[q.seq];
  };
  // Two copies: right behind each other, in two lanes at once, and with other numbers between them.
  for (std::uint64_t n = 1; n <= 300; ++n) {
    const auto lane = static_cast<unsigned>(n % this->kLanes);
    this->bench_.send(lane, Request::commit(6, generation, n));
    if (n % 3 == 0) this->bench_.send(lane, Request::commit(6, generation, n));
    if (n % 3 == 1) this->bench_.send((lane + 1) % this->kLanes, Request::commit(6, generation, n));
    if (n % 3 == 2 && n > 10) this->bench_.send(lane, Request::commit(6, generation, n - 7));
  }
  this->bench_.drain();
  for (std::uint64_t n = 1; n <= 300; ++n) EXPECT_LE(accepted[n], 1U) << n;
  const Snap snap = this->bench_.snapshot(6);
  unsigned sum = 0;
  for (const auto& [n, times] : accepted) sum += times;
  EXPECT_EQ(snap.packets, sum);
  EXPECT_GE(sum, 290U);  // a number may come left of the window when lanes overtake each other
  EXPECT_EQ(snap.seq, 300U);
}

TYPED_TEST(SadHazards, WrongIcvOfANumberThatWasTaken) {
  Sa sa = Sa::inbound(6).set(SaFlag::kIcvForce);
  sa.icv_limit = 3;
  const std::uint16_t generation = this->bench_.install(6, sa).generation;
  std::vector<Verdict> verdicts;
  this->bench_.on_answer = [&](unsigned, const Request&, const Answer& a) { verdicts.push_back(a.verdict); };
  this->bench_.send(0, Request::commit(6, generation, 5));
  for (int i = 0; i < 5; ++i) this->bench_.send(0, Request::commit(6, generation, 5, 40, false));
  this->bench_.send(0, Request::commit(6, generation, 6, 40, false));
  this->bench_.drain();
  ASSERT_EQ(verdicts.size(), 7U);
  EXPECT_EQ(verdicts[0], Verdict::kOk);
  for (unsigned i = 1; i < 6; ++i) EXPECT_EQ(verdicts[i], Verdict::kReplay);
  EXPECT_EQ(verdicts[6], Verdict::kBadIcv);
  // Nobody kills an SA with copies of its own packets.
  EXPECT_EQ(this->bench_.snapshot(6).icv_fail, 1U);
  EXPECT_EQ(this->bench_.snapshot(6).dead, DeadReason::kAlive);
}

TYPED_TEST(SadHazards, IcvLimitUnderABurst) {
  Sa sa = Sa::inbound(6).set(SaFlag::kIcvForce);
  sa.icv_limit = 20;
  const std::uint16_t generation = this->bench_.install(6, sa).generation;
  std::map<Verdict, unsigned> verdicts;
  this->bench_.on_answer = [&](unsigned, const Request&, const Answer& a) { ++verdicts[a.verdict]; };
  this->send_all(60, Request::commit(6, generation, 5, 40, false));
  const auto events = this->events();
  EXPECT_EQ(verdicts[Verdict::kBadIcv], 20U);
  EXPECT_EQ(verdicts[Verdict::kDeadIcvLimit], 40U);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].kind, EventKind::kIcvSoft);
  EXPECT_EQ(events[0].count, 10U);
  EXPECT_EQ(events[1].kind, EventKind::kIcvLimit);
  EXPECT_EQ(events[1].count, 20U);
}

TYPED_TEST(SadHazards, EraseAndReinstallUnderFire) {
  // All lanes go on naming whatever generation was last known to them; commands replace the tenant again and again.
  const bool outbound[] = {true, false};
  for (const bool out : outbound) {
    const std::uint16_t index = 11;
    const Sa sa = out ? Sa::outbound(0x1234) : Sa::inbound(index);
    std::uint16_t known = this->bench_.install(index, sa).generation;
    std::uint16_t now = known;  // tenant, 0 while there is none
    std::map<std::uint16_t, std::set<std::uint64_t>> accepted;
    unsigned stale = 0;
    std::uint64_t number = 0;
    std::map<std::uint64_t, std::uint16_t> tenant;  // by grant
    this->bench_.on_grant = [&](unsigned, Request& q) { q.tag = now; };
    this->bench_.on_answer = [&](unsigned, const Request& q, const Answer& a) {
      if (a.verdict == Verdict::kOk) {
        EXPECT_EQ(q.tag, q.generation) << "an old generation had an effect";
        EXPECT_TRUE(accepted[q.generation].insert(out ? a.seq : q.seq).second);
      } else {
        EXPECT_NE(q.tag, q.generation);
        EXPECT_EQ(a.verdict, Verdict::kStaleGeneration);
        ++stale;
      }
    };
    this->bench_.on_command = [&] { now = 0; };
    const auto fire = [&] {
      for (unsigned l = 0; l < this->kLanes; ++l) {
        const Kind kind = out ? Kind::kAdmit : Kind::kCommit;
        if (this->bench_.queued(l, kind) < 2)
          this->bench_.send(l, out ? Request::admit(index, known) : Request::commit(index, known, ++number));
      }
    };
    const auto command = [&](Op op, std::uint16_t generation) {
      this->bench_.start_command(op, index, generation, 0);
      for (;;) {
        fire();
        this->bench_.step();
        if (const auto answer = this->bench_.command_answer()) {
          // Requests granted from now on see the entry as the command left it.
          if (answer->state == EntryState::kActive) now = answer->generation;
          return *answer;
        }
      }
    };
    for (int round = 0; round < 40; ++round) {
      for (int i = 0; i < 150 + round; ++i) {
        fire();
        this->bench_.step();
      }
      ASSERT_EQ(command(Op::kErase, known).state, EntryState::kFree);
      this->bench_.stage(0, sa.words());
      const CommandAnswer done = command(Op::kCommit, 0);
      ASSERT_EQ(done.code, CmdCode::kOk);
      // The lanes go on with the old generation for a while.
      for (int i = 0; i < 30; ++i) {
        fire();
        this->bench_.step();
      }
      known = done.generation;
    }
    this->bench_.drain();
    EXPECT_GT(stale, 100U);
    EXPECT_EQ(accepted.size(), 40U + (accepted.count(known) != 0 ? 1U : 0U));
    for (const auto& [generation, numbers] : accepted) {
      EXPECT_GT(numbers.size(), 3U);
      // Every tenant has numbers of its own, from 1 on and without gaps.
      if (out) {
        EXPECT_EQ(*numbers.rbegin(), numbers.size());
      }
    }
    const Snap snap = this->bench_.snapshot(index);
    EXPECT_EQ(snap.generation, known);
    EXPECT_EQ(snap.packets, accepted[known].size());
    this->bench_.on_grant = nullptr;
    this->bench_.on_answer = nullptr;
    this->bench_.on_command = nullptr;
    ASSERT_EQ(this->bench_.command(Op::kErase, index, known).state, EntryState::kFree);
  }
}

TYPED_TEST(SadHazards, RingFullThenRoom) {
  // More events than the ring takes, from packets at full rate: each comes once, whenever there is room.
  constexpr std::uint16_t kEntries = 48;
  for (std::uint16_t i = 0; i < kEntries; ++i) {
    Sa sa = Sa::outbound(0x1000U + i);
    sa.soft_packets = 2;
    sa.soft_octets = 200;
    sa.hard_packets = 8;
    ASSERT_EQ(this->bench_.install(i, sa).generation, 1);
  }
  for (unsigned n = 0; n < 10; ++n)
    for (std::uint16_t i = 0; i < kEntries; ++i) this->bench_.send(i % this->kLanes, Request::admit(i, 1));
  this->bench_.steps(30'000);
  const std::uint32_t first = this->bench_.head();
  EXPECT_EQ(first, std::min<std::uint32_t>(this->kRing, kEntries * 3));
  std::map<std::pair<std::uint16_t, EventKind>, unsigned> told;
  std::uint32_t number = 0, late = 0;
  while (told.size() < kEntries * 3U) {
    const auto record = this->bench_.event();
    if (!record) {
      this->bench_.step();
      ASSERT_LT(this->bench_.clocks(), 200'000U);
      continue;
    }
    EXPECT_EQ(record->seq, ++number);
    EXPECT_EQ((++told[{record->index, record->kind}]), 1U);
    late += record->late ? 1 : 0;
    if (!record->late) {
      const std::uint64_t count = record->kind == EventKind::kSoftPackets ? 2U
                                  : record->kind == EventKind::kHard      ? 8U
                                                                          : 200U;
      EXPECT_EQ(record->count, count);
    }
    if (number % 7 == 0) this->bench_.steps(300);
  }
  this->bench_.drain();
  EXPECT_FALSE(this->bench_.event().has_value());
  EXPECT_EQ(late, this->bench_.model().ev_late_o);
  if (this->kLanes > 1) {
    EXPECT_GT(late, 10U);
  }
}

TYPED_TEST(SadHazards, MemoryErrorsUnderTraffic) {
  struct Memory {
    SadMem mem;
    unsigned words, bits;
  };
  constexpr Memory kMemories[] = {{SadMem::kState, 2, 36},
                                  {SadMem::kCfg, 12, 72},
                                  {SadMem::kKey, 7, 72},
                                  {SadMem::kOutc, 3, 72},
                                  {SadMem::kInc, this->kLanes == 1 ? 5 : 6, 72},
                                  {SadMem::kFw, 4, 22}};
  // Entries 20 and 21 are hit, 24 and 25 stand beside them.
  const Sa in = Sa::inbound(21), near = Sa::inbound(25);
  std::uint16_t generation[64] = {};
  std::uint64_t number = 0;
  std::map<std::pair<std::uint16_t, Verdict>, unsigned> verdicts;
  this->bench_.on_answer = [&](unsigned, const Request& q, const Answer& a) {
    const std::uint16_t index = q.kind == Kind::kLookUp ? static_cast<std::uint16_t>(q.spi % 64) : q.index;
    ++verdicts[{index, a.verdict}];
  };
  const auto run = [&](unsigned clocks) {
    for (unsigned i = 0; i < clocks; ++i) {
      for (unsigned l = 0; l < this->kLanes; ++l) {
        if (this->bench_.queued(l, Kind::kAdmit) == 0) {
          this->bench_.send(l, Request::admit(20, generation[20]));
          this->bench_.send(l, Request::admit(24, generation[24]));
        }
        if (this->bench_.queued(l, Kind::kLookUp) == 0) {
          this->bench_.send(l, Request::look_up(in.spi, static_cast<std::uint32_t>(number + 1)));
          this->bench_.send(l, Request::look_up(near.spi, static_cast<std::uint32_t>(number + 1)));
        }
        if (this->bench_.queued(l, Kind::kCommit) == 0) {
          ++number;
          this->bench_.send(l, Request::commit(21, generation[21], number));
          this->bench_.send(l, Request::commit(25, generation[25], number, 40, number % 16 != 0));
        }
      }
      this->bench_.step();
    }
  };
  for (const Memory& memory : kMemories) {
    for (unsigned word = 0; word < memory.words; ++word) {
      for (const bool fatal : {false, true}) {
        for (const std::uint16_t i : {20, 21, 24, 25}) {
          const Sa sa = i % 2 == 0 ? Sa::outbound(0x2000U + i) : Sa::inbound(i);
          const CommandAnswer done = this->bench_.install(i, sa);
          ASSERT_EQ(done.code, CmdCode::kOk);
          generation[i] = done.generation;
        }
        number = 0;
        const std::uint32_t corrected = this->bench_.model().ecc_corrected_o, bad = this->bench_.model().ecc_fatal_o;
        run(40);
        verdicts.clear();
        // Traffic stands while the flips are set, because the command that makes them reads words too; then it all goes
        // on.
        const unsigned a = (7 * word + 3) % memory.bits, b = fatal ? (a + 11) % memory.bits : a;
        this->bench_.flip(memory.mem, 20, word, a, b);
        this->bench_.flip(memory.mem, 21, word, a, b);
        run(3'000);
        this->bench_.drain();
        this->bench_.snapshot(20);
        this->bench_.snapshot(21);
        const std::string where = std::string(abi::name(memory.mem)) + ' ' + std::to_string(word);
        // What nobody reads waits for the scrubber: the other direction's counters, the integrity limit, the firmware's
        // word.
        const auto looked_at = [&](bool outbound) {
          if (memory.mem == SadMem::kInc) return !outbound && (word != 3);
          if (memory.mem == SadMem::kOutc) return outbound;
          return !(memory.mem == SadMem::kCfg && word == 10);
        };
        for (const std::uint16_t i : {20, 21}) {
          const Snap snap = this->bench_.snapshot(i);
          if (!fatal) {
            EXPECT_EQ(snap.dead, DeadReason::kAlive) << where;
          }
          if (fatal && looked_at(i == 20)) {
            EXPECT_EQ(snap.dead, DeadReason::kMemory) << where << ' ' << i;
          }
        }
        for (const auto& [what, times] : verdicts) {
          const auto& [index, verdict] = what;
          const bool hit = index == 20 || index == 21;
          if (verdict == Verdict::kDeadMemory) {
            EXPECT_TRUE(fatal && hit) << where << ' ' << index;
          }
          if (!fatal || !hit) {
            EXPECT_TRUE(verdict == Verdict::kOk || verdict == Verdict::kReplay ||
                        (index == 25 && verdict == Verdict::kBadIcv))
                << where << ' ' << index << ' ' << abi::name(verdict);
          }
        }
        if (!fatal) {
          EXPECT_EQ(this->bench_.model().ecc_fatal_o, bad);
        }
        unsigned seen = 0;
        for (const bool outbound : {true, false}) seen += looked_at(outbound) ? 1 : 0;
        if (fatal) {
          EXPECT_GE(this->bench_.model().ecc_fatal_o - bad, seen) << where;
        }
        if (!fatal) {
          EXPECT_GE(this->bench_.model().ecc_corrected_o - corrected, seen) << where;
        }
        EXPECT_LE(this->bench_.model().ecc_corrected_o - corrected, 2U) << where;
        EXPECT_LE(this->bench_.model().ecc_fatal_o - bad, 2U) << where;
        // One memory event for each that died.
        unsigned told = 0;
        while (const auto record = this->bench_.event()) {
          EXPECT_EQ(record->kind, EventKind::kMemory);
          EXPECT_TRUE(record->index == 20 || record->index == 21);
          ++told;
        }
        EXPECT_EQ(told, this->bench_.model().ecc_fatal_o - bad) << where;
        for (const std::uint16_t i : {20, 21, 24, 25}) {
          const std::uint16_t last = this->bench_.snapshot(i).generation;
          ASSERT_EQ(this->bench_.command(Op::kErase, i, last).state, EntryState::kFree) << where;
        }
      }
    }
  }
}

}  // namespace
}  // namespace sallyport::test
