// What goes in at one end comes out at the other: the made traffic through every kind of SA.
#include <gtest/gtest.h>

#include "made_traffic.hpp"
#include "test_sa.hpp"

namespace sallyport::model::test {

namespace {

/// IP packets of the made traffic that are whole.
std::vector<Octets> traffic(std::uint64_t seed) {
  constexpr std::size_t kEthernetHeader = 14;
  std::vector<Octets> out;
  for (const auto& frame : tools::make_traffic(seed)) {
    const OctetView payload = OctetView(frame.octets).subspan(kEthernetHeader);
    const IpView ip = parse_ip(payload);
    if (ip.ok) out.emplace_back(payload.begin(), payload.begin() + static_cast<std::ptrdiff_t>(ip.total_length));
  }
  return out;
}

struct Kind {
  const char* name;
  Flags flags;
};
const Kind kTunnels[] = {
    {"AES-128", {SaFlag::kTunnel}},
    {"AES-256", {SaFlag::kTunnel, SaFlag::kKey256}},
    {"ESN", {SaFlag::kTunnel, SaFlag::kEsn}},
    {"IPv6", {SaFlag::kTunnel, SaFlag::kOuterV6}},
    {"UDP", {SaFlag::kTunnel, SaFlag::kUdpEncap}},
    {"UDP IPv6", {SaFlag::kTunnel, SaFlag::kUdpEncap, SaFlag::kOuterV6, SaFlag::kKey256, SaFlag::kEsn}},
    {"compatibility", {SaFlag::kTunnel, SaFlag::kEcnCompat, SaFlag::kDfClear}},
    {"fixed DSCP", {SaFlag::kTunnel, SaFlag::kDscpFixed, SaFlag::kDfSet}},
};

TEST(RoundTrip, TunnelsGiveBackEveryPacket) {
  const auto packets = traffic(5);
  ASSERT_GT(packets.size(), 500U);
  for (const Kind& kind : kTunnels) {
    Pair pair(kind.flags);
    tools::Dice dice(1);
    for (const Octets& packet : packets) {
      const std::size_t tfc = dice.below(3) == 0 ? dice.below(128) : 0;
      const PacketResult sent = pair.send(packet, tfc);
      ASSERT_EQ(sent.verdict(), Verdict::kOk) << kind.name;
      ASSERT_TRUE(parse_ip(sent.octets).ok);
      const PacketResult received = pair.receive(sent.octets);
      ASSERT_EQ(received.verdict(), Verdict::kOk) << kind.name;
      ASSERT_EQ(received.octets, packet) << kind.name;
      ASSERT_EQ(received.status.aux, sent.status.aux);
      ASSERT_TRUE(sent.octets[0] >> 4 == 6 || checksum_ok(sent.octets));
    }
    const SaEntry& out = pair.a.entry(kOutIndex);
    const SaEntry& in = pair.b.entry(kInIndex);
    EXPECT_EQ(out.octets(), in.octets()) << kind.name;
    EXPECT_EQ(in.packets(), packets.size()) << kind.name;
    EXPECT_EQ(in.sequence(), packets.size()) << kind.name;
  }
}

TEST(RoundTrip, TransportGivesBackEveryPacketItTakes) {
  for (const auto& flags : {Flags{}, {SaFlag::kUdpEncap}, {SaFlag::kEsn, SaFlag::kKey256}}) {
    Pair pair(flags);
    for (const Octets& packet : traffic(6)) {
      const IpView ip = parse_ip(packet);
      const PacketResult sent = pair.a.outbound(pair.transport_desc(packet), packet);
      // Protocol 59 would be a dummy packet to the receiver (RFC 4303 2.6).
      if (ip.fragment || ip.protocol == kProtocolNone) {
        ASSERT_EQ(sent.verdict(), Verdict::kBadDescriptor);
        continue;
      }
      ASSERT_EQ(sent.verdict(), Verdict::kOk);
      const PacketResult received = pair.receive(sent.octets);
      ASSERT_EQ(received.verdict(), Verdict::kOk);
      ASSERT_EQ(received.octets, packet);
      ASSERT_EQ(received.status.next_header, ip.protocol);
    }
  }
}

TEST(RoundTrip, EthernetPaddingBehindEspIsNotEsp) {
  Pair pair;
  const Octets packet = udp4(1);
  Octets sent = pair.send(packet).octets;
  sent.resize(sent.size() + 7, 0xEE);
  EXPECT_EQ(pair.receive(sent).octets, packet);
}

TEST(RoundTrip, EveryFlippedBitIsRefused) {
  Pair pair;
  const Octets sent = pair.send(udp4(3)).octets;
  std::size_t icv = 0;
  for (std::size_t bit = 0; bit < 8 * (sent.size() - 20); ++bit) {
    Octets changed = sent;
    changed[20 + bit / 8] = static_cast<std::uint8_t>(changed[20 + bit / 8] ^ (1U << bit % 8));
    const PacketResult result = pair.receive(changed);
    EXPECT_TRUE(result.octets.empty());
    EXPECT_NE(result.verdict(), Verdict::kOk) << bit;
    if (result.verdict() == Verdict::kBadIcv) ++icv;
  }
  const SaEntry& in = pair.b.entry(kInIndex);
  EXPECT_EQ(in.icv_failures(), icv);
  EXPECT_EQ(in.packets(), 0U);
  EXPECT_EQ(in.octets(), 0U);
  EXPECT_EQ(in.sequence(), 0U);
  EXPECT_EQ(pair.receive(sent).verdict(), Verdict::kOk);
}

}  // namespace
}  // namespace sallyport::model::test
