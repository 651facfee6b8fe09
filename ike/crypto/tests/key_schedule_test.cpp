#include "sallyport/ike/key_schedule.hpp"

#include <numeric>

#include "crypto_testing.hpp"

namespace sallyport::ike {
namespace {

using testing::from_hex;
using testing::joined;
using testing::openssl_hmac;
using testing::random_bytes;
using testing::to_hex;

constexpr IkeSpi kInitiator{0x0102030405060708};
constexpr IkeSpi kResponder{0x1112131415161718};

// The inputs of the values below, which Python's hmac module computed from the formulas of RFC 7296 2.13 to 2.18.
class KnownKeys : public ::testing::Test {
 protected:
  static Bytes counting(std::size_t size, std::uint8_t from) {
    Bytes out(size);
    std::iota(out.begin(), out.end(), from);
    return out;
  }
  [[nodiscard]] Nonces nonces() const { return {nonce_i_, nonce_r_}; }
  [[nodiscard]] IkeKeys first() const {
    IkeSuite suite;
    suite.key_bits = 128;
    suite.prf = PrfId::kHmacSha2_512;
    auto keys = derive_ike_keys(suite, Bytes(32, 0x5a), nonces(), kInitiator, kResponder);
    EXPECT_TRUE(keys);
    return *std::move(keys);
  }

  Bytes nonce_i_ = counting(32, 0);
  Bytes nonce_r_ = counting(40, 100);
  Bytes new_secret_ = Bytes(48, 0xa5);
};

std::string text(const SecretBytes& secret) { return to_hex(secret.expose()); }

TEST_F(KnownKeys, OfAFirstIkeSa) {
  const IkeKeys keys = first();
  EXPECT_EQ(text(keys.sk_d),
            "a8683567ea39853c6545175efcf8393f814134d794f3c455bdbb67652edf3398"
            "cf470b7fb37e4bd364e52972f3a63adfe7edbaaa28d8f464594bb375ee9eac88");
  EXPECT_EQ(text(keys.sk_ai), "");
  EXPECT_EQ(text(keys.sk_ar), "");
  EXPECT_EQ(text(keys.sk_ei), "df3986647a4f3c94cf599c0d950501d835fd77f6");
  EXPECT_EQ(text(keys.sk_er), "d0c6a6617e742a79dc8030a57e0f1b1fa072edc9");
  EXPECT_EQ(text(keys.sk_pi),
            "a3443518f0ae387ec7b201702486e7516f8210530f69edddcb67bc052a76abb7"
            "d9d18cd0569d96fb225587c19098a378476bca97ed5fdfc21dd3b26d0a3d034d");
  EXPECT_EQ(text(keys.sk_pr),
            "646b21183747d69d98f4d2f2f217ea708c73e7568be2963353f2321ec51d890a"
            "323d512592c49c1932eb124717c940dea0be3d9fef345929b9604ed92c8c58aa");
}

// From PRF HMAC-SHA2-512 to HMAC-SHA2-256, so that the old PRF and the new one cannot be exchanged unseen.
TEST_F(KnownKeys, OfARekeyedIkeSa) {
  const IkeKeys old = first();
  const IkeSuite suite{EncrId::kAesCbc, 256, IntegId::kHmacSha2_384_192, PrfId::kHmacSha2_256, KeMethod::kEcp384};
  const auto keys =
      derive_rekeyed_ike_keys(suite, PrfId::kHmacSha2_512, old.sk_d, new_secret_, nonces(), kInitiator, kResponder);
  ASSERT_TRUE(keys);
  EXPECT_EQ(text(keys->sk_d), "d0c9c2bd7ed415f34a06b45d50c22a5c7554d730412ae8ef0e653ff4228993d3");
  EXPECT_EQ(text(keys->sk_ai),
            "ff0dd5f3ec484ab56f5d7f3eed8c6010b009de493cd97c4d91fd78d02eb0e2c0c96e0df2805b85f81e4684503b5ce1c5");
  EXPECT_EQ(text(keys->sk_ar),
            "56f5461f7b53a83e4136461609e75140f57b9522d14e50a36e9176564d57370019426d695561637fc3d5c24a5d932977");
  EXPECT_EQ(text(keys->sk_ei), "df4e644ff2847f9d2cbe900ff591d5fe3b65f565921fad62b2d583db0f6722a9");
  EXPECT_EQ(text(keys->sk_er), "40fb875e917c3a3f1f81f05377cfe7acb3855f833b9fefb97213c7d131f8762b");
  EXPECT_EQ(text(keys->sk_pi), "373b737e0428246d72b743b760156e5a0c3e09987fbf7122456bf57a02a36f30");
  EXPECT_EQ(text(keys->sk_pr), "7d55d6cb9ed66ca4fc858462aed03db0af38adbc3b4d86149c43feedf2833352");
}

TEST_F(KnownKeys, OfAChildSaWithoutKeyExchange) {
  const IkeKeys keys = first();
  const auto child = derive_child_keys(ChildSuite{}, PrfId::kHmacSha2_512, keys.sk_d, {}, nonces());
  ASSERT_TRUE(child);
  EXPECT_EQ(text(child->initiator_to_responder.key),
            "23976eebdbe10b33b6789a703806a15f017b17ef8bb91dd9f22067c3f0b21efb");
  EXPECT_EQ(text(child->initiator_to_responder.salt), "52d32370");
  EXPECT_EQ(text(child->responder_to_initiator.key),
            "d6454c222497525fbd5bc1ae7fb2947475048e7f20dcde0b1ca86351701eb244");
  EXPECT_EQ(text(child->responder_to_initiator.salt), "ff8d6cae");
}

TEST_F(KnownKeys, OfAChildSaWithKeyExchange) {
  const IkeKeys keys = first();
  const ChildSuite suite{EncrId::kAesGcm16, 128, false, KeMethod::kEcp384};
  const auto child = derive_child_keys(suite, PrfId::kHmacSha2_512, keys.sk_d, new_secret_, nonces());
  ASSERT_TRUE(child);
  EXPECT_EQ(text(child->initiator_to_responder.key), "e528099a60da97697e477fda772f6cd0");
  EXPECT_EQ(text(child->initiator_to_responder.salt), "ce19d258");
  EXPECT_EQ(text(child->responder_to_initiator.key), "39c248349410b52c7d06452074110ecb");
  EXPECT_EQ(text(child->responder_to_initiator.salt), "fbe3d1e7");
}

// Wireshark's own words for the algorithms; whether it decrypts with this is what wireshark_test shows.
TEST_F(KnownKeys, AsWiresharkWantsThem) {
  IkeSuite suite;
  suite.key_bits = 128;
  suite.prf = PrfId::kHmacSha2_512;
  EXPECT_EQ(wireshark_decryption_line(suite, first(), kInitiator, kResponder),
            "0102030405060708,1112131415161718,df3986647a4f3c94cf599c0d950501d835fd77f6,"
            "d0c6a6617e742a79dc8030a57e0f1b1fa072edc9,\"AES-GCM-128 with 16 octet ICV [RFC5282]\",,,"
            "\"NONE [RFC4306]\"");
  suite.key_bits = 192;
  EXPECT_EQ(wireshark_decryption_line(suite, first(), kInitiator, kResponder), "");
}

// Every suite once more, from a key stream made by OpenSSL's HMAC and cut by offsets written down here.
TEST(KeySchedule, CutsKeysInTheOrderOfRfc7296) {
  SeededRandom random(61);
  for (IkeSuite suite : testing::all_protections()) {
    for (const PrfId prf : {PrfId::kHmacSha2_256, PrfId::kHmacSha2_384, PrfId::kHmacSha2_512}) {
      suite.prf = prf;
      const Bytes secret = random_bytes(random, 32);
      const Bytes nonce_i = random_bytes(random, 32 + random.below(225));
      const Bytes nonce_r = random_bytes(random, 32 + random.below(225));
      const auto keys = derive_ike_keys(suite, secret, {nonce_i, nonce_r}, kInitiator, kResponder);
      ASSERT_TRUE(keys) << to_string(suite);
      const char* digest = testing::digest_name(prf);
      const Bytes seed = openssl_hmac(digest, joined({nonce_i, nonce_r}), secret);
      const Bytes fixed = joined({nonce_i, nonce_r, from_hex("0102030405060708 1112131415161718")});
      Bytes stream;
      Bytes block;
      for (std::uint8_t number = 1; number <= 16; ++number) {
        block = openssl_hmac(digest, seed, joined({block, fixed, Bytes{number}}));
        stream.insert(stream.end(), block.begin(), block.end());
      }
      const std::size_t hash = seed.size();
      const std::size_t encr = suite.key_bits / 8 + (suite.integ ? 0 : 4);
      const std::size_t integ = !suite.integ                                 ? 0
                                : *suite.integ == IntegId::kHmacSha2_256_128 ? 32
                                : *suite.integ == IntegId::kHmacSha2_384_192 ? 48
                                                                             : 64;
      std::size_t at = 0;
      for (const auto& [key, size] :
           {std::pair{&keys->sk_d, hash}, std::pair{&keys->sk_ai, integ}, std::pair{&keys->sk_ar, integ},
            std::pair{&keys->sk_ei, encr}, std::pair{&keys->sk_er, encr}, std::pair{&keys->sk_pi, hash},
            std::pair{&keys->sk_pr, hash}}) {
        EXPECT_EQ(text(*key), to_hex(View(stream).subspan(at, size))) << to_string(suite) << ", octet " << at;
        at += size;
      }
    }
  }
}

TEST(KeySchedule, RefusesNoncesOfOtherSizes) {
  IkeSuite suite;
  const Bytes secret(32);
  const SecretBytes sk_d(secret);
  for (const auto& [prf, least] :
       {std::pair{PrfId::kHmacSha2_256, std::size_t{16}}, std::pair{PrfId::kHmacSha2_384, std::size_t{24}},
        std::pair{PrfId::kHmacSha2_512, std::size_t{32}}}) {
    suite.prf = prf;
    for (const std::size_t size : {std::size_t{0}, least - 1, least, std::size_t{256}, std::size_t{257}}) {
      const bool fits = size >= least && size <= 256;
      const Bytes odd(size);
      const Bytes even(64);
      for (const Nonces& nonces : {Nonces{odd, even}, Nonces{even, odd}}) {
        const auto first = derive_ike_keys(suite, secret, nonces, kInitiator, kResponder);
        const auto rekeyed = derive_rekeyed_ike_keys(suite, prf, sk_d, secret, nonces, kInitiator, kResponder);
        const auto child = derive_child_keys(ChildSuite{}, prf, sk_d, {}, nonces);
        EXPECT_EQ(first.ok(), fits) << size;
        EXPECT_EQ(rekeyed.ok(), fits) << size;
        EXPECT_EQ(child.ok(), fits) << size;
        if (fits) continue;
        EXPECT_EQ(first.error().code, ErrorCode::kInvalidArgument);
        EXPECT_NE(first.error().text.find(std::to_string(size)), std::string::npos);
      }
    }
  }
}

TEST(KeySchedule, RefusesSuitesThatAreNotSupported) {
  const Bytes nonce(32);
  const SecretBytes sk_d(nonce);
  IkeSuite suite;
  suite.key_bits = 192;
  EXPECT_FALSE(derive_ike_keys(suite, nonce, {nonce, nonce}, kInitiator, kResponder));
  EXPECT_FALSE(
      derive_rekeyed_ike_keys(suite, PrfId::kHmacSha2_256, sk_d, nonce, {nonce, nonce}, kInitiator, kResponder));
  EXPECT_FALSE(
      derive_rekeyed_ike_keys(IkeSuite{}, PrfId::kHmacSha1, sk_d, nonce, {nonce, nonce}, kInitiator, kResponder));
  EXPECT_FALSE(derive_child_keys(ChildSuite{EncrId::kAesCbc, 128, true, std::nullopt}, PrfId::kHmacSha2_256, sk_d, {},
                                 {nonce, nonce}));
  EXPECT_FALSE(derive_child_keys(ChildSuite{}, PrfId::kHmacSha1, sk_d, {}, {nonce, nonce}));
}

TEST(KeySchedule, ASharedSecretGoesWithAKeyExchangeAndOnlyThen) {
  const Bytes octets(32);
  const SecretBytes sk_d(octets);
  ChildSuite suite;
  EXPECT_FALSE(derive_child_keys(suite, PrfId::kHmacSha2_256, sk_d, octets, {octets, octets}));
  suite.ke = KeMethod::kCurve25519;
  EXPECT_FALSE(derive_child_keys(suite, PrfId::kHmacSha2_256, sk_d, {}, {octets, octets}));
  EXPECT_TRUE(derive_child_keys(suite, PrfId::kHmacSha2_256, sk_d, octets, {octets, octets}));
}

}  // namespace
}  // namespace sallyport::ike
