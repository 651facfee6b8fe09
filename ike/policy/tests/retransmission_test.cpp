// When requests are sent again, and by when that has helped.
#include "sallyport/ike/retransmission.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace sallyport::ike {
namespace {

constexpr std::uint64_t kMs = 1'000'000;
constexpr std::uint64_t kUs = 1'000;

std::vector<std::uint64_t> waits(const RetransmissionSchedule& schedule) {
  std::vector<std::uint64_t> all;
  for (unsigned send = 0; const auto wait = schedule.wait(send); ++send) all.push_back(*wait);
  return all;
}

// 4 s times 1.8 each: 4, 7.2, 12.96, 23.328, 41.9904, 75.58272 s; 165.06112 s in all.
TEST(Retransmission, ForeignPeersAsCharonDoes) {
  const std::vector<std::uint64_t> expected{4'000 * kMs,  7'200 * kMs,      12'960 * kMs,
                                            23'328 * kMs, 41'990'400 * kUs, 75'582'720 * kUs};
  EXPECT_EQ(waits(rfc_schedule()), expected);
  EXPECT_EQ(rfc_schedule().give_up(), 165'061'120 * kUs);
  EXPECT_EQ(rfc_schedule().sent_at(0), 0u);
  EXPECT_EQ(rfc_schedule().sent_at(5), 89'478'400 * kUs);
}

// 100, 150, 225, 337.5, 506.25, 759.375 ms, then 1,139 ms would be above the cap: 24 times 1 s. 26,078.125 ms in all.
TEST(Retransmission, SallyportsStartAtFourRttOrATenthOfASecond) {
  const RetransmissionSchedule near = sallyport_schedule(10 * kMs);
  std::vector<std::uint64_t> expected{100 * kMs, 150 * kMs, 225 * kMs, 337'500 * kUs, 506'250 * kUs, 759'375 * kUs};
  expected.resize(30, 1'000 * kMs);
  EXPECT_EQ(waits(near), expected);
  EXPECT_EQ(near.give_up(), 26'078'125 * kUs);
  EXPECT_EQ(sallyport_schedule(0), near);
  EXPECT_EQ(sallyport_schedule(25 * kMs), near);
  EXPECT_EQ(sallyport_schedule(26 * kMs).first, 104 * kMs);
  EXPECT_EQ(sallyport_schedule(250 * kMs).wait(29), 1'000 * kMs);
}

TEST(Retransmission, NoWaitIsShorterThanFourRtt) {
  const RetransmissionSchedule far = sallyport_schedule(600 * kMs);
  for (const std::uint64_t wait : waits(far)) EXPECT_EQ(wait, 2'400 * kMs);
  EXPECT_EQ(waits(sallyport_schedule(UINT64_MAX)).front(), 86'400'000 * kMs);
}

TEST(Retransmission, OddSchedulesStayInTheirBounds) {
  EXPECT_EQ(waits({.first = 5 * kMs, .factor_tenths = 0, .cap = 0, .sends = 3}),
            (std::vector<std::uint64_t>{5 * kMs, 5 * kMs, 5 * kMs}));
  EXPECT_EQ(waits({.first = 5 * kMs, .factor_tenths = 10, .cap = 0, .sends = 0}).size(), 1u);
  const auto many = waits({.first = 1'000 * kMs, .factor_tenths = 100, .cap = 0, .sends = 1'000});
  EXPECT_EQ(many.size(), 64u);
  EXPECT_EQ(many.back(), 86'400'000 * kMs);
}

TEST(ExchangeTime, WithoutLossIsOneRoundTrip) {
  const auto result = exchange_time(sallyport_schedule(30 * kMs), 30 * kMs, {.loss = 0});
  EXPECT_TRUE(result.reached);
  EXPECT_EQ(result.sends, 1u);
  EXPECT_EQ(result.time, 30 * kMs);
}

// 30 % each way: one sending fails with 1 - 0.7^2 = 0.51; 0.51^20 = 1.42e-6, 0.51^21 = 7.2e-7, so 21 sendings.
// The 21st goes out at 2,078.125 ms (after six) + 14 s.
TEST(ExchangeTime, AtThirtyPercentTakesTwentyOneSendings) {
  const auto result = exchange_time(sallyport_schedule(20 * kMs), 20 * kMs, {.loss = 300'000'000});
  EXPECT_TRUE(result.reached);
  EXPECT_EQ(result.sends, 21u);
  EXPECT_EQ(result.time, 16'078'125 * kUs + 20 * kMs);
}

// 10 %: 0.19^8 = 1.7e-6, 0.19^9 = 3.2e-7: the 9th, at 4,078.125 ms. 1 %: 0.0199^3 = 7.9e-6, ^4 = 1.6e-7: at 475 ms.
TEST(ExchangeTime, AtTenAndOnePercent) {
  const auto ten = exchange_time(sallyport_schedule(0), 0, {.loss = 100'000'000});
  EXPECT_EQ(ten.sends, 9u);
  EXPECT_EQ(ten.time, 4'078'125 * kUs);
  const auto one = exchange_time(sallyport_schedule(0), 0, {.loss = 10'000'000});
  EXPECT_EQ(one.sends, 4u);
  EXPECT_EQ(one.time, 475 * kMs);
}

// 60 %: 0.84^30 = 5.3e-3, far from 1e-6.
TEST(ExchangeTime, SaysWhenAllSendingsAreNotEnough) {
  for (const std::uint32_t loss : {600'000'000U, 1'000'000'000U, UINT32_MAX}) {
    const auto result = exchange_time(sallyport_schedule(0), 0, {.loss = loss});
    EXPECT_FALSE(result.reached);
    EXPECT_EQ(result.sends, 30u);
    EXPECT_EQ(result.time, sallyport_schedule(0).give_up());
  }
}

// Against powers in floating point, for every tenth of a percent.
TEST(ExchangeTime, NeedsAsManySendingsAsThePowerSays) {
  for (const std::uint32_t missed : {1'000U, 1U, 1'000'000U}) {
    for (std::uint32_t loss = 1'000'000; loss < 1'000'000'000; loss += 1'000'000) {
      const long double arrives = 1.0L - static_cast<long double>(loss) / 1e9L;
      const long double fails = 1.0L - arrives * arrives;
      unsigned sends = 1;
      while (sends < 30 && std::pow(fails, sends) > static_cast<long double>(missed) / 1e9L) ++sends;
      const bool reached = std::pow(fails, sends) <= static_cast<long double>(missed) / 1e9L;
      const auto result = exchange_time(sallyport_schedule(0), 0, {.loss = loss, .missed = missed});
      EXPECT_EQ(result.reached, reached) << loss;
      EXPECT_EQ(result.sends, sends) << loss;
    }
  }
}

}  // namespace
}  // namespace sallyport::ike
