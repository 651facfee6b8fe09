// lane_ingest and lane_reader together, as lane_out and lane_in wire them: packets in, window beats out, and the ring
// between them never full for nothing.
#include <gtest/gtest.h>

#include "Vlane_ingest_model.h"
#include "Vlane_reader_model.h"
#include "ingest_drive.hpp"
#include "sallyport/abi.hpp"

namespace sallyport::test {
namespace {

/// The user of both: every record becomes a job, its beats are compared.
class Ring : public Bench<Vlane_ingest_model> {
 public:
  enum class Kind { kTunnel, kTransport, kInbound, kMixed };
  Ring(std::uint32_t seed, Kind kind) : Bench(seed), drive(top, seed, 0), kind_(kind) {
    reader_.clk_i = 0;
    reader_.rst_ni = 0;
    for (int i = 0; i < 2; ++i) clock_reader();
    reader_.rst_ni = 1;
  }

  unsigned out_gap = 0, pop_gap = 0;
  std::size_t clocks = 0, first_in = 0, last_in = 0;

  void send(const Sent& s) {
    Octets desc = octets(16);
    put16(desc, 4, s.announced);
    drive.send(s, desc);
    packets_.push_back(s.octets);
  }

  void run() {
    int idle = 0;
    while (!packets_.empty() || !expected_.empty() || top.busy_o || reader_.busy_o) {
      step();
      if (::testing::Test::HasFatalFailure()) return;
      ASSERT_LT(++idle, 3000) << "stuck";
      if (progress_) idle = 0;
    }
  }

  IngestDrive<Vlane_ingest_model> drive;

 private:
  void clock_reader() {
    reader_.clk_i = 1;
    reader_.eval();
    reader_.clk_i = 0;
    reader_.eval();
  }

  void step() {
    drive.offer();
    if (!reader_.job_valid_i && top.rec_valid_o && !chance(pop_gap)) new_job();
    reader_.out_ready_i = !chance(out_gap);
    reader_.eval();
    top.rec_ready_i = reader_.job_valid_i && reader_.job_ready_o;
    top.rd_en_i = reader_.rd_en_o;
    top.rd_addr_i = reader_.rd_addr_o;
    top.release_i = reader_.release_o;
    top.eval();
    progress_ = drive.look() || top.rec_ready_i || top.release_i != 0;
    if (drive.look()) {
      if (first_in == 0) first_in = clocks;
      last_in = clocks;
    }
    const bool job = top.rec_ready_i;
    if (reader_.out_valid_o && reader_.out_ready_i) {
      ASSERT_FALSE(expected_.empty());
      const Octets& want = expected_.front();
      ASSERT_EQ(get_beat(reader_.out_data_o, want.size()), want);
      expected_.pop_front();
      progress_ = true;
    }
    clock();
    clock_reader();
    ++clocks;
    reader_.rd_data_i = top.rd_data_o;
    drive.settle();
    if (job) reader_.job_valid_i = 0;
    top.rec_ready_i = 0;
    top.eval();
  }

  void new_job() {
    const Record record = read_record(top.rec_o);
    const Octets packet = packets_.front();
    packets_.pop_front();
    const std::size_t n = packet.size();
    const Kind kind = kind_ == Kind::kMixed ? static_cast<Kind>(below(3)) : kind_;
    std::size_t head = 0, offset = 0, end = n;
    if (kind == Kind::kTransport) head = offset = 20;
    if (kind == Kind::kInbound) {
      head = 20;
      offset = 36;
      end = n - std::min<std::size_t>(n, 16);
    }
    const bool drop = record.verdict != 0 || end < offset || (kind_ == Kind::kMixed && chance(10));
    reader_.job_valid_i = 1;
    reader_.job_drop_i = drop;
    reader_.job_addr_i = static_cast<std::uint16_t>(record.addr);
    reader_.job_beats_i = static_cast<std::uint16_t>(record.beats);
    reader_.job_head_i = static_cast<std::uint16_t>(head);
    reader_.job_offset_i = static_cast<std::uint16_t>(offset);
    reader_.job_octets_i = static_cast<std::uint16_t>(end);
    if (drop) return;
    ASSERT_EQ(record.beats, beats_of(n));
    for (std::size_t k = 0; k < beats_of(head); ++k) {
      const OctetView beat = beat_of(packet, k);
      expected_.emplace_back(beat.begin(), beat.end());
    }
    for (std::size_t at = offset; at < end; at += kBeat) {
      const OctetView part = OctetView(packet).subspan(at, std::min(kBeat, end - at));
      expected_.emplace_back(part.begin(), part.end());
    }
  }

  Kind kind_;
  Vlane_reader_model reader_;
  std::deque<Octets> packets_, expected_;
  bool progress_ = false;
};

Sent plain(Ring& ring, std::size_t octets) {
  Sent s;
  s.octets = plain_ip(ring, octets);
  s.announced = octets;
  return s;
}

TEST(LaneRing, RandomPackets) {
  for (std::uint32_t seed = 1; seed <= 9; ++seed) {
    SCOPED_TRACE(seed);
    Ring ring(seed, Ring::Kind::kMixed);
    ring.out_gap = std::array{0U, 30U, 80U}[seed % 3];
    ring.pop_gap = std::array{0U, 50U, 90U}[seed / 3 % 3];
    for (std::uint32_t i = 0; i < 2000; ++i) ring.send(random_packet(ring, i, ring.chance(10) ? 700 : 100));
    ring.run();
    ASSERT_FALSE(HasFailure());
  }
}

// A beat goes in every clock while packets of one size are read as they come. 800 octets are more than half of the
// ring.
TEST(LaneRing, BusRate) {
  for (const auto kind : {Ring::Kind::kTunnel, Ring::Kind::kTransport, Ring::Kind::kInbound}) {
    for (std::size_t octets : {64U, 65U, 100U, 128U, 255U, 256U, 576U, 777U, 800U}) {
      Ring ring(static_cast<std::uint32_t>(octets), kind);
      constexpr std::size_t kPackets = 60;
      for (std::size_t i = 0; i < kPackets; ++i) ring.send(plain(ring, octets));
      ring.run();
      // In transport mode the beat with the end of the header and the first octets behind it takes two clocks.
      const std::size_t each = beats_of(octets) + (kind == Ring::Kind::kTransport ? 1 : 0);
      const std::size_t clocks = ring.last_in - ring.first_in + 1;
      EXPECT_LE(clocks, kPackets * each) << octets << " octets, kind " << static_cast<int>(kind);
      EXPECT_GE(clocks, kPackets * beats_of(octets)) << octets << " octets";
    }
  }
}

}  // namespace
}  // namespace sallyport::test
