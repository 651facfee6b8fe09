// RFC 7296 2.9: which traffic a Child SA carries.
#include "sallyport/ike/narrowing.hpp"

#include <gtest/gtest.h>

#include "small_packets.hpp"

namespace sallyport::ike {
namespace {

SelectorSet set(std::initializer_list<const char*> texts) {
  SelectorSet out;
  for (const char* text : texts) out.push_back(*parse_selector(text));
  return out;
}

std::string text(const std::optional<Narrowed>& narrowed) {
  if (!narrowed) return "TS_UNACCEPTABLE";
  return to_text(narrowed->selectors.initiator) + " === " + to_text(narrowed->selectors.responder) +
         (narrowed->more_possible ? " +" : "");
}

TEST(Narrowing, WhatIsAllowedStays) {
  const SelectorPair asked{set({"10.1.0.0/16"}), set({"10.2.0.0/16"})};
  for (const NarrowTo to : {NarrowTo::kAny, NarrowTo::kOnePrefix}) {
    EXPECT_EQ(text(narrow(asked, asked, to)), "10.1.0.0/16 === 10.2.0.0/16");
    EXPECT_EQ(text(narrow(asked, {set({"0.0.0.0/0"}), set({"0.0.0.0/0"})}, to)), "10.1.0.0/16 === 10.2.0.0/16");
  }
}

TEST(Narrowing, WhatIsNotAllowedGoes) {
  const SelectorPair asked{set({"0.0.0.0/0"}), set({"0.0.0.0/0"})};
  const SelectorPair policy{set({"10.1.0.0/16[tcp/80]"}), set({"10.2.0.0/16"})};
  EXPECT_EQ(text(narrow(asked, policy, NarrowTo::kAny)), "10.1.0.0/16[tcp/80] === 10.2.0.0/16");
  // An entry has one protocol for both sides.
  EXPECT_EQ(text(narrow(asked, policy, NarrowTo::kOnePrefix)), "10.1.0.0/16[tcp/80] === 10.2.0.0/16[tcp]");
}

TEST(Narrowing, NothingInCommonIsUnacceptable) {
  const SelectorPair policy{set({"10.1.0.0/16"}), set({"10.2.0.0/16"})};
  for (const NarrowTo to : {NarrowTo::kAny, NarrowTo::kOnePrefix}) {
    EXPECT_FALSE(narrow({set({"10.3.0.0/16"}), set({"10.2.0.0/16"})}, policy, to));
    EXPECT_FALSE(narrow({set({"10.1.0.0/16"}), set({"10.3.0.0/16"})}, policy, to));
    EXPECT_FALSE(narrow({set({"2001:db8::/32"}), set({"10.2.0.0/16"})}, policy, to));
    EXPECT_FALSE(narrow({{}, {}}, policy, to));
    EXPECT_FALSE(narrow(policy, {{}, {}}, to));
    // TCP on one side and UDP on the other mean no packet; nor do two families.
    EXPECT_FALSE(narrow({set({"10.1.0.0/16[tcp]"}), set({"10.2.0.0/16[udp]"})}, policy, to));
    EXPECT_FALSE(narrow({set({"10.1.0.0/16"}), set({"2001:db8::/32"})},
                        {set({"0.0.0.0/0", "::/0"}), set({"0.0.0.0/0", "::/0"})}, to));
  }
}

TEST(Narrowing, SelectorsWithoutAPartnerOnTheOtherSideGo) {
  const SelectorPair asked{set({"10.1.0.0/16[tcp]", "10.1.0.0/16[udp]", "2001:db8:1::/48"}), set({"10.2.0.0/16[udp]"})};
  EXPECT_EQ(text(narrow(asked, asked, NarrowTo::kAny)), "10.1.0.0/16[udp] === 10.2.0.0/16[udp]");
  EXPECT_EQ(text(narrow(asked, asked, NarrowTo::kOnePrefix)), "10.1.0.0/16[udp] === 10.2.0.0/16[udp]");
  const SelectorPair turned{asked.responder, asked.initiator};
  EXPECT_EQ(text(narrow(turned, turned, NarrowTo::kAny)), "10.2.0.0/16[udp] === 10.1.0.0/16[udp]");
}

TEST(Narrowing, SelectorsInsideOthersAreNotRepeated) {
  const SelectorPair asked{set({"10.1.0.5/32[tcp/80]", "10.1.0.0/16"}), set({"10.2.0.9/32[tcp/4711]", "10.2.0.0/16"})};
  EXPECT_EQ(text(narrow(asked, asked, NarrowTo::kAny)), "10.1.0.0/16 === 10.2.0.0/16");
  EXPECT_EQ(text(narrow(asked, asked, NarrowTo::kOnePrefix)), "10.1.0.0/16 === 10.2.0.0/16");
}

// The packet is in the second network: without it the first would be taken, with it the second is.
TEST(Narrowing, OnePrefixGoesByThePacketThatAsked) {
  const SelectorPair policy{set({"10.1.0.0/16", "10.9.0.0/16"}), set({"10.2.0.0/16", "10.3.0.0/16"})};
  EXPECT_EQ(text(narrow(policy, policy, NarrowTo::kOnePrefix)), "10.1.0.0/16 === 10.2.0.0/16 +");
  const SelectorPair asked = offer_selectors(
      policy, TriggerPacket{*parse_selector("10.9.0.5/32[udp/53]"), *parse_selector("10.3.0.9/32[udp/4711]")});
  EXPECT_EQ(text(narrow(asked, policy, NarrowTo::kOnePrefix)), "10.9.0.0/16 === 10.3.0.0/16 +");
  EXPECT_EQ(text(narrow(asked, policy, NarrowTo::kAny)), "10.9.0.0/16, 10.1.0.0/16 === 10.3.0.0/16, 10.2.0.0/16");
}

// The packet is UDP, and only the second and third of the peer's wishes have it.
TEST(Narrowing, OnePrefixHoldsThePacketsProtocol) {
  const SelectorPair policy{set({"10.1.0.0/16[tcp]", "10.1.0.0/16[udp/53]"}),
                            set({"10.2.0.0/16[tcp]", "10.2.0.0/16[udp]"})};
  const SelectorPair asked = offer_selectors(
      policy, TriggerPacket{*parse_selector("10.1.0.5[udp/53]"), *parse_selector("10.2.0.9[udp/4711]")});
  EXPECT_EQ(text(narrow(asked, policy, NarrowTo::kOnePrefix)), "10.1.0.0/16[udp/53] === 10.2.0.0/16[udp] +");
}

TEST(Narrowing, OnePrefixIsTheLargestAroundThePacket) {
  const SelectorPair policy{set({"10.1.0.3-10.1.0.200"}), set({"10.2.0.0/16"})};
  EXPECT_EQ(text(narrow(policy, policy, NarrowTo::kOnePrefix)), "10.1.0.64/26 === 10.2.0.0/16 +");
  const SelectorPair asked =
      offer_selectors(policy, TriggerPacket{*parse_selector("10.1.0.5"), *parse_selector("10.2.0.9")});
  EXPECT_EQ(text(narrow(asked, policy, NarrowTo::kOnePrefix)), "10.1.0.4/30 === 10.2.0.0/16 +");
}

TEST(Narrowing, APacketThatIsNotAllowedDoesNotCount) {
  const SelectorPair policy{set({"10.1.0.0/16"}), set({"10.2.0.0/16"})};
  const SelectorPair asked{set({"10.7.0.5", "10.1.0.0/16"}), set({"10.2.0.9", "10.2.0.0/16"})};
  EXPECT_EQ(text(narrow(asked, policy, NarrowTo::kOnePrefix)), "10.1.0.0/16 === 10.2.0.0/16");
}

// A first selector with one address is a packet only where more selectors follow it.
TEST(Narrowing, ALoneAddressIsNoPacket) {
  const SelectorPair asked{set({"10.1.0.5"}), set({"10.2.0.0/16", "10.3.0.0/16"})};
  EXPECT_EQ(text(narrow(asked, asked, NarrowTo::kOnePrefix)), "10.1.0.5/32 === 10.2.0.0/16 +");
}

TEST(Narrowing, OnePrefixHasNoOpaquePorts) {
  const SelectorPair opaque{set({"10.1.0.0/16[udp/opaque]"}), set({"10.2.0.0/16[udp/opaque]"})};
  EXPECT_TRUE(narrow(opaque, opaque, NarrowTo::kAny));
  EXPECT_FALSE(narrow(opaque, opaque, NarrowTo::kOnePrefix));
}

TEST(Narrowing, ManySelectorsAreBounded) {
  SelectorPair many;
  for (unsigned i = 0; i < 255; ++i) {
    Selector s = *parse_selector("10.0.0.0/32");
    s.addresses.first.octets[2] = s.addresses.last.octets[2] = static_cast<std::uint8_t>(i);
    many.initiator.push_back(s);
    s.addresses.first.octets[1] = s.addresses.last.octets[1] = 9;
    many.responder.push_back(s);
  }
  const auto all = narrow(many, {set({"0.0.0.0/0"}), set({"0.0.0.0/0"})}, NarrowTo::kAny);
  ASSERT_TRUE(all);
  EXPECT_EQ(all->selectors, many);
}

// For any wishes and policies: nothing that either side does not allow, all that both do (one prefix: some of it), and
// the initiator takes the answer.
TEST(Narrowing, HoldsPacketByPacket) {
  int narrowed_count = 0;
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    const SelectorPair asked{random_selectors(random, 4), random_selectors(random, 4)};
    const SelectorPair policy{random_selectors(random, 3), random_selectors(random, 3)};
    const auto pairs = [](const SelectorPair& p, const SmallPacket& i, const SmallPacket& r) {
      return means(p.initiator, i) && means(p.responder, r);
    };
    // Packets of one protocol and family; each 7th on one side for each 5th on the other is enough.
    bool any_seen = false;
    const auto all = narrow(asked, policy, NarrowTo::kAny);
    const auto one = narrow(asked, policy, NarrowTo::kOnePrefix);
    for (std::size_t i = seed % 7; i < small_packets().size(); i += 7) {
      for (std::size_t r = seed % 5; r < small_packets().size(); r += 5) {
        const SmallPacket& at = small_packets()[i];
        const SmallPacket& to = small_packets()[r];
        if (at.protocol != to.protocol || at.at.version != to.at.version) continue;
        const bool both = pairs(asked, at, to) && pairs(policy, at, to);
        any_seen = any_seen || both;
        ASSERT_EQ(all && pairs(all->selectors, at, to), both);
        if (one && pairs(one->selectors, at, to)) {
          ASSERT_TRUE(both);
        }
        if (one && !one->more_possible && at.port && to.port) {
          ASSERT_EQ(pairs(one->selectors, at, to), both);
        }
      }
    }
    if (any_seen) {
      ASSERT_TRUE(all);
    }
    if (all) {
      ++narrowed_count;
      ASSERT_EQ(check_selector_answer(asked, all->selectors, NarrowTo::kAny), SelectorAnswer::kGood);
    }
    if (one) {
      ASSERT_TRUE(all);
      ASSERT_EQ(check_selector_answer(asked, one->selectors, NarrowTo::kOnePrefix), SelectorAnswer::kGood);
      ASSERT_TRUE(entry_selectors(one->selectors));
    }
  }
  EXPECT_GT(narrowed_count, 70);
}

TEST(SelectorAnswers, MustBeSubsets) {
  const SelectorPair asked{set({"10.1.0.0/16"}), set({"10.2.0.0/16[tcp]"})};
  const auto check = [&asked](std::initializer_list<const char*> initiator,
                              std::initializer_list<const char*> responder, NarrowTo to = NarrowTo::kAny) {
    return check_selector_answer(asked, {set(initiator), set(responder)}, to);
  };
  EXPECT_EQ(check({"10.1.0.0/16"}, {"10.2.0.0/16[tcp]"}), SelectorAnswer::kGood);
  EXPECT_EQ(check({"10.1.7.0/24[tcp]"}, {"10.2.0.0/16[tcp/80]"}), SelectorAnswer::kGood);
  EXPECT_EQ(check({"10.1.0.0/16"}, {"10.2.0.0/16"}), SelectorAnswer::kNotSubset);
  EXPECT_EQ(check({"10.0.0.0/15"}, {"10.2.0.0/16[tcp]"}), SelectorAnswer::kNotSubset);
  EXPECT_EQ(check({}, {"10.2.0.0/16[tcp]"}), SelectorAnswer::kEmpty);
  EXPECT_EQ(check({"10.1.0.0/16"}, {}), SelectorAnswer::kEmpty);
  EXPECT_EQ(check({"10.1.0.1-10.1.0.9"}, {"10.2.0.0/16[tcp]"}), SelectorAnswer::kGood);
  EXPECT_EQ(check({"10.1.0.1-10.1.0.9"}, {"10.2.0.0/16[tcp]"}, NarrowTo::kOnePrefix), SelectorAnswer::kTooWide);
  EXPECT_EQ(check({"10.1.0.0/24", "10.1.1.0/24"}, {"10.2.0.0/16[tcp]"}, NarrowTo::kOnePrefix),
            SelectorAnswer::kTooWide);
  EXPECT_EQ(check({"10.1.0.0/24"}, {"10.2.0.0/16[tcp]"}, NarrowTo::kOnePrefix), SelectorAnswer::kGood);
}

TEST(TransportMode, NeedsOneAddressASide) {
  const auto fits = [](std::initializer_list<const char*> initiator, std::initializer_list<const char*> responder) {
    return fits_transport_mode({set(initiator), set(responder)});
  };
  EXPECT_TRUE(fits({"192.0.2.1"}, {"192.0.2.2"}));
  EXPECT_TRUE(fits({"192.0.2.1[tcp/80]", "192.0.2.1[udp]"}, {"192.0.2.2"}));
  EXPECT_FALSE(fits({"192.0.2.1[tcp/80]", "192.0.2.3[udp]"}, {"192.0.2.2"}));
  EXPECT_FALSE(fits({"192.0.2.0/31"}, {"192.0.2.2"}));
  EXPECT_FALSE(fits({"192.0.2.1"}, {"2001:db8::1"}));
  EXPECT_FALSE(fits({}, {"192.0.2.2"}));
  EXPECT_EQ(single_address(set({"2001:db8::7[tcp]"})), *IpAddress::parse("2001:db8::7"));
  EXPECT_FALSE(single_address({}));
}

TEST(EntrySelectors, AreOnePrefixASideAndOneProtocol) {
  const auto entry = entry_selectors({set({"10.1.0.0/16[tcp/80-90]"}), set({"10.2.0.0/16"})});
  ASSERT_TRUE(entry);
  EXPECT_EQ(*entry,
            (EntrySelectors{*IpPrefix::parse("10.1.0.0/16"), *IpPrefix::parse("10.2.0.0/16"), 6, {80, 90}, {}}));
  EXPECT_FALSE(entry_selectors({set({"10.1.0.0/16[tcp]"}), set({"10.2.0.0/16[udp]"})}));
  EXPECT_FALSE(entry_selectors({set({"10.1.0.0/16"}), set({"2001:db8::/32"})}));
  EXPECT_FALSE(entry_selectors({set({"10.1.0.1-10.1.0.2"}), set({"10.2.0.0/16"})}));
  EXPECT_FALSE(entry_selectors({set({"10.1.0.0/16"}), set({"10.2.0.0/16[tcp/opaque]"})}));
  EXPECT_FALSE(entry_selectors({set({"10.1.0.0/16", "10.3.0.0/16"}), set({"10.2.0.0/16"})}));
  EXPECT_FALSE(entry_selectors({{}, {}}));
}

TEST(SelectorPairs, AreTheSameSideBySide) {
  const SelectorPair a{set({"10.1.0.0/16", "10.3.0.0/16"}), set({"10.2.0.0/16"})};
  EXPECT_TRUE(same(a, SelectorPair{set({"10.3.0.0/16", "10.1.0.0/16"}), set({"10.2.0.0/16"})}));
  EXPECT_FALSE(same(a, SelectorPair{a.responder, a.initiator}));
  EXPECT_FALSE(same(a, SelectorPair{a.initiator, set({"10.2.0.0/17"})}));
}

}  // namespace
}  // namespace sallyport::ike
