#pragma once
/// @file
/// Which rekeys to begin now. Pure: a round of jobs in, a choice out.
///
/// A rekey holds entries for a while, so the reserve serves one rekey every `spacing` on average. Of all jobs, those
/// that are due within t must have been begun by then: when there are more than t / spacing of them, some begin now,
/// most urgent first. That is earliest-deadline-first with every start as late as it can be without a later one being
/// late.
///
/// Nobody starves. A job's deadline stands still while it waits, and those of jobs that come later lie behind it, so
/// only finitely many go before it; a job whose group's window is full is passed over and does not hold up others. Jobs
/// that can no longer be in time go last: serving them would make others late too. Among jobs of one length that leaves
/// the fewest late.
#include <array>
#include <bit>
#include <cstdint>
#include <span>

#include "sallyport/fw/ticks.hpp"

namespace sallyport::fw {

/// An SA whose rekey is to be begun.
struct Job {
  std::uint16_t index = 0;
  std::uint16_t generation = 0;
  Ticks due = 0;          ///< Until the soft limit; 0 = reached.
  Ticks latest = 0;       ///< Until the last moment at which a rekey can be begun that ends before the hard limit.
  bool lost = false;      ///< That moment has passed, or the SA is dead.
  bool may_begin = true;  ///< Its group has room and nothing else holds it up.
};

/// Collects a round of jobs. A job costs a few comparisons, the choice at the end kBuckets additions.
class Demand {
 public:
  /// Jobs chosen in one round at most.
  static constexpr std::size_t kMost = 8;

  void clear();
  void add(const Job& job);
  /// How many jobs are to be begun now, when a rekey can be begun every `spacing` ticks.
  [[nodiscard]] std::uint32_t behind(Ticks spacing) const;
  /// The most urgent jobs that may begin, most urgent first.
  [[nodiscard]] std::span<const Job> candidates() const { return {best_.data(), used_}; }
  /// Forgets the first candidates.
  void drop(std::size_t first);

 private:
  // Eight for each doubling of the time, and for the least eight ticks.
  static constexpr std::size_t kBuckets = 8 * 29;
  static std::size_t bucket(Ticks due);
  static Ticks begin_of(std::size_t bucket);
  static bool before(const Job& a, const Job& b) { return a.lost != b.lost ? b.lost : a.latest < b.latest; }

  std::array<std::uint16_t, kBuckets> counts_{};
  std::array<Job, kMost> best_{};
  std::size_t used_ = 0;
};

}  // namespace sallyport::fw
