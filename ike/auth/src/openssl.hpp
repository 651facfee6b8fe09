#pragma once
/// @file
/// OpenSSL's objects with owners, and its errors as text.
#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <string_view>

#include "sallyport/ike/bytes.hpp"
#include "sallyport/result.hpp"

namespace sallyport::ike::auth {

template <auto kFree>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};

template <class T, auto kFree>
using Owned = std::unique_ptr<T, Freed<kFree>>;

using BioPtr = Owned<BIO, BIO_free_all>;
using NamePtr = Owned<X509_NAME, X509_NAME_free>;
using KeyPtr = Owned<EVP_PKEY, EVP_PKEY_free>;
using DigestPtr = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using EcdsaSigPtr = Owned<ECDSA_SIG, ECDSA_SIG_free>;
using SpkiPtr = Owned<X509_PUBKEY, X509_PUBKEY_free>;
using NamesPtr = Owned<GENERAL_NAMES, GENERAL_NAMES_free>;

/// OpenSSL's last error of this thread ("" when it kept none); forgets all of them.
std::string take_openssl_error();

/// "what: OpenSSL's reason".
Error openssl_error(ErrorCode code, std::string_view what);

/// DER of an object by its i2d function; empty when OpenSSL cannot write it.
template <class T, class Encoder>
Bytes to_der(Encoder encode, const T* object) {
  std::uint8_t* out = nullptr;
  const int size = encode(object, &out);
  if (size <= 0) return {};
  Bytes der(out, out + size);
  OPENSSL_free(out);
  return der;
}

/// Octets as printable ASCII: everything else, and the backslash, as "\xNN"; cut with "..." after `most` octets.
std::string printable(View octets, std::size_t most = 256);
std::string printable(std::string_view text, std::size_t most = 256);

/// Lower-case digits, two an octet.
std::string hex(View octets);

/// ASCII letters alike whatever their case.
bool equal_ignoring_case(std::string_view a, std::string_view b);

inline std::string_view as_text(View octets) { return {reinterpret_cast<const char*>(octets.data()), octets.size()}; }
inline View as_octets(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace sallyport::ike::auth
