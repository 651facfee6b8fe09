// IKE_AUTH from the peer: which connection it is, whether it may, and its first Child SA (RFC 7296 1.2, 2.15).
#include <algorithm>
#include <utility>

#include "auth_task.hpp"
#include "connections.hpp"
#include "negotiation.hpp"
#include "responder.hpp"

namespace sallyport::ike {

namespace {

Answer authentication_failed(std::string text) {
  Answer answer;
  answer.payloads.append_notify(NotifyType::kAuthenticationFailed);
  answer.then = Answer::Then::kFail;
  answer.text = std::move(text);
  return answer;
}

void append_child(Session& session, IkeSa& ike, const Contents& request, const Nonces& nonces, PayloadChain& chain) {
  if (!request.sa) return;  // childless (RFC 6023)
  auto outcome = answer_offer(session, request, ChildExchange::kIkeAuth, nullptr);
  if (const auto* refusal = std::get_if<Refusal>(&outcome)) {
    session.tell(AgentEventKind::kChildFailed, std::string(), refusal->text);
    chain.append_notify(refusal->type, refusal->data);
    return;
  }
  auto& chosen = std::get<ChildAnswer>(outcome);
  const std::string name = chosen.agreement.config->name;
  const auto made = install_child(session, ike, std::move(chosen.agreement), chosen.reservation, nonces, nullptr);
  if (!made) {
    session.tell(AgentEventKind::kChildFailed, name, made.error().text);
    chain.append_notify(NotifyType::kNoAdditionalSas);
    return;
  }
  chain.append_chain(chosen.payloads);
  session.take_over(*session.children().find(*made));
}

}  // namespace

Answer answer_auth(Session& session, IkeSa& ike, const Contents& request) {
  Services& services = session.services();
  if (!request.idi || !request.auth)
    return authentication_failed("IKE_AUTH without IDi or AUTH: EAP is not known here");
  auto who = Identity::from_payload(*request.idi);
  if (!who) return authentication_failed(who.error().text);
  const auto candidates = connections_for(services, ike.local().address, ike.remote().address, &*who, request);
  if (candidates.empty()) return authentication_failed("no connection for peer '" + who->to_string() + "'");
  // Several may fit, by other credentials; how many are tried is bounded, since each costs a signature.
  constexpr std::size_t kTries = 4;
  std::optional<AuthenticatedPeer> peer;
  std::string why;
  const AuthContext context = auth_context(session, ike);
  for (std::size_t i = 0; i < std::min(candidates.size(), kTries) && !peer; ++i) {
    auto result = authenticate(candidates[i]->credentials, context, {*request.idi, request.certs, *request.auth},
                               unix_time(services));
    if (result) {
      session.belongs_to(*candidates[i]);
      peer = std::move(*result);
    } else {
      why = result.error().text;
    }
  }
  if (!peer) return authentication_failed(why);
  auto proof = prove(session.config().credentials, context, request.cert_requests, &peer->id, services.random);
  if (!proof) return authentication_failed(proof.error().text);

  session.peer().initial_contact = request.has(NotifyType::kInitialContact);
  Answer answer;
  PayloadChain& chain = answer.payloads;
  chain.append_idr(proof->id);
  for (const CertPayload& certificate : proof->certificates) chain.append(certificate);
  chain.append(proof->auth);
  if (session.config().window > 1) {
    const std::array<std::uint8_t, 4> window{0, 0, 0, session.config().window};
    chain.append_notify(NotifyType::kSetWindowSize, window);
  }
  ike.take_requests_at_once(session.config().window);
  const Bytes nonce_i = ike.transcript.nonce_i;
  const Bytes nonce_r = ike.transcript.nonce_r;
  ike.gone_by = kNever;
  authenticated(session, ike, *peer);
  // Until it has had our answer it takes no request.
  ike.usable_from = services.now + kSecond;
  append_child(session, ike, request, {nonce_i, nonce_r}, chain);
  return answer;
}

}  // namespace sallyport::ike
