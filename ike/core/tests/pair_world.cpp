#include "pair_world.hpp"

#include <algorithm>
#include <utility>

namespace sallyport::ike::testing {

std::size_t End::count(AgentEventKind kind) const {
  return static_cast<std::size_t>(
      std::count_if(events.begin(), events.end(), [kind](const AgentEvent& event) { return event.kind == kind; }));
}

std::string End::log() const {
  std::string text;
  for (const AgentEvent& event : events) {
    text += std::to_string(event.time / kMillisecond) + " ms " + std::string(name(event.kind)) + " " + event.child +
            " " + event.text + "\n";
  }
  return text;
}

PairWorld::PairWorld(const Terms& terms)
    : a(terms.a, terms.seed * 2, terms.pairs, terms.reserve),
      b(terms.b, terms.seed * 2 + 1, terms.pairs, terms.reserve),
      network(terms.network),
      random_(~terms.seed),
      guard_(terms.guard) {}

Result<void> PairWorld::load(const ConnectionConfig& for_a, const ConnectionConfig& for_b) {
  if (auto loaded = a.agent.load(for_a); !loaded) return loaded.error();
  if (auto loaded = b.agent.load(for_b); !loaded) return loaded.error();
  return {};
}

void PairWorld::put_on_link(Arrival arrival) {
  const auto arrives = [&] { return now + network.delay + (network.jitter > 0 ? random_.below(network.jitter) : 0); };
  if (network.doubled > 0 && random_.below(1'000) < network.doubled) link_.emplace(arrives(), arrival);
  if (network.loss > 0 && random_.below(1'000) < network.loss) {
    if (arrival.esp) ++(arrival.to_b ? a : b).packets.lost_on_link;
    return;
  }
  link_.emplace(arrives(), std::move(arrival));
}

void PairWorld::collect(End& end) {
  const bool from_a = &end == &a;
  while (auto message = end.agent.next_message()) {
    std::optional<UdpMessage> sent = std::move(message);
    if (on_the_way) sent = on_the_way(from_a, *sent);
    if (!sent) continue;
    std::swap(sent->local, sent->remote);  // as the other end sees it
    put_on_link({from_a, std::move(*sent), false, {}, {}, 0});
  }
  while (auto event = end.agent.next_event()) end.events.push_back(std::move(*event));
  std::size_t draining = 0;
  for (const auto& entry : end.backend.pairs()) draining += entry.second.state == PairState::kDraining ? 1 : 0;
  if (draining > draining_[&end]) drains_.emplace(now + guard_, &end);
  draining_[&end] = draining;
}

void PairWorld::check_limits(End& end, RecordedPair& pair) {
  const ChildHandle handle = end.backend.handle_of(pair);
  const bool soft = pair.usage.octets_out >= pair.soft_out || pair.usage.octets_in >= pair.soft_in;
  if (soft && !pair.told_soft) {
    pair.told_soft = true;
    end.agent.on_child_event(now, {handle, ChildEventKind::kSoft});
  }
}

void PairWorld::send_packet(End& from, std::uint64_t octets) {
  ++from.packets.sent;
  RecordedPair* pair = from.backend.outbound();
  if (pair == nullptr) {
    ++from.packets.nothing_to_send_on;
    return;
  }
  const std::uint64_t hard = pair->config.limits.octets;
  if (hard > 0 && pair->usage.octets_out + octets > hard) {
    ++from.packets.past_hard;
    if (!pair->told_hard) {
      pair->told_hard = true;
      from.agent.on_child_event(now, {from.backend.handle_of(*pair), ChildEventKind::kHard});
      collect(from);
    }
    return;
  }
  pair->usage.octets_out += octets;
  ++pair->usage.packets_out;
  const View key = pair->config.outbound.key.expose();
  put_on_link({&from == &a, {}, true, pair->config.outbound_spi, {key.begin(), key.end()}, octets});
  check_limits(from, *pair);
  collect(from);
}

void PairWorld::traffic(End& from, TimeNs interval, std::uint64_t octets) {
  sources_[&from] = {interval, interval > 0 ? now + interval : kNever, octets};
}

void PairWorld::arrive(Arrival& arrival) {
  End& to = arrival.to_b ? b : a;
  if (!arrival.esp) {
    to.agent.receive(now, arrival.message);
    collect(to);
    return;
  }
  PacketCounts& counts = other(to).packets;
  RecordedPair* pair = to.backend.inbound(arrival.spi);
  if (pair == nullptr || pair->state == PairState::kReserved) {
    ++counts.no_sa;
    return;
  }
  const View key = pair->config.inbound.key.expose();
  if (!std::equal(key.begin(), key.end(), arrival.key.begin(), arrival.key.end())) {
    ++counts.wrong_key;
    return;
  }
  ++counts.delivered;
  pair->usage.octets_in += arrival.octets;
  ++pair->usage.packets_in;
  const ChildHandle handle = to.backend.handle_of(*pair);
  if (!pair->heard) {
    pair->heard = true;
    to.agent.on_child_event(now, {handle, ChildEventKind::kFirstPacket});
  }
  if (RecordedPair* still = to.backend.find(handle)) check_limits(to, *still);
  collect(to);
}

void PairWorld::advance(End& end) {
  end.agent.advance(now);
  collect(end);
}

void PairWorld::run_until(TimeNs end, const std::function<bool()>& done) {
  collect(a);
  collect(b);
  while (!done || !done()) {
    TimeNs next = std::min(a.agent.next_deadline(), b.agent.next_deadline());
    if (!link_.empty()) next = std::min(next, link_.begin()->first);
    if (!drains_.empty()) next = std::min(next, drains_.begin()->first);
    for (const auto& source : sources_) next = std::min(next, source.second.next);
    if (next > end) {
      now = end;
      return;
    }
    now = std::max(now, next);
    while (!link_.empty() && link_.begin()->first <= now) {
      auto taken = link_.extract(link_.begin());
      arrive(taken.mapped());
    }
    while (!drains_.empty() && drains_.begin()->first <= now) {
      drains_.begin()->second->backend.drain();
      draining_[drains_.begin()->second] = 0;
      drains_.erase(drains_.begin());
    }
    for (End* sender : {&a, &b}) {
      Source& source = sources_[sender];
      if (source.interval == 0 || source.next > now) continue;
      source.next = now + source.interval;
      send_packet(*sender, source.octets);
    }
    for (End* agent : {&a, &b}) {
      if (agent->agent.next_deadline() <= now) advance(*agent);
    }
  }
}

ConnectionConfig psk_connection(bool of_a) {
  ConnectionConfig config;
  config.name = of_a ? "to-b" : "to-a";
  config.owner = Owner{1};
  config.local = of_a ? kAddressA : kAddressB;
  config.remote = of_a ? kAddressB : kAddressA;
  auto secrets = std::make_shared<PskStore>();
  static constexpr std::array<std::uint8_t, 16> kSecret{'b', 'o', 't', 'h', ' ', 'e', 'n', 'd',
                                                        's', ' ', 'k', 'n', 'o', 'w', ' ', 'i'};
  auto secret = SharedSecret::from_octets(kSecret);
  secrets->add({}, std::move(*secret));
  config.credentials.local_id = *Identity::parse(of_a ? "a.example.org" : "b.example.org");
  config.credentials.remote_id = *IdentityPattern::parse(of_a ? "b.example.org" : "a.example.org");
  config.credentials.secrets = std::move(secrets);
  ChildConfig child;
  child.name = "net";
  child.local = {Selector::of(*IpPrefix::parse(of_a ? "10.1.0.0/16" : "10.2.0.0/16"))};
  child.remote = {Selector::of(*IpPrefix::parse(of_a ? "10.2.0.0/16" : "10.1.0.0/16"))};
  child.start = true;
  config.children.push_back(std::move(child));
  return config;
}

}  // namespace sallyport::ike::testing
