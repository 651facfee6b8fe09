// How fast lane_in is: ESP packets back to back, every one of another SA, must go in at a beat a clock for ever. Exact
// counts of clocks; the latency of a 64-octet packet.
#include <cstdio>

#include "in_lane.hpp"
#include "in_packets.hpp"

namespace sallyport::test {
namespace {

using abi::SaFlag;
using abi::Verdict;

enum class Mode { kTunnel, kTransport, kMixed };

/// What is wrong with all packets of a load.
enum class Fault { kNone, kForged, kReplayed, kUnknown, kNotEsp };

struct Load {
  Mode mode = Mode::kTunnel;
  bool udp = false;
  bool v6 = false;
  std::vector<std::size_t> sizes;  ///< Of the inner packets, over and over.
  Fault fault = Fault::kNone;
};

Verdict verdict_of(Fault fault) {
  switch (fault) {
    case Fault::kNone:
      return Verdict::kOk;
    case Fault::kForged:
      return Verdict::kBadIcv;
    case Fault::kReplayed:
      return Verdict::kReplay;
    case Fault::kUnknown:
      return Verdict::kUnknownSpi;
    case Fault::kNotEsp:
      return Verdict::kNotEsp;
  }
  return Verdict::kOk;
}

/// Clocks after the last input beat until the last status; every clock before that takes a beat in.
struct Figures {
  std::uint64_t beats = 0;
  std::uint64_t clocks = 0;
  std::uint64_t tail = 0;
};

Figures run(const Load& load, std::uint64_t beats) {
  Traffic traffic(7, kSas);
  InLane lane({}, 7);
  std::vector<TestSa> sas;
  for (std::uint32_t i = 1; i < kSas; i += 2) {
    TestSa sa = open_sa(traffic, i, {});
    const bool mixed = load.mode == Mode::kMixed;
    if (mixed ? i % 3 == 0 : load.mode == Mode::kTunnel) sa.config.set(SaFlag::kTunnel);
    if (mixed ? i % 5 < 2 : load.udp) sa.config.set(SaFlag::kUdpEncap);
    if (mixed ? i % 7 < 3 : load.v6) sa.config.set(SaFlag::kOuterV6);
    if (i % 4 == 1) sa.config.set(SaFlag::kKey256);
    if (i % 8 >= 4 && load.fault != Fault::kReplayed) sa.config.set(SaFlag::kEsn);
    const std::size_t key = sa.config.has(SaFlag::kKey256) ? 32 : 16;
    sa.peer.emplace(
        model::EspCodec::create(model::OctetView(sa.secret.key).first(key), sa.secret.salt, sa.config.has(SaFlag::kEsn))
            .value());
    lane.install(sa);
    if (load.fault == Fault::kReplayed) lane.preset(i, 1'000'000);
    sas.push_back(std::move(sa));
  }
  Figures out;
  std::size_t n = 0;
  for (std::uint64_t sent = 0; sent < beats; ++n) {
    TestSa& sa = sas[n % sas.size()];
    const bool v6 = sa.config.has(SaFlag::kOuterV6);
    auto packet = esp_packet(sa, ip_packet_of(traffic, v6, v6 ? 40 : 20, load.sizes[n % load.sizes.size()]));
    if (load.fault == Fault::kForged) packet.back() ^= 1;
    if (load.fault == Fault::kUnknown) packet[20] ^= 0x80;
    if (load.fault == Fault::kNotEsp) packet[9] = 6;
    sent += (packet.size() + 15) / 16;
    lane.send(to_open(std::move(packet), static_cast<std::uint32_t>(n)));
    EXPECT_EQ(lane.last_wanted().verdict(), verdict_of(load.fault));
  }
  lane.expect_serial = false;  // an SA's packets come every 32 packets; none is judged differently for that
  lane.drain();
  EXPECT_EQ(lane.differences(), 0U);
  out.beats = lane.beats_in();
  out.clocks = lane.last_in() - lane.first_in() + 1;
  out.tail = lane.last_status() - lane.last_in();
  return out;
}

void expect_full_rate(const char* what, const Load& load, std::uint64_t beats = 6000) {
  const Figures got = run(load, beats);
  if (::testing::Test::HasFatalFailure()) return;
  std::printf("%-34s %6llu beats in %6llu clocks, %4llu more to the last status\n", what,
              static_cast<unsigned long long>(got.beats), static_cast<unsigned long long>(got.clocks),
              static_cast<unsigned long long>(got.tail));
  EXPECT_EQ(got.clocks, got.beats) << what;
}

const std::vector<std::size_t> kImix = {64, 64, 64, 64, 64, 64, 64, 570, 570, 570, 570, 1518};

TEST(LaneInRate, EverySizeTunnel) {
  for (const std::size_t n : {64, 65, 66, 70, 78, 79, 80, 96, 128, 256, 576, 1500, 9000}) {
    expect_full_rate(("tunnel " + std::to_string(n)).c_str(), {.sizes = {n}}, n > 5000 ? 20'000 : 4000);
  }
  for (std::size_t n = 64; n <= 200; ++n) {
    const Figures got = run({.v6 = n % 2 == 0, .sizes = {n}}, 400);
    EXPECT_EQ(got.clocks, got.beats) << n;
  }
}

TEST(LaneInRate, EverySizeTransport) {
  for (const std::size_t n : {64, 128, 256, 576, 1500, 9000}) {
    expect_full_rate(("transport " + std::to_string(n)).c_str(), {.mode = Mode::kTransport, .sizes = {n}},
                     n > 5000 ? 20'000 : 4000);
  }
  for (std::size_t n = 64; n <= 200; ++n) {
    const Figures got = run({.mode = Mode::kTransport, .udp = n % 3 == 0, .v6 = n % 2 == 0, .sizes = {n}}, 400);
    EXPECT_EQ(got.clocks, got.beats) << n;
  }
}

TEST(LaneInRate, BehindUdp) {
  for (const bool v6 : {false, true}) {
    expect_full_rate("tunnel, UDP 64", {.udp = true, .v6 = v6, .sizes = {64}});
    expect_full_rate("transport, UDP 64", {.mode = Mode::kTransport, .udp = true, .v6 = v6, .sizes = {64}});
  }
}

TEST(LaneInRate, Imix) {
  for (const Mode mode : {Mode::kTunnel, Mode::kTransport}) {
    expect_full_rate("IMIX", {.mode = mode, .sizes = kImix}, 20'000);
    expect_full_rate("IMIX, UDP", {.mode = mode, .udp = true, .sizes = kImix}, 20'000);
  }
}

// A jumbo packet keeps the feeder, and later the output, busy while many small ones come in behind it.
TEST(LaneInRate, JumboAmongSmall) {
  for (const std::size_t small : {20U, 70U, 150U}) {
    std::vector<std::size_t> sizes(small, 64);
    sizes.push_back(9000);
    expect_full_rate("9000 among 64", {.sizes = sizes}, 20'000);
    expect_full_rate("9000 among 64, transport", {.mode = Mode::kTransport, .sizes = sizes}, 20'000);
  }
}

// All modes, key lengths and headers by turns.
TEST(LaneInRate, Mixed) {
  expect_full_rate("mixed, 64", {.mode = Mode::kMixed, .sizes = {64}}, 20'000);
  expect_full_rate("mixed, IMIX", {.mode = Mode::kMixed, .sizes = kImix}, 20'000);
  std::vector<std::size_t> sizes;
  for (std::size_t n = 64; n <= 9000; n += 64 + n / 8) sizes.push_back(n);
  expect_full_rate("mixed, 64 to 9000", {.mode = Mode::kMixed, .sizes = sizes}, 40'000);
}

TEST(LaneInRate, Refused) {
  for (const Mode mode : {Mode::kTunnel, Mode::kTransport}) {
    expect_full_rate("forged, 64", {.mode = mode, .sizes = {64}, .fault = Fault::kForged});
    expect_full_rate("forged, IMIX", {.mode = mode, .sizes = kImix, .fault = Fault::kForged}, 20'000);
    expect_full_rate("replayed, 64", {.mode = mode, .sizes = {64}, .fault = Fault::kReplayed});
    expect_full_rate("unknown SPI, 64", {.mode = mode, .sizes = {64}, .fault = Fault::kUnknown});
    expect_full_rate("not ESP, 64", {.mode = mode, .sizes = {64}, .fault = Fault::kNotEsp});
  }
}

TEST(LaneInRate, Latency) {
  for (const Mode mode : {Mode::kTunnel, Mode::kTransport}) {
    Traffic traffic(8, kSas);
    InLane lane({}, 8);
    TestSa sa = open_sa(traffic, 3, {});
    if (mode == Mode::kTunnel) sa.config.set(SaFlag::kTunnel);
    lane.install(sa);
    lane.send(to_open(esp_packet(sa, ip_packet_of(traffic, false, 20, 64)), 1));
    lane.drain();
    std::printf("%s, 64 octets: first beat in to first beat out %llu clocks (look-up and commit %u clocks each)\n",
                mode == Mode::kTunnel ? "tunnel" : "transport",
                static_cast<unsigned long long>(lane.first_out() - lane.first_in()), lane.form.look_up_clocks);
    EXPECT_LT(lane.first_out() - lane.first_in(), 100U);
  }
}

}  // namespace
}  // namespace sallyport::test
