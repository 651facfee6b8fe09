#pragma once
/// @file
/// Which keys we use at all.
#include "openssl.hpp"
#include "sallyport/ike/keys.hpp"

namespace sallyport::ike::auth {

struct KeyTraits {
  KeyKind kind;
  unsigned bits;
};

/// A key that AUTH may be signed with: kind and size, or why not.
Result<KeyTraits> check_signing_key(const EVP_PKEY* key);

/// A key that may stand in a chain of certificates: those above, and RSA-PSS keys, P-521 and Ed448 of authorities. What
/// it costs to check a signature with it is bounded.
Result<void> check_chain_key(const X509_PUBKEY* spki, const EVP_PKEY* key);

/// Elliptic curves by name only: parameters given one by one are refused before anything is computed with them.
Result<void> check_named_curve(const X509_PUBKEY* spki);

/// DER of the public half.
Bytes spki_der(const EVP_PKEY* key);

}  // namespace sallyport::ike::auth
