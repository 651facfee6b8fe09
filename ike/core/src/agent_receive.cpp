// Datagrams as they come: whose they are, and who may begin something new.
#include <algorithm>

#include "agent_impl.hpp"
#include "connections.hpp"
#include "init.hpp"

namespace sallyport::ike {

namespace {
constexpr TimeNs kCookieTime = 60 * kSecond;
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
    if (header && !header->response && message.error().answer == NotifyType::kInvalidMajorVersion &&
        errors_.take(now)) {
      answer_unprotected(datagram, *header, NotifyType::kInvalidMajorVersion, {});
    }
    return;
  }
  const Header& header = message->header;
  if (header.exchange == ExchangeType::kIkeSaInit && !header.response && header.responder_spi.value == 0) {
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
    session.receive(ike, datagram, *message);
  }
  settle(session);
}

bool Agent::Impl::admit(const UdpMessage& datagram, const Message& message) {
  if (services.backend.occupancy() >= config_.full_watermark || half_open_.size() >= config_.half_open_limit ||
      sessions_.size() >= config_.sessions_limit) {
    services.count(Counter::kHalfOpenRefused);
    return false;
  }
  const IpAddress& address = datagram.remote.address;
  if (half_open_.size() >= config_.cookie_threshold || half_open_.from(address) >= config_.half_open_per_address) {
    if (services.now - cookies_since_ > kCookieTime) {
      cookies_.rotate(services.random);
      cookies_since_ = services.now;
    }
    const View nonce = message.outer.nonce->data;
    const NotifyPayload* cookie = message.outer.find(NotifyType::kCookie);
    if (cookie == nullptr || !cookies_.check(cookie->data, nonce, address, message.header.initiator_spi)) {
      if (auto made = cookies_.make(nonce, address, message.header.initiator_spi)) {
        services.count(Counter::kCookiesAsked);
        answer_unprotected(datagram, message.header, NotifyType::kCookie, *made);
      }
      return false;
    }
    if (half_open_.from(address) >= config_.half_open_per_address) {
      services.count(Counter::kRateRefused);
      return false;
    }
  }
  return true;
}

void Agent::Impl::on_init_request(const UdpMessage& datagram, const Message& message) {
  const Contents& request = message.outer;
  const bool shaped = request.sa && request.ke && request.nonce && message.header.message_id == 0 &&
                      message.header.initiator && !message.encrypted && !message.fragment;
  if (!shaped) {
    services.count(Counter::kMalformed);
    if (errors_.take(services.now)) answer_unprotected(datagram, message.header, NotifyType::kInvalidSyntax, {});
    return;
  }
  const auto [begin, end] = half_open_.begun_by(message.header.initiator_spi);
  for (auto place = begin; place != end; ++place) {
    IkeSa* ike = place->second.session->current();
    if (ike == nullptr || ike->transcript.request != datagram.octets) continue;
    services.count(Counter::kAnsweredAgain);
    ike->send_again(services, ike->replies().answer(0));
    return;
  }
  const auto candidates = connections_for(services, datagram.local.address, datagram.remote.address, nullptr, request);
  if (candidates.empty()) {
    if (errors_.take(services.now)) answer_unprotected(datagram, message.header, NotifyType::kNoProposalChosen, {});
    return;
  }
  if (!admit(datagram, message)) return;
  std::optional<InitRefusal> refusal;
  for (const ConnectionConfig* config : candidates) {
    Session& session = make_session(*config);
    IkeSa& ike = session.add_ike(false, datagram.local, datagram.remote);
    const auto answered = answer_init(session, ike, datagram, message, refusal);
    if (answered) {
      half_open_.add(message.header.initiator_spi, datagram.remote.address, session);
      sessions_.at(session.id().value).half_open = message.header.initiator_spi;
      settle(session);
      return;
    }
    session.drop();
    settle(session);
    if (refusal && refusal->type != NotifyType::kNoProposalChosen) break;
  }
  if (refusal && errors_.take(services.now)) {
    answer_unprotected(datagram, message.header, refusal->type, refusal->data);
  }
}

}  // namespace sallyport::ike
