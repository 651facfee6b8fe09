#include "sallyport/sa_config.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "sa_fixtures.hpp"

namespace sallyport {
namespace {

using test::inbound_tunnel;
using test::outbound_tunnel;
using test::secret;

static_assert(!std::is_copy_constructible_v<SaConfig>, "keys are not copied by accident");
static_assert(!std::is_copy_constructible_v<SaImage>);
static_assert(!std::is_convertible_v<std::uint32_t, Spi>);
static_assert(!std::is_convertible_v<Octets, Packets>);

TEST(Encode, OutboundTunnelWordByWord) {
  auto sa = outbound_tunnel(0x11223344);
  sa.lifetime.octets = Octets{1'000'000};
  sa.lifetime.packets = Packets{500};
  sa.outer->dscp = 46;
  sa.outer->df = DfRule::kSet;
  sa.udp = UdpEncapsulation{.source_port = 0x1194, .destination_port = 0x1195};
  const auto image = encode(sa);
  ASSERT_TRUE(image) << image.error().text;
  const SaImage& w = *image;
  // key256, tunnel, udp_encap, df_set, dscp_fixed
  EXPECT_EQ(w[0], 0x11223344'05DC'02AAU);
  EXPECT_EQ(w[1], 0x1194'1195'40'2E'0000U);
  EXPECT_EQ(w[2], 0xC0000201'00000000U);
  EXPECT_EQ(w[3], 0U);
  EXPECT_EQ(w[4], 0xC0000202'00000000U);
  EXPECT_EQ(w[6], UINT64_MAX);
  EXPECT_EQ(w[7], 1'000'000U);
  EXPECT_EQ(w[8], UINT64_MAX);
  EXPECT_EQ(w[9], 500U);
  EXPECT_EQ(w[10], std::uint64_t{1} << 36);
  EXPECT_EQ(w[12], 0x1011121314151617U);
  EXPECT_EQ(w[15], 0x28292A2B2C2D2E2FU);
  EXPECT_EQ(w[16], 0xA0A1A2A3'00000000U);
}

TEST(Encode, Aes128StandsInTheFirstTwoKeyWords) {
  auto sa = outbound_tunnel(0x1000);
  sa.key = secret(16, 1);
  const auto image = encode(sa);
  ASSERT_TRUE(image);
  EXPECT_EQ((*image)[12], 0x0102030405060708U);
  EXPECT_EQ((*image)[13], 0x090A0B0C0D0E0F10U);
  EXPECT_EQ((*image)[14], 0U);
  EXPECT_EQ((*image)[0] & 2U, 0U);
}

TEST(Encode, InboundSelectors) {
  auto sa = inbound_tunnel();
  sa.spi = Spi{0x1005};
  sa.selectors.source = IpPrefix::parse("2001:db8::/32").value();
  sa.selectors.protocol = 17;
  sa.selectors.destination_ports = {53, 54};
  sa.esn = true;
  sa.anti_replay = false;
  const auto image = encode(sa);
  ASSERT_TRUE(image) << image.error().text;
  // inbound, key256, esn, tunnel, no_replay
  EXPECT_EQ((*image)[0] & 0xFFFFU, 0x080FU);
  EXPECT_EQ((*image)[1], 0x0000'FFFF'0035'0036U);
  EXPECT_EQ((*image)[2], 0x20010DB8'00000000U);
  EXPECT_EQ((*image)[11], 0x20'00'11'06'00000000U);
}

TEST(Encode, OuterIpv6IsFlagged) {
  auto sa = outbound_tunnel(0x1000);
  sa.outer->source = IpAddress::parse("2001:db8::1").value();
  EXPECT_FALSE(encode(sa)) << "families differ";
  sa.outer->destination = IpAddress::parse("2001:db8::2").value();
  const auto image = encode(sa);
  ASSERT_TRUE(image);
  EXPECT_NE((*image)[0] & 1U << static_cast<unsigned>(abi::SaFlag::kOuterV6), 0U);
  EXPECT_EQ((*image)[5], 2U);
}

TEST(Encode, EachFieldIsCheckedAndNamed) {
  struct Case {
    const char* names;
    bool inbound;
    std::function<void(SaConfig&)> change;
  };
  const Case cases[] = {
      {"key", false, [](SaConfig& sa) { sa.key = secret(24, 1); }},
      {"salt", false, [](SaConfig& sa) { sa.salt = secret(8, 1); }},
      {"spi", false, [](SaConfig& sa) { sa.spi = Spi{255}; }},
      {"integrity", false, [](SaConfig& sa) { sa.lifetime.integrity = 1'000; }},
      {"integrity", false, [](SaConfig& sa) { sa.lifetime.integrity = 0, sa.lifetime.force_integrity = true; }},
      {"path_mtu", false, [](SaConfig& sa) { sa.path_mtu = 67; }},
      {"outer", false, [](SaConfig& sa) { sa.outer.reset(); }},
      {"outer", false, [](SaConfig& sa) { sa.mode = SaMode::kTransport; }},
      {"ttl", false, [](SaConfig& sa) { sa.outer->ttl = 0; }},
      {"dscp", false, [](SaConfig& sa) { sa.outer->dscp = 64; }},
      {"selectors", false, [](SaConfig& sa) { sa.selectors.protocol = 6; }},
      {"outer", true, [](SaConfig& sa) { sa.outer = OuterHeader{}; }},
      {"ports", true,
       [](SaConfig& sa) {
         sa.selectors.source_ports = {2, 1};
       }},
      {"families", true,
       [](SaConfig& sa) {
         sa.selectors.source = IpPrefix::parse("10.0.0.0/8").value();
         sa.selectors.destination = IpPrefix::parse("::/0").value();
       }},
      {"prefix length", true,
       [](SaConfig& sa) {
         sa.selectors.source = IpPrefix{IpAddress{}, 33};
       }},
  };
  for (const Case& c : cases) {
    auto sa = c.inbound ? inbound_tunnel() : outbound_tunnel(0x1000);
    if (c.inbound) sa.spi = Spi{0x1000};
    c.change(sa);
    const auto image = encode(sa);
    ASSERT_FALSE(image) << c.names;
    EXPECT_EQ(image.error().code, ErrorCode::kInvalidArgument);
    EXPECT_NE(image.error().text.find(c.names), std::string::npos) << image.error().text;
  }
}

TEST(Encode, ALowIntegrityLimitCanBeForced) {
  auto sa = outbound_tunnel(0x1000);
  sa.lifetime.integrity = 10;
  sa.lifetime.force_integrity = true;
  const auto image = encode(sa);
  ASSERT_TRUE(image);
  EXPECT_EQ((*image)[10], 10U);
  EXPECT_NE((*image)[0] & 1U << static_cast<unsigned>(abi::SaFlag::kIcvForce), 0U);
}

}  // namespace
}  // namespace sallyport
