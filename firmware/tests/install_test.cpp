// Reserve, install, pools and quotas.
#include <array>

#include "firmware_fixture.hpp"

namespace sallyport::fw::test {
namespace {

class InstallTest : public FirmwareFixture {};

TEST_F(InstallTest, ReserveGivesAnSpiWithItsIndex) {
  const auto answer = reserve();
  EXPECT_EQ(answer.code, 0);
  EXPECT_EQ(answer.spi % 64, answer.in_index);
  EXPECT_GE(answer.spi, 256U);
  EXPECT_EQ(device_.sa(answer.in_index).state, EntryState::kLarval);
  EXPECT_EQ(device_.sa(answer.in_index).spi, answer.spi);
}

TEST_F(InstallTest, APairIsOneTransaction) {
  const auto pair = install_pair();
  EXPECT_EQ(device_.sa(pair.in_index).state, EntryState::kActive);
  EXPECT_EQ(device_.sa(pair.out_index).state, EntryState::kActive);
  EXPECT_EQ(device_.sa(pair.out_index).spi, kPeerSpi);
  EXPECT_TRUE(staging_empty());
  expect_consistent();
  EXPECT_EQ(info().claimed, 0);

  const auto seen = notices();
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen[0].cause, static_cast<std::uint8_t>(abi::TransitionCause::kReserve));
  EXPECT_EQ(seen[1].index, pair.out_index);
  EXPECT_EQ(seen[2].index, pair.in_index);
  EXPECT_EQ(seen[2].from_state, static_cast<std::uint8_t>(EntryState::kLarval));
  EXPECT_EQ(seen[2].partner, pair.out_index);
  for (std::uint32_t n = 0; n < 3; ++n) EXPECT_EQ(seen[n].seq, n + 1);
}

TEST_F(InstallTest, TheFirmwareDrawsTheSoftLimits) {
  const auto pair = install_pair();
  const auto& in = device_.sa(pair.in_index).image;
  const auto& out = device_.sa(pair.out_index).image;
  EXPECT_EQ(in[6], pair.in_soft_octets);
  EXPECT_EQ(in[8], pair.in_soft_packets);
  EXPECT_EQ(in[7], 100'000U);
  EXPECT_EQ(in[9], 1'000U);
  EXPECT_GE(in[6], 80'000U);
  EXPECT_LT(in[6], 85'000U);
  EXPECT_NE(in[6], out[6]) << "drawn for each direction";
  EXPECT_GE(out[11], 0xCCCCCCCCU) << "80 % of the 32-bit sequence numbers";
  EXPECT_LT(out[11], UINT32_MAX);
}

TEST_F(InstallTest, TheAgentsIntervalGoesBeforeThePolicys) {
  const auto reserved = reserve();
  stage(0, reserved.spi, true);
  stage(1, kPeerSpi, false);
  auto request = pair_request(reserved);
  request.soft_from = 9'000;
  request.out_hard_packets = 0;
  request.flags = 1;
  const auto pair = ask(MailboxCommand::kInstallPair, request);
  ASSERT_EQ(pair.code, 0);
  EXPECT_EQ(pair.in_soft_octets, 90'000U);
  EXPECT_EQ(pair.out_soft_packets, UINT64_MAX);
  EXPECT_GT(device_.sa(pair.out_index).image[11], UINT64_MAX / 10 * 8);
}

TEST_F(InstallTest, AFailureOfEitherHalfChangesNothing) {
  const auto reserved = reserve();
  for (const int failing : {0, 1}) {
    stage(0, reserved.spi, true);
    stage(1, kPeerSpi, false);
    // The outbound half is committed first.
    if (failing == 1) device_.fail_next(abi::Op::kCommit, abi::CmdCode::kMemory);
    auto request = pair_request(reserved);
    if (failing == 0) stage(0, reserved.spi + 64, true);
    const auto answer = ask(MailboxCommand::kInstallPair, request);
    EXPECT_EQ(answer.code, static_cast<std::uint8_t>(failing == 0 ? MailboxCode::kBadImage : MailboxCode::kMemory));
    EXPECT_NE(answer.device_code, 0);
    EXPECT_EQ(answer.out_index, kNone);
    EXPECT_TRUE(staging_empty()) << "a key was left in the staging bank";
    EXPECT_EQ(info().larval, 1);
    EXPECT_EQ(info().active, 0);
    expect_consistent();
  }
  stage(0, reserved.spi, true);
  stage(1, kPeerSpi, false);
  EXPECT_EQ(code(MailboxCommand::kInstallPair, pair_request(reserved)), MailboxCode::kOk);
}

TEST_F(InstallTest, RefusesWhatContradictsItself) {
  const auto reserved = reserve();
  const auto refused = [&](auto change, MailboxCode expected) {
    auto request = pair_request(reserved);
    change(request);
    EXPECT_EQ(code(MailboxCommand::kInstallPair, request), expected);
  };
  refused([](auto& r) { r.slot_out = 0; }, MailboxCode::kBadSlot);
  refused([](auto& r) { r.slot_out = 4; }, MailboxCode::kBadSlot);
  refused([](auto& r) { r.slot_out = 0xFF; }, MailboxCode::kBadMessage);
  refused([](auto& r) { r.in_index = kNone; }, MailboxCode::kBadMessage);
  refused([](auto& r) { r.in_index = 64; }, MailboxCode::kBadIndex);
  refused([](auto& r) { ++r.in_generation; }, MailboxCode::kStaleGeneration);
  refused([](auto& r) { r.in_index = 33; }, MailboxCode::kStaleGeneration);
  refused([](auto& r) { r.owner = 2; }, MailboxCode::kBadOwner);
  refused([](auto& r) { r.flags = 4; }, MailboxCode::kBadMessage);
  refused([](auto& r) { r.partner = 3; }, MailboxCode::kBadMessage);
  refused([](auto& r) { r.soft_from = 9'999, r.soft_span = 2; }, MailboxCode::kBadPolicy);
  EXPECT_EQ(info().larval, 1);
  expect_consistent();
}

TEST_F(InstallTest, OneDirectionAfterTheOther) {
  const auto reserved = reserve(Pool::kEstablished, 1, true);
  stage(2, reserved.spi, true);
  auto request = pair_request(reserved);
  request.slot_in = 2;
  request.slot_out = 0xFF;
  const auto in = ask(MailboxCommand::kInstallOne, request);
  ASSERT_EQ(in.code, 0);
  EXPECT_EQ(info().claimed, 1) << "the promise holds until outbound comes";

  stage(3, kPeerSpi, false);
  request = pair_request(reserved);
  request.in_index = kNone;
  request.in_generation = 0;
  request.slot_in = 0xFF;
  request.slot_out = 3;
  request.partner = in.in_index;
  const auto out = ask(MailboxCommand::kInstallOne, request);
  ASSERT_EQ(out.code, 0);
  EXPECT_EQ(info().claimed, 0);
  EXPECT_EQ(info().active, 2);
  abi::MailboxQuery query;
  query.index = in.in_index;
  EXPECT_EQ(ask<abi::MailboxEntry>(MailboxCommand::kQuery, query).partner, out.out_index);
}

TEST_F(InstallTest, PoolsAreFloorsOnTheFreeEntries) {
  for (int i = 0; i < 58; ++i) ASSERT_EQ(reserve().code, 0) << i;
  EXPECT_EQ(reserve().code, static_cast<std::uint8_t>(MailboxCode::kFull));
  for (int i = 0; i < 4; ++i) ASSERT_EQ(reserve(Pool::kRekey).code, 0) << i;
  EXPECT_EQ(reserve(Pool::kRekey).code, static_cast<std::uint8_t>(MailboxCode::kFull));
  for (int i = 0; i < 2; ++i) ASSERT_EQ(reserve(Pool::kEmergency).code, 0) << i;
  const unsigned before = device_.operations();
  EXPECT_EQ(reserve(Pool::kEmergency).code, static_cast<std::uint8_t>(MailboxCode::kFull));
  EXPECT_EQ(device_.operations(), before) << "full is answered before anything else happens";
  EXPECT_EQ(info().refused_full, 3U);
  EXPECT_EQ(info().free, 0);
}

TEST_F(InstallTest, AClaimGuaranteesTheOutboundHalf) {
  for (int i = 0; i < 56; ++i) ASSERT_EQ(reserve().code, 0) << i;
  const auto claimed = reserve(Pool::kEstablished, 1, true);
  ASSERT_EQ(claimed.code, 0);
  EXPECT_EQ(claimed.free, 6);
  while (reserve(Pool::kEmergency).code == 0) {
  }
  EXPECT_EQ(info().free, 1);
  stage(0, claimed.spi, true);
  stage(1, kPeerSpi, false);
  EXPECT_EQ(code(MailboxCommand::kInstallPair, pair_request(claimed)), MailboxCode::kOk);
  EXPECT_EQ(info().free, 0);
}

TEST_F(InstallTest, WithoutAClaimTheOutboundHalfMayBeRefused) {
  const auto reserved = reserve();
  while (reserve(Pool::kEmergency).code == 0) {
  }
  stage(0, reserved.spi, true);
  stage(1, kPeerSpi, false);
  EXPECT_EQ(code(MailboxCommand::kInstallPair, pair_request(reserved)), MailboxCode::kFull);
  EXPECT_TRUE(staging_empty());
  EXPECT_EQ(info().larval, 64);
}

TEST_F(InstallTest, QuotaHoldsNewSasButNotRekeys) {
  abi::MailboxQuota quota;
  quota.owner = 5;
  quota.quota = 3;
  ASSERT_EQ(code(MailboxCommand::kSetQuota, quota), MailboxCode::kOk);
  EXPECT_EQ(reserve(Pool::kEstablished, 5, true).code, 0);
  EXPECT_EQ(reserve(Pool::kEstablished, 5, true).code, 0) << "held counts entries, not promises";
  EXPECT_EQ(reserve(Pool::kEstablished, 5).code, 0);
  EXPECT_EQ(reserve(Pool::kEstablished, 5).code, static_cast<std::uint8_t>(MailboxCode::kQuota));
  EXPECT_EQ(reserve(Pool::kEstablished, 6).code, 0);
  EXPECT_EQ(reserve(Pool::kRekey, 5).code, 0);
  EXPECT_EQ(ask(MailboxCommand::kSetQuota, quota).value, 4U);
  EXPECT_EQ(info().refused_quota, 1U);
  for (std::uint16_t i = 0; i < 64; ++i) {
    if (device_.sa(i).state == EntryState::kFree) continue;
    abi::MailboxPair pair;
    pair.in_index = i;
    pair.in_generation = device_.sa(i).generation;
    pair.out_index = kNone;
    ASSERT_EQ(code(MailboxCommand::kErase, pair), MailboxCode::kOk);
  }
  EXPECT_EQ(ask(MailboxCommand::kSetQuota, quota).value, 0U) << "what is erased is no longer held";
  quota.owner = 8;
  EXPECT_EQ(code(MailboxCommand::kSetQuota, quota), MailboxCode::kBadOwner);
}

TEST_F(InstallTest, AReservationThatIsKeyedIsHeldOnce) {
  install_pair(Pool::kEstablished, 2);
  abi::MailboxQuota quota;
  quota.owner = 2;
  quota.quota = 50;
  EXPECT_EQ(ask(MailboxCommand::kSetQuota, quota).value, 2U);
}

TEST_F(InstallTest, AnEntryNeverGetsOneOfItsLastSixteenSpis) {
  random_.stuck = true;  // chance must not be what keeps them apart
  std::array<std::vector<std::uint32_t>, 64> given;
  for (int i = 0; i < 64 * 100; ++i) {
    const auto answer = reserve();
    ASSERT_EQ(answer.code, 0);
    auto& last = given[answer.in_index];
    for (std::size_t k = last.size() < 16 ? 0 : last.size() - 16; k < last.size(); ++k) ASSERT_NE(last[k], answer.spi);
    last.push_back(answer.spi);
    abi::MailboxPair pair;
    pair.in_index = answer.in_index;
    pair.in_generation = answer.in_generation;
    pair.out_index = kNone;
    ASSERT_EQ(code(MailboxCommand::kErase, pair), MailboxCode::kOk);
  }
  EXPECT_EQ(given[0].size(), 100U) << "entries take turns";
}

}  // namespace
}  // namespace sallyport::fw::test
