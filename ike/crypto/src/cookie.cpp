#include "sallyport/ike/cookie.hpp"

#include <algorithm>

#include "sallyport/ike/prf.hpp"
#include "sallyport/secret.hpp"

namespace sallyport::ike {

CookieMint::CookieMint(RandomSource& random) { random.fill(secret_); }

CookieMint::~CookieMint() {
  wipe(secret_);
  wipe(previous_);
}

Result<Cookie> CookieMint::make_with(const Secret& secret, std::uint8_t version, View nonce, const IpAddress& address,
                                     IkeSpi initiator) {
  // All before the nonce is of one size: no two requests make the same input.
  std::array<std::uint8_t, 10 + sizeof(address.octets)> fixed{};
  fixed[0] = version;
  for (std::size_t i = 0; i < 8; ++i) fixed[1 + i] = static_cast<std::uint8_t>(initiator.value >> (56 - 8 * i));
  fixed[9] = address.version;
  std::copy(address.octets.begin(), address.octets.end(), &fixed[10]);
  Cookie cookie{};
  cookie[0] = version;
  auto done = prf_into(PrfId::kHmacSha2_256, secret, {fixed, nonce}, std::span(cookie).subspan(1));
  if (!done) return done.error();
  return cookie;
}

Result<Cookie> CookieMint::make(View nonce, const IpAddress& address, IkeSpi initiator) const {
  return make_with(secret_, version_, nonce, address, initiator);
}

bool CookieMint::check(View cookie, View nonce, const IpAddress& address, IkeSpi initiator) const {
  if (cookie.size() != Cookie{}.size()) return false;
  const std::uint8_t version = cookie.front();  // no secret: it is on the wire
  const bool present = version == version_;
  if (!present && (!has_previous_ || version != static_cast<std::uint8_t>(version_ - 1))) return false;
  const auto ours = make_with(present ? secret_ : previous_, version, nonce, address, initiator);
  return ours && equal_constant_time(cookie, *ours);
}

void CookieMint::rotate(RandomSource& random) {
  previous_ = secret_;
  has_previous_ = true;
  ++version_;
  random.fill(secret_);
}

}  // namespace sallyport::ike
