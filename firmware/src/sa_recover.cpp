// Taking over a table: what the device holds is true, and the firmware's words say what an earlier run meant by it. A
// run can have ended between any two instructions; what it had begun is finished where it leads towards erasure, and
// undone otherwise, because the host has had no answer.
#include "sallyport/fw/sa_manager.hpp"

namespace sallyport::fw {

using abi::EntryState;
using abi::MailboxCode;
using abi::TransitionCause;

MailboxCode SaManager::start(unsigned log2_sas) {
  if (log2_sas > 15 || !table_.reset(static_cast<std::uint16_t>(1U << log2_sas))) return MailboxCode::kBadIndex;
  log2_sas_ = log2_sas;
  owners_.clear();
  settings_.start(table_.size());
  policy_ = settings_.policy();
  telemetry_ = {};
  pacing_.start();
  if (!clear_staging()) return MailboxCode::kBus;
  for (std::uint16_t i = 0; i < table_.size(); ++i) {
    bus_.alive();
    MailboxCode code = examine(i);
    if (code == MailboxCode::kOk) code = take_over(i);
    if (code == MailboxCode::kMemory) {
      put_aside(i);
    } else if (code != MailboxCode::kOk) {
      return code;
    }
  }
  // When all entries are known, because the halves of a pair are looked at together.
  for (std::uint16_t i = 0; i < table_.size(); ++i) {
    bus_.alive();
    if (const MailboxCode code = recover(i); code == MailboxCode::kBus) return code;
  }
  // A name that is not returned is a former tenant's, and the word of one that nobody knows, zero, names entry 0.
  for (std::uint16_t i = 0; i < table_.size(); ++i) {
    Entry& entry = table_[i];
    if (entry.partner == i || (entry.partner != kNone && table_[entry.partner].partner != i)) entry.partner = kNone;
  }
  return MailboxCode::kOk;
}

bool SaManager::clear_staging() {
  for (std::uint8_t slot = 0; slot < abi::kStagingSlots; ++slot) {
    if (!port_.run(abi::Op::kClearStaging, 0, 0, slot).answered) return false;
  }
  return true;
}

MailboxCode SaManager::examine(std::uint16_t index) {
  // What was wrong but once is mended by the first look.
  constexpr int kMarches = 2;
  // Each look mends a word of each kind, or finds the SA beyond help.
  constexpr int kLooks = 8;
  CommandAnswer answer;
  for (int i = 0; i < kMarches && !answer.ok(); ++i) {
    answer = port_.run(abi::Op::kMarch, index, 0);
    if (!answer.answered) return MailboxCode::kBus;
    // It has a tenant, whose words are only read.
    if (answer.code == abi::CmdCode::kBadState) break;
  }
  if (answer.code != abi::CmdCode::kBadState) return answer.mailbox_code();
  for (int i = 0; i < kLooks && !answer.ok(); ++i) {
    answer = port_.run(abi::Op::kVerify, index, 0);
    if (!answer.answered) return MailboxCode::kBus;
  }
  return MailboxCode::kOk;
}

bool SaManager::look_again(std::uint16_t index) {
  const CommandAnswer answer = port_.run(abi::Op::kSnapshot, index, 0);
  if (answer.ok()) table_[index].generation = answer.generation;
  return answer.answered;
}

void SaManager::put_aside(std::uint16_t index) {
  const EntryState from = table_[index].state;
  pacing_.leaves(index);
  table_.adopt(index, EntryState::kErasing);
  if (from == EntryState::kErasing) return;
  ++telemetry_.faulty;
  note(index, from, EntryState::kErasing, TransitionCause::kTakenOver, bus_.now_ns());
}

MailboxCode SaManager::take_over(std::uint16_t index) {
  // The answer alone tells a free entry, and at a start most are: their snapshot registers need not be read.
  CommandAnswer answer = port_.run(abi::Op::kSnapshot, index, 0);
  if (answer.ok() && answer.state == EntryState::kFree && table_[index].state == EntryState::kFree) {
    table_[index].generation = answer.generation;
    return MailboxCode::kOk;
  }
  Snapshot now;
  if (answer.ok()) answer = port_.snapshot(index, now);
  if (!answer.answered) return MailboxCode::kBus;
  const EntryState from = table_[index].state;
  const std::uint64_t time = bus_.now_ns();
  if (!answer.ok()) {
    put_aside(index);
    return MailboxCode::kOk;
  }
  const EntryState to = now.state;
  if (from == to) return MailboxCode::kOk;
  if (from == EntryState::kErasing && to == EntryState::kFree) {
    finish_erase(index, TransitionCause::kErase);
    return MailboxCode::kOk;
  }
  if (from == EntryState::kActive) pacing_.leaves(index);
  const FwWord word = FwWord::unpack(now.fw_word);
  std::uint64_t deadline = time;
  if (to == EntryState::kOverlap || to == EntryState::kRedundant) deadline = time + policy_.bound_ns;
  if (to == EntryState::kDraining) {
    deadline = word.intent == Intent::kLeave ? word.deadline_ns(time) : time + policy_.drain_ns;
  }
  table_.adopt(index, to, deadline);
  Entry& entry = table_[index];
  if (to == EntryState::kFree) {
    release(index);
  } else if (from == EntryState::kFree) {
    adopt_tenant(index, word.owner, word.inbound, now.spi, word.partner < table_.size() ? word.partner : kNone);
    entry.generation = now.generation;
    entry.designated = word.designated;
    entry.pool = word.pool;
  }
  if (is_leaving(to)) {
    begin_leaving(index, time);
    entry.leaving.packets = static_cast<std::uint32_t>(now.packets);
  }
  note(index, from, to, TransitionCause::kTakenOver, time);
  return MailboxCode::kOk;
}

MailboxCode SaManager::recover(std::uint16_t index) {
  const EntryState state = table_[index].state;
  if (state == EntryState::kFree || state == EntryState::kErasing) return MailboxCode::kOk;
  Snapshot now;
  if (const CommandAnswer answer = port_.snapshot(index, now); !answer.ok()) return answer.mailbox_code();
  const FwWord word = FwWord::unpack(now.fw_word);
  // The other half, when both say so.
  const std::uint16_t named = table_[index].partner;
  const bool mutual = named != kNone && named != index && table_[named].partner == index;
  const EntryState other = mutual ? table_[named].state : EntryState::kFree;

  switch (word.intent) {
    case Intent::kHeld:
      // Its outbound half has not come yet.
      if ((state == EntryState::kLarval || state == EntryState::kActive) && word.both && !mutual) claim(index);
      break;
    case Intent::kPairing:
      // Its partner is taken back; should that not have been keyed at all, the name is wrong.
      if (state == EntryState::kLarval) {
        if (mutual && other == EntryState::kActive) static_cast<void>(erase_entry(named, TransitionCause::kRollback));
        table_[index].partner = kNone;
        if (word.both) claim(index);
        return intend(index, Intent::kHeld, word.both);
      }
      break;
    case Intent::kSwitch:
      // Both halves are superseded or none.
      if (state == EntryState::kOverlap && word.both && mutual && other == EntryState::kActive) {
        return set_state(index, EntryState::kActive, EntryEvent::kReinstate, TransitionCause::kRollback);
      }
      // And both are losers: the host has decided.
      if (state == EntryState::kRedundant && word.both && mutual && next_state(other, EntryEvent::kRedundant)) {
        return become_redundant(named);
      }
      break;
    case Intent::kLeave: {
      const std::uint64_t time = bus_.now_ns();
      const std::uint64_t deadline = word.deadline_ns(time);
      if (next_state(state, EntryEvent::kDrain)) {
        const MailboxCode code =
            set_state(index, EntryState::kDraining, EntryEvent::kDrain, TransitionCause::kRetire, deadline);
        if (code != MailboxCode::kOk) return code;
        begin_leaving(index, time);
        table_[index].leaving.packets = static_cast<std::uint32_t>(now.packets);
      }
      if (word.both && mutual && next_state(other, EntryEvent::kDrain)) {
        const std::uint64_t other_end = table_[named].inbound ? time + policy_.drain_ns : time;
        const MailboxCode code =
            set_state(named, EntryState::kDraining, EntryEvent::kDrain, TransitionCause::kRetire, other_end);
        if (code != MailboxCode::kOk) return code;
        begin_leaving(named, time);
      }
      break;
    }
    case Intent::kNobody:
    default:
      if (word.both && mutual && other != EntryState::kFree && other != EntryState::kErasing) {
        static_cast<void>(erase_entry(named, TransitionCause::kRollback));
      }
      return erase_entry(index, TransitionCause::kRollback);
  }
  return MailboxCode::kOk;
}

}  // namespace sallyport::fw
