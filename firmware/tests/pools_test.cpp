// Who gets an entry: pools, what is kept for rekeys, claims and quotas (G6).
#include "firmware_fixture.hpp"

namespace sallyport::fw::test {
namespace {

constexpr auto kHere = abi::RekeyStarter::kHere;
constexpr auto kPeer = abi::RekeyStarter::kPeer;
constexpr auto kFull = static_cast<std::uint8_t>(MailboxCode::kFull);
constexpr auto kQuota = static_cast<std::uint8_t>(MailboxCode::kQuota);

class PoolsTest : public FirmwareFixture {
 protected:
  // All but `left` entries become larval ones of owner 7.
  void fill(unsigned left) {
    set_pools(0, 0);
    while (info().free > left) ASSERT_EQ(reserve(7).code, 0);
    set_pools(4, 2);
  }
  MailboxCode reserve_with(abi::MailboxReserve request) { return code(MailboxCommand::kReserve, request); }
};

TEST_F(PoolsTest, ArePartsOfTheFreeEntries) {
  std::vector<abi::MailboxAnswer> old;
  for (int i = 0; i < 4; ++i) old.push_back(install_pair());
  for (int i = 0; i < 50; ++i) ASSERT_EQ(reserve().code, 0) << i;
  EXPECT_EQ(reserve().code, kFull);
  ASSERT_EQ(info().free, 6);
  // Two rekeys and their claims take R, a third one E.
  for (int i = 0; i < 2; ++i) ASSERT_EQ(reserve_for(old[i]).code, 0) << i;
  EXPECT_EQ(reserve_for(old[2]).code, kFull);
  ASSERT_EQ(reserve_for(old[2], kHere, Pool::kEmergency).code, 0);
  const unsigned before = device_.operations();
  EXPECT_EQ(reserve_for(old[3], kHere, Pool::kEmergency).code, kFull);
  EXPECT_EQ(device_.operations(), before) << "full is answered before anything else happens";
  EXPECT_EQ(info().refused_full, 3U);
  EXPECT_EQ(info().free - info().claimed, 0);
}

TEST_F(PoolsTest, WhatIsKeptForRekeysIsForRekeys) {
  abi::MailboxReserve request;
  request.owner = 5;
  held(5, 0);
  for (const Pool pool : {Pool::kRekey, Pool::kEmergency}) {
    request.pool = static_cast<std::uint8_t>(pool);
    EXPECT_EQ(reserve_with(request), MailboxCode::kBadMessage) << abi::name(pool) << " of an SA that replaces nothing";
  }
  EXPECT_EQ(info().larval, 0);
}

// One of each end, or a second one after the first was given up.
TEST_F(PoolsTest, AnSaHasTwoReplacementsAtATimeAtMost) {
  const auto old = install_pair();
  const auto one = reserve_for(old);
  const auto two = reserve_for(old, kPeer);
  ASSERT_EQ(one.code, 0);
  ASSERT_EQ(two.code, 0);
  for (const auto starter : {kHere, kPeer}) {
    for (const Pool pool : {Pool::kEstablished, Pool::kRekey, Pool::kEmergency}) {
      EXPECT_EQ(reserve_with(rekey_request(old, starter, pool)), MailboxCode::kBadState);
    }
  }
  ASSERT_EQ(give_up(one), MailboxCode::kOk);
  const auto three = reserve_for(old);
  ASSERT_EQ(three.code, 0);
  EXPECT_EQ(reserve_with(rekey_request(old, kHere, Pool::kRekey)), MailboxCode::kBadState);
  // One that is keyed is a replacement no longer to come.
  install_reserved(three);
  EXPECT_EQ(reserve_for(old).code, 0);
  EXPECT_EQ(reserve_with(rekey_request(old, kHere, Pool::kRekey)), MailboxCode::kBadState);
}

TEST_F(PoolsTest, ATenantInheritsNoReplacements) {
  const auto old = install_pair();
  const auto one = reserve_for(old);
  const auto two = reserve_for(old);
  ASSERT_EQ(code(MailboxCommand::kErase, pair_of(old)), MailboxCode::kOk);
  auto pair = install_pair();
  while (pair.in_index != old.in_index) {
    ASSERT_EQ(code(MailboxCommand::kErase, pair_of(pair)), MailboxCode::kOk);
    pair = install_pair();
  }
  EXPECT_EQ(reserve_for(pair).code, 0);
  // What was to replace the tenant before has nothing to do with it.
  EXPECT_EQ(give_up(one), MailboxCode::kOk);
  EXPECT_EQ(give_up(two), MailboxCode::kOk);
  EXPECT_EQ(reserve_for(pair).code, 0);
  EXPECT_EQ(reserve_with(rekey_request(pair, kPeer, Pool::kRekey)), MailboxCode::kBadState);
}

TEST_F(PoolsTest, OnlyAnSaThatWorksIsReplaced) {
  const auto refused = [&](const abi::MailboxAnswer& old, const char* why) {
    for (const Pool pool : {Pool::kEstablished, Pool::kRekey, Pool::kEmergency}) {
      EXPECT_EQ(reserve_with(rekey_request(old, kPeer, pool)), MailboxCode::kBadState) << why;
    }
  };
  const auto larval = reserve(1, true);
  refused(larval, "larval");
  const auto old = install_reserved(larval);
  const auto fresh = install_rekey(old);
  ASSERT_EQ(code(MailboxCommand::kSupersede, replaced_by(old, fresh)), MailboxCode::kOk);
  const auto late = reserve_for(old, kPeer);
  EXPECT_EQ(late.code, 0) << "a collision whose other half came first";
  EXPECT_EQ(give_up(late), MailboxCode::kOk);
  ASSERT_EQ(code(MailboxCommand::kRetire, pair_of(old)), MailboxCode::kOk);
  refused(old, "draining");
  ASSERT_EQ(code(MailboxCommand::kMarkRedundant, pair_of(fresh)), MailboxCode::kOk);
  refused(fresh, "redundant");
  ASSERT_EQ(code(MailboxCommand::kErase, pair_of(fresh)), MailboxCode::kOk);
  EXPECT_EQ(reserve_with(rekey_request(fresh, kPeer, Pool::kRekey)), MailboxCode::kStaleGeneration);
}

TEST_F(PoolsTest, AClaimGuaranteesTheOutboundHalf) {
  const auto claimed = reserve(1, true);
  ASSERT_EQ(claimed.code, 0);
  EXPECT_EQ(claimed.free, 62);
  fill(1);
  stage(0, claimed.spi, true);
  stage(1, kPeerSpi, false);
  EXPECT_EQ(code(MailboxCommand::kInstallPair, pair_request(claimed)), MailboxCode::kOk);
  EXPECT_EQ(info().free, 0);
}

// It comes from where its inbound half came from, whatever the request says.
TEST_F(PoolsTest, WithoutAClaimTheOutboundHalfMayBeRefused) {
  const auto old = install_pair();
  const auto reserved = reserve();
  fill(6);
  auto request = rekey_request(old, kHere, Pool::kRekey);
  request.claim = 0;
  const auto replacement = ask(MailboxCommand::kReserve, request);
  ASSERT_EQ(replacement.code, 0);
  const auto install = [&](const abi::MailboxAnswer& larval) {
    stage(0, larval.spi, true);
    stage(1, kPeerSpi, false);
    auto pair = pair_request(larval);
    pair.pool = static_cast<std::uint8_t>(larval.in_index == reserved.in_index ? Pool::kEmergency : Pool::kEstablished);
    return code(MailboxCommand::kInstallPair, pair);
  };
  EXPECT_EQ(install(reserved), MailboxCode::kFull);
  EXPECT_TRUE(staging_empty());
  EXPECT_EQ(install(replacement), MailboxCode::kOk);
}

TEST_F(PoolsTest, AnOutboundSaAloneIsANewOne) {
  fill(6);
  auto request = pair_request({});
  request.in_index = kNone;
  request.in_generation = 0;
  request.slot_in = 0xFF;
  for (const Pool pool : {Pool::kRekey, Pool::kEmergency}) {
    stage(1, kPeerSpi, false);
    request.pool = static_cast<std::uint8_t>(pool);
    EXPECT_EQ(code(MailboxCommand::kInstallOne, request), MailboxCode::kBadMessage);
  }
  stage(1, kPeerSpi, false);
  request.pool = 0;
  EXPECT_EQ(code(MailboxCommand::kInstallOne, request), MailboxCode::kFull);
  EXPECT_TRUE(staging_empty());
}

TEST_F(PoolsTest, QuotaHoldsNewSasButNotRekeys) {
  held(5, 3);
  const auto first = reserve(5, true);
  ASSERT_EQ(first.code, 0);
  // Promises count: each is an entry that its owner will have, and else two owners' worth would fit into a quota.
  EXPECT_EQ(reserve(5, true).code, kQuota);
  EXPECT_EQ(reserve(5).code, 0);
  EXPECT_EQ(reserve(5).code, kQuota);
  EXPECT_EQ(reserve(6).code, 0);
  EXPECT_EQ(held(5, 3), 3U);
  const auto old = install_reserved(first, 5);
  EXPECT_EQ(held(5, 3), 3U) << "the promise is kept, and counts once";
  EXPECT_EQ(reserve(5).code, kQuota);
  EXPECT_EQ(reserve_with(rekey_request(old, kHere, Pool::kEstablished, 5)), MailboxCode::kQuota);
  EXPECT_EQ(reserve_with(rekey_request(old, kHere, Pool::kRekey, 5)), MailboxCode::kOk);
  EXPECT_EQ(held(5, 3), 5U);
  EXPECT_EQ(info().refused_quota, 4U);
  for (std::uint16_t i = 0; i < 64; ++i) {
    if (device_.sa(i).state == EntryState::kFree) continue;
    abi::MailboxPair pair;
    pair.in_index = pair.out_index = kNone;
    const bool inbound = i != old.out_index;
    (inbound ? pair.in_index : pair.out_index) = i;
    (inbound ? pair.in_generation : pair.out_generation) = device_.sa(i).generation;
    ASSERT_EQ(code(MailboxCommand::kErase, pair), MailboxCode::kOk);
  }
  EXPECT_EQ(held(5, 3), 0U) << "what is erased is no longer held, nor what it was promised";
  abi::MailboxQuota quota;
  quota.owner = 8;
  EXPECT_EQ(code(MailboxCommand::kSetQuota, quota), MailboxCode::kBadOwner);
}

TEST_F(PoolsTest, APromiseThatIsGivenUpIsNotHeld) {
  const auto reserved = reserve(5, true);
  EXPECT_EQ(held(5), 2U);
  EXPECT_EQ(give_up(reserved), MailboxCode::kOk);
  EXPECT_EQ(held(5), 0U);
}

TEST_F(PoolsTest, APromiseIsHeldAfterARestartToo) {
  const auto reserved = reserve(5, true);
  // One direction is keyed already, and the other still promised.
  const auto half = reserve(5, true);
  stage(0, half.spi, true);
  auto request = pair_request(half, 5);
  request.slot_out = 0xFF;
  ASSERT_EQ(code(MailboxCommand::kInstallOne, request), MailboxCode::kOk);
  EXPECT_EQ(held(5), 4U);
  ASSERT_EQ(firmware_.start(), MailboxCode::kOk);
  hello();
  EXPECT_EQ(info().claimed, 2);
  EXPECT_EQ(held(5), 4U);
  install_reserved(reserved, 5);
  EXPECT_EQ(held(5), 4U);
}

TEST_F(PoolsTest, AReservationThatIsKeyedIsHeldOnce) {
  install_pair(2);
  EXPECT_EQ(held(2, 50), 2U);
}

}  // namespace
}  // namespace sallyport::fw::test
