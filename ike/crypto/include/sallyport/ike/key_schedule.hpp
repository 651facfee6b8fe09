#pragma once
/// @file
/// From shared secrets to keys (RFC 7296 2.14, 2.17, 2.18).
#include <string>

#include "sallyport/ike/bytes.hpp"
#include "sallyport/ike/header.hpp"
#include "sallyport/ike/suite.hpp"
#include "sallyport/result.hpp"
#include "sallyport/secret.hpp"

namespace sallyport::ike {

/// Keys of one IKE SA. "i" is the side that initiated the exchange which made it: of IKE_SA_INIT, or of the rekey.
struct IkeKeys {
  SecretBytes sk_d;   ///< For Child SAs and the next IKE SA.
  SecretBytes sk_ai;  ///< Integrity, initiator's messages; empty with GCM.
  SecretBytes sk_ar;
  SecretBytes sk_ei;  ///< Encryption, initiator's messages; with GCM its last 4 octets are the salt.
  SecretBytes sk_er;
  SecretBytes sk_pi;  ///< For AUTH.
  SecretBytes sk_pr;
};

/// What both sides said in the exchange that the keys come from.
struct Nonces {
  View initiator;  ///< Ni, payload data only.
  View responder;  ///< Nr.
};

/// Keys of a first IKE SA (2.14): SKEYSEED = prf(Ni | Nr, g^ir).
/// kInvalidArgument: suite not supported, or a nonce is shorter than the PRF wants or longer than 256 octets.
Result<IkeKeys> derive_ike_keys(const IkeSuite& suite, View shared_secret, const Nonces& nonces, IkeSpi initiator,
                                IkeSpi responder);

/// Keys of the IKE SA that replaces another (2.18): SKEYSEED = prf(SK_d (old), g^ir (new) | Ni | Nr) with the old SA's
/// PRF, the rest with the new one's. SPIs are the new ones.
Result<IkeKeys> derive_rekeyed_ike_keys(const IkeSuite& suite, PrfId old_prf, const SecretBytes& old_sk_d,
                                        View shared_secret, const Nonces& nonces, IkeSpi initiator, IkeSpi responder);

/// One direction of ESP.
struct TrafficKey {
  SecretBytes key;
  SecretBytes salt;  ///< 4 octets (RFC 4106 8.1).
};

/// Keys of a Child SA pair. "Initiator" is whoever initiated the exchange that made the pair, which need not be the
/// initiator of the IKE SA.
struct ChildKeys {
  TrafficKey initiator_to_responder;
  TrafficKey responder_to_initiator;
};

/// KEYMAT (2.17): prf+(SK_d, [g^ir (new) |] Ni | Nr) with the IKE SA's PRF. `shared_secret` is empty exactly when the
/// suite has no key exchange of its own, else kInvalidArgument. For the Child SA of IKE_AUTH the nonces are those of
/// IKE_SA_INIT.
Result<ChildKeys> derive_child_keys(const ChildSuite& suite, PrfId prf, const SecretBytes& sk_d, View shared_secret,
                                    const Nonces& nonces);

/// DEBUG ONLY: reveals the keys. One line for Wireshark's table "ikev2_decryption_table", without line end:
/// SPIs, SK_ei, SK_er, name of encryption, SK_ai, SK_ar, name of integrity. Whoever calls this decides that the secrecy
/// of this SA is given up, and says so to the user.
std::string wireshark_decryption_line(const IkeSuite& suite, const IkeKeys& keys, IkeSpi initiator, IkeSpi responder);

}  // namespace sallyport::ike
