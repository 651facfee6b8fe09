// What a failing mailbox has left behind, and how it goes.
#include <algorithm>
#include <utility>

#include "sallyport/ike/driver_backend.hpp"

namespace sallyport::ike {

void DriverBackend::troubled(const char* what, const Error& error) {
  use_.doubt();
  if (troubled_) return;
  troubled_ = true;
  warn(std::string(what) + ": " + error.text + "; it is tried again");
}

void DriverBackend::outcome_unknown() {
  use_.doubt();
  sweep_due_ = true;
  settle_when_due();
}

void DriverBackend::settle_when_due() {
  if (device_.bus().now_ns() >= settle_again_) static_cast<void>(settle());
}

Result<void> DriverBackend::settle() {
  sweep_due_ = leftovers_.take_sweep_wanted() || sweep_due_;
  if (settled()) {
    all_is_well();
    return {};
  }
  use_.doubt();
  auto outcome = leftovers_.retry();
  if (outcome) outcome = retry_outbound();
  sweep_due_ = leftovers_.take_sweep_wanted() || sweep_due_;
  if (sweep_due_ && (outcome || !is_out_of_reach(outcome.error()))) {
    const auto swept = sweep_table();
    if (outcome) outcome = swept;
  }
  if (settled()) {
    all_is_well();
    return outcome;
  }
  settle_again_ = device_.bus().now_ns() + wait_ns_;
  wait_ns_ = std::min(2 * wait_ns_, kLongestWaitNs);
  return outcome;
}

void DriverBackend::all_is_well() {
  troubled_ = false;
  settle_again_ = 0;
  wait_ns_ = kFirstWaitNs;
}

Result<void> DriverBackend::sweep() {
  sweep_due_ = true;
  return settle();
}

Result<void> DriverBackend::retry_outbound() {
  const auto children = std::exchange(outbound_to_go_, {});
  Result<void> outcome;
  for (const ChildHandle child : children) {
    Pair& pair = *find(child);
    if (outcome || !is_out_of_reach(outcome.error())) {
      const auto done = erase_outbound(pair);
      pair.outbound_to_go = !done;
      if (done) continue;
      if (outcome || is_out_of_reach(done.error())) outcome = done;
    }
    outbound_to_go_.push_back(child);
  }
  return outcome;
}

Result<void> DriverBackend::sweep_table() {
  const auto held = in_hand();
  const std::uint16_t table = device_.info().num_sas;
  Result<void> outcome;
  for (std::uint16_t at = 0; at < table; ++at) {
    const auto found = next_entry(at);
    Result<void> done;
    if (found) {
      if (!*found) break;
      const EntryReport& entry = **found;
      if (entry.ref.index.value < at || entry.ref.index.value >= table)
        return Error{ErrorCode::kMalformedInput, "sweep: the firmware tells of an entry that was not asked for"};
      at = entry.ref.index.value;
      if (is_orphan(entry, held)) done = erase_orphan(entry);
    } else {
      done = found.error();
    }
    if (done) continue;
    if (outcome) outcome = done;
    if (is_out_of_reach(done.error())) break;
  }
  // An outbound entry whose inbound half is still to go is seen only after that.
  sweep_due_ = !outcome || !leftovers_.empty();
  return outcome;
}

Result<std::optional<EntryReport>> DriverBackend::next_entry(std::uint16_t from) {
  auto found = device_.query_next(SaIndex{from});
  // The first try may but have opened a new session.
  return found ? found : device_.query_next(SaIndex{from});
}

std::set<SaRef> DriverBackend::in_hand() const {
  std::set<SaRef> held;
  const auto hold = [&held](SaRef ref) { held.insert(ref); };
  for (const SaRef ref : leftovers_.refs()) hold(ref);
  for (const auto& [number, pair] : pairs_) {
    hold(pair.handle.in());
    hold(pair.handle.out());
  }
  for (const auto& [number, reservation] : reservations_) hold(reservation.ref());
  return held;
}

bool DriverBackend::is_orphan(const EntryReport& entry, const std::set<SaRef>& held) const {
  return stays(entry.state) && owners_.contains(entry.owner.value) && !held.contains(entry.ref);
}

Result<void> DriverBackend::erase_orphan(const EntryReport& entry) {
  auto handle = device_.adopt(entry);
  if (!handle && handle.error().code == ErrorCode::kStaleGeneration) return {};
  if (!handle) return handle.error();
  return leftovers_.give_up(std::move(*handle), Leftovers::How::kErase);
}

}  // namespace sallyport::ike
