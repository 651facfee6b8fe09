// The whole top by its pins: registers, intake held back, octet order, and packets there and back through a pair of SAs
// that share a key. What the octets in between have to be is the business of tests/rtl.
#include <gtest/gtest.h>

#include "sallyport/regs.hpp"
#include "top_bench.hpp"

namespace sallyport::test {
namespace {

constexpr std::uint32_t kOutIndex = 5;
constexpr std::uint32_t kInIndex = 9;
constexpr std::uint32_t kSpi = 0x12345640 | kInIndex;

std::uint16_t flag(abi::SaFlag f) { return static_cast<std::uint16_t>(1U << static_cast<unsigned>(f)); }

/// A pair of SAs, outbound at kOutIndex and inbound at kInIndex, with the same key.
class Pair {
 public:
  Pair(TopBench& bench, std::uint16_t flags, std::uint64_t hard_packets = 0) : bench_(bench), flags_(flags) {
    using abi::SaFlag;
    std::array<std::uint64_t, abi::kImageWords> image{};
    image[0] = std::uint64_t{kSpi} << 32 | std::uint64_t{0xFFFF} << 16 | flags;
    image[1] = std::uint64_t{4500} << 48 | std::uint64_t{4500} << 32 | std::uint64_t{64} << 24;
    image[2] = 0xC0000201'00000000;
    image[4] = 0xC0000202'00000000;
    image[6] = UINT64_MAX;
    image[8] = hard_packets == 0 ? UINT64_MAX : hard_packets - 1;
    image[9] = hard_packets;
    image[10] = std::uint64_t{1} << 36;
    for (std::size_t w = 12; w <= 16; ++w) image[w] = 0x0123456789ABCDEF * w;
    EXPECT_EQ(install(kOutIndex, image), abi::CmdCode::kOk);
    generation_ = bench.generation;
    image[0] |= flag(SaFlag::kInbound);
    image[1] = 0x0000FFFF'0000FFFF;
    image[2] = image[4] = 0;
    image[8] = UINT64_MAX;
    image[9] = 0;
    EXPECT_EQ(install(kInIndex, image), abi::CmdCode::kOk);
  }

  /// Hands a packet to the outbound side.
  void send(const Octets& packet) {
    const bool tunnel = (flags_ & flag(abi::SaFlag::kTunnel)) != 0;
    abi::OutDesc out;
    out.index = kOutIndex;
    out.generation = generation_;
    out.length = static_cast<std::uint16_t>(packet.size());
    out.next_header = tunnel ? 4 : packet[9];
    out.esp_offset = tunnel ? 0 : 20;
    out.nh_offset = tunnel ? 0 : 9;
    out.flags = tunnel ? 1 : 0;
    out.cookie = ++cookie_;
    bench_.outbound.in.push_back({out.pack(), packet});
  }

  /// Hands an ESP packet to the inbound side.
  void give_back(const Out& esp, std::uint32_t cookie) {
    abi::InDesc in;
    in.length = esp.status.length;
    in.cookie = cookie;
    bench_.inbound.in.push_back({in.pack(), esp.octets});
  }

  /// Sends a packet through both; what comes out at the end has to be the same.
  void there_and_back(const Octets& packet) {
    send(packet);
    ASSERT_TRUE(bench_.wait(bench_.outbound, 1));
    const Out esp = std::move(bench_.outbound.out.front());
    bench_.outbound.out.pop_front();
    ASSERT_EQ(esp.status.verdict, 0) << abi::name(static_cast<abi::Verdict>(esp.status.verdict));
    ASSERT_EQ(esp.status.cookie, cookie_);
    ASSERT_EQ(esp.octets[0] >> 4, (flags_ & flag(abi::SaFlag::kOuterV6)) != 0 ? 6 : 4);
    give_back(esp, ~cookie_);
    ASSERT_TRUE(bench_.wait(bench_.inbound, 1));
    const Out plain = std::move(bench_.inbound.out.front());
    bench_.inbound.out.pop_front();
    ASSERT_EQ(plain.status.verdict, 0) << abi::name(static_cast<abi::Verdict>(plain.status.verdict));
    ASSERT_EQ(plain.status.cookie, ~cookie_);
    ASSERT_EQ(plain.status.index, kInIndex);
    ASSERT_EQ(plain.octets, packet);
  }

 private:
  abi::CmdCode install(std::uint32_t index, const std::array<std::uint64_t, abi::kImageWords>& image) {
    for (std::uint32_t w = 0; w < image.size(); ++w) {
      bench_.write(regs::kStagingAddress + 8 * w, static_cast<std::uint32_t>(image[w]));
      bench_.write(regs::kStagingAddress + 8 * w + 4, static_cast<std::uint32_t>(image[w] >> 32));
    }
    return bench_.command(abi::Op::kCommit, index);
  }

  TopBench& bench_;
  std::uint16_t flags_;
  std::uint16_t generation_ = 0;
  std::uint32_t cookie_ = 0;
};

Octets ipv4(TopBench& bench, std::size_t n) {
  Octets p = bench.octets(n);
  p[0] = 0x45;
  p[1] = 2;  // ECT(0)
  p[2] = static_cast<std::uint8_t>(n >> 8);
  p[3] = static_cast<std::uint8_t>(n);
  p[6] = 0x40;
  p[7] = 0;
  p[9] = 17;
  std::uint32_t sum = 0;
  p[10] = p[11] = 0;
  for (std::size_t i = 0; i < 20; i += 2) sum += static_cast<std::uint32_t>(p[i] << 8 | p[i + 1]);
  while (sum > 0xFFFF) sum = (sum & 0xFFFF) + (sum >> 16);
  p[10] = static_cast<std::uint8_t>(~sum >> 8);
  p[11] = static_cast<std::uint8_t>(~sum);
  return p;
}

TEST(Sallyport, SaysWhatItIs) {
  TopBench bench(1);
  EXPECT_EQ(bench.read(regs::kIdAddress), 0x534C'5950U);
  EXPECT_EQ(bench.read(regs::kVersionAddress) & regs::kVersionAbiMask, abi::kAbiVersion);
  const std::uint32_t caps = bench.read(regs::kCaps0Address);
  EXPECT_EQ((caps & regs::kCaps0Log2SasMask) >> regs::kCaps0Log2SasShift, 6U);
  EXPECT_EQ((caps & regs::kCaps0Log2WindowMask) >> regs::kCaps0Log2WindowShift, 6U);
  EXPECT_EQ((caps & regs::kCaps0LanesMask) >> regs::kCaps0LanesShift, 1U);
  EXPECT_EQ(bench.read(regs::kCaps1Address) >> regs::kCaps1MaxPacketShift, 10240U);
}

TEST(Sallyport, IntakeIsHeldUntilBootedAndEnabled) {
  TopBench bench(2);
  EXPECT_TRUE(bench.booted_silent);
  bench.outbound.in.push_back({{}, bench.octets(40)});
  bench.inbound.in.push_back({{}, bench.octets(40)});
  for (int i = 0; i < 500; ++i) {
    bench.clock();
    ASSERT_FALSE(bench.top.out_desc_tready || bench.top.in_desc_tready);
  }
  EXPECT_TRUE(bench.top.idle_o);
  bench.enable();
  bench.clock();
  EXPECT_TRUE(bench.outbound.in.empty() || bench.top.out_desc_tready || bench.top.out_s_tready || !bench.top.idle_o);
}

class ThereAndBack : public ::testing::TestWithParam<std::tuple<std::uint16_t, unsigned>> {};

TEST_P(ThereAndBack, EverySize) {
  const auto [flags, stall] = GetParam();
  TopBench bench(3, stall);
  bench.enable();
  Pair pair(bench, flags);
  for (std::size_t n = 20; n < 120 && !HasFatalFailure(); ++n) pair.there_and_back(ipv4(bench, n));
  for (const std::size_t n : {1400U, 1499U, 1500U, 8999U, 9000U}) {
    if (!HasFatalFailure()) pair.there_and_back(ipv4(bench, n));
  }
  EXPECT_EQ(bench.outbound.faults, 0U);
  EXPECT_EQ(bench.inbound.faults, 0U);
  for (int i = 0; i < 200; ++i) bench.clock();
  EXPECT_TRUE(bench.top.idle_o);
}

constexpr auto kTunnel = static_cast<std::uint16_t>(1U << static_cast<unsigned>(abi::SaFlag::kTunnel));
constexpr auto kV6 = static_cast<std::uint16_t>(1U << static_cast<unsigned>(abi::SaFlag::kOuterV6));
constexpr auto kUdp = static_cast<std::uint16_t>(1U << static_cast<unsigned>(abi::SaFlag::kUdpEncap));
constexpr auto kEsn = static_cast<std::uint16_t>(1U << static_cast<unsigned>(abi::SaFlag::kEsn));
constexpr auto kKey256 = static_cast<std::uint16_t>(1U << static_cast<unsigned>(abi::SaFlag::kKey256));

INSTANTIATE_TEST_SUITE_P(Forms, ThereAndBack,
                         ::testing::Values(std::tuple(kTunnel, 0U), std::tuple(kTunnel | kV6 | kUdp | kEsn, 0U),
                                           std::tuple(kTunnel | kUdp | kKey256, 30U), std::tuple(kTunnel | kV6, 30U),
                                           std::tuple(kKey256 | kEsn, 0U), std::tuple(kUdp, 30U)));

// Far more than both output buffers hold waits for a receiver that takes nothing; nothing is lost or torn.
TEST(Sallyport, BlockedReceiverLosesNothing) {
  TopBench bench(6);
  bench.enable();
  Pair pair(bench, kTunnel);
  std::vector<Octets> packets;
  constexpr std::size_t kPackets = 60;
  for (std::size_t i = 0; i < kPackets; ++i) packets.push_back(ipv4(bench, 20 + (i * 997) % 9000));
  bench.hold_outputs = true;
  for (const auto& packet : packets) pair.send(packet);
  for (int i = 0; i < 100'000; ++i) bench.clock();
  EXPECT_GT(bench.outbound.in.size(), kPackets / 2);
  bench.hold_outputs = false;
  ASSERT_TRUE(bench.wait(bench.outbound, kPackets));
  bench.hold_outputs = true;
  for (std::size_t i = 0; i < kPackets; ++i) pair.give_back(bench.outbound.out[i], static_cast<std::uint32_t>(i));
  for (int i = 0; i < 100'000; ++i) bench.clock();
  EXPECT_GT(bench.inbound.in.size(), kPackets / 2);
  bench.hold_outputs = false;
  ASSERT_TRUE(bench.wait(bench.inbound, kPackets));
  for (std::size_t i = 0; i < kPackets; ++i) {
    ASSERT_EQ(bench.inbound.out[i].status.cookie, i);
    ASSERT_EQ(bench.inbound.out[i].octets, packets[i]);
  }
  EXPECT_EQ(bench.outbound.faults + bench.inbound.faults, 0U);
}

// One stream alone is not taken, with drops that have no packet among the packets. The other direction and the commands
// go on, and nothing is torn once the stream moves again.
TEST(Sallyport, OneBlockedStreamStopsItsDirectionOnly) {
  for (std::size_t stream = 0; stream < 4; ++stream) {
    TopBench bench(7 + static_cast<std::uint32_t>(stream), 10);
    bench.enable();
    Pair pair(bench, kTunnel);
    std::vector<Octets> packets;
    constexpr std::size_t kPackets = 60;
    for (std::size_t i = 0; i < kPackets; ++i) {
      packets.push_back(ipv4(bench, 20 + (i * 997) % 3000));
      if (i % 3 == 0) packets.back()[0] = 0x95;  // malformed
      pair.send(packets.back());
    }
    ASSERT_TRUE(bench.wait(bench.outbound, kPackets));
    const std::deque<Out> esp = std::move(bench.outbound.out);
    bench.outbound.out.clear();
    bench.blocked[stream] = true;
    for (std::size_t i = 0; i < kPackets; ++i) {
      pair.send(packets[i]);
      Out back = esp[i];
      if (back.octets.empty()) {
        back.octets = packets[i];
        back.status.length = static_cast<std::uint16_t>(packets[i].size());
      }
      pair.give_back(back, static_cast<std::uint32_t>(i));
    }
    Side& free = stream < 2 ? bench.inbound : bench.outbound;
    Side& held = stream < 2 ? bench.outbound : bench.inbound;
    ASSERT_TRUE(bench.wait(free, kPackets)) << stream;
    for (int i = 0; i < 20'000; ++i) bench.clock();
    EXPECT_GT(held.in.size(), 0U) << stream;
    EXPECT_EQ(bench.command(abi::Op::kSnapshot, kOutIndex), abi::CmdCode::kOk);
    bench.blocked[stream] = false;
    ASSERT_TRUE(bench.wait(held, kPackets)) << stream;
    for (std::size_t i = 0; i < kPackets; ++i) {
      const Out& plain = bench.inbound.out[i];
      ASSERT_EQ(plain.status.cookie, i);
      ASSERT_EQ(plain.octets, i % 3 == 0 ? Octets{} : packets[i]);
      ASSERT_EQ(bench.outbound.out[i].octets.empty(), i % 3 == 0);
    }
    EXPECT_EQ(bench.outbound.faults + bench.inbound.faults, 0U) << stream;
  }
}

TEST(Sallyport, AGapInTkeepIsALengthMismatch) {
  TopBench bench(4);
  bench.enable();
  abi::OutDesc desc;
  desc.length = 40;
  bench.outbound.in.push_back({desc.pack(), ipv4(bench, 40), 0xFFFE});
  ASSERT_TRUE(bench.wait(bench.outbound, 1));
  EXPECT_EQ(bench.outbound.out.front().status.verdict, static_cast<std::uint8_t>(abi::Verdict::kLengthMismatch));
  EXPECT_TRUE(bench.outbound.out.front().octets.empty());
}

TEST(Sallyport, InterruptFollowsTheEventRing) {
  TopBench bench(5);
  bench.enable();
  Pair pair(bench, kTunnel, 2);
  EXPECT_FALSE(bench.top.irq_o);
  pair.there_and_back(ipv4(bench, 60));  // soft limit
  for (int i = 0; i < 500; ++i) bench.clock();
  EXPECT_TRUE(bench.top.irq_o);
  const std::uint32_t head = bench.read(regs::kEvHeadAddress);
  EXPECT_EQ(head, 1U);
  EXPECT_EQ(bench.read(regs::kRingAddress), 1U);
  EXPECT_EQ(bench.read(regs::kRingAddress + 8), kSpi);
  bench.write(regs::kEvTailAddress, head);
  bench.clock();
  EXPECT_FALSE(bench.top.irq_o);
}

}  // namespace
}  // namespace sallyport::test
