#pragma once
/// @file
/// What a page shows beyond the numbers: gathered during the walk through the log.
#include <array>
#include <vector>

#include "collector.hpp"
#include "entry_timeline.hpp"
#include "mark_series.hpp"
#include "sallyport/report/report.hpp"
#include "step_series.hpp"

namespace sallyport::report {

/// Of one table.
struct TableContent {
  StepSeries steps;
  EntryTimeline timeline;
  MarkSeries marks;
  std::vector<EventLogRecord> events;  ///< The first ReportOptions::max_listed, as of all lists.
  std::vector<RekeyRecord> rekeys;
  std::vector<RefusalRecord> refusals;
};

/// Gathers the content of all tables.
class ContentListener : public LogListener {
 public:
  explicit ContentListener(const ReportOptions& options) : options_(options) {}

  void on_header(const LogHeader& header) override;
  void on_transition(const TransitionRecord& r, const PerState<std::uint32_t>& occupancy) override;
  void on_event(const EventLogRecord& r) override;
  void on_drops(const DropsRecord& r, std::uint64_t dropped) override;
  void on_rekey(const RekeyRecord& r) override;
  void on_refusal(const RefusalRecord& r) override;

  [[nodiscard]] const std::vector<TableContent>& tables() const { return tables_; }

 private:
  ReportOptions options_;
  std::vector<TableContent> tables_;
};

}  // namespace sallyport::report
