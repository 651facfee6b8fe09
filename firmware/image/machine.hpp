#pragma once
/// @file
/// The management core's machine: the accelerator's registers, its own devices, the mailbox. Only the image uses it.
#include <cstdint>

#include "sallyport/abi.hpp"
#include "sallyport/core_regs.hpp"
#include "sallyport/fw/firmware.hpp"
#include "sallyport/fw/random.hpp"
#include "sallyport/fw/register_bus.hpp"
#include "sallyport/regs.hpp"

namespace sallyport::fw {

/// A word of the core's address space.
inline volatile std::uint32_t& word_at(std::uint32_t address) {
  return *reinterpret_cast<volatile std::uint32_t*>(address);  // NOLINT(performance-no-int-to-ptr)
}

/// The accelerator's registers as loads and stores. An access that fails is an exception, and ends in a restart.
class CoreBus final : public RegisterBus {
 public:
  std::optional<std::uint32_t> read32(std::uint32_t address) override { return word_at(abi::kCoreAccelBase + address); }
  [[nodiscard]] bool write32(std::uint32_t address, std::uint32_t value) override {
    word_at(abi::kCoreAccelBase + address) = value;
    return true;
  }
  std::uint64_t now_ns() override;
  /// Feeds the watchdog.
  void alive() override { word_at(abi::kCoreAccelBase + regs::kWatchdogAddress) = kWatchdogUnits; }

 private:
  // How long the watchdog waits, in its units of 2^16 ns: 2 s. A turn of the loop, or an entry at the start, takes far
  // less, also where time is a wall's and the core a slow simulation's.
  static constexpr std::uint32_t kWatchdogUnits = 30'518;
};

/// The noise source; a word takes 32 clocks.
class CoreNoise final : public NoiseSource {
 public:
  std::uint32_t next() override;

 private:
  std::uint32_t seen_ = 0;
};

/// The AES engine; some twelve clocks a block, and as many loads and stores.
class CoreCipher final : public BlockCipher {
 public:
  void key(const Block& key) override;
  Block encrypt(const Block& block) override;
};

/// The core's side of the mailbox.
class Mailbox {
 public:
  /// Goes on where an earlier run stopped.
  void start();
  /// The request that waits, copied: the host may write on.
  std::optional<Words> request();
  /// Answers the request that request() gave; one that was rung meanwhile is still to come.
  void answer(const Words& message) const;
  /// There is room for a notice.
  [[nodiscard]] bool room() const;
  void notice(const Words& message);

 private:
  std::uint32_t head_ = 0;
  std::uint32_t asked_ = 0;
};

/// Why the core started.
abi::CoreCause cause();
/// Lets `interrupts` (bits of mie) end the next sleep, and no others.
void wake_by(std::uint32_t interrupts);
/// Sleeps until one of these is there; returns at once when it is there already.
void sleep();

inline constexpr std::uint32_t kWakeTimer = 1U << 7;     ///< The alarm.
inline constexpr std::uint32_t kWakeEvents = 1U << 11;   ///< Records in the event ring.
inline constexpr std::uint32_t kWakeRequest = 1U << 16;  ///< A request in the mailbox.
inline constexpr std::uint32_t kWakeNotices = 1U << 17;  ///< The host has taken notices.

}  // namespace sallyport::fw
