#include "sallyport/ike/certificate.hpp"

#include <openssl/sha.h>
#include <openssl/x509.h>

#include <memory>

#include "fixtures.hpp"

namespace sallyport::ike {
namespace {

using test::certificate;
using test::contains;
using test::issue;
using test::octets;
using test::of_kind;
using test::TestKey;
using test::to_hex;

Identity id(const std::string& text) { return Identity::parse(text).value(); }

TEST(Certificate, ReadsExactlyOneInDer) {
  std::string der = test::der(of_kind(TestKey::kP256).certificate);
  const auto read = Certificate::from_der(octets(der));
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(to_hex(read->der()), to_hex(octets(der)));
  EXPECT_EQ(read->subject(), "CN=gw");
  EXPECT_EQ(read->issuer(), "CN=gw");
  for (std::size_t size = 0; size < der.size(); ++size) {
    EXPECT_FALSE(Certificate::from_der(octets(der).first(size))) << size;
  }
  const std::size_t size = der.size();
  der.push_back('\0');
  EXPECT_TRUE(contains(Certificate::from_der(octets(der)).error().text, "at octet " + std::to_string(size)));
  EXPECT_TRUE(contains(Certificate::from_der(Bytes(Certificate::kMaxOctets + 1)).error().text, "at most 16384"));
}

TEST(Certificate, ReadsAllOfAPemText) {
  const std::string& first = of_kind(TestKey::kP256).certificate;
  const std::string& second = of_kind(TestKey::kEd25519).certificate;
  const auto read = Certificate::from_pem("a comment\n" + first + of_kind(TestKey::kP256).key + second);
  ASSERT_TRUE(read) << read.error().text;
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ((*read)[0], certificate(of_kind(TestKey::kP256)));
  EXPECT_EQ((*read)[1], certificate(of_kind(TestKey::kEd25519)));
  EXPECT_FALSE((*read)[0] == (*read)[1]);

  EXPECT_TRUE(contains(Certificate::from_pem("").error().text, "no PEM certificate"));
  EXPECT_TRUE(contains(Certificate::from_pem(of_kind(TestKey::kP256).key).error().text, "no PEM certificate"));
  const auto broken = Certificate::from_pem(first + second.substr(0, second.size() / 2));
  EXPECT_TRUE(contains(broken.error().text, "certificate 2 of the text")) << broken.error().text;
  const auto nonsense = Certificate::from_pem(first + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  EXPECT_TRUE(contains(nonsense.error().text, "certificate 2 of the text")) << nonsense.error().text;
}

TEST(Certificate, KeyHashIsSha1OfTheSubjectPublicKeyInfo) {
  for (const TestKey kind : {TestKey::kRsa2048, TestKey::kP256, TestKey::kEd25519, TestKey::kEd448}) {
    const std::string der = test::der(of_kind(kind).certificate);
    const std::uint8_t* at = octets(der).data();
    const std::unique_ptr<X509, decltype(&X509_free)> x509(d2i_X509(nullptr, &at, static_cast<int>(der.size())),
                                                           X509_free);
    std::uint8_t* spki = nullptr;
    const int size = i2d_PUBKEY(X509_get0_pubkey(x509.get()), &spki);
    std::array<std::uint8_t, 20> hash{};
    SHA1(spki, static_cast<std::size_t>(size), hash.data());
    OPENSSL_free(spki);
    EXPECT_EQ(to_hex(certificate(of_kind(kind)).key_hash()), to_hex(hash));
  }
}

TEST(Certificate, RefusesKeysThatDoNotSign) {
  const std::pair<TestKey, const char*> table[] = {{TestKey::kRsa1024, "RSA of 1024 bits"},
                                                   {TestKey::kRsaLongExponent, "public exponent"},
                                                   {TestKey::kRsaPssOnly, "id-RSASSA-PSS"},
                                                   {TestKey::kP521, "neither P-256 nor P-384"},
                                                   {TestKey::kP256Explicit, "by its parameters"},
                                                   {TestKey::kSecp256k1, "neither P-256 nor P-384"},
                                                   {TestKey::kEd448, "neither RSA nor ECDSA nor Ed25519"}};
  for (const auto& [kind, part] : table) {
    const auto key = certificate(of_kind(kind)).public_key();
    ASSERT_FALSE(key) << part;
    EXPECT_TRUE(contains(key.error().text, part)) << key.error().text;
  }
}

TEST(Certificate, ConfirmsWhatItNames) {
  const auto made = certificate(
      issue({.subject = "C=CH,O=Example,CN=other.example.org",
             .alternative_names = "DNS:gw.example.org,DNS:*.wild.example.org,email:User@example.org,IP:192.0.2.1,"
                                  "IP:2001:db8::1,URI:https://uri.example.org/"}));
  for (const char* text :
       {"gw.example.org", "GW.EXAMPLE.ORG", "User@example.org", "User@EXAMPLE.org", "192.0.2.1", "2001:db8::1",
        "C=CH, O=Example, CN=other.example.org", "C=ch, O=EXAMPLE, CN=Other.example.org"}) {
    const auto confirmed = made.confirms(id(text));
    EXPECT_TRUE(confirmed) << text << ": " << (confirmed ? "" : confirmed.error().text);
  }
  for (const char* text :
       {"other.example.org",  // only the common name
        "example.org", "x.gw.example.org", "a.wild.example.org", "uri.example.org", "user@example.org", "192.0.2.2",
        "2001:db8::2", "fqdn:192.0.2.1", "O=Example, CN=other.example.org", "C=CH, O=Example, CN=gw.example.org",
        "keyid:gw.example.org"}) {
    EXPECT_FALSE(made.confirms(id(text))) << text;
  }
  EXPECT_EQ(made.confirms(id("x.example.org")).error().text,
            "the certificate does not stand for 'x.example.org': its subjectAltName has gw.example.org, "
            "User@example.org, 192.0.2.1, 2001:db8::1");
  const auto subject = made.subject_identity();
  ASSERT_TRUE(subject);
  EXPECT_EQ(subject->to_string(), "C=CH, O=Example, CN=other.example.org");
}

TEST(Certificate, WithoutNamesConfirmsNothing) {
  const auto nameless = certificate(issue({.subject = ""}));
  EXPECT_FALSE(nameless.subject_identity());
  EXPECT_FALSE(nameless.confirms(id("CN=gw")));
  EXPECT_TRUE(contains(nameless.confirms(id("gw")).error().text, "no subjectAltName"));
  const auto wild = certificate(issue({.subject = "CN=gw", .alternative_names = "DNS:*.example.org"}));
  const auto refused = wild.confirms(id("a.example.org"));
  EXPECT_TRUE(contains(refused.error().text, "no name of a host, mailbox or address")) << refused.error().text;
}

TEST(Certificate, NamesWithNulAreNoNames) {
  // "gw.example.orgX" becomes "gw.example.org\0"; what the signature says does not matter here.
  std::string der = test::der(issue({.subject = "CN=gw", .alternative_names = "DNS:gw.example.orgX"}).certificate);
  const auto at = der.find("gw.example.orgX");
  ASSERT_NE(at, std::string::npos);
  der[at + 14] = '\0';
  const auto read = Certificate::from_der(octets(der));
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->confirms(id("gw.example.org")));
}

TEST(Certificate, SubjectsAreSafeForLogs) {
  const auto made = certificate(issue({.subject = "CN=a\x1b[31mb\nc"}));
  EXPECT_EQ(made.subject(), "CN=a\\x1b[31mb\\x0ac");
}

TEST(Certificate, KnowsWhoMayHaveIssuedIt) {
  const auto root = issue(test::authority("root"));
  const auto same_name = issue(test::authority("root"));
  const auto leaf = issue({.subject = "CN=gw"}, &root);
  EXPECT_TRUE(certificate(root).may_have_issued(certificate(leaf)));
  EXPECT_FALSE(certificate(same_name).may_have_issued(certificate(leaf))) << "another key identifier";
  EXPECT_FALSE(certificate(leaf).may_have_issued(certificate(root)));
  EXPECT_TRUE(certificate(root).may_have_issued(certificate(root)));
}

}  // namespace
}  // namespace sallyport::ike
