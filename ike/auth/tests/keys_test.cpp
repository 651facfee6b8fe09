#include "sallyport/ike/keys.hpp"

#include <type_traits>

#include "fixtures.hpp"
#include "sallyport/ike/openssl_memory.hpp"

namespace sallyport::ike {
namespace {

using test::contains;
using test::octets;
using test::of_kind;
using test::TestKey;

static_assert(!std::is_copy_constructible_v<PrivateKey>, "a private key is not copied by accident");
static_assert(std::is_nothrow_move_constructible_v<PrivateKey>);

const std::pair<TestKey, KeyKind> kAccepted[] = {{TestKey::kRsa2048, KeyKind::kRsa},
                                                 {TestKey::kP256, KeyKind::kEcdsaP256},
                                                 {TestKey::kP384, KeyKind::kEcdsaP384},
                                                 {TestKey::kEd25519, KeyKind::kEd25519}};

TEST(PrivateKey, ReadsEachKindInEachForm) {
  for (const auto& [made, kind] : kAccepted) {
    const auto& certificate = of_kind(made);
    std::vector<std::pair<std::string, std::string>> forms{
        {certificate.key, ""}, {test::encrypted_key(certificate, "open sesame"), "open sesame"}};
    if (kind != KeyKind::kEd25519) {
      forms.emplace_back(test::traditional_key(certificate), "");
      forms.emplace_back(test::encrypted_key(certificate, "open sesame", true), "open sesame");
    }
    for (const auto& [pem, passphrase] : forms) {
      const auto key = PrivateKey::from_pem(octets(pem), octets(passphrase));
      ASSERT_TRUE(key) << key.error().text << pem.substr(0, 40);
      EXPECT_EQ(key->public_key().kind(), kind);
      EXPECT_EQ(key->public_key(), test::certificate(certificate).public_key().value());
    }
  }
}

TEST(PrivateKey, IsFoundBehindOtherBlocks) {
  const auto& certificate = of_kind(TestKey::kP256);
  EXPECT_TRUE(PrivateKey::from_pem(octets("# a comment\n" + certificate.certificate + certificate.key)));
}

TEST(PrivateKey, SaysWhyNot) {
  const auto& certificate = of_kind(TestKey::kP256);
  const auto why = [](const std::string& pem, const std::string& passphrase = "") {
    const auto key = PrivateKey::from_pem(octets(pem), octets(passphrase));
    return key ? "accepted" : key.error().text;
  };
  for (const bool traditional : {false, true}) {
    const std::string locked = test::encrypted_key(certificate, "open sesame", traditional);
    EXPECT_TRUE(contains(why(locked), "give its passphrase")) << why(locked);
    EXPECT_TRUE(contains(why(locked, "sesame"), "is the passphrase right?")) << why(locked, "sesame");
    EXPECT_FALSE(contains(why(locked, "sesame"), "sesame")) << "the passphrase is not told";
  }
  EXPECT_TRUE(contains(why(""), "no PEM private key")) << why("");
  EXPECT_TRUE(contains(why(certificate.certificate), "no PEM private key"));
  EXPECT_TRUE(contains(why(certificate.key.substr(0, certificate.key.size() / 2)), "no PEM private key"));
  EXPECT_TRUE(contains(why(std::string(70'000, ' ')), "longer than 64 KiB"));
  EXPECT_TRUE(contains(why(of_kind(TestKey::kRsa1024).key), "RSA of 1024 bits, 2048..8192"));
  EXPECT_TRUE(contains(why(of_kind(TestKey::kRsaLongExponent).key), "public exponent"));
  EXPECT_TRUE(contains(why(of_kind(TestKey::kRsaPssOnly).key), "id-RSASSA-PSS"));
  EXPECT_TRUE(contains(why(of_kind(TestKey::kP521).key), "neither P-256 nor P-384"));
  EXPECT_TRUE(contains(why(of_kind(TestKey::kSecp256k1).key), "neither P-256 nor P-384"));
  EXPECT_TRUE(contains(why(of_kind(TestKey::kP256Explicit).key), "given by its parameters"));
  EXPECT_TRUE(contains(why(of_kind(TestKey::kEd448).key), "neither RSA nor ECDSA nor Ed25519"));
}

TEST(PrivateKey, TruncatedTextsAreRefused) {
  const std::string& pem = of_kind(TestKey::kEd25519).key;
  for (std::size_t size = 0; size + 3 < pem.size(); ++size) {
    EXPECT_FALSE(PrivateKey::from_pem(octets(pem.substr(0, size)))) << size;
  }
}

TEST(PublicKey, TextsAndSizes) {
  const auto rsa = test::certificate(of_kind(TestKey::kRsa2048)).public_key().value();
  EXPECT_EQ(rsa.bits(), 2048U);
  EXPECT_EQ(rsa.to_string(), "RSA 2048");
  EXPECT_EQ(test::certificate(of_kind(TestKey::kP384)).public_key()->to_string(), "ECDSA P-384");
  const auto ed = test::certificate(of_kind(TestKey::kEd25519)).public_key().value();
  EXPECT_EQ(ed.to_string(), "Ed25519");
  EXPECT_FALSE(ed == rsa);
}

TEST(OpensslMemory, TooLateIsToldSo) {
  ASSERT_TRUE(PrivateKey::from_pem(octets(of_kind(TestKey::kP256).key)));
  EXPECT_FALSE(wipe_what_openssl_frees());
}

// RFC 8410 10.1.
constexpr const char* kEd25519Spki =
    "302a300506032b6570032100 19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1";

TEST(PublicKey, ReadsExactlyOneSubjectPublicKeyInfo) {
  Bytes der = test::from_hex(kEd25519Spki);
  ASSERT_TRUE(PublicKey::from_spki(der));
  for (std::size_t size = 0; size < der.size(); ++size) EXPECT_FALSE(PublicKey::from_spki(View(der).first(size)));
  der.push_back(0);
  EXPECT_TRUE(contains(PublicKey::from_spki(der).error().text, "octet 44"));
  EXPECT_TRUE(contains(PublicKey::from_spki(Bytes(5000)).error().text, "longer than 4096"));
}

TEST(PublicKey, RsaWithinItsBounds) {
  for (const unsigned bits : {1024U, 2040U, 2048U, 8192U, 8200U, 16384U}) {
    const auto key = PublicKey::from_spki(test::rsa_spki(bits));
    EXPECT_EQ(key.ok(), bits >= kMinRsaBits && bits <= kMaxRsaBits) << bits << (key ? "" : key.error().text);
  }
}

TEST(PublicKey, RefusesPointsThatAreNotOnTheCurve) {
  // P-256, x = y = 1.
  std::string hex = "3059301306072a8648ce3d020106082a8648ce3d03010703420004";
  hex += std::string(62, '0') + "01" + std::string(62, '0') + "01";
  EXPECT_FALSE(PublicKey::from_spki(test::from_hex(hex)));
}

}  // namespace
}  // namespace sallyport::ike
