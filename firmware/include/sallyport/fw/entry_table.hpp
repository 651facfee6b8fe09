#pragma once
/// @file
/// The firmware's picture of the SA table: a record an entry, the free list, the waiting list, counts by state.
/// Everything is O(1) but the insertion of a wait that is shorter than others before it.
#include <array>
#include <cstdint>
#include <span>

#include "sallyport/abi.hpp"
#include "sallyport/fw/entry_state.hpp"

namespace sallyport::fw {

/// No entry, no owner.
inline constexpr std::uint16_t kNone = 0xFFFF;

/// What the firmware remembers of an entry. 24 octets, because there is one for each entry in a small RAM.
struct Entry {
  std::uint64_t deadline = 0;  ///< Draining, erasing: device time in ns when to go on.
  std::uint32_t spi = 0;
  std::uint16_t generation = 0;
  std::uint16_t partner = kNone;  ///< Entry of the other direction.
  std::uint16_t owner = kNone;
  std::uint16_t next = kNone;  ///< Links of the free or the waiting list; an entry is in one at most.
  std::uint16_t prev = kNone;
  std::uint8_t spi_counter = 0;  ///< SPIs given out so far; outlives the tenant.
  abi::EntryState state : 4 = abi::EntryState::kFree;
  bool inbound : 1 = false;
  bool claim : 1 = false;  ///< Larval: a free entry is promised to its outbound half.
};
static_assert(sizeof(Entry) == 24);

/// The records. Storage is the caller's.
class EntryTable {
 public:
  explicit EntryTable(std::span<Entry> storage) : entries_(storage) {}

  /// Forgets everything: entries 0..count-1 are free and will be given out in that order. False when count exceeds the
  /// storage.
  bool reset(std::uint16_t count);
  [[nodiscard]] std::uint16_t size() const { return size_; }
  Entry& operator[](std::uint16_t index) { return entries_[index]; }
  const Entry& operator[](std::uint16_t index) const { return entries_[index]; }

  /// The entry that has been free longest, or kNone. Longest, so that an index rests before it is used again.
  [[nodiscard]] std::uint16_t oldest_free() const { return free_.head; }
  /// Sends a free entry to the end of the free list (its memory does not take an SA just now).
  void defer(std::uint16_t index);
  /// Moves an entry along the state function. False, and nothing happens, when that has no such transition. Draining
  /// and erasing entries wait until `deadline` (device time in ns).
  bool move(std::uint16_t index, EntryEvent event, std::uint64_t deadline = UINT64_MAX);
  /// Takes over a state that the device reported, whatever it was before, with a deadline as for move.
  void adopt(std::uint16_t index, abi::EntryState state, std::uint64_t deadline = UINT64_MAX);
  /// The waiting entry with the earliest deadline, or kNone.
  [[nodiscard]] std::uint16_t first_waiting() const { return waiting_.head; }

  [[nodiscard]] std::uint16_t count(abi::EntryState state) const { return counts_[static_cast<unsigned>(state)]; }
  /// Free entries not promised to anybody.
  [[nodiscard]] std::uint16_t available() const {
    return static_cast<std::uint16_t>(count(abi::EntryState::kFree) - claims_);
  }
  [[nodiscard]] std::uint16_t claims() const { return claims_; }
  void claim(std::uint16_t index);
  void release_claim(std::uint16_t index);

 private:
  struct List {
    std::uint16_t head = kNone;
    std::uint16_t tail = kNone;
  };
  void insert_after(List& list, std::uint16_t before, std::uint16_t index);
  void remove(List& list, std::uint16_t index);

  std::span<Entry> entries_;
  std::uint16_t size_ = 0;
  List free_;
  List waiting_;  // by deadline
  std::array<std::uint16_t, abi::kEntryStateCount> counts_{};
  std::uint16_t claims_ = 0;
};

}  // namespace sallyport::fw
