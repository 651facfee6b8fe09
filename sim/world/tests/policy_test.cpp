// Which tunnel takes a packet, and that its SAs are ones that the driver accepts.
#include "world/policy.hpp"

#include <gtest/gtest.h>

namespace sallyport::sim {
namespace {

model::IpView view(bool v6, std::uint8_t protocol, std::array<std::uint8_t, 4> source, bool fragment = false) {
  model::IpView ip;
  ip.ok = true;
  ip.v6 = v6;
  ip.protocol = protocol;
  std::copy(source.begin(), source.end(), ip.source.begin());
  ip.fragment = fragment;
  return ip;
}

TunnelConfig tunnel(std::uint8_t family, std::uint8_t protocol) {
  TunnelConfig config;
  config.name = "t";
  config.family = family;
  config.protocol = protocol;
  return config;
}

TEST(ChooseTunnel, TheFirstThatMatches) {
  const std::vector<TunnelConfig> tunnels{tunnel(4, 6), tunnel(4, 0), tunnel(6, 17)};
  EXPECT_EQ(choose_tunnel(tunnels, view(false, 6, {})), 0U);
  EXPECT_EQ(choose_tunnel(tunnels, view(false, 17, {})), 1U);
  EXPECT_EQ(choose_tunnel(tunnels, view(true, 17, {})), 2U);
  EXPECT_FALSE(choose_tunnel(tunnels, view(true, 6, {})));
}

TEST(ChooseTunnel, TransportModeLeavesFragmentsToOthers) {
  std::vector<TunnelConfig> tunnels{tunnel(4, 1), tunnel(4, 0)};
  tunnels[0].mode = SaMode::kTransport;
  EXPECT_EQ(choose_tunnel(tunnels, view(false, 1, {})), 0U);
  EXPECT_EQ(choose_tunnel(tunnels, view(false, 1, {}, true)), 1U);
}

TEST(ChooseTunnel, PrefixesByTheBit) {
  std::vector<TunnelConfig> tunnels{tunnel(0, 0)};
  const auto prefix = IpPrefix::parse("10.20.128.0/17");
  ASSERT_TRUE(prefix);
  tunnels[0].source = *prefix;
  EXPECT_TRUE(choose_tunnel(tunnels, view(false, 6, {10, 20, 128, 1})));
  EXPECT_TRUE(choose_tunnel(tunnels, view(false, 6, {10, 20, 255, 1})));
  EXPECT_FALSE(choose_tunnel(tunnels, view(false, 6, {10, 20, 127, 1})));
  EXPECT_FALSE(choose_tunnel(tunnels, view(true, 6, {10, 20, 128, 1})));
}

TEST(Sas, TheDriverAcceptsThemForEveryTunnel) {
  GatewayConfig a;
  GatewayConfig b;
  a.address4 = *IpAddress::parse("192.0.2.1");
  b.address4 = *IpAddress::parse("192.0.2.2");
  a.address6 = *IpAddress::parse("2001:db8::1");
  b.address6 = *IpAddress::parse("2001:db8::2");
  for (const bool transport : {false, true}) {
    for (const bool outer_v6 : {false, true}) {
      for (const bool udp : {false, true}) {
        for (const std::uint16_t bits : {128, 256}) {
          for (const std::uint8_t family : {0, 4, 6}) {
            TunnelConfig config = tunnel(family, 0);
            config.mode = transport ? SaMode::kTransport : SaMode::kTunnel;
            config.outer_v6 = outer_v6;
            config.key_bits = bits;
            if (udp) config.udp = UdpEncapsulation{};
            Keying keying;
            keying.key.assign(bits / 8U, 7);
            const auto out = encode(outbound_sa(config, a, b, keying, Spi(0x4000)));
            EXPECT_TRUE(out) << out.error().text;
            auto inbound = inbound_sa(config, keying, true);
            inbound.spi = Spi(0x4001);
            const auto in = encode(inbound);
            EXPECT_TRUE(in) << in.error().text;
          }
        }
      }
    }
  }
}

TEST(Sas, TheWayBackSwapsTheSelectors) {
  TunnelConfig config = tunnel(0, 0);
  config.source = *IpPrefix::parse("10.1.0.0/16");
  Keying keying;
  keying.key.assign(16, 1);
  EXPECT_EQ(inbound_sa(config, keying, false).selectors.source->to_string(), "10.1.0.0/16");
  const auto back = inbound_sa(config, keying, true);
  EXPECT_EQ(back.selectors.destination->to_string(), "10.1.0.0/16");
  EXPECT_EQ(back.selectors.source->to_string(), "0.0.0.0/0");
}

}  // namespace
}  // namespace sallyport::sim
