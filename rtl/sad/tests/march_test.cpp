// Operation march on the whole table: which entries it takes, what it leaves behind, what it finds.
#include <gtest/gtest.h>

#include "table_bench.hpp"
#include "table_model.hpp"

namespace sallyport::test {
namespace {

struct Memory {
  SadMem mem;
  unsigned words;
  unsigned bits;  ///< Of a codeword.
};

template <class V>
class SadMarch : public testing::Test {
 protected:
  static constexpr bool kWide = !std::is_same_v<V, Table64>;
  static constexpr Memory kMemories[] = {{SadMem::kState, 2, 36},
                                         {SadMem::kCfg, 12, 72},
                                         {SadMem::kKey, 7, 72},
                                         {SadMem::kOutc, 3, 72},
                                         {SadMem::kInc, kWide ? 20 : 5, 72},
                                         {SadMem::kFw, 4, 22}};

  CommandAnswer march(std::uint16_t index, std::uint16_t generation = 0) {
    return bench.command(Op::kMarch, index, generation);
  }

  TableBench<V> bench{kWide ? 4U : 256U};
};

using Tables = testing::Types<Table64, TableWide>;
TYPED_TEST_SUITE(SadMarch, Tables);

TYPED_TEST(SadMarch, HealthyMemoryPassesAndCountsNoErrors) {
  for (std::uint16_t index = 0; index < 64; ++index) {
    const CommandAnswer done = this->march(index);
    EXPECT_EQ(done.code, CmdCode::kOk) << index;
    EXPECT_EQ(done.state, EntryState::kFree);
    EXPECT_EQ(done.generation, 0);
    if (!TableBench<TypeParam>::kFull) {
      EXPECT_EQ(done.clocks, TestFixture::kWide ? 180U : 116U);
    }
  }
  this->bench.settle();
  EXPECT_EQ(this->bench.corrected(), 0U);
  EXPECT_EQ(this->bench.fatal(), 0U);
  EXPECT_TRUE(this->bench.events().empty());
}

TYPED_TEST(SadMarch, KeepsTheGeneration) {
  // Three tenants, a march after each; the fourth has the generation after the third's.
  for (std::uint16_t tenant = 1; tenant <= 4; ++tenant) {
    const CommandAnswer installed = this->bench.install(7, Sa::outbound(0x1000));
    ASSERT_EQ(installed.code, CmdCode::kOk);
    EXPECT_EQ(installed.generation, tenant);
    EXPECT_EQ(this->bench.admit(7, tenant, 40).verdict, Verdict::kOk);
    ASSERT_EQ(this->bench.command(Op::kErase, 7, tenant).state, EntryState::kFree);
    const CommandAnswer done = this->march(7, 0xFFFF);
    EXPECT_EQ(done.code, CmdCode::kOk);
    EXPECT_EQ(done.state, EntryState::kFree);
    EXPECT_EQ(done.dead, DeadReason::kAlive);
    EXPECT_EQ(done.generation, tenant);
    EXPECT_EQ(this->bench.admit(7, tenant, 40).verdict, Verdict::kStaleGeneration);
    const Snap snap = this->bench.snapshot(7);
    EXPECT_EQ(snap.state, EntryState::kFree);
    EXPECT_EQ(snap.generation, tenant);
    EXPECT_EQ(snap.raised, 0);
    EXPECT_EQ(snap.seq | snap.octets | snap.packets | snap.icv_fail | snap.fw | snap.spi, 0U);
  }
  EXPECT_EQ(this->bench.fatal() + this->bench.corrected(), 0U);
}

TYPED_TEST(SadMarch, LeavesTenantsAlone) {
  TableBench<TypeParam>& bench = this->bench;
  const Sa in = Sa::inbound(9);
  ASSERT_EQ(bench.install(8, Sa::outbound(0x2000)).code, CmdCode::kOk);
  ASSERT_EQ(bench.install(9, in).code, CmdCode::kOk);
  ASSERT_EQ(bench.command(Op::kReserve, 10, 0, 0, 0x300A).code, CmdCode::kOk);
  ASSERT_EQ(bench.install(11, Sa::outbound(0x2001)).code, CmdCode::kOk);
  ASSERT_EQ(bench.command(Op::kKill, 11, 1).code, CmdCode::kOk);
  const Answer first = bench.admit(8, 1, 40);
  for (const std::uint16_t index : {std::uint16_t{8}, std::uint16_t{9}, std::uint16_t{10}, std::uint16_t{11}}) {
    const Snap before = bench.snapshot(index);
    for (const std::uint16_t generation : {std::uint16_t{0}, std::uint16_t{1}}) {
      const CommandAnswer refused = this->march(index, generation);
      EXPECT_EQ(refused.code, CmdCode::kBadState) << index;
      EXPECT_EQ(refused.generation, 1);
    }
    const Snap after = bench.snapshot(index);
    EXPECT_EQ(before.state, after.state);
    EXPECT_EQ(before.dead, after.dead);
    EXPECT_EQ(before.packets, after.packets);
  }
  // Marches over all the free ones: the neighbours' words stay.
  for (std::uint16_t index = 0; index < 64; ++index) {
    if (index < 8 || index > 11) {
      ASSERT_EQ(this->march(index).code, CmdCode::kOk) << index;
    }
  }
  const Answer second = bench.admit(8, 1, 40);
  EXPECT_EQ(second.verdict, Verdict::kOk);
  EXPECT_EQ(second.seq, 2U);
  EXPECT_EQ(second.view, first.view);
  EXPECT_EQ(bench.receive(in.spi, 1, 40), Verdict::kOk);
  EXPECT_EQ(bench.receive(in.spi, 1, 40), Verdict::kReplay);
  EXPECT_EQ(bench.admit(11, 1, 40).verdict, Verdict::kDeadKilled);
  EXPECT_EQ(this->march(64).code, CmdCode::kBadIndex);
  EXPECT_EQ(bench.fatal() + bench.corrected(), 0U);
}

TYPED_TEST(SadMarch, FindsAFlippedBitOnce) {
  TableBench<TypeParam>& bench = this->bench;
  std::uint32_t corrected = 0;
  std::uint16_t index = 0;
  for (const Memory& memory : TestFixture::kMemories) {
    for (unsigned word = 0; word < memory.words; ++word) {
      for (const unsigned bit : {word % memory.bits, memory.bits - 1}) {
        index = static_cast<std::uint16_t>((index + 1) % 64);
        bench.flip(memory.mem, index, word, bit, bit);
        EXPECT_EQ(this->march(index).code, CmdCode::kMemory) << abi::name(memory.mem) << ' ' << word << ' ' << bit;
        EXPECT_EQ(this->march(static_cast<std::uint16_t>((index + 1) % 64)).code, CmdCode::kOk) << "a neighbour";
        EXPECT_EQ(this->march(index).code, CmdCode::kOk) << "it is gone";
        EXPECT_EQ(bench.corrected(), ++corrected);
      }
    }
  }
  EXPECT_EQ(bench.fatal(), 0U);
  EXPECT_TRUE(bench.events().empty());
}

TYPED_TEST(SadMarch, FindsTwoFlippedBits) {
  TableBench<TypeParam>& bench = this->bench;
  std::uint32_t fatal = 0;
  for (const Memory& memory : TestFixture::kMemories) {
    for (unsigned word = 0; word < memory.words; ++word) {
      bench.flip(memory.mem, 20, word, 3, memory.bits - 2);
      const CommandAnswer found = this->march(20);
      EXPECT_EQ(found.code, CmdCode::kMemory) << abi::name(memory.mem) << ' ' << word;
      EXPECT_EQ(bench.fatal(), ++fatal);
      EXPECT_EQ(this->march(20).code, CmdCode::kOk);
      EXPECT_EQ(bench.snapshot(20).state, EntryState::kFree);
    }
  }
  EXPECT_EQ(bench.corrected(), 0U);
  EXPECT_TRUE(bench.events().empty());
  // The entry can be given out.
  const CommandAnswer installed = bench.install(20, Sa::outbound(0x4444));
  EXPECT_EQ(installed.code, CmdCode::kOk);
  EXPECT_EQ(bench.admit(20, installed.generation, 40).verdict, Verdict::kOk);
}

TYPED_TEST(SadMarch, VerifyReadsAnyEntryAndChangesNothing) {
  TableBench<TypeParam>& bench = this->bench;
  const Sa in = Sa::inbound(9);
  ASSERT_EQ(bench.install(8, Sa::outbound(0x2000)).code, CmdCode::kOk);
  ASSERT_EQ(bench.install(9, in).code, CmdCode::kOk);
  ASSERT_EQ(bench.command(Op::kReserve, 10, 0, 0, 0x300A).code, CmdCode::kOk);
  const Answer first = bench.admit(8, 1, 40);
  EXPECT_EQ(bench.receive(in.spi, 5, 40), Verdict::kOk);
  for (std::uint16_t index = 0; index < 64; ++index) {
    const CommandAnswer done = bench.command(Op::kVerify, index, 0xFFFF);
    EXPECT_EQ(done.code, CmdCode::kOk) << index;
    if (!TableBench<TypeParam>::kFull) {
      EXPECT_EQ(done.clocks, TestFixture::kWide ? 35U : 25U);
    }
  }
  EXPECT_EQ(bench.command(Op::kVerify, 64).code, CmdCode::kBadIndex);
  const Answer second = bench.admit(8, 1, 40);
  EXPECT_EQ(second.seq, first.seq + 1);
  EXPECT_EQ(second.view, first.view);
  EXPECT_EQ(bench.receive(in.spi, 5, 40), Verdict::kReplay);
  EXPECT_EQ(bench.receive(in.spi, 6, 40), Verdict::kOk);
  EXPECT_EQ(bench.snapshot(10).state, EntryState::kLarval);
  EXPECT_EQ(bench.corrected() + bench.fatal(), 0U);
  EXPECT_TRUE(bench.events().empty());
}

TYPED_TEST(SadMarch, VerifyFindsWrongBits) {
  TableBench<TypeParam>& bench = this->bench;
  std::uint32_t corrected = 0, fatal = 0;
  for (const Memory& memory : TestFixture::kMemories) {
    for (unsigned word = 0; word < memory.words; ++word) {
      const CommandAnswer installed = bench.install(8, Sa::outbound(0x2000));
      ASSERT_EQ(installed.code, CmdCode::kOk);
      bench.flip(memory.mem, 8, word, 7, 7);
      EXPECT_EQ(bench.command(Op::kVerify, 8).code, CmdCode::kMemory) << abi::name(memory.mem) << ' ' << word;
      EXPECT_EQ(bench.command(Op::kVerify, 8).code, CmdCode::kOk);
      EXPECT_EQ(bench.corrected(), ++corrected);
      EXPECT_EQ(bench.admit(8, installed.generation, 40).verdict, Verdict::kOk);
      bench.flip(memory.mem, 8, word, 7, 11);
      EXPECT_EQ(bench.command(Op::kVerify, 8).code, CmdCode::kMemory) << abi::name(memory.mem) << ' ' << word;
      const CommandAnswer dead = bench.command(Op::kVerify, 8);
      EXPECT_EQ(dead.code, CmdCode::kOk);
      EXPECT_EQ(dead.dead, DeadReason::kMemory);
      EXPECT_EQ(bench.fatal(), ++fatal);
      EXPECT_EQ(bench.events().size(), 1U);
      ASSERT_EQ(bench.command(Op::kErase, 8, dead.generation).state, EntryState::kFree);
    }
  }
}

}  // namespace
}  // namespace sallyport::test
