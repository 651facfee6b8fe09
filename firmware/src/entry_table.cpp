#include "sallyport/fw/entry_table.hpp"

namespace sallyport::fw {

using abi::EntryState;

namespace {
bool waits(EntryState state) {
  return state == EntryState::kOverlap || state == EntryState::kRedundant || state == EntryState::kDraining ||
         state == EntryState::kErasing;
}
}  // namespace

bool EntryTable::reset(std::uint16_t count) {
  if (count > entries_.size()) return false;
  size_ = count;
  free_ = {};
  waiting_ = {};
  counts_ = {};
  claims_ = 0;
  for (std::uint16_t i = 0; i < count; ++i) {
    entries_[i] = Entry{};
    insert_after(free_, free_.tail, i);
  }
  counts_[static_cast<unsigned>(EntryState::kFree)] = count;
  return true;
}

void EntryTable::insert_after(List& list, std::uint16_t before, std::uint16_t index) {
  Entry& entry = entries_[index];
  entry.prev = before;
  entry.next = before == kNone ? list.head : entries_[before].next;
  (before == kNone ? list.head : entries_[before].next) = index;
  (entry.next == kNone ? list.tail : entries_[entry.next].prev) = index;
}

void EntryTable::remove(List& list, std::uint16_t index) {
  Entry& entry = entries_[index];
  (entry.prev == kNone ? list.head : entries_[entry.prev].next) = entry.next;
  (entry.next == kNone ? list.tail : entries_[entry.next].prev) = entry.prev;
  entry.prev = entry.next = kNone;
}

std::uint16_t EntryTable::last_free() const {
  std::uint16_t index = size_;
  while (index > 0 && entries_[index - 1].state != EntryState::kFree) --index;
  return index == 0 ? kNone : static_cast<std::uint16_t>(index - 1);
}

void EntryTable::defer(std::uint16_t index) {
  remove(free_, index);
  insert_after(free_, free_.tail, index);
}

bool EntryTable::move(std::uint16_t index, EntryEvent event, std::uint64_t deadline) {
  const auto to = next_state(entries_[index].state, event);
  if (to) adopt(index, *to, deadline);
  return to.has_value();
}

void EntryTable::adopt(std::uint16_t index, EntryState state, std::uint64_t deadline) {
  Entry& entry = entries_[index];
  if (entry.state == EntryState::kFree) remove(free_, index);
  if (waits(entry.state)) remove(waiting_, index);
  --counts_[static_cast<unsigned>(entry.state)];
  ++counts_[static_cast<unsigned>(state)];
  entry.state = state;
  if (state == EntryState::kFree) insert_after(free_, free_.tail, index);
  if (waits(state)) insert_waiting(index, deadline);
}

void EntryTable::insert_waiting(std::uint16_t index, std::uint64_t deadline) {
  entries_[index].time = deadline;
  // Few wait, and mostly equally long: the place is near the end.
  std::uint16_t before = waiting_.tail;
  while (before != kNone && entries_[before].time > deadline) before = entries_[before].prev;
  insert_after(waiting_, before, index);
}

void EntryTable::wait_until(std::uint16_t index, std::uint64_t deadline) {
  if (!waits(entries_[index].state)) return;
  remove(waiting_, index);
  insert_waiting(index, deadline);
}

void EntryTable::claim(std::uint16_t index) {
  if (entries_[index].claim) return;
  entries_[index].claim = true;
  ++claims_;
}

void EntryTable::release_claim(std::uint16_t index) {
  if (!entries_[index].claim) return;
  entries_[index].claim = false;
  --claims_;
}

}  // namespace sallyport::fw
