#pragma once
/// @file
/// Who is in the table, for how long: exact, from transitions.
#include <array>
#include <cstdint>
#include <vector>

#include "sallyport/result.hpp"
#include "sallyport/telemetry/records.hpp"

namespace sallyport {

/// Running totals since the start of a table.
struct UtilisationTotals {
  PerState<EntryTime> integral{};                            ///< Up to the last time given.
  PerState<std::uint64_t> entered{};                         ///< Transitions into each state.
  std::array<std::uint64_t, abi::kEventKindCount> events{};  ///< By kind.
  std::uint64_t late_events = 0;                             ///< Of those, delivered late because the ring was full.
  std::array<std::uint64_t, abi::kVerdictCount> outbound{};  ///< Packets by verdict.
  std::array<std::uint64_t, abi::kVerdictCount> inbound{};
  std::array<std::uint64_t, kRekeyOutcomeCount> rekeys{};  ///< By outcome.
  /// By request and reason.
  std::array<std::array<std::uint64_t, kRefusalReasonCount>, kRefusedRequestCount> refusals{};

  /// Packets lost, both directions.
  [[nodiscard]] std::uint64_t drops() const;
  [[nodiscard]] std::uint64_t refused() const;
};

/// Whether an entry can go from one state to another in one step (abi.toml, operations reserve, commit, set_state,
/// erase).
[[nodiscard]] bool is_possible(abi::EntryState from, abi::EntryState to);

/// Keeps the occupancy of one table. Memory: some 8 octets an entry, fixed at creation. One thread.
///
/// Invariants: occupancies sum to the table's size at every moment, and the integrals of a sample sum to size *
/// interval exactly. A record that fails changes nothing.
class UtilisationTracker {
 public:
  /// `table_size` 1..kLogMaxTableSize entries, all free at `start_ns`. Errors: kInvalidArgument.
  static Result<UtilisationTracker> create(std::uint32_t table_size, std::uint64_t start_ns);

  /// Takes a transition. Errors, kInvalidArgument: index not in the table, time before the last one given;
  /// kBadState: entry is not in `from`, or the step is impossible; kStaleGeneration: generation is not the tenant's, or
  /// a new tenant carries the generation of the one before.
  Result<void> apply(const TransitionRecord& transition);
  /// Takes counter totals. Errors, kInvalidArgument: a counter went back.
  Result<void> apply(const DropsRecord& drops);
  void apply(const EventLogRecord& event);
  void apply(const RekeyRecord& rekey);
  void apply(const RefusalRecord& refusal);

  /// Closes the interval since the sample before (or the start) at `time_ns` and starts the next. SampleRecord::table
  /// is left 0. Errors, kInvalidArgument: time before the last one given.
  Result<SampleRecord> sample(std::uint64_t time_ns);

  [[nodiscard]] std::uint32_t table_size() const { return static_cast<std::uint32_t>(entries_.size()); }
  [[nodiscard]] const PerState<std::uint32_t>& occupancy() const { return occupancy_; }
  [[nodiscard]] std::uint32_t in_use() const { return table_size() - occupancy_[state_index(abi::EntryState::kFree)]; }
  /// State of an entry; `index` below table_size().
  [[nodiscard]] abi::EntryState state(std::uint16_t index) const { return entries_[index].state; }
  /// Latest time given, ns.
  [[nodiscard]] std::uint64_t now_ns() const { return now_ns_; }
  /// Most entries at once since the last sample, and since the start.
  [[nodiscard]] const PerState<std::uint32_t>& high_water() const { return high_water_; }
  [[nodiscard]] const PerState<std::uint32_t>& peak() const { return peak_; }
  [[nodiscard]] std::uint32_t peak_in_use() const { return peak_in_use_; }
  [[nodiscard]] const UtilisationTotals& totals() const { return totals_; }

 private:
  struct Entry {
    abi::EntryState state = abi::EntryState::kFree;
    bool had_tenant = false;  ///< `generation` is that of the present or last tenant.
    std::uint16_t generation = 0;
  };

  UtilisationTracker(std::uint32_t table_size, std::uint64_t start_ns);
  void advance(std::uint64_t time_ns);
  void raise_marks();

  std::vector<Entry> entries_;
  PerState<std::uint32_t> occupancy_{};
  PerState<EntryTime> interval_{};
  PerState<std::uint32_t> high_water_{};
  PerState<std::uint32_t> peak_{};
  std::uint32_t high_water_in_use_ = 0;
  std::uint32_t peak_in_use_ = 0;
  std::uint64_t interval_start_ns_ = 0;
  std::uint64_t now_ns_ = 0;
  UtilisationTotals totals_;
};

}  // namespace sallyport
