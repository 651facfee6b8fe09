// The initiator's IKE_SA_INIT.
#include <algorithm>
#include <utility>

#include "auth_task.hpp"
#include "init.hpp"
#include "init_common.hpp"
#include "negotiation.hpp"

namespace sallyport::ike {

namespace {

// Cookie, another group, the cookie anew: a peer that wants more is not serious.
constexpr unsigned kTries = 5;

Result<void> send(Session& session, IkeSa& ike) {
  const Initiation& init = *ike.initiation;
  PayloadChain chain;
  if (!init.cookie.empty()) chain.append_notify(NotifyType::kCookie, init.cookie);
  chain.append(init.offer);
  const View value = init.exchange->public_value();
  chain.append(KePayload{init.exchange->method(), {value.begin(), value.end()}});
  chain.append(NoncePayload{init.nonce});
  append_abilities(session, chain, ike.local(), ike.remote(), ike.spi_i, IkeSpi{});
  Header header;
  header.initiator_spi = ike.spi_i;
  header.initiator = true;
  auto message = write_message(header, chain);
  if (!message) return message.error();
  ike.transcript.request = *message;
  ike.send_init(session.services(), std::move(*message), session.schedule());
  return {};
}

// Begins anew with what the peer asked for. What it is not is an answer.
bool again(Session& session, IkeSa& ike, const Contents& answer) {
  Initiation& init = *ike.initiation;
  if (const NotifyPayload* cookie = answer.find(NotifyType::kCookie)) {
    if (++init.tries > kTries) return true;
    init.cookie = cookie->data;
    return send(session, ike).ok();
  }
  if (const NotifyPayload* wanted = answer.find(NotifyType::kInvalidKePayload)) {
    const auto method = static_cast<KeMethod>(wanted->number(2).value_or(0));
    if (++init.tries > kTries || !may_retry_with(init.offer, init.exchange->method(), method)) return true;
    auto exchange = KeyExchange::make(method, session.services().random);
    if (!exchange) return true;
    init.exchange.emplace(std::move(*exchange));
    return send(session, ike).ok();
  }
  return false;
}

}  // namespace

Result<void> begin_init(Session& session, IkeSa& ike) {
  const ConnectionConfig& config = session.config();
  auto offer = offer_ike(config.proposals);
  if (!offer) return offer.error();
  auto exchange = KeyExchange::make(ke_methods(config.proposals).front(), session.services().random);
  if (!exchange) return exchange.error();
  ike.initiation = std::make_unique<Initiation>();
  ike.initiation->offer = std::move(*offer);
  ike.initiation->exchange.emplace(std::move(*exchange));
  ike.initiation->nonce = draw_nonce(session.services());
  ike.spi_i = session.register_ike(ike);
  return send(session, ike);
}

void on_init_answer(Session& session, IkeSa& ike, const UdpMessage& datagram, const Message& message) {
  const Contents& answer = message.outer;
  // The successor of an IKE SA is in its first state too, and has no IKE_SA_INIT.
  if (ike.state != IkeState::kInit || !ike.initiation) return;
  if (message.encrypted || message.fragment || message.header.message_id != 0) return;
  if (datagram.remote.address != ike.remote().address) return;
  Services& services = session.services();
  if (again(session, ike, answer)) return;
  Initiation& init = *ike.initiation;
  // Anybody can send this: a refusal is remembered for the log, and the request is sent on (RFC 7296 2.21.1).
  if (const NotifyPayload* error = answer.first_error()) {
    init.refusal = "refused: " + to_text(error->type);
    return;
  }
  if (!answer.sa || !answer.ke || !answer.nonce || message.header.responder_spi.value == 0) return;
  auto choice = check_ike_answer(init.offer, *answer.sa, IkeOffer::kInitial);
  if (!choice) {
    init.refusal = choice.error().text;
    return;
  }
  if (choice->suite.ke != init.exchange->method() || answer.ke->method != choice->suite.ke) return;
  auto shared = init.exchange->agree(answer.ke->data);
  if (!shared) {
    init.refusal = shared.error().text;
    return;
  }
  ike.spi_r = message.header.responder_spi;
  auto keys = derive_ike_keys(choice->suite, shared->expose(), {init.nonce, answer.nonce->data}, ike.spi_i, ike.spi_r);
  if (!keys || !ike.protect(choice->suite, std::move(*keys))) return;
  session.measure_round_trip(ike.requests().take(0));
  ike.heard(services.now);
  ike.state = IkeState::kAuth;
  ike.transcript.response = datagram.octets;
  ike.transcript.nonce_i = init.nonce;
  ike.transcript.nonce_r = answer.nonce->data;
  session.peer().cert_requests = answer.cert_requests;
  learn_abilities(session, answer, datagram, ike.spi_i, ike.spi_r);
  session.log_keys(ike);
  if (session.udp()) {
    // From here on everything goes through port 4500 (RFC 7296 2.23).
    ike.move_to({ike.local().address, kNatPort}, {ike.remote().address, kNatPort});
  }
  ike.initiation.reset();
  auto task = auth_task();
  auto request = task->begin(session, ike);
  if (!request) return;
  if (const auto sent = ike.send_request(services, std::move(*request), std::move(task), session.schedule()); !sent) {
    session.close(AgentEventKind::kIkeFailed, sent.error().text);
  }
}

}  // namespace sallyport::ike
