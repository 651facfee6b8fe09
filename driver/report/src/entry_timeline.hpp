#pragma once
/// @file
/// What each entry was, over time, in bounded memory, without losing a state.
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "sallyport/telemetry/records.hpp"

namespace sallyport::report {

/// From `time_ns` to the entry's next piece.
struct TimelinePiece {
  std::uint64_t time_ns = 0;
  std::uint8_t states = 0;  ///< Bit s: the entry was in state s. One bit, unless pieces were merged.
  abi::TransitionCause cause = abi::TransitionCause::kReserve;  ///< Of the (first) transition.
  std::uint16_t generation = 0;
  std::uint32_t owner = 0;  ///< Index into owners().
};

/// Keeps every transition while there are few. Beyond `max_pieces` it divides time into slots and merges, of each entry
/// and slot, all pieces but the last into one that names every state among them. The last stays as it is, as it may go
/// on for long. So a merged piece is never longer than a slot, and no state is lost. Before its first piece an entry is
/// free.
class EntryTimeline {
 public:
  EntryTimeline(std::uint32_t table_size, std::size_t max_pieces);

  /// Times of an entry must not go back.
  void add(const TransitionRecord& transition);
  [[nodiscard]] const std::vector<std::vector<TimelinePiece>>& entries() const { return entries_; }
  /// Owners by number. At most kMaxOwners; the rest share number 0, "(other)".
  [[nodiscard]] const std::vector<std::string>& owners() const { return owners_; }
  /// Length of a slot in ns; 0: every transition is there.
  [[nodiscard]] std::uint64_t slot_ns() const { return slot_ns_; }

  static constexpr std::size_t kMaxOwners = 10'000;

 private:
  std::uint32_t owner_number(const std::string& owner);
  void coarsen(std::uint64_t now_ns);

  std::size_t max_pieces_;
  std::size_t pieces_ = 0;
  std::uint64_t slot_ns_ = 0;
  std::uint64_t origin_ns_ = 0;  ///< Of the first transition; slots count from here.
  std::vector<std::vector<TimelinePiece>> entries_;
  std::vector<std::string> owners_{"(other)"};
  std::unordered_map<std::string, std::uint32_t> numbers_;
};

}  // namespace sallyport::report
