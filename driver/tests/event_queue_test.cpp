// Order, numbers, loss and the sweep that makes up for it.
#include "sallyport/event_queue.hpp"

#include <map>
#include <utility>
#include <vector>

#include "fake_bus.hpp"

namespace sallyport::test {
namespace {

using abi::EntryState;

class EventQueueTest : public DeviceFixture {
 protected:
  void SetUp() override {
    DeviceFixture::SetUp();
    queue_.emplace(*device_);
  }
  template <class T>
  std::vector<T> all() {
    std::vector<T> out;
    while (const auto notice = queue_->next()) {
      if (const T* wanted = std::get_if<T>(&*notice)) out.push_back(*wanted);
    }
    return out;
  }
  // More transitions than the firmware's notice queue holds, without polling.
  void overflow() {
    for (int i = 0; i < 400; ++i) static_cast<void>(device_->reserve(options(1)));
  }
  std::optional<EventQueue> queue_;
};

TEST_F(EventQueueTest, ASoftEventArrivesWithoutAsking) {
  const auto pair = install(9);
  for (int i = 0; i < 9; ++i) fake_.packet(pair.out().index.value, 10'000);
  ASSERT_TRUE(queue_->poll());
  const auto events = all<SaEvent>();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].kind, abi::NoticeKind::kSoft);
  EXPECT_EQ(events[0].event, abi::EventKind::kSoftOctets);
  EXPECT_EQ(events[0].ref, pair.out());
  EXPECT_EQ(events[0].partner, pair.in().index.value);
  EXPECT_EQ(events[0].owner, OwnerId{9});
  EXPECT_EQ(events[0].count, 90'000U);
  EXPECT_EQ(events[0].direction, Direction::kOutbound);
  EXPECT_FALSE(events[0].reconstructed);
  EXPECT_FALSE(queue_->needs_reconcile());
}

TEST_F(EventQueueTest, TransitionsAreCompleteAndInOrder) {
  auto pair = install();
  ASSERT_TRUE(pair.erase());
  ASSERT_TRUE(queue_->poll());
  std::map<std::uint16_t, EntryState> state;
  for (const auto& t : all<EntryTransition>()) {
    EXPECT_EQ(state[t.ref.index.value], t.from);
    state[t.ref.index.value] = t.to;
  }
  for (const auto& [index, last] : state) EXPECT_EQ(last, EntryState::kFree) << index;
  EXPECT_EQ(queue_->lost(), 0U);
}

TEST_F(EventQueueTest, OverflowIsCountedAndTheSweepMakesUpForIt) {
  overflow();
  const auto pair = install(5);
  fake_.packet(pair.out().index.value, 90'000);
  ASSERT_TRUE(queue_->poll());
  // The notice after the gap shows how wide it is.
  const auto last = install(6);
  ASSERT_TRUE(queue_->poll());
  EXPECT_GT(queue_->lost(), 0U);
  EXPECT_EQ(queue_->lost(), device_->occupancy()->notices_lost);
  EXPECT_TRUE(queue_->needs_reconcile());

  const auto in_use = queue_->reconcile();
  ASSERT_TRUE(in_use) << in_use.error().text;
  EXPECT_EQ(in_use->size(), 4U);
  EXPECT_FALSE(queue_->needs_reconcile());
  std::map<std::uint16_t, EntryState> state;
  unsigned soft = 0;
  while (const auto notice = queue_->next()) {
    if (const auto* t = std::get_if<EntryTransition>(&*notice)) state[t->ref.index.value] = t->to;
    if (const auto* e = std::get_if<SaEvent>(&*notice)) soft += e->ref == pair.out() ? 1U : 0U;
  }
  EXPECT_EQ(soft, 1U) << "no event twice, none lost (G3)";
  for (std::uint16_t i = 0; i < 64; ++i) EXPECT_EQ(state[i], fake_.sa(i).state) << i;
}

TEST_F(EventQueueTest, TheSweepFindsEventsOfBeforeTheHostCame) {
  const auto pair = install();
  fake_.packet(pair.in().index.value, 99'000);
  fake_.packet(pair.in().index.value, 99'000);
  while (firmware_->take_notice()->has_value()) {
  }
  EventQueue late(*device_);
  ASSERT_TRUE(late.reconcile());
  unsigned soft = 0;
  unsigned hard = 0;
  while (const auto notice = late.next()) {
    const auto* event = std::get_if<SaEvent>(&*notice);
    if (event == nullptr) continue;
    EXPECT_TRUE(event->reconstructed);
    EXPECT_EQ(event->ref, pair.in());
    soft += event->kind == abi::NoticeKind::kSoft ? 1U : 0U;
    hard += event->kind == abi::NoticeKind::kHard ? 1U : 0U;
  }
  EXPECT_EQ(soft, 1U);
  EXPECT_EQ(hard, 1U);
}

/// A firmware that is started again before the device knows that an event has been told.
class RepeatingPort final : public MailboxPort {
 public:
  explicit RepeatingPort(MailboxPort& inner) : inner_(inner) {}
  Result<MailboxMessage> exchange(const MailboxMessage& request) override { return inner_.exchange(request); }
  Result<std::optional<MailboxMessage>> take_notice() override {
    if (repeat) {
      auto again = abi::MailboxNotice::unpack(*std::exchange(repeat, std::nullopt));
      again.seq = 1;
      return std::optional(again.pack());
    }
    auto message = inner_.take_notice();
    if (message && *message && abi::MailboxNotice::unpack(**message).record != 0) event = **message;
    return message;
  }
  std::optional<MailboxMessage> event;   ///< The last one.
  std::optional<MailboxMessage> repeat;  ///< To be told again.

 private:
  MailboxPort& inner_;
};

TEST_F(EventQueueTest, WhatARestartTellsAgainIsOneEvent) {
  RepeatingPort port(*firmware_);
  auto device = Device::open(bus_, port);
  ASSERT_TRUE(device);
  queue_.reset();
  device_ = std::move(*device);
  queue_.emplace(*device_);
  auto pair = install();
  fake_.packet(pair.out().index.value, 90'000);
  ASSERT_TRUE(queue_->poll());
  EXPECT_EQ(all<SaEvent>().size(), 1U);
  port.repeat = port.event;
  ASSERT_TRUE(queue_->poll());
  EXPECT_TRUE(all<SaEvent>().empty());
  EXPECT_TRUE(queue_->needs_reconcile()) << "of a restart it knows all the same";
  // Of a tenant that is gone, too.
  const auto index = pair.out().index;
  ASSERT_TRUE(pair.erase());
  std::vector<SaPair> others;
  ASSERT_TRUE(device_->set_policy({}));  // no reserve: every entry gets another tenant
  while (others.size() < 32) others.push_back(install());
  ASSERT_TRUE(queue_->poll());
  EXPECT_NE(device_->query(index)->state, EntryState::kFree);
  EXPECT_TRUE(all<SaEvent>().empty());
  port.repeat = port.event;
  ASSERT_TRUE(queue_->poll());
  EXPECT_TRUE(all<SaEvent>().empty());
}

TEST_F(EventQueueTest, ASecondSweepFindsNothingNew) {
  const auto pair = install();
  fake_.packet(pair.in().index.value, 99'000);
  ASSERT_TRUE(queue_->reconcile());
  EXPECT_FALSE(all<SaEvent>().empty());
  ASSERT_TRUE(queue_->reconcile());
  EXPECT_FALSE(queue_->next());
}

}  // namespace
}  // namespace sallyport::test
