// Traffic selectors as users write them.
#include <gtest/gtest.h>

#include <string>

#include "sallyport/ike/random_source.hpp"
#include "sallyport/ike/selectors.hpp"

namespace sallyport::ike {
namespace {

Selector read(std::string_view text) {
  const auto parsed = parse_selector(text);
  EXPECT_TRUE(parsed.ok()) << text << ": " << parsed.error().text;
  return parsed.ok() ? *parsed : Selector{};
}

TEST(SelectorText, AddressesPrefixesAndRanges) {
  EXPECT_EQ(read("10.1.0.0/16"), Selector::of(*IpPrefix::parse("10.1.0.0/16")));
  EXPECT_EQ(read("10.1.0.7"), Selector::host(*IpAddress::parse("10.1.0.7")));
  EXPECT_EQ(read("10.1.0.5-10.1.0.9").addresses,
            (AddressRange{*IpAddress::parse("10.1.0.5"), *IpAddress::parse("10.1.0.9")}));
  EXPECT_EQ(read("2001:db8::1-2001:db8::ff").addresses,
            (AddressRange{*IpAddress::parse("2001:db8::1"), *IpAddress::parse("2001:db8::ff")}));
}

TEST(SelectorText, ProtocolsAndPorts) {
  const auto check = [](std::string_view inside, int protocol, Ports ports) {
    const Selector s = read("10.0.0.0/8[" + std::string(inside) + "]");
    EXPECT_EQ(s.protocol, protocol) << inside;
    EXPECT_EQ(s.ports, ports) << inside;
  };
  check("udp", 17, {});
  check("udp/", 17, {});
  check("udp/any", 17, {});
  check("17/0-65535", 17, {});
  check("tcp/80", 6, {80, 80});
  check("tcp/500-510", 6, {500, 510});
  check("tcp/0", 6, {0, 0});
  check("tcp/65535", 6, {65535, 65535});
  check("tcp/opaque", 6, Ports::opaque());
  check("any", 0, {});
  check("", 0, {});
  check("/", 0, {});
  check("any/any", 0, {});
  check("1", 1, {});
  check("255", 255, {});
  check("sctp/1", 132, {1, 1});
  check("icmp/8", 1, {0x0800, 0x08ff});
  check("icmp/8(0)", 1, {0x0800, 0x0800});
  check("icmp/3(1)-4(2)", 1, {0x0301, 0x0402});
  check("icmp/3-4", 1, {0x0300, 0x04ff});
  check("icmpv6/128", 58, {0x8000, 0x80ff});
  check("ipv6-icmp/128(255)", 58, {0x80ff, 0x80ff});
  check("mh/5", 135, {0x0500, 0x05ff});
}

TEST(SelectorText, FaultsAreRefused) {
  for (const char* text : {"",
                           "10.0.0.0/33",
                           "10.0.0.1/8",
                           "10.0.0",
                           "10.0.0.9-10.0.0.5",
                           "10.0.0.1-::1",
                           "10.0.0.0/8-10.0.0.9",
                           "-",
                           "10.0.0.0/8[",
                           "10.0.0.0/8[tcp",
                           "10.0.0.0/8]",
                           "10.0.0.0/8[tcp]x",
                           "10.0.0.0/8[tcp]]",
                           "10.0.0.0/8[TCP]",
                           "10.0.0.0/8[0]",
                           "10.0.0.0/8[256]",
                           "10.0.0.0/8[nosuch]",
                           "10.0.0.0/8[tcp/65536]",
                           "10.0.0.0/8[tcp/5-4]",
                           "10.0.0.0/8[tcp/-]",
                           "10.0.0.0/8[tcp/1-]",
                           "10.0.0.0/8[tcp/-1]",
                           "10.0.0.0/8[tcp/ 1]",
                           "10.0.0.0/8[tcp/1-2-3]",
                           "10.0.0.0/8[tcp/1(2)]",
                           "10.0.0.0/8[icmp/256]",
                           "10.0.0.0/8[icmp/1(256)]",
                           "10.0.0.0/8[icmp/1(]",
                           "10.0.0.0/8[icmp/1()]",
                           "10.0.0.0/8[icmp/(1)]",
                           "10.0.0.0/8[icmp/1(2)3]",
                           "10.0.0.0/8[any/80]",
                           "10.0.0.0/8[/80]",
                           "10.0.0.0/8[any/opaque]",
                           "10.0.0.0/8[tcp/80/90]",
                           "dynamic",
                           "dynamic[tcp]",
                           "Dynamic"}) {
    const auto parsed = parse_selector(text);
    EXPECT_FALSE(parsed.ok()) << text;
    if (!parsed) {
      EXPECT_EQ(parsed.error().code, ErrorCode::kInvalidArgument);
      EXPECT_FALSE(parsed.error().text.empty());
    }
  }
  EXPECT_FALSE(parse_selector(std::string_view("10.0.0.0\0/8", 11)).ok());
}

TEST(SelectorText, DynamicIsTheAddressGiven) {
  const auto mine = IpAddress::parse("192.0.2.7");
  EXPECT_EQ(*parse_selector("dynamic[tcp/80]", *mine), *parse_selector("192.0.2.7[tcp/80]"));
}

TEST(SelectorText, IsWrittenShortly) {
  const auto again = [](std::string_view text) { return to_text(read(text)); };
  EXPECT_EQ(again("10.1.0.0/16[udp/500-510]"), "10.1.0.0/16[udp/500-510]");
  EXPECT_EQ(again("10.1.0.7"), "10.1.0.7/32");
  EXPECT_EQ(again("10.1.0.0-10.1.0.255"), "10.1.0.0/24");
  EXPECT_EQ(again("10.1.0.1-10.1.0.255[6/any]"), "10.1.0.1-10.1.0.255[tcp]");
  EXPECT_EQ(again("2001:db8::/32[ipv6-icmp/128]"), "2001:db8::/32[icmpv6/128]");
  EXPECT_EQ(again("10.0.0.0/8[any/any]"), "10.0.0.0/8");
  EXPECT_EQ(again("10.0.0.0/8[253/7]"), "10.0.0.0/8[253/7]");
  EXPECT_EQ(again("10.0.0.0/8[icmp/3(1)-4]"), "10.0.0.0/8[icmp/3(1)-4(255)]");
  EXPECT_EQ(again("10.0.0.0/8[icmp/8(0)]"), "10.0.0.0/8[icmp/8(0)]");
  EXPECT_EQ(again("10.0.0.0/8[tcp/opaque]"), "10.0.0.0/8[tcp/opaque]");
  EXPECT_EQ(to_text(SelectorSet{read("10.0.0.0/8"), read("::/0")}), "10.0.0.0/8, ::/0");
  EXPECT_EQ(to_text(SelectorSet{}), "");
}

TEST(SelectorText, OfRandomSelectorsIsReadBack) {
  for (std::uint64_t seed = 1; seed <= 5'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    Selector s;
    s.protocol = static_cast<std::uint8_t>(
        random.below(4) == 0 ? random.below(256) : std::vector<int>{0, 1, 6, 17, 58, 135}[random.below(6)]);
    if (s.protocol != 0) {
      const auto first = static_cast<std::uint16_t>(random.below(65'536));
      const auto last = static_cast<std::uint16_t>(first + random.below(65'536U - first));
      s.ports = std::vector<Ports>{{}, Ports::opaque(), {first, last}, {first, first}}[random.below(4)];
    }
    const std::uint8_t version = random.below(2) == 0 ? 4 : 6;
    for (IpAddress* at : {&s.addresses.first, &s.addresses.last}) {
      at->version = version;
      random.fill(std::span(at->octets).first(version == 4 ? 4 : 16));
    }
    if (random.below(2) == 0) s.addresses.last = s.addresses.first;
    if (!s.addresses.valid()) std::swap(s.addresses.first, s.addresses.last);
    ASSERT_TRUE(s.valid());
    EXPECT_EQ(read(to_text(s)), s) << to_text(s);
  }
}

}  // namespace
}  // namespace sallyport::ike
