// The Verilated accelerator against the golden one: random SAs, random packets good and bad, both directions at once,
// random stalls. Every status, every octet, every counter, every event has to agree.
//
// SALLYPORT_SEED and SALLYPORT_ROUNDS in the environment choose another run, SALLYPORT_PROFILE the profile.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <tuple>

#include "accel/accelerator.hpp"
#include "device.hpp"
#include "sallyport/model/outer_header.hpp"
#include "support/environment.hpp"
#include "support/profile_under_test.hpp"
#include "traffic.hpp"

namespace sallyport::test {
namespace {

/// An elaboration of the top. Of its entries 64 are used, spread over the table.
struct Form {
  sim::Variant variant;
  std::uint32_t num_sas, window;
};
constexpr Form kSmall{sim::Variant::k64Sas, 64, 64};
constexpr Form kLarge{sim::Variant::k1024Sas, 1024, 1024};
constexpr std::uint32_t kUsed = 64;

/// What an event tells, without its number and time.
using EventFacts = std::tuple<std::uint16_t, std::uint16_t, std::uint32_t, std::uint8_t, bool, bool, std::uint64_t>;

class World {
 public:
  World(const Form& form, std::uint64_t seed, double stall)
      : traffic_(seed, form.num_sas),
        accelerator_(make(form, seed, stall)),
        device_(*accelerator_),
        golden_(form.num_sas, form.window),
        sas_(form.num_sas) {
    // Even entries outbound, odd ones inbound, as Traffic makes them.
    const std::uint32_t stride = 2 * (form.num_sas / kUsed);
    for (std::uint32_t i = 0; i < kUsed; ++i) used_.push_back(i / 2 * stride + i % 2);
  }

  /// Replaces every SA that is free or dead; on the way some others are moved to another state.
  void renew() {
    for (const std::uint32_t i : used_) {
      const auto& entry = golden_.entry(i);
      const bool dead = entry.dead() != abi::DeadReason::kAlive;
      if (entry.state() != abi::EntryState::kFree && (dead || traffic_.chance(10))) erase(i);
      if (entry.state() == abi::EntryState::kFree && traffic_.chance(90)) install(traffic_.sa(i));
      if (traffic_.chance(3)) move(i, static_cast<abi::EntryState>(traffic_.between(2, 5)));
    }
  }

  /// Random packets both ways at once.
  void exchange(int packets) {
    for (int n = 0; n < packets; ++n) {
      const bool out = traffic_.chance(50);
      TestSa& sa = sas_[used_[2 * traffic_.below(kUsed / 2) + (out ? 0 : 1)]];
      if (!sa.peer) continue;
      const std::uint32_t cookie = ++cookie_;
      if (out) {
        send(Direction::kOutbound, traffic_.outbound(sa, cookie));
      } else {
        send(Direction::kInbound, traffic_.inbound(sa, cookie));
      }
    }
    collect();
  }

  /// Hands a packet to both accelerators.
  void send(Direction direction, PacketIn in) {
    model::PacketResult want = direction == Direction::kOutbound
                                   ? golden_.outbound(abi::OutDesc::unpack(in.descriptor), in.octets)
                                   : golden_.inbound(abi::InDesc::unpack(in.descriptor), in.octets);
    for (const auto& e : want.events) {
      wanted_events_.emplace_back(e.index, e.generation, e.spi, static_cast<std::uint8_t>(e.kind), e.unit_packets,
                                  e.inbound, e.count);
    }
    wanted_[static_cast<std::size_t>(direction)].push_back(std::move(want));
    accelerator_->push(direction, std::move(in));
  }

  /// Runs until everything sent has come out, and compares it.
  void collect() {
    std::uint64_t clocks = 0;
    while (!(wanted_[0].empty() && wanted_[1].empty())) {
      const std::uint64_t ran = accelerator_->run(1000);
      clocks += ran;
      ASSERT_LT(clocks, 50'000'000U) << "stuck";
      for (const Direction direction : {Direction::kOutbound, Direction::kInbound}) {
        auto& queue = wanted_[static_cast<std::size_t>(direction)];
        while (auto got = accelerator_->pop(direction)) {
          ASSERT_FALSE(queue.empty());
          compare(direction, *got, queue.front());
          if (::testing::Test::HasFatalFailure()) return;
          queue.pop_front();
        }
      }
    }
    clocks_ += clocks;
    while (!accelerator_->idle()) accelerator_->run(100);
  }

  void compare_table() {
    for (const std::uint32_t i : used_) {
      const Snapshot got = device_.snapshot(i);
      const model::SaEntry& want = golden_.entry(i);
      ASSERT_EQ(got.state, want.state()) << i;
      ASSERT_EQ(got.generation, want.generation()) << i;
      if (want.state() == abi::EntryState::kFree) continue;
      ASSERT_EQ(got.dead, want.dead()) << i;
      ASSERT_EQ(got.spi, want.spi()) << i;
      ASSERT_EQ(got.seq, want.sequence()) << i;
      ASSERT_EQ(got.octets, want.octets()) << i;
      ASSERT_EQ(got.packets, want.packets()) << i;
      ASSERT_EQ(got.icv_fail, want.icv_failures()) << i;
      ASSERT_EQ(got.raised, want.raised()) << i;
    }
    for (unsigned v = 0; v < abi::kVerdictCount; ++v) {
      const auto verdict = static_cast<abi::Verdict>(v);
      ASSERT_EQ(device_.counter(Direction::kOutbound, verdict), golden_.outbound_count(verdict)) << name(verdict);
      ASSERT_EQ(device_.counter(Direction::kInbound, verdict),
                golden_.inbound_count(verdict) + static_cast<std::uint64_t>(refused_early_[v]))
          << name(verdict);
    }
    compare_events();
  }

  /// The golden answer to the last packet of a direction that has not been collected yet.
  [[nodiscard]] const model::PacketResult& last_wanted(Direction direction) const {
    return wanted_[static_cast<std::size_t>(direction)].back();
  }
  void install(TestSa sa) {
    const std::uint32_t index = sa.index;
    const std::uint16_t generation = golden_.entry(index).generation();
    const auto image = model::encode_image(sa.config, sa.secret);
    const auto want = golden_.commit(index, generation, image);
    const auto got = device_.commit(index, generation, image);
    ASSERT_EQ(got.code, want.code) << index;
    ASSERT_EQ(got.generation, want.generation) << index;
    ASSERT_EQ(want.code, abi::CmdCode::kOk);
    sa.generation = want.generation;
    sas_[index] = std::move(sa);
  }
  [[nodiscard]] TestSa& sa(std::uint32_t index) { return sas_[index]; }
  [[nodiscard]] Traffic& traffic() { return traffic_; }

  [[nodiscard]] const model::GoldenAccelerator& golden() const { return golden_; }
  [[nodiscard]] std::uint64_t clocks() const { return clocks_; }
  [[nodiscard]] unsigned long long all(Direction direction) const {
    unsigned long long sum = 0;
    for (unsigned v = 0; v < abi::kVerdictCount; ++v) sum += count(direction, static_cast<abi::Verdict>(v));
    return sum;
  }
  [[nodiscard]] unsigned long long passed(Direction direction) const { return count(direction, abi::Verdict::kOk); }
  [[nodiscard]] std::uint64_t stream_faults() const { return accelerator_->stream_faults(); }

 private:
  static std::unique_ptr<sim::Accelerator> make(const Form& form, std::uint64_t seed, double stall) {
    sim::AcceleratorOptions options;
    options.variant = form.variant;
    options.profile = profile_under_test();
    options.seed = seed;
    options.stall = stall;
    auto made = sim::Accelerator::create(options);
    if (!made) {
      std::fprintf(stderr, "%s\n", made.error().text.c_str());
      std::abort();
    }
    return std::move(made).value();
  }

  [[nodiscard]] std::uint64_t count(Direction direction, abi::Verdict verdict) const {
    return direction == Direction::kOutbound ? golden_.outbound_count(verdict) : golden_.inbound_count(verdict);
  }
  void erase(std::uint32_t index) {
    const std::uint16_t generation = golden_.entry(index).generation();
    ASSERT_EQ(device_.command(abi::Op::kErase, index, generation).code, golden_.erase(index, generation).code);
  }
  void move(std::uint32_t index, abi::EntryState state) {
    const std::uint16_t generation = golden_.entry(index).generation();
    const auto want = golden_.set_state(index, generation, state);
    const auto got = device_.command(abi::Op::kSetState, index, generation, static_cast<std::uint32_t>(state));
    ASSERT_EQ(got.code, want.code) << index;
  }

  void compare(Direction direction, const PacketOut& got, const model::PacketResult& want) {
    const char* way = direction == Direction::kOutbound ? "outbound" : "inbound";
    ASSERT_EQ(got.status.cookie, want.status.cookie) << way;
    if (direction == Direction::kInbound && refused_early(got, want)) return;
    ASSERT_EQ(got.status.verdict, want.status.verdict)
        << way << " packet " << got.status.cookie << ": " << name(static_cast<abi::Verdict>(got.status.verdict))
        << ", golden " << name(want.verdict());
    ASSERT_EQ(got.status.pack(), want.status.pack())
        << way << " packet " << got.status.cookie << ", " << name(want.verdict());
    ASSERT_EQ(got.octets, want.octets) << way << " packet " << got.status.cookie;
  }

  /// The full profile looks a packet up while the ones before it are still in work. One that is refused for itself may
  /// be so before its SA dies of those; the golden accelerator, one packet at a time, names the death.
  bool refused_early(const PacketOut& got, const model::PacketResult& want) {
    using abi::Verdict;
    const auto said = static_cast<Verdict>(got.status.verdict);
    const bool for_itself = said == Verdict::kWrongMode || said == Verdict::kSeqZero || said == Verdict::kReplay;
    const bool of_death = want.verdict() == Verdict::kHardOctets || want.verdict() == Verdict::kHardPackets ||
                          want.verdict() == Verdict::kDeadIcvLimit;
    if (profile_under_test() != sim::Profile::kFull || !for_itself || !of_death || !got.octets.empty()) return false;
    ++refused_early_[static_cast<unsigned>(said)];
    --refused_early_[static_cast<unsigned>(want.verdict())];
    return true;
  }

  void compare_events() {
    std::vector<EventFacts> got;
    for (const auto& e : device_.take_events()) {
      ASSERT_EQ(e.seq, ++event_number_);
      got.emplace_back(e.index, e.generation, e.spi, e.kind, (e.flags & 2) != 0, (e.flags & 4) != 0, e.count);
      ASSERT_EQ(e.flags & 1, 0) << "late";
    }
    std::sort(got.begin(), got.end());
    std::sort(wanted_events_.begin(), wanted_events_.end());
    ASSERT_EQ(got, wanted_events_);
    wanted_events_.clear();
  }

  Traffic traffic_;
  std::unique_ptr<sim::Accelerator> accelerator_;
  Device device_;
  model::GoldenAccelerator golden_;
  std::vector<TestSa> sas_;
  std::vector<std::uint32_t> used_;
  std::array<std::deque<model::PacketResult>, 2> wanted_;
  std::vector<EventFacts> wanted_events_;
  std::array<std::int64_t, abi::kVerdictCount> refused_early_{};  ///< Inbound counters against the golden ones.
  std::uint32_t cookie_ = 0;
  std::uint32_t event_number_ = 0;
  std::uint64_t clocks_ = 0;
};

void run(std::uint64_t seed, double stall, std::uint64_t rounds, World& world) {
  SCOPED_TRACE("SALLYPORT_SEED=" + std::to_string(seed) + ", stall " + std::to_string(stall));
  for (std::uint64_t round = 0; round < rounds; ++round) {
    world.renew();
    if (::testing::Test::HasFatalFailure()) return;
    world.exchange(300);
    if (::testing::Test::HasFatalFailure()) return;
    world.compare_table();
    if (::testing::Test::HasFatalFailure()) return;
  }
  ASSERT_EQ(world.stream_faults(), 0U);
  std::printf("%llu clocks; outbound %llu of %llu sent, inbound %llu of %llu delivered\n",
              static_cast<unsigned long long>(world.clocks()), world.passed(Direction::kOutbound),
              world.all(Direction::kOutbound), world.passed(Direction::kInbound), world.all(Direction::kInbound));
}

TEST(AcceleratorGolden, AtFullSpeed) {
  const std::uint64_t seed = from_environment("SALLYPORT_SEED", 1);
  World world(kSmall, seed, 0.0);
  run(seed, 0.0, from_environment("SALLYPORT_ROUNDS", 20), world);
  if (HasFatalFailure()) return;
  // The test is worth something only if most packets pass and every verdict that packets can cause does occur.
  using abi::Verdict;
  const auto& golden = world.golden();
  EXPECT_GT(golden.outbound_count(Verdict::kOk), 1000U);
  EXPECT_GT(golden.inbound_count(Verdict::kOk), 500U);
  for (const Verdict v :
       {Verdict::kBadDescriptor, Verdict::kLengthMismatch, Verdict::kTooLong, Verdict::kMalformed,
        Verdict::kStaleGeneration, Verdict::kWrongState, Verdict::kWrongDirection, Verdict::kWrongMode,
        Verdict::kHardOctets, Verdict::kHardPackets, Verdict::kTooBig, Verdict::kTtl}) {
    EXPECT_GT(golden.outbound_count(v), 0U) << name(v);
  }
  for (const Verdict v :
       {Verdict::kDummy, Verdict::kMalformed, Verdict::kNotEsp, Verdict::kEspFragment, Verdict::kUnknownSpi,
        Verdict::kWrongMode, Verdict::kHardOctets, Verdict::kHardPackets, Verdict::kDeadIcvLimit, Verdict::kTtl,
        Verdict::kReplay, Verdict::kBadIcv, Verdict::kBadPadding, Verdict::kBadNextHeader, Verdict::kBadInner,
        Verdict::kDiscardsSelector, Verdict::kEcnDrop, Verdict::kTruncated, Verdict::kSeqZero}) {
    EXPECT_GT(golden.inbound_count(v), 0U) << name(v);
  }
}

TEST(AcceleratorGolden, WithStalls) {
  const std::uint64_t seed = from_environment("SALLYPORT_SEED", 2);
  World world(kSmall, seed, 0.4);
  run(seed, 0.4, from_environment("SALLYPORT_ROUNDS", 8), world);
}

TEST(AcceleratorGolden, LargeTableAndWindow) {
  const std::uint64_t seed = from_environment("SALLYPORT_SEED", 5);
  World world(kLarge, seed, 0.1);
  run(seed, 0.1, from_environment("SALLYPORT_ROUNDS", 10), world);
}

/// An SA without limits whose flags are exactly `flags`.
TestSa plain_sa(World& world, std::uint32_t index, std::initializer_list<abi::SaFlag> flags) {
  TestSa sa = world.traffic().sa(index);
  model::SaConfig config;
  config.head.spi = sa.config.head.spi;
  config.head.path_mtu = 65535;
  config.out.ttl = 64;
  config.first[0] = config.second[0] = 0xFD;
  config.ports = {0, 0xFFFF, 0, 0xFFFF};
  for (const auto flag : flags) config.set(flag);
  const bool key256 = config.has(abi::SaFlag::kKey256);
  sa.peer.emplace(model::EspCodec::create(model::OctetView(sa.secret.key).first(key256 ? 32 : 16), sa.secret.salt,
                                          config.has(abi::SaFlag::kEsn))
                      .value());
  sa.config = config;
  return sa;
}

PacketIn tunnel_packet(const TestSa& sa, model::Octets packet) {
  abi::OutDesc desc;
  desc.index = static_cast<std::uint16_t>(sa.index);
  desc.generation = sa.generation;
  desc.length = static_cast<std::uint16_t>(packet.size());
  desc.next_header = packet[0] >> 4 == 6 ? 41 : 4;
  desc.flags = 1;
  return {desc.pack(), std::move(packet)};
}

// Out through one SA and, as the golden accelerator made it, in through another that holds the same key.
TEST(AcceleratorGolden, EverySizeOutAndIn) {
  World world(kSmall, from_environment("SALLYPORT_SEED", 3), 0.0);
  using abi::SaFlag;
  TestSa out =
      plain_sa(world, 2, {SaFlag::kTunnel, SaFlag::kOuterV6, SaFlag::kUdpEncap, SaFlag::kKey256, SaFlag::kEsn});
  TestSa in = plain_sa(world, 3, {SaFlag::kInbound, SaFlag::kTunnel, SaFlag::kUdpEncap, SaFlag::kKey256, SaFlag::kEsn});
  out.config.head.spi = in.config.head.spi;
  in.config.first = in.config.second = {};
  in.secret = out.secret;
  world.install(std::move(out));
  world.install(std::move(in));
  if (HasFatalFailure()) return;
  std::vector<std::size_t> sizes;
  for (std::size_t n = 1; n <= 600; ++n) sizes.push_back(n);
  for (const std::size_t around : {1280, 1500, 4096, 9000}) {
    for (std::size_t n = around - 17; n <= around + 17; ++n) sizes.push_back(n);
  }
  std::size_t delivered = 0;
  for (const std::size_t n : sizes) {
    model::Octets packet = world.traffic().octets(n);
    if (n >= 20) packet = world.traffic().ip_packet(false, n - 20);  // with options it is somewhat longer
    world.send(Direction::kOutbound, tunnel_packet(world.sa(2), packet));
    const model::PacketResult& esp = world.last_wanted(Direction::kOutbound);
    if (esp.verdict() != abi::Verdict::kOk) continue;
    abi::InDesc desc;
    desc.length = static_cast<std::uint16_t>(esp.octets.size());
    world.send(Direction::kInbound, {desc.pack(), esp.octets});
    const model::PacketResult& plain = world.last_wanted(Direction::kInbound);
    if (plain.verdict() == abi::Verdict::kOk) {
      ASSERT_EQ(plain.octets, packet);
      ++delivered;
    }
    if (n % 50 == 0) world.collect();
    if (HasFatalFailure()) return;
  }
  world.collect();
  if (HasFatalFailure()) return;
  EXPECT_GT(delivered, sizes.size() * 9 / 10);
}

// RFC 8200 8.1: a UDP checksum that comes out as 0 is sent as 0xFFFF. One packet in 65,536 does that; the golden cipher
// finds one.
TEST(AcceleratorGolden, UdpChecksumOfZeroIsSentAsOnes) {
  World world(kSmall, from_environment("SALLYPORT_SEED", 4), 0.0);
  using abi::SaFlag;
  world.install(plain_sa(world, 0, {SaFlag::kTunnel, SaFlag::kOuterV6, SaFlag::kUdpEncap}));
  if (HasFatalFailure()) return;
  TestSa& sa = world.sa(0);
  model::Octets packet = world.traffic().octets(40);
  packet[0] = 0x45;
  packet[1] = 0;
  model::store<2>(packet, 2, packet.size());
  constexpr std::size_t kChecksumAt = 46;
  std::uint32_t tries = 0;
  std::uint16_t checksum = 0;
  do {
    model::store<4>(packet, 30, ++tries);
    const auto esp = sa.peer->seal(sa.config.head.spi, 1, model::esp_plaintext(packet, 0, 4));
    checksum = model::load16(model::wrap_tunnel(sa.config, {}, 0, esp), kChecksumAt);
  } while (checksum != 0xFFFF && tries < 2'000'000);
  ASSERT_EQ(checksum, 0xFFFF);
  world.send(Direction::kOutbound, tunnel_packet(sa, packet));
  ASSERT_EQ(model::load16(world.last_wanted(Direction::kOutbound).octets, kChecksumAt), 0xFFFF);
  world.collect();
}

}  // namespace
}  // namespace sallyport::test
