#include "sallyport/fw/command_port.hpp"

#include "sallyport/regs.hpp"

namespace sallyport::fw {
namespace {

// The longest operation, a commit, runs the AES core once and writes some 20 words: hundreds of clocks. A poll costs
// several.
constexpr int kPolls = 20'000;
// A start that the device has not seen (a lost write) is repeated this often.
constexpr int kStarts = 3;

abi::EntryState state_of(std::uint32_t word) {
  return static_cast<abi::EntryState>((word & regs::kCmdResultStateMask) >> regs::kCmdResultStateShift);
}
abi::DeadReason dead_of(std::uint32_t word) {
  return static_cast<abi::DeadReason>((word & regs::kCmdResultDeadMask) >> regs::kCmdResultDeadShift);
}

}  // namespace

abi::MailboxCode CommandAnswer::mailbox_code() const {
  if (!answered) return abi::MailboxCode::kBus;
  switch (code) {
    case abi::CmdCode::kOk:
      return abi::MailboxCode::kOk;
    case abi::CmdCode::kBadIndex:
      return abi::MailboxCode::kBadIndex;
    case abi::CmdCode::kBadGeneration:
      return abi::MailboxCode::kStaleGeneration;
    case abi::CmdCode::kBadState:
      return abi::MailboxCode::kBadState;
    case abi::CmdCode::kBadLimits:
      return abi::MailboxCode::kBadLimits;
    case abi::CmdCode::kBadImage:
      return abi::MailboxCode::kBadImage;
    case abi::CmdCode::kMemory:
      return abi::MailboxCode::kMemory;
    case abi::CmdCode::kBadOp:
      break;
  }
  return abi::MailboxCode::kDevice;
}

std::optional<std::uint32_t> CommandPort::wait_idle() {
  for (int i = 0; i < kPolls; ++i) {
    const auto status = bus_.read32(regs::kCmdStatusAddress);
    if (!status) return std::nullopt;
    if ((*status & regs::kCmdStatusBusyMask) == 0) return status;
  }
  return std::nullopt;
}

bool CommandPort::sync() {
  const auto status = wait_idle();
  if (!status) return false;
  seq_ = static_cast<std::uint16_t>(*status >> regs::kCmdStatusSeqShift);
  return true;
}

CommandAnswer CommandPort::run(abi::Op op, std::uint16_t index, std::uint16_t generation, std::uint32_t arg1,
                               std::uint32_t arg2) {
  CommandAnswer answer;
  const auto seq = static_cast<std::uint16_t>(seq_ + 1);
  const std::uint32_t target = static_cast<std::uint32_t>(generation) << regs::kCmdTargetGenerationShift | index;
  const std::uint32_t go = static_cast<std::uint32_t>(seq) << regs::kCmdGoSeqShift | static_cast<std::uint32_t>(op);
  if (!bus_.write32(regs::kCmdTargetAddress, target) || !bus_.write32(regs::kCmdArg1Address, arg1) ||
      !bus_.write32(regs::kCmdArg2Address, arg2)) {
    return answer;
  }
  for (int start = 0; start < kStarts; ++start) {
    if (!bus_.write32(regs::kCmdGoAddress, go)) return answer;
    const auto status = wait_idle();
    if (!status) return answer;
    if (*status >> regs::kCmdStatusSeqShift != seq) continue;
    const auto result = bus_.read32(regs::kCmdResultAddress);
    if (!result) return answer;
    seq_ = seq;
    answer.answered = true;
    answer.code = static_cast<abi::CmdCode>((*status & regs::kCmdStatusCodeMask) >> regs::kCmdStatusCodeShift);
    answer.generation = static_cast<std::uint16_t>(*result & regs::kCmdResultGenerationMask);
    answer.state = state_of(*result);
    answer.dead = dead_of(*result);
    return answer;
  }
  return answer;
}

std::optional<std::uint64_t> CommandPort::read64(std::uint32_t low_address) {
  const auto low = bus_.read32(low_address);
  const auto high = bus_.read32(low_address + 4);
  if (!low || !high) return std::nullopt;
  return static_cast<std::uint64_t>(*high) << 32 | *low;
}

CommandAnswer CommandPort::snapshot(std::uint16_t index, Snapshot& snapshot) {
  CommandAnswer answer = run(abi::Op::kSnapshot, index, 0);
  if (!answer.ok()) return answer;
  const auto seq = read64(regs::kSnapSeqLoAddress);
  const auto octets = read64(regs::kSnapOctetsLoAddress);
  const auto packets = read64(regs::kSnapPacketsLoAddress);
  const auto icv_fail = read64(regs::kSnapIcvFailLoAddress);
  const auto fw_word = read64(regs::kSnapFwLoAddress);
  const auto time = read64(regs::kSnapTimeLoAddress);
  const auto spi = bus_.read32(regs::kSnapSpiAddress);
  const auto info = bus_.read32(regs::kSnapInfoAddress);
  if (!seq || !octets || !packets || !icv_fail || !fw_word || !time || !spi || !info) {
    answer.answered = false;
    return answer;
  }
  snapshot = {.seq = *seq,
              .octets = *octets,
              .packets = *packets,
              .icv_fail = *icv_fail,
              .fw_word = *fw_word,
              .time = *time,
              .spi = *spi,
              .generation = static_cast<std::uint16_t>(*info & regs::kSnapInfoGenerationMask),
              .state = state_of(*info),
              .dead = dead_of(*info),
              .raised = static_cast<std::uint8_t>(*info >> regs::kSnapInfoRaisedShift)};
  return answer;
}

CommandAnswer CommandPort::counter(bool inbound, abi::Verdict verdict, std::uint64_t& value) {
  constexpr std::uint32_t kInboundBit = 1U << 6;
  const std::uint32_t which = (inbound ? kInboundBit : 0U) | static_cast<std::uint32_t>(verdict);
  CommandAnswer answer = run(abi::Op::kCounter, 0, 0, which);
  if (!answer.ok()) return answer;
  const auto read = read64(regs::kSnapCounterLoAddress);
  if (read) {
    value = *read;
  } else {
    answer.answered = false;
  }
  return answer;
}

bool write_staging(RegisterBus& bus, std::uint8_t slot, unsigned word, std::uint64_t value) {
  const std::uint32_t address = regs::kStagingAddress + (slot * abi::kSlotWords + word) * 8;
  return bus.write32(address, static_cast<std::uint32_t>(value)) &&
         bus.write32(address + 4, static_cast<std::uint32_t>(value >> 32));
}

}  // namespace sallyport::fw
