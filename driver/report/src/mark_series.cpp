#include "mark_series.hpp"

#include <algorithm>

#include "step_series.hpp"

namespace sallyport::report {
namespace {

bool earlier(const Mark& a, const Mark& b) { return a.time_ns < b.time_ns; }

}  // namespace

void MarkSeries::add(MarkKind kind, std::uint64_t time_ns, std::uint64_t count) {
  auto& marks = marks_[static_cast<std::size_t>(kind)];
  marks.push_back({time_ns, count});
  if (marks.size() > kMaxMarks) coarsen(marks);
}

std::vector<Mark> MarkSeries::sorted(MarkKind kind) const {
  std::vector<Mark> result = marks_[static_cast<std::size_t>(kind)];
  std::stable_sort(result.begin(), result.end(), earlier);
  return result;
}

void MarkSeries::coarsen(std::vector<Mark>& marks) {
  std::stable_sort(marks.begin(), marks.end(), earlier);
  const std::uint64_t start_ns = marks.front().time_ns;
  const std::uint64_t span_ns = marks.back().time_ns - start_ns;
  while (marks.size() > kMaxMarks / 2) {
    slot_ns_ = slot_ns_ == 0 ? span_ns / kMaxMarks + 1 : coarser(slot_ns_);
    std::vector<Mark> kept;
    for (const Mark& mark : marks) {
      const bool same_slot =
          !kept.empty() && (kept.back().time_ns - start_ns) / slot_ns_ == (mark.time_ns - start_ns) / slot_ns_;
      if (same_slot) {
        kept.back().count += mark.count;
      } else {
        kept.push_back(mark);
      }
    }
    marks = std::move(kept);
  }
}

}  // namespace sallyport::report
