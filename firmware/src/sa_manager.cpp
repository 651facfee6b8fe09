#include "sallyport/fw/sa_manager.hpp"

#include "sallyport/fw/spi.hpp"
#include "sallyport/notice_kind.hpp"

namespace sallyport::fw {

using abi::EntryState;
using abi::MailboxCode;
using abi::TransitionCause;

namespace {
// Reservations that may name one SA at a time: both ends may begin its rekey, and either may begin anew.
constexpr unsigned kMostRekeys = 2;
}  // namespace

MailboxCode SaManager::admit(abi::Pool pool, std::uint16_t owner, std::uint32_t wanted, std::uint32_t pledged) {
  if (pool == abi::Pool::kEstablished && !owners_.admits(owner, wanted)) {
    ++refused_quota_;
    return MailboxCode::kQuota;
  }
  if (!policy_.admits(pool, wanted, table_.available(), pledged)) {
    ++refused_full_;
    return MailboxCode::kFull;
  }
  return MailboxCode::kOk;
}

void SaManager::claim(std::uint16_t index) {
  if (table_[index].claim) return;
  table_.claim(index);
  owners_.take(table_[index].owner);
}

void SaManager::release_claim(std::uint16_t index) {
  if (!table_[index].claim) return;
  table_.release_claim(index);
  owners_.give_back(table_[index].owner);
}

bool SaManager::set_policy(const Policy& policy) {
  if (!policy.valid(table_.size())) return false;
  settings_.set_policy(policy);
  policy_ = policy;
  return true;
}

std::uint16_t SaManager::unpaced() const {
  std::uint16_t pairs = 0;
  for (std::uint16_t i = 0; i < table_.size(); ++i) {
    const Entry& entry = table_[i];
    // An outbound half counts where it is alone.
    const bool leads = entry.inbound || entry.partner == kNone;
    if (leads && entry.state == EntryState::kActive && !entry.paced) ++pairs;
  }
  return pairs;
}

bool SaManager::is_same(Purpose purpose) const {
  if (purpose.old_index >= table_.size()) return false;
  const Entry& old = table_[purpose.old_index];
  return old.state != EntryState::kFree && old.generation == purpose.old_generation;
}

MailboxCode SaManager::admit_rekey(const abi::MailboxReserve& request, abi::Pool& pool) {
  const std::uint16_t old = request.old_index;
  const bool here = request.starter == static_cast<std::uint8_t>(abi::RekeyStarter::kHere);
  const bool asked = here && pacing_.asked_for(old);
  // E only completes a rekey whose SA is within one T_ike of its hard limit: what a paced SA is close to is known here.
  // For what was asked for that was looked at before. The limits of the others stand in the device, which does not show
  // them, so there the host's word counts.
  if (pool != abi::Pool::kEstablished && table_[old].paced) {
    pool = asked || pacing_.close_to_end(old) ? abi::Pool::kEmergency : abi::Pool::kRekey;
  }
  // What this end has been asked to begin goes before what the peer begins, and before what the host begins unasked.
  const MailboxCode code = admit(pool, request.owner, 1U + request.claim, asked ? 0 : pacing_.pledged());
  if (code == MailboxCode::kFull && !here) pacing_.refused_peer(old);
  return code;
}

MailboxCode SaManager::check_reserve(const abi::MailboxReserve& request) const {
  if (request.owner == kNone || request.pool >= abi::kPoolCount || request.claim > 1 ||
      request.starter >= abi::kRekeyStarterCount) {
    return MailboxCode::kBadMessage;
  }
  if (request.starter == static_cast<std::uint8_t>(abi::RekeyStarter::kNone)) {
    // Who replaces nothing has no part in what is kept for rekeys (G6).
    const bool new_sa = request.old_index == 0 && request.old_generation == 0 &&
                        request.pool == static_cast<std::uint8_t>(abi::Pool::kEstablished);
    return new_sa ? MailboxCode::kOk : MailboxCode::kBadMessage;
  }
  if (request.old_index >= table_.size()) return MailboxCode::kBadIndex;
  const Entry& old = table_[request.old_index];
  if (!is_same({request.old_index, request.old_generation})) return MailboxCode::kStaleGeneration;
  // One that leaves already, or is not there yet, needs no replacement, and each needs but few.
  if (!old.inbound || (old.state != EntryState::kActive && old.state != EntryState::kOverlap) ||
      old.rekeys >= kMostRekeys) {
    return MailboxCode::kBadState;
  }
  return old.owner == request.owner ? MailboxCode::kOk : MailboxCode::kBadOwner;
}

MailboxCode SaManager::reserve(const abi::MailboxReserve& request, abi::MailboxAnswer& answer) {
  if (const MailboxCode code = check_reserve(request); code != MailboxCode::kOk) return code;
  const bool rekey = request.starter != static_cast<std::uint8_t>(abi::RekeyStarter::kNone);
  auto pool = static_cast<abi::Pool>(request.pool);
  const MailboxCode admitted =
      rekey ? admit_rekey(request, pool) : admit(pool, request.owner, 1U + request.claim, pacing_.pledged());
  if (admitted != MailboxCode::kOk) return admitted;

  const std::uint16_t index = table_.oldest_free();
  Entry& entry = table_[index];
  const std::uint32_t spi = make_spi(index, log2_sas_, next_generation(entry.generation), random_.next());
  const CommandAnswer done = port_.run(abi::Op::kReserve, index, 0, 0, spi);
  if (!done.ok()) {
    table_.defer(index);
    answer.device_code = static_cast<std::uint8_t>(done.code);
    return done.mailbox_code();
  }
  entry.generation = done.generation;
  table_.move(index, EntryEvent::kReserve);
  adopt_tenant(index, request.owner, true, spi, kNone);
  entry.pool = pool;
  const std::uint64_t now = bus_.now_ns();
  note(index, EntryState::kFree, EntryState::kLarval, TransitionCause::kReserve, now);
  // Until then its word says that nobody has been told of it.
  if (const MailboxCode code = intend(index, Intent::kHeld, request.claim != 0); code != MailboxCode::kOk) {
    static_cast<void>(erase_entry(index, TransitionCause::kRollback));
    return code;
  }
  if (request.claim != 0) claim(index);
  if (rekey) {
    begin_rekey(index, {.old_index = request.old_index,
                        .old_generation = request.old_generation,
                        .here = request.starter == static_cast<std::uint8_t>(abi::RekeyStarter::kHere),
                        .began = instant(now)});
  }
  answer.in_index = index;
  answer.in_generation = entry.generation;
  answer.spi = spi;
  return MailboxCode::kOk;
}

void SaManager::begin_rekey(std::uint16_t index, Purpose purpose) {
  table_[index].purpose = purpose;
  Entry& old = table_[purpose.old_index];
  ++old.rekeys;
  pacing_.begun(purpose.old_index, index);
}

void SaManager::end_rekey(std::uint16_t index, Purpose purpose) {
  pacing_.ended(index);
  if (!is_same(purpose)) return;
  --table_[purpose.old_index].rekeys;
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
  entry.rekeys = 0;
  entry.in_window = false;
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
  release_claim(index);
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
  if ((entry.state != EntryState::kOverlap && entry.state != EntryState::kDraining) || !entry.inbound) return;
  // Nothing will come on it: its way out need not be waited for.
  if (entry.state == EntryState::kOverlap) entry.leaving.died = true;
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
