// Whole messages: the protected part, what may stand beside it, what is written.
#include "sallyport/ike/message.hpp"

#include "octets.hpp"

namespace sallyport::ike::test {
namespace {

// A message of this first payload type and these payloads.
Bytes message(unsigned first, const Bytes& payloads) {
  Bytes out = hex("0102030405060708 a1a2a3a4a5a6a7a8 00 20 23 08 00000001 00000000") + payloads;
  out[16] = static_cast<std::uint8_t>(first);
  out[26] = static_cast<std::uint8_t>(out.size() >> 8);
  out[27] = static_cast<std::uint8_t>(out.size());
  return out;
}

TEST(IkeMessage, EncryptedPayloadAlone) {
  const Bytes datagram = message(46, hex("23 00 000a 010203040506"));
  const auto parsed = parse_message(datagram);
  ASSERT_TRUE(parsed.ok()) << parsed.error().text;
  EXPECT_EQ(parsed->header.exchange, ExchangeType::kIkeAuth);
  EXPECT_EQ(parsed->outer, Contents{});
  ASSERT_TRUE(parsed->encrypted);
  EXPECT_FALSE(parsed->fragment);
  EXPECT_EQ(parsed->encrypted->offset, 28U);
  EXPECT_EQ(parsed->encrypted->aad_size(), 32U);
  EXPECT_EQ(parsed->encrypted->first_inner, PayloadType::kIdi);
  EXPECT_EQ(to_hex(parsed->encrypted->body), "010203040506");
  EXPECT_EQ(parsed->encrypted->body.data(), datagram.data() + 32);
}

TEST(IkeMessage, PayloadsBeforeTheEncryptedOne) {
  const Bytes datagram = message(43, hex("2e 00 0006 7676  00 00 0004"));
  const auto parsed = parse_message(datagram);
  ASSERT_TRUE(parsed.ok()) << parsed.error().text;
  EXPECT_EQ(parsed->outer.vendor_ids.size(), 1U);
  ASSERT_TRUE(parsed->encrypted);
  EXPECT_EQ(parsed->encrypted->offset, 34U);
  EXPECT_EQ(parsed->encrypted->aad_size(), 38U);
  EXPECT_EQ(parsed->encrypted->first_inner, PayloadType::kNone);
  EXPECT_TRUE(parsed->encrypted->body.empty());
}

TEST(IkeMessage, Fragment) {
  const Bytes datagram = message(53, hex("23 00 000a 0002 0102 aabb"));
  const auto parsed = parse_message(datagram);
  ASSERT_TRUE(parsed.ok()) << parsed.error().text;
  EXPECT_FALSE(parsed->encrypted);
  ASSERT_TRUE(parsed->fragment);
  EXPECT_EQ(parsed->fragment->offset, 28U);
  EXPECT_EQ(parsed->fragment->aad_size(), 36U);
  EXPECT_EQ(parsed->fragment->first_inner, PayloadType::kIdi);
  EXPECT_EQ(parsed->fragment->number, 2U);
  EXPECT_EQ(parsed->fragment->total, 0x0102U);
  EXPECT_EQ(to_hex(parsed->fragment->body), "aabb");
  EXPECT_EQ(parsed->fragment->body.data(), datagram.data() + 36);
}

TEST(IkeMessage, FragmentsCountFromOne) {
  expect_refused(parse_message(message(53, hex("00 00 0008 0000 0001"))),
                 "octet 32: SKF: fragment 0 of 1; they count from 1");
  expect_refused(parse_message(message(53, hex("00 00 0008 0003 0002"))),
                 "octet 32: SKF: fragment 3 of 2; they count from 1");
  expect_refused(parse_message(message(53, hex("00 00 0008 0000 0000"))),
                 "octet 32: SKF: fragment 0 of 0; they count from 1");
  expect_refused(parse_message(message(53, hex("00 00 0007 0001 00"))),
                 "octet 32: SKF: a fragment's number and total needs 4 octets, left are 3");
  EXPECT_TRUE(parse_message(message(53, hex("00 00 0008 ffff ffff"))).ok());
}

TEST(IkeMessage, NothingStandsBehindTheProtectedPayload) {
  expect_refused(parse_message(message(46, hex("23 00 0005 01  00 00 0004"))),
                 "octet 33: payloads: 4 octets behind the SK payload, which is the last");
  expect_refused(parse_message(message(53, hex("23 00 0008 0001 0001 00"))),
                 "octet 36: payloads: 1 octet behind the SKF payload, which is the last");
}

TEST(IkeMessage, UnprotectedPayloadsAreRead) {
  const auto parsed = parse_message(message(41, hex("00 00 0008 00 00 0004")));
  ASSERT_TRUE(parsed.ok()) << parsed.error().text;
  EXPECT_TRUE(parsed->outer.has(NotifyType::kInvalidIkeSpi));
  EXPECT_FALSE(parsed->encrypted || parsed->fragment);
}

TEST(IkeMessage, HeadersErrorsComeFirst) {
  Bytes datagram = message(46, hex("23 00 0005 01"));
  datagram[17] = 0x30;
  const auto parsed = parse_message(datagram);
  ASSERT_FALSE(parsed.ok());
  EXPECT_EQ(parsed.error().answer, NotifyType::kInvalidMajorVersion);
}

TEST(IkeMessage, IsWrittenWithItsLength) {
  Header header;
  header.initiator_spi = IkeSpi(0x0102030405060708);
  header.initiator = true;
  header.next_payload = PayloadType::kSa;  // filled in
  header.length = 99;                      // filled in
  PayloadChain chain;
  chain.append(NoncePayload{Bytes(16, 0x11)});
  const auto written = write_message(header, chain);
  ASSERT_TRUE(written.ok()) << written.error().text;
  EXPECT_EQ(to_hex(*written), to_hex(hex("0102030405060708 0000000000000000 28 20 22 08 00000000 00000030"
                                         "00 00 0014 11111111111111111111111111111111")));
  const auto parsed = parse_message(*written);
  ASSERT_TRUE(parsed.ok()) << parsed.error().text;
  EXPECT_EQ(parsed->outer.nonce, NoncePayload{Bytes(16, 0x11)});
}

TEST(IkeMessage, WithoutPayloads) {
  Header header;
  header.initiator_spi = IkeSpi(1);
  const auto written = write_message(header, {});
  ASSERT_TRUE(written.ok());
  EXPECT_EQ(written->size(), kHeaderSize);
  EXPECT_TRUE(parse_message(*written).ok());
}

TEST(IkeMessage, AChainThatLacksAPayloadIsNotWritten) {
  PayloadChain chain;
  chain.append(NoncePayload{});
  const auto written = write_message({}, chain);
  ASSERT_FALSE(written.ok());
  EXPECT_NE(written.error().text.find("nonce of 0 octets"), std::string::npos);
}

}  // namespace
}  // namespace sallyport::ike::test
