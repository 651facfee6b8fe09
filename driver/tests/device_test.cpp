// Discovery, reserve and install, telemetry at its source.
#include "sallyport/device.hpp"

#include "fake_bus.hpp"
#include "sallyport/regs.hpp"
#include "sallyport/sample_source.hpp"

namespace sallyport::test {
namespace {

class DeviceTest : public DeviceFixture {};

TEST_F(DeviceTest, OpenTellsWhatTheRegistersSay) {
  const DeviceInfo& info = device_->info();
  EXPECT_EQ(info.num_sas, 64);
  EXPECT_EQ(info.replay_window, 64);
  EXPECT_EQ(info.lanes, 1);
  EXPECT_EQ(info.staging_slots, 4);
  EXPECT_EQ(info.ring_depth, 256);
  EXPECT_TRUE(info.simulation);
}

TEST_F(DeviceTest, OpenRefusesWhatIsNoAccelerator) {
  fake_.set_id(0xFFFFFFFF);
  const auto opened = Device::open(bus_, *firmware_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kNotFound);
  EXPECT_NE(opened.error().text.find("0xFFFFFFFF"), std::string::npos);
}

TEST_F(DeviceTest, OpenRefusesAnotherAbi) {
  fake_.set_abi_version(7);
  const auto opened = Device::open(bus_, *firmware_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kVersionMismatch);
  EXPECT_NE(opened.error().text.find("7"), std::string::npos);
}

TEST_F(DeviceTest, OpenAndStartSayWhenTheBusIsBroken) {
  fake_.break_bus_after(0);
  const auto opened = Device::open(bus_, *firmware_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kBusFailure);
  const auto started = HostedFirmware::start(bus_, 1);
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().text.find("the fake bus is broken"), std::string::npos);
}

TEST_F(DeviceTest, InstallPutsKeysIntoTheTableAndNowhereElse) {
  const auto pair = install();
  const auto& out = fake_.sa(pair.out().index.value);
  EXPECT_EQ(out.image[12], 0x1011121314151617U);
  EXPECT_EQ(out.spi, 0xC0FFEE01U);
  EXPECT_FALSE(staging_has_secrets());
  EXPECT_GE(pair.soft_out().octets.value, 80'000U);
  EXPECT_LT(pair.soft_out().octets.value, 85'000U);
}

TEST_F(DeviceTest, AFailedInstallLeavesTheReservation) {
  auto reservation = device_->reserve(options(1));
  ASSERT_TRUE(reservation);
  auto outbound = outbound_tunnel(0xC0FFEE01);
  fake_.fail_next(abi::Op::kCommit, abi::CmdCode::kMemory);
  auto pair = device_->install(*reservation, inbound_tunnel(), outbound, options(1));
  ASSERT_FALSE(pair);
  EXPECT_EQ(pair.error().code, ErrorCode::kRefusedByDevice);
  EXPECT_NE(pair.error().text.find("memory"), std::string::npos);
  EXPECT_TRUE(reservation->holds());
  EXPECT_FALSE(staging_has_secrets());
  EXPECT_EQ(entries(abi::EntryState::kLarval), 1U);
  EXPECT_EQ(entries(abi::EntryState::kActive), 0U);

  outbound.path_mtu = 10;
  pair = device_->install(*reservation, inbound_tunnel(), outbound, options(1));
  ASSERT_FALSE(pair);
  EXPECT_NE(pair.error().text.find("outbound SA: path_mtu is 10"), std::string::npos) << pair.error().text;
  EXPECT_FALSE(staging_has_secrets());

  outbound.path_mtu = 1500;
  EXPECT_TRUE(device_->install(*reservation, inbound_tunnel(), outbound, options(1)));
  EXPECT_FALSE(reservation->holds());
  EXPECT_EQ(device_->install(*reservation, inbound_tunnel(), outbound, options(1)).error().code, ErrorCode::kBadState);
}

TEST_F(DeviceTest, ABrokenBusLeavesNoKeyBehindOnceItWorks) {
  auto reservation = device_->reserve(options(1));
  const auto outbound = outbound_tunnel(0xC0FFEE01);
  for (int accesses = 0; accesses < 90; accesses += 7) {
    fake_.break_bus_after(accesses);
    EXPECT_FALSE(device_->install(*reservation, inbound_tunnel(), outbound, options(1)));
  }
  fake_.break_bus_after(-1);
  EXPECT_TRUE(device_->install(*reservation, inbound_tunnel(), outbound, options(1)));
  EXPECT_FALSE(staging_has_secrets());
}

TEST_F(DeviceTest, InboundSpiMustBeTheReservedOne) {
  auto reservation = device_->reserve(options(1));
  auto inbound = inbound_tunnel();
  inbound.spi = Spi{reservation->spi().value + 64};
  const auto pair = device_->install(*reservation, inbound, outbound_tunnel(0x1000), options(1));
  ASSERT_FALSE(pair);
  EXPECT_EQ(pair.error().code, ErrorCode::kInvalidArgument);
  inbound.spi = reservation->spi();
  EXPECT_TRUE(device_->install(*reservation, inbound, outbound_tunnel(0x1000), options(1)));
}

TEST_F(DeviceTest, OneDirectionAfterTheOther) {
  auto reservation = device_->reserve(options(1));
  auto in = device_->install_inbound(*reservation, inbound_tunnel(), options(1));
  ASSERT_TRUE(in) << in.error().text;
  auto out = device_->install_outbound(outbound_tunnel(0x1000), options(1), in->in().index);
  ASSERT_TRUE(out) << out.error().text;
  EXPECT_FALSE(in->out().present());
  EXPECT_EQ(device_->query(in->in().index)->partner, out->out().index.value);
  EXPECT_EQ(device_->query(out->out().index)->partner, in->in().index.value);
}

TEST_F(DeviceTest, FullAndQuotaAreToldApart) {
  const auto old = install(4);
  ASSERT_TRUE(device_->set_quota(OwnerId{3}, 2));
  std::vector<Reservation> held;
  auto single = options(3);
  single.claim_outbound = false;
  for (int i = 0; i < 2; ++i) held.push_back(std::move(*device_->reserve(single)));
  EXPECT_EQ(device_->reserve(single).error().code, ErrorCode::kFull);
  EXPECT_EQ(device_->last_code(), abi::MailboxCode::kQuota);
  single.owner = OwnerId{4};
  while (auto reservation = device_->reserve(single)) held.push_back(std::move(*reservation));
  EXPECT_EQ(device_->last_code(), abi::MailboxCode::kFull);
  EXPECT_EQ(held.size(), 56U);
  EXPECT_TRUE(device_->reserve(rekey_of(old, 4))) << "the reserve is for rekeys";
  const auto now = device_->occupancy();
  EXPECT_EQ(now->refused_full, 1U);
  EXPECT_EQ(now->refused_quota, 1U);
}

TEST_F(DeviceTest, WhatIsKeptForRekeysNeedsAnSaToBeRekeyed) {
  auto with = options(1);
  with.pool = abi::Pool::kRekey;
  const unsigned before = fake_.operations();
  const auto refused = device_->reserve(with);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  EXPECT_NE(refused.error().text.find("pool rekey"), std::string::npos) << refused.error().text;
  const auto alone = device_->install_outbound(outbound_tunnel(0x1000), with);
  ASSERT_FALSE(alone);
  EXPECT_NE(alone.error().text.find("without a partner"), std::string::npos) << alone.error().text;
  EXPECT_EQ(fake_.operations(), before);
}

TEST_F(DeviceTest, PolicyIsChecked) {
  EXPECT_TRUE(device_->set_policy({.reserve = 6, .emergency = 1, .soft = {5000, 100}, .drain_ns = 5}));
  EXPECT_EQ(device_->occupancy()->reserve, 6);
  const auto refused = device_->set_policy({.reserve = 63, .emergency = 1, .soft = {5000, 100}, .drain_ns = 5});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  const auto beyond = device_->set_policy({.reserve = 6, .emergency = 1, .drain_ns = 6, .bound_ns = 5});
  ASSERT_FALSE(beyond);
  EXPECT_NE(beyond.error().text.find("the guard beyond the bound"), std::string::npos) << beyond.error().text;
}

TEST_F(DeviceTest, SamplesComeFromTheDevice) {
  const auto pair = install(7);
  fake_.packet(pair.out().index.value, 1'234);
  fake_.set_verdict_counter(false, abi::Verdict::kOk, 1);
  fake_.set_verdict_counter(true, abi::Verdict::kReplay, 9);
  EXPECT_EQ(device_->rekey_load()->unpaced, 1) << "a pair";
  SampleSource source(*device_);
  const auto sample = source.sample();
  ASSERT_TRUE(sample) << sample.error().text;
  EXPECT_EQ(sample->verdicts[0][static_cast<unsigned>(abi::Verdict::kOk)], 1U);
  EXPECT_EQ(sample->verdicts[1][static_cast<unsigned>(abi::Verdict::kReplay)], 9U);
  unsigned sum = 0;
  for (const auto n : sample->occupancy.entries) sum += n;
  EXPECT_EQ(sum, 64U);
  const auto all = source.entries();
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 2U);
  const auto& out = (*all)[0].direction == Direction::kOutbound ? (*all)[0] : (*all)[1];
  EXPECT_EQ(out.octets, Octets{1'234});
  EXPECT_EQ(out.packets, Packets{1});
  EXPECT_EQ(out.owner, OwnerId{7});
  EXPECT_GT(out.time_ns, 0U);
}

}  // namespace
}  // namespace sallyport::test
