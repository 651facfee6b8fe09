// Many rekeys over networks that lose, double and reorder: two Sallyports, lifetimes agreed on, hardware limits.
#include <gtest/gtest.h>

#include <cstdlib>

#include "pair_world.hpp"

namespace sallyport::ike::testing {
namespace {

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

struct Case {
  const char* name;
  unsigned loss;  // in 1/1,000, each way
  unsigned doubled;
  TimeNs jitter;
  bool both_ways;
};

class Loss : public ::testing::TestWithParam<Case> {};

TEST_P(Loss, RekeysAreExactAndNothingIsLostButOnTheLink) {
  const Case& c = GetParam();
  const std::uint64_t seed = from_environment("SALLYPORT_SEED", 7);
  const std::uint64_t rekeys = from_environment("SALLYPORT_REKEYS", 100);
  SCOPED_TRACE("SALLYPORT_SEED=" + std::to_string(seed) + " SALLYPORT_REKEYS=" + std::to_string(rekeys));
  PairWorld::Terms terms;
  terms.seed = seed;
  terms.network = {10 * kMillisecond, c.jitter, c.loss, c.doubled};
  PairWorld world(terms);
  ConnectionConfig a = psk_connection(true);
  ConnectionConfig b = psk_connection(false);
  // 1,000-octet packets every millisecond: 1 MB/s, which is M.
  const TimeNs rtt = 2 * (terms.network.delay + c.jitter);
  const ExchangeTime sized =
      exchange_time(sallyport_schedule(rtt), rtt, {.loss = c.loss * 1'000'000U, .missed = 1'000});
  for (ConnectionConfig* config : {&a, &b}) {
    config->counts.peak = {1'000'000, 1'000};
    config->counts.t_ike = 3 * sized.time;  // an IKE SA's rekey and a Delete may be in front of it in the window
    config->rekey_time = 0;
    const std::uint64_t seconds = std::max<std::uint64_t>(60, 4 * config->counts.t_ike / kSecond);  // rule 8
    config->children.front().limits.octets = seconds * 1'000'000;
  }
  const Result<void> loaded = world.load(a, b);
  ASSERT_TRUE(loaded) << loaded.error().text;
  ASSERT_TRUE(world.a.agent.initiate(world.now, "to-b"));
  world.run_until(600 * kSecond, [&] {
    return world.a.count(AgentEventKind::kChildUp) > 0 && world.b.count(AgentEventKind::kChildUp) > 0;
  });
  ASSERT_EQ(world.a.agent.sessions().size(), 1U) << world.a.log();
  world.run_for(2 * kSecond);
  world.traffic(world.a, kMillisecond, 1'000);
  if (c.both_ways) world.traffic(world.b, kMillisecond, 1'000);
  const auto done = [&] {
    return world.a.agent.counters()[Counter::kRekeysOurs] + world.b.agent.counters()[Counter::kRekeysOurs];
  };
  std::uint64_t ike_rekeys = 0;
  for (std::uint64_t rounds = 0; done() < rekeys && rounds < 1'000 * rekeys; ++rounds) {
    world.run_for(kSecond);
    ASSERT_EQ(world.a.agent.sessions().size(), 1U) << world.a.log();
    ASSERT_EQ(world.b.agent.sessions().size(), 1U) << world.b.log();
    // An IKE SA's rekey per 100 of them, from either end.
    if (done() / 100 > ike_rekeys) {
      End& end = ++ike_rekeys % 2 == 0 ? world.a : world.b;
      ASSERT_TRUE(end.agent.rekey_ike(world.now, end.agent.sessions().front().id));
    }
  }
  world.traffic(world.a, 0, 0);
  world.traffic(world.b, 0, 0);
  world.run_for(120 * kSecond);
  EXPECT_GE(done(), rekeys);
  const std::uint64_t collisions = world.a.agent.counters()[Counter::kCollisions];
  if (c.loss == 0) {
    EXPECT_EQ(collisions, 0U);
  }
  for (End* end : {&world.a, &world.b}) {
    EXPECT_EQ(end->backend.size(), 1U) << "orphans\n" << end->log();
    EXPECT_TRUE(end->backend.complaints().empty()) << end->backend.complaints().front();
    EXPECT_GT(end->agent.counters()[Counter::kCountNegotiated], rekeys);
    EXPECT_EQ(end->packets.no_sa, 0U);
    EXPECT_EQ(end->packets.wrong_key, 0U);
    EXPECT_EQ(end->packets.past_hard, 0U);
    EXPECT_EQ(end->packets.nothing_to_send_on, 0U);
    EXPECT_EQ(end->packets.sent, end->packets.delivered + end->packets.lost_on_link);
  }
  std::printf(
      "%s: %llu rekeys, %llu IKE rekeys, collisions %llu, timeouts %llu, link losses %llu, T_ike sized %.2f s\n",
      c.name, static_cast<unsigned long long>(done()),
      static_cast<unsigned long long>(world.a.agent.counters()[Counter::kIkeRekeys]),
      static_cast<unsigned long long>(collisions),
      static_cast<unsigned long long>(world.a.agent.counters()[Counter::kTimeouts] +
                                      world.b.agent.counters()[Counter::kTimeouts]),
      static_cast<unsigned long long>(world.a.packets.lost_on_link + world.b.packets.lost_on_link),
      static_cast<double>(sized.time) / 1e9);
}

INSTANTIATE_TEST_SUITE_P(Networks, Loss,
                         ::testing::Values(Case{"symmetric", 0, 0, 0, true}, Case{"asymmetric", 0, 0, 0, false},
                                           Case{"reordered", 0, 0, 20 * kMillisecond, true},
                                           Case{"loss1", 10, 0, 0, true},
                                           Case{"loss10", 100, 0, 5 * kMillisecond, true},
                                           Case{"loss30", 300, 0, 0, true}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace sallyport::ike::testing
