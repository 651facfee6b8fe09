// Every order in which messages of two ends can arrive, with one of them lost and one timer that fires early: not
// samples, all of them. Each way is walked from the start; what was chosen is a list of numbers, and a failure prints
// it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <sstream>

#include "pair_world.hpp"

namespace sallyport::ike::testing {
namespace {

/// A list of choices; walks all of them.
class Choices {
 public:
  unsigned choose(unsigned options) {
    if (at_ == path_.size()) {
      path_.push_back(0);
      options_.push_back(options);
    }
    return path_[at_++];
  }
  /// The next list; false after the last.
  bool next() {
    at_ = 0;
    while (!path_.empty() && path_.back() + 1 == options_.back()) {
      path_.pop_back();
      options_.pop_back();
    }
    if (path_.empty()) return false;
    ++path_.back();
    return true;
  }
  [[nodiscard]] std::string to_string() const {
    std::ostringstream text;
    for (const unsigned choice : path_) text << choice << ' ';
    return text.str();
  }

 private:
  std::vector<unsigned> path_;
  std::vector<unsigned> options_;
  std::size_t at_ = 0;
};

using Action = std::function<void(End&, TimeNs)>;

void rekey_child(End& end, TimeNs now) {
  const SessionReport session = end.agent.sessions().front();
  if (!session.children.empty()) {
    static_cast<void>(end.agent.rekey_child(now, session.id, session.children.front().id));
  }
}

void rekey_ike(End& end, TimeNs now) { static_cast<void>(end.agent.rekey_ike(now, end.agent.sessions().front().id)); }

void delete_child(End& end, TimeNs now) {
  const SessionReport session = end.agent.sessions().front();
  if (!session.children.empty()) {
    static_cast<void>(end.agent.delete_child(now, session.id, session.children.front().id));
  }
}

struct Script {
  const char* name;
  Action of_a;
  Action of_b;
  unsigned losses;
  unsigned timers;
  bool may_end_empty;  // a user deleted the child
};

// For GoogleTest's messages.
void PrintTo(const Script& script, std::ostream* out) { *out << script.name; }

class SmallWorld : public ::testing::TestWithParam<Script> {
 protected:
  struct Flight {
    bool to_b;
    UdpMessage message;
  };

  // One way through. Messages are caught and delivered by hand.
  void walk(Choices& choices) {
    const Script& script = GetParam();
    PairWorld::Terms terms;
    PairWorld world(terms);
    ConnectionConfig a = psk_connection(true);
    ConnectionConfig b = psk_connection(false);
    for (ConnectionConfig* config : {&a, &b}) {
      config->rekey_time = 0;
      config->children.front().proposals = *parse_esp_proposals("aes128gcm16-noesn");
      config->counts.t_ike = 200 * kMillisecond;
    }
    ASSERT_TRUE(world.load(a, b));
    ASSERT_TRUE(world.a.agent.initiate(world.now, "to-b"));
    world.run_for(2 * kSecond);

    std::vector<Flight> flying;
    bool catching = true;
    world.on_the_way = [&](bool from_a, const UdpMessage& message) -> std::optional<UdpMessage> {
      if (!catching) return message;
      UdpMessage seen = message;
      std::swap(seen.local, seen.remote);
      flying.push_back({from_a, std::move(seen)});
      return {};
    };
    std::vector<std::pair<Action, End*>> actions{{script.of_a, &world.a}, {script.of_b, &world.b}};
    unsigned losses = script.losses;
    unsigned timers = script.timers;
    for (int step = 0; step < 60; ++step) {
      const auto arrivals = static_cast<unsigned>(flying.size());
      const auto acts = static_cast<unsigned>(actions.size());
      const unsigned lost = losses > 0 ? arrivals : 0;
      const unsigned timer = timers > 0 && arrivals > 0 ? 1 : 0;
      const unsigned options = arrivals + acts + lost + timer;
      if (options == 0) break;
      unsigned choice = options == 1 ? 0 : choices.choose(options);
      if (choice < acts) {
        const auto [action, end] = actions[choice];
        actions.erase(actions.begin() + choice);
        action(*end, world.now);
        world.run_for(0);
        continue;
      }
      choice -= acts;
      if (choice < arrivals) {
        const Flight flight = flying[choice];
        flying.erase(flying.begin() + choice);
        (flight.to_b ? world.b : world.a).agent.receive(world.now, flight.message);
        world.run_for(0);
        continue;
      }
      choice -= arrivals;
      if (choice < lost) {
        --losses;
        flying.erase(flying.begin() + choice);
        continue;
      }
      --timers;
      const TimeNs next = std::min(world.a.agent.next_deadline(), world.b.agent.next_deadline());
      world.run_until(std::min(next, world.now + kSecond));
    }
    catching = false;
    world.run_for(60 * kSecond);
    check(world);
  }

  static void check(PairWorld& world) {
    ASSERT_EQ(world.a.agent.sessions().size(), 1U);
    ASSERT_EQ(world.b.agent.sessions().size(), 1U);
    const SessionReport a = world.a.agent.sessions().front();
    const SessionReport b = world.b.agent.sessions().front();
    EXPECT_EQ(a.initiator_spi, b.initiator_spi);
    EXPECT_EQ(a.responder_spi, b.responder_spi);
    ASSERT_EQ(a.children.size(), b.children.size());
    for (const End* end : {&world.a, &world.b}) {
      EXPECT_TRUE(end->backend.complaints().empty()) << end->backend.complaints().front();
      EXPECT_EQ(end->backend.size(), a.children.size());
    }
    if (a.children.empty() && GetParam().may_end_empty) return;
    ASSERT_EQ(a.children.size(), 1U);
    EXPECT_EQ(a.children.front().spi_in, b.children.front().spi_out);
    EXPECT_EQ(a.children.front().spi_out, b.children.front().spi_in);
    world.send_packet(world.a, 100);
    world.send_packet(world.b, 100);
    world.run_for(kSecond);
    EXPECT_EQ(world.a.packets.delivered, 1U);
    EXPECT_EQ(world.b.packets.delivered, 1U);
  }
};

TEST_P(SmallWorld, EveryOrderEndsWithOneWorkingPair) {
  // A limit for a run in between; without it all.
  const char* limit = std::getenv("SALLYPORT_WAYS");
  const std::uint64_t most = limit == nullptr ? 3'000 : std::strtoull(limit, nullptr, 10);
  Choices choices;
  std::uint64_t ways = 0;
  bool more = true;
  for (; more && ways < most; ++ways) {
    walk(choices);
    if (HasFailure()) {
      ADD_FAILURE() << GetParam().name << ": way " << ways << ", choices " << choices.to_string();
      return;
    }
    more = choices.next();
  }
  std::printf("%s: %llu ways%s\n", GetParam().name, static_cast<unsigned long long>(ways),
              more ? ", not all" : ", all");
}

INSTANTIATE_TEST_SUITE_P(Scripts, SmallWorld,
                         ::testing::Values(Script{"both_rekey_the_child", rekey_child, rekey_child, 1, 0, false},
                                           Script{"both_rekey_the_child_timer", rekey_child, rekey_child, 0, 1, false},
                                           Script{"child_and_ike_timer", rekey_child, rekey_ike, 0, 1, false},
                                           Script{"both_rekey_the_ike_sa_timer", rekey_ike, rekey_ike, 0, 1, false},
                                           Script{"child_and_ike", rekey_child, rekey_ike, 1, 0, false},
                                           Script{"both_rekey_the_ike_sa", rekey_ike, rekey_ike, 1, 0, false},
                                           Script{"rekey_and_delete", rekey_child, delete_child, 1, 0, true},
                                           Script{"both_delete", delete_child, delete_child, 1, 0, true}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace sallyport::ike::testing
