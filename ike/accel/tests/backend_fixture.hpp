#pragma once
/// @file
/// A backend over the fake device with the firmware hosted.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fake_bus.hpp"
#include "sallyport/ike/driver_backend.hpp"

namespace sallyport::ike {

class BackendFixture : public sallyport::test::DeviceFixture {
 protected:
  void SetUp() override {
    DeviceFixture::SetUp();
    queue_.emplace(*device_);
    backend_.emplace(*device_);
  }
  static InstallRequest request(std::uint8_t net = 1) {
    InstallRequest out;
    out.owner = Owner{1};
    out.outbound_spi = Spi{0xC0FFEE01};
    out.inbound = {test::secret(16, 1), test::secret(4, 2)};
    out.outbound = {test::secret(16, 3), test::secret(4, 4)};
    out.local = *IpAddress::parse("192.0.2.1");
    out.remote = *IpAddress::parse("192.0.2.2");
    out.local_selectors = {Selector::of(*IpPrefix::parse("10." + std::to_string(net) + ".0.0/16"))};
    out.remote_selectors = {Selector::of(*IpPrefix::parse("10.99.0.0/16"))};
    out.limits = {100'000, 1'000};
    out.soft = {8'000, 500};
    return out;
  }
  ChildHandle install(std::optional<ChildHandle> old = {}, bool paced = true, std::uint32_t session = 7) {
    const ReserveFor purpose = old ? ReserveFor::kOurRekey : ReserveFor::kNewChild;
    const auto reservation = backend_->reserve({Owner{1}, purpose, old});
    EXPECT_TRUE(reservation) << reservation.error().text;
    auto with = request();
    with.replaces = old;
    if (paced) with.pace = Pace{session, 1, 100 * kMillisecond, true};
    const auto child = backend_->install(reservation->handle, std::move(with));
    EXPECT_TRUE(child) << child.error().text;
    return *child;
  }
  /// What happened since the last call.
  std::vector<ChildEvent> events() {
    EXPECT_TRUE(queue_->poll());
    while (const auto notice = queue_->next()) backend_->on_notice(*notice);
    std::vector<ChildEvent> out;
    while (const auto event = backend_->next_event()) out.push_back(*event);
    return out;
  }
  void pass(std::uint64_t ns) {
    fake_.advance(ns);
    ASSERT_TRUE(firmware_->service());
  }
  abi::EntryState state(SaRef ref) { return fake_.sa(ref.index.value).state; }
  static PacketFlow flow(const char* source, const char* destination) {
    return {*IpAddress::parse(source), *IpAddress::parse(destination), 17, 1'000, 2'000};
  }

  std::optional<EventQueue> queue_;
  std::optional<DriverBackend> backend_;
};

}  // namespace sallyport::ike
