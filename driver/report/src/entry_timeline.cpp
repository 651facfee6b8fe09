#include "entry_timeline.hpp"

#include <algorithm>

#include "step_series.hpp"

namespace sallyport::report {
namespace {

/// Merges the pieces of each slot but its last. `pieces` is in the order of time; slots count from `origin_ns`.
std::vector<TimelinePiece> merged(const std::vector<TimelinePiece>& pieces, std::uint64_t origin_ns,
                                  std::uint64_t slot_ns) {
  const auto slot_of = [&](const TimelinePiece& piece) { return (piece.time_ns - origin_ns) / slot_ns; };
  std::vector<TimelinePiece> result;
  for (std::size_t first = 0; first < pieces.size();) {
    const std::uint64_t slot = slot_of(pieces[first]);
    std::size_t last = first;
    TimelinePiece short_ones = pieces[first];
    while (last + 1 < pieces.size() && slot_of(pieces[last + 1]) == slot) {
      short_ones.states |= pieces[last].states;
      ++last;
    }
    if (last != first) result.push_back(short_ones);
    result.push_back(pieces[last]);
    first = last + 1;
  }
  return result;
}

}  // namespace

EntryTimeline::EntryTimeline(std::uint32_t table_size, std::size_t max_pieces)
    : max_pieces_(std::max<std::size_t>(max_pieces, 8 * std::size_t{table_size})), entries_(table_size) {}

void EntryTimeline::add(const TransitionRecord& t) {
  if (pieces_ == 0) origin_ns_ = t.time_ns;
  entries_[t.index].push_back(
      {t.time_ns, static_cast<std::uint8_t>(1U << state_index(t.to)), t.cause, t.generation, owner_number(t.owner)});
  if (++pieces_ > max_pieces_) coarsen(t.time_ns);
}

std::uint32_t EntryTimeline::owner_number(const std::string& owner) {
  if (const auto known = numbers_.find(owner); known != numbers_.end()) return known->second;
  if (owners_.size() >= kMaxOwners) return 0;
  const auto number = static_cast<std::uint32_t>(owners_.size());
  owners_.push_back(owner);
  numbers_.emplace(owner, number);
  return number;
}

void EntryTimeline::coarsen(std::uint64_t now_ns) {
  const std::uint64_t span_ns = now_ns - origin_ns_;
  // Down to half, so that the next coarsening is far away. Two pieces at most come out of an entry's slot, and there is
  // room for eight an entry, so this ends at the latest with two slots.
  while (pieces_ > max_pieces_ / 2) {
    slot_ns_ = slot_ns_ == 0 ? span_ns / max_pieces_ + 1 : coarser(slot_ns_);
    pieces_ = 0;
    for (auto& pieces : entries_) {
      pieces = merged(pieces, origin_ns_, slot_ns_);
      pieces_ += pieces.size();
    }
  }
}

}  // namespace sallyport::report
