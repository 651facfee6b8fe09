// More happens than the device's ring and the firmware's queue hold together while nobody reads notices: nothing of it
// is lost (G3), and packets and limits do not wait for the reader.
#include <cstdio>
#include <map>

#include "loopback.hpp"
#include "sallyport/regs.hpp"
#include "support/firmware_under_test.hpp"

namespace sallyport::test {
namespace {

using abi::EntryState;
using abi::EventKind;
using abi::Verdict;

constexpr std::size_t kOctets = 100;
constexpr std::uint64_t kCounted = 104;  // with padding and trailer
constexpr std::uint64_t kSealed = 11;    // the outbound hard limit, in packets
constexpr std::uint64_t kForged = 6;     // the inbound integrity limit
// The firmware's queue on the core (firmware/image/CMakeLists.txt), and what the mailbox holds.
constexpr std::size_t kQueued = 32 + abi::kMailboxNoticeSlots;

using Told = std::map<std::pair<SaRef, EventKind>, unsigned>;

/// Pairs whose every limit is reached by a handful of packets.
class RingFull : public Loopback {
 protected:
  explicit RingFull(sim::Variant variant) : Loopback(variant) {}

  SaPair install_short_lived(std::uint8_t key) {
    auto reservation = device_->reserve(options(1));
    EXPECT_TRUE(reservation) << reservation.error().text;
    auto inbound = half(Direction::kInbound, key);
    auto outbound = half(Direction::kOutbound, key);
    outbound.spi = reservation->spi();
    // Soft limits lie at 80 to 85 % of the hard ones. Eleven packets out, ten of them in: that reaches all of the soft
    // ones, and of the hard ones that of packets out.
    outbound.lifetime.packets = Packets{kSealed};
    outbound.lifetime.octets = Octets{kCounted * 25 / 2};
    inbound.lifetime.packets = Packets{12};
    inbound.lifetime.octets = Octets{kCounted * 23 / 2};
    inbound.lifetime.integrity = kForged;
    inbound.lifetime.force_integrity = true;
    auto pair = device_->install(*reservation, inbound, outbound, options(1));
    EXPECT_TRUE(pair) << pair.error().text;
    return std::move(*pair);
  }
  void expect_of_outbound(SaRef out) {
    for (const auto kind : {EventKind::kSoftOctets, EventKind::kSoftPackets, EventKind::kHard})
      ++expected_[{out, kind}];
  }
  void expect_of_inbound(SaRef in) {
    for (const auto kind :
         {EventKind::kSoftOctets, EventKind::kSoftPackets, EventKind::kIcvSoft, EventKind::kIcvLimit}) {
      ++expected_[{in, kind}];
    }
  }
  /// Up to the hard limit, which holds.
  std::vector<Packet> use_up_outbound(SaRef out) {
    std::vector<Packet> sealed;
    for (std::uint64_t i = 0; i < kSealed; ++i) {
      auto packet = seal(out, ipv4_packet(kOctets));
      EXPECT_EQ(verdict(packet), Verdict::kOk) << abi::name(verdict(packet));
      sealed.push_back(std::move(packet.octets));
    }
    EXPECT_EQ(verdict(seal(out, ipv4_packet(kOctets))), Verdict::kHardPackets);
    expect_of_outbound(out);
    return sealed;
  }
  /// All but the last packet arrive; that one is forged until the SA dies of it, and comes too late then.
  void use_up_inbound(SaRef in, const std::vector<Packet>& sealed) {
    for (std::size_t i = 0; i + 1 < sealed.size(); ++i) EXPECT_EQ(verdict(open(sealed[i])), Verdict::kOk);
    auto forged = sealed.back();
    forged.back() ^= 1;
    for (std::uint64_t i = 0; i < kForged; ++i) EXPECT_EQ(verdict(open(forged)), Verdict::kBadIcv);
    EXPECT_EQ(verdict(open(sealed.back())), Verdict::kDeadIcvLimit);
    expect_of_inbound(in);
  }
  void use_up(const SaPair& pair) { use_up_inbound(pair.in(), use_up_outbound(pair.out())); }

  /// What is told now. Records keep their order, and are of the SAs that they happened to.
  void read_events() {
    for (const auto& event : events()) {
      EXPECT_FALSE(event.reconstructed);
      EXPECT_GT(event.record, last_record_);
      EXPECT_GE(event.posted_ns, event.time_ns);
      last_record_ = event.record;
      late_ += event.late ? 1 : 0;
      ++told_[{event.ref, event.event}];
    }
  }
  void expect_each_told_once() {
    for (const auto& [what, times] : expected_) {
      const auto at = told_.find(what);
      EXPECT_EQ(at == told_.end() ? 0U : at->second, times)
          << abi::name(what.second) << " of entry " << what.first.index.value;
    }
    EXPECT_EQ(told_.size(), expected_.size()) << "events of nobody";
    EXPECT_EQ(accelerator_->read32(regs::kEvHeadAddress).value(), accelerator_->read32(regs::kEvTailAddress).value());
  }
  /// What was not told, of the firmware's own notices, is counted, and a sweep makes up for it. No event is among it.
  void expect_losses_are_counted(unsigned in_use) {
    // The next notice tells of those that were lost before.
    static_cast<void>(device_->reserve(options(1)));
    EXPECT_TRUE(events().empty());
    EXPECT_EQ(queue_->lost(), device_->occupancy()->notices_lost);
    EXPECT_EQ(queue_->needs_reconcile(), queue_->lost() != 0);
    const auto table = queue_->reconcile();
    ASSERT_TRUE(table) << table.error().text;
    EXPECT_EQ(table->size(), in_use);
    while (const auto notice = queue_->next()) EXPECT_FALSE(std::holds_alternative<SaEvent>(*notice));
  }
  [[nodiscard]] std::size_t ring() const { return device_->info().ring_depth; }

  Told expected_;
  Told told_;
  std::uint32_t last_record_ = 0;
  unsigned late_ = 0;
};

class RingFullForASecond : public RingFull {
 protected:
  RingFullForASecond() : RingFull(sim::Variant::k1024Sas) {}
};

TEST_F(RingFullForASecond, AHostThatSleepsFindsEveryEvent) {
  constexpr unsigned kPairs = 60;
  constexpr unsigned kLeaving = 2;
  constexpr std::uint64_t kDrainNs = 300'000'000;
  constexpr std::uint64_t kSecondNs = 1'000'000'000;
  std::vector<SaPair> pairs;
  for (unsigned i = 0; i < kPairs; ++i) {
    pairs.push_back(install_short_lived(static_cast<std::uint8_t>(i)));
    ASSERT_TRUE(queue_->poll());
  }
  const auto untouched = install(0, 0, 200);
  // These are on their way out when the host falls asleep, and packets for them are on their way in.
  std::vector<std::pair<SaRef, std::vector<Packet>>> leaving;
  for (unsigned i = 0; i < kLeaving; ++i) {
    auto pair = install_short_lived(static_cast<std::uint8_t>(100 + i));
    leaving.emplace_back(pair.in(), use_up_outbound(pair.out()));
    read_events();
    ASSERT_TRUE(pair.retire(kDrainNs));
    read_events();
  }
  const std::size_t before = told_.size();
  EXPECT_EQ(before, expected_.size());

  const std::uint64_t asleep_since = accelerator_->now_ns();
  for (const auto& pair : pairs) use_up(pair);
  EXPECT_GT(expected_.size() - before, ring() + kQueued) << "more than there is room for";
  for (const auto& [in, sealed] : leaving) use_up_inbound(in, sealed);
  // Their guard has passed long before the host wakes, but what happened to them has no place in the ring yet.
  ASSERT_LT(accelerator_->now_ns(), asleep_since + kSecondNs);
  sim::pass_time(*accelerator_, asleep_since + kSecondNs - accelerator_->now_ns());
  round_trip(untouched, ipv4_packet(kOctets));
  for (const auto& pair : pairs) {
    EXPECT_EQ(verdict(seal(pair.out(), ipv4_packet(kOctets))), Verdict::kHardPackets);
  }
  const unsigned draining = entries(EntryState::kDraining);
  const unsigned erasing = entries(EntryState::kErasing);
  EXPECT_EQ(draining + erasing, kLeaving);
  if (firmware_on_core()) {
    EXPECT_EQ(erasing, kLeaving) << "each waits for room for its events";
  }

  read_events();
  expect_each_told_once();
  EXPECT_GT(late_, 0U);
  // A hosted firmware has slept too: it looks now whether packets came, and after another guard whether more did.
  for (int i = 0; i < 10; ++i) {
    sim::pass_time(*accelerator_, kDrainNs / 4);
    ASSERT_TRUE(queue_->poll());
  }
  EXPECT_EQ(entries(EntryState::kActive), 2 * (kPairs + 1));
  EXPECT_EQ(entries(EntryState::kFree), 1'024 - 2 * (kPairs + 1));
  EXPECT_EQ(device_->query(pairs[0].out().index)->dead, abi::DeadReason::kHardPackets);
  EXPECT_EQ(device_->query(pairs[0].in().index)->dead, abi::DeadReason::kIcvLimit);
  expect_losses_are_counted(2 * (kPairs + 1));
  std::printf("%zu events, %zu places in the ring; %u came late, %llu other notices lost\n", expected_.size(), ring(),
              late_, static_cast<unsigned long long>(queue_->lost()));
}

class RingFullOfStrangers : public RingFull {
 protected:
  RingFullOfStrangers() : RingFull(sim::Variant::k64Sas) {}
};

// The host works, but does not listen: SAs come and go, entries change hands, and what waits is still told of those to
// whom it happened (G9).
TEST_F(RingFullOfStrangers, EventsOutliveTheirSas) {
  constexpr std::size_t kPairs = 10;
  unsigned waits = 0;
  while (expected_.size() <= ring() + kQueued + 2 * kPairs) {
    std::vector<SaPair> pairs;
    for (std::size_t i = 0; i < kPairs; ++i) pairs.push_back(install_short_lived(static_cast<std::uint8_t>(i)));
    ASSERT_FALSE(HasFailure());
    for (const auto& pair : pairs) use_up(pair);
    for (auto& pair : pairs) ASSERT_TRUE(pair.erase());
    sim::pass_time(*accelerator_, 5'000'000);
    waits = entries(EntryState::kErasing);
    EXPECT_EQ(entries(EntryState::kFree) + waits, 64U);
  }
  EXPECT_GT(waits, 0U) << "an entry is not free before its events are in the ring";
  read_events();
  expect_each_told_once();
  sim::pass_time(*accelerator_, 5'000'000);
  ASSERT_TRUE(queue_->poll());
  EXPECT_EQ(entries(EntryState::kFree), 64U);
  expect_losses_are_counted(0);
  const auto pair = install();
  round_trip(pair, ipv4_packet(kOctets));
}

}  // namespace
}  // namespace sallyport::test
