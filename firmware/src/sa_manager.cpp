#include "sallyport/fw/sa_manager.hpp"

#include "sallyport/fw/fw_word.hpp"
#include "sallyport/fw/spi.hpp"

namespace sallyport::fw {

using abi::EntryState;
using abi::MailboxCode;
using abi::TransitionCause;

MailboxCode SaManager::start(unsigned log2_sas) {
  if (log2_sas > 15 || !table_.reset(static_cast<std::uint16_t>(1U << log2_sas))) return MailboxCode::kBadIndex;
  log2_sas_ = log2_sas;
  owners_.clear_held();
  policy_ = Policy::for_table(table_.size());
  for (std::uint16_t i = 0; i < table_.size(); ++i) {
    if (const MailboxCode code = take_over(i); code != MailboxCode::kOk) return code;
  }
  return MailboxCode::kOk;
}

MailboxCode SaManager::take_over(std::uint16_t index) {
  // The answer alone tells a free entry, and at a start most are: their snapshot registers need not be read.
  CommandAnswer answer = port_.run(abi::Op::kSnapshot, index, 0);
  if (answer.ok() && answer.state == EntryState::kFree && table_[index].state == EntryState::kFree) {
    return MailboxCode::kOk;
  }
  Snapshot now;
  if (answer.ok()) answer = port_.snapshot(index, now);
  if (!answer.answered) return MailboxCode::kBus;
  const EntryState from = table_[index].state;
  const std::uint64_t time = bus_.now_ns();
  if (!answer.ok()) {
    // What cannot be read is given to nobody: it stays out of use, as if it were being erased for ever.
    table_.adopt(index, EntryState::kErasing);
    if (from != EntryState::kErasing) note(index, from, EntryState::kErasing, TransitionCause::kTakenOver, time);
    return MailboxCode::kOk;
  }
  const EntryState to = now.state;
  if (from == to) return MailboxCode::kOk;
  if (from == EntryState::kErasing && to == EntryState::kFree) {
    finish_erase(index, TransitionCause::kErase);
    return MailboxCode::kOk;
  }
  table_.adopt(index, to, to == EntryState::kDraining ? time + policy_.drain_ns : time);
  if (to == EntryState::kFree) {
    release(index);
  } else if (from == EntryState::kFree) {
    const FwWord word = FwWord::unpack(now.fw_word);
    Entry& entry = table_[index];
    entry.spi = now.spi;
    entry.generation = now.generation;
    entry.owner = word.owner;
    entry.partner = word.partner;
    entry.inbound = word.inbound;
    if (word.inbound) entry.spi_counter = static_cast<std::uint8_t>((now.spi >> log2_sas_) + 1);
    owners_.take(entry.owner);
  }
  note(index, from, to, TransitionCause::kTakenOver, time);
  return MailboxCode::kOk;
}

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

MailboxCode SaManager::reserve(const abi::MailboxReserve& request, abi::MailboxAnswer& answer) {
  if (request.owner == kNone || request.pool >= abi::kPoolCount || request.claim > 1) return MailboxCode::kBadMessage;
  const MailboxCode admitted = admit(static_cast<abi::Pool>(request.pool), request.owner, 1U + request.claim);
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
  if (request.claim != 0) table_.claim(index);
  note(index, EntryState::kFree, EntryState::kLarval, TransitionCause::kReserve, bus_.now_ns());
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
  // Only start() reads it, and it asks the device for state and generation: a word that did not get through costs the
  // owner's name.
  static_cast<void>(port_.run(abi::Op::kWriteFw, index, entry.generation, FwWord{owner, partner, inbound}.low(),
                              FwWord{owner, partner, inbound}.high()));
}

void SaManager::release(std::uint16_t index) {
  Entry& entry = table_[index];
  table_.release_claim(index);
  owners_.give_back(entry.owner);
  if (entry.partner != kNone && table_[entry.partner].partner == index) table_[entry.partner].partner = kNone;
  entry.owner = kNone;
  entry.partner = kNone;
}

void SaManager::note(std::uint16_t index, EntryState from, EntryState to, TransitionCause cause, std::uint64_t time) {
  constexpr std::uint8_t kInboundFlag = 1U << 2;
  const Entry& entry = table_[index];
  abi::MailboxNotice notice;
  notice.kind = static_cast<std::uint8_t>(abi::NoticeKind::kTransition);
  notice.index = index;
  notice.generation = entry.generation;
  notice.spi = entry.spi;
  notice.from_state = static_cast<std::uint8_t>(from);
  notice.to_state = static_cast<std::uint8_t>(to);
  notice.cause = static_cast<std::uint8_t>(cause);
  notice.flags = entry.inbound ? kInboundFlag : std::uint8_t{0};
  notice.owner = entry.owner;
  notice.partner = entry.partner;
  notice.time = time;
  notice.posted = time;  // a transition is the firmware's own deed
  notices_.post(notice);
}

}  // namespace sallyport::fw
