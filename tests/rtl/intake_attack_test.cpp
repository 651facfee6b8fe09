// Descriptors that lie, packets that grow too long, an intake that opens and closes (G4).
//
// SALLYPORT_SEED is another run, SALLYPORT_PROFILE the profile. Guarantees: docs/reference/guarantees.md.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <vector>

#include "field.hpp"
#include "sallyport/regs.hpp"

namespace sallyport::test {
namespace {

using abi::CmdCode;
using abi::SaFlag;
using abi::Verdict;
using model::Octets;
using model::OctetView;

// G4: Random and extreme descriptors in front of packets that are right, against the golden accelerator.
TEST(Attack, LyingDescriptors) {
  Field field(from_environment("SALLYPORT_SEED", 16), 0.1);
  model::GoldenAccelerator golden(kSas, kWindow);
  std::vector<TestSa> sas;
  sas.push_back(field.sa(2, {SaFlag::kTunnel}));
  sas.push_back(field.sa(4, {SaFlag::kOuterV6}));  // transport
  sas.push_back(field.sa(6, {SaFlag::kTunnel, SaFlag::kOuterV6, SaFlag::kUdpEncap, SaFlag::kDecTtl}));
  sas.push_back(field.sa(8, {SaFlag::kUdpEncap, SaFlag::kEsn}));
  sas[2].config.head.path_mtu = 1280;
  for (TestSa& sa : sas) {
    field.install(sa);
    if (HasFatalFailure()) return;
    ASSERT_EQ(golden.commit(sa.index, 0, model::encode_image(sa.config, sa.secret)).code, CmdCode::kOk);
  }
  Traffic& t = field.traffic;
  const auto pick = [&](std::initializer_list<std::uint64_t> from) { return *(from.begin() + t.below(from.size())); };
  std::deque<model::PacketResult> want;
  std::uint64_t out_of_range = 0;
  for (std::uint32_t i = 0; i < 6000; ++i) {
    const TestSa& sa = sas[t.below(sas.size())];
    Octets p = t.ip_packet(t.chance(50), t.chance(98) ? t.below(120) : t.between(10'000, 10'240));
    const model::IpView ip = model::parse_ip(p);
    abi::OutDesc d;
    d.index = static_cast<std::uint16_t>(sa.index);
    d.generation = sa.generation;
    d.length = static_cast<std::uint16_t>(p.size());
    d.cookie = i;
    if (sa.config.tunnel()) {
      d.flags = 1;
      d.next_header = ip.v6 ? 41 : 4;
    } else {
      d.esp_offset = static_cast<std::uint16_t>(ip.header_length);
      d.nh_offset = static_cast<std::uint16_t>(ip.protocol_offset);
      d.next_header = ip.protocol;
    }
    for (std::uint64_t lies = t.below(3); lies != 0; --lies) {
      switch (t.below(7)) {
        case 0:
          d.index = static_cast<std::uint16_t>(pick({0, 1, 63, 64, 66, 68, 1024 + 2, 0x8002, 0xFFC2, 0xFFFF}));
          break;
        case 1:
          d.generation = static_cast<std::uint16_t>(pick({0, 2, 0x101, 0x8001, 0xFFFF}));
          break;
        case 2:
          d.length = static_cast<std::uint16_t>(
              pick({0, 1, 15, 16, 17, 19, 20, 10'239, 10'240, 10'241, 16'384, 0x8000, 0xFFF0, 0xFFFE, 0xFFFF}));
          break;
        case 3:
          d.esp_offset =
              static_cast<std::uint16_t>(pick({0, 1, 3, 4, 16, 20, 24, 40, 48, 60, 0x7FFC, 0xFFEC, 0xFFFC, 0xFFFF}));
          break;
        case 4:
          d.nh_offset = static_cast<std::uint16_t>(pick({0, 6, 8, 9, 40, 48, 0x4009, 0xFFFF}));
          break;
        case 5:
          d.next_header = static_cast<std::uint8_t>(pick({0, 4, 6, 17, 41, 44, 50, 59, 60, 255}));
          break;
        default:
          d.flags = static_cast<std::uint8_t>(pick({0, 1, 2, 3, 0x80, 0x81, 0xFE, 0xFF}));
          break;
      }
    }
    if (t.chance(5)) p.resize(t.between(1, p.size()));
    if (t.chance(5)) p.resize(p.size() + t.between(1, 40));
    if (d.index >= kSas) ++out_of_range;
    if (d.length == 0) p.clear();
    want.push_back(golden.outbound(d, p));
    field.accelerator->push(Direction::kOutbound, {d.pack(), std::move(p)});
    if (i % 200 != 199) continue;
    for (const PacketOut& got : field.drain(Direction::kOutbound)) {
      ASSERT_FALSE(want.empty());
      ASSERT_EQ(got.status.pack(), want.front().status.pack())
          << got.status.cookie << ": " << name(verdict(got)) << ", golden " << name(want.front().verdict());
      ASSERT_EQ(got.octets, want.front().octets) << got.status.cookie;
      want.pop_front();
    }
  }
  EXPECT_TRUE(want.empty());
  EXPECT_GT(out_of_range, 100U);
  for (const TestSa& sa : sas) {
    const Snapshot snap = field.device.snapshot(sa.index);
    EXPECT_EQ(snap.seq, golden.entry(sa.index).sequence());
    EXPECT_EQ(snap.octets, golden.entry(sa.index).octets());
    EXPECT_GT(snap.packets, 0U);
  }
  EXPECT_EQ(field.accelerator->stream_faults(), 0U);
}

// The largest packets with all the padding there is, in a row and under back-pressure: none gets stuck, and what has
// grown beyond what the other end takes is refused there, whole.
TEST(Attack, LargestPacketsGrow) {
  for (const double stall : {0.0, 0.6}) {
    Field field(17, stall);
    TestSa out = field.sa(2, {SaFlag::kTunnel, SaFlag::kOuterV6, SaFlag::kUdpEncap});
    TestSa in = field.sa(3, {SaFlag::kInbound, SaFlag::kTunnel, SaFlag::kUdpEncap});
    out.config.head.spi = in.config.head.spi;
    in.secret = out.secret;
    Field::make_peer(in);
    field.install(out);
    field.install(in);
    if (HasFatalFailure()) return;
    std::vector<Octets> sent;
    for (const std::size_t n : {10'240, 10'240, 10'240, 10'239, 9'700, 9'600, 10'150, 10'140, 10'147}) {
      for (const unsigned tfc : {127U, 0U}) {
        sent.push_back(field.plain(n));
        PacketIn packet = field.to_send(out, sent.back(), static_cast<std::uint32_t>(sent.size() - 1));
        auto desc = abi::OutDesc::unpack(packet.descriptor);
        desc.flags = static_cast<std::uint8_t>(1U | tfc << 1U);
        packet.descriptor = desc.pack();
        field.accelerator->push(Direction::kOutbound, std::move(packet));
      }
    }
    const auto esp = field.drain(Direction::kOutbound);
    ASSERT_EQ(esp.size(), sent.size());
    std::size_t longest = 0;
    for (std::size_t i = 0; i < esp.size(); ++i) {
      ASSERT_EQ(verdict(esp[i]), Verdict::kOk);
      longest = std::max(longest, esp[i].octets.size());
      field.accelerator->push(Direction::kInbound, Field::to_open(esp[i].octets, static_cast<std::uint32_t>(i)));
    }
    EXPECT_EQ(longest, 40U + 8 + 16 + 10'240 + 508 + 4 + 16);
    const auto plain = field.drain(Direction::kInbound);
    ASSERT_EQ(plain.size(), sent.size());
    for (std::size_t i = 0; i < plain.size(); ++i) {
      if (esp[i].octets.size() > 10'240) {
        EXPECT_EQ(verdict(plain[i]), Verdict::kTooLong);
      } else {
        ASSERT_EQ(verdict(plain[i]), Verdict::kOk) << esp[i].octets.size();
        ASSERT_EQ(plain[i].octets, sent[i]);
      }
    }
  }
}

// CONTROL.enable goes up and down under the packets: none is lost, none is cut, and a closed intake takes nothing new.
TEST(Attack, EnableGoesUpAndDown) {
  Field field(18, 0.1);
  TestSa out = field.sa(2, {SaFlag::kTunnel});
  TestSa in = field.sa(3, {SaFlag::kInbound, SaFlag::kTunnel});
  field.install(out);
  field.install(in);
  if (HasFatalFailure()) return;
  std::vector<Octets> sent;
  constexpr std::uint32_t kPackets = 200;
  for (std::uint32_t i = 0; i < kPackets; ++i) {
    sent.push_back(field.plain(20 + field.traffic.below(400)));
    field.accelerator->push(Direction::kOutbound, field.to_send(out, sent.back(), i));
    field.accelerator->push(Direction::kInbound, Field::to_open(field.sealed(in, i + 1, sent.back()), i));
  }
  std::array<std::uint32_t, 2> next{};
  const auto take = [&] {
    for (const Direction way : {Direction::kOutbound, Direction::kInbound}) {
      while (auto got = field.accelerator->pop(way)) {
        std::uint32_t& n = next[static_cast<std::size_t>(way)];
        ASSERT_EQ(got->status.cookie, n);
        ASSERT_EQ(verdict(*got), Verdict::kOk);
        if (way == Direction::kInbound) {
          ASSERT_EQ(got->octets, sent[n]);
        } else {
          const auto opened = out.peer->open(OctetView(got->octets).subspan(20), 0);
          ASSERT_TRUE(opened.has_value());
          ASSERT_TRUE(std::equal(sent[n].begin(), sent[n].end(), opened->begin()));
        }
        ++n;
      }
    }
  };
  for (int round = 0; next[0] < kPackets || next[1] < kPackets; ++round) {
    ASSERT_LT(round, 20'000);
    field.device.write(regs::kControlAddress, 0);
    if (round % 50 == 0) {
      // At most two of a direction are inside; after that the device is quiet although more wait outside.
      for (int i = 0; i < 200; ++i) field.accelerator->run(100);
      take();
      if (HasFatalFailure()) return;
      const auto before = next;
      EXPECT_NE(field.device.read(regs::kStatusAddress) & regs::kStatusIdleMask, 0U);
      for (int i = 0; i < 50; ++i) field.accelerator->run(100);
      take();
      EXPECT_EQ(before, next) << "taken in while closed";
    }
    field.accelerator->run(1 + field.traffic.below(40));
    field.device.write(regs::kControlAddress, regs::kControlEnableMask);
    field.accelerator->run(1 + field.traffic.below(60));
    take();
    if (HasFatalFailure()) return;
  }
  field.settle();
}

}  // namespace
}  // namespace sallyport::test
