// The accelerator under attack: copies, forgeries, lying descriptors, commands under packets in flight, broken
// memories, a host that looks for keys. Each test names the guarantee it goes against (docs/reference/guarantees.md).
//
// SALLYPORT_FORGED is the number of forged packets (10,000 unless set), SALLYPORT_SEED another run,
// SALLYPORT_PROFILE the profile.
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <set>

#include "field.hpp"
#include "sallyport/model/outer_header.hpp"
#include "sallyport/regs.hpp"
#include "support/profile_under_test.hpp"

namespace sallyport::test {
namespace {

using abi::CmdCode;
using abi::DeadReason;
using abi::EntryState;
using abi::EventKind;
using abi::Op;
using abi::SadMem;
using abi::SaFlag;
using abi::Verdict;
using model::Octets;
using model::OctetView;

// ---------------------------------------------------------------------------------------------------- G8
// Copies of one packet back to back, near both ends of the window and across 2^32 with ESN: one of each number passes.
TEST(Attack, CopiesBackToBackPassOnce) {
  for (const double stall : {0.0, 0.5}) {
    for (const bool esn : {false, true}) {
      Field field(11, stall);
      TestSa sa = field.sa(3, {SaFlag::kInbound, SaFlag::kTunnel});
      if (esn) sa.config.set(SaFlag::kEsn);
      Field::make_peer(sa);
      field.install(sa);
      if (HasFatalFailure()) return;
      const std::uint64_t start = esn ? 0xFFFF'FFE0 : 0;
      if (esn) {
        ASSERT_EQ(field.device
                      .command(Op::kPokeSeq, 3, sa.generation, static_cast<std::uint32_t>(start),
                               static_cast<std::uint32_t>(start >> 32))
                      .code,
                  CmdCode::kOk);
      }
      // Forward, back into the window, ahead by a window and more, and back again.
      std::vector<std::uint64_t> numbers;
      for (const std::uint64_t step : {1, 2, 3, 40, 20, 64, 65, 66, 2, 130, 67, 500, 437, 436})
        numbers.push_back(start + step);
      std::map<std::uint64_t, Octets> packets;
      std::set<std::uint64_t> want;
      std::uint64_t top = start;
      std::vector<std::uint64_t> sent;
      for (const std::uint64_t number : numbers) {
        if (!packets.contains(number)) packets[number] = field.sealed(sa, number, field.plain(40));
        if (number + kWindow > top) want.insert(number);
        top = std::max(top, number);
        for (int copy = 0; copy < 4; ++copy) {
          field.accelerator->push(Direction::kInbound,
                                  Field::to_open(packets[number], static_cast<std::uint32_t>(sent.size())));
          sent.push_back(number);
        }
      }
      std::map<std::uint64_t, int> passed;
      const auto out = field.drain(Direction::kInbound);
      ASSERT_EQ(out.size(), sent.size());
      for (std::size_t i = 0; i < out.size(); ++i) {
        ASSERT_EQ(out[i].status.cookie, i);
        if (verdict(out[i]) == Verdict::kOk) {
          ++passed[sent[i]];
        } else {
          ASSERT_TRUE(verdict(out[i]) == Verdict::kReplay || verdict(out[i]) == Verdict::kBadIcv)
              << name(verdict(out[i]));
          ASSERT_TRUE(out[i].octets.empty());
        }
      }
      for (const auto& [number, times] : passed) EXPECT_EQ(times, 1) << number - start;
      for (const std::uint64_t number : want) EXPECT_EQ(passed[number], 1) << number - start << " esn " << esn;
      EXPECT_EQ(passed.size(), want.size());
      const Snapshot snap = field.device.snapshot(3);
      EXPECT_EQ(snap.packets, want.size());
      EXPECT_EQ(snap.seq, top);
    }
  }
}

// ---------------------------------------------------------------------------------------------------- G1
// A hundred packets of one SA wait at a limit; another SA's packets are mixed in.
TEST(Attack, AHundredInFlightAtALimit) {
  constexpr std::uint64_t kOctets = 44;  // of a 40-octet packet with its trailer
  struct Limit {
    std::uint64_t octets, packets, pass;
  };
  for (const Limit& limit :
       {Limit{0, 50, 50}, Limit{50 * kOctets, 0, 50}, Limit{50 * kOctets + 3, 0, 50}, Limit{50 * kOctets - 1, 0, 49},
        Limit{1, 0, 0}, Limit{0, 1, 1}, Limit{50 * kOctets, 50, 50}}) {
    for (const bool inbound : {false, true}) {
      Field field(12, 0.2);
      TestSa sa = inbound ? field.sa(3, {SaFlag::kInbound, SaFlag::kTunnel}) : field.sa(2, {SaFlag::kTunnel});
      TestSa other = inbound ? field.sa(5, {SaFlag::kInbound, SaFlag::kTunnel}) : field.sa(4, {SaFlag::kTunnel});
      sa.config.hard_octets = limit.octets;
      sa.config.hard_packets = limit.packets;
      field.install(sa);
      field.install(other);
      if (HasFatalFailure()) return;
      const Direction way = inbound ? Direction::kInbound : Direction::kOutbound;
      for (std::uint32_t i = 0; i < 100; ++i) {
        for (TestSa* s : {&sa, &other}) {
          const Octets inner = field.plain(40);
          const std::uint32_t cookie = 2 * i + (s == &other ? 1 : 0);
          field.accelerator->push(
              way, inbound ? Field::to_open(field.sealed(*s, i + 1, inner), cookie) : field.to_send(*s, inner, cookie));
        }
      }
      std::uint64_t passed = 0;
      std::uint64_t others = 0;
      for (const PacketOut& out : field.drain(way)) {
        if (out.status.cookie % 2 != 0) {
          others += verdict(out) == Verdict::kOk ? 1 : 0;
        } else if (verdict(out) == Verdict::kOk) {
          ASSERT_EQ(out.status.cookie, 2 * passed) << "a packet passed behind one that was refused";
          ++passed;
        } else {
          ASSERT_TRUE(out.octets.empty());
          ASSERT_EQ(verdict(out), limit.octets != 0 ? Verdict::kHardOctets : Verdict::kHardPackets);
        }
      }
      EXPECT_EQ(passed, limit.pass);
      EXPECT_EQ(others, 100U);
      const Snapshot snap = field.device.snapshot(sa.index);
      EXPECT_EQ(snap.packets, limit.pass);
      EXPECT_EQ(snap.octets, limit.pass * kOctets);
      std::size_t hard = 0;
      for (const auto& event : field.device.take_events()) {
        if (event.kind == static_cast<std::uint8_t>(EventKind::kHard)) ++hard;
      }
      EXPECT_EQ(hard, 1U);
    }
  }
}

// ---------------------------------------------------------------------------------------------------- G7, G9
// The entry is erased and given to a new tenant at every moment of a stream of the old tenant's packets.
TEST(Attack, NewTenantUnderOutboundPackets) {
  std::map<Verdict, int> seen;
  for (unsigned delay = 0; delay < 3000; delay += 131) {
    Field field(13 + delay);
    TestSa old = field.sa(2, {SaFlag::kTunnel, SaFlag::kKey256});
    TestSa young = field.sa(2, {SaFlag::kTunnel, SaFlag::kEsn});
    field.install(old);
    if (HasFatalFailure()) return;
    std::vector<Octets> sent;
    for (std::uint32_t i = 0; i < 12; ++i) {
      sent.push_back(field.plain(i % 3 == 0 ? 1400 : 60));
      field.accelerator->push(Direction::kOutbound, field.to_send(old, sent.back(), i));
    }
    for (unsigned n = delay; n != 0;) n -= static_cast<unsigned>(field.accelerator->run(n));
    ASSERT_EQ(field.device.command(Op::kErase, 2, old.generation).state, EntryState::kFree);
    young.generation = old.generation;
    field.install(young);
    if (HasFatalFailure()) return;
    EXPECT_NE(young.generation, old.generation);
    bool refused = false;
    for (const PacketOut& out : field.drain(Direction::kOutbound)) {
      ++seen[verdict(out)];
      if (verdict(out) == Verdict::kOk) {
        ASSERT_FALSE(refused);
        const auto opened = old.peer->open(OctetView(out.octets).subspan(20), 0);
        ASSERT_TRUE(opened.has_value());
        const Octets& want = sent[out.status.cookie];
        ASSERT_TRUE(std::equal(want.begin(), want.end(), opened->begin()));
      } else {
        refused = true;
        ASSERT_EQ(verdict(out), Verdict::kStaleGeneration);
        ASSERT_TRUE(out.octets.empty());
      }
    }
    const Snapshot snap = field.device.snapshot(2);
    EXPECT_EQ(snap.generation, young.generation);
    EXPECT_EQ(snap.packets + snap.octets + snap.seq + snap.icv_fail, 0U);
  }
  EXPECT_GT(seen[Verdict::kOk], 0);
  EXPECT_GT(seen[Verdict::kStaleGeneration], 0);
}

// The same inbound, new key, same SPI. Between look-up and commit of one packet the tenant changes: the commit is
// refused.
TEST(Attack, NewTenantUnderInboundPackets) {
  std::map<Verdict, int> seen;
  for (unsigned delay = 0; delay < 6000; delay += 173) {
    Field field(14 + delay);
    TestSa old = field.sa(3, {SaFlag::kInbound, SaFlag::kTunnel, SaFlag::kKey256});
    TestSa young = field.sa(3, {SaFlag::kInbound, SaFlag::kTunnel});
    young.config.head.spi = old.config.head.spi;
    field.install(old);
    if (HasFatalFailure()) return;
    std::vector<Octets> sent;
    for (std::uint32_t i = 0; i < 6; ++i) {
      sent.push_back(field.plain(1400));
      field.accelerator->push(Direction::kInbound, Field::to_open(field.sealed(old, i + 1, sent.back()), i));
    }
    for (unsigned n = delay; n != 0;) n -= static_cast<unsigned>(field.accelerator->run(n));
    ASSERT_EQ(field.device.command(Op::kErase, 3, old.generation).state, EntryState::kFree);
    young.generation = old.generation;
    field.install(young);
    if (HasFatalFailure()) return;
    std::uint64_t bad = 0;
    for (const PacketOut& out : field.drain(Direction::kInbound)) {
      ++seen[verdict(out)];
      if (verdict(out) == Verdict::kOk) {
        ASSERT_EQ(out.octets, sent[out.status.cookie]);
        ASSERT_EQ(out.status.generation, old.generation);
      } else {
        ASSERT_TRUE(out.octets.empty());
        if (verdict(out) == Verdict::kBadIcv) ++bad;
      }
    }
    const Snapshot snap = field.device.snapshot(3);
    EXPECT_EQ(snap.packets + snap.octets + snap.seq, 0U);
    EXPECT_EQ(snap.icv_fail, bad);
    // The new tenant works, from its first number on.
    const Octets inner = field.plain(77);
    field.accelerator->push(Direction::kInbound, Field::to_open(field.sealed(young, 1, inner)));
    const auto out = field.drain(Direction::kInbound);
    ASSERT_EQ(out.size(), 1U);
    ASSERT_EQ(verdict(out[0]), Verdict::kOk);
    ASSERT_EQ(out[0].octets, inner);
  }
  EXPECT_GT(seen[Verdict::kOk], 0);
  EXPECT_GT(seen[Verdict::kStaleGeneration], 0) << "no tenant changed between look-up and commit";
  EXPECT_GT(seen[Verdict::kBadIcv], 0);
  for (const auto& [v, n] : seen) {
    EXPECT_TRUE(v == Verdict::kOk || v == Verdict::kStaleGeneration || v == Verdict::kBadIcv ||
                v == Verdict::kUnknownSpi || v == Verdict::kWrongState)
        << name(v) << ' ' << n;
  }
}

// ---------------------------------------------------------------------------------------------------- G4, G8
/// Somebody without the key sends whatever could pass.
class Forger {
 public:
  Forger(Field& field, std::vector<TestSa>& victims) : field_(field), victims_(victims) {
    for (TestSa& sa : victims_) {
      real_.push_back(field_.sealed(sa, 1, field_.plain(60)));
    }
  }

  /// A packet that must not pass. No victim's number 1 has been used yet, so its real packet may be damaged, not
  /// copied.
  PacketIn next(std::uint32_t cookie) {
    Traffic& t = field_.traffic;
    const std::size_t v = t.below(victims_.size());
    const TestSa& sa = victims_[v];
    Octets p;
    switch (t.below(10)) {
      case 0:  // a bit of the real packet behind the outer IP header (a changed header can leave a good packet)
        p = real_[v];
        p[20 + t.below(p.size() - 20)] ^= static_cast<std::uint8_t>(1U << t.below(8));
        break;
      case 1:  // garbage with the right SPI and any number
        p = esp(sa, t.octets(16 + 4 * t.between(1, 40) + 16));
        break;
      case 2: {  // the right number, IV and length; ICV of zeroes or ones
        p = real_[v];
        std::fill(p.end() - 16, p.end(), t.chance(50) ? 0 : 0xFF);
        break;
      }
      case 3:  // short
        p = esp(sa, t.octets(t.below(40)));
        break;
      case 4: {  // the real one cut, with a header that agrees
        Octets cut(real_[v].begin() + 20, real_[v].end());
        cut.resize(t.below(cut.size()));
        p = esp(sa, cut, false);
        break;
      }
      case 5: {  // another SA's packet under this SPI
        Octets other(real_[(v + 1) % victims_.size()].begin() + 20, real_[(v + 1) % victims_.size()].end());
        if (victims_.size() < 2) other[30] ^= 1;
        p = esp(sa, other);
        break;
      }
      case 6:  // any SPI
        p = esp(sa, t.octets(64));
        model::store<4>(p, 20, t.below(0x1'0000'0000));
        break;
      case 7:  // number 0, or far ahead, or nearly wrapped
        p = esp(sa, t.octets(64));
        model::store<4>(p, 24, t.chance(30) ? 0 : t.chance(50) ? 0xFFFF'FFFF - t.below(100) : t.below(100));
        break;
      case 8:  // no packet at all, or another protocol
        p = t.octets(t.between(1, 200));
        if (t.chance(30)) p[0] = t.chance(50) ? 0x45 : 0x60;
        if (t.chance(30)) {
          p = real_[v];
          p[9] = static_cast<std::uint8_t>(t.chance(50) ? 17 : t.below(50));  // as UDP, what follows is no ESP
        }
        break;
      default: {  // a fragment, in UDP, in odd headers
        p = t.ip_packet(t.chance(50), 60 + 4 * t.below(20));
        const model::IpView ip = model::parse_ip(p);
        if (ip.ok) {
          p[ip.protocol_offset] = t.chance(50) ? 17 : 50;
          const std::size_t at = ip.header_length + (p[ip.protocol_offset] == 17 ? 8 : 0);
          if (at + 8 <= p.size()) model::store<4>(p, at, sa.config.head.spi);
          if (p[ip.protocol_offset] == 17) model::store<2>(p, ip.header_length + 4, ip.total_length - ip.header_length);
        }
        break;
      }
    }
    PacketIn in = Field::to_open(std::move(p), cookie);
    if (t.chance(3)) in.octets.resize(t.between(1, in.octets.size() + 20));  // the descriptor lies
    return in;
  }
  [[nodiscard]] const Octets& real(std::size_t victim) const { return real_[victim]; }

 private:
  Octets esp(const TestSa& sa, Octets payload, bool spi = true) {
    if (spi && payload.size() >= 4) model::store<4>(payload, 0, sa.config.head.spi);
    model::SaConfig outer;
    outer.out.ttl = 64;
    return model::wrap_tunnel(outer, {}, 0, payload);
  }

  Field& field_;
  std::vector<TestSa>& victims_;
  std::vector<Octets> real_;
};

TEST(Attack, ForgedPacketsMoveOnlyTheirOwnCounters) {
  const std::uint64_t count = from_environment("SALLYPORT_FORGED", 10'000);
  Field field(from_environment("SALLYPORT_SEED", 15));
  std::vector<TestSa> victims;
  victims.push_back(field.sa(3, {SaFlag::kInbound, SaFlag::kTunnel}));
  victims.push_back(field.sa(5, {SaFlag::kInbound, SaFlag::kTunnel, SaFlag::kEsn, SaFlag::kKey256}));
  victims.push_back(field.sa(7, {SaFlag::kInbound, SaFlag::kTunnel, SaFlag::kNoReplay}));
  victims.push_back(field.sa(9, {SaFlag::kInbound, SaFlag::kTunnel, SaFlag::kEsn, SaFlag::kNoReplay}));
  TestSa bystander = field.sa(2, {SaFlag::kTunnel});
  for (TestSa& sa : victims) field.install(sa);
  TestSa udp = field.sa(11, {SaFlag::kInbound, SaFlag::kTunnel, SaFlag::kUdpEncap});
  field.install(udp);
  field.install(bystander);
  if (HasFatalFailure()) return;
  Forger forger(field, victims);
  std::array<std::uint64_t, abi::kVerdictCount> verdicts{};
  std::map<std::uint16_t, std::uint64_t> failures;
  for (std::uint64_t done = 0; done < count;) {
    const std::uint64_t batch = std::min<std::uint64_t>(500, count - done);
    for (std::uint64_t i = 0; i < batch; ++i) {
      field.accelerator->push(Direction::kInbound, forger.next(static_cast<std::uint32_t>(done + i)));
    }
    const auto out = field.drain(Direction::kInbound);
    ASSERT_EQ(out.size(), batch);
    for (std::size_t i = 0; i < out.size(); ++i) {
      ASSERT_EQ(out[i].status.cookie, done + i);
      ASSERT_NE(verdict(out[i]), Verdict::kOk) << done + i;
      ASSERT_NE(verdict(out[i]), Verdict::kDummy) << done + i;
      ASSERT_TRUE(out[i].octets.empty());
      ASSERT_EQ(out[i].status.next_header, 0) << "something of the plaintext is told";
      ++verdicts[out[i].status.verdict];
      if (verdict(out[i]) == Verdict::kBadIcv) ++failures[out[i].status.index];
    }
    done += batch;
  }
  field.settle();
  EXPECT_EQ(field.accelerator->stream_faults(), 0U);
  for (unsigned v = 0; v < abi::kVerdictCount; ++v) {
    ASSERT_EQ(field.device.counter(Direction::kInbound, static_cast<Verdict>(v)), verdicts[v])
        << name(static_cast<Verdict>(v));
    ASSERT_EQ(field.device.counter(Direction::kOutbound, static_cast<Verdict>(v)), 0U);
  }
  std::uint64_t failed = 0;
  for (std::uint32_t i = 0; i < kSas; ++i) {
    const Snapshot snap = field.device.snapshot(i);
    EXPECT_EQ(snap.seq + snap.octets + snap.packets + snap.fw + snap.raised, 0U) << i;
    EXPECT_EQ(snap.dead, DeadReason::kAlive);
    EXPECT_EQ(snap.icv_fail, failures[static_cast<std::uint16_t>(i)]) << i;
    failed += snap.icv_fail;
  }
  EXPECT_EQ(failed, verdicts[static_cast<std::size_t>(Verdict::kBadIcv)]);
  EXPECT_TRUE(field.device.take_events().empty());
  EXPECT_EQ(field.device.read(regs::kEccCorrectedAddress) + field.device.read(regs::kEccFatalAddress), 0U);
  if (count >= 10'000) {
    for (const Verdict v :
         {Verdict::kBadIcv, Verdict::kUnknownSpi, Verdict::kTruncated, Verdict::kMalformed, Verdict::kSeqZero,
          Verdict::kLengthMismatch, Verdict::kNotEsp, Verdict::kEspFragment, Verdict::kWrongMode}) {
      EXPECT_GT(verdicts[static_cast<std::size_t>(v)], 0U) << name(v);
    }
  }
  // The windows stand where they stood: the first number still passes, everywhere.
  for (std::size_t v = 0; v < victims.size(); ++v)
    field.accelerator->push(Direction::kInbound, Field::to_open(forger.real(v)));
  for (const PacketOut& out : field.drain(Direction::kInbound)) EXPECT_EQ(verdict(out), Verdict::kOk);
  for (unsigned v = 0; v < abi::kVerdictCount; ++v) {
    if (verdicts[v] != 0)
      std::printf("%s %llu\n", name(static_cast<Verdict>(v)), static_cast<unsigned long long>(verdicts[v]));
  }
}

// ---------------------------------------------------------------------------------------------------- G4
// Random and extreme descriptors in front of packets that are right, against the golden accelerator.
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

// ---------------------------------------------------------------------------------------------------- intake
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

// ---------------------------------------------------------------------------------------------------- G5
/// Every window of 4 octets of the SA's secrets, as either octet order would show it.
void add_secret(std::set<std::uint32_t>& words, OctetView secret) {
  for (std::size_t i = 0; i + 4 <= secret.size(); ++i) {
    const std::uint32_t word = model::load32(secret, i);
    words.insert(word);
    words.insert(__builtin_bswap32(word));
  }
}

Octets hash_key(const TestSa& sa) {
  const bool key256 = sa.config.has(SaFlag::kKey256);
  Octets out(32);
  const Octets zero(16);
  int n = 0;
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  EVP_EncryptInit_ex(context, key256 ? EVP_aes_256_ecb() : EVP_aes_128_ecb(), nullptr, sa.secret.key.data(), nullptr);
  EVP_EncryptUpdate(context, out.data(), &n, zero.data(), 16);
  EVP_CIPHER_CTX_free(context);
  out.resize(16);
  return out;
}

/// Reads the whole register space, also where there are no registers and at odd addresses.
void scan(Field& field, const std::set<std::uint32_t>& secrets, const char* when) {
  for (std::uint32_t at = 0; at < 0x1'0000; at += 4) {
    const std::uint32_t address = at + (at % 28 == 0 ? 1 + (at / 28) % 3 : 0);
    const auto value = field.accelerator->read32(address);
    if (!value) continue;
    ASSERT_FALSE(secrets.contains(*value)) << when << ": a word of a key at " << std::hex << address;
    if (at >= regs::kStagingAddress && at < regs::kStagingAddress + 8 * abi::kStagingSlots * abi::kSlotWords) {
      ASSERT_EQ(*value, 0U) << when;
    }
  }
}

TEST(Attack, NoKeyCanBeRead) {
  Field field(19);
  TestSa out = field.sa(2, {SaFlag::kTunnel, SaFlag::kKey256});
  TestSa in = field.sa(3, {SaFlag::kInbound, SaFlag::kTunnel, SaFlag::kIcvForce});
  std::set<std::uint32_t> secrets;
  for (const TestSa* sa : {&out, &in}) {
    add_secret(secrets, sa->secret.key);
    add_secret(secrets, sa->secret.salt);
    add_secret(secrets, hash_key(*sa));
  }
  in.config.icv_limit = 2;
  out.config.soft_packets = 1;
  // Staged, not committed; and a commit that is refused.
  const auto image = model::encode_image(out.config, out.secret);
  for (std::uint32_t w = 0; w < image.size(); ++w) {
    field.device.write(regs::kStagingAddress + 8 * w, static_cast<std::uint32_t>(image[w]));
    field.device.write(regs::kStagingAddress + 8 * w + 4, static_cast<std::uint32_t>(image[w] >> 32));
  }
  scan(field, secrets, "staged");
  model::SaConfig broken = out.config;
  broken.head.spi = 1;
  ASSERT_EQ(field.device.commit(2, 0, model::encode_image(broken, out.secret)).code, CmdCode::kBadImage);
  scan(field, secrets, "refused");
  field.install(out);
  field.install(in);
  if (HasFatalFailure()) return;
  scan(field, secrets, "installed");
  // In use: the registers are read while packets are inside.
  for (std::uint32_t i = 0; i < 20; ++i) {
    field.accelerator->push(Direction::kOutbound, field.to_send(out, field.plain(900)));
    field.accelerator->push(Direction::kInbound, Field::to_open(field.sealed(in, i + 1, field.plain(900))));
  }
  scan(field, secrets, "in use");
  field.drain(Direction::kOutbound);
  field.drain(Direction::kInbound);
  // What a refused packet leaves behind.
  for (std::uint32_t i = 0; i < 3; ++i) {
    Octets forged = field.sealed(in, 100 + i, field.plain(60));
    forged.back() ^= 1;
    field.accelerator->push(Direction::kInbound, Field::to_open(forged));
  }
  for (const PacketOut& p : field.drain(Direction::kInbound)) {
    for (const std::uint32_t word : {p.status.aux, p.status.cookie}) ASSERT_FALSE(secrets.contains(word));
  }
  // A key word that cannot be read any more, met by a packet and by commands.
  ASSERT_EQ(
      field.device.command(Op::kFlip, 2, out.generation, static_cast<std::uint32_t>(SadMem::kKey), 5U << 16U | 6U).code,
      CmdCode::kOk);
  field.accelerator->push(Direction::kOutbound, field.to_send(out, field.plain(60)));
  ASSERT_EQ(verdict(field.drain(Direction::kOutbound)[0]), Verdict::kDeadMemory);
  for (std::uint32_t i = 0; i < kSas; ++i) {
    field.device.snapshot(i);
    if (i < 8) scan(field, secrets, "snapshot");
    if (HasFatalFailure()) return;
  }
  ASSERT_EQ(field.device.command(Op::kErase, 2, out.generation).state, EntryState::kFree);
  ASSERT_EQ(field.device.command(Op::kErase, 3, in.generation).state, EntryState::kFree);
  scan(field, secrets, "erased");
  for (unsigned op = 0; op < 256; ++op) {
    if (op == static_cast<unsigned>(Op::kCommit)) continue;
    field.device.command(static_cast<Op>(op), 2, out.generation, 0x8000'0000 | op, 0xFFFF'FFFF);
  }
  scan(field, secrets, "every operation");
  for (std::uint32_t i = 0; i < kSas; ++i) {
    const Snapshot snap = field.device.snapshot(i);
    EXPECT_TRUE(snap.state == EntryState::kFree || (i == 2 && snap.state == EntryState::kLarval)) << i;
  }
}

// Somebody writes anything to every address, registers or not, in front of packets. Only CONTROL is left alone: it may
// close the intake. Neither packets nor table nor the read-only registers are moved by it, and no command starts
// without its number.
TEST(Attack, WritesEverywhere) {
  Field field(26);
  TestSa out = field.sa(2, {SaFlag::kTunnel});
  TestSa in = field.sa(3, {SaFlag::kInbound, SaFlag::kTunnel});
  out.config.soft_packets = 1;
  field.install(out);
  field.install(in);
  if (HasFatalFailure()) return;
  std::vector<Octets> sent;
  for (std::uint32_t i = 0; i < 100; ++i) {
    sent.push_back(field.plain(300));
    field.accelerator->push(Direction::kOutbound, field.to_send(out, sent.back(), i));
    field.accelerator->push(Direction::kInbound, Field::to_open(field.sealed(in, i + 1, sent.back()), i));
  }
  const auto seq = field.device.read(regs::kCmdStatusAddress) >> regs::kCmdStatusSeqShift;
  for (std::uint32_t address = 0; address < 0x1'0000; address += 1 + (address % 4 == 3 ? 0 : field.traffic.below(3))) {
    const std::uint32_t word = address & ~3U;
    if (word == regs::kControlAddress) continue;
    auto value = static_cast<std::uint32_t>(field.traffic.below(0x1'0000'0000));
    // The number that is next would be a command.
    if (word == regs::kCmdGoAddress && value >> 16 == ((seq + 1) & 0xFFFF)) value ^= 0x8000'0000;
    (void)field.accelerator->write32(address, value);
  }
  EXPECT_EQ(field.device.read(regs::kIdAddress), 0x534C'5950U);
  EXPECT_EQ(field.device.read(regs::kCmdStatusAddress) >> regs::kCmdStatusSeqShift, seq);
  EXPECT_EQ(field.device.read(regs::kCmdStatusAddress) & regs::kCmdStatusBusyMask, 0U);
  std::size_t passed = 0;
  for (const PacketOut& p : field.drain(Direction::kInbound)) {
    ASSERT_EQ(verdict(p), Verdict::kOk);
    ASSERT_EQ(p.octets, sent[p.status.cookie]);
    ++passed;
  }
  for (const PacketOut& p : field.drain(Direction::kOutbound)) {
    ASSERT_EQ(verdict(p), Verdict::kOk);
    ++passed;
  }
  EXPECT_EQ(passed, 200U);
  EXPECT_EQ(field.device.read(regs::kEvHeadAddress), 1U);
  EXPECT_LE(field.device.read(regs::kEvTailAddress), 1U);
  EXPECT_EQ(field.device.read(regs::kRingAddress), 1U) << "the ring was written";
  // What stands in the staging bank now is no image; where it is, it must contradict itself, not pass.
  for (std::uint32_t slot = 0; slot < abi::kStagingSlots; ++slot) {
    ASSERT_EQ(field.device.command(Op::kClearStaging, 0, 0, slot).code, CmdCode::kOk);
    EXPECT_EQ(field.device.command(Op::kCommit, 9, 0, slot).code, CmdCode::kBadImage);
  }
  EXPECT_EQ(field.device.snapshot(9).state, EntryState::kFree);
}

// ---------------------------------------------------------------------------------------------------- G10
// A word breaks at any moment of a stream of packets. What passed before is whole, nothing passes after, one event
// tells it, the neighbour lives, and the entry can be used again.
TEST(Attack, MemoryBreaksUnderPackets) {
  struct Memory {
    SadMem mem;
    unsigned words, bits;
  };
  constexpr Memory kMemories[] = {{SadMem::kState, 2, 36}, {SadMem::kCfg, 12, 72}, {SadMem::kKey, 7, 72},
                                  {SadMem::kOutc, 3, 72},  {SadMem::kInc, 5, 72},  {SadMem::kFw, 4, 22}};
  // The full profile takes the packets of a round in some 120 clocks and scrubs a word in four times as many.
  const bool full = profile_under_test() == sim::Profile::kFull;
  const unsigned moments = full ? 160 : 900;
  const unsigned scrub = (full ? 256 : 64) * 33 * 64 + 10'000;
  Field field(20);
  TestSa neighbour = field.sa(4, {SaFlag::kTunnel});
  field.install(neighbour);
  if (HasFatalFailure()) return;
  std::array<std::uint16_t, kSas> generation{};
  unsigned moment = 0;
  for (const Memory& memory : kMemories) {
    for (unsigned word = 0; word < memory.words; ++word) {
      for (const bool inbound : {false, true}) {
        for (int again = 0; again < 3; ++again) {
          SCOPED_TRACE(std::string(name(memory.mem)) + ' ' + std::to_string(word) + (inbound ? " in" : " out"));
          TestSa sa = inbound ? field.sa(3, {SaFlag::kInbound, SaFlag::kTunnel}) : field.sa(2, {SaFlag::kTunnel});
          sa.generation = generation[sa.index];
          field.install(sa);
          if (HasFatalFailure()) return;
          const Direction way = inbound ? Direction::kInbound : Direction::kOutbound;
          std::vector<Octets> sent;
          for (std::uint32_t i = 0; i < 8; ++i) {
            sent.push_back(field.plain(200));
            field.accelerator->push(way, inbound ? Field::to_open(field.sealed(sa, i + 1, sent.back()), i)
                                                 : field.to_send(sa, sent.back(), i));
          }
          field.accelerator->push(Direction::kOutbound, field.to_send(neighbour, field.plain(40), 1000));
          moment = (moment + 37) % moments;
          for (unsigned n = moment; n != 0;) n -= static_cast<unsigned>(field.accelerator->run(n));
          const unsigned a = moment % memory.bits;
          const unsigned b = (a + 1 + moment % 7) % memory.bits;
          ASSERT_EQ(field.device
                        .command(Op::kFlip, sa.index, sa.generation,
                                 static_cast<std::uint32_t>(memory.mem) | word << 8U, b << 16U | a)
                        .code,
                    CmdCode::kOk);
          bool refused = false;
          for (const PacketOut& out : field.drain(way)) {
            if (out.status.cookie == 1000) {
              EXPECT_EQ(verdict(out), Verdict::kOk);
            } else if (verdict(out) == Verdict::kOk) {
              ASSERT_FALSE(refused);
              if (inbound) {
                ASSERT_EQ(out.octets, sent[out.status.cookie]);
              } else {
                const auto opened = sa.peer->open(OctetView(out.octets).subspan(20), 0);
                ASSERT_TRUE(opened.has_value());
                ASSERT_TRUE(
                    std::equal(sent[out.status.cookie].begin(), sent[out.status.cookie].end(), opened->begin()));
              }
            } else {
              refused = true;
              ASSERT_TRUE(out.octets.empty());
              ASSERT_TRUE(verdict(out) == Verdict::kDeadMemory || verdict(out) == Verdict::kStaleGeneration)
                  << name(verdict(out));
            }
          }
          for (const PacketOut& out : field.drain(Direction::kOutbound)) EXPECT_EQ(verdict(out), Verdict::kOk);
          // The scrubber comes by at the latest; a word that was written since is whole again.
          if (!refused && again == 0) {
            for (unsigned n = scrub; n != 0;) n -= static_cast<unsigned>(field.accelerator->run(n));
          }
          const Snapshot snap = field.look(sa.index);
          model::CommandResult erased = field.device.command(Op::kErase, sa.index, snap.generation);
          const bool met_by_erase = erased.code == CmdCode::kMemory;
          if (met_by_erase) erased = field.device.command(Op::kErase, sa.index, erased.generation);
          // One event tells it. Whoever met the word may have done so after the snapshot.
          const auto events = field.device.take_events();
          EXPECT_LE(events.size(), 1U);
          if (snap.dead == DeadReason::kMemory || met_by_erase) {
            EXPECT_EQ(events.size(), 1U);
          }
          for (const auto& event : events) {
            EXPECT_EQ(event.kind, static_cast<std::uint8_t>(EventKind::kMemory));
            EXPECT_EQ(event.index, sa.index);
            if (!met_by_erase) {
              EXPECT_EQ(event.generation, snap.generation);
            }
          }
          ASSERT_EQ(erased.state, EntryState::kFree) << name(erased.code);
          generation[sa.index] = erased.generation;
        }
      }
    }
  }
  EXPECT_EQ(field.look(4).dead, DeadReason::kAlive);
}

// ---------------------------------------------------------------------------------------------------- against the
// golden one
/// The device and the golden accelerator side by side.
class Duel : public Field {
 public:
  using Field::Field;

  void install_both(TestSa& sa) {
    const auto want = golden.commit(sa.index, sa.generation, model::encode_image(sa.config, sa.secret));
    install(sa);
    ASSERT_EQ(want.code, CmdCode::kOk);
    ASSERT_EQ(want.generation, sa.generation);
  }
  void send(Direction way, PacketIn in) {
    want_.push_back(way == Direction::kOutbound ? golden.outbound(abi::OutDesc::unpack(in.descriptor), in.octets)
                                                : golden.inbound(abi::InDesc::unpack(in.descriptor), in.octets));
    accelerator->push(way, std::move(in));
  }
  [[nodiscard]] const model::PacketResult& last() const { return want_.back(); }
  /// Compares all that was sent in this direction since the last call.
  void compare(Direction way) {
    std::size_t i = 0;
    for (const PacketOut& got : drain(way)) {
      ASSERT_LT(i, want_.size());
      ASSERT_EQ(got.status.pack(), want_[i].status.pack())
          << "packet " << i << ": " << name(verdict(got)) << ", golden " << name(want_[i].verdict());
      ASSERT_EQ(got.octets, want_[i].octets) << "packet " << i;
      ++i;
    }
    ASSERT_EQ(i, want_.size());
    want_.clear();
  }

  model::GoldenAccelerator golden{kSas, kWindow};

 private:
  std::vector<model::PacketResult> want_;
};

/// IPv6 with a chain of extension headers that goes up to the packet's end, at it, or past it.
Octets long_chain(Traffic& t, std::uint8_t upper, std::size_t behind) {
  Octets p(40);
  p[0] = 0x60;
  p[7] = 64;
  p[8] = p[24] = 0xFD;
  std::size_t nh = 6;
  constexpr std::uint8_t kKinds[] = {0, 43, 60};
  for (std::uint64_t n = t.chance(10) ? t.between(20, 150) : t.below(6); n != 0; --n) {
    p[nh] = kKinds[t.below(3)];
    nh = p.size();
    const std::size_t units = t.chance(80) ? 0 : t.below(4);
    model::append(p, t.octets(8 + 8 * units));
    p[nh + 1] = static_cast<std::uint8_t>(units);
  }
  p[nh] = upper;
  model::append(p, t.octets(behind));
  model::store<2>(p, 4, p.size() - 40);
  switch (t.below(8)) {
    case 0:  // the last header claims more than there is
      if (nh > 6) p[nh + 1] = static_cast<std::uint8_t>(p[nh + 1] + t.between(1, 255));
      break;
    case 1:  // the chain goes on, and nothing follows
      p[nh] = kKinds[t.below(3)];
      break;
    case 2:
      model::store<2>(p, 4, p.size() - 40 - std::min<std::size_t>(p.size() - 40, t.below(24)));
      break;
    case 3:
      model::store<2>(p, 4, t.below(0x10000));
      break;
    default:
      break;
  }
  return p;
}

TEST(Attack, HeaderChainsUpToTheEnd) {
  Duel duel(from_environment("SALLYPORT_SEED", 21), 0.1);
  Traffic& t = duel.traffic;
  TestSa tunnel = duel.sa(2, {SaFlag::kTunnel});
  TestSa transport = duel.sa(4, {});
  TestSa in = duel.sa(3, {SaFlag::kInbound, SaFlag::kTunnel});
  TestSa in_transport = duel.sa(5, {SaFlag::kInbound});
  in.config.rule.protocol = 17;
  in.config.ports = {0, 0x7FFF, 0x8000, 0xFFFF};
  in_transport.config.ports = {0x1000, 0xFFFF, 0, 0xFFFF};
  for (TestSa* sa : {&tunnel, &transport, &in, &in_transport}) duel.install_both(*sa);
  if (HasFatalFailure()) return;
  std::map<Verdict, int> seen;
  for (int round = 0; round < 40; ++round) {
    for (int i = 0; i < 40; ++i) {
      Octets p = long_chain(t, 17, t.below(24));
      const model::IpView ip = model::parse_ip(p);
      PacketIn packet = duel.to_send(t.chance(50) ? tunnel : transport, p);
      auto desc = abi::OutDesc::unpack(packet.descriptor);
      desc.next_header = 41;
      if (desc.index == transport.index) {
        desc.flags = 0;
        desc.esp_offset = static_cast<std::uint16_t>(ip.header_length);
        desc.nh_offset = static_cast<std::uint16_t>(ip.protocol_offset);
        desc.next_header = ip.protocol;
      }
      packet.descriptor = desc.pack();
      duel.send(Direction::kOutbound, std::move(packet));
      ++seen[duel.last().verdict()];
    }
    duel.compare(Direction::kOutbound);
    if (HasFatalFailure()) return;
    for (int i = 0; i < 40; ++i) {
      TestSa& sa = t.chance(50) ? in : in_transport;
      const bool inner_tunnel = &sa == &in;
      const Octets inner = inner_tunnel ? long_chain(t, t.chance(70) ? 17 : 44, t.below(24)) : t.octets(t.below(24));
      const std::uint8_t next = inner_tunnel ? 41
                                             : static_cast<std::uint8_t>(t.chance(60)   ? 17
                                                                         : t.chance(50) ? 60
                                                                                        : 44);
      const Octets esp =
          sa.peer->seal(sa.config.head.spi, ++sa.peer_sequence, model::esp_plaintext(inner, t.below(40), next));
      Octets outer = t.chance(70) ? long_chain(t, 50, 0) : Octets{};
      if (outer.empty() || !model::parse_ip(outer).ok) {
        outer = duel.plain(20);
        outer[9] = 50;
      }
      model::append(outer, esp);
      if (outer[0] >> 4 == 6) {
        model::store<2>(outer, 4, outer.size() - 40);
      } else {
        model::store<2>(outer, 2, outer.size());
      }
      if (t.chance(10)) outer.resize(outer.size() + t.between(1, 64));
      duel.send(Direction::kInbound, Field::to_open(std::move(outer)));
      ++seen[duel.last().verdict()];
    }
    duel.compare(Direction::kInbound);
    if (HasFatalFailure()) return;
  }
  for (const Verdict v : {Verdict::kOk, Verdict::kMalformed, Verdict::kBadInner, Verdict::kDiscardsSelector}) {
    EXPECT_GT(seen[v], 10) << name(v);
  }
}

// Every pad length over every short plaintext, its padding right as far as there is room for it, and once wrong in one
// octet.
TEST(Attack, EveryPadLength) {
  Duel duel(22);
  TestSa tunnel = duel.sa(3, {SaFlag::kInbound, SaFlag::kTunnel});
  TestSa transport = duel.sa(5, {SaFlag::kInbound});
  for (TestSa* sa : {&tunnel, &transport}) duel.install_both(*sa);
  if (HasFatalFailure()) return;
  std::map<Verdict, int> seen;
  for (TestSa* sa : {&tunnel, &transport}) {
    for (const std::size_t n : {4, 8, 16, 20, 24, 28, 252, 256, 260, 276, 280}) {
      for (std::size_t pad = 0; pad < 256; pad += n < 30 ? 1 : pad < 250 && pad > 4 ? 9 : 1) {
        for (const bool wrong : {false, true}) {
          Octets plain(n, 0);
          plain[0] = 0x45;
          const std::size_t payload = n < pad + 2 ? 0 : n - pad - 2;
          if (n >= 20) {
            model::store<2>(plain, 2, std::max<std::size_t>(20, payload));
            plain[8] = 9;
          }
          for (std::size_t i = 0; i < pad && i + 2 < n; ++i) plain[n - 3 - i] = static_cast<std::uint8_t>(pad - i);
          plain[n - 2] = static_cast<std::uint8_t>(pad);
          plain[n - 1] = sa == &tunnel ? 4 : 17;
          if (wrong && pad != 0 && n > 2) plain[n - 3 - duel.traffic.below(std::min(pad, n - 2))] ^= 0x10;
          Octets outer = duel.plain(20);
          outer[9] = 50;
          model::append(outer, sa->peer->seal(sa->config.head.spi, ++sa->peer_sequence, plain));
          model::store<2>(outer, 2, outer.size());
          duel.send(Direction::kInbound, Field::to_open(std::move(outer)));
          ++seen[duel.last().verdict()];
        }
      }
      duel.compare(Direction::kInbound);
      if (HasFatalFailure()) return;
    }
  }
  EXPECT_GT(seen[Verdict::kOk], 50);
  EXPECT_GT(seen[Verdict::kBadPadding], 500);
  EXPECT_GT(seen[Verdict::kBadInner], 10);
}

// too_big names the largest packet that fits: that one goes through, one octet more does not.
TEST(Attack, LargestThatFits) {
  Duel duel(23);
  std::uint16_t generation = 0;
  for (const unsigned form : {0U, 1U, 2U, 3U, 4U, 5U}) {
    for (const std::uint16_t mtu : {128, 129, 130, 131, 132, 133, 576, 1280, 1500}) {
      TestSa sa = duel.sa(2, {});
      if (form < 4) sa.config.set(SaFlag::kTunnel);
      if ((form & 1U) != 0) sa.config.set(SaFlag::kUdpEncap);
      if (form == 2 || form == 3) sa.config.set(SaFlag::kOuterV6);
      sa.config.head.path_mtu = mtu;
      sa.generation = generation;
      duel.install_both(sa);
      if (HasFatalFailure()) return;
      const auto packet = [&](std::size_t n) {
        PacketIn in = duel.to_send(sa, duel.plain(n));
        if (form >= 4) {
          auto desc = abi::OutDesc::unpack(in.descriptor);
          desc.flags = 0;
          desc.esp_offset = 20;
          desc.nh_offset = 9;
          desc.next_header = 17;
          in.descriptor = desc.pack();
        }
        return in;
      };
      duel.send(Direction::kOutbound, packet(mtu));
      ASSERT_EQ(duel.last().verdict(), Verdict::kTooBig);
      const std::size_t fits = duel.last().status.aux;
      ASSERT_GE(fits, 20U);
      duel.send(Direction::kOutbound, packet(fits));
      EXPECT_EQ(duel.last().verdict(), Verdict::kOk) << form << ' ' << mtu << ' ' << fits;
      EXPECT_LE(duel.last().octets.size(), mtu);
      duel.send(Direction::kOutbound, packet(fits + 1));
      EXPECT_EQ(duel.last().verdict(), Verdict::kTooBig) << form << ' ' << mtu << ' ' << fits;
      duel.compare(Direction::kOutbound);
      if (HasFatalFailure()) return;
      generation = duel.device.command(Op::kErase, 2, sa.generation).generation;
      duel.golden.erase(2, sa.generation);
    }
  }
}

// ---------------------------------------------------------------------------------------------------- G3, G6
// The host takes no events. Its entries die, are erased, are asked for again; nothing is evicted, nothing is told twice
// or lost.
TEST(Attack, FullRingEraseAndReinstall) {
  Field field(24);
  const std::uint32_t depth =
      (field.device.read(regs::kCaps1Address) & regs::kCaps1RingDepthMask) >> regs::kCaps1RingDepthShift;
  std::set<std::tuple<std::uint16_t, std::uint16_t, std::uint8_t>> wanted;
  std::array<std::uint16_t, kSas> generation{};
  std::set<std::uint32_t> stuck;
  while (wanted.size() < depth + 60) {
    for (std::uint32_t i = 0; i < kSas && wanted.size() < depth + 60; i += 2) {
      if (stuck.contains(i)) continue;
      TestSa sa = field.sa(i, {SaFlag::kTunnel});
      sa.config.soft_octets = sa.config.soft_packets = sa.config.hard_packets = 1;
      sa.generation = generation[i];
      field.install(sa);
      if (HasFatalFailure()) return;
      EXPECT_EQ(sa.generation, generation[i] + 1);
      generation[i] = sa.generation;
      field.accelerator->push(Direction::kOutbound, field.to_send(sa, field.plain(40)));
      field.accelerator->push(Direction::kOutbound, field.to_send(sa, field.plain(40)));
      const auto out = field.drain(Direction::kOutbound);
      ASSERT_EQ(verdict(out[0]), Verdict::kOk);
      ASSERT_EQ(verdict(out[1]), Verdict::kHardPackets);
      for (const EventKind kind : {EventKind::kSoftOctets, EventKind::kSoftPackets, EventKind::kHard}) {
        wanted.emplace(i, sa.generation, static_cast<std::uint8_t>(kind));
      }
      const auto erased = field.device.command(Op::kErase, i, sa.generation);
      ASSERT_EQ(erased.code, CmdCode::kOk);
      ASSERT_EQ(erased.state, wanted.size() <= depth ? EntryState::kFree : EntryState::kErasing);
      if (erased.state == EntryState::kErasing) {
        stuck.insert(i);
        // Nobody gets it now, by whatever door, and no packet moves it.
        const auto image = model::encode_image(sa.config, sa.secret);
        EXPECT_EQ(field.device.commit(i, sa.generation, image).code, CmdCode::kBadState);
        EXPECT_EQ(field.device.command(Op::kReserve, i, 0, 0, 0x4444).code, CmdCode::kBadState);
        EXPECT_EQ(field.device.command(Op::kSetState, i, sa.generation, 2).code, CmdCode::kBadState);
        EXPECT_EQ(field.device.command(Op::kErase, i, sa.generation).state, EntryState::kErasing);
        field.accelerator->push(Direction::kOutbound, field.to_send(sa, field.plain(40)));
        EXPECT_EQ(verdict(field.drain(Direction::kOutbound)[0]), Verdict::kWrongState);
      }
    }
  }
  EXPECT_FALSE(stuck.empty());
  std::uint32_t number = 0;
  for (int round = 0; round < 20; ++round) {
    for (const auto& event : field.device.take_events()) {
      ASSERT_EQ(event.seq, ++number);
      EXPECT_EQ(wanted.erase({event.index, event.generation, event.kind}), 1U)
          << event.index << ' ' << event.generation << ' ' << static_cast<int>(event.kind);
    }
    for (unsigned n = 2000; n != 0;) n -= static_cast<unsigned>(field.accelerator->run(n));
  }
  EXPECT_TRUE(wanted.empty()) << wanted.size() << " events lost";
  for (const std::uint32_t i : stuck) EXPECT_EQ(field.look(i).state, EntryState::kFree);
}

// ---------------------------------------------------------------------------------------------------- G10
// Bits flip anywhere, one, two and more words at once, while commands and packets go on. Whatever breaks: nobody but
// erase sets an entry free, no event is told twice, no packet passes under a wrong key, and everything can be had back
// in the end.
TEST(Attack, BrokenMemoriesUnderCommands) {
  Field field(from_environment("SALLYPORT_SEED", 25));
  Traffic& t = field.traffic;
  constexpr std::uint32_t kUsed = 6;
  std::vector<TestSa> sas(kUsed);
  std::array<bool, kUsed> live{};
  std::set<std::tuple<std::uint16_t, std::uint16_t, std::uint8_t>> told;
  constexpr unsigned kWords[] = {2, 12, 7, 3, 5, 4};
  constexpr unsigned kBits[] = {36, 72, 72, 72, 72, 22};
  std::set<std::tuple<std::uint32_t, unsigned, unsigned>> touched;
  std::uint64_t fatal = 0;
  std::uint64_t passed = 0;
  std::uint64_t freed = 0;
  const auto events = [&] {
    for (const auto& e : field.device.take_events()) {
      EXPECT_TRUE(told.emplace(e.index, e.generation, e.kind).second)
          << name(static_cast<EventKind>(e.kind)) << " twice for " << e.index << '.' << e.generation;
    }
  };
  for (int step = 0; step < 2500; ++step) {
    const std::uint32_t i = static_cast<std::uint32_t>(t.below(kUsed));
    const std::uint32_t index = 10 + i;
    switch (t.below(8)) {
      case 0:
      case 1: {
        const Snapshot before = field.look(index);
        if (live[i]) {
          ASSERT_NE(before.state, EntryState::kFree) << "step " << step;
          model::CommandResult erased;
          int tries = 0;
          std::uint16_t generation = before.generation;
          do {
            ASSERT_LT(++tries, 10) << name(erased.code);
            erased = field.device.command(Op::kErase, index, generation);
            generation = erased.generation;
          } while (erased.code != CmdCode::kOk);
          if (erased.state != EntryState::kFree) {
            // A word that broke under the erase itself: what is left of it is in the ring soon.
            events();
            field.accelerator->run(5000);
            ASSERT_EQ(field.look(index).state, EntryState::kFree);
          }
          live[i] = false;
          ++freed;
        } else {
          const bool inbound = index % 2 != 0;
          TestSa sa =
              inbound ? field.sa(index, {SaFlag::kInbound, SaFlag::kTunnel}) : field.sa(index, {SaFlag::kTunnel});
          if (t.chance(30)) sa.config.set(SaFlag::kKey256);
          Field::make_peer(sa);
          sa.config.soft_packets = 3;
          const auto got = field.device.commit(index, before.generation, model::encode_image(sa.config, sa.secret));
          ASSERT_TRUE(got.code == CmdCode::kOk || got.code == CmdCode::kMemory || got.code == CmdCode::kBadState)
              << name(got.code) << " step " << step;
          sa.generation = got.generation;
          if (got.code != CmdCode::kOk) {
            ASSERT_EQ(field.device.command(Op::kClearStaging, 0, 0, 0).code, CmdCode::kOk);
            if (field.look(index).state != EntryState::kFree) live[i] = true;  // to be erased first
            if (live[i]) sa.generation = field.look(index).generation;
          } else {
            live[i] = true;
          }
          sas[i] = std::move(sa);
        }
        break;
      }
      case 2:
      case 3: {
        for (std::uint64_t n = t.chance(70) ? 1 : t.between(2, 4); n != 0; --n) {
          const auto mem = static_cast<unsigned>(t.chance(40) ? 0 : t.below(6));
          const auto word = static_cast<unsigned>(t.chance(40) ? 0 : t.below(kWords[mem]));
          const auto a = static_cast<unsigned>(t.below(kBits[mem]));
          const auto b = t.chance(50) ? a : static_cast<unsigned>(t.below(kBits[mem]));
          // Three wrong bits of a word are beyond the code: not again before the scrubber has come by.
          if (!touched.emplace(index, mem, word).second) continue;
          field.device.command(Op::kFlip, index, 0, mem | word << 8U, b << 16U | a);
        }
        break;
      }
      case 4: {
        if (t.chance(20)) field.device.command(Op::kKill, index, field.look(index).generation);
        field.device.command(Op::kWriteFw, index, field.look(index).generation, 1, 2);
        constexpr unsigned kScrub = 64 * 33 * 64 + 10'000;
        const bool all = t.chance(6);
        for (unsigned n = all ? kScrub : static_cast<unsigned>(t.below(3000)); n > 0;) {
          n -= static_cast<unsigned>(field.accelerator->run(n));
        }
        // A word that was noted second in a clock waits for the next round.
        if (all && t.chance(50)) {
          for (unsigned n = kScrub; n > 0;) n -= static_cast<unsigned>(field.accelerator->run(n));
          touched.clear();
        }
        break;
      }
      case 5:
        events();
        break;
      default: {
        TestSa& sa = sas[i];
        if (!sa.peer) break;
        const bool inbound = sa.config.inbound();
        const Octets inner = field.plain(44);
        const Direction way = inbound ? Direction::kInbound : Direction::kOutbound;
        field.accelerator->push(
            way, inbound ? Field::to_open(field.sealed(sa, ++sa.peer_sequence, inner)) : field.to_send(sa, inner));
        const PacketOut out = std::move(field.drain(way).at(0));
        if (verdict(out) == Verdict::kOk) {
          ++passed;
          ASSERT_TRUE(live[i]) << "a packet passed without a tenant";
          if (inbound) {
            ASSERT_EQ(out.octets, inner);
          } else {
            const auto opened = sa.peer->open(OctetView(out.octets).subspan(20), 0);
            ASSERT_TRUE(opened.has_value());
            ASSERT_TRUE(std::equal(inner.begin(), inner.end(), opened->begin()));
          }
        }
        break;
      }
    }
    if (HasFatalFailure()) return;
  }
  events();
  fatal = field.device.read(regs::kEccFatalAddress);
  std::printf("%llu packets passed, %llu entries erased, %llu fatal and %u corrected words\n",
              static_cast<unsigned long long>(passed), static_cast<unsigned long long>(freed),
              static_cast<unsigned long long>(fatal), field.device.read(regs::kEccCorrectedAddress));
  EXPECT_GT(fatal, 50U);
  EXPECT_GT(passed, 100U);
}

}  // namespace
}  // namespace sallyport::test
