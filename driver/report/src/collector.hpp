#pragma once
/// @file
/// Walks a log once, checks it and gathers its numbers; whoever wants more than numbers listens.
#include <filesystem>

#include "sallyport/report/summary.hpp"

namespace sallyport::report {

/// Hears every record of a log after it has been checked. Transitions come with the occupancy they led to.
class LogListener {
 public:
  virtual ~LogListener() = default;
  virtual void on_header(const LogHeader&) {}
  virtual void on_transition(const TransitionRecord&, const PerState<std::uint32_t>& /*occupancy*/) {}
  virtual void on_event(const EventLogRecord&) {}
  /// `dropped`: packets lost since the table's counters before.
  virtual void on_drops(const DropsRecord&, std::uint64_t /*dropped*/) {}
  virtual void on_rekey(const RekeyRecord&) {}
  virtual void on_refusal(const RefusalRecord&) {}
};

/// Errors: as summarise_log.
Result<UtilisationSummary> walk_log(const std::filesystem::path& log, LogReaderOptions options, LogListener& listener);

}  // namespace sallyport::report
