// The IKE SAs of a session: one that is used, and during a rekey its predecessor and the losers.
#include <algorithm>
#include <utility>

#include "ike_tasks.hpp"
#include "session.hpp"

namespace sallyport::ike {

namespace {
constexpr TimeNs kTerminationTime = 10 * kSecond;
constexpr auto kMostLingering = 4;
}  // namespace

Session::~Session() {
  for (const auto& ike : ikes_) services_.directory.ike_sas.erase(ike->own_spi().value);
  for (const ChildId id : children_.ids()) {
    const Child* child = children_.find(id);
    services_.directory.children.erase(child->handle.value);
    services_.backend.erase(child->handle);
  }
}

RetransmissionSchedule Session::schedule() const {
  if (!peer_.counts) return config_->retransmission;
  // 4 RTT: an answer has had the time to come (RFC 7296 2.1 leaves the pace to us).
  return sallyport_schedule(rtt_);
}

IkeSa& Session::add_ike(bool initiator, const Endpoint& local, const Endpoint& remote) {
  ikes_.push_back(std::make_unique<IkeSa>(*this, initiator, local, remote));
  IkeSa& ike = *ikes_.back();
  ike.began = services_.now;
  ike.take_requests_at_once(config_->window);
  if (current_ == nullptr) current_ = &ike;
  return ike;
}

IkeSpi Session::register_ike(IkeSa& ike) {
  std::uint64_t spi = 0;
  do {
    std::array<std::uint8_t, 8> octets{};
    services_.random.fill(octets);
    for (const std::uint8_t octet : octets) spi = spi << 8U | octet;
  } while (spi == 0 || services_.directory.ike_sas.contains(spi));
  services_.directory.ike_sas.emplace(spi, &ike);
  return IkeSpi{spi};
}

void Session::log_keys(const IkeSa& ike) {
  if (!services_.config.key_log) return;
  tell(AgentEventKind::kKeyLog, nullptr, wireshark_decryption_line(ike.suite, ike.keys, ike.spi_i, ike.spi_r));
}

void Session::established(IkeSa& ike) {
  ike.state = IkeState::kEstablished;
  ike.established = services_.now;
  ike.transcript = {};
  ike.initiation.reset();
  if (config_->rekey_time > 0) {
    ike_rekey_at_ = services_.now + config_->rekey_time - services_.random.below(config_->rekey_time / 10 + 1);
  }
}

void Session::succeed(IkeSa& old, IkeSa& next) {
  old.state = IkeState::kReplaced;
  // Deleting it is for whoever made the successor; somebody has to.
  old.gone_by = services_.now + std::max<TimeNs>(2 * times_.t_ike(), kTerminationTime);
  current_ = &next;
  tell(AgentEventKind::kIkeRekeyed, nullptr, to_string(next.suite));
  if (config_->rekey_time > 0) {
    ike_rekey_at_ = services_.now + config_->rekey_time - services_.random.below(config_->rekey_time / 10 + 1);
  }
}

void Session::forget(IkeSa& ike) {
  if (ike.state == IkeState::kClosed) return;
  ike.state = IkeState::kClosed;
  if (ike_rekey_ && ike_rekey_->peers == &ike) ike_rekey_->peers = nullptr;
  services_.directory.ike_sas.erase(ike.own_spi().value);
  for (Outstanding& request : ike.requests().take_all()) {
    if (request.task) request.task->abandon(*this);
  }
  if (current_ != &ike || closed_) return;
  close(failure_.empty() ? AgentEventKind::kIkeDown : AgentEventKind::kIkeFailed,
        failure_.empty() ? "closed" : failure_);
}

bool Session::crowded() const {
  return std::count_if(ikes_.begin(), ikes_.end(), [](const std::unique_ptr<IkeSa>& each) {
           return each->state == IkeState::kReplaced || each->state == IkeState::kClosing;
         }) >= kMostLingering;
}

void Session::linger(IkeSa& ike) {
  if (ike_rekey_ && ike_rekey_->peers == &ike) ike_rekey_->peers = nullptr;
  for (Outstanding& request : ike.requests().take_all()) {
    if (request.task) request.task->abandon(*this);
  }
  ike.state = IkeState::kDeleted;
  ike.gone_by = services_.now + schedule().give_up();
  ike.end_protection();
  // A peer that rekeys again and again has us keep no more than these.
  const auto deleted = [](const std::unique_ptr<IkeSa>& each) { return each->state == IkeState::kDeleted; };
  if (std::count_if(ikes_.begin(), ikes_.end(), deleted) <= kMostLingering) return;
  forget(**std::find_if(ikes_.begin(), ikes_.end(), deleted));
}

void Session::fail_authentication(IkeSa& ike, const std::string& why) {
  failure_ = why;
  ike.state = IkeState::kClosing;
  ike.gone_by = services_.now + kTerminationTime;
  auto task = authentication_failed_task();
  auto request = task->begin(*this, ike);
  if (!ike.send_request(services_, std::move(*request), std::move(task), schedule())) forget(ike);
}

bool Session::only_one() const {
  return std::none_of(services_.directory.sessions.begin(), services_.directory.sessions.end(),
                      [this](const Session* other) {
                        return other != this && !other->closed_ && other->config_ == config_ &&
                               other->current_ != nullptr && other->current_->established != 0;
                      });
}

void Session::delete_ike(IkeSa& ike) {
  if (ike.state == IkeState::kClosing || ike.state == IkeState::kClosed) return;
  ike.state = IkeState::kClosing;
  ike.gone_by = kNever;
  auto task = delete_ike_task();
  auto request = task->begin(*this, ike);
  if (!ike.send_request(services_, std::move(*request), std::move(task), schedule())) forget(ike);
}

void Session::terminate() {
  if (closed_ || terminating_) return;
  if (current_ == nullptr || current_->state != IkeState::kEstablished) {
    close(AgentEventKind::kIkeDown, "ended here");
    return;
  }
  // What is under way keeps its place in the window, so the Delete goes out behind it; but it waits for nobody who does
  // not answer.
  queue_.clear();
  enqueue(delete_ike_task());
  terminating_ = true;
  current_->gone_by = services_.now + kTerminationTime;
}

void Session::close(AgentEventKind kind, const std::string& why) {
  if (closed_) return;
  closed_ = true;
  const bool was_up = current_ != nullptr && current_->established != 0;
  if (!was_up) services_.count(Counter::kIkeFailed);
  for (const auto& ike : ikes_) forget(*ike);
  queue_.clear();
  for (const ChildId id : children_.ids()) {
    const Child* child = children_.find(id);
    tell(AgentEventKind::kChildDown, child, "its IKE SA is gone");
    services_.directory.children.erase(child->handle.value);
    services_.backend.erase(child->handle);
    children_.remove(id);
  }
  tell(was_up || kind != AgentEventKind::kIkeDown ? kind : AgentEventKind::kIkeFailed, nullptr, why);
}

void Session::drop() {
  closed_ = true;
  for (const auto& ike : ikes_) forget(*ike);
}

SessionReport Session::report() const {
  SessionReport report;
  report.id = id_;
  report.connection = config_->name;
  report.state = "connecting";
  report.remote_id = peer_.id ? peer_.id->to_string() : std::string();
  report.count_based = peer_.counts.has_value();
  report.nat_here = peer_.nat_here;
  report.nat_there = peer_.nat_there;
  if (current_ != nullptr) {
    if (current_->state == IkeState::kEstablished) report.state = "established";
    if (current_->state == IkeState::kClosing || terminating_) report.state = "closing";
    report.initiator_spi = current_->spi_i;
    report.responder_spi = current_->spi_r;
    report.initiator = current_->initiator();
    report.local = current_->local();
    report.remote = current_->remote();
    report.suite = current_->suite;
  }
  for (const ChildId id : children_.ids()) {
    const Child& child = children_.all().at(id.value);
    report.children.push_back({child.id, child.config->name, child.handle, child.spi_in, child.spi_out, child.suite,
                               child.tunnel, child.udp, child.local, child.remote, name(child.state), child.count,
                               child.role == CountRole::kDesignated, child.duplicate, child.installed});
  }
  return report;
}

}  // namespace sallyport::ike
