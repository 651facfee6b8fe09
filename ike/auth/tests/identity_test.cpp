#include "sallyport/ike/identity.hpp"

#include <random>

#include "fixtures.hpp"
#include "support/environment.hpp"

namespace sallyport::ike {
namespace {

using sallyport::test::from_environment;
using test::bytes;
using test::contains;
using test::from_hex;
using test::to_hex;

struct Written {
  const char* text;
  IdType type;
  std::string data;  // hexadecimal
  const char* again;
};

std::string hex_of(std::string_view text) { return to_hex(test::octets(text)); }

TEST(Identity, ParsesWhatUsersWrite) {
  const std::string host = hex_of("gw.example.org");
  const std::string mail = hex_of("user@example.org");
  const Written table[] = {
      {"gw.example.org", IdType::kFqdn, host, "gw.example.org"},
      {"@gw.example.org", IdType::kFqdn, host, "gw.example.org"},
      {"fqdn:gw.example.org", IdType::kFqdn, host, "gw.example.org"},
      {"gw", IdType::kFqdn, hex_of("gw"), "gw"},
      {"fqdn:10.0.0.1", IdType::kFqdn, hex_of("10.0.0.1"), "10.0.0.1"},
      {"user@example.org", IdType::kRfc822Addr, mail, "user@example.org"},
      {"@@user@example.org", IdType::kRfc822Addr, mail, "user@example.org"},
      {"email:user@example.org", IdType::kRfc822Addr, mail, "user@example.org"},
      {"192.0.2.1", IdType::kIpv4Addr, "c0000201", "192.0.2.1"},
      {"ipv4:192.0.2.1", IdType::kIpv4Addr, "c0000201", "192.0.2.1"},
      {"2001:db8::1", IdType::kIpv6Addr, "20010db8000000000000000000000001", "2001:db8::1"},
      {"ipv6:::1", IdType::kIpv6Addr, "00000000000000000000000000000001", "::1"},
      {"keyid:0x00ff", IdType::kKeyId, "00ff", "keyid:0x00ff"},
      {"keyid:#00FF", IdType::kKeyId, "00ff", "keyid:0x00ff"},
      {"@#00ff", IdType::kKeyId, "00ff", "keyid:0x00ff"},
      {"keyid:abc", IdType::kKeyId, "616263", "keyid:0x616263"},
      // SEQUENCE { SET { SEQUENCE { 2.5.4.6, PrintableString "CH" } }, ... 2.5.4.10 "Ex", ... 2.5.4.3 "gw" }
      {"C=CH, O=Ex, CN=gw", IdType::kDerAsn1Dn,
       "3027"
       "310b30090603550406"
       "13024348"
       "310b3009060355040a"
       "13024578"
       "310b30090603550403"
       "13026777",
       "C=CH, O=Ex, CN=gw"},
      {"/C=CH/O=Ex/CN=gw", IdType::kDerAsn1Dn,
       "3027310b3009060355040613024348310b3009060355040a13024578310b3009060355040313026777", "C=CH, O=Ex, CN=gw"},
      {"dn: c = CH ,2.5.4.10= Ex,cn=gw", IdType::kDerAsn1Dn,
       "3027310b3009060355040613024348310b3009060355040a13024578310b3009060355040313026777", "C=CH, O=Ex, CN=gw"},
      {"asn1dn:#300d310b3009060355040313026777", IdType::kDerAsn1Dn, "300d310b3009060355040313026777", "CN=gw"},
      // Electronic mail is IA5String (16), what is not printable UTF8String (0c).
      {"E=a@b", IdType::kDerAsn1Dn, "3014311230100609 2a864886f70d010901 1603614062", "E=a@b"},
      {"CN=\xc3\xa9", IdType::kDerAsn1Dn, "300d310b300906035504030c02c3a9", "CN=\\xc3\\xa9"},
      {"CN=\\c3\\A9", IdType::kDerAsn1Dn, "300d310b300906035504030c02c3a9", "CN=\\xc3\\xa9"},
      {"CN=a\\,b", IdType::kDerAsn1Dn, "300e310c300a06035504031303612c62", "CN=a\\,b"},
      {"CN=\\\\", IdType::kDerAsn1Dn, "300c310a300806035504030c015c", "CN=\\x5c"},
      {"1.2.3.4=x", IdType::kDerAsn1Dn, "300c310a300806032a030413 0178", "1.2.3.4=x"},
  };
  for (const Written& row : table) {
    const auto identity = Identity::parse(row.text);
    ASSERT_TRUE(identity) << row.text << ": " << identity.error().text;
    EXPECT_EQ(identity->type(), row.type) << row.text;
    EXPECT_EQ(to_hex(identity->data()), to_hex(from_hex(row.data))) << row.text;
    EXPECT_EQ(identity->to_string(), row.again) << row.text;
  }
}

TEST(Identity, SaysWhatIsWrongWithAText) {
  const std::pair<std::string, const char*> table[] = {
      {"", "it is empty"},
      {"%any", "only a pattern of peers"},
      {"*", "only a pattern of peers"},
      {"*.example.org", "has a wildcard"},
      {"*@example.org", "has a wildcard"},
      {"C=CH, CN=*", "only a pattern of peers"},
      {"10.0.0.256", "looks like an IPv4 address and is none"},
      {"10.0.0", "looks like an IPv4 address and is none"},
      {"2001:db8:::1", "looks like an IPv6 address and is none"},
      {"ipv4:2001:db8::1", "looks like an IPv4 address and is none"},
      {"gw example.org", "has a space"},
      {"@gw@", "has an '@'"},
      {"user@", "is not of the form user@domain"},
      {"email:user", "is not of the form user@domain"},
      {"g\xc3\xbc.example.org", "'g\\xc3\\xbc.example.org': it has an octet that is not ASCII"},
      {std::string("gw\0.example.org", 15), "'gw\\x00.example.org': it has a control character"},
      {"keyid:", "nothing follows"},
      {"keyid:0x", "hexadecimal"},
      {"keyid:0x123", "hexadecimal"},
      {"@#zz", "hexadecimal"},
      {"dn:", "nothing follows"},
      {"C=CH, , CN=gw", "'' has no '='"},
      {"C=CH, CN", "'CN' has no '='"},
      {"C=CH, XY=a", "'XY' is no known attribute type"},
      {"C=CH, SN=1", "ambiguous; write serialNumber or surname"},
      {"C=CH, CN=", "'CN=' has no value"},
      {"CN=a\\", "has a '\\' that nothing follows"},
      {"CN=a\\xz", "has a '\\' that nothing follows"},
      {"CN=\xff", "is not UTF-8"},
      {"asn1dn:#3000", "0 attributes"},
      {"asn1dn:#300d310b300906035504031302677700", "octets follow the Name at octet 15"},
      {std::string(5000, 'a'), "longer than 4096"},
  };
  for (const auto& [text, part] : table) {
    const auto identity = Identity::parse(text);
    ASSERT_FALSE(identity) << text;
    EXPECT_TRUE(contains(identity.error().text, part)) << text << ": " << identity.error().text;
  }
}

TEST(Identity, NamesHaveAtMost64Attributes) {
  std::string text = "CN=0";
  for (int i = 1; i < 64; ++i) text += ",CN=" + std::to_string(i);
  EXPECT_TRUE(Identity::parse(text));
  EXPECT_FALSE(Identity::parse(text + ",CN=x"));
}

TEST(Identity, GoesThroughItsPayload) {
  for (const char* text : {"gw.example.org", "a@example.org", "192.0.2.1", "2001:db8::1", "CN=gw", "keyid:0x00"}) {
    const auto identity = Identity::parse(text).value();
    const auto again = Identity::from_payload(identity.payload());
    ASSERT_TRUE(again) << again.error().text;
    EXPECT_EQ(*again, identity);
    EXPECT_EQ(again->payload(), identity.payload());
  }
  EXPECT_EQ(Identity::from_address(IpAddress::parse("192.0.2.1").value()), Identity::parse("192.0.2.1").value());
  EXPECT_EQ(Identity::from_address(IpAddress::parse("2001:db8::1").value()), Identity::parse("2001:db8::1").value());
}

TEST(Identity, RefusesPayloadsThatAreNone) {
  const std::pair<IdPayload, const char*> table[] = {
      {{IdType::kFqdn, {}, {}}, "no data"},
      {{IdType::kFqdn, {}, bytes(std::string("gw\0", 3))}, "control character"},
      {{IdType::kFqdn, {}, bytes("gw\n")}, "control character"},
      {{IdType::kFqdn, {}, bytes("*.example.org")}, "wildcard"},
      {{IdType::kFqdn, {}, bytes("\xc3\xa9")}, "not ASCII"},
      {{IdType::kRfc822Addr, {}, bytes("user")}, "user@domain"},
      {{IdType::kRfc822Addr, {}, bytes("a\x7f@b")}, "control character"},
      {{IdType::kIpv4Addr, {}, Bytes(5)}, "4 octets"},
      {{IdType::kIpv6Addr, {}, Bytes(4)}, "16 octets"},
      {{IdType::kDerAsn1Dn, {}, bytes("CN=gw")}, "not DER"},
      {{IdType::kDerAsn1Dn, {}, from_hex("3000")}, "0 attributes"},
      {{IdType::kDerAsn1Gn, {}, bytes("gw")}, "GeneralName"},
      {{IdType::kKeyId, {}, Bytes(Identity::kMaxOctets + 1)}, "at most 4096"},
      {{IdType::kNull, {}, bytes("x")}, "not supported"},
      {{IdType::kFcName, {}, bytes("x")}, "not supported"},
      {{static_cast<IdType>(200), {}, bytes("x")}, "type 200: not supported"},
  };
  for (const auto& [payload, part] : table) {
    const auto identity = Identity::from_payload(payload);
    ASSERT_FALSE(identity) << part;
    EXPECT_TRUE(contains(identity.error().text, part)) << identity.error().text;
  }
  // GeneralName [2] dNSName "gw"
  EXPECT_EQ(Identity::from_payload({IdType::kDerAsn1Gn, {}, from_hex("82026777")})->to_string(), "gn:0x82026777");
  EXPECT_TRUE(Identity::from_payload({IdType::kFqdn, {}, bytes("My Client")})) << "seen in the field";
}

TEST(Identity, TruncatedNamesAreRefused) {
  const Bytes whole = Identity::parse("C=CH, O=Ex, CN=gw")->payload().data;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(Identity::from_name(View(whole).first(size))) << size;
  }
}

TEST(Identity, EqualWhenTheyMeanTheSame) {
  const auto equal = [](const char* a, const char* b) {
    return Identity::parse(a).value() == Identity::parse(b).value();
  };
  EXPECT_TRUE(equal("gw.example.org", "GW.Example.ORG"));
  EXPECT_FALSE(equal("gw.example.org", "gw.example.org."));
  EXPECT_TRUE(equal("user@example.org", "user@EXAMPLE.org"));
  EXPECT_FALSE(equal("user@example.org", "User@example.org"));
  EXPECT_FALSE(equal("fqdn:192.0.2.1", "192.0.2.1"));
  EXPECT_FALSE(equal("keyid:abc", "keyid:ABC"));
  EXPECT_TRUE(equal("C=CH, O=The  Example, CN=gw", "c=ch, O=the example, CN=GW"));
  EXPECT_FALSE(equal("C=CH, CN=gw", "CN=gw, C=CH"));
  EXPECT_FALSE(equal("C=CH, CN=gw", "CN=gw"));
  // The same value as PrintableString and as UTF8String.
  EXPECT_TRUE(equal("CN=gw", "asn1dn:#300d310b300906035504030c026777"));
}

TEST(Identity, TextsAreSafeForLogs) {
  // CN = "a\nb" as UTF8String.
  const auto identity = Identity::from_name(from_hex("300e310c300a06035504030c03610a62"));
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->to_string(), "CN=a\\x0ab");
  const auto long_one = Identity::from_payload({IdType::kKeyId, {}, Bytes(4000)});
  EXPECT_EQ(long_one->to_string().size(), 515U);
  EXPECT_TRUE(contains(Identity::parse("a\x1b[31m").error().text, "a\\x1b[31m"));
}

TEST(Identity, BlanksAtTheEndsOfAValueAreItsOwn) {
  const auto identity = Identity::parse("CN=\\  *, O=a b\\x20");
  ASSERT_TRUE(identity) << identity.error().text;
  EXPECT_EQ(identity->to_string(), "CN=\\x20 *, O=a b\\x20");
  EXPECT_EQ(*Identity::parse(identity->to_string()), *identity);
}

TEST(Identity, WhateverTextComesIsReadBackOrRefused) {
  const auto seed = static_cast<unsigned>(from_environment("SALLYPORT_SEED", 1));
  SCOPED_TRACE("SALLYPORT_SEED=" + std::to_string(seed));
  std::mt19937 random(seed);
  static constexpr std::string_view kPieces[] = {"CN=", "O=", ",", "/",      "\\", "@",        "*", ":", "0x",
                                                 "a",   "1",  ".", "keyid:", "#",  "\xc3\xa9", " ", "=", "dn:"};
  int read = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (unsigned n = random() % 10; n != 0; --n) text += kPieces[random() % std::size(kPieces)];
    const auto identity = Identity::parse(text);
    if (!identity) {
      EXPECT_FALSE(identity.error().text.empty());
      continue;
    }
    ++read;
    const std::string again = identity->to_string();
    for (const char c : again) ASSERT_TRUE(c >= 0x20 && c <= 0x7e) << again;
    const bool host = identity->type() == IdType::kFqdn || identity->type() == IdType::kRfc822Addr;
    if (host) continue;  // their texts may look like another kind's without the prefix
    const auto second = Identity::parse(again);
    ASSERT_TRUE(second) << "'" << text << "' -> '" << again << "': " << second.error().text;
    EXPECT_EQ(*second, *identity) << text;
  }
  EXPECT_GT(read, 100);
}

}  // namespace
}  // namespace sallyport::ike
