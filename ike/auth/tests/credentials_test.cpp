// What a connection knows about itself: secrets, own certificates, and whether that is enough.
#include "sallyport/ike/credentials.hpp"

#include "fixtures.hpp"

namespace sallyport::ike {
namespace {

using test::authority;
using test::certificate;
using test::contains;
using test::issue;
using test::octets;
using test::of_kind;
using test::private_key;
using test::TestCertificate;
using test::TestKey;

static_assert(!std::is_copy_constructible_v<PskStore>, "secrets are not copied by accident");
static_assert(!std::is_copy_constructible_v<OwnCertificate>);

Identity id(const std::string& text) { return Identity::parse(text).value(); }

void add(PskStore& store, std::initializer_list<const char*> owners, const std::string& secret) {
  std::vector<IdentityPattern> patterns;
  for (const char* owner : owners) patterns.push_back(IdentityPattern::parse(owner).value());
  store.add(std::move(patterns), SharedSecret::parse(secret).value());
}

std::string found(const PskStore& store, const std::string& local, const std::optional<std::string>& remote) {
  std::optional<Identity> peer;
  if (remote) peer = id(*remote);
  const SharedSecret* secret = store.find(id(local), peer ? &*peer : nullptr);
  if (secret == nullptr) return "none";
  return {secret->expose().begin(), secret->expose().end()};
}

TEST(PskStore, TheBestFitWins) {
  PskStore store;
  EXPECT_TRUE(store.empty());
  EXPECT_EQ(found(store, "us", "them"), "none");
  add(store, {"a.example.org"}, "of a");
  add(store, {"us", "b.example.org"}, "of us and b");
  add(store, {"us"}, "of us");
  add(store, {"*.example.org"}, "of all there");
  EXPECT_FALSE(store.empty());
  EXPECT_EQ(found(store, "us", "a.example.org"), "of a");
  EXPECT_EQ(found(store, "us", "A.Example.org"), "of a");
  EXPECT_EQ(found(store, "us", "b.example.org"), "of us and b");
  EXPECT_EQ(found(store, "other", "b.example.org"), "of us and b");
  EXPECT_EQ(found(store, "us", "c.example.org"), "of all there");
  EXPECT_EQ(found(store, "us", "192.0.2.1"), "of us and b") << "the earlier of two that only we own";
  EXPECT_EQ(found(store, "us", std::nullopt), "of us and b");
  EXPECT_EQ(found(store, "other", "192.0.2.1"), "none");
  EXPECT_EQ(found(store, "other", std::nullopt), "none");
  add(store, {}, "everybody's");
  EXPECT_EQ(found(store, "other", "192.0.2.1"), "everybody's");
  EXPECT_EQ(found(store, "us", "192.0.2.1"), "of us and b");
  add(store, {"%any"}, "anybody's");
  EXPECT_EQ(found(store, "other", "192.0.2.1"), "anybody's");
}

OwnCertificate own(const std::vector<TestCertificate>& chain) {
  return OwnCertificate::make(test::certificates(chain), private_key(chain.front())).value();
}

TEST(OwnCertificate, NeedsItsKey) {
  const auto& p256 = of_kind(TestKey::kP256);
  EXPECT_TRUE(OwnCertificate::make({certificate(p256)}, private_key(p256)));
  const auto another = issue({.subject = "CN=another"});
  const auto refused = OwnCertificate::make({certificate(p256)}, private_key(another));
  ASSERT_FALSE(refused);
  EXPECT_TRUE(contains(refused.error().text, "'CN=gw' is of another key")) << refused.error().text;
  EXPECT_FALSE(OwnCertificate::make({certificate(of_kind(TestKey::kRsa2048))}, private_key(p256)));
  EXPECT_FALSE(OwnCertificate::make({certificate(of_kind(TestKey::kRsa1024))}, private_key(p256)));
  EXPECT_FALSE(OwnCertificate::make({}, private_key(p256)));
  EXPECT_FALSE(OwnCertificate::make(std::vector(8, certificate(p256)), private_key(p256)));
}

TEST(OwnCertificate, SendsAllButRoots) {
  const auto root = issue(authority("root"));
  const auto intermediate = issue(authority("intermediate"), &root);
  const auto gw = issue({.subject = "CN=gw"}, &intermediate);
  const auto payloads = own({gw, root, intermediate}).payloads();
  ASSERT_EQ(payloads.size(), 2U);
  EXPECT_EQ(payloads[0].encoding, CertEncoding::kX509Signature);
  EXPECT_EQ(payloads[0].data, certificate(gw).der());
  EXPECT_EQ(payloads[1].data, certificate(intermediate).der());
  EXPECT_EQ(own({of_kind(TestKey::kP256)}).payloads().size(), 1U) << "its own it sends, self-signed or not";
}

TEST(OwnCertificate, LeadsToItsAuthorities) {
  const auto root = issue(authority("root"));
  const auto intermediate = issue(authority("intermediate"), &root);
  const auto stranger = issue(authority("stranger"));
  const auto gw = issue({.subject = "CN=gw"}, &intermediate);
  const auto hash = [](const TestCertificate& made) { return std::vector{certificate(made).key_hash()}; };
  const auto alone = own({gw});
  const auto whole = own({gw, intermediate, stranger, root});
  const auto trust = TrustStore::make({certificate(stranger), certificate(intermediate), certificate(root)}).value();
  EXPECT_TRUE(whole.leads_to(hash(root), nullptr));
  EXPECT_TRUE(whole.leads_to(hash(intermediate), nullptr));
  EXPECT_FALSE(whole.leads_to(hash(stranger), nullptr));
  EXPECT_FALSE(whole.leads_to(hash(gw), nullptr)) << "it is not its own issuer";
  EXPECT_FALSE(alone.leads_to(hash(root), nullptr));
  EXPECT_TRUE(alone.leads_to(hash(root), &trust));
  EXPECT_FALSE(alone.leads_to(hash(stranger), &trust));
  EXPECT_TRUE(own({of_kind(TestKey::kP256)}).leads_to(hash(of_kind(TestKey::kP256)), nullptr)) << "self-signed";
}

class Check : public testing::Test {
 protected:
  Check() {
    secrets_->add({}, SharedSecret::parse("secret").value());
    psk_ = {.local_id = id("us"), .remote_id = {}, .secrets = secrets_};
    certificates_ = {.local = AuthKind::kCertificate,
                     .remote = AuthKind::kCertificate,
                     .local_id = id("gw.example.org"),
                     .remote_id = {},
                     .certificates = {std::make_shared<OwnCertificate>(own({of_kind(TestKey::kP256)}))},
                     .trust = trust_};
  }
  static std::string said(const Credentials& credentials) {
    const auto checked = credentials.check();
    return checked ? "" : checked.error().text;
  }

  std::shared_ptr<PskStore> secrets_ = std::make_shared<PskStore>();
  std::shared_ptr<const TrustStore> trust_ =
      std::make_shared<TrustStore>(TrustStore::make({certificate(of_kind(TestKey::kP256))}).value());
  Credentials psk_;
  Credentials certificates_;
};

TEST_F(Check, SaysWhatIsMissing) {
  EXPECT_EQ(said(psk_), "");
  EXPECT_EQ(said(certificates_), "");
  Credentials changed = psk_;
  changed.local_id.reset();
  EXPECT_TRUE(contains(said(changed), "needs a local id"));
  changed = psk_;
  changed.secrets.reset();
  EXPECT_TRUE(contains(said(changed), "needs a secret"));
  changed.secrets = std::make_shared<PskStore>();
  EXPECT_TRUE(contains(said(changed), "needs a secret"));
  changed = certificates_;
  changed.certificates.clear();
  EXPECT_TRUE(contains(said(changed), "needs a certificate"));
  changed = certificates_;
  changed.trust.reset();
  EXPECT_TRUE(contains(said(changed), "needs a trust anchor"));
  changed = certificates_;
  changed.remote = AuthKind::kPsk;
  EXPECT_TRUE(contains(said(changed), "needs a secret"));
  changed.secrets = secrets_;
  EXPECT_EQ(said(changed), "") << "each side its own method";
}

TEST_F(Check, OwnCertificatesConfirmTheLocalId) {
  Credentials changed = certificates_;
  changed.local_id = id("other.example.org");
  EXPECT_TRUE(contains(said(changed), "does not stand for 'other.example.org'")) << said(changed);
  changed.local_id = id("CN=gw");
  EXPECT_EQ(said(changed), "");
  changed.local_id.reset();
  EXPECT_EQ(said(changed), "") << "the subject";
  changed.certificates = {std::make_shared<OwnCertificate>(own({issue({.subject = ""})}))};
  EXPECT_TRUE(contains(said(changed), "has no subject"));
}

}  // namespace
}  // namespace sallyport::ike
