// What the link does to packets: times, losses, order, and that all of it follows from the seed.
#include "world/link_model.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace sallyport::sim {
namespace {

std::vector<std::optional<std::uint64_t>> fates(const LinkConfig& config, std::uint64_t seed, int packets) {
  LinkModel link(config, seed);
  std::vector<std::optional<std::uint64_t>> all;
  for (int i = 0; i < packets; ++i) all.push_back(link.send(static_cast<std::uint64_t>(i) * 1'000'000, 100));
  return all;
}

TEST(LinkModel, DelayAndSerialisation) {
  LinkConfig config;
  config.delay_ns = 500;
  config.rate_mbit = 1'000;  // 8 ns an octet
  LinkModel link(config, 1);
  EXPECT_EQ(link.send(1'000, 100), 1'000U + 800 + 500);
  // The second waits until the first is out; a pause lets the link rest.
  EXPECT_EQ(link.send(1'000, 10), 1'800U + 80 + 500);
  EXPECT_EQ(link.send(50'000, 1), 50'000U + 8 + 500);
}

TEST(LinkModel, WithoutARateSendingTakesNoTime) {
  LinkModel link({}, 1);
  EXPECT_EQ(link.send(7, 9'000), 7U);
}

TEST(LinkModel, LossIsWhatWasAskedFor) {
  LinkConfig config;
  for (const auto& [loss, least, most] : {std::tuple{0.0, 0, 0}, {0.1, 800, 1'200}, {1.0, 10'000, 10'000}}) {
    config.loss = loss;
    LinkModel link(config, 5);
    int lost = 0;
    for (int i = 0; i < 10'000; ++i) lost += !link.send(0, 1);
    EXPECT_GE(lost, least);
    EXPECT_LE(lost, most);
    EXPECT_EQ(link.lost(), static_cast<std::uint64_t>(lost));
  }
}

TEST(LinkModel, ALostPacketTakesItsTimeOnTheWire) {
  LinkConfig config;
  config.rate_mbit = 8;  // 1,000 ns an octet
  config.loss = 1.0;
  LinkModel lossy(config, 1);
  EXPECT_FALSE(lossy.send(0, 10));
  config.loss = 0.0;
  LinkModel sound(config, 1);
  EXPECT_EQ(sound.send(0, 10), 10'000U);
  EXPECT_EQ(sound.send(0, 10), 20'000U);
}

TEST(LinkModel, HeldPacketsAreOvertaken) {
  LinkConfig config;
  config.delay_ns = 10;
  config.reorder = 0.5;
  config.reorder_delay_ns = 5'000'000;
  const auto all = fates(config, 3, 100);
  int overtaken = 0;
  for (std::size_t i = 1; i < all.size(); ++i) overtaken += *all[i] < *all[i - 1];
  EXPECT_GT(overtaken, 10);
}

TEST(LinkModel, FollowsFromTheSeed) {
  LinkConfig config;
  config.loss = 0.3;
  config.reorder = 0.3;
  config.reorder_delay_ns = 99;
  EXPECT_EQ(fates(config, 1, 500), fates(config, 1, 500));
  EXPECT_NE(fates(config, 1, 500), fates(config, 2, 500));
  // Loss does not move the pattern of what is held back.
  LinkConfig lossless = config;
  lossless.loss = 0.0;
  const auto with = fates(config, 1, 500);
  const auto without = fates(lossless, 1, 500);
  for (std::size_t i = 0; i < with.size(); ++i) {
    if (with[i]) {
      EXPECT_EQ(with[i], without[i]);
    }
  }
}

}  // namespace
}  // namespace sallyport::sim
