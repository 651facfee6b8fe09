// The way out, as the host asks for it: supersede, mark redundant, retire, erase.
//
// Everything is checked before anything moves. If the device itself fails half-way (memory error, bus), a supersession
// is undone, because both halves of a pair are superseded or none; the other requests only lead towards erasure and go
// on with the second half.
#include <utility>

#include "sallyport/fw/sa_manager.hpp"

namespace sallyport::fw {
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

MailboxCode SaManager::erase_entry(std::uint16_t index, TransitionCause cause, bool both) {
  const Entry& entry = table_[index];
  const EntryState from = entry.state;
  const Purpose purpose = from == EntryState::kLarval ? entry.purpose : Purpose{};
  const std::uint64_t begin = bus_.now_ns();
  // Entries whose words cannot be read are erased all the same.
  if (intend(index, Intent::kNobody, both) == MailboxCode::kBus) return MailboxCode::kBus;
  const CommandAnswer done = port_.run(abi::Op::kErase, index, entry.generation);
  if (!done.ok()) return done.mailbox_code();
  if (from == EntryState::kLarval) end_rekey(index, purpose);
  if (from == EntryState::kActive) pacing_.leaves(index);
  if (is_leaving(from)) measure_drain(index, begin);
  table_.move(index, EntryEvent::kErase, begin + kErasingLookNs);
  note(index, from, EntryState::kErasing, cause, begin);
  if (done.state != EntryState::kErasing) finish_erase(index, cause);
  if (is_same(purpose)) pacing_.came_to_nothing(purpose);
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

  const std::uint64_t now = bus_.now_ns();
  const std::uint64_t first_look =
      later(now, policy_.drain_ns < policy_.bound_ns ? policy_.drain_ns : policy_.bound_ns);
  const bool both = in.present() && out.present();
  if (in.present()) {
    // Found superseded alone, it is put back.
    if (both) code = intend(in.index, Intent::kSwitch, true);
    if (code == MailboxCode::kOk) {
      code = set_state(in.index, EntryState::kOverlap, EntryEvent::kSupersede, TransitionCause::kSupersede, first_look);
    }
    if (code != MailboxCode::kOk) return code;
  }
  if (out.present()) {
    code = set_state(out.index, EntryState::kOverlap, EntryEvent::kSupersede, TransitionCause::kSupersede,
                     later(now, policy_.bound_ns));
    if (code != MailboxCode::kOk && both) {
      static_cast<void>(set_state(in.index, EntryState::kActive, EntryEvent::kReinstate, TransitionCause::kRollback));
    }
    if (code != MailboxCode::kOk) return code;
  }
  for (const auto& [old_side, new_side] :
       {std::pair{in, Side{request.new_in_index, request.new_in_generation, true}},
        std::pair{out, Side{request.new_out_index, request.new_out_generation, false}}}) {
    if (old_side.present()) begin_leaving(old_side.index, now, new_side);
  }
  return code;
}

MailboxCode SaManager::retire(const abi::MailboxPair& request) {
  const MailboxCode code = check_pair(request, EntryEvent::kDrain);
  if (code != MailboxCode::kOk) return code;
  const std::uint64_t now = bus_.now_ns();
  const std::uint64_t guard = guard_of(request, now);
  const bool both = request.in_index != kNone && request.out_index != kNone;
  MailboxCode first_failure = MailboxCode::kOk;
  if (request.in_index != kNone) {
    const MailboxCode meant = intend(request.in_index, Intent::kLeave, both, later(now, guard));
    if (meant == MailboxCode::kBus) return meant;
  }
  // Outbound first: the peer may delete its inbound half as soon as it knows. Its packets in the pipe carry their own
  // copy of the key, so nothing is waited for.
  for (const auto& [index, wait] :
       {std::pair{request.out_index, std::uint64_t{0}}, std::pair{request.in_index, guard}}) {
    if (index == kNone) continue;
    MailboxCode done = drain(index, wait, now);
    // Dead of a memory error: there is nothing to drain.
    if (done == MailboxCode::kMemory) done = erase_entry(index, TransitionCause::kRetire);
    if (first_failure == MailboxCode::kOk) first_failure = done;
  }
  return first_failure;
}

MailboxCode SaManager::become_redundant(std::uint16_t index) {
  const std::uint64_t now = bus_.now_ns();
  const bool left_before = table_[index].state == EntryState::kOverlap;
  const MailboxCode done = set_state(index, EntryState::kRedundant, EntryEvent::kRedundant, TransitionCause::kRedundant,
                                     later(now, policy_.bound_ns));
  if (done == MailboxCode::kOk && !left_before) begin_leaving(index, now);
  return done;
}

MailboxCode SaManager::mark_redundant(const abi::MailboxPair& request) {
  const MailboxCode code = check_pair(request, EntryEvent::kRedundant);
  if (code != MailboxCode::kOk) return code;
  const bool both = request.in_index != kNone && request.out_index != kNone;
  // Found redundant alone, the other half is marked too.
  if (both && intend(request.in_index, Intent::kSwitch, true) == MailboxCode::kBus) return MailboxCode::kBus;
  MailboxCode first_failure = MailboxCode::kOk;
  for (const std::uint16_t index : {request.in_index, request.out_index}) {
    if (index == kNone) continue;
    const MailboxCode done = become_redundant(index);
    if (first_failure == MailboxCode::kOk) first_failure = done;
  }
  return first_failure;
}

MailboxCode SaManager::erase(const abi::MailboxPair& request) {
  const MailboxCode code = check_pair(request, EntryEvent::kErase);
  if (code != MailboxCode::kOk) return code;
  const bool both = request.in_index != kNone && request.out_index != kNone;
  // Before either is gone.
  if (both && intend(request.in_index, Intent::kNobody, true) == MailboxCode::kBus) return MailboxCode::kBus;
  MailboxCode first_failure = MailboxCode::kOk;
  for (const std::uint16_t index : {request.out_index, request.in_index}) {
    if (index == kNone) continue;
    const MailboxCode done = erase_entry(index, TransitionCause::kErase, both);
    if (first_failure == MailboxCode::kOk) first_failure = done;
  }
  return first_failure;
}

}  // namespace sallyport::fw
