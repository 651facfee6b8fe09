// lane_in against the golden accelerator: random SAs and packets, good and bad, under all kinds of stalls; every size
// and every place in a beat; commits that are refused or late.
//
// SALLYPORT_SEED and SALLYPORT_ROUNDS in the environment choose another run.
#include <algorithm>
#include <cstdio>

#include "in_lane.hpp"
#include "in_packets.hpp"
#include "support/environment.hpp"

namespace sallyport::test {
namespace {

using abi::SaFlag;
using abi::Verdict;
using ::testing::Test;

constexpr std::size_t kLongest = 10240;  // octets, MAX_PACKET as the CMake file elaborates it

/// A lane, and SAs and packets at random for it.
class RandomWorld {
 public:
  /// @param crowded packets of one SA may follow each other closely.
  RandomWorld(const LaneForm& form, std::uint64_t seed, bool crowded)
      : lane(form, seed), traffic(seed, kSas), crowded_(crowded), sas_(kSas) {
    lane.expect_serial = !crowded;
  }

  void renew() {
    for (std::uint32_t i = 1; i < kSas; i += 2) {
      lane.erase(i);
      sas_[i] = traffic.sa(i);
      lane.install(sas_[i]);
      if (Test::HasFatalFailure()) return;
      // Some SAs are about to go over into the upper half of their sequence numbers.
      if (sas_[i].config.has(SaFlag::kEsn) && traffic.chance(30)) {
        sas_[i].peer_sequence = (traffic.between(1, 5) << 32) - traffic.between(0, 20);
        lane.preset(i, sas_[i].peer_sequence);
      }
    }
  }

  void exchange(unsigned packets) {
    for (unsigned n = 0; n < packets; ++n) {
      lane.send(traffic.inbound(sas_[choose()], ++cookie_));
      while (lane.waiting() > 60 && !Test::HasFatalFailure()) lane.step();
      if (Test::HasFatalFailure()) return;
    }
    lane.drain();
  }

  InLane lane;
  Traffic traffic;

 private:
  /// An entry; not crowded: none of the last 28.
  std::uint32_t choose() {
    std::uint32_t index = 0;
    do {
      index = static_cast<std::uint32_t>(1 + 2 * traffic.below(crowded_ && traffic.chance(50) ? 2 : kSas / 2));
    } while (!crowded_ && std::find(recent_.begin(), recent_.end(), index) != recent_.end());
    recent_.push_back(index);
    if (recent_.size() > 28) recent_.pop_front();
    return index;
  }

  bool crowded_;
  std::vector<TestSa> sas_;
  std::deque<std::uint32_t> recent_;
  std::uint32_t cookie_ = 0;
};

void random_run(const LaneForm& form, std::uint64_t seed, std::uint64_t rounds, bool crowded,
                std::map<Verdict, std::uint64_t>* seen) {
  SCOPED_TRACE("SALLYPORT_SEED=" + std::to_string(seed));
  RandomWorld world(form, seed, crowded);
  for (std::uint64_t round = 0; round < rounds; ++round) {
    world.renew();
    if (Test::HasFatalFailure()) return;
    world.exchange(300);
    if (Test::HasFatalFailure()) return;
  }
  EXPECT_LT(world.lane.differences() * 50, world.lane.statuses());
  if (seen == nullptr) return;
  for (unsigned v = 0; v < abi::kVerdictCount; ++v) {
    (*seen)[static_cast<Verdict>(v)] += world.lane.serial.inbound_count(static_cast<Verdict>(v));
  }
  std::printf("%llu clocks, %zu packets, %zu of them would have got another verdict from a serial machine\n",
              static_cast<unsigned long long>(world.lane.clocks()), world.lane.statuses(), world.lane.differences());
}

TEST(LaneIn, RandomAtFullSpeed) {
  std::map<Verdict, std::uint64_t> seen;
  const std::uint64_t seed = from_environment("SALLYPORT_SEED", 1);
  random_run({}, seed, from_environment("SALLYPORT_ROUNDS", 20), false, &seen);
  if (HasFatalFailure()) return;
  EXPECT_GT(seen[Verdict::kOk], 1000U);
  for (const Verdict v : {Verdict::kDummy,
                          Verdict::kLengthMismatch,
                          Verdict::kMalformed,
                          Verdict::kNotEsp,
                          Verdict::kEspFragment,
                          Verdict::kUnknownSpi,
                          Verdict::kWrongMode,
                          Verdict::kHardOctets,
                          Verdict::kHardPackets,
                          Verdict::kDeadIcvLimit,
                          Verdict::kTtl,
                          Verdict::kReplay,
                          Verdict::kBadIcv,
                          Verdict::kBadPadding,
                          Verdict::kBadNextHeader,
                          Verdict::kBadInner,
                          Verdict::kDiscardsSelector,
                          Verdict::kEcnDrop,
                          Verdict::kTruncated,
                          Verdict::kSeqZero}) {
    EXPECT_GT(seen[v], 0U) << name(v);
  }
}

// Copies, late numbers and limits among packets of one SA in flight.
TEST(LaneIn, RandomCrowded) {
  std::map<Verdict, std::uint64_t> seen;
  const std::uint64_t seed = from_environment("SALLYPORT_SEED", 2);
  random_run({}, seed, from_environment("SALLYPORT_ROUNDS", 20), true, &seen);
}

TEST(LaneIn, RandomWithStalls) {
  const std::uint64_t seed = from_environment("SALLYPORT_SEED", 10);
  const std::uint64_t rounds = from_environment("SALLYPORT_ROUNDS", 4);
  const LaneForm forms[] = {
      {.in_stall = 40},
      {.status_stall = 60, .data_stall = 60},
      {.data_stall = 95},
      {.status_stall = 95, .counter_stall = 60},
      {.table_stall = 80, .look_up_clocks = 2, .commit_clocks = 1},
      {.in_stall = 20,
       .status_stall = 30,
       .data_stall = 30,
       .table_stall = 30,
       .counter_stall = 30,
       .look_up_clocks = 17,
       .commit_clocks = 23},
  };
  for (std::size_t i = 0; i < std::size(forms); ++i) {
    SCOPED_TRACE(i);
    random_run(forms[i], seed + i, rounds, i % 2 == 1, nullptr);
    if (HasFatalFailure()) return;
  }
}

// Every header length that there is, every length of what is behind it up to three beats, and some longer ones.
TEST(LaneIn, EverySizeAndPlace) {
  Traffic traffic(3, kSas);
  InLane lane({}, 3);
  std::vector<TestSa> sas;
  std::uint32_t index = 1;
  for (const bool tunnel : {false, true}) {
    for (const bool udp : {false, true}) {
      for (const bool esn : {false, true}) {
        TestSa sa = open_sa(traffic, index, {});
        if (tunnel) sa.config.set(SaFlag::kTunnel);
        if (udp) sa.config.set(SaFlag::kUdpEncap);
        if (esn) sa.config.set(SaFlag::kEsn);
        if (esn) sa.config.set(SaFlag::kOuterV6);
        const auto key = model::OctetView(sa.secret.key).first(16);
        sa.peer.emplace(model::EspCodec::create(key, sa.secret.salt, esn).value());
        lane.install(sa);
        if (HasFatalFailure()) return;
        sas.push_back(std::move(sa));
        index += 2;
      }
    }
  }
  std::uint32_t cookie = 0;
  std::size_t ok = 0;
  const auto send = [&](TestSa& sa, const model::Octets& packet) {
    lane.send(to_open(esp_packet(sa, packet), ++cookie));
    if (lane.last_wanted().verdict() == Verdict::kOk) {
      ASSERT_EQ(lane.last_wanted().octets, packet);
      ++ok;
    }
    while (lane.waiting() > 60 && !Test::HasFatalFailure()) lane.step();
  };
  for (TestSa& sa : sas) {
    for (const bool v6 : {false, true}) {
      for (std::size_t header = v6 ? 40 : 20; header <= (v6 ? 128U : 60U); header += v6 ? 8 : 4) {
        for (std::size_t n = header; n <= header + 50; ++n) {
          send(sa, ip_packet_of(traffic, v6, header, n));
          if (HasFatalFailure()) return;
        }
        send(sa, ip_packet_of(traffic, v6, header, header + traffic.between(1000, 9500)));
        if (HasFatalFailure()) return;
      }
      send(sa, ip_packet_of(traffic, v6, v6 ? 2080 : 60, 2200));
      if (HasFatalFailure()) return;
    }
  }
  lane.drain();
  EXPECT_EQ(ok, cookie);
}

// G4, G8: while no commit is granted nothing of any packet leaves, and the lane stops when its queues are full.
TEST(LaneIn, NothingLeavesBeforeTheCommit) {
  for (const std::size_t size : {20, 64, 1500}) {  // small: packets in flight; large: the store
    Traffic traffic(4, kSas);
    InLane lane({}, 4);
    TestSa sa = open_sa(traffic, 5, {SaFlag::kTunnel});
    lane.install(sa);
    lane.hold_commits = true;
    for (std::uint32_t n = 0; n < 400; ++n) {
      lane.send(to_open(esp_packet(sa, ip_packet_of(traffic, false, 20, size)), n));
    }
    for (int i = 0; i < 5'000; ++i) {
      lane.step();
      ASSERT_FALSE(lane.top().st_valid_o || lane.top().out_valid_o);
      ASSERT_TRUE(lane.busy());
    }
    lane.hold_commits = false;
    lane.drain();
    if (HasFatalFailure()) return;
  }
}

// G4: a wrong ICV keeps a packet in even if the table has not noticed.
TEST(LaneIn, WrongIcvWhateverTheTableSays) {
  Traffic traffic(12, kSas);
  InLane lane({}, 12);
  TestSa sa = open_sa(traffic, 5, {SaFlag::kTunnel});
  lane.install(sa);
  lane.expect_serial = false;
  lane.commits_lie = true;
  for (std::uint32_t n = 0; n < 200; ++n) {
    auto packet = esp_packet(sa, ip_packet_of(traffic, false, 20, traffic.between(20, 200)));
    if (n % 3 != 0) packet[packet.size() - 1 - traffic.below(16)] ^= static_cast<std::uint8_t>(1U << traffic.below(8));
    lane.send(to_open(std::move(packet), n));
    ASSERT_EQ(lane.last_wanted().verdict(), n % 3 != 0 ? Verdict::kBadIcv : Verdict::kOk);
  }
  lane.drain();
}

// Nothing is taken at the output for a long time, then from one stream alone; nothing is lost and nothing goes round
// the rest.
TEST(LaneIn, OutputsStandStill) {
  Traffic traffic(6, kSas);
  InLane lane({}, 6);
  TestSa tunnel = open_sa(traffic, 5, {SaFlag::kTunnel});
  TestSa transport = open_sa(traffic, 7, {});
  lane.install(tunnel);
  lane.install(transport);
  lane.expect_serial = false;
  for (std::uint32_t n = 0; n < 600; ++n) {
    TestSa& sa = n % 2 == 0 ? tunnel : transport;
    const std::size_t size = n % 10 == 3 ? traffic.between(5000, 10'000) : traffic.between(20, 200);
    auto packet = esp_packet(sa, ip_packet_of(traffic, false, 20, size));
    if (traffic.chance(20)) packet.back() ^= 0x80;
    lane.send(to_open(std::move(packet), n));
  }
  for (const unsigned both : {1U, 0U}) {
    for (int round = 0; round < 8; ++round) {
      lane.form.status_stall = both != 0 || round % 2 == 0 ? 100 : 0;
      lane.form.data_stall = both != 0 || round % 2 == 1 ? 100 : 0;
      for (int i = 0; i < 2000; ++i) {
        lane.step();
        if (HasFatalFailure()) return;
      }
      lane.form.status_stall = lane.form.data_stall = 0;
      for (int i = 0; i < 500; ++i) {
        lane.step();
        if (HasFatalFailure()) return;
      }
    }
  }
  lane.drain();
}

// The longest packets that the lane takes, and one octet more.
TEST(LaneIn, LongestPackets) {
  Traffic traffic(9, kSas);
  InLane lane({}, 9);
  TestSa tunnel = open_sa(traffic, 5, {SaFlag::kTunnel});
  TestSa transport = open_sa(traffic, 7, {});
  lane.install(tunnel);
  lane.install(transport);
  std::uint32_t cookie = 0;
  for (int round = 0; round < 4; ++round) {
    for (TestSa* sa : {&tunnel, &transport}) {
      const std::size_t longest = kLongest - 20 - model::kEspClearOctets - 2 + (sa == &tunnel ? 0U : 20U);
      for (const std::size_t padding : {0, 1, 4}) {  // of the link
        for (const std::size_t less : {0, 4}) {
          auto packet = esp_packet(*sa, ip_packet_of(traffic, false, 20, longest - less));
          packet.resize(packet.size() + padding);
          lane.send(to_open(std::move(packet), ++cookie));
          ASSERT_EQ(lane.last_wanted().verdict(), padding > less ? Verdict::kTooLong : Verdict::kOk);
        }
      }
    }
  }
  lane.expect_serial = false;  // two packets of one SA in flight; none of them differs all the same
  lane.drain();
  EXPECT_EQ(lane.differences(), 0U);
}

// Without enable_i no packet is taken in, and those inside come out.
TEST(LaneIn, Disabled) {
  Traffic traffic(11, kSas);
  InLane lane({}, 11);
  TestSa sa = open_sa(traffic, 5, {SaFlag::kTunnel});
  lane.install(sa);
  lane.expect_serial = false;
  for (std::uint32_t n = 0; n < 100; ++n) lane.send(to_open(esp_packet(sa, ip_packet_of(traffic, false, 20, 64)), n));
  for (int i = 0; i < 300; ++i) lane.step();
  lane.top().enable_i = 0;
  for (int i = 0; i < 300; ++i) lane.step();
  EXPECT_FALSE(lane.busy());
  const std::size_t out = lane.statuses();
  EXPECT_GT(out, 20U);
  EXPECT_LT(out, 60U);
  for (int i = 0; i < 300; ++i) lane.step();
  EXPECT_EQ(lane.statuses(), out);
  lane.top().enable_i = 1;
  lane.drain();
}

// G9: the entry has another tenant when the packets come to their commits; all of them are refused under the old
// generation.
TEST(LaneIn, ErasedAndReinstalledInFlight) {
  Traffic traffic(5, kSas);
  InLane lane({}, 5);
  lane.expect_serial = false;
  TestSa sa = open_sa(traffic, 7, {SaFlag::kTunnel});
  lane.install(sa);
  for (int i = 0; i < 20; ++i) {
    TestSa next = open_sa(traffic, 7, {SaFlag::kTunnel});
    next.config.head.spi = sa.config.head.spi;
    for (std::uint32_t n = 0; n < 3; ++n) lane.send(to_open(esp_packet(sa, ip_packet_of(traffic, false, 20, 64)), n));
    int commits = 0;
    lane.on_commit = [&] {
      if (++commits != 2) return;
      lane.erase(7);
      lane.install(next);
    };
    lane.drain();
    if (HasFatalFailure()) return;
    ASSERT_EQ(commits, 3);
    ASSERT_EQ(lane.table.entry(7).packets(), 0U);
    ASSERT_EQ(next.generation, sa.generation + 1);
    sa = std::move(next);
  }
  EXPECT_EQ(lane.differences(), 40U);
}

}  // namespace
}  // namespace sallyport::test
