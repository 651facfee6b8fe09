#include "sallyport/telemetry/utilisation_tracker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace sallyport {
namespace {

constexpr std::size_t kFree = state_index(abi::EntryState::kFree);

std::uint64_t drops_in(const std::array<std::uint64_t, abi::kVerdictCount>& verdicts) {
  std::uint64_t sum = 0;
  for (unsigned v = 0; v < abi::kVerdictCount; ++v) {
    if (is_drop(static_cast<abi::Verdict>(v))) sum += verdicts[v];
  }
  return sum;
}

Error time_goes_back(std::uint64_t now, std::uint64_t given) {
  return {ErrorCode::kInvalidArgument, fmt::format("time goes back: {} ns comes after {} ns", given, now)};
}

}  // namespace

std::uint64_t UtilisationTotals::drops() const { return drops_in(outbound) + drops_in(inbound); }

std::uint64_t UtilisationTotals::refused() const {
  std::uint64_t sum = 0;
  for (const auto& by_reason : refusals) sum = std::accumulate(by_reason.begin(), by_reason.end(), sum);
  return sum;
}

bool is_possible(abi::EntryState from, abi::EntryState to) {
  using S = abi::EntryState;
  switch (to) {
    case S::kFree:
      return from == S::kErasing;
    case S::kLarval:
      return from == S::kFree;
    case S::kActive:
      return from == S::kFree || from == S::kLarval || from == S::kOverlap;
    case S::kOverlap:
      return from == S::kActive;
    case S::kDraining:
      return from == S::kActive || from == S::kOverlap || from == S::kRedundant;
    case S::kRedundant:
      return from == S::kActive || from == S::kOverlap;
    case S::kErasing:
      return from != S::kFree && from != S::kErasing;
  }
  return false;
}

UtilisationTracker::UtilisationTracker(std::uint32_t table_size, std::uint64_t start_ns)
    : entries_(table_size), interval_start_ns_(start_ns), now_ns_(start_ns) {
  occupancy_[kFree] = table_size;
  high_water_ = occupancy_;
  peak_ = occupancy_;
}

Result<UtilisationTracker> UtilisationTracker::create(std::uint32_t table_size, std::uint64_t start_ns) {
  if (table_size == 0 || table_size > kLogMaxTableSize) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("table size {} is outside 1..{}", table_size, kLogMaxTableSize)};
  }
  return UtilisationTracker(table_size, start_ns);
}

void UtilisationTracker::advance(std::uint64_t time_ns) {
  const std::uint64_t passed = time_ns - now_ns_;
  if (passed == 0) return;
  for (std::size_t s = 0; s < occupancy_.size(); ++s) interval_[s] += EntryTime(occupancy_[s], passed);
  for (std::size_t s = 0; s < occupancy_.size(); ++s) totals_.integral[s] += EntryTime(occupancy_[s], passed);
  now_ns_ = time_ns;
}

void UtilisationTracker::raise_marks() {
  for (std::size_t s = 0; s < occupancy_.size(); ++s) {
    high_water_[s] = std::max(high_water_[s], occupancy_[s]);
    peak_[s] = std::max(peak_[s], occupancy_[s]);
  }
  high_water_in_use_ = std::max(high_water_in_use_, in_use());
  peak_in_use_ = std::max(peak_in_use_, in_use());
}

Result<void> UtilisationTracker::apply(const TransitionRecord& t) {
  if (t.time_ns < now_ns_) return time_goes_back(now_ns_, t.time_ns);
  if (t.index >= entries_.size()) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("entry {} is not in the table (size {})", t.index, entries_.size())};
  }
  Entry& entry = entries_[t.index];
  // What was found in the table may have come about in several steps, tenants included, that nobody saw.
  const bool found = t.cause == abi::TransitionCause::kTakenOver && t.from != t.to;
  if (entry.state != t.from || (!found && !is_possible(t.from, t.to))) {
    return Error{ErrorCode::kBadState, fmt::format("entry {} is {}: a transition from {} to {} is impossible", t.index,
                                                   abi::name(entry.state), abi::name(t.from), abi::name(t.to))};
  }
  const bool new_tenant = t.from == abi::EntryState::kFree;
  if (!found && entry.had_tenant && new_tenant == (t.generation == entry.generation)) {
    return Error{ErrorCode::kStaleGeneration,
                 new_tenant ? fmt::format("entry {} is given out again with generation {}, that of its last tenant",
                                          t.index, t.generation)
                            : fmt::format("entry {} has generation {}, the transition names {}", t.index,
                                          entry.generation, t.generation)};
  }
  advance(t.time_ns);
  entry = {t.to, true, t.generation};
  --occupancy_[state_index(t.from)];
  ++occupancy_[state_index(t.to)];
  ++totals_.entered[state_index(t.to)];
  raise_marks();
  return {};
}

Result<void> UtilisationTracker::apply(const DropsRecord& drops) {
  for (unsigned v = 0; v < abi::kVerdictCount; ++v) {
    if (drops.outbound[v] < totals_.outbound[v] || drops.inbound[v] < totals_.inbound[v]) {
      return Error{ErrorCode::kInvalidArgument,
                   fmt::format("the counter of {} went back", abi::name(static_cast<abi::Verdict>(v)))};
    }
  }
  totals_.outbound = drops.outbound;
  totals_.inbound = drops.inbound;
  return {};
}

void UtilisationTracker::apply(const EventLogRecord& event) {
  ++totals_.events[static_cast<std::size_t>(event.kind)];
  if (event.late) ++totals_.late_events;
}

void UtilisationTracker::apply(const RekeyRecord& rekey) { ++totals_.rekeys[static_cast<std::size_t>(rekey.outcome)]; }

void UtilisationTracker::apply(const RefusalRecord& refusal) {
  ++totals_.refusals[static_cast<std::size_t>(refusal.request)][static_cast<std::size_t>(refusal.reason)];
}

Result<SampleRecord> UtilisationTracker::sample(std::uint64_t time_ns) {
  if (time_ns < now_ns_) return time_goes_back(now_ns_, time_ns);
  advance(time_ns);
  SampleRecord sample;
  sample.from_ns = interval_start_ns_;
  sample.time_ns = time_ns;
  sample.entries = occupancy_;
  sample.integral = interval_;
  sample.high_water = high_water_;
  sample.high_water_in_use = high_water_in_use_;
  interval_start_ns_ = time_ns;
  interval_ = {};
  high_water_ = occupancy_;
  high_water_in_use_ = in_use();
  return sample;
}

}  // namespace sallyport
