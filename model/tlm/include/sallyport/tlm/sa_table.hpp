#pragma once
/// @file
/// The SA table as commands and packets meet it: the golden model's entries, and the way of their events to the ring.
#include <array>
#include <cstdint>
#include <vector>

#include "sallyport/bus.hpp"
#include "sallyport/model/golden_accelerator.hpp"
#include "sallyport/tlm/device_form.hpp"
#include "sallyport/tlm/event_ring.hpp"
#include "sallyport/tlm/snapshot.hpp"
#include "sallyport/tlm/staging_bank.hpp"

namespace sallyport::tlm {

/// A command as the registers CMD_* give it; abi.toml, op.
struct Command {
  abi::Op op = abi::Op::kNop;
  std::uint16_t index = 0;
  std::uint16_t generation = 0;
  std::uint32_t arg1 = 0;
  std::uint32_t arg2 = 0;
};

/// A word of memory is always as it was written: `march` and `verify` find nothing, `flip` is no operation.
class SaTable {
 public:
  /// `form` must be sound (check_form); ring and staging bank must outlive the table.
  SaTable(const DeviceForm& form, EventRing& ring, StagingBank& staging);

  /// Carries a command out. @param now_ns device time.
  model::CommandResult execute(const Command& command, std::uint64_t now_ns);
  /// A packet of either direction. @param descriptor 16 octets, ABI order. @param counted in the verdict counters; a
  /// run of the loopback is not.
  model::PacketResult packet(Direction direction, std::span<const std::uint8_t, 16> descriptor, model::OctetView packet,
                             bool counted, std::uint64_t now_ns);
  /// The ring may have room again: tells what waits, entry by entry.
  void tell_waiting(std::uint64_t now_ns);

  [[nodiscard]] const Snapshot& snapshot() const { return snapshot_; }
  /// An entry; index below num_sas.
  [[nodiscard]] const model::SaEntry& entry(std::uint32_t index) const { return golden_.entry(index); }

 private:
  model::CommandResult on_entry(const Command& command, std::uint64_t now_ns);
  model::CommandResult commit(const Command& command);
  model::CommandResult erase(const Command& command, std::uint64_t now_ns);
  model::CommandResult poke(const Command& command);
  void take_snapshot(std::uint32_t index, std::uint64_t now_ns);
  void take_counter(std::uint32_t which);
  [[nodiscard]] model::CommandResult answer(std::uint32_t index, abi::CmdCode code) const;
  /// @param fresh by event_kind: what happened just now; all else is late.
  void tell(std::uint32_t index, std::uint8_t fresh, std::uint64_t now_ns);
  [[nodiscard]] std::uint8_t waiting(std::uint32_t index) const;
  [[nodiscard]] abi::EventRecord record(std::uint32_t index, abi::EventKind kind, bool late,
                                        std::uint64_t now_ns) const;

  using Counts = std::array<std::uint64_t, abi::kVerdictCount>;

  model::GoldenAccelerator golden_;
  EventRing& ring_;
  StagingBank& staging_;
  std::vector<std::uint8_t> told_;  ///< By entry and event_kind: the record stands in the ring.
  bool left_ = false;               ///< An event has found no room since the last pass over the table began.
  bool in_pass_ = false;            ///< A pass has begun and not ended: its next entry is pass_at_.
  std::uint32_t pass_at_ = 0;
  std::array<Counts, 2> counts_{};
  Snapshot snapshot_;
};

}  // namespace sallyport::tlm
