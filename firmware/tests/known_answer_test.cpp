// The known answers are OpenSSL's.
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <memory>
#include <vector>

#include "sallyport/fw/self_test.hpp"

namespace sallyport::fw {
namespace {

namespace known = known_answer;
using Octets = std::vector<std::uint8_t>;

void append(Octets& to, std::uint64_t value, unsigned octets) {
  while (octets-- > 0) to.push_back(static_cast<std::uint8_t>(value >> 8 * octets));
}

Octets packet() {
  Octets octets;
  for (unsigned i = 0; i < known::kPacketWords; ++i) {
    for (unsigned shift = 0; shift < 32; shift += 8) {
      octets.push_back(static_cast<std::uint8_t>(known::packet_word(i) >> shift));
    }
  }
  return octets;
}

TEST(KnownAnswer, ThePacketIsOneOfIp) {
  const Octets octets = packet();
  std::uint32_t sum = 0;
  for (unsigned i = 0; i < 20; i += 2) sum += static_cast<std::uint32_t>(octets[i] << 8 | octets[i + 1]);
  while (sum > 0xFFFF) sum = (sum & 0xFFFF) + (sum >> 16);
  EXPECT_EQ(sum, 0xFFFFU);
  EXPECT_EQ(octets[2] << 8 | octets[3], static_cast<int>(octets.size()));
  EXPECT_EQ(octets[9], known::kProtocol);
}

// RFC 4106: the nonce is salt and IV, and what is authenticated besides is SPI and sequence number.
TEST(KnownAnswer, TheIcvIsOpenSsls) {
  for (const bool key256 : {false, true}) {
    Octets key;
    for (unsigned w = 0; w < (key256 ? 4U : 2U); ++w) append(key, known::key_word(w), 8);
    Octets nonce;
    append(nonce, known::kSalt, 4);
    append(nonce, 1, 8);
    Octets head;
    append(head, known::kSpi, 4);
    append(head, 1, 4);
    const Octets whole = packet();
    Octets plain(whole.begin() + 4 * known::kHeaderWords, whole.end());
    for (const std::uint8_t octet : {std::uint8_t{1}, std::uint8_t{2}, std::uint8_t{2}, known::kProtocol}) {
      plain.push_back(octet);
    }
    ASSERT_EQ(4 * known::kEspWords, 20 + 8 + 8 + plain.size() + 16);

    const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(EVP_CIPHER_CTX_new(),
                                                                                  &EVP_CIPHER_CTX_free);
    int n = 0;
    Octets sealed(plain.size());
    std::array<std::uint8_t, 16> icv{};
    ASSERT_EQ(EVP_EncryptInit_ex(context.get(), key256 ? EVP_aes_256_gcm() : EVP_aes_128_gcm(), nullptr, key.data(),
                                 nonce.data()),
              1);
    EVP_EncryptUpdate(context.get(), nullptr, &n, head.data(), static_cast<int>(head.size()));
    EVP_EncryptUpdate(context.get(), sealed.data(), &n, plain.data(), static_cast<int>(plain.size()));
    EVP_EncryptFinal_ex(context.get(), sealed.data() + n, &n);
    ASSERT_EQ(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, 16, icv.data()), 1);
    for (unsigned i = 0; i < 16; ++i) {
      EXPECT_EQ(known::kIcv[key256 ? 1 : 0][i / 4] >> 8 * (i % 4) & 0xFFU, icv[i]) << key256 << ' ' << i;
    }
  }
}

}  // namespace
}  // namespace sallyport::fw
