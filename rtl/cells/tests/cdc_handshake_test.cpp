// Requests between clocks of any ratio and phase: each arrives once, whole, and gets its own answer.
//
// SALLYPORT_SEED in the environment is another run.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>

#include "Vcdc_handshake_model.h"
#include "support/environment.hpp"
#include "verilated.h"

namespace sallyport::test {
namespace {

TEST(CdcHandshake, EveryRequestOnceWithItsAnswer) {
  const std::uint64_t seed = from_environment("SALLYPORT_SEED", 1);
  SCOPED_TRACE("SALLYPORT_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (const auto& [src_period, dst_period] : {std::pair{10, 10}, std::pair{10, 11}, std::pair{10, 97},
                                               std::pair{97, 10}, std::pair{20, 10}, std::pair{7, 31}}) {
    Vcdc_handshake_model model;
    std::deque<std::uint32_t> sent, answered;
    std::size_t done = 0;
    std::uint64_t src_clocks = 0, began = 0, slowest = 0;
    bool pending = false;  // dst has taken a request and not answered
    int dst_wait = 0;
    // Half periods, jittered, so that edges of the two clocks pass each other at every distance.
    std::uint64_t src_next = 1, dst_next = 1 + random() % 10;
    bool src_high = false, dst_high = false;
    model.src_rst_ni = model.dst_rst_ni = 0;
    for (std::uint64_t time = 0; done < 3000 && time < 20'000'000; ++time) {
      if (time == 1000) model.src_rst_ni = model.dst_rst_ni = 1;
      const bool src_edge = time == src_next, dst_edge = time == dst_next;
      if (!src_edge && !dst_edge) continue;
      const bool src_rises = src_edge && !src_high, dst_rises = dst_edge && !dst_high;
      // What the two sides see before the edge.
      const bool taken = src_rises && model.src_valid_i != 0 && model.src_ready_o != 0;
      const bool told = src_rises && model.src_rsp_valid_o != 0;
      const auto value = static_cast<std::uint32_t>(model.src_rsp_o);
      const bool offered = dst_rises && model.dst_valid_o != 0 && model.dst_ready_i != 0;
      const auto request = static_cast<std::uint32_t>(model.dst_req_o);
      if (src_edge) {
        src_high = !src_high;
        src_next += static_cast<std::uint64_t>(src_period) / 2 + random() % 2;
      }
      if (dst_edge) {
        dst_high = !dst_high;
        dst_next += static_cast<std::uint64_t>(dst_period) / 2 + random() % 2;
      }
      model.src_clk_i = src_high ? 1 : 0;
      model.dst_clk_i = dst_high ? 1 : 0;
      model.eval();
      if (model.src_rst_ni == 0) continue;
      if (src_rises) {
        ++src_clocks;
        if (taken) began = src_clocks;
        if (told) {
          ASSERT_FALSE(answered.empty());
          ASSERT_EQ(value, answered.front());
          ASSERT_EQ(value, ~sent.front());
          answered.pop_front();
          sent.pop_front();
          ++done;
          slowest = std::max(slowest, src_clocks - began);
        }
        if (taken) model.src_valid_i = 0;
        if (model.src_valid_i == 0 && sent.empty() && random() % 2 == 0) {
          sent.push_back(static_cast<std::uint32_t>(random()));
          model.src_valid_i = 1;
          model.src_req_i = sent.back();
        }
      }
      if (dst_rises) {
        model.dst_rsp_valid_i = 0;
        if (offered) {
          ASSERT_FALSE(pending);
          ASSERT_FALSE(sent.empty());
          ASSERT_EQ(request, sent.front());
          pending = true;
          dst_wait = static_cast<int>(random() % 3);
        }
        model.dst_ready_i = random() % 3 != 0 ? 1 : 0;
        if (pending && dst_wait-- == 0) {
          pending = false;
          model.dst_rsp_valid_i = 1;
          model.dst_rsp_i = ~sent.front();
          answered.push_back(~sent.front());
        }
      }
      model.eval();
    }
    EXPECT_EQ(done, 3000U) << src_period << " to " << dst_period;
    // Five of src's own clocks, and what dst takes: some ten of its clocks with this much waiting.
    EXPECT_LE(slowest, 8U + 25U * static_cast<unsigned>(dst_period) / static_cast<unsigned>(src_period));
  }
}

}  // namespace
}  // namespace sallyport::test
