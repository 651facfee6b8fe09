#include "world/watched_bus.hpp"

#include <algorithm>

#include "sallyport/regs.hpp"

namespace sallyport::sim {

namespace {

constexpr std::uint32_t kSlotOctets = abi::kSlotWords * 8;

bool changes_entry(abi::Op op) {
  return op == abi::Op::kReserve || op == abi::Op::kCommit || op == abi::Op::kSetState || op == abi::Op::kKill ||
         op == abi::Op::kErase;
}

}  // namespace

Result<std::uint32_t> WatchedBus::read32(std::uint32_t address) {
  hooks_.before_access();
  auto value = device_.read32(address);
  if (!value || check_ == nullptr) return value;
  if (address == regs::kCmdStatusAddress) finish(*value);
  if (address == regs::kCmdResultAddress) {
    check_->answered_generation(static_cast<std::uint16_t>(*value & regs::kCmdResultGenerationMask));
  }
  return value;
}

Result<void> WatchedBus::write32(std::uint32_t address, std::uint32_t value) {
  hooks_.before_access();
  switch (address) {
    case regs::kCmdTargetAddress:
      target_ = value;
      break;
    case regs::kCmdArg1Address:
      arg1_ = value;
      break;
    case regs::kCmdArg2Address:
      arg2_ = value;
      break;
    case regs::kCmdGoAddress:
      start(value);
      break;
    default:
      if (address >= regs::kStagingAddress) stage(address - regs::kStagingAddress, value);
  }
  return device_.write32(address, value);
}

void WatchedBus::stage(std::uint32_t offset, std::uint32_t value) {
  const std::uint32_t slot = offset / kSlotOctets;
  if (slot >= staged_.size()) return;
  auto& word = staged_[slot][offset % kSlotOctets / 8];
  const bool high = offset % 8 != 0;
  word = high ? (word & UINT32_MAX) | std::uint64_t{value} << 32U : (word & ~std::uint64_t{UINT32_MAX}) | value;
}

void WatchedBus::start(std::uint32_t go) {
  Command command;
  command.op = static_cast<abi::Op>(go & regs::kCmdGoOpMask);
  command.seq = static_cast<std::uint16_t>(go >> regs::kCmdGoSeqShift);
  command.target = target_;
  command.arg1 = arg1_;
  command.arg2 = arg2_;
  if (command.op == abi::Op::kCommit) {
    auto& slot = staged_[arg1_ % abi::kStagingSlots];
    std::copy_n(slot.begin(), command.image.size(), command.image.begin());
  }
  if (changes_entry(command.op)) hooks_.before_change(static_cast<std::uint16_t>(target_ & regs::kCmdTargetIndexMask));
  running_ = command;
}

void WatchedBus::finish(std::uint32_t status) {
  if (!running_ || (status & regs::kCmdStatusBusyMask) != 0) return;
  if (static_cast<std::uint16_t>(status >> regs::kCmdStatusSeqShift) != running_->seq) return;
  const Command command = *running_;
  running_.reset();
  const auto code = static_cast<abi::CmdCode>((status & regs::kCmdStatusCodeMask) >> regs::kCmdStatusCodeShift);
  check_->command(command.op, static_cast<std::uint16_t>(command.target & regs::kCmdTargetIndexMask),
                  static_cast<std::uint16_t>(command.target >> regs::kCmdTargetGenerationShift), command.arg1,
                  command.arg2, command.image, code);
  // The device wipes a slot that was committed or cleared.
  const bool wiped =
      command.op == abi::Op::kClearStaging || (command.op == abi::Op::kCommit && code == abi::CmdCode::kOk);
  if (wiped) staged_[command.arg1 % abi::kStagingSlots].fill(0);
}

}  // namespace sallyport::sim
