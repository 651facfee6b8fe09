// The TLM model against the Verilated accelerator: the same accesses, commands and packets, the same answers.
//
// SALLYPORT_SEED and SALLYPORT_STEPS in the environment choose another run, SALLYPORT_PROFILE the profile.
#include "twins.hpp"

#include <cstdio>

#include "sallyport/regs.hpp"
#include "support/environment.hpp"

namespace sallyport::test {
namespace {

using abi::CmdCode;
using abi::Op;

/// A random step after another; entries of even number are outbound, as Traffic makes them.
class RandomLife {
 public:
  explicit RandomLife(std::uint64_t seed) : twins_(seed) {}

  void step() {
    const std::uint64_t kind = random().below(100);
    if (kind < 50) {
      packet(false);
    } else if (kind < 55) {
      packet(true);
    } else if (kind < 67) {
      renew(random().below(kSas));
    } else if (kind < 92) {
      command();
    } else if (kind < 95) {
      take();
    } else {
      scribble();
    }
    twins_.compare_registers();
  }
  Twins& twins() { return twins_; }

 private:
  /// Entries with a life: few, so that they see the ends of their limits.
  static constexpr std::uint64_t kSas = 12;
  Traffic& random() { return twins_.traffic(); }
  std::uint32_t word() { return static_cast<std::uint32_t>(random().below(std::uint64_t{1} << 32)); }

  void packet(bool looped) {
    const auto index = static_cast<std::uint32_t>(random().below(kSas));
    if (!twins_.sa(index)) return renew(index);
    TestSa& sa = *twins_.sa(index);
    const Direction direction = index % 2 == 0 ? Direction::kOutbound : Direction::kInbound;
    const PacketIn in =
        direction == Direction::kOutbound ? random().outbound(sa, word()) : random().inbound(sa, word());
    if (looped) {
      // It sends what the descriptor announces, so a lie about that is none.
      twins_.loopback(direction, in);
    } else {
      twins_.packet(direction, in);
    }
  }
  /// A new tenant, most of the time a sound one.
  void renew(std::uint64_t at) {
    const auto index = static_cast<std::uint32_t>(at);
    TestSa sa = random().sa(index);
    if (random().chance(10)) sa.config.soft_octets = random().below(2);
    if (random().chance(5)) sa.config.head.spi = word() % 512;
    if (random().chance(5)) sa.config.head.path_mtu = 100;
    twins_.command(Op::kErase, index, twins_.generation(index));
    if (random().chance(30))
      twins_.command(Op::kReserve, index, 0, 0, random().chance(80) ? sa.config.head.spi : word());
    twins_.install(std::move(sa));
  }
  void command() {
    constexpr std::uint64_t kOps = 18;  // some of them are none
    auto op = static_cast<Op>(random().below(kOps));
    // Stored bits are the RTL's alone.
    if (op == Op::kFlip) op = Op::kSnapshot;
    const auto index = static_cast<std::uint32_t>(random().chance(95) ? random().below(kSas) : random().below(65'536));
    const bool exists = index < kSas;
    const std::uint16_t generation =
        exists && random().chance(90) ? twins_.generation(index) : static_cast<std::uint16_t>(word());
    std::uint32_t arg1 = word();
    std::uint32_t arg2 = word();
    // A number near the end, of an SA that goes on.
    if (op == Op::kPokeSeq) {
      arg1 = ~static_cast<std::uint32_t>(random().below(4));
      arg2 = random().chance(50) ? 0 : ~0U;
    }
    twins_.command(op, index, generation, arg1, arg2);
    if (exists && op != Op::kSnapshot) twins_.compare_snapshot(index);
  }
  void take() {
    const std::uint32_t head = twins_.read(regs::kEvHeadAddress);
    const std::uint32_t tail = twins_.read(regs::kEvTailAddress);
    const std::uint64_t kind = random().below(10);
    const auto some = static_cast<std::uint32_t>(random().below(head - tail + 1));
    twins_.take_events(kind < 6 ? tail + some : kind < 8 ? head : kind == 8 ? head + 1 : tail - 1);
  }
  /// Writes where a value stays, or where there is nothing.
  void scribble() {
    constexpr std::uint32_t kPlaces[] = {regs::kIdAddress,       regs::kStatusAddress,     regs::kCmdTargetAddress,
                                         regs::kCmdArg1Address,  regs::kCmdStatusAddress,  0x0038,
                                         regs::kSnapFwLoAddress, regs::kAlarmLoAddress,    regs::kAlarmHiAddress,
                                         regs::kWatchdogAddress, regs::kTestAbortAddress,  regs::kRingAddress,
                                         regs::kStagingAddress,  regs::kTestBufferAddress, 0x6000,
                                         regs::kCmdGoAddress,    regs::kTestGoAddress};
    const std::uint32_t at = kPlaces[random().below(std::size(kPlaces))];
    // A number far from the next one starts nothing.
    const std::uint32_t value = at == regs::kCmdGoAddress || at == regs::kTestGoAddress ? 0x7FFF0001 : word();
    twins_.write(at, value);
    twins_.read(at);
  }

  Twins twins_;
};

TEST(Twins, EveryAddressReadsTheSame) {
  Twins twins(1);
  constexpr std::uint32_t kCoreEnd = abi::kHostMailbox + abi::kMailboxOctets;
  for (std::uint32_t at = 0; at < abi::kHostImage; at += 4) {
    const bool of_the_core = at >= abi::kHostCoreRegs && at < kCoreEnd;
    // What the ring's and the loopback's memories hold at first is nobody's business, the time no twin's.
    const bool memory =
        at - regs::kRingAddress < regs::kRingOctets || at - regs::kTestBufferAddress < regs::kTestBufferOctets;
    const bool time = at == regs::kTimeLoAddress || at == regs::kTimeHiAddress;
    if (!of_the_core && !memory && !time) twins.read(at);
  }
  for (std::uint32_t at = abi::kHostCoreRegs; at < kCoreEnd; at += 4) {
    EXPECT_FALSE(twins.tlm().read32(at)) << "there is no core: " << at;
  }
}

TEST(Twins, LiveTheSameLife) {
  const std::uint64_t seed = from_environment("SALLYPORT_SEED", 1);
  const std::uint64_t steps = from_environment("SALLYPORT_STEPS", 1'000);
  SCOPED_TRACE("SALLYPORT_SEED=" + std::to_string(seed));
  RandomLife life(seed);
  for (std::uint64_t step = 0; step < steps && !testing::Test::HasFailure(); ++step) {
    SCOPED_TRACE("step " + std::to_string(step));
    life.step();
  }
  Twins& twins = life.twins();
  for (std::uint32_t i = 0; i < 64 && !testing::Test::HasFailure(); ++i) twins.compare_snapshot(i);
  if (!testing::Test::HasFailure()) twins.compare_counters();
  EXPECT_GT(twins.packets(), steps / 4);
  EXPECT_GT(twins.events(), steps / 60);
  std::printf("%llu packets, %u events; clocks: RTL %llu, model %llu\n",
              static_cast<unsigned long long>(twins.packets()), twins.events(),
              static_cast<unsigned long long>(twins.rtl().clocks_passed()),
              static_cast<unsigned long long>(twins.tlm().clocks_passed()));
}

/// An outbound SA that raises three events with its two packets.
TestSa short_lived(Twins& twins, std::uint32_t index) {
  TestSa sa = twins.traffic().sa(index);
  const std::uint32_t spi = sa.config.head.spi;
  sa.config = {};
  sa.config.head.spi = spi;
  sa.config.head.path_mtu = 65'535;
  sa.config.set(abi::SaFlag::kTunnel);
  sa.config.out.ttl = 64;
  sa.config.soft_octets = 1;
  sa.config.soft_packets = 1;
  sa.config.hard_packets = 2;
  return sa;
}

/// Something for it to send.
PacketIn plain_packet(Twins& twins, std::uint32_t index, std::size_t octets) {
  model::Octets packet = twins.traffic().octets(octets);
  packet[0] = 0x45;
  model::store<2>(packet, 2, packet.size());
  model::store<2>(packet, 6, 0);
  abi::OutDesc desc;
  desc.index = static_cast<std::uint16_t>(index);
  desc.generation = twins.generation(index);
  desc.length = static_cast<std::uint16_t>(packet.size());
  desc.next_header = 4;
  desc.flags = 1;
  return {desc.pack(), std::move(packet)};
}

void wear_out(Twins& twins, std::uint32_t index) {
  const PacketIn packet = plain_packet(twins, index, 20);
  for (int i = 0; i < 3; ++i) twins.packet(Direction::kOutbound, packet);
}

TEST(Twins, KeepTheSameEventsWhenTheRingIsFull) {
  Twins twins(from_environment("SALLYPORT_SEED", 1));
  constexpr std::uint32_t kRounds = 4;  // 32 entries, three events each: more than 256 places
  for (std::uint32_t round = 0; round < kRounds && !testing::Test::HasFailure(); ++round) {
    for (std::uint32_t i = 0; i < 64 && !testing::Test::HasFailure(); i += 2) {
      twins.command(Op::kErase, i, twins.generation(i));
      twins.install(short_lived(twins, i));
      wear_out(twins, i);
      twins.compare_registers();
    }
  }
  EXPECT_EQ(twins.events(), 256U);
  EXPECT_EQ(twins.command(Op::kReserve, 60, 0, 0, 0x1000), CmdCode::kBadState) << "erasing, until its events are told";
  for (std::uint32_t tail : {1U, 2U, 9U, 10U, 40U, 41U, 100U, 256U, 300U}) {
    twins.take_events(tail);
    twins.compare_registers();
    for (std::uint32_t i = 0; i < 64 && !testing::Test::HasFailure(); i += 2) twins.compare_snapshot(i);
  }
  EXPECT_GT(twins.read(regs::kEvLateAddress), 20U);
}

/// Clocks that pass in a device while `deed` is done to it.
template <class Deed>
double clocks(sim::Accelerator& device, Deed deed) {
  const std::uint64_t begin = device.clocks_passed();
  deed(device);
  return static_cast<double>(device.clocks_passed() - begin);
}

/// Hands over as many packets at once and takes what comes out.
struct Through {
  Direction direction;
  const PacketIn& packet;
  int packets;
  void operator()(sim::Accelerator& device) const {
    for (int i = 0; i < packets; ++i) device.push(direction, packet);
    for (int out = 0; out < packets;) {
      device.run(100'000);
      while (device.pop(direction)) ++out;
    }
  }
};

/// What the model says about time is an estimate; how good it is stands in model/tlm/README.md.
TEST(Twins, TakeAboutTheSameTime) {
  Twins twins(1);
  const auto compare = [&](const std::string& what, double most, auto deed) {
    const double rtl = clocks(twins.rtl(), deed);
    const double tlm = clocks(twins.tlm(), deed);
    std::printf("%-40s RTL %6.0f clocks, model %6.0f\n", what.c_str(), rtl, tlm);
    EXPECT_LT(tlm, rtl * most) << what;
    EXPECT_GT(tlm, rtl / most) << what;
  };
  compare("a read", 1.2, [](sim::Accelerator& device) { EXPECT_TRUE(device.read32(regs::kIdAddress)); });
  compare("a write", 1.2, [](sim::Accelerator& device) { EXPECT_TRUE(device.write32(regs::kAlarmLoAddress, 1)); });

  TestSa out = short_lived(twins, 0);
  out.config.soft_octets = out.config.soft_packets = UINT64_MAX;
  out.config.hard_packets = 0;
  TestSa in = short_lived(twins, 1);
  in.config = out.config;
  in.config.head.spi = 0x1001;
  in.config.set(abi::SaFlag::kInbound);
  in.config.set(abi::SaFlag::kNoReplay);
  in.config.out = {};
  in.config.ports = {0, 0xFFFF, 0, 0xFFFF};
  in.secret = out.secret;
  out.config.head.spi = 0x1001;
  ASSERT_EQ(twins.install(std::move(out)), CmdCode::kOk);
  ASSERT_EQ(twins.install(std::move(in)), CmdCode::kOk);
  for (const std::size_t octets : {64U, 256U, 1'400U, 9'000U}) {
    const std::string size = std::to_string(octets) + " octets, ";
    const PacketIn plain = plain_packet(twins, 0, octets);
    compare(size + "outbound, one packet", 1.3, Through{Direction::kOutbound, plain, 1});
    compare(size + "outbound, ten in a row", 1.3, Through{Direction::kOutbound, plain, 10});
    abi::InDesc desc;
    PacketIn sealed;
    sealed.octets = twins.packet(Direction::kOutbound, plain);
    desc.length = static_cast<std::uint16_t>(sealed.octets.size());
    sealed.descriptor = desc.pack();
    compare(size + "inbound, one packet", 1.3, Through{Direction::kInbound, sealed, 1});
    compare(size + "inbound, ten in a row", 1.3, Through{Direction::kInbound, sealed, 10});
  }
}

}  // namespace
}  // namespace sallyport::test
