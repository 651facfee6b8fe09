// Proposals in strongSwan's notation, and the offers made of them.
#include "sallyport/ike/proposals.hpp"

#include <gtest/gtest.h>

#include "sallyport/ike/random_source.hpp"

namespace sallyport::ike {
namespace {

const Transform kGcm128 = Transform::encr(EncrId::kAesGcm16, 128);
const Transform kGcm256 = Transform::encr(EncrId::kAesGcm16, 256);
const Transform kCbc128 = Transform::encr(EncrId::kAesCbc, 128);
const Transform kCbc256 = Transform::encr(EncrId::kAesCbc, 256);
const Transform kPrf256 = Transform::prf(PrfId::kHmacSha2_256);
const Transform kPrf384 = Transform::prf(PrfId::kHmacSha2_384);
const Transform kInteg256 = Transform::integ(IntegId::kHmacSha2_256_128);
const Transform kX25519 = Transform::ke(KeMethod::kCurve25519);
const Transform kP256 = Transform::ke(KeMethod::kEcp256);
const Transform kModp2048 = Transform::ke(KeMethod::kModp2048);
const Transform kKeNone = Transform::ke(KeMethod::kNone);
const Transform kEsn = Transform::sn(SnId::kEsn);
const Transform kNoEsn = Transform::sn(SnId::k32Bit);

using List = std::vector<Transform>;

// The templates of a text that must be good.
ProposalTemplates ike(std::string_view text) {
  const auto parsed = parse_ike_proposals(text);
  EXPECT_TRUE(parsed.ok()) << parsed.error().text;
  return parsed.ok() ? *parsed : ProposalTemplates{};
}
ProposalTemplates esp(std::string_view text) {
  const auto parsed = parse_esp_proposals(text);
  EXPECT_TRUE(parsed.ok()) << parsed.error().text;
  return parsed.ok() ? *parsed : ProposalTemplates{};
}

std::string refusal(const Result<ProposalTemplates>& parsed) { return parsed.ok() ? "accepted" : parsed.error().text; }

TEST(IkeProposals, AreKeywordsWithDashes) {
  const auto one = ike("aes256gcm16-prfsha384-x25519");
  ASSERT_EQ(one.size(), 1u);
  EXPECT_EQ(one[0].protocol, ProtocolId::kIke);
  EXPECT_EQ(one[0].transforms, (List{kGcm256, kPrf384, kX25519}));
  EXPECT_TRUE(one[0].aead());
  EXPECT_EQ(one[0].of(TransformType::kPrf), List{kPrf384});
}

TEST(IkeProposals, OrderCountsWithinATypeOnly) {
  EXPECT_EQ(ike("aes256gcm16-aes128gcm16-prfsha384-prfsha256-ecp256-x25519"),
            ike("ecp256-aes256gcm16-prfsha384-x25519-prfsha256-aes128gcm16"));
  EXPECT_EQ(ike("aes128gcm16-aes256gcm16-prfsha256-x25519")[0].transforms, (List{kGcm128, kGcm256, kPrf256, kX25519}));
}

TEST(IkeProposals, PrfsFollowFromIntegrityAlgorithms) {
  EXPECT_EQ(ike("aes128-sha256-modp2048")[0].transforms, (List{kCbc128, kPrf256, kInteg256, kModp2048}));
  EXPECT_EQ(ike("aes128-sha256-prfsha384-modp2048")[0].transforms, (List{kCbc128, kPrf384, kInteg256, kModp2048}));
  // As in many configurations: the integrity algorithm beside AEAD only names the PRF.
  EXPECT_EQ(ike("aes256gcm16-sha384-x25519"), ike("aes256gcm16-prfsha384-x25519"));
}

TEST(IkeProposals, AeadAndOthersAreKeptApart) {
  const auto both = ike("aes128-aes256gcm16-aes128gcm16-aes256-sha256-x25519");
  ASSERT_EQ(both.size(), 2u);
  EXPECT_EQ(both[0].transforms, (List{kCbc128, kCbc256, kPrf256, kInteg256, kX25519}));
  EXPECT_FALSE(both[0].aead());
  EXPECT_EQ(both[1].transforms, (List{kGcm256, kGcm128, kPrf256, kX25519}));
  EXPECT_TRUE(both[1].aead());
}

TEST(IkeProposals, SeveralAreSeparatedByCommas) {
  const auto two = ike("aes256gcm16-prfsha384-x25519, aes128-sha256-modp2048");
  ASSERT_EQ(two.size(), 2u);
  EXPECT_EQ(two[1], ike("aes128-sha256-modp2048")[0]);
  EXPECT_EQ(ike("default"), default_ike_proposals());
  EXPECT_EQ(ike("aes128-sha256-modp2048,default").size(), 3u);
}

TEST(IkeProposals, OtherNamesForTheSame) {
  EXPECT_EQ(ike("aes128gcm-prfsha256-curve25519"), ike("aes128gcm16-prfsha256-x25519"));
  EXPECT_EQ(ike("aes256gcm128-prfsha256-x25519"), ike("aes256gcm16-prfsha256-x25519"));
  EXPECT_EQ(ike("aes-sha2_256-modp2048"), ike("aes128-sha256-modp2048"));
}

TEST(IkeProposals, FaultsAreNamedWithTheirPlace) {
  const auto fault = [](std::string_view text) { return refusal(parse_ike_proposals(text)); };
  EXPECT_EQ(fault("aes256gcm16-prfsha384-x25519, aes129-sha256-modp2048"),
            "'aes129' at column 31 is no keyword of a supported algorithm");
  EXPECT_EQ(fault("aes256gcm16-esn-prfsha384-x25519"), "'esn' at column 13 does not belong into a proposal of IKE");
  EXPECT_EQ(fault("aes256gcm16-prfsha384-none"), "'none' at column 23 does not belong into a proposal of IKE");
  EXPECT_EQ(fault("x25519-aes256gcm16-prfsha384-curve25519"),
            "'curve25519' at column 30 stands for an algorithm that is there already");
  EXPECT_EQ(fault("prfsha384-x25519"), "proposal 'prfsha384-x25519' has no cipher, e.g. aes256gcm16");
  EXPECT_EQ(fault("aes256gcm16-x25519"), "proposal 'aes256gcm16-x25519' has no PRF, e.g. prfsha256");
  EXPECT_EQ(fault("aes256gcm16-prfsha384"), "proposal 'aes256gcm16-prfsha384' has no key exchange method, e.g. x25519");
  EXPECT_EQ(fault("aes256-prfsha384-x25519"),
            "proposal 'aes256-prfsha384-x25519' has no integrity algorithm, e.g. sha256");
}

TEST(IkeProposals, EmptyPiecesAreFaults) {
  for (const char* text :
       {"", ",", "-", "aes256gcm16--prfsha384-x25519", "aes256gcm16-prfsha384-x25519-", " - ",
        "-aes256gcm16-prfsha384-x25519", "aes256gcm16-prfsha384-x25519,", "AES256GCM16-prfsha384-x25519",
        "aes256gcm16 -prfsha384-x25519", "aes256gcm16-prfsha384-x25519!"}) {
    EXPECT_FALSE(parse_ike_proposals(text).ok()) << text;
  }
}

TEST(IkeProposals, AreNoMoreThanTheirCaps) {
  std::string many = "default";
  for (std::size_t i = 1; i < kMaxConfiguredProposals; ++i) many += ",default";
  EXPECT_TRUE(parse_ike_proposals(many).ok());
  EXPECT_FALSE(parse_ike_proposals(many + ",default").ok());
  EXPECT_FALSE(parse_ike_proposals(std::string(100'000, '-')).ok());
  EXPECT_FALSE(parse_ike_proposals(std::string(100'000, ',')).ok());
}

TEST(EspProposals, HaveSequenceNumbersInAnyCase) {
  EXPECT_EQ(esp("aes128gcm16")[0].transforms, (List{kGcm128, kNoEsn}));
  EXPECT_EQ(esp("aes128gcm16-esn")[0].transforms, (List{kGcm128, kEsn}));
  EXPECT_EQ(esp("aes128gcm16-aes256gcm16-x25519-esn-noesn")[0].transforms,
            (List{kGcm128, kGcm256, kX25519, kEsn, kNoEsn}));
  EXPECT_EQ(esp("aes128gcm16-x25519-none-esn")[0].transforms, (List{kGcm128, kX25519, kKeNone, kEsn}));
  EXPECT_EQ(esp("aes128gcm16-modpnone"), esp("aes128gcm16-none"));
  EXPECT_EQ(esp("aes256gcm16-sha256"), esp("aes256gcm16"));
  EXPECT_EQ(esp("default"), default_esp_proposals());
}

TEST(EspProposals, FaultsAreNamed) {
  const auto fault = [](std::string_view text) { return refusal(parse_esp_proposals(text)); };
  EXPECT_EQ(fault("aes128-sha256"), "'aes128' at column 1 does not belong into a proposal of ESP");
  EXPECT_EQ(fault("aes128gcm16-prfsha256"), "'prfsha256' at column 13 does not belong into a proposal of ESP");
  EXPECT_EQ(fault("x25519-esn"), "proposal 'x25519-esn' has no cipher, e.g. aes256gcm16");
  EXPECT_EQ(fault("chacha20poly1305"), "'chacha20poly1305' at column 1 is no keyword of a supported algorithm");
}

TEST(ProposalText, IsReadBack) {
  EXPECT_EQ(to_text(default_ike_proposals()),
            "aes256gcm16-aes128gcm16-prfsha384-prfsha512-prfsha256-x25519-ecp384-ecp256-ecp521-modp3072-modp4096-"
            "modp2048, "
            "aes256-aes128-prfsha384-prfsha512-prfsha256-sha384-sha512-sha256-x25519-ecp384-ecp256-ecp521-modp3072-"
            "modp4096-modp2048");
  EXPECT_EQ(to_text(default_esp_proposals()), "aes256gcm16-aes128gcm16-x25519-ecp384-ecp256-none-esn-noesn");
  EXPECT_EQ(to_text(ike("aes-sha2_256-curve25519")[0]), "aes128-prfsha256-sha256-x25519");
}

TEST(ProposalText, OfRandomProposalsIsReadBack) {
  const std::vector<std::string> words{"aes128gcm16", "aes256gcm16", "aes128",   "aes256",   "prfsha256",
                                       "prfsha384",   "prfsha512",   "sha256",   "sha384",   "sha512",
                                       "x25519",      "ecp256",      "modp4096", "modp2048", "ecp521"};
  int good = 0;
  for (std::uint64_t seed = 1; seed <= 5'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    std::string text;
    for (std::uint64_t n = 2 + random.below(6); n-- > 0;)
      text += (text.empty() ? "" : "-") + words[random.below(words.size())];
    const auto parsed = parse_ike_proposals(text);
    if (!parsed) continue;
    ++good;
    const auto again = parse_ike_proposals(to_text(*parsed));
    ASSERT_TRUE(again.ok()) << to_text(*parsed);
    EXPECT_EQ(*again, *parsed);
  }
  EXPECT_GT(good, 200);
}

TEST(IkeOffers, AreNumberedAndWithoutSpiAtFirst) {
  const auto offer = offer_ike(ike("aes256gcm16-aes128-sha256-x25519,aes128gcm16-prfsha256-ecp256"));
  ASSERT_TRUE(offer.ok());
  ASSERT_EQ(offer->proposals.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(offer->proposals[i].number, i + 1);
    EXPECT_EQ(offer->proposals[i].protocol, ProtocolId::kIke);
    EXPECT_TRUE(offer->proposals[i].spi.empty());
  }
  EXPECT_EQ(offer->proposals[2].transforms, (List{kGcm128, kPrf256, kP256}));
}

TEST(IkeOffers, HaveTheNewSpiInARekey) {
  const auto offer = offer_ike(default_ike_proposals(), IkeSpi(0x0102030405060708));
  ASSERT_TRUE(offer.ok());
  for (const Proposal& proposal : offer->proposals) EXPECT_EQ(proposal.spi, (Bytes{1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_FALSE(offer_ike(default_ike_proposals(), IkeSpi(0)).ok());
}

TEST(EspOffers, HaveTheSpiAndNoKeyExchangeInIkeAuth) {
  const auto templates = esp("aes256gcm16-x25519-esn,aes256gcm16-ecp256-esn,aes128gcm16-esn");
  const auto create = offer_esp(templates, Spi(0xc0ffee01), ChildExchange::kCreateChildSa);
  ASSERT_TRUE(create.ok());
  ASSERT_EQ(create->proposals.size(), 3u);
  EXPECT_EQ(create->proposals[0].transforms, (List{kGcm256, kX25519, kEsn}));
  EXPECT_EQ(create->proposals[0].spi, (Bytes{0xc0, 0xff, 0xee, 0x01}));
  // The first two are the same without their key exchange.
  const auto auth = offer_esp(templates, Spi(256), ChildExchange::kIkeAuth);
  ASSERT_TRUE(auth.ok());
  ASSERT_EQ(auth->proposals.size(), 2u);
  EXPECT_EQ(auth->proposals[0].transforms, (List{kGcm256, kEsn}));
  EXPECT_EQ(auth->proposals[1].transforms, (List{kGcm128, kEsn}));
  EXPECT_EQ(auth->proposals[1].number, 2);
}

TEST(EspOffers, SayNoneOnlyBesideOtherMethods) {
  const auto beside = offer_esp(esp("aes128gcm16-x25519-none-esn"), Spi(256), ChildExchange::kCreateChildSa);
  EXPECT_EQ(beside->proposals[0].transforms, (List{kGcm128, kX25519, kKeNone, kEsn}));
  const auto alone = offer_esp(esp("aes128gcm16-none-esn"), Spi(256), ChildExchange::kCreateChildSa);
  EXPECT_EQ(alone->proposals[0].transforms, (List{kGcm128, kEsn}));
}

TEST(Offers, RefuseWhatCannotBeOffered) {
  EXPECT_FALSE(offer_ike({}).ok());
  EXPECT_FALSE(offer_ike(default_esp_proposals()).ok());
  EXPECT_FALSE(offer_esp(default_ike_proposals(), Spi(256), ChildExchange::kIkeAuth).ok());
  EXPECT_FALSE(offer_esp(default_esp_proposals(), Spi(255), ChildExchange::kIkeAuth).ok());
  EXPECT_FALSE(offer_esp({}, Spi(256), ChildExchange::kIkeAuth).ok());
  EXPECT_FALSE(offer_ike(ProposalTemplates(65, default_ike_proposals()[0])).ok());
  EXPECT_TRUE(offer_ike(ProposalTemplates(64, default_ike_proposals()[0])).ok());
  ProposalTemplate large = default_ike_proposals()[0];
  large.transforms.resize(256, kX25519);
  EXPECT_FALSE(offer_ike(ProposalTemplates{large}).ok());
}

// What is offered goes over the wire and comes out the same.
TEST(Offers, SurviveTheWire) {
  for (const auto& offer : {offer_ike(default_ike_proposals()), offer_ike(default_ike_proposals(), IkeSpi(1)),
                            offer_esp(default_esp_proposals(), Spi(256), ChildExchange::kCreateChildSa)}) {
    ASSERT_TRUE(offer.ok());
    Bytes octets;
    ASSERT_TRUE(offer->write(octets).ok());
    const auto parsed = SaPayload::parse(octets);
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(*parsed, *offer);
  }
}

TEST(KeMethods, AreInOrderAndOnce) {
  EXPECT_EQ(ke_methods(ike("aes128gcm16-prfsha256-ecp256-x25519,aes128-sha256-modp2048-ecp256")),
            (std::vector<KeMethod>{KeMethod::kEcp256, KeMethod::kCurve25519, KeMethod::kModp2048}));
  EXPECT_EQ(ke_methods(esp("aes128gcm16-none-ecp256")), std::vector<KeMethod>{KeMethod::kEcp256});
  EXPECT_TRUE(ke_methods(esp("aes128gcm16")).empty());
}

}  // namespace
}  // namespace sallyport::ike
