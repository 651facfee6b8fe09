// Chains of payloads: order, repetition, unknown types, ends.
#include "sallyport/ike/contents.hpp"

#include "octets.hpp"

namespace sallyport::ike::test {
namespace {

// A chain of payloads of these types and bodies, critical marks as given.
struct Part {
  unsigned type;
  Bytes body;
  bool critical = false;
};

Bytes chain(const std::vector<Part>& parts) {
  Bytes out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t length = 4 + parts[i].body.size();
    const unsigned next = i + 1 < parts.size() ? parts[i + 1].type : 0;
    out = std::move(out) +
          Bytes{static_cast<std::uint8_t>(next), static_cast<std::uint8_t>(parts[i].critical ? 0x80 : 0),
                static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length)} +
          parts[i].body;
  }
  return out;
}

Parsed<Contents> parse(const std::vector<Part>& parts, std::size_t offset = 28) {
  return parse_contents(parts.empty() ? PayloadType::kNone : PayloadType{static_cast<std::uint8_t>(parts[0].type)},
                        chain(parts), offset);
}

// A body that each payload accepts.
Part sample(unsigned type) {
  switch (PayloadType{static_cast<std::uint8_t>(type)}) {
    case PayloadType::kSa:
      return {type, hex("00 00 0008 01 01 00 00")};
    case PayloadType::kNonce:
      return {type, Bytes(16, 1)};
    case PayloadType::kDelete:
      return {type, hex("01 00 0000")};
    default:
      return {type, hex("00 000000")};
  }
}

TEST(IkeContents, EmptyIsALivenessCheck) {
  const auto contents = parse({});
  ASSERT_TRUE(contents.ok());
  EXPECT_EQ(*contents, Contents{});
  expect_refused(parse_contents(PayloadType::kNone, Bytes{0}, 32),
                 "octet 32: payloads: 1 octet behind the last payload");
}

TEST(IkeContents, PayloadsAreSortedWhateverTheirOrder) {
  const std::vector<Part> parts{{41, hex("00 00 4007")},
                                {45, hex("00 000000")},
                                {40, Bytes(32, 9)},
                                {43, bytes_of("v1")},
                                {33, hex("00 00 0008 01 01 00 00")},
                                {36, hex("02 000000 72")},
                                {35, hex("02 000000 69")},
                                {41, hex("00 00 0026")},
                                {37, hex("04 30")},
                                {37, hex("04 31")},
                                {38, hex("04")},
                                {39, hex("02 000000 aa")},
                                {44, hex("00 000000")},
                                {34, hex("001f 0000 bb")},
                                {47, hex("01 000000")},
                                {42, hex("01 00 0000")},
                                {42, hex("03 04 0000")},
                                {43, bytes_of("v2")}};
  const auto contents = parse(parts);
  ASSERT_TRUE(contents.ok()) << contents.error().text;
  EXPECT_EQ(contents->sa->proposals.size(), 1U);
  EXPECT_EQ(contents->ke->method, KeMethod::kCurve25519);
  EXPECT_EQ(contents->nonce->data.size(), 32U);
  EXPECT_EQ(contents->idi->data, bytes_of("i"));
  EXPECT_EQ(contents->idr->data, bytes_of("r"));
  EXPECT_EQ(contents->auth->method, AuthMethod::kSharedKey);
  EXPECT_TRUE(contents->tsi && contents->tsr && contents->config);
  EXPECT_EQ(contents->certs.size(), 2U);
  EXPECT_EQ(to_hex(contents->certs[1].data), "31");
  EXPECT_EQ(contents->cert_requests.size(), 1U);
  EXPECT_EQ(contents->deletes.size(), 2U);
  EXPECT_EQ(contents->deletes[1].protocol, ProtocolId::kEsp);
  EXPECT_EQ(contents->vendor_ids[0].data, bytes_of("v1"));
  EXPECT_EQ(contents->vendor_ids[1].data, bytes_of("v2"));
  EXPECT_TRUE(contents->skipped.empty());
}

TEST(IkeContents, NotifiesAreFound) {
  const auto contents =
      parse({{41, hex("00 00 4006 01")}, {41, hex("00 00 3fff")}, {41, hex("00 00 0026")}, {41, hex("00 00 4006 02")}});
  ASSERT_TRUE(contents.ok()) << contents.error().text;
  ASSERT_NE(contents->find(NotifyType::kCookie), nullptr);
  EXPECT_EQ(contents->find(NotifyType::kCookie)->data, Bytes{1});
  EXPECT_TRUE(contents->has(NotifyType::kTsUnacceptable));
  EXPECT_FALSE(contents->has(NotifyType::kInitialContact));
  ASSERT_NE(contents->first_error(), nullptr);
  EXPECT_EQ(contents->first_error()->type, NotifyType{0x3fff});  // unknown ones count
  EXPECT_EQ(parse({{41, hex("00 00 4006 01")}})->first_error(), nullptr);
}

TEST(IkeContents, SomePayloadsComeOnce) {
  for (const unsigned type : {33U, 34U, 35U, 36U, 39U, 40U, 44U, 45U, 47U}) {
    const Part part = sample(type);
    const auto contents = parse({part, {43, {}}, part});
    expect_refused(contents, "octet " + std::to_string(28 + 4 + part.body.size() + 4) + ": payloads: a second " +
                                 to_text(PayloadType{static_cast<std::uint8_t>(type)}) + ", it comes once");
  }
  for (const unsigned type : {37U, 38U, 41U, 42U, 43U}) {
    EXPECT_TRUE(parse({sample(type), sample(type)}).ok()) << type;
  }
}

TEST(IkeContents, UnknownPayloadsArePassedOver) {
  const auto contents = parse({{200, bytes_of("?")}, {48, bytes_of("eap")}, {40, Bytes(16)}, {1, {}}});
  ASSERT_TRUE(contents.ok()) << contents.error().text;
  EXPECT_EQ(contents->skipped, (std::vector<PayloadType>{PayloadType{200}, PayloadType::kEap, PayloadType{1}}));
  EXPECT_TRUE(contents->nonce);
}

TEST(IkeContents, UnknownCriticalPayloadsAreRefused) {
  const auto contents = parse({{40, Bytes(16)}, {200, bytes_of("?"), true}});
  ASSERT_FALSE(contents.ok());
  EXPECT_EQ(contents.error().answer, NotifyType::kUnsupportedCriticalPayload);
  EXPECT_EQ(contents.error().data, Bytes{200});
  EXPECT_EQ(contents.error().text, "octet 48: payloads: payload of unknown type 200 marked critical");
}

TEST(IkeContents, CriticalMeansNothingOnWhatIsKnown) {
  for (const unsigned type : {33U, 34U, 35U, 36U, 37U, 38U, 39U, 40U, 41U, 42U, 43U, 44U, 45U, 47U}) {
    Part part = sample(type);
    part.critical = true;
    EXPECT_TRUE(parse({part}).ok()) << type;
  }
}

TEST(IkeContents, ReservedBitsAreIgnored) {
  EXPECT_TRUE(parse_contents(PayloadType::kVendorId, hex("00 7f 0004")).ok());
}

TEST(IkeContents, NothingIsEncryptedTwice) {
  expect_refused(parse({{40, Bytes(16)}, {46, Bytes(32)}}), "octet 48: payloads: an SK payload inside of SK");
  expect_refused(parse({{53, Bytes(32)}}), "octet 28: payloads: an SKF payload inside of SK");
}

TEST(IkeContents, LengthsAreChecked) {
  expect_refused(parse_contents(PayloadType::kVendorId, hex("00 00 00"), 28),
                 "octet 28: payloads: V payload needs 4 octets, left are 3");
  expect_refused(parse_contents(PayloadType::kVendorId, {}, 28),
                 "octet 28: payloads: V payload needs 4 octets, left are 0");
  expect_refused(parse_contents(PayloadType::kVendorId, hex("00 00 0003"), 28),
                 "octet 30: payloads: V payload of length 3, possible is 4..4");
  expect_refused(parse_contents(PayloadType::kVendorId, hex("00 00 0006 aa"), 28),
                 "octet 30: payloads: V payload of length 6, possible is 4..5");
  expect_refused(parse_contents(PayloadType::kVendorId, hex("00 00 0004 aabb"), 28),
                 "octet 32: payloads: 2 octets behind the last payload");
  expect_refused(parse_contents(PayloadType::kVendorId, hex("2b 00 0004"), 28),
                 "octet 32: payloads: V payload needs 4 octets, left are 0");
}

TEST(IkeContents, ErrorsOfAPayloadNameTheMessagesOctet) {
  expect_refused(parse({{43, bytes_of("v")}, {40, Bytes(15)}}),
                 "octet 37: Nonce: nonce of 15 octets, possible is 16..256");
}

TEST(IkeContents, CapHolds) {
  EXPECT_TRUE(parse(std::vector<Part>(kMaxPayloads, sample(43))).ok());
  expect_refused(parse(std::vector<Part>(kMaxPayloads + 1, {200, {}})), "octet 540: payloads: more than 128 payloads");
}

}  // namespace
}  // namespace sallyport::ike::test
