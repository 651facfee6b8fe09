#include "accel_world.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "sallyport/packet.hpp"

namespace sallyport::ike::testing {

namespace {

constexpr std::size_t kHeaders = 28;  // IPv4 and UDP

[[noreturn]] void stop(const std::string& text) {
  std::fprintf(stderr, "the world cannot be: %s\n", text.c_str());
  std::abort();
}

template <class T>
T need(Result<T> result) {
  if (!result) stop(result.error().text);
  return std::move(*result);
}

void put(std::vector<std::uint8_t>& packet, std::size_t at, std::uint64_t value, unsigned octets) {
  for (unsigned i = 0; i < octets; ++i) packet[at + i] = static_cast<std::uint8_t>(value >> 8U * (octets - 1 - i));
}

}  // namespace

AccelEnd::AccelEnd(const AgentConfig& config, std::uint64_t seed, const sim::AcceleratorOptions& options,
                   std::uint16_t reserve)
    : random(seed) {
  accelerator = need(sim::Accelerator::create(options));
  firmware = need(HostedFirmware::start(*accelerator, seed));
  device.emplace(need(Device::open(*accelerator, *firmware)));
  queue.emplace(*device);
  backend.emplace(*device);
  DevicePolicy policy;
  policy.reserve = reserve;
  policy.emergency = 2;
  if (const auto set = device->set_policy(policy); !set) stop(set.error().text);
  agent.emplace(config, *backend, random);
}

std::size_t AccelEnd::count(AgentEventKind kind) const {
  return static_cast<std::size_t>(
      std::count_if(events.begin(), events.end(), [kind](const AgentEvent& event) { return event.kind == kind; }));
}

std::string AccelEnd::log() const {
  std::string text;
  const std::size_t first = events.size() > 12 ? events.size() - 12 : 0;
  for (std::size_t i = first; i < events.size(); ++i) {
    const AgentEvent& event = events[i];
    text += std::to_string(event.time / kMillisecond) + " ms " + std::string(name(event.kind)) + " " + event.child +
            " " + event.text + "\n";
  }
  return text;
}

unsigned AccelEnd::entries_in_use() {
  const auto occupancy = need(device->occupancy());
  return occupancy.num_sas - occupancy.entries[static_cast<std::size_t>(abi::EntryState::kFree)];
}

TimeNs AccelEnd::next_deadline() const { return firmware->work_pending() ? 0 : firmware->next_deadline_ns(); }

AccelWorld::AccelWorld(const Terms& terms)
    : a(terms.a, terms.seed * 2, terms.accelerator, terms.reserve),
      b(terms.b, terms.seed * 2 + 1, terms.accelerator, terms.reserve),
      network(terms.network),
      random_(~terms.seed),
      inner_a_(terms.inner_a),
      inner_b_(terms.inner_b) {
  for (AccelEnd* end : {&a, &b}) device_start_[end] = end->accelerator->now_ns();
}

Result<void> AccelWorld::load(const ConnectionConfig& for_a, const ConnectionConfig& for_b) {
  if (auto loaded = a.agent->load(for_a); !loaded) return loaded.error();
  if (auto loaded = b.agent->load(for_b); !loaded) return loaded.error();
  return {};
}

void AccelWorld::catch_up(AccelEnd& end) const {
  const TimeNs due = device_start_.at(&end) + now;
  const TimeNs device_now = end.accelerator->now_ns();
  if (due > device_now) sim::pass_time(*end.accelerator, due - device_now);
}

// The number says which packet it was, and all octets follow from it.
std::vector<std::uint8_t> AccelWorld::plain_packet(bool from_a, std::uint64_t number, std::size_t octets) const {
  std::vector<std::uint8_t> packet(std::max(octets, kHeaders + 8));
  for (std::size_t i = kHeaders; i < packet.size(); ++i) packet[i] = static_cast<std::uint8_t>(number * 31 + i);
  packet[0] = 0x45;
  put(packet, 2, packet.size(), 2);
  packet[8] = 64;
  packet[9] = 17;
  std::copy_n((from_a ? inner_a_ : inner_b_).octets.begin(), 4, packet.begin() + 12);
  std::copy_n((from_a ? inner_b_ : inner_a_).octets.begin(), 4, packet.begin() + 16);
  put(packet, 20, 7, 2);
  put(packet, 22, 7, 2);
  put(packet, 24, packet.size() - 20, 2);
  put(packet, kHeaders, number, 8);
  return packet;
}

void AccelWorld::put_on_link(Arrival arrival) {
  const auto arrives = [&] { return now + network.delay + (network.jitter > 0 ? random_.below(network.jitter) : 0); };
  if (network.doubled > 0 && random_.below(1'000) < network.doubled) link_.emplace(arrives(), arrival);
  if (network.loss > 0 && random_.below(1'000) < network.loss) {
    if (!arrival.message) ++(arrival.to_b ? a : b).packets.lost_on_link;
    return;
  }
  link_.emplace(arrives(), std::move(arrival));
}

void AccelWorld::collect(AccelEnd& end) {
  const bool from_a = &end == &a;
  while (auto message = end.agent->next_message()) {
    std::swap(message->local, message->remote);  // as the other end sees it
    put_on_link({from_a, std::move(*message), {}, 0});
  }
  while (auto event = end.agent->next_event()) end.events.push_back(std::move(*event));
}

void AccelWorld::hear(AccelEnd& end) {
  if (const auto polled = end.queue->poll(); !polled) stop(polled.error().text);
  while (const auto notice = end.queue->next()) end.backend->on_notice(*notice);
  while (const auto event = end.backend->next_event()) end.agent->on_child_event(now, *event);
  collect(end);
}

std::optional<PacketOut> AccelWorld::pass(AccelEnd& end, Direction direction, PacketIn packet) {
  constexpr int kMostRounds = 1'000;
  end.accelerator->push(direction, std::move(packet));
  for (int i = 0; i < kMostRounds; ++i) {
    if (auto out = end.accelerator->pop(direction)) return out;
    end.accelerator->run(1'000);
  }
  return {};
}

void AccelWorld::send_packet(AccelEnd& from, std::size_t octets) {
  const bool from_a = &from == &a;
  catch_up(from);
  ++from.packets.sent;
  const auto packet = plain_packet(from_a, ++number_, octets);
  const Route* route = from.backend->routes().find(need(flow_of(packet)));
  if (route == nullptr) {
    ++from.packets.no_sa_here;
    note_missing(from, "nothing to go out on");
    return;
  }
  const auto out = pass(from, Direction::kOutbound, need(outbound_packet(route->outbound, route->mode, packet, 0)));
  if (!out) stop("a packet that went in did not come out");
  switch (static_cast<abi::Verdict>(out->status.verdict)) {
    case abi::Verdict::kOk:
      put_on_link({from_a, {}, out->octets, number_});
      break;
    case abi::Verdict::kHardOctets:
    case abi::Verdict::kHardPackets:
      ++from.packets.over_hard;
      break;
    default:
      ++from.packets.other;
      break;
  }
  hear(from);
}

void AccelWorld::arrive(Arrival& arrival) {
  AccelEnd& to = arrival.to_b ? b : a;
  catch_up(to);
  if (arrival.message) {
    to.agent->receive(now, *arrival.message);
    collect(to);
    return;
  }
  EspCounts& counts = other(to).packets;
  const auto out = pass(to, Direction::kInbound, need(inbound_packet(arrival.esp, 0)));
  if (!out) stop("a packet that went in did not come out");
  switch (static_cast<abi::Verdict>(out->status.verdict)) {
    case abi::Verdict::kOk: {
      // TTL and checksum are the tunnel's business; all that follows the header is the sender's.
      const auto expected = plain_packet(arrival.to_b, arrival.number, out->octets.size());
      const bool same = out->octets.size() >= kHeaders &&
                        std::equal(out->octets.begin() + 12, out->octets.end(), expected.begin() + 12, expected.end());
      ++(same ? counts.delivered : counts.other);
      to.backend->packet_in({SaIndex{out->status.index}, Generation{out->status.generation}});
      break;
    }
    case abi::Verdict::kReplay:
      ++counts.again;
      break;
    case abi::Verdict::kUnknownSpi:
    case abi::Verdict::kWrongState:
      ++counts.no_sa_there;
      note_missing(other(to),
                   std::string("at the other end: ") + abi::name(static_cast<abi::Verdict>(out->status.verdict)));
      break;
    default:
      ++counts.other;
      break;
  }
  hear(to);
}

void AccelWorld::note_missing(AccelEnd& end, const std::string& what) const {
  constexpr std::size_t kMost = 4;
  if (end.missing.size() >= kMost) return;
  end.missing.push_back(std::to_string(now / kMillisecond) + " ms: " + what + "\nhere:\n" + end.log() + "there:\n" +
                        (&end == &a ? b : a).log());
}

void AccelWorld::traffic(AccelEnd& from, const TrafficTerms& terms) {
  sources_[&from] = {terms, terms.interval > 0 ? now + terms.interval : kNever, terms.burst};
}

void AccelWorld::run_until(TimeNs end, const std::function<bool()>& done) {
  for (AccelEnd* each : {&a, &b}) collect(*each);
  while (!done || !done()) {
    TimeNs next = kNever;
    for (AccelEnd* each : {&a, &b}) {
      next = std::min(next, each->agent->next_deadline());
      const TimeNs device = each->next_deadline();
      if (device != kNever) next = std::min(next, device - std::min(device, device_start_[each]));
    }
    if (!link_.empty()) next = std::min(next, link_.begin()->first);
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
    for (AccelEnd* sender : {&a, &b}) {
      Source& source = sources_[sender];
      if (source.terms.interval == 0 || source.next > now) continue;
      source.next = now + source.terms.interval;
      if (source.terms.burst > 0 && --source.left == 0) {
        source.left = source.terms.burst;
        source.next += source.terms.pause;
      }
      send_packet(*sender, source.terms.octets);
    }
    for (AccelEnd* each : {&a, &b}) {
      const TimeNs device = each->next_deadline();
      if (device == kNever || device > device_start_[each] + now) continue;
      catch_up(*each);
      hear(*each);
    }
    for (AccelEnd* each : {&a, &b}) {
      if (each->agent->next_deadline() > now) continue;
      catch_up(*each);
      each->agent->advance(now);
      collect(*each);
    }
  }
}

}  // namespace sallyport::ike::testing
