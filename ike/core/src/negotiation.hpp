#pragma once
/// @file
/// One Child SA's negotiation, in IKE_AUTH as in CREATE_CHILD_SA: what an initiator offers and makes of the answer,
/// what a responder makes of the offer, and what both install.
#include <optional>
#include <string>
#include <variant>

#include "sallyport/ike/key_exchange.hpp"
#include "sallyport/ike/narrowing.hpp"
#include "sallyport/ike/proposal_choice.hpp"
#include "session.hpp"

namespace sallyport::ike {

/// A notify that says no, and why, for the log.
struct Refusal {
  NotifyType type{};
  Bytes data;
  std::string text;
};

/// What both ends agreed on.
struct ChildAgreement {
  const ChildConfig* config = nullptr;
  ChildSuite suite;
  Spi peer_spi;
  bool tunnel = true;
  SelectorSet local;
  SelectorSet remote;
  ExchangeSide side = ExchangeSide::kInitiator;  ///< Of the exchange, ours.
  std::optional<NegotiatedCount> count;
  SecretBytes shared;  ///< Of a key exchange of its own; else empty.
};

/// An initiator's part until the answer comes.
struct ChildOffer {
  const ChildConfig* config = nullptr;
  ChildExchange exchange = ChildExchange::kCreateChildSa;
  Reservation reservation;
  SaPayload sa;
  SelectorPair selectors;
  CountOffer counts;
  Bytes nonce;  ///< CREATE_CHILD_SA only.
  std::optional<KeyExchange> ke;
};

/// A responder's part: what goes into the answer, and what is to be installed before it is sent.
struct ChildAnswer {
  ChildAgreement agreement;
  Reservation reservation;
  Bytes nonce;  ///< CREATE_CHILD_SA only.
  PayloadChain payloads;
};

/// What our own limits are for a Child SA of this configuration (rule 8).
[[nodiscard]] Sizing size_child(const ConnectionConfig& connection, const ChildConfig& child, bool esn, TimeNs t_ike);

/// Reserves an entry and draws what an offer needs. `old`: the Child SA to be replaced. `method`: the key exchange that
/// the peer asked for.
Result<ChildOffer> make_offer(Session& session, const ChildConfig& config, ChildExchange exchange, const Child* old,
                              std::optional<KeMethod> method);
/// Its payloads: of CREATE_CHILD_SA all, of IKE_AUTH from SAi2 on.
void append_offer(Session& session, PayloadChain& chain, const ChildOffer& offer, const Child* old);
/// kMalformedInput: not an answer to this offer.
Result<ChildAgreement> read_answer(Session& session, const ChildOffer& offer, const Contents& answer);

/// A responder's choice. The reservation is made before the key exchange, which is the costly part.
std::variant<ChildAnswer, Refusal> answer_offer(Session& session, const Contents& request, ChildExchange exchange,
                                                const Child* old);

/// Derives keys, installs both directions, and makes the Child known. The reservation is used up either way.
Result<ChildId> install_child(Session& session, IkeSa& ike, ChildAgreement agreement, const Reservation& reservation,
                              const Nonces& nonces, const Child* old);

/// A nonce of our own.
[[nodiscard]] Bytes draw_nonce(Services& services);

}  // namespace sallyport::ike
