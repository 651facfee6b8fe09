#include "sallyport/tlm/sa_table.hpp"

#include <algorithm>
#include <bit>

namespace sallyport::tlm {

using abi::CmdCode;
using abi::EntryState;
using abi::EventKind;
using abi::Op;
using model::CommandResult;

namespace {
constexpr std::uint8_t bit(EventKind kind) { return static_cast<std::uint8_t>(1U << static_cast<unsigned>(kind)); }
}  // namespace

SaTable::SaTable(const DeviceForm& form, EventRing& ring, StagingBank& staging)
    : golden_(form.num_sas, form.window, form.max_packet), ring_(ring), staging_(staging), told_(form.num_sas) {}

CommandResult SaTable::execute(const Command& command, std::uint64_t now_ns) {
  // The answer of these says nothing of an entry.
  switch (command.op) {
    case Op::kNop:
      return {};
    case Op::kCounter:
      take_counter(command.arg1);
      return {};
    case Op::kClearStaging:
      staging_.clear(command.arg1);
      return {};
    default:
      break;
  }
  const bool known = static_cast<unsigned>(command.op) < abi::kOpCount && command.op != Op::kFlip;
  if (!known) return {CmdCode::kBadOp};
  if (command.index >= golden_.num_sas()) return {CmdCode::kBadIndex};
  return on_entry(command, now_ns);
}

CommandResult SaTable::on_entry(const Command& command, std::uint64_t now_ns) {
  const std::uint64_t word = static_cast<std::uint64_t>(command.arg2) << 32U | command.arg1;
  constexpr std::uint32_t kStateMask = 7;
  switch (command.op) {
    case Op::kReserve: {
      const CommandResult done = golden_.reserve(command.index, command.arg2);
      if (done.code == CmdCode::kOk) told_[command.index] = 0;
      return done;
    }
    case Op::kCommit:
      return commit(command);
    case Op::kSetState:
      return golden_.set_state(command.index, command.generation, static_cast<EntryState>(command.arg1 & kStateMask));
    case Op::kKill:
      return golden_.kill(command.index, command.generation);
    case Op::kErase:
      return erase(command, now_ns);
    case Op::kWriteFw:
      return golden_.write_firmware_word(command.index, command.generation, word);
    case Op::kPokeSeq:
      return poke(command);
    case Op::kSnapshot:
      take_snapshot(command.index, now_ns);
      return answer(command.index, CmdCode::kOk);
    case Op::kMarch: {
      const bool free = golden_.entry(command.index).state() == EntryState::kFree;
      return answer(command.index, free ? CmdCode::kOk : CmdCode::kBadState);
    }
    default:  // verify
      return answer(command.index, CmdCode::kOk);
  }
}

CommandResult SaTable::commit(const Command& command) {
  const CommandResult done = golden_.commit(command.index, command.generation, staging_.image(command.arg1));
  if (done.code == CmdCode::kOk) {
    told_[command.index] = 0;
    staging_.clear(command.arg1);
  }
  return done;
}

CommandResult SaTable::erase(const Command& command, std::uint64_t now_ns) {
  const CommandResult begun = golden_.begin_erase(command.index, command.generation);
  if (begun.code != CmdCode::kOk) return begun;
  tell(command.index, 0, now_ns);
  return answer(command.index, CmdCode::kOk);
}

CommandResult SaTable::poke(const Command& command) {
  const model::SaEntry& entry = golden_.entry(command.index);
  if (entry.generation() != command.generation) return answer(command.index, CmdCode::kBadGeneration);
  if (entry.state() == EntryState::kFree) return answer(command.index, CmdCode::kBadState);
  golden_.preset(command.index, static_cast<std::uint64_t>(command.arg2) << 32U | command.arg1, entry.octets(),
                 entry.packets(), entry.icv_failures());
  return answer(command.index, CmdCode::kOk);
}

void SaTable::take_snapshot(std::uint32_t index, std::uint64_t now_ns) {
  const model::SaEntry& entry = golden_.entry(index);
  snapshot_.seq = entry.sequence();
  snapshot_.octets = entry.octets();
  snapshot_.packets = entry.packets();
  snapshot_.icv_fail = entry.icv_failures();
  snapshot_.fw = entry.firmware_word();
  snapshot_.spi = entry.spi();
  snapshot_.generation = entry.generation();
  snapshot_.state = entry.state();
  snapshot_.dead = entry.dead();
  snapshot_.raised = entry.raised();
  snapshot_.time_ns = now_ns;
}

void SaTable::take_counter(std::uint32_t which) {
  constexpr std::uint32_t kInbound = 0x40;
  constexpr std::uint32_t kVerdict = 0x3F;
  const std::uint32_t verdict = which & kVerdict;
  snapshot_.counter = verdict < abi::kVerdictCount ? counts_[(which & kInbound) != 0 ? 1 : 0][verdict] : 0;
}

CommandResult SaTable::answer(std::uint32_t index, CmdCode code) const {
  const model::SaEntry& entry = golden_.entry(index);
  return {code, entry.generation(), entry.state(), entry.dead()};
}

model::PacketResult SaTable::packet(Direction direction, std::span<const std::uint8_t, 16> descriptor,
                                    model::OctetView packet, bool counted, std::uint64_t now_ns) {
  abi::OutDesc::Octets head{};
  std::copy(descriptor.begin(), descriptor.end(), head.begin());
  const bool out = direction == Direction::kOutbound;
  model::PacketResult result =
      out ? golden_.outbound(abi::OutDesc::unpack(head), packet) : golden_.inbound(abi::InDesc::unpack(head), packet);
  if (counted) ++counts_[static_cast<std::size_t>(direction)][result.status.verdict];
  // Events of one packet are of one entry.
  std::uint8_t fresh = 0;
  for (const auto& event : result.events) fresh |= bit(event.kind);
  if (fresh != 0) tell(result.events.front().index, fresh, now_ns);
  return result;
}

void SaTable::tell_waiting(std::uint64_t now_ns) {
  // A pass over the table, as the device's own: it stands while the ring is full and goes on where it stood; what was
  // left meanwhile is told by another pass.
  while (ring_.room() && (in_pass_ || left_)) {
    if (!in_pass_) left_ = false;
    if (waiting(pass_at_) != 0) tell(pass_at_, 0, now_ns);
    pass_at_ = (pass_at_ + 1) % golden_.num_sas();
    in_pass_ = pass_at_ != 0;
  }
}

std::uint8_t SaTable::waiting(std::uint32_t index) const {
  return static_cast<std::uint8_t>(golden_.entry(index).raised() & ~told_[index]);
}

void SaTable::tell(std::uint32_t index, std::uint8_t fresh, std::uint64_t now_ns) {
  while (const std::uint8_t left = waiting(index)) {
    if (!ring_.room()) {
      left_ = true;
      return;
    }
    const auto kind = static_cast<EventKind>(std::countr_zero(left));
    ring_.put(record(index, kind, (fresh & bit(kind)) == 0, now_ns));
    told_[index] |= bit(kind);
  }
  // An erased entry is set free when it has nothing left to tell (G3).
  golden_.release(index);
}

abi::EventRecord SaTable::record(std::uint32_t index, EventKind kind, bool late, std::uint64_t now_ns) const {
  const model::SaEntry& entry = golden_.entry(index);
  const bool packets = kind == EventKind::kHard && entry.dead() == abi::DeadReason::kHardPackets;
  abi::EventRecord out;
  out.index = static_cast<std::uint16_t>(index);
  out.generation = entry.generation();
  out.spi = entry.spi();
  out.kind = static_cast<std::uint8_t>(kind);
  out.flags = static_cast<std::uint8_t>((late ? kEventLate : 0) | (packets ? kEventPackets : 0) |
                                        (entry.config().inbound() ? kEventInbound : 0));
  switch (kind) {
    case EventKind::kSoftOctets:
      out.count = entry.octets();
      break;
    case EventKind::kSoftPackets:
      out.count = entry.packets();
      break;
    case EventKind::kHard:
      out.count = packets ? entry.packets() : entry.octets();
      break;
    case EventKind::kIcvSoft:
    case EventKind::kIcvLimit:
      out.count = entry.icv_failures();
      break;
    case EventKind::kSoftSeq:
    case EventKind::kSeqEnd:
      out.count = entry.sequence();
      break;
    case EventKind::kMemory:
      break;
  }
  out.time_ns = now_ns;
  return out;
}

}  // namespace sallyport::tlm
