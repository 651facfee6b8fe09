// Rules 6 and 7: where soft limits lie.
#include "sallyport/ike/thresholds.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace sallyport::ike {
namespace {

constexpr std::uint64_t kMs = 1'000'000;
constexpr std::uint64_t kMillion = 1'000'000;

void expect(const Result<Thresholds>& found, Share x_i, Share x_r, Interval designated, Interval other) {
  ASSERT_TRUE(found.ok()) << found.error().text;
  EXPECT_EQ(found->x_i, x_i);
  EXPECT_EQ(found->x_r, x_r);
  EXPECT_EQ(found->designated, designated);
  EXPECT_EQ(found->other, other);
  EXPECT_FALSE(found->undersized);
}

TEST(Guard, IsRateTimesDelaysRoundedUp) {
  // 1.25 * 10^9 octets/s (10 Gbit/s) for 1 + 10 + 500 ms.
  EXPECT_EQ(guard(1'250'000'000, {1 * kMs, 10 * kMs, 500 * kMs}), 638'750'000u);
  EXPECT_EQ(guard(1, {0, 0, 1}), 1u);
  EXPECT_EQ(guard(1, {0, 0, 1'000 * kMs}), 1u);
  EXPECT_EQ(guard(1, {0, 1, 1'000 * kMs}), 2u);
  EXPECT_EQ(guard(0, {1, 1, 1}), 0u);
  EXPECT_EQ(guard(UINT64_MAX, {UINT64_MAX, UINT64_MAX, 1}), UINT64_MAX);
}

// G = 0: X_i as great as it may be. S_i in 80..85 %, S_r in 90..100 %.
TEST(Thresholds, WithoutAGuard) {
  expect(thresholds({kMillion, 0}), Share{8'000}, Share{9'500}, {800'000, 849'999}, {900'000, 1'000'000});
}

// G = 3 %: S_r ends at 97 %; it begins at 90 %, since 85 + 3 is less.
TEST(Thresholds, WithASmallGuard) {
  expect(thresholds({kMillion, 30'000}), Share{8'000}, Share{9'500}, {800'000, 849'999}, {900'000, 970'000});
}

// G = 6 %: S_r begins at 85 + 6 = 91 %, ends at 94 %.
TEST(Thresholds, TheGuardPushesTheTakeOverUp) {
  expect(thresholds({kMillion, 60'000}), Share{8'000}, Share{9'500}, {800'000, 849'999}, {910'000, 940'000});
}

// G = 7 %: the last one with X_i = 80 %. S_r is 92..93 %, 1 % wide. One octet more: X_i = 79.99 %.
TEST(Thresholds, XiIsLoweredFromSevenPercentOn) {
  expect(thresholds({kMillion, 70'000}), Share{8'000}, Share{9'500}, {800'000, 849'999}, {920'000, 930'000});
  expect(thresholds({kMillion, 70'001}), Share{7'999}, Share{9'500}, {799'900, 849'899}, {919'901, 929'999});
}

// G = 9 %: X_i = 94 - 18 = 76 %; S_r from 90 % (which 76 + 5 + 9 is as well) to 91 %.
TEST(Thresholds, AtNinePercentBothBoundsMeet) {
  expect(thresholds({kMillion, 90'000}), Share{7'600}, Share{9'500}, {760'000, 809'999}, {900'000, 910'000});
}

// G = 10 %: S_r must end at 90 %, where X_r - 5 % begins: X_r goes down with it, to 94 %. Lowering X_i alone would
// never make room above 9 %.
TEST(Thresholds, AboveNinePercentXrIsLoweredToo) {
  expect(thresholds({kMillion, 100'000}), Share{7'400}, Share{9'400}, {740'000, 789'999}, {890'000, 900'000});
}

// G = 34.5 %: X_i = 94 - 69 = 25 %, the last. S_r from 25 + 5 + 34.5 = 64.5 % to 65.5 %.
TEST(Thresholds, EndAtTwentyFivePercent) {
  expect(thresholds({kMillion, 345'000}), Share{2'500}, Share{6'950}, {250'000, 299'999}, {645'000, 655'000});
}

// One octet more would be 24.99 %. Needed then: 2 * 345,001 / 0.69 = 1,000,002.9 octets.
TEST(Thresholds, AreRefusedBelowTwentyFivePercentWithTheNumbers) {
  const auto refused = thresholds({kMillion, 345'001});
  ASSERT_FALSE(refused.ok());
  for (const char* part : {"1000000", "345001", "24.99 %", "25.00 %", "1000003"}) {
    EXPECT_NE(refused.error().text.find(part), std::string::npos) << part << " in " << refused.error().text;
  }
  EXPECT_TRUE(thresholds({1'000'003, 345'001}).ok());
  const auto hopeless = thresholds({kMillion, 600'000});
  ASSERT_FALSE(hopeless.ok());
  EXPECT_NE(hopeless.error().text.find("below 0"), std::string::npos);
  EXPECT_FALSE(thresholds({kMillion, UINT64_MAX}).ok());
}

TEST(Thresholds, LifeTimesBelowTheSmallestAreRefused) {
  EXPECT_FALSE(thresholds({0, 0}).ok());
  const auto refused = thresholds({999, 0});
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().text.find("999"), std::string::npos);
  EXPECT_TRUE(thresholds({1'000, 0}).ok());
}

TEST(Thresholds, TheLargestNumbersDoNotWrap) {
  const auto found = thresholds({UINT64_MAX, UINT64_MAX / 20});  // 5 %
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->x_i, Share{8'000});
  EXPECT_EQ(found->other.last, UINT64_MAX - UINT64_MAX / 20);
  EXPECT_GT(found->other.first, found->designated.last);
}

// Against the rule's own inequality in whole numbers, for every guard of many small life times.
TEST(Thresholds, HoldEveryBoundForAllSmallNumbers) {
  for (std::uint64_t life = 1'000; life <= 1'500; life += 41) {
    std::uint32_t x = 8'000;  // more guard never allows more
    for (std::uint64_t g = 0; g <= life; ++g) {
      // X_i L + B + G + 1 % L <= L - G
      while (x >= 2'500 && x * life + 500 * life + 100 * life + 20'000 * g > 10'000 * life) --x;
      const std::optional<std::uint32_t> x_i = x >= 2'500 ? std::optional(x) : std::nullopt;
      const auto found = thresholds({life, g});
      ASSERT_EQ(found.ok(), x_i.has_value()) << life << " " << g;
      if (!x_i) continue;
      ASSERT_EQ(found->x_i.value, *x_i);
      ASSERT_GE(found->designated.first * 10'000, *x_i * life);
      ASSERT_LT(found->designated.last * 10'000, (*x_i + 500) * life);  // U is below 1
      ASSERT_GE((found->designated.last - found->designated.first + 2) * 20, life);
      ASSERT_GE(found->other.first, found->designated.last + 1 + g);
      ASSERT_GE(found->other.first * 10'000, (*x_i + 500) * life + 10'000 * g);
      ASSERT_EQ(found->other.last, life - g);
      ASSERT_GE((found->other.last - found->other.first + 1) * 100, life);
      ASSERT_TRUE(found->x_r.value <= 9'500 && found->x_r.value > *x_i);
      ASSERT_GE((found->other.first + 1) * 10'000 + 500 * life, found->x_r.value * life);
    }
  }
}

TEST(Thresholds, DrawsOfBothSidesStayApartByTheGuard) {
  for (std::uint64_t seed = 1; seed <= 3'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    const std::uint64_t life = 1'000 + (random.below(UINT64_MAX - 1'000) >> random.below(54));
    const std::uint64_t g = random.below(life / 3 + 1);
    const auto found = thresholds({life, g});
    ASSERT_TRUE(found.ok()) << found.error().text;
    const std::uint64_t s_i = draw(found->of(CountRole::kDesignated), random);
    const std::uint64_t s_r = draw(found->of(CountRole::kOther), random);
    EXPECT_GE(s_i, life / 4);
    EXPECT_GT(s_r - s_i, g);
    EXPECT_LE(s_r, life - g);
  }
}

// Two ends may measure another G each. As long as neither has to lower X_i, their draws stay apart all the same: S_i is
// below 85 %, S_r at 90 % or more and at least its own side's G above.
TEST(Thresholds, EndsWithGuardsOfTheirOwnStayApartUpToSevenPercent) {
  constexpr std::uint64_t kLife = 100'000;
  for (std::uint64_t a = 0; a <= 7'000; a += 50) {
    for (std::uint64_t b = 0; b <= 7'000; b += 50) {
      const auto designated = thresholds({kLife, a});
      const auto other = thresholds({kLife, b});
      ASSERT_GE(other->other.first, designated->designated.last + 1 + 5'000);
      ASSERT_GE(other->other.first, designated->designated.last + 1 + b);
    }
  }
}

TEST(ThresholdsAnyway, AreTheSameWhereThereAreSome) {
  const auto regular = thresholds({kMillion, 100'000});
  const Thresholds anyway = thresholds_anyway({kMillion, 100'000});
  EXPECT_EQ(anyway.designated, regular->designated);
  EXPECT_EQ(anyway.other, regular->other);
  EXPECT_FALSE(anyway.undersized);
}

// G just too large: S_i as early as it gets, S_r the last 1 % in time. G beyond all: right after S_i.
TEST(ThresholdsAnyway, BeginAsEarlyAsTheyCan) {
  const Thresholds tight = thresholds_anyway({kMillion, 345'001});
  EXPECT_TRUE(tight.undersized);
  EXPECT_EQ(tight.x_i, Share{2'500});
  EXPECT_EQ(tight.designated, (Interval{250'000, 299'999}));
  EXPECT_EQ(tight.other, (Interval{644'999, 654'999}));
  const Thresholds hopeless = thresholds_anyway({kMillion, 5 * kMillion});
  EXPECT_EQ(hopeless.designated, (Interval{250'000, 299'999}));
  EXPECT_EQ(hopeless.other, (Interval{300'000, 310'000}));
}

TEST(ThresholdsAnyway, LieInsideEvenTheSmallestLimits) {
  for (std::uint64_t life = 1; life < 1'200; ++life) {
    for (const std::uint64_t g : {std::uint64_t{0}, life / 2, life, UINT64_MAX}) {
      const Thresholds found = thresholds_anyway({life, g});
      for (const Interval& interval : {found.designated, found.other}) {
        ASSERT_GE(interval.first, 1u);
        ASSERT_LE(interval.first, interval.last);
        ASSERT_LE(interval.last, life);
      }
    }
  }
  EXPECT_EQ(thresholds_anyway({0, 5}).designated, Interval{});
}

// G = 2 %: the initiator at 70..75 %, the responder at 95..98 %. What charon (81.8..90.9 %) draws lies between, and
// more than G from both; what pluto draws (at most 50 %) lies before both.
TEST(LocalThresholds, KeepAwayFromWhatOtherDaemonsDraw) {
  const Thresholds local = thresholds_anyway({kMillion, 20'000}, kLocalRule);
  EXPECT_EQ(local.designated, (Interval{700'000, 749'999}));
  EXPECT_EQ(local.other, (Interval{950'000, 980'000}));
  EXPECT_LT(local.designated.last + 20'000, 818'000u);
  EXPECT_GT(local.other.first, 909'091u + 20'000u);
  EXPECT_GT(local.designated.first, 500'000u + 20'000u);
}

// G = 10 %: S_r ends at 90 % and is 1 % wide. X_i = 94 - 20 = 74, still above 70 %.
TEST(LocalThresholds, GiveWayToTheGuard) {
  const Thresholds local = thresholds_anyway({kMillion, 100'000}, kLocalRule);
  EXPECT_EQ(local.x_i, Share{7'000});
  EXPECT_EQ(local.other, (Interval{890'000, 900'000}));
}

TEST(Draws, AreUniformAndInside) {
  SeededRandom random(11);
  std::array<int, 7> seen{};
  for (int i = 0; i < 7'000; ++i) ++seen[draw({10, 16}, random) - 10];
  for (const int count : seen) EXPECT_NEAR(count, 1'000, 180);  // six standard deviations of 29.3
  EXPECT_EQ(draw({5, 5}, random), 5u);
  EXPECT_GE(draw({1, UINT64_MAX}, random), 1u);
}

TEST(Tightest, IsTheGreatestShareOfGuard) {
  const std::array<UnitLimit, 4> units{{{1'000, 10}, {0, 999}, {100, 2}, {1'000, 19}}};
  EXPECT_EQ(tightest(units), 2u);  // 2 %, against 1 %, none and 1.9 %
  EXPECT_EQ(tightest(std::span(units).first(1)), 0u);
  EXPECT_FALSE(tightest(std::span(units).subspan(1, 1)));
  EXPECT_FALSE(tightest({}));
  const std::array<UnitLimit, 2> large{{{UINT64_MAX, UINT64_MAX - 1}, {UINT64_MAX - 1, UINT64_MAX - 1}}};
  EXPECT_EQ(tightest(large), 1u);
}

// What suits the tightest unit suits the others: its shares, taken of their limits, keep their guards.
TEST(Tightest, ItsSharesSuitAllUnits) {
  for (std::uint64_t seed = 1; seed <= 2'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    std::array<UnitLimit, 3> units{};
    for (UnitLimit& unit : units) {
      unit.hard = 100'000 + random.below(std::uint64_t{1} << 40);
      unit.guard = random.below(unit.hard / 4);
    }
    const UnitLimit& worst = units[*tightest(units)];
    const auto found = thresholds(worst);
    ASSERT_TRUE(found.ok());
    const ShareInterval designated = share_interval(found->designated, worst.hard);
    const ShareInterval other = share_interval(found->other, worst.hard);
    for (const UnitLimit& unit : units) {
      const auto of = [&unit](unsigned share) { return static_cast<double>(unit.hard) * share / 10'000.0; };
      const auto g = static_cast<double>(unit.guard);
      EXPECT_LE(of(designated.from + designated.span) + g, of(other.from) * (1 + 1e-9));
      EXPECT_LE(of(other.from + other.span) + g, static_cast<double>(unit.hard) * (1 + 1e-9));
    }
  }
}

// rekey_time 3,600 s under life_time 3,960 s: the life of which 80 % are 3,600 s would be 4,500 s, so it is 3,960 s,
// and the side not designated lies at 90 % of it or later. Under 36,000 s it is 4,500 s: designated from 3,600 s, the
// other side from 4,050 s, which is 95 / 80 later but for its 5 % of randomness.
TEST(EffectiveLife, PutsTheOtherSideLaterInsideTheHardLimit) {
  EXPECT_EQ(effective_life(3'600, 3'960), 3'960u);
  EXPECT_EQ(effective_life(3'600, 36'000), 4'500u);
  EXPECT_EQ(effective_life(3'600, 0), 4'500u);
  EXPECT_EQ(effective_life(0, 3'960), 3'960u);
  EXPECT_EQ(effective_life(0, 0), 0u);
  EXPECT_EQ(effective_life(UINT64_MAX, 0), UINT64_MAX);
  const auto found = thresholds({effective_life(3'600 * kMillion, 36'000 * kMillion), 10 * kMillion});
  EXPECT_EQ(found->designated.first, 3'600 * kMillion);
  EXPECT_EQ(found->other, (Interval{4'050 * kMillion, 4'490 * kMillion}));
}

// 80..85 % of 10^6: from is one octet in, to two (one for the draw, 10^6 / 2^30 rounds to 0 more).
TEST(ShareIntervals, AreRoundedInwards) {
  EXPECT_EQ(share_interval({800'000, 849'999}, kMillion), (ShareInterval{8'001, 498}));
  EXPECT_EQ(share_interval({5, 5}, kMillion), (ShareInterval{1, 0}));  // no share fits: the nearest that may be sent
  EXPECT_EQ(share_interval({1, 1}, 0), ShareInterval{});
  // 10^12 / 2^30 is 931: a hundred octets above 90 % are not enough for 90 %.
  EXPECT_EQ(share_interval({800'000'000'000, 900'000'000'100}, 1'000'000'000'000), (ShareInterval{8'001, 998}));
  EXPECT_EQ(share_interval({800'000'000'000, 900'000'000'932}, 1'000'000'000'000), (ShareInterval{8'001, 999}));
}

TEST(ShareIntervals, WhatABackendDrawsLiesInTheInterval) {
  for (std::uint64_t seed = 1; seed <= 5'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    const std::uint64_t life = 1'000 + (random.below(UINT64_MAX - 1'000) >> random.below(54));
    const auto found = thresholds({life, random.below(life / 3 + 1)});
    ASSERT_TRUE(found.ok());
    for (const Interval& interval : {found->designated, found->other}) {
      const ShareInterval shares = share_interval(interval, life);
      ASSERT_GE(shares.from, 1);
      ASSERT_LE(shares.from + shares.span, 10'000);
      const long double whole = life;
      const long double low = whole * shares.from / 10'000.0L;
      const long double high = whole * (shares.from + shares.span) / 10'000.0L;
      EXPECT_GE(low - 1, interval.first);
      EXPECT_LE(high + 1 + whole / 1'073'741'824.0L, static_cast<long double>(interval.last) + 1);
    }
  }
}

TEST(Shares, AreWrittenAsPercent) {
  EXPECT_EQ(to_text(Share{8'000}), "80.00 %");
  EXPECT_EQ(to_text(Share{2'505}), "25.05 %");
  EXPECT_EQ(to_text(Share{7}), "0.07 %");
}

}  // namespace
}  // namespace sallyport::ike
