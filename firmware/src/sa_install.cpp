// install_pair and install_one: all or nothing. The outbound entry is committed first, because it can be taken back
// without a trace (free -> active -> free, and nobody knows its index yet), while a reservation that was keyed cannot
// be unkeyed. Neither direction carries a packet before the host has the answer, so "inbound before outbound" holds for
// traffic.
#include "sallyport/fw/sa_manager.hpp"
#include "sallyport/image_words.hpp"

namespace sallyport::fw {
namespace {

constexpr std::uint8_t kNoSlot = 0xFF;

bool has(std::uint8_t flags, abi::InstallFlag flag) { return (flags >> static_cast<unsigned>(flag) & 1U) != 0; }

PaceTerms terms_of(const abi::MailboxInstall& request) {
  constexpr unsigned kWindowShift = 3;
  return {.group = request.group,
          .window = static_cast<std::uint8_t>(request.flags >> kWindowShift),
          .t_ike = span_of(Rough::from_code(request.t_ike).value()),
          .designated = has(request.flags, abi::InstallFlag::kDesignated)};
}

bool slot_fits(std::uint8_t slot) { return slot == kNoSlot || slot < abi::kStagingSlots; }

}  // namespace

using abi::EntryState;
using abi::MailboxCode;
using abi::TransitionCause;

MailboxCode SaManager::install(const abi::MailboxInstall& request, abi::MailboxAnswer& answer) {
  answer.in_index = answer.out_index = kNone;
  SoftInterval interval{request.soft_from, request.soft_span};
  MailboxCode code = check_install(request, interval);
  if (code == MailboxCode::kOk) code = commit(request, interval, answer);
  if (code == MailboxCode::kOk) return code;
  // A refused install leaves no key behind in the staging bank either.
  for (const std::uint8_t slot : {request.slot_in, request.slot_out}) {
    if (slot < abi::kStagingSlots) static_cast<void>(port_.run(abi::Op::kClearStaging, 0, 0, slot));
  }
  return code;
}

MailboxCode SaManager::check_install(const abi::MailboxInstall& request, SoftInterval& interval) {
  const bool with_in = request.slot_in != kNoSlot;
  const bool with_out = request.slot_out != kNoSlot;
  const bool pair = request.command == static_cast<std::uint8_t>(abi::MailboxCommand::kInstallPair);
  if (pair ? !(with_in && with_out) : with_in == with_out) return MailboxCode::kBadMessage;
  if (!slot_fits(request.slot_in) || !slot_fits(request.slot_out) || request.slot_in == request.slot_out) {
    return MailboxCode::kBadSlot;
  }
  if (with_in != (request.in_index != kNone) || (!with_in && request.in_generation != 0) || request.owner == kNone ||
      request.pool >= abi::kPoolCount || !check_pace(request)) {
    return MailboxCode::kBadMessage;
  }
  if (interval.from == 0 && interval.span == 0) interval = policy_.soft;
  if (!interval.valid()) return MailboxCode::kBadPolicy;

  std::uint16_t claimant = kNone;
  if (with_in) {
    const MailboxCode code = check_side({request.in_index, request.in_generation, true}, EntryEvent::kCommit);
    if (code != MailboxCode::kOk) return code;
    if (table_[request.in_index].owner != request.owner) return MailboxCode::kBadOwner;
    claimant = request.in_index;
  }
  if (pair && request.partner != kNone) return MailboxCode::kBadMessage;
  if (const MailboxCode code = check_partner(request); code != MailboxCode::kOk) return code;
  if (!with_out) return MailboxCode::kOk;
  if (!with_in) claimant = request.partner;
  // Alone it is a new SA; with an inbound half it comes from where that came from.
  if (claimant == kNone) {
    if (request.pool != static_cast<std::uint8_t>(abi::Pool::kEstablished)) return MailboxCode::kBadMessage;
    return admit(abi::Pool::kEstablished, request.owner, 1, pacing_.pledged());
  }
  if (table_[claimant].claim) return MailboxCode::kOk;
  return admit(table_[claimant].pool, request.owner, 1, pacing_.pledged());
}

MailboxCode SaManager::check_partner(const abi::MailboxInstall& request) const {
  const bool with_in = request.slot_in != kNoSlot;
  // A reservation that has its outbound half already is joined to no other.
  if (with_in && table_[request.in_index].partner != kNone && table_[request.in_index].partner != request.partner) {
    return MailboxCode::kBadState;
  }
  if (request.partner == kNone) return MailboxCode::kOk;
  if (request.partner >= table_.size()) return MailboxCode::kBadIndex;
  const Entry& partner = table_[request.partner];
  const bool works = partner.state == EntryState::kActive || partner.state == EntryState::kLarval;
  const bool taken = partner.partner != kNone && !(with_in && partner.partner == request.in_index);
  if (!works || taken || partner.inbound == with_in) return MailboxCode::kBadState;
  return partner.owner == request.owner ? MailboxCode::kOk : MailboxCode::kBadOwner;
}

bool SaManager::check_pace(const abi::MailboxInstall& request) const {
  if (has(request.flags, abi::InstallFlag::kPaced))
    return Rough::from_code(request.t_ike).valid() && pacing_.valid(terms_of(request));
  return (request.flags & ~(1U << static_cast<unsigned>(abi::InstallFlag::kEsn))) == 0 && request.group == 0 &&
         request.t_ike == 0;
}

SaManager::Limits SaManager::draw_limits(std::uint64_t hard_octets, std::uint64_t hard_packets, const SoftDraw& draw) {
  return {.hard_octets = hard_octets,
          .hard_packets = hard_packets,
          .soft_octets = draw(hard_octets, random_.next()),
          .soft_packets = draw(hard_packets, random_.next())};
}

bool SaManager::stage_limits(std::uint8_t slot, const Limits& limits) {
  return write_staging(bus_, slot, abi::kWordSoftOctets, limits.soft_octets) &&
         write_staging(bus_, slot, abi::kWordHardOctets, limits.hard_octets) &&
         write_staging(bus_, slot, abi::kWordSoftPackets, limits.soft_packets) &&
         write_staging(bus_, slot, abi::kWordHardPackets, limits.hard_packets);
}

MailboxCode SaManager::commit_side(std::uint16_t index, std::uint16_t generation, std::uint8_t slot,
                                   abi::MailboxAnswer& answer) {
  const CommandAnswer done = port_.run(abi::Op::kCommit, index, generation, slot);
  if (!done.ok()) {
    answer.device_code = static_cast<std::uint8_t>(done.code);
    return done.mailbox_code();
  }
  table_[index].generation = done.generation;
  return MailboxCode::kOk;
}

MailboxCode SaManager::commit_out(const abi::MailboxInstall& request, const SoftDraw& draw, std::uint16_t in,
                                  abi::MailboxAnswer& answer, std::uint64_t& packets) {
  const Limits limits = draw_limits(request.out_hard_octets, request.out_hard_packets, draw);
  const bool esn = has(request.flags, abi::InstallFlag::kEsn);
  const std::uint64_t soft_seq = draw(last_seq(esn), random_.next());
  // Each packet takes a number, so a threshold of numbers is one of packets; that of 64-bit ones nobody reaches.
  packets = !esn && soft_seq < limits.soft_packets ? soft_seq : limits.soft_packets;
  if (!stage_limits(request.slot_out, limits) || !write_staging(bus_, request.slot_out, abi::kWordLast, soft_seq)) {
    return MailboxCode::kBus;
  }
  const std::uint16_t out = table_.oldest_free();
  if (request.slot_in != kNoSlot) {
    // A run that is interrupted now finds the inbound half unkeyed and takes the outbound one back.
    table_[in].partner = out;
    table_[in].designated = has(request.flags, abi::InstallFlag::kDesignated);
    if (const MailboxCode code = intend(in, Intent::kPairing, table_[in].claim); code != MailboxCode::kOk) return code;
  }
  MailboxCode code = commit_side(out, 0, request.slot_out, answer);
  if (code != MailboxCode::kOk) {
    table_.defer(out);
    return code;
  }
  table_.move(out, EntryEvent::kCommit);
  adopt_tenant(out, request.owner, false, request.out_spi, in);
  table_[out].pool = in != kNone ? table_[in].pool : abi::Pool::kEstablished;
  table_[out].designated = has(request.flags, abi::InstallFlag::kDesignated);
  note(out, EntryState::kFree, EntryState::kActive, TransitionCause::kInstall, bus_.now_ns());
  // Until then its word says that nobody has been told of it.
  code = intend(out, Intent::kHeld);
  if (code != MailboxCode::kOk) {
    static_cast<void>(erase_entry(out, TransitionCause::kRollback));
    return code;
  }
  answer.out_index = out;
  answer.out_generation = table_[out].generation;
  answer.out_soft_octets = limits.soft_octets;
  answer.out_soft_packets = limits.soft_packets;
  return MailboxCode::kOk;
}

MailboxCode SaManager::commit_in(const abi::MailboxInstall& request, const SoftDraw& draw, abi::MailboxAnswer& answer) {
  const std::uint16_t in = request.in_index;
  const Limits limits = draw_limits(request.in_hard_octets, request.in_hard_packets, draw);
  MailboxCode code = stage_limits(request.slot_in, limits) ? MailboxCode::kOk : MailboxCode::kBus;
  if (code == MailboxCode::kOk && request.slot_out == kNoSlot) {
    table_[in].partner = request.partner;
    table_[in].designated = has(request.flags, abi::InstallFlag::kDesignated);
    code = intend(in, Intent::kHeld, table_[in].claim);
  }
  if (code == MailboxCode::kOk) code = commit_side(in, request.in_generation, request.slot_in, answer);
  if (code != MailboxCode::kOk) return code;
  table_.move(in, EntryEvent::kCommit);
  note(in, EntryState::kLarval, EntryState::kActive, TransitionCause::kInstall, bus_.now_ns());
  answer.in_index = in;
  answer.in_generation = table_[in].generation;
  answer.in_soft_octets = limits.soft_octets;
  answer.in_soft_packets = limits.soft_packets;
  return MailboxCode::kOk;
}

MailboxCode SaManager::commit(const abi::MailboxInstall& request, SoftInterval interval, abi::MailboxAnswer& answer) {
  const bool with_in = request.slot_in != kNoSlot;
  const bool with_out = request.slot_out != kNoSlot;
  const std::uint16_t in = with_in ? request.in_index : request.partner;
  const SoftDraw draw(interval);
  const Purpose purpose = with_in ? table_[in].purpose : Purpose{};
  // Only one that is installed alone can have a partner yet.
  const std::uint16_t partner_before = with_in ? table_[in].partner : kNone;
  std::uint64_t out_packets = kNoSoftLimit;
  if (with_out) {
    const MailboxCode code = commit_out(request, draw, in, answer, out_packets);
    if (code != MailboxCode::kOk) {
      if (with_in) table_[in].partner = kNone;
      return code;
    }
  }
  if (with_in) {
    const MailboxCode code = commit_in(request, draw, answer);
    if (code != MailboxCode::kOk) {
      if (with_out) static_cast<void>(erase_entry(answer.out_index, TransitionCause::kRollback));
      table_[in].partner = partner_before;
      answer.out_index = kNone;
      answer.out_generation = 0;
      answer.out_soft_octets = answer.out_soft_packets = 0;
      return code;
    }
  }
  // The promise to the outbound half is kept, and the halves know each other.
  const std::uint16_t out = with_out ? answer.out_index : request.partner;
  if (with_out && in != kNone) {
    release_claim(in);
    table_[in].partner = out;
  } else if (out != kNone) {
    table_[out].partner = in;
  }
  // One that was there before learns it too, after a restart as well; should that fail, it is alone then.
  if (with_in != with_out && request.partner != kNone) static_cast<void>(intend(request.partner, Intent::kHeld));
  if (with_in) end_rekey(in, purpose);
  pace(request, interval, answer, out_packets);
  if (is_same(purpose)) pacing_.keyed(purpose, in);
  return MailboxCode::kOk;
}

void SaManager::pace(const abi::MailboxInstall& request, SoftInterval interval, const abi::MailboxAnswer& answer,
                     std::uint64_t out_soft_packets) {
  if (!has(request.flags, abi::InstallFlag::kPaced)) return;
  PaceTerms terms = terms_of(request);
  // The latest soft limit that can have been drawn.
  const std::uint32_t beyond = kWhole * 64U / (interval.from + interval.span) - 64U;
  terms.hard_over_soft = static_cast<std::uint8_t>(beyond < UINT8_MAX ? beyond : UINT8_MAX);
  const std::uint64_t now = bus_.now_ns();
  if (answer.out_index != kNone) {
    pacing_.installed(answer.out_index, terms, answer.out_soft_octets, out_soft_packets, now);
  }
  if (answer.in_index != kNone) {
    pacing_.installed(answer.in_index, terms, answer.in_soft_octets, answer.in_soft_packets, now);
  }
}

}  // namespace sallyport::fw
