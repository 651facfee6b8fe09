// What sad_full costs in clocks, and how it scales with the lanes.
#include "full_rate.hpp"

#include <gtest/gtest.h>

#include "Vsad_full_1_model.h"
#include "Vsad_full_2_model.h"
#include "Vsad_full_4_model.h"

namespace sallyport::test {
namespace {

TEST(SadFullRate, OneRequestAClock) {
  FullBench<Vsad_full_1_model, 1> bench;
  fill(bench);
  // Nothing meets: entries follow each other, and the three kinds have entries of their own.
  std::uint64_t out = 0, look = 0, commit = 0;
  unsigned ok = 0, answers = 0;
  bench.on_answer = [&](unsigned, const Request&, const Answer& a) {
    ++answers;
    ok += a.verdict == Verdict::kOk ? 1 : 0;
  };
  const auto feed = [&](unsigned kinds) {
    if ((kinds & 1) != 0 && bench.queued(0, Kind::kAdmit) < 2) bench.send(0, Request::admit(out++ % 32, 1));
    if ((kinds & 2) != 0 && bench.queued(0, Kind::kLookUp) < 2) {
      const auto index = static_cast<std::uint16_t>(32 + look % 16);
      bench.send(0, Request::look_up(Sa::inbound(index).spi, static_cast<std::uint32_t>(++look)));
    }
    if ((kinds & 4) != 0 && bench.queued(0, Kind::kCommit) < 2) {
      const auto index = static_cast<std::uint16_t>(48 + commit % 16);
      bench.send(0, Request::commit(index, 1, ++commit));
    }
  };
  for (const unsigned kinds : {1U, 2U, 4U, 7U}) {
    bench.drain();
    // The most in a row without a lost clock; the scrubber takes a turn every 256 clocks.
    unsigned row = 0, best = 0;
    std::uint64_t before = bench.grants;
    const std::uint64_t first = bench.grants;
    for (int i = 0; i < 2'560; ++i) {
      feed(kinds);
      bench.step();
      row = bench.grants > before ? row + 1 : 0;
      best = std::max(best, row);
      before = bench.grants;
    }
    // A request is shown for a clock before it is granted, so one kind has every second clock; look-ups fill those
    // between.
    const bool all = kinds == 7;
    EXPECT_GE(best, all ? 220U : 1U) << kinds;
    EXPECT_GE(static_cast<double>(bench.grants - first) / 2'560, all ? 0.93 : 0.465) << kinds;
    RecordProperty("requests_in_2560_clocks_" + std::to_string(kinds), static_cast<int>(bench.grants - first));
  }
  bench.drain();
  EXPECT_EQ(ok, answers);
}

TEST(SadFullRate, LanesScale) {
  const double one = share<Vsad_full_1_model, 1>(20'000);
  const double two = share<Vsad_full_2_model, 2>(20'000);
  const double four = share<Vsad_full_4_model, 4>(20'000);
  std::printf("granted of what was wanted, 1 2 4 lanes: %.4f %.4f %.4f\n", one, two, four);
  for (const double s : {one, two, four}) EXPECT_GE(s, 0.95);
}

TEST(SadFullRate, CostInClocks) {
  FullBench<Vsad_full_1_model, 1> bench;
  fill(bench);
  bench.drain();
  // Commands, from taken to answered; with packets of other entries at full rate they have to wait for the bank as
  // well.
  for (const bool loaded : {false, true}) {
    std::uint64_t out = 0, taken = 0;
    bench.on_command = [&] { taken = bench.clocks(); };
    const auto command = [&](Op op, std::uint16_t index, std::uint32_t arg1 = 0) {
      bench.start_command(op, index, 1, arg1);
      const std::uint64_t asked = bench.clocks();
      for (;;) {
        if (loaded && bench.queued(0, Kind::kAdmit) < 2) bench.send(0, Request::admit(out++ % 30, 1));
        bench.step();
        if (bench.command_answer()) return std::pair{bench.clocks() - asked, bench.clocks() - taken};
      }
    };
    for (int i = 0; i < 3; ++i) {
      const auto [snap_all, snap] = command(Op::kSnapshot, 40);
      const auto [state_all, state] = command(Op::kSetState, 41, 0);
      std::printf("%s: snapshot %llu (%llu with the wait), set_state %llu (%llu)\n", loaded ? "loaded" : "idle",
                  static_cast<unsigned long long>(snap), static_cast<unsigned long long>(snap_all),
                  static_cast<unsigned long long>(state), static_cast<unsigned long long>(state_all));
      EXPECT_EQ(snap, 16U);
      EXPECT_LE(snap_all, loaded ? 120U : 40U);
    }
    const std::uint16_t index = loaded ? 31 : 30;
    const auto [erase_all, erase] = command(Op::kErase, index);
    Sa sa = Sa::outbound(0x7777);
    sa.set(SaFlag::kKey256);
    bench.stage(1, sa.words());
    const auto [commit_all, commit] = command(Op::kCommit, index, 1);
    std::printf("%s: erase %llu (%llu), commit AES-256 %llu (%llu)\n", loaded ? "loaded" : "idle",
                static_cast<unsigned long long>(erase), static_cast<unsigned long long>(erase_all),
                static_cast<unsigned long long>(commit), static_cast<unsigned long long>(commit_all));
    bench.drain();
  }
}

TEST(SadFullRate, EventLatency) {
  // From the grant of the packet that crosses to the record in the ring.
  for (const bool loaded : {false, true}) {
    FullBench<Vsad_full_1_model, 1> bench;
    fill(bench);
    bench.drain();
    std::uint64_t worst = 0, sum = 0, out = 0;
    constexpr unsigned kRounds = 200;
    for (unsigned n = 0; n < kRounds; ++n) {
      bench.command(Op::kErase, 31, static_cast<std::uint16_t>(n + 1));
      Sa sa = Sa::outbound(0x8888);
      sa.soft_packets = 1;
      const std::uint16_t generation = bench.install(31, sa).generation;
      ASSERT_EQ(generation, n + 2);
      for (unsigned i = 0; i < 100 + 7 * n % 64; ++i) {
        if (loaded && bench.queued(0, Kind::kAdmit) < 2) bench.send(0, Request::admit(out++ % 31, 1));
        bench.step();
      }
      std::uint64_t granted = 0;
      bench.on_grant = [&](unsigned, const Request& q) {
        if (q.index == 31) granted = q.granted;
      };
      bench.send(0, Request::admit(31, generation));
      const std::uint32_t head = bench.head();
      while (bench.head() == head) {
        if (loaded && bench.queued(0, Kind::kAdmit) < 2) bench.send(0, Request::admit(out++ % 31, 1));
        bench.step();
        ASSERT_LT(bench.clocks(), 1'000'000U);
      }
      worst = std::max(worst, bench.clocks() - granted);
      sum += bench.clocks() - granted;
      ASSERT_FALSE(bench.event()->late);
    }
    std::printf("%s: event after %.1f clocks, %llu at worst\n", loaded ? "loaded" : "idle",
                static_cast<double>(sum) / kRounds, static_cast<unsigned long long>(worst));
    EXPECT_LE(worst, 99U);
  }
}

}  // namespace
}  // namespace sallyport::test
