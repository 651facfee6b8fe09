#pragma once
/// @file
/// A bus that passes everything on, for those that change a little of it.
#include "sallyport/bus.hpp"

namespace sallyport::test {

class ForwardingBus : public Bus {
 public:
  explicit ForwardingBus(Bus& bus) : bus_(bus) {}
  Result<std::uint32_t> read32(std::uint32_t address) override { return bus_.read32(address); }
  Result<void> write32(std::uint32_t address, std::uint32_t value) override { return bus_.write32(address, value); }
  [[nodiscard]] EventDelivery event_delivery() const override { return bus_.event_delivery(); }
  [[nodiscard]] bool interrupt_pending() const override { return bus_.interrupt_pending(); }
  [[nodiscard]] std::uint64_t now_ns() const override { return bus_.now_ns(); }

 private:
  Bus& bus_;
};

}  // namespace sallyport::test
