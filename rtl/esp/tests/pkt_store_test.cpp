// pkt_store: beats in any order and more than once, commits and packets thrown away, output stalled on either stream.
#include <gtest/gtest.h>

#include <deque>

#include "Vpkt_store_model.h"
#include "bench.hpp"

namespace sallyport::test {
namespace {

constexpr std::size_t kDepth = 64;  // as the CMake file elaborates it

class Store : public Bench<Vpkt_store_model> {
 public:
  Store(std::uint32_t seed, unsigned status_stall, unsigned data_stall)
      : Bench(seed), status_stall_(status_stall), data_stall_(data_stall) {}

  // Writes `octets` in a random order, then commits them or lets them go.
  void packet(const Octets& octets, bool commit) {
    const std::size_t beats = beats_of(octets.size());
    for (int i = 0; top.space_o < beats; ++i) {
      ASSERT_LT(i, 10000) << "no room";
      step();
    }
    std::vector<std::size_t> order;
    for (std::size_t k = 0; k < beats; ++k) order.push_back(k);
    if (chance(50)) std::shuffle(order.begin(), order.end(), random);
    for (const std::size_t k : order) {
      if (chance(20)) write(k, octets_view(random_beat()));
      while (chance(10)) step();
      write(k, beat_of(octets, k));
    }
    if (!commit) return;
    commit_status(octets);
  }

  void commit_status(const Octets& octets) {
    Octets status = this->octets(16);
    put16(status, 4, octets.size());
    set_beat(top.commit_status_i, status);
    top.commit_valid_i = 1;
    for (int i = 0;; ++i) {
      ASSERT_LT(i, 10000) << "no commit";
      top.eval();
      const bool taken = top.commit_ready_o;
      if (taken) {
        statuses_.push_back(status);
        if (!octets.empty()) packets_.push_back(octets);
      }
      step();
      if (taken) break;
    }
    top.commit_valid_i = 0;
  }

  void drain() {
    for (int i = 0; !statuses_.empty() || !packets_.empty(); ++i) {
      ASSERT_LT(i, 20000);
      step();
    }
    for (int i = 0; i < 3; ++i) step();
    EXPECT_FALSE(top.busy_o);
    EXPECT_EQ(top.space_o, kDepth);
  }

 private:
  static OctetView octets_view(const Octets& o) { return o; }
  const Octets& random_beat() { return scratch_ = octets(kBeat); }

  void write(std::size_t beat, OctetView octets) {
    top.wr_valid_i = 1;
    top.wr_beat_i = static_cast<std::uint16_t>(beat);
    set_beat(top.wr_data_i, octets, 0xEE);
    step();
    top.wr_valid_i = 0;
  }

  void step() {
    top.st_ready_i = !chance(status_stall_);
    top.out_ready_i = !chance(data_stall_);
    top.eval();
    if (top.st_valid_o && top.st_ready_i) {
      ASSERT_FALSE(statuses_.empty());
      ASSERT_EQ(get_beat(top.st_o), statuses_.front());
      statuses_.pop_front();
      ++statuses_taken_;
    }
    if (top.out_valid_o && top.out_ready_i) take_beat();
    clock();
  }

  void take_beat() {
    ASSERT_FALSE(packets_.empty());
    const OctetView want = beat_of(packets_.front(), at_);
    ASSERT_EQ(top.out_bytes_o, want.size());
    ASSERT_EQ(get_beat(top.out_data_o, want.size()), Octets(want.begin(), want.end()));
    const Octets tail = get_beat(top.out_data_o);
    for (std::size_t k = want.size(); k < kBeat; ++k) ASSERT_EQ(tail[k], 0);
    const bool last = ++at_ == beats_of(packets_.front().size());
    ASSERT_EQ(top.out_last_o != 0, last);
    if (!last) return;
    packets_.pop_front();
    at_ = 0;
  }

  unsigned status_stall_, data_stall_;
  std::deque<Octets> statuses_, packets_;
  Octets scratch_;
  std::size_t at_ = 0;
  int statuses_taken_ = 0;
};

TEST(PktStore, Random) {
  for (std::uint32_t seed = 1; seed <= 6; ++seed) {
    Store bench(seed, seed % 2 == 0 ? 0 : 60, seed % 3 == 0 ? 0 : 30 * (seed % 3));
    for (int i = 0; i < 2000 && !::testing::Test::HasFatalFailure(); ++i) {
      if (bench.chance(20)) {
        bench.commit_status({});
      } else {
        bench.packet(bench.octets(1 + bench.below(bench.chance(10) ? kDepth * kBeat : 100)), bench.chance(80));
      }
    }
    bench.drain();
  }
}

TEST(PktStore, NothingLeavesBeforeTheCommit) {
  Store bench(7, 0, 0);
  bench.packet(bench.octets(kDepth * kBeat), false);
  for (int i = 0; i < 100; ++i) {
    bench.top.st_ready_i = bench.top.out_ready_i = 1;
    bench.clock();
    ASSERT_FALSE(bench.top.st_valid_o || bench.top.out_valid_o || bench.top.busy_o);
  }
}

TEST(PktStore, EveryLength) {
  Store bench(8, 0, 0);
  for (std::size_t n = 1; n <= kDepth * kBeat && !::testing::Test::HasFatalFailure(); ++n)
    bench.packet(bench.octets(n), true);
  bench.drain();
}

}  // namespace
}  // namespace sallyport::test
