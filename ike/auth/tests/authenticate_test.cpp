// Both questions of IKE_AUTH, asked and answered: what one side proves, the other believes, or says why not.
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "fixtures.hpp"
#include "sallyport/ike/credentials.hpp"

namespace sallyport::ike {
namespace {

using test::authority;
using test::bytes;
using test::certificate;
using test::CertificateSpec;
using test::contains;
using test::issue;
using test::kNow;
using test::of_kind;
using test::private_key;
using test::TestCertificate;
using test::TestKey;

Identity id(const std::string& text) { return Identity::parse(text).value(); }
IdentityPattern pattern(const std::string& text) { return IdentityPattern::parse(text).value(); }

/// One IKE SA as both see it.
struct Sa {
  Bytes request = bytes("IKE_SA_INIT request");
  Bytes response = bytes("IKE_SA_INIT response");
  Bytes nonce_i = Bytes(32, 0x11);
  Bytes nonce_r = Bytes(32, 0x22);
  Bytes sk_pi = Bytes(32, 0x33);
  Bytes sk_pr = Bytes(32, 0x44);
  std::optional<std::vector<HashId>> hashes = std::vector<HashId>(accepted_hashes().begin(), accepted_hashes().end());

  [[nodiscard]] AuthContext seen_by(Side local) const {
    return {{request, response, nonce_i, nonce_r}, PrfId::kHmacSha2_256, sk_pi, sk_pr, local, hashes};
  }
};

std::shared_ptr<const PskStore> secret_of(const std::string& secret) {
  auto store = std::make_shared<PskStore>();
  store->add({}, SharedSecret::parse(secret).value());
  return store;
}

std::shared_ptr<const TrustStore> trusting(std::vector<Certificate> anchors) {
  return std::make_shared<TrustStore>(TrustStore::make(std::move(anchors)).value());
}

std::shared_ptr<const OwnCertificate> own(const std::vector<TestCertificate>& chain) {
  return std::make_shared<OwnCertificate>(
      OwnCertificate::make(test::certificates(chain), private_key(chain.front())).value());
}

Credentials by_secret(const std::string& local, const std::string& remote, const std::string& secret) {
  return {.local_id = id(local), .remote_id = pattern(remote), .secrets = secret_of(secret)};
}

class Authenticate : public testing::Test {
 protected:
  // What `side` proves.
  OwnProof proof(const Credentials& credentials, Side side, std::span<const CertReqPayload> requests = {},
                 const Identity* peer = nullptr) {
    auto made = prove(credentials, sa_.seen_by(side), requests, peer, random_);
    if (!made) throw std::runtime_error(made.error().text);
    return std::move(made).value();
  }
  // What `side` thinks of it.
  Result<AuthenticatedPeer> judged(const Credentials& credentials, Side side, const OwnProof& proof,
                                   std::int64_t now = kNow) const {
    return authenticate(credentials, sa_.seen_by(side), {proof.id, proof.certificates, proof.auth}, UnixTime(now));
  }
  std::string refusal(const Credentials& credentials, Side side, const OwnProof& proof, std::int64_t now = kNow) const {
    const auto peer = judged(credentials, side, proof, now);
    return peer ? "believed" : peer.error().text;
  }

  Sa sa_;
  SeededRandom random_{11};
};

#define EXPECT_REFUSED(said, part) EXPECT_TRUE(contains(said, part)) << "said: " << (said)

TEST_F(Authenticate, ByPreSharedKeyInBothDirections) {
  const auto a = by_secret("a.example.org", "b.example.org", "secret");
  const auto b = by_secret("b.example.org", "*.example.org", "secret");
  const auto of_a = judged(b, Side::kResponder, proof(a, Side::kInitiator));
  ASSERT_TRUE(of_a) << of_a.error().text;
  EXPECT_EQ(of_a->id, id("a.example.org"));
  EXPECT_EQ(of_a->kind, AuthKind::kPsk);
  EXPECT_EQ(of_a->to_string(), "'a.example.org' by pre-shared key");
  const auto of_b = judged(a, Side::kInitiator, proof(b, Side::kResponder, {}, &of_a->id));
  ASSERT_TRUE(of_b) << of_b.error().text;
}

// The whole of 2.15 by OpenSSL's one-call HMAC.
TEST_F(Authenticate, PreSharedKeyOctetByOctet) {
  const auto hmac = [](View key, View message) {
    Bytes out(32);
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), message.data(), message.size(), out.data(), nullptr);
    return out;
  };
  Bytes message = sa_.request;
  message.insert(message.end(), sa_.nonce_r.begin(), sa_.nonce_r.end());
  const Bytes id_mac = hmac(sa_.sk_pi, bytes(std::string("\x02\0\0\0a.example.org", 17)));
  message.insert(message.end(), id_mac.begin(), id_mac.end());
  const Bytes expected = hmac(hmac(bytes("secret"), bytes("Key Pad for IKEv2")), message);
  const auto made = proof(by_secret("a.example.org", "%any", "secret"), Side::kInitiator);
  EXPECT_EQ(test::to_hex(made.auth.data), test::to_hex(expected));
  EXPECT_TRUE(made.certificates.empty());
}

TEST_F(Authenticate, AnythingElseOfThePskExchangeIsRefused) {
  const auto a = by_secret("a.example.org", "b.example.org", "secret");
  const auto b = by_secret("b.example.org", "*.example.org", "secret");
  const auto good = proof(a, Side::kInitiator);
  EXPECT_REFUSED(refusal(by_secret("b.example.org", "%any", "another"), Side::kResponder, good),
                 "peer 'a.example.org': AUTH: not made with the pre-shared key");
  EXPECT_REFUSED(refusal(by_secret("b.example.org", "c.example.org", "secret"), Side::kResponder, good),
                 "the connection is for 'c.example.org'");
  auto nobody = b;
  nobody.secrets = std::make_shared<PskStore>();
  EXPECT_REFUSED(refusal(nobody, Side::kResponder, good), "no pre-shared key for it and 'b.example.org'");
  auto changed = good;
  changed.id = id("c.example.org").payload();
  EXPECT_REFUSED(refusal(b, Side::kResponder, changed), "peer 'c.example.org': AUTH: not made");
  changed = good;
  changed.id.reserved[1] = 1;
  EXPECT_REFUSED(refusal(b, Side::kResponder, changed), "AUTH: not made");
  changed = good;
  changed.id.data.clear();
  EXPECT_REFUSED(refusal(b, Side::kResponder, changed), "no data");
  changed = good;
  changed.auth.method = AuthMethod::kNull;
  EXPECT_REFUSED(refusal(b, Side::kResponder, changed), "a pre-shared key is expected");
  // A proof of the other direction is none of this one (reflection).
  EXPECT_REFUSED(refusal(b, Side::kInitiator, good), "AUTH: not made");
  for (Bytes Sa::*part : {&Sa::request, &Sa::nonce_r, &Sa::sk_pi}) {
    const Bytes kept = sa_.*part;
    (sa_.*part)[3] ^= 1;
    EXPECT_REFUSED(refusal(b, Side::kResponder, good), "AUTH: not made");
    sa_.*part = kept;
  }
  EXPECT_EQ(refusal(b, Side::kResponder, good), "believed");
}

TEST_F(Authenticate, NoSecretNoProof) {
  auto a = by_secret("a.example.org", "b.example.org", "secret");
  a.secrets = std::make_shared<PskStore>();
  const auto made = prove(a, sa_.seen_by(Side::kInitiator), {}, nullptr, random_);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::kNotFound);
  EXPECT_REFUSED(made.error().text, "for 'a.example.org' and 'b.example.org'");
}

class ByCertificate : public Authenticate {
 protected:
  TestCertificate root_ = issue(authority("root"));
  TestCertificate intermediate_ = issue(authority("intermediate"), &root_);
  std::shared_ptr<const TrustStore> trust_ = trusting({certificate(root_)});

  static CertificateSpec spec(const std::string& name, TestKey key = TestKey::kP256) {
    return {.subject = "O=Example,CN=" + name, .key = key, .alternative_names = "DNS:" + name + ".example.org"};
  }
  TestCertificate leaf(const std::string& name, TestKey key = TestKey::kP256) const {
    CertificateSpec wanted = spec(name, key);
    if (key == TestKey::kRsa2048) wanted.key_of = &of_kind(key);
    return issue(wanted, &intermediate_);
  }
  Credentials with(const std::string& local, const std::string& remote, const TestCertificate& leaf) const {
    return {.local = AuthKind::kCertificate,
            .remote = AuthKind::kCertificate,
            .local_id = id(local),
            .remote_id = pattern(remote),
            .certificates = {own({leaf, intermediate_})},
            .trust = trust_};
  }
};

TEST_F(ByCertificate, OfEachKindInBothDirections) {
  const std::pair<TestKey, const char*> kinds[] = {{TestKey::kRsa2048, "RSA-PSS with SHA2-256"},
                                                   {TestKey::kP256, "ECDSA with SHA2-256"},
                                                   {TestKey::kP384, "ECDSA with SHA2-384"},
                                                   {TestKey::kEd25519, "Ed25519"}};
  for (const auto& [kind, scheme] : kinds) {
    const auto a = with("a.example.org", "b.example.org", leaf("a", kind));
    const auto b = with("b.example.org", "*.example.org", leaf("b", kind));
    ASSERT_TRUE(a.check()) << a.check().error().text;
    const auto of_a = judged(b, Side::kResponder, proof(a, Side::kInitiator));
    ASSERT_TRUE(of_a) << of_a.error().text;
    EXPECT_EQ(name(*of_a->scheme), scheme);
    EXPECT_EQ(of_a->chain.size(), 3U);
    EXPECT_EQ(of_a->to_string(), "'a.example.org' by " + std::string(scheme) +
                                     ", certificate 'O=Example, CN=a' of 'O=Example, CN=intermediate'");
    const auto of_b = judged(a, Side::kInitiator, proof(b, Side::kResponder));
    ASSERT_TRUE(of_b) << of_b.error().text;
  }
}

TEST_F(ByCertificate, EachSideByItsOwnMethod) {
  auto a = with("a.example.org", "b.example.org", leaf("a"));
  a.remote = AuthKind::kPsk;
  a.secrets = secret_of("secret");
  auto b = by_secret("b.example.org", "a.example.org", "secret");
  b.remote = AuthKind::kCertificate;
  b.trust = trust_;
  EXPECT_EQ(refusal(b, Side::kResponder, proof(a, Side::kInitiator)), "believed");
  EXPECT_EQ(refusal(a, Side::kInitiator, proof(b, Side::kResponder)), "believed");
  // And not by the other one.
  EXPECT_REFUSED(refusal(a, Side::kInitiator, proof(with("b.example.org", "%any", leaf("b")), Side::kResponder)),
                 "a pre-shared key is expected");
  const auto psk = by_secret("a.example.org", "%any", "secret");
  EXPECT_REFUSED(refusal(b, Side::kResponder, proof(psk, Side::kInitiator)), "it used a pre-shared key");
}

TEST_F(ByCertificate, TheSubjectGoesOutAsTheCertificateHasIt) {
  const auto made = leaf("a");
  auto a = with("o=EXAMPLE, cn=A", "%any", made);
  const auto subject = certificate(made).subject_identity().value();
  EXPECT_EQ(proof(a, Side::kInitiator).id, subject.payload());
  EXPECT_NE(a.local_id->payload(), subject.payload());
  a.local_id.reset();
  const auto of_a =
      judged(with("b.example.org", "O=Example, CN=*", leaf("b")), Side::kResponder, proof(a, Side::kInitiator));
  ASSERT_TRUE(of_a) << of_a.error().text;
  EXPECT_EQ(of_a->id, subject);
}

TEST_F(ByCertificate, OldWaysForPeersWithoutHashes) {
  sa_.hashes.reset();
  const auto b = with("b.example.org", "%any", leaf("b"));
  const auto p256 = with("a.example.org", "%any", leaf("a"));
  EXPECT_EQ(proof(p256, Side::kInitiator).auth.method, AuthMethod::kEcdsaP256);
  EXPECT_EQ(refusal(b, Side::kResponder, proof(p256, Side::kInitiator)), "believed");
  auto rsa = with("a.example.org", "%any", leaf("a", TestKey::kRsa2048));
  const auto made = prove(rsa, sa_.seen_by(Side::kInitiator), {}, nullptr, random_);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::kBadState);
  rsa.signatures.legacy_sha1 = true;
  const auto legacy = proof(rsa, Side::kInitiator);
  EXPECT_EQ(legacy.auth.method, AuthMethod::kRsaSignature);
  EXPECT_REFUSED(refusal(b, Side::kResponder, legacy), "switched off");
  auto tolerant = b;
  tolerant.signatures.legacy_sha1 = true;
  EXPECT_EQ(refusal(tolerant, Side::kResponder, legacy), "believed");
}

TEST_F(ByCertificate, ChosenByWhatThePeerAsksFor) {
  const auto other_root = issue(authority("other"));
  const auto other = issue(spec("a", TestKey::kEd25519), &other_root);
  auto a = with("a.example.org", "%any", leaf("a"));
  a.certificates.push_back(own({other}));
  a.trust = trusting({certificate(root_), certificate(other_root)});
  const auto sent = [&](std::span<const CertReqPayload> requests) {
    return proof(a, Side::kInitiator, requests).certificates.at(0).data;
  };
  const std::vector asks_root{trust_->certificate_request()};
  const std::vector asks_other{trusting({certificate(other_root)})->certificate_request()};
  const std::vector asks_nobody{trusting({certificate(issue(authority("nobody")))})->certificate_request()};
  const Bytes first = a.certificates[0]->leaf().der();
  EXPECT_EQ(sent({}), first);
  EXPECT_EQ(sent(asks_root), first);
  EXPECT_EQ(sent(asks_other), certificate(other).der());
  EXPECT_EQ(sent(asks_nobody), first) << "asking is advice (RFC 7296 3.7)";
  // The peer does not know EdDSA: what it can check goes before what it asks for.
  sa_.hashes = std::vector{HashId::kSha2_256};
  EXPECT_EQ(sent(asks_other), first);
}

TEST_F(ByCertificate, CertificatesCanBeSentOnRequestOnly) {
  auto a = with("a.example.org", "%any", leaf("a"));
  a.always_send_certificates = false;
  EXPECT_TRUE(proof(a, Side::kInitiator).certificates.empty());
  const std::vector other_encoding{CertReqPayload{CertEncoding::kRawPublicKey, {}}};
  EXPECT_TRUE(proof(a, Side::kInitiator, other_encoding).certificates.empty());
  const std::vector any{CertReqPayload{CertEncoding::kX509Signature, {}}};
  EXPECT_EQ(proof(a, Side::kInitiator, any).certificates.size(), 2U);
}

TEST_F(ByCertificate, APinnedPeerNeedsToSendNothing) {
  const auto made = leaf("a");
  auto a = with("a.example.org", "%any", made);
  a.always_send_certificates = false;
  const auto silent = proof(a, Side::kInitiator);
  const auto b = with("b.example.org", "%any", leaf("b"));
  EXPECT_REFUSED(refusal(b, Side::kResponder, silent), "it sent no X.509 certificate");
  auto pinning = b;
  pinning.trust = trusting({certificate(leaf("c")), certificate(made)});
  EXPECT_EQ(refusal(pinning, Side::kResponder, silent), "believed");
  pinning.trust = trusting({certificate(leaf("a"))});
  EXPECT_REFUSED(refusal(pinning, Side::kResponder, silent), "signature (ECDSA with SHA2-256) is not right");
}

TEST_F(ByCertificate, AnythingElseIsRefusedWithItsReason) {
  const auto a = with("a.example.org", "%any", leaf("a"));
  const auto b = with("b.example.org", "*.example.org", leaf("b"));
  const auto good = proof(a, Side::kInitiator);
  EXPECT_EQ(refusal(b, Side::kResponder, good), "believed");

  auto changed = good;
  changed.auth.data.back() ^= 1;
  EXPECT_REFUSED(refusal(b, Side::kResponder, changed), "is not right");
  changed = good;
  changed.id = id("b.example.org").payload();
  EXPECT_REFUSED(refusal(b, Side::kResponder, changed), "does not stand for 'b.example.org'");
  changed = good;
  changed.certificates = proof(b, Side::kInitiator).certificates;
  EXPECT_REFUSED(refusal(b, Side::kResponder, changed), "does not stand for 'a.example.org'");
  changed = good;
  changed.certificates.clear();
  EXPECT_REFUSED(refusal(b, Side::kResponder, changed), "sent no X.509 certificate");
  changed = good;
  changed.certificates[0].encoding = CertEncoding::kPkcs7;
  EXPECT_REFUSED(refusal(b, Side::kResponder, changed), "does not stand for");
  changed = good;
  changed.certificates.erase(changed.certificates.begin() + 1);
  EXPECT_REFUSED(refusal(b, Side::kResponder, changed), "unable to get local issuer certificate");
  changed = good;
  changed.certificates[1].data.pop_back();
  EXPECT_REFUSED(refusal(b, Side::kResponder, changed), "not DER of an X.509 certificate");
  changed = good;
  changed.certificates.resize(8, good.certificates[1]);
  EXPECT_REFUSED(refusal(b, Side::kResponder, changed), "more than 7 certificates");
  EXPECT_REFUSED(refusal(b, Side::kResponder, good, test::kUntil), "expired");
  EXPECT_REFUSED(refusal(with("b.example.org", "c.example.org", leaf("b")), Side::kResponder, good),
                 "the connection is for 'c.example.org'");
  auto no_trust = b;
  no_trust.trust.reset();
  EXPECT_REFUSED(refusal(no_trust, Side::kResponder, good), "no trust anchor");
  // Somebody else's certificate of the same name, with a signature that is right.
  const auto impostor = with("a.example.org", "%any", issue(spec("a")));
  EXPECT_REFUSED(refusal(b, Side::kResponder, proof(impostor, Side::kInitiator)), "self-signed certificate");
  for (Bytes Sa::*part : {&Sa::request, &Sa::nonce_r, &Sa::sk_pi}) {
    const Bytes kept = sa_.*part;
    (sa_.*part)[3] ^= 1;
    EXPECT_REFUSED(refusal(b, Side::kResponder, good), "is not right");
    sa_.*part = kept;
  }
}

TEST_F(ByCertificate, RevokedAndUnfitCertificates) {
  const auto b_leaf = leaf("b");
  const auto a_leaf = leaf("a");
  const auto a = with("a.example.org", "%any", a_leaf);
  auto b = with("b.example.org", "%any", b_leaf);
  const std::string list = test::revoke(intermediate_, {&a_leaf});
  b.trust = std::make_shared<TrustStore>(
      TrustStore::make({certificate(root_)}, {Crl::read(test::octets(list)).value()}).value());
  EXPECT_REFUSED(refusal(b, Side::kResponder, proof(a, Side::kInitiator)), "certificate revoked");
  b.chains.revocation = Revocation::kIgnored;
  EXPECT_EQ(refusal(b, Side::kResponder, proof(a, Side::kInitiator)), "believed");
  CertificateSpec unfit = spec("a");
  unfit.extended_key_usage = "codeSigning";
  const auto coder = with("a.example.org", "%any", issue(unfit, &intermediate_));
  EXPECT_REFUSED(refusal(b, Side::kResponder, proof(coder, Side::kInitiator)), "extendedKeyUsage");
}

TEST_F(ByCertificate, ProofsRepeatFromTheSeed) {
  const auto a = with("a.example.org", "%any", leaf("a"));
  SeededRandom first(5);
  SeededRandom second(5);
  const auto context = sa_.seen_by(Side::kInitiator);
  EXPECT_EQ(prove(a, context, {}, nullptr, first)->auth, prove(a, context, {}, nullptr, second)->auth);
}

}  // namespace
}  // namespace sallyport::ike
