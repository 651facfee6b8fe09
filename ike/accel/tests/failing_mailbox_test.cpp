// A mailbox that fails: nothing is left behind once it works again, and nothing waits for it more than must be.
#include <functional>
#include <random>

#include "backend_fixture.hpp"

namespace sallyport::ike {
namespace {

using abi::EntryState;

/// Loses requests or answers of another port, and counts.
class WeakPort final : public MailboxPort {
 public:
  explicit WeakPort(MailboxPort& inner) : inner_(inner) {}
  Result<MailboxMessage> exchange(const MailboxMessage& request) override {
    ++requests;
    if (refuse_query && is_query_of(request, *refuse_query)) return lost();
    if (dead) return lost();
    auto answer = inner_.exchange(request);
    if (!std::exchange(lose_next, false)) return answer;
    dead = dead_after_loss;
    return lost();
  }
  Result<std::optional<MailboxMessage>> take_notice() override { return inner_.take_notice(); }

  bool dead = false;
  bool lose_next = false;
  bool dead_after_loss = false;
  std::optional<std::uint16_t> refuse_query;
  unsigned requests = 0;

 private:
  static Error lost() { return {ErrorCode::kBusFailure, "the mailbox is silent"}; }
  static bool is_query_of(const MailboxMessage& message, std::uint16_t index) {
    const auto query = abi::MailboxQuery::unpack(message);
    return query.command == static_cast<std::uint8_t>(abi::MailboxCommand::kQuery) && query.index == index;
  }
  MailboxPort& inner_;
};

class FailingMailboxTest : public BackendFixture {
 protected:
  void SetUp() override {
    DeviceFixture::SetUp();
    port_.emplace(*firmware_);
    auto device = Device::open(bus_, *port_);
    ASSERT_TRUE(device) << device.error().text;
    device_ = std::move(*device);
    queue_.emplace(*device_);
    backend_.emplace(*device_);
  }
  void TearDown() override { backend_.reset(); }
  unsigned warnings() {
    unsigned count = 0;
    while (backend_->next_warning()) ++count;
    return count;
  }
  /// As the device counts.
  unsigned in_use() {
    const auto now = device_->occupancy();
    return (64U - now->entries[0] + now->claimed) * 1'000U / 64U;
  }
  unsigned free() { return fake_.count(EntryState::kFree); }
  Result<Reservation> reserve() { return backend_->reserve({Owner{1}, ReserveFor::kNewChild, {}}); }

  std::optional<WeakPort> port_;
};

TEST_F(FailingMailboxTest, WhatCouldNotBeGivenBackGoesLater) {
  const ChildHandle retired = install();
  const ChildHandle erased = install();
  const ChildHandle dropped = install();
  const auto reservation = reserve();
  ASSERT_TRUE(reservation);
  const SaRef retired_in = backend_->inbound(retired);
  port_->dead = true;
  backend_->retire(retired);
  backend_->erase(erased);
  backend_->drop_outbound(dropped);
  backend_->abandon(reservation->handle);
  EXPECT_EQ(free(), 64U - 7U);
  EXPECT_EQ(warnings(), 1U) << "once";
  EXPECT_FALSE(backend_->settle());
  EXPECT_FALSE(backend_->settle());
  EXPECT_EQ(warnings(), 0U);
  port_->dead = false;
  const auto settled = backend_->settle();
  EXPECT_TRUE(settled) << settled.error().text;
  EXPECT_TRUE(firmware_->service());
  EXPECT_EQ(free(), 64U - 2U);
  EXPECT_EQ(state(retired_in), EntryState::kDraining);
  EXPECT_EQ(state(backend_->inbound(dropped)), EntryState::kActive);
  EXPECT_FALSE(backend_->outbound(dropped).present());
  pass(100 * kMillisecond);
  EXPECT_EQ(free(), 63U);
  const unsigned before = port_->requests;
  EXPECT_TRUE(backend_->settle());
  EXPECT_EQ(port_->requests, before) << "nothing is to be done";
  // The next trouble is told again.
  port_->dead = true;
  backend_->erase(dropped);
  EXPECT_EQ(warnings(), 1U);
  port_->dead = false;
}

TEST_F(FailingMailboxTest, AReservationSettlesSeldomWhileItFails) {
  const ChildHandle child = install();
  port_->dead = true;
  backend_->erase(child);
  EXPECT_FALSE(reserve());
  const unsigned before = port_->requests;
  EXPECT_FALSE(reserve());
  const unsigned one = port_->requests - before;
  EXPECT_LE(one, 3U) << "its own request and the driver's look";
  port_->dead = false;
  EXPECT_FALSE(reserve()) << "the mailbox opens a new session";
  pass(kSecond);
  const auto reservation = reserve();
  ASSERT_TRUE(reservation);
  EXPECT_EQ(free(), 63U);
  backend_->abandon(reservation->handle);
  EXPECT_EQ(free(), 64U);
}

TEST_F(FailingMailboxTest, ALostAnswerIsNotAFailure) {
  const ChildHandle retired = install();
  const ChildHandle erased = install();
  const ChildHandle dropped = install();
  for (const auto& command :
       std::vector<std::function<void()>>{[&] { backend_->retire(retired); }, [&] { backend_->erase(erased); },
                                          [&] { backend_->drop_outbound(dropped); }}) {
    port_->lose_next = true;
    command();
  }
  EXPECT_EQ(warnings(), 0U);
  EXPECT_TRUE(backend_->settle());
  EXPECT_TRUE(firmware_->service());
  EXPECT_EQ(fake_.count(EntryState::kActive), 1U);
  EXPECT_EQ(fake_.count(EntryState::kDraining), 1U);
  EXPECT_EQ(backend_->occupancy(), in_use());
}

TEST_F(FailingMailboxTest, WhatALostAnswerLeavesIsSwept) {
  const ChildHandle kept = install();
  auto others = DeviceFixture::install(2);
  port_->lose_next = port_->dead_after_loss = true;
  EXPECT_FALSE(reserve());
  EXPECT_EQ(fake_.count(EntryState::kLarval), 1U) << "nobody knows of it";
  port_->dead = false;
  EXPECT_TRUE(backend_->settle());
  EXPECT_EQ(fake_.count(EntryState::kLarval), 0U);

  const auto reservation = reserve();
  ASSERT_TRUE(reservation);
  port_->lose_next = true;
  EXPECT_FALSE(backend_->install(reservation->handle, request()));
  EXPECT_EQ(free(), 64U - 6U) << "a pair that nobody knows of";
  port_->dead = false;
  EXPECT_TRUE(backend_->settle());
  EXPECT_EQ(free(), 64U - 4U);
  EXPECT_EQ(state(backend_->inbound(kept)), EntryState::kActive);
  EXPECT_EQ(state(backend_->outbound(kept)), EntryState::kActive);
  EXPECT_EQ(state(others.in()), EntryState::kActive) << "of another owner";
  EXPECT_EQ(backend_->occupancy(), in_use());
}

TEST_F(FailingMailboxTest, AfterALostAnswerNoOrphanIsInTheWay) {
  const auto reservation = reserve();
  port_->lose_next = true;
  EXPECT_FALSE(backend_->install(reservation->handle, request()));
  EXPECT_EQ(free(), 64U) << "the mailbox works: at once";
  EXPECT_TRUE(backend_->settle());
}

TEST_F(FailingMailboxTest, ASweepTakesOrphansOfOurOwnersAlone) {
  const ChildHandle whole = install();
  const ChildHandle half = install();
  backend_->drop_outbound(half);
  const auto reservation = reserve();
  ASSERT_TRUE(reservation);
  DeviceFixture::install(1).forget();
  device_->reserve(options(1))->forget();
  DeviceFixture::install(2).forget();
  device_->reserve(options(2))->forget();
  EXPECT_EQ(free(), 64U - 10U);
  ASSERT_TRUE(backend_->sweep());
  EXPECT_EQ(free(), 64U - 7U);
  EXPECT_EQ(fake_.count(EntryState::kLarval), 2U);
  EXPECT_EQ(state(backend_->inbound(whole)), EntryState::kActive);
  EXPECT_EQ(state(backend_->outbound(whole)), EntryState::kActive);
  EXPECT_EQ(state(backend_->inbound(half)), EntryState::kActive);
  EXPECT_TRUE(backend_->install(reservation->handle, request()));
  EXPECT_TRUE(events().empty() || events().front().kind != ChildEventKind::kGone);
}

// The old tenant of an entry is still known here when the next one comes.
TEST_F(FailingMailboxTest, ASweepKnowsTheNewTenant) {
  ASSERT_TRUE(device_->set_policy({}));  // no reserve
  const ChildHandle old = install();
  const ChildHandle next = install(old);
  backend_->supersede(old, next);
  pass(61 * kSecond);  // the firmware has taken it back
  EXPECT_EQ(free(), 62U);
  std::vector<ChildHandle> children;
  for (int i = 0; i < 32; ++i) {
    const auto reservation = reserve();
    if (!reservation) break;
    const auto child = backend_->install(reservation->handle, request());
    ASSERT_TRUE(child);
    children.push_back(*child);
  }
  EXPECT_EQ(free(), 0U);
  ASSERT_TRUE(backend_->sweep());
  EXPECT_EQ(free(), 0U);
  for (const ChildHandle child : children) EXPECT_EQ(state(backend_->inbound(child)), EntryState::kActive);
}

// Whatever is lost, in whatever order: in the end the table is as it was.
TEST_F(FailingMailboxTest, NothingStaysOfARandomLife) {
  std::minstd_rand random(1);
  const auto one_in = [&random](unsigned n) { return random() % n == 0; };
  for (int life = 0; life < 100; ++life) {
    std::vector<ChildHandle> children;
    std::vector<ReservationHandle> reserved;
    for (int step = 0; step < 60; ++step) {
      port_->dead = port_->dead ? !one_in(4) : one_in(12);
      port_->lose_next = one_in(6);
      port_->dead_after_loss = one_in(2);
      const auto reservation = reserve();
      if (reservation && one_in(4)) {
        reserved.push_back(reservation->handle);
      } else if (reservation && one_in(4)) {
        backend_->abandon(reservation->handle);
      } else if (reservation) {
        const auto child = backend_->install(reservation->handle, request());
        if (child) children.push_back(*child);
      }
      if (children.empty()) continue;
      const ChildHandle child = children[random() % children.size()];
      backend_->use_outbound(child);
      if (one_in(3)) backend_->drop_outbound(child);
      if (one_in(3)) backend_->supersede(child, children.back());
      if (one_in(3)) one_in(2) ? backend_->retire(child) : backend_->erase(child);
      if (one_in(5)) static_cast<void>(backend_->settle());
      if (one_in(5)) pass(10 * kMillisecond);
      static_cast<void>(events());
    }
    port_->dead = port_->lose_next = port_->dead_after_loss = false;
    for (const ReservationHandle handle : reserved) backend_->abandon(handle);
    for (const ChildHandle child : children) backend_->retire(child);
    for (int i = 0; i < 2; ++i) static_cast<void>(backend_->settle());
    EXPECT_TRUE(backend_->settle()) << life;
    pass(100 * kMillisecond);
    ASSERT_EQ(free(), 64U) << life;
    EXPECT_EQ(backend_->occupancy(), 0U) << life;
    EXPECT_EQ(backend_->routes().size(), 0U);
    pass(kSecond);
  }
}

TEST_F(FailingMailboxTest, OneBadEntryHidesNoFirstPacket) {
  const ChildHandle bad = install();
  const ChildHandle good = install();
  fake_.packet(backend_->inbound(bad).index.value, 100);
  fake_.packet(backend_->inbound(good).index.value, 100);
  port_->refuse_query = backend_->inbound(bad).index.value;
  EXPECT_FALSE(backend_->look_for_first_packets()) << "the error is told";
  auto told = events();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told.front().child, good);
  port_->refuse_query.reset();
  EXPECT_TRUE(backend_->look_for_first_packets());
  told = events();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told.front().child, bad);
}

TEST_F(FailingMailboxTest, ADeadMailboxIsNotAskedForEachPair) {
  for (int i = 0; i < 20; ++i) install();
  port_->dead = true;
  const unsigned before = port_->requests;
  EXPECT_FALSE(backend_->look_for_first_packets());
  EXPECT_LE(port_->requests - before, 3U);
}

TEST_F(FailingMailboxTest, OccupancyIsCountedHere) {
  EXPECT_EQ(backend_->occupancy(), 0U);
  const auto check = [this](const char* what) {
    const unsigned before = port_->requests;
    const unsigned told = backend_->occupancy();
    EXPECT_EQ(port_->requests, before) << what << ": the device is not asked";
    EXPECT_EQ(told, in_use()) << what;
  };
  const ChildHandle one = install();
  check("install");
  const auto reservation = reserve();
  check("reserve");
  backend_->abandon(reservation->handle);
  check("abandon");
  const ChildHandle two = install(one);
  check("rekey");
  backend_->drop_outbound(one);
  check("drop outbound");
  backend_->retire(one);
  check("retire");
  backend_->erase(two);
  check("erase");
}

TEST_F(FailingMailboxTest, AFloodAsksTheDeviceSeldom) {
  static_cast<void>(backend_->occupancy());
  auto others = DeviceFixture::install(2);
  const unsigned before = port_->requests;
  for (int i = 0; i < 1'000; ++i) EXPECT_EQ(backend_->occupancy(), 0U);
  EXPECT_EQ(port_->requests, before);
  fake_.advance(100 * kMillisecond);
  for (int i = 0; i < 1'000; ++i) EXPECT_EQ(backend_->occupancy(), 31U) << "what others hold is seen now";
  EXPECT_EQ(port_->requests, before + 1);
  // Nor is a mailbox waited for that does not answer.
  port_->dead = true;
  fake_.advance(100 * kMillisecond);
  for (int i = 0; i < 1'000; ++i) EXPECT_EQ(backend_->occupancy(), 1'000U) << "unknown is full";
  EXPECT_EQ(port_->requests, before + 2);
  EXPECT_EQ(warnings(), 1U);
  port_->dead = false;
}

}  // namespace
}  // namespace sallyport::ike
