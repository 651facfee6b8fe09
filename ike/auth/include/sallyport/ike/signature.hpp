#pragma once
/// @file
/// Authentication by signature: RFC 7296 2.15 (method 1), RFC 4754 (9, 10), RFC 7427 (14), RFC 8420 (14 with Ed25519).
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "sallyport/ike/bytes.hpp"
#include "sallyport/ike/keys.hpp"
#include "sallyport/ike/numbers.hpp"
#include "sallyport/ike/payloads.hpp"
#include "sallyport/result.hpp"

namespace sallyport::ike {

class RandomSource;

/// A way to sign, as AUTH names it.
enum class SignatureScheme : std::uint8_t {
  kRsaSha1,           ///< Method 1: PKCS#1 v1.5 with SHA-1. Only with SignaturePolicy::legacy_sha1.
  kEcdsaP256Raw,      ///< Method 9: P-256 with SHA-256, r | s.
  kEcdsaP384Raw,      ///< Method 10: P-384 with SHA-384, r | s.
  kRsaPkcs1Sha2_256,  ///< Method 14, as all that follow. PKCS#1 v1.5.
  kRsaPkcs1Sha2_384,
  kRsaPkcs1Sha2_512,
  kRsaPssSha2_256,  ///< MGF1 with the same hash, salt as long as the hash.
  kRsaPssSha2_384,
  kRsaPssSha2_512,
  kEcdsaSha2_256,  ///< On either curve, DER.
  kEcdsaSha2_384,
  kEcdsaSha2_512,
  kEd25519,
};

/// For logs, e.g. "RSA-PSS with SHA2-256".
std::string_view name(SignatureScheme scheme);
AuthMethod method(SignatureScheme scheme);
/// What the peer has to know: SHA2_256 for kRsaPssSha2_256, IDENTITY for kEd25519.
HashId hash(SignatureScheme scheme);
/// DER of the AlgorithmIdentifier that we send; empty for the methods other than 14.
View algorithm_identifier(SignatureScheme scheme);

/// What an administrator may decide.
struct SignaturePolicy {
  bool rsa_pss = true;       ///< Sign with PSS; false: PKCS#1 v1.5. Both are accepted.
  bool legacy_sha1 = false;  ///< Make and accept method 1, for peers that know nothing of RFC 7427.
};

/// The hashes that we accept: data of our own SIGNATURE_HASH_ALGORITHMS (RFC 7427 4), best first.
std::span<const HashId> accepted_hashes();
Bytes signature_hash_algorithms();

/// The peer's data of that notify; unknown numbers are left out. kMalformedInput: not a whole number of hashes.
Result<std::vector<HashId>> parse_signature_hash_algorithms(View data);

/// How to sign with a key for a peer. `peer_hashes`: of its SIGNATURE_HASH_ALGORITHMS, nothing when it sent none: then
/// ECDSA goes by methods 9 and 10, RSA by method 1 where the policy allows it, Ed25519 cannot. kBadState: the two have
/// nothing in common; the text says what is missing.
Result<SignatureScheme> choose_scheme(const PublicKey& key, const std::optional<std::vector<HashId>>& peer_hashes,
                                      const SignaturePolicy& policy);

/// Signs. Salts and ECDSA's secret numbers come from `random` (OpenSSL mixes key and octets into the latter). Not from
/// two threads at once with the same key. kInvalidArgument: the scheme is none of the key's.
Result<AuthPayload> sign_auth(const PrivateKey& key, SignatureScheme scheme, View signed_octets, RandomSource& random);

/// Checks the peer's AUTH and says how it signed. For method 14 the AlgorithmIdentifier has to be, octet by octet, one
/// of those above (PSS also with its trailerField or without the hashes' NULL). kInvalidArgument: an unknown or
/// switched off method or algorithm, one of another kind of key, or a signature that is not right.
Result<SignatureScheme> verify_auth(const PublicKey& key, const AuthPayload& auth, View signed_octets,
                                    const SignaturePolicy& policy);

}  // namespace sallyport::ike
