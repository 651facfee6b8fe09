// Configuration payloads in octets made by hand.
#include "sallyport/ike/config_payload.hpp"

#include "octets.hpp"

namespace sallyport::ike::test {
namespace {

TEST(IkeConfigPayload, RequestOfAnAddressAndAServer) {
  const ConfigPayload request{
      ConfigType::kRequest,
      {{ConfigAttributeType::kInternalIp4Address, {}}, {ConfigAttributeType::kInternalIp4Dns, {}}}};
  expect_both_ways(request, hex("01 000000 0001 0000 0003 0000"));
}

TEST(IkeConfigPayload, ReplyWithValues) {
  const ConfigPayload reply{ConfigType::kReply,
                            {{ConfigAttributeType::kInternalIp4Address, {10, 0, 0, 7}},
                             {ConfigAttributeType::kApplicationVersion, bytes_of("x 1")},
                             {ConfigAttributeType{0x7fff}, {1}}}};
  expect_both_ways(reply, hex("02 000000 0001 0004 0a000007 0007 0003 782031 7fff 0001 01"));
}

TEST(IkeConfigPayload, ReservedBitsAreIgnored) {
  const auto config = ConfigPayload::parse(hex("01 ffffff 8001 0000"));
  ASSERT_TRUE(config.ok()) << config.error().text;
  EXPECT_EQ(config->attributes[0].type, ConfigAttributeType::kInternalIp4Address);
}

TEST(IkeConfigPayload, LengthsOfKnownAttributes) {
  // Attribute, and what it has when it has a value (RFC 7296 3.15.1).
  const std::vector<std::pair<unsigned, std::size_t>> sizes{{1, 4},  {2, 4},   {3, 4},   {4, 4},  {6, 4},
                                                            {8, 17}, {10, 16}, {12, 16}, {13, 8}, {15, 17}};
  for (const auto& [type, expected] : sizes) {
    for (std::size_t size = 0; size < 20; ++size) {
      const Bytes body =
          Bytes{2, 0, 0, 0, 0, static_cast<std::uint8_t>(type), 0, static_cast<std::uint8_t>(size)} + Bytes(size);
      const bool fits = size == 0 || size == expected;
      EXPECT_EQ(ConfigPayload::parse(body).ok(), fits) << type << " of " << size;
      Bytes out;
      const ConfigPayload config{ConfigType::kReply, {{static_cast<ConfigAttributeType>(type), Bytes(size)}}};
      EXPECT_EQ(config.write(out).ok(), fits) << type << " of " << size;
    }
  }
}

TEST(IkeConfigPayload, CapHolds) {
  const auto octets = [](std::size_t count) {
    Bytes body = hex("01 000000");
    for (std::size_t i = 0; i < count; ++i) body = std::move(body) + hex("0007 0000");
    return body;
  };
  const auto config = [](std::size_t count) {
    return ConfigPayload{ConfigType::kRequest,
                         std::vector<ConfigAttribute>(count, {ConfigAttributeType::kApplicationVersion, {}})};
  };
  expect_both_ways(config(kMaxConfigAttributes), octets(kMaxConfigAttributes));
  expect_refused(ConfigPayload::parse(octets(kMaxConfigAttributes + 1), 8), "octet 1036: CP: more than 256 attributes");
  expect_unwritable(config(kMaxConfigAttributes + 1), "more than 256");
}

TEST(IkeConfigPayload, WhatDoesNotFitIsToldWithItsPlace) {
  expect_refused(ConfigPayload::parse(hex("010000"), 32), "octet 32: CP: the type needs 4 octets, left are 3");
  expect_refused(ConfigPayload::parse(hex("01 000000 000100"), 32),
                 "octet 36: CP: an attribute needs 4 octets, left are 3");
  expect_refused(ConfigPayload::parse(hex("01 000000 0007 0002 00"), 32),
                 "octet 40: CP: value of attribute APPLICATION_VERSION needs 2 octets, left are 1");
  expect_refused(ConfigPayload::parse(hex("01 000000 0001 0003 0a0000"), 32),
                 "octet 38: CP: INTERNAL_IP4_ADDRESS of 3 octets, it has 0 or 4");
  expect_unwritable(ConfigPayload{ConfigType::kSet, {{ConfigAttributeType{0x8001}, {}}}}, "type 32769");
  expect_unwritable(ConfigPayload{ConfigType::kSet, {{ConfigAttributeType::kApplicationVersion, Bytes(65536)}}},
                    "65536 octets");
}

}  // namespace
}  // namespace sallyport::ike::test
