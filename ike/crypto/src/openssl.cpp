#include "openssl.hpp"

#include <openssl/err.h>

#include <string>

namespace sallyport::ike {

Error openssl_error(std::string_view what) {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  ERR_clear_error();
  std::string text = "OpenSSL: ";
  text.append(what).append(" failed");
  if (reason != nullptr) text.append(": ").append(reason);
  return {ErrorCode::kIo, std::move(text)};
}

const Algorithms& Algorithms::get() {
  static const Algorithms all = [] {
    const auto md = [](const char* name) { return Md(EVP_MD_fetch(nullptr, name, nullptr)); };
    const auto cipher = [](const char* name) { return Cipher(EVP_CIPHER_fetch(nullptr, name, nullptr)); };
    Algorithms out{md("SHA1"),
                   md("SHA2-256"),
                   md("SHA2-384"),
                   md("SHA2-512"),
                   cipher("AES-128-GCM"),
                   cipher("AES-256-GCM"),
                   cipher("AES-128-CBC"),
                   cipher("AES-256-CBC")};
    ERR_clear_error();  // what is missing is told when it is wanted
    return out;
  }();
  return all;
}

const EVP_MD* Algorithms::digest(PrfId prf) const {
  switch (prf) {
    case PrfId::kHmacSha2_256:
      return sha256.get();
    case PrfId::kHmacSha2_384:
      return sha384.get();
    case PrfId::kHmacSha2_512:
      return sha512.get();
    default:
      return nullptr;
  }
}

const EVP_MD* Algorithms::digest(IntegId integ) const {
  switch (integ) {
    case IntegId::kHmacSha2_256_128:
      return sha256.get();
    case IntegId::kHmacSha2_384_192:
      return sha384.get();
    case IntegId::kHmacSha2_512_256:
      return sha512.get();
    default:
      return nullptr;
  }
}

const EVP_CIPHER* Algorithms::cipher(EncrId encr, unsigned key_bits) const {
  if (key_bits != 128 && key_bits != 256) return nullptr;
  switch (encr) {
    case EncrId::kAesGcm16:
      return key_bits == 128 ? gcm128.get() : gcm256.get();
    case EncrId::kAesCbc:
      return key_bits == 128 ? cbc128.get() : cbc256.get();
    default:
      return nullptr;
  }
}

}  // namespace sallyport::ike
