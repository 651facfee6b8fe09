// Notify payloads: what is told about, SPIs, and data whose size a type's meaning rests on.
#include <limits>

#include "octets.hpp"
#include "sallyport/ike/payloads.hpp"

namespace sallyport::ike::test {
namespace {

constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();

TEST(IkeNotifyPayload, AboutTheIkeSa) {
  expect_both_ways(NotifyPayload{NotifyType::kInitialContact, ProtocolId::kNone, {}, {}}, hex("00 00 4000"));
  expect_both_ways(NotifyPayload{NotifyType::kInvalidKePayload, ProtocolId::kNone, {}, {0, 19}},
                   hex("00 00 0011 0013"));
  expect_both_ways(NotifyPayload{NotifyType{45056}, ProtocolId::kNone, {}, Bytes(20, 1)},
                   hex("00 00 b000") + Bytes(20, 1));
}

TEST(IkeNotifyPayload, AboutAChildSa) {
  expect_both_ways(NotifyPayload{NotifyType::kRekeySa, ProtocolId::kEsp, {0xca, 0xfe, 0, 1}, {}},
                   hex("03 04 4009 cafe0001"));
  expect_both_ways(NotifyPayload{NotifyType::kChildSaNotFound, ProtocolId::kAh, {1, 2, 3, 4}, {9}},
                   hex("02 04 002c 01020304 09"));
}

TEST(IkeNotifyPayload, ProtocolWithoutSpiMeansNothing) {
  const auto notify = NotifyPayload::parse(hex("01 00 4007"));
  ASSERT_TRUE(notify.ok()) << notify.error().text;
  EXPECT_EQ(notify->protocol, ProtocolId::kNone);
  Bytes out;
  ASSERT_TRUE((NotifyPayload{NotifyType::kUseTransportMode, ProtocolId::kEsp, {}, {}}.write(out).ok()));
  EXPECT_EQ(to_hex(out), "00004007");
}

TEST(IkeNotifyPayload, AnySpiIsReadWhereItDoesNotMatter) {
  // RFC 9611 3: an SPI is ignored there.
  const auto notify = NotifyPayload::parse(hex("07 03 403c aabbcc 00000005"));
  ASSERT_TRUE(notify.ok()) << notify.error().text;
  EXPECT_EQ(notify->type, NotifyType::kSaResourceInfo);
  EXPECT_EQ(to_hex(notify->spi), "aabbcc");
  EXPECT_EQ(to_hex(notify->data), "00000005");
}

TEST(IkeNotifyPayload, RekeySaNamesAChild) {
  expect_refused(NotifyPayload::parse(hex("03 00 4009"), 32),
                 "octet 32: N: REKEY_SA with an SPI of 0 octets and protocol none, it has 4 octets of AH or ESP");
  expect_refused(NotifyPayload::parse(hex("01 04 4009 cafe0001"), 32),
                 "octet 32: N: REKEY_SA with an SPI of 4 octets and protocol IKE, it has 4 octets of AH or ESP");
  expect_refused(NotifyPayload::parse(hex("03 03 4009 cafe00"), 32),
                 "octet 32: N: REKEY_SA with an SPI of 3 octets and protocol ESP, it has 4 octets of AH or ESP");
  expect_unwritable(NotifyPayload{NotifyType::kRekeySa, ProtocolId::kEsp, {1}, {}}, "REKEY_SA with an SPI of 1 octet");
}

TEST(IkeNotifyPayload, DataHasTheSizeThatItsMeaningNeeds) {
  struct Rule {
    NotifyType type;
    std::size_t least;
    std::size_t most;
    std::size_t step;
  };
  const std::vector<Rule> rules{{NotifyType::kInvalidKePayload, 2, 2, 1},
                                {NotifyType::kSetWindowSize, 4, 4, 1},
                                {NotifyType::kIpcompSupported, 3, kAny, 1},
                                {NotifyType::kNatDetectionSourceIp, 20, 20, 1},
                                {NotifyType::kNatDetectionDestinationIp, 20, 20, 1},
                                {NotifyType::kCookie, 1, 64, 1},
                                {NotifyType::kCookie2, 8, 64, 1},
                                {NotifyType::kAdditionalIp4Address, 4, 4, 1},
                                {NotifyType::kAdditionalIp6Address, 16, 16, 1},
                                {NotifyType::kAuthLifetime, 4, 4, 1},
                                {NotifyType::kSignatureHashAlgorithms, 0, kAny, 2},
                                {NotifyType::kUseAggfrag, 1, 1, 1},
                                // Where the type says it all, data are passed over.
                                {NotifyType::kNoProposalChosen, 0, kAny, 1},
                                {NotifyType::kInvalidSyntax, 0, kAny, 1},
                                {NotifyType::kInvalidMajorVersion, 0, kAny, 1},
                                {NotifyType::kInitialContact, 0, kAny, 1},
                                {NotifyType::kMobikeSupported, 0, kAny, 1},
                                {NotifyType::kUnsupportedCriticalPayload, 0, kAny, 1},
                                {NotifyType{60000}, 0, kAny, 1}};
  for (const Rule& rule : rules) {
    for (std::size_t size = 0; size < 80; ++size) {
      const NotifyPayload notify{rule.type, ProtocolId::kNone, {}, Bytes(size, 3)};
      const auto type = static_cast<unsigned>(rule.type);
      const Bytes body =
          Bytes{0, 0, static_cast<std::uint8_t>(type >> 8), static_cast<std::uint8_t>(type)} + notify.data;
      if (size >= rule.least && size <= rule.most && size % rule.step == 0) {
        expect_both_ways(notify, body);
      } else {
        EXPECT_FALSE(NotifyPayload::parse(body).ok()) << to_text(rule.type) << " with " << size;
        expect_unwritable(notify, to_text(rule.type));
      }
    }
  }
}

TEST(IkeNotifyPayload, WhatDoesNotFitIsToldWithItsPlace) {
  expect_refused(NotifyPayload::parse(hex("000040"), 32), "octet 32: N: the type needs 4 octets, left are 3");
  expect_refused(NotifyPayload::parse(hex("03 04 000b cafe00"), 32), "octet 36: N: the SPI needs 4 octets, left are 3");
  expect_refused(NotifyPayload::parse(hex("00 00 4006"), 32),
                 "octet 36: N: COOKIE with 0 octets of data, it has 1..64");
  expect_refused(NotifyPayload::parse(hex("00 00 4003 0001"), 32),
                 "octet 36: N: IPCOMP_SUPPORTED with 2 octets of data, it has 3 or more");
  expect_refused(NotifyPayload::parse(hex("00 00 402f 000102"), 32),
                 "octet 36: N: SIGNATURE_HASH_ALGORITHMS with 3 octets of data, it has 0 or more, a multiple of 2");
  expect_refused(NotifyPayload::parse(hex("03 04 0011 cafe0001 01"), 32),
                 "octet 40: N: INVALID_KE_PAYLOAD with 1 octet of data, it has 2");
  expect_unwritable(NotifyPayload{NotifyType::kInvalidSpi, ProtocolId::kEsp, Bytes(256), {}}, "SPI of 256 octets");
}

TEST(IkeNotifyPayload, DataAsANumber) {
  const NotifyPayload group{NotifyType::kInvalidKePayload, ProtocolId::kNone, {}, {0x01, 0x13}};
  EXPECT_EQ(group.number(2), 0x0113U);
  EXPECT_EQ(group.number(1), std::nullopt);
  EXPECT_EQ(group.number(4), std::nullopt);
  const NotifyPayload wide{NotifyType{50000}, ProtocolId::kNone, {}, Bytes(8, 0xff)};
  EXPECT_EQ(wide.number(8), ~std::uint64_t{0});
  const NotifyPayload wider{NotifyType{50000}, ProtocolId::kNone, {}, Bytes(9, 0xff)};
  EXPECT_EQ(wider.number(9), std::nullopt);
  EXPECT_EQ(NotifyPayload{}.number(0), std::nullopt);
}

}  // namespace
}  // namespace sallyport::ike::test
