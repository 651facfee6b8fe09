#pragma once
/// @file
/// The firmware on the device's management core: loading it, and the mailbox to it (docs/reference/registers.md, core
/// registers).
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "sallyport/abi.hpp"
#include "sallyport/bus.hpp"
#include "sallyport/firmware_port.hpp"
#include "sallyport/result.hpp"

namespace sallyport {

/// What the core says of itself.
struct CoreState {
  abi::CoreState state = abi::CoreState::kWipe;
  abi::CoreCheck check = abi::CoreCheck::kOk;
  abi::CoreCause cause = abi::CoreCause::kCold;
  bool asleep = false;
  std::uint16_t watchdog_restarts = 0;
  std::uint16_t fault_restarts = 0;
  std::uint32_t fault_cause = 0;  ///< mcause of the last fault.
  std::uint32_t fault_pc = 0;     ///< Where that was.
  std::uint16_t corrected = 0;    ///< Words of the core's memories that were mended.
  std::uint16_t fatal = 0;        ///< Words that were lost.
};

/// The mailbox in the device. One thread.
class CoreFirmware final : public FirmwarePort {
 public:
  /// Stops what runs, loads `image` (firmware_*.bin), has the device check it and starts it. From then on the device's
  /// registers are the core's: what else the host writes is refused, the staging bank apart. `bus` must outlive it.
  /// Errors: kNotFound without a core; kInvalidArgument when the image does not fit or the device refuses it, with
  /// the reason; kBusFailure.
  static Result<std::unique_ptr<CoreFirmware>> load(Bus& bus, std::span<const std::uint8_t> image);
  /// Talks to a core that runs already (the host was restarted). kBadState when it does not run.
  static Result<std::unique_ptr<CoreFirmware>> attach(Bus& bus);

  /// Errors: kBusFailure when the core does not answer; the text says what has become of it. The firmware is started
  /// again then, so that nothing of the request happens later. A core that is started again while it serves a request
  /// answers bad_sequence: what it had to do may be done or not.
  Result<MailboxMessage> exchange(const MailboxMessage& request) override;
  Result<std::optional<MailboxMessage>> take_notice() override;
  [[nodiscard]] bool work_pending() const override;
  [[nodiscard]] std::uint64_t next_deadline_ns() const override { return UINT64_MAX; }

  [[nodiscard]] Result<CoreState> state();
  /// Starts the firmware again, the SA table, policy and quotas as they stand; SAs are not paced any more, and notices
  /// of its own that it had queued are gone (EventQueue::reconcile), while those of device events come again. Errors:
  /// kBadState when it does not run; kBusFailure.
  Result<void> restart();
  /// Stops the core and zeroes its memories. The device's registers are the host's again.
  Result<void> stop();

 private:
  explicit CoreFirmware(Bus& bus) : bus_(bus) {}
  Result<void> command(abi::CoreOp op);
  // Waits while the core is in `state`; the state after it.
  Result<abi::CoreState> wait_while(abi::CoreState state);
  Result<void> learn_numbers();
  Result<void> write_request(const MailboxMessage& request);
  // Until the request of this number has its answer.
  Result<void> wait_for(std::uint32_t number);
  Result<MailboxMessage> read_message(std::uint32_t address);
  Result<void> still_runs();

  Bus& bus_;
  std::uint32_t request_ = 0;  ///< Number of the last request.
  std::uint32_t head_ = 0;     ///< Notices that are known to be there.
  std::uint32_t tail_ = 0;     ///< Notices taken.
};

}  // namespace sallyport
