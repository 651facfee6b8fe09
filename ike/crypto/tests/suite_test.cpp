#include "sallyport/ike/suite.hpp"

#include "crypto_testing.hpp"

namespace sallyport::ike {
namespace {

TEST(Suite, IkeSuitesThatAreSupported) {
  for (const IkeSuite& suite : testing::all_protections()) {
    for (const PrfId prf : {PrfId::kHmacSha2_256, PrfId::kHmacSha2_384, PrfId::kHmacSha2_512}) {
      for (const KeMethod ke : {KeMethod::kCurve25519, KeMethod::kEcp256, KeMethod::kEcp384, KeMethod::kEcp521,
                                KeMethod::kModp2048, KeMethod::kModp3072, KeMethod::kModp4096}) {
        IkeSuite one = suite;
        one.prf = prf;
        one.ke = ke;
        EXPECT_TRUE(supported(one)) << to_string(one);
      }
    }
  }
}

TEST(Suite, IkeSuitesThatAreNot) {
  const auto with = [](auto change) {
    IkeSuite suite;
    change(suite);
    return suite;
  };
  for (const IkeSuite& suite : {
           with([](IkeSuite& s) { s.encr = EncrId::k3Des; }),
           with([](IkeSuite& s) { s.encr = EncrId::kAesGcm12; }),
           with([](IkeSuite& s) { s.key_bits = 192; }),
           with([](IkeSuite& s) { s.key_bits = 0; }),
           with([](IkeSuite& s) { s.integ = IntegId::kHmacSha2_256_128; }),  // GCM has its own
           with([](IkeSuite& s) { s.encr = EncrId::kAesCbc; }),              // without integrity
           with([](IkeSuite& s) { s.encr = EncrId::kAesCbc, s.integ = IntegId::kNone; }),
           with([](IkeSuite& s) { s.encr = EncrId::kAesCbc, s.integ = IntegId::kHmacSha1_96; }),
           with([](IkeSuite& s) { s.prf = PrfId::kHmacSha1; }),
           with([](IkeSuite& s) { s.ke = KeMethod::kNone; }),
           with([](IkeSuite& s) { s.ke = KeMethod::kModp1536; }),
           with([](IkeSuite& s) { s.ke = KeMethod::kCurve448; }),
       }) {
    EXPECT_FALSE(supported(suite)) << to_string(suite);
    EXPECT_EQ(protection_sizes(suite).key, 0U) << to_string(suite);
  }
}

TEST(Suite, ChildSuites) {
  for (const unsigned bits : {128U, 256U}) {
    for (const bool esn : {false, true}) {
      EXPECT_TRUE(supported(ChildSuite{EncrId::kAesGcm16, bits, esn, std::nullopt}));
      EXPECT_TRUE(supported(ChildSuite{EncrId::kAesGcm16, bits, esn, KeMethod::kEcp384}));
    }
  }
  EXPECT_FALSE(supported(ChildSuite{EncrId::kAesCbc, 128, true, std::nullopt}));
  EXPECT_FALSE(supported(ChildSuite{EncrId::kAesGcm16, 192, true, std::nullopt}));
  EXPECT_FALSE(supported(ChildSuite{EncrId::kAesGcm16, 128, true, KeMethod::kModp1024}));
  EXPECT_EQ(protection_sizes(ChildSuite{EncrId::kAesCbc, 128, true, std::nullopt}).key, 0U);
  EXPECT_EQ(protection_sizes(ChildSuite{EncrId::kAesGcm16, 256, true, std::nullopt}).key, 32U);
  EXPECT_EQ(protection_sizes(ChildSuite{EncrId::kAesGcm16, 128, true, std::nullopt}).salt, 4U);
}

TEST(Suite, SizesOfProtection) {
  IkeSuite suite;
  suite.key_bits = 128;
  ProtectionSizes sizes = protection_sizes(suite);
  EXPECT_EQ(sizes.key, 16U);
  EXPECT_EQ(sizes.salt, 4U);
  EXPECT_EQ(sizes.integ, 0U);
  EXPECT_EQ(sizes.iv, 8U);
  EXPECT_EQ(sizes.block, 1U);
  EXPECT_EQ(sizes.icv, 16U);
  suite = {EncrId::kAesCbc, 256, IntegId::kHmacSha2_384_192, PrfId::kHmacSha2_384, KeMethod::kEcp384};
  sizes = protection_sizes(suite);
  EXPECT_EQ(sizes.key, 32U);
  EXPECT_EQ(sizes.salt, 0U);
  EXPECT_EQ(sizes.integ, 48U);
  EXPECT_EQ(sizes.iv, 16U);
  EXPECT_EQ(sizes.block, 16U);
  EXPECT_EQ(sizes.icv, 24U);
  EXPECT_EQ(integrity_icv_size(IntegId::kHmacSha2_256_128), 16U);
  EXPECT_EQ(integrity_icv_size(IntegId::kHmacSha2_512_256), 32U);
  EXPECT_EQ(integrity_key_size(IntegId::kHmacSha2_512_256), 64U);
  EXPECT_EQ(integrity_key_size(IntegId::kHmacSha1_96), 0U);
}

TEST(Suite, SizesOfPrfAndNonce) {
  EXPECT_EQ(prf_size(PrfId::kHmacSha2_256), 32U);
  EXPECT_EQ(prf_size(PrfId::kHmacSha2_384), 48U);
  EXPECT_EQ(prf_size(PrfId::kHmacSha2_512), 64U);
  EXPECT_EQ(prf_size(PrfId::kAes128Cmac), 0U);
  EXPECT_EQ(minimum_nonce_size(PrfId::kHmacSha2_256), 16U);
  EXPECT_EQ(minimum_nonce_size(PrfId::kHmacSha2_384), 24U);
  EXPECT_EQ(minimum_nonce_size(PrfId::kHmacSha2_512), 32U);
  EXPECT_EQ(minimum_nonce_size(PrfId::kHmacMd5), 0U);
}

TEST(Suite, Texts) {
  IkeSuite suite;
  EXPECT_EQ(to_string(suite), to_text(EncrId::kAesGcm16) + "_256/" + to_text(PrfId::kHmacSha2_256) + "/" +
                                  to_text(KeMethod::kCurve25519));
  suite.encr = EncrId::kAesCbc;
  suite.integ = IntegId::kHmacSha2_512_256;
  EXPECT_NE(to_string(suite).find("/" + to_text(IntegId::kHmacSha2_512_256) + "/"), std::string::npos);
  EXPECT_EQ(to_string(ChildSuite{}), to_text(EncrId::kAesGcm16) + "_256/ESN");
  EXPECT_EQ(to_string(ChildSuite{EncrId::kAesGcm16, 128, false, KeMethod::kEcp256}),
            to_text(EncrId::kAesGcm16) + "_128/32-bit/" + to_text(KeMethod::kEcp256));
}

}  // namespace
}  // namespace sallyport::ike
