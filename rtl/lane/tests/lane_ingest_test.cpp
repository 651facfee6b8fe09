// lane_ingest: the records of pkt_ingest on the same packets, true or not; the ring's contents; beats given back at any
// time; and a beat in every clock.
#include <gtest/gtest.h>

#include "Vlane_ingest_loose_model.h"
#include "Vlane_ingest_model.h"
#include "Vpkt_ingest_loose_model.h"
#include "Vpkt_ingest_model.h"
#include "ingest_drive.hpp"
#include "sallyport/abi.hpp"

namespace sallyport::test {
namespace {

Octets descriptor(std::mt19937& random, const Sent& s) {
  Octets desc(16);
  for (auto& octet : desc) octet = static_cast<std::uint8_t>(random());
  put16(desc, 4, s.announced);
  put16(desc, 12, s.cookie >> 16);
  put16(desc, 14, s.cookie & 0xFFFF);
  return desc;
}

/// What pkt_ingest says.
template <class Model>
std::vector<Record> records_of_compact(const std::vector<Sent>& packets, const std::vector<Octets>& descs) {
  Bench<Model> bench(1);
  IngestDrive drive(bench.top, 1, 0);
  for (std::size_t i = 0; i < packets.size(); ++i) drive.send(packets[i], descs[i]);
  std::vector<Record> records;
  bench.top.rec_ready_i = 1;
  for (int idle = 0; records.size() < packets.size() && idle < 5000; ++idle) {
    drive.offer();
    bench.top.eval();
    drive.look();
    if (bench.top.rec_valid_o) {
      records.push_back(read_record(bench.top.rec_o));
      idle = 0;
    }
    bench.clock();
    drive.settle();
  }
  return records;
}

/// Pops records, reads beats and gives them back, each at its own rhythm.
template <class Model>
class Lane : public Bench<Model> {
 public:
  struct Rhythm {
    unsigned in_gap = 0;    // percent of clocks without an offer
    unsigned pop_gap = 0;   // without a pop
    unsigned work_gap = 0;  // without reading or giving back
  };
  Lane(std::uint32_t seed, Rhythm rhythm)
      : Bench<Model>(seed), drive(this->top, seed, rhythm.in_gap), rhythm_(rhythm) {}

  void send(const Sent& s, OctetView desc) {
    drive.send(s, desc);
    packets_.push_back(s.octets);
  }
  std::size_t sent() const { return packets_.size(); }

  void step() {
    auto& top = this->top;
    drive.offer();
    top.rec_ready_i = !this->chance(rhythm_.pop_gap);
    const bool worked = !this->chance(rhythm_.work_gap);
    if (worked) work();
    top.eval();
    drive.look();
    if (top.rec_valid_o && top.rec_ready_i) {
      records.push_back(read_record(top.rec_o));
      if (records.back().beats != 0) held_.push_back({records.size() - 1, records.back().addr, records.back().beats});
    }
    this->clock();
    drive.settle();
    top.rec_ready_i = 0;
    top.rd_en_i = 0;
    top.release_i = 0;
    if (reading_ != nullptr) {
      const OctetView want = beat_of(*reading_, reading_beat_);
      ASSERT_EQ(get_beat(top.rd_data_o, want.size()), Octets(want.begin(), want.end())) << "beat " << reading_beat_;
      reading_ = nullptr;
    }
  }

  void run() {
    for (int idle = 0; records.size() < packets_.size() || !held_.empty(); ++idle) {
      const std::size_t before = records.size() + drive.beats_left();
      step();
      if (records.size() + drive.beats_left() != before) idle = 0;
      ASSERT_LT(idle, 20000) << "stuck";
      if (::testing::Test::HasFatalFailure()) return;
    }
    this->clock();
    EXPECT_FALSE(this->top.busy_o);
  }

  IngestDrive<Model> drive;
  std::vector<Record> records;

 private:
  struct Held {
    std::size_t packet, addr, beats;
    std::size_t read = 0, given = 0;
  };

  // Gives back some of what has been read, of several packets at once if there are some, and reads one more beat.
  void work() {
    auto& top = this->top;
    std::size_t give = 0;
    const bool late = rhythm_.work_gap != 0 && this->chance(50);
    while (!late && !held_.empty() && held_.front().given < held_.front().read) {
      const std::size_t n = held_.front().read - held_.front().given;
      held_.front().given += n;
      give += n;
      if (held_.front().given < held_.front().beats) break;
      held_.pop_front();
    }
    top.release_i = static_cast<std::uint16_t>(give);
    for (Held& h : held_) {
      if (h.read == h.beats) continue;
      top.rd_en_i = 1;
      top.rd_addr_i = static_cast<std::uint16_t>(h.addr + h.read);
      reading_ = &packets_[h.packet];
      reading_beat_ = h.read++;
      break;
    }
  }

  Rhythm rhythm_;
  std::vector<Octets> packets_;
  std::deque<Held> held_;
  const Octets* reading_ = nullptr;
  std::size_t reading_beat_ = 0;
};

template <class LaneModel, class CompactModel>
void compare_with_compact() {
  constexpr std::array<unsigned, 4> kGaps = {0, 0, 40, 85};
  for (std::uint32_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE(seed);
    Bench<CompactModel> source(seed);
    std::vector<Sent> packets;
    std::vector<Octets> descs;
    for (std::uint32_t i = 0; i < 1200; ++i) {
      packets.push_back(random_packet(source, i << 8 | seed, source.chance(5) ? 850 : source.chance(50) ? 120 : 10));
      descs.push_back(descriptor(source.random, packets.back()));
    }
    const std::vector<Record> want = records_of_compact<CompactModel>(packets, descs);
    ASSERT_EQ(want.size(), packets.size());
    Lane<LaneModel> lane(seed, {kGaps[seed % 4], kGaps[seed / 4 % 4], kGaps[seed / 2 % 4]});
    for (std::size_t i = 0; i < packets.size(); ++i) lane.send(packets[i], descs[i]);
    lane.run();
    if (::testing::Test::HasFatalFailure()) return;
    std::array<int, 256> verdicts = {};
    for (std::size_t i = 0; i < want.size(); ++i) {
      ASSERT_EQ(lane.records[i], want[i])
          << "packet " << i << ", " << packets[i].announced << " announced, " << packets[i].octets.size()
          << " sent, verdicts " << int{lane.records[i].verdict} << " and " << int{want[i].verdict};
      ++verdicts[want[i].verdict];
    }
    for (const auto verdict :
         {abi::Verdict::kOk, abi::Verdict::kMalformed, abi::Verdict::kLengthMismatch, abi::Verdict::kTooLong}) {
      EXPECT_GT(verdicts[static_cast<std::size_t>(verdict)], 20) << abi::name(verdict);
    }
  }
}

TEST(LaneIngest, RecordsOfPktIngest) { compare_with_compact<Vlane_ingest_model, Vpkt_ingest_model>(); }
TEST(LaneIngest, RecordsOfPktIngestWithLinkPadding) {
  compare_with_compact<Vlane_ingest_loose_model, Vpkt_ingest_loose_model>();
}

// Bits of a fragment header that are no part of the offset; headers behind it are walked or not.
TEST(LaneIngest, FragmentHeaders) {
  std::mt19937 random(5);
  std::vector<Sent> packets;
  std::vector<Octets> descs;
  Lane<Vlane_ingest_model> lane(5, {});
  for (std::size_t bits = 0; bits < 64; ++bits) {
    for (std::size_t before : {0U, 1U, 2U}) {
      Octets p = lane.octets(40 + 8 * before + 8 + 16 + 30);
      p[0] = 0x60;
      put16(p, 4, p.size() - 40);
      std::size_t nh = 6, at = 40;
      for (std::size_t k = 0; k < before; ++k) {
        p[nh] = 60;
        nh = at;
        p[at + 1] = 0;
        at += 8;
      }
      p[nh] = 44;
      p[at] = 60;
      put16(p, at + 2, bits);
      p[at + 8] = 17;
      p[at + 9] = 1;
      packets.push_back({.announced = p.size(), .octets = p});
      descs.push_back(descriptor(random, packets.back()));
      lane.send(packets.back(), descs.back());
    }
  }
  lane.run();
  EXPECT_EQ(lane.records, records_of_compact<Vpkt_ingest_model>(packets, descs));
}

// The longest packets a descriptor can announce, announced truly or not: they go by.
TEST(LaneIngest, LongPackets) {
  std::mt19937 random(6);
  std::vector<Sent> packets;
  std::vector<Octets> descs;
  Lane<Vlane_ingest_model> lane(6, {});
  for (std::size_t announced :
       {kMaxPacket, kMaxPacket + 1, std::size_t{60000}, std::size_t{65520}, std::size_t{65535}}) {
    for (std::size_t more : {0U, 1U, 2U, 16U, 17U, 40U}) {
      packets.push_back({.announced = announced, .octets = plain_ip(lane, announced + more - 1)});
      descs.push_back(descriptor(random, packets.back()));
      lane.send(packets.back(), descs.back());
    }
  }
  lane.run();
  EXPECT_EQ(lane.records, records_of_compact<Vpkt_ingest_model>(packets, descs));
}

using ExactLane = Lane<Vlane_ingest_model>;

Sent plain(ExactLane& lane, std::size_t octets) {
  Sent s;
  s.octets = plain_ip(lane, octets);
  s.announced = octets;
  return s;
}

TEST(LaneIngest, ABeatEveryClock) {
  for (std::size_t octets = 1; octets <= kMaxPacket; ++octets) {
    constexpr std::size_t kPackets = 12;
    ExactLane lane(static_cast<std::uint32_t>(octets), {});
    for (std::size_t i = 0; i < kPackets; ++i) {
      const Sent s = plain(lane, octets);
      lane.send(s, descriptor(lane.random, s));
    }
    // From the first beat to the last one, without a clock in between.
    const std::size_t beats = lane.drive.beats_left();
    std::size_t clocks = 0;
    while (lane.drive.beats_left() > 0) {
      lane.step();
      if (lane.drive.beats_left() < beats) ++clocks;
    }
    EXPECT_EQ(clocks, kPackets * beats_of(octets)) << octets << " octets";
    lane.run();
    ASSERT_FALSE(HasFailure());
  }
}

TEST(LaneIngest, ABeatEveryClockWithMixedSizes) {
  ExactLane lane(7, {});
  for (int i = 0; i < 3000; ++i) {
    const Sent s = plain(lane, lane.chance(50) ? 1 + lane.below(64) : 1 + lane.below(500));
    lane.send(s, descriptor(lane.random, s));
  }
  const std::size_t beats = lane.drive.beats_left();
  std::size_t clocks = 0;
  while (lane.drive.beats_left() > 0) {
    lane.step();
    if (lane.drive.beats_left() < beats) ++clocks;
  }
  EXPECT_EQ(clocks, beats);
  lane.run();
}

TEST(LaneIngest, RecordThreeClocksAfterTheLastBeat) {
  for (std::size_t octets = 1; octets < 200; ++octets) {
    ExactLane lane(static_cast<std::uint32_t>(octets), {});
    const Sent s = plain(lane, octets);
    lane.send(s, descriptor(lane.random, s));
    while (lane.drive.beats_left() > 0) lane.step();
    // The clock of the last beat is over.
    for (int clock = 1; clock < 3; ++clock) {
      EXPECT_FALSE(lane.top.rec_valid_o) << clock;
      lane.clock();
    }
    EXPECT_TRUE(lane.top.rec_valid_o);
  }
}

TEST(LaneIngest, RecordsWaitAndDescriptorsAreTakenAhead) {
  ExactLane lane(1, {.pop_gap = 100});
  for (int i = 0; i < 20; ++i) {
    const Sent s = plain(lane, 32);
    lane.send(s, descriptor(lane.random, s));
  }
  for (int i = 0; i < 200; ++i) lane.step();
  // One record on offer, four behind it, and two descriptors more.
  EXPECT_EQ(lane.drive.beats_left(), 2U * (20 - 5));
  EXPECT_EQ(lane.drive.descs_left(), 20U - 7);
  EXPECT_TRUE(lane.top.busy_o);
}

TEST(LaneIngest, FullRingWaitsForEveryBeatGivenBack) {
  // Nothing is read or given back: the ring takes as many beats as it has, in the middle of the third packet.
  ExactLane lane(1, {.work_gap = 100});
  for (int i = 0; i < 4; ++i) {
    const Sent s = plain(lane, 480);
    lane.send(s, descriptor(lane.random, s));
  }
  for (int i = 0; i < 300; ++i) lane.step();
  ASSERT_EQ(lane.drive.beats_left(), 4 * 30 - kRingDepth);
  std::size_t left = lane.drive.beats_left();
  for (std::size_t give : {1U, 2U, 7U, 19U, 1U}) {
    lane.drive.offer();
    lane.top.release_i = static_cast<std::uint16_t>(give);
    lane.top.eval();
    EXPECT_FALSE(lane.drive.look());
    lane.clock();
    lane.top.release_i = 0;
    for (std::size_t i = 0; i < 40; ++i) {
      lane.drive.offer();
      lane.top.eval();
      EXPECT_EQ(lane.drive.look(), i >= 1 && i <= give) << give << " given back, clock " << i;
      lane.clock();
      lane.drive.settle();
    }
    left -= give;
    EXPECT_EQ(lane.drive.beats_left(), left);
  }
}

TEST(LaneIngest, BeatsTooManyNeedNoRing) {
  // The packet itself has filled the ring.
  ExactLane lane(4, {.work_gap = 100});
  const Sent before = plain(lane, kRingDepth * kBeat - kMaxPacket);
  lane.send(before, descriptor(lane.random, before));
  Sent s = plain(lane, kMaxPacket);
  s.octets.resize(kMaxPacket + 100);
  lane.send(s, descriptor(lane.random, s));
  for (int i = 0; i < 200; ++i) lane.step();
  ASSERT_EQ(lane.records.size(), 2U);
  EXPECT_EQ(lane.records[1].verdict, static_cast<std::uint8_t>(abi::Verdict::kLengthMismatch));
}

TEST(LaneIngest, PacketThatIsTooLongNeedsNoRing) {
  // The ring is full to the last beat, and all the same it goes by.
  ExactLane lane(3, {.work_gap = 100});
  for (int i = 0; i < 2; ++i) {
    const Sent s = plain(lane, 512);
    lane.send(s, descriptor(lane.random, s));
  }
  Sent s;
  s.octets = lane.octets(4000);
  s.announced = 4000;
  lane.send(s, descriptor(lane.random, s));
  for (int i = 0; i < 400; ++i) lane.step();
  ASSERT_EQ(lane.records.size(), 3U);
  EXPECT_EQ(lane.records[2].verdict, static_cast<std::uint8_t>(abi::Verdict::kTooLong));
  EXPECT_EQ(lane.records[2].beats, 0U);
  EXPECT_TRUE(lane.top.busy_o) << "beats are waiting";
}

TEST(LaneIngest, DisabledTakesNoDescriptor) {
  ExactLane lane(9, {});
  for (int i = 0; i < 3; ++i) {
    const Sent s = plain(lane, 100);
    lane.send(s, descriptor(lane.random, s));
  }
  lane.step();
  // The one that was taken goes its way.
  lane.top.enable_i = 0;
  for (int i = 0; i < 50; ++i) lane.step();
  EXPECT_EQ(lane.records.size(), 1U);
  EXPECT_EQ(lane.drive.descs_left(), 2U);
  EXPECT_FALSE(lane.top.busy_o);
  lane.top.enable_i = 1;
  lane.run();
}

}  // namespace
}  // namespace sallyport::test
