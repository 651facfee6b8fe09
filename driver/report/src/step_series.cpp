#include "step_series.hpp"

#include <algorithm>

namespace sallyport::report {
namespace {

/// Appends the moments worth keeping of points[first, last) (not empty) to `kept`.
void keep_extremes(const std::vector<StepPoint>& points, std::size_t first, std::size_t last,
                   std::vector<StepPoint>& kept) {
  std::array<std::size_t, 2 * abi::kEntryStateCount + 2> chosen{};
  for (std::size_t s = 0; s < abi::kEntryStateCount; ++s) {
    const auto by_count = [s](const StepPoint& a, const StepPoint& b) { return a.counts[s] < b.counts[s]; };
    const auto [low, high] = std::minmax_element(points.begin() + static_cast<std::ptrdiff_t>(first),
                                                 points.begin() + static_cast<std::ptrdiff_t>(last), by_count);
    chosen[2 * s] = static_cast<std::size_t>(low - points.begin());
    chosen[2 * s + 1] = static_cast<std::size_t>(high - points.begin());
  }
  chosen[chosen.size() - 2] = first;
  chosen[chosen.size() - 1] = last - 1;
  std::sort(chosen.begin(), chosen.end());
  const auto end = std::unique(chosen.begin(), chosen.end());
  std::for_each(chosen.begin(), end, [&](std::size_t i) { kept.push_back(points[i]); });
}

}  // namespace

void StepSeries::add(std::uint64_t time_ns, const PerState<std::uint32_t>& counts) {
  points_.push_back({time_ns, counts});
  if (points_.size() > max_points_) coarsen();
}

void StepSeries::coarsen() {
  const std::uint64_t start_ns = points_.front().time_ns;
  const std::uint64_t span_ns = points_.back().time_ns - start_ns;
  // Down to half, so that the next coarsening is far away. 16 moments at most come out of a slot and there is room for
  // 100, so this ends at the latest with two slots.
  while (points_.size() > max_points_ / 2) {
    const std::uint64_t start_with = span_ns / max_points_ + 1;
    slot_ns_ = slot_ns_ == 0 ? start_with : coarser(slot_ns_);
    std::vector<StepPoint> kept;
    for (std::size_t first = 0; first < points_.size();) {
      const std::uint64_t slot = (points_[first].time_ns - start_ns) / slot_ns_;
      std::size_t last = first + 1;
      while (last < points_.size() && (points_[last].time_ns - start_ns) / slot_ns_ == slot) ++last;
      keep_extremes(points_, first, last, kept);
      first = last;
    }
    points_ = std::move(kept);
  }
}

}  // namespace sallyport::report
