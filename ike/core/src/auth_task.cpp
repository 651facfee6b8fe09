#include "auth_task.hpp"

#include <utility>

#include "child_tasks.hpp"
#include "ike_tasks.hpp"
#include "negotiation.hpp"

namespace sallyport::ike {

UnixTime unix_time(const Services& services) {
  return UnixTime{services.config.unix_time_at_start.value + static_cast<std::int64_t>(services.now / kSecond)};
}

AuthContext auth_context(Session& session, IkeSa& ike) {
  AuthContext context;
  context.transcript = {ike.transcript.request, ike.transcript.response, ike.transcript.nonce_i,
                        ike.transcript.nonce_r};
  context.prf = ike.suite.prf;
  context.sk_pi = ike.keys.sk_pi.expose();
  context.sk_pr = ike.keys.sk_pr.expose();
  context.local = ike.side();
  context.peer_hashes = session.peer().hashes;
  return context;
}

void authenticated(Session& session, IkeSa& ike, const AuthenticatedPeer& peer) {
  session.peer().id = peer.id;
  session.peer().cert_requests.clear();
  session.established(ike);
  session.services().count(Counter::kIkeUp);
  session.tell(AgentEventKind::kIkeUp, nullptr, peer.to_string() + ", " + to_string(ike.suite));
}

namespace {

class Auth final : public Task {
 public:
  Auth() : Task(TaskKind::kAuth) {}

  std::optional<Request> begin(Session& session, IkeSa& ike) override {
    const ConnectionConfig& config = session.config();
    const Identity* peer = config.credentials.remote_id.one();
    const AuthContext context = auth_context(session, ike);
    auto proof = prove(config.credentials, context, session.peer().cert_requests, peer, session.services().random);
    if (!proof) {
      session.close(AgentEventKind::kIkeFailed, proof.error().text);
      return {};
    }
    Request request{ExchangeType::kIkeAuth, {}};
    PayloadChain& chain = request.payloads;
    chain.append_idi(proof->id);
    for (const CertPayload& certificate : proof->certificates) chain.append(certificate);
    if (session.only_one()) chain.append_notify(NotifyType::kInitialContact);
    if (config.credentials.remote == AuthKind::kCertificate && config.credentials.trust) {
      chain.append(config.credentials.trust->certificate_request());
    }
    if (peer != nullptr) chain.append_idr(peer->payload());
    chain.append(proof->auth);
    if (config.window > 1) chain.append_notify(NotifyType::kSetWindowSize, window_data(config.window));
    for (const ChildConfig& child : config.children) {
      if (!child.start) continue;
      auto offer = make_offer(session, child, ChildExchange::kIkeAuth, nullptr, {});
      if (!offer) {
        session.close(AgentEventKind::kIkeFailed, offer.error().text);
        return {};
      }
      offer_.emplace(std::move(*offer));
      append_offer(session, chain, *offer_, nullptr);
      break;
    }
    return request;
  }

  void finish(Session& session, IkeSa& ike, const Contents& response) override {
    if (!response.idr || !response.auth) {
      give_back(session);
      const NotifyPayload* error = response.first_error();
      session.close(AgentEventKind::kIkeFailed,
                    error != nullptr ? "refused: " + to_text(error->type) : "IKE_AUTH answer without IDr or AUTH");
      return;
    }
    auto peer = authenticate(session.config().credentials, auth_context(session, ike),
                             {*response.idr, response.certs, *response.auth}, unix_time(session.services()));
    if (!peer) {
      give_back(session);
      session.fail_authentication(ike, peer.error().text);
      return;
    }
    const Bytes nonce_i = ike.transcript.nonce_i;
    const Bytes nonce_r = ike.transcript.nonce_r;
    authenticated(session, ike, *peer);
    if (offer_) first_child(session, ike, response, {nonce_i, nonce_r});
    // The others that are to be there from the start.
    const ChildConfig* done = offer_ ? offer_->config : nullptr;
    for (const ChildConfig& child : session.config().children) {
      if (child.start && &child != done) session.enqueue(make_child_task(child, {}));
    }
  }

  void abandon(Session& session) override { give_back(session); }

 private:
  static Bytes window_data(std::uint8_t window) { return {0, 0, 0, window}; }

  void give_back(Session& session) {
    if (offer_) session.services().backend.abandon(offer_->reservation.handle);
    offer_.reset();
  }

  // Without it the IKE SA stays up (RFC 7296 1.2, 2.21.2).
  void first_child(Session& session, IkeSa& ike, const Contents& response, const Nonces& nonces) {
    const ChildConfig& config = *offer_->config;
    const NotifyPayload* error = response.first_error();
    if (error != nullptr && !response.sa) {
      session.services().backend.abandon(offer_->reservation.handle);
      session.tell(AgentEventKind::kChildFailed, config.name, "refused: " + to_text(error->type));
      return;
    }
    auto agreement = read_answer(session, *offer_, response);
    if (!agreement) {
      session.services().backend.abandon(offer_->reservation.handle);
      session.enqueue(delete_spi_task(offer_->reservation.spi), true);
      session.tell(AgentEventKind::kChildFailed, config.name, agreement.error().text);
      return;
    }
    auto made = install_child(session, ike, std::move(*agreement), offer_->reservation, nonces, nullptr);
    if (!made) {
      session.enqueue(delete_spi_task(offer_->reservation.spi), true);
      session.tell(AgentEventKind::kChildFailed, config.name, made.error().text);
      return;
    }
    session.take_over(*session.children().find(*made));
  }

  std::optional<ChildOffer> offer_;
};

}  // namespace

std::unique_ptr<Task> auth_task() { return std::make_unique<Auth>(); }

}  // namespace sallyport::ike
