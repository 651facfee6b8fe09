#pragma once
/// @file
/// How long something is waited for. Time alone does not tell: it may be that of a wall beside a slow simulation, which
/// runs while the device has hardly moved, or it may stand. So a wait ends when the time is over and the device has
/// been looked at often enough to have got on, or when it has been looked at very often.
#include <cstdint>

#include "sallyport/fw/register_bus.hpp"

namespace sallyport::fw {

/// Looks at the device until `ns` have passed, at least `least` times and at most `most` times.
class Patience {
 public:
  Patience(RegisterBus& bus, std::uint64_t ns, std::uint32_t least, std::uint32_t most)
      : bus_(bus), end_(bus.now_ns() + ns), least_(least), most_(most) {}
  /// To be asked before each look: whether there is to be another one.
  bool another() {
    bus_.alive();
    if (looks_ >= most_ || (looks_ >= least_ && late_)) return false;
    ++looks_;
    // The last look comes after the time is over: it may have been the caller's that passed.
    late_ = bus_.now_ns() >= end_;
    return true;
  }

 private:
  RegisterBus& bus_;
  std::uint64_t end_;
  std::uint32_t least_;
  std::uint32_t most_;
  std::uint32_t looks_ = 0;
  bool late_ = false;
};

}  // namespace sallyport::fw
