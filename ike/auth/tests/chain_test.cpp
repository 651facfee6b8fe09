// Chains of certificates: which are believed, and why others are not.
#include <random>

#include "fixtures.hpp"
#include "sallyport/ike/trust.hpp"

namespace sallyport::ike {
namespace {

using test::authority;
using test::certificate;
using test::CertificateSpec;
using test::contains;
using test::issue;
using test::kFrom;
using test::kNow;
using test::kUntil;
using test::octets;
using test::of_kind;
using test::TestCertificate;
using test::TestKey;

CertificateSpec gateway(TestKey key = TestKey::kP256) {
  return {.subject = "O=Example,CN=gw", .key = key, .alternative_names = "DNS:gw.example.org"};
}

TrustStore trusting(const std::vector<TestCertificate>& anchors, const std::vector<std::string>& lists = {}) {
  std::vector<Crl> crls;
  crls.reserve(lists.size());
  for (const auto& list : lists) crls.push_back(Crl::read(octets(list)).value());
  return TrustStore::make(test::certificates(anchors), crls).value();
}

// "" when believed, else why not.
std::string verdict(const TrustStore& trust, const TestCertificate& leaf,
                    const std::vector<TestCertificate>& others = {}, std::int64_t now = kNow,
                    Revocation revocation = Revocation::kIgnored) {
  const auto chain =
      trust.verify(certificate(leaf), test::certificates(others), UnixTime(now), {.revocation = revocation});
  return chain ? "" : chain.error().text;
}

#define EXPECT_REFUSED(said, part) EXPECT_TRUE(contains(said, part)) << "said: " << (said)

struct Line {
  TestCertificate root;
  TestCertificate intermediate;
  TestCertificate leaf;
};

// With new keys, or those of another line.
Line line_of(TestKey kind, bool pss = false, const Line* keys = nullptr) {
  CertificateSpec spec = authority("root", kind);
  spec.pss = pss;
  spec.key_of = keys != nullptr ? &keys->root : nullptr;
  Line line{.root = issue(spec), .intermediate = {}, .leaf = {}};
  spec.subject = "CN=intermediate";
  spec.key_of = keys != nullptr ? &keys->intermediate : nullptr;
  line.intermediate = issue(spec, &line.root);
  CertificateSpec leaf = gateway(kind);
  leaf.pss = pss;
  leaf.key_of = keys != nullptr ? &keys->leaf : nullptr;
  line.leaf = issue(leaf, &line.intermediate);
  return line;
}

TEST(Chain, OfEachKindIsBelieved) {
  std::vector<Line> lines;
  for (const TestKey kind : {TestKey::kRsa2048, TestKey::kP256, TestKey::kP384, TestKey::kEd25519}) {
    lines.push_back(line_of(kind));
  }
  lines.push_back(line_of(TestKey::kRsa2048, true, &lines.front()));
  for (const Line& line : lines) {
    const auto chain = trusting({line.root})
                           .verify(certificate(line.leaf), std::vector{certificate(line.intermediate)}, UnixTime(kNow));
    ASSERT_TRUE(chain) << chain.error().text;
    ASSERT_EQ(chain->size(), 3U);
    EXPECT_EQ((*chain)[0], certificate(line.leaf));
    EXPECT_EQ((*chain)[1], certificate(line.intermediate));
    EXPECT_EQ((*chain)[2], certificate(line.root));
  }
}

TEST(Chain, AuthoritiesMayHaveKeysThatDoNotSignAuth) {
  for (const TestKey kind : {TestKey::kP521, TestKey::kEd448, TestKey::kRsaPssOnly}) {
    const auto root = issue(authority("root", kind));
    CertificateSpec spec = gateway();
    spec.pss = kind == TestKey::kRsaPssOnly;
    const auto gw = issue(spec, &root);
    EXPECT_EQ(verdict(trusting({root}), gw), "");
  }
}

class Chains : public testing::Test {
 protected:
  TestCertificate root_ = issue(authority("root"));
  TestCertificate intermediate_ = issue(authority("intermediate"), &root_);
  TrustStore trust_ = trusting({root_});

  std::string leaf_verdict(const CertificateSpec& spec) {
    return verdict(trust_, issue(spec, &intermediate_), {intermediate_});
  }
  std::string intermediate_verdict(const CertificateSpec& spec) {
    const auto other = issue(spec, &root_);
    return verdict(trust_, issue(gateway(), &other), {other});
  }
};

TEST_F(Chains, IntermediatesInAnyOrderWithOthersAmongThem) {
  const auto second = issue(authority("second"), &intermediate_);
  const auto gw = issue(gateway(), &second);
  const auto stranger = issue(authority("stranger"));
  EXPECT_EQ(verdict(trust_, gw, {second, intermediate_}), "");
  EXPECT_EQ(verdict(trust_, gw, {stranger, intermediate_, root_, second}), "");
  EXPECT_REFUSED(verdict(trust_, gw, {second}), "unable to get local issuer certificate");
  EXPECT_REFUSED(verdict(trust_, gw, {intermediate_}), "unable to get local issuer certificate");
  EXPECT_REFUSED(verdict(trust_, gw), "'O=Example, CN=gw': unable to get local issuer certificate");
}

TEST_F(Chains, AsLongAsAllowedAndNotLonger) {
  std::vector<TestCertificate> line{intermediate_};
  while (line.size() < TrustStore::kMaxIntermediates) {
    line.push_back(issue(authority("ca" + std::to_string(line.size())), &line.back()));
  }
  EXPECT_EQ(verdict(trust_, issue(gateway(), &line.back()), line), "");
  line.push_back(issue(authority("one more"), &line.back()));
  const auto gw = issue(gateway(), &line.back());
  EXPECT_REFUSED(verdict(trust_, gw, line), "7 intermediate certificates, at most 6");
  // Where the first of the line is the anchor, the others are six.
  const TrustStore second_trust = trusting({line.front()});
  EXPECT_EQ(verdict(second_trust, gw, {line.begin() + 1, line.end()}), "");
}

TEST_F(Chains, OtherAnchorsBelieveNothingOfIt) {
  const auto other_root = issue(authority("root"));
  const auto gw = issue(gateway(), &root_);
  EXPECT_EQ(verdict(trust_, gw), "");
  EXPECT_REFUSED(verdict(trusting({other_root}), gw), "unable to get local issuer certificate");
  EXPECT_REFUSED(verdict(trusting({other_root}), gw, {root_}), "self-signed certificate in certificate chain");
  EXPECT_EQ(verdict(trusting({other_root, root_}), gw), "");
}

TEST_F(Chains, AnIntermediateAsAnchorIsEnough) {
  EXPECT_EQ(verdict(trusting({intermediate_}), issue(gateway(), &intermediate_)), "");
  EXPECT_REFUSED(verdict(trusting({intermediate_}), issue(gateway(), &root_)), "unable to get local issuer");
}

TEST_F(Chains, SelfSignedOnlyWhenPinned) {
  const auto self = issue(gateway());
  EXPECT_REFUSED(verdict(trust_, self), "self-signed certificate");
  EXPECT_EQ(verdict(trusting({self}), self), "");
  EXPECT_REFUSED(verdict(trusting({self}), issue(gateway())), "self-signed certificate");
  // Pinned, it is no authority.
  EXPECT_NE(verdict(trusting({self}), issue(gateway(), &self)), "");
}

TEST_F(Chains, TimeIsTheCallers) {
  CertificateSpec spec = gateway();
  spec.from = kNow;
  spec.until = kNow + 1000;
  const auto gw = issue(spec, &intermediate_);
  const std::vector others{intermediate_};
  EXPECT_REFUSED(verdict(trust_, gw, others, kNow - 1), "'O=Example, CN=gw': certificate is not yet valid");
  EXPECT_EQ(verdict(trust_, gw, others, kNow), "");
  EXPECT_EQ(verdict(trust_, gw, others, kNow + 999), "");
  EXPECT_REFUSED(verdict(trust_, gw, others, kNow + 1000), "certificate has expired");
  // Of authorities too.
  const auto lasting = issue(gateway(), &intermediate_);
  EXPECT_REFUSED(verdict(trust_, lasting, others, kFrom - 1), "not yet valid");
  EXPECT_REFUSED(verdict(trust_, lasting, others, kUntil), "expired");
  EXPECT_EQ(verdict(trust_, lasting, others, kUntil - 1), "");
}

TEST_F(Chains, PurposesOfTheLeaf) {
  const auto with = [&](const std::string& usage) {
    CertificateSpec spec = gateway();
    spec.extended_key_usage = usage;
    return leaf_verdict(spec);
  };
  for (const char* good : {"", "serverAuth", "clientAuth", "anyExtendedKeyUsage", "1.3.6.1.5.5.8.2.2",
                           "1.3.6.1.5.5.7.3.17", "ipsecEndSystem", "codeSigning,serverAuth"}) {
    EXPECT_EQ(with(good), "") << good;
  }
  for (const char* bad : {"codeSigning", "emailProtection", "timeStamping,OCSPSigning", "1.3.6.1.5.5.8.2.3"}) {
    EXPECT_REFUSED(with(bad), "extendedKeyUsage is for other things");
  }
}

TEST_F(Chains, KeyUsageOfTheLeaf) {
  const auto with = [&](const std::string& usage) {
    CertificateSpec spec = gateway();
    spec.key_usage = usage;
    return leaf_verdict(spec);
  };
  for (const char* good : {"", "digitalSignature", "critical,nonRepudiation", "keyEncipherment,digitalSignature"}) {
    EXPECT_EQ(with(good), "") << good;
  }
  for (const char* bad : {"keyEncipherment", "critical,keyAgreement", "keyCertSign,cRLSign"}) {
    EXPECT_REFUSED(with(bad), "keyUsage allows no signatures");
  }
}

TEST_F(Chains, OnlyAuthoritiesIssue) {
  CertificateSpec spec = authority("intermediate");
  spec.basic_constraints = "critical,CA:FALSE";
  EXPECT_REFUSED(intermediate_verdict(spec), "invalid CA certificate");
  spec.basic_constraints.clear();
  spec.key_usage.clear();
  EXPECT_REFUSED(intermediate_verdict(spec), "invalid CA certificate");
  spec.key_usage = "keyCertSign";
  EXPECT_REFUSED(intermediate_verdict(spec), "invalid CA certificate");
  spec.basic_constraints = "CA:TRUE";
  spec.key_usage = "digitalSignature";
  EXPECT_NE(intermediate_verdict(spec), "");
  spec.key_usage.clear();
  EXPECT_EQ(intermediate_verdict(spec), "") << "keyUsage may be absent";
  spec.extended_key_usage = "codeSigning";
  EXPECT_REFUSED(intermediate_verdict(spec), "'O=Example, CN=intermediate': its extendedKeyUsage");
}

TEST_F(Chains, PathLengthsCount) {
  CertificateSpec spec = authority("short");
  spec.basic_constraints = "critical,CA:TRUE,pathlen:0";
  const auto last = issue(spec, &root_);
  EXPECT_EQ(verdict(trust_, issue(gateway(), &last), {last}), "");
  const auto too_many = issue(authority("too many"), &last);
  EXPECT_REFUSED(verdict(trust_, issue(gateway(), &too_many), {last, too_many}), "path length constraint exceeded");
}

TEST_F(Chains, NameConstraintsCount) {
  CertificateSpec spec = authority("bound");
  spec.name_constraints = "critical,permitted;DNS:example.com";
  EXPECT_REFUSED(intermediate_verdict(spec), "permitted subtree violation");
  spec.name_constraints = "critical,permitted;DNS:example.org";
  EXPECT_EQ(intermediate_verdict(spec), "");
}

TEST_F(Chains, UnknownCriticalExtensionsAreRefused) {
  CertificateSpec spec = gateway();
  spec.unknown_critical = "x";
  EXPECT_REFUSED(leaf_verdict(spec), "unhandled critical extension");
}

TEST_F(Chains, WeakSignaturesAreRefused) {
  CertificateSpec spec = gateway();
  spec.sha1 = true;
  EXPECT_REFUSED(leaf_verdict(spec), "CA signature digest algorithm too weak");
}

TEST_F(Chains, KeysThatWeDoNotWorkWith) {
  const auto with_key = [](CertificateSpec spec, TestKey kind) {
    spec.key_of = &of_kind(kind);
    return spec;
  };
  EXPECT_REFUSED(leaf_verdict(with_key(gateway(), TestKey::kRsa1024)), "'O=Example, CN=gw': key: RSA of 1024 bits");
  EXPECT_REFUSED(leaf_verdict(with_key(gateway(), TestKey::kP256Explicit)), "given by its parameters");
  EXPECT_REFUSED(leaf_verdict(with_key(gateway(), TestKey::kP521)), "neither P-256 nor P-384");
  EXPECT_REFUSED(intermediate_verdict(with_key(authority("i"), TestKey::kRsa1024)),
                 "'O=Example, CN=i': key: RSA of 1024 bits");
  EXPECT_REFUSED(intermediate_verdict(with_key(authority("i"), TestKey::kRsaLongExponent)), "public exponent");
  EXPECT_REFUSED(intermediate_verdict(with_key(authority("i"), TestKey::kP256Explicit)), "given by its parameters");
  EXPECT_REFUSED(intermediate_verdict(with_key(authority("i"), TestKey::kSecp256k1)), "none of P-256, P-384, P-521");
  const auto weak = TrustStore::make({certificate(of_kind(TestKey::kRsa1024))});
  EXPECT_REFUSED(weak.error().text, "RSA of 1024 bits");
}

TEST_F(Chains, EachChangedOctetIsRefused) {
  const std::string der = test::der(issue(gateway(), &root_).certificate);
  const auto believed = [&](const std::string& octets_of_it) {
    const auto changed = Certificate::from_der(octets(octets_of_it));
    return changed && trust_.verify(*changed, {}, UnixTime(kNow)).ok();
  };
  ASSERT_TRUE(believed(der));
  for (std::size_t at = 0; at < der.size(); ++at) {
    std::string changed = der;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_FALSE(believed(changed)) << "octet " << at;
  }
}

TEST_F(Chains, RevocationByPolicy) {
  const auto gw = issue(gateway(), &intermediate_);
  const auto gone = issue(gateway(), &intermediate_);
  const std::vector others{intermediate_};
  const std::string root_list = test::revoke(root_, {});
  const std::string list = test::revoke(intermediate_, {&gone});
  const auto both = trusting({root_}, {root_list, list});
  for (const Revocation policy : {Revocation::kIfKnown, Revocation::kRequired}) {
    EXPECT_EQ(verdict(both, gw, others, kNow, policy), "");
    EXPECT_REFUSED(verdict(both, gone, others, kNow, policy), "'O=Example, CN=gw': certificate revoked");
  }
  EXPECT_EQ(verdict(both, gone, others, kNow, Revocation::kIgnored), "");

  EXPECT_EQ(verdict(trust_, gw, others, kNow, Revocation::kIfKnown), "") << "no list, nothing known";
  EXPECT_REFUSED(verdict(trust_, gw, others, kNow, Revocation::kRequired), "unable to get certificate CRL");
  const auto one = trusting({root_}, {list});
  EXPECT_REFUSED(verdict(one, gw, others, kNow, Revocation::kRequired),
                 "CN=intermediate': unable to get certificate CRL");
  EXPECT_EQ(verdict(one, gw, others, kNow, Revocation::kIfKnown), "");
  // The intermediate is the anchor: nobody's list has to name it.
  EXPECT_EQ(verdict(trusting({intermediate_}, {list}), gw, {}, kNow, Revocation::kRequired), "");
}

TEST_F(Chains, RevokedIntermediates) {
  const auto gw = issue(gateway(), &intermediate_);
  const auto trust = trusting({root_}, {test::revoke(root_, {&intermediate_})});
  EXPECT_REFUSED(verdict(trust, gw, {intermediate_}, kNow, Revocation::kIfKnown),
                 "CN=intermediate': certificate revoked");
}

TEST_F(Chains, OutdatedListsStillName) {
  const auto gw = issue(gateway(), &root_);
  const auto gone = issue(gateway(), &root_);
  const auto trust = trusting({root_}, {test::revoke(root_, {&gone}, kFrom, kNow - 1)});
  EXPECT_EQ(verdict(trust, gw, {}, kNow, Revocation::kIfKnown), "");
  EXPECT_REFUSED(verdict(trust, gone, {}, kNow, Revocation::kIfKnown), "certificate revoked");
  EXPECT_REFUSED(verdict(trust, gw, {}, kNow, Revocation::kRequired), "CRL has expired");
  EXPECT_EQ(verdict(trust, gw, {}, kNow - 2, Revocation::kRequired), "");
}

TEST_F(Chains, ListsOfOthersDoNotCount) {
  const auto gw = issue(gateway(), &root_);
  const auto impostor = issue(authority("root"));
  const auto trust = trusting({root_}, {test::revoke(impostor, {&gw})});
  EXPECT_NE(verdict(trust, gw, {}, kNow, Revocation::kRequired), "");
}

TEST(Crl, ReadsDerAndPem) {
  const auto root = issue(authority("root"));
  const std::string pem = test::revoke(root, {});
  EXPECT_TRUE(Crl::read(octets(pem)));
  std::string der = test::der(pem);
  EXPECT_TRUE(Crl::read(octets(der)));
  for (std::size_t size = 0; size < der.size(); ++size) EXPECT_FALSE(Crl::read(octets(der).first(size))) << size;
  der.push_back('\0');
  EXPECT_FALSE(Crl::read(octets(der)));
  EXPECT_TRUE(contains(Crl::read(octets(root.certificate)).error().text, "neither DER nor PEM"));
}

TEST(TrustStore, NeedsAnchors) {
  EXPECT_FALSE(TrustStore::make({}));
  const auto anchor = certificate(of_kind(TestKey::kP256));
  EXPECT_TRUE(TrustStore::make({anchor, anchor}));
  EXPECT_FALSE(TrustStore::make(std::vector<Certificate>(TrustStore::kMaxAnchors + 1, anchor)));
}

TEST(TrustStore, AsksForItsAuthorities) {
  const auto root = issue(authority("root"));
  const auto other = issue(authority("other", TestKey::kEd25519));
  const auto pinned = issue(gateway());
  const auto request = trusting({root, pinned, other, root}).certificate_request();
  EXPECT_EQ(request.encoding, CertEncoding::kX509Signature);
  const auto named = requested_authorities(std::vector{request});
  ASSERT_EQ(named.size(), 2U);
  EXPECT_EQ(named[0], certificate(root).key_hash());
  EXPECT_EQ(named[1], certificate(other).key_hash());
  EXPECT_EQ(request.authorities.size(), 40U);
}

TEST(RequestedAuthorities, OfX509OnlyAndNotWithoutEnd) {
  CertReqPayload request{.encoding = CertEncoding::kRawPublicKey, .authorities = Bytes(40)};
  EXPECT_TRUE(requested_authorities(std::vector{request}).empty());
  request.encoding = CertEncoding::kX509Signature;
  EXPECT_EQ(requested_authorities(std::vector{request, request}).size(), 4U);
  request.authorities = Bytes(39);
  EXPECT_EQ(requested_authorities(std::vector{request}).size(), 1U);
  request.authorities = Bytes(60'000);
  EXPECT_EQ(requested_authorities(std::vector{request}).size(), TrustStore::kMaxAnchors);
}

}  // namespace
}  // namespace sallyport::ike
