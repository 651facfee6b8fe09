// Traffic Selector payloads in octets made by hand.
#include "sallyport/ike/ts_payload.hpp"

#include "octets.hpp"

namespace sallyport::ike::test {
namespace {

IpAddress address(std::string_view text) { return IpAddress::parse(text).value(); }

TrafficSelector ipv4() { return {TsType::kIpv4Range, 6, 80, 443, address("10.1.0.0"), address("10.1.255.255"), {}}; }

const char* const kIpv4 = "07 06 0010 0050 01bb 0a010000 0a01ffff";
const char* const kIpv6 =
    "08 3a 0028 8000 80ff"
    "20010db8000000000000000000000000 20010db80000000000000000ffffffff";

TEST(IkeTsPayload, Ipv4AndIpv6) {
  const TsPayload ts{
      {ipv4(), {TsType::kIpv6Range, 58, 0x8000, 0x80ff, address("2001:db8::"), address("2001:db8::ffff:ffff"), {}}}};
  expect_both_ways(ts, hex("02 000000") + hex(kIpv4) + hex(kIpv6));
}

TEST(IkeTsPayload, OpaquePortsAndRangesTheWrongWayRoundAreLeftAsTheyAre) {
  const TsPayload ts{{{TsType::kIpv4Range, 17, 65535, 0, address("10.0.0.2"), address("10.0.0.1"), {}}}};
  expect_both_ways(ts, hex("01 000000 07 11 0010 ffff 0000 0a000002 0a000001"));
}

TEST(IkeTsPayload, UnknownTypesAreKeptBesideTheOthers) {
  TrafficSelector label;
  label.type = TsType::kSecLabel;
  label.opaque = bytes_of("label");
  TrafficSelector empty;
  empty.type = TsType{99};
  empty.protocol = 17;
  expect_both_ways(TsPayload{{label, ipv4(), empty}},
                   hex("03 000000  0a 00 0009 6c6162656c") + hex(kIpv4) + hex("63 11 0004"));
  EXPECT_FALSE(label.is_ip());
  EXPECT_TRUE(ipv4().is_ip());
}

TEST(IkeTsPayload, NoSelectorIsRead) { expect_both_ways(TsPayload{}, hex("00 000000")); }

TEST(IkeTsPayload, ReservedOctetsAreIgnored) { EXPECT_TRUE(TsPayload::parse(hex("01 abcdef") + hex(kIpv4)).ok()); }

TEST(IkeTsPayload, AsManyAsTheCountHolds) {
  TsPayload ts{std::vector<TrafficSelector>(kMaxSelectors, ipv4())};
  Bytes body = hex("ff 000000");
  for (std::size_t i = 0; i < kMaxSelectors; ++i) body = std::move(body) + hex(kIpv4);
  expect_both_ways(ts, body);
  ts.selectors.push_back(ipv4());
  expect_unwritable(ts, "more than 255 selectors");
}

TEST(IkeTsPayload, CutAnywhereIsRefused) {
  const Bytes body = hex("02 000000") + hex(kIpv4) + hex(kIpv6);
  for (std::size_t size = 0; size < body.size(); ++size) {
    EXPECT_FALSE(TsPayload::parse(View(body).first(size)).ok()) << size;
  }
}

TEST(IkeTsPayload, WhatDoesNotFitIsToldWithItsPlace) {
  expect_refused(TsPayload::parse(hex("000000"), 60),
                 "octet 60: TS: the number of selectors needs 4 octets, left are 3");
  expect_refused(TsPayload::parse(hex("02 000000") + hex(kIpv4), 60),
                 "octet 80: TS: a selector needs 4 octets, left are 0");
  expect_refused(TsPayload::parse(hex("00 000000") + hex(kIpv4), 60),
                 "octet 64: TS: 16 octets behind the 0 selectors that were announced");
  expect_refused(TsPayload::parse(hex("01 000000 07 00 0003"), 60),
                 "octet 66: TS: selector of length 3, possible is 4..4");
  expect_refused(TsPayload::parse(hex("01 000000 07 00 0005"), 60),
                 "octet 66: TS: selector of length 5, possible is 4..4");
  expect_refused(TsPayload::parse(hex("01 000000 08 06 0010 0050 01bb 0a010000 0a01ffff"), 60),
                 "octet 66: TS: selector TS_IPV6_ADDR_RANGE of length 16, it has 40");
  expect_refused(TsPayload::parse(hex("01 000000 07 06 0011 0050 01bb 0a010000 0a01ffff 00"), 60),
                 "octet 66: TS: selector TS_IPV4_ADDR_RANGE of length 17, it has 16");
}

TEST(IkeTsPayload, AddressesAreOfTheTypesFamily) {
  TrafficSelector mixed = ipv4();
  mixed.end = address("::1");
  expect_unwritable(TsPayload{{mixed}}, "TS_IPV4_ADDR_RANGE with addresses 10.1.0.0 and ::1");
  TrafficSelector long_label;
  long_label.type = TsType::kSecLabel;
  long_label.opaque.resize(65532);
  expect_unwritable(TsPayload{{long_label}}, "65532 octets");
}

}  // namespace
}  // namespace sallyport::ike::test
