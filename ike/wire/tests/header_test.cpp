// The IKE header, octet by octet.
#include "sallyport/ike/header.hpp"

#include "octets.hpp"

namespace sallyport::ike::test {
namespace {

const char* const kResponse =
    "0102030405060708 a1a2a3a4a5a6a7a8"
    "29 20 25 20 80000001 0000001c";

TEST(IkeHeader, EveryFieldIsWhereItBelongs) {
  const Bytes octets = hex(kResponse);
  const auto header = parse_header(octets);
  ASSERT_TRUE(header.ok()) << header.error().text;
  EXPECT_EQ(header->initiator_spi, IkeSpi(0x0102030405060708));
  EXPECT_EQ(header->responder_spi, IkeSpi(0xa1a2a3a4a5a6a7a8));
  EXPECT_EQ(header->next_payload, PayloadType::kNotify);
  EXPECT_EQ(header->version, kIkeVersion);
  EXPECT_EQ(header->exchange, ExchangeType::kInformational);
  EXPECT_FALSE(header->initiator);
  EXPECT_FALSE(header->higher_major);
  EXPECT_TRUE(header->response);
  EXPECT_EQ(header->message_id, 0x80000001U);
  EXPECT_EQ(header->length, 28U);
  Bytes written(kHeaderSize, 0xff);
  write_header(*header, std::span<std::uint8_t, kHeaderSize>(written.data(), kHeaderSize));
  EXPECT_EQ(written, octets);
}

TEST(IkeHeader, EachFlagHasItsBitAndReservedOnesAreIgnored) {
  Bytes octets = hex(kResponse);
  for (unsigned flags = 0; flags < 256; ++flags) {
    octets[19] = static_cast<std::uint8_t>(flags);
    const auto header = parse_header(octets);
    ASSERT_TRUE(header.ok());
    EXPECT_EQ(header->initiator, (flags & 0x08U) != 0);
    EXPECT_EQ(header->higher_major, (flags & 0x10U) != 0);
    EXPECT_EQ(header->response, (flags & 0x20U) != 0);
    Bytes written(kHeaderSize);
    write_header(*header, std::span<std::uint8_t, kHeaderSize>(written.data(), kHeaderSize));
    EXPECT_EQ(written[19], flags & 0x38U);
  }
}

TEST(IkeHeader, IsWholeOrRefused) {
  const Bytes octets = hex(kResponse);
  for (std::size_t size = 0; size < kHeaderSize; ++size) {
    const View cut = View(octets).first(size);
    expect_refused(parse_header(cut),
                   "octet 0: header: an IKE header needs 28 octets, left are " + std::to_string(size));
    EXPECT_FALSE(peek_header(cut));
  }
}

TEST(IkeHeader, LengthIsTheDatagrams) {
  expect_refused(parse_header(hex(kResponse) + Bytes{0}), "octet 24: header: Length 28 of a message of 29 octets");
  Bytes shorter = hex(kResponse);
  shorter[24] = 1;
  expect_refused(parse_header(shorter), "octet 24: header: Length 16777244 of a message of 28 octets");
}

TEST(IkeHeader, AnInitiatorHasAnSpi) {
  Bytes octets = hex(kResponse);
  std::fill_n(octets.begin(), 8, std::uint8_t{0});
  expect_refused(parse_header(octets), "octet 0: header: the initiator's SPI is 0, which is none");
}

TEST(IkeHeader, OtherMajorVersionsAreToldWhateverElseIsWrong) {
  for (const unsigned version : {0x00U, 0x10U, 0x30U, 0xf0U}) {
    Bytes octets = hex(kResponse) + Bytes{1, 2, 3};  // Length does not fit
    octets[17] = static_cast<std::uint8_t>(version);
    const auto header = parse_header(octets);
    ASSERT_FALSE(header.ok());
    EXPECT_EQ(header.error().answer, NotifyType::kInvalidMajorVersion);
    EXPECT_TRUE(header.error().data.empty());
    EXPECT_EQ(header.error().text,
              "octet 17: header: major version " + std::to_string(version >> 4U) + ", understood is 2");
    const auto peeked = peek_header(octets);  // enough for the reply
    ASSERT_TRUE(peeked);
    EXPECT_EQ(peeked->version, version);
    EXPECT_EQ(peeked->message_id, 0x80000001U);
  }
  Bytes minor = hex(kResponse);
  minor[17] = 0x2f;
  EXPECT_TRUE(parse_header(minor).ok());
}

TEST(IkeHeader, SpisAreShownIn16Digits) {
  EXPECT_EQ(to_text(IkeSpi(0x00ab0000000000cd)), "00ab0000000000cd");
  EXPECT_EQ(to_text(IkeSpi(0)), "0000000000000000");
  EXPECT_EQ(to_text(IkeSpi(0xf123456789abcdef)), "f123456789abcdef");
}

TEST(IkeHeader, PayloadHeadersAreNeverCritical) {
  const auto octets = write_payload_header(PayloadType::kEncrypted, 0x1234);
  EXPECT_EQ(to_hex(octets), "2e001234");
}

}  // namespace
}  // namespace sallyport::ike::test
