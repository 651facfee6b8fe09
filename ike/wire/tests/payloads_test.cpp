// The payloads of few fields, in octets made by hand.
#include "sallyport/ike/payloads.hpp"

#include "octets.hpp"

namespace sallyport::ike::test {
namespace {

TEST(IkeKePayload, MethodAndData) {
  expect_both_ways(KePayload{KeMethod::kCurve25519, {0xaa, 0xbb}}, hex("001f 0000 aabb"));
  const auto reserved = KePayload::parse(hex("0013 ffff 01"));
  ASSERT_TRUE(reserved.ok());
  EXPECT_EQ(*reserved, (KePayload{KeMethod::kEcp256, {1}}));
  expect_refused(KePayload::parse(hex("001f00"), 32), "octet 32: KE: the method needs 4 octets, left are 3");
}

TEST(IkeIdPayload, TypesAndData) {
  expect_both_ways(IdPayload{IdType::kFqdn, {}, bytes_of("west")}, hex("02 000000 77657374"));
  expect_both_ways(IdPayload{IdType::kIpv4Addr, {}, {192, 0, 2, 1}}, hex("01 000000 c0000201"));
  expect_both_ways(IdPayload{IdType::kIpv6Addr, {}, Bytes(16, 7)}, hex("05 000000 07070707070707070707070707070707"));
  expect_both_ways(IdPayload{IdType::kNull, {}, {}}, hex("0d 000000"));
  expect_both_ways(IdPayload{IdType{77}, {}, {1, 2, 3}}, hex("4d 000000 010203"));
}

TEST(IkeIdPayload, RestIsWhatCameReservedOctetsToo) {
  const Bytes body = hex("02 010203 77657374");
  const auto id = IdPayload::parse(body);
  ASSERT_TRUE(id.ok());
  EXPECT_EQ(to_hex(id->rest()), to_hex(body));
  EXPECT_EQ(id->data, bytes_of("west"));
}

TEST(IkeIdPayload, AddressesHaveTheirLength) {
  expect_refused(IdPayload::parse(hex("010000"), 32), "octet 32: ID: the type needs 4 octets, left are 3");
  expect_refused(IdPayload::parse(hex("01 000000 de"), 32), "octet 32: ID: ID_IPV4_ADDR of 1 octet, it has 4");
  expect_refused(IdPayload::parse(hex("05 000000 c0000201"), 32), "octet 32: ID: ID_IPV6_ADDR of 4 octets, it has 16");
  expect_unwritable(IdPayload{IdType::kIpv4Addr, {}, Bytes(5)}, "ID_IPV4_ADDR of 5 octets");
}

TEST(IkeCertPayload, EncodingAndData) {
  expect_both_ways(CertPayload{CertEncoding::kX509Signature, {0x30, 0x03}}, hex("04 3003"));
  expect_both_ways(CertPayload{CertEncoding::kHashAndUrlCert, {}}, hex("0c"));
  expect_refused(CertPayload::parse({}, 32), "octet 32: CERT: the encoding needs 1 octet, left are 0");
}

TEST(IkeCertReqPayload, WholeHashes) {
  expect_both_ways(CertReqPayload{CertEncoding::kX509Signature, Bytes(40, 5)}, Bytes{4} + Bytes(40, 5));
  expect_both_ways(CertReqPayload{CertEncoding::kX509Signature, {}}, hex("04"));
  expect_both_ways(CertReqPayload{CertEncoding::kOcsp, {1, 2, 3}}, hex("0e 010203"));
  expect_refused(CertReqPayload::parse({}, 32), "octet 32: CERTREQ: the encoding needs 1 octet, left are 0");
  expect_refused(CertReqPayload::parse(Bytes{4} + Bytes(39), 32),
                 "octet 33: CERTREQ: 39 octets of authorities, which are hashes of 20");
  expect_unwritable(CertReqPayload{CertEncoding::kX509Signature, Bytes(21)}, "21 octets");
}

TEST(IkeAuthPayload, MethodAndData) {
  expect_both_ways(AuthPayload{AuthMethod::kDigitalSignature, {0x0c, 1}}, hex("0e 000000 0c01"));
  const auto reserved = AuthPayload::parse(hex("02 ffffff 01"));
  ASSERT_TRUE(reserved.ok());
  EXPECT_EQ(*reserved, (AuthPayload{AuthMethod::kSharedKey, {1}}));
  expect_refused(AuthPayload::parse(hex("0e0000"), 32), "octet 32: AUTH: the method needs 4 octets, left are 3");
}

TEST(IkeNoncePayload, From16To256Octets) {
  for (std::size_t size = 0; size < 300; ++size) {
    const Bytes body(size, 0x5a);
    if (size >= 16 && size <= 256) {
      expect_both_ways(NoncePayload{body}, body);
    } else {
      const std::string unit = size == 1 ? " octet" : " octets";
      expect_refused(NoncePayload::parse(body, 32),
                     "octet 32: Nonce: nonce of " + std::to_string(size) + unit + ", possible is 16..256");
      expect_unwritable(NoncePayload{body}, "possible is 16..256");
    }
  }
}

TEST(IkeDeletePayload, TheIkeSaHasNoSpi) {
  expect_both_ways(DeletePayload{ProtocolId::kIke, {}}, hex("01 00 0000"));
  expect_refused(DeletePayload::parse(hex("01 08 0001 0102030405060708"), 32),
                 "octet 33: D: SPI size 8 for IKE, it is 0");
  expect_refused(DeletePayload::parse(hex("01 00 0001"), 32),
                 "octet 34: D: 1 SPIs announced for IKE, there is room for 0 octets");
  expect_refused(DeletePayload::parse(hex("01 00 0000 00"), 32),
                 "octet 34: D: 0 SPIs announced for IKE, there is room for 1 octet");
  expect_unwritable(DeletePayload{ProtocolId::kIke, {1}}, "Delete of 1 SPIs of IKE");
}

TEST(IkeDeletePayload, ChildSasHaveSpis) {
  expect_both_ways(DeletePayload{ProtocolId::kEsp, {0xcafe0001, 0x00000100}}, hex("03 04 0002 cafe0001 00000100"));
  expect_both_ways(DeletePayload{ProtocolId::kAh, {}}, hex("02 04 0000"));
  expect_refused(DeletePayload::parse(hex("030400"), 32), "octet 32: D: a Delete needs 4 octets, left are 3");
  expect_refused(DeletePayload::parse(hex("03 08 0000"), 32), "octet 33: D: SPI size 8 for ESP, it is 4");
  expect_refused(DeletePayload::parse(hex("03 04 0002 cafe0001"), 32),
                 "octet 34: D: 2 SPIs announced for ESP, there is room for 4 octets");
  expect_refused(DeletePayload::parse(hex("03 04 0001 cafe0001 00"), 32),
                 "octet 34: D: 1 SPIs announced for ESP, there is room for 5 octets");
  expect_refused(DeletePayload::parse(hex("00 00 0000"), 32),
                 "octet 32: D: protocol none, possible are IKE, AH and ESP");
  expect_unwritable(DeletePayload{ProtocolId::kFcEsp, {}}, "FC_ESP_HEADER");
}

TEST(IkeDeletePayload, CapHolds) {
  const std::vector<std::uint32_t> most(DeletePayload::kMaxSpis, 0x01010101);
  expect_both_ways(DeletePayload{ProtocolId::kEsp, most}, hex("03 04 0400") + Bytes(4096, 1));
  expect_refused(DeletePayload::parse(hex("03 04 0401") + Bytes(4100, 1), 32), "octet 34: D: more than 1024 SPIs");
  expect_unwritable(DeletePayload{ProtocolId::kEsp, std::vector<std::uint32_t>(1025)}, "1025 SPIs");
}

TEST(IkeVendorIdPayload, IsWhateverItIs) {
  expect_both_ways(VendorIdPayload{}, {});
  expect_both_ways(VendorIdPayload{bytes_of("sallyport-cbsa-1")}, bytes_of("sallyport-cbsa-1"));
}

TEST(IkeProtectedViews, AadEndsBehindTheUnencryptedFields) {
  EXPECT_EQ((EncryptedView{28, PayloadType::kIdi, {}}.aad_size()), 32U);
  EXPECT_EQ((FragmentView{36, PayloadType::kIdi, 1, 2, {}}.aad_size()), 44U);
}

}  // namespace
}  // namespace sallyport::ike::test
