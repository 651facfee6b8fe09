#pragma once
/// @file
/// The algorithms of an IKE SA and of a Child SA, with their sizes.
#include <cstddef>
#include <optional>
#include <string>

#include "sallyport/ike/numbers.hpp"

namespace sallyport::ike {

/// What protects an IKE SA: one transform of each type (RFC 7296 3.3.2).
struct IkeSuite {
  EncrId encr = EncrId::kAesGcm16;
  unsigned key_bits = 256;       ///< 128 or 256.
  std::optional<IntegId> integ;  ///< Only with AES-CBC.
  PrfId prf = PrfId::kHmacSha2_256;
  KeMethod ke = KeMethod::kCurve25519;

  friend bool operator==(const IkeSuite&, const IkeSuite&) = default;
};

/// What protects a Child SA (ESP).
struct ChildSuite {
  EncrId encr = EncrId::kAesGcm16;
  unsigned key_bits = 256;     ///< 128 or 256.
  bool esn = true;             ///< 64-bit sequence numbers.
  std::optional<KeMethod> ke;  ///< Key exchange of its own (PFS); none for the Child SA of IKE_AUTH.

  friend bool operator==(const ChildSuite&, const ChildSuite&) = default;
};

/// Whether this library can do all of it. What it cannot do is never to be offered nor chosen.
[[nodiscard]] bool supported(const IkeSuite& suite);
[[nodiscard]] bool supported(const ChildSuite& suite);
[[nodiscard]] bool supported(PrfId prf);
[[nodiscard]] bool supported(KeMethod method);

// Sizes in octets; 0 for what is not supported.

/// Of the PRF's output, which is also its preferred key size: 32, 48, 64.
[[nodiscard]] std::size_t prf_size(PrfId prf);
/// Of the integrity algorithm's key: 32, 48, 64; of its ICV: 16, 24, 32.
[[nodiscard]] std::size_t integrity_key_size(IntegId integ);
[[nodiscard]] std::size_t integrity_icv_size(IntegId integ);
/// Of the shortest nonce: half of the PRF's key, at least 16 (RFC 7296 2.10).
[[nodiscard]] std::size_t minimum_nonce_size(PrfId prf);
/// Of a longest nonce (RFC 7296 3.9).
inline constexpr std::size_t kMaximumNonceSize = 256;
/// Of the public value in a KE payload, and of the shared secret.
[[nodiscard]] std::size_t public_value_size(KeMethod method);
[[nodiscard]] std::size_t shared_secret_size(KeMethod method);

/// Of everything that protection of one SA needs.
struct ProtectionSizes {
  std::size_t key = 0;    ///< Encryption key without salt.
  std::size_t salt = 0;   ///< 4 with GCM (RFC 5282 / RFC 4106), 0 with CBC.
  std::size_t integ = 0;  ///< Integrity key, 0 with GCM.
  std::size_t iv = 0;     ///< In each message: 8 with GCM, 16 with CBC.
  std::size_t block = 1;  ///< Ciphertext is a multiple of it: 1 with GCM, 16 with CBC.
  std::size_t icv = 0;    ///< 16, 24 or 32.
};
[[nodiscard]] ProtectionSizes protection_sizes(const IkeSuite& suite);
/// key and salt only: ESP itself is the accelerator's.
[[nodiscard]] ProtectionSizes protection_sizes(const ChildSuite& suite);

/// "AES_GCM_16_256/PRF_HMAC_SHA2_512/CURVE25519" for logs.
[[nodiscard]] std::string to_string(const IkeSuite& suite);
/// "AES_GCM_16_256/ESN/ECP_256"; without a key exchange the last part is left out.
[[nodiscard]] std::string to_string(const ChildSuite& suite);

}  // namespace sallyport::ike
