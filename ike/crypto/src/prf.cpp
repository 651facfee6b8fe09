#include "sallyport/ike/prf.hpp"

#include <openssl/crypto.h>

#include <algorithm>

#include "hmac.hpp"
#include "sallyport/ike/suite.hpp"
#include "wiped.hpp"

namespace sallyport::ike {
namespace {

Error not_supported(PrfId id) { return {ErrorCode::kInvalidArgument, "prf: " + to_text(id) + " is not supported"}; }

// T1 | T2 | ... with a key that is set already.
bool expand(HmacKeyed& hmac, Parts parts, std::span<std::uint8_t> out) {
  Wiped<EVP_MAX_MD_SIZE> room;
  const auto block = room.first(hmac.size());
  View before;  // T0 is empty
  std::uint8_t number = 0;
  while (!out.empty()) {
    ++number;
    if (!hmac.begin() || !hmac.add(before) ||
        !std::all_of(parts.begin(), parts.end(), [&hmac](View part) { return hmac.add(part); }) ||
        !hmac.add(View(&number, 1)) || !hmac.finish(block)) {
      return false;
    }
    before = block;
    const std::size_t now = std::min(block.size(), out.size());
    std::copy_n(block.begin(), now, out.begin());
    out = out.subspan(now);
  }
  return true;
}

}  // namespace

Result<void> prf_into(PrfId id, View key, Parts parts, std::span<std::uint8_t> out) {
  HmacOnce* const hmac = hmac_once(id);
  if (hmac == nullptr) return not_supported(id);
  if (out.size() != prf_size(id)) {
    return Error{ErrorCode::kInvalidArgument,
                 "prf: room for " + std::to_string(out.size()) + " octets, not " + std::to_string(prf_size(id))};
  }
  if (!hmac->mac(key, parts, out)) return openssl_error("HMAC");
  return {};
}

Result<SecretBytes> prf(PrfId id, View key, Parts parts) {
  Wiped<EVP_MAX_MD_SIZE> room;
  const auto out = room.first(prf_size(id));
  if (auto done = prf_into(id, key, parts, out); !done) return done.error();
  return SecretBytes(out);
}

Result<void> prf_plus(PrfId id, View key, Parts parts, std::span<std::uint8_t> out) {
  HmacKeyed* const hmac = hmac_keyed(id);
  if (hmac == nullptr) return not_supported(id);
  if (out.size() > 255 * prf_size(id)) {
    return Error{ErrorCode::kInvalidArgument, "prf+: " + std::to_string(out.size()) +
                                                  " octets asked for, 255 blocks of " + std::to_string(prf_size(id)) +
                                                  " are the most"};
  }
  const bool done = hmac->set_key(key) && expand(*hmac, parts, out);
  hmac->clear();
  if (!done) return openssl_error("HMAC");
  return {};
}

bool equal_constant_time(View a, View b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace sallyport::ike
