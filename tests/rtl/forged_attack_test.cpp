// Somebody without the key sends whatever could pass (G4, G8).
//
// SALLYPORT_FORGED is the number of forged packets (10,000 unless set).
//
// SALLYPORT_SEED is another run, SALLYPORT_PROFILE the profile. Guarantees: docs/reference/guarantees.md.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <vector>

#include "field.hpp"
#include "sallyport/model/outer_header.hpp"
#include "sallyport/regs.hpp"

namespace sallyport::test {
namespace {

using abi::DeadReason;
using abi::SaFlag;
using abi::Verdict;
using model::Octets;

/// G4, G8: Somebody without the key sends whatever could pass.
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

}  // namespace
}  // namespace sallyport::test
