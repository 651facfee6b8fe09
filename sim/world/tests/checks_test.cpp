// The checks of a run must find what they are there for: changed, doubled, missing and overtaking packets, keys used
// beyond their limits, and any difference from the golden model.
#include <gtest/gtest.h>

#include "sallyport/model/golden_accelerator.hpp"
#include "world/flow_check.hpp"
#include "world/golden_check.hpp"
#include "world/limit_audit.hpp"
#include "world/summary.hpp"

namespace sallyport::sim {
namespace {

using Octets = std::vector<std::uint8_t>;

Octets udp_packet(std::uint8_t host, std::uint8_t content, std::size_t octets = 40) {
  Octets packet(octets, content);
  const Octets header{
      0x45, 0, 0, static_cast<std::uint8_t>(octets), 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, host, 10, 0, 0, 9, 0, 1, 0, 2};
  std::copy(header.begin(), header.end(), packet.begin());
  return packet;
}

TEST(FlowCheck, SameInSameOrder) {
  FlowCheck check;
  for (std::uint8_t i = 0; i < 5; ++i) check.expect(udp_packet(1, i));
  for (std::uint8_t i = 0; i < 5; ++i) check.received(udp_packet(1, i));
  EXPECT_EQ(check.identical(), 5U);
  EXPECT_EQ(check.out_of_order() + check.strange() + check.missing(), 0U);
}

TEST(FlowCheck, OrderCountsWithinAFlowOnly) {
  FlowCheck check;
  check.expect(udp_packet(1, 1));
  check.expect(udp_packet(2, 1));
  check.expect(udp_packet(1, 2));
  check.received(udp_packet(2, 1));
  check.received(udp_packet(1, 2));
  EXPECT_EQ(check.out_of_order(), 0U);
  check.received(udp_packet(1, 1));
  EXPECT_EQ(check.out_of_order(), 1U);
  EXPECT_EQ(check.identical(), 3U);
}

TEST(FlowCheck, ALossIsNoDisorder) {
  FlowCheck check;
  for (std::uint8_t i = 0; i < 3; ++i) check.expect(udp_packet(1, i));
  check.received(udp_packet(1, 1));
  check.received(udp_packet(1, 2));
  EXPECT_EQ(check.out_of_order(), 0U);
  EXPECT_EQ(check.missing(), 1U);
}

TEST(FlowCheck, ChangedAndDoubledPacketsAreStrange) {
  FlowCheck check;
  check.expect(udp_packet(1, 1));
  Octets changed = udp_packet(1, 1);
  changed.back() ^= 1U;
  check.received(changed);
  check.received(udp_packet(1, 1));
  check.received(udp_packet(1, 1));
  check.received(udp_packet(3, 1));
  check.received(Octets{});
  EXPECT_EQ(check.strange(), 4U);
  EXPECT_EQ(check.identical(), 1U);
}

TEST(LimitAudit, CountsWhatIsBeyondALimit) {
  LimitAudit audit;
  const SaRef sa{SaIndex(3), Generation(1)};
  audit.install(sa, 100, 3);
  audit.packet(sa, 60);
  audit.packet(sa, 40);
  EXPECT_EQ(audit.octets_over(), 0U);
  audit.packet(sa, 4);
  EXPECT_EQ(audit.octets_over(), 4U);
  EXPECT_EQ(audit.packets_over(), 0U);
  audit.packet(sa, 0);
  EXPECT_EQ(audit.packets_over(), 1U);
  audit.install(sa, 0, 0);  // a new tenant, without limits
  audit.packet(sa, 1'000'000);
  EXPECT_EQ(audit.octets_over(), 0U);
  audit.packet({SaIndex(3), Generation(2)}, 1);
  EXPECT_EQ(audit.unknown(), 1U);
}

/// A model keyed like the one inside a check, in the role of the device.
class GoldenCheckTest : public testing::Test {
 protected:
  GoldenCheckTest() {
    model::SaConfig config;
    config.head.spi = 0x1234;
    config.head.path_mtu = 1'500;
    config.set(abi::SaFlag::kTunnel);
    config.out.ttl = 64;
    config.hard_packets = 2;
    config.soft_packets = 1;
    image_ = model::encode_image(config, {});
    const auto done = device_.commit(5, 0, image_);
    EXPECT_EQ(done.code, abi::CmdCode::kOk);
    generation_ = done.generation;
    check_.command(commit(0, done.code, done.generation), 0);
    EXPECT_EQ(check_.mismatches(), 0U);
  }
  [[nodiscard]] CommandSeen commit(std::uint16_t generation, abi::CmdCode code, std::uint16_t answered) const {
    CommandSeen seen;
    seen.op = abi::Op::kCommit;
    seen.index = 5;
    seen.generation = generation;
    seen.image = image_;
    seen.code = code;
    seen.answered = answered;
    return seen;
  }
  [[nodiscard]] CommandSeen kill() const {
    CommandSeen seen;
    seen.op = abi::Op::kKill;
    seen.index = 5;
    seen.generation = seen.answered = generation_;
    return seen;
  }
  void compare(const PacketIn& in, const PacketOut& out) { check_.packet(Direction::kOutbound, 5, in, out); }
  PacketIn packet() {
    const Octets octets = udp_packet(1, 1);
    abi::OutDesc desc;
    desc.index = 5;
    desc.generation = generation_;
    desc.length = static_cast<std::uint16_t>(octets.size());
    desc.next_header = 4;
    desc.flags = 1;
    return {desc.pack(), octets};
  }
  PacketOut answer(const PacketIn& in) {
    auto result = device_.outbound(abi::OutDesc::unpack(in.descriptor), in.octets);
    events_.insert(events_.end(), result.events.begin(), result.events.end());
    return {result.status, result.octets};
  }
  static SaEvent event(const model::RaisedEvent& raised) {
    SaEvent event;
    event.event = raised.kind;
    event.ref = {SaIndex(raised.index), Generation(raised.generation)};
    event.spi = Spi(raised.spi);
    event.packets = raised.unit_packets;
    event.count = raised.count;
    return event;
  }
  model::GoldenAccelerator device_{64, 64};
  GoldenCheck check_{"device", 64, 64, 10'240};
  model::ImageWords image_{};
  std::uint16_t generation_ = 0;
  model::Events events_;
};

TEST_F(GoldenCheckTest, AgreesWithASoundDevice) {
  for (int i = 0; i < 4; ++i) {
    const PacketIn in = packet();
    compare(in, answer(in));
  }
  EXPECT_EQ(events_.size(), 2U);  // soft, hard
  for (const auto& raised : events_) check_.event(event(raised));
  check_.compare_events();
  EXPECT_EQ(check_.mismatches(), 0U);
  EXPECT_EQ(check_.packets(), 4U);
}

TEST_F(GoldenCheckTest, FindsOneChangedOctet) {
  const PacketIn in = packet();
  PacketOut out = answer(in);
  out.octets[50] ^= 1U;
  compare(in, out);
  EXPECT_EQ(check_.mismatches(), 1U);
  EXPECT_NE(check_.reports().at(0).find("octet 50"), std::string::npos) << check_.reports()[0];
}

TEST_F(GoldenCheckTest, FindsAWrongStatus) {
  const PacketIn in = packet();
  PacketOut out = answer(in);
  ++out.status.aux;
  compare(in, out);
  EXPECT_EQ(check_.mismatches(), 1U);
}

TEST_F(GoldenCheckTest, FindsMissingAndInventedEvents) {
  const PacketIn in = packet();
  compare(in, answer(in));
  SaEvent invented = event(events_.at(0));
  ++invented.count;
  check_.event(invented);
  check_.compare_events();
  EXPECT_EQ(check_.mismatches(), 2U);
}

TEST_F(GoldenCheckTest, FindsAWrongAnswerToACommand) {
  check_.command(commit(generation_, abi::CmdCode::kOk, generation_), 0);
  EXPECT_EQ(check_.mismatches(), 1U);
  CommandSeen reserve;
  reserve.op = abi::Op::kReserve;
  reserve.index = 6;
  reserve.arg2 = 0x4000'0006;
  reserve.answered = 77;
  check_.command(reserve, 0);
  EXPECT_EQ(check_.mismatches(), 2U);
}

// A kill ends while three packets are in the device: it may have met the first, the second, the third or none.
TEST_F(GoldenCheckTest, PacketsInTheDeviceMayMeetACommandEitherWay) {
  for (int before = 0; before <= 2; ++before) {
    SCOPED_TRACE(before);
    model::GoldenAccelerator device{64, 64};
    GoldenCheck check{"device", 64, 64, 10'240};
    generation_ = device.commit(5, 0, image_).generation;
    check.command(commit(0, abi::CmdCode::kOk, generation_), 0);
    check.command(kill(), 3);
    for (int i = 0; i < 4; ++i) {
      if (i == before) device.kill(5, generation_);
      const PacketIn in = packet();
      auto result = device.outbound(abi::OutDesc::unpack(in.descriptor), in.octets);
      events_.insert(events_.end(), result.events.begin(), result.events.end());
      check.packet(Direction::kOutbound, 5, in, {result.status, result.octets});
    }
    for (const auto& raised : events_) check.event(event(raised));
    events_.clear();
    check.compare_events();
    EXPECT_EQ(check.mismatches(), 0U) << (check.reports().empty() ? "" : check.reports().front());
  }
}

TEST_F(GoldenCheckTest, NoPacketGoesBackBehindACommand) {
  check_.command(kill(), 3);
  model::GoldenAccelerator killed = std::move(device_);
  device_ = model::GoldenAccelerator{64, 64};
  EXPECT_EQ(device_.commit(5, 0, image_).generation, generation_);
  killed.kill(5, generation_);
  const PacketIn in = packet();
  auto dead = killed.outbound(abi::OutDesc::unpack(in.descriptor), in.octets);
  compare(in, {dead.status, dead.octets});
  EXPECT_EQ(check_.mismatches(), 0U);
  compare(in, answer(in));  // as if it were alive again
  EXPECT_EQ(check_.mismatches(), 1U);
}

TEST_F(GoldenCheckTest, PacketsAfterACommandMeetIt) {
  check_.command(kill(), 1);
  const PacketIn in = packet();
  compare(in, answer(in));  // it was in the device
  EXPECT_EQ(check_.mismatches(), 0U);
  compare(in, answer(in));  // it came later
  EXPECT_EQ(check_.mismatches(), 1U);
}

TEST(RunSummary, SoundMeansThatNothingHappenedThatMustNot) {
  RunSummary summary;
  summary.packets_in = summary.packets_out = summary.packets_identical = 10;
  EXPECT_TRUE(summary.sound());
  for (auto* bad : {&summary.golden_mismatches, &summary.octets_over_hard_limit, &summary.packets_over_hard_limit,
                    &summary.stream_faults}) {
    *bad = 1;
    EXPECT_FALSE(summary.sound());
    *bad = 0;
  }
  summary.packets_out = 11;
  EXPECT_FALSE(summary.sound());
  summary.packets_out = summary.packets_identical = 9;
  EXPECT_TRUE(summary.sound()) << "a loss on a lossy link is not unsound";
  EXPECT_EQ(summary.packets_lost(), 1U);
  EXPECT_EQ(to_json(summary, false).find("per_second"), std::string::npos);
  EXPECT_NE(to_json(summary).find("clocks_per_second"), std::string::npos);
  EXPECT_NE(to_text(summary).find("10 in, 9 out, 1 lost"), std::string::npos);
}

}  // namespace
}  // namespace sallyport::sim
