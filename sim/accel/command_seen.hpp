#pragma once
/// @file
/// A command that the device has carried out, as its command port showed it, whoever gave it.
#include <array>
#include <cstdint>

#include "sallyport/abi.hpp"

namespace sallyport::sim {

struct CommandSeen {
  abi::Op op = abi::Op::kNop;
  std::uint16_t index = 0;
  std::uint16_t generation = 0;
  std::uint32_t arg1 = 0;
  std::uint32_t arg2 = 0;
  std::array<std::uint64_t, abi::kImageWords> image{};  ///< Commit: what stood in the staging slot.
  abi::CmdCode code = abi::CmdCode::kOk;
  std::uint16_t answered = 0;  ///< Generation after it.

  /// Packets of the entry may meet something else after it.
  [[nodiscard]] bool changes_entry() const {
    return op == abi::Op::kReserve || op == abi::Op::kCommit || op == abi::Op::kSetState || op == abi::Op::kKill ||
           op == abi::Op::kErase;
  }
};

}  // namespace sallyport::sim
