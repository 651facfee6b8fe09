#include "vectors/sa_commands.hpp"

#include <string>

#include "sallyport/abi.hpp"
#include "sallyport/regs.hpp"

namespace sallyport::sim {

namespace {

struct RegisterWrite {
  std::uint32_t address;
  std::uint32_t value;
};

Result<void> write_all(Bus& bus, std::span<const RegisterWrite> writes) {
  for (const auto& write : writes) {
    if (auto done = bus.write32(write.address, write.value); !done) return done.error();
  }
  return {};
}

/// Polls until the command is done; gives its result register.
Result<std::uint32_t> wait_for(Bus& bus, std::uint16_t seq, abi::Op op) {
  constexpr int kPolls = 10'000;
  for (int i = 0; i < kPolls; ++i) {
    const auto status = bus.read32(regs::kCmdStatusAddress);
    if (!status) return status.error();
    const bool busy = (*status & regs::kCmdStatusBusyMask) != 0;
    if (busy || (*status & regs::kCmdStatusSeqMask) >> regs::kCmdStatusSeqShift != seq) continue;
    const auto code = static_cast<abi::CmdCode>((*status & regs::kCmdStatusCodeMask) >> regs::kCmdStatusCodeShift);
    if (code == abi::CmdCode::kOk) return bus.read32(regs::kCmdResultAddress);
    return Error{ErrorCode::kRefusedByDevice,
                 std::string("the device refused to ") + abi::name(op) + ": " + abi::name(code)};
  }
  return Error{ErrorCode::kBusFailure, std::string("the command ") + abi::name(op) + " did not end"};
}

Result<std::uint32_t> command(Bus& bus, abi::Op op, std::uint16_t index, std::uint16_t generation) {
  const auto status = bus.read32(regs::kCmdStatusAddress);
  if (!status) return status.error();
  const auto seq = static_cast<std::uint16_t>(((*status & regs::kCmdStatusSeqMask) >> regs::kCmdStatusSeqShift) + 1);
  const RegisterWrite writes[] = {
      {regs::kCmdTargetAddress, std::uint32_t{index} << regs::kCmdTargetIndexShift |
                                    std::uint32_t{generation} << regs::kCmdTargetGenerationShift},
      {regs::kCmdArg1Address, 0},
      {regs::kCmdArg2Address, 0},
      {regs::kCmdGoAddress,
       static_cast<std::uint32_t>(op) << regs::kCmdGoOpShift | std::uint32_t{seq} << regs::kCmdGoSeqShift},
  };
  if (auto done = write_all(bus, writes); !done) return done.error();
  return wait_for(bus, seq, op);
}

}  // namespace

Result<std::uint16_t> install_sa(Bus& bus, std::uint16_t index, const model::ImageWords& image) {
  for (std::uint32_t i = 0; i < image.size(); ++i) {
    const std::uint32_t address = regs::kStagingAddress + 8 * i;
    const RegisterWrite halves[] = {{address, static_cast<std::uint32_t>(image[i])},
                                    {address + 4, static_cast<std::uint32_t>(image[i] >> 32)}};
    if (auto done = write_all(bus, halves); !done) return done.error();
  }
  const auto result = command(bus, abi::Op::kCommit, index, 0);
  if (!result) return result.error();
  return static_cast<std::uint16_t>((*result & regs::kCmdResultGenerationMask) >> regs::kCmdResultGenerationShift);
}

Result<void> erase_sa(Bus& bus, std::uint16_t index, std::uint16_t generation) {
  const auto result = command(bus, abi::Op::kErase, index, generation);
  if (!result) return result.error();
  return {};
}

Result<void> enable(Bus& bus) { return bus.write32(regs::kControlAddress, regs::kControlEnableMask); }

}  // namespace sallyport::sim
