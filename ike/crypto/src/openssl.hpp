#pragma once
/// @file
/// Owners of OpenSSL's objects, its algorithms looked up once, and its failures as errors.
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include <memory>
#include <string_view>

#include "sallyport/ike/numbers.hpp"
#include "sallyport/result.hpp"

namespace sallyport::ike {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

using Md = std::unique_ptr<EVP_MD, Freed<EVP_MD_free>>;
using MdContext = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using Cipher = std::unique_ptr<EVP_CIPHER, Freed<EVP_CIPHER_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Freed<EVP_CIPHER_CTX_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, Freed<BN_clear_free>>;
using NumberContext = std::unique_ptr<BN_CTX, Freed<BN_CTX_free>>;
using Montgomery = std::unique_ptr<BN_MONT_CTX, Freed<BN_MONT_CTX_free>>;
using Curve = std::unique_ptr<EC_GROUP, Freed<EC_GROUP_free>>;
using Point = std::unique_ptr<EC_POINT, Freed<EC_POINT_clear_free>>;

/// kIo: "OpenSSL: <what> failed: <its reason>". Empties OpenSSL's queue of errors.
Error openssl_error(std::string_view what);

/// Algorithms of the default provider, looked up once in a process and never changed: a look-up costs more than a hash.
/// What OpenSSL has not is null.
struct Algorithms {
  Md sha1, sha256, sha384, sha512;
  Cipher gcm128, gcm256, cbc128, cbc256;

  static const Algorithms& get();
  /// Null: not supported.
  [[nodiscard]] const EVP_MD* digest(PrfId prf) const;
  [[nodiscard]] const EVP_MD* digest(IntegId integ) const;
  [[nodiscard]] const EVP_CIPHER* cipher(EncrId encr, unsigned key_bits) const;
};

}  // namespace sallyport::ike
