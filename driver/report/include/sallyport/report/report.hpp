#pragma once
/// @file
/// A utilisation log as one HTML page that opens offline.
#include <cstddef>
#include <filesystem>

#include "sallyport/result.hpp"

namespace sallyport {

/// What goes into a page.
struct ReportOptions {
  /// Take a log that stops without its end line; the page says so at its top.
  bool allow_truncated = false;
  /// Bounds on what is drawn, for each table. Beyond them the log is drawn coarser, never with a state or a peak left
  /// out, and the page says how coarse. All numbers and tables of the page are exact whatever these are.
  std::size_t max_chart_points = 120'000;     ///< At least 100.
  std::size_t max_timeline_pieces = 200'000;  ///< At least 100.
  /// Events, rekeys and refusals that are listed one by one, for each table and kind; the counts cover all.
  std::size_t max_listed = 500;
};

/// Reads `log` and writes the page to `html` (under a temporary name first, so that a failed run leaves no half page).
/// Memory: bounded by the options and the table sizes, not by the log. Errors: as summarise_log; kInvalidArgument
/// (options), kIo.
Result<void> write_report(const std::filesystem::path& log, const std::filesystem::path& html,
                          const ReportOptions& options = {});

}  // namespace sallyport
