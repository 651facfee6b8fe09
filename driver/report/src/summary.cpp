#include "sallyport/report/summary.hpp"

#include "collector.hpp"

namespace sallyport {

double TableSummary::mean(abi::EntryState state) const {
  const std::size_t s = state_index(state);
  return span_ns == 0 ? last[s] : totals.integral[s].approximate() / static_cast<double>(span_ns);
}

double TableSummary::mean_in_use() const {
  double sum = 0;
  for (unsigned s = 0; s < abi::kEntryStateCount; ++s) {
    const auto state = static_cast<abi::EntryState>(s);
    if (state != abi::EntryState::kFree) sum += mean(state);
  }
  return sum;
}

std::uint64_t TableSummary::hard_expiries() const {
  return totals.events[static_cast<std::size_t>(abi::EventKind::kHard)];
}

std::uint64_t TableSummary::rekeys(RekeyOutcome outcome) const {
  return totals.rekeys[static_cast<std::size_t>(outcome)];
}

Result<UtilisationSummary> summarise_log(const std::filesystem::path& log, LogReaderOptions options) {
  report::LogListener nobody;
  return report::walk_log(log, options, nobody);
}

}  // namespace sallyport
