// All ports at once, with back-pressure: every answer belongs to its own SA (G7), numbers are taken once (G2), a number
// is accepted once although two copies are in flight (G8), nobody starves. And what a request costs alone, in clocks.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <set>

#include "Vsad_64_model.h"
#include "table_bench.hpp"

namespace sallyport::test {
namespace {

using Bench = TableBench<Vsad_64_model>;

constexpr std::uint16_t kPerSide = 8;  ///< Entries 0..7 outbound, 8..15 inbound.

std::uint64_t key_of(std::uint16_t index) { return 0xA5A5'0000'0000'0000U | index; }

class SadStress : public testing::Test {
 protected:
  SadStress() {
    for (std::uint16_t i = 0; i < 2 * kPerSide; ++i) {
      Sa sa = i < kPerSide ? Sa::outbound(0x9000U + i) : Sa::inbound(i);
      sa.key[0] = key_of(i);
      EXPECT_EQ(bench_.install(i, sa).code, CmdCode::kOk);
    }
  }

  /// The handshake of one port, after the model has settled for this clock.
  struct Port {
    bool busy = false;     ///< Request on offer.
    bool waiting = false;  ///< Taken, not answered.
    std::uint64_t since = 0;
    std::uint64_t longest = 0;
  };

  Bench bench_;
  std::mt19937_64 random_{4711};
};

TEST_F(SadStress, AllPortsAtOnce) {
  auto& v = bench_.model();
  Port adm, lkp, cmt, cmd;
  std::uint16_t adm_index = 0, lkp_index = 0, cmt_index = 0;
  std::uint32_t lkp_seq = 0;
  std::uint64_t cmt_seq = 0;
  bool cmt_ok = false;
  std::map<std::uint16_t, std::uint64_t> sent, next, failed;
  std::map<std::uint16_t, std::set<std::uint64_t>> accepted;
  std::deque<std::pair<std::uint16_t, std::uint64_t>> in_flight;
  std::uint64_t counted[2] = {};
  unsigned snapshots = 0;

  constexpr unsigned kClocks = 300'000;
  for (unsigned t = 0; t < kClocks; ++t) {
    // Offers.
    if (!adm.busy && !adm.waiting && random_() % 4 != 0) {
      adm_index = static_cast<std::uint16_t>(random_() % kPerSide);
      BitWriter(65).put(adm_index, 16).put(1, 16).put(1, 1).put(0, 16).put(40, 16).to(v.adm_req_i);
      adm.busy = true;
      adm.since = t;
    }
    if (!lkp.busy && !lkp.waiting && in_flight.size() < 4 && random_() % 4 != 0) {
      lkp_index = static_cast<std::uint16_t>(kPerSide + random_() % kPerSide);
      // Now and then an old number again.
      lkp_seq = static_cast<std::uint32_t>(random_() % 8 == 0 && next[lkp_index] > 3 ? next[lkp_index] - random_() % 3
                                                                                     : ++next[lkp_index]);
      BitWriter(65).put(Sa::inbound(lkp_index).spi, 32).put(lkp_seq, 32).put(0, 1).to(v.lkp_req_i);
      lkp.busy = true;
      lkp.since = t;
    }
    if (!cmt.busy && !cmt.waiting && !in_flight.empty() && random_() % 4 != 0) {
      std::tie(cmt_index, cmt_seq) = in_flight.front();
      in_flight.pop_front();
      cmt_ok = random_() % 8 != 0;
      BitWriter(113).put(cmt_index, 16).put(1, 16).put(cmt_seq, 64).put(40, 16).put(cmt_ok, 1).to(v.cmt_req_i);
      cmt.busy = true;
      cmt.since = t;
    }
    if (!cmd.busy && !cmd.waiting && random_() % 64 == 0) {
      BitWriter(104)
          .put(static_cast<std::uint64_t>(Op::kSnapshot), 8)
          .put(random_() % (2 * kPerSide), 16)
          .put(0, 16)
          .put(0, 64)
          .to(v.cmd_i);
      cmd.busy = true;
      cmd.since = t;
    }
    v.adm_req_valid_i = adm.busy;
    v.lkp_req_valid_i = lkp.busy;
    v.cmt_req_valid_i = cmt.busy;
    v.cmd_valid_i = cmd.busy;
    v.adm_rsp_ready_i = random_() % 3 != 0;
    v.lkp_rsp_ready_i = random_() % 3 != 0;
    v.cmt_rsp_ready_i = random_() % 3 != 0;
    v.ocnt_valid_i = v.icnt_valid_i = 1;
    v.ocnt_verdict_i = static_cast<std::uint8_t>(Verdict::kOk);
    v.icnt_verdict_i = static_cast<std::uint8_t>(Verdict::kReplay);
    v.eval();
    counted[0] += v.ocnt_ready_o;
    counted[1] += v.icnt_ready_o;

    // Answers of this clock.
    const auto answered = [&](Port& port) {
      port.waiting = false;
      port.longest = std::max(port.longest, t - port.since);
    };
    if (v.adm_rsp_valid_o && v.adm_rsp_ready_i) {
      BitReader in(v.adm_rsp_o, 968);
      ASSERT_EQ(static_cast<Verdict>(in.get(8)), Verdict::kOk);
      ASSERT_EQ(in.get(64), ++sent[adm_index]);
      in.get(32);
      in.get(7 * 64);
      ASSERT_EQ(in.get(64), key_of(adm_index));
      answered(adm);
    }
    if (v.lkp_rsp_valid_o && v.lkp_rsp_ready_i) {
      BitReader in(v.lkp_rsp_o, 968);
      const auto verdict = static_cast<Verdict>(in.get(8));
      ASSERT_EQ(in.get(16), lkp_index);
      ASSERT_EQ(in.get(16), 1U);
      ASSERT_EQ(in.get(64), lkp_seq);
      in.get(7 * 64);
      ASSERT_EQ(in.get(64), verdict == Verdict::kOk ? key_of(lkp_index) : 0U);
      ASSERT_EQ(verdict, accepted[lkp_index].count(lkp_seq) != 0 ? Verdict::kReplay : Verdict::kOk);
      if (verdict == Verdict::kOk) in_flight.emplace_back(lkp_index, lkp_seq);
      answered(lkp);
    }
    if (v.cmt_rsp_valid_o && v.cmt_rsp_ready_i) {
      const auto verdict = static_cast<Verdict>(v.cmt_rsp_o);
      if (!cmt_ok) {
        ASSERT_EQ(verdict, Verdict::kBadIcv);
        ++failed[cmt_index];
      } else {
        ASSERT_EQ(verdict, accepted[cmt_index].insert(cmt_seq).second ? Verdict::kOk : Verdict::kReplay);
      }
      answered(cmt);
    }
    if (v.cmd_done_o) {
      answered(cmd);
      ++snapshots;
    }
    const auto taken = [](Port& port, bool ready) {
      if (port.busy && ready) {
        port.busy = false;
        port.waiting = true;
      }
    };
    taken(adm, v.adm_req_ready_o);
    taken(lkp, v.lkp_req_ready_o);
    taken(cmt, v.cmt_req_ready_o);
    taken(cmd, v.cmd_ready_o);
    bench_.clock();
  }
  v.adm_req_valid_i = v.lkp_req_valid_i = v.cmt_req_valid_i = v.cmd_valid_i = 0;
  v.ocnt_valid_i = v.icnt_valid_i = 0;
  v.adm_rsp_ready_i = v.lkp_rsp_ready_i = v.cmt_rsp_ready_i = 1;
  const bool one_more = adm.waiting;
  const bool commit_left = cmt.waiting && cmt_ok && accepted[cmt_index].count(cmt_seq) == 0;
  if (cmt.waiting && !cmt_ok) ++failed[cmt_index];
  bench_.settle();
  v.adm_rsp_ready_i = v.lkp_rsp_ready_i = v.cmt_rsp_ready_i = 0;
  if (one_more) ++sent[adm_index];
  if (commit_left) accepted[cmt_index].insert(cmt_seq);

  for (std::uint16_t i = 0; i < kPerSide; ++i) {
    EXPECT_EQ(bench_.snapshot(i).packets, sent[i]);
    EXPECT_EQ(bench_.snapshot(i).seq, sent[i]);
    EXPECT_GT(sent[i], 100U);
    const auto inbound = static_cast<std::uint16_t>(kPerSide + i);
    const Snap snap = bench_.snapshot(inbound);
    EXPECT_EQ(snap.packets, accepted[inbound].size());
    EXPECT_EQ(snap.octets, 40 * accepted[inbound].size());
    EXPECT_EQ(snap.icv_fail, failed[inbound]);
    EXPECT_GT(snap.packets, 100U);
  }
  EXPECT_EQ(bench_.counter(false, Verdict::kOk), counted[0]);
  EXPECT_EQ(bench_.counter(true, Verdict::kReplay), counted[1]);
  EXPECT_GT(snapshots, 1000U);
  // Four others before it, each with some clocks of back-pressure.
  EXPECT_LT(adm.longest, 250U);
  EXPECT_LT(lkp.longest, 250U);
  EXPECT_LT(cmt.longest, 250U);
  EXPECT_LT(cmd.longest, 250U);
}

TEST_F(SadStress, CostInClocks) {
  // README.md names these figures. From the clock in which the request is taken to the clock of the answer.
  unsigned admit = 0, refuse = 0, look = 0, commit = 0, forged = 0;
  for (int n = 1; n <= 200; ++n) {
    admit = std::max(admit, bench_.admit(0, 1, 40).clocks);
    refuse = std::max(refuse, bench_.admit(0, 2, 40).clocks);
    const Answer found = bench_.look_up(Sa::inbound(9).spi, static_cast<std::uint32_t>(n));
    look = std::max(look, found.clocks);
    EXPECT_EQ(bench_.commit(9, 1, found.seq, 40, true), Verdict::kOk);
    commit = std::max(commit, bench_.commit_clocks);
    EXPECT_EQ(bench_.commit(9, 1, found.seq + 1, 40, false), Verdict::kBadIcv);
    forged = std::max(forged, bench_.commit_clocks);
  }
  EXPECT_EQ(admit, 19U);
  EXPECT_EQ(refuse, 10U);
  EXPECT_EQ(look, 19U);
  EXPECT_EQ(commit, 9U);
  EXPECT_EQ(forged, 9U);
  EXPECT_EQ(bench_.command(Op::kSnapshot, 3).clocks, 15U);
  EXPECT_EQ(bench_.install(40, Sa::outbound(0x7000)).clocks, 133U);
  EXPECT_EQ(bench_.install(41, Sa::outbound(0x7000).set(SaFlag::kKey256)).clocks, 153U);
  EXPECT_EQ(bench_.command(Op::kErase, 40, 1).clocks, 38U);
}

TEST_F(SadStress, TurnInClocks) {
  // The same requests again and again, answers taken at once: clocks between two that are taken. The least of many,
  // because the scrubber has its turns too.
  auto& v = bench_.model();
  v.adm_rsp_ready_i = v.lkp_rsp_ready_i = v.cmt_rsp_ready_i = 1;
  const auto period = [&](auto& valid, const auto& ready) {
    unsigned least = ~0U;
    std::uint64_t last = 0;
    valid = 1;
    v.eval();
    for (int n = 0; n < 2000; ++n) {
      if (ready) {
        if (last != 0) least = std::min(least, static_cast<unsigned>(bench_.clocks() - last));
        last = bench_.clocks();
      }
      bench_.clock();
    }
    valid = 0;
    bench_.clock(100);
    return least;
  };
  BitWriter(65).put(0, 16).put(1, 16).put(1, 1).put(0, 16).put(40, 16).to(v.adm_req_i);
  EXPECT_EQ(period(v.adm_req_valid_i, v.adm_req_ready_o), 26U);
  BitWriter(65).put(0, 16).put(2, 16).put(1, 1).put(0, 16).put(40, 16).to(v.adm_req_i);
  EXPECT_EQ(period(v.adm_req_valid_i, v.adm_req_ready_o), 17U);
  BitWriter(65).put(Sa::inbound(9).spi, 32).put(1, 32).put(0, 1).to(v.lkp_req_i);
  EXPECT_EQ(period(v.lkp_req_valid_i, v.lkp_req_ready_o), 26U);
  BitWriter(113).put(9, 16).put(1, 16).put(5, 64).put(40, 16).put(0, 1).to(v.cmt_req_i);
  EXPECT_EQ(period(v.cmt_req_valid_i, v.cmt_req_ready_o), 16U);
}

}  // namespace
}  // namespace sallyport::test
