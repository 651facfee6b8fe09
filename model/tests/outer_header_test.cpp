// Outer headers field by field (RFC 4301 5.1.2, RFC 6040, RFC 3948).
#include <gtest/gtest.h>

#include "sallyport/model/checksum.hpp"
#include "sallyport/model/ecn.hpp"
#include "test_sa.hpp"

namespace sallyport::model::test {
namespace {

TEST(OuterHeader, Ipv4Fields) {
  Pair pair;
  const Octets packet = udp4(34, {.traffic_class = 0xB9, .ttl = 3, .dont_fragment = true});
  const PacketResult sent = pair.send(packet);
  const OctetView out = sent.octets;
  ASSERT_EQ(sent.verdict(), Verdict::kOk);
  EXPECT_EQ(sent.status.length, out.size());
  EXPECT_EQ(sent.status.next_header, 50);
  EXPECT_EQ(sent.status.aux, 1U);
  EXPECT_EQ(sent.status.cookie, 0xBEEFU);
  EXPECT_EQ(load16(out, 0), 0x45B9);
  EXPECT_EQ(load16(out, 2), out.size());
  EXPECT_EQ(load16(out, 4), 0);
  EXPECT_EQ(load16(out, 6), 0x4000);
  EXPECT_EQ(load16(out, 8), 64 << 8 | 50);
  EXPECT_TRUE(checksum_ok(out));
  EXPECT_EQ(load32(out, 20), kSpi);
  EXPECT_EQ(load32(out, 24), 1U);
  EXPECT_EQ(load<8>(out, 28), 1U);  // IV is the sequence number
  EXPECT_EQ(out.size(), 20U + 16 + cipher_octets(packet.size()) + 16);
}

TEST(OuterHeader, IpIdCountsIpv4TunnelPacketsOnly) {
  Pair pair;
  EXPECT_EQ(load16(pair.send(udp4()).octets, 4), 0);
  EXPECT_EQ(load16(pair.send(udp4()).octets, 4), 1);
  Octets late = udp4();
  late[8] = 0;  // not sent: the header checksum is not looked at, but the length is
  late.pop_back();
  EXPECT_EQ(pair.send(late).verdict(), Verdict::kMalformed);
  EXPECT_EQ(load16(pair.send(udp6()).octets, 4), 2);
}

TEST(OuterHeader, DontFragment) {
  const auto df = [](Flags flags, const Octets& packet) {
    Pair pair(flags);
    return (load16(pair.send(packet).octets, 6) & 0x4000) != 0;
  };
  const Octets with = udp4(5, {.dont_fragment = true});
  const Octets without = udp4(5, {.dont_fragment = false});
  EXPECT_TRUE(df({SaFlag::kTunnel}, with));
  EXPECT_FALSE(df({SaFlag::kTunnel}, without));
  EXPECT_TRUE(df({SaFlag::kTunnel}, udp6()));
  EXPECT_TRUE(df({SaFlag::kTunnel, SaFlag::kDfSet}, without));
  EXPECT_FALSE(df({SaFlag::kTunnel, SaFlag::kDfClear}, with));
  EXPECT_FALSE(df({SaFlag::kTunnel, SaFlag::kDfClear}, udp6()));
  EXPECT_TRUE(df({SaFlag::kTunnel, SaFlag::kDfClear, SaFlag::kDfSet}, without));
}

TEST(OuterHeader, DscpAndEcn) {
  SaConfig out = out_config({SaFlag::kTunnel, SaFlag::kDscpFixed});
  out.out.dscp = 0xC0 | 10;  // only the low six bits count
  Pair fixed(out, in_config());
  EXPECT_EQ(fixed.send(udp4(5, {.traffic_class = 0xFD})).octets[1], 10 << 2 | 1);
  Pair compatible({SaFlag::kTunnel, SaFlag::kEcnCompat});
  EXPECT_EQ(compatible.send(udp4(5, {.traffic_class = 0xFD})).octets[1], 0xFC);
  Pair six({SaFlag::kTunnel, SaFlag::kOuterV6});
  EXPECT_EQ(load16(six.send(udp4(5, {.traffic_class = 0xFD})).octets, 0), 0x6FD0);
}

TEST(OuterHeader, Ipv6WithUdpHasAChecksum) {
  Pair pair({SaFlag::kTunnel, SaFlag::kOuterV6, SaFlag::kUdpEncap});
  const PacketResult sent = pair.send(udp4());
  const OctetView out = sent.octets;
  EXPECT_EQ(sent.status.next_header, 17);
  EXPECT_EQ(out[6], 17);
  EXPECT_EQ(load16(out, 4), out.size() - 40);
  EXPECT_EQ(load32(out, 40), 4500U << 16 | 4501U);
  EXPECT_EQ(load16(out, 44), out.size() - 40);
  EXPECT_NE(load16(out, 46), 0);
  Octets pseudo(out.begin() + 8, out.begin() + 40);
  append<4>(pseudo, out.size() - 40);
  append<4>(pseudo, 17);
  append(pseudo, out.subspan(40));
  EXPECT_EQ(ones_sum(pseudo), 0xFFFF);
}

TEST(OuterHeader, Ipv4WithUdpHasNone) {
  Pair pair({SaFlag::kTunnel, SaFlag::kUdpEncap});
  const Octets out = pair.send(udp4()).octets;
  EXPECT_EQ(out[9], 17);
  EXPECT_EQ(load16(out, 26), 0);
}

TEST(OuterHeader, TransportKeepsOptionsAndExtensions) {
  tools::IpFields fields;
  fields.options = {0x94, 4, 0, 0, 1, 1, 1, 0};
  const Octets four = tools::make_ipv4(fields, 17, tools::make_udp(fields.way, false, 1, 2, Octets(9)));
  Pair pair(Flags{});
  const Octets out = pair.a.outbound(pair.transport_desc(four), four).octets;
  EXPECT_EQ(out[0], 0x47);
  EXPECT_TRUE(checksum_ok(out));
  EXPECT_EQ(load32(out, 28), kSpi);
  const tools::Extension hop{0, {1, 4, 0, 0, 0, 0}};
  const tools::Extension routing{43, Octets(6)};
  const Octets six = tools::make_ipv6({}, {hop, routing}, 17, tools::make_udp(fields.way, true, 1, 2, Octets(9)));
  const Octets out6 = pair.a.outbound(pair.transport_desc(six), six).octets;
  EXPECT_EQ(out6[6], 0);
  EXPECT_EQ(out6[40], 43);
  EXPECT_EQ(out6[48], 50);
  EXPECT_EQ(load32(out6, 56), kSpi);
}

TEST(OuterHeader, TtlIsLoweredInsideOnly) {
  Pair pair({SaFlag::kTunnel, SaFlag::kDecTtl});
  for (const bool v6 : {false, true}) {
    Octets packet = v6 ? udp6(9, {.ttl = 2}) : udp4(9, {.ttl = 2});
    Pair plain(out_config({SaFlag::kTunnel, SaFlag::kDecTtl}), in_config());
    const Octets out = plain.receive(plain.send(packet).octets).octets;
    EXPECT_EQ(parse_ip(out).ttl, 1);
    EXPECT_TRUE(v6 || checksum_ok(out));
    packet = v6 ? udp6(9, {.ttl = 1}) : udp4(9, {.ttl = 1});
    EXPECT_EQ(plain.send(packet).verdict(), Verdict::kTtl);
    EXPECT_EQ(plain.a.entry(kOutIndex).sequence(), 2U);  // the number is spent: the packet had been admitted
  }
}

// RFC 6040 figure 4, written out. Rows inner, columns outer Not-ECT, ECT(0), ECT(1), CE; -1 is a drop.
TEST(Ecn, Decapsulation) {
  constexpr int kColumns[] = {kNotEct, kEct0, kEct1, kCe};
  const std::pair<int, std::array<int, 4>> rows[] = {{kNotEct, {kNotEct, kNotEct, kNotEct, -1}},
                                                     {kEct0, {kEct0, kEct0, kEct1, kCe}},
                                                     {kEct1, {kEct1, kEct1, kEct1, kCe}},
                                                     {kCe, {kCe, kCe, kCe, kCe}}};
  for (const auto& [inner, expected] : rows) {
    Octets packet = udp4(20, {.traffic_class = static_cast<std::uint8_t>(0xB8 | inner)});
    for (std::size_t i = 0; i < 4; ++i) {
      for (const bool compatible : {false, true}) {
        Pair pair(out_config(), compatible ? in_config({SaFlag::kTunnel, SaFlag::kEcnCompat}) : in_config());
        Octets sent = pair.send(packet).octets;
        sent[1] = static_cast<std::uint8_t>((sent[1] & 0xFC) | kColumns[i]);
        const PacketResult got = pair.receive(sent);
        if (expected[i] < 0) {
          EXPECT_EQ(got.verdict(), Verdict::kEcnDrop);
          continue;
        }
        ASSERT_EQ(got.verdict(), Verdict::kOk);
        EXPECT_EQ(got.octets[1], 0xB8 | (compatible ? inner : expected[i]));
        EXPECT_TRUE(checksum_ok(got.octets));
      }
    }
  }
}

}  // namespace
}  // namespace sallyport::model::test
