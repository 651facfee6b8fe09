#include "accel/command_watch.hpp"

#include <algorithm>

#include "sallyport/secret.hpp"

namespace sallyport::sim {
namespace {

constexpr std::uint32_t kEnds = 1;
constexpr std::uint32_t kStages = 2;

}  // namespace

CommandWatch::~CommandWatch() {
  for (auto& slot : staged_) wipe(slot);
}

void CommandWatch::clock(const std::uint32_t* port) {
  if ((port[0] & kStages) != 0) {
    auto& slot = staged_[port[1] / abi::kSlotWords % abi::kStagingSlots];
    slot[port[1] % abi::kSlotWords] = static_cast<std::uint64_t>(port[3]) << 32U | port[2];
  }
  if ((port[0] & kEnds) != 0) end(port);
}

void CommandWatch::end(const std::uint32_t* port) {
  CommandSeen seen;
  seen.index = static_cast<std::uint16_t>(port[4]);
  seen.generation = static_cast<std::uint16_t>(port[4] >> 16U);
  seen.arg1 = port[5];
  seen.arg2 = port[6];
  seen.answered = static_cast<std::uint16_t>(port[7]);
  seen.code = static_cast<abi::CmdCode>(port[7] >> 16U & 0xFFU);
  seen.op = static_cast<abi::Op>(port[7] >> 24U);
  auto& slot = staged_[seen.arg1 % abi::kStagingSlots];
  if (seen.op == abi::Op::kCommit) std::copy_n(slot.begin(), seen.image.size(), seen.image.begin());
  if (listener_) listener_(seen);
  wipe(seen.image);
  // The device wipes a slot that was committed or cleared.
  if (seen.op == abi::Op::kClearStaging || (seen.op == abi::Op::kCommit && seen.code == abi::CmdCode::kOk)) wipe(slot);
}

}  // namespace sallyport::sim
