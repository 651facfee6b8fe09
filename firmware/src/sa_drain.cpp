// The way out by time: the reorder guard, the bound, erasing.
//
// A superseded inbound SA stays until the host retires it (the peer's DELETE, or the answer to ours) and the reorder
// guard has passed since the last packet that it accepted. When entries are short, the guard runs as soon as the first
// packet has come on the replacement, so that it may have passed when the host retires; by itself it frees nothing. A
// superseded or redundant SA that the host does not retire within the bound, or that is dead, is erased, and a notice
// says so. The bound holds for one that drains as well: neither packets nor a guard that the host names keep it longer.
#include "sallyport/fw/sa_manager.hpp"

namespace sallyport::fw {

using abi::EntryState;
using abi::MailboxCode;
using abi::TransitionCause;

void SaManager::begin_leaving(std::uint16_t index, std::uint64_t now, const Side& replacement) {
  pacing_.leaves(index);
  Leaving& leaving = table_[index].leaving;
  leaving = {};
  leaving.since = instant(now);
  leaving.guard = Rough{policy_.drain_ns};
  leaving.replacement = replacement.index;
  leaving.replacement_generation = replacement.generation;
}

std::uint64_t SaManager::left_of_bound(std::uint16_t index, std::uint64_t now) const {
  const Ticks gone = instant(now) - table_[index].leaving.since;
  const Ticks bound = span_of(policy_.bound_ns);
  return gone < bound ? ns_of(bound - gone) : 0;
}

void SaManager::measure_drain(std::uint16_t index, std::uint64_t now) {
  const Entry& entry = table_[index];
  // An outbound SA holds its entry as long as IKE takes to delete it; what drains is the inbound one.
  if (!entry.inbound) return;
  const Ticks gone = instant(now) - entry.leaving.since;
  telemetry_.drain.add(gone < kFar ? gone : kFar);
  telemetry_.of(abi::Histogram::kOverlap).add(ns_of(gone));
}

std::optional<SaManager::Traffic> SaManager::traffic(std::uint16_t index) {
  Snapshot now;
  const CommandAnswer done = port_.snapshot(index, now);
  if (!done.answered) return std::nullopt;
  Entry& entry = table_[index];
  // What cannot be read takes no packets either.
  if (!done.ok() || now.generation != entry.generation || now.dead != abi::DeadReason::kAlive) return Traffic{};
  const auto packets = static_cast<std::uint32_t>(now.packets);
  const bool came = packets != entry.leaving.packets;
  entry.leaving.packets = packets;
  return Traffic{.alive = true, .came = came};
}

bool SaManager::replacement_in_use(std::uint16_t index) {
  const Leaving& leaving = table_[index].leaving;
  if (leaving.replacement >= table_.size()) return false;
  Snapshot now;
  return port_.snapshot(leaving.replacement, now).ok() && now.generation == leaving.replacement_generation &&
         now.packets != 0;
}

std::uint64_t SaManager::guard_of(const abi::MailboxPair& request, std::uint64_t now) const {
  const std::uint64_t guard = request.drain_ns == 0 ? policy_.drain_ns : request.drain_ns;
  if (request.in_index == kNone) return guard;
  // One that is active begins to leave now.
  const bool leaves = is_leaving(table_[request.in_index].state);
  const std::uint64_t left = leaves ? left_of_bound(request.in_index, now) : policy_.bound_ns;
  return guard < left ? guard : left;
}

MailboxCode SaManager::drain(std::uint16_t index, std::uint64_t guard, std::uint64_t now) {
  Entry& entry = table_[index];
  if (entry.state == EntryState::kActive) begin_leaving(index, now);
  if (entry.inbound) {
    const std::optional<Traffic> seen = traffic(index);
    if (!seen) return MailboxCode::kBus;
    // The guard has passed already, and nothing came since.
    if (entry.leaving.guard_passed && !seen->came) guard = 0;
    entry.leaving.guard = Rough{guard};
  }
  return set_state(index, EntryState::kDraining, EntryEvent::kDrain, TransitionCause::kRetire, later(now, guard));
}

bool SaManager::poll(std::uint64_t now, std::uint32_t most) {
  for (std::uint32_t left = most; left > 0; --left) {
    if (table_.first_waiting() == kNone || table_[table_.first_waiting()].time > now) break;
    if (!go_on(table_.first_waiting(), now)) return false;
  }
  return pacing_.poll(now, most);
}

std::uint64_t SaManager::next_deadline() const {
  const std::uint16_t first = table_.first_waiting();
  const std::uint64_t drains = first == kNone ? UINT64_MAX : table_[first].time;
  const std::uint64_t round = pacing_.next_round();
  return drains < round ? drains : round;
}

MailboxCode SaManager::force(std::uint16_t index, std::uint64_t now) {
  // What it was, before it is erased.
  const Entry entry = table_[index];
  const MailboxCode code = erase_entry(index, TransitionCause::kForced);
  if (code != MailboxCode::kOk) return code;
  ++telemetry_.forced;
  if (auto* notice = notices_.of_entry(entry, index, abi::NoticeKind::kDrainForced, now); notice != nullptr) {
    notice->count = ns_of(instant(now) - entry.leaving.since);
  }
  return code;
}

MailboxCode SaManager::look_draining(std::uint16_t index, std::uint64_t now) {
  Entry& entry = table_[index];
  if (!entry.inbound) return erase_entry(index, TransitionCause::kDrained);
  const std::optional<Traffic> seen = traffic(index);
  if (!seen) return MailboxCode::kBus;
  if (!seen->came) return erase_entry(index, TransitionCause::kDrained);
  // The guard runs from the last packet on, as far as looks can tell.
  const std::uint64_t left = left_of_bound(index, now);
  if (left == 0) return force(index, now);
  const std::uint64_t guard = entry.leaving.guard.value();
  table_.wait_until(index, later(now, guard < left ? guard : left));
  return MailboxCode::kOk;
}

MailboxCode SaManager::look_superseded(std::uint16_t index, std::uint64_t now) {
  Entry& entry = table_[index];
  const std::uint64_t left = left_of_bound(index, now);
  if (left == 0) return force(index, now);
  std::uint64_t wait = left;
  if (entry.inbound && entry.state == EntryState::kOverlap) {
    if (next_look() < wait) wait = next_look();
    // Whoever is short of entries wants the guard to have passed when the host retires.
    const bool is_short = table_.available() < static_cast<std::uint32_t>(policy_.reserve) + policy_.emergency;
    if (is_short || entry.leaving.died) {
      const std::optional<Traffic> seen = traffic(index);
      if (!seen) return MailboxCode::kBus;
      if (!seen->alive) return force(index, now);
      entry.leaving.guard_passed = entry.leaving.guard_runs && !seen->came;
      entry.leaving.guard_runs = entry.leaving.guard_runs || replacement_in_use(index);
    } else {
      entry.leaving.guard_runs = entry.leaving.guard_passed = false;
    }
  }
  table_.wait_until(index, later(now, wait));
  return MailboxCode::kOk;
}

bool SaManager::go_on(std::uint16_t index, std::uint64_t now) {
  MailboxCode code = MailboxCode::kOk;
  switch (table_[index].state) {
    case EntryState::kDraining:
      code = look_draining(index, now);
      break;
    case EntryState::kOverlap:
    case EntryState::kRedundant:
      code = look_superseded(index, now);
      break;
    default:
      break;
  }
  // Still being erased (its event waits for room in the ring), or the device sees the entry otherwise: ask it.
  const auto overdue = [&] { return table_[index].time <= now; };
  if (table_.first_waiting() == index && overdue() && code != MailboxCode::kBus) code = take_over(index);
  if (code == MailboxCode::kBus) return false;
  // Nothing moved: look again later, so that the others get their turn.
  if (table_.first_waiting() == index && overdue()) table_.wait_until(index, now + kErasingLookNs);
  return true;
}

}  // namespace sallyport::fw
