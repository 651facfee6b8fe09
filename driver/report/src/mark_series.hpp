#pragma once
/// @file
/// Things that happen at a moment, in bounded memory, without losing one from the count.
#include <array>
#include <cstdint>
#include <vector>

namespace sallyport::report {

/// What is marked. The numbers are those in the page's data.
enum class MarkKind : std::uint8_t {
  kSoft,     ///< A soft event.
  kDead,     ///< An event that says an SA is dead.
  kRekey,    ///< A rekey done.
  kNoRekey,  ///< A rekey lost to a collision, or failed.
  kRefusal,  ///< The table refused an entry.
  kDrop,     ///< Packets dropped, at the time of the counter line that tells of it.
};
inline constexpr unsigned kMarkKindCount = 6;

struct Mark {
  std::uint64_t time_ns = 0;
  std::uint64_t count = 1;
};

/// Marks by kind. Beyond a bound, marks of one kind in one slot of time become one with their sum.
class MarkSeries {
 public:
  /// `count` things of a kind; times may go back (late events).
  void add(MarkKind kind, std::uint64_t time_ns, std::uint64_t count = 1);
  /// In the order of time; call when all are in.
  [[nodiscard]] std::vector<Mark> sorted(MarkKind kind) const;
  [[nodiscard]] std::uint64_t slot_ns() const { return slot_ns_; }

 private:
  static constexpr std::size_t kMaxMarks = 20'000;  ///< Of each kind.

  void coarsen(std::vector<Mark>& marks);

  std::array<std::vector<Mark>, kMarkKindCount> marks_;
  std::uint64_t slot_ns_ = 0;
};

}  // namespace sallyport::report
