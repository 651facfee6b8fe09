// lane_out against the golden accelerator: random SAs and packets, good and bad, under all kinds of stalls; every size
// and every place in a beat; limits and TTLs that end packets.
//
// SALLYPORT_SEED and SALLYPORT_ROUNDS in the environment choose another run.
#include <cstdio>

#include "out_lane.hpp"
#include "out_packets.hpp"
#include "support/environment.hpp"

namespace sallyport::test {
namespace {

using abi::SaFlag;
using abi::Verdict;
using ::testing::Test;

/// A lane, and SAs and packets at random for it.
class RandomWorld {
 public:
  RandomWorld(const LaneForm& form, std::uint64_t seed) : lane(form, seed), traffic(seed, kSas), sas_(kSas) {}

  void renew() {
    for (std::uint32_t i = 0; i < kSas; i += 2) {
      if (lane.golden.entry(i).state() != abi::EntryState::kFree) {
        lane.golden.erase(i, lane.golden.entry(i).generation());
        lane.table.entry(i).release();
      }
      sas_[i] = traffic.sa(i);
      lane.install(sas_[i]);
      if (Test::HasFatalFailure()) return;
      // Some SAs are about to go over into the upper half of their sequence numbers, or at their end.
      const std::uint64_t high =
          sas_[i].config.has(SaFlag::kEsn) ? traffic.between(1, 5) << 32 : std::uint64_t{1} << 32;
      if (traffic.chance(30)) {
        const std::uint64_t sequence = high - traffic.between(2, 20);
        lane.golden.preset(i, sequence, 0, 0, 0);
        lane.table.entry(i).preset(sequence, 0, 0, 0);
      }
    }
  }

  void exchange(unsigned packets) {
    for (unsigned n = 0; n < packets; ++n) {
      lane.send(traffic.outbound(sas_[2 * traffic.below(traffic.chance(30) ? 3 : kSas / 2)], ++cookie_));
      if (lane.waiting() > 60) lane.drain();
      if (Test::HasFatalFailure()) return;
    }
    lane.drain();
  }

  OutLane lane;
  Traffic traffic;

 private:
  std::vector<TestSa> sas_;
  std::uint32_t cookie_ = 0;
};

void random_run(const LaneForm& form, std::uint64_t seed, std::uint64_t rounds,
                std::map<Verdict, std::uint64_t>* seen) {
  SCOPED_TRACE("SALLYPORT_SEED=" + std::to_string(seed));
  RandomWorld world(form, seed);
  for (std::uint64_t round = 0; round < rounds; ++round) {
    world.renew();
    if (Test::HasFatalFailure()) return;
    world.exchange(300);
    if (Test::HasFatalFailure()) return;
  }
  if (seen == nullptr) return;
  for (unsigned v = 0; v < abi::kVerdictCount; ++v) {
    (*seen)[static_cast<Verdict>(v)] += world.lane.golden.outbound_count(static_cast<Verdict>(v));
  }
}

TEST(LaneOut, RandomAtFullSpeed) {
  std::map<Verdict, std::uint64_t> seen;
  const std::uint64_t seed = from_environment("SALLYPORT_SEED", 1);
  random_run({}, seed, from_environment("SALLYPORT_ROUNDS", 20), &seen);
  if (HasFatalFailure()) return;
  EXPECT_GT(seen[Verdict::kOk], 1000U);
  for (const Verdict v : {Verdict::kBadDescriptor, Verdict::kLengthMismatch, Verdict::kTooLong, Verdict::kMalformed,
                          Verdict::kStaleGeneration, Verdict::kWrongMode, Verdict::kHardOctets, Verdict::kHardPackets,
                          Verdict::kSeqEnd, Verdict::kTooBig, Verdict::kTtl}) {
    EXPECT_GT(seen[v], 0U) << name(v);
  }
}

TEST(LaneOut, RandomWithStalls) {
  const std::uint64_t seed = from_environment("SALLYPORT_SEED", 10);
  const std::uint64_t rounds = from_environment("SALLYPORT_ROUNDS", 4);
  const LaneForm forms[] = {
      {.in_stall = 40},
      {.status_stall = 60, .data_stall = 60},
      {.data_stall = 95},
      {.status_stall = 95, .counter_stall = 60},
      {.table_stall = 80, .answer_clocks = 1},
      {.in_stall = 20,
       .status_stall = 30,
       .data_stall = 30,
       .table_stall = 30,
       .counter_stall = 30,
       .answer_clocks = 23},
  };
  for (std::size_t i = 0; i < std::size(forms); ++i) {
    SCOPED_TRACE(i);
    random_run(forms[i], seed + i, rounds, nullptr);
    if (HasFatalFailure()) return;
  }
}

/// An SA for each mode, outer version and encapsulation; both key lengths.
std::vector<TestSa> one_of_each(Traffic& traffic, OutLane& lane) {
  std::vector<TestSa> sas;
  for (const bool tunnel : {false, true}) {
    for (const bool udp : {false, true}) {
      for (const bool v6 : {false, true}) {
        TestSa sa = sending_sa(traffic, static_cast<std::uint32_t>(2 * sas.size()), {});
        if (tunnel) sa.config.set(SaFlag::kTunnel);
        if (udp) sa.config.set(SaFlag::kUdpEncap);
        if (v6) sa.config.set(SaFlag::kOuterV6);
        if (v6) sa.config.set(SaFlag::kKey256);
        if (udp != v6) sa.config.set(SaFlag::kEsn);
        lane.install(sa);
        sas.push_back(std::move(sa));
      }
    }
  }
  return sas;
}

// Every header length that there is, every length of what is behind it up to three beats, and some longer ones.
TEST(LaneOut, EverySizeAndPlace) {
  Traffic traffic(3, kSas);
  OutLane lane({}, 3);
  auto sas = one_of_each(traffic, lane);
  std::uint32_t cookie = 0;
  const auto send = [&](const TestSa& sa, model::Octets packet, std::uint8_t tfc = 0) {
    lane.send(to_send(sa, std::move(packet), ++cookie, tfc));
    while (lane.waiting() > 60 && !Test::HasFatalFailure()) lane.step();
  };
  for (const TestSa& sa : sas) {
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
      // TFC padding of every length; the longest packet with the most of it.
      for (unsigned tfc = 0; tfc < 128 && sa.config.tunnel(); ++tfc) {
        send(sa, ip_packet_of(traffic, v6, 40, 40 + traffic.below(40)), static_cast<std::uint8_t>(tfc));
        if (HasFatalFailure()) return;
      }
      send(sa, ip_packet_of(traffic, v6, v6 ? 40 : 20, 10240), sa.config.tunnel() ? 127 : 0);
      if (HasFatalFailure()) return;
    }
  }
  lane.drain();
  EXPECT_EQ(lane.golden.outbound_count(Verdict::kOk), cookie);
}

// G1, G4: while no admission is granted nothing of any packet leaves, and the lane stops when its queues are full.
TEST(LaneOut, NothingLeavesBeforeItsAdmission) {
  Traffic traffic(4, kSas);
  OutLane lane({}, 4);
  TestSa sa = sending_sa(traffic, 4, {SaFlag::kTunnel});
  lane.install(sa);
  lane.hold_admissions = true;
  for (std::uint32_t n = 0; n < 100; ++n) lane.send(to_send(sa, ip_packet_of(traffic, false, 20, 1500), n));
  for (int i = 0; i < 10'000; ++i) {
    lane.step();
    ASSERT_FALSE(lane.top().st_valid_o || lane.top().out_valid_o);
    ASSERT_TRUE(lane.busy());
  }
  lane.hold_admissions = false;
  lane.drain();
}

// G4: of a packet whose last beat has not come, nothing leaves, and its number has not been spent.
TEST(LaneOut, NothingLeavesBeforeItsLastBeat) {
  Traffic traffic(5, kSas);
  OutLane lane({}, 5);
  TestSa sa = sending_sa(traffic, 4, {SaFlag::kTunnel});
  lane.install(sa);
  lane.send(to_send(sa, ip_packet_of(traffic, false, 20, 1500), 1));
  while (lane.times()[0].last_in == 0 || lane.clocks() < 93) {
    lane.step();
    if (lane.clocks() < 93) {
      ASSERT_FALSE(lane.top().st_valid_o || lane.top().out_valid_o || lane.top().adm_req_valid_o);
    }
    if (lane.clocks() == 90) lane.form.in_stall = 95;
  }
  lane.drain();
  EXPECT_GT(lane.times()[0].status, lane.times()[0].last_in);
}

// Nobody takes anything: everything stops with the store full, and goes on where it stopped.
TEST(LaneOut, TheStoreFillsUp) {
  for (const std::size_t size : {9000U, 3000U, 200U}) {
    Traffic traffic(size, kSas);
    OutLane lane({}, size);
    const auto sas = one_of_each(traffic, lane);
    std::uint32_t cookie = 0;
    for (int round = 0; round < 3; ++round) {
      for (std::size_t n = 0; n < 24; ++n) {
        const bool v6 = traffic.chance(50);
        lane.send(to_send(sas[n % sas.size()], ip_packet_of(traffic, v6, 40, size + traffic.below(40)), ++cookie));
      }
      lane.form.data_stall = 100;
      for (int i = 0; i < 4000; ++i) {
        lane.step();
        if (HasFatalFailure()) return;
      }
      lane.form.data_stall = round == 1 ? 50 : 0;
      lane.drain();
      if (HasFatalFailure()) return;
    }
  }
}

// A TTL that ends here costs a number and nothing else: identifications have no gap.
TEST(LaneOut, TtlSpendsANumber) {
  Traffic traffic(6, kSas);
  OutLane lane({}, 6);
  TestSa sa = sending_sa(traffic, 8, {SaFlag::kTunnel, SaFlag::kDecTtl});
  lane.install(sa);
  for (std::uint32_t n = 0; n < 200; ++n) {
    const bool v6 = traffic.chance(50);
    model::Octets packet = ip_packet_of(traffic, v6, v6 ? 40 : 20, 64 + traffic.below(100));
    packet[v6 ? 7 : 8] = static_cast<std::uint8_t>(traffic.below(4));
    PacketIn in = to_send(sa, std::move(packet), n);
    if (traffic.chance(20)) {  // a dummy's TTL is nobody's business
      abi::OutDesc desc = abi::OutDesc::unpack(in.descriptor);
      desc.next_header = 59;
      in.descriptor = desc.pack();
    }
    lane.send(std::move(in));
  }
  lane.drain();
  if (HasFatalFailure()) return;
  EXPECT_GT(lane.golden.outbound_count(Verdict::kTtl), 40U);
  EXPECT_EQ(lane.table.entry(8).packets(), 200U);
}

// Every upper layer there is, over header checksums that test the two zeros of one's complement.
TEST(LaneOut, EveryUpperLayerAndChecksum) {
  Traffic traffic(7, kSas);
  OutLane lane({}, 7);
  std::vector<TestSa> sas;
  sas.push_back(sending_sa(traffic, 2, {}));
  sas.push_back(sending_sa(traffic, 4, {SaFlag::kUdpEncap}));
  sas.push_back(sending_sa(traffic, 6, {SaFlag::kTunnel, SaFlag::kDecTtl}));
  for (TestSa& sa : sas) lane.install(sa);
  std::uint32_t cookie = 0;
  for (unsigned upper = 0; upper < 256; ++upper) {
    if (upper == 59) continue;
    for (const TestSa& sa : sas) {
      for (const unsigned checksum : {0x0000U, 0x0001U, 0xFFFEU, 0xFFFFU, 0x00FFU, 0xFEFFU}) {
        model::Octets packet = ip_packet_of(traffic, false, 20, 20 + traffic.below(8));
        packet[9] = static_cast<std::uint8_t>(upper);
        model::store<2>(packet, 10, checksum);
        lane.send(to_send(sa, std::move(packet), ++cookie));
      }
    }
    lane.drain();
    if (HasFatalFailure()) return;
  }
  EXPECT_EQ(lane.golden.outbound_count(Verdict::kOk), cookie);
}

// A UDP checksum that comes out as 0 is sent as 0xFFFF. The source port of the SA makes it come out so.
TEST(LaneOut, UdpChecksumIsNeverZero) {
  for (const bool tunnel : {false, true}) {
    Traffic traffic(8, kSas);
    TestSa sa = sending_sa(traffic, 10, {SaFlag::kUdpEncap, SaFlag::kOuterV6});
    if (tunnel) sa.config.set(SaFlag::kTunnel);
    const model::Octets packet = ip_packet_of(traffic, true, 40, 100);
    model::GoldenAccelerator probe(kSas, kWindow);
    sa.generation = probe.commit(sa.index, 0, model::encode_image(sa.config, sa.secret)).generation;
    const PacketIn in = to_send(sa, packet, 1);
    const auto sent = probe.outbound(abi::OutDesc::unpack(in.descriptor), in.octets);
    ASSERT_EQ(sent.verdict(), Verdict::kOk);
    const unsigned port = sa.config.out.udp_sport + model::load16(sent.octets, 46);
    sa.config.out.udp_sport = static_cast<std::uint16_t>(port > 0xFFFF ? port - 0xFFFF : port);
    OutLane lane({}, 8);
    lane.install(sa);
    lane.send(to_send(sa, packet, 1));
    ASSERT_EQ(model::load16(lane.last_wanted().octets, 46), 0xFFFF);
    lane.drain();
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace sallyport::test
