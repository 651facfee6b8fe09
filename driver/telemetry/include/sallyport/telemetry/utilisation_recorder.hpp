#pragma once
/// @file
/// Tracker and log in one: what a run feeds.
#include <cstdint>
#include <filesystem>
#include <vector>

#include "sallyport/result.hpp"
#include "sallyport/telemetry/utilisation_log.hpp"
#include "sallyport/telemetry/utilisation_tracker.hpp"

namespace sallyport {

/// Checks each record against the state of its table, then logs it. One thread. Records of one table come in the order
/// of time; tables may interleave freely.
class UtilisationRecorder {
 public:
  /// Errors: as UtilisationLogWriter::create.
  static Result<UtilisationRecorder> create(const std::filesystem::path& path, const LogHeader& header);

  /// Takes a transition, event, rekey, refusal or drop counters (samples come from `sample`, the end from `finish`).
  /// Errors: as UtilisationTracker::apply and UtilisationLogWriter::write; a refused record is neither counted nor
  /// logged.
  Result<void> record(const LogRecord& record);
  /// Samples one table. Errors: kInvalidArgument (no such table, time goes back), kIo.
  Result<void> sample(std::uint16_t table, std::uint64_t time_ns);
  /// A last sample of each table at `time_ns`, then the log's end. Errors: as sample, kIo.
  Result<void> finish(std::uint64_t time_ns);

  /// `table` below the number of tables in the header.
  [[nodiscard]] const UtilisationTracker& tracker(std::uint16_t table) const { return trackers_[table]; }

 private:
  UtilisationRecorder(UtilisationLogWriter writer, std::vector<UtilisationTracker> trackers);

  UtilisationLogWriter writer_;
  std::vector<UtilisationTracker> trackers_;
};

}  // namespace sallyport
