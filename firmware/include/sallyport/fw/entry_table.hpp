#pragma once
/// @file
/// The firmware's picture of the SA table: a record an entry, the free list, the waiting list, counts by state.
/// Everything is O(1) but the insertion of a wait that is shorter than others before it.
#include <array>
#include <cstdint>
#include <span>

#include "sallyport/abi.hpp"
#include "sallyport/fw/entry_state.hpp"
#include "sallyport/fw/ticks.hpp"

namespace sallyport::fw {

/// No entry, no owner.
inline constexpr std::uint16_t kNone = 0xFFFF;

/// How far the rekey of a paced SA has come; kept in the entry that leads its pair.
enum class RekeyPhase : std::uint8_t {
  kNone,    ///< Its time has not come.
  kWanted,  ///< A soft limit is reached.
  kUrged,   ///< The peer began one in vain: goes before all others.
  kAsked,   ///< The host has been asked to begin.
  kBegun,   ///< Under way, whoever started it; both ends may have.
  kKeyed,   ///< Its replacement is there.
  kPause,   ///< Came to nothing; wanted again after a pause.
};

/// An active entry's use of its limits; instants and shares as in ticks.hpp.
struct Use {
  Ticks due = 0;           ///< When the soft limit is likely reached.
  Ticks last = 0;          ///< When the hard limit is likely reached.
  Ticks sampled = 0;       ///< When the counters were looked at.
  std::uint32_t seen = 0;  ///< Share of the soft limit that was used then.
};
/// A larval entry's purpose.
struct Purpose {
  std::uint16_t old_index = kNone;  ///< Inbound entry of the SA that is rekeyed.
  std::uint16_t old_generation = 0;
  bool here = false;  ///< This end has begun.
  Ticks began = 0;
};
/// An overlapping, redundant or draining entry's way out.
struct Leaving {
  Ticks since = 0;                    ///< When its replacement took over.
  std::uint32_t packets = 0;          ///< Low half of its packet count when it was looked at last.
  std::uint16_t replacement = kNone;  ///< Entry of the same direction.
  std::uint16_t replacement_generation = 0;
  Rough guard{};                  ///< Draining: the reorder guard in ns.
  bool guard_runs : 1 = false;    ///< Overlapping: its replacement is in use and entries are short.
  bool died : 1 = false;          ///< Overlapping: the device told that it takes no packets any more.
  bool guard_passed : 1 = false;  ///< Overlapping: since then nothing came for the guard's time.
};

/// What the firmware remembers of an entry. 48 octets, because there is one for each entry in a small RAM.
struct Entry {
  /// Waiting entries: device time in ns when to go on. Active ones: when their rekey phase began.
  std::uint64_t time = 0;
  std::uint32_t spi = 0;
  std::uint16_t generation = 0;   ///< Free: of its last tenant.
  std::uint16_t partner = kNone;  ///< Entry of the other direction.
  std::uint16_t owner = kNone;
  std::uint16_t next = kNone;  ///< Links of the free or the waiting list; an entry is in one at most.
  std::uint16_t prev = kNone;
  std::uint8_t rekeys : 2 = 0;  ///< Inbound: reservations that are to replace it.
  bool in_window : 1 = false;   ///< Larval: its exchange has a place in the window of its group.
  abi::EntryState state : 4 = abi::EntryState::kFree;
  bool inbound : 1 = false;
  bool claim : 1 = false;       ///< Larval: a free entry is promised to its outbound half.
  bool paced : 1 = false;       ///< Active: the firmware asks for its rekey.
  bool designated : 1 = false;  ///< Paced: this end is to rekey, so it may be asked before the soft limit.
  union {
    Use use{};        ///< Active.
    Purpose purpose;  ///< Larval.
    Leaving leaving;  ///< Overlapping, redundant, draining.
  };
  std::uint16_t group = 0;  ///< Paced, and larval in a window: the IKE SA.
  Rough soft_octets;        ///< Paced: soft limits; 0 = none.
  Rough soft_packets;
  RekeyPhase phase : 4 = RekeyPhase::kNone;
  abi::Pool pool : 4 = abi::Pool::kEstablished;  ///< From which it was admitted.
  std::uint8_t hard_over_soft =
      0;  ///< Paced: how far the hard limit lies beyond the soft one, in 1/64 of the soft one.
};
static_assert(sizeof(Entry) == 48);

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
  /// A free entry that will not be given out soon, or kNone. Looks at the table from its end.
  [[nodiscard]] std::uint16_t last_free() const;
  /// Sends a free entry to the end of the free list (its memory does not take an SA just now).
  void defer(std::uint16_t index);
  /// Moves an entry along the state function. False, and nothing happens, when that has no such transition. Entries on
  /// their way out (overlap and later) wait until `deadline` (device time in ns).
  bool move(std::uint16_t index, EntryEvent event, std::uint64_t deadline = UINT64_MAX);
  /// Takes over a state that the device reported, whatever it was before, with a deadline as for move.
  void adopt(std::uint16_t index, abi::EntryState state, std::uint64_t deadline = UINT64_MAX);
  /// Another deadline for an entry that waits.
  void wait_until(std::uint16_t index, std::uint64_t deadline);
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
  void insert_waiting(std::uint16_t index, std::uint64_t deadline);
  void remove(List& list, std::uint16_t index);

  std::span<Entry> entries_;
  std::uint16_t size_ = 0;
  List free_;
  List waiting_;  // by deadline
  std::array<std::uint16_t, abi::kEntryStateCount> counts_{};
  std::uint16_t claims_ = 0;
};

}  // namespace sallyport::fw
