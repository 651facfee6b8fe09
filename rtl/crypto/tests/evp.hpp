// References for the cipher tests, from OpenSSL.
#pragma once

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

namespace sallyport::test {

using Octets = std::vector<std::uint8_t>;
using Block = std::array<std::uint8_t, 16>;

struct EvpContext {
  struct Free {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
  };
  std::unique_ptr<EVP_CIPHER_CTX, Free> handle{EVP_CIPHER_CTX_new()};

  operator EVP_CIPHER_CTX*() const { return handle.get(); }
};

inline void must(int result) {
  if (result != 1) throw std::runtime_error("OpenSSL call failed");
}

// AES of one block; the key's size (16 or 32) chooses AES-128 or AES-256.
inline Block aes_block(std::span<const std::uint8_t> key, const Block& block) {
  EvpContext context;
  Block out{};
  int length = 0;
  must(EVP_EncryptInit_ex(context, key.size() == 32 ? EVP_aes_256_ecb() : EVP_aes_128_ecb(), nullptr, key.data(),
                          nullptr));
  EVP_CIPHER_CTX_set_padding(context, 0);
  must(EVP_EncryptUpdate(context, out.data(), &length, block.data(), 16));
  return out;
}

struct Sealed {
  Octets cipher;
  Block tag{};
};

// AES-GCM with a 96-bit IV.
inline Sealed gcm_seal(std::span<const std::uint8_t> key, std::span<const std::uint8_t> iv,
                       std::span<const std::uint8_t> aad, std::span<const std::uint8_t> plain) {
  EvpContext context;
  Sealed out;
  out.cipher.resize(plain.size());
  int length = 0;
  must(EVP_EncryptInit_ex(context, key.size() == 32 ? EVP_aes_256_gcm() : EVP_aes_128_gcm(), nullptr, key.data(),
                          iv.data()));
  if (!aad.empty()) {
    must(EVP_EncryptUpdate(context, nullptr, &length, aad.data(), static_cast<int>(aad.size())));
  }
  if (!plain.empty()) {
    must(EVP_EncryptUpdate(context, out.cipher.data(), &length, plain.data(), static_cast<int>(plain.size())));
  }
  Block rest{};
  must(EVP_EncryptFinal_ex(context, rest.data(), &length));
  must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, 16, out.tag.data()));
  return out;
}

}  // namespace sallyport::test
