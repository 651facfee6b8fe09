// IKE_AUTH from the peer: which connection it is, whether it may, and its first Child SA (RFC 7296 1.2, 2.15).
#include <algorithm>
#include <utility>

#include "auth_task.hpp"
#include "connections.hpp"
#include "negotiation.hpp"
#include "responder.hpp"
#include "sallyport/ike/proposal_choice.hpp"

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

// A connection says what may protect its IKE SA. The suite was chosen before we knew which connection it is.
bool allows(const ConnectionConfig& config, const IkeSuite& suite) {
  Proposal proposal{1, ProtocolId::kIke, {}, {}};
  proposal.transforms = {Transform::encr(suite.encr, static_cast<std::uint16_t>(suite.key_bits)),
                         Transform::prf(suite.prf)};
  if (suite.integ) proposal.transforms.push_back(Transform::integ(*suite.integ));
  proposal.transforms.push_back(Transform::ke(suite.ke));
  return choose_ike({{std::move(proposal)}}, config.proposals, IkeOffer::kInitial).ok();
}

// Who the peer is, of those whom a connection expects; the session belongs to that connection then.
Result<AuthenticatedPeer> find_peer(Session& session, IkeSa& ike, const Contents& request) {
  Services& services = session.services();
  auto who = Identity::from_payload(*request.idi);
  if (!who) return who.error();
  auto candidates = connections_for(services, ike.local().address, ike.remote().address, &*who, request);
  std::erase_if(candidates, [&](const ConnectionConfig* config) { return !allows(*config, ike.suite); });
  Error why{ErrorCode::kNotFound, "no connection for peer '" + who->to_string() + "' with " + to_string(ike.suite)};
  // Several may fit, by other credentials; how many are tried is bounded, since each costs a signature.
  constexpr std::size_t kTries = 4;
  const AuthContext context = auth_context(session, ike);
  for (std::size_t i = 0; i < std::min(candidates.size(), kTries); ++i) {
    auto peer = authenticate(candidates[i]->credentials, context, {*request.idi, request.certs, *request.auth},
                             unix_time(services));
    if (peer) {
      session.belongs_to(*candidates[i]);
      return peer;
    }
    why = peer.error();
  }
  return why;
}

// The peer has started anew: what it had before is gone there (RFC 7296 2.4). At once, so that on a full table the
// entries are free for its first child; Agent::Impl::settle() then lets go of the sessions.
void end_others(Session& session, const Identity& peer) {
  for (Session* other : session.services().directory.sessions) {
    if (other != &session && !other->closed() && other->peer().id && *other->peer().id == peer &&
        &other->config() == &session.config()) {
      other->close(AgentEventKind::kIkeDown, "the peer has started anew");
    }
  }
}

}  // namespace

Answer answer_auth(Session& session, IkeSa& ike, const Contents& request) {
  Services& services = session.services();
  if (!request.idi || !request.auth)
    return authentication_failed("IKE_AUTH without IDi or AUTH: EAP is not known here");
  auto peer = find_peer(session, ike, request);
  if (!peer) return authentication_failed(peer.error().text);
  const AuthContext context = auth_context(session, ike);
  auto proof = prove(session.config().credentials, context, request.cert_requests, &peer->id, services.random);
  if (!proof) return authentication_failed(proof.error().text);

  session.peer().initial_contact = request.has(NotifyType::kInitialContact);
  if (session.peer().initial_contact) end_others(session, peer->id);
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
