#include "device.hpp"

#include <cstdio>
#include <cstdlib>

#include "sallyport/regs.hpp"

namespace sallyport::test {

namespace {

[[noreturn]] void give_up(const std::string& text) {
  std::fprintf(stderr, "%s\n", text.c_str());
  std::abort();
}

}  // namespace

Device::Device(sim::Accelerator& accelerator)
    : accelerator_(accelerator),
      ring_depth_((read(regs::kCaps1Address) & regs::kCaps1RingDepthMask) >> regs::kCaps1RingDepthShift) {
  write(regs::kControlAddress, regs::kControlEnableMask | regs::kControlIrqEnableMask);
}

std::uint32_t Device::read(std::uint32_t address) {
  const auto value = accelerator_.read32(address);
  if (!value) give_up(value.error().text);
  return *value;
}

void Device::write(std::uint32_t address, std::uint32_t value) {
  const auto done = accelerator_.write32(address, value);
  if (!done) give_up(done.error().text);
}

std::uint64_t Device::read64(std::uint32_t low_address) {
  const std::uint64_t low = read(low_address);
  return std::uint64_t{read(low_address + 4)} << 32 | low;
}

model::CommandResult Device::command(abi::Op op, std::uint32_t index, std::uint16_t generation, std::uint32_t arg1,
                                     std::uint32_t arg2) {
  const std::uint32_t seq =
      (((read(regs::kCmdStatusAddress) & regs::kCmdStatusSeqMask) >> regs::kCmdStatusSeqShift) + 1) & 0xFFFF;
  write(regs::kCmdTargetAddress, index | std::uint32_t{generation} << regs::kCmdTargetGenerationShift);
  write(regs::kCmdArg1Address, arg1);
  write(regs::kCmdArg2Address, arg2);
  write(regs::kCmdGoAddress, static_cast<std::uint32_t>(op) | seq << regs::kCmdGoSeqShift);
  constexpr int kPolls = 10'000;
  for (int i = 0; i < kPolls; ++i) {
    const std::uint32_t status = read(regs::kCmdStatusAddress);
    if ((status & regs::kCmdStatusBusyMask) != 0 || status >> regs::kCmdStatusSeqShift != seq) continue;
    const std::uint32_t result = read(regs::kCmdResultAddress);
    return {static_cast<abi::CmdCode>((status & regs::kCmdStatusCodeMask) >> regs::kCmdStatusCodeShift),
            static_cast<std::uint16_t>(result & regs::kCmdResultGenerationMask),
            static_cast<abi::EntryState>((result & regs::kCmdResultStateMask) >> regs::kCmdResultStateShift),
            static_cast<abi::DeadReason>((result & regs::kCmdResultDeadMask) >> regs::kCmdResultDeadShift)};
  }
  give_up("a command did not end");
}

model::CommandResult Device::commit(std::uint32_t index, std::uint16_t generation, model::ImageView image) {
  for (std::uint32_t w = 0; w < image.size(); ++w) {
    write(regs::kStagingAddress + 8 * w, static_cast<std::uint32_t>(image[w]));
    write(regs::kStagingAddress + 8 * w + 4, static_cast<std::uint32_t>(image[w] >> 32));
  }
  return command(abi::Op::kCommit, index, generation, 0);
}

Snapshot Device::snapshot(std::uint32_t index) {
  command(abi::Op::kSnapshot, index, 0);
  const std::uint32_t info = read(regs::kSnapInfoAddress);
  return {read64(regs::kSnapSeqLoAddress),
          read64(regs::kSnapOctetsLoAddress),
          read64(regs::kSnapPacketsLoAddress),
          read64(regs::kSnapIcvFailLoAddress),
          read64(regs::kSnapFwLoAddress),
          read(regs::kSnapSpiAddress),
          static_cast<std::uint16_t>(info & regs::kSnapInfoGenerationMask),
          static_cast<abi::EntryState>((info & regs::kSnapInfoStateMask) >> regs::kSnapInfoStateShift),
          static_cast<abi::DeadReason>((info & regs::kSnapInfoDeadMask) >> regs::kSnapInfoDeadShift),
          static_cast<std::uint8_t>(info >> regs::kSnapInfoRaisedShift)};
}

std::uint64_t Device::counter(Direction direction, abi::Verdict verdict) {
  constexpr std::uint32_t kInboundBit = 64;
  command(abi::Op::kCounter, 0, 0,
          (direction == Direction::kInbound ? kInboundBit : 0) | static_cast<std::uint32_t>(verdict));
  return read64(regs::kSnapCounterLoAddress);
}

std::vector<abi::EventRecord> Device::take_events() {
  std::vector<abi::EventRecord> events;
  const std::uint32_t head = read(regs::kEvHeadAddress);
  while (tail_ != head) {
    const std::uint32_t at = regs::kRingAddress + (tail_ % ring_depth_) * abi::EventRecord::kOctets;
    std::array<std::uint8_t, abi::EventRecord::kOctets> raw{};
    for (std::uint32_t w = 0; w < raw.size() / 4; ++w) model::store<4>(raw, 4 * w, read(at + 4 * w));
    events.push_back(abi::EventRecord::unpack(raw));
    ++tail_;
  }
  write(regs::kEvTailAddress, tail_);
  return events;
}

}  // namespace sallyport::test
