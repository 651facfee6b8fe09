#include "recording_backend.hpp"

#include <algorithm>
#include <utility>

namespace sallyport::ike::testing {

Result<Reservation> RecordingBackend::reserve(const ReserveRequest& request) {
  const std::size_t room = request.purpose == ReserveFor::kNewChild ? pairs_limit_ - reserve_ : pairs_limit_;
  if (pairs_.size() >= room) return Error{ErrorCode::kFull, "the SA table is full"};
  if (request.replaces && pairs_.find(request.replaces->value) == pairs_.end()) {
    complaints_.emplace_back("reserve: replaces an SA that is not there");
  }
  const std::uint64_t handle = next_++;
  std::uint32_t spi = 0;
  do {
    spi = static_cast<std::uint32_t>(random_.below(0xFFFF'FFFF - 256) + 256);
  } while (inbound(Spi{spi}) != nullptr);
  RecordedPair pair;
  pair.spi_in = Spi{spi};
  pairs_.emplace(handle, std::move(pair));
  peak_ = std::max(peak_, pairs_.size());
  return Reservation{ReservationHandle{handle}, Spi{spi}};
}

void RecordingBackend::abandon(ReservationHandle reservation) {
  const auto pair = pairs_.find(reservation.value);
  if (pair == pairs_.end() || pair->second.state != PairState::kReserved) {
    complaints_.emplace_back("abandon: no such reservation");
    return;
  }
  pairs_.erase(pair);
}

Result<ChildHandle> RecordingBackend::install(ReservationHandle reservation, InstallRequest request) {
  const auto pair = pairs_.find(reservation.value);
  if (pair == pairs_.end() || pair->second.state != PairState::kReserved) {
    complaints_.emplace_back("install: no such reservation");
    return Error{ErrorCode::kBadState, "no such reservation"};
  }
  if (failing_ > 0) {
    --failing_;
    pairs_.erase(pair);
    return Error{ErrorCode::kRefusedByDevice, "the device refused"};
  }
  pair->second.state = PairState::kInstalled;
  if (request.limits.octets > 0) {
    const auto soft = [&] {
      return request.limits.octets / 10'000 * (request.soft.from + random_.below(request.soft.span + std::uint64_t{1}));
    };
    pair->second.soft_out = soft();
    pair->second.soft_in = soft();
  }
  pair->second.config = std::move(request);
  return ChildHandle{reservation.value};
}

RecordedPair* RecordingBackend::find(ChildHandle child) {
  const auto pair = pairs_.find(child.value);
  return pair == pairs_.end() || pair->second.state == PairState::kReserved ? nullptr : &pair->second;
}

RecordedPair* RecordingBackend::expect(ChildHandle child, const char* command) {
  RecordedPair* pair = find(child);
  if (pair == nullptr) complaints_.push_back(std::string(command) + ": no such SA");
  return pair;
}

void RecordingBackend::use_outbound(ChildHandle child) {
  RecordedPair* pair = expect(child, "use_outbound");
  if (pair == nullptr) return;
  if (!pair->outbound) complaints_.emplace_back("use_outbound: its outbound half is gone");
  pair->used = true;
}

void RecordingBackend::supersede(ChildHandle old, ChildHandle by) {
  RecordedPair* pair = expect(old, "supersede");
  if (expect(by, "supersede") == nullptr || pair == nullptr) return;
  pair->state = PairState::kSuperseded;
  pair->used = false;
}

void RecordingBackend::mark_redundant(ChildHandle child) {
  if (RecordedPair* pair = expect(child, "mark_redundant")) pair->state = PairState::kRedundant;
}

void RecordingBackend::drop_outbound(ChildHandle child) {
  RecordedPair* pair = expect(child, "drop_outbound");
  if (pair == nullptr) return;
  pair->outbound = false;
  pair->used = false;
}

void RecordingBackend::retire(ChildHandle child) {
  RecordedPair* pair = expect(child, "retire");
  if (pair == nullptr) return;
  pair->outbound = false;
  pair->used = false;
  pair->state = PairState::kDraining;
}

void RecordingBackend::erase(ChildHandle child) {
  if (expect(child, "erase") != nullptr) pairs_.erase(child.value);
}

ChildUsage RecordingBackend::usage(ChildHandle child) {
  const RecordedPair* pair = expect(child, "usage");
  return pair == nullptr ? ChildUsage{} : pair->usage;
}

RecordedPair* RecordingBackend::outbound() {
  // The newest: what was told last counts.
  for (auto pair = pairs_.rbegin(); pair != pairs_.rend(); ++pair) {
    if (pair->second.used && pair->second.outbound) return &pair->second;
  }
  return nullptr;
}

RecordedPair* RecordingBackend::inbound(Spi spi) {
  for (auto& [handle, pair] : pairs_) {
    if (pair.spi_in == spi) return &pair;
  }
  return nullptr;
}

ChildHandle RecordingBackend::handle_of(const RecordedPair& pair) const {
  for (const auto& [handle, other] : pairs_) {
    if (&other == &pair) return ChildHandle{handle};
  }
  return ChildHandle{0};
}

void RecordingBackend::drain() {
  std::erase_if(pairs_, [](const auto& entry) { return entry.second.state == PairState::kDraining; });
}

}  // namespace sallyport::ike::testing
