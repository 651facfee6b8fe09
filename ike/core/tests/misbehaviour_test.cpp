// Peers that lie, refuse, fall silent or cross us at the worst moment. It may cost them their own SAs and nobody
// else's, and never the agent.
#include <gtest/gtest.h>

#include "pair_world.hpp"
#include "sallyport/ike/message.hpp"
#include "sallyport/ike/protection.hpp"

namespace sallyport::ike::testing {
namespace {

constexpr std::size_t kExchangeAt = 18;
constexpr std::size_t kFlagsAt = 19;
constexpr std::uint8_t kResponse = 0x20;

bool is_request(const UdpMessage& message) { return (message.octets[kFlagsAt] & kResponse) == 0; }
bool is(const UdpMessage& message, ExchangeType exchange) {
  return static_cast<ExchangeType>(message.octets[kExchangeAt]) == exchange;
}

/// Keys of an IKE SA with AES-GCM as the debug line tells them: SPIi, SPIr, SK_ei, SK_er, ...
IkeKeys keys_of(const std::string& line) {
  std::vector<std::string> fields;
  std::size_t from = 0;
  for (std::size_t to = line.find(','); fields.size() < 4; to = line.find(',', from)) {
    fields.push_back(line.substr(from, to - from));
    from = to + 1;
  }
  IkeKeys keys;
  keys.sk_ei = std::move(*SecretBytes::from_hex(fields[2]));
  keys.sk_er = std::move(*SecretBytes::from_hex(fields[3]));
  return keys;
}

class Misbehaviour : public ::testing::Test {
 protected:
  void up() {
    world.emplace(terms);
    const auto loaded = world->load(a, b);
    ASSERT_TRUE(loaded) << loaded.error().text;
    ASSERT_TRUE(world->a.agent.initiate(world->now, "to-b"));
    world->run_for(2 * kSecond);
    ASSERT_EQ(world->a.count(AgentEventKind::kChildUp), 1U) << world->a.log() << world->b.log();
  }
  static ChildReport child(const End& end) { return end.agent.sessions().front().children.front(); }
  static SessionId session(const End& end) { return end.agent.sessions().front().id; }
  void rekey(End& end) { ASSERT_TRUE(end.agent.rekey_child(world->now, session(end), child(end).id)); }
  void expect_one_pair() {
    for (End* end : {&world->a, &world->b}) {
      EXPECT_EQ(end->backend.size(), 1U) << world->a.log() << world->b.log();
      EXPECT_TRUE(end->backend.complaints().empty()) << end->backend.complaints().front();
      EXPECT_EQ(end->packets.nothing_to_send_on, 0U);
      EXPECT_EQ(end->packets.no_sa, 0U);
    }
    EXPECT_EQ(child(world->a).spi_in, child(world->b).spi_out);
    EXPECT_EQ(child(world->b).spi_in, child(world->a).spi_out);
  }
  void traffic_both_ways() {
    world->traffic(world->a, 10 * kMillisecond, 100);
    world->traffic(world->b, 10 * kMillisecond, 100);
  }

  PairWorld::Terms terms;
  ConnectionConfig a = psk_connection(true);
  ConnectionConfig b = psk_connection(false);
  std::optional<PairWorld> world;
};

TEST_F(Misbehaviour, AnIkeSaInitAnswerToARekeyIsNone) {
  terms.b.key_log = true;
  up();
  std::string line;
  for (const AgentEvent& event : world->b.events) {
    if (event.kind == AgentEventKind::kKeyLog) line = event.text;
  }
  const SessionReport report = world->b.agent.sessions().front();
  const IkeKeys keys = keys_of(line);
  auto opener = Opener::make(report.suite, keys, Side::kResponder);
  ASSERT_TRUE(opener);
  IkeSpi successor;
  world->on_the_way = [&](bool from_a, const UdpMessage& message) -> std::optional<UdpMessage> {
    if (from_a || !is(message, ExchangeType::kCreateChildSa)) return message;
    const auto read = parse_message(message.octets);
    EXPECT_TRUE(read && read->encrypted);
    const auto opened = opener->open(message.octets, *read->encrypted);
    EXPECT_TRUE(opened);
    const auto contents = parse_contents(opened->first_inner, opened->inner.view());
    EXPECT_TRUE(contents && contents->sa);
    std::uint64_t spi = 0;
    for (const std::uint8_t octet : contents->sa->proposals.front().spi) spi = spi << 8U | octet;
    successor = IkeSpi{spi};
    return {};
  };
  ASSERT_TRUE(world->b.agent.rekey_ike(world->now, session(world->b)));
  world->run_for(10 * kMillisecond);
  ASSERT_NE(successor.value, 0U);
  for (const NotifyType type : {NotifyType::kCookie, NotifyType::kInvalidKePayload, NotifyType::kNoProposalChosen}) {
    Header header;
    header.initiator_spi = successor;
    header.responder_spi = IkeSpi{77};
    header.response = true;
    PayloadChain chain;
    const Bytes data{0, 19};
    chain.append_notify(type, data);
    const auto forged = write_message(header, chain);
    ASSERT_TRUE(forged);
    world->b.agent.receive(world->now, {{kAddressB, kIkePort}, {kAddressA, kIkePort}, false, *forged});
  }
  world->on_the_way = nullptr;
  world->run_for(60 * kSecond);
  EXPECT_EQ(world->b.agent.counters()[Counter::kIkeRekeys], 1U) << "it went on as if nothing had been";
}

TEST_F(Misbehaviour, AnIkeSaThatIsToBeRekeyedWhileItEndsDoesNotKeepTheAgent) {
  a.rekey_time = 5 * kSecond;
  up();
  world->on_the_way = [](bool, const UdpMessage&) -> std::optional<UdpMessage> { return {}; };
  ASSERT_TRUE(world->a.agent.terminate(world->now, session(world->a)));
  world->run_for(60 * kSecond);  // it ends, which is the test
  EXPECT_TRUE(world->a.agent.sessions().empty());
  EXPECT_EQ(world->a.backend.size(), 0U);
}

TEST_F(Misbehaviour, APeerThatNeverDeletesItsOldIkeSasGetsNoMore) {
  up();
  bool deletes = false;
  world->on_the_way = [&](bool from_a, const UdpMessage& message) -> std::optional<UdpMessage> {
    if (from_a && is_request(message) && is(message, ExchangeType::kInformational) && !deletes) return {};
    return message;
  };
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(world->a.agent.rekey_ike(world->now, session(world->a)));
    world->run_for(400 * kMillisecond);
  }
  EXPECT_GE(world->b.agent.counters()[Counter::kTemporaryFailures], 1U);
  EXPECT_LE(world->b.agent.counters()[Counter::kIkeRekeys], 8U);
  deletes = true;
  world->run_for(120 * kSecond);
  ASSERT_EQ(world->a.agent.sessions().size(), 1U);
  traffic_both_ways();
  rekey(world->a);
  world->run_for(kSecond);
  expect_one_pair();
}

TEST_F(Misbehaviour, WhoRefusesForGoodIsNotAskedAgainAndAgain) {
  // IKE_AUTH knows no group; a rekey does, and B has none.
  a.children.front().proposals = *parse_esp_proposals("aes128gcm16-ecp384-esn");
  b.children.front().proposals = *parse_esp_proposals("aes128gcm16-esn");
  for (ConnectionConfig* config : {&a, &b}) {
    config->counts.peak = {100'000, 1'000};
    config->children.front().limits.octets = 4'000'000;
  }
  a.counts.wish = RekeyWish::kAlways;
  b.counts.wish = RekeyWish::kNever;
  up();
  world->on_the_way = [](bool from_a, const UdpMessage& message) -> std::optional<UdpMessage> {
    if (!from_a && is_request(message) && is(message, ExchangeType::kCreateChildSa)) return {};  // B does not help
    return message;
  };
  world->traffic(world->a, 10 * kMillisecond, 1'000);  // up to the hard limit, and against it
  world->run_for(120 * kSecond);
  EXPECT_GE(world->a.agent.counters()[Counter::kRekeysFailed], 3U);
  EXPECT_LE(world->a.agent.counters()[Counter::kRekeysFailed], 20U);
}

TEST_F(Misbehaviour, AChildThatFoundNoRoomComesLater) {
  terms.pairs = 3;
  terms.reserve = 1;
  up();
  ASSERT_TRUE(world->a.agent.initiate_child(world->now, session(world->a), "net"));
  world->run_for(kSecond);
  ASSERT_TRUE(world->a.agent.initiate_child(world->now, session(world->a), "net"));
  world->run_for(kSecond);
  EXPECT_EQ(world->a.agent.sessions().front().children.size(), 2U);
  EXPECT_GE(world->a.count(AgentEventKind::kChildFailed), 1U);
  ASSERT_TRUE(world->b.agent.delete_child(world->now, session(world->b), child(world->b).id));
  world->run_for(60 * kSecond);
  EXPECT_EQ(world->a.agent.sessions().front().children.size(), 2U) << world->a.log();
  EXPECT_LE(world->a.count(AgentEventKind::kChildFailed), 8U) << "ever less often";
}

TEST_F(Misbehaviour, ASuccessorIsRekeyedBeforeItWasUsed) {
  up();
  traffic_both_ways();
  const TimeNs until = world->now + 400 * kMillisecond;
  world->on_the_way = [&](bool from_a, const UdpMessage& message) -> std::optional<UdpMessage> {
    if (from_a && is_request(message) && is(message, ExchangeType::kInformational) && world->now < until) return {};
    return message;
  };
  world->traffic(world->a, 0, 0);  // so that B sees no packet on the new one
  rekey(world->a);
  world->run_for(50 * kMillisecond);
  const auto children = world->b.agent.sessions().front().children;
  ASSERT_EQ(children.size(), 2U);
  ASSERT_TRUE(world->b.agent.rekey_child(world->now, session(world->b), children.back().id));
  world->run_for(5 * kSecond);
  expect_one_pair();
}

TEST_F(Misbehaviour, WhatTheUserDeletesWhileItIsRekeyedStaysDeleted) {
  up();
  for (const bool refused : {false, true}) {
    if (refused) {
      ASSERT_TRUE(world->a.agent.initiate_child(world->now, session(world->a), "net"));
      world->run_for(kSecond);
      world->b.backend.fail_installs(1);
    }
    rekey(world->a);
    ASSERT_TRUE(world->a.agent.delete_child(world->now, session(world->a), child(world->a).id));
    world->run_for(30 * kSecond);
    world->a.backend.drain();
    world->b.backend.drain();
    EXPECT_EQ(world->a.backend.size(), 0U) << world->a.log();
    EXPECT_EQ(world->b.backend.size(), 0U) << world->b.log();
    EXPECT_TRUE(world->a.agent.sessions().front().children.empty());
  }
}

TEST_F(Misbehaviour, OfTwoCrossingRekeysOursCannotBeInstalled) {
  up();
  traffic_both_ways();
  rekey(world->a);
  rekey(world->b);
  world->run_for(6 * kMillisecond);  // A has answered B's, its own answer is on the way
  world->a.backend.fail_installs(1);
  world->run_for(10 * kSecond);
  expect_one_pair();
}

TEST_F(Misbehaviour, AnAnswerOfAnotherExchangeIsNone) {
  terms.a.key_log = true;
  up();
  std::string line;
  for (const AgentEvent& event : world->a.events) {
    if (event.kind == AgentEventKind::kKeyLog) line = event.text;
  }
  const SessionReport report = world->a.agent.sessions().front();
  auto sealer = Sealer::make(report.suite, keys_of(line), Side::kResponder, IvCounter(std::uint64_t{1} << 60U));
  ASSERT_TRUE(sealer);
  std::uint32_t id = 0;
  world->on_the_way = [&](bool from_a, const UdpMessage& message) -> std::optional<UdpMessage> {
    if (!from_a || !is_request(message)) return message;
    id = parse_message(message.octets)->header.message_id;
    return {};
  };
  rekey(world->a);
  world->run_for(10 * kMillisecond);
  Header header;
  header.initiator_spi = report.initiator_spi;
  header.responder_spi = report.responder_spi;
  header.response = true;
  header.exchange = ExchangeType::kInformational;
  header.message_id = id;
  const auto forged = sealer->seal(header, PayloadType::kNone, {}, kMaximumMessage, false, world->a.random);
  ASSERT_TRUE(forged);
  world->a.agent.receive(world->now, {{kAddressA, kIkePort}, {kAddressB, kIkePort}, false, forged->front()});
  world->on_the_way = nullptr;
  traffic_both_ways();
  world->run_for(5 * kSecond);
  EXPECT_EQ(world->a.agent.counters()[Counter::kRekeysOurs], 1U);
  expect_one_pair();
}

}  // namespace
}  // namespace sallyport::ike::testing
