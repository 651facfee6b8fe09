#pragma once
/// @file
/// What AUTH covers (RFC 7296 2.15).
#include "sallyport/ike/bytes.hpp"
#include "sallyport/ike/numbers.hpp"
#include "sallyport/ike/payloads.hpp"
#include "sallyport/ike/protection.hpp"
#include "sallyport/result.hpp"

namespace sallyport::ike {

/// What both sides said in the IKE_SA_INIT that succeeded. "Initiator" is that of IKE_SA_INIT. All views must live as
/// long as this is used.
struct InitTranscript {
  View request;   ///< IKE header to last octet, no non-ESP marker, with the cookie where there was one.
  View response;  ///< The same of the answer that succeeded.
  View nonce_i;   ///< Ni, payload data only.
  View nonce_r;
};

/// The octets that `signer` signs: its own message | the other side's nonce | prf(its SK_p, its ID payload without the
/// generic header, reserved octets as they were). `sk_p`: SK_pi for the initiator, SK_pr for the responder.
/// kInvalidArgument: a part is empty, or the PRF is not supported.
Result<Bytes> signed_octets(const InitTranscript& transcript, Side signer, PrfId prf, View sk_p, const IdPayload& id);

}  // namespace sallyport::ike
