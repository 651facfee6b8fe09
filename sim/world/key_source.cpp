#include "world/key_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "world/random.hpp"
#include "world/sim_time.hpp"

namespace sallyport::sim {

namespace {

constexpr unsigned kA = 0;
constexpr unsigned kB = 1;

/// How often it is looked whether the last packet under an old SA has left A's accelerator.
constexpr std::uint64_t kLookNs = 2'000;
/// How long to wait after a refused rekey.
constexpr std::uint64_t kRetryNs = 200'000;

std::optional<RekeyTrigger> trigger_of(const SaEvent& event) {
  switch (event.event) {
    case abi::EventKind::kSoftOctets:
      return RekeyTrigger::kSoftOctets;
    case abi::EventKind::kSoftPackets:
      return RekeyTrigger::kSoftPackets;
    case abi::EventKind::kSoftSeq:
    case abi::EventKind::kSeqEnd:
      return RekeyTrigger::kSoftSeq;
    // Reached without a soft event, or faster than the exchange: there is still a tunnel to keep.
    case abi::EventKind::kHard:
      return event.packets ? RekeyTrigger::kSoftPackets : RekeyTrigger::kSoftOctets;
    default:
      return std::nullopt;
  }
}

}  // namespace

KeySource::KeySource(const sc_core::sc_module_name& name, const Scenario& scenario, Gateway& a, Gateway& b,
                     Handlers handlers)
    : sc_module(name),
      scenario_(scenario),
      gateways_{&a, &b},
      handlers_(std::move(handlers)),
      tunnels_(scenario.tunnels.size()),
      random_(derive_seed(scenario.seed, "keys")) {
  SC_HAS_PROCESS(KeySource);
  SC_THREAD(run);
}

KeySource::~KeySource() {
  for (auto& tunnel : tunnels_) {
    for (auto& pair : tunnel.pair) pair.forget();
    if (!tunnel.next) continue;
    for (auto& pair : tunnel.next->pair) pair.forget();
    for (auto& reservation : tunnel.next->reserved) reservation.forget();
  }
}

Keying KeySource::make_keying(const TunnelConfig& tunnel) {
  Keying keying;
  keying.key.resize(tunnel.key_bits / 8U);
  for (auto& octet : keying.key) octet = static_cast<std::uint8_t>(random_());
  for (auto& octet : keying.salt) octet = static_cast<std::uint8_t>(random_());
  return keying;
}

InstallOptions KeySource::options(std::size_t tunnel, unsigned gateway, abi::Pool pool) const {
  InstallOptions options;
  options.owner = OwnerId(static_cast<std::uint16_t>(tunnel));
  options.pool = pool;
  options.soft = scenario_.tunnels[tunnel].soft;
  const SaRef old = tunnels_[tunnel].pair[gateway].in();
  if (pool != abi::Pool::kEstablished && old.present()) options.rekey = {.inbound = old, .here = gateway == kA};
  // All tunnels are children of one IKE SA. The script's exchanges take their time, neither more nor less.
  if (paced() && gateway == kA) {
    options.pace = {.ike_sa = 0,
                    .window = scenario_.rekey.window,
                    .t_ike_ns = std::max<std::uint64_t>(scenario_.rekey.exchange_ns, 1),
                    .designated = true};
  }
  return options;
}

Result<void> KeySource::reserve(std::size_t tunnel, unsigned gateway, abi::Pool pool) {
  auto reservation = gateways_[gateway]->device().reserve(options(tunnel, gateway, pool));
  gateways_[gateway]->after_management();
  if (!reservation) return reservation.error();
  tunnels_[tunnel].next->reserved[gateway] = std::move(*reservation);
  return {};
}

Result<void> KeySource::install(std::size_t tunnel, unsigned gateway) {
  const TunnelConfig& config = scenario_.tunnels[tunnel];
  Next& next = *tunnels_[tunnel].next;
  const unsigned peer = 1 - gateway;
  const std::array<const GatewayConfig*, 2> ends{&scenario_.gateway_a, &scenario_.gateway_b};
  // keying[g]: traffic that gateway g sends.
  const SaConfig in = inbound_sa(config, next.keying[peer], gateway == kA);
  const SaConfig out = outbound_sa(config, *ends[gateway], *ends[peer], next.keying[gateway], next.receiver_spi[peer]);
  auto pair = gateways_[gateway]->device().install(next.reserved[gateway], in, out,
                                                   options(tunnel, gateway, abi::Pool::kRekey));
  gateways_[gateway]->after_management();
  if (!pair) return pair.error();
  next.pair[gateway] = std::move(*pair);
  return {};
}

void KeySource::announce(std::size_t tunnel) {
  const Tunnel& t = tunnels_[tunnel];
  const Pairs& pair = t.next->pair;
  for (const unsigned sender : {kA, kB}) {
    KeyedSa sa;
    sa.tunnel = tunnel;
    sa.backwards = sender == kB;
    sa.sender = pair[sender].out();
    sa.receiver = pair[1 - sender].in();
    sa.spi = t.next->receiver_spi[1 - sender];
    sa.keying = t.next->keying[sender];
    handlers_.keyed(sa);
  }
}

Result<void> KeySource::key_all() {
  for (std::size_t i = 0; i < tunnels_.size(); ++i) {
    const auto text = [&](const Error& error) {
      return Error{error.code, fmt::format("tunnel \"{}\": {}", scenario_.tunnels[i].name, error.text)};
    };
    Next& next = tunnels_[i].next.emplace();
    for (const unsigned gateway : {kA, kB}) {
      if (auto done = reserve(i, gateway, abi::Pool::kEstablished); !done) return text(done.error());
      next.receiver_spi[gateway] = next.reserved[gateway].spi();
      next.keying[gateway] = make_keying(scenario_.tunnels[i]);
    }
    for (const unsigned gateway : {kB, kA}) {
      if (auto done = install(i, gateway); !done) return text(done.error());
    }
    announce(i);
    tunnels_[i].pair = std::move(next.pair);
    tunnels_[i].next.reset();
  }
  return {};
}

void KeySource::at(std::uint64_t time_ns, std::function<void()> action) {
  agenda_.emplace(time_ns, std::move(action));
  look_.notify(sc_core::SC_ZERO_TIME);
}

void KeySource::run() {
  while (true) {
    while (!agenda_.empty() && agenda_.begin()->first <= now_ns()) {
      auto due = agenda_.extract(agenda_.begin());
      due.mapped()();
    }
    if (agenda_.empty()) {
      wait(look_);
    } else {
      wait(from_ns(agenda_.begin()->first - now_ns()), look_);
    }
  }
}

void KeySource::on_event(unsigned gateway, const SaEvent& event) {
  // Roles are fixed: the sender, whose count runs ahead, replaces.
  if (gateway != kA || event.direction != Direction::kOutbound) return;
  const auto trigger = trigger_of(event);
  if (!trigger) return;
  for (std::size_t i = 0; i < tunnels_.size(); ++i) {
    if (tunnels_[i].pair[kA].out() != event.ref) continue;
    if (!tunnels_[i].reached) tunnels_[i].reached = trigger;
    if (!paced() && !tunnels_[i].next) start(i, *trigger, event.time_ns);
  }
}

void KeySource::on_request(unsigned gateway, const RekeyRequest& request) {
  if (gateway != kA) return;
  for (std::size_t i = 0; i < tunnels_.size(); ++i) {
    if (tunnels_[i].pair[kA].in() != request.inbound || tunnels_[i].next) continue;
    start(i, tunnels_[i].reached.value_or(RekeyTrigger::kPaced), request.time_ns);
  }
}

void KeySource::start(std::size_t tunnel, RekeyTrigger trigger, std::uint64_t since_ns) {
  Next& next = tunnels_[tunnel].next.emplace();
  next.report.started_ns = since_ns;
  next.report.tunnel = tunnel;
  next.report.trigger = trigger;
  next.report.old_out = next.report.new_out = tunnels_[tunnel].pair[kA].out();
  for (auto& keying : next.keying) keying = make_keying(scenario_.tunnels[tunnel]);
  // Not here: this is the event handler of a gateway that is being polled.
  at(now_ns(), [this, tunnel] {
    Next& next = *tunnels_[tunnel].next;
    if (auto done = reserve(tunnel, kA, abi::Pool::kRekey); !done) return give_up(tunnel, kA, done.error());
    next.receiver_spi[kA] = next.reserved[kA].spi();
    at(now_ns() + scenario_.rekey.exchange_ns / 2, [this, tunnel] { key_b(tunnel); });
  });
}

void KeySource::key_b(std::size_t tunnel) {
  Next& next = *tunnels_[tunnel].next;
  if (auto done = reserve(tunnel, kB, abi::Pool::kRekey); !done) return give_up(tunnel, kB, done.error());
  next.receiver_spi[kB] = next.reserved[kB].spi();
  if (auto done = install(tunnel, kB); !done) return give_up(tunnel, kB, done.error());
  report_failure(tunnels_[tunnel].pair[kB].supersede_by(next.pair[kB]));
  gateways_[kB]->after_management();
  at(now_ns() + (scenario_.rekey.exchange_ns + 1) / 2, [this, tunnel] { key_a(tunnel); });
}

void KeySource::key_a(std::size_t tunnel) {
  Tunnel& t = tunnels_[tunnel];
  if (auto done = install(tunnel, kA); !done) return give_up(tunnel, kA, done.error());
  announce(tunnel);
  Pairs old = std::move(t.pair);
  t.pair = std::move(t.next->pair);  // from here on new packets take the new SA
  t.reached.reset();
  report_failure(old[kA].supersede_by(t.pair[kA]));
  gateways_[kA]->after_management();
  RekeyReport report = t.next->report;
  report.ended_ns = gateways_[kA]->accelerator().now_ns();
  report.done = true;
  report.new_out = t.pair[kA].out();
  t.next.reset();
  handlers_.rekeyed(report);
  retire_a(tunnel, std::move(old));
}

void KeySource::retire_a(std::size_t tunnel, Pairs old) {
  // std::function wants to be copied; the handles cannot be.
  auto shared = std::make_shared<Pairs>(std::move(old));
  if (gateways_[kA]->in_accelerator((*shared)[kA].out().index.value) != 0) {
    at(now_ns() + kLookNs, [this, tunnel, shared] { retire_a(tunnel, std::move(*shared)); });
    return;
  }
  report_failure((*shared)[kA].retire());
  gateways_[kA]->after_management();
  // The Delete goes the way of the packets, behind the last of them.
  const std::uint64_t arrival = std::max(now_ns() + scenario_.rekey.exchange_ns / 2, handlers_.way_clear_ns());
  at(arrival, [this, shared] {
    report_failure((*shared)[kB].retire());
    gateways_[kB]->after_management();
  });
}

void KeySource::give_up(std::size_t tunnel, unsigned gateway, const Error& why) {
  Tunnel& t = tunnels_[tunnel];
  if (why.code != ErrorCode::kFull) {
    handlers_.failure({why.code, fmt::format("tunnel \"{}\": rekey: {}", scenario_.tunnels[tunnel].name, why.text)});
    return;
  }
  handlers_.refused(gateway, tunnel, gateways_[gateway]->device().last_code());
  RekeyReport report = t.next->report;
  report.ended_ns = gateways_[kA]->accelerator().now_ns();
  // What was reserved or installed at either gateway is given back as the handles go.
  t.next.reset();
  for (Gateway* g : gateways_) g->after_management();
  handlers_.rekeyed(report);
  // Who asked asks again.
  if (paced()) return;
  // Draining entries become free soon.
  at(now_ns() + kRetryNs, [this, tunnel, report] {
    Tunnel& again = tunnels_[tunnel];
    if (!again.next && again.pair[kA].out() == report.old_out) start(tunnel, report.trigger, now_ns());
  });
}

void KeySource::report_failure(const Result<void>& result) {
  if (!result) handlers_.failure({result.error().code, "key source: " + result.error().text});
}

}  // namespace sallyport::sim
