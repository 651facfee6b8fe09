#include "sallyport/fw/demand.hpp"

namespace sallyport::fw {

std::size_t Demand::bucket(Ticks due) {
  if (due < 8) return due;
  const auto width = static_cast<unsigned>(std::bit_width(due));  // 4..31
  return 8 * (width - 3) + (due >> (width - 4) & 7U);
}

Ticks Demand::begin_of(std::size_t bucket) {
  if (bucket < 8) return static_cast<Ticks>(bucket);
  return static_cast<Ticks>((8U | (bucket & 7U)) << (bucket / 8 - 1));
}

void Demand::clear() {
  counts_ = {};
  used_ = 0;
}

void Demand::add(const Job& job) {
  ++counts_[bucket(job.due)];
  if (!job.may_begin) return;
  if (used_ == kMost && !before(job, best_[kMost - 1])) return;
  std::size_t at = used_ < kMost ? used_++ : kMost - 1;
  for (; at > 0 && before(job, best_[at - 1]); --at) best_[at] = best_[at - 1];
  best_[at] = job;
}

void Demand::drop(std::size_t first) {
  used_ -= first;
  for (std::size_t i = 0; i < used_; ++i) best_[i] = best_[i + first];
}

std::uint32_t Demand::behind(Ticks spacing) const {
  std::uint32_t most = 0;
  std::uint32_t jobs = 0;
  if (spacing == 0) spacing = 1;
  for (std::size_t b = 0; b < kBuckets; ++b) {
    if (counts_[b] == 0) continue;
    jobs += counts_[b];
    // All of these are due at the bucket's begin or later: taken as if all were due then.
    const std::uint32_t in_time = begin_of(b) / spacing;
    if (jobs > in_time && jobs - in_time > most) most = jobs - in_time;
  }
  return most;
}

}  // namespace sallyport::fw
