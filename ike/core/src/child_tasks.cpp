#include "child_tasks.hpp"

#include <utility>

namespace sallyport::ike {

namespace {

constexpr unsigned kMostDoublings = 6;

DeletePayload delete_of(Spi inbound) { return {ProtocolId::kEsp, {inbound.value}}; }

class MakeChild final : public Task {
 public:
  MakeChild(const ChildConfig& config, std::optional<ChildId> old, std::optional<KeMethod> method)
      : Task(TaskKind::kMakeChild), config_(config), old_(old), method_(method) {}

  std::optional<Request> begin(Session& session, IkeSa& /*ike*/) override {
    const Child* old = nullptr;
    if (old_) {
      Child* found = session.children().find(*old_);
      // The peer was first, or it is gone.
      if (found == nullptr || found->state != ChildState::kInstalled) return {};
      found->rekey_queued = false;
      old = found;
    }
    auto offer = make_offer(session, config_, ChildExchange::kCreateChildSa, old, method_);
    if (!offer) {
      session.tell(AgentEventKind::kChildFailed, config_.name, offer.error().text);
      if (old_) {
        failed(session, offer.error().code == ErrorCode::kFull);
      } else if (offer.error().code == ErrorCode::kFull) {
        session.want_child(config_);
      }
      return {};
    }
    offer_.emplace(std::move(*offer));
    Request request{ExchangeType::kCreateChildSa, {}};
    append_offer(session, request.payloads, *offer_, old);
    if (old_) {
      session.children().find(*old_)->state = ChildState::kRekeying;
      session.rekeys()[*old_] = std::nullopt;
    }
    return request;
  }

  void finish(Session& session, IkeSa& ike, const Contents& response) override {
    Services& services = session.services();
    const std::optional<PeersRekey> peers = end_rekey(session);
    if (const NotifyPayload* error = response.first_error(); error != nullptr && !response.sa) {
      services.backend.abandon(offer_->reservation.handle);
      refused(session, *error, peers);
      return;
    }
    auto agreement = read_answer(session, *offer_, response);
    if (!agreement) {
      // The peer has installed it: it has to go again.
      session.enqueue(delete_spi_task(offer_->reservation.spi), true);
      services.backend.abandon(offer_->reservation.handle);
      session.tell(AgentEventKind::kChildFailed, config_.name, agreement.error().text);
      if (old_ && !left_to_peer(session, peers)) failed(session, false);
      return;
    }
    const Nonces nonces{offer_->nonce, response.nonce->data};
    Child* old = old_ ? session.children().find(*old_) : nullptr;
    auto made = install_child(session, ike, std::move(*agreement), offer_->reservation, nonces, old);
    if (!made) {
      session.enqueue(delete_spi_task(offer_->reservation.spi), true);
      session.tell(AgentEventKind::kChildFailed, config_.name, made.error().text);
      // Where ours was to stay the peer deletes its own: then the old one is all there is.
      const bool peers_stays = peers && redundant_rekey({nonces.initiator, nonces.responder},
                                                        {peers->nonce_i, peers->nonce_r}) != Redundant::kPeers;
      if (old_ && !(peers_stays && left_to_peer(session, peers))) failed(session, false);
      return;
    }
    if (!old_) {
      session.want_no_more(config_);
      session.take_over(*session.children().find(*made));
      return;
    }
    succeeded(session, *session.children().find(*made), peers, nonces);
  }

  void abandon(Session& session) override {
    end_rekey(session);
    if (offer_) session.services().backend.abandon(offer_->reservation.handle);
  }

 private:
  // What the peer did with the same Child SA meanwhile.
  std::optional<PeersRekey> end_rekey(Session& session) const {
    if (!old_) return {};
    const auto found = session.rekeys().find(*old_);
    if (found == session.rekeys().end()) return {};
    auto peers = std::move(found->second);
    session.rekeys().erase(found);
    return peers;
  }

  void succeeded(Session& session, Child& next, const std::optional<PeersRekey>& peers, const Nonces& nonces) {
    Services& services = session.services();
    Child* old = session.children().find(*old_);
    if (old != nullptr) {
      session.times().add(services.now - old->wanted);
      next.replaces = old->id;
    }
    services.count(Counter::kRekeysOurs);
    Child* other = peers ? session.children().find(peers->made) : nullptr;
    if (other != nullptr) {
      services.count(Counter::kCollisions);
      session.tell(AgentEventKind::kCollision, &next, "both ends rekeyed it");
      const Redundant loser = redundant_rekey({nonces.initiator, nonces.responder}, {peers->nonce_i, peers->nonce_r});
      if (loser != Redundant::kPeers) {
        // What we made goes; the peer deletes the old one.
        if (old != nullptr) replaced_by(*old, *other, session);
        next.replaces.reset();
        next.state = ChildState::kRedundant;
        services.backend.mark_redundant(next.handle);
        session.want_delete(next);
        return;
      }
      other->replaces.reset();
      other->state = ChildState::kRedundant;
      other->gone_by = services.now + 2 * session.times().t_ike();
      session.look_at(other->id, other->gone_by);
      services.backend.mark_redundant(other->handle);
      services.backend.drop_outbound(other->handle);
      other->outbound = false;
    }
    // At once, without waiting for traffic: the responder may send on the new one only now.
    session.take_over(next);
    if (old != nullptr) session.want_delete(*old);
    if (old != nullptr && old->unwanted) session.want_delete(next);
    session.tell(AgentEventKind::kChildRekeyed, &next, {});
  }

  static void replaced_by(Child& old, const Child& next, Session& session) {
    old.state = ChildState::kReplaced;
    old.replaced_by = next.id;
    old.gone_by = session.services().now + 2 * session.times().t_ike();
    session.look_at(old.id, old.gone_by);
  }

  void refused(Session& session, const NotifyPayload& error, const std::optional<PeersRekey>& peers) {
    Services& services = session.services();
    if (left_to_peer(session, peers)) return;
    Child* old = old_ ? session.children().find(*old_) : nullptr;
    if (old_ && old == nullptr) return;  // the peer replaced and deleted it meanwhile (RFC 7296 2.8.1)
    if (old != nullptr && old->state != ChildState::kRekeying) return;  // it is being deleted meanwhile
    if (old != nullptr) old->state = ChildState::kInstalled;
    switch (error.type) {
      case NotifyType::kInvalidKePayload: {
        const auto asked = error.number(2);
        const auto method = static_cast<KeMethod>(asked.value_or(0));
        const KeMethod sent = offer_->ke ? offer_->ke->method() : KeMethod::kNone;
        if (!method_ && may_retry_with(offer_->sa, sent, method)) {
          if (old != nullptr) old->rekey_queued = true;
          session.enqueue(make_child_task(config_, old_, method), true);
          return;
        }
        break;
      }
      case NotifyType::kTemporaryFailure:
        services.count(Counter::kTemporaryFailuresReceived);
        break;
      case NotifyType::kChildSaNotFound:
        // The peer has no such SA: ours leads nowhere (RFC 7296 2.25).
        if (old != nullptr) {
          session.tell(AgentEventKind::kChildDown, old, "the peer does not know it");
          session.retire(*old);
          session.enqueue(make_child_task(config_, {}));
          return;
        }
        break;
      default:
        break;
    }
    const bool temporary = error.type == NotifyType::kTemporaryFailure;
    if (old == nullptr) {
      session.tell(AgentEventKind::kChildFailed, config_.name, "refused: " + to_text(error.type));
      if (temporary || error.type == NotifyType::kNoAdditionalSas) {
        session.want_child(config_);
      } else {
        session.want_no_more(config_);
      }
      return;
    }
    session.tell(AgentEventKind::kWarning, old, "rekey refused: " + to_text(error.type));
    failed(session, temporary);
  }

  // Of two exchanges only the peer's came to something. False: there was none of the peer's.
  bool left_to_peer(Session& session, const std::optional<PeersRekey>& peers) const {
    Child* old = old_ ? session.children().find(*old_) : nullptr;
    const Child* other = peers ? session.children().find(peers->made) : nullptr;
    if (old == nullptr || other == nullptr) return false;
    replaced_by(*old, *other, session);
    return true;
  }

  // A rekey came to nothing: try again later, while the old SA lasts.
  void failed(Session& session, bool temporary) const {
    Services& services = session.services();
    services.count(Counter::kRekeysFailed);
    Child* old = session.children().find(*old_);
    if (old == nullptr) return;
    if (old->state == ChildState::kRekeying) old->state = ChildState::kInstalled;
    ++old->failures;
    const ChildUsage usage = services.backend.usage(old->handle);
    const std::uint64_t used = std::max(usage.octets_in, usage.octets_out);
    const std::uint64_t life = old->count ? old->count->life : old->config->limits.octets;
    const std::uint64_t rate = life > 0 ? session.config().counts.peak.octets : 0;
    const RetryTime retry =
        retry_after_temporary_failure(session.pause(), life > used ? life - used : 0, rate, session.times().t_ike());
    if (retry.too_late) session.tell(AgentEventKind::kWarning, old, "its hard limit may come before its rekey");
    // What may be granted soon is asked for soon, but at least a round trip lies between two tries; what was refused
    // for good is not asked for again and again (RFC 7296 2.25). Either way ever less often.
    const unsigned doublings = std::min(old->failures - 1, kMostDoublings);
    const TimeNs delay = temporary ? std::max<TimeNs>(retry.delay, (10 * kMillisecond) << doublings)
                                   : std::max<TimeNs>(session.pause(), kSecond) << doublings;
    old->retry_at = services.now + delay;
    session.look_at(old->id, old->retry_at);
  }

  const ChildConfig& config_;
  std::optional<ChildId> old_;
  std::optional<KeMethod> method_;
  std::optional<ChildOffer> offer_;
};

class DeleteChild final : public Task {
 public:
  explicit DeleteChild(ChildId child) : Task(TaskKind::kDeleteChild), child_(child) {}

  std::optional<Request> begin(Session& session, IkeSa& /*ike*/) override {
    Child* child = session.children().find(child_);
    if (child == nullptr) return {};
    if (child->state != ChildState::kRedundant) child->state = ChildState::kDeleting;
    child->delete_sent = true;
    Request request{ExchangeType::kInformational, {}};
    request.payloads.append(delete_of(child->spi_in));
    return request;
  }

  void finish(Session& session, IkeSa& /*ike*/, const Contents& /*response*/) override {
    // Whatever it says: the peer has had our Delete.
    if (Child* child = session.children().find(child_)) session.retire(*child);
  }

  void abandon(Session& session) override { session.services().count(Counter::kUnconfirmed); }

 private:
  ChildId child_;
};

class DeleteSpi final : public Task {
 public:
  explicit DeleteSpi(Spi inbound) : Task(TaskKind::kDeleteChild), inbound_(inbound) {}

  std::optional<Request> begin(Session& /*session*/, IkeSa& /*ike*/) override {
    Request request{ExchangeType::kInformational, {}};
    request.payloads.append(delete_of(inbound_));
    return request;
  }
  void finish(Session& /*session*/, IkeSa& /*ike*/, const Contents& /*response*/) override {}
  void abandon(Session& session) override { session.services().count(Counter::kUnconfirmed); }

 private:
  Spi inbound_;
};

}  // namespace

std::unique_ptr<Task> make_child_task(const ChildConfig& config, std::optional<ChildId> old,
                                      std::optional<KeMethod> method) {
  return std::make_unique<MakeChild>(config, old, method);
}

std::unique_ptr<Task> delete_child_task(ChildId child) { return std::make_unique<DeleteChild>(child); }

std::unique_ptr<Task> delete_spi_task(Spi inbound) { return std::make_unique<DeleteSpi>(inbound); }

}  // namespace sallyport::ike
