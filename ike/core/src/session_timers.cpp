// What is due when.
#include <algorithm>

#include "child_tasks.hpp"
#include "ike_tasks.hpp"
#include "negotiation.hpp"
#include "session.hpp"

namespace sallyport::ike {

namespace {

constexpr TimeNs kKeepaliveTime = 20 * kSecond;  // RFC 3948 4
// Between Sallyports a failure that is temporary is over in a few round trips; less than this is "at once".
constexpr TimeNs kShortestPause = 100 * kMillisecond;
constexpr TimeNs kReplacedTime = 10 * kSecond;
constexpr unsigned kMostDoublings = 6;

}  // namespace

TimeNs Session::pause() {
  if (!peer_.counts) return draw_pause(services_.random);
  const TimeNs least = std::max(kShortestPause, 2 * rtt_);
  return least + services_.random.below(least);
}

void Session::measure_round_trip(const Outstanding& request) {
  const TimeNs took = services_.now - request.began;
  // Of an answer to one of several sendings nobody knows to which. It is less than this, which is much better than
  // nothing: where a round trip takes longer than the first wait there would never be another kind of answer.
  if (request.sends == 1 || rtt_ == 0) rtt_ = took;
}

void Session::look_at(ChildId id, TimeNs when) {
  Child* child = children_.find(id);
  if (child == nullptr || when >= child->look) return;
  looks_.erase({child->look, id});
  child->look = when;
  looks_.emplace(when, id);
}

void Session::advance(TimeNs now) {
  for (std::size_t i = 0; i < ikes_.size() && !closed_; ++i) advance_requests(*ikes_[i]);
  while (!closed_ && !looks_.empty() && looks_.begin()->first <= now) {
    const ChildId id = looks_.begin()->second;
    looks_.erase(looks_.begin());
    Child* child = children_.find(id);
    child->look = kNever;
    advance_child(*child);
  }
  if (!closed_ && current_ != nullptr && current_->state == IkeState::kEstablished) advance_ike();
  if (!closed_) advance_wanted();
  if (!closed_) pump();
}

void Session::reap() {
  std::erase_if(ikes_, [](const std::unique_ptr<IkeSa>& ike) { return ike->state == IkeState::kClosed; });
}

void Session::advance_requests(IkeSa& ike) {
  for (Outstanding& request : ike.requests().all()) {
    if (request.resend_at > services_.now) continue;
    const auto wait = schedule().wait(request.sends);
    if (!wait) {
      services_.count(Counter::kTimeouts);
      const bool up = ike.established != 0;
      if (&ike == current_) {
        close(
            up ? AgentEventKind::kIkeDown : AgentEventKind::kIkeFailed,
            ike.initiation && !ike.initiation->refusal.empty() ? ike.initiation->refusal : "the peer does not answer");
      } else {
        forget(ike);
      }
      return;
    }
    services_.count(Counter::kRetransmissions);
    ++request.sends;
    request.resend_at = services_.now + *wait;
    ike.send_again(services_, request.datagrams);
  }
  if (ike.gone_by > services_.now || ike.state == IkeState::kClosed) return;
  ike.gone_by = kNever;
  if (&ike == current_) {
    close(ike.established != 0 ? AgentEventKind::kIkeDown : AgentEventKind::kIkeFailed,
          ike.established != 0 ? "ended here" : "half-open for too long");
  } else if (ike.state == IkeState::kReplaced && current_->usable_from != 0 &&
             services_.now < current_->established + schedule().give_up()) {
    // Nothing has come on its successor yet: our answer that made it may be lost and asked for again.
    ike.gone_by = services_.now + kReplacedTime;
  } else if (ike.state == IkeState::kReplaced) {
    delete_ike(ike);  // its successor's maker was to do it
  } else {
    forget(ike);
  }
}

void Session::advance_child(Child& child) {
  const TimeNs now = services_.now;
  if (child.gone_by <= now) {
    const Child* next = child.replaced_by ? children_.find(*child.replaced_by) : nullptr;
    if (child.state == ChildState::kReplaced && next != nullptr && !known_to_peer(*next) &&
        now < next->installed + schedule().give_up()) {
      // Our answer may be lost and asked for again. With the old one gone, what goes out would find no SA at the peer.
      child.gone_by = now + 2 * times_.t_ike();
      look_at(child.id, child.gone_by);
      return;
    }
    services_.count(Counter::kRedundantByUs);
    hand_over(child);  // the old one's inbound half goes as soon as the peer has our Delete
    want_delete(child);
    return;
  }
  // What is past is looked at once: a time that stayed would be due for ever.
  const bool over = child.hard_at <= now && !child.dead;
  if (child.hard_at <= now) child.hard_at = kNever;
  if (over) {
    child.dead = true;
    if (child.state == ChildState::kInstalled || child.state == ChildState::kRekeying) {
      services_.count(Counter::kExpired);
      tell(AgentEventKind::kWarning, &child, "its life time is over before it was replaced");
    }
    hand_over(child);
    services_.backend.drop_outbound(child.handle);
    want_delete(child);
    return;
  }
  if (child.soft_at <= now || child.retry_at <= now) {
    if (child.soft_at <= now) child.soft_at = kNever;
    if (child.retry_at <= now) child.retry_at = kNever;
    want_rekey(child);
  }
  look_at(child.id, std::min({child.soft_at, child.hard_at, child.gone_by, child.retry_at}));
}

void Session::advance_ike() {
  const TimeNs now = services_.now;
  if (ike_rekey_at_ <= now) {
    ike_rekey_at_ = kNever;
    begin_ike_rekey();
  }
  if (config_->liveness_time > 0 && current_->last_heard() + config_->liveness_time <= now) ask_for_life();
  if (peer_.nat_here && current_->last_sent() + kKeepaliveTime <= now && current_->local().port != kIkePort) {
    current_->send_keepalive(services_);
  }
}

void Session::begin_ike_rekey() {
  // Rule 9: children that will want a rekey meanwhile go first.
  const TimeNs t_ike = times_.t_ike();
  std::vector<SoftDistance> distances;
  for (const ChildId id : children_.ids()) {
    const Child& child = *children_.find(id);
    if (child.state != ChildState::kInstalled) continue;
    const ChildUsage usage = services_.backend.usage(child.handle);
    const Sizing sizing = size_child(*config_, *child.config, child.suite.esn, t_ike);
    const ThresholdRule rule = child.count ? kNegotiatedRule : kLocalRule;
    const std::uint64_t life = child.count ? child.count->life : sizing.octets.limit.hard;
    // Whichever end it is that comes first.
    const auto soft = [&rule](std::uint64_t hard, std::uint64_t guard) {
      const Thresholds where = thresholds_anyway({hard, guard}, rule);
      return hard == 0 ? 0 : std::min(where.of(CountRole::kDesignated).first, where.of(CountRole::kOther).first);
    };
    distances.push_back({id.value, std::max(usage.octets_in, usage.octets_out), soft(life, sizing.octets.limit.guard),
                         sizing.octets.limit.guard});
    distances.push_back({id.value, std::max(usage.packets_in, usage.packets_out),
                         soft(sizing.packets.limit.hard, sizing.packets.limit.guard), sizing.packets.limit.guard});
    const TimeNs guard = 2 * t_ike;
    if (child.soft_at != kNever) distances.push_back({id.value, services_.now, child.soft_at, guard});
  }
  for (const std::size_t id : children_before_ike_rekey(distances)) {
    if (Child* child = children_.find(ChildId{static_cast<std::uint32_t>(id)})) want_rekey(*child);
  }
  enqueue(rekey_ike_task(current_->own_spi()));
}

void Session::want_child(const ChildConfig& config) {
  WantedChild& wanted = wanted_[&config];
  const unsigned doublings = std::min(wanted.failures++, kMostDoublings);
  wanted.at = services_.now + (pause() << doublings);
  tell(AgentEventKind::kWarning, config.name, "refused for now, to be tried again");
}

void Session::advance_wanted() {
  if (current_ == nullptr || current_->state != IkeState::kEstablished) return;
  for (auto& [config, wanted] : wanted_) {
    if (wanted.at > services_.now) continue;
    wanted.at = kNever;  // until it is refused again, or made
    enqueue(make_child_task(*config, {}));
  }
}

void Session::ask_for_life() {
  // A valid ESP packet proves it as well as a message does (RFC 7296 2.4).
  std::uint64_t packets = 0;
  for (const ChildId id : children_.ids()) packets += services_.backend.usage(children_.find(id)->handle).packets_in;
  const bool heard = packets > packets_heard_;  // less: a Child SA has gone, and its count with it
  packets_heard_ = packets;
  current_->heard(services_.now);  // the next look is a whole time away, whether by packets or by an answer
  if (!heard && current_->requests().idle()) enqueue(liveness_task(), true);
}

TimeNs Session::next_deadline() const {
  if (closed_) return 0;
  TimeNs first = kNever;
  for (const auto& [config, child] : wanted_) first = std::min(first, child.at);
  if (!looks_.empty()) first = std::min(first, looks_.begin()->first);
  for (const auto& ike : ikes_) first = std::min({first, ike->requests().next_deadline(), ike->gone_by});
  if (current_ != nullptr && current_->state == IkeState::kEstablished) {
    first = std::min(first, ike_rekey_at_);
    if (config_->liveness_time > 0) first = std::min(first, current_->last_heard() + config_->liveness_time);
    if (peer_.nat_here && current_->local().port != kIkePort) {
      first = std::min(first, current_->last_sent() + kKeepaliveTime);
    }
    if (!queue_.empty() && current_->usable_from > services_.now) first = std::min(first, current_->usable_from);
    if (!queue_.empty() && held_until_ > services_.now) first = std::min(first, held_until_);
  }
  return first;
}

}  // namespace sallyport::ike
