#include "sallyport/fw/sa_manager.hpp"

#include "sallyport/fw/spi.hpp"
#include "sallyport/notice_kind.hpp"

namespace sallyport::fw {

using abi::EntryState;
using abi::MailboxCode;
using abi::TransitionCause;

MailboxCode SaManager::admit(abi::Pool pool, std::uint16_t owner, std::uint32_t wanted) {
  if (pool == abi::Pool::kEstablished && !owners_.admits(owner, wanted)) {
    ++refused_quota_;
    return MailboxCode::kQuota;
  }
  if (!policy_.admits(pool, wanted, table_.available())) {
    ++refused_full_;
    return MailboxCode::kFull;
  }
  return MailboxCode::kOk;
}

bool SaManager::is_same(Purpose purpose) const {
  if (purpose.old_index >= table_.size()) return false;
  const Entry& old = table_[purpose.old_index];
  return old.state != EntryState::kFree && old.generation == purpose.old_generation;
}

MailboxCode SaManager::admit_rekey(const abi::MailboxReserve& request) {
  const std::uint16_t old = request.old_index;
  const bool here = request.starter == static_cast<std::uint8_t>(abi::RekeyStarter::kHere);
  auto pool = static_cast<abi::Pool>(request.pool);
  // E only completes a rekey whose SA is within one T_ike of its hard limit: what a paced SA is close to is known here.
  // For what was asked for that was looked at before.
  if (pool != abi::Pool::kEstablished && table_[old].paced) {
    const bool deep = (here && pacing_.asked_for(old)) || pacing_.close_to_end(old);
    pool = deep ? abi::Pool::kEmergency : abi::Pool::kRekey;
  }
  // What this end has been asked to begin goes before what the peer begins.
  const std::uint32_t wanted = 1U + request.claim + (here ? 0U : pacing_.pledged());
  const MailboxCode code = admit(pool, request.owner, wanted);
  if (code == MailboxCode::kFull && !here) pacing_.refused_peer(old);
  return code;
}

MailboxCode SaManager::check_reserve(const abi::MailboxReserve& request) const {
  if (request.owner == kNone || request.pool >= abi::kPoolCount || request.claim > 1 ||
      request.starter >= abi::kRekeyStarterCount) {
    return MailboxCode::kBadMessage;
  }
  if (request.starter == static_cast<std::uint8_t>(abi::RekeyStarter::kNone)) {
    return request.old_index != 0 || request.old_generation != 0 ? MailboxCode::kBadMessage : MailboxCode::kOk;
  }
  if (request.old_index >= table_.size()) return MailboxCode::kBadIndex;
  const Entry& old = table_[request.old_index];
  if (!is_same({request.old_index, request.old_generation})) return MailboxCode::kStaleGeneration;
  if (!old.inbound || old.state == EntryState::kLarval || old.state == EntryState::kErasing)
    return MailboxCode::kBadState;
  return old.owner == request.owner ? MailboxCode::kOk : MailboxCode::kBadOwner;
}

MailboxCode SaManager::reserve(const abi::MailboxReserve& request, abi::MailboxAnswer& answer) {
  if (const MailboxCode code = check_reserve(request); code != MailboxCode::kOk) return code;
  const bool rekey = request.starter != static_cast<std::uint8_t>(abi::RekeyStarter::kNone);
  const MailboxCode admitted =
      rekey ? admit_rekey(request) : admit(static_cast<abi::Pool>(request.pool), request.owner, 1U + request.claim);
  if (admitted != MailboxCode::kOk) return admitted;

  const std::uint16_t index = table_.oldest_free();
  Entry& entry = table_[index];
  const std::uint32_t spi = make_spi(index, log2_sas_, entry.spi_counter, random_.next());
  const CommandAnswer done = port_.run(abi::Op::kReserve, index, 0, 0, spi);
  if (!done.ok()) {
    table_.defer(index);
    answer.device_code = static_cast<std::uint8_t>(done.code);
    return done.mailbox_code();
  }
  ++entry.spi_counter;
  entry.generation = done.generation;
  table_.move(index, EntryEvent::kReserve);
  adopt_tenant(index, request.owner, true, spi, kNone);
  entry.pool = static_cast<abi::Pool>(request.pool);
  note(index, EntryState::kFree, EntryState::kLarval, TransitionCause::kReserve, bus_.now_ns());
  // Until then its word says that nobody has been told of it.
  if (const MailboxCode code = intend(index, Intent::kHeld, request.claim != 0); code != MailboxCode::kOk) {
    static_cast<void>(erase_entry(index, TransitionCause::kRollback));
    return code;
  }
  if (request.claim != 0) table_.claim(index);
  if (rekey) {
    entry.purpose = {request.old_index, request.old_generation};
    pacing_.begun(request.old_index, request.starter == static_cast<std::uint8_t>(abi::RekeyStarter::kHere));
  }
  answer.in_index = index;
  answer.in_generation = entry.generation;
  answer.spi = spi;
  return MailboxCode::kOk;
}

void SaManager::adopt_tenant(std::uint16_t index, std::uint16_t owner, bool inbound, std::uint32_t spi,
                             std::uint16_t partner) {
  Entry& entry = table_[index];
  if (entry.owner == kNone) owners_.take(owner);
  entry.owner = owner;
  entry.inbound = inbound;
  entry.spi = spi;
  entry.partner = partner;
  entry.purpose = {};
  entry.paced = entry.designated = false;
  entry.phase = RekeyPhase::kNone;
}

MailboxCode SaManager::write_word(std::uint16_t index, const FwWord& word) {
  return port_.run(abi::Op::kWriteFw, index, table_[index].generation, word.low(), word.high()).mailbox_code();
}

MailboxCode SaManager::intend(std::uint16_t index, Intent intent, bool both, std::uint64_t deadline) {
  const Entry& entry = table_[index];
  return write_word(index, {.owner = entry.owner,
                            .partner = entry.partner,
                            .inbound = entry.inbound,
                            .designated = entry.designated,
                            .intent = intent,
                            .both = both,
                            .pool = entry.pool,
                            .deadline = intent == Intent::kLeave ? FwWord::deadline_of(deadline, bus_.now_ns()) : 0});
}

void SaManager::release(std::uint16_t index) {
  Entry& entry = table_[index];
  table_.release_claim(index);
  owners_.give_back(entry.owner);
  if (entry.partner != kNone && table_[entry.partner].partner == index) table_[entry.partner].partner = kNone;
  entry.owner = kNone;
  entry.partner = kNone;
  pacing_.room_made();
}

void SaManager::event(std::uint16_t index, abi::EventKind kind, std::uint64_t latency_ns) {
  telemetry_.of(abi::Histogram::kEventLatency).add(latency_ns);
  switch (abi::notice_kind(kind)) {
    case abi::NoticeKind::kSoft:
      pacing_.reached(index);
      break;
    case abi::NoticeKind::kHard:
    case abi::NoticeKind::kSeqEnd:
    case abi::NoticeKind::kMemory:
      died(index);
      break;
    case abi::NoticeKind::kIcv:
      if (kind == abi::EventKind::kIcvLimit) died(index);
      break;
    default:
      break;
  }
}

void SaManager::died(std::uint16_t index) {
  pacing_.died(index);
  Entry& entry = table_[index];
  if (entry.state != EntryState::kOverlap || !entry.inbound) return;
  // Nothing will come on it: its way out need not be waited for.
  entry.leaving.died = true;
  table_.wait_until(index, bus_.now_ns());
}

void SaManager::note(std::uint16_t index, EntryState from, EntryState to, TransitionCause cause, std::uint64_t time) {
  abi::MailboxNotice* notice = notices_.of_entry(table_[index], index, abi::NoticeKind::kTransition, time);
  if (notice == nullptr) return;
  notice->from_state = static_cast<std::uint8_t>(from);
  notice->to_state = static_cast<std::uint8_t>(to);
  notice->cause = static_cast<std::uint8_t>(cause);
}

}  // namespace sallyport::fw
