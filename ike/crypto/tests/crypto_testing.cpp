#include "crypto_testing.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>

namespace sallyport::ike::testing {
namespace {

unsigned digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  ADD_FAILURE() << "not a hexadecimal digit: " << c;
  return 0;
}

const EVP_CIPHER* plain_cipher(const IkeSuite& suite) {
  if (suite.encr == EncrId::kAesGcm16) return suite.key_bits == 128 ? EVP_aes_128_gcm() : EVP_aes_256_gcm();
  return suite.key_bits == 128 ? EVP_aes_128_cbc() : EVP_aes_256_cbc();
}

const char* digest_name(IntegId integ) {
  if (integ == IntegId::kHmacSha2_256_128) return "SHA256";
  return integ == IntegId::kHmacSha2_384_192 ? "SHA384" : "SHA512";
}

}  // namespace

Bytes from_hex(std::string_view text) {
  std::string digits;
  std::copy_if(text.begin(), text.end(), std::back_inserter(digits), [](char c) { return c != ' ' && c != '\n'; });
  EXPECT_EQ(digits.size() % 2, 0U) << text;
  Bytes out;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    out.push_back(static_cast<std::uint8_t>(digit(digits[i]) << 4 | digit(digits[i + 1])));
  }
  return out;
}

std::string to_hex(View octets) {
  std::string out;
  for (const std::uint8_t octet : octets) {
    out += "0123456789abcdef"[octet >> 4];
    out += "0123456789abcdef"[octet & 15];
  }
  return out;
}

Bytes random_bytes(RandomSource& random, std::size_t size) {
  Bytes out(size);
  random.fill(out);
  return out;
}

Bytes joined(std::initializer_list<View> parts) {
  Bytes out;
  for (const View part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

void FixedRandom::fill(std::span<std::uint8_t> out) {
  if (out.size() > left()) {
    ADD_FAILURE() << out.size() << " octets drawn, " << left() << " left";
    std::fill(out.begin(), out.end(), std::uint8_t{0});
    return;
  }
  std::copy_n(octets_.begin() + static_cast<std::ptrdiff_t>(used_), out.size(), out.begin());
  used_ += out.size();
}

std::vector<IkeSuite> all_protections() {
  std::vector<IkeSuite> out;
  for (const unsigned bits : {128U, 256U}) {
    IkeSuite suite;
    suite.key_bits = bits;
    out.push_back(suite);
    suite.encr = EncrId::kAesCbc;
    for (const IntegId integ : {IntegId::kHmacSha2_256_128, IntegId::kHmacSha2_384_192, IntegId::kHmacSha2_512_256}) {
      suite.integ = integ;
      out.push_back(suite);
    }
  }
  return out;
}

IkeKeys some_keys(const IkeSuite& suite, std::uint64_t seed) {
  SeededRandom random(seed);
  const Bytes secret = random_bytes(random, 32);
  const Bytes nonce_i = random_bytes(random, 32);
  const Bytes nonce_r = random_bytes(random, 32);
  auto keys =
      derive_ike_keys(suite, secret, {nonce_i, nonce_r}, IkeSpi{0x0102030405060708}, IkeSpi{0x1112131415161718});
  EXPECT_TRUE(keys) << (keys ? "" : keys.error().text);
  return keys ? *std::move(keys) : IkeKeys{};
}

Header some_header(std::uint32_t message_id) {
  Header header;
  header.initiator_spi = IkeSpi{0x0102030405060708};
  header.responder_spi = IkeSpi{0x1112131415161718};
  header.exchange = ExchangeType::kInformational;
  header.initiator = true;
  header.message_id = message_id;
  return header;
}

Ends some_ends(const IkeSuite& suite, std::uint64_t seed) {
  const IkeKeys keys = some_keys(suite, seed);
  return {*Sealer::make(suite, keys, Side::kInitiator), *Opener::make(suite, keys, Side::kInitiator)};
}

Message parsed(View message) {
  auto out = parse_message(message);
  EXPECT_TRUE(out) << (out ? "" : out.error().text) << "\n" << to_hex(message);
  if (!out) return {};
  EXPECT_TRUE(out->encrypted || out->fragment);
  return *std::move(out);
}

Bytes openssl_hmac(const char* digest, View key, View data) {
  Bytes out(EVP_MAX_MD_SIZE);
  std::size_t size = 0;
  // An empty key needs an address all the same.
  const std::uint8_t none = 0;
  EXPECT_NE(EVP_Q_mac(nullptr, "HMAC", nullptr, digest, nullptr, key.empty() ? &none : key.data(), key.size(),
                      data.data(), data.size(), out.data(), out.size(), &size),
            nullptr);
  out.resize(size);
  return out;
}

const char* digest_name(PrfId prf) {
  if (prf == PrfId::kHmacSha2_256) return "SHA256";
  return prf == PrfId::kHmacSha2_384 ? "SHA384" : "SHA512";
}

Bytes seal_plainly(const IkeSuite& suite, const IkeKeys& keys, Side sender, View open_part, View iv, View text) {
  const bool initiator = sender == Side::kInitiator;
  const View key = (initiator ? keys.sk_ei : keys.sk_er).expose();
  const View integrity = (initiator ? keys.sk_ai : keys.sk_ar).expose();
  const std::size_t key_size = suite.key_bits / 8;
  const bool gcm = suite.encr == EncrId::kAesGcm16;
  const Bytes nonce = joined({key.subspan(key_size), iv});  // salt first; CBC has none
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(EVP_CIPHER_CTX_new(),
                                                                                &EVP_CIPHER_CTX_free);
  int size = 0;
  Bytes out = joined({open_part, iv, text});
  std::uint8_t* const at = out.data() + open_part.size() + iv.size();
  EXPECT_EQ(EVP_EncryptInit(context.get(), plain_cipher(suite), key.data(), nonce.data()), 1);
  EXPECT_EQ(EVP_CIPHER_CTX_set_padding(context.get(), 0), 1);
  if (gcm) {
    EXPECT_EQ(EVP_EncryptUpdate(context.get(), nullptr, &size, open_part.data(), static_cast<int>(open_part.size())),
              1);
  }
  EXPECT_EQ(EVP_EncryptUpdate(context.get(), at, &size, text.data(), static_cast<int>(text.size())), 1);
  EXPECT_EQ(static_cast<std::size_t>(size), text.size());
  EXPECT_EQ(EVP_EncryptFinal_ex(context.get(), at + size, &size), 1);
  Bytes icv(16);
  if (gcm) {
    EXPECT_EQ(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, 16, icv.data()), 1);
  } else {
    icv = openssl_hmac(digest_name(*suite.integ), integrity, out);
    icv.resize(icv.size() / 2);
  }
  out.insert(out.end(), icv.begin(), icv.end());
  return out;
}

}  // namespace sallyport::ike::testing
