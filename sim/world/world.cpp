#include "world/world.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <systemc>
#include <utility>

#include "sallyport/model/outer_header.hpp"
#include "sallyport/packet.hpp"
#include "sallyport/regs.hpp"
#include "world/flow_check.hpp"
#include "world/gateway.hpp"
#include "world/key_source.hpp"
#include "world/limit_audit.hpp"
#include "world/link.hpp"
#include "world/outputs.hpp"
#include "world/policy.hpp"
#include "world/random.hpp"
#include "world/sim_time.hpp"
#include "world/traffic_source.hpp"
#include "world/utilisation.hpp"

namespace sallyport::sim {

namespace {

constexpr unsigned kA = 0;
constexpr unsigned kB = 1;
constexpr std::array<const char*, 2> kNames{"gateway-a", "gateway-b"};
constexpr std::uint64_t kTraceClocks = 20'000;  // of a window that an event opens and nobody closes
constexpr std::size_t kSaturateRounds = 2;      // packets offered ahead, in fillings of the accelerator

/// The packet as it must come out: the gateways are a bump in the wire unless the tunnel decrements TTL.
std::vector<std::uint8_t> expected_output(std::vector<std::uint8_t> packet, const TunnelConfig& tunnel, bool v6) {
  if (!tunnel.decrement_ttl) return packet;
  // Tunnel mode: each gateway is a router on the inner packet's way. Transport mode: only the receiver's side
  // decrements.
  const int times = tunnel.mode == SaMode::kTunnel ? 2 : 1;
  for (int i = 0; i < times; ++i) model::decrement_ttl(packet, v6);
  return packet;
}

/// Everything of a run. Also the module that watches it.
class World : public sc_core::sc_module {
 public:
  World(const sc_core::sc_module_name& name, const Scenario& scenario, const Capture& capture, Outputs outputs,
        Utilisation utilisation, const std::function<void(const Progress&)>& progress)
      : sc_module(name),
        scenario_(scenario),
        capture_(capture),
        outputs_(std::move(outputs)),
        utilisation_(std::move(utilisation)),
        progress_(progress) {
    SC_HAS_PROCESS(World);
    SC_THREAD(watch);
  }
  ~World() override { keys_.reset(); }

  Result<void> build();
  Result<RunSummary> run();

 private:
  Result<void> build_gateway(unsigned which);
  void offer(std::size_t number);
  void came_out(unsigned which, GatewayPacket packet);
  void encrypted(GatewayPacket packet);
  void arrived(std::vector<std::uint8_t> packet);
  void decrypted(const GatewayPacket& packet);
  void event(unsigned which, const SaEvent& event);
  void trace_on(unsigned which, const char* name);
  void watch();
  void sample();
  void fail(const Error& error);
  [[nodiscard]] std::uint64_t capture_time() const;
  Result<RunSummary> conclude();
  void count_drop(const std::string& place, const std::string& reason) { ++summary_.drops[place][reason]; }

  const Scenario& scenario_;
  const Capture& capture_;
  Outputs outputs_;
  Utilisation utilisation_;
  const std::function<void(const Progress&)>& progress_;
  std::array<std::unique_ptr<Gateway>, 2> gateways_;
  std::unique_ptr<Link> link_;
  std::unique_ptr<KeySource> keys_;
  std::unique_ptr<TrafficSource> source_;
  FlowCheck flows_;
  std::array<LimitAudit, 2> audits_;
  RunSummary summary_;
  std::optional<Error> failure_;
  std::array<bool, 2> traced_{};
  std::uint64_t start_ns_ = 0;
};

void World::fail(const Error& error) {
  if (failure_) return;
  failure_ = error;
  sc_core::sc_stop();
}

Result<void> World::build_gateway(unsigned which) {
  GatewayOptions options;
  options.name = kNames[which];
  options.accelerator = scenario_.accelerator;
  options.firmware = scenario_.firmware;
  options.accelerator.seed = derive_seed(scenario_.seed, options.name + " stalls");
  options.seed = derive_seed(scenario_.seed, options.name + " firmware");
  options.policy.reserve = scenario_.rekey.reserve;
  options.policy.emergency = 0;
  options.policy.drain_ns = scenario_.rekey.drain_ns;
  options.policy.bound_ns = scenario_.rekey.bound_ns;
  options.policy.round_ns = scenario_.rekey.round_ns;
  Gateway::Handlers handlers;
  handlers.packet = [this, which](GatewayPacket packet) { came_out(which, std::move(packet)); };
  handlers.event = [this, which](const SaEvent& e) { event(which, e); };
  handlers.transition = [this, which](const EntryTransition& t) { utilisation_.transition(which, t); };
  handlers.rekey = [this, which](const RekeyRequest& request) {
    ++summary_.rekeys_asked;
    if (request.due_ns != 0) ++summary_.rekeys_asked_early;
    if (keys_) keys_->on_request(which, request);
  };
  handlers.forced = [this](const DrainForced&) { ++summary_.forced_drains; };
  handlers.load = [this](const LoadWarning&) { ++summary_.load_warnings; };
  handlers.failure = [this](const Error& error) { fail(error); };
  auto gateway = Gateway::create(options, std::move(handlers));
  if (!gateway) return gateway.error();
  gateways_[which] = std::move(*gateway);
  const TraceConfig& trace = scenario_.trace;
  if (!trace.wanted() || !trace.on.empty()) return {};
  TraceWindow window;
  window.path = outputs_.trace(which).string();
  window.from = trace.from.value_or(0);
  window.to = trace.to.value_or(UINT64_MAX);
  const auto set = gateways_[which]->accelerator().trace(window);
  if (!set) return Error{set.error().code, "trace.to: " + set.error().text + " (starting up takes the first clocks)"};
  return {};
}

Result<void> World::build() {
  for (const unsigned which : {kA, kB}) {
    if (auto built = build_gateway(which); !built) return built;
  }
  KeySource::Handlers handlers;
  handlers.keyed = [this](const KeyedSa& sa) {
    const TunnelConfig& tunnel = scenario_.tunnels[sa.tunnel];
    outputs_.add_sa(sa, scenario_);
    audits_[sa.backwards ? kB : kA].install(sa.sender, tunnel.hard_octets, tunnel.hard_packets);
    audits_[sa.backwards ? kA : kB].install(sa.receiver, tunnel.hard_octets, tunnel.hard_packets);
  };
  handlers.rekeyed = [this](const RekeyReport& report) {
    ++(report.done ? summary_.rekeys : summary_.rekeys_failed);
    utilisation_.rekey(report);
  };
  handlers.refused = [this](unsigned which, std::size_t tunnel, abi::MailboxCode why) {
    utilisation_.refusal(which, tunnel, why);
  };
  handlers.way_clear_ns = [this] { return link_->model().clear_ns(); };
  handlers.failure = [this](const Error& error) { fail(error); };
  keys_ = std::make_unique<KeySource>("keys", scenario_, *gateways_[kA], *gateways_[kB], std::move(handlers));
  if (auto keyed = keys_->key_all(); !keyed) return keyed;

  link_ = std::make_unique<Link>("link", scenario_.link, derive_seed(scenario_.seed, "link"),
                                 [this](std::vector<std::uint8_t> packet) { arrived(std::move(packet)); });
  // Booting and keying took the devices some time, not the same for both; the traffic begins when both are there.
  constexpr std::uint64_t kRoundNs = 1'000;
  const std::uint64_t ready = std::max(gateways_[kA]->accelerator().now_ns(), gateways_[kB]->accelerator().now_ns());
  start_ns_ = (ready / kRoundNs + 1) * kRoundNs;
  source_ = std::make_unique<TrafficSource>(
      "source", capture_, scenario_.traffic, start_ns_, [this](std::size_t number) { offer(number); },
      [this] { return gateways_[kA]->outstanding() < kSaturateRounds * gateways_[kA]->slots(); });
  return {};
}

std::uint64_t World::capture_time() const {
  return capture_.packets.front().time_ns + (now_ns() - std::min(now_ns(), start_ns_));
}

void World::offer(std::size_t number) {
  const auto& octets = capture_.packets[number].octets;
  ++summary_.packets_in;
  summary_.octets_in += octets.size();
  const model::IpView ip = model::parse_ip(octets);
  if (!ip.ok) return count_drop("policy", "malformed");
  const auto tunnel = choose_tunnel(scenario_.tunnels, ip);
  if (!tunnel) return count_drop("policy", "no tunnel takes it");
  const TunnelConfig& config = scenario_.tunnels[*tunnel];
  flows_.expect(expected_output(octets, config, ip.v6));
  gateways_[kA]->send(Direction::kOutbound, *tunnel, [this, number, tunnel, &config](std::uint32_t cookie) {
    auto packet = outbound_packet(keys_->current(*tunnel), config.mode, capture_.packets[number].octets, cookie,
                                  config.tfc_units);
    if (!packet) count_drop("policy", packet.error().text);
    return packet;
  });
}

void World::came_out(unsigned which, GatewayPacket packet) {
  const bool outbound = packet.direction == Direction::kOutbound;
  source_->look_again();
  if (packet.verdict() == abi::Verdict::kOk) {
    if (outbound) {
      encrypted(std::move(packet));
    } else {
      decrypted(packet);
    }
    return;
  }
  const char* reason = abi::name(packet.verdict());
  // Nobody sends dummy packets here, so one that is taken for a dummy is a packet lost like any other.
  count_drop(std::string(kNames[which]) + (outbound ? " outbound" : " inbound"), reason);
  trace_on(which, reason);
}

void World::encrypted(GatewayPacket packet) {
  ++summary_.esp_packets;
  summary_.esp_octets += packet.octets.size();
  audits_[kA].packet({SaIndex(packet.status.index), Generation(packet.status.generation)},
                     cipher_octets(packet.octets));
  outputs_.esp().write(capture_time(), packet.octets);
  link_->send(std::move(packet.octets));
}

void World::arrived(std::vector<std::uint8_t> packet) {
  // The tag is what the audit wants to know if the packet is accepted.
  const std::uint64_t tag = cipher_octets(packet);
  gateways_[kB]->send(Direction::kInbound, tag,
                      [packet = std::move(packet)](std::uint32_t cookie) { return inbound_packet(packet, cookie); });
}

void World::decrypted(const GatewayPacket& packet) {
  audits_[kB].packet({SaIndex(packet.status.index), Generation(packet.status.generation)}, packet.tag);
  ++summary_.packets_out;
  summary_.octets_out += packet.octets.size();
  outputs_.decrypted().write(capture_time(), packet.octets);
  flows_.received(packet.octets);
}

void World::event(unsigned which, const SaEvent& event) {
  utilisation_.event(which, event);
  if (event.kind == abi::NoticeKind::kSoft) ++summary_.soft_events;
  if (event.kind == abi::NoticeKind::kHard) ++summary_.hard_expiries;
  trace_on(which, abi::name(event.event));
  if (keys_) keys_->on_event(which, event);
}

void World::trace_on(unsigned which, const char* name) {
  const TraceConfig& trace = scenario_.trace;
  if (trace.on != name || traced_[which]) return;
  traced_[which] = true;
  const std::uint64_t now = gateways_[which]->accelerator().clocks_passed();
  const std::uint64_t from = trace.from.value_or(0);
  TraceWindow window;
  window.path = outputs_.trace(which).string();
  window.from = now + from;
  window.to = now + trace.to.value_or(from + kTraceClocks);
  if (auto set = gateways_[which]->accelerator().trace(window); !set) fail(set.error());
}

void World::sample() {
  for (const unsigned which : {kA, kB}) utilisation_.sample(which, gateways_[which]->verdicts());
  if (utilisation_.error()) fail(*utilisation_.error());
  if (progress_) {
    progress_({summary_.packets_out, capture_.packets.size(), summary_.rekeys});
  }
}

void World::watch() {
  bool was_quiet = false;
  std::uint64_t quiet_since = 0;
  while (true) {
    wait(from_ns(scenario_.sample_ns));
    sample();
    for (const auto& gateway : gateways_) {
      if (gateway->stuck()) fail({ErrorCode::kBusFailure, gateway->gateway_name() + ": the accelerator hangs"});
    }
    const bool quiet = source_->done() && gateways_[kA]->outstanding() == 0 && link_->in_flight() == 0 &&
                       gateways_[kB]->outstanding() == 0;
    if (!was_quiet) quiet_since = now_ns();
    was_quiet = quiet;
    if (quiet && now_ns() - quiet_since >= scenario_.settle_ns) sc_core::sc_stop();
  }
}

Result<RunSummary> World::run() {
  const auto model_seconds = [this] {
    return gateways_[kA]->accelerator().model_seconds() + gateways_[kB]->accelerator().model_seconds();
  };
  sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);  // "stopped by user"
  const double model_before = model_seconds();
  const auto begin = std::chrono::steady_clock::now();
  const std::clock_t cpu_begin = std::clock();
  sc_core::sc_start();
  summary_.cpu_seconds = static_cast<double>(std::clock() - cpu_begin) / CLOCKS_PER_SEC;
  summary_.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  summary_.model_seconds = model_seconds() - model_before;
  if (failure_) return *failure_;
  return conclude();
}

Result<RunSummary> World::conclude() {
  summary_.simulated_ns = now_ns() - start_ns_;
  for (const unsigned which : {kA, kB}) {
    Gateway& gateway = *gateways_[which];
    summary_.clocks += gateway.accelerator().clocks_evaluated();
    summary_.clocks_skipped += gateway.accelerator().clocks_passed() - gateway.accelerator().clocks_evaluated();
    if (auto checked = gateway.final_check(); !checked) return checked.error();
    utilisation_.sample(which, gateway.verdicts());
    summary_.peak_entries[which] = utilisation_.peak_in_use(which);
    summary_.golden_packets += gateway.check().packets();
    summary_.golden_mismatches += gateway.check().mismatches();
    const auto& reports = gateway.check().reports();
    summary_.golden_reports.insert(summary_.golden_reports.end(), reports.begin(), reports.end());
    summary_.stream_faults += gateway.accelerator().stream_faults();
    const auto status = gateway.accelerator().read32(regs::kStatusAddress);
    if (!status) return status.error();
    summary_.firmware_on_core[which] = (*status & regs::kStatusCoreRulesMask) != 0;
    summary_.octets_over_hard_limit += audits_[which].octets_over();
    summary_.packets_over_hard_limit += audits_[which].packets_over();
    summary_.packets_of_no_sa += audits_[which].unknown();
  }
  if (failure_) return *failure_;
  if (link_->model().lost() != 0) summary_.drops["link"]["lost"] = link_->model().lost();
  summary_.scenario = scenario_.name;
  summary_.tlm = scenario_.accelerator.machine == Machine::kTlm;
  summary_.seed = scenario_.seed;
  summary_.capture = scenario_.capture.filename().string();
  summary_.frames = capture_.frames;
  summary_.frames_skipped = capture_.skipped;
  summary_.packets_identical = flows_.identical();
  summary_.packets_out_of_order = flows_.out_of_order();
  summary_.table_entries = table_entries(scenario_.accelerator.variant);

  // Waveforms are whole when the models are gone.
  keys_.reset();
  for (auto& gateway : gateways_) gateway.reset();
  if (auto written = outputs_.finish(to_json(summary_)); !written) return written.error();
  if (auto finished = utilisation_.finish(); !finished) return finished.error();
  if (auto committed = outputs_.commit(); !committed) return committed.error();
  summary_.waveforms = outputs_.waveforms();
  return summary_;
}

}  // namespace

Result<RunSummary> run_world(const Scenario& scenario, const Capture& capture, const std::filesystem::path& folder,
                             const std::function<void(const Progress&)>& progress) {
  auto outputs = Outputs::create(folder);
  if (!outputs) return outputs.error();
  const std::filesystem::path log = folder / "util.jsonl";
  auto utilisation = Utilisation::create(log, scenario);
  if (!utilisation) return utilisation.error();
  Result<RunSummary> result = Error{ErrorCode::kBadState, "not run"};
  {
    World world("world", scenario, capture, std::move(*outputs), std::move(*utilisation), progress);
    if (auto built = world.build(); !built) {
      result = built.error();
    } else {
      result = world.run();
    }
  }
  // The log's writer leaves a partial log for the post-mortem of a crash; a run that ended with a message needs none,
  // and what had its name already is no whole set.
  if (!result) (void)clear_results(folder);
  return result;
}

}  // namespace sallyport::sim

/// SystemC's library refers to the entry point of programs that let it have main(). Ours have their own main() and call
/// run_world.
int sc_main(int, char**) { return EXIT_SUCCESS; }
