#pragma once
/// @file
/// A small behavioural stand-in for the accelerator's registers, for tests of firmware and driver that need faults,
/// speed or a clock of their own. It keeps states, generations, limits and events as the ABI says; it knows no packets
/// and no keys' meaning, save in its loopback.
#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "fake_loopback.hpp"
#include "sallyport/abi.hpp"

namespace sallyport::test {

/// Registers and what stands behind them.
class FakeDevice {
 public:
  /// @param ring_depth 1 to 256: as many records have an address.
  explicit FakeDevice(unsigned log2_sas = 6, unsigned ring_depth = 256);

  // ---- as the bus sees it
  std::optional<std::uint32_t> read32(std::uint32_t address);
  bool write32(std::uint32_t address, std::uint32_t value);
  [[nodiscard]] std::uint64_t now_ns() const { return now_ns_; }
  [[nodiscard]] bool irq() const { return irq_enable_ && head_ != tail_; }

  // ---- as tests see it
  void advance(std::uint64_t ns) { now_ns_ += ns; }
  /// An accepted packet of `octets` on an entry: counts it and raises what it must.
  void packet(std::uint16_t index, std::uint64_t octets);
  /// An event out of nowhere.
  void raise(std::uint16_t index, abi::EventKind kind, std::uint64_t count);
  /// The next operation `op` ends with `code` and does nothing.
  void fail_next(abi::Op op, abi::CmdCode code) { failures_.push_back({op, code}); }
  void fail_no_more() { failures_.clear(); }
  /// The bus fails after this many more accesses; negative = never.
  void break_bus_after(int accesses) { bus_left_ = accesses; }
  /// A packet is inside and does not end.
  void hold_packet() { held_ = true; }
  /// Wrong identity, for discovery tests.
  void set_id(std::uint32_t id) { id_ = id; }
  void set_abi_version(std::uint16_t version) { abi_version_ = version; }
  void set_verdict_counter(bool inbound, abi::Verdict verdict, std::uint64_t value) {
    counters_[inbound ? 1 : 0][static_cast<unsigned>(verdict)] = value;
  }

  struct Sa {
    abi::EntryState state = abi::EntryState::kFree;
    abi::DeadReason dead = abi::DeadReason::kAlive;
    std::uint16_t generation = 0;
    std::uint32_t spi = 0;
    std::uint64_t seq = 0, octets = 0, packets = 0, icv_fail = 0, fw = 0;
    std::uint8_t raised = 0;
    std::uint8_t waiting = 0;  // raised, but the ring was full
    std::array<std::uint64_t, abi::kImageWords> image{};
    [[nodiscard]] bool inbound() const;
  };
  Sa& sa(std::uint16_t index) { return sas_[index]; }
  [[nodiscard]] std::uint16_t size() const { return static_cast<std::uint16_t>(sas_.size()); }
  [[nodiscard]] unsigned count(abi::EntryState state) const;
  /// Words of a staging slot; all zero when no key lingers.
  [[nodiscard]] const std::array<std::uint64_t, abi::kSlotWords>& staging(unsigned slot) const {
    return staging_[slot];
  }
  [[nodiscard]] unsigned operations() const { return operations_; }
  [[nodiscard]] bool enabled() const { return enabled_; }
  FakeLoopback& loopback() { return loopback_; }

 private:
  struct Failure {
    abi::Op op;
    abi::CmdCode code;
  };
  bool bus_ok();
  void go(std::uint32_t value);
  abi::CmdCode execute(abi::Op op, std::uint16_t index, std::uint16_t generation);
  abi::CmdCode commit(Sa& sa, std::uint16_t index, std::uint16_t generation);
  abi::CmdCode set_state(Sa& sa, abi::EntryState to);
  void deliver(std::uint16_t index, abi::EventKind kind, bool late);
  void deliver_waiting();
  [[nodiscard]] std::uint32_t snapshot_word(std::uint32_t address) const;

  std::vector<Sa> sas_;
  unsigned log2_sas_;
  FakeLoopback loopback_;
  std::vector<std::array<std::uint32_t, 8>> ring_;
  std::uint32_t head_ = 0;
  std::uint32_t tail_ = 0;
  std::uint32_t late_ = 0;
  std::array<std::array<std::uint64_t, abi::kSlotWords>, abi::kStagingSlots> staging_{};
  std::uint32_t staging_low_ = 0;
  std::array<std::array<std::uint64_t, abi::kVerdictCount>, 2> counters_{};
  std::array<std::uint64_t, 0x100> last_count_{};
  std::uint32_t target_ = 0, arg1_ = 0, arg2_ = 0, status_ = 0, result_ = 0;
  Sa snap_;
  std::uint64_t snap_time_ = 0, snap_counter_ = 0;
  std::deque<Failure> failures_;
  std::uint64_t now_ns_ = 1'000;
  int bus_left_ = -1;
  std::uint32_t id_ = 0x534C5950;
  std::uint16_t abi_version_ = abi::kAbiVersion;
  bool enabled_ = false;
  bool held_ = false;
  bool irq_enable_ = false;
  unsigned operations_ = 0;
};

}  // namespace sallyport::test
