// A host that starts again takes over what it finds.
#include "fake_bus.hpp"
#include "sallyport/event_queue.hpp"

namespace sallyport::test {
namespace {

using abi::EntryState;

class AdoptTest : public DeviceFixture {
 protected:
  /// The next host: sweeps, and adopts each entry once.
  std::vector<SaHandle> adopt_all() {
    EventQueue queue(*device_);
    const auto found = queue.reconcile();
    EXPECT_TRUE(found) << found.error().text;
    std::vector<SaHandle> handles;
    for (const auto& entry : *found) {
      auto handle = device_->adopt(entry);
      EXPECT_TRUE(handle) << handle.error().text;
      if (handle->holds()) handles.push_back(std::move(*handle));
    }
    return handles;
  }
  void drain() {
    fake_.advance(100'000'000);
    ASSERT_TRUE(firmware_->service());
  }
};

TEST_F(AdoptTest, APairIsOneHandle) {
  auto old_host = install();
  const SaRef in = old_host.in();
  const SaRef out = old_host.out();
  old_host.forget();
  {
    const auto handles = adopt_all();
    ASSERT_EQ(handles.size(), 1U);
    EXPECT_EQ(handles[0].in(), in);
    EXPECT_EQ(handles[0].out(), out);
    EXPECT_EQ(entries(EntryState::kActive), 2U);
  }
  EXPECT_EQ(entries(EntryState::kDraining), 2U) << "it retires what it holds";
  drain();
  EXPECT_EQ(entries(EntryState::kFree), 64U);
}

TEST_F(AdoptTest, ItIsRekeyedLikeAnyOther) {
  install().forget();
  auto handles = adopt_all();
  ASSERT_EQ(handles.size(), 1U);
  auto with = options(1);
  with.pool = abi::Pool::kRekey;
  with.rekey = RekeyOf{.inbound = handles[0].in()};
  const auto fresh = install(with);
  EXPECT_TRUE(handles[0].supersede_by(fresh));
  EXPECT_TRUE(handles[0].retire());
  drain();
  EXPECT_EQ(entries(EntryState::kActive), 2U);
  EXPECT_EQ(entries(EntryState::kFree), 62U);
}

TEST_F(AdoptTest, HalvesThatAreAlone) {
  auto reservation = device_->reserve(options(1));
  device_->install_inbound(*reservation, inbound_tunnel(), options(1))->forget();
  device_->install_outbound(outbound_tunnel(0x1000), options(1))->forget();
  auto handles = adopt_all();
  ASSERT_EQ(handles.size(), 2U);
  for (auto& handle : handles) {
    EXPECT_NE(handle.in().present(), handle.out().present());
    EXPECT_TRUE(handle.retire());
  }
  drain();
  EXPECT_EQ(entries(EntryState::kFree), 64U);
}

TEST_F(AdoptTest, AReservationIsErased) {
  auto reservation = device_->reserve(options(1));
  reservation->forget();
  // Its outbound half has come already.
  auto second = device_->reserve(options(1));
  device_->install_outbound(outbound_tunnel(0x1000), options(1), second->ref().index)->forget();
  second->forget();
  auto handles = adopt_all();
  ASSERT_EQ(handles.size(), 1U);
  EXPECT_TRUE(handles[0].out().present());
  EXPECT_EQ(entries(EntryState::kLarval), 0U);
  EXPECT_EQ(device_->occupancy()->claimed, 0);
  EXPECT_TRUE(handles[0].erase());
  EXPECT_EQ(entries(EntryState::kFree), 64U);
}

TEST_F(AdoptTest, WhatWasReplacedIsRetired) {
  auto old_pair = install();
  auto fresh = install(rekey_of(old_pair));
  auto loser = install();
  ASSERT_TRUE(old_pair.supersede_by(fresh));
  ASSERT_TRUE(loser.mark_redundant());
  for (SaPair* pair : {&old_pair, &fresh, &loser}) pair->forget();
  adopt_all();
  EXPECT_EQ(entries(EntryState::kDraining), 6U);
}

TEST_F(AdoptTest, WhatLeavesByItselfIsLeft) {
  auto pair = install();
  ASSERT_TRUE(pair.retire());
  EXPECT_TRUE(adopt_all().empty());
  EXPECT_EQ(entries(EntryState::kDraining), 1U) << "the outbound half has gone";
}

TEST_F(AdoptTest, AnotherTenantIsNotTaken) {
  auto pair = install();
  const auto report = device_->query(pair.in().index);
  ASSERT_TRUE(report);
  ASSERT_TRUE(pair.erase());
  EXPECT_EQ(device_->adopt(*report).error().code, ErrorCode::kStaleGeneration);
  auto stale = *report;
  std::vector<SaPair> others;
  for (int i = 0; i < 29; ++i) others.push_back(install());
  EXPECT_EQ(device_->adopt(stale).error().code, ErrorCode::kStaleGeneration);
  EXPECT_EQ(entries(EntryState::kActive), 58U);
}

}  // namespace
}  // namespace sallyport::test
