#pragma once
/// @file
/// What IKE wants of a chain beyond what X.509 wants (RFC 4945 5.1).
#include "openssl.hpp"
#include "sallyport/ike/certificate.hpp"

namespace sallyport::ike::auth {

/// keyUsage of a certificate whose key signs AUTH: digitalSignature or nonRepudiation, where it is there at all.
Result<void> check_signs(const Certificate& leaf);

/// extendedKeyUsage, where it is there: one of ipsecIKE, ikeIntermediate, ipsecEndSystem, ipsecTunnel, ipsecUser,
/// serverAuth, clientAuth, anyExtendedKeyUsage. Extensions that can be read.
Result<void> check_purpose(const Certificate& certificate);

}  // namespace sallyport::ike::auth
