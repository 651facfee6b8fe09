#pragma once
/// @file
/// The register bus between firmware and device with an ear on it: it tells the golden check what the firmware
/// commands, whatever software sits above.
#include <array>
#include <cstdint>
#include <functional>
#include <optional>

#include "sallyport/bus.hpp"
#include "sallyport/model/sa_image.hpp"
#include "world/golden_check.hpp"

namespace sallyport::sim {

/// Passes everything through.
class WatchedBus final : public Bus {
 public:
  struct Hooks {
    /// Before every access: the device must not lag behind the world.
    std::function<void()> before_access;
    /// Before a command that may change what packets of this entry meet: those already in the device must come out
    /// first, or nobody could tell on which side of the command they were.
    std::function<void(std::uint16_t index)> before_change;
  };
  /// All must outlive the bus. `check` may be null.
  WatchedBus(Bus& device, GoldenCheck* check, Hooks hooks) : device_(device), check_(check), hooks_(std::move(hooks)) {}

  Result<std::uint32_t> read32(std::uint32_t address) override;
  Result<void> write32(std::uint32_t address, std::uint32_t value) override;
  [[nodiscard]] EventDelivery event_delivery() const override { return device_.event_delivery(); }
  [[nodiscard]] bool interrupt_pending() const override { return device_.interrupt_pending(); }
  [[nodiscard]] std::uint64_t now_ns() const override { return device_.now_ns(); }

 private:
  /// A command that was started and whose end has not been seen.
  struct Command {
    abi::Op op{};
    std::uint16_t seq = 0;
    std::uint32_t target = 0;
    std::uint32_t arg1 = 0;
    std::uint32_t arg2 = 0;
    model::ImageWords image{};
  };
  void start(std::uint32_t go);
  void finish(std::uint32_t status);
  void stage(std::uint32_t offset, std::uint32_t value);

  Bus& device_;
  GoldenCheck* check_;
  Hooks hooks_;
  std::uint32_t target_ = 0;
  std::uint32_t arg1_ = 0;
  std::uint32_t arg2_ = 0;
  std::array<std::array<std::uint64_t, abi::kSlotWords>, abi::kStagingSlots> staged_{};
  std::optional<Command> running_;
};

}  // namespace sallyport::sim
