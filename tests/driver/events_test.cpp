// Events are not lost, whatever the host does.
#include <set>

#include "loopback.hpp"
#include "sallyport/regs.hpp"

namespace sallyport::test {
namespace {

class EventsOnRtl : public Loopback {};

TEST_F(EventsOnRtl, OverflowOfNoticesIsCountedAndReconciled) {
  const auto pair = install(0, 10);
  for (int i = 0; i < 400; ++i) static_cast<void>(device_->reserve(options(1)));  // three notices each, none taken
  for (int i = 0; i < 10; ++i) round_trip(pair, ipv4_packet(64));
  auto seen = events();
  static_cast<void>(device_->reserve(options(1)));
  sim::pass_time(*accelerator_, 50'000);
  ASSERT_TRUE(queue_->poll());
  EXPECT_GT(queue_->lost(), 0U);
  EXPECT_EQ(queue_->lost(), device_->occupancy()->notices_lost);
  ASSERT_TRUE(queue_->needs_reconcile());
  const auto in_use = queue_->reconcile();
  ASSERT_TRUE(in_use) << in_use.error().text;
  ASSERT_EQ(in_use->size(), 2U);
  std::multiset<abi::EventKind> kinds;
  for (const auto& event : events()) seen.push_back(event);
  for (const auto& event : seen) {
    EXPECT_EQ(event.ref, pair.out());
    kinds.insert(event.event);
  }
  EXPECT_EQ(kinds, (std::multiset{abi::EventKind::kSoftPackets, abi::EventKind::kHard})) << "each once (G3)";
}

TEST_F(EventsOnRtl, AHostThatSleepsFindsEveryEvent) {
  std::vector<SaPair> pairs;
  std::set<SaRef> expected;
  for (std::uint8_t i = 0; i < 20; ++i) {
    pairs.push_back(install(0, 5, i));
    expected.insert(pairs.back().out());
  }
  for (const auto& pair : pairs) {
    for (int i = 0; i < 6; ++i) seal(pair.out(), ipv4_packet(64));
  }
  std::set<SaRef> soft;
  std::set<SaRef> hard;
  for (const auto& event : events()) {
    EXPECT_TRUE((event.kind == abi::NoticeKind::kHard ? hard : soft).insert(event.ref).second);
  }
  EXPECT_EQ(soft, expected);
  EXPECT_EQ(hard, expected);
  EXPECT_TRUE(accelerator_->read32(regs::kEvHeadAddress).value() == accelerator_->read32(regs::kEvTailAddress).value())
      << "the ring is empty again";
  EXPECT_FALSE(accelerator_->interrupt_pending());
}

TEST_F(EventsOnRtl, IntegrityFailuresWarnAtHalfAndStopAtTheLimit) {
  auto reservation = device_->reserve(options(1));
  auto inbound = half(Direction::kInbound, 1);
  auto outbound = half(Direction::kOutbound, 1);
  inbound.lifetime.integrity = 6;
  inbound.lifetime.force_integrity = true;
  outbound.spi = reservation->spi();
  const auto pair = device_->install(*reservation, inbound, outbound, options(1));
  ASSERT_TRUE(pair) << pair.error().text;
  for (int i = 0; i < 6; ++i) {
    auto forged = seal(pair->out(), ipv4_packet(64)).octets;
    forged.back() ^= 1;
    EXPECT_EQ(verdict(open(forged)), abi::Verdict::kBadIcv);
  }
  EXPECT_EQ(verdict(open(seal(pair->out(), ipv4_packet(64)).octets)), abi::Verdict::kDeadIcvLimit);
  const auto seen = events();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].event, abi::EventKind::kIcvSoft);
  EXPECT_EQ(seen[0].count, 3U);
  EXPECT_EQ(seen[1].event, abi::EventKind::kIcvLimit);
  EXPECT_EQ(seen[1].count, 6U);
}

}  // namespace
}  // namespace sallyport::test
