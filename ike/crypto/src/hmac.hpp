#pragma once
/// @file
/// HMAC (RFC 2104) over contexts of OpenSSL's hashes that are kept from use to use. OpenSSL's own HMAC looks its digest
/// up anew for each key, which costs more than the hashing.
#include <cstdint>
#include <span>

#include "openssl.hpp"
#include "sallyport/ike/bytes.hpp"
#include "sallyport/ike/prf.hpp"

namespace sallyport::ike {

/// For a key that is used once. Between uses its context is a fresh one: no key, no result.
class HmacOnce {
 public:
  /// With `null`, or without memory: every call fails.
  explicit HmacOnce(const EVP_MD* digest);

  /// HMAC over the parts joined, of the hash's size. False: wrong size, or OpenSSL failed.
  [[nodiscard]] bool mac(View key, Parts parts, std::span<std::uint8_t> out);

 private:
  const EVP_MD* digest_;
  MdContext context_;
};

/// For a key that is used often: keeps the states of the hash after the two padded keys.
class HmacKeyed {
 public:
  /// As HmacOnce.
  explicit HmacKeyed(const EVP_MD* digest);

  /// Size of the result in octets, at most EVP_MAX_MD_SIZE; 0: unusable.
  [[nodiscard]] std::size_t size() const { return size_; }
  /// To be called once before all else, and again only after clear(). False: OpenSSL failed.
  [[nodiscard]] bool set_key(View key);
  /// One HMAC: begin, its input in as many pieces as wanted, and the result of size() octets.
  [[nodiscard]] bool begin();
  [[nodiscard]] bool add(View piece);
  [[nodiscard]] bool finish(std::span<std::uint8_t> out);
  /// Forgets key and result.
  void clear();

 private:
  const EVP_MD* digest_ = nullptr;
  std::size_t size_ = 0;
  MdContext inner_, outer_, work_;
};

/// This thread's own, one for each PRF; null for what is not supported.
HmacOnce* hmac_once(PrfId prf);
HmacKeyed* hmac_keyed(PrfId prf);

}  // namespace sallyport::ike
