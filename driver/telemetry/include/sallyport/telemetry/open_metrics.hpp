#pragma once
/// @file
/// The state of SA tables as OpenMetrics text, for Prometheus and its kin.
#include <span>
#include <string>
#include <string_view>

#include "sallyport/telemetry/utilisation_tracker.hpp"

namespace sallyport {

/// A table and the name that goes into the label `table`.
struct MetricsTable {
  std::string_view name;
  const UtilisationTracker* tracker = nullptr;  ///< Not null.
  std::uint32_t floor = 0;                      ///< Free entries kept for rekeys.
};

/// OpenMetrics 1.0 text (application/openmetrics-text; version=1.0.0), ending in "# EOF". Labels are table, state,
/// kind, direction, reason, request and outcome: neither SPIs nor owners, so the number of series is fixed; keys never
/// (G5). In a name that is not UTF-8 the octets above 127 appear as '?'.
[[nodiscard]] std::string open_metrics_text(std::span<const MetricsTable> tables);

}  // namespace sallyport
