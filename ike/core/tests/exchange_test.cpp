// Two agents, one network: what comes up, is rekeyed and goes again.
#include <gtest/gtest.h>

#include "pair_world.hpp"

namespace sallyport::ike::testing {
namespace {

PairWorld::Terms terms(std::uint64_t seed = 1) {
  PairWorld::Terms terms;
  terms.seed = seed;
  return terms;
}

class Exchange : public ::testing::Test {
 protected:
  void load(PairWorld& world, const ConnectionConfig& a, const ConnectionConfig& b) {
    const auto loaded = world.load(a, b);
    ASSERT_TRUE(loaded) << loaded.error().text;
  }
  // Both ends up with one working pair.
  void up(PairWorld& world) {
    const auto id = world.a.agent.initiate(world.now, "to-b");
    ASSERT_TRUE(id) << id.error().text;
    world.run_for(2 * kSecond);  // the responder begins nothing before the initiator has surely had its answer
    ASSERT_EQ(world.a.count(AgentEventKind::kChildUp), 1U) << world.a.log() << world.b.log();
    ASSERT_EQ(world.b.count(AgentEventKind::kChildUp), 1U) << world.a.log() << world.b.log();
  }
  void expect_quiet(const PairWorld& world) {
    EXPECT_TRUE(world.a.backend.complaints().empty()) << world.a.backend.complaints().front();
    EXPECT_TRUE(world.b.backend.complaints().empty()) << world.b.backend.complaints().front();
    EXPECT_EQ(world.a.packets.wrong_key + world.b.packets.wrong_key, 0U);
    EXPECT_EQ(world.a.packets.no_sa + world.b.packets.no_sa, 0U);
  }
  static ChildReport child(const End& end) { return end.agent.sessions().front().children.front(); }
  static std::vector<ChildReport> children_of(const End& end) { return end.agent.sessions().front().children; }
};

TEST_F(Exchange, AnIkeSaAndItsChildComeUpAndCarryTraffic) {
  PairWorld world(terms());
  load(world, psk_connection(true), psk_connection(false));
  up(world);
  for (int i = 0; i < 10; ++i) {
    world.send_packet(world.a, 1'000);
    world.send_packet(world.b, 1'000);
    world.run_for(kMillisecond);
  }
  world.run_for(kSecond);
  EXPECT_EQ(world.a.packets.delivered, 10U);
  EXPECT_EQ(world.b.packets.delivered, 10U);
  EXPECT_TRUE(child(world.a).count.has_value());
  EXPECT_EQ(child(world.a).count, child(world.b).count);
  EXPECT_NE(child(world.a).designated, child(world.b).designated);
  expect_quiet(world);
}

TEST_F(Exchange, AChildIsRekeyedFromEitherSideWithoutLosingAPacket) {
  PairWorld world(terms());
  load(world, psk_connection(true), psk_connection(false));
  up(world);
  world.traffic(world.a, kMillisecond, 500);
  world.traffic(world.b, kMillisecond, 500);
  for (End* end : {&world.a, &world.b, &world.b, &world.a}) {
    const Spi before = child(*end).spi_in;
    const auto rekeyed = end->agent.rekey_child(world.now, end->agent.sessions().front().id, child(*end).id);
    ASSERT_TRUE(rekeyed) << rekeyed.error().text;
    world.run_for(kSecond);
    EXPECT_NE(child(*end).spi_in, before);
    EXPECT_EQ(child(world.a).spi_in, child(world.b).spi_out);
    EXPECT_EQ(world.a.backend.size(), 1U);
    EXPECT_EQ(world.b.backend.size(), 1U);
  }
  EXPECT_EQ(world.a.agent.counters()[Counter::kRekeysOurs], 2U);
  EXPECT_EQ(world.b.agent.counters()[Counter::kRekeysOurs], 2U);
  EXPECT_EQ(world.a.packets.nothing_to_send_on + world.b.packets.nothing_to_send_on, 0U);
  expect_quiet(world);
}

TEST_F(Exchange, ASecondChildForTheSameTrafficIsKeptAndShown) {
  PairWorld world(terms());
  load(world, psk_connection(true), psk_connection(false));
  up(world);
  ASSERT_TRUE(world.b.agent.initiate_child(world.now, world.b.agent.sessions().front().id, "net"));
  world.run_for(kSecond);
  world.send_packet(world.a, 100);
  world.run_for(kSecond);
  for (const End* end : {&world.a, &world.b}) {
    const auto children = end->agent.sessions().front().children;
    ASSERT_EQ(children.size(), 2U);
    EXPECT_NE(children[0].duplicate, children[1].duplicate);
    EXPECT_EQ(end->agent.counters()[Counter::kDuplicates], 1U);
    EXPECT_EQ(end->count(AgentEventKind::kDuplicate), 1U);
  }
  // A duplicate's successor is one too.
  for (const ChildReport& child : children_of(world.a)) {
    if (!child.duplicate) continue;
    ASSERT_TRUE(world.a.agent.rekey_child(world.now, world.a.agent.sessions().front().id, child.id));
  }
  world.run_for(kSecond);
  const auto children = world.a.agent.sessions().front().children;
  ASSERT_EQ(children.size(), 2U);
  EXPECT_NE(children[0].duplicate, children[1].duplicate);
  expect_quiet(world);
}

TEST_F(Exchange, TheNewestOfTwoStaysWhenItIsUsed) {
  PairWorld world(terms());
  auto a = psk_connection(true);
  a.unique_children = UniqueChildren::kNewest;
  load(world, a, psk_connection(false));
  up(world);
  const SessionId at_b = world.b.agent.sessions().front().id;
  const auto children_of_a = [&] { return world.a.agent.sessions().front().children.size(); };
  ASSERT_TRUE(world.b.agent.initiate_child(world.now, at_b, "net"));
  world.run_for(kSecond);
  EXPECT_EQ(children_of_a(), 2U) << "nothing has come in on it yet";
  world.send_packet(world.b, 100);
  world.run_for(kSecond);
  EXPECT_EQ(children_of_a(), 1U);
  EXPECT_EQ(world.b.agent.sessions().front().children.size(), 1U);
  EXPECT_EQ(world.a.agent.counters()[Counter::kDuplicatesDeleted], 1U);
  // Once an hour: a peer that makes another each time does not keep us busy.
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(world.b.agent.initiate_child(world.now, at_b, "net"));
    world.run_for(kSecond);
    world.send_packet(world.b, 100);
    world.run_for(kSecond);
  }
  EXPECT_EQ(children_of_a(), 4U);
  EXPECT_EQ(world.a.agent.counters()[Counter::kDuplicatesDeleted], 1U);
  world.run_for(3'600 * kSecond);
  ASSERT_TRUE(world.b.agent.initiate_child(world.now, at_b, "net"));
  world.run_for(kSecond);
  world.send_packet(world.b, 100);
  world.run_for(kSecond);
  EXPECT_EQ(children_of_a(), 1U);
  expect_quiet(world);
}

TEST_F(Exchange, ALimitForTheSameTrafficIsAnsweredWithTsMaxQueue) {
  PairWorld world(terms());
  auto b = psk_connection(false);
  b.same_traffic_limit = 2;
  load(world, psk_connection(true), b);
  up(world);
  const SessionId session = world.a.agent.sessions().front().id;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(world.a.agent.initiate_child(world.now, session, "net"));
    world.run_for(kSecond);
  }
  EXPECT_EQ(world.a.agent.sessions().front().children.size(), 2U);
  EXPECT_EQ(world.b.agent.counters()[Counter::kQueuesRefused], 2U);
  EXPECT_EQ(world.a.count(AgentEventKind::kChildFailed), 2U);
  EXPECT_NE(world.a.log().find("TS_MAX_QUEUE"), std::string::npos);
  // A rekey is none more.
  ASSERT_TRUE(world.a.agent.rekey_child(world.now, session, child(world.a).id));
  world.run_for(kSecond);
  EXPECT_EQ(world.a.agent.counters()[Counter::kRekeysOurs], 1U);
  expect_quiet(world);
}

// The responder sends on the old one until it knows that its answer has come. It must not delete it before.
TEST_F(Exchange, AnAnswerThatIsLostForLongCostsNoPacket) {
  for (const TimeNs lost_for : {150 * kMillisecond, 900 * kMillisecond, 5 * kSecond}) {
    PairWorld world(terms());
    auto a = psk_connection(true);
    auto b = psk_connection(false);
    a.counts.t_ike = b.counts.t_ike = 100 * kMillisecond;
    load(world, a, b);
    up(world);
    world.traffic(world.b, 20 * kMillisecond, 500);
    constexpr std::size_t kExchangeAt = 18;
    constexpr std::size_t kFlagsAt = 19;
    constexpr std::uint8_t kResponse = 0x20;
    const TimeNs until = world.now + lost_for;
    world.on_the_way = [&](bool from_a, const UdpMessage& message) -> std::optional<UdpMessage> {
      const bool answer = (message.octets[kFlagsAt] & kResponse) != 0;
      const bool create = static_cast<ExchangeType>(message.octets[kExchangeAt]) == ExchangeType::kCreateChildSa;
      if (!from_a && answer && create && world.now < until) return {};
      return message;
    };
    ASSERT_TRUE(world.a.agent.rekey_child(world.now, world.a.agent.sessions().front().id, child(world.a).id));
    world.run_for(lost_for + 3 * kSecond);
    EXPECT_EQ(world.b.packets.no_sa, 0U) << lost_for / kMillisecond << " ms\n" << world.a.log() << world.b.log();
    EXPECT_EQ(world.b.packets.nothing_to_send_on, 0U);
    EXPECT_EQ(world.a.backend.size(), 1U);
    EXPECT_EQ(world.b.backend.size(), 1U);
    expect_quiet(world);
  }
}

// A peer that never deletes what it replaced: we do, and send on the new one before.
TEST_F(Exchange, TheOldOneGoesWithoutThePeersDeleteAndCostsNoPacket) {
  PairWorld world(terms());
  auto a = psk_connection(true);
  auto b = psk_connection(false);
  a.counts.t_ike = b.counts.t_ike = 100 * kMillisecond;
  load(world, a, b);
  up(world);
  world.traffic(world.b, 20 * kMillisecond, 500);
  bool created = false;
  constexpr std::size_t kExchangeAt = 18;
  constexpr std::size_t kFlagsAt = 19;
  constexpr std::uint8_t kResponse = 0x20;
  const TimeNs until = world.now + 2 * kSecond;
  world.on_the_way = [&](bool from_a, const UdpMessage& message) -> std::optional<UdpMessage> {
    const bool request = (message.octets[kFlagsAt] & kResponse) == 0;
    const auto exchange = static_cast<ExchangeType>(message.octets[kExchangeAt]);
    created = created || exchange == ExchangeType::kCreateChildSa;
    if (created && from_a && request && exchange == ExchangeType::kInformational && world.now < until) return {};
    return message;
  };
  ASSERT_TRUE(world.a.agent.rekey_child(world.now, world.a.agent.sessions().front().id, child(world.a).id));
  world.send_packet(world.a, 100);
  world.run_for(5 * kSecond);
  EXPECT_EQ(world.b.packets.no_sa, 0U) << world.a.log() << world.b.log();
  EXPECT_EQ(world.b.packets.nothing_to_send_on, 0U);
  EXPECT_EQ(world.a.backend.size(), 1U);
  EXPECT_EQ(world.b.backend.size(), 1U);
}

TEST_F(Exchange, BothRekeyAtOnceAndOnePairIsLeft) {
  PairWorld world(terms());
  load(world, psk_connection(true), psk_connection(false));
  up(world);
  world.traffic(world.a, kMillisecond, 500);
  world.traffic(world.b, kMillisecond, 500);
  for (unsigned i = 0; i < 20; ++i) {
    for (End* end : {&world.a, &world.b}) {
      ASSERT_TRUE(end->agent.rekey_child(world.now, end->agent.sessions().front().id, child(*end).id));
    }
    world.run_for(kSecond);
    EXPECT_EQ(world.a.backend.size(), 1U) << world.a.log() << world.b.log();
    EXPECT_EQ(world.b.backend.size(), 1U);
    EXPECT_EQ(child(world.a).spi_in, child(world.b).spi_out);
  }
  EXPECT_EQ(world.a.agent.counters()[Counter::kCollisions], 20U);
  EXPECT_EQ(world.b.agent.counters()[Counter::kCollisions], 20U);
  EXPECT_EQ(world.a.agent.counters()[Counter::kRedundantByUs], 0U);
  expect_quiet(world);
}

TEST_F(Exchange, TheIkeSaIsRekeyedAndItsSuccessorHasTheChildren) {
  PairWorld world(terms());
  load(world, psk_connection(true), psk_connection(false));
  up(world);
  for (End* end : {&world.a, &world.b, &world.a}) {
    const SessionReport before = end->agent.sessions().front();
    ASSERT_TRUE(end->agent.rekey_ike(world.now, before.id));
    world.run_for(3 * kSecond);
    ASSERT_EQ(end->agent.sessions().size(), 1U) << world.a.log() << world.b.log();
    const SessionReport after = end->agent.sessions().front();
    EXPECT_NE(after.initiator_spi, before.initiator_spi);
    EXPECT_EQ(after.children.size(), 1U);
    // Three Child rekeys: what the extension agreed on goes on (count-based-sa.md).
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(end->agent.rekey_child(world.now, after.id, child(*end).id));
      world.run_for(kSecond);
      EXPECT_TRUE(child(world.a).count.has_value());
      EXPECT_EQ(child(world.a).count, child(world.b).count);
    }
  }
  expect_quiet(world);
}

TEST_F(Exchange, BothRekeyTheIkeSaAtOnce) {
  PairWorld world(terms());
  load(world, psk_connection(true), psk_connection(false));
  up(world);
  for (int i = 0; i < 10; ++i) {
    for (End* end : {&world.a, &world.b})
      ASSERT_TRUE(end->agent.rekey_ike(world.now, end->agent.sessions().front().id));
    world.run_for(20 * kSecond);
    ASSERT_EQ(world.a.agent.sessions().size(), 1U) << world.a.log() << world.b.log();
    ASSERT_EQ(world.b.agent.sessions().size(), 1U);
    EXPECT_EQ(world.a.agent.sessions().front().initiator_spi, world.b.agent.sessions().front().initiator_spi);
    ASSERT_TRUE(world.a.agent.rekey_child(world.now, world.a.agent.sessions().front().id, child(world.a).id));
    world.run_for(kSecond);
    EXPECT_EQ(child(world.a).spi_in, child(world.b).spi_out);
  }
  EXPECT_EQ(world.a.agent.counters()[Counter::kIkeCollisions], 10U);
  expect_quiet(world);
}

TEST_F(Exchange, AChildAndThenAllIsDeleted) {
  PairWorld world(terms());
  load(world, psk_connection(true), psk_connection(false));
  up(world);
  ASSERT_TRUE(world.b.agent.delete_child(world.now, world.b.agent.sessions().front().id, child(world.b).id));
  world.run_for(kSecond);
  EXPECT_EQ(world.a.backend.size(), 0U);
  EXPECT_EQ(world.b.backend.size(), 0U);
  ASSERT_TRUE(world.a.agent.initiate_child(world.now, world.a.agent.sessions().front().id, "net"));
  world.run_for(kSecond);
  EXPECT_EQ(world.b.backend.size(), 1U);
  ASSERT_TRUE(world.a.agent.terminate(world.now, world.a.agent.sessions().front().id));
  world.run_for(kSecond);
  EXPECT_TRUE(world.a.agent.sessions().empty());
  EXPECT_TRUE(world.b.agent.sessions().empty());
  EXPECT_EQ(world.a.backend.size() + world.b.backend.size(), 0U);
  expect_quiet(world);
}

TEST_F(Exchange, AWrongSecretComesUpNowhere) {
  PairWorld world(terms());
  ConnectionConfig b = psk_connection(false);
  auto secrets = std::make_shared<PskStore>();
  secrets->add({}, std::move(*SharedSecret::from_octets(Bytes{'n', 'o'})));
  b.credentials.secrets = std::move(secrets);
  load(world, psk_connection(true), b);
  ASSERT_TRUE(world.a.agent.initiate(world.now, "to-b"));
  world.run_for(20 * kSecond);
  EXPECT_EQ(world.a.count(AgentEventKind::kIkeFailed), 1U) << world.a.log();
  EXPECT_EQ(world.b.count(AgentEventKind::kIkeFailed), 1U) << world.b.log();
  EXPECT_TRUE(world.a.agent.sessions().empty());
  EXPECT_TRUE(world.b.agent.sessions().empty());
  EXPECT_EQ(world.a.backend.size() + world.b.backend.size(), 0U);
}

}  // namespace
}  // namespace sallyport::ike::testing
