// Rule 5: who rekeys.
#include "sallyport/ike/rekeyer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

namespace sallyport::ike {
namespace {

TEST(Rekeyer, TheGreaterValueIsDesignated) {
  EXPECT_EQ(designated_side(2, 1), ExchangeSide::kInitiator);
  EXPECT_EQ(designated_side(1, 2), ExchangeSide::kResponder);
  EXPECT_EQ(designated_side(0, 1), ExchangeSide::kResponder);  // 0: does not want to
  EXPECT_EQ(designated_side(0xffff, 0), ExchangeSide::kInitiator);
  EXPECT_EQ(designated_side(0x8000, 0x7fff), ExchangeSide::kInitiator);  // not signed
}

TEST(Rekeyer, EqualValuesLeaveItToTheInitiator) {
  for (const std::uint16_t value : {0, 1, 0x7fff, 0x8000, 0xffff}) {
    EXPECT_EQ(designated_side(value, value), ExchangeSide::kInitiator);
  }
}

// Every value against a set of others, both ways round: exactly one of the two ends is designated, and it is the one
// with the greater value.
TEST(Rekeyer, BothEndsAgreeForAllValues) {
  std::set<std::uint16_t> others{0, 1, 0x00ff, 0x0100, 0x7fff, 0x8000, 0xfeff, 0xff00, 0xffff};
  for (std::uint32_t other = 0; other <= 0xffff; other += 4099) others.insert(static_cast<std::uint16_t>(other));
  for (std::uint32_t i = 0; i <= 0xffff; ++i) {
    const auto value = static_cast<std::uint16_t>(i);
    for (const std::uint16_t other : others) {
      const NegotiatedCount negotiated{1'000, value, other};
      const CountRole initiator = role_of(ExchangeSide::kInitiator, negotiated);
      const CountRole responder = role_of(ExchangeSide::kResponder, negotiated);
      ASSERT_NE(initiator, responder);
      ASSERT_EQ(initiator == CountRole::kDesignated, value >= other);
    }
  }
}

TEST(Rekeyer, WithoutNegotiationTheInitiatorGoesFirst) {
  EXPECT_EQ(local_role_of(ExchangeSide::kInitiator), CountRole::kDesignated);
  EXPECT_EQ(local_role_of(ExchangeSide::kResponder), CountRole::kOther);
}

// Sixteenths of 1,000: 62.5 each, so 62 is still the first and 63 the second.
TEST(Rekeyer, PressureRisesWithTheTableInUse) {
  EXPECT_EQ(pressure_class(RekeyWish::kAuto, 0), 1);
  EXPECT_EQ(pressure_class(RekeyWish::kAuto, 62), 1);
  EXPECT_EQ(pressure_class(RekeyWish::kAuto, 63), 2);
  EXPECT_EQ(pressure_class(RekeyWish::kAuto, 937), 15);
  EXPECT_EQ(pressure_class(RekeyWish::kAuto, 938), 16);
  EXPECT_EQ(pressure_class(RekeyWish::kAuto, 1'000), 16);
  EXPECT_EQ(pressure_class(RekeyWish::kAuto, ~0U), 16);
  for (unsigned occupancy = 1; occupancy <= 1'000; ++occupancy) {
    EXPECT_GE(pressure_class(RekeyWish::kAuto, occupancy), pressure_class(RekeyWish::kAuto, occupancy - 1));
  }
}

TEST(Rekeyer, WishesStandAboveAndBelowAllPressure) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    const auto occupancy = static_cast<unsigned>(random.below(1'001));
    const std::uint16_t never = draw_rekey_value(RekeyWish::kNever, occupancy, random);
    const std::uint16_t by_pressure = draw_rekey_value(RekeyWish::kAuto, occupancy, random);
    const std::uint16_t always = draw_rekey_value(RekeyWish::kAlways, occupancy, random);
    EXPECT_EQ(never, 0);
    EXPECT_GE(by_pressure, 0x0100);
    EXPECT_LT(by_pressure, 0x1100);
    EXPECT_EQ(by_pressure >> 8, pressure_class(RekeyWish::kAuto, occupancy));
    EXPECT_EQ(always >> 8, 0xff);
  }
}

TEST(Rekeyer, TheScarcerTableIsDesignatedWhateverIsDrawn) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    const std::uint16_t scarce = draw_rekey_value(RekeyWish::kAuto, 900, random);
    const std::uint16_t roomy = draw_rekey_value(RekeyWish::kAuto, 300, random);
    EXPECT_EQ(designated_side(scarce, roomy), ExchangeSide::kInitiator);
    EXPECT_EQ(designated_side(roomy, scarce), ExchangeSide::kResponder);
  }
}

// Under equal pressure the low octet decides: about half of the SAs each, never far from it in 4,000 draws (six
// standard deviations of 31.6 are 190).
TEST(Rekeyer, EqualPressureSharesTheWork) {
  SeededRandom random(7);
  std::array<int, 256> octets{};
  int initiator = 0;
  for (int i = 0; i < 4'000; ++i) {
    const std::uint16_t a = draw_rekey_value(RekeyWish::kAuto, 500, random);
    const std::uint16_t b = draw_rekey_value(RekeyWish::kAuto, 500, random);
    ++octets[a & 0xffU];
    initiator += designated_side(a, b) == ExchangeSide::kInitiator ? 1 : 0;
  }
  EXPECT_NEAR(initiator, 2'000, 190);
  EXPECT_EQ(std::count(octets.begin(), octets.end(), 0), 0);  // e^-15.6 each
}

}  // namespace
}  // namespace sallyport::ike
