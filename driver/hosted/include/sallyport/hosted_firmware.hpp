#pragma once
/// @file
/// The firmware linked natively, behind the same mailbox messages as on a management core. For boards without a soft
/// core and for fast simulation.
#include <cstdint>
#include <memory>
#include <optional>

#include "sallyport/bus.hpp"
#include "sallyport/firmware_port.hpp"
#include "sallyport/result.hpp"

namespace sallyport {

/// Firmware over a driver bus. It runs inside the calls of its user: exchange, take_notice, service. One thread.
class HostedFirmware final : public FirmwarePort {
 public:
  /// Starts it: waits for the boot sweep, takes the table over, opens the data path. `seed`: random numbers are a
  /// function of it (worlds that must replay); nothing: the operating system's. `bus` must outlive it.
  static Result<std::unique_ptr<HostedFirmware>> start(Bus& bus, std::optional<std::uint64_t> seed);
  ~HostedFirmware() override;

  Result<MailboxMessage> exchange(const MailboxMessage& request) override;
  /// Serves what is due first, then gives the oldest notice. No bus access when nothing is due and the bus has
  /// interrupts.
  Result<std::optional<MailboxMessage>> take_notice() override;
  /// Takes device events and ends drains that are due.
  Result<void> service();
  /// An interrupt is pending or a drain is due, so that service() has work.
  [[nodiscard]] bool work_pending() const override;
  /// Device time in ns when there will be work that no interrupt announces; UINT64_MAX = none in sight.
  [[nodiscard]] std::uint64_t next_deadline_ns() const override;

 private:
  struct Machine;
  explicit HostedFirmware(std::unique_ptr<Machine> machine);
  std::unique_ptr<Machine> machine_;
};

}  // namespace sallyport
