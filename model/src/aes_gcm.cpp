#include "sallyport/model/aes_gcm.hpp"

#include <openssl/evp.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace sallyport::model {

namespace {

/// OpenSSL fails here only when memory is out or the library is broken; no answer of the model would be worth anything
/// then.
void must(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "OpenSSL failed: %s\n", what);
  std::abort();
}

int length_of(OctetView octets) { return static_cast<int>(octets.size()); }

}  // namespace

void AesGcm::FreeContext::operator()(evp_cipher_ctx_st* context) const { EVP_CIPHER_CTX_free(context); }

Result<AesGcm> AesGcm::create(OctetView key) {
  if (key.size() != 16 && key.size() != 32) {
    return Error{ErrorCode::kInvalidArgument,
                 "AES key of " + std::to_string(key.size()) + " octets; 16 or 32 are possible"};
  }
  const EVP_CIPHER* cipher = key.size() == 32 ? EVP_aes_256_gcm() : EVP_aes_128_gcm();
  Context seal(EVP_CIPHER_CTX_new());
  Context open(EVP_CIPHER_CTX_new());
  must(seal && open, "EVP_CIPHER_CTX_new");
  must(EVP_EncryptInit_ex(seal.get(), cipher, nullptr, key.data(), nullptr) == 1, "EVP_EncryptInit_ex");
  must(EVP_DecryptInit_ex(open.get(), cipher, nullptr, key.data(), nullptr) == 1, "EVP_DecryptInit_ex");
  return AesGcm(std::move(seal), std::move(open));
}

Octets AesGcm::seal(OctetView nonce, OctetView aad, OctetView plaintext) {
  must(nonce.size() == kGcmNonceOctets, "nonce length");
  EVP_CIPHER_CTX* context = seal_.get();
  Octets out(plaintext.size() + kGcmTagOctets);
  int n = 0;
  must(EVP_EncryptInit_ex(context, nullptr, nullptr, nullptr, nonce.data()) == 1, "EVP_EncryptInit_ex");
  if (!aad.empty()) {
    must(EVP_EncryptUpdate(context, nullptr, &n, aad.data(), length_of(aad)) == 1, "EVP_EncryptUpdate (AAD)");
  }
  if (!plaintext.empty()) {
    must(EVP_EncryptUpdate(context, out.data(), &n, plaintext.data(), length_of(plaintext)) == 1, "EVP_EncryptUpdate");
  }
  std::uint8_t* tag = out.data() + plaintext.size();
  must(EVP_EncryptFinal_ex(context, tag, &n) == 1, "EVP_EncryptFinal_ex");
  must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kGcmTagOctets), tag) == 1, "get tag");
  return out;
}

std::optional<Octets> AesGcm::open(OctetView nonce, OctetView aad, OctetView sealed) {
  must(nonce.size() == kGcmNonceOctets, "nonce length");
  if (sealed.size() < kGcmTagOctets) return std::nullopt;
  const OctetView ciphertext = sealed.first(sealed.size() - kGcmTagOctets);
  Octets tag(sealed.end() - static_cast<std::ptrdiff_t>(kGcmTagOctets), sealed.end());
  EVP_CIPHER_CTX* context = open_.get();
  Octets out(ciphertext.size());
  int n = 0;
  must(EVP_DecryptInit_ex(context, nullptr, nullptr, nullptr, nonce.data()) == 1, "EVP_DecryptInit_ex");
  if (!aad.empty()) {
    must(EVP_DecryptUpdate(context, nullptr, &n, aad.data(), length_of(aad)) == 1, "EVP_DecryptUpdate (AAD)");
  }
  if (!ciphertext.empty()) {
    must(EVP_DecryptUpdate(context, out.data(), &n, ciphertext.data(), length_of(ciphertext)) == 1,
         "EVP_DecryptUpdate");
  }
  must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(kGcmTagOctets), tag.data()) == 1,
       "set tag");
  std::uint8_t nothing[kGcmTagOctets];
  if (EVP_DecryptFinal_ex(context, nothing, &n) != 1) return std::nullopt;
  return out;
}

}  // namespace sallyport::model
