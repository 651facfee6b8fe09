// The initiator's check of an answer, and whole negotiations between two ends.
#include <gtest/gtest.h>

#include "sallyport/ike/proposal_choice.hpp"
#include "sallyport/ike/random_source.hpp"

namespace sallyport::ike {
namespace {

using List = std::vector<Transform>;

const Transform kGcm128 = Transform::encr(EncrId::kAesGcm16, 128);
const Transform kGcm256 = Transform::encr(EncrId::kAesGcm16, 256);
const Transform kPrf256 = Transform::prf(PrfId::kHmacSha2_256);
const Transform kIntegNone = Transform::integ(IntegId::kNone);
const Transform kX25519 = Transform::ke(KeMethod::kCurve25519);
const Transform kP256 = Transform::ke(KeMethod::kEcp256);
const Transform kKeNone = Transform::ke(KeMethod::kNone);
const Transform kEsn = Transform::sn(SnId::kEsn);
const Transform kNoEsn = Transform::sn(SnId::k32Bit);

SaPayload offered_ike() {
  return *offer_ike(*parse_ike_proposals("aes256gcm16-aes128gcm16-prfsha256-x25519-ecp256,aes256-sha256-x25519"));
}
SaPayload offered_esp(std::string_view text) {
  return *offer_esp(*parse_esp_proposals(text), Spi(0x5000), ChildExchange::kCreateChildSa);
}

SaPayload one(std::uint8_t number, ProtocolId protocol, Bytes spi, List transforms) {
  return {{{number, protocol, std::move(spi), std::move(transforms)}}};
}

bool good_ike(const SaPayload& answer) { return check_ike_answer(offered_ike(), answer, IkeOffer::kInitial).ok(); }

TEST(IkeAnswer, OneOfEachTypeAsOffered) {
  const auto choice =
      check_ike_answer(offered_ike(), one(1, ProtocolId::kIke, {}, {kGcm128, kPrf256, kP256}), IkeOffer::kInitial);
  ASSERT_TRUE(choice.ok()) << choice.error().text;
  EXPECT_EQ(choice->suite, (IkeSuite{EncrId::kAesGcm16, 128, {}, PrfId::kHmacSha2_256, KeMethod::kEcp256}));
  EXPECT_TRUE(good_ike(one(1, ProtocolId::kIke, {}, {kP256, kGcm128, kPrf256})));  // in any order
  EXPECT_TRUE(good_ike(one(1, ProtocolId::kIke, {}, {kGcm128, kPrf256, kIntegNone, kP256})));
}

TEST(IkeAnswer, FaultsAreFound) {
  const List good{kGcm128, kPrf256, kP256};
  const auto fault = [](const SaPayload& answer) {
    const auto checked = check_ike_answer(offered_ike(), answer, IkeOffer::kInitial);
    return checked.ok() ? "good" : checked.error().text;
  };
  const auto of = [](const List& transforms) { return one(1, ProtocolId::kIke, {}, transforms); };
  EXPECT_EQ(fault({}), "the peer's answer has 0 proposals");
  SaPayload two = of(good);
  two.proposals.push_back(two.proposals[0]);
  EXPECT_EQ(fault(two), "the peer's answer has 2 proposals");
  EXPECT_EQ(fault(one(3, ProtocolId::kIke, {}, good)), "the peer's answer has proposal 3, which was not offered");
  EXPECT_EQ(fault(one(0, ProtocolId::kIke, {}, good)), "the peer's answer has proposal 0, which was not offered");
  EXPECT_EQ(fault(one(1, ProtocolId::kEsp, {}, good)), "the peer's answer is of protocol ESP, not IKE");
  EXPECT_EQ(fault(one(1, ProtocolId::kIke, Bytes(8, 1), good)), "the peer's answer has an SPI of 8 octets, not 0");
  EXPECT_FALSE(good_ike(of({kGcm128, kGcm256, kPrf256, kP256})));  // two of a type
  EXPECT_FALSE(good_ike(of({kGcm128, kGcm128, kPrf256, kP256})));  // also when they are the same
  EXPECT_FALSE(good_ike(of({kGcm128, kPrf256})));                  // none of a type
  EXPECT_FALSE(good_ike(of({kPrf256, kP256})));
  EXPECT_FALSE(good_ike(of({kGcm128, kP256})));
  EXPECT_FALSE(good_ike(of({Transform::encr(EncrId::kAesGcm16, 192), kPrf256, kP256})));
  EXPECT_FALSE(good_ike(of({Transform::encr(EncrId::kAesGcm16, {}), kPrf256, kP256})));  // attribute left out
  EXPECT_FALSE(good_ike(of({kGcm128, kPrf256, Transform::ke(KeMethod::kModp2048)})));
  EXPECT_FALSE(good_ike(of({kGcm128, kPrf256, kKeNone})));
  EXPECT_FALSE(good_ike(of({kGcm128, kPrf256, kP256, kEsn})));  // a type of ESP
  EXPECT_FALSE(good_ike(of({kGcm128, kPrf256, kP256, Transform::integ(IntegId::kHmacSha2_256_128)})));
  Transform strange = kGcm128;
  strange.unknown_attribute = true;
  EXPECT_FALSE(good_ike(of({strange, kPrf256, kP256})));
  // Proposal 2's cipher in proposal 1.
  EXPECT_FALSE(good_ike(of({Transform::encr(EncrId::kAesCbc, 256), kPrf256, kX25519})));
  EXPECT_EQ(check_ike_answer(offered_ike(), {}, IkeOffer::kInitial).error().code, ErrorCode::kMalformedInput);
}

TEST(IkeAnswer, ClassicCiphersNeedTheirIntegrity) {
  const Transform cbc = Transform::encr(EncrId::kAesCbc, 256);
  const Transform integ = Transform::integ(IntegId::kHmacSha2_256_128);
  EXPECT_TRUE(good_ike(one(2, ProtocolId::kIke, {}, {cbc, kPrf256, integ, kX25519})));
  EXPECT_FALSE(good_ike(one(2, ProtocolId::kIke, {}, {cbc, kPrf256, kX25519})));
  EXPECT_FALSE(good_ike(one(2, ProtocolId::kIke, {}, {cbc, kPrf256, kIntegNone, kX25519})));
}

TEST(IkeAnswer, OfARekeyHasAnSpi) {
  const SaPayload offered = *offer_ike(*parse_ike_proposals("aes128gcm16-prfsha256-x25519"), IkeSpi(7));
  const List good{kGcm128, kPrf256, kX25519};
  const auto choice =
      check_ike_answer(offered, one(1, ProtocolId::kIke, {0, 0, 0, 0, 0, 0, 1, 2}, good), IkeOffer::kRekey);
  ASSERT_TRUE(choice.ok());
  EXPECT_EQ(choice->peer_spi, IkeSpi(0x102));
  EXPECT_FALSE(check_ike_answer(offered, one(1, ProtocolId::kIke, {}, good), IkeOffer::kRekey).ok());
  EXPECT_FALSE(check_ike_answer(offered, one(1, ProtocolId::kIke, Bytes(8, 0), good), IkeOffer::kRekey).ok());
  EXPECT_FALSE(
      check_ike_answer(offered, one(1, ProtocolId::kIke, Bytes(8, 1), {kGcm128, kPrf256, kKeNone}), IkeOffer::kRekey)
          .ok());
}

TEST(ChildAnswer, KeyExchangeMayBeLeftOutOnlyWhereNoneWasOffered) {
  const auto check = [](std::string_view text, const List& transforms) -> std::string {
    const auto choice = check_child_answer(offered_esp(text), one(1, ProtocolId::kEsp, {0, 0, 2, 0}, transforms),
                                           ChildExchange::kCreateChildSa);
    if (!choice) return "refused";
    EXPECT_EQ(choice->peer_spi, Spi(0x200));
    return choice->suite.ke ? "method" : "none";
  };
  EXPECT_EQ(check("aes128gcm16-x25519-none", {kGcm128, kX25519, kNoEsn}), "method");
  EXPECT_EQ(check("aes128gcm16-x25519-none", {kGcm128, kKeNone, kNoEsn}), "none");
  EXPECT_EQ(check("aes128gcm16-x25519-none", {kGcm128, kNoEsn}), "none");
  EXPECT_EQ(check("aes128gcm16-x25519", {kGcm128, kNoEsn}), "refused");
  EXPECT_EQ(check("aes128gcm16-x25519", {kGcm128, kKeNone, kNoEsn}), "refused");
  EXPECT_EQ(check("aes128gcm16", {kGcm128, kNoEsn}), "none");
  EXPECT_EQ(check("aes128gcm16", {kGcm128, kKeNone, kNoEsn}), "none");
  EXPECT_EQ(check("aes128gcm16", {kGcm128, kX25519, kNoEsn}), "refused");
  EXPECT_EQ(check("aes128gcm16-esn-noesn", {kGcm128}), "refused");
  EXPECT_EQ(check("aes128gcm16-esn", {kGcm128, kNoEsn}), "refused");
}

TEST(ChildAnswer, SpisAreFourOctetsAndNotReserved) {
  const auto check = [](Bytes spi) {
    return check_child_answer(offered_esp("aes128gcm16"), one(1, ProtocolId::kEsp, std::move(spi), {kGcm128, kNoEsn}),
                              ChildExchange::kCreateChildSa)
        .ok();
  };
  EXPECT_TRUE(check({0, 0, 1, 0}));
  EXPECT_FALSE(check({0, 0, 0, 255}));
  EXPECT_FALSE(check({0, 0, 0, 0}));
  EXPECT_FALSE(check({}));
  EXPECT_FALSE(check({0, 0, 0, 0, 0, 0, 1, 0}));
}

TEST(ChildAnswer, AnOfferThatLacksATypeAcceptsNothing) {
  const SaPayload broken = one(1, ProtocolId::kEsp, {0, 0, 2, 0}, {kEsn});
  EXPECT_FALSE(check_child_answer(broken, broken, ChildExchange::kCreateChildSa).ok());
  EXPECT_FALSE(check_child_answer(one(1, ProtocolId::kEsp, {0, 0, 2, 0}, {kGcm128}),
                                  one(1, ProtocolId::kEsp, {0, 0, 2, 0}, {kGcm128}), ChildExchange::kIkeAuth)
                   .ok());
}

// Any two configurations: the responder's answer passes the initiator's check with the same suite, over the wire; or
// there is none, and then no combination of transforms was common.
TEST(Negotiation, BothEndsComeToTheSameSuite) {
  const std::vector<std::string> ciphers{"aes128gcm16", "aes256gcm16", "aes128", "aes256"};
  const std::vector<std::string> hashes{"sha256", "sha384", "sha512"};
  const std::vector<std::string> methods{"x25519", "ecp256", "ecp384", "modp2048"};
  const auto draw_text = [&](SeededRandom& random) {
    std::string text;
    const auto add = [&text, &random](const std::vector<std::string>& words) {
      bool any = false;
      for (std::size_t i = random.below(words.size()), n = 0; n < words.size(); ++n, i = (i + 1) % words.size()) {
        if (any && random.below(2) == 0) continue;
        text += (text.empty() ? "" : "-") + words[i];
        any = true;
      }
    };
    add(ciphers);
    add(hashes);
    add(methods);
    return text;
  };
  int agreed = 0;
  for (std::uint64_t seed = 1; seed <= 2'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    const auto initiator = parse_ike_proposals(draw_text(random));
    const auto responder = parse_ike_proposals(draw_text(random));
    ASSERT_TRUE(initiator.ok() && responder.ok());
    Bytes request;
    const SaPayload offer = *offer_ike(*initiator);
    ASSERT_TRUE(offer.write(request).ok());
    const auto choice = choose_ike(*SaPayload::parse(request), *responder, IkeOffer::kInitial);

    bool common = false;
    for (const auto& a : *initiator) {
      for (const auto& b : *responder) {
        bool all = a.aead() == b.aead();
        for (const TransformType type :
             {TransformType::kEncr, TransformType::kPrf, TransformType::kInteg, TransformType::kKe}) {
          const auto ours = a.of(type);
          const auto theirs = b.of(type);
          all = all && (ours.empty() || std::any_of(ours.begin(), ours.end(), [&theirs](const Transform& t) {
                          return std::find(theirs.begin(), theirs.end(), t) != theirs.end();
                        }));
        }
        common = common || all;
      }
    }
    ASSERT_EQ(choice.ok(), common);
    if (!choice) continue;
    ++agreed;
    Bytes response;
    ASSERT_TRUE(answer_ike(*choice).write(response).ok());
    const auto checked = check_ike_answer(offer, *SaPayload::parse(response), IkeOffer::kInitial);
    ASSERT_TRUE(checked.ok()) << checked.error().text;
    EXPECT_EQ(checked->suite, choice->suite);
    EXPECT_EQ(method_to_ask_for(choice->suite.ke, checked->suite.ke), std::nullopt);
  }
  EXPECT_GT(agreed, 500);
}

}  // namespace
}  // namespace sallyport::ike
