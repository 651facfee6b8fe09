#include "sallyport/ike/signed_octets.hpp"

#include "sallyport/ike/prf.hpp"

namespace sallyport::ike {

Result<Bytes> signed_octets(const InitTranscript& transcript, Side signer, PrfId prf_id, View sk_p,
                            const IdPayload& id) {
  const bool initiator = signer == Side::kInitiator;
  const View message = initiator ? transcript.request : transcript.response;
  const View nonce = initiator ? transcript.nonce_r : transcript.nonce_i;
  if (message.empty() || nonce.empty() || sk_p.empty()) {
    return Error{ErrorCode::kInvalidArgument, "AUTH: IKE_SA_INIT message, nonce or SK_p is missing"};
  }
  const auto maced_id = prf(prf_id, sk_p, {id.rest()});
  if (!maced_id) return maced_id.error();
  Bytes octets;
  octets.reserve(message.size() + nonce.size() + maced_id->size());
  for (const View part : {message, nonce, maced_id->expose()}) octets.insert(octets.end(), part.begin(), part.end());
  return octets;
}

}  // namespace sallyport::ike
