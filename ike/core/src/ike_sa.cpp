#include "ike_sa.hpp"

#include <utility>

#include "sallyport/ike/demux.hpp"
#include "session.hpp"

namespace sallyport::ike {

void IkeSa::take_requests_at_once(unsigned window) {
  replies_.widen(window);
  request_pieces_ = Reassembler({.messages = window});
}

Result<void> IkeSa::protect(const IkeSuite& with, IkeKeys derived) {
  auto sealer = Sealer::make(with, derived, side());
  if (!sealer) return sealer.error();
  auto opener = Opener::make(with, derived, initiator_ ? Side::kResponder : Side::kInitiator);
  if (!opener) return opener.error();
  suite = with;
  keys = std::move(derived);
  sealer_.emplace(std::move(*sealer));
  opener_.emplace(std::move(*opener));
  return {};
}

void IkeSa::end_protection() {
  keys = {};
  sealer_.reset();
  opener_.reset();
}

void IkeSa::send(Services& services, Bytes datagram) const {
  services.count(Counter::kMessagesOut);
  last_sent_ = services.now;
  services.out.push_back({local_, remote_, local_.port != kIkePort, std::move(datagram)});
}

void IkeSa::send_keepalive(Services& services) const {
  last_sent_ = services.now;
  services.out.push_back({local_, remote_, false, {kNatKeepalive}});
}

void IkeSa::send_again(Services& services, const std::vector<Bytes>& datagrams) const {
  for (const Bytes& datagram : datagrams) send(services, datagram);
}

void IkeSa::send_init(Services& services, Bytes message, const RetransmissionSchedule& schedule) {
  requests_.restart();
  Outstanding request;
  request.datagrams.push_back(std::move(message));
  request.sends = 1;
  request.began = services.now;
  request.resend_at = services.now + schedule.wait(0).value_or(0);
  send_again(services, request.datagrams);
  requests_.add(std::move(request));
}

Result<std::vector<Bytes>> IkeSa::seal(Services& services, ExchangeType exchange, std::uint32_t id, bool response,
                                       const PayloadChain& payloads) {
  if (!payloads.status()) return payloads.status().error();
  Header header;
  header.initiator_spi = spi_i;
  header.responder_spi = spi_r;
  header.exchange = exchange;
  header.initiator = initiator_;
  header.response = response;
  header.message_id = id;
  // The configured size is that of an IPv4 packet's content.
  constexpr std::size_t kLongerHeader = 20;
  const std::size_t less = local_.address.version == 6 ? kLongerHeader : 0;
  return sealer_->seal(header, payloads.first(), payloads.octets(), session_.config().fragment_octets - less,
                       session_.peer().fragments, services.random);
}

Result<void> IkeSa::send_request(Services& services, Request request, std::unique_ptr<Task> task,
                                 const RetransmissionSchedule& schedule) {
  Outstanding sent;
  sent.id = requests_.next_id();
  auto datagrams = seal(services, request.exchange, sent.id, false, request.payloads);
  if (!datagrams) {
    task->abandon(session_);
    return datagrams.error();
  }
  sent.exchange = request.exchange;
  sent.datagrams = std::move(*datagrams);
  sent.task = std::move(task);
  sent.sends = 1;
  sent.began = services.now;
  sent.resend_at = services.now + schedule.wait(0).value_or(0);
  send_again(services, sent.datagrams);
  requests_.add(std::move(sent));
  return {};
}

Result<void> IkeSa::send_reply(Services& services, ExchangeType exchange, std::uint32_t id,
                               const PayloadChain& payloads) {
  auto datagrams = seal(services, exchange, id, true, payloads);
  if (!datagrams) return datagrams.error();
  send_again(services, *datagrams);
  replies_.answered(id, std::move(*datagrams));
  return {};
}

}  // namespace sallyport::ike
