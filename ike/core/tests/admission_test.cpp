// Who gets an answer before anybody has said who they are: half-open IKE SAs, cookies, rates, errors outside of SK, and
// what becomes of a peer that starts anew.
#include <gtest/gtest.h>

#include <string>

#include "../src/half_open.hpp"
#include "../src/reply_window.hpp"
#include "pair_world.hpp"
#include "sallyport/ike/message.hpp"
#include "sallyport/ike/protection.hpp"

namespace sallyport::ike::testing {
namespace {

IpAddress address(const std::string& text) { return *IpAddress::parse(text); }
IpAddress host(unsigned number) { return address("198.51.100." + std::to_string(number)); }

/// An IKE_SA_INIT request of anybody's.
struct Init {
  std::uint64_t spi = 1;  // its last octet fills the nonce
  IpAddress from = kAddressA;
  KeMethod method = KeMethod::kCurve25519;
  Bytes value = Bytes(32, 9);
  Bytes cookie = {};
};
const Bytes kZeros(32, 0);  // leads to a shared secret of zeros: refused by whoever has computed it

struct Reply {
  Bytes octets;
  Header header;
  Contents contents;
};

class Admission : public ::testing::Test {
 protected:
  void begin() {
    end.emplace(config, 1, 64, 8);
    ConnectionConfig b = psk_connection(false);
    b.local.reset();
    b.remote.reset();
    ASSERT_TRUE(end->agent.load(b));
  }
  static Bytes octets(const Init& init) {
    PayloadChain chain;
    if (!init.cookie.empty()) chain.append_notify(NotifyType::kCookie, init.cookie);
    chain.append(*offer_ike(default_ike_proposals()));
    chain.append(KePayload{init.method, init.value});
    chain.append(NoncePayload{Bytes(32, static_cast<std::uint8_t>(init.spi))});
    Header header;
    header.initiator_spi = IkeSpi{init.spi};
    header.initiator = true;
    return *write_message(header, chain);
  }
  // What comes back at once.
  std::optional<Reply> say(Bytes datagram, const IpAddress& from = kAddressA) {
    end->agent.receive(now, {{kAddressB, kIkePort}, {from, kIkePort}, false, std::move(datagram)});
    auto message = end->agent.next_message();
    EXPECT_FALSE(end->agent.next_message()) << "two answers";
    while (auto event = end->agent.next_event()) end->events.push_back(std::move(*event));
    if (!message) return {};
    EXPECT_EQ(message->remote.address, from);
    const auto parsed = parse_message(message->octets);
    EXPECT_TRUE(parsed.ok());
    return Reply{message->octets, parsed->header, parsed->outer};
  }
  // In a word: nothing, "answer", or the notify.
  static std::string word(const std::optional<Reply>& reply) {
    if (!reply) return "";
    return reply->contents.sa ? "answer" : to_text(reply->contents.notifies.front().type);
  }
  std::string answer_to(const Init& init) { return word(say(octets(init), init.from)); }
  // As a peer that gets its messages.
  std::string answer_to_honest(Init init) {
    const auto reply = say(octets(init), init.from);
    if (word(reply) != "COOKIE") return word(reply);
    init.cookie = reply->contents.notifies.front().data;
    return answer_to(init);
  }
  void wait(TimeNs time) {
    now += time;
    while (end->agent.next_deadline() <= now) end->agent.advance(now);
  }
  std::uint64_t counter(Counter which) { return end->agent.counters()[which]; }
  // A request of a peer that has no IKE SA here.
  static Bytes stray(std::uint32_t id, bool response = false, std::uint8_t version = kIkeVersion) {
    Header header;
    header.initiator_spi = IkeSpi{0xAB};
    header.responder_spi = IkeSpi{0xCD};
    header.exchange = ExchangeType::kInformational;
    header.initiator = true;
    header.response = response;
    header.version = version;
    header.message_id = id;
    return *write_message(header, PayloadChain());
  }
  void use_up_errors() {
    unsigned answers = 0;
    for (unsigned i = 0; i < 100; ++i) answers += say(stray(i), host(200)) ? 1 : 0;
    EXPECT_LE(answers, 20U);
    EXPECT_FALSE(say(stray(100), host(200)));
  }
  // An authentic request on the half-open IKE SA that this answer has made.
  void say_protected(const Reply& answer, ExchangeType exchange, PayloadType first, View inner) {
    std::string line;
    for (const AgentEvent& event : end->events) {
      if (event.kind == AgentEventKind::kKeyLog) line = event.text;
    }
    std::vector<std::string> fields;
    for (std::size_t from = 0; fields.size() < 4; from = line.find(',', from) + 1) {
      fields.push_back(line.substr(from, line.find(',', from) - from));
    }
    IkeKeys keys;
    keys.sk_ei = std::move(*SecretBytes::from_hex(fields[2]));
    keys.sk_er = std::move(*SecretBytes::from_hex(fields[3]));
    auto sealer = Sealer::make(end->agent.sessions().back().suite, keys, Side::kInitiator);
    ASSERT_TRUE(sealer);
    Header header = answer.header;
    header.initiator = true;
    header.response = false;
    header.exchange = exchange;
    header.message_id = 1;
    SeededRandom random(5);
    auto sealed = sealer->seal(header, first, inner, kMaximumMessage, false, random);
    ASSERT_TRUE(sealed);
    EXPECT_TRUE(say(sealed->front()));
  }

  AgentConfig config;
  std::optional<End> end;
  TimeNs now = kSecond;
};

// A half-open IKE SA has one request.

TEST_F(Admission, AHalfOpenIkeSaEndsWithAnyRequestOtherThanIkeAuth) {
  config.key_log = true;
  begin();
  const auto answer = say(octets({}));
  ASSERT_EQ(word(answer), "answer");
  const auto again = say(octets({}));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->octets, answer->octets);
  PayloadChain inner;
  inner.append(NoncePayload{Bytes(32, 3)});
  say_protected(*answer, ExchangeType::kCreateChildSa, inner.first(), inner.octets());
  EXPECT_TRUE(end->agent.sessions().empty());
  EXPECT_EQ(end->count(AgentEventKind::kIkeFailed), 1U);
  // The first request, once more: nothing is left of what it began.
  const auto anew = say(octets({}));
  ASSERT_EQ(word(anew), "answer");
  EXPECT_NE(anew->header.responder_spi, answer->header.responder_spi);
}

TEST_F(Admission, AnIkeAuthThatIsNotUnderstoodIsTheEndToo) {
  config.key_log = true;
  begin();
  const auto answer = say(octets({}));
  ASSERT_EQ(word(answer), "answer");
  const Bytes critical{0, 0x80, 0, 4};
  say_protected(*answer, ExchangeType::kIkeAuth, PayloadType{200}, critical);
  EXPECT_TRUE(end->agent.sessions().empty());
  EXPECT_EQ(answer_to({}), "answer");
}

TEST(ReplyWindowTest, AnAnswerThatIsGoneIsNone) {
  ReplyWindow window;
  window.answered(0, {Bytes{1}});
  EXPECT_EQ(window.answer(0).size(), 1U);
  window.answered(1, {Bytes{2}});
  EXPECT_EQ(window.place(0), ReplyWindow::Place::kOutside);
  EXPECT_TRUE(window.answer(0).empty());
  EXPECT_TRUE(window.answer(7).empty());
}

TEST(FinishedInitsTest, AreSoManyAndNoMore) {
  FinishedInits finished;
  for (std::uint64_t i = 0; i <= FinishedInits::kMost; ++i) finished.add({i, i}, 10 * kSecond);
  EXPECT_FALSE(finished.has({0, 0}, 0));
  EXPECT_TRUE(finished.has({1, 1}, 0));
  EXPECT_FALSE(finished.has({1, 2}, 0));
  EXPECT_TRUE(finished.has({FinishedInits::kMost, FinishedInits::kMost}, 10 * kSecond - 1));
  EXPECT_FALSE(finished.has({FinishedInits::kMost, FinishedInits::kMost}, 10 * kSecond));
}

TEST(AddressRatesTest, AreOfThoseThatWereHeardLast) {
  AgentConfig config;
  config.init_rate_per_address = 1;
  AddressRates rates(config);
  const auto key = [](std::size_t number) {
    return AddressKey{4, {static_cast<std::uint8_t>(number >> 8U), static_cast<std::uint8_t>(number)}};
  };
  for (std::size_t i = 0; i < AddressRates::kMost; ++i) EXPECT_TRUE(rates.of(key(i)).inits.take(0));
  EXPECT_FALSE(rates.of(key(0)).inits.take(0));                   // the first is now the one that was heard last
  EXPECT_TRUE(rates.of(key(AddressRates::kMost)).inits.take(0));  // in the place of the second
  EXPECT_FALSE(rates.of(key(0)).inits.take(0));
  EXPECT_FALSE(rates.of(key(2)).inits.take(0));
  EXPECT_TRUE(rates.of(key(1)).inits.take(0));
}

// Half-open IKE SAs and cookies.

TEST_F(Admission, RequestsInThePeersNameDoNotLockItOut) {
  config.half_open_per_address = 4;
  begin();
  for (std::uint64_t spi = 1; spi <= 2; ++spi) EXPECT_EQ(answer_to({.spi = spi}), "answer");
  for (std::uint64_t spi = 3; spi <= 50; ++spi) EXPECT_EQ(answer_to({.spi = spi}), "COOKIE");
  EXPECT_EQ(end->agent.sessions().size(), 2U);
  EXPECT_EQ(answer_to({.spi = 51, .from = host(1)}), "answer");  // others notice nothing
  for (std::uint64_t spi = 101; spi <= 104; ++spi) EXPECT_EQ(answer_to_honest({.spi = spi}), "answer");
  EXPECT_EQ(counter(Counter::kRateRefused), 0U);
  // Now the peer itself has all that it may.
  EXPECT_EQ(answer_to_honest({.spi = 105}), "");
  EXPECT_EQ(counter(Counter::kRateRefused), 1U);
}

TEST_F(Admission, RequestsFromNowhereDoNotFillTheWholeAgent) {
  config.cookie_threshold = 8;
  config.half_open_limit = 3;
  begin();
  for (unsigned i = 1; i <= 3; ++i) EXPECT_EQ(answer_to({.spi = i, .from = host(i)}), "answer");
  for (unsigned i = 4; i <= 20; ++i) EXPECT_EQ(answer_to({.spi = i, .from = host(i)}), "COOKIE");
  for (unsigned i = 101; i <= 103; ++i) EXPECT_EQ(answer_to_honest({.spi = i, .from = host(i)}), "answer");
  EXPECT_EQ(answer_to_honest({.spi = 104, .from = host(104)}), "");
  EXPECT_EQ(counter(Counter::kHalfOpenRefused), 1U);
  EXPECT_EQ(end->agent.sessions().size(), 6U);
}

TEST_F(Admission, AllOfAnIpv6NetworkIsOneAddress) {
  config.half_open_per_address = 4;
  begin();
  EXPECT_EQ(answer_to({.spi = 1, .from = address("2001:db8::1")}), "answer");
  EXPECT_EQ(answer_to({.spi = 2, .from = address("2001:db8::2")}), "answer");
  EXPECT_EQ(answer_to({.spi = 3, .from = address("2001:db8::ffff:0:0:3")}), "COOKIE");
  EXPECT_EQ(answer_to({.spi = 4, .from = address("2001:db8:0:1::1")}), "answer");
}

TEST_F(Admission, AHalfOpenIkeSaIsForgottenAfterItsTime) {
  config.cookie_threshold = 2;
  config.half_open_time = 5 * kSecond;
  begin();
  EXPECT_EQ(answer_to({.spi = 1}), "answer");
  EXPECT_EQ(answer_to({.spi = 2}), "answer");
  EXPECT_EQ(answer_to({.spi = 3}), "COOKIE");
  wait(5 * kSecond - 1);
  EXPECT_EQ(end->agent.sessions().size(), 2U);
  wait(1);
  EXPECT_TRUE(end->agent.sessions().empty());
  EXPECT_EQ(answer_to({.spi = 1}), "answer");  // a peer that heard none of our answers still asks
}

TEST_F(Admission, ACookieIsGoodForItsRequestAndItsTime) {
  config.cookie_threshold = 0;
  begin();
  const auto asked = say(octets({}));
  ASSERT_EQ(word(asked), "COOKIE");
  EXPECT_EQ(asked->header.responder_spi, IkeSpi{});
  EXPECT_TRUE(asked->header.response);
  const Bytes cookie = asked->contents.notifies.front().data;
  Bytes wrong = cookie;
  wrong.back() ^= 1U;
  EXPECT_EQ(answer_to({.cookie = wrong}), "COOKIE");
  EXPECT_EQ(answer_to({.from = host(1), .cookie = cookie}), "COOKIE");
  EXPECT_EQ(answer_to({.spi = 2, .cookie = cookie}), "COOKIE");
  EXPECT_TRUE(end->agent.sessions().empty());
  wait(61 * kSecond);
  EXPECT_EQ(answer_to({.cookie = cookie}), "answer");
  EXPECT_EQ(counter(Counter::kCookiesAsked), 4U);
  // An hour without any request ages it as well.
  const auto asked_later = say(octets({.spi = 3}));
  ASSERT_EQ(word(asked_later), "COOKIE");
  wait(3'600 * kSecond);
  EXPECT_EQ(answer_to({.spi = 3, .cookie = asked_later->contents.notifies.front().data}), "COOKIE");
}

// Rates.

TEST_F(Admission, AnAddressThatAsksTooOftenHasToProveItself) {
  config.init_rate_per_address = 3;
  begin();
  // Another group: no half-open IKE SA comes of it.
  const auto other_group = [&](std::uint64_t spi, const IpAddress& from) {
    return answer_to({.spi = spi, .from = from, .method = KeMethod::kModp2048, .value = Bytes(256, 1)});
  };
  for (unsigned i = 1; i <= 3; ++i) EXPECT_EQ(other_group(i, kAddressA), "INVALID_KE_PAYLOAD");
  for (unsigned i = 4; i <= 9; ++i) EXPECT_EQ(other_group(i, kAddressA), "COOKIE");
  EXPECT_EQ(other_group(10, host(1)), "INVALID_KE_PAYLOAD");
  EXPECT_EQ(answer_to_honest({.spi = 11}), "answer");
  wait(kSecond);
  for (unsigned i = 12; i <= 14; ++i) EXPECT_EQ(other_group(i, kAddressA), "INVALID_KE_PAYLOAD");
  EXPECT_EQ(other_group(15, kAddressA), "COOKIE");
}

TEST_F(Admission, NobodyElseUsesUpTheQuestionForAnotherGroup) {
  config.init_rate_per_address = 0;
  begin();
  use_up_errors();
  unsigned told = 0;
  Init init{.method = KeMethod::kModp2048, .value = Bytes(256, 1)};
  for (init.spi = 1; init.spi <= 50; ++init.spi) told += answer_to(init) == "INVALID_KE_PAYLOAD" ? 1 : 0;
  EXPECT_EQ(told, 10U);
  init.from = host(1);
  EXPECT_EQ(answer_to(init), "INVALID_KE_PAYLOAD");
}

TEST_F(Admission, APeerThatProvedItsAddressIsAlwaysAskedForAnotherGroup) {
  config.cookie_threshold = 0;
  begin();
  use_up_errors();
  for (unsigned i = 1; i <= 15; ++i) {
    EXPECT_EQ(answer_to_honest({.spi = i, .method = KeMethod::kModp2048, .value = Bytes(256, 1)}),
              "INVALID_KE_PAYLOAD");
  }
}

TEST_F(Admission, NothingIsComputedForAValueOfTheWrongSize) {
  begin();
  End twin(config, 1, 64, 8);
  EXPECT_EQ(answer_to({.value = Bytes(31, 9)}), "INVALID_SYNTAX");
  EXPECT_EQ(answer_to({.value = Bytes(33, 9)}), "INVALID_SYNTAX");
  // No private value was drawn.
  std::array<std::uint8_t, 8> drawn{};
  std::array<std::uint8_t, 8> of_twin{};
  end->random.fill(drawn);
  twin.random.fill(of_twin);
  EXPECT_EQ(drawn, of_twin);
}

TEST_F(Admission, KeyExchangesThatComeToNothingHaveCookiesAskedFor) {
  config.cookie_threshold = 3;
  begin();
  for (unsigned i = 1; i <= 3; ++i) {
    EXPECT_EQ(answer_to({.spi = i, .from = host(i), .value = kZeros}), "INVALID_SYNTAX");
  }
  EXPECT_TRUE(end->agent.sessions().empty());
  EXPECT_EQ(answer_to({.spi = 4, .from = host(4), .value = kZeros}), "COOKIE");
  EXPECT_EQ(answer_to_honest({.spi = 5, .from = host(5)}), "answer");
  wait(config.half_open_time);
  EXPECT_EQ(answer_to({.spi = 6, .from = host(6)}), "answer");
}

TEST_F(Admission, AnAddressHasOnlySoManyKeyExchangesThatComeToNothing) {
  config.cookie_threshold = 0;
  config.half_open_per_address = 2;
  begin();
  // In its name, without its cookies: not its fault.
  for (unsigned i = 1; i <= 9; ++i) EXPECT_EQ(answer_to({.spi = i, .value = kZeros}), "COOKIE");
  for (unsigned i = 11; i <= 12; ++i) EXPECT_EQ(answer_to_honest({.spi = i, .value = kZeros}), "INVALID_SYNTAX");
  EXPECT_EQ(answer_to_honest({.spi = 13, .value = kZeros}), "");
  EXPECT_EQ(counter(Counter::kRateRefused), 1U);
  EXPECT_EQ(answer_to_honest({.spi = 14, .from = host(1)}), "answer");
  wait(config.half_open_time);
  EXPECT_EQ(answer_to_honest({.spi = 15}), "answer");
}

TEST_F(Admission, FailuresInThePeersNameDoNotLockItOut) {
  config.cookie_threshold = 100;
  config.half_open_per_address = 2;
  begin();
  for (unsigned i = 1; i <= 10; ++i) EXPECT_EQ(answer_to({.spi = i, .value = kZeros}), "INVALID_SYNTAX");
  EXPECT_EQ(answer_to({.spi = 11, .value = kZeros}), "COOKIE");
  EXPECT_EQ(answer_to_honest({.spi = 12}), "answer");
}

// Errors outside of SK.

TEST_F(Admission, AnUnknownSpiIsToldWithAMeasure) {
  begin();
  const auto reply = say(stray(7));
  ASSERT_EQ(word(reply), "INVALID_IKE_SPI");
  EXPECT_EQ(reply->header.initiator_spi, IkeSpi{0xAB});
  EXPECT_EQ(reply->header.responder_spi, IkeSpi{0xCD});
  EXPECT_EQ(reply->header.message_id, 7U);
  EXPECT_EQ(reply->header.exchange, ExchangeType::kInformational);
  EXPECT_TRUE(reply->header.response);
  EXPECT_FALSE(reply->header.initiator);
  EXPECT_FALSE(say(stray(8, true)));
  EXPECT_EQ(counter(Counter::kUnknownSpi), 2U);
  use_up_errors();
  wait(kSecond);
  EXPECT_EQ(word(say(stray(9))), "INVALID_IKE_SPI");
}

TEST_F(Admission, OnlyHigherVersionsAreAnswered) {
  begin();
  const auto reply = say(stray(7, false, 0x30));
  ASSERT_EQ(word(reply), "INVALID_MAJOR_VERSION");
  EXPECT_EQ(reply->header.version, kIkeVersion);
  EXPECT_TRUE(reply->header.response);
  EXPECT_EQ(reply->header.message_id, 7U);
  EXPECT_EQ(word(say(stray(7, false, 0xF0))), "INVALID_MAJOR_VERSION");
  EXPECT_FALSE(say(stray(7, true, 0x30)));
  EXPECT_FALSE(say(stray(7, false, 0x10)));
  EXPECT_FALSE(say(stray(7, false, 0x00)));
  EXPECT_EQ(word(say(stray(7, false, 0x2F))), "INVALID_IKE_SPI");  // a minor version is no matter
}

TEST_F(Admission, AnUnknownCriticalPayloadInTheFirstRequestIsTold) {
  begin();
  // In front of all others.
  const auto with = [&](std::uint8_t flags) {
    Bytes datagram = octets({});
    const Bytes unknown{datagram[16], flags, 0, 4};
    datagram.insert(datagram.begin() + kHeaderSize, unknown.begin(), unknown.end());
    datagram[16] = 200;
    datagram[26] = static_cast<std::uint8_t>(datagram.size() >> 8U);
    datagram[27] = static_cast<std::uint8_t>(datagram.size());
    return datagram;
  };
  const auto reply = say(with(0x80));
  ASSERT_EQ(word(reply), "UNSUPPORTED_CRITICAL_PAYLOAD");
  EXPECT_EQ(reply->contents.notifies.front().data, Bytes{200});
  EXPECT_TRUE(reply->header.response);
  EXPECT_EQ(reply->header.initiator_spi, IkeSpi{1});
  EXPECT_EQ(reply->header.responder_spi, IkeSpi{});
  Bytes response = with(0x80);
  response[19] = 0x28;
  EXPECT_FALSE(say(response));
  Bytes other_exchange = with(0x80);
  other_exchange[18] = static_cast<std::uint8_t>(ExchangeType::kIkeAuth);
  EXPECT_FALSE(say(other_exchange));
  use_up_errors();
  EXPECT_FALSE(say(with(0x80)));
  EXPECT_EQ(word(say(with(0x00))), "answer");
}

TEST_F(Admission, WhatCannotBeReadIsNotAnswered) {
  begin();
  Bytes datagram = octets({});
  datagram[kHeaderSize + 3] = 1;  // a payload of one octet
  EXPECT_FALSE(say(datagram));
  datagram = octets({});
  datagram.pop_back();
  EXPECT_FALSE(say(datagram));
  EXPECT_EQ(counter(Counter::kMalformed), 2U);
}

// Two agents.

PairWorld::Terms terms() { return {}; }

TEST(AdmissionWorld, ALateCopyOfTheFirstRequestBeginsNothing) {
  PairWorld world(terms());
  ASSERT_TRUE(world.load(psk_connection(true), psk_connection(false)));
  std::optional<UdpMessage> first;
  world.on_the_way = [&](bool from_a, const UdpMessage& message) -> std::optional<UdpMessage> {
    if (from_a && !first) first = message;
    return message;
  };
  ASSERT_TRUE(world.a.agent.initiate(world.now, "to-b"));
  world.run_for(2 * kSecond);
  ASSERT_EQ(world.b.count(AgentEventKind::kChildUp), 1U);
  std::swap(first->local, first->remote);
  world.b.agent.receive(world.now, *first);
  EXPECT_EQ(world.b.agent.sessions().size(), 1U);
  EXPECT_FALSE(world.b.agent.next_message());
  EXPECT_EQ(world.b.agent.counters()[Counter::kOutsideWindow], 1U);
  // Not for ever: a copy so late is rather somebody's, and costs what any first request costs.
  world.run_for(AgentConfig().half_open_time);
  world.b.agent.receive(world.now, *first);
  EXPECT_EQ(world.b.agent.sessions().size(), 2U);
}

TEST(AdmissionWorld, AConnectionTakesOnlyItsOwnProposals) {
  ConnectionConfig a = psk_connection(true);
  a.proposals = *parse_ike_proposals("aes128gcm16-prfsha256-x25519");
  ConnectionConfig lax = psk_connection(false);
  lax.proposals = a.proposals;
  lax.credentials.remote_id = *IdentityPattern::parse("somebody.else.org");
  ConnectionConfig strict = psk_connection(false);
  strict.name = "strict";
  strict.owner = Owner{2};
  strict.proposals = *parse_ike_proposals("aes256gcm16-prfsha256-x25519");
  for (const bool may : {false, true}) {
    PairWorld world(terms());
    if (may) strict.proposals = *parse_ike_proposals("aes256gcm16-prfsha256-x25519,aes128gcm16-prfsha256-x25519");
    ASSERT_TRUE(world.load(a, lax));
    ASSERT_TRUE(world.b.agent.load(strict));
    ASSERT_TRUE(world.a.agent.initiate(world.now, "to-b"));
    world.run_for(2 * kSecond);
    EXPECT_EQ(world.b.count(AgentEventKind::kIkeUp), may ? 1U : 0U) << world.b.log();
    EXPECT_EQ(world.b.count(AgentEventKind::kIkeFailed), may ? 0U : 1U) << world.b.log();
    EXPECT_NE(world.a.log().find(may ? "ike_up" : "refused: AUTHENTICATION_FAILED"), std::string::npos)
        << world.a.log();
  }
}

// An agent at A's address in the place of the one that was there, which says no more.
void talk(PairWorld& world, End& anew) {
  for (bool any = true; any;) {
    any = false;
    while (auto message = anew.agent.next_message()) {
      any = true;
      std::swap(message->local, message->remote);
      world.b.agent.receive(world.now, *message);
    }
    while (auto message = world.b.agent.next_message()) {
      any = true;
      std::swap(message->local, message->remote);
      anew.agent.receive(world.now, *message);
    }
  }
  for (End* end : {&anew, &world.b}) {
    while (auto event = end->agent.next_event()) end->events.push_back(std::move(*event));
  }
}

class FullTable : public ::testing::Test {
 protected:
  // The peer's three Child SAs are all that B has room for.
  void fill() {
    PairWorld::Terms full = terms();
    full.pairs = 4;
    full.reserve = 1;
    full.b.full_watermark = 700;
    world.emplace(full);
    ConnectionConfig b = psk_connection(false);
    b.remote.reset();
    ASSERT_TRUE(world->load(psk_connection(true), b));
    ASSERT_TRUE(world->a.agent.initiate(world->now, "to-b"));
    world->run_for(2 * kSecond);
    for (int i = 0; i < 2; ++i) {
      ASSERT_TRUE(world->a.agent.initiate_child(world->now, world->a.agent.sessions().front().id, "net"));
      world->run_for(kSecond);
    }
    ASSERT_EQ(world->b.backend.size(), 3U) << world->b.log();
    ASSERT_TRUE(anew.agent.load(psk_connection(true)));
  }

  std::optional<PairWorld> world;
  End anew{AgentConfig(), 77, 4, 1};
};

TEST_F(FullTable, APeerThatStartsAnewGetsInWhereItsOwnOldOnesFillTheTable) {
  fill();
  ASSERT_TRUE(anew.agent.initiate(world->now, "to-b"));
  talk(*world, anew);
  EXPECT_EQ(world->b.agent.counters()[Counter::kCookiesAsked], 1U);
  EXPECT_EQ(anew.count(AgentEventKind::kIkeUp), 1U) << anew.log();
  EXPECT_EQ(anew.count(AgentEventKind::kChildUp), 1U) << anew.log() << world->b.log();
  ASSERT_EQ(world->b.agent.sessions().size(), 1U);
  EXPECT_EQ(world->b.backend.size(), 1U);
  EXPECT_EQ(world->b.count(AgentEventKind::kIkeDown), 1U);
  EXPECT_EQ(world->b.count(AgentEventKind::kChildDown), 3U);
  EXPECT_TRUE(world->b.backend.complaints().empty());
  // And what was there is not any more.
  world->run_for(kSecond);
  EXPECT_EQ(world->b.agent.sessions().size(), 1U);
}

TEST_F(FullTable, NobodyElseIsAnswered) {
  fill();
  ASSERT_TRUE(anew.agent.initiate(world->now, "to-b"));
  auto message = anew.agent.next_message();
  ASSERT_TRUE(message);
  message->local.address = host(1);
  std::swap(message->local, message->remote);
  world->b.agent.receive(world->now, *message);
  EXPECT_FALSE(world->b.agent.next_message());
  EXPECT_EQ(world->b.agent.counters()[Counter::kHalfOpenRefused], 1U);
  EXPECT_EQ(world->b.agent.sessions().size(), 1U);
}

}  // namespace
}  // namespace sallyport::ike::testing
