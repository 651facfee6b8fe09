#pragma once
/// @file
/// The accelerator behind its registers and packet streams, as a model without clocks: exact in what it does, loosely
/// timed in when. No SystemC in here; the TLM-2.0 module around it is tlm_accelerator.hpp.
#include <array>
#include <functional>
#include <memory>

#include "sallyport/bus.hpp"
#include "sallyport/result.hpp"
#include "sallyport/tlm/loopback.hpp"
#include "sallyport/tlm/packet_path.hpp"
#include "sallyport/tlm/sa_table.hpp"

namespace sallyport::tlm {

/// The device, booted, without a management core. One thread. Time is local: `run`, `skip` and every register access
/// move it forward, and what is due meanwhile happens on the way.
class DeviceModel final : public Bus, public PacketPort {
 public:
  /// A command that has ended, with the image of a commit.
  struct Done {
    Command command;
    std::array<std::uint64_t, abi::kImageWords> image{};
    model::CommandResult result;
  };
  using CommandListener = std::function<void(const Done&)>;

  /// Errors: as check_form.
  static Result<std::unique_ptr<DeviceModel>> create(const DeviceForm& form);

  // ---- Bus; kAccessClocks each, a command its own clocks on top. Errors: kBusFailure (nothing at this address)
  Result<std::uint32_t> read32(std::uint32_t address) override;
  Result<void> write32(std::uint32_t address, std::uint32_t value) override { return write(address, value, kAllBits); }
  [[nodiscard]] EventDelivery event_delivery() const override { return EventDelivery::kInterrupt; }
  [[nodiscard]] bool interrupt_pending() const override;
  [[nodiscard]] std::uint64_t now_ns() const override { return clock_ * form_.period_ps / kPsInNs; }

  // ---- registers, more closely
  static constexpr std::uint32_t kAllBits = 0xFFFFFFFF;
  /// Writes some octets of a register. @param bits all ones in each octet that is written, else zeros. The memories
  /// STAGING and TEST_BUFFER take whole words, whatever `bits` say, as the RTL's.
  Result<void> write(std::uint32_t address, std::uint32_t value, std::uint32_t bits);
  /// What a read would give now; no time passes. Errors: as read32.
  [[nodiscard]] Result<std::uint32_t> peek(std::uint32_t address) const;

  // ---- PacketPort; one lane
  void push(Direction direction, PacketIn packet) override { path(direction).push(std::move(packet)); }
  std::optional<PacketOut> pop(Direction direction) override { return path(direction).pop(); }
  [[nodiscard]] std::size_t in_flight(Direction direction) const override { return path(direction).in_flight(); }
  /// Clock at which the packet that pop() would give came out; kNever when there is none.
  [[nodiscard]] std::uint64_t output_at(Direction direction) const { return path(direction).output_at(); }

  // ---- time, in clocks since the boot
  /// Lets up to `clocks` pass; returns early when an output packet is completed or the interrupt line rises. Returns
  /// the clocks that passed.
  std::uint64_t run(std::uint64_t clocks);
  /// Lets `clocks` pass.
  void advance(std::uint64_t clocks);
  [[nodiscard]] std::uint64_t clock() const { return clock_; }
  /// Clock at which something will happen by itself; kNever: nothing will.
  [[nodiscard]] std::uint64_t next_change() const;
  /// Nothing inside and nothing queued towards it.
  [[nodiscard]] bool idle() const;

  /// Called when a command ends. One listener.
  void on_command(CommandListener listener) { listener_ = std::move(listener); }
  [[nodiscard]] const DeviceForm& form() const { return form_; }

 private:
  static constexpr std::uint64_t kPsInNs = 1'000;
  static constexpr std::uint64_t kBootClocks = 1'000;

  explicit DeviceModel(const DeviceForm& form);

  PacketPath& path(Direction direction) { return paths_[static_cast<std::size_t>(direction)]; }
  [[nodiscard]] const PacketPath& path(Direction direction) const {
    return paths_[static_cast<std::size_t>(direction)];
  }
  [[nodiscard]] std::uint32_t register_value(std::uint32_t address) const;
  void store(std::uint32_t address, std::uint32_t value, std::uint32_t bits);
  void start_command();
  void start_loopback();
  void take_events(std::uint32_t value, std::uint32_t bits);
  [[nodiscard]] bool enabled() const;
  /// Nothing is inside.
  [[nodiscard]] bool quiet() const;
  /// Does the one thing that is due at next_change(). True when a packet was completed.
  bool step();
  void begin_packet(Direction direction);
  [[nodiscard]] PacketClocks cost(Direction direction, std::size_t octets, const model::PacketResult& result) const;

  DeviceForm form_;
  std::uint64_t clock_ = kBootClocks;
  EventRing ring_;
  StagingBank staging_;
  SaTable table_;
  Loopback loopback_;
  std::array<PacketPath, 2> paths_;
  // Registers that hold what was written.
  std::uint32_t control_ = 0, target_ = 0, arg1_ = 0, arg2_ = 0, go_ = 0;
  std::uint32_t alarm_low_ = kAllBits, alarm_high_ = kAllBits, watchdog_ = 0, test_go_ = 0, test_abort_ = 0;
  // And those that say how commands ended.
  std::uint32_t status_ = 0, result_ = 0;
  CommandListener listener_;
};

}  // namespace sallyport::tlm
