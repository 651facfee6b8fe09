#pragma once
/// @file
/// Ephemeral key exchange: Curve25519 (RFC 8031), P-256, P-384, P-521 (RFC 5903), MODP-2048, -3072, -4096 (RFC 3526).
#include <memory>

#include "sallyport/ike/bytes.hpp"
#include "sallyport/ike/numbers.hpp"
#include "sallyport/ike/random_source.hpp"
#include "sallyport/result.hpp"
#include "sallyport/secret.hpp"

namespace sallyport::ike {

/// Our half of one exchange. The private value never leaves it and is wiped with it. Made for one exchange: RFC
/// 7296 2.12 allows reuse, we do not reuse.
class KeyExchange {
 public:
  /// Draws the private value, and nothing else, from `random`: the same octets give the same public value.
  /// kInvalidArgument: method not supported; kIo: OpenSSL failed.
  static Result<KeyExchange> make(KeMethod method, RandomSource& random);
  ~KeyExchange();
  KeyExchange(KeyExchange&&) noexcept;
  KeyExchange& operator=(KeyExchange&&) noexcept;
  KeyExchange(const KeyExchange&) = delete;
  KeyExchange& operator=(const KeyExchange&) = delete;

  [[nodiscard]] KeMethod method() const;
  /// Data of our KE payload, public_value_size(method()) octets.
  [[nodiscard]] View public_value() const;

  /// The shared secret g^ir, shared_secret_size(method()) octets, zero-padded in front where it is a number.
  /// kMalformedInput: the peer's value has the wrong size or fails the checks of RFC 6989 (1 < y < p-1 for MODP, a
  /// point on the curve other than infinity) or RFC 8031 (a result of zeros only for Curve25519).
  [[nodiscard]] Result<SecretBytes> agree(View peer) const;

  class Half;  // the private value and what is done with it, for each family of groups

 private:
  explicit KeyExchange(std::unique_ptr<Half> half);
  std::unique_ptr<Half> half_;
};

}  // namespace sallyport::ike
