// The way out: supersede, mark redundant, retire, drain, erase.
//
// Everything is checked before anything moves. If the device itself fails half-way (memory error, bus), a supersession
// is undone, because both halves of a pair are superseded or none; the other requests only lead towards erasure and go
// on with the second half.
#include <utility>

#include "sallyport/fw/sa_manager.hpp"

namespace sallyport::fw {
namespace {

// How soon an entry is looked at again that the device is still erasing, in ns.
constexpr std::uint64_t kErasingLookNs = 1'000'000;

}  // namespace

using abi::EntryState;
using abi::MailboxCode;
using abi::TransitionCause;

MailboxCode SaManager::check_side(const Side& side, EntryEvent event) const {
  if (side.index >= table_.size()) return MailboxCode::kBadIndex;
  const Entry& entry = table_[side.index];
  if (entry.state == EntryState::kFree || entry.generation != side.generation) return MailboxCode::kStaleGeneration;
  if (entry.inbound != side.inbound || !next_state(entry.state, event)) return MailboxCode::kBadState;
  return MailboxCode::kOk;
}

MailboxCode SaManager::check_pair(const abi::MailboxPair& request, EntryEvent event) const {
  const Side sides[] = {{request.in_index, request.in_generation, true},
                        {request.out_index, request.out_generation, false}};
  if (!sides[0].present() && !sides[1].present()) return MailboxCode::kBadMessage;
  for (const Side& side : sides) {
    if (!side.present() && side.generation != 0) return MailboxCode::kBadMessage;
    if (!side.present()) continue;
    if (const MailboxCode code = check_side(side, event); code != MailboxCode::kOk) return code;
  }
  const bool has_replacement = request.new_in_index != 0 || request.new_in_generation != 0 ||
                               request.new_out_index != 0 || request.new_out_generation != 0;
  if (event != EntryEvent::kSupersede && has_replacement) return MailboxCode::kBadMessage;
  if (event != EntryEvent::kDrain && request.drain_ns != 0) return MailboxCode::kBadMessage;
  return MailboxCode::kOk;
}

MailboxCode SaManager::check_replacement(const Side& old_side, const Side& new_side) const {
  if (old_side.present() != new_side.present()) return MailboxCode::kNotKeyed;
  if (!old_side.present()) return MailboxCode::kOk;
  if (new_side.index >= table_.size()) return MailboxCode::kBadIndex;
  const Entry& entry = table_[new_side.index];
  if (new_side.index == old_side.index || entry.state != EntryState::kActive ||
      entry.generation != new_side.generation || entry.inbound != new_side.inbound) {
    return MailboxCode::kNotKeyed;
  }
  return MailboxCode::kOk;
}

MailboxCode SaManager::set_state(std::uint16_t index, EntryState to, EntryEvent event, TransitionCause cause,
                                 std::uint64_t deadline) {
  const EntryState from = table_[index].state;
  const CommandAnswer done =
      port_.run(abi::Op::kSetState, index, table_[index].generation, static_cast<std::uint32_t>(to));
  if (!done.ok()) return done.mailbox_code();
  table_.move(index, event, deadline);
  note(index, from, to, cause, bus_.now_ns());
  return MailboxCode::kOk;
}

MailboxCode SaManager::erase_entry(std::uint16_t index, TransitionCause cause) {
  const EntryState from = table_[index].state;
  const std::uint64_t begin = bus_.now_ns();
  const CommandAnswer done = port_.run(abi::Op::kErase, index, table_[index].generation);
  if (!done.ok()) return done.mailbox_code();
  table_.move(index, EntryEvent::kErase, begin + kErasingLookNs);
  note(index, from, EntryState::kErasing, cause, begin);
  if (done.state != EntryState::kErasing) finish_erase(index, cause);
  return MailboxCode::kOk;
}

void SaManager::finish_erase(std::uint16_t index, TransitionCause cause) {
  table_.move(index, EntryEvent::kErased);
  note(index, EntryState::kErasing, EntryState::kFree, cause, bus_.now_ns());
  release(index);
}

MailboxCode SaManager::supersede(const abi::MailboxPair& request) {
  MailboxCode code = check_pair(request, EntryEvent::kSupersede);
  if (code != MailboxCode::kOk) return code;
  const Side in{request.in_index, request.in_generation, true};
  const Side out{request.out_index, request.out_generation, false};
  code = check_replacement(in, {request.new_in_index, request.new_in_generation, true});
  if (code != MailboxCode::kOk) return code;
  code = check_replacement(out, {request.new_out_index, request.new_out_generation, false});
  if (code != MailboxCode::kOk) return code;

  if (in.present()) {
    code = set_state(in.index, EntryState::kOverlap, EntryEvent::kSupersede, TransitionCause::kSupersede);
    if (code != MailboxCode::kOk) return code;
  }
  if (!out.present()) return code;
  code = set_state(out.index, EntryState::kOverlap, EntryEvent::kSupersede, TransitionCause::kSupersede);
  if (code != MailboxCode::kOk && in.present()) {
    static_cast<void>(set_state(in.index, EntryState::kActive, EntryEvent::kReinstate, TransitionCause::kRollback));
  }
  return code;
}

MailboxCode SaManager::retire(const abi::MailboxPair& request) {
  const MailboxCode code = check_pair(request, EntryEvent::kDrain);
  if (code != MailboxCode::kOk) return code;
  const std::uint64_t now = bus_.now_ns();
  const std::uint64_t guard = request.drain_ns == 0 ? policy_.drain_ns : request.drain_ns;
  const std::uint64_t inbound_end = guard > UINT64_MAX - now ? UINT64_MAX - 1 : now + guard;
  MailboxCode first_failure = MailboxCode::kOk;
  // Outbound first: the peer may delete its inbound half as soon as it knows. Its packets in the pipe carry their own
  // copy of the key, so nothing is waited for.
  for (const auto& [index, deadline] : {std::pair{request.out_index, now}, std::pair{request.in_index, inbound_end}}) {
    if (index == kNone) continue;
    MailboxCode done = set_state(index, EntryState::kDraining, EntryEvent::kDrain, TransitionCause::kRetire, deadline);
    // Dead of a memory error: there is nothing to drain.
    if (done == MailboxCode::kMemory) done = erase_entry(index, TransitionCause::kRetire);
    if (first_failure == MailboxCode::kOk) first_failure = done;
  }
  return first_failure;
}

MailboxCode SaManager::mark_redundant(const abi::MailboxPair& request) {
  const MailboxCode code = check_pair(request, EntryEvent::kRedundant);
  if (code != MailboxCode::kOk) return code;
  MailboxCode first_failure = MailboxCode::kOk;
  for (const std::uint16_t index : {request.in_index, request.out_index}) {
    if (index == kNone) continue;
    const MailboxCode done =
        set_state(index, EntryState::kRedundant, EntryEvent::kRedundant, TransitionCause::kRedundant);
    if (first_failure == MailboxCode::kOk) first_failure = done;
  }
  return first_failure;
}

MailboxCode SaManager::erase(const abi::MailboxPair& request) {
  const MailboxCode code = check_pair(request, EntryEvent::kErase);
  if (code != MailboxCode::kOk) return code;
  MailboxCode first_failure = MailboxCode::kOk;
  for (const std::uint16_t index : {request.out_index, request.in_index}) {
    if (index == kNone) continue;
    const MailboxCode done = erase_entry(index, TransitionCause::kErase);
    if (first_failure == MailboxCode::kOk) first_failure = done;
  }
  return first_failure;
}

bool SaManager::poll(std::uint64_t now, std::uint32_t most) {
  for (; most > 0 && next_deadline() <= now; --most) {
    if (!go_on(table_.first_waiting(), now)) return false;
  }
  return true;
}

bool SaManager::go_on(std::uint16_t index, std::uint64_t now) {
  MailboxCode code = MailboxCode::kOk;
  if (table_[index].state == EntryState::kDraining) code = erase_entry(index, TransitionCause::kDrained);
  // Still being erased (its event waits for room in the ring), or the device sees the entry otherwise: ask it.
  if (table_[index].deadline <= now && code != MailboxCode::kBus) code = take_over(index);
  if (code == MailboxCode::kBus) return false;
  // Nothing moved: look again later, so that the others get their turn.
  const EntryState state = table_[index].state;
  const bool waits = state == EntryState::kDraining || state == EntryState::kErasing;
  if (waits && table_[index].deadline <= now) table_.adopt(index, state, now + kErasingLookNs);
  return true;
}

std::uint64_t SaManager::next_deadline() const {
  return table_.first_waiting() == kNone ? UINT64_MAX : table_[table_.first_waiting()].deadline;
}

}  // namespace sallyport::fw
