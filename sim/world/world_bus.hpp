#pragma once
/// @file
/// The register bus of a device in a world: before every access the device's time is brought up to the world's.
#include <cstdint>
#include <functional>
#include <utility>

#include "sallyport/bus.hpp"

namespace sallyport::sim {

/// Passes everything through. The device must outlive it.
class WorldBus final : public Bus {
 public:
  WorldBus(Bus& device, std::function<void()> before_access)
      : device_(device), before_access_(std::move(before_access)) {}

  Result<std::uint32_t> read32(std::uint32_t address) override {
    before_access_();
    return device_.read32(address);
  }
  Result<void> write32(std::uint32_t address, std::uint32_t value) override {
    before_access_();
    return device_.write32(address, value);
  }
  [[nodiscard]] EventDelivery event_delivery() const override { return device_.event_delivery(); }
  [[nodiscard]] bool interrupt_pending() const override { return device_.interrupt_pending(); }
  [[nodiscard]] std::uint64_t now_ns() const override { return device_.now_ns(); }

 private:
  Bus& device_;
  std::function<void()> before_access_;
};

}  // namespace sallyport::sim
