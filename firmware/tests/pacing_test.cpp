// Pacing through the mailbox: when the firmware asks for a rekey, and when it does not.
#include "pacing_fixture.hpp"

namespace sallyport::fw::test {
namespace {

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
  const auto fresh = install_paced(reserved, {});
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
  const auto fresh = install_paced(reserved, {.group = 3, .window = 2});
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
      const auto fresh = install_paced(under_way[i].second, {.group = static_cast<std::uint16_t>(pair.in_index % 32),
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

TEST_F(PacingTest, WhatContradictsItselfIsRefused) {
  const auto reserved = reserve(1, true);
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
  const auto pair = install_paced(reserved, {});
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
  const auto fresh = install_paced(reserve_for(old), {});
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

// Soft limits are at a fifth of the hard ones, more than an hour away.
TEST_F(PacingTest, AReplacementWithALongLifeIsNotTakenForOneThatEnds) {
  const auto install_slow = [&](const abi::MailboxAnswer& reserved) {
    stage(0, reserved.spi, true);
    stage(1, kPeerSpi, false);
    auto request =
        paced(pair_request(reserved), {.t_ike_ns = 7'200 * kSecond, .designated = false, .hard_octets = 5'000'000'000});
    request.soft_from = 2'000;
    return ask(MailboxCommand::kInstallPair, request);
  };
  // The soft limit is reached in 4,710 s, the hard one in 23,550 s.
  const auto old = install_slow(reserve(1, true));
  for (int i = 0; i < 330; ++i) {
    device_.packet(old.out_index, 50'000'000'000 / 4'710);
    device_.advance(50 * kSecond);
    poll();
  }
  const auto fresh = install_slow(reserve_for(old));
  ASSERT_EQ(fresh.code, 0);
  ASSERT_EQ(supersede(old, fresh), MailboxCode::kOk);
  set_pools(0, 0);
  while (info().free > 2) ASSERT_EQ(reserve(2).code, 0);
  set_pools(4, 2);
  EXPECT_EQ(reserve_for(fresh, kHere, Pool::kEmergency).code, static_cast<std::uint8_t>(MailboxCode::kFull))
      << "as fast as its predecessor, it has six hours left";
}

TEST_F(PacingTest, SequenceNumbersAreALimitToo) {
  for (const bool esn : {false, true}) {
    const auto reserved = reserve(1, true);
    stage(0, reserved.spi, true);
    stage(1, kPeerSpi, false);
    auto request = paced(pair_request(reserved), {.hard_octets = 0});
    request.flags = static_cast<std::uint8_t>(request.flags | (esn ? 1U : 0U));
    const auto pair = ask(MailboxCommand::kInstallPair, request);
    ASSERT_EQ(pair.code, 0);
    EXPECT_EQ(pair.out_soft_packets, UINT64_MAX) << "no limit of packets was asked for";
    const std::uint64_t threshold = device_.sa(pair.out_index).image[11];
    Indices begun;
    // 10,000,000 packets each 10 ms: the numbers end after 4.3 s.
    for (unsigned t = 0; t < 343 && begun.empty(); ++t) {
      device_.sa(pair.out_index).packets += 10'000'000;
      run(10 * kMs, {}, 0);
      begun = asked();
    }
    EXPECT_EQ(begun, esn ? Indices{} : Indices{pair.in_index});
    EXPECT_EQ(load().load != 0, !esn);
    EXPECT_LT(device_.sa(pair.out_index).packets, threshold) << "the device has not told yet";
    ASSERT_EQ(code(MailboxCommand::kErase, pair_of(pair)), MailboxCode::kOk);
  }
}

TEST_F(PacingTest, ARestartLeavesNobodyPacedAndSaysSo) {
  std::vector<abi::MailboxAnswer> pairs;
  for (std::uint16_t i = 0; i < 10; ++i) pairs.push_back(install_paced({.group = i}));
  pairs.push_back(install_pair());
  reserve();
  run(kSecond, pairs, 4'000);
  EXPECT_GT(load().load, 0);
  EXPECT_EQ(load().unpaced, 1);
  ASSERT_EQ(firmware_.start(), MailboxCode::kOk);
  hello();
  run(kSecond, pairs, 4'000);
  EXPECT_EQ(load().load, 0) << "nothing is known of their lives";
  EXPECT_EQ(load().paced, 0);
  EXPECT_EQ(load().unpaced, 11);
  const auto fresh = install_paced(reserve_for(pairs[0]), {});
  ASSERT_EQ(supersede(pairs[0], fresh), MailboxCode::kOk);
  EXPECT_EQ(load().paced, 1);
  EXPECT_EQ(load().unpaced, 10);
}

}  // namespace
}  // namespace sallyport::fw::test
