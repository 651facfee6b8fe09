#include "sallyport/ike/signature.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>

#include "fixtures.hpp"
#include "sallyport/ike/random_source.hpp"

namespace sallyport::ike {
namespace {

using test::bytes;
using test::contains;
using test::from_hex;
using test::of_kind;
using test::TestKey;
using test::to_hex;
using S = SignatureScheme;

constexpr SignaturePolicy kLegacy{.legacy_sha1 = true};

struct Row {
  S scheme;
  TestKey key;
  const char* hash;  // OpenSSL's name
  int padding;       // OpenSSL's number, 0: none
};

constexpr Row kRows[] = {
    {S::kRsaSha1, TestKey::kRsa2048, "SHA1", RSA_PKCS1_PADDING},
    {S::kEcdsaP256Raw, TestKey::kP256, "SHA256", 0},
    {S::kEcdsaP384Raw, TestKey::kP384, "SHA384", 0},
    {S::kRsaPkcs1Sha2_256, TestKey::kRsa2048, "SHA256", RSA_PKCS1_PADDING},
    {S::kRsaPkcs1Sha2_384, TestKey::kRsa2048, "SHA384", RSA_PKCS1_PADDING},
    {S::kRsaPkcs1Sha2_512, TestKey::kRsa2048, "SHA512", RSA_PKCS1_PADDING},
    {S::kRsaPssSha2_256, TestKey::kRsa2048, "SHA256", RSA_PKCS1_PSS_PADDING},
    {S::kRsaPssSha2_384, TestKey::kRsa2048, "SHA384", RSA_PKCS1_PSS_PADDING},
    {S::kRsaPssSha2_512, TestKey::kRsa2048, "SHA512", RSA_PKCS1_PSS_PADDING},
    {S::kEcdsaSha2_256, TestKey::kP256, "SHA256", 0},
    {S::kEcdsaSha2_256, TestKey::kP384, "SHA256", 0},
    {S::kEcdsaSha2_384, TestKey::kP384, "SHA384", 0},
    {S::kEcdsaSha2_512, TestKey::kP256, "SHA512", 0},
    {S::kEd25519, TestKey::kEd25519, nullptr, 0},
};

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Digest = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

Key plain_key(const std::string& pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                                          BIO_free_all);
  return {PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr), EVP_PKEY_free};
}

void set_padding(EVP_PKEY_CTX* context, int padding, int salt) {
  if (padding == 0) return;
  ASSERT_EQ(EVP_PKEY_CTX_set_rsa_padding(context, padding), 1);
  if (padding == RSA_PKCS1_PSS_PADDING) {
    ASSERT_EQ(EVP_PKEY_CTX_set_rsa_pss_saltlen(context, salt), 1);
  }
}

// Signing and checking without any of our code.
Bytes plain_sign(const Row& row, View message, int salt = RSA_PSS_SALTLEN_DIGEST) {
  const Key key = plain_key(of_kind(row.key).key);
  const Digest digest(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_PKEY_CTX* context = nullptr;
  EXPECT_EQ(EVP_DigestSignInit_ex(digest.get(), &context, row.hash, nullptr, nullptr, key.get(), nullptr), 1);
  set_padding(context, row.padding, salt);
  std::size_t size = 1024;
  Bytes signature(size);
  EXPECT_EQ(EVP_DigestSign(digest.get(), signature.data(), &size, message.data(), message.size()), 1);
  signature.resize(size);
  return signature;
}

bool plain_verify(const Row& row, View message, View signature) {
  const Key key = plain_key(of_kind(row.key).key);
  const Digest digest(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_PKEY_CTX* context = nullptr;
  EXPECT_EQ(EVP_DigestVerifyInit_ex(digest.get(), &context, row.hash, nullptr, nullptr, key.get(), nullptr), 1);
  set_padding(context, row.padding, RSA_PSS_SALTLEN_DIGEST);
  return EVP_DigestVerify(digest.get(), signature.data(), signature.size(), message.data(), message.size()) == 1;
}

// SEQUENCE { INTEGER r, INTEGER s } from r | s, by hand.
Bytes der_of(View raw) {
  Bytes content;
  for (const View half : {raw.first(raw.size() / 2), raw.subspan(raw.size() / 2)}) {
    std::size_t zeros = 0;
    while (half[zeros] == 0) ++zeros;
    const bool negative = (half[zeros] & 0x80U) != 0;
    content.push_back(0x02);
    content.push_back(static_cast<std::uint8_t>(half.size() - zeros + (negative ? 1 : 0)));
    if (negative) content.push_back(0);
    content.insert(content.end(), half.begin() + static_cast<std::ptrdiff_t>(zeros), half.end());
  }
  Bytes der;
  der.reserve(2 + content.size());
  der.push_back(0x30);
  der.push_back(static_cast<std::uint8_t>(content.size()));
  der.insert(der.end(), content.begin(), content.end());
  return der;
}

// The other way, both halves so wide.
Bytes raw_of(View der, std::size_t half) {
  Bytes raw;
  std::size_t at = 2;
  for (int i = 0; i < 2; ++i) {
    const View number = der.subspan(at + 2, der[at + 1]);
    const std::size_t zeros = number.size() > half ? number.size() - half : 0;
    raw.resize(raw.size() + half - (number.size() - zeros));
    raw.insert(raw.end(), number.begin() + static_cast<std::ptrdiff_t>(zeros), number.end());
    at += 2 + number.size();
  }
  return raw;
}

AuthPayload digital_signature(View identifier, View signature) {
  AuthPayload auth;
  auth.method = AuthMethod::kDigitalSignature;
  auth.data.reserve(1 + identifier.size() + signature.size());
  auth.data.push_back(static_cast<std::uint8_t>(identifier.size()));
  auth.data.insert(auth.data.end(), identifier.begin(), identifier.end());
  auth.data.insert(auth.data.end(), signature.begin(), signature.end());
  return auth;
}

// What plain OpenSSL takes, out of an AUTH payload.
Bytes plain_signature(const Row& row, const AuthPayload& auth) {
  if (auth.method == AuthMethod::kEcdsaP256 || auth.method == AuthMethod::kEcdsaP384) return der_of(auth.data);
  const std::size_t skip = auth.method == AuthMethod::kDigitalSignature ? 1U + auth.data.at(0) : 0;
  EXPECT_EQ(skip, algorithm_identifier(row.scheme).empty() ? 0 : 1 + algorithm_identifier(row.scheme).size());
  return {auth.data.begin() + static_cast<std::ptrdiff_t>(skip), auth.data.end()};
}

class EachScheme : public testing::TestWithParam<Row> {
 protected:
  PrivateKey key_ = test::private_key(of_kind(GetParam().key));
  PublicKey public_ = test::certificate(of_kind(GetParam().key)).public_key().value();
  Bytes message_ = bytes("what both have seen");
  SeededRandom random_{7};
};

TEST_P(EachScheme, WhatWeSignIsRightToOpenssl) {
  const Row& row = GetParam();
  const auto auth = sign_auth(key_, row.scheme, message_, random_);
  ASSERT_TRUE(auth) << auth.error().text;
  EXPECT_EQ(auth->method, method(row.scheme));
  EXPECT_TRUE(plain_verify(row, message_, plain_signature(row, *auth)));
  const auto scheme = verify_auth(public_, *auth, message_, kLegacy);
  ASSERT_TRUE(scheme) << scheme.error().text;
  EXPECT_EQ(name(*scheme), name(row.scheme));
}

TEST_P(EachScheme, WhatOpensslSignsIsRightToUs) {
  const Row& row = GetParam();
  const Bytes signature = plain_sign(row, message_);
  AuthPayload auth = digital_signature(algorithm_identifier(row.scheme), signature);
  if (row.scheme == S::kRsaSha1) auth = {AuthMethod::kRsaSignature, signature};
  if (row.scheme == S::kEcdsaP256Raw) auth = {AuthMethod::kEcdsaP256, raw_of(signature, 32)};
  if (row.scheme == S::kEcdsaP384Raw) auth = {AuthMethod::kEcdsaP384, raw_of(signature, 48)};
  const auto scheme = verify_auth(public_, auth, message_, kLegacy);
  ASSERT_TRUE(scheme) << scheme.error().text;
  EXPECT_EQ(name(*scheme), name(row.scheme));
}

TEST_P(EachScheme, EachChangeIsRefused) {
  const auto auth = sign_auth(key_, GetParam().scheme, message_, random_).value();
  for (std::size_t at = 0; at < auth.data.size(); ++at) {
    for (const std::uint8_t flip : {std::uint8_t{1}, std::uint8_t{0x80}}) {
      AuthPayload changed = auth;
      changed.data[at] ^= flip;
      EXPECT_FALSE(verify_auth(public_, changed, message_, kLegacy)) << "octet " << at;
    }
  }
  for (std::size_t size = 0; size < auth.data.size(); ++size) {
    AuthPayload changed = auth;
    changed.data.resize(size);
    EXPECT_FALSE(verify_auth(public_, changed, message_, kLegacy)) << size << " octets";
  }
  for (const std::uint8_t more : {0, 1}) {
    AuthPayload changed = auth;
    changed.data.push_back(more);
    EXPECT_FALSE(verify_auth(public_, changed, message_, kLegacy));
  }
  for (unsigned number = 0; number < 20; ++number) {
    AuthPayload changed = auth;
    changed.method = static_cast<AuthMethod>(number);
    EXPECT_EQ(verify_auth(public_, changed, message_, kLegacy).ok(), changed.method == auth.method) << number;
  }
  EXPECT_FALSE(verify_auth(public_, auth, bytes("what both have seem"), kLegacy));
  EXPECT_FALSE(verify_auth(public_, auth, {}, kLegacy));
}

TEST_P(EachScheme, FitsOnlyItsKind) {
  const auto auth = sign_auth(key_, GetParam().scheme, message_, random_).value();
  for (const TestKey kind : {TestKey::kRsa2048, TestKey::kP256, TestKey::kP384, TestKey::kEd25519}) {
    if (kind == GetParam().key) continue;
    const auto other = test::certificate(of_kind(kind)).public_key().value();
    EXPECT_FALSE(verify_auth(other, auth, message_, kLegacy));
  }
}

TEST_P(EachScheme, RepeatsFromItsSeed) {
  const S scheme = GetParam().scheme;
  const auto sign = [&](std::uint64_t seed) {
    // A key of its own: RSA's blinding is drawn at a key's first signature.
    const PrivateKey key = test::private_key(of_kind(GetParam().key));
    SeededRandom random(seed);
    return to_hex(sign_auth(key, scheme, message_, random)->data);
  };
  EXPECT_EQ(sign(1), sign(1));
  const bool drawn = hash(scheme) != HashId::kIdentity && GetParam().padding != RSA_PKCS1_PADDING;
  EXPECT_EQ(sign(1) != sign(2), drawn);
}

INSTANTIATE_TEST_SUITE_P(Signature, EachScheme, testing::ValuesIn(kRows), [](const auto& info) {
  return "Row" + std::to_string(info.index) + "Scheme" + std::to_string(static_cast<int>(info.param.scheme));
});

// RFC 4754 8.1 and 8.2: signatures of "abc".
TEST(Signature, PublishedEcdsaVectors) {
  const auto p256 =
      PublicKey::from_spki(from_hex("3059301306072a8648ce3d020106082a8648ce3d03010703420004"
                                    "2442A5CC0ECD015FA3CA31DC8E2BBC70BF42D60CBCA20085E0822CB04235E970"
                                    "6FC98BD7E50211A4A27102FA3549DF79EBCB4BF246B80945CDDFE7D509BBFD7D"));
  ASSERT_TRUE(p256) << p256.error().text;
  AuthPayload auth{AuthMethod::kEcdsaP256,
                   from_hex("CB28E0999B9C7715FD0A80D8E47A77079716CBBF917DD72E97566EA1C066957C"
                            "86FA3BB4E26CAD5BF90B7F81899256CE7594BB1EA0C89212748BFF3B3D5B0315")};
  EXPECT_TRUE(verify_auth(*p256, auth, bytes("abc"), {}));
  EXPECT_FALSE(verify_auth(*p256, auth, bytes("abd"), {}));
  const auto p384 = PublicKey::from_spki(
      from_hex("3076301006072a8648ce3d020106052b8104002203620004"
               "96281BF8DD5E0525CA049C048D345D3082968D10FEDF5C5ACA0C64E6465A97EA5CE10C9DFEC21797415710721F437922"
               "447688BA94708EB6E2E4D59F6AB6D7EDFF9301D249FE49C33096655F5D502FAD3D383B91C5E7EDAA2B714CC99D5743CA"));
  ASSERT_TRUE(p384) << p384.error().text;
  auth = {AuthMethod::kEcdsaP384,
          from_hex("FB017B914E29149432D8BAC29A514640B46F53DDAB2C69948084E2930F1C8F7E08E07C9C63F2D21A07DCB56A6AF56EB3"
                   "B263A1305E057F984D38726A1B46874109F417BCA112674C528262A40A629AF1CBB9F516CE0FA7D2FF630863A00E8B9F")};
  EXPECT_TRUE(verify_auth(*p384, auth, bytes("abc"), {}));
  EXPECT_FALSE(verify_auth(*p384, auth, bytes("abd"), {}));
}

// RFC 8032 7.1, test 2: signature of the octet 0x72.
TEST(Signature, PublishedEd25519Vector) {
  // PKCS#8 (RFC 8410 7) of the secret key.
  const std::string pem =
      "-----BEGIN PRIVATE KEY-----\n"
      "MC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7\n"
      "-----END PRIVATE KEY-----\n";
  const auto key = PrivateKey::from_pem(test::octets(pem));
  ASSERT_TRUE(key) << key.error().text;
  SeededRandom random(1);
  const auto auth = sign_auth(*key, S::kEd25519, Bytes{0x72}, random);
  ASSERT_TRUE(auth) << auth.error().text;
  EXPECT_EQ(to_hex(auth->data),
            "07300506032b6570"
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
}

TEST(Signature, PssTakesTheOtherFormsOfItsAlgorithmIdentifier) {
  const Row row{S::kRsaPssSha2_256, TestKey::kRsa2048, "SHA256", RSA_PKCS1_PSS_PADDING};
  const auto key = test::certificate(of_kind(row.key)).public_key().value();
  const Bytes message = bytes("what both have seen");
  const Bytes signature = plain_sign(row, message);
  const std::string oid = "06092a864886f70d01010a";
  const std::string null = "300d06096086480165030402010500";
  const std::string no_null = "300b0609608648016503040201";
  const std::string mgf = "06092a864886f70d010108";
  const std::string salt = "a203020120";
  const std::string trailer = "a303020101";
  const std::pair<std::string, bool> forms[] = {
      {"3046" + oid + "3039a00f" + null + "a11c301a" + mgf + null + salt + trailer, true},
      {"303d" + oid + "3030a00d" + no_null + "a11a3018" + mgf + no_null + salt, true},
      {"3042" + oid + "3035a00d" + no_null + "a11a3018" + mgf + no_null + salt + trailer, true},
      // Another salt length, another trailer, another MGF1 hash, the hashes of RFC 4055's default (SHA-1), no
      // parameters
      {"3041" + oid + "3034a00f" + null + "a11c301a" + mgf + null + "a203020114", false},
      {"3046" + oid + "3039a00f" + null + "a11c301a" + mgf + null + salt + "a303020102", false},
      {"3041" + oid + "3034a00f" + null + "a11c301a" + mgf + "300d06096086480165030402020500" + salt, false},
      {"300d" + oid + "3000", false},
      {"300b" + oid, false},
      {"300d" + oid + "0500", false},
  };
  for (const auto& [form, good] : forms) {
    const auto scheme = verify_auth(key, digital_signature(from_hex(form), signature), message, {});
    EXPECT_EQ(scheme.ok(), good) << form;
    if (scheme) {
      EXPECT_EQ(*scheme, S::kRsaPssSha2_256);
    }
    if (!scheme) {
      EXPECT_TRUE(contains(scheme.error().text, form)) << scheme.error().text;
    }
  }
}

TEST(Signature, PssSaltIsAsLongAsTheHash) {
  const Row row{S::kRsaPssSha2_256, TestKey::kRsa2048, "SHA256", RSA_PKCS1_PSS_PADDING};
  const auto key = test::certificate(of_kind(row.key)).public_key().value();
  const Bytes message = bytes("what both have seen");
  for (const int salt : {0, 20, 31, 32, 33, 64}) {
    const auto auth = digital_signature(algorithm_identifier(row.scheme), plain_sign(row, message, salt));
    EXPECT_EQ(verify_auth(key, auth, message, {}).ok(), salt == 32) << salt;
  }
}

TEST(Signature, Sha1IsOffUnlessSwitchedOn) {
  const Row row{S::kRsaSha1, TestKey::kRsa2048, "SHA1", RSA_PKCS1_PADDING};
  const auto key = test::certificate(of_kind(row.key)).public_key().value();
  const Bytes message = bytes("what both have seen");
  const AuthPayload auth{AuthMethod::kRsaSignature, plain_sign(row, message)};
  const auto refused = verify_auth(key, auth, message, {});
  ASSERT_FALSE(refused);
  EXPECT_TRUE(contains(refused.error().text, "switched off")) << refused.error().text;
  EXPECT_TRUE(verify_auth(key, auth, message, kLegacy));
  // sha1WithRSAEncryption by method 14 never (RFC 8247 3.2).
  const auto by_14 = digital_signature(from_hex("300d06092a864886f70d0101050500"), auth.data);
  EXPECT_FALSE(verify_auth(key, by_14, message, kLegacy));
}

TEST(Signature, EcdsaHasTheFormOfItsMethod) {
  const Row row{S::kEcdsaSha2_256, TestKey::kP256, "SHA256", 0};
  const auto key = test::certificate(of_kind(row.key)).public_key().value();
  const PrivateKey own = test::private_key(of_kind(row.key));
  const Bytes message = bytes("what both have seen");
  SeededRandom random(3);
  const auto raw = sign_auth(own, S::kEcdsaP256Raw, message, random).value();
  ASSERT_EQ(raw.data.size(), 64U);
  const View identifier = algorithm_identifier(row.scheme);
  EXPECT_FALSE(verify_auth(key, digital_signature(identifier, raw.data), message, {})) << "r | s by method 14";
  const Bytes der = der_of(raw.data);
  EXPECT_TRUE(verify_auth(key, digital_signature(identifier, der), message, {}));
  const auto by_9 = verify_auth(key, {AuthMethod::kEcdsaP256, der}, message, {});
  EXPECT_TRUE(contains(by_9.error().text, "64 make")) << by_9.error().text;
  // BER: the length in two octets.
  Bytes ber{0x30, 0x81};
  ber.insert(ber.end(), der.begin() + 1, der.end());
  EXPECT_FALSE(verify_auth(key, digital_signature(identifier, ber), message, {}));
  for (const std::uint8_t filler : {0x00, 0xff}) {
    EXPECT_FALSE(verify_auth(key, {AuthMethod::kEcdsaP256, Bytes(64, filler)}, message, {}));
  }
}

TEST(Signature, RefusesWhatIsTooLongOrUnknown) {
  const auto key = test::certificate(of_kind(TestKey::kP256)).public_key().value();
  const auto why = [&](const AuthPayload& auth) { return verify_auth(key, auth, bytes("x"), {}).error().text; };
  EXPECT_TRUE(contains(why({AuthMethod::kDigitalSignature, Bytes(5000)}), "at most"));
  EXPECT_TRUE(contains(why({AuthMethod::kDigitalSignature, {}}), "too few"));
  EXPECT_TRUE(contains(why({AuthMethod::kDigitalSignature, {5, 1, 2}}), "too few"));
  EXPECT_TRUE(contains(why({AuthMethod::kDigitalSignature, {0}}), "is not accepted"));
  EXPECT_TRUE(contains(why({AuthMethod::kEcdsaP521, Bytes(132)}), "ECDSA"));
  EXPECT_TRUE(contains(why({AuthMethod::kNull, Bytes(32)}), "no signature that is accepted"));
  EXPECT_TRUE(contains(why({AuthMethod::kEcdsaP384, Bytes(96)}), "certificate's key is ECDSA P-256"));
}

TEST(Signature, SigningWithAnotherKindsSchemeIsRefused) {
  const PrivateKey key = test::private_key(of_kind(TestKey::kP384));
  SeededRandom random(1);
  for (const S scheme : {S::kEd25519, S::kRsaPssSha2_256, S::kEcdsaP256Raw}) {
    const auto auth = sign_auth(key, scheme, bytes("x"), random);
    ASSERT_FALSE(auth);
    EXPECT_TRUE(contains(auth.error().text, "our key is ECDSA P-384"));
  }
}

}  // namespace
}  // namespace sallyport::ike
