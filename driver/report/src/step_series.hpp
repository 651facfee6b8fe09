#pragma once
/// @file
/// Occupancy over time in bounded memory, without losing a peak.
#include <cstdint>
#include <vector>

#include "sallyport/telemetry/records.hpp"

namespace sallyport::report {

/// A step function: the counts hold from `time_ns` to the next point.
struct StepPoint {
  std::uint64_t time_ns = 0;
  PerState<std::uint32_t> counts{};
};

/// The next length of a slot: twice as long, or all of time.
constexpr std::uint64_t coarser(std::uint64_t slot_ns) { return slot_ns > UINT64_MAX / 2 ? UINT64_MAX : slot_ns * 2; }

/// Keeps every change while there are few. Beyond `max_points` it divides time into equal slots and keeps, of each
/// slot, real moments only: the first, the last, and for every state one at which it was highest and one at which it
/// was lowest. So every point is a state the table was really in (counts sum to its size), and no peak, however short,
/// is lost. Slots double as the series grows.
class StepSeries {
 public:
  /// max_points: 100 or more.
  explicit StepSeries(std::size_t max_points) : max_points_(max_points) {}

  /// Times must not go back.
  void add(std::uint64_t time_ns, const PerState<std::uint32_t>& counts);
  [[nodiscard]] const std::vector<StepPoint>& points() const { return points_; }
  /// Length of a slot in ns; 0: every change is there.
  [[nodiscard]] std::uint64_t slot_ns() const { return slot_ns_; }

 private:
  void coarsen();

  std::size_t max_points_;
  std::uint64_t slot_ns_ = 0;
  std::vector<StepPoint> points_;
};

}  // namespace sallyport::report
