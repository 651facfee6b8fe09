// Rule 8, and the limits of a key.
#include "sallyport/ike/sizing.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "sallyport/ike/random_source.hpp"

namespace sallyport::ike {
namespace {

constexpr std::uint64_t kMs = 1'000'000;

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// 2 * 7,000 / (1 - 0.80 - 0.06) = 100,000; / (1 - 0.25 - 0.06) = 20,289.86.
TEST(LeastLife, IsTwoGuardsOverWhatXiLeaves) {
  EXPECT_EQ(least_life(7'000, Share{8'000}), 100'000u);
  EXPECT_EQ(least_life(7'001, Share{8'000}), 100'015u);  // 100,014.3
  EXPECT_EQ(least_life(7'000, Share{2'500}), 20'290u);
  EXPECT_EQ(least_life(0, Share{8'000}), 0u);
  EXPECT_EQ(least_life(UINT64_MAX / 2, Share{8'000}), UINT64_MAX);
}

// It is the least: one octet below, X_i is lower than asked for.
TEST(LeastLife, IsExactlyWhereTheThresholdsAllowXi) {
  for (std::uint64_t seed = 1; seed <= 3'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    const std::uint64_t g = 1'000 + random.below(std::uint64_t{1} << (10 + random.below(40)));
    const Share x_i{static_cast<std::uint32_t>(2'500 + random.below(5'501))};
    const std::uint64_t life = least_life(g, x_i);
    const auto enough = thresholds({life, g});
    ASSERT_TRUE(enough.ok());
    EXPECT_GE(enough->x_i, x_i);
    const auto less = thresholds({life - 1, g});
    EXPECT_TRUE(!less.ok() || less->x_i < x_i);
  }
}

// 2^-57: (s + q + 1)^2 <= 2^72, so s + q <= 2^36 - 1 = 68,719,476,735 blocks. 2^32 packets at 3 each are
// 12,884,901,888; 55,834,574,847 blocks of 16 octets are left. Without ESN 2^31.5 packets take 9,111,001,497.
TEST(KeyLimits, AtTheDefaultAdvantage) {
  EXPECT_EQ(key_limits(true).packets, 4'294'967'296u);
  EXPECT_EQ(key_limits(true).octets, 893'353'197'552u);
  EXPECT_EQ(key_limits(false).packets, 3'037'000'499u);
  EXPECT_EQ(key_limits(false).octets, 953'735'603'808u);
}

// 2^-50: the root of 2^79 is 777,472,127,993.8; (777,472,127,992 - 12,884,901,888) * 16.
// 2^-60: the root of 2^69 is 24,296,003,999.9; a quarter of 24,296,003,998 in packets of 3: 2,024,666,999.
TEST(KeyLimits, AtOtherAdvantages) {
  EXPECT_EQ(key_limits(true, {-50}).octets, 12'233'395'617'664u);
  EXPECT_EQ(key_limits(true, {-50}).packets, 4'294'967'296u);
  EXPECT_EQ(key_limits(true, {-60}).packets, 2'024'666'999u);
  EXPECT_EQ(key_limits(true, {-60}).octets, 291'552'048'016u);
  EXPECT_EQ(key_limits(false, {-60}).packets, 2'024'666'999u);
  EXPECT_EQ(key_limits(true, {-100}).octets, key_limits(true, {-60}).octets);
  EXPECT_EQ(key_limits(true, {0}).octets, key_limits(true, {-32}).octets);
}

// The bound itself, in floating point, for the costliest mix: all packets, and all octets among them, with each last
// block holding 4 octets.
TEST(KeyLimits, KeepTheAdvantageForAnyPackets) {
  for (int log2 = -60; log2 <= -32; ++log2) {
    for (const bool esn : {false, true}) {
      const KeyLimits limits = key_limits(esn, {log2});
      const long double q = limits.packets;
      const long double s = static_cast<long double>(limits.octets) / 16 + q * (12.0L / 16) + q;
      EXPECT_LE(s + q + 1, std::pow(2.0L, (129 + log2) / 2.0L)) << log2;
      EXPECT_LE(limits.packets, esn ? std::uint64_t{1} << 32 : 0xffff'ffffU);
      EXPECT_GT(limits.octets, std::uint64_t{1} << 37);
    }
  }
}

// 10 Gbit/s, 14.88 million packets/s, 1 + 10 + 500 ms: G = 638,750,000 octets; wanted / 0.14 * 2 = 9,125,000,000;
// needed / 0.69 * 2 = 1,851,449,275.4. Packets: G = 7,603,680, wanted 108,624,000. 893 GB take 715 s, 2^32 packets 289
// s.
TEST(Sizing, OfATenGigabitPort) {
  const Sizing sizing = size_life({.peak = {1'250'000'000, 14'880'000}, .delays = {1 * kMs, 10 * kMs, 500 * kMs}});
  EXPECT_TRUE(sizing.fits());
  EXPECT_EQ(sizing.octets.limit.guard, 638'750'000u);
  EXPECT_EQ(sizing.octets.wanted, 9'125'000'000u);
  EXPECT_EQ(sizing.octets.needed, 1'851'449'276u);
  EXPECT_EQ(sizing.octets.limit.hard, 893'353'197'552u);
  EXPECT_EQ(sizing.octets.by, LimitedBy::kKey);
  EXPECT_EQ(sizing.octets.x_i, Share{8'000});
  EXPECT_EQ(sizing.packets.limit.guard, 7'603'680u);
  EXPECT_EQ(sizing.packets.wanted, 108'624'000u);
  EXPECT_EQ(sizing.range, (CountRange{1'851'449'276, 893'353'197'552}));
  EXPECT_TRUE(sizing.packets_bind);
  for (const char* part :
       {"638750000", "9125000000", "893353197552", "limit of the key", "500 ms", "packets come first"}) {
    EXPECT_TRUE(contains(sizing.text, part)) << part << " in " << sizing.text;
  }
}

// 100 Gbit/s and rekeys of 20 s: G = 250 GB; X_i = 94 % - 2 * 27.98 % = 38.03 %.
TEST(Sizing, LongRekeysLowerXi) {
  const Sizing sizing = size_life({.peak = {12'500'000'000, 0}, .delays = {0, 0, 20'000 * kMs}});
  EXPECT_TRUE(sizing.fits());
  EXPECT_EQ(sizing.octets.limit.guard, 250'000'000'000u);
  EXPECT_EQ(sizing.octets.x_i, Share{3'803});
  EXPECT_EQ(sizing.range.minimum, 724'637'681'160u);
  EXPECT_TRUE(contains(sizing.text, "38.03 %")) << sizing.text;
}

// At 30 s G = 375 GB, and 1,086,956,521,740 octets are needed: more than the key may encrypt. Nothing is offered, and
// raising life_bytes would not help.
TEST(Sizing, TheKeysOwnLimitMayBind) {
  const Sizing sizing = size_life({.peak = {12'500'000'000, 0}, .delays = {0, 0, 30'000 * kMs}});
  EXPECT_FALSE(sizing.fits());
  EXPECT_TRUE(sizing.range.empty());
  EXPECT_EQ(sizing.octets.needed, 1'086'956'521'740u);
  EXPECT_EQ(sizing.octets.x_i, Share{0});
  for (const char* part : {"1086956521740", "limit of the key", "cannot be raised"}) {
    EXPECT_TRUE(contains(sizing.text, part)) << part << " in " << sizing.text;
  }
}

TEST(Sizing, TheConfiguredLimitMayBind) {
  const SizingInput input{
      .peak = {1'000'000, 0}, .delays = {0, 0, 1'000 * kMs}, .least_octets = 0, .life_octets = 2'000'000};
  const Sizing sizing = size_life(input);  // G = 10^6, needed 2,898,551
  EXPECT_FALSE(sizing.fits());
  EXPECT_EQ(sizing.octets.by, LimitedBy::kConfigured);
  EXPECT_TRUE(contains(sizing.text, "raise the life time")) << sizing.text;
  EXPECT_TRUE(contains(sizing.text, "2898551")) << sizing.text;

  SizingInput above_key = input;
  above_key.life_octets = UINT64_MAX;
  EXPECT_EQ(size_life(above_key).octets.by, LimitedBy::kKey);
  EXPECT_EQ(size_life(above_key).octets.limit.hard, key_limits(true).octets);
}

TEST(Sizing, AConfiguredMinimumNarrowsTheRange) {
  SizingInput input{.peak = {1'000, 0}, .delays = {0, 0, 1'000 * kMs}, .least_octets = 50'000, .life_octets = 80'000};
  EXPECT_EQ(size_life(input).range, (CountRange{50'000, 80'000}));
  input.least_octets = 10;
  EXPECT_EQ(size_life(input).range, (CountRange{2'899, 80'000}));
  input.least_octets = 90'000;
  EXPECT_TRUE(size_life(input).range.empty());
}

TEST(Sizing, LimitsBelowTheSmallestDoNotFit) {
  EXPECT_FALSE(size_life({.life_octets = 999}).octets.fits());
  EXPECT_TRUE(size_life({.life_octets = 1'000}).octets.fits());
  EXPECT_FALSE(size_life({.life_packets = 999}).packets.fits());
}

// 148.8 million packets/s for 5 s are 744 million: 24.5 % of 2^31.5, X_i = 94 % - 49 % = 45 %. With ESN 17.3 %.
TEST(Sizing, SequenceNumbersMayBind) {
  SizingInput input{.peak = {12'500'000'000, 148'800'000}, .delays = {0, 0, 5'000 * kMs}, .esn = false};
  const Sizing without = size_life(input);
  EXPECT_EQ(without.packets.by, LimitedBy::kSequenceNumbers);
  EXPECT_EQ(without.packets.limit.hard, 3'037'000'499u);
  EXPECT_EQ(without.packets.x_i, Share{4'500});
  EXPECT_TRUE(contains(without.text, "32-bit sequence numbers")) << without.text;
  input.esn = true;
  const Sizing with = size_life(input);
  EXPECT_EQ(with.packets.by, LimitedBy::kKey);
  EXPECT_EQ(with.packets.x_i, Share{5'935});  // 9,400 - 20,000 * 744 / 4,294.967296 = 5,935.5
  input.life_packets = 1'000'000'000;
  EXPECT_EQ(size_life(input).packets.by, LimitedBy::kConfigured);
  EXPECT_FALSE(size_life(input).packets.fits());
}

// Every life time of the range has thresholds; below it there are none.
TEST(Sizing, TheRangeIsWhatThresholdsAllow) {
  for (std::uint64_t seed = 1; seed <= 2'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    const SizingInput input{.peak = {1 + random.below(20'000'000'000), random.below(200'000'000)},
                            .delays = {random.below(2'000 * kMs), random.below(100 * kMs), random.below(30'000 * kMs)},
                            .esn = random.below(2) == 0,
                            .life_octets = random.below(2) == 0 ? 0 : random.below(std::uint64_t{1} << 41)};
    const Sizing sizing = size_life(input);
    EXPECT_EQ(sizing.octets.fits(), thresholds(sizing.octets.limit).ok());
    EXPECT_EQ(sizing.packets.fits(), thresholds(sizing.packets.limit).ok());
    EXPECT_EQ(sizing.range.empty(), !sizing.octets.fits());
    if (sizing.range.empty()) continue;
    const std::uint64_t g = sizing.octets.limit.guard;
    EXPECT_TRUE(thresholds({sizing.range.minimum, g}).ok());
    EXPECT_TRUE(thresholds({sizing.range.maximum, g}).ok());
    EXPECT_FALSE(thresholds({sizing.range.minimum - 1, g}).ok());
  }
}

}  // namespace
}  // namespace sallyport::ike
