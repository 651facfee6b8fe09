// The agent's commands in a table, on the fake device with the firmware hosted.
#include "backend_fixture.hpp"

namespace sallyport::ike {
namespace {

using abi::EntryState;

using DriverBackendTest = BackendFixture;

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

// As a firmware that was started again does with one whose words cannot be read.
EntryTransition erased(SaRef ref) {
  EntryTransition out;
  out.ref = ref;
  out.direction = Direction::kOutbound;
  out.from = EntryState::kActive;
  out.to = EntryState::kFree;
  return out;
}

TEST_F(DriverBackendTest, AnOutboundHalfInUseThatGoesIsTold) {
  const ChildHandle child = install();
  backend_->use_outbound(child);
  backend_->on_notice(erased(backend_->outbound(child)));
  const auto told = events();
  ASSERT_EQ(told.size(), 1U) << "else the agent believes that it can send";
  EXPECT_EQ(told.front().child, child);
  EXPECT_EQ(told.front().kind, ChildEventKind::kGone);
  EXPECT_EQ(backend_->routes().find(flow("10.1.0.1", "10.99.0.1")), nullptr);
  EXPECT_FALSE(backend_->outbound(child).present());
}

TEST_F(DriverBackendTest, AnOutboundHalfOutOfUseThatGoesIsNoNews) {
  const ChildHandle old = install();
  backend_->on_notice(erased(backend_->outbound(old)));
  EXPECT_TRUE(events().empty()) << "not yet in use";
  const ChildHandle next = install();
  backend_->use_outbound(next);
  backend_->mark_redundant(next);
  backend_->on_notice(erased(backend_->outbound(next)));
  EXPECT_TRUE(events().empty()) << "not any more";
}

TEST_F(DriverBackendTest, BothHalvesThatGoAreToldOnce) {
  const ChildHandle old = install();
  backend_->use_outbound(old);
  backend_->supersede(old, install(old));
  pass(61 * kSecond);
  const auto told = events();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told.front().kind, ChildEventKind::kGone);
}

TEST_F(DriverBackendTest, AnotherPeerDoesNotDrawTraffic) {
  const ChildHandle first = install({}, true, 7);
  backend_->use_outbound(first);
  const ChildHandle thief = install({}, true, 8);
  backend_->use_outbound(thief);
  const PacketFlow packet = flow("10.1.0.1", "10.99.0.1");
  EXPECT_EQ(backend_->routes().find(packet)->child, first);
  const auto warning = backend_->next_warning();
  ASSERT_TRUE(warning);
  EXPECT_NE(warning->find("10.99.0.0/16"), std::string::npos) << *warning;
  // A rekey keeps what the old pair had, and says nothing; also where the agent does not say whose it is.
  const ChildHandle next = install(first);
  backend_->supersede(first, next);
  backend_->use_outbound(next);
  backend_->drop_outbound(first);
  backend_->retire(first);
  EXPECT_EQ(backend_->routes().find(packet)->child, next);
  const ChildHandle last = install(next, false);
  backend_->use_outbound(last);
  backend_->retire(next);
  EXPECT_EQ(backend_->routes().find(packet)->child, last);
  EXPECT_FALSE(backend_->next_warning());
  backend_->retire(last);
  EXPECT_EQ(backend_->routes().find(packet)->child, thief) << "nobody else has it now";
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
