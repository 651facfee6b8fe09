// Pacing through the mailbox: when the firmware asks for a rekey, and when it does not.
#include "firmware_fixture.hpp"

namespace sallyport::fw::test {
namespace {

constexpr std::uint64_t kMs = 1'000'000;
constexpr std::uint64_t kSecond = 1'000 * kMs;

class PacingTest : public FirmwareFixture {
 protected:
  struct Terms {
    std::uint16_t group = 0;
    unsigned window = 4;
    std::uint64_t t_ike_ns = 100 * kMs;
    bool designated = true;
    std::uint64_t hard_octets = 1'000'000;
  };
  static abi::MailboxInstall paced(abi::MailboxInstall request, const Terms& terms) {
    request.flags = static_cast<std::uint8_t>(2U | (terms.designated ? 4U : 0U) | terms.window << 3);
    request.group = terms.group;
    request.t_ike = Rough{terms.t_ike_ns}.code();
    request.in_hard_octets = request.out_hard_octets = terms.hard_octets;
    request.in_hard_packets = request.out_hard_packets = 0;
    request.soft_from = 8'000;
    request.soft_span = 0;
    return request;
  }
  abi::MailboxAnswer install_reserved(const abi::MailboxAnswer& reserved, const Terms& terms) {
    stage(0, reserved.spi, true);
    stage(1, kPeerSpi, false);
    const auto installed = ask(MailboxCommand::kInstallPair, paced(pair_request(reserved), terms));
    EXPECT_EQ(installed.code, 0) << abi::name(static_cast<MailboxCode>(installed.code));
    return installed;
  }
  abi::MailboxAnswer install_paced() { return install_paced(Terms{}); }
  abi::MailboxAnswer install_paced(const Terms& terms) {
    return install_reserved(reserve(Pool::kEstablished, 1, true), terms);
  }
  abi::MailboxAnswer reserve_for(const abi::MailboxAnswer& old, bool here = true, Pool pool = Pool::kRekey) {
    abi::MailboxReserve request;
    request.owner = 1;
    request.pool = static_cast<std::uint8_t>(pool);
    request.claim = 1;
    request.old_index = old.in_index;
    request.old_generation = old.in_generation;
    request.starter = here ? 1 : 2;
    return ask(MailboxCommand::kReserve, request);
  }
  MailboxCode supersede(const abi::MailboxAnswer& old, const abi::MailboxAnswer& fresh) {
    return code(MailboxCommand::kSupersede, replaced_by(old, fresh));
  }
  /// Entries for which a rekey was asked.
  std::vector<std::uint16_t> asked() {
    std::vector<std::uint16_t> indices;
    for (const auto& notice : notices()) {
      if (notice.kind == static_cast<std::uint8_t>(abi::NoticeKind::kRekey)) indices.push_back(notice.index);
      if (notice.kind == static_cast<std::uint8_t>(abi::NoticeKind::kLoad)) warnings_.push_back(notice.count);
    }
    return indices;
  }
  /// Time passes, `octets` go out on each of `pairs` every 10 ms.
  void run(std::uint64_t ns, const std::vector<abi::MailboxAnswer>& pairs, std::uint64_t octets) {
    for (std::uint64_t t = 0; t < ns; t += 10 * kMs) {
      for (const auto& pair : pairs) device_.packet(pair.out_index, octets);
      device_.advance(10 * kMs);
      poll();
    }
  }
  void poll() {
    do {
      ASSERT_TRUE(firmware_.poll());
    } while (firmware_.more_to_poll());
  }
  abi::MailboxLoad load() { return ask<abi::MailboxLoad>(MailboxCommand::kLoad, abi::MailboxHello{}); }

  std::vector<std::uint64_t> warnings_;
};

using Indices = std::vector<std::uint16_t>;

TEST_F(PacingTest, ASoftLimitIsAskedForAtOnce) {
  const auto pair = install_paced();
  EXPECT_EQ(load().paced, 1);
  EXPECT_TRUE(asked().empty());
  device_.packet(pair.out_index, 800'000);
  ASSERT_TRUE(firmware_.poll(1)) << "no round is waited for";
  EXPECT_EQ(asked(), Indices{pair.in_index}) << "the pair's inbound entry, whichever half it was";
  device_.packet(pair.in_index, 800'000);
  poll();
  EXPECT_TRUE(asked().empty()) << "once a pair";
  EXPECT_EQ(load().under_way, 1);
}

// For a firmware that comes after this one.
TEST_F(PacingTest, TheFirmwaresWordKnowsWhoIsDesignated) {
  constexpr std::uint64_t kDesignated = std::uint64_t{1} << 33;
  for (const bool designated : {true, false}) {
    Terms terms;
    terms.designated = designated;
    const auto pair = install_paced(terms);
    for (const std::uint16_t index : {pair.in_index, pair.out_index}) {
      EXPECT_EQ((device_.sa(index).fw & kDesignated) != 0, designated) << index;
    }
  }
}

TEST_F(PacingTest, UnpacedSasAreTheHostsOwn) {
  const auto pair = install_pair();
  device_.packet(pair.out_index, 90'000);
  poll();
  EXPECT_TRUE(asked().empty());
  EXPECT_EQ(load().paced, 0);
  EXPECT_EQ(firmware_.next_deadline(), UINT64_MAX) << "and nobody wakes for them";
}

TEST_F(PacingTest, ARekeyRunsItsCourse) {
  const auto old = install_paced();
  device_.packet(old.out_index, 900'000);
  poll();
  ASSERT_EQ(asked(), Indices{old.in_index});
  const auto reserved = reserve_for(old);
  ASSERT_EQ(reserved.code, 0);
  device_.advance(30 * kMs);
  const auto fresh = install_reserved(reserved, {});
  ASSERT_EQ(supersede(old, fresh), MailboxCode::kOk);
  const auto now = load();
  EXPECT_EQ(now.under_way, 0);
  EXPECT_EQ(now.waiting, 0);
  EXPECT_EQ(now.paced, 1) << "the new pair";
  EXPECT_NEAR(static_cast<double>(now.ike_ns), 30e6, 1e5);
  EXPECT_EQ(code(MailboxCommand::kErase, pair_of(fresh)), MailboxCode::kOk);
  EXPECT_EQ(code(MailboxCommand::kErase, pair_of(old)), MailboxCode::kOk);
  EXPECT_EQ(load().paced, 0);
}

TEST_F(PacingTest, TheWindowOfAnIkeSaIsKept) {
  std::vector<abi::MailboxAnswer> pairs;
  for (int i = 0; i < 4; ++i) pairs.push_back(install_paced({.group = 3, .window = 2}));
  const auto other = install_paced({.group = 4, .window = 1});
  for (const auto& pair : pairs) device_.packet(pair.out_index, 900'000);
  device_.packet(other.out_index, 900'000);
  run(20 * kMs, {}, 0);
  EXPECT_EQ(asked().size(), 3U) << "two of group 3 and the one of group 4, which they do not hold up";
  EXPECT_EQ(load().waiting, 2);
  // One of them ends.
  const auto reserved = reserve_for(pairs[0]);
  const auto fresh = install_reserved(reserved, {.group = 3, .window = 2});
  ASSERT_EQ(supersede(pairs[0], fresh), MailboxCode::kOk);
  run(20 * kMs, {}, 0);
  EXPECT_EQ(asked().size(), 1U);
}

TEST_F(PacingTest, RekeysThatFallTogetherAreBroughtForward) {
  // 20 pairs at the same pace: a rekey of 200 ms (two entries) and a drain of 50 ms on R = 4 is one each 150 ms. The
  // soft limits come after 8 s, all at once, the hard ones 2 s later.
  std::vector<abi::MailboxAnswer> pairs;
  for (std::uint16_t i = 0; i < 20; ++i) {
    pairs.push_back(install_paced({.group = i, .window = 1, .t_ike_ns = 200 * kMs, .hard_octets = 10'000'000}));
  }
  std::size_t begun = 0;
  std::vector<std::pair<std::uint64_t, abi::MailboxAnswer>> under_way;  // end, reservation
  std::vector<std::uint16_t> old;
  unsigned most = 0;
  for (unsigned t = 0; t < 800; ++t) {
    run(10 * kMs, pairs, 10'000);
    for (const std::uint16_t index : asked()) {
      for (auto& pair : pairs) {
        if (pair.in_index != index) continue;
        const auto reserved = reserve_for(pair);
        ASSERT_EQ(reserved.code, 0) << "what was asked for is never refused";
        ++begun;
        under_way.emplace_back(device_.now_ns() + 200 * kMs, reserved);
        old.push_back(index);
      }
    }
    most = std::max(most, static_cast<unsigned>(under_way.size()));
    for (std::size_t i = 0; i < under_way.size();) {
      if (device_.now_ns() < under_way[i].first) {
        ++i;
        continue;
      }
      auto& pair = *std::find_if(pairs.begin(), pairs.end(), [&](const auto& p) { return p.in_index == old[i]; });
      const auto fresh = install_reserved(under_way[i].second, {.group = static_cast<std::uint16_t>(pair.in_index % 32),
                                                                .window = 1,
                                                                .t_ike_ns = 200 * kMs,
                                                                .hard_octets = 10'000'000});
      ASSERT_EQ(supersede(pair, fresh), MailboxCode::kOk);
      ASSERT_EQ(code(MailboxCommand::kRetire, pair_of(pair)), MailboxCode::kOk);
      pair = fresh;
      under_way.erase(under_way.begin() + static_cast<std::ptrdiff_t>(i));
      old.erase(old.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  EXPECT_GE(begun, 15U) << "before the first soft limit";
  EXPECT_EQ(load().early, begun);
  EXPECT_LE(most, 12U) << "24 entries are free: pacing fits the table that there is";
  EXPECT_EQ(load().late, 0U);
}

TEST_F(PacingTest, AnEndThatIsNotDesignatedWaitsForTheEvent) {
  std::vector<abi::MailboxAnswer> pairs;
  for (std::uint16_t i = 0; i < 20; ++i) {
    pairs.push_back(install_paced({.group = i, .designated = false, .hard_octets = 10'000'000}));
  }
  run(7 * kSecond, pairs, 10'000);
  EXPECT_TRUE(asked().empty());
  run(1'500 * kMs, pairs, 10'000);
  EXPECT_FALSE(asked().empty()) << "the take-over";
  EXPECT_EQ(load().early, 0U);
}

TEST_F(PacingTest, TheLoadIsThatOfTheFormula) {
  // Each pair reaches its soft limit of 800,000 octets in 8 s, so its life is 8 s; a rekey is taken for T_ike = 100 ms,
  // a drain for 50 ms: F = 10 * (2 * 0.1 + 0.05) / (8 * R).
  std::vector<abi::MailboxAnswer> pairs;
  for (std::uint16_t i = 0; i < 10; ++i) pairs.push_back(install_paced({.group = i}));
  run(3 * kSecond, pairs, 1'000);
  const double formula = 10 * (2 * 0.1 + 0.05) / (8 * info().reserve);
  EXPECT_NEAR(load().load / 1e3, formula, formula * 0.25);
  // Twice as fast is twice the load, and a slower pace is believed little by little.
  run(2 * kSecond, pairs, 2'000);
  EXPECT_NEAR(load().load / 1e3, 2 * formula, formula * 0.3);
}

TEST_F(PacingTest, WarnsBeforeItIsTooLate) {
  abi::MailboxPolicy policy;
  policy.reserve = 1;
  policy.emergency = 1;
  policy.soft_from = 8'000;
  policy.drain_ns = 50 * kMs;
  policy.bound_ns = 60 * kSecond;
  policy.round_ns = 10 * kMs;
  ASSERT_EQ(code(MailboxCommand::kSetPolicy, policy), MailboxCode::kOk);
  std::vector<abi::MailboxAnswer> pairs;
  for (std::uint16_t i = 0; i < 24; ++i) pairs.push_back(install_paced({.group = i}));
  // F = 24 * (2 * 0.1 + 0.05) / T with R = 1; T = 10 s, 8 s, 5.3 s.
  run(1'500 * kMs, pairs, 800);
  static_cast<void>(asked());
  EXPECT_EQ(warnings_.size(), 0U);
  run(2'500 * kMs, pairs, 1'000);
  static_cast<void>(asked());
  ASSERT_EQ(warnings_.size(), 1U) << "0.75";
  EXPECT_GE(warnings_[0], 700U);
  EXPECT_LT(warnings_[0], 1'000U);
  run(2'500 * kMs, pairs, 1'500);
  static_cast<void>(asked());
  ASSERT_EQ(warnings_.size(), 2U) << "1.1";
  EXPECT_GE(warnings_[1], 1'000U);
}

TEST_F(PacingTest, AHostThatDoesNotBeginIsAskedAgain) {
  const auto pair = install_paced({.t_ike_ns = 50 * kMs});
  device_.packet(pair.out_index, 850'000);
  poll();
  EXPECT_EQ(asked().size(), 1U);
  run(100 * kMs, {}, 0);
  EXPECT_TRUE(asked().empty()) << "twice the time of a rekey is waited for";
  run(50 * kMs, {}, 0);
  EXPECT_EQ(asked(), Indices{pair.in_index});
}

TEST_F(PacingTest, ARekeyThatCameToNothingIsPausedAndAskedAgain) {
  const auto pair = install_paced({.t_ike_ns = 100 * kMs});
  device_.packet(pair.out_index, 850'000);
  poll();
  ASSERT_EQ(asked().size(), 1U);
  const auto reserved = reserve_for(pair);
  auto given_up = pair_of(reserved);
  given_up.out_index = kNone;
  given_up.out_generation = 0;
  ASSERT_EQ(code(MailboxCommand::kErase, given_up), MailboxCode::kOk);
  EXPECT_EQ(load().failed, 1U);
  run(40 * kMs, {}, 0);
  EXPECT_TRUE(asked().empty());
  run(40 * kMs, {}, 0);
  EXPECT_EQ(asked(), Indices{pair.in_index});
}

class FullTablePacingTest : public PacingTest {
 protected:
  void SetUp() override {
    PacingTest::SetUp();
    // All but R + E = 6.
    for (std::uint16_t i = 0; i < 29; ++i) pairs_.push_back(install_paced({.group = i, .window = 1}));
    ASSERT_EQ(info().free, 6);
    notices();
  }
  std::vector<abi::MailboxAnswer> pairs_;
};

TEST_F(FullTablePacingTest, WhatIsAskedForHasRoom) {
  for (const auto& pair : pairs_) device_.packet(pair.out_index, 800'000);
  run(50 * kMs, {}, 0);
  const Indices first = asked();
  // R = 4 takes two rekeys; E takes another, because at this pace the end is near.
  EXPECT_EQ(first.size(), 3U);
  EXPECT_EQ(load().waiting, 26);
  // The peer's rekey of another pair must not take what was promised.
  EXPECT_EQ(reserve_for(pairs_[20], false).code, static_cast<std::uint8_t>(MailboxCode::kFull));
  EXPECT_EQ(load().refused_peer, 1U);
  for (const std::uint16_t index : first) {
    const auto& pair = *std::find_if(pairs_.begin(), pairs_.end(), [&](const auto& p) { return p.in_index == index; });
    EXPECT_EQ(reserve_for(pair).code, 0);
  }
}

TEST_F(FullTablePacingTest, TheEmergencyEntriesAreForThoseCloseToTheirEnd) {
  // Two reservations take R.
  const auto one = reserve_for(pairs_[0]);
  ASSERT_EQ(one.code, 0);
  ASSERT_EQ(reserve_for(pairs_[1]).code, 0);
  EXPECT_EQ(reserve_for(pairs_[2], true, Pool::kEmergency).code, static_cast<std::uint8_t>(MailboxCode::kFull))
      << "whatever the host says: it has used nothing yet";
  // 1 % each 10 ms: at 92 % the end is 80 ms away, less than T_ike.
  run(920 * kMs, {pairs_[2]}, 10'000);
  EXPECT_EQ(reserve_for(pairs_[2]).code, 0) << "admitted from E";
}

TEST_F(FullTablePacingTest, ARefusedRekeyOfThePeerGoesToTheHeadOfTheQueue) {
  const auto one = reserve_for(pairs_[0]);
  ASSERT_EQ(one.code, 0);
  ASSERT_EQ(reserve_for(pairs_[1]).code, 0);
  // Some wait already, with little left.
  run(860 * kMs, {pairs_[5], pairs_[6]}, 10'000);
  static_cast<void>(asked());
  EXPECT_EQ(load().waiting, 2);
  EXPECT_EQ(reserve_for(pairs_[9], false).code, static_cast<std::uint8_t>(MailboxCode::kFull));
  EXPECT_EQ(load().waiting, 3);
  auto given_up = pair_of(one);
  given_up.out_index = kNone;
  given_up.out_generation = 0;
  ASSERT_EQ(code(MailboxCommand::kErase, given_up), MailboxCode::kOk);
  run(20 * kMs, {}, 0);
  const Indices now = asked();
  ASSERT_EQ(now.size(), 1U);
  EXPECT_EQ(now[0], pairs_[9].in_index);
}

TEST_F(PacingTest, WhatContradictsItselfIsRefused) {
  const auto reserved = reserve(Pool::kEstablished, 1, true);
  const auto refused = [&](auto change) {
    stage(0, reserved.spi, true);
    stage(1, kPeerSpi, false);
    auto request = paced(pair_request(reserved), {});
    change(request);
    EXPECT_EQ(code(MailboxCommand::kInstallPair, request), MailboxCode::kBadMessage);
    EXPECT_TRUE(staging_empty());
  };
  refused([](auto& r) { r.group = 32; });
  refused([](auto& r) { r.t_ike = 0; });
  refused([](auto& r) { r.t_ike = 0xFFFF; });
  refused([](auto& r) { r.flags = 2; });
  refused([](auto& r) { r.flags = 4; });
  refused([](auto& r) { r.flags = 0; });
  abi::MailboxReserve request;
  request.owner = 1;
  request.old_index = 1;
  EXPECT_EQ(code(MailboxCommand::kReserve, request), MailboxCode::kBadMessage);
  request.starter = 3;
  EXPECT_EQ(code(MailboxCommand::kReserve, request), MailboxCode::kBadMessage);
  request.starter = 1;
  EXPECT_EQ(code(MailboxCommand::kReserve, request), MailboxCode::kStaleGeneration);
  request.old_index = 64;
  EXPECT_EQ(code(MailboxCommand::kReserve, request), MailboxCode::kBadIndex);
  request.old_index = reserved.in_index;
  request.old_generation = reserved.in_generation;
  EXPECT_EQ(code(MailboxCommand::kReserve, request), MailboxCode::kBadState) << "a reservation is no SA yet";
  const auto pair = install_reserved(reserved, {});
  request.old_index = pair.out_index;
  request.old_generation = pair.out_generation;
  EXPECT_EQ(code(MailboxCommand::kReserve, request), MailboxCode::kBadState);
  request.old_index = pair.in_index;
  request.old_generation = pair.in_generation;
  request.owner = 2;
  EXPECT_EQ(code(MailboxCommand::kReserve, request), MailboxCode::kBadOwner);
}

TEST_F(PacingTest, HistogramsCountWhatHappened) {
  const auto old = install_paced();
  device_.packet(old.out_index, 900'000);
  device_.advance(1'000);
  poll();
  const auto fresh = install_reserved(reserve_for(old), {});
  ASSERT_EQ(supersede(old, fresh), MailboxCode::kOk);
  device_.advance(20 * kMs);
  ASSERT_EQ(code(MailboxCommand::kRetire, pair_of(old)), MailboxCode::kOk);
  run(100 * kMs, {}, 0);
  const auto total = [this](abi::Histogram which) {
    abi::MailboxHistogram request;
    request.histogram = static_cast<std::uint8_t>(which);
    std::uint32_t sum = 0;
    std::uint32_t told = 0;
    for (unsigned first = 0; first < 32; first += 12) {
      request.first = static_cast<std::uint8_t>(first);
      const auto answer = ask<abi::MailboxCounts>(MailboxCommand::kHistogram, request);
      EXPECT_EQ(answer.code, 0);
      EXPECT_EQ(answer.buckets, 32);
      told = answer.total;
      const std::uint32_t counts[] = {answer.count0, answer.count1, answer.count2,  answer.count3,
                                      answer.count4, answer.count5, answer.count6,  answer.count7,
                                      answer.count8, answer.count9, answer.count10, answer.count11};
      for (const std::uint32_t count : counts) sum += count;
    }
    EXPECT_EQ(sum, told);
    return sum;
  };
  EXPECT_EQ(total(abi::Histogram::kOverlap), 1U) << "of the inbound entry";
  EXPECT_EQ(total(abi::Histogram::kEventLatency), 1U);
  EXPECT_EQ(total(abi::Histogram::kRekeyLead), 1U);
  // 20 ms and the guard of 50 ms: bucket of 2^26 ns.
  abi::MailboxHistogram request;
  request.first = 26 - 7;
  EXPECT_EQ(ask<abi::MailboxCounts>(MailboxCommand::kHistogram, request).count0, 1U);
  request.histogram = abi::kHistogramCount;
  EXPECT_EQ(code(MailboxCommand::kHistogram, request), MailboxCode::kBadMessage);
}

}  // namespace
}  // namespace sallyport::fw::test
