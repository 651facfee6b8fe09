#include "sallyport/ike/leftovers.hpp"

namespace sallyport::ike {

bool stays(abi::EntryState state) {
  switch (state) {
    case abi::EntryState::kLarval:
    case abi::EntryState::kActive:
    case abi::EntryState::kOverlap:
    case abi::EntryState::kRedundant:
      return true;
    case abi::EntryState::kFree:
    case abi::EntryState::kDraining:
    case abi::EntryState::kErasing:
      break;
  }
  return false;
}

bool is_out_of_reach(const Error& error) { return error.code == ErrorCode::kBusFailure; }

Result<void> Leftovers::give_up(SaHandle handle, How how) { return give_up(Leftover{std::move(handle), {}, how}); }

Result<void> Leftovers::give_up(sallyport::Reservation reservation) {
  return give_up(Leftover{{}, std::move(reservation), How::kErase});
}

Result<void> Leftovers::give_up(Leftover one) {
  const auto done = go(one);
  if (done) return {};
  if (entries_.size() >= device_.info().num_sas) {
    entries_.front().handle.forget();
    entries_.front().reservation.forget();
    entries_.erase(entries_.begin());
    sweep_wanted_ = true;
  }
  entries_.push_back(std::move(one));
  return done;
}

Result<void> Leftovers::go(Leftover& one) {
  if (!one.holds()) return {};
  const SaRef in = one.handle.holds() ? one.handle.in() : one.reservation.ref();
  const SaRef out = one.handle.out();
  Result<void> done;
  // The first try may but have opened a new session.
  for (int tries = 0; tries < 2; ++tries) {
    if (one.reservation.holds()) {
      done = one.reservation.abandon();
    } else {
      done = one.how == How::kRetire ? one.handle.retire() : one.handle.erase();
    }
    if (done) return {};
    if (one.holds()) continue;
    surprise_ = true;
    // A half had gone by itself. The request was made for the other one all the same, and nobody says how that went.
    if (is_there(in) || is_there(out)) sweep_wanted_ = true;
    return {};
  }
  // It may be but the answer that was lost.
  if (is_out_of_reach(done.error()) || is_there(in) || is_there(out)) return done;
  surprise_ = true;
  one.handle.forget();
  one.reservation.forget();
  return {};
}

Result<void> Leftovers::retry() {
  Result<void> outcome;
  std::vector<Leftover> still;
  for (Leftover& one : entries_) {
    if (outcome || !is_out_of_reach(outcome.error())) {
      const auto done = go(one);
      if (done) continue;
      if (outcome || is_out_of_reach(done.error())) outcome = done;
    }
    still.push_back(std::move(one));
  }
  entries_ = std::move(still);
  return outcome;
}

std::vector<SaRef> Leftovers::refs() const {
  std::vector<SaRef> out;
  for (const Leftover& one : entries_) {
    out.insert(out.end(), {one.handle.in(), one.handle.out(), one.reservation.ref()});
  }
  return out;
}

bool Leftovers::is_there(SaRef ref) {
  if (!ref.present()) return false;
  const auto report = device_.query(ref.index);
  return !report || (report->ref == ref && stays(report->state));
}

}  // namespace sallyport::ike
