// Rules 1, 3 and 4: what is offered, what is selected, and what an initiator believes.
#include "sallyport/ike/count_selection.hpp"

#include <gtest/gtest.h>

#include "sallyport/ike/proposals.hpp"
#include "sallyport/ike/random_source.hpp"

namespace sallyport::ike {
namespace {

constexpr CipherKey kGcm128{EncrId::kAesGcm16, 128};
constexpr CipherKey kGcm256{EncrId::kAesGcm16, 256};

SaPayload offer(std::string_view text) {
  return *offer_esp(*parse_esp_proposals(text), Spi(0x1000), ChildExchange::kCreateChildSa);
}

// AES-CBC too, which our own proposals do not offer for ESP.
SaPayload mixed_offer() {
  SaPayload payload = offer("aes128gcm16-aes256gcm16-esn");
  Proposal classic = payload.proposals.front();
  classic.number = 2;
  classic.transforms = {Transform::encr(EncrId::kAesCbc, 256), Transform::integ(IntegId::kHmacSha2_256_128),
                        Transform::sn(SnId::kEsn)};
  payload.proposals.push_back(classic);
  return payload;
}

std::vector<View> views(const std::vector<Bytes>& data) { return {data.begin(), data.end()}; }

TEST(CountOfferBuilding, CiphersOfAllProposalsEachOnce) {
  const std::vector<CipherKey> expected{kGcm128, kGcm256, {EncrId::kAesCbc, 256}};
  EXPECT_EQ(ciphers(mixed_offer()), expected);
  EXPECT_EQ(ciphers(offer("aes256gcm16, aes128gcm16, aes256gcm16-noesn-esn")),
            (std::vector<CipherKey>{kGcm256, kGcm128}));
  EXPECT_TRUE(ciphers(SaPayload{}).empty());
}

// 128 and 256 bit keys are one ID: one structure, with what suits both, in one proposal and in two.
TEST(CountOfferBuilding, KeyLengthsOfOneIdShareAStructure) {
  const std::vector<CipherRange> accepted{{kGcm128, {1'000, 50'000}}, {kGcm256, {2'000, 90'000}}};
  const CountOffer expected{{EncrId::kAesGcm16, 77, {2'000, 50'000}}};
  EXPECT_EQ(build_count_offer(offer("aes128gcm16-aes256gcm16"), accepted, 77), expected);
  EXPECT_EQ(build_count_offer(offer("aes128gcm16, aes256gcm16"), accepted, 77), expected);
  EXPECT_EQ(build_count_offer(offer("aes256gcm16"), accepted, 77),
            (CountOffer{{EncrId::kAesGcm16, 77, {2'000, 90'000}}}));
}

TEST(CountOfferBuilding, OneStructureForEachId) {
  const std::vector<CipherRange> accepted{
      {kGcm128, {1'000, 50'000}}, {kGcm256, {2'000, 90'000}}, {{EncrId::kAesCbc, 256}, {3'000, 4'000}}};
  EXPECT_EQ(build_count_offer(mixed_offer(), accepted, 1),
            (CountOffer{{EncrId::kAesGcm16, 1, {2'000, 50'000}}, {EncrId::kAesCbc, 1, {3'000, 4'000}}}));
}

TEST(CountOfferBuilding, AnEmptyRangeGivesNoStructure) {
  const std::vector<CipherRange> apart{{kGcm128, {1'000, 1'999}}, {kGcm256, {2'000, 90'000}}};
  EXPECT_TRUE(build_count_offer(offer("aes128gcm16-aes256gcm16"), apart, 1).empty());
  const std::vector<CipherRange> one_only{{kGcm256, {2'000, 90'000}}};
  EXPECT_TRUE(build_count_offer(offer("aes128gcm16-aes256gcm16"), one_only, 1).empty());
  EXPECT_TRUE(build_count_offer(offer("aes128gcm16"), {}, 1).empty());
  // Not even 0 to 0.
  EXPECT_TRUE(build_count_offer(offer("aes128gcm16"), std::vector<CipherRange>{{kGcm128, {0, 0}}}, 1).empty());
}

TEST(CountOfferBuilding, WhatIsBuiltCanBeRead) {
  const std::vector<CipherRange> accepted{{kGcm128, {0, 50'000}}, {kGcm256, {0, 90'000}}};
  const CountOffer built = build_count_offer(offer("aes128gcm16-aes256gcm16"), accepted, 0xffff);
  EXPECT_EQ(built.front().range.minimum, 1u);
  EXPECT_EQ(decode_count_offer(encode(built)).offer, built);
}

TEST(CountSelection, TakesTheSmallerMaximum) {
  const std::vector<Bytes> proposed{encode(CountOffer{{EncrId::kAesGcm16, 5, {1'000, 50'000}}})};
  const auto wider = select_count(views(proposed), kGcm256, {500, 90'000}, 9);
  EXPECT_EQ(wider.negotiated, (NegotiatedCount{50'000, 5, 9}));
  EXPECT_EQ(wider.ignored, CountIgnored::kNone);
  const auto narrower = select_count(views(proposed), kGcm128, {2'000, 40'000}, 9);
  EXPECT_EQ(narrower.negotiated, (NegotiatedCount{40'000, 5, 9}));
  const auto touching = select_count(views(proposed), kGcm128, {50'000, 90'000}, 9);
  EXPECT_EQ(touching.negotiated, (NegotiatedCount{50'000, 5, 9}));
  EXPECT_EQ(selected_answer(*wider.negotiated), (CountSelected{9, 50'000}));
}

TEST(CountSelection, IgnoresWithAReason) {
  const CountRange own{500, 90'000};
  const auto reason = [&own](const std::vector<Bytes>& data, const CipherKey& picked = kGcm256) {
    const auto outcome = select_count(views(data), picked, own, 9);
    EXPECT_FALSE(outcome.negotiated);
    return outcome.ignored;
  };
  const auto one = [](EncrId encr, std::uint64_t minimum, std::uint64_t maximum) {
    return encode(CountOffer{{encr, 5, {minimum, maximum}}});
  };
  EXPECT_EQ(reason({}), CountIgnored::kNone);  // there was nothing to ignore
  EXPECT_EQ(reason({one(EncrId::kAesGcm16, 1, 9'000), one(EncrId::kAesGcm16, 1, 9'000)}), CountIgnored::kRepeated);
  EXPECT_EQ(reason({Bytes(19)}), CountIgnored::kLength);
  EXPECT_EQ(reason({Bytes{}}), CountIgnored::kLength);
  EXPECT_EQ(reason({one(EncrId::kAesGcm16, 0, 9'000)}), CountIgnored::kMinimumZero);
  EXPECT_EQ(reason({one(EncrId::kAesGcm16, 10, 9)}), CountIgnored::kMinimumAboveMaximum);
  EXPECT_EQ(reason({one(EncrId::kAesCbc, 1, 9'000)}), CountIgnored::kNoStructure);
  EXPECT_EQ(reason({one(EncrId::kAesGcm16, 90'001, 99'000)}), CountIgnored::kRangesDoNotMeet);
  EXPECT_EQ(reason({one(EncrId::kAesGcm16, 1, 499)}), CountIgnored::kRangesDoNotMeet);
}

// An own range that is empty (the sizing does not fit) never meets any.
TEST(CountSelection, NothingIsSelectedFromAnEmptyRange) {
  const std::vector<Bytes> proposed{encode(CountOffer{{EncrId::kAesGcm16, 5, {1, UINT64_MAX}}})};
  EXPECT_EQ(select_count(views(proposed), kGcm256, {}, 9).ignored, CountIgnored::kRangesDoNotMeet);
}

TEST(CountAnswer, BelievesWhatWasOnOffer) {
  const CountOffer sent{{EncrId::kAesGcm16, 5, {1'000, 50'000}}};
  for (const std::uint64_t life : {1'000, 1'001, 49'999, 50'000}) {
    const std::vector<Bytes> answer{encode(CountSelected{9, life})};
    EXPECT_EQ(check_count_answer(sent, kGcm256, views(answer)).negotiated, (NegotiatedCount{life, 5, 9}));
  }
}

TEST(CountAnswer, IgnoresWithAReason) {
  const CountOffer sent{{EncrId::kAesGcm16, 5, {1'000, 50'000}}};
  const auto reason = [](const CountOffer& offered, const CipherKey& picked, const std::vector<Bytes>& data) {
    const auto outcome = check_count_answer(offered, picked, views(data));
    EXPECT_FALSE(outcome.negotiated);
    return outcome.ignored;
  };
  const Bytes good = encode(CountSelected{9, 2'000});
  EXPECT_EQ(reason(sent, kGcm256, {}), CountIgnored::kNone);
  EXPECT_EQ(reason({}, kGcm256, {good}), CountIgnored::kUnsolicited);
  EXPECT_EQ(reason(sent, {EncrId::kAesCbc, 256}, {good}), CountIgnored::kUnsolicited);
  EXPECT_EQ(reason(sent, kGcm256, {good, good}), CountIgnored::kRepeated);
  EXPECT_EQ(reason(sent, kGcm256, {Bytes(9)}), CountIgnored::kLength);
  EXPECT_EQ(reason(sent, kGcm256, {Bytes(20)}), CountIgnored::kLength);
  EXPECT_EQ(reason(sent, kGcm256, {encode(CountSelected{9, 999})}), CountIgnored::kOutsideOffer);
  EXPECT_EQ(reason(sent, kGcm256, {encode(CountSelected{9, 50'001})}), CountIgnored::kOutsideOffer);
  EXPECT_EQ(reason(sent, kGcm256, {encode(CountSelected{9, 0})}), CountIgnored::kOutsideOffer);
}

TEST(CountAnswer, LocalLifeIsNeverAboveOnesOwnMaximum) {
  EXPECT_EQ(local_life({1'000, 50'000}, 80'000), 50'000u);
  EXPECT_EQ(local_life({1'000, 50'000}, 20'000), 20'000u);
  EXPECT_EQ(local_life({1'000, 50'000}, 0), 50'000u);
  EXPECT_EQ(local_life({}, 80'000), 80'000u);  // nothing was offered: the hard limit alone
}

// Whatever two ranges are: both ends hold the same, inside both ranges, or neither negotiates.
TEST(CountSelection, BothEndsHoldTheSame) {
  for (std::uint64_t seed = 1; seed <= 5'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    const CountRange initiator{random.below(50), random.below(50)};
    const CountRange responder{random.below(50), random.below(50)};
    const auto a = static_cast<std::uint16_t>(random.below(65'536));
    const auto b = static_cast<std::uint16_t>(random.below(65'536));
    const CountOffer sent = build_count_offer(offer("aes256gcm16"), std::vector<CipherRange>{{kGcm256, initiator}}, a);
    std::vector<Bytes> request;
    if (!sent.empty()) request.push_back(encode(sent));
    const auto selected = select_count(views(request), kGcm256, responder, b);
    std::vector<Bytes> response;
    if (selected.negotiated) response.push_back(encode(selected_answer(*selected.negotiated)));
    const auto checked = check_count_answer(sent, kGcm256, views(response));
    EXPECT_EQ(checked.negotiated, selected.negotiated);
    EXPECT_EQ(checked.ignored, CountIgnored::kNone);

    std::optional<std::uint64_t> common;
    for (std::uint64_t life = 1; life < 50; ++life) {
      if (initiator.contains(life) && responder.contains(life)) common = life;
    }
    EXPECT_EQ(selected.negotiated.has_value(), common.has_value());
    if (common) {
      EXPECT_EQ(*selected.negotiated, (NegotiatedCount{*common, a, b}));
    }
  }
}

}  // namespace
}  // namespace sallyport::ike
