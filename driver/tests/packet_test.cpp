#include "sallyport/packet.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sallyport {
namespace {

using Octets8 = std::vector<std::uint8_t>;

Octets8 ipv4(std::uint8_t header_words, std::size_t payload, std::uint8_t protocol = 17) {
  const std::size_t header = header_words * 4U;
  Octets8 p(header + payload);
  p[0] = static_cast<std::uint8_t>(0x40 | header_words);
  p[2] = static_cast<std::uint8_t>(p.size() >> 8);
  p[3] = static_cast<std::uint8_t>(p.size());
  p[8] = 64;
  p[9] = protocol;
  return p;
}

Octets8 ipv6(std::uint8_t next, const Octets8& rest) {
  Octets8 p(40 + rest.size());
  std::copy(rest.begin(), rest.end(), p.begin() + 40);
  p[0] = 0x60;
  p[4] = static_cast<std::uint8_t>(rest.size() >> 8);
  p[5] = static_cast<std::uint8_t>(rest.size());
  p[6] = next;
  p[7] = 64;
  return p;
}

abi::OutDesc descriptor(const Result<PacketIn>& packet) { return abi::OutDesc::unpack(packet->descriptor); }

constexpr SaRef kSa{SaIndex{5}, Generation{9}};

TEST(OutboundPacket, TunnelModeNeedsNoOffsets) {
  const auto packet = outbound_packet(kSa, SaMode::kTunnel, ipv4(5, 30), 0xC00C1E, 3);
  ASSERT_TRUE(packet);
  const auto d = descriptor(packet);
  EXPECT_EQ(d.index, 5);
  EXPECT_EQ(d.generation, 9);
  EXPECT_EQ(d.length, 50);
  EXPECT_EQ(d.esp_offset, 0);
  EXPECT_EQ(d.nh_offset, 0);
  EXPECT_EQ(d.next_header, 4);
  EXPECT_EQ(d.flags, 3 << 1 | 1);
  EXPECT_EQ(d.cookie, 0xC00C1EU);
  EXPECT_EQ(descriptor(outbound_packet(kSa, SaMode::kTunnel, ipv6(17, Octets8(8)), 0)).next_header, 41);
}

TEST(OutboundPacket, TransportModeBehindIpv4Options) {
  const auto d = descriptor(outbound_packet(kSa, SaMode::kTransport, ipv4(8, 20, 6), 0));
  EXPECT_EQ(d.esp_offset, 32);
  EXPECT_EQ(d.nh_offset, 9);
  EXPECT_EQ(d.next_header, 6);
  EXPECT_EQ(d.flags, 0);
}

TEST(OutboundPacket, TransportModeBehindIpv6Extensions) {
  // Hop-by-hop of 8 octets, routing of 24, destination options of 8, then TCP.
  Octets8 rest(8 + 24 + 8 + 20);
  rest[0] = 43;
  rest[8] = 60;
  rest[9] = 2;
  rest[32] = 6;
  const auto d = descriptor(outbound_packet(kSa, SaMode::kTransport, ipv6(0, rest), 0));
  EXPECT_EQ(d.esp_offset, 80);
  EXPECT_EQ(d.nh_offset, 72);
  EXPECT_EQ(d.next_header, 6);
}

TEST(OutboundPacket, TransportModeRefusesFragments) {
  auto first = ipv4(5, 24);
  first[6] = 0x20;  // more fragments
  auto later = ipv4(5, 24);
  later[7] = 3;
  Octets8 rest(8 + 16);
  rest[0] = 17;
  rest[3] = 1;
  for (const auto& packet : {first, later, ipv6(44, rest)}) {
    const auto made = outbound_packet(kSa, SaMode::kTransport, packet, 0);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::kInvalidArgument);
    EXPECT_TRUE(outbound_packet(kSa, SaMode::kTunnel, packet, 0));
  }
}

TEST(OutboundPacket, DfIsNoFragment) {
  auto packet = ipv4(5, 24);
  packet[6] = 0x40;
  EXPECT_TRUE(outbound_packet(kSa, SaMode::kTransport, packet, 0));
}

TEST(FindUpperLayer, WalkEndsAtALaterFragment) {
  Octets8 rest(8 + 16);
  rest[0] = 60;    // looks like destination options, but it is the middle of some packet
  rest[2] = 0x10;  // offset 512
  const auto upper = find_upper_layer(ipv6(44, rest));
  ASSERT_TRUE(upper);
  EXPECT_EQ(upper->protocol, 60);
  EXPECT_EQ(upper->offset, 48);
}

TEST(FindUpperLayer, SaysWhatIsWrong) {
  auto short_total = ipv4(5, 4);
  short_total[3] = 19;
  auto long_total = ipv4(5, 4);
  long_total[3] = 25;
  auto small_header = ipv4(5, 4);
  small_header[0] = 0x44;
  auto long_extension = Octets8(8);
  long_extension[1] = 1;
  auto cut_payload = ipv6(17, Octets8(8));
  cut_payload.pop_back();
  for (const auto& packet :
       {Octets8{}, Octets8{0x45}, Octets8(60, 0x50), Octets8(19, 0x45), Octets8(39, 0x60), short_total, long_total,
        small_header, ipv6(0, long_extension), ipv6(43, Octets8(7)), cut_payload}) {
    const auto upper = find_upper_layer(packet);
    ASSERT_FALSE(upper);
    EXPECT_EQ(upper.error().code, ErrorCode::kMalformedInput);
    EXPECT_FALSE(outbound_packet(kSa, SaMode::kTunnel, packet, 0));
  }
}

TEST(OtherPackets, DummyAndInbound) {
  const auto dummy = descriptor(dummy_packet(kSa, Octets8(7, 0xFF), 1));
  EXPECT_EQ(dummy.next_header, 59);
  EXPECT_EQ(dummy.flags, 1);
  const auto inbound = inbound_packet(Octets8(100), 7);
  ASSERT_TRUE(inbound);
  const auto d = abi::InDesc::unpack(inbound->descriptor);
  EXPECT_EQ(d.length, 100);
  EXPECT_EQ(d.cookie, 7U);
  EXPECT_FALSE(inbound_packet({}, 0));
  EXPECT_FALSE(inbound_packet(Octets8(65'536), 0));
  EXPECT_FALSE(outbound_packet(kSa, SaMode::kTransport, ipv4(5, 1), 0, 1)) << "TFC padding in transport mode";
  EXPECT_FALSE(outbound_packet(kSa, SaMode::kTunnel, ipv4(5, 1), 0, 128));
}

}  // namespace
}  // namespace sallyport
