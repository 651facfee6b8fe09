#include "world/utilisation.hpp"

#include <algorithm>
#include <utility>

#include "world/sim_time.hpp"

namespace sallyport::sim {

Result<Utilisation> Utilisation::create(const std::filesystem::path& path, const Scenario& scenario) {
  LogHeader header;
  header.name = scenario.name;
  header.seed = scenario.seed;
  header.time_base = TimeBase::kSimulated;
  for (const char* name : {"gateway-a", "gateway-b"}) {
    LogTable table;
    table.name = name;
    table.size = table_entries(scenario.accelerator.variant);
    table.floor = scenario.rekey.reserve;
    table.event_delivery = EventDelivery::kInterrupt;
    header.tables.push_back(table);
  }
  auto recorder = UtilisationRecorder::create(path, header);
  if (!recorder) return recorder.error();
  return Utilisation(std::move(*recorder), scenario);
}

Utilisation::Utilisation(UtilisationRecorder recorder, const Scenario& scenario)
    : recorder_(std::move(recorder)), scenario_(&scenario) {}

std::string Utilisation::owner(OwnerId id) const {
  return id.value < scenario_->tunnels.size() ? scenario_->tunnels[id.value].name : std::string();
}

std::uint64_t Utilisation::time(unsigned gateway) const {
  return std::max(now_ns(), recorder_.tracker(static_cast<std::uint16_t>(gateway)).now_ns());
}

void Utilisation::record(const LogRecord& record) {
  if (error_) return;
  if (auto recorded = recorder_.record(record); !recorded) error_ = recorded.error();
}

void Utilisation::transition(unsigned gateway, const EntryTransition& transition) {
  TransitionRecord entry;
  entry.table = static_cast<std::uint16_t>(gateway);
  // A notice that was on its way while a sample was taken comes too late for it: the log knows of it from then on.
  entry.time_ns = std::max(transition.time_ns, recorder_.tracker(entry.table).now_ns());
  entry.index = transition.ref.index.value;
  entry.generation = transition.ref.generation.value;
  entry.from = transition.from;
  entry.to = transition.to;
  entry.cause = transition.cause;
  entry.owner = owner(transition.owner);
  record(entry);
  changed_.at(gateway) = true;
}

void Utilisation::event(unsigned gateway, const SaEvent& event) {
  EventLogRecord entry;
  entry.table = static_cast<std::uint16_t>(gateway);
  entry.time_ns = event.time_ns;
  entry.seq = event.record;
  entry.index = event.ref.index.value;
  entry.generation = event.ref.generation.value;
  entry.spi = event.spi.value;
  entry.kind = event.event;
  entry.late = event.late;
  entry.inbound = event.direction == Direction::kInbound;
  entry.count = event.count;
  entry.packets = event.packets;
  record(entry);
}

void Utilisation::rekey(const RekeyReport& report) {
  RekeyRecord entry;
  entry.table = 0;
  entry.started_ns = report.started_ns;
  entry.time_ns = std::max(report.ended_ns, report.started_ns);
  entry.trigger = report.trigger;
  entry.outcome = report.done ? RekeyOutcome::kDone : RekeyOutcome::kFailed;
  entry.old_entry = {report.old_out.index.value, report.old_out.generation.value};
  entry.new_entry = {report.new_out.index.value, report.new_out.generation.value};
  entry.owner = owner(OwnerId(static_cast<std::uint16_t>(report.tunnel)));
  record(entry);
}

void Utilisation::refusal(unsigned gateway, std::size_t tunnel, abi::MailboxCode why) {
  RefusalRecord entry;
  entry.table = static_cast<std::uint16_t>(gateway);
  entry.time_ns = time(gateway);
  entry.request = RefusedRequest::kRekey;
  entry.reason = why == abi::MailboxCode::kQuota ? RefusalReason::kQuota : RefusalReason::kFull;
  entry.owner = owner(OwnerId(static_cast<std::uint16_t>(tunnel)));
  record(entry);
}

void Utilisation::sample(unsigned gateway, const Gateway::VerdictCounts& verdicts) {
  if (!changed_.at(gateway) && verdicts == sampled_.at(gateway)) return;
  changed_.at(gateway) = false;
  sampled_.at(gateway) = verdicts;
  const auto table = static_cast<std::uint16_t>(gateway);
  DropsRecord drops;
  drops.table = table;
  drops.time_ns = time(gateway);
  drops.outbound = verdicts[static_cast<std::size_t>(Direction::kOutbound)];
  drops.inbound = verdicts[static_cast<std::size_t>(Direction::kInbound)];
  record(drops);
  if (error_) return;
  if (auto sampled = recorder_.sample(table, time(gateway)); !sampled) error_ = sampled.error();
}

Result<void> Utilisation::finish() {
  if (error_) return *error_;
  return recorder_.finish(std::max(time(0), time(1)));
}

std::uint32_t Utilisation::peak_in_use(unsigned gateway) const {
  return recorder_.tracker(static_cast<std::uint16_t>(gateway)).peak_in_use();
}

}  // namespace sallyport::sim
