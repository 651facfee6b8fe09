// Odd headers and paddings, against the golden accelerator.
//
// SALLYPORT_SEED is another run, SALLYPORT_PROFILE the profile. Guarantees: docs/reference/guarantees.md.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

#include "field.hpp"

namespace sallyport::test {
namespace {

using abi::CmdCode;
using abi::Op;
using abi::SaFlag;
using abi::Verdict;
using model::Octets;

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

}  // namespace
}  // namespace sallyport::test
