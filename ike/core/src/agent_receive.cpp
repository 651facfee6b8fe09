// Datagrams as they come: whose they are, and who may begin something new.
#include <algorithm>

#include "agent_impl.hpp"
#include "connections.hpp"
#include "init.hpp"

namespace sallyport::ike {

namespace {
constexpr TimeNs kCookieTime = 60 * kSecond;

bool begins(const Header& header) {
  return header.exchange == ExchangeType::kIkeSaInit && !header.response && header.responder_spi.value == 0;
}

// Whether somebody is told that this message cannot be read. A higher version may know a lower one, but IKEv1 does not
// know us (RFC 7296 2.5); a peer can leave out a critical payload. Whatever else is broken stays without an answer: no
// peer that keeps to the RFC sends it, nor could it mend it, so the answer would help only those who look for us.
bool is_told(const Header& header, const WireError& error) {
  if (header.response) return false;
  if (error.answer == NotifyType::kInvalidMajorVersion) return header.version >> 4U > kIkeVersion >> 4U;
  return error.answer == NotifyType::kUnsupportedCriticalPayload && begins(header);
}

bool is_shaped(const Message& message) {
  const Contents& request = message.outer;
  return request.sa && request.ke && request.nonce && message.header.message_id == 0 && message.header.initiator &&
         !message.encrypted && !message.fragment;
}

// Whether it comes from where it says.
bool is_proven(const CookieMint& cookies, const UdpMessage& datagram, const Message& message) {
  const NotifyPayload* cookie = message.outer.find(NotifyType::kCookie);
  return cookie != nullptr &&
         cookies.check(cookie->data, message.outer.nonce->data, datagram.remote.address, message.header.initiator_spi);
}

// A copy of one that has been answered: answered again as long as that may be of use, else passed over.
bool came_before(Services& services, HalfOpen& half_open, const UdpMessage& datagram, const Message& message) {
  const IkeSpi spi = message.header.initiator_spi;
  if (half_open.has_finished(spi, message.outer.nonce->data, services.now)) {
    services.count(Counter::kOutsideWindow);
    return true;
  }
  const auto [begin, end] = half_open.begun_by(spi);
  for (auto place = begin; place != end; ++place) {
    IkeSa* ike = place->second.session->current();
    if (ike == nullptr || ike->transcript.request != datagram.octets) continue;
    const bool again = ike->replies().place(0) == ReplyWindow::Place::kAnswered;
    services.count(again ? Counter::kAnsweredAgain : Counter::kOutsideWindow);
    if (again) ike->send_again(services, ike->replies().answer(0));
    return true;
  }
  return false;
}

// No IKE SA came of it. Whether the peer is told why.
bool may_refuse(HalfOpen& half_open, TokenBucket& errors, const HalfOpen::Init& init,
                const std::optional<InitRefusal>& refusal, TimeNs now) {
  // The key exchange was begun and came to nothing: not to be had again and again for nothing.
  if (!refusal || refusal->type == NotifyType::kInvalidSyntax) half_open.failed(init.from, init.proven, now);
  if (!refusal) return false;
  // INVALID_KE_PAYLOAD is a step that peers need, so nobody else's messages may use it up.
  if (refusal->type == NotifyType::kInvalidKePayload) return half_open.may_ask_for_group(init.from, init.proven, now);
  return errors.take(now);
}

// A protected message. A half-open IKE SA has one request, IKE_AUTH: whatever else was answered on it is its end.
void receive_protected(Session& session, IkeSa& ike, const UdpMessage& datagram, const Message& message) {
  const std::uint32_t id = message.header.message_id;
  const bool new_request = !message.header.response && ike.replies().place(id) == ReplyWindow::Place::kNew;
  session.receive(ike, datagram, message);
  if (new_request && !ike.initiator() && ike.state == IkeState::kAuth &&
      ike.replies().place(id) == ReplyWindow::Place::kAnswered) {
    session.close(AgentEventKind::kIkeFailed, "the peer's first request did not say who it is");
  }
}

}  // namespace

void Agent::Impl::answer_unprotected(const UdpMessage& datagram, const Header& to, NotifyType type, View data) {
  Header header;
  header.initiator_spi = to.initiator_spi;
  header.responder_spi = to.responder_spi;
  header.exchange = to.exchange;
  header.initiator = !to.initiator;
  header.response = true;
  header.message_id = to.message_id;
  PayloadChain chain;
  chain.append_notify(type, data);
  auto message = write_message(header, chain);
  if (!message) return;
  services.count(Counter::kMessagesOut);
  services.out.push_back({datagram.local, datagram.remote, datagram.marked, std::move(*message)});
}

void Agent::Impl::receive(TimeNs now, const UdpMessage& datagram) {
  services.now = now;
  services.count(Counter::kMessagesIn);
  const auto message = parse_message(datagram.octets);
  if (!message) {
    services.count(Counter::kMalformed);
    const auto header = peek_header(datagram.octets);
    if (header && is_told(*header, message.error()) && errors_.take(now)) {
      answer_unprotected(datagram, *header, message.error().answer, message.error().data);
    }
    return;
  }
  const Header& header = message->header;
  if (begins(header)) {
    on_init_request(datagram, *message);
    return;
  }
  const IkeSpi own = header.initiator ? header.responder_spi : header.initiator_spi;
  const auto found = services.directory.ike_sas.find(own.value);
  // Also the other one must be right, once it is known.
  if (found == services.directory.ike_sas.end() ||
      (found->second->is_protected() &&
       (found->second->spi_i != header.initiator_spi || found->second->spi_r != header.responder_spi))) {
    services.count(Counter::kUnknownSpi);
    if (!header.response && errors_.take(now)) answer_unprotected(datagram, header, NotifyType::kInvalidIkeSpi, {});
    return;
  }
  IkeSa& ike = *found->second;
  Session& session = ike.session();
  if (header.exchange == ExchangeType::kIkeSaInit) {
    if (header.response && ike.initiator()) on_init_answer(session, ike, datagram, *message);
  } else {
    receive_protected(session, ike, datagram, *message);
  }
  settle(session);
}

bool Agent::Impl::admit(const UdpMessage& datagram, const Message& message) {
  const IpAddress& address = datagram.remote.address;
  const TimeNs age = services.now - cookies_since_;
  if (age > kCookieTime) {
    cookies_.rotate(services.random);
    if (age > 2 * kCookieTime) cookies_.rotate(services.random);  // the one before has become as old
    cookies_since_ = services.now;
  }
  // On a full table a peer that is there may have started anew: what it had goes before it gets more (RFC 7296 2.4).
  const bool crowded = services.backend.occupancy() >= config_.full_watermark;
  if ((crowded && !half_open_.any_up_at(address)) || half_open_.proven() >= config_.half_open_limit ||
      sessions_.size() - half_open_.unproven() >= config_.sessions_limit) {
    services.count(Counter::kHalfOpenRefused);
    return false;
  }
  if (is_proven(cookies_, datagram, message)) {
    if (!half_open_.full_for(address, services.now)) return true;
    services.count(Counter::kRateRefused);
    return false;
  }
  if (!crowded && !half_open_.wants_cookie(address, services.now)) return true;
  if (auto made = cookies_.make(message.outer.nonce->data, address, message.header.initiator_spi)) {
    services.count(Counter::kCookiesAsked);
    answer_unprotected(datagram, message.header, NotifyType::kCookie, *made);
  }
  return false;
}

void Agent::Impl::on_init_request(const UdpMessage& datagram, const Message& message) {
  if (!is_shaped(message)) {
    services.count(Counter::kMalformed);
    if (errors_.take(services.now)) answer_unprotected(datagram, message.header, NotifyType::kInvalidSyntax, {});
    return;
  }
  if (came_before(services, half_open_, datagram, message)) return;
  const IpAddress& from = datagram.remote.address;
  const auto candidates = connections_for(services, datagram.local.address, from, nullptr, message.outer);
  if (candidates.empty()) {
    if (errors_.take(services.now)) answer_unprotected(datagram, message.header, NotifyType::kNoProposalChosen, {});
    return;
  }
  if (!admit(datagram, message)) return;
  const HalfOpen::Init init{message.header.initiator_spi, message.outer.nonce->data, from,
                            is_proven(cookies_, datagram, message)};
  std::optional<InitRefusal> refusal;
  for (const ConnectionConfig* config : candidates) {
    refusal.reset();
    Session& session = make_session(*config);
    IkeSa& ike = session.add_ike(false, datagram.local, datagram.remote);
    if (answer_init(session, ike, datagram, message, refusal)) {
      half_open_.add(init, session);
      sessions_.at(session.id().value).half_open = init.initiator;
      settle(session);
      return;
    }
    session.drop();
    settle(session);
    if (!refusal || refusal->type != NotifyType::kNoProposalChosen) break;
  }
  if (may_refuse(half_open_, errors_, init, refusal, services.now)) {
    answer_unprotected(datagram, message.header, refusal->type, refusal->data);
  }
}

}  // namespace sallyport::ike
