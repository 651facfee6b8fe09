// Memory errors (G10): one bit is corrected and counted, two kill that SA with one event, and no other.
#include <gtest/gtest.h>

#include "table_bench.hpp"
#include "table_model.hpp"

namespace sallyport::test {
namespace {

using Bench = TableBench<TableScrub>;

struct Memory {
  SadMem mem;
  unsigned words;
  unsigned bits;  ///< Of a codeword.
};
constexpr Memory kMemories[] = {{SadMem::kState, 2, 36}, {SadMem::kCfg, 12, 72}, {SadMem::kKey, 7, 72},
                                {SadMem::kOutc, 3, 72},  {SadMem::kInc, 5, 72},  {SadMem::kFw, 4, 22}};

/// As long as the scrubber needs for all entries, 16 clocks a word.
constexpr unsigned kSweepClocks = 64 * 33 * 16 + 5'000;

TEST(SadMemory, EverySingleBitIsCorrected) {
  Bench bench;
  const Sa out = Sa::outbound(0x2222);
  const Sa in = Sa::inbound(5);
  ASSERT_EQ(bench.install(4, out).code, CmdCode::kOk);
  ASSERT_EQ(bench.install(5, in).code, CmdCode::kOk);
  std::uint64_t number = 0;
  std::uint32_t flips = 0;
  Answer first = bench.admit(4, 1, 40);
  ++number;
  // Words of the other direction and the integrity limit are the scrubber's: errors would pile up there.
  const auto is_read = [](const Memory& memory, unsigned word, SadMem other) {
    return memory.mem != other && !(memory.mem == SadMem::kCfg && word == 10);
  };
  for (const Memory& memory : kMemories) {
    for (unsigned word = 0; word < memory.words; ++word) {
      for (unsigned bit = 0; bit < memory.bits; bit += 7) {
        if (is_read(memory, word, SadMem::kInc)) {
          bench.flip(memory.mem, 4, word, bit, bit);
          ++flips;
        }
        if (is_read(memory, word, SadMem::kOutc)) {
          bench.flip(memory.mem, 5, word, bit, bit);
          ++flips;
        }
        ++number;
        const Answer sent = bench.admit(4, 1, 40);
        ASSERT_EQ(sent.verdict, Verdict::kOk) << abi::name(memory.mem) << ' ' << word << ' ' << bit;
        ASSERT_EQ(sent.seq, number);
        ASSERT_EQ(sent.view, first.view);
        ASSERT_EQ(bench.receive(in.spi, static_cast<std::uint32_t>(number), 40), Verdict::kOk)
            << abi::name(memory.mem) << ' ' << word << ' ' << bit;
        // What neither packet read is read now.
        bench.snapshot(4);
        bench.snapshot(5);
      }
    }
  }
  bench.clock(kSweepClocks);
  EXPECT_EQ(bench.fatal(), 0U);
  // A packet that writes over a word has read it before.
  EXPECT_EQ(bench.corrected(), flips);
  const std::uint32_t corrected = bench.corrected();
  bench.clock(kSweepClocks);
  EXPECT_EQ(bench.corrected(), corrected) << "a corrected word was not written back";
  EXPECT_TRUE(bench.events().empty());
  EXPECT_EQ(bench.snapshot(4).packets, number);
}

TEST(SadMemory, ScrubberFindsWhatNobodyReads) {
  Bench bench;
  ASSERT_EQ(bench.install(9, Sa::inbound(9)).code, CmdCode::kOk);
  for (const Memory& memory : kMemories) {
    bench.flip(memory.mem, 9, memory.words - 1, 3, 3);
    bench.flip(memory.mem, 60, memory.words - 1, 3, 3);  // a free entry
  }
  bench.clock(kSweepClocks);
  EXPECT_EQ(bench.corrected(), 12U);
  EXPECT_EQ(bench.fatal(), 0U);
}

class SadFatal : public testing::TestWithParam<Memory> {};

TEST_P(SadFatal, KillsOneSaWithOneEvent) {
  const Memory memory = GetParam();
  for (unsigned word = 0; word < memory.words; ++word) {
    Bench bench;
    const Sa out = Sa::outbound(0x2222);
    const Sa in = Sa::inbound(5);
    ASSERT_EQ(bench.install(4, out).code, CmdCode::kOk);
    ASSERT_EQ(bench.install(5, in).code, CmdCode::kOk);
    ASSERT_EQ(bench.install(6, Sa::outbound(0x3333)).code, CmdCode::kOk);
    bench.flip(memory.mem, 4, word, 0, 9);
    bench.flip(memory.mem, 5, word, 20, 21);
    // Scrubber or packet, whoever comes first.
    if (word % 2 == 0) bench.clock(kSweepClocks);
    bench.admit(4, 1, 40);
    bench.receive(in.spi, 1, 40);
    bench.clock(kSweepClocks);
    for (int again = 0; again < 2; ++again) {
      const Verdict sent = bench.admit(4, bench.snapshot(4).generation, 40).verdict;
      EXPECT_EQ(sent, Verdict::kDeadMemory) << abi::name(memory.mem) << ' ' << word;
      EXPECT_EQ(bench.receive(in.spi, 2, 40), Verdict::kDeadMemory) << abi::name(memory.mem) << ' ' << word;
    }
    EXPECT_EQ(bench.snapshot(4).dead, DeadReason::kMemory);
    EXPECT_EQ(bench.fatal(), 2U);
    const auto events = bench.events();
    ASSERT_EQ(events.size(), 2U) << abi::name(memory.mem) << ' ' << word;
    for (const Record& r : events) EXPECT_EQ(r.kind, EventKind::kMemory);
    // The neighbours live.
    EXPECT_EQ(bench.admit(6, 1, 40).verdict, Verdict::kOk);
    // The entry can be erased and used again.
    for (const std::uint16_t index : {std::uint16_t{4}, std::uint16_t{5}}) {
      const std::uint16_t generation = bench.snapshot(index).generation;
      EXPECT_NE(generation, 0);
      EXPECT_EQ(bench.command(Op::kErase, index, generation).state, EntryState::kFree);
    }
    EXPECT_EQ(bench.install(4, out).code, CmdCode::kOk);
    EXPECT_EQ(bench.admit(4, bench.snapshot(4).generation, 40).verdict, Verdict::kOk);
    EXPECT_EQ(bench.fatal(), 2U);
  }
}

TEST_P(SadFatal, FreeEntryStaysFree) {
  const Memory memory = GetParam();
  Bench bench;
  for (unsigned word = 0; word < memory.words; ++word) bench.flip(memory.mem, 30, word, 1, 2);
  bench.clock(kSweepClocks);
  EXPECT_EQ(bench.fatal(), memory.words);
  EXPECT_EQ(bench.snapshot(30).state, EntryState::kFree);
  EXPECT_TRUE(bench.events().empty());
  const CommandAnswer done = bench.install(30, Sa::outbound(0x4444));
  EXPECT_EQ(done.code, CmdCode::kOk);
  EXPECT_NE(done.generation, 0);
  EXPECT_EQ(bench.admit(30, done.generation, 40).verdict, Verdict::kOk);
}

INSTANTIATE_TEST_SUITE_P(Memories, SadFatal, testing::ValuesIn(kMemories),
                         [](const auto& info) { return std::string(abi::name(info.param.mem)); });

TEST(SadMemory, PacketThatMeetsItIsDroppedAndNotCounted) {
  struct Place {
    SadMem mem;
    unsigned word;
  };
  for (const Place& place : {Place{SadMem::kState, 0}, Place{SadMem::kState, 1}, Place{SadMem::kCfg, 0},
                             Place{SadMem::kCfg, 4}, Place{SadMem::kCfg, 7}, Place{SadMem::kKey, 0},
                             Place{SadMem::kKey, 6}, Place{SadMem::kOutc, 0}, Place{SadMem::kOutc, 2}}) {
    Bench bench;
    ASSERT_EQ(bench.install(4, Sa::outbound(0x2222)).code, CmdCode::kOk);
    ASSERT_EQ(bench.admit(4, 1, 40).verdict, Verdict::kOk);
    bench.flip(place.mem, 4, place.word, 5, 6);
    const Answer answer = bench.admit(4, 1, 40);
    EXPECT_EQ(answer.verdict, Verdict::kDeadMemory) << abi::name(place.mem) << place.word;
    EXPECT_TRUE(answer.view.zero());
    const Snap snap = bench.snapshot(4);
    EXPECT_EQ(snap.dead, DeadReason::kMemory);
    if (place.mem != SadMem::kOutc) {
      EXPECT_EQ(snap.packets, 1U);
    }
    const auto events = bench.events();
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].kind, EventKind::kMemory);
    EXPECT_FALSE(events[0].late);
  }
}

TEST(SadMemory, CommandThatMeetsItSaysSo) {
  Bench bench;
  ASSERT_EQ(bench.install(4, Sa::outbound(0x2222)).code, CmdCode::kOk);
  bench.flip(SadMem::kOutc, 4, 1, 5, 6);
  bench.snapshot(4);
  EXPECT_EQ(bench.snapshot_answer.code, CmdCode::kMemory);
  EXPECT_EQ(bench.snapshot_answer.dead, DeadReason::kMemory);
  bench.snapshot(4);
  EXPECT_EQ(bench.snapshot_answer.code, CmdCode::kOk);
  bench.flip(SadMem::kState, 4, 0, 5, 6);
  EXPECT_EQ(bench.command(Op::kErase, 4, 1).code, CmdCode::kMemory);
  // The state word was lost a second time: still one memory event in this generation.
  EXPECT_EQ(bench.events().size(), 1U);
  EXPECT_EQ(bench.command(Op::kErase, 4, 1).state, EntryState::kFree);
}

// A dead entry that lost its SPI and then its state word still holds a key: it must not be free before it was erased
// (G5).
TEST(SadMemory, LostSpiAndThenStateIsNotFree) {
  for (const bool inbound : {false, true}) {
    Bench bench;
    const std::uint16_t generation = bench.install(5, inbound ? Sa::inbound(5) : Sa::outbound(0x2222)).generation;
    bench.flip(SadMem::kCfg, 5, 0, 5, 6);
    bench.clock(kSweepClocks);
    ASSERT_EQ(bench.snapshot(5).dead, DeadReason::kMemory);
    bench.flip(SadMem::kState, 5, 0, 5, 6);
    bench.clock(kSweepClocks);
    EXPECT_EQ(bench.snapshot(5).state, EntryState::kActive);
    EXPECT_EQ(bench.snapshot(5).dead, DeadReason::kMemory);
    EXPECT_EQ(bench.events().size(), 1U);
    EXPECT_EQ(bench.command(Op::kReserve, 5, 0).code, CmdCode::kBadState);
    EXPECT_EQ(bench.command(Op::kErase, 5, generation).state, EntryState::kFree);
    // The free entry has no mark left.
    bench.flip(SadMem::kState, 5, 0, 5, 6);
    bench.clock(kSweepClocks);
    EXPECT_EQ(bench.snapshot(5).state, EntryState::kFree);
  }
}

TEST(SadMemory, LostGenerationMatchesNobody) {
  Bench bench;
  ASSERT_EQ(bench.install(4, Sa::outbound(0x2222)).code, CmdCode::kOk);
  bench.flip(SadMem::kState, 4, 1, 5, 6);
  EXPECT_EQ(bench.admit(4, 1, 40).verdict, Verdict::kDeadMemory);
  const Snap snap = bench.snapshot(4);
  EXPECT_NE(snap.generation, 0);
  EXPECT_EQ(bench.admit(4, 1, 40).verdict, Verdict::kStaleGeneration);
  EXPECT_EQ(bench.admit(4, snap.generation, 40).verdict, Verdict::kDeadMemory);
  const auto events = bench.events();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].generation, snap.generation);
}

TEST(SadMemory, SingleErrorsUnderEventsAndErase) {
  Bench bench;
  for (unsigned word = 0; word < 2; ++word) {
    Sa sa = Sa::outbound(0x2222);
    sa.soft_packets = 1;
    const std::uint16_t generation = bench.install(4, sa).generation;
    bench.flip(SadMem::kState, 4, word, 8, 8);
    ASSERT_EQ(bench.admit(4, generation, 40).verdict, Verdict::kOk);
    bench.flip(SadMem::kState, 4, word, 9, 9);
    EXPECT_EQ(bench.events().size(), 1U);
    EXPECT_EQ(bench.command(Op::kErase, 4, generation).state, EntryState::kFree);
  }
  EXPECT_EQ(bench.fatal(), 0U);
}

}  // namespace
}  // namespace sallyport::test
