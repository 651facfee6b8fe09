#pragma once
/// @file
/// The fake device as a driver bus, and a device opened over it with hosted firmware.
#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "fake_device.hpp"
#include "sa_fixtures.hpp"
#include "sallyport/device.hpp"
#include "sallyport/hosted_firmware.hpp"

namespace sallyport::test {

class FakeBus final : public Bus {
 public:
  explicit FakeBus(FakeDevice& device) : device_(device) {}
  Result<std::uint32_t> read32(std::uint32_t address) override {
    if (const auto value = device_.read32(address)) return *value;
    return Error{ErrorCode::kBusFailure, "the fake bus is broken"};
  }
  Result<void> write32(std::uint32_t address, std::uint32_t value) override {
    if (device_.write32(address, value)) return {};
    return Error{ErrorCode::kBusFailure, "the fake bus is broken"};
  }
  [[nodiscard]] EventDelivery event_delivery() const override { return EventDelivery::kInterrupt; }
  [[nodiscard]] bool interrupt_pending() const override { return device_.irq(); }
  [[nodiscard]] std::uint64_t now_ns() const override { return device_.now_ns(); }

 private:
  FakeDevice& device_;
};

/// A device of 64 entries, opened.
class DeviceFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    auto firmware = HostedFirmware::start(bus_, 1);
    ASSERT_TRUE(firmware) << firmware.error().text;
    firmware_ = std::move(*firmware);
    auto device = Device::open(bus_, *firmware_);
    ASSERT_TRUE(device) << device.error().text;
    device_ = std::move(*device);
  }
  static InstallOptions options(std::uint16_t owner) {
    InstallOptions out;
    out.owner = OwnerId{owner};
    return out;
  }
  /// For the rekey of `old`.
  static InstallOptions rekey_of(const SaPair& old, std::uint16_t owner = 1, abi::Pool pool = abi::Pool::kRekey) {
    auto out = options(owner);
    out.pool = pool;
    out.rekey = RekeyOf{.inbound = old.in()};
    return out;
  }
  SaPair install(std::uint16_t owner = 1) { return install(options(owner)); }
  SaPair install(const InstallOptions& with) {
    auto reservation = device_->reserve(with);
    EXPECT_TRUE(reservation) << reservation.error().text;
    auto inbound = inbound_tunnel();
    auto outbound = outbound_tunnel(0xC0FFEE01);
    inbound.lifetime.octets = outbound.lifetime.octets = Octets{100'000};
    auto pair = device_->install(*reservation, inbound, outbound, with);
    EXPECT_TRUE(pair) << pair.error().text;
    return std::move(*pair);
  }
  unsigned entries(abi::EntryState state) { return device_->occupancy()->entries[static_cast<unsigned>(state)]; }
  [[nodiscard]] bool staging_has_secrets() const {
    for (unsigned slot = 0; slot < abi::kStagingSlots; ++slot) {
      for (unsigned word = 12; word < abi::kImageWords; ++word) {
        if (fake_.staging(slot)[word] != 0) return true;
      }
    }
    return false;
  }

  FakeDevice fake_;
  FakeBus bus_{fake_};
  std::unique_ptr<HostedFirmware> firmware_;
  std::optional<Device> device_;
};

}  // namespace sallyport::test
