// What a restart of the firmware keeps of the host's wishes.
#include "sallyport/fw/kept.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>

namespace sallyport::fw {
namespace {

constexpr std::uint16_t kSas = 64;

Policy another() {
  return {.reserve = 9, .emergency = 3, .soft = {5'000, 700}, .drain_ns = 7, .bound_ns = 1ULL << 40, .round_ns = 11};
}
void expect_same(const Policy& a, const Policy& b) {
  EXPECT_EQ(a.reserve, b.reserve);
  EXPECT_EQ(a.emergency, b.emergency);
  EXPECT_EQ(a.soft.from, b.soft.from);
  EXPECT_EQ(a.soft.span, b.soft.span);
  EXPECT_EQ(a.drain_ns, b.drain_ns);
  EXPECT_EQ(a.bound_ns, b.bound_ns);
  EXPECT_EQ(a.round_ns, b.round_ns);
}

class KeptTest : public ::testing::Test {
 protected:
  // One run of the firmware.
  Settings run(std::uint16_t sas = kSas) {
    Settings settings(kept_);
    settings.start(sas);
    return settings;
  }
  void expect_cold(std::uint16_t sas = kSas) {
    const Settings settings = run(sas);
    expect_same(settings.policy(), Policy::for_table(sas));
    for (std::uint16_t owner = 0; owner < 5; ++owner) EXPECT_EQ(settings.quota(owner), kNone) << owner;
  }

  Kept<5> kept_{};
};

TEST_F(KeptTest, ZerosAreACoreReset) { expect_cold(); }

TEST_F(KeptTest, NoiseIsPowerUp) {
  std::memset(&kept_, 0xA5, sizeof(kept_));
  expect_cold();
}

TEST_F(KeptTest, WhatWasSetIsThereAfterARestart) {
  {
    Settings settings = run();
    settings.set_policy(another());
    for (std::uint16_t owner = 0; owner < 5; ++owner) settings.set_quota(owner, static_cast<std::uint16_t>(owner * 7));
    settings.set_quota(3, kNone);
  }
  Settings settings = run();
  expect_same(settings.policy(), another());
  for (std::uint16_t owner = 0; owner < 5; ++owner) {
    EXPECT_EQ(settings.quota(owner), owner == 3 ? kNone : owner * 7) << owner;
  }
  // And goes on from there, however many restarts.
  for (std::uint16_t i = 0; i < 20; ++i) {
    settings = run();
    EXPECT_EQ(settings.quota(1), i == 0 ? 7 : 100 + i - 1);
    settings.set_quota(1, static_cast<std::uint16_t>(100 + i));
  }
  expect_same(run().policy(), another());
}

TEST_F(KeptTest, AnotherTableIsAnotherDevice) {
  run().set_policy(another());
  expect_cold(128);
}

// A run that ends at any store of a change leaves what was before, or what comes after, and never a mixture.
TEST_F(KeptTest, AChangeIsWholeOrNot) {
  run().set_quota(2, 8);
  const auto before = kept_;
  run().set_policy(another());
  const auto after = kept_;
  constexpr std::size_t kWords = sizeof(kept_) / 4;
  std::array<std::uint32_t, kWords> old_words{};
  std::array<std::uint32_t, kWords> new_words{};
  std::memcpy(old_words.data(), &before, sizeof(before));
  std::memcpy(new_words.data(), &after, sizeof(after));
  // In whatever order the compiler makes the stores: each alone, all but each, and as they stand.
  unsigned changed = 0;
  for (std::size_t i = 0; i < kWords; ++i) {
    if (old_words[i] == new_words[i]) continue;
    ++changed;
    for (const bool alone : {true, false}) {
      auto words = alone ? old_words : new_words;
      words[i] = alone ? new_words[i] : old_words[i];
      std::memcpy(&kept_, words.data(), sizeof(kept_));
      const Settings settings = run();
      expect_same(settings.policy(), Policy::for_table(kSas));
      EXPECT_EQ(settings.quota(2), 8);
    }
  }
  EXPECT_GT(changed, 5U);
  kept_ = after;
  expect_same(run().policy(), another());
  EXPECT_EQ(run().quota(2), 8);
}

// Of a copy that a memory error has taken the other one is a change older.
TEST_F(KeptTest, AWordThatIsLostCostsTheLastChange) {
  Settings settings = run();
  settings.set_quota(0, 1);
  settings.set_quota(0, 2);
  const auto whole = kept_;
  for (unsigned copy = 0; copy < 2; ++copy) {
    for (std::uint32_t& word : kept_.copies[copy]) {
      if (word == 0) continue;
      const std::uint32_t was = word;
      word = 0;
      const std::uint16_t found = run().quota(0);
      EXPECT_TRUE(found == 1 || found == 2) << found;
      kept_ = whole;
      EXPECT_EQ(word, was);
    }
  }
}

TEST(Owners, QuotaCountsOnlyKnownOwners) {
  Kept<2> kept{};
  Settings settings(kept);
  settings.start(kSas);
  std::array<std::uint16_t, 2> held{};
  Owners owners(held, settings);
  EXPECT_TRUE(owners.admits(1, 1'000));
  settings.set_quota(1, 2);
  owners.take(1);
  EXPECT_TRUE(owners.admits(1, 1));
  EXPECT_FALSE(owners.admits(1, 2));
  owners.take(1);
  EXPECT_FALSE(owners.admits(1, 1));
  EXPECT_TRUE(owners.admits(0, 1'000));
  owners.give_back(1);
  EXPECT_TRUE(owners.admits(1, 1));
  EXPECT_TRUE(owners.admits(2, 60'000));
  owners.take(kNone);
}

}  // namespace
}  // namespace sallyport::fw
