#include "ike_tasks.hpp"

#include <algorithm>
#include <utility>

#include "negotiation.hpp"

namespace sallyport::ike {

namespace {

class RekeyIke final : public Task {
 public:
  RekeyIke(IkeSpi of, std::optional<KeMethod> method) : Task(TaskKind::kRekeyIke), of_(of), method_(method) {}

  std::optional<Request> begin(Session& session, IkeSa& ike) override {
    // The peer was first, or it is being done.
    if (session.ike_rekey() || ike.state != IkeState::kEstablished || ike.own_spi() != of_) return {};
    Services& services = session.services();
    const auto methods = ke_methods(session.config().proposals);
    auto ke = KeyExchange::make(method_.value_or(methods.front()), services.random);
    IkeSa& next = session.add_ike(true, ike.local(), ike.remote());
    next.spi_i = session.register_ike(next);
    next_ = &next;
    auto offer = offer_ike(session.config().proposals, next.spi_i);
    if (!ke || !offer) {
      session.forget(next);
      next_ = nullptr;
      session.tell(AgentEventKind::kWarning, nullptr, "IKE SA not rekeyed: " + (ke ? offer.error() : ke.error()).text);
      return {};
    }
    ke_.emplace(std::move(*ke));
    offer_ = std::move(*offer);
    nonce_ = draw_nonce(services);
    session.ike_rekey().emplace().old = &ike;
    Request request{ExchangeType::kCreateChildSa, {}};
    request.payloads.append(offer_);
    request.payloads.append(NoncePayload{nonce_});
    request.payloads.append(KePayload{ke_->method(), {ke_->public_value().begin(), ke_->public_value().end()}});
    return request;
  }

  void finish(Session& session, IkeSa& ike, const Contents& response) override {
    IkeRekey other = end(session);
    if (const NotifyPayload* error = response.first_error(); error != nullptr && !response.sa) {
      session.forget(*next_);
      refused(session, other, *error);
      return;
    }
    if (const auto made = derive(ike, response); !made) {
      session.forget(*next_);
      // RFC 7296 2.7: an answer that we did not ask for ends it. What the peer has made goes with the old IKE SA.
      session.tell(AgentEventKind::kWarning, nullptr, made.error().text);
      session.terminate();
      return;
    }
    next_->state = IkeState::kEstablished;
    next_->established = session.services().now;
    session.log_keys(*next_);
    session.services().count(Counter::kIkeRekeys);
    if (other.peers != nullptr && other.peers->state == IkeState::kEstablished) {
      session.services().count(Counter::kIkeCollisions);
      session.tell(AgentEventKind::kCollision, nullptr, "both ends rekeyed the IKE SA");
      const Redundant loser =
          redundant_rekey({nonce_, response.nonce->data}, {other.peers_nonce_i, other.peers_nonce_r});
      if (loser != Redundant::kPeers) {
        session.succeed(ike, *other.peers);
        session.delete_ike(*next_);
        return;
      }
      other.peers->state = IkeState::kReplaced;
      other.peers->gone_by = session.services().now + 2 * session.times().t_ike();
    }
    session.succeed(ike, *next_);
    session.delete_ike(ike);
  }

  void abandon(Session& session) override {
    end(session);
    if (next_ != nullptr) session.forget(*next_);
  }

 private:
  static IkeRekey end(Session& session) {
    IkeRekey other = session.ike_rekey().value_or(IkeRekey{});
    session.ike_rekey().reset();
    return other;
  }

  Result<void> derive(const IkeSa& ike, const Contents& response) {
    const auto malformed = [](const char* text) { return Error{ErrorCode::kMalformedInput, text}; };
    if (!response.sa || !response.nonce || !response.ke)
      return malformed("answer to an IKE rekey without SA, KE or nonce");
    auto choice = check_ike_answer(offer_, *response.sa, IkeOffer::kRekey);
    if (!choice) return choice.error();
    if (choice->suite.ke != ke_->method() || response.ke->method != ke_->method()) {
      return malformed("answer to an IKE rekey with another key exchange than it chose");
    }
    if (choice->peer_spi.value == 0) return malformed("answer to an IKE rekey with SPI 0");
    auto shared = ke_->agree(response.ke->data);
    if (!shared) return shared.error();
    next_->spi_r = choice->peer_spi;
    auto keys = derive_rekeyed_ike_keys(choice->suite, ike.suite.prf, ike.keys.sk_d, shared->expose(),
                                        {nonce_, response.nonce->data}, next_->spi_i, next_->spi_r);
    if (!keys) return keys.error();
    return next_->protect(choice->suite, std::move(*keys));
  }

  void refused(Session& session, const IkeRekey& other, const NotifyPayload& error) {
    if (other.peers != nullptr && other.peers->state == IkeState::kEstablished) {
      session.succeed(*other.old, *other.peers);
      return;
    }
    if (error.type == NotifyType::kInvalidKePayload && !method_) {
      const auto method = static_cast<KeMethod>(error.number(2).value_or(0));
      if (may_retry_with(offer_, ke_->method(), method)) {
        session.enqueue(rekey_ike_task(of_, method), true);
        return;
      }
    }
    if (error.type == NotifyType::kTemporaryFailure) {
      session.services().count(Counter::kTemporaryFailuresReceived);
    } else {
      session.tell(AgentEventKind::kWarning, nullptr, "rekey of the IKE SA refused: " + to_text(error.type));
    }
    session.retry_ike_rekey_at(session.services().now + session.pause());
  }

  IkeSpi of_;
  std::optional<KeMethod> method_;
  std::optional<KeyExchange> ke_;
  SaPayload offer_;
  Bytes nonce_;
  IkeSa* next_ = nullptr;
};

class DeleteIke final : public Task {
 public:
  DeleteIke() : Task(TaskKind::kDeleteIke) {}

  std::optional<Request> begin(Session& /*session*/, IkeSa& /*ike*/) override {
    Request request{ExchangeType::kInformational, {}};
    request.payloads.append(DeletePayload{});
    return request;
  }
  void finish(Session& session, IkeSa& ike, const Contents& /*response*/) override { session.forget(ike); }
  void abandon(Session& session) override { session.services().count(Counter::kUnconfirmed); }
};

class Inform final : public Task {
 public:
  explicit Inform(std::optional<NotifyType> notify) : Task(TaskKind::kInform), notify_(notify) {}

  std::optional<Request> begin(Session& /*session*/, IkeSa& /*ike*/) override {
    Request request{ExchangeType::kInformational, {}};
    if (notify_) request.payloads.append_notify(*notify_);
    return request;
  }
  void finish(Session& session, IkeSa& ike, const Contents& /*response*/) override {
    if (notify_) session.forget(ike);
  }
  void abandon(Session& /*session*/) override {}

 private:
  std::optional<NotifyType> notify_;
};

}  // namespace

std::unique_ptr<Task> rekey_ike_task(IkeSpi of, std::optional<KeMethod> method) {
  return std::make_unique<RekeyIke>(of, method);
}
std::unique_ptr<Task> delete_ike_task() { return std::make_unique<DeleteIke>(); }
std::unique_ptr<Task> liveness_task() { return std::make_unique<Inform>(std::nullopt); }
std::unique_ptr<Task> authentication_failed_task() {
  return std::make_unique<Inform>(NotifyType::kAuthenticationFailed);
}

PayloadChain answer_ike_rekey(Session& session, IkeSa& ike, const Contents& request) {
  Services& services = session.services();
  PayloadChain chain;
  const auto refuse = [&](NotifyType type, View data = {}) {
    chain.append_notify(type, data);
    return std::move(chain);
  };
  if (!request.sa || !request.nonce || !request.ke) return refuse(NotifyType::kInvalidSyntax);
  const bool crossing = session.ike_rekey().has_value();
  if (ike.state != IkeState::kEstablished || (crossing && session.ike_rekey()->peers != nullptr) || session.crowded() ||
      session.busy_with(TaskKind::kMakeChild) || session.busy_with(TaskKind::kDeleteChild) ||
      session.busy_with(TaskKind::kDeleteIke)) {
    services.count(Counter::kTemporaryFailures);
    // It will ask again, soon when it is a Sallyport: let it find us idle.
    if (session.peer().counts) session.hold_children(services.now + 2 * session.pause());
    return refuse(NotifyType::kTemporaryFailure);
  }
  auto choice = choose_ike(*request.sa, session.config().proposals, IkeOffer::kRekey);
  if (!choice) return refuse(NotifyType::kNoProposalChosen);
  if (choice->peer_spi.value == 0) return refuse(NotifyType::kInvalidSyntax);
  if (const auto ask = method_to_ask_for(choice->suite.ke, request.ke->method)) {
    const auto number = static_cast<std::uint16_t>(*ask);
    const std::array<std::uint8_t, 2> data{static_cast<std::uint8_t>(number >> 8U), static_cast<std::uint8_t>(number)};
    return refuse(NotifyType::kInvalidKePayload, data);
  }
  auto ke = KeyExchange::make(choice->suite.ke, services.random);
  auto shared = ke ? ke->agree(request.ke->data) : Result<SecretBytes>(ke.error());
  if (!shared) return refuse(NotifyType::kInvalidSyntax);

  IkeSa& next = session.add_ike(false, ike.local(), ike.remote());
  next.spi_r = session.register_ike(next);
  next.spi_i = choice->peer_spi;
  const Bytes nonce = draw_nonce(services);
  auto keys = derive_rekeyed_ike_keys(choice->suite, ike.suite.prf, ike.keys.sk_d, shared->expose(),
                                      {request.nonce->data, nonce}, next.spi_i, next.spi_r);
  if (!keys || !next.protect(choice->suite, std::move(*keys))) {
    session.forget(next);
    return refuse(NotifyType::kInvalidSyntax);
  }
  next.state = IkeState::kEstablished;
  next.established = services.now;
  session.log_keys(next);
  services.count(Counter::kIkeRekeys);
  chain.append(answer_ike(*choice, next.spi_r));
  chain.append(NoncePayload{nonce});
  chain.append(KePayload{choice->suite.ke, {ke->public_value().begin(), ke->public_value().end()}});
  next.usable_from = services.now + kSettleTime;
  if (crossing) {
    IkeRekey& ours = *session.ike_rekey();
    ours.peers = &next;
    ours.peers_nonce_i = request.nonce->data;
    ours.peers_nonce_r = nonce;
  } else {
    session.succeed(ike, next);
  }
  return chain;
}

}  // namespace sallyport::ike
