// Which SA a packet goes out on, and the numbers of IKE SAs.
#include <gtest/gtest.h>

#include "sallyport/ike/outbound_routes.hpp"
#include "sallyport/ike/pace_slots.hpp"

namespace sallyport::ike {
namespace {

using Octets = std::vector<std::uint8_t>;

Octets udp4(std::uint8_t protocol = 17, std::uint16_t fragment = 0) {
  return {0x45,
          0,
          0,
          28,
          0,
          1,
          static_cast<std::uint8_t>(fragment >> 8U),
          static_cast<std::uint8_t>(fragment),
          64,
          protocol,
          0,
          0,
          10,
          1,
          2,
          3,
          10,
          9,
          8,
          7,
          0x12,
          0x34,
          0x56,
          0x78,
          0,
          8,
          0,
          0};
}

TEST(PacketFlow, IsReadFromThePacket) {
  auto flow = flow_of(udp4());
  ASSERT_TRUE(flow);
  EXPECT_EQ(flow->source.to_string(), "10.1.2.3");
  EXPECT_EQ(flow->destination.to_string(), "10.9.8.7");
  EXPECT_EQ(flow->protocol, 17);
  EXPECT_EQ(flow->source_port, 0x1234);
  EXPECT_EQ(flow->destination_port, 0x5678);
  flow = flow_of(udp4(1));
  EXPECT_EQ(flow->source_port, 0x1234) << "type and code";
  EXPECT_EQ(flow->destination_port, 0x1234);
  EXPECT_FALSE(flow_of(udp4(47))->source_port);
  EXPECT_FALSE(flow_of(udp4(17, 0x2000))->source_port) << "a fragment";
  Octets six(48, 0);
  six[0] = 0x60;
  six[5] = 8;
  six[6] = 17;
  six[8] = 0x20;
  six[24] = 0x30;
  six[41] = 9;
  flow = flow_of(six);
  ASSERT_TRUE(flow);
  EXPECT_EQ(flow->source.to_string(), "2000::");
  EXPECT_EQ(flow->destination.to_string(), "3000::");
  EXPECT_EQ(flow->source_port, 9);
  for (std::size_t cut = 0; cut < 28; ++cut) {
    auto part = udp4();
    part.resize(cut);
    EXPECT_FALSE(flow_of(part)) << cut;
  }
}

Route route(std::uint64_t child, const char* local, const char* remote, std::uint64_t session = 0) {
  Route out;
  out.session = session;
  out.child = ChildHandle{child};
  out.selectors.initiator = *IpPrefix::parse(local);
  out.selectors.responder = *IpPrefix::parse(remote);
  return out;
}

TEST(OutboundRoutes, TheNewestThatFitsIsTaken) {
  OutboundRoutes routes;
  const PacketFlow flow = *flow_of(udp4());
  EXPECT_EQ(routes.find(flow), nullptr);
  routes.use(route(1, "10.1.0.0/16", "10.9.0.0/16"));
  routes.use(route(2, "10.1.0.0/16", "10.8.0.0/16"));
  EXPECT_EQ(routes.find(flow)->child, ChildHandle{1});
  routes.use(route(3, "10.0.0.0/8", "10.0.0.0/8"));
  EXPECT_EQ(routes.find(flow)->child, ChildHandle{3});
  routes.use(route(1, "10.1.0.0/16", "10.9.0.0/16"));
  EXPECT_EQ(routes.find(flow)->child, ChildHandle{1}) << "told again: it is the newest";
  EXPECT_EQ(routes.size(), 3U);
  routes.drop(ChildHandle{1});
  EXPECT_EQ(routes.find(flow)->child, ChildHandle{3});
}

TEST(OutboundRoutes, OfSeveralSessionsTheOneThatHadItFirst) {
  OutboundRoutes routes;
  const PacketFlow flow = *flow_of(udp4());
  EXPECT_FALSE(routes.use(route(1, "10.0.0.0/8", "10.9.0.0/16", 1)));
  EXPECT_EQ(routes.use(route(2, "10.0.0.0/8", "10.9.8.7/32", 2)), ChildHandle{1}) << "narrower, and all the same";
  EXPECT_EQ(routes.find(flow)->child, ChildHandle{1});
  EXPECT_FALSE(routes.use(route(3, "10.0.0.0/8", "10.7.0.0/16", 3))) << "nobody else's";
  EXPECT_FALSE(routes.use(route(2, "10.0.0.0/8", "10.9.8.7/32", 2))) << "told already";
  EXPECT_EQ(routes.find(flow)->child, ChildHandle{1});
  // Within a session the newest, whoever came in between.
  EXPECT_FALSE(routes.use(route(4, "10.0.0.0/8", "10.9.0.0/17", 1)));
  EXPECT_EQ(routes.find(flow)->child, ChildHandle{4});
  EXPECT_TRUE(routes.drop(ChildHandle{1}));
  EXPECT_EQ(routes.find(flow)->child, ChildHandle{4}) << "it has the first one's claim";
  routes.drop(ChildHandle{4});
  EXPECT_EQ(routes.find(flow)->child, ChildHandle{2});
  EXPECT_FALSE(routes.drop(ChildHandle{4}));
}

TEST(OutboundRoutes, ASessionsClaimDoesNotGrow) {
  OutboundRoutes routes;
  const PacketFlow flow = *flow_of(udp4());
  routes.use(route(1, "10.0.0.0/8", "10.9.0.1/32", 1));
  EXPECT_FALSE(routes.use(route(2, "10.0.0.0/8", "10.9.8.7/32", 2)));
  EXPECT_EQ(routes.use(route(3, "10.0.0.0/8", "10.9.0.0/16", 1)), ChildHandle{2}) << "the rekey asks for more";
  EXPECT_EQ(routes.find(flow)->child, ChildHandle{2});
  PacketFlow own = flow;
  own.destination = *IpAddress::parse("10.9.0.1");
  EXPECT_EQ(routes.find(own)->child, ChildHandle{3}) << "what nobody else has";
}

TEST(OutboundRoutes, OtherPortsAndProtocolsAreOtherTraffic) {
  OutboundRoutes routes;
  auto only = route(1, "10.0.0.0/8", "10.9.0.0/16", 1);
  only.selectors.protocol = 17;
  only.selectors.responder_ports = {0x5678, 0x5678};
  routes.use(only);
  only.child = ChildHandle{2};
  only.session = 2;
  only.selectors.responder_ports = {1, 0x5677};
  EXPECT_FALSE(routes.use(only));
  only.child = ChildHandle{3};
  only.selectors.protocol = 6;
  only.selectors.responder_ports = {};
  EXPECT_FALSE(routes.use(only));
  only.child = ChildHandle{4};
  only.selectors.protocol = 0;
  EXPECT_EQ(routes.use(only), ChildHandle{1});
  EXPECT_EQ(routes.find(*flow_of(udp4()))->child, ChildHandle{1});
  EXPECT_EQ(routes.find(*flow_of(udp4(6)))->child, ChildHandle{4});
}

TEST(OutboundRoutes, ProtocolAndPortsCount) {
  OutboundRoutes routes;
  auto only = route(1, "10.1.2.3/32", "10.9.8.7/32");
  only.selectors.protocol = 17;
  only.selectors.responder_ports = {0x5678, 0x5679};
  routes.use(only);
  EXPECT_NE(routes.find(*flow_of(udp4())), nullptr);
  EXPECT_EQ(routes.find(*flow_of(udp4(6))), nullptr);
  EXPECT_EQ(routes.find(*flow_of(udp4(17, 0x2000))), nullptr) << "ports that cannot be seen";
  only.selectors.responder_ports = {1, 0x5677};
  routes.use(only);
  EXPECT_EQ(routes.find(*flow_of(udp4())), nullptr);
}

TEST(PaceSlots, AreSmallAndComeBack) {
  PaceSlots slots(2);
  EXPECT_EQ(slots.take(1'000'000), 0);
  EXPECT_EQ(slots.take(5), 1);
  EXPECT_EQ(slots.take(1'000'000), 0) << "one for all children of an IKE SA";
  EXPECT_FALSE(slots.take(6));
  slots.give_back(1'000'000);
  EXPECT_FALSE(slots.take(6)) << "one child is left";
  slots.give_back(1'000'000);
  EXPECT_EQ(slots.take(6), 0);
  slots.give_back(77);
}

}  // namespace
}  // namespace sallyport::ike
