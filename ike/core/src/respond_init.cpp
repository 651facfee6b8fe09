// The responder's IKE_SA_INIT. Whether the peer is to be answered at all has been decided (agent_receive.cpp).
#include <utility>

#include "init.hpp"
#include "init_common.hpp"
#include "negotiation.hpp"

namespace sallyport::ike {

namespace {

// What a peer's part must have, whatever its value: to be looked at before anything is computed for it.
bool sizes_fit(const IkeSuite& suite, const Contents& request) {
  return request.ke->data.size() == public_value_size(suite.ke) &&
         request.nonce->data.size() >= minimum_nonce_size(suite.prf);
}

}  // namespace

Result<void> answer_init(Session& session, IkeSa& ike, const UdpMessage& datagram, const Message& message,
                         std::optional<InitRefusal>& refusal) {
  Services& services = session.services();
  const Contents& request = message.outer;
  auto choice = choose_ike(*request.sa, session.config().proposals, IkeOffer::kInitial);
  if (!choice) {
    refusal = InitRefusal{NotifyType::kNoProposalChosen, {}};
    return choice.error();
  }
  if (const auto ask = method_to_ask_for(choice->suite.ke, request.ke->method)) {
    const auto number = static_cast<std::uint16_t>(*ask);
    refusal = InitRefusal{NotifyType::kInvalidKePayload,
                          {static_cast<std::uint8_t>(number >> 8U), static_cast<std::uint8_t>(number)}};
    return Error{ErrorCode::kInvalidArgument, "another key exchange is wanted"};
  }
  if (!sizes_fit(choice->suite, request)) {
    refusal = InitRefusal{NotifyType::kInvalidSyntax, {}};
    return Error{ErrorCode::kMalformedInput, "KE or nonce of the wrong size"};
  }
  auto exchange = KeyExchange::make(choice->suite.ke, services.random);
  if (!exchange) return exchange.error();
  auto shared = exchange->agree(request.ke->data);
  if (!shared) {
    refusal = InitRefusal{NotifyType::kInvalidSyntax, {}};
    return shared.error();
  }
  ike.spi_i = message.header.initiator_spi;
  ike.spi_r = session.register_ike(ike);
  ike.transcript.nonce_i = request.nonce->data;
  ike.transcript.nonce_r = draw_nonce(services);
  auto keys = derive_ike_keys(choice->suite, shared->expose(), {ike.transcript.nonce_i, ike.transcript.nonce_r},
                              ike.spi_i, ike.spi_r);
  if (!keys) {
    refusal = InitRefusal{NotifyType::kInvalidSyntax, {}};
    return keys.error();
  }
  if (auto ready = ike.protect(choice->suite, std::move(*keys)); !ready) return ready.error();
  // What the peer said of itself stands under its own SPIs: ours was 0.
  learn_abilities(session, request, datagram, ike.spi_i, IkeSpi{});
  session.log_keys(ike);

  PayloadChain chain;
  chain.append(answer_ike(*choice));
  const View value = exchange->public_value();
  chain.append(KePayload{choice->suite.ke, {value.begin(), value.end()}});
  chain.append(NoncePayload{ike.transcript.nonce_r});
  append_abilities(session, chain, ike.local(), ike.remote(), ike.spi_i, ike.spi_r);
  const Credentials& credentials = session.config().credentials;
  if (credentials.remote == AuthKind::kCertificate && credentials.trust) {
    chain.append(credentials.trust->certificate_request());
  }
  Header header;
  header.initiator_spi = ike.spi_i;
  header.responder_spi = ike.spi_r;
  header.response = true;
  auto answer = write_message(header, chain);
  if (!answer) return answer.error();
  ike.state = IkeState::kAuth;
  ike.gone_by = services.now + services.config.half_open_time;
  ike.transcript.request = datagram.octets;
  ike.transcript.response = *answer;
  ike.send(services, *answer);
  ike.replies().answered(0, {std::move(*answer)});
  return {};
}

}  // namespace sallyport::ike
