// CREATE_CHILD_SA and INFORMATIONAL from the peer (RFC 7296 1.3, 1.4, 2.8, 2.25).
#include <utility>

#include "ike_tasks.hpp"
#include "negotiation.hpp"
#include "responder.hpp"

namespace sallyport::ike {

namespace {

Answer refuse(NotifyType type, View data = {}) {
  Answer answer;
  answer.payloads.append_notify(type, data);
  return answer;
}

Answer temporary_failure(Session& session) {
  session.services().count(Counter::kTemporaryFailures);
  return refuse(NotifyType::kTemporaryFailure);
}

// What REKEY_SA names: the SA that the peer receives on.
Spi spi_of(const NotifyPayload& rekey) {
  std::uint32_t value = 0;
  for (const std::uint8_t octet : rekey.spi) value = value << 8U | octet;
  return Spi{value};
}

Answer child_not_found(const NotifyPayload& rekey) {
  NotifyPayload notify;
  notify.type = NotifyType::kChildSaNotFound;
  notify.protocol = rekey.protocol;
  notify.spi = rekey.spi;
  Answer answer;
  answer.payloads.append(notify);
  return answer;
}

void replaced_by_peer(Session& session, Child& old, const Contents& request, const Bytes& nonce, ChildId made) {
  Services& services = session.services();
  services.count(Counter::kRekeysPeers);
  const auto ours = session.rekeys().find(old.id);
  if (ours != session.rekeys().end()) {
    ours->second.emplace(PeersRekey{request.nonce->data, nonce, made});
    return;
  }
  old.state = ChildState::kReplaced;
  old.replaced_by = made;
  // Deleting it is the peer's duty; on a table of fixed size somebody has to.
  old.gone_by = services.now + 2 * session.times().t_ike();
  session.look_at(old.id, old.gone_by);
}

}  // namespace

Answer answer_create_child(Session& session, IkeSa& ike, const Contents& request) {
  if (!request.sa) return refuse(NotifyType::kInvalidSyntax);
  if (request.sa->proposals.front().protocol == ProtocolId::kIke) {
    Answer answer;
    answer.payloads = answer_ike_rekey(session, ike, request);
    return answer;
  }
  if (ike.state != IkeState::kEstablished || session.ike_rekey()) return temporary_failure(session);
  const NotifyPayload* rekey = request.find(NotifyType::kRekeySa);
  const Child* old = nullptr;
  if (rekey != nullptr) {
    old = session.children().by_outbound(spi_of(*rekey));
    if (old == nullptr) return child_not_found(*rekey);
    const bool both = session.rekeys().contains(old->id) && !session.rekeys().at(old->id);
    if (old->state != ChildState::kInstalled && !both) return temporary_failure(session);
  }
  auto outcome = answer_offer(session, request, ChildExchange::kCreateChildSa, old);
  if (const auto* refusal = std::get_if<Refusal>(&outcome)) {
    if (refusal->type == NotifyType::kTemporaryFailure) session.services().count(Counter::kTemporaryFailures);
    session.tell(AgentEventKind::kWarning, old, "a Child SA of the peer's refused: " + refusal->text);
    return refuse(refusal->type, refusal->data);
  }
  auto& chosen = std::get<ChildAnswer>(outcome);
  const auto made = install_child(session, ike, std::move(chosen.agreement), chosen.reservation,
                                  {request.nonce->data, chosen.nonce}, old);
  if (!made) {
    session.tell(AgentEventKind::kWarning, old,
                 "a Child SA of the peer's could not be installed: " + made.error().text);
    if (made.error().code == ErrorCode::kInvalidArgument) return refuse(NotifyType::kInvalidSyntax);  // its nonce
    return old != nullptr ? temporary_failure(session) : refuse(NotifyType::kNoAdditionalSas);
  }
  Child& next = *session.children().find(*made);
  if (old != nullptr) {
    next.replaces = old->id;
    replaced_by_peer(session, *session.children().find(old->id), request, chosen.nonce, *made);
    session.tell(AgentEventKind::kChildRekeyed, &next, "by the peer");
  } else {
    session.take_over(next);
  }
  Answer answer;
  answer.payloads = std::move(chosen.payloads);
  return answer;
}

namespace {

// The peer's Delete of one Child SA. Returns our SPI of the pair, if it is to be named in the answer.
std::optional<std::uint32_t> delete_child(Session& session, Spi spi) {
  Child* child = session.children().by_outbound(spi);
  if (child == nullptr) return {};
  Child* next = session.hand_over(*child);
  if (child->delete_sent) {
    // Both ends delete it (RFC 7296 1.4.1): its outbound half goes now, the inbound one with the answer to ours.
    session.services().backend.drop_outbound(child->handle);
    return {};
  }
  const bool replaced =
      next != nullptr || session.rekeys().contains(child->id) || child->state == ChildState::kRedundant;
  if (!replaced) session.tell(AgentEventKind::kChildDown, child, "deleted by the peer");
  const std::uint32_t own = child->spi_in.value;
  session.keep_predecessor(*child);
  session.retire(*child);
  return own;
}

}  // namespace

Answer answer_informational(Session& session, IkeSa& ike, const Contents& request) {
  Answer answer;
  if (request.has(NotifyType::kAuthenticationFailed)) {
    answer.then = Answer::Then::kFail;
    answer.text = "the peer does not accept who we are";
    return answer;
  }
  DeletePayload reply{ProtocolId::kEsp, {}};
  for (const DeletePayload& payload : request.deletes) {
    if (payload.protocol == ProtocolId::kIke) {
      // The answer is empty, and children go with it (RFC 7296 1.4.1).
      Answer last;
      last.then = Answer::Then::kForget;
      if (session.ike_rekey() && session.ike_rekey()->old == &ike && session.ike_rekey()->peers != nullptr &&
          session.ike_rekey()->peers->state == IkeState::kEstablished) {
        // The peer's rekey of it was the one that counts; ours ends with it.
        session.succeed(ike, *session.ike_rekey()->peers);
      }
      return last;
    }
    if (payload.protocol != ProtocolId::kEsp) continue;
    for (const std::uint32_t spi : payload.spis) {
      if (const auto own = delete_child(session, Spi{spi})) reply.spis.push_back(*own);
    }
  }
  if (!reply.spis.empty()) answer.payloads.append(reply);
  return answer;
}

Answer answer_request(Session& session, IkeSa& ike, ExchangeType exchange, const Contents& request) {
  if (exchange == ExchangeType::kIkeAuth && ike.state == IkeState::kAuth && !ike.initiator()) {
    return answer_auth(session, ike, request);
  }
  // Nobody who has not said who they are gets further.
  if (ike.state == IkeState::kAuth || ike.state == IkeState::kInit) {
    if (ike.initiator()) return refuse(NotifyType::kInvalidSyntax);
    if (exchange != ExchangeType::kInformational) {
      Answer answer = refuse(NotifyType::kInvalidSyntax);
      answer.then = Answer::Then::kFail;
      answer.text = "a request before IKE_AUTH";
      return answer;
    }
    Answer answer;
    answer.then = Answer::Then::kFail;
    answer.text = "the peer gave up before IKE_AUTH";
    return answer;
  }
  switch (exchange) {
    case ExchangeType::kCreateChildSa:
      return answer_create_child(session, ike, request);
    case ExchangeType::kInformational:
      return answer_informational(session, ike, request);
    default:
      return refuse(NotifyType::kInvalidSyntax);
  }
}

}  // namespace sallyport::ike
