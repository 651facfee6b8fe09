#include "sallyport/hosted_firmware.hpp"

#include <random>
#include <string>

#include "sallyport/fw/firmware.hpp"
#include "sallyport/mailbox.hpp"

namespace sallyport {
namespace {

// The largest table there is, a notice queue that takes a burst between two polls of the host, and plenty of owners.
constexpr std::size_t kOwners = 1'024;
using HostedStorage = fw::Storage<16'384, 1'024, kOwners>;

class DriverBus final : public fw::RegisterBus {
 public:
  explicit DriverBus(Bus& bus) : bus_(bus) {}
  std::optional<std::uint32_t> read32(std::uint32_t address) override {
    const auto value = bus_.read32(address);
    if (value) return *value;
    failure_ = value.error().text;
    return std::nullopt;
  }
  [[nodiscard]] bool write32(std::uint32_t address, std::uint32_t value) override {
    const auto done = bus_.write32(address, value);
    if (!done) failure_ = done.error().text;
    return done.ok();
  }
  std::uint64_t now_ns() override { return bus_.now_ns(); }
  /// What the transport said last.
  [[nodiscard]] const std::string& failure() const { return failure_; }

 private:
  Bus& bus_;
  std::string failure_ = "the device did not answer in time";
};

class SeededRandom final : public fw::RandomSource {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  std::uint32_t next() override { return static_cast<std::uint32_t>(engine_() >> 32); }

 private:
  std::mt19937_64 engine_;
};

class SystemRandom final : public fw::RandomSource {
 public:
  std::uint32_t next() override { return device_(); }

 private:
  std::random_device device_;
};

}  // namespace

struct HostedFirmware::Machine {
  Machine(Bus& driver_bus, std::optional<std::uint64_t> seed)
      : driver(driver_bus),
        bus(driver_bus),
        seeded(seed.value_or(0)),
        firmware(bus, seed ? static_cast<fw::RandomSource&>(seeded) : system, *storage, kept) {}

  Bus& driver;
  DriverBus bus;
  SeededRandom seeded;
  SystemRandom system;
  std::unique_ptr<HostedStorage> storage = std::make_unique<HostedStorage>();
  fw::Kept<kOwners> kept{};
  fw::Firmware firmware;
};

HostedFirmware::HostedFirmware(std::unique_ptr<Machine> machine) : machine_(std::move(machine)) {}
HostedFirmware::~HostedFirmware() = default;

Result<std::unique_ptr<HostedFirmware>> HostedFirmware::start(Bus& bus, std::optional<std::uint64_t> seed) {
  auto machine = std::make_unique<Machine>(bus, seed);
  const abi::MailboxCode code = machine->firmware.start();
  if (code == abi::MailboxCode::kBus) {
    return Error{ErrorCode::kBusFailure, "firmware: start failed: " + machine->bus.failure()};
  }
  if (code == abi::MailboxCode::kBadVersion) {
    return Error{ErrorCode::kVersionMismatch,
                 "firmware: the accelerator is not of ABI version " + std::to_string(abi::kAbiVersion)};
  }
  if (code != abi::MailboxCode::kOk) {
    return Error{ErrorCode::kRefusedByDevice,
                 std::string("firmware: start failed with ") + abi::name(code) + ": " + mailbox_advice(code)};
  }
  return std::unique_ptr<HostedFirmware>(new HostedFirmware(std::move(machine)));
}

Result<MailboxMessage> HostedFirmware::exchange(const MailboxMessage& request) {
  return machine_->firmware.handle(request);
}

bool HostedFirmware::work_pending() const {
  const Bus& bus = machine_->driver;
  return bus.interrupt_pending() || bus.event_delivery() == EventDelivery::kPollingOnly ||
         bus.now_ns() >= machine_->firmware.next_deadline();
}

std::uint64_t HostedFirmware::next_deadline_ns() const { return machine_->firmware.next_deadline(); }

Result<void> HostedFirmware::service() {
  if (machine_->firmware.poll()) return {};
  return Error{ErrorCode::kBusFailure, "firmware: events could not be read: " + machine_->bus.failure()};
}

Result<std::optional<MailboxMessage>> HostedFirmware::take_notice() {
  if (work_pending()) {
    if (const auto served = service(); !served) return served.error();
  }
  return machine_->firmware.take_notice();
}

}  // namespace sallyport
