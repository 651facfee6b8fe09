#pragma once
/// @file
/// The numbers of a utilisation log, for reports and summaries.
#include <cstdint>
#include <filesystem>
#include <vector>

#include "sallyport/result.hpp"
#include "sallyport/telemetry/utilisation_log.hpp"
#include "sallyport/telemetry/utilisation_tracker.hpp"

namespace sallyport {

/// How long entries stayed in a state, from one transition to the next. A stay that goes on at the end counts up to
/// there.
struct StayStatistics {
  std::uint64_t stays = 0;
  std::uint64_t longest_ns = 0;
  EntryTime total;  ///< Of all stays.
  /// 0 without stays.
  [[nodiscard]] double mean_ns() const { return stays == 0 ? 0.0 : total.approximate() / static_cast<double>(stays); }
};

/// One table over the whole log.
struct TableSummary {
  LogTable table;
  std::uint64_t span_ns = 0;         ///< Length of the log.
  PerState<std::uint32_t> last{};    ///< Entries in each state at the end.
  PerState<std::uint32_t> peak{};    ///< Most at once in each state, stays of no length included.
  std::uint32_t peak_in_use = 0;     ///< Most at once that were not free.
  UtilisationTotals totals;          ///< Integrals over the whole log sum to size * span_ns exactly.
  PerState<StayStatistics> stays{};  ///< "free" is left empty.
  /// Numbers missing between the lowest and the highest event number: events that did not reach the log.
  std::uint64_t events_missing = 0;
  std::uint64_t transitions = 0;
  std::uint64_t samples = 0;  ///< In the log; each agreed with the transitions, exactly.

  /// Mean entries in a state; what there is at the end if the log has no length.
  [[nodiscard]] double mean(abi::EntryState state) const;
  /// Mean entries that are not free.
  [[nodiscard]] double mean_in_use() const;
  /// Events of kind hard: SAs that ran into a hard octet or packet limit.
  [[nodiscard]] std::uint64_t hard_expiries() const;
  [[nodiscard]] std::uint64_t rekeys(RekeyOutcome outcome) const;
};

/// A whole log.
struct UtilisationSummary {
  LogHeader header;
  std::uint64_t end_ns = 0;
  std::uint64_t records = 0;
  bool truncated = false;
  std::vector<TableSummary> tables;  ///< As in the header.
};

/// Reads a log and checks all of it: each transition against the one before, each sample against the transitions.
/// Errors: as UtilisationLogReader; kMalformedInput, with file and line, when the log contradicts itself.
Result<UtilisationSummary> summarise_log(const std::filesystem::path& log, LogReaderOptions options = {});

}  // namespace sallyport
