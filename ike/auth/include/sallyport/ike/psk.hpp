#pragma once
/// @file
/// Authentication by a shared key (RFC 7296 2.15, method 2).
#include <string_view>

#include "sallyport/ike/bytes.hpp"
#include "sallyport/ike/numbers.hpp"
#include "sallyport/ike/payloads.hpp"
#include "sallyport/result.hpp"
#include "sallyport/secret.hpp"

namespace sallyport::ike {

/// A pre-shared key. It moves and wipes itself; nothing prints it.
class SharedSecret {
 public:
  /// Longest accepted secret, in octets.
  static constexpr std::size_t kMaxOctets = 1024;

  /// As users write it: "0x" and hexadecimal digits, "0s" and Base64, or the text's octets as they are. Not empty. The
  /// error never repeats the text; the caller wipes its own copy.
  static Result<SharedSecret> parse(std::string_view text);
  /// 1..kMaxOctets octets.
  static Result<SharedSecret> from_octets(View octets);

  [[nodiscard]] SharedSecret duplicate() const { return SharedSecret(octets_.duplicate()); }
  [[nodiscard]] View expose() const { return octets_.expose(); }

 private:
  explicit SharedSecret(SecretBytes octets) : octets_(std::move(octets)) {}
  SecretBytes octets_;
};

/// AUTH = prf(prf(secret, "Key Pad for IKEv2"), signed octets), with the IKE SA's PRF.
Result<AuthPayload> psk_auth(PrfId prf, const SharedSecret& secret, View signed_octets);

/// Whether the peer's AUTH is that of the secret, found out in a time that does not depend on where they differ.
/// kInvalidArgument: another method, another length, another value.
Result<void> verify_psk_auth(PrfId prf, const SharedSecret& secret, View signed_octets, const AuthPayload& auth);

}  // namespace sallyport::ike
