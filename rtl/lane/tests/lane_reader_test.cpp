// lane_reader: jobs at random against the packets they read; nothing is read that was given back; clocks counted.
#include <gtest/gtest.h>

#include <deque>

#include "Vlane_reader_model.h"
#include "bench.hpp"

namespace sallyport::test {
namespace {

constexpr std::size_t kDepth = 64;  // beats

struct Job {
  bool drop = false;
  std::size_t beats = 0, head = 0, offset = 0, octets = 0;
  bool window() const { return octets > offset; }
};

/// Ring beats that a job has to read, and beats it delivers.
std::size_t reads(const Job& j) {
  if (j.drop) return 0;
  const std::size_t head = beats_of(j.head);
  return head + (j.window() ? beats_of(j.octets) - std::max(head, j.offset / kBeat) : 0);
}
std::size_t delivered(const Job& j) {
  return j.drop ? 0 : beats_of(j.head) + (j.window() ? beats_of(j.octets - j.offset) : 0);
}

/// A beat that is head and window takes two clocks, any other one: it is read once.
std::size_t clocks_of(const Job& j) { return reads(j) + (j.window() && beats_of(j.head) > j.offset / kBeat ? 1 : 0); }

struct Beat {
  Octets octets;  // those that matter
  bool head = false, first = false, last = false;
};

class Reader : public Bench<Vlane_reader_model> {
 public:
  explicit Reader(std::uint32_t seed) : Bench(seed), ring_(kDepth, Octets(kBeat)) {}

  unsigned job_gap = 0, out_gap = 0;  // percent of clocks without
  std::size_t clocks = 0, first_out = 0, last_out = 0;
  int holes = 0;  // clocks without a beat on offer between the first and the last one

  void add(const Job& j) { jobs_.push_back(j); }

  Job random_job(std::uint32_t most = kDepth) {
    Job j;
    j.beats = 1 + below(chance(10) ? most : 9);
    const auto all = static_cast<std::uint32_t>(j.beats * kBeat);
    j.drop = chance(10);
    switch (below(4)) {
      case 0:  // all of it, but for octets of the last beat
        j.octets = all - below(kBeat);
        break;
      case 1:  // header, then from its end
        j.head = 4 * below(all / 4 + 1);
        j.offset = j.head;
        j.octets = j.offset + below(static_cast<std::uint32_t>(all - j.offset + 1));
        break;
      case 2:  // header, then from further behind
        j.head = below(all + 1);
        j.offset = std::min<std::size_t>((j.head + 3) / 4 * 4 + 4 * below(12), all);
        j.octets = j.offset + below(static_cast<std::uint32_t>(all - j.offset + 1));
        break;
      default:  // a part
        j.offset = 4 * below(all / 4);
        j.octets = j.offset + below(static_cast<std::uint32_t>(all - j.offset + 1));
    }
    return j;
  }

  /// Until all jobs are done and their beats compared and given back.
  void run() {
    int idle = 0;
    while (!jobs_.empty() || !expected_.empty() || kept_ != 0) {
      const std::size_t before = jobs_.size() + expected_.size() + kept_;
      step();
      if (HasFatalFailure()) return;
      if (before != jobs_.size() + expected_.size() + kept_) idle = 0;
      ASSERT_LT(++idle, 3000) << "stuck";
    }
    step();
    EXPECT_FALSE(top.busy_o);
  }

  std::size_t beats_to_come() const { return expected_.size(); }

  void step() {
    offer();
    top.out_ready_i = !chance(out_gap);
    top.eval();
    const bool job = top.job_valid_i && top.job_ready_o;
    const bool read = top.rd_en_o;
    const std::size_t address = top.rd_addr_o % kDepth;
    const std::size_t give = top.release_o;
    if (top.out_valid_o) {
      ASSERT_FALSE(expected_.empty());
      if (first_out == 0) first_out = clocks;
      if (top.out_ready_i) {
        const Beat& want = expected_.front();
        ASSERT_EQ(get_beat(top.out_data_o, want.octets.size()), want.octets);
        ASSERT_EQ(top.out_head_o, want.head);
        ASSERT_EQ(top.out_first_o, want.first);
        ASSERT_EQ(top.out_last_o, want.last);
        expected_.pop_front();
        last_out = clocks;
      }
    } else if (first_out != 0 && !expected_.empty()) {
      ++holes;
    }
    if (read) {
      ASSERT_LT((address + kDepth - oldest_) % kDepth, kept_) << "a beat is read that is not there";
    }
    const Octets data = ring_[address];
    // What was given back is overwritten at once.
    ASSERT_LE(give, kept_);
    for (std::size_t k = 0; k < give; ++k) ring_[(oldest_ + k) % kDepth] = octets(kBeat);
    oldest_ = (oldest_ + give) % kDepth;
    kept_ -= give;
    clock();
    ++clocks;
    if (read) set_beat(top.rd_data_i, data);
    if (job) {
      top.job_valid_i = 0;
      jobs_.pop_front();
    }
  }

 private:
  static bool HasFatalFailure() { return ::testing::Test::HasFatalFailure(); }

  // A packet comes into the ring when its job is offered, behind those that are there.
  void offer() {
    if (top.job_valid_i || jobs_.empty() || chance(job_gap)) return;
    const Job& j = jobs_.front();
    if (kept_ + j.beats > kDepth) return;
    const Octets packet = octets(j.beats * kBeat);
    const std::size_t base = (oldest_ + kept_) % kDepth;
    for (std::size_t k = 0; k < j.beats; ++k) {
      const OctetView beat = beat_of(packet, k);
      std::copy(beat.begin(), beat.end(), ring_[(base + k) % kDepth].begin());
    }
    kept_ += j.beats;
    top.job_valid_i = 1;
    top.job_drop_i = j.drop;
    top.job_addr_i = static_cast<std::uint16_t>(base);
    top.job_beats_i = static_cast<std::uint16_t>(j.beats);
    top.job_head_i = static_cast<std::uint16_t>(j.head);
    top.job_offset_i = static_cast<std::uint16_t>(j.offset);
    top.job_octets_i = static_cast<std::uint16_t>(j.octets);
    if (j.drop) return;
    const std::size_t count = delivered(j);
    for (std::size_t k = 0; k < count; ++k) {
      Beat b;
      b.head = k < beats_of(j.head);
      b.first = k == 0;
      b.last = k + 1 == count;
      const std::size_t at = b.head ? k * kBeat : j.offset + (k - beats_of(j.head)) * kBeat;
      const std::size_t end = b.head ? packet.size() : j.octets;
      const OctetView part = OctetView(packet).subspan(at, std::min(kBeat, end - at));
      b.octets.assign(part.begin(), part.end());
      expected_.push_back(std::move(b));
    }
  }

  std::vector<Octets> ring_;
  std::deque<Job> jobs_;
  std::deque<Beat> expected_;
  std::size_t oldest_ = 0, kept_ = 0;
};

TEST(LaneReader, RandomJobs) {
  for (std::uint32_t seed = 1; seed <= 9; ++seed) {
    SCOPED_TRACE(seed);
    Reader reader(seed);
    reader.job_gap = std::array{0U, 50U, 90U}[seed % 3];
    reader.out_gap = std::array{0U, 40U, 90U}[seed / 3 % 3];
    for (int i = 0; i < 2500; ++i) reader.add(reader.random_job());
    reader.run();
    ASSERT_FALSE(HasFailure());
  }
}

// Every short job there is, many times in a row.
TEST(LaneReader, NoClockBetweenJobs) {
  for (std::size_t beats = 1; beats <= 5; ++beats) {
    for (std::size_t head = 0; head <= beats * kBeat; head += 4) {
      for (std::size_t offset = head; offset <= beats * kBeat; offset += 4) {
        for (std::size_t octets : {offset, offset + 4, beats * kBeat - 12, beats * kBeat - 5, beats * kBeat}) {
          if (octets > beats * kBeat || octets < offset) continue;
          const Job job{.beats = beats, .head = head, .offset = offset, .octets = octets};
          if (delivered(job) == 0) continue;
          constexpr std::size_t kJobs = 10;
          Reader reader(1);
          for (std::size_t i = 0; i < kJobs; ++i) reader.add(job);
          reader.run();
          // A beat that only fills the last window beat takes its clock behind that.
          const std::size_t fills = clocks_of(job) - delivered(job);
          EXPECT_LE(fills, 1U);
          EXPECT_EQ(reader.last_out + fills, 2 + kJobs * clocks_of(job))
              << beats << " beats, head " << head << ", offset " << offset << ", octets " << octets;
          EXPECT_EQ(reader.first_out, 3U);
          ASSERT_FALSE(HasFailure());
        }
      }
    }
  }
}

// Jobs at random take no more clocks than each of them, together.
TEST(LaneReader, NoClockBetweenMixedJobs) {
  for (std::uint32_t seed = 1; seed <= 5; ++seed) {
    Reader reader(seed);
    std::size_t clocks = 0;
    for (int i = 0; i < 2000; ++i) {
      const Job job = reader.random_job(9);
      clocks += std::max<std::size_t>(clocks_of(job), 1);
      reader.add(job);
    }
    reader.run();
    EXPECT_LE(reader.last_out, clocks + 2);
  }
}

// While a taker stands still, the beginning of a late job is read behind the last beat of the one before.
TEST(LaneReader, ReadsAhead) {
  for (std::size_t beats = 1; beats <= 4; ++beats) {
    Reader reader(static_cast<std::uint32_t>(beats));
    const Job job{.beats = beats, .octets = 16 * beats};
    reader.add(job);
    while (reader.beats_to_come() != 1) reader.step();
    reader.out_gap = 100;
    for (int i = 0; i < 10; ++i) reader.step();
    reader.add(job);
    for (int i = 0; i < 10; ++i) reader.step();
    reader.out_gap = 0;
    reader.run();
    EXPECT_EQ(reader.holes, 0) << beats;
  }
}

// A taker that stops and goes finds a beat on offer whenever it looks.
TEST(LaneReader, ABeatIsAlwaysThere) {
  for (std::size_t offset : {0U, 4U, 20U, 40U}) {
    for (unsigned gap : {0U, 30U, 80U}) {
      Reader reader(5);
      reader.out_gap = gap;
      // No head and full beats: as many are read as delivered.
      for (int i = 0; i < 500; ++i) reader.add(Job{.beats = 8, .offset = offset, .octets = 128});
      reader.run();
      EXPECT_EQ(reader.holes, 0) << "offset " << offset << ", gap " << gap;
    }
  }
}

}  // namespace
}  // namespace sallyport::test
