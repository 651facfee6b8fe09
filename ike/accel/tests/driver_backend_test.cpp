// The agent's commands in a table, on the fake device with the firmware hosted.
#include "sallyport/ike/driver_backend.hpp"

#include <vector>

#include "fake_bus.hpp"

namespace sallyport::ike {
namespace {

using abi::EntryState;

class DriverBackendTest : public sallyport::test::DeviceFixture {
 protected:
  void SetUp() override {
    DeviceFixture::SetUp();
    queue_.emplace(*device_);
    backend_.emplace(*device_);
  }
  static InstallRequest request(std::uint8_t net = 1) {
    InstallRequest out;
    out.owner = Owner{1};
    out.outbound_spi = Spi{0xC0FFEE01};
    out.inbound = {test::secret(16, 1), test::secret(4, 2)};
    out.outbound = {test::secret(16, 3), test::secret(4, 4)};
    out.local = *IpAddress::parse("192.0.2.1");
    out.remote = *IpAddress::parse("192.0.2.2");
    out.local_selectors = {Selector::of(*IpPrefix::parse("10." + std::to_string(net) + ".0.0/16"))};
    out.remote_selectors = {Selector::of(*IpPrefix::parse("10.99.0.0/16"))};
    out.limits = {100'000, 1'000};
    out.soft = {8'000, 500};
    return out;
  }
  ChildHandle install(std::optional<ChildHandle> old = {}, bool paced = true) {
    const ReserveFor purpose = old ? ReserveFor::kOurRekey : ReserveFor::kNewChild;
    const auto reservation = backend_->reserve({Owner{1}, purpose, old});
    EXPECT_TRUE(reservation) << reservation.error().text;
    auto with = request();
    with.replaces = old;
    if (paced) with.pace = Pace{7, 1, 100 * kMillisecond, true};
    const auto child = backend_->install(reservation->handle, std::move(with));
    EXPECT_TRUE(child) << child.error().text;
    return *child;
  }
  /// What happened since the last call.
  std::vector<ChildEvent> events() {
    EXPECT_TRUE(queue_->poll());
    while (const auto notice = queue_->next()) backend_->on_notice(*notice);
    std::vector<ChildEvent> out;
    while (const auto event = backend_->next_event()) out.push_back(*event);
    return out;
  }
  void pass(std::uint64_t ns) {
    fake_.advance(ns);
    ASSERT_TRUE(firmware_->service());
  }
  EntryState state(SaRef ref) { return fake_.sa(ref.index.value).state; }
  static PacketFlow flow(const char* source, const char* destination) {
    return {*IpAddress::parse(source), *IpAddress::parse(destination), 17, 1'000, 2'000};
  }

  std::optional<EventQueue> queue_;
  std::optional<DriverBackend> backend_;
};

TEST_F(DriverBackendTest, ARekeyFromReservationToDelete) {
  const ChildHandle old = install();
  const SaRef old_in = backend_->inbound(old);
  const SaRef old_out = backend_->outbound(old);
  EXPECT_EQ(backend_->routes().find(flow("10.1.0.1", "10.99.0.1")), nullptr);
  backend_->use_outbound(old);
  EXPECT_EQ(backend_->routes().find(flow("10.1.0.1", "10.99.0.1"))->outbound, old_out);
  EXPECT_EQ(backend_->routes().find(flow("10.2.0.1", "10.99.0.1")), nullptr) << "not ours";

  const ChildHandle next = install(old);
  backend_->supersede(old, next);
  backend_->use_outbound(next);
  backend_->drop_outbound(old);
  EXPECT_EQ(backend_->routes().find(flow("10.1.0.1", "10.99.0.1"))->outbound, backend_->outbound(next));
  EXPECT_EQ(state(old_in), EntryState::kOverlap);
  EXPECT_EQ(state(old_out), EntryState::kFree) << "it is not waited for";
  backend_->retire(old);
  EXPECT_EQ(state(old_in), EntryState::kDraining);
  EXPECT_FALSE(backend_->inbound(old).present());
  pass(100 * kMillisecond);
  EXPECT_EQ(state(old_in), EntryState::kFree);
  EXPECT_TRUE(events().empty()) << "what we did ourselves is no news";
  EXPECT_EQ(entries(EntryState::kActive), 2U);
  EXPECT_FALSE(backend_->next_warning());
}

TEST_F(DriverBackendTest, LimitsBecomeEventsOfThePair) {
  const ChildHandle child = install();
  const ChildHandle other = install();
  fake_.packet(backend_->outbound(child).index.value, 90'000);
  auto told = events();
  ASSERT_FALSE(told.empty());
  for (const ChildEvent& event : told) EXPECT_EQ(event.child, child);
  EXPECT_TRUE(told.front().kind == ChildEventKind::kSoft || told.front().kind == ChildEventKind::kRekeyWanted);
  fake_.packet(backend_->inbound(other).index.value, 100'000);
  told = events();
  EXPECT_EQ(std::count_if(
                told.begin(), told.end(),
                [&](const ChildEvent& event) { return event.child == other && event.kind == ChildEventKind::kHard; }),
            1);
  EXPECT_EQ(backend_->usage(child).octets_out, 90'000U);
  EXPECT_EQ(backend_->usage(child).packets_out, 1U);
  EXPECT_EQ(backend_->usage(other).octets_in, 100'000U);
}

TEST_F(DriverBackendTest, TheFirmwareSaysWhenAPacedSaIsToBeRekeyed) {
  const ChildHandle child = install();
  const SaRef out = backend_->outbound(child);
  std::vector<ChildEvent> told;
  for (int i = 0; i < 90 && told.empty(); ++i) {
    fake_.packet(out.index.value, 1'000);
    pass(10 * kMillisecond);
    told = events();
  }
  ASSERT_FALSE(told.empty());
  EXPECT_EQ(told.front().child, child);
  EXPECT_EQ(told.front().kind, ChildEventKind::kRekeyWanted);
}

TEST_F(DriverBackendTest, TheFirstPacketIsToldOnce) {
  const ChildHandle old = install();
  const ChildHandle next = install(old);
  backend_->packet_in(backend_->inbound(old));
  EXPECT_EQ(events().size(), 1U);
  backend_->packet_in(backend_->inbound(old));
  EXPECT_TRUE(events().empty());
  ASSERT_TRUE(backend_->look_for_first_packets());
  EXPECT_TRUE(events().empty()) << "none has come";
  fake_.packet(backend_->inbound(next).index.value, 100);
  ASSERT_TRUE(backend_->look_for_first_packets());
  const auto told = events();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told.front().child, next);
  EXPECT_EQ(told.front().kind, ChildEventKind::kFirstPacket);
  backend_->packet_in(backend_->inbound(next));
  ASSERT_TRUE(backend_->look_for_first_packets());
  EXPECT_TRUE(events().empty());

  const ChildHandle third = install(next);
  backend_->packet_in({backend_->inbound(third).index, Generation{0x7777}});
  EXPECT_TRUE(events().empty()) << "of another tenant";
  backend_->packet_in(backend_->inbound(third));
  EXPECT_EQ(events().size(), 1U);
}

TEST_F(DriverBackendTest, AFullTableRefusesNewOnesAndTakesRekeys) {
  DevicePolicy policy;
  policy.reserve = 4;
  policy.emergency = 2;
  ASSERT_TRUE(device_->set_policy(policy));
  std::vector<ChildHandle> children;
  while (true) {
    const auto reservation = backend_->reserve({Owner{1}, ReserveFor::kNewChild, {}});
    if (!reservation) {
      EXPECT_EQ(reservation.error().code, ErrorCode::kFull);
      break;
    }
    children.push_back(*backend_->install(reservation->handle, request()));
  }
  EXPECT_EQ(children.size(), 29U);
  EXPECT_GE(backend_->occupancy(), 900U);
  const auto rekey = backend_->reserve({Owner{1}, ReserveFor::kPeersRekey, children.front()});
  ASSERT_TRUE(rekey);
  const auto second = backend_->reserve({Owner{1}, ReserveFor::kOurRekey, children.front()});
  ASSERT_TRUE(second);
  // The rest is for those that are nearly used up.
  const auto third = backend_->reserve({Owner{1}, ReserveFor::kOurRekey, children.back()});
  EXPECT_EQ(third.error().code, ErrorCode::kFull);
  fake_.packet(backend_->outbound(children.back()).index.value, 96'000);
  EXPECT_TRUE(backend_->reserve({Owner{1}, ReserveFor::kOurRekey, children.back()}));
  backend_->abandon(rekey->handle);
  backend_->abandon(second->handle);
  EXPECT_EQ(entries(EntryState::kLarval), 1U);
}

TEST_F(DriverBackendTest, WhatFailsLeavesNothingBehind) {
  auto reservation = backend_->reserve({Owner{1}, ReserveFor::kNewChild, {}});
  fake_.fail_next(abi::Op::kCommit, abi::CmdCode::kMemory);
  auto child = backend_->install(reservation->handle, request());
  EXPECT_FALSE(child);
  fake_.fail_no_more();
  EXPECT_EQ(entries(EntryState::kFree), 64U);

  reservation = backend_->reserve({Owner{1}, ReserveFor::kNewChild, {}});
  auto wide = request();
  wide.local_selectors.push_back(Selector::of(*IpPrefix::parse("10.50.0.0/16")));
  child = backend_->install(reservation->handle, std::move(wide));
  EXPECT_EQ(child.error().code, ErrorCode::kInvalidArgument);
  EXPECT_NE(child.error().text.find("10.50.0.0/16"), std::string::npos);
  EXPECT_EQ(entries(EntryState::kFree), 64U);
  EXPECT_EQ(backend_->install(reservation->handle, request()).error().code, ErrorCode::kBadState) << "used up";
}

TEST_F(DriverBackendTest, WhatTheFirmwareTakesBackIsTold) {
  const ChildHandle old = install();
  const ChildHandle next = install(old);
  backend_->supersede(old, next);
  EXPECT_TRUE(events().empty());
  pass(61 * kSecond);  // the Delete never comes
  auto told = events();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told.front().child, old);
  EXPECT_EQ(told.front().kind, ChildEventKind::kGone);
  backend_->retire(old);
  EXPECT_TRUE(events().empty());
  EXPECT_EQ(entries(EntryState::kActive), 2U) << "the other pair is as it was";
}

TEST_F(DriverBackendTest, RedundantOnesStillReceiveAndGoAtOnceWhenErased) {
  const ChildHandle one = install();
  const ChildHandle loser = install(one);
  const SaRef in = backend_->inbound(loser);
  backend_->use_outbound(loser);
  backend_->mark_redundant(loser);
  EXPECT_EQ(state(in), EntryState::kRedundant);
  EXPECT_EQ(backend_->routes().find(flow("10.1.0.1", "10.99.0.1")), nullptr);
  backend_->erase(loser);
  EXPECT_EQ(state(in), EntryState::kFree);
  EXPECT_FALSE(backend_->inbound(loser).present());
}

TEST_F(DriverBackendTest, CommandsForWhatIsGoneDoNothing) {
  const ChildHandle child = install();
  backend_->erase(child);
  backend_->use_outbound(child);
  backend_->drop_outbound(child);
  backend_->mark_redundant(child);
  backend_->supersede(child, child);
  backend_->retire(child);
  backend_->erase(child);
  EXPECT_EQ(backend_->usage(child).octets_in, 0U);
  EXPECT_EQ(entries(EntryState::kFree), 64U);
}

}  // namespace
}  // namespace sallyport::ike
