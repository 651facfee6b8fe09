// Traffic selectors as sets of packets.
#include "sallyport/ike/selectors.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "small_packets.hpp"

namespace sallyport::ike {
namespace {

AddressRange range(const char* first, const char* last) { return {address(first), address(last)}; }
Selector selector(const char* text) { return *parse_selector(text); }

TEST(Addresses, AreOrderedAsNumbersWithinTheirFamily) {
  EXPECT_TRUE(compare(address("10.0.0.9"), address("10.0.0.10")) < 0);
  EXPECT_TRUE(compare(address("127.255.255.255"), address("128.0.0.0")) < 0);
  EXPECT_TRUE(compare(address("255.255.255.255"), address("::")) < 0);
  EXPECT_TRUE(compare(address("fe80::1"), address("fe80::1")) == 0);
}

TEST(AddressRanges, OfPrefixes) {
  EXPECT_EQ(AddressRange::of(*IpPrefix::parse("10.1.0.0/16")), range("10.1.0.0", "10.1.255.255"));
  EXPECT_EQ(AddressRange::of(*IpPrefix::parse("0.0.0.0/0")), range("0.0.0.0", "255.255.255.255"));
  EXPECT_EQ(AddressRange::of(*IpPrefix::parse("10.1.2.3/32")), range("10.1.2.3", "10.1.2.3"));
  EXPECT_EQ(AddressRange::of(*IpPrefix::parse("2001:db8::/33")),
            range("2001:db8::", "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff"));
  EXPECT_EQ(AddressRange::of(*IpPrefix::parse("::/0")), range("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
}

TEST(AddressRanges, ArePrefixesOnlyWhenTheyAre) {
  for (unsigned length = 0; length <= 32; ++length) {
    IpPrefix prefix{address("0.0.0.0"), static_cast<std::uint8_t>(length)};
    EXPECT_EQ(AddressRange::of(prefix).prefix(), prefix);
  }
  for (unsigned length = 0; length <= 128; ++length) {
    IpPrefix prefix{address("::"), static_cast<std::uint8_t>(length)};
    EXPECT_EQ(AddressRange::of(prefix).prefix(), prefix);
  }
  EXPECT_FALSE(range("10.0.0.0", "10.0.0.2").prefix());
  EXPECT_FALSE(range("10.0.0.1", "10.0.0.2").prefix());  // two addresses, but not aligned
  EXPECT_FALSE(range("10.0.0.1", "10.0.0.255").prefix());
  EXPECT_EQ(range("10.0.0.2", "10.0.0.3").prefix(), *IpPrefix::parse("10.0.0.2/31"));
}

// Every range of sixteen addresses against all prefixes that there are in it.
TEST(AddressRanges, LargestPrefixesForAllSmallRanges) {
  for (const bool v6 : {false, true}) {
    const unsigned bits = v6 ? 128 : 32;
    for (unsigned first = 0; first < 16; ++first) {
      for (unsigned last = first; last < 16; ++last) {
        const AddressRange all{small_address(v6, first), small_address(v6, last)};
        unsigned best = 0;
        unsigned best_at = 0;
        for (unsigned size = 16; size >= 1 && best == 0; size /= 2) {
          for (unsigned at = 0; at + size <= 16 && best == 0; at += size) {
            if (at >= first && at + size - 1 <= last) best = size, best_at = at;
          }
        }
        const IpPrefix largest = all.largest_prefix();
        EXPECT_EQ(AddressRange::of(largest),
                  (AddressRange{small_address(v6, best_at), small_address(v6, best_at + best - 1)}));
        EXPECT_EQ(all.prefix().has_value(), best == last - first + 1);
        for (unsigned at = first; at <= last; ++at) {
          unsigned size = 16;
          while (at / size * size < first || at / size * size + size - 1 > last) size /= 2;
          const IpPrefix around = all.prefix_around(small_address(v6, at));
          EXPECT_EQ(around.length, bits - static_cast<unsigned>(std::countr_zero(size)));
          EXPECT_TRUE(AddressRange::of(around).contains(small_address(v6, at)));
        }
      }
    }
  }
}

TEST(AddressRanges, LargestPrefixAtTheEdges) {
  EXPECT_EQ(range("0.0.0.1", "255.255.255.255").largest_prefix(), *IpPrefix::parse("128.0.0.0/1"));
  EXPECT_EQ(range("128.0.0.1", "255.255.255.255").largest_prefix(), *IpPrefix::parse("192.0.0.0/2"));
  EXPECT_EQ(range("255.255.255.255", "255.255.255.255").largest_prefix(), *IpPrefix::parse("255.255.255.255/32"));
}

TEST(Selectors, ValidOnesAreRangesWithPortsOnlyOfAProtocol) {
  EXPECT_TRUE(selector("10.0.0.0/8").valid());
  EXPECT_FALSE((Selector{6, {500, 499}, range("10.0.0.0", "10.0.0.1")}.valid()));
  EXPECT_TRUE((Selector{6, Ports::opaque(), range("10.0.0.0", "10.0.0.1")}.valid()));
  EXPECT_FALSE((Selector{0, {500, 500}, range("10.0.0.0", "10.0.0.1")}.valid()));
  EXPECT_FALSE((Selector{0, Ports::opaque(), range("10.0.0.0", "10.0.0.1")}.valid()));
  EXPECT_FALSE((Selector{0, {}, range("10.0.0.1", "10.0.0.0")}.valid()));
  EXPECT_FALSE((Selector{0, {}, range("10.0.0.1", "::ffff")}.valid()));
}

TEST(Selectors, AnyPortIncludesThoseThatCannotBeSeen) {
  const Selector any = selector("10.0.0.0/8[udp]");
  const Selector opaque = selector("10.0.0.0/8[udp/opaque]");
  const Selector some = selector("10.0.0.0/8[udp/0-65534]");
  EXPECT_TRUE(any.contains(opaque));
  EXPECT_FALSE(opaque.contains(any));
  EXPECT_EQ(intersection(any, opaque), opaque);
  EXPECT_EQ(intersection(opaque, opaque), opaque);
  EXPECT_FALSE(intersection(some, opaque));
  EXPECT_FALSE(some.contains(opaque));
}

TEST(Selectors, IcmpTypesAndCodesAreNumbersOfPorts) {
  const Selector echo = selector("10.0.0.0/8[icmp/8]");
  EXPECT_EQ(echo.ports, (Ports{0x0800, 0x08ff}));
  EXPECT_TRUE(echo.contains(selector("10.0.0.0/8[icmp/8(3)]")));
  EXPECT_FALSE(echo.contains(selector("10.0.0.0/8[icmp/0(0)]")));
  EXPECT_EQ(intersection(echo, selector("10.0.0.0/8[icmp/3(1)-8(2)]")), selector("10.0.0.0/8[icmp/8(0)-8(2)]"));
}

TEST(Selectors, IntersectionAndContainmentPacketByPacket) {
  for (std::uint64_t seed = 1; seed <= 4'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    const Selector a = random_selector(random);
    const Selector b = random_selector(random);
    const auto both = intersection(a, b);
    EXPECT_EQ(both, intersection(b, a));
    if (both) {
      EXPECT_TRUE(both->valid());
    }
    bool a_contains_b = true;
    for (const SmallPacket& packet : small_packets()) {
      EXPECT_EQ(both && means(*both, packet), means(a, packet) && means(b, packet));
      a_contains_b = a_contains_b && (!means(b, packet) || means(a, packet));
    }
    if (a.contains(b)) {
      EXPECT_TRUE(a_contains_b);
    }
    EXPECT_EQ(a.contains(b), both == b);
  }
}

TEST(SelectorSets, SubsetsPacketByPacket) {
  int subsets = 0;
  for (std::uint64_t seed = 1; seed <= 4'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    const SelectorSet outer = random_selectors(random, 8);
    const SelectorSet inner = random_selectors(random, 2);
    if (!subset(inner, outer)) continue;
    ++subsets;
    for (const SmallPacket& packet : small_packets()) EXPECT_LE(means(inner, packet), means(outer, packet));
  }
  EXPECT_GT(subsets, 100);
}

TEST(SelectorSets, SubsetsMayNeedSeveralRanges) {
  const SelectorSet halves{selector("10.0.0.128/25"), selector("10.0.0.0/25[udp]"), selector("10.0.0.0/25")};
  EXPECT_TRUE(subset({selector("10.0.0.0/24")}, halves));
  EXPECT_TRUE(subset({selector("10.0.0.100-10.0.0.150[tcp/80]")}, halves));
  EXPECT_TRUE(subset({selector("10.0.0.0/24")},
                     {selector("10.0.0.0/25"), selector("10.0.0.32/27"), selector("10.0.0.128/25")}));
  EXPECT_FALSE(subset({selector("10.0.0.0/23")}, halves));
  EXPECT_FALSE(subset({selector("10.0.0.0/24"), selector("10.0.1.0/32")}, halves));
  EXPECT_FALSE(subset({selector("10.0.0.0/24")}, {halves[0], halves[1]}));
  EXPECT_FALSE(subset({selector("10.0.0.0-10.0.0.2")}, {selector("10.0.0.0/32"), selector("10.0.0.2/32")}));
  EXPECT_TRUE(subset({selector("0.0.0.0/0")}, {selector("128.0.0.0/1"), selector("0.0.0.0/1")}));
  EXPECT_FALSE(subset({selector("::/0")}, {selector("0.0.0.0/0")}));
  EXPECT_FALSE(subset({selector("::/0")}, {}));
  EXPECT_TRUE(subset({}, halves));
}

TEST(SelectorSets, AreTheSameInAnyOrder) {
  const SelectorSet a{selector("10.0.0.0/8"), selector("10.0.0.0/8[tcp/80]"), selector("2001:db8::/32")};
  SelectorSet b = a;
  std::reverse(b.begin(), b.end());
  b.push_back(b.front());
  EXPECT_TRUE(same(a, b));
  b.back().ports = {0, 1};
  EXPECT_FALSE(same(a, b));
  EXPECT_FALSE(same(a, {a[0], a[1]}));
  EXPECT_TRUE(same(SelectorSet{}, SelectorSet{}));
}

TEST(SelectorWire, RangesThatAreSoundAreRead) {
  const SelectorSet set{selector("10.1.0.0/16[udp/500-510]"), selector("2001:db8::/32"),
                        selector("192.0.2.1-192.0.2.9[tcp/opaque]")};
  EXPECT_EQ(from_wire(to_wire(set)), set);
  Bytes octets;
  ASSERT_TRUE(to_wire(set).write(octets).ok());
  const auto parsed = TsPayload::parse(octets);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(from_wire(*parsed), set);
}

TEST(SelectorWire, OthersAreLeftOut) {
  TsPayload payload = to_wire({selector("10.1.0.0/16[udp]"), selector("10.2.0.0/16[udp]")});
  TrafficSelector& first = payload.selectors[0];
  const auto left = [&payload] { return from_wire(payload).size(); };
  first.start_port = 7, first.end_port = 6;
  EXPECT_EQ(left(), 1u);
  first.start_port = 0, first.end_port = 65535;
  EXPECT_EQ(left(), 2u);
  std::swap(first.start, first.end);
  EXPECT_EQ(left(), 1u);
  first = {.type = TsType::kSecLabel, .start = {}, .end = {}, .opaque = {1, 2, 3}};
  EXPECT_EQ(left(), 1u);
}

TEST(SelectorWire, HoldsNoMoreThanItsLimit) {
  EXPECT_EQ(to_wire(SelectorSet(300, selector("10.0.0.0/8"))).selectors.size(), 255u);
}

}  // namespace
}  // namespace sallyport::ike
