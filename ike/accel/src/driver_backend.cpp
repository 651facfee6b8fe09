#include "sallyport/ike/driver_backend.hpp"

#include <algorithm>
#include <utility>

#include "sa_configs.hpp"

namespace sallyport::ike {

namespace {

// A pair whose rekey may have the emergency entries: what is left of its life is a twentieth or less.
bool nearly_used(std::uint64_t used, std::uint64_t limit) { return limit > 0 && used >= limit - limit / 20; }

}  // namespace

DriverBackend::DriverBackend(Device& device)
    : device_(device),
      pace_slots_(static_cast<std::uint16_t>(device.info().num_sas / 2)),
      holders_(device.info().num_sas) {}

DriverBackend::Pair* DriverBackend::find(ChildHandle child) {
  const auto found = pairs_.find(child.value);
  return found == pairs_.end() ? nullptr : &found->second;
}

void DriverBackend::warn(const char* what, const Error& error) {
  warnings_.push_back(std::string(what) + ": " + error.text);
}

std::optional<ChildHandle> DriverBackend::holder(SaRef ref) const {
  if (ref.index.value >= holders_.size()) return {};
  const Holder& holder = holders_[ref.index.value];
  if (holder.child == 0 || holder.generation != ref.generation) return {};
  return ChildHandle{holder.child};
}

void DriverBackend::hold(SaRef ref, ChildHandle child) {
  if (ref.present()) holders_[ref.index.value] = {ref.generation, child.value};
}

void DriverBackend::let_go(SaRef ref, ChildHandle child) {
  if (holder(ref) == child) holders_[ref.index.value] = {};
}

SaRef DriverBackend::inbound(ChildHandle child) const {
  const auto found = pairs_.find(child.value);
  return found == pairs_.end() ? SaRef{} : found->second.handle.in();
}

SaRef DriverBackend::outbound(ChildHandle child) const {
  const auto found = pairs_.find(child.value);
  return found == pairs_.end() ? SaRef{} : found->second.handle.out();
}

bool DriverBackend::near_its_end(ChildHandle child) {
  const ChildUsage used = usage(child);
  const Pair& pair = *find(child);
  return nearly_used(std::max(used.octets_in, used.octets_out), pair.limits.octets) ||
         nearly_used(std::max(used.packets_in, used.packets_out), pair.limits.packets);
}

Result<Reservation> DriverBackend::reserve(const ReserveRequest& request) {
  InstallOptions options;
  options.owner = OwnerId{request.owner.value};
  const Pair* old = request.replaces ? find(*request.replaces) : nullptr;
  if (request.purpose != ReserveFor::kNewChild && old != nullptr) {
    options.rekey = RekeyOf{old->handle.in(), request.purpose == ReserveFor::kOurRekey};
    // Of a paced SA the firmware knows better.
    options.pool = !old->paced && near_its_end(*request.replaces) ? abi::Pool::kEmergency : abi::Pool::kRekey;
  }
  auto held = device_.reserve(options);
  if (!held) return held.error();
  const Reservation made{ReservationHandle{next_++}, held->spi()};
  reservations_.emplace(made.handle.value, Reserved{std::move(*held), request.owner});
  return made;
}

void DriverBackend::abandon(ReservationHandle reservation) {
  const auto found = reservations_.find(reservation.value);
  if (found == reservations_.end()) return;
  if (const auto done = found->second.held.abandon(); !done)
    warn("a reservation could not be given back", done.error());
  reservations_.erase(found);
}

Result<ChildHandle> DriverBackend::install(ReservationHandle reservation, InstallRequest request) {
  const auto found = reservations_.find(reservation.value);
  if (found == reservations_.end()) return Error{ErrorCode::kBadState, "install: no such reservation"};
  Reserved reserved = std::move(found->second);
  reservations_.erase(found);  // on failure `reserved` gives it back

  const auto selectors = entry_selectors({request.local_selectors, request.remote_selectors});
  if (!selectors) {
    return Error{ErrorCode::kInvalidArgument, "selectors " + to_text(request.local_selectors) + " to " +
                                                  to_text(request.remote_selectors) +
                                                  ": the accelerator takes one prefix a side"};
  }
  InstallOptions options;
  options.owner = OwnerId{request.owner.value};
  options.soft = {request.soft.from, request.soft.span};
  std::optional<std::uint16_t> slot;
  if (request.pace) {
    slot = pace_slots_.take(request.pace->ike_sa);
    if (slot) options.pace = PaceTerms{*slot, request.pace->window, request.pace->t_ike, request.pace->designated};
  }
  Pair pair;
  pair.limits = request.limits;
  pair.selectors = *selectors;
  pair.mode = request.tunnel ? SaMode::kTunnel : SaMode::kTransport;
  pair.paced = slot.has_value();
  if (slot) pair.pace_of = request.pace->ike_sa;
  const SaConfigs configs = sa_configs(std::move(request), *selectors);
  auto installed = device_.install(reserved.held, configs.inbound, configs.outbound, options);
  if (!installed) {
    if (slot) pace_slots_.give_back(pair.pace_of);
    return installed.error();
  }
  const ChildHandle child{next_++};
  pair.in = installed->in();
  pair.out = installed->out();
  hold(pair.in, child);
  hold(pair.out, child);
  pair.handle = std::move(*installed);
  waiting_.push_back(child);
  pairs_.emplace(child.value, std::move(pair));
  return child;
}

void DriverBackend::use_outbound(ChildHandle child) {
  const Pair* pair = find(child);
  if (pair == nullptr || !pair->handle.out().present()) return;
  routes_.use({child, pair->handle.out(), pair->mode, pair->selectors});
}

void DriverBackend::supersede(ChildHandle old, ChildHandle by) {
  Pair* from = find(old);
  const Pair* to = find(by);
  if (from == nullptr || to == nullptr) return;
  if (const auto done = from->handle.supersede_by(to->handle); !done) warn("supersede", done.error());
}

void DriverBackend::mark_redundant(ChildHandle child) {
  Pair* pair = find(child);
  if (pair == nullptr) return;
  routes_.drop(child);
  if (const auto done = pair->handle.mark_redundant(); !done) warn("mark redundant", done.error());
}

void DriverBackend::drop_outbound(ChildHandle child) {
  Pair* pair = find(child);
  if (pair == nullptr || !pair->handle.out().present()) return;
  routes_.drop(child);
  const SaRef out = pair->handle.out();
  const auto done = pair->handle.erase_outbound();
  if (!done && done.error().code != ErrorCode::kStaleGeneration) {
    warn("erase outbound", done.error());
    return;
  }
  let_go(out, child);
}

void DriverBackend::retire(ChildHandle child) {
  Pair* pair = find(child);
  if (pair == nullptr) return;
  const auto done = pair->handle.retire();
  if (!done && done.error().code != ErrorCode::kStaleGeneration) warn("retire", done.error());
  forget(child);
}

void DriverBackend::erase(ChildHandle child) {
  Pair* pair = find(child);
  if (pair == nullptr) return;
  const auto done = pair->handle.erase();
  if (!done && done.error().code != ErrorCode::kStaleGeneration) warn("erase", done.error());
  forget(child);
}

void DriverBackend::forget(ChildHandle child) {
  Pair* pair = find(child);
  routes_.drop(child);
  if (pair->paced) pace_slots_.give_back(pair->pace_of);
  let_go(pair->in, child);
  let_go(pair->out, child);
  std::erase(waiting_, child);
  pairs_.erase(child.value);
}

ChildUsage DriverBackend::usage(ChildHandle child) {
  Pair* pair = find(child);
  if (pair == nullptr) return {};
  const auto look = [this](SaRef ref, std::uint64_t& octets, std::uint64_t& packets) {
    if (!ref.present()) return;  // what it had when it went stays
    const auto report = device_.query(ref.index);
    if (!report || report->ref != ref) return;
    octets = report->octets.value;
    packets = report->packets.value;
  };
  look(pair->handle.in(), pair->last.octets_in, pair->last.packets_in);
  look(pair->handle.out(), pair->last.octets_out, pair->last.packets_out);
  return pair->last;
}

unsigned DriverBackend::occupancy() {
  const auto now = device_.occupancy();
  if (!now) {
    warn("occupancy", now.error());
    return 1'000;  // unknown is full: nobody new is let in
  }
  const unsigned free = now->entries[static_cast<std::size_t>(abi::EntryState::kFree)];
  const unsigned open = free - std::min<unsigned>(free, now->claimed);
  return (now->num_sas - open) * 1'000U / now->num_sas;
}

Result<void> DriverBackend::look_for_first_packets() {
  const std::vector<ChildHandle> waiting = waiting_;
  for (const ChildHandle child : waiting) {
    const auto report = device_.query(inbound(child).index);
    if (!report) return report.error();
    if (report->ref == inbound(child) && report->packets.value > 0) packet_in(report->ref);
  }
  return {};
}

void DriverBackend::packet_in(SaRef inbound) {
  const auto child = holder(inbound);
  if (!child) return;
  Pair& pair = *find(*child);
  if (!pair.waits) return;
  pair.waits = false;
  std::erase(waiting_, *child);
  told(*child, ChildEventKind::kFirstPacket);
}

std::optional<ChildEvent> DriverBackend::next_event() {
  if (events_.empty()) return {};
  const ChildEvent event = events_.front();
  events_.pop_front();
  return event;
}

std::optional<std::string> DriverBackend::next_warning() {
  if (warnings_.empty()) return {};
  std::string text = std::move(warnings_.front());
  warnings_.pop_front();
  return text;
}

}  // namespace sallyport::ike
