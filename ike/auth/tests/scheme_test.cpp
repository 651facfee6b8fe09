// Which schemes there are, how AUTH names them, and which one is taken.
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>

#include "fixtures.hpp"
#include "sallyport/ike/signature.hpp"

namespace sallyport::ike {
namespace {

using test::contains;
using test::of_kind;
using test::TestKey;
using test::to_hex;
using S = SignatureScheme;
using Hashes = std::optional<std::vector<HashId>>;

constexpr S kAll[] = {S::kRsaSha1,          S::kEcdsaP256Raw,     S::kEcdsaP384Raw,   S::kRsaPkcs1Sha2_256,
                      S::kRsaPkcs1Sha2_384, S::kRsaPkcs1Sha2_512, S::kRsaPssSha2_256, S::kRsaPssSha2_384,
                      S::kRsaPssSha2_512,   S::kEcdsaSha2_256,    S::kEcdsaSha2_384,  S::kEcdsaSha2_512,
                      S::kEd25519};

// The octets of RFC 7427 appendix A and RFC 8420, written down by hand.
TEST(SignatureScheme, AlgorithmIdentifiers) {
  const auto identifier = [](S scheme) { return to_hex(algorithm_identifier(scheme)); };
  EXPECT_EQ(identifier(S::kEcdsaSha2_256), "300a06082a8648ce3d040302");
  EXPECT_EQ(identifier(S::kEcdsaSha2_384), "300a06082a8648ce3d040303");
  EXPECT_EQ(identifier(S::kEcdsaSha2_512), "300a06082a8648ce3d040304");
  EXPECT_EQ(identifier(S::kRsaPkcs1Sha2_256), "300d06092a864886f70d01010b0500");
  EXPECT_EQ(identifier(S::kRsaPkcs1Sha2_384), "300d06092a864886f70d01010c0500");
  EXPECT_EQ(identifier(S::kRsaPkcs1Sha2_512), "300d06092a864886f70d01010d0500");
  EXPECT_EQ(identifier(S::kEd25519), "300506032b6570");
  EXPECT_EQ(identifier(S::kRsaPssSha2_256),
            "304106092a864886f70d01010a3034"
            "a00f300d06096086480165030402010500"
            "a11c301a06092a864886f70d010108300d06096086480165030402010500"
            "a203020120");
  EXPECT_EQ(identifier(S::kRsaPssSha2_384),
            "304106092a864886f70d01010a3034"
            "a00f300d06096086480165030402020500"
            "a11c301a06092a864886f70d010108300d06096086480165030402020500"
            "a203020130");
  EXPECT_EQ(identifier(S::kRsaPssSha2_512),
            "304106092a864886f70d01010a3034"
            "a00f300d06096086480165030402030500"
            "a11c301a06092a864886f70d010108300d06096086480165030402030500"
            "a203020140");
  for (const S scheme : {S::kRsaSha1, S::kEcdsaP256Raw, S::kEcdsaP384Raw}) EXPECT_EQ(identifier(scheme), "");
}

// What OpenSSL would write into a certificate signed that way.
TEST(SignatureScheme, AlgorithmIdentifiersAgreeWithOpenssl) {
  struct Row {
    S scheme;
    TestKey key;
    const char* hash;
    bool pss;
  };
  for (const Row& row :
       {Row{S::kRsaPkcs1Sha2_256, TestKey::kRsa2048, "SHA256", false},
        Row{S::kRsaPkcs1Sha2_384, TestKey::kRsa2048, "SHA384", false},
        Row{S::kRsaPkcs1Sha2_512, TestKey::kRsa2048, "SHA512", false},
        Row{S::kRsaPssSha2_256, TestKey::kRsa2048, "SHA256", true},
        Row{S::kRsaPssSha2_384, TestKey::kRsa2048, "SHA384", true},
        Row{S::kRsaPssSha2_512, TestKey::kRsa2048, "SHA512", true},
        Row{S::kEcdsaSha2_256, TestKey::kP256, "SHA256", false},
        Row{S::kEcdsaSha2_384, TestKey::kP384, "SHA384", false},
        Row{S::kEcdsaSha2_512, TestKey::kP384, "SHA512", false}, Row{S::kEd25519, TestKey::kEd25519, nullptr, false}}) {
    const std::string& pem = of_kind(row.key).key;
    const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                                            BIO_free_all);
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    EVP_PKEY_CTX* context = nullptr;
    ASSERT_EQ(EVP_DigestSignInit_ex(digest.get(), &context, row.hash, nullptr, nullptr, key.get(), nullptr), 1);
    if (row.pss) {
      ASSERT_EQ(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING), 1);
      ASSERT_EQ(EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST), 1);
    }
    std::array<std::uint8_t, 256> der{};
    std::array<OSSL_PARAM, 2> params{
        OSSL_PARAM_construct_octet_string(OSSL_SIGNATURE_PARAM_ALGORITHM_ID, der.data(), der.size()),
        OSSL_PARAM_construct_end()};
    ASSERT_EQ(EVP_PKEY_CTX_get_params(context, params.data()), 1);
    EXPECT_EQ(to_hex(algorithm_identifier(row.scheme)), to_hex(View(der).first(params[0].return_size)))
        << name(row.scheme);
  }
}

TEST(SignatureScheme, Properties) {
  for (const S scheme : kAll) EXPECT_FALSE(name(scheme).empty());
  EXPECT_EQ(method(S::kRsaSha1), AuthMethod::kRsaSignature);
  EXPECT_EQ(method(S::kEcdsaP256Raw), AuthMethod::kEcdsaP256);
  EXPECT_EQ(method(S::kEcdsaP384Raw), AuthMethod::kEcdsaP384);
  EXPECT_EQ(method(S::kEd25519), AuthMethod::kDigitalSignature);
  EXPECT_EQ(hash(S::kRsaPssSha2_384), HashId::kSha2_384);
  EXPECT_EQ(hash(S::kEd25519), HashId::kIdentity);
}

TEST(SignatureHashes, OwnListAndThePeers) {
  EXPECT_EQ(to_hex(signature_hash_algorithms()), "0002000300040005");
  const auto peers = parse_signature_hash_algorithms(test::from_hex("0001 0002 00ff 0002 ffff 0005"));
  ASSERT_TRUE(peers);
  EXPECT_EQ(*peers, (std::vector{HashId::kSha1, HashId::kSha2_256, HashId::kIdentity}));
  EXPECT_TRUE(parse_signature_hash_algorithms({})->empty());
  for (const std::size_t size : {1U, 3U, 5U}) EXPECT_FALSE(parse_signature_hash_algorithms(Bytes(size)));
  // A long list costs no more than the hashes that there are.
  EXPECT_LE(parse_signature_hash_algorithms(Bytes(60'000, 3))->size(), 7U);
}

TEST(ChooseScheme, ByKeyAndByWhatThePeerKnows) {
  const auto key = [](TestKey kind) { return test::certificate(of_kind(kind)).public_key().value(); };
  const SignaturePolicy pss;
  const SignaturePolicy pkcs1{.rsa_pss = false};
  const SignaturePolicy legacy{.legacy_sha1 = true};
  const Hashes none;
  const Hashes all =
      std::vector{HashId::kSha1, HashId::kSha2_256, HashId::kSha2_384, HashId::kSha2_512, HashId::kIdentity};
  const Hashes sha1 = std::vector{HashId::kSha1};
  const Hashes sha512 = std::vector{HashId::kSha2_512};
  const Hashes identity = std::vector{HashId::kIdentity};
  struct Row {
    TestKey key;
    Hashes peer;
    SignaturePolicy policy;
    std::optional<S> scheme;
  };
  const Row table[] = {
      {TestKey::kRsa2048, all, pss, S::kRsaPssSha2_256},    {TestKey::kRsa2048, all, pkcs1, S::kRsaPkcs1Sha2_256},
      {TestKey::kRsa2048, sha512, pss, S::kRsaPssSha2_512}, {TestKey::kRsa2048, sha512, pkcs1, S::kRsaPkcs1Sha2_512},
      {TestKey::kRsa2048, none, pss, std::nullopt},         {TestKey::kRsa2048, sha1, pss, std::nullopt},
      {TestKey::kRsa2048, none, legacy, S::kRsaSha1},       {TestKey::kRsa2048, identity, legacy, S::kRsaSha1},
      {TestKey::kRsa2048, all, legacy, S::kRsaPssSha2_256}, {TestKey::kP256, all, pss, S::kEcdsaSha2_256},
      {TestKey::kP256, sha512, pss, S::kEcdsaSha2_512},     {TestKey::kP256, none, pss, S::kEcdsaP256Raw},
      {TestKey::kP256, sha1, pss, S::kEcdsaP256Raw},        {TestKey::kP384, all, pss, S::kEcdsaSha2_384},
      {TestKey::kP384, sha512, pss, S::kEcdsaSha2_512},     {TestKey::kP384, none, pss, S::kEcdsaP384Raw},
      {TestKey::kEd25519, all, pss, S::kEd25519},           {TestKey::kEd25519, sha512, pss, std::nullopt},
      {TestKey::kEd25519, none, legacy, std::nullopt},
  };
  for (const Row& row : table) {
    const auto chosen = choose_scheme(key(row.key), row.peer, row.policy);
    ASSERT_EQ(chosen.ok(), row.scheme.has_value()) << (chosen ? name(*chosen) : chosen.error().text);
    if (chosen) {
      EXPECT_EQ(name(*chosen), name(*row.scheme));
    }
    if (!chosen) {
      EXPECT_EQ(chosen.error().code, ErrorCode::kBadState);
    }
  }
  for (const auto& [bits, scheme] : {std::pair{3072U, S::kRsaPssSha2_256}, std::pair{4096U, S::kRsaPssSha2_384},
                                     std::pair{7680U, S::kRsaPssSha2_384}, std::pair{8192U, S::kRsaPssSha2_512}}) {
    EXPECT_EQ(name(*choose_scheme(PublicKey::from_spki(test::rsa_spki(bits)).value(), all, pss)), name(scheme)) << bits;
  }
  EXPECT_TRUE(contains(choose_scheme(key(TestKey::kRsa2048), none, pss).error().text, "SHA-1 is switched off"));
  EXPECT_TRUE(contains(choose_scheme(key(TestKey::kEd25519), none, pss).error().text, "RFC 8420"));
}

}  // namespace
}  // namespace sallyport::ike
