#pragma once
/// @file
/// Stateless cookies of a responder under load (RFC 7296 2.6).
#include <array>
#include <cstdint>

#include "sallyport/ike/bytes.hpp"
#include "sallyport/ike/header.hpp"
#include "sallyport/ike/random_source.hpp"
#include "sallyport/ip_address.hpp"
#include "sallyport/result.hpp"

namespace sallyport::ike {

/// A cookie: 1 octet version of the secret, HMAC-SHA2-256 over version | SPIi | address family | address | Ni.
using Cookie = std::array<std::uint8_t, 33>;

/// Makes cookies and knows its own again, without a memory of whom it gave them to. The secret is drawn from the
/// agent's randomness and changed by `rotate`; the one before is good until the next change.
class CookieMint {
 public:
  explicit CookieMint(RandomSource& random);
  ~CookieMint();
  CookieMint(const CookieMint&) = delete;
  CookieMint& operator=(const CookieMint&) = delete;

  /// The port is not part of it: a NAT may give the retry another one.
  Result<Cookie> make(View nonce, const IpAddress& address, IkeSpi initiator) const;
  /// Whether it is one of ours for this request, under the present or the previous secret. A wrong one is to be treated
  /// as none. Takes the same time wherever it differs.
  [[nodiscard]] bool check(View cookie, View nonce, const IpAddress& address, IkeSpi initiator) const;
  /// A new secret. Every minute or so, and after some 100,000 cookies.
  void rotate(RandomSource& random);

 private:
  using Secret = std::array<std::uint8_t, 32>;
  static Result<Cookie> make_with(const Secret& secret, std::uint8_t version, View nonce, const IpAddress& address,
                                  IkeSpi initiator);

  Secret secret_{};
  Secret previous_{};
  bool has_previous_ = false;
  std::uint8_t version_ = 0;
};

}  // namespace sallyport::ike
