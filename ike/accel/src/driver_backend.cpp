#include "sallyport/ike/driver_backend.hpp"

#include <algorithm>
#include <utility>

#include "sa_configs.hpp"

namespace sallyport::ike {

namespace {

// A pair whose rekey may have the emergency entries: what is left of its life is a twentieth or less.
bool nearly_used(std::uint64_t used, std::uint64_t limit) { return limit > 0 && used >= limit - limit / 20; }

unsigned entries_of(const SaHandle& handle) {
  return (handle.in().present() ? 1U : 0U) + (handle.out().present() ? 1U : 0U);
}

// An inbound entry, and the claim to an outbound one.
constexpr unsigned kReserved = 2;
// Session of a pair of which the agent does not say whose it is. IKE SAs have numbers below.
constexpr std::uint64_t kAlone = std::uint64_t{1} << 63U;

// The request may have been carried out all the same: its answer was lost or garbled, or a new mailbox session was
// opened because of one that was lost before.
bool is_unknown(const Error& error) {
  return error.code == ErrorCode::kBusFailure || error.code == ErrorCode::kMalformedInput ||
         error.code == ErrorCode::kVersionMismatch || error.code == ErrorCode::kBadState;
}

}  // namespace

DriverBackend::DriverBackend(Device& device)
    : device_(device),
      pace_slots_(static_cast<std::uint16_t>(device.info().num_sas / 2)),
      holders_(device.info().num_sas),
      use_(device),
      leftovers_(device) {}

DriverBackend::Pair* DriverBackend::find(ChildHandle child) {
  const auto found = pairs_.find(child.value);
  return found == pairs_.end() ? nullptr : &found->second;
}

void DriverBackend::warn(std::string text) {
  constexpr std::size_t kMost = 64;
  if (warnings_.size() >= kMost) warnings_.pop_front();
  warnings_.push_back(std::move(text));
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
  settle_when_due();
  owners_.insert(request.owner.value);
  InstallOptions options;
  options.owner = OwnerId{request.owner.value};
  const Pair* old = request.replaces ? find(*request.replaces) : nullptr;
  if (request.purpose != ReserveFor::kNewChild && old != nullptr) {
    options.rekey = RekeyOf{old->handle.in(), request.purpose == ReserveFor::kOurRekey};
    // Of a paced SA the firmware knows better.
    options.pool = !old->paced && near_its_end(*request.replaces) ? abi::Pool::kEmergency : abi::Pool::kRekey;
  }
  auto held = device_.reserve(options);
  if (!held) {
    if (is_unknown(held.error())) outcome_unknown();
    return held.error();
  }
  use_.taken(kReserved);
  const Reservation made{ReservationHandle{next_++}, held->spi()};
  reservations_.emplace(made.handle.value, std::move(*held));
  return made;
}

void DriverBackend::abandon(ReservationHandle reservation) {
  const auto found = reservations_.find(reservation.value);
  if (found == reservations_.end()) return;
  sallyport::Reservation held = std::move(found->second);
  reservations_.erase(found);
  give_back(std::move(held));
}

void DriverBackend::give_back(sallyport::Reservation reservation) {
  if (!reservation.holds()) {  // the driver has taken it back
    use_.doubt();
    return;
  }
  if (const auto done = leftovers_.give_up(std::move(reservation)); !done) {
    troubled("a reservation could not be given back", done.error());
    return;
  }
  gone_by_us(kReserved);
}

std::uint64_t DriverBackend::session_of(const InstallRequest& request, ChildHandle child) const {
  if (request.pace) return request.pace->ike_sa;
  const auto old = request.replaces ? pairs_.find(request.replaces->value) : pairs_.end();
  return old != pairs_.end() ? old->second.session : kAlone | child.value;
}

Result<ChildHandle> DriverBackend::install(ReservationHandle reservation, InstallRequest request) {
  const auto found = reservations_.find(reservation.value);
  if (found == reservations_.end()) return Error{ErrorCode::kBadState, "install: no such reservation"};
  sallyport::Reservation reserved = std::move(found->second);
  reservations_.erase(found);

  const auto selectors = entry_selectors({request.local_selectors, request.remote_selectors});
  if (!selectors) {
    give_back(std::move(reserved));
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
  const ChildHandle child{next_++};
  Pair pair;
  pair.session = session_of(request, child);
  pair.limits = request.limits;
  pair.selectors = *selectors;
  pair.mode = request.tunnel ? SaMode::kTunnel : SaMode::kTransport;
  pair.paced = slot.has_value();
  if (slot) pair.pace_of = request.pace->ike_sa;
  const SaConfigs configs = sa_configs(std::move(request), *selectors);
  auto installed = device_.install(reserved, configs.inbound, configs.outbound, options);
  if (!installed) {
    if (slot) pace_slots_.give_back(pair.pace_of);
    give_back(std::move(reserved));
    if (is_unknown(installed.error())) outcome_unknown();
    return installed.error();
  }
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
  const auto keeps = routes_.use({child, pair->handle.out(), pair->mode, pair->selectors, pair->session});
  if (!keeps) return;
  const EntrySelectors& theirs = find(*keeps)->selectors;
  warn("traffic to " + pair->selectors.responder.to_string() +
       ": an older Child SA of another peer keeps what lies in " + theirs.responder.to_string() +
       "; connections or peers overlap");
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
  let_go(pair->handle.out(), child);
  const auto done = erase_outbound(*pair);
  if (done) return;
  troubled("erase outbound", done.error());
  if (pair->outbound_to_go) return;
  pair->outbound_to_go = true;
  outbound_to_go_.push_back(child);
}

Result<void> DriverBackend::erase_outbound(Pair& pair) {
  const SaRef out = pair.handle.out();
  Result<void> done;
  // The first try may but have opened a new session.
  for (int tries = 0; tries < 2 && pair.handle.out().present(); ++tries) {
    done = pair.handle.erase_outbound();
    if (done) {
      use_.given_back(1);
      return {};
    }
  }
  use_.doubt();
  if (!pair.handle.out().present()) return {};  // it had gone by itself
  if (!is_out_of_reach(done.error()) && !leftovers_.is_there(out)) return {};
  return done;
}

void DriverBackend::retire(ChildHandle child) { give_up(child, Leftovers::How::kRetire, "retire"); }

void DriverBackend::erase(ChildHandle child) { give_up(child, Leftovers::How::kErase, "erase"); }

void DriverBackend::give_up(ChildHandle child, Leftovers::How how, const char* what) {
  Pair* pair = find(child);
  if (pair == nullptr) return;
  SaHandle handle = std::move(pair->handle);
  forget(child);
  // What is to drain stays for a while.
  const bool drains = how == Leftovers::How::kRetire && handle.in().present();
  const unsigned entries = entries_of(handle) - (drains ? 1U : 0U);
  if (const auto done = leftovers_.give_up(std::move(handle), how); !done) {
    troubled(what, done.error());
    return;
  }
  gone_by_us(entries);
}

void DriverBackend::gone_by_us(unsigned entries) {
  use_.given_back(entries);
  if (leftovers_.take_surprise()) use_.doubt();
}

void DriverBackend::forget(ChildHandle child) {
  Pair* pair = find(child);
  routes_.drop(child);
  if (pair->paced) pace_slots_.give_back(pair->pace_of);
  let_go(pair->in, child);
  let_go(pair->out, child);
  std::erase(waiting_, child);
  std::erase(outbound_to_go_, child);
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
  const auto now = use_.permille();
  if (!now && !use_unknown_) warn("occupancy", now.error());
  use_unknown_ = !now;
  return now ? *now : 1'000;  // unknown is full: nobody new is let in
}

Result<void> DriverBackend::look_for_first_packets() {
  constexpr unsigned kMostInARow = 3;  // then it is not the entry, it is the mailbox
  Result<void> outcome;
  unsigned out_of_reach = 0;
  const std::vector<ChildHandle> waiting = waiting_;
  for (const ChildHandle child : waiting) {
    const SaRef in = inbound(child);
    auto report = device_.query(in.index);
    // After a request that was lost the next one is refused, and opens a new session.
    if (!report && report.error().code == ErrorCode::kBadState) report = device_.query(in.index);
    if (!report) {
      if (outcome) outcome = report.error();
      out_of_reach = is_out_of_reach(report.error()) ? out_of_reach + 1 : 0;
      if (out_of_reach == kMostInARow) break;
      continue;
    }
    out_of_reach = 0;
    if (report->ref == in && report->packets.value > 0) packet_in(in);
  }
  return outcome;
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
