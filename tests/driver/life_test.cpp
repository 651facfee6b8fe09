// The life of SAs under traffic: rekey without loss, drain, erase, hard limit, collision, restart of the firmware.
#include "loopback.hpp"

namespace sallyport::test {
namespace {

using abi::EntryState;
using abi::Verdict;

class Life : public Loopback {};

TEST_F(Life, ARekeyLosesNothing) {
  auto old_pair = install(50'000);
  std::vector<SaEvent> seen;
  unsigned sent = 0;
  while (seen.empty()) {
    ASSERT_LT(sent, 60U) << "no soft event";
    round_trip(old_pair, ipv4_packet(1'000, static_cast<std::uint8_t>(sent++)));
    seen = events();
  }
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].event, abi::EventKind::kSoftOctets);
  EXPECT_EQ(seen[0].ref, old_pair.out());
  EXPECT_EQ(seen[0].owner, OwnerId{1});
  EXPECT_GE(seen[0].count, old_pair.soft_out().octets.value);
  EXPECT_LT(seen[0].count, old_pair.soft_out().octets.value + 1'004);
  EXPECT_GE(seen[0].posted_ns, seen[0].time_ns);

  const auto new_pair = install(rekey_of(old_pair), 50'000, 0, 2);
  ASSERT_TRUE(old_pair.supersede_by(new_pair));
  EXPECT_EQ(state(old_pair.in().index), EntryState::kOverlap);
  round_trip(old_pair, ipv4_packet(200));
  round_trip(new_pair, ipv4_packet(200));

  // A packet that is on its way when the old pair is retired still arrives.
  const auto late = seal(old_pair.out(), ipv4_packet(300));
  ASSERT_EQ(verdict(late), Verdict::kOk);
  const SaRef old_in = old_pair.in();
  const SaRef old_out = old_pair.out();
  ASSERT_TRUE(old_pair.retire(1'000'000));
  events();
  EXPECT_EQ(state(old_out.index), EntryState::kFree);
  EXPECT_EQ(state(old_in.index), EntryState::kDraining);
  EXPECT_EQ(verdict(seal(old_out, ipv4_packet(100))), Verdict::kStaleGeneration);
  EXPECT_EQ(verdict(open(late.octets)), Verdict::kOk);

  // From that packet on the guard runs once more.
  wait_ns(1'000'000);
  events();
  EXPECT_EQ(state(old_in.index), EntryState::kDraining);
  wait_ns(1'000'000);
  events();
  EXPECT_EQ(state(old_in.index), EntryState::kFree);
  EXPECT_EQ(verdict(open(late.octets)), Verdict::kUnknownSpi);
  round_trip(new_pair, ipv4_packet(200));
  EXPECT_EQ(entries(EntryState::kActive), 2U);
  EXPECT_EQ(entries(EntryState::kFree), 62U);

  std::vector<EntryState> path;
  for (const auto& t : transitions_) {
    if (t.ref == old_in) path.push_back(t.to);
  }
  EXPECT_EQ(path, (std::vector{EntryState::kLarval, EntryState::kActive, EntryState::kOverlap, EntryState::kDraining,
                               EntryState::kErasing, EntryState::kFree}));
}

TEST_F(Life, TheHardLimitStopsTheSaWithOneEvent) {
  const auto pair = install(0, 10);
  for (int i = 0; i < 10; ++i) round_trip(pair, ipv4_packet(100));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(verdict(seal(pair.out(), ipv4_packet(28))), Verdict::kHardPackets);
  const auto seen = events();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].event, abi::EventKind::kSoftPackets);
  EXPECT_EQ(seen[1].kind, abi::NoticeKind::kHard);
  EXPECT_TRUE(seen[1].packets);
  EXPECT_EQ(seen[1].count, 10U);
  EXPECT_EQ(device_->query(pair.out().index)->dead, abi::DeadReason::kHardPackets);
}

TEST_F(Life, TheInboundSideIsWatchedToo) {
  auto reservation = device_->reserve(options(1));
  auto inbound = half(Direction::kInbound, 1);
  auto outbound = half(Direction::kOutbound, 1);
  inbound.lifetime.packets = Packets{10};
  outbound.spi = reservation->spi();
  const auto pair = device_->install(*reservation, inbound, outbound, options(1));
  ASSERT_TRUE(pair) << pair.error().text;
  for (int i = 0; i < 8; ++i) round_trip(*pair, ipv4_packet(100));
  const auto seen = events();
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].ref, pair->in());
  EXPECT_EQ(seen[0].direction, Direction::kInbound);
  EXPECT_EQ(seen[0].partner, pair->out().index.value);
}

TEST_F(Life, TheRedundantPairWorksUntilItIsRetired) {
  auto pair = install();
  ASSERT_TRUE(pair.mark_redundant());
  EXPECT_EQ(entries(EntryState::kRedundant), 2U);
  round_trip(pair, ipv4_packet(100));
  ASSERT_TRUE(pair.retire(1'000));
  wait_ns(100'000);
  EXPECT_EQ(entries(EntryState::kFree), 64U);
}

TEST_F(Life, ALarvalEntryRefusesPackets) {
  const auto pair = install();
  const auto reservation = device_->reserve(options(1));
  auto esp = seal(pair.out(), ipv4_packet(100)).octets;
  for (unsigned i = 0; i < 4; ++i) esp[20 + i] = static_cast<std::uint8_t>(reservation->spi().value >> (24 - 8 * i));
  const auto refused = open(esp);
  EXPECT_NE(verdict(refused), Verdict::kOk);
  EXPECT_TRUE(refused.octets.empty());
}

TEST_F(Life, ARefusedInstallChangesNothing) {
  auto reservation = device_->reserve(options(1));
  // Sound outbound, but the inbound image names another SPI than the reserved one: written past the driver, which would
  // refuse it.
  auto inbound = half(Direction::kInbound, 1);
  inbound.spi = Spi{reservation->spi().value + 64};
  const auto image = encode(inbound);
  ASSERT_TRUE(image);
  ASSERT_TRUE(write_staging(*accelerator_, 2, *image));
  auto outbound = half(Direction::kOutbound, 1);
  outbound.spi = Spi{0x12345678};
  const auto out_image = encode(outbound);
  ASSERT_TRUE(write_staging(*accelerator_, 3, *out_image));
  MailboxClient client(*firmware_);
  ASSERT_TRUE(client.hello());
  abi::MailboxInstall request;
  request.in_index = reservation->ref().index.value;
  request.in_generation = reservation->ref().generation.value;
  request.owner = 1;
  request.slot_in = 2;
  request.slot_out = 3;
  request.partner = kNoEntry;
  const auto refused = client.ask<abi::MailboxAnswer>(abi::MailboxCommand::kInstallPair, request);
  ASSERT_FALSE(refused);
  EXPECT_EQ(client.last_code(), abi::MailboxCode::kBadImage);
  // Another host has spoken meanwhile: the driver's first request may be refused, and opens a new session then.
  static_cast<void>(device_->occupancy());
  EXPECT_EQ(entries(EntryState::kActive), 0U);
  EXPECT_EQ(entries(EntryState::kLarval), 1U);
  outbound.spi = reservation->spi();
  const auto pair = device_->install(*reservation, half(Direction::kInbound, 1), outbound, options(1));
  ASSERT_TRUE(pair) << pair.error().text;
  round_trip(*pair, ipv4_packet(100));
}

TEST_F(Life, ARestartedFirmwareFindsItsSas) {
  auto pair = install();
  auto drained = install();
  ASSERT_TRUE(drained.retire(40'000'000));
  events();
  restart_firmware();
  auto device = Device::open(*accelerator_, *firmware_);
  ASSERT_TRUE(device) << device.error().text;
  const auto now = device->occupancy();
  ASSERT_TRUE(now);
  EXPECT_EQ(now->entries[static_cast<unsigned>(EntryState::kActive)], 2);
  EXPECT_EQ(now->entries[static_cast<unsigned>(EntryState::kDraining)], 1);
  EXPECT_EQ(device->query(pair.in().index)->partner, pair.out().index.value);
  EXPECT_EQ(device->query(pair.in().index)->owner, OwnerId{1});
  round_trip(pair, ipv4_packet(100));
  sim::pass_time(*accelerator_, 60'000'000);
  ASSERT_TRUE(firmware_->take_notice());
  EXPECT_EQ(device->occupancy()->entries[static_cast<unsigned>(EntryState::kDraining)], 0);
  pair.forget();
}

}  // namespace
}  // namespace sallyport::test
