#pragma once
/// @file
/// Reads the model's watch port (reg_pkg.sv, watch_t): what is staged and which commands end.
#include <array>
#include <cstdint>
#include <functional>
#include <utility>

#include "accel/command_seen.hpp"

namespace sallyport::sim {

/// Follows the staging bank, so that a commit can be told with its image. The copy holds keys, like the model itself.
class CommandWatch {
 public:
  using Listener = std::function<void(const CommandSeen&)>;

  ~CommandWatch();
  void listener(Listener listener) { listener_ = std::move(listener); }

  /// Something is on the port in this clock; costs a comparison in clocks without.
  static bool busy(const std::uint32_t* port) { return port[0] != 0; }
  /// The port of a clock in which it is busy.
  void clock(const std::uint32_t* port);

 private:
  void end(const std::uint32_t* port);

  Listener listener_;
  std::array<std::array<std::uint64_t, abi::kSlotWords>, abi::kStagingSlots> staged_{};
};

}  // namespace sallyport::sim
