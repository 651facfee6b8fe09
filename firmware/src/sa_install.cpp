// install_pair and install_one: all or nothing. The outbound entry is committed first, because it can be taken back
// without a trace (free -> active -> free, and nobody knows its index yet), while a reservation that was keyed cannot
// be unkeyed. Neither direction carries a packet before the host has the answer, so "inbound before outbound" holds for
// traffic.
#include "sallyport/fw/sa_manager.hpp"

namespace sallyport::fw {
namespace {

constexpr std::uint8_t kNoSlot = 0xFF;

// Words of an SA image (abi.toml, layout).
constexpr unsigned kWordSoftOctets = 6;
constexpr unsigned kWordHardOctets = 7;
constexpr unsigned kWordSoftPackets = 8;
constexpr unsigned kWordHardPackets = 9;
constexpr unsigned kWordSoftSeq = 11;

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
      request.pool >= abi::kPoolCount || request.esn > 1 || request.reserved != 0) {
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
  if (request.partner != kNone) {
    if (pair) return MailboxCode::kBadMessage;
    if (request.partner >= table_.size()) return MailboxCode::kBadIndex;
    const Entry& partner = table_[request.partner];
    if (partner.state == EntryState::kFree || partner.inbound == with_in) return MailboxCode::kBadState;
    if (partner.owner != request.owner) return MailboxCode::kBadOwner;
    if (with_out) claimant = request.partner;
  }
  if (!with_out || (claimant != kNone && table_[claimant].claim)) return MailboxCode::kOk;
  return admit(static_cast<abi::Pool>(request.pool), request.owner, 1);
}

SaManager::Limits SaManager::draw_limits(std::uint64_t hard_octets, std::uint64_t hard_packets, SoftInterval interval) {
  return {.hard_octets = hard_octets,
          .hard_packets = hard_packets,
          .soft_octets = draw_soft(hard_octets, interval, random_.next()),
          .soft_packets = draw_soft(hard_packets, interval, random_.next())};
}

bool SaManager::stage_limits(std::uint8_t slot, const Limits& limits) {
  return write_staging(bus_, slot, kWordSoftOctets, limits.soft_octets) &&
         write_staging(bus_, slot, kWordHardOctets, limits.hard_octets) &&
         write_staging(bus_, slot, kWordSoftPackets, limits.soft_packets) &&
         write_staging(bus_, slot, kWordHardPackets, limits.hard_packets);
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

MailboxCode SaManager::commit(const abi::MailboxInstall& request, SoftInterval interval, abi::MailboxAnswer& answer) {
  const std::uint16_t in = request.slot_in == kNoSlot ? request.partner : request.in_index;
  std::uint16_t out = request.slot_out == kNoSlot ? request.partner : kNone;

  if (request.slot_out != kNoSlot) {
    const Limits limits = draw_limits(request.out_hard_octets, request.out_hard_packets, interval);
    const std::uint64_t soft_seq = draw_soft_seq(request.esn != 0, interval, random_.next());
    if (!stage_limits(request.slot_out, limits) || !write_staging(bus_, request.slot_out, kWordSoftSeq, soft_seq)) {
      return MailboxCode::kBus;
    }
    out = table_.oldest_free();
    const MailboxCode code = commit_side(out, 0, request.slot_out, answer);
    if (code != MailboxCode::kOk) {
      table_.defer(out);
      return code;
    }
    table_.move(out, EntryEvent::kCommit);
    adopt_tenant(out, request.owner, false, request.out_spi, in);
    note(out, EntryState::kFree, EntryState::kActive, TransitionCause::kInstall, bus_.now_ns());
    answer.out_index = out;
    answer.out_generation = table_[out].generation;
    answer.out_soft_octets = limits.soft_octets;
    answer.out_soft_packets = limits.soft_packets;
  }
  if (request.slot_in != kNoSlot) {
    const Limits limits = draw_limits(request.in_hard_octets, request.in_hard_packets, interval);
    MailboxCode code = stage_limits(request.slot_in, limits) ? MailboxCode::kOk : MailboxCode::kBus;
    if (code == MailboxCode::kOk) code = commit_side(in, request.in_generation, request.slot_in, answer);
    if (code != MailboxCode::kOk) {
      if (request.slot_out != kNoSlot) static_cast<void>(erase_entry(out, TransitionCause::kRollback));
      answer.out_index = kNone;
      answer.out_generation = 0;
      answer.out_soft_octets = answer.out_soft_packets = 0;
      return code;
    }
    table_.move(in, EntryEvent::kCommit);
    adopt_tenant(in, request.owner, true, table_[in].spi, out);
    note(in, EntryState::kLarval, EntryState::kActive, TransitionCause::kInstall, bus_.now_ns());
    answer.in_index = in;
    answer.in_generation = table_[in].generation;
    answer.in_soft_octets = limits.soft_octets;
    answer.in_soft_packets = limits.soft_packets;
  }
  // The promise to the outbound half is kept, and the halves know each other.
  if (request.slot_out != kNoSlot && in != kNone) {
    table_.release_claim(in);
    table_[in].partner = out;
  } else if (out != kNone) {
    table_[out].partner = in;
  }
  return MailboxCode::kOk;
}

}  // namespace sallyport::fw
