// lane_out in exact clocks: as many for a packet as it has beats when it leaves, whatever the SA, whatever stood before
// it.
#include <cstdio>

#include "out_lane.hpp"
#include "out_packets.hpp"

namespace sallyport::test {
namespace {

using abi::SaFlag;
using abi::Verdict;
using ::testing::Test;

constexpr std::size_t kWarm = 20;  // packets until the lane is full

struct Form {
  const char* name;
  bool tunnel, outer_v6, udp, inner_v6;
};
constexpr Form kForms[] = {
    {"tunnel, IPv4 in IPv4", true, false, false, false},    {"tunnel, IPv6 in IPv4", true, false, false, true},
    {"tunnel, IPv4 in IPv6", true, true, false, false},     {"tunnel, IPv4 in IPv4, UDP", true, false, true, false},
    {"tunnel, IPv4 in IPv6, UDP", true, true, true, false}, {"transport, IPv4", false, false, false, false},
    {"transport, IPv6", false, false, false, true},         {"transport, IPv4, UDP", false, false, true, false},
    {"transport, IPv6, UDP", false, false, true, true},
};

/// SAs of one form, key lengths and ESN mixed.
std::vector<TestSa> sas_of(const Form& form, Traffic& traffic, OutLane& lane) {
  std::vector<TestSa> sas;
  for (std::uint32_t i = 0; i < kSas; i += 2) {
    TestSa sa = sending_sa(traffic, i, {});
    if (form.tunnel) sa.config.set(SaFlag::kTunnel);
    if (form.outer_v6) sa.config.set(SaFlag::kOuterV6);
    if (form.udp) sa.config.set(SaFlag::kUdpEncap);
    if (i % 4 != 0) sa.config.set(SaFlag::kKey256);
    if (i % 8 >= 4) sa.config.set(SaFlag::kEsn);
    if (form.tunnel && i % 3 == 0) sa.config.set(SaFlag::kDecTtl);
    lane.install(sa);
    sas.push_back(std::move(sa));
  }
  return sas;
}

/// Clocks and beats of the packets from `first` on. The one before, and the last one, must have come out.
std::pair<std::uint64_t, std::uint64_t> tally(const OutLane& lane, std::size_t first) {
  std::uint64_t beats = 0;
  for (std::size_t n = first; n < lane.times().size(); ++n) beats += lane.times()[n].beats;
  return {lane.times().back().last_out - lane.times()[first - 1].last_out, beats};
}

TEST(LaneOutRate, EveryClockABeat) {
  for (const Form& form : kForms) {
    for (const std::size_t size : {64U, 65U, 100U, 128U, 256U, 576U, 1500U, 9000U}) {
      SCOPED_TRACE(std::string(form.name) + ", " + std::to_string(size) + " octets");
      Traffic traffic(size, kSas);
      // The smallest packets are as fast when other lanes make the table slow to answer.
      OutLane lane({.answer_clocks = size == 64 ? 16U : 7U}, size);
      const auto sas = sas_of(form, traffic, lane);
      const std::size_t packets = kWarm + (size > 2000 ? 6 : 100);
      for (std::size_t n = 0; n < packets; ++n) {
        lane.send(to_send(sas[n % sas.size()], ip_packet_of(traffic, form.inner_v6, form.inner_v6 ? 40 : 20, size),
                          static_cast<std::uint32_t>(n)));
      }
      lane.drain();
      if (HasFatalFailure()) return;
      const auto [clocks, beats] = tally(lane, kWarm);
      EXPECT_EQ(clocks, beats);
      if (form.tunnel && !form.outer_v6 && !form.udp && (size == 64 || size == 1500)) {
        EXPECT_EQ(beats, (packets - kWarm) * (size == 64 ? 8 : 98));
      }
    }
  }
}

// Sizes and forms mixed at random, from 64 octets up.
TEST(LaneOutRate, Imix) {
  Traffic traffic(7, kSas);
  OutLane lane({}, 7);
  std::vector<TestSa> sas;
  for (std::uint32_t i = 0; i < kSas; i += 2) {
    TestSa sa = sending_sa(traffic, i, {});
    if (traffic.chance(70)) sa.config.set(SaFlag::kTunnel);
    if (traffic.chance(40)) sa.config.set(SaFlag::kOuterV6);
    if (traffic.chance(40)) sa.config.set(SaFlag::kUdpEncap);
    if (traffic.chance(50)) sa.config.set(SaFlag::kKey256);
    lane.install(sa);
    sas.push_back(std::move(sa));
  }
  for (std::size_t n = 0; n < 1200; ++n) {
    const std::uint64_t kind = traffic.below(12);
    const bool v6 = traffic.chance(30);
    lane.send(to_send(sas[traffic.below(sas.size())],
                      ip_packet_of(traffic, v6, v6 ? 40 : 20,
                                   kind < 7    ? 64
                                   : kind < 11 ? 570
                                               : 1518),
                      static_cast<std::uint32_t>(n)));
  }
  lane.drain();
  if (HasFatalFailure()) return;
  const auto [clocks, beats] = tally(lane, kWarm);
  std::printf("IMIX: %llu beats in %llu clocks\n", static_cast<unsigned long long>(beats),
              static_cast<unsigned long long>(clocks));
  EXPECT_LE(clocks * 99, beats * 100);
}

// A refused packet between two good ones costs two clocks at most, whoever refuses it.
TEST(LaneOutRate, RefusedPacketsCostFewClocks) {
  Traffic traffic(8, kSas);
  OutLane lane({}, 8);
  const auto sas = sas_of(kForms[0], traffic, lane);
  std::size_t refused = 0;
  for (std::size_t n = 0; n < 400; ++n) {
    // Small, so that the way in is not the limit.
    PacketIn packet = to_send(sas[n % sas.size()], ip_packet_of(traffic, false, 20, n % 3 == 1 ? 64 : 576),
                              static_cast<std::uint32_t>(n));
    abi::OutDesc desc = abi::OutDesc::unpack(packet.descriptor);
    if (n % 3 == 1) {
      const std::uint64_t kind = traffic.below(3);
      if (kind == 0) desc.generation = static_cast<std::uint16_t>(desc.generation + 1);
      if (kind == 1) desc.next_header = 17;
      if (kind == 2) packet.octets = ip_packet_of(traffic, false, 20, 60);
      packet.descriptor = desc.pack();
      if (n > kWarm) ++refused;
    }
    lane.send(std::move(packet));
  }
  lane.drain();
  if (HasFatalFailure()) return;
  const auto [clocks, beats] = tally(lane, kWarm + 1);
  std::printf("%zu refused packets: %llu beats in %llu clocks\n", refused, static_cast<unsigned long long>(beats),
              static_cast<unsigned long long>(clocks));
  EXPECT_LE(clocks, beats + 2 * refused);
}

// First beat in to first beat out, the lane being empty.
TEST(LaneOutRate, Latency) {
  for (const Form& form : kForms) {
    Traffic traffic(9, kSas);
    OutLane lane({}, 9);
    const auto sas = sas_of(form, traffic, lane);
    std::vector<std::size_t> clocks;
    for (const std::size_t size : {64U, 1500U}) {
      lane.send(to_send(sas[0], ip_packet_of(traffic, form.inner_v6, form.inner_v6 ? 40 : 20, size), 1));
      lane.drain();
      if (HasFatalFailure()) return;
      clocks.push_back(lane.times().back().first_out - lane.times().back().first_in);
    }
    std::printf("%-28s first beat in to first beat out: %zu clocks at 64 octets, %zu at 1500\n", form.name, clocks[0],
                clocks[1]);
    EXPECT_LE(clocks[0], 64U);
  }
}

}  // namespace
}  // namespace sallyport::test
