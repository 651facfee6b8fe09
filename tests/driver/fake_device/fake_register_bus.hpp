#pragma once
/// @file
/// The fake device as the firmware's bus, where firmware runs natively over it.
#include <cstdint>
#include <optional>

#include "fake_device.hpp"
#include "sallyport/fw/register_bus.hpp"

namespace sallyport::test {

class FakeRegisterBus final : public fw::RegisterBus {
 public:
  explicit FakeRegisterBus(FakeDevice& device) : device_(device) {}
  std::optional<std::uint32_t> read32(std::uint32_t address) override { return device_.read32(address); }
  [[nodiscard]] bool write32(std::uint32_t address, std::uint32_t value) override {
    return device_.write32(address, value);
  }
  std::uint64_t now_ns() override { return device_.now_ns(); }

 private:
  FakeDevice& device_;
};

}  // namespace sallyport::test
