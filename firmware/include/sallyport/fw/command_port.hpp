#pragma once
/// @file
/// The command registers: one operation at a time, guarded by a sequence number, so that a repeated write is harmless.
#include <cstdint>
#include <optional>

#include "sallyport/abi.hpp"
#include "sallyport/fw/register_bus.hpp"

namespace sallyport::fw {

/// How an operation ended and the entry after it.
struct CommandAnswer {
  bool answered = false;  ///< False: the bus failed or the device stayed busy; the rest means nothing.
  abi::CmdCode code = abi::CmdCode::kOk;
  std::uint16_t generation = 0;
  abi::EntryState state = abi::EntryState::kFree;
  abi::DeadReason dead = abi::DeadReason::kAlive;

  [[nodiscard]] bool ok() const { return answered && code == abi::CmdCode::kOk; }
  /// The mailbox's code for it.
  [[nodiscard]] abi::MailboxCode mailbox_code() const;
};

/// One entry's counters and state, taken together.
struct Snapshot {
  std::uint64_t seq = 0;
  std::uint64_t octets = 0;
  std::uint64_t packets = 0;
  std::uint64_t icv_fail = 0;
  std::uint64_t fw_word = 0;
  std::uint64_t time = 0;  ///< ns
  std::uint32_t spi = 0;
  std::uint16_t generation = 0;
  abi::EntryState state = abi::EntryState::kFree;
  abi::DeadReason dead = abi::DeadReason::kAlive;
  std::uint8_t raised = 0;
};

/// Sole user of the command registers.
class CommandPort {
 public:
  explicit CommandPort(RegisterBus& bus) : bus_(bus) {}

  /// Learns the device's sequence number. Before the first operation. False when the bus fails or the device stays
  /// busy.
  bool sync();
  /// Runs an operation and waits for its end.
  CommandAnswer run(abi::Op op, std::uint16_t index, std::uint16_t generation, std::uint32_t arg1 = 0,
                    std::uint32_t arg2 = 0);
  /// Fills `snapshot` when the answer is ok.
  CommandAnswer snapshot(std::uint16_t index, Snapshot& snapshot);
  /// Fills `value` with a verdict counter when the answer is ok.
  CommandAnswer counter(bool inbound, abi::Verdict verdict, std::uint64_t& value);

 private:
  std::optional<std::uint32_t> wait_idle();
  std::optional<std::uint64_t> read64(std::uint32_t low_address);

  RegisterBus& bus_;
  std::uint16_t seq_ = 0;
};

/// Writes 64-bit word `word` of staging slot `slot`. False when the bus failed.
[[nodiscard]] bool write_staging(RegisterBus& bus, std::uint8_t slot, unsigned word, std::uint64_t value);

}  // namespace sallyport::fw
