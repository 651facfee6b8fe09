// Reserve and install.
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
  const auto reserved = reserve(1, true);
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

}  // namespace
}  // namespace sallyport::fw::test
