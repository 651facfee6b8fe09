// The files that other programs' tests start from are what they claim to be.
#include "fixtures.hpp"
#include "sallyport/ike/credentials.hpp"
#include "support/test_folder.hpp"

namespace sallyport::ike {
namespace {

class PkiFiles : public sallyport::test::FolderTest {
 protected:
  [[nodiscard]] std::vector<Certificate> certificates(const std::string& name) const {
    return Certificate::from_pem(content(path(name + ".pem"))).value();
  }
  [[nodiscard]] Crl list(const std::string& name) const {
    const std::string text = content(path(name));
    return Crl::read(test::octets(text)).value();
  }
};

TEST_F(PkiFiles, OfAllKinds) {
  test::write_pki(folder(), {{"a", "DNS:a.example.org,IP:192.0.2.1"}});
  const Identity id = Identity::parse("a.example.org").value();
  for (const std::string kind : {"rsa", "pss", "p256", "p384", "ed25519"}) {
    const auto trust = TrustStore::make(certificates("ca-" + kind)).value();
    const auto leaf = certificates("a-" + kind).front();
    EXPECT_TRUE(leaf.confirms(id));
    const auto chain = trust.verify(leaf, certificates("intermediate-" + kind), UnixTime(test::kNow));
    EXPECT_TRUE(chain) << kind << ": " << (chain ? "" : chain.error().text);
    auto key = PrivateKey::from_pem(test::octets(content(path("a-" + kind + "-key.pem"))));
    ASSERT_TRUE(key) << key.error().text;
    EXPECT_TRUE(OwnCertificate::make({leaf}, std::move(key).value()));
  }
  const auto trust =
      TrustStore::make(certificates("ca-p256"), {list("ca-p256.crl.pem"), list("intermediate-p256.crl.pem")}).value();
  for (const auto& [name, part] :
       {std::pair{"a-p256", ""}, std::pair{"a-expired", "certificate has expired"},
        std::pair{"a-wrong-eku", "extendedKeyUsage"}, std::pair{"a-revoked", "certificate revoked"},
        std::pair{"a-self-signed", "self-signed certificate"}}) {
    const auto chain = trust.verify(certificates(name).front(), certificates("intermediate-p256"), UnixTime(test::kNow),
                                    {.revocation = Revocation::kRequired});
    EXPECT_EQ(chain.ok(), std::string(part).empty()) << name;
    if (!chain) {
      EXPECT_TRUE(test::contains(chain.error().text, part)) << chain.error().text;
    }
  }
}

}  // namespace
}  // namespace sallyport::ike
