#pragma once
/// @file
/// What the firmware needs from the machine it runs on. On the management core these are loads, stores and a random
/// register; hosted they are the driver's Bus and a seeded generator.
#include <cstdint>
#include <optional>

namespace sallyport::fw {

/// Register access and the time base. Addresses are byte offsets, multiples of 4 (regs.hpp).
class RegisterBus {
 public:
  /// The register's value; nothing when the bus failed.
  virtual std::optional<std::uint32_t> read32(std::uint32_t address) = 0;
  /// False when the bus failed; then the write may or may not have happened.
  [[nodiscard]] virtual bool write32(std::uint32_t address, std::uint32_t value) = 0;
  /// Device time in ns. Never runs backwards.
  virtual std::uint64_t now_ns() = 0;
  /// Long work gets on: whoever watches for a firmware that hangs need not act.
  virtual void alive() {}

 protected:
  // Not virtual: a virtual destructor would pull operator delete into an image that has no heap.
  ~RegisterBus() = default;
};

/// Random bits, 32 at a time, uniform.
class RandomSource {
 public:
  virtual std::uint32_t next() = 0;
  /// False: what next() gives is not random, so nothing that needs it may begin.
  [[nodiscard]] virtual bool usable() const { return true; }
  /// False: the source has failed since; next() goes on from what it gave before.
  [[nodiscard]] virtual bool healthy() const { return true; }

 protected:
  ~RandomSource() = default;
};

}  // namespace sallyport::fw
