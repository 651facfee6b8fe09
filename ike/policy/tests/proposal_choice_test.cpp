// The responder's choice.
#include "sallyport/ike/proposal_choice.hpp"

#include <gtest/gtest.h>

namespace sallyport::ike {
namespace {

using List = std::vector<Transform>;

const Transform kGcm128 = Transform::encr(EncrId::kAesGcm16, 128);
const Transform kGcm256 = Transform::encr(EncrId::kAesGcm16, 256);
const Transform kCbc256 = Transform::encr(EncrId::kAesCbc, 256);
const Transform kPrf256 = Transform::prf(PrfId::kHmacSha2_256);
const Transform kInteg256 = Transform::integ(IntegId::kHmacSha2_256_128);
const Transform kIntegNone = Transform::integ(IntegId::kNone);
const Transform kX25519 = Transform::ke(KeMethod::kCurve25519);
const Transform kP256 = Transform::ke(KeMethod::kEcp256);
const Transform kKeNone = Transform::ke(KeMethod::kNone);
const Transform kEsn = Transform::sn(SnId::kEsn);
const Transform kNoEsn = Transform::sn(SnId::k32Bit);
const Bytes kEspSpi{0, 0, 0x12, 0x34};

SaPayload ike_offer(const std::vector<List>& proposals) {
  SaPayload payload;
  for (const List& transforms : proposals) {
    payload.proposals.push_back(
        {static_cast<std::uint8_t>(payload.proposals.size() + 1), ProtocolId::kIke, {}, transforms});
  }
  return payload;
}

SaPayload esp_offer(const std::vector<List>& proposals) {
  SaPayload payload = ike_offer(proposals);
  for (Proposal& proposal : payload.proposals) proposal.protocol = ProtocolId::kEsp, proposal.spi = kEspSpi;
  return payload;
}

Result<IkeChoice> choose(const SaPayload& offer, std::string_view ours, IkeOffer kind = IkeOffer::kInitial) {
  return choose_ike(offer, *parse_ike_proposals(ours), kind);
}
Result<ChildChoice> choose_esp(const SaPayload& offer, std::string_view ours,
                               ChildExchange exchange = ChildExchange::kCreateChildSa) {
  return choose_child(offer, *parse_esp_proposals(ours), exchange);
}

std::string why_not(const Result<IkeChoice>& choice) { return choice.ok() ? "chosen" : choice.error().text; }

TEST(IkeChoice, IsASuiteAndTheProposalItStoodIn) {
  const auto choice = choose(ike_offer({{kGcm128, kPrf256, kP256}, {kGcm256, kPrf256, kP256, kX25519}}),
                             "aes256gcm16-prfsha256-x25519");
  ASSERT_TRUE(choice.ok()) << choice.error().text;
  EXPECT_EQ(choice->suite, (IkeSuite{EncrId::kAesGcm16, 256, {}, PrfId::kHmacSha2_256, KeMethod::kCurve25519}));
  EXPECT_EQ(choice->chosen, (Proposal{2, ProtocolId::kIke, {}, {kGcm256, kPrf256, kX25519}}));
  EXPECT_EQ(choice->peer_spi, IkeSpi(0));
}

TEST(IkeChoice, GoesByOurOrderNotThePeers) {
  const SaPayload offer =
      ike_offer({{kCbc256, kPrf256, kInteg256, kP256, kX25519}, {kGcm128, kGcm256, kPrf256, kP256, kX25519}});
  EXPECT_EQ(choose(offer, "aes256gcm16-aes128gcm16-prfsha256-x25519-ecp256")->suite.key_bits, 256u);
  EXPECT_EQ(choose(offer, "aes128gcm16-aes256gcm16-prfsha256-x25519-ecp256")->suite.key_bits, 128u);
  EXPECT_EQ(choose(offer, "aes256gcm16-prfsha256-ecp256-x25519")->suite.ke, KeMethod::kEcp256);
  // Our first proposal wins although the peer's first one meets our second.
  EXPECT_EQ(choose(offer, "aes256gcm16-prfsha256-x25519,aes256-sha256-x25519")->chosen.number, 2);
  EXPECT_EQ(choose(offer, "aes256-sha256-x25519,aes256gcm16-prfsha256-x25519")->chosen.number, 1);
  // The cipher weighs more than the method: proposal 2 has the better cipher, 1 the better method.
  const SaPayload mixed = ike_offer({{kGcm128, kPrf256, kX25519}, {kGcm256, kPrf256, kP256}});
  EXPECT_EQ(choose(mixed, "aes256gcm16-aes128gcm16-prfsha256-x25519-ecp256")->chosen.number, 2);
  // All the same to us: the peer's first.
  const SaPayload twice = ike_offer({{kGcm128, kPrf256, kX25519}, {kGcm128, kPrf256, kX25519}});
  EXPECT_EQ(choose(twice, "aes128gcm16-prfsha256-x25519")->chosen.number, 1);
}

TEST(IkeChoice, AnotherKeyLengthIsAnotherTransform) {
  EXPECT_FALSE(choose(ike_offer({{kGcm128, kPrf256, kX25519}}), "aes256gcm16-prfsha256-x25519").ok());
  for (const std::uint16_t bits : {0, 127, 129, 192, 65535}) {
    const List odd{Transform::encr(EncrId::kAesGcm16, bits), kPrf256, kX25519};
    EXPECT_FALSE(choose(ike_offer({odd}), "aes128gcm16-aes256gcm16-prfsha256-x25519").ok()) << bits;
  }
  const List without{Transform::encr(EncrId::kAesGcm16, std::nullopt), kPrf256, kX25519};
  EXPECT_FALSE(choose(ike_offer({without}), "aes128gcm16-prfsha256-x25519").ok());
  // A key length where none belongs.
  Transform prf = kPrf256;
  prf.key_bits = 256;
  EXPECT_FALSE(choose(ike_offer({{kGcm128, prf, kX25519}}), "aes128gcm16-prfsha256-x25519").ok());
}

TEST(IkeChoice, AnUnknownAttributeSpoilsItsTransformOnly) {
  Transform strange = kGcm256;
  strange.unknown_attribute = true;
  EXPECT_FALSE(choose(ike_offer({{strange, kPrf256, kX25519}}), "aes256gcm16-prfsha256-x25519").ok());
  const auto other =
      choose(ike_offer({{strange, kGcm128, kPrf256, kX25519}}), "aes256gcm16-aes128gcm16-prfsha256-x25519");
  ASSERT_TRUE(other.ok());
  EXPECT_EQ(other->suite.key_bits, 128u);
}

TEST(IkeChoice, UnknownIdsAreNoHindrance) {
  const List many{Transform::encr(EncrId(999), 256), kGcm256, Transform::prf(PrfId(77)), kPrf256,
                  Transform::ke(KeMethod(1035)),     kX25519};
  const auto choice = choose(ike_offer({many}), "aes256gcm16-prfsha256-x25519");
  ASSERT_TRUE(choice.ok());
  EXPECT_EQ(choice->chosen.transforms, (List{kGcm256, kPrf256, kX25519}));
}

TEST(IkeChoice, AnUnknownTypeSpoilsItsProposalOnly) {
  const List good{kGcm256, kPrf256, kX25519};
  for (const int type : {0, 5, 6, 12, 13, 14, 15, 200, 255}) {
    List strange = good;
    strange.push_back({TransformType(type), 1, {}});
    EXPECT_FALSE(choose(ike_offer({strange}), "aes256gcm16-prfsha256-x25519").ok()) << type;
    const auto second = choose(ike_offer({strange, good}), "aes256gcm16-prfsha256-x25519");
    ASSERT_TRUE(second.ok()) << type;
    EXPECT_EQ(second->chosen.number, 2);
  }
}

TEST(IkeChoice, MandatoryTypesMustBeThere) {
  const List all{kCbc256, kPrf256, kInteg256, kX25519};
  for (std::size_t left_out = 0; left_out < all.size(); ++left_out) {
    List some = all;
    some.erase(some.begin() + static_cast<std::ptrdiff_t>(left_out));
    EXPECT_FALSE(choose(ike_offer({some}), "aes256-sha256-x25519").ok()) << left_out;
  }
  EXPECT_TRUE(choose(ike_offer({all}), "aes256-sha256-x25519").ok());
  EXPECT_FALSE(choose(ike_offer({{}}), "aes256-sha256-x25519").ok());
  EXPECT_FALSE(choose(SaPayload{}, "aes256-sha256-x25519").ok());
}

TEST(IkeChoice, IntegrityBesideAeadIsNoneOrNothing) {
  const auto none = choose(ike_offer({{kGcm256, kPrf256, kIntegNone, kX25519}}), "aes256gcm16-prfsha256-x25519");
  ASSERT_TRUE(none.ok());
  EXPECT_FALSE(none->suite.integ);
  EXPECT_EQ(none->chosen.transforms,
            (List{kGcm256, kPrf256, kIntegNone, kX25519}));  // one of each type that was offered
  const auto either =
      choose(ike_offer({{kGcm256, kPrf256, kInteg256, kIntegNone, kX25519}}), "aes256gcm16-prfsha256-x25519");
  ASSERT_TRUE(either.ok());
  EXPECT_EQ(either->chosen.transforms, (List{kGcm256, kPrf256, kIntegNone, kX25519}));
  EXPECT_FALSE(choose(ike_offer({{kGcm256, kPrf256, kInteg256, kX25519}}), "aes256gcm16-prfsha256-x25519").ok());
}

TEST(IkeChoice, IntegrityBesideCbcIsNeverNone) {
  EXPECT_FALSE(choose(ike_offer({{kCbc256, kPrf256, kIntegNone, kX25519}}), "aes256-sha256-x25519").ok());
  const auto choice =
      choose(ike_offer({{kCbc256, kGcm256, kPrf256, kIntegNone, kInteg256, kX25519}}), "aes256-sha256-x25519");
  ASSERT_TRUE(choice.ok());
  EXPECT_EQ(choice->suite.integ, IntegId::kHmacSha2_256_128);
}

TEST(IkeChoice, NeverDoesWithoutAKeyExchange) {
  for (const IkeOffer kind : {IkeOffer::kInitial, IkeOffer::kRekey}) {
    SaPayload offer = ike_offer({{kGcm256, kPrf256, kKeNone}});
    if (kind == IkeOffer::kRekey) offer.proposals[0].spi = Bytes(8, 1);
    EXPECT_FALSE(choose(offer, "aes256gcm16-prfsha256-x25519", kind).ok());
    offer.proposals[0].transforms.push_back(kX25519);
    const auto choice = choose(offer, "aes256gcm16-prfsha256-x25519", kind);
    ASSERT_TRUE(choice.ok());
    EXPECT_EQ(choice->suite.ke, KeMethod::kCurve25519);
  }
}

TEST(IkeChoice, SpisBelongIntoRekeys) {
  SaPayload offer = ike_offer({{kGcm256, kPrf256, kX25519}});
  EXPECT_FALSE(choose(offer, "aes256gcm16-prfsha256-x25519", IkeOffer::kRekey).ok());
  offer.proposals[0].spi = {1, 2, 3, 4, 5, 6, 7, 8};
  EXPECT_FALSE(choose(offer, "aes256gcm16-prfsha256-x25519").ok());
  const auto choice = choose(offer, "aes256gcm16-prfsha256-x25519", IkeOffer::kRekey);
  ASSERT_TRUE(choice.ok());
  EXPECT_EQ(choice->peer_spi, IkeSpi(0x0102030405060708));
  const SaPayload answer = answer_ike(*choice, IkeSpi(0x1112131415161718));
  EXPECT_EQ(answer.proposals[0].spi, (Bytes{0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18}));
  EXPECT_EQ(answer.proposals[0].transforms, choice->chosen.transforms);
  offer.proposals[0].spi = Bytes(8, 0);
  EXPECT_FALSE(choose(offer, "aes256gcm16-prfsha256-x25519", IkeOffer::kRekey).ok());
  offer.proposals[0].spi = Bytes(4, 1);
  EXPECT_FALSE(choose(offer, "aes256gcm16-prfsha256-x25519", IkeOffer::kRekey).ok());
}

TEST(IkeChoice, SaysWhyThereIsNone) {
  const SaPayload offer = ike_offer({{kGcm128, kPrf256, kX25519},
                                     {kGcm256, kPrf256, kP256},
                                     {kGcm256, kPrf256, kX25519, {TransformType(200), 7, {}}}});
  EXPECT_EQ(why_not(choose(offer, "aes256gcm16-prfsha256-x25519")),
            "no proposal chosen: proposal 3 has a transform of type 200, which is not known for IKE; "
            "proposal 1 has no acceptable ENCR; proposal 2 has no acceptable " +
                to_text(TransformType::kKe));
  EXPECT_EQ(choose(offer, "aes256gcm16-prfsha256-x25519").error().code, ErrorCode::kNotFound);
}

TEST(IkeChoice, OwnTemplatesThatLackATypeMeetNothing) {
  const ProposalTemplates broken{
      {ProtocolId::kIke, {kGcm256, kX25519}}, {ProtocolId::kIke, {}}, {ProtocolId::kEsp, {}}};
  EXPECT_FALSE(choose_ike(ike_offer({{kGcm256, kPrf256, kX25519}}), broken, IkeOffer::kInitial).ok());
  EXPECT_FALSE(choose_ike(ike_offer({{kGcm256, kX25519}}), broken, IkeOffer::kInitial).ok());
  EXPECT_FALSE(choose_ike(ike_offer({{}}), broken, IkeOffer::kInitial).ok());
}

TEST(ChildChoice, IsASuiteAndTheProposalItStoodIn) {
  const auto choice = choose_esp(esp_offer({{kGcm128, kGcm256, kX25519, kNoEsn, kEsn}}), "aes256gcm16-x25519-esn");
  ASSERT_TRUE(choice.ok()) << choice.error().text;
  EXPECT_EQ(choice->suite, (ChildSuite{EncrId::kAesGcm16, 256, true, KeMethod::kCurve25519}));
  EXPECT_EQ(choice->peer_spi, Spi(0x1234));
  EXPECT_EQ(choice->chosen, (Proposal{1, ProtocolId::kEsp, kEspSpi, {kGcm256, kX25519, kEsn}}));
  EXPECT_EQ(answer_child(*choice, Spi(0xabcdef01)).proposals[0],
            (Proposal{1, ProtocolId::kEsp, {0xab, 0xcd, 0xef, 0x01}, {kGcm256, kX25519, kEsn}}));
}

TEST(ChildChoice, SequenceNumbersAreMandatory) {
  EXPECT_FALSE(choose_esp(esp_offer({{kGcm128}}), "aes128gcm16-noesn-esn").ok());
  EXPECT_FALSE(choose_esp(esp_offer({{kGcm128, Transform::sn(SnId::k32BitUnspecified)}}), "aes128gcm16").ok());
  EXPECT_FALSE(choose_esp(esp_offer({{kGcm128, kNoEsn}}), "aes128gcm16-esn").ok());
  EXPECT_FALSE(choose_esp(esp_offer({{kGcm128, kNoEsn}}), "aes128gcm16-noesn")->suite.esn);
  EXPECT_TRUE(choose_esp(esp_offer({{kGcm128, kNoEsn, kEsn}}), "aes128gcm16-esn-noesn")->suite.esn);
}

// | ours | offered | chosen |
TEST(ChildChoice, KeyExchangeIsChosenAbsentOrNone) {
  const List plain{kGcm128, kNoEsn};
  const List pfs{kGcm128, kX25519, kNoEsn};
  const List none{kGcm128, kKeNone, kNoEsn};
  const List either{kGcm128, kX25519, kKeNone, kNoEsn};
  const auto ke = [](const List& offered, std::string_view ours) -> std::string {
    const auto choice = choose_esp(esp_offer({offered}), ours);
    if (!choice) return "refused";
    const bool has_type = std::any_of(choice->chosen.transforms.begin(), choice->chosen.transforms.end(),
                                      [](const Transform& t) { return t.type == TransformType::kKe; });
    return std::string(choice->suite.ke ? "method" : "none") + (has_type ? " said" : " unsaid");
  };
  EXPECT_EQ(ke(plain, "aes128gcm16"), "none unsaid");
  EXPECT_EQ(ke(none, "aes128gcm16"), "none said");
  EXPECT_EQ(ke(pfs, "aes128gcm16"), "refused");
  EXPECT_EQ(ke(either, "aes128gcm16"), "none said");
  EXPECT_EQ(ke(plain, "aes128gcm16-x25519"), "refused");
  EXPECT_EQ(ke(none, "aes128gcm16-x25519"), "refused");
  EXPECT_EQ(ke(pfs, "aes128gcm16-x25519"), "method said");
  EXPECT_EQ(ke(either, "aes128gcm16-x25519"), "method said");
  EXPECT_EQ(ke(plain, "aes128gcm16-x25519-none"), "none unsaid");
  EXPECT_EQ(ke(pfs, "aes128gcm16-x25519-none"), "method said");
  EXPECT_EQ(ke(either, "aes128gcm16-x25519-none"), "method said");
  EXPECT_EQ(ke(either, "aes128gcm16-none-x25519"), "none said");
}

TEST(ChildChoice, IkeAuthHasNoKeyExchange) {
  const auto choose_auth = [](const List& offered) {
    return choose_esp(esp_offer({offered}), "aes128gcm16-x25519", ChildExchange::kIkeAuth);
  };
  EXPECT_TRUE(choose_auth({kGcm128, kNoEsn}).ok());
  EXPECT_FALSE(choose_auth({kGcm128, kNoEsn})->suite.ke);
  EXPECT_TRUE(choose_auth({kGcm128, kKeNone, kNoEsn}).ok());
  EXPECT_FALSE(choose_auth({kGcm128, kX25519, kNoEsn}).ok());
}

TEST(ChildChoice, OtherProtocolsAndTypesAreRefused) {
  SaPayload ah = esp_offer({{kGcm128, kNoEsn}});
  ah.proposals[0].protocol = ProtocolId::kAh;
  EXPECT_FALSE(choose_esp(ah, "aes128gcm16").ok());
  EXPECT_FALSE(choose_esp(esp_offer({{kGcm128, kPrf256, kNoEsn}}), "aes128gcm16").ok());
  EXPECT_FALSE(choose_esp(esp_offer({{kGcm128, kInteg256, kNoEsn}}), "aes128gcm16").ok());
  EXPECT_TRUE(choose_esp(esp_offer({{kGcm128, kIntegNone, kNoEsn}}), "aes128gcm16").ok());
  // AH first, then one that will do.
  SaPayload both = esp_offer({{kGcm128, kNoEsn}, {kGcm128, kNoEsn}});
  both.proposals[0].protocol = ProtocolId::kAh;
  EXPECT_EQ(choose_esp(both, "aes128gcm16")->chosen.number, 2);
}

TEST(ChildChoice, ReservedSpisAreRefused) {
  SaPayload offer = esp_offer({{kGcm128, kNoEsn}});
  offer.proposals[0].spi = {0, 0, 0, 255};
  EXPECT_FALSE(choose_esp(offer, "aes128gcm16").ok());
  offer.proposals[0].spi = {0, 0, 1, 0};
  EXPECT_TRUE(choose_esp(offer, "aes128gcm16").ok());
  offer.proposals[0].spi = {};
  EXPECT_FALSE(choose_esp(offer, "aes128gcm16").ok());
}

TEST(KeAnswer, AsksForTheChosenMethod) {
  constexpr auto kMine = KeMethod::kCurve25519;
  EXPECT_FALSE(method_to_ask_for(kMine, kMine));
  EXPECT_EQ(method_to_ask_for(kMine, KeMethod::kModp2048), kMine);
  EXPECT_EQ(method_to_ask_for(kMine, std::nullopt), kMine);
  EXPECT_FALSE(method_to_ask_for(KeMethod::kNone, kMine));
  EXPECT_FALSE(method_to_ask_for(KeMethod::kNone, std::nullopt));
  ChildSuite child;
  EXPECT_FALSE(method_to_ask_for(child, kMine));
  child.ke = kMine;
  EXPECT_FALSE(method_to_ask_for(child, kMine));
  EXPECT_EQ(method_to_ask_for(child, KeMethod::kEcp256), kMine);
}

TEST(KeAnswer, OnlyAnotherOfferedMethodMayBeTriedAgain) {
  const SaPayload offer = ike_offer({{kGcm128, kPrf256, kX25519, kKeNone}, {kGcm256, kPrf256, kP256}});
  EXPECT_TRUE(may_retry_with(offer, KeMethod::kCurve25519, KeMethod::kEcp256));
  EXPECT_FALSE(may_retry_with(offer, KeMethod::kCurve25519, KeMethod::kCurve25519));
  EXPECT_FALSE(may_retry_with(offer, KeMethod::kCurve25519, KeMethod::kModp1024));
  EXPECT_FALSE(may_retry_with(offer, KeMethod::kCurve25519, KeMethod::kNone));
}

}  // namespace
}  // namespace sallyport::ike
