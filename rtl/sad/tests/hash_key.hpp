#pragma once
/// @file
/// E_K(0) by OpenSSL.
#include <openssl/evp.h>

#include <array>
#include <cstdint>

namespace sallyport::test {

/// @param key most significant octet first; AES-128: the first two words.
inline std::array<std::uint64_t, 2> hash_key(const std::array<std::uint64_t, 4>& key, bool key256) {
  std::array<unsigned char, 32> octets{};
  for (unsigned i = 0; i < 32; ++i) octets[i] = static_cast<unsigned char>(key[i / 8] >> (56 - 8 * (i % 8)));
  std::array<unsigned char, 16> zero{}, out{};
  int n = 0;
  EVP_CIPHER_CTX* c = EVP_CIPHER_CTX_new();
  EVP_EncryptInit_ex(c, key256 ? EVP_aes_256_ecb() : EVP_aes_128_ecb(), nullptr, octets.data(), nullptr);
  EVP_CIPHER_CTX_set_padding(c, 0);
  EVP_EncryptUpdate(c, out.data(), &n, zero.data(), 16);
  EVP_CIPHER_CTX_free(c);
  std::array<std::uint64_t, 2> h{};
  for (unsigned i = 0; i < 16; ++i) h[i / 8] = h[i / 8] << 8 | out[i];
  return h;
}

}  // namespace sallyport::test
