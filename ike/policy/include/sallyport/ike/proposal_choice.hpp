#pragma once
/// @file
/// Who offers what, and who takes which: the responder's choice and the initiator's check of it (RFC 7296 2.7, 3.3.6).
///
/// * A proposal with a transform type that we do not know, that does not belong to its protocol, or without one that is
///   mandatory (IKE: ENCR, PRF, KE, and INTEG unless AEAD; ESP: ENCR, SN) is unacceptable.
/// * A transform with an unknown ID or attribute is unacceptable by itself. Another key length is another transform.
/// * With AEAD, type 3 may be left out or be NONE; an offer of real ones only is unacceptable.
/// * ESP without a key exchange: type 4 left out or NONE. An IKE SA never has NONE.
#include <cstdint>
#include <optional>
#include <span>

#include "sallyport/ike/proposals.hpp"
#include "sallyport/ike/suite.hpp"

namespace sallyport::ike {

/// What was agreed on.
struct IkeChoice {
  IkeSuite suite;
  IkeSpi peer_spi;  ///< The peer's new SPI in a rekey, else 0.
  Proposal chosen;  ///< Number and SPI as the peer sent them, one transform of each type.

  friend bool operator==(const IkeChoice&, const IkeChoice&) = default;
};

struct ChildChoice {
  ChildSuite suite;
  Spi peer_spi;     ///< Its inbound, our outbound SA.
  Proposal chosen;  ///< As above.

  friend bool operator==(const ChildChoice&, const ChildChoice&) = default;
};

/// Whether the IKE SA being made is the first one or replaces another: a rekey has an SPI of 8 octets in each proposal.
enum class IkeOffer : std::uint8_t { kInitial, kRekey };

/// The responder's choice: our first template that any offered proposal meets; among several proposals and transforms
/// those that stand first in our template, by type ENCR, PRF, INTEG, KE, SN. kNotFound: none (NO_PROPOSAL_CHOSEN); the
/// text says for each offered proposal why not.
Result<IkeChoice> choose_ike(const SaPayload& offer, std::span<const ProposalTemplate> ours, IkeOffer kind);
Result<ChildChoice> choose_child(const SaPayload& offer, std::span<const ProposalTemplate> ours,
                                 ChildExchange exchange);

/// The responder's SA payload: the chosen proposal, its number and transforms unmodified, with our own SPI.
/// spi: as in offer_ike; none exactly when the choice has none.
[[nodiscard]] SaPayload answer_ike(const IkeChoice& choice, std::optional<IkeSpi> spi = {});
[[nodiscard]] SaPayload answer_child(const ChildChoice& choice, Spi spi);

/// The initiator's check that an answer is one proposal out of what it offered: number, protocol, SPI size, exactly one
/// transform of each type and each as it was offered. INTEG and KE that were offered with NONE may be left out, and
/// NONE may stand for one of them that was not offered at all. kMalformedInput, with what is wrong: terminate the
/// exchange.
Result<IkeChoice> check_ike_answer(const SaPayload& offered, const SaPayload& answer, IkeOffer kind);
Result<ChildChoice> check_child_answer(const SaPayload& offered, const SaPayload& answer, ChildExchange exchange);

/// What a responder says to the peer's KE payload once it has chosen: nothing when it fits, else the method for
/// INVALID_KE_PAYLOAD (RFC 7296 1.2, 1.3). kNone as chosen: nothing, KEi is then ignored and KEr left out.
/// received: the method of KEi; nothing when there is none.
[[nodiscard]] std::optional<KeMethod> method_to_ask_for(KeMethod chosen, std::optional<KeMethod> received);
/// As above for a Child SA.
[[nodiscard]] std::optional<KeMethod> method_to_ask_for(const ChildSuite& chosen, std::optional<KeMethod> received);

/// What an initiator makes of INVALID_KE_PAYLOAD: whether it may start again with this method, because it offered it
/// and did not send it already. Otherwise the notify is to be taken for a refusal.
[[nodiscard]] bool may_retry_with(const SaPayload& offered, KeMethod sent, KeMethod asked_for);

}  // namespace sallyport::ike
