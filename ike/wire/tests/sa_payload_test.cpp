// Security Association payloads in octets made by hand.
#include "sallyport/ike/sa_payload.hpp"

#include "octets.hpp"

namespace sallyport::ike::test {
namespace {

// An IKE SA's offer: AEAD, and CBC with HMAC.
const char* const kIkeOffer =
    "02 00 0024 01 01 00 03"            // proposal 1 of 36 octets, IKE, no SPI, 3 transforms
    " 03 00 000c 01 00 0014 800e 0100"  // AES-GCM-16, 256 bits
    " 03 00 0008 02 00 0005"            // PRF HMAC-SHA2-256
    " 00 00 0008 04 00 001f"            // Curve25519
    " 00 00 002c 02 01 00 04"           // proposal 2 of 44 octets
    " 03 00 000c 01 00 000c 800e 0080"  // AES-CBC, 128 bits
    " 03 00 0008 02 00 0007"            // PRF HMAC-SHA2-512
    " 03 00 0008 03 00 000c"            // HMAC-SHA2-256-128
    " 00 00 0008 04 00 000e";           // MODP-2048

SaPayload ike_offer() {
  return {{{1,
            ProtocolId::kIke,
            {},
            {Transform::encr(EncrId::kAesGcm16, 256), Transform::prf(PrfId::kHmacSha2_256),
             Transform::ke(KeMethod::kCurve25519)}},
           {2,
            ProtocolId::kIke,
            {},
            {Transform::encr(EncrId::kAesCbc, 128), Transform::prf(PrfId::kHmacSha2_512),
             Transform::integ(IntegId::kHmacSha2_256_128), Transform::ke(KeMethod::kModp2048)}}}};
}

// One proposal around these transforms; mark, protocol, SPI size and count as given.
Bytes proposal(std::string_view head, std::string_view rest) {
  Bytes octets = hex("0000 0000") + hex(head) + hex(rest);
  octets[3] = static_cast<std::uint8_t>(octets.size());
  return octets;
}

TEST(IkeSaPayload, IkeOffer) { expect_both_ways(ike_offer(), hex(kIkeOffer)); }

TEST(IkeSaPayload, EspOffer) {
  const SaPayload offer{{{1,
                          ProtocolId::kEsp,
                          {0xca, 0xfe, 0x12, 0x34},
                          {Transform::encr(EncrId::kAesGcm16, 256), Transform::encr(EncrId::kAesGcm16, 128),
                           Transform::sn(SnId::kEsn)}}}};
  expect_both_ways(offer, hex("00 00 002c 01 03 04 03 cafe1234"
                              "03 00 000c 01 00 0014 800e 0100"
                              "03 00 000c 01 00 0014 800e 0080"
                              "00 00 0008 05 00 0001"));
}

TEST(IkeSaPayload, AnswerOfAnIkeRekeyHasTheChosenNumber) {
  const SaPayload answer{
      {{3, ProtocolId::kIke, {1, 2, 3, 4, 5, 6, 7, 8}, {Transform::encr(EncrId::kChaCha20Poly1305, {})}}}};
  expect_both_ways(answer, hex("00 00 0018 03 01 08 01 0102030405060708 00 00 0008 01 00 001c"));
}

TEST(IkeSaPayload, ReservedOctetsAreIgnored) {
  const auto sa = SaPayload::parse(hex("00 aa 0010 01 01 00 01  00 bb 0008 02 cc 0005"));
  ASSERT_TRUE(sa.ok()) << sa.error().text;
  EXPECT_EQ(sa->proposals[0].transforms[0], Transform::prf(PrfId::kHmacSha2_256));
}

TEST(IkeSaPayload, UnknownAttributesMakeATransformUnacceptableOnly) {
  const auto unacceptable = [](std::string_view attributes) {
    const Bytes octets = hex(attributes);
    Bytes transform = hex("00 00 0000 01 00 0014") + octets;
    transform[3] = static_cast<std::uint8_t>(transform.size());
    Bytes body = hex("00 00 0000 01 01 00 01") + transform;
    body[3] = static_cast<std::uint8_t>(body.size());
    const auto sa = SaPayload::parse(body);
    EXPECT_TRUE(sa.ok()) << sa.error().text;
    return sa.ok() && sa->proposals[0].transforms[0].unknown_attribute;
  };
  EXPECT_FALSE(unacceptable("800e 0100"));
  EXPECT_TRUE(unacceptable("8012 0001"));            // another type
  EXPECT_TRUE(unacceptable("800e 0100 8001 0001"));  // beside a known one
  EXPECT_TRUE(unacceptable("800e 0100 800e 0080"));  // twice
  EXPECT_TRUE(unacceptable("000e 0002 0100"));       // Key Length as type, length, value
  EXPECT_TRUE(unacceptable("0011 0000"));            // an empty value
}

TEST(IkeSaPayload, UnknownNumbersAreRead) {
  const auto sa = SaPayload::parse(hex("00 00 0013 01 c8 03 01 aabbcc 00 00 0008 c8 00 1234"));
  ASSERT_TRUE(sa.ok()) << sa.error().text;
  EXPECT_EQ(sa->proposals[0].protocol, ProtocolId{200});
  EXPECT_EQ(to_hex(sa->proposals[0].spi), "aabbcc");
  EXPECT_EQ(sa->proposals[0].transforms[0], (Transform{TransformType{200}, 0x1234, {}}));
}

TEST(IkeSaPayload, ProposalWithoutTransformsIsRead) {
  expect_both_ways(SaPayload{{{1, ProtocolId::kIke, {}, {}}}}, hex("00 00 0008 01 01 00 00"));
}

TEST(IkeSaPayload, CutAnywhereIsRefused) {
  const Bytes body = hex(kIkeOffer);
  for (std::size_t size = 0; size < body.size(); ++size) {
    EXPECT_FALSE(SaPayload::parse(View(body).first(size)).ok()) << size;
  }
}

TEST(IkeSaPayload, WhatDoesNotFitIsToldWithItsPlace) {
  expect_refused(SaPayload::parse({}, 32), "octet 32: SA: no proposal");
  expect_refused(SaPayload::parse(hex("00 00 0008 01 01 00"), 32), "octet 32: SA: proposal needs 8 octets, left are 7");
  expect_refused(SaPayload::parse(hex("00 00 0007 01 01 00 00"), 32),
                 "octet 34: SA: proposal of length 7, possible is 8..8");
  expect_refused(SaPayload::parse(hex("00 00 0009 01 01 00 00"), 32),
                 "octet 34: SA: proposal of length 9, possible is 8..8");
  expect_refused(SaPayload::parse(hex("02 00 0008 01 01 00 00"), 32),
                 "octet 32: SA: proposal marked 2, by what follows it is 0");
  expect_refused(SaPayload::parse(hex("00 00 0008 01 01 00 00 00 00 0008 02 01 00 00"), 32),
                 "octet 32: SA: proposal marked 0, by what follows it is 2");
  expect_refused(SaPayload::parse(proposal("01 01 04 00", "01020304"), 32),
                 "octet 38: proposal: SPI of 4 octets for IKE, which has 0 or 8");
  expect_refused(SaPayload::parse(proposal("01 03 00 00", ""), 32),
                 "octet 38: proposal: SPI of 0 octets for ESP, which has 4");
  expect_refused(SaPayload::parse(proposal("01 03 04 00", "0102"), 32),
                 "octet 40: proposal: the SPI needs 4 octets, left are 2");
  expect_refused(SaPayload::parse(proposal("01 01 00 01", ""), 32),
                 "octet 40: proposal: 1 transforms announced, 0 are there");
  expect_refused(SaPayload::parse(proposal("01 01 00 00", "00 00 0008 02 00 0005"), 32),
                 "octet 40: proposal: 8 octets behind the 0 transforms that were announced");
  expect_refused(SaPayload::parse(proposal("01 01 00 01", "00 00 0009 02 00 0005"), 32),
                 "octet 42: proposal: transform of length 9, possible is 8..8");
  expect_refused(SaPayload::parse(proposal("01 01 00 01", "03 00 0008 02 00 0005"), 32),
                 "octet 40: proposal: transform marked 3, by what follows it is 0");
  expect_refused(SaPayload::parse(proposal("01 01 00 01", "00 00 000a 02 00 0005 800e"), 32),
                 "octet 48: transform: an attribute needs 4 octets, left are 2");
  expect_refused(SaPayload::parse(proposal("01 01 00 01", "00 00 000d 02 00 0005 0011 0002 00"), 32),
                 "octet 52: transform: the attribute's value needs 2 octets, left are 1");
}

TEST(IkeSaPayload, NumbersAscend) {
  const auto two = [](std::string_view first, std::string_view second) {
    return SaPayload::parse(hex("02 00 0008") + hex(first) + hex("01 00 00  00 00 0008") + hex(second) +
                            hex("01 00 00"));
  };
  EXPECT_TRUE(two("01", "02").ok());
  EXPECT_TRUE(two("01", "05").ok());
  expect_refused(two("01", "01"), "octet 12: SA: proposal 1 behind proposal 1; numbers have to ascend");
  expect_refused(two("02", "01"), "octet 12: SA: proposal 1 behind proposal 2; numbers have to ascend");
}

TEST(IkeSaPayload, CapsHold) {
  const auto offer = [](std::size_t proposals, std::size_t transforms) {
    SaPayload sa;
    for (std::size_t i = 1; i <= proposals; ++i) {
      sa.proposals.push_back({static_cast<std::uint8_t>(i),
                              ProtocolId::kIke,
                              {},
                              std::vector<Transform>(transforms, Transform::ke(KeMethod::kModp2048))});
    }
    return sa;
  };
  // As octets, with nothing checked.
  const auto octets = [](std::size_t proposals, std::size_t transforms) {
    Bytes out;
    for (std::size_t i = 1; i <= proposals; ++i) {
      const std::size_t length = 8 + 8 * transforms;
      out = std::move(out) + Bytes{static_cast<std::uint8_t>(i == proposals ? 0 : 2),
                                   0,
                                   static_cast<std::uint8_t>(length >> 8),
                                   static_cast<std::uint8_t>(length),
                                   static_cast<std::uint8_t>(i),
                                   1,
                                   0,
                                   static_cast<std::uint8_t>(transforms)};
      for (std::size_t t = 1; t <= transforms; ++t) {
        out = std::move(out) + Bytes{static_cast<std::uint8_t>(t == transforms ? 0 : 3), 0, 0, 8, 4, 0, 0, 14};
      }
    }
    return out;
  };
  expect_both_ways(offer(kMaxProposals, 1), octets(kMaxProposals, 1));
  expect_both_ways(offer(4, 255), octets(4, 255));
  expect_both_ways(offer(64, kMaxTransforms / 64), octets(64, kMaxTransforms / 64));
  expect_refused(SaPayload::parse(octets(kMaxProposals + 1, 1)), "octet 1024: SA: more than 64 proposals");
  expect_refused(SaPayload::parse(octets(5, 255)), "octet 8192: SA: more than 1024 transforms");
  expect_unwritable(offer(kMaxProposals + 1, 1), "more than 64 proposals");
  expect_unwritable(offer(5, 255), "more than");
  expect_unwritable(offer(1, 256), "more than 255 transforms in a proposal");
}

TEST(IkeSaPayload, WhatCannotBeReadIsNotWritten) {
  expect_unwritable(SaPayload{}, "without a proposal");
  expect_unwritable(SaPayload{{{1, ProtocolId::kEsp, {1, 2, 3}, {}}}}, "SPI of 3 octets for ESP, which has 4");
  expect_unwritable(SaPayload{{{2, ProtocolId::kIke, {}, {}}, {2, ProtocolId::kIke, {}, {}}}}, "do not ascend");
  expect_unwritable(SaPayload{{{1, ProtocolId{9}, Bytes(256), {}}}}, "SPI of 256 octets for 9");
  Transform odd = Transform::prf(PrfId::kHmacSha2_256);
  odd.unknown_attribute = true;
  expect_unwritable(SaPayload{{{1, ProtocolId::kIke, {}, {odd}}}}, "PRF_HMAC_SHA2_256 has an attribute");
}

TEST(IkeSaPayload, Texts) {
  const SaPayload offer = ike_offer();
  EXPECT_EQ(to_text(offer.proposals[0]), "1 IKE ENCR_AES_GCM_16-256 PRF_HMAC_SHA2_256 CURVE25519");
  EXPECT_EQ(to_text(offer.proposals[1]), "2 IKE ENCR_AES_CBC-128 PRF_HMAC_SHA2_512 AUTH_HMAC_SHA2_256_128 MODP_2048");
  EXPECT_EQ(to_text(Transform::sn(SnId::kEsn)), "ESN");
  EXPECT_EQ(to_text(Transform{TransformType::kPrf, 99, {}}), "PRF 99");
  EXPECT_EQ(to_text(Transform{TransformType::kAddKe1, 36, {}}), "ADDKE1 36");
  EXPECT_EQ(to_text(Transform{TransformType{200}, 7, 64}), "200 7-64");
}

}  // namespace
}  // namespace sallyport::ike::test
