// Count-based SAs between two agents, rule by rule (count-based-sa.md), and with a peer that knows nothing of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

#include "pair_world.hpp"

namespace sallyport::ike::testing {
namespace {

constexpr std::string_view kVendorId = "sallyport-cbsa-1";

class CountBased : public ::testing::Test {
 protected:
  CountBased() {
    // One packet of 1,000 octets each millisecond is the peak.
    for (ConnectionConfig* config : {&a, &b}) {
      config->counts.peak = {1'000'000, 1'000};
      config->counts.t_ike = 100 * kMillisecond;
      config->rekey_time = 0;
    }
  }
  void up() {
    world.emplace(terms);
    const auto loaded = world->load(a, b);
    ASSERT_TRUE(loaded) << loaded.error().text;
    ASSERT_TRUE(world->a.agent.initiate(world->now, "to-b"));
    world->run_for(2 * kSecond);
    ASSERT_EQ(world->a.count(AgentEventKind::kChildUp), 1U) << world->a.log() << world->b.log();
  }
  void rekey(End& end) {
    const ChildReport old = child(end);
    ASSERT_TRUE(end.agent.rekey_child(world->now, end.agent.sessions().front().id, old.id));
    world->run_for(kSecond);
    ASSERT_NE(child(end).spi_in, old.spi_in);
  }
  static ChildReport child(const End& end) { return end.agent.sessions().front().children.front(); }
  static std::vector<ChildReport> children_of(const End& end) { return end.agent.sessions().front().children; }
  static const RecordedPair& pair(End& end) { return *end.backend.inbound(child(end).spi_in); }
  /// Both ends have the same agreement and one of them is designated.
  void expect_agreed(std::uint64_t life) {
    const ChildReport at_a = child(world->a);
    const ChildReport at_b = child(world->b);
    ASSERT_TRUE(at_a.count && at_b.count);
    EXPECT_EQ(at_a.count, at_b.count);
    EXPECT_EQ(at_a.count->life, life);
    EXPECT_NE(at_a.designated, at_b.designated);
    for (End* end : {&world->a, &world->b}) {
      EXPECT_EQ(pair(*end).config.limits.octets, life) << "H = L on both";
    }
    const End& first = at_a.designated ? world->a : world->b;
    const End& second = at_a.designated ? world->b : world->a;
    for (const auto& [handle, entry] : first.backend.pairs()) {
      EXPECT_LE(entry.config.soft.from + entry.config.soft.span, 8'500) << "X_i and B of rule 6";
    }
    for (const auto& [handle, entry] : second.backend.pairs()) {
      EXPECT_GE(entry.config.soft.from, 8'500);
      EXPECT_LT(entry.config.soft.from + entry.config.soft.span, 10'000);
    }
  }
  void expect_local() {
    for (End* end : {&world->a, &world->b}) {
      EXPECT_FALSE(child(*end).count);
      EXPECT_EQ(end->agent.counters()[Counter::kCountNegotiated], 0U);
    }
  }

  PairWorld::Terms terms;
  ConnectionConfig a = psk_connection(true);
  ConnectionConfig b = psk_connection(false);
  std::optional<PairWorld> world;
};

TEST_F(CountBased, TheSmallerMaximumIsAgreedOnInEveryKindOfExchange) {
  a.children.front().limits.octets = 40'000'000;
  b.children.front().limits.octets = 30'000'000;
  up();  // IKE_AUTH
  expect_agreed(30'000'000);
  rekey(world->a);  // CREATE_CHILD_SA, a rekey, by either
  expect_agreed(30'000'000);
  rekey(world->b);
  expect_agreed(30'000'000);
  ASSERT_TRUE(world->b.agent.initiate_child(world->now, world->b.agent.sessions().front().id, "net"));
  world->run_for(kSecond);
  for (const ChildReport& each : children_of(world->a)) {
    ASSERT_TRUE(each.count) << "CREATE_CHILD_SA, a new one";
    EXPECT_EQ(each.count->life, 30'000'000U);
  }
}

TEST_F(CountBased, BothKeyLengthsInOneProposalOrTwoAreStillSelected) {
  for (const char* offered : {"aes128gcm16-aes256gcm16-esn", "aes128gcm16-esn, aes256gcm16-esn"}) {
    for (const char* wanted : {"aes128gcm16-esn", "aes256gcm16-esn"}) {
      a.children.front().proposals = *parse_esp_proposals(offered);
      b.children.front().proposals = *parse_esp_proposals(wanted);
      a.children.front().limits.octets = b.children.front().limits.octets = 30'000'000;
      up();
      EXPECT_EQ(child(world->a).suite.key_bits, std::string_view(wanted).substr(3, 3) == "128" ? 128U : 256U);
      expect_agreed(30'000'000);
    }
  }
}

TEST_F(CountBased, APeerThatKnowsNothingOfItSeesPlainIkev2) {
  for (const bool ours_begins : {true, false}) {
    a.counts.enabled = ours_begins;
    b.counts.enabled = !ours_begins;
    world.emplace(terms);
    ASSERT_TRUE(world->load(a, b));
    bool announced_by_a = false;
    bool announced_by_b = false;
    world->on_the_way = [&](bool from_a, const UdpMessage& message) -> std::optional<UdpMessage> {
      const std::string_view text(reinterpret_cast<const char*>(message.octets.data()), message.octets.size());
      if (text.find(kVendorId) != std::string_view::npos) (from_a ? announced_by_a : announced_by_b) = true;
      return message;
    };
    ASSERT_TRUE(world->a.agent.initiate(world->now, "to-b"));
    world->run_for(2 * kSecond);
    EXPECT_EQ(announced_by_a, ours_begins);
    EXPECT_EQ(announced_by_b, !ours_begins);
    expect_local();
    for (int i = 0; i < 3; ++i) {
      rekey(world->a);
      rekey(world->b);
    }
    expect_local();
    EXPECT_EQ(world->a.agent.counters()[Counter::kCountIgnored], 0U) << "nothing was sent";
    EXPECT_EQ(world->b.agent.counters()[Counter::kCountIgnored], 0U);
    // Hardware limits all the same, softer for whoever made the SA.
    for (End* end : {&world->a, &world->b}) EXPECT_GT(pair(*end).config.limits.octets, 0U);
  }
}

TEST_F(CountBased, EachSendsWithTheNumbersThatTheOtherAnnounced) {
  terms.a.count_types = {NotifyType{50'000}, NotifyType{50'001}};
  terms.b.count_types = {NotifyType{65'535}, NotifyType{40'960}};
  a.children.front().limits.octets = b.children.front().limits.octets = 30'000'000;
  up();
  expect_agreed(30'000'000);
  rekey(world->b);
  expect_agreed(30'000'000);
}

TEST_F(CountBased, RangesThatDoNotMeetEndInLocalLimits) {
  a.children.front().limits.octets = 30'000'000;
  b.children.front().limits.octets = 80'000'000;
  b.counts.least_octets = 50'000'000;
  up();
  expect_local();
  EXPECT_GE(world->b.agent.counters()[Counter::kCountIgnored], 1U) << "and it is counted";
  EXPECT_EQ(pair(world->a).config.limits.octets, 30'000'000U) << "rule 4: no more than its own maximum";
  EXPECT_EQ(pair(world->b).config.limits.octets, 80'000'000U);
  rekey(world->a);
  rekey(world->b);
  expect_local();
}

TEST_F(CountBased, WhatCannotBeSizedIsNotOffered) {
  a.counts.t_ike = b.counts.t_ike = 30 * kSecond;
  a.children.front().limits.octets = b.children.front().limits.octets = 30'000'000;  // one T_ike of the peak
  world.emplace(terms);
  const auto told = world->a.agent.load(a);
  ASSERT_TRUE(told);
  EXPECT_NE(told->find("too small for two rekeys"), std::string::npos) << *told;
  ASSERT_TRUE(world->b.agent.load(b));
  ASSERT_TRUE(world->a.agent.initiate(world->now, "to-b"));
  world->run_for(2 * kSecond);
  expect_local();
}

struct Wishes {
  RekeyWish a;
  RekeyWish b;
  std::optional<bool> designated;  // a, or whoever began the exchange
};

TEST_F(CountBased, WhoWishesIsDesignated) {
  for (const Wishes& wishes :
       {Wishes{RekeyWish::kAlways, RekeyWish::kNever, true}, Wishes{RekeyWish::kNever, RekeyWish::kAlways, false},
        Wishes{RekeyWish::kAuto, RekeyWish::kNever, true}, Wishes{RekeyWish::kAuto, RekeyWish::kAlways, false},
        Wishes{RekeyWish::kNever, RekeyWish::kNever, {}}}) {
    a.counts.wish = wishes.a;
    b.counts.wish = wishes.b;
    a.children.front().limits.octets = b.children.front().limits.octets = 30'000'000;
    up();
    EXPECT_EQ(child(world->a).designated, wishes.designated.value_or(true));
    expect_agreed(30'000'000);
    rekey(world->b);
    EXPECT_EQ(child(world->a).designated, wishes.designated.value_or(false));
    expect_agreed(30'000'000);
  }
}

TEST_F(CountBased, TheDesignatedEndRekeysAndNobodyElse) {
  for (const bool a_is : {true, false}) {
    a.counts.wish = a_is ? RekeyWish::kAlways : RekeyWish::kNever;
    b.counts.wish = a_is ? RekeyWish::kNever : RekeyWish::kAlways;
    a.children.front().limits.octets = b.children.front().limits.octets = 10'000'000;
    up();
    // Of all the traffic one way, too: inbound and outbound count alike.
    world->traffic(a_is ? world->b : world->a, kMillisecond, 1'000);
    world->run_for(60 * kSecond);
    const auto& first = (a_is ? world->a : world->b).agent.counters();
    const auto& second = (a_is ? world->b : world->a).agent.counters();
    EXPECT_GE(first[Counter::kRekeysOurs], 6U);
    EXPECT_EQ(second[Counter::kRekeysOurs], 0U);
    EXPECT_EQ(first[Counter::kCollisions], 0U);
    EXPECT_EQ(world->a.packets.past_hard + world->b.packets.past_hard, 0U);
  }
}

TEST_F(CountBased, WhenTheDesignatedEndStaysSilentTheOtherTakesOver) {
  a.counts.wish = RekeyWish::kAlways;
  b.counts.wish = RekeyWish::kNever;
  a.children.front().limits.octets = b.children.front().limits.octets = 10'000'000;
  up();
  constexpr std::size_t kExchangeAt = 18;
  constexpr std::size_t kFlagsAt = 19;
  constexpr std::uint8_t kResponse = 0x20;
  world->on_the_way = [&](bool from_a, const UdpMessage& message) -> std::optional<UdpMessage> {
    const bool request = (message.octets[kFlagsAt] & kResponse) == 0;
    const auto exchange = static_cast<ExchangeType>(message.octets[kExchangeAt]);
    if (from_a && request && exchange == ExchangeType::kCreateChildSa) return {};  // its own rekeys get nowhere
    return message;
  };
  world->traffic(world->a, kMillisecond, 1'000);
  world->run_for(12 * kSecond);
  EXPECT_EQ(world->b.agent.counters()[Counter::kRekeysOurs], 1U) << world->b.log();
  EXPECT_EQ(world->a.packets.past_hard, 0U) << "in time";
  EXPECT_EQ(world->a.packets.no_sa, 0U);
  EXPECT_EQ(world->a.packets.nothing_to_send_on, 0U);
}

TEST_F(CountBased, AnIkeSaIsRekeyedAfterTheChildrenThatAreNearTheirLimit) {
  a.children.front().limits.octets = b.children.front().limits.octets = 10'000'000;
  a.counts.wish = RekeyWish::kAlways;
  up();
  world->traffic(world->a, kMillisecond, 1'000);
  // Up to just before the lowest soft limit: within G of it.
  world->run_until(world->now + 20 * kSecond,
                   [&] { return pair(world->a).usage.octets_out + 60'000 >= pair(world->a).soft_out; });
  const Spi before = child(world->a).spi_in;
  ASSERT_TRUE(world->a.agent.rekey_ike(world->now, world->a.agent.sessions().front().id));
  world->run_for(5 * kSecond);
  EXPECT_NE(child(world->a).spi_in, before);
  EXPECT_EQ(world->a.agent.counters()[Counter::kIkeRekeys], 1U);
  std::vector<AgentEventKind> order;
  for (const AgentEvent& event : world->a.events) {
    if (event.kind == AgentEventKind::kChildRekeyed || event.kind == AgentEventKind::kIkeRekeyed)
      order.push_back(event.kind);
  }
  EXPECT_EQ(order, (std::vector{AgentEventKind::kChildRekeyed, AgentEventKind::kIkeRekeyed})) << world->a.log();
  EXPECT_EQ(world->a.packets.past_hard, 0U);
  EXPECT_EQ(world->a.packets.no_sa, 0U);
  EXPECT_EQ(world->a.packets.nothing_to_send_on, 0U);
}

TEST_F(CountBased, TimeAloneRekeysToo) {
  a.children.front().rekey_time = b.children.front().rekey_time = 60 * kSecond;
  a.children.front().life_time = b.children.front().life_time = 80 * kSecond;
  up();
  world->run_for(600 * kSecond);
  const auto& at_a = world->a.agent.counters();
  const auto& at_b = world->b.agent.counters();
  const std::uint64_t rekeys = at_a[Counter::kRekeysOurs] + at_b[Counter::kRekeysOurs];
  EXPECT_GE(rekeys, 9U);
  EXPECT_LE(rekeys, 13U);
  EXPECT_EQ(at_a[Counter::kCollisions], 0U);
  EXPECT_EQ(at_a[Counter::kExpired] + at_b[Counter::kExpired], 0U);
  EXPECT_EQ(world->a.backend.size(), 1U);
}

}  // namespace
}  // namespace sallyport::ike::testing
