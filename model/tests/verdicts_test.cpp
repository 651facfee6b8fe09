// Each verdict once, and the order in which they are judged.
#include <gtest/gtest.h>

#include "test_sa.hpp"

namespace sallyport::model::test {
namespace {

using abi::EntryState;

/// An ESP packet for `pair.b` with this plaintext (payload, padding, trailer) under the next free number.
Octets forge(Pair& pair, const Octets& plaintext, std::uint32_t sequence) {
  auto codec = EspCodec::create(OctetView(secret().key).first(16), secret().salt, false);
  const Octets esp = codec.value().seal(kSpi, sequence, plaintext);
  Octets out = pair.send(udp4()).octets;
  out.resize(20);
  append(out, esp);
  store<2>(out, 2, out.size());
  return out;
}

Verdict receive_plain(const Octets& plaintext, const SaConfig& in = in_config()) {
  Pair pair(out_config(), in);
  return pair.receive(forge(pair, plaintext, 1)).verdict();
}

TEST(OutboundVerdicts, Records) {
  Pair pair;
  const Octets packet = udp4();
  abi::OutDesc desc = pair.tunnel_desc(packet);
  desc.length = 0;
  EXPECT_EQ(pair.a.outbound(desc, {}).verdict(), Verdict::kLengthMismatch);
  desc.length = static_cast<std::uint16_t>(packet.size() + 1);
  EXPECT_EQ(pair.a.outbound(desc, packet).verdict(), Verdict::kLengthMismatch);
  const Octets longer = udp4(10241 - 28);
  EXPECT_EQ(pair.send(longer).verdict(), Verdict::kTooLong);
  Octets padded = packet;
  padded.push_back(0);
  EXPECT_EQ(pair.send(padded).verdict(), Verdict::kMalformed);
  EXPECT_EQ(pair.a.outbound_count(Verdict::kLengthMismatch), 2U);
  EXPECT_EQ(pair.a.outbound_count(Verdict::kTooLong), 1U);
  EXPECT_EQ(pair.a.entry(kOutIndex).packets(), 0U);
}

TEST(OutboundVerdicts, Descriptors) {
  Pair pair;
  Pair transport(Flags{});
  const Octets packet = udp4();
  const auto tunnel = [&](auto change) {
    abi::OutDesc desc = pair.tunnel_desc(packet);
    change(desc);
    return pair.a.outbound(desc, packet).verdict();
  };
  const auto direct = [&](auto change) {
    abi::OutDesc desc = transport.transport_desc(packet);
    change(desc);
    return transport.a.outbound(desc, packet).verdict();
  };
  EXPECT_EQ(tunnel([](auto& d) { d.next_header = 41; }), Verdict::kBadDescriptor);
  EXPECT_EQ(tunnel([](auto& d) { d.next_header = 17; }), Verdict::kBadDescriptor);
  EXPECT_EQ(tunnel([](auto& d) { d.esp_offset = 20; }), Verdict::kBadDescriptor);
  EXPECT_EQ(tunnel([](auto& d) { d.nh_offset = 9; }), Verdict::kBadDescriptor);
  EXPECT_EQ(tunnel([](auto& d) { d.index = kNumSas; }), Verdict::kBadDescriptor);
  EXPECT_EQ(tunnel([](auto& d) { d.index = 0; }), Verdict::kStaleGeneration);
  EXPECT_EQ(tunnel([](auto& d) { ++d.generation; }), Verdict::kStaleGeneration);
  EXPECT_EQ(direct([](auto&) {}), Verdict::kOk);
  EXPECT_EQ(direct([](auto& d) { d.esp_offset = 24; }), Verdict::kBadDescriptor);
  EXPECT_EQ(direct([](auto& d) { d.nh_offset = 10; }), Verdict::kBadDescriptor);
  EXPECT_EQ(direct([](auto& d) { d.next_header = 6; }), Verdict::kBadDescriptor);
  EXPECT_EQ(direct([](auto& d) { d.flags = 2; }), Verdict::kBadDescriptor);
}

TEST(OutboundVerdicts, ModeDirectionStateAndDeath) {
  Pair pair;
  const Octets packet = udp4();
  EXPECT_EQ(pair.a.outbound(pair.transport_desc(packet), packet).verdict(), Verdict::kWrongMode);
  abi::OutDesc desc = pair.tunnel_desc(packet);
  desc.index = kInIndex;
  desc.generation = pair.b_generation;
  EXPECT_EQ(pair.b.outbound(desc, packet).verdict(), Verdict::kWrongDirection);
  for (const EntryState state : {EntryState::kOverlap, EntryState::kRedundant}) {
    pair.a.set_state(kOutIndex, pair.a_generation, state);
    EXPECT_EQ(pair.send(packet).verdict(), Verdict::kOk);
  }
  pair.a.set_state(kOutIndex, pair.a_generation, EntryState::kDraining);
  EXPECT_EQ(pair.send(packet).verdict(), Verdict::kWrongState);
  Pair killed;
  killed.a.kill(kOutIndex, killed.a_generation);
  EXPECT_EQ(killed.send(packet).verdict(), Verdict::kDeadKilled);
  Pair broken;
  EXPECT_EQ(broken.a.memory_fault(kOutIndex).size(), 1U);
  EXPECT_TRUE(broken.a.memory_fault(kOutIndex).empty());
  EXPECT_EQ(broken.send(packet).verdict(), Verdict::kDeadMemory);
}

TEST(OutboundVerdicts, TooBigNamesTheLargestThatFits) {
  for (const auto& flags : {Flags{SaFlag::kTunnel}, {SaFlag::kTunnel, SaFlag::kOuterV6, SaFlag::kUdpEncap}, {}}) {
    for (std::uint16_t mtu = 1400; mtu < 1408; ++mtu) {
      SaConfig out = out_config(flags);
      out.head.path_mtu = mtu;
      Pair pair(out, in_config(flags));
      const auto send = [&](std::size_t size) {
        const Octets packet = udp4(size - 28);
        return pair.a.outbound(out.tunnel() ? pair.tunnel_desc(packet) : pair.transport_desc(packet), packet);
      };
      const PacketResult refused = send(1500);
      ASSERT_EQ(refused.verdict(), Verdict::kTooBig);
      const PacketResult fits = send(refused.status.aux);
      EXPECT_EQ(fits.verdict(), Verdict::kOk);
      EXPECT_LE(fits.octets.size(), mtu);
      EXPECT_GT(fits.octets.size() + 4, mtu);
      EXPECT_EQ(send(refused.status.aux + 1).verdict(), Verdict::kTooBig);
    }
  }
}

TEST(OutboundVerdicts, DummyTakesAnything) {
  Pair pair({SaFlag::kTunnel, SaFlag::kDecTtl});
  const Octets noise(50, 0x77);
  abi::OutDesc desc = pair.tunnel_desc(noise, 2);
  desc.next_header = 59;
  const PacketResult sent = pair.a.outbound(desc, noise);
  ASSERT_EQ(sent.verdict(), Verdict::kOk);
  EXPECT_EQ(sent.octets[1], 0);
  EXPECT_EQ(load16(sent.octets, 6), 0x4000);
  const PacketResult got = pair.receive(sent.octets);
  EXPECT_EQ(got.verdict(), Verdict::kDummy);
  EXPECT_EQ(got.status.next_header, 59);
  EXPECT_EQ(got.status.length, 0);
  EXPECT_EQ(pair.b.entry(kInIndex).packets(), 1U);
  EXPECT_EQ(pair.b.entry(kInIndex).octets(), cipher_octets(58));
}

TEST(InboundVerdicts, BeforeTheTable) {
  Pair pair;
  const Octets good = pair.send(udp4()).octets;
  const auto changed = [&](auto change) {
    Octets packet = good;
    change(packet);
    return pair.receive(packet);
  };
  const PacketResult plain = pair.receive(udp4());
  EXPECT_EQ(plain.verdict(), Verdict::kTruncated);  // UDP that is too short for ESP in UDP
  EXPECT_EQ(plain.status.index, 0xFFFF);
  EXPECT_EQ(plain.status.cookie, 0xC00C1EU);
  EXPECT_EQ(changed([](Octets& p) { p[9] = 6; }).verdict(), Verdict::kNotEsp);
  EXPECT_EQ(changed([](Octets& p) { p[6] = 0x20; }).verdict(), Verdict::kEspFragment);
  EXPECT_EQ(changed([](Octets& p) { p[7] = 1, p[9] = 6; }).verdict(), Verdict::kEspFragment);
  EXPECT_EQ(changed([](Octets& p) { p[3] -= 1; }).verdict(), Verdict::kTruncated);
  EXPECT_EQ(changed([](Octets& p) { store<2>(p, 2, 20 + 32); }).verdict(), Verdict::kTruncated);
  EXPECT_EQ(changed([](Octets& p) { p[3] += 1; }).verdict(), Verdict::kMalformed);
  EXPECT_EQ(changed([](Octets& p) { p[0] = 0x55; }).verdict(), Verdict::kMalformed);
  EXPECT_EQ(changed([](Octets& p) { p.resize(19); }).verdict(), Verdict::kMalformed);
  const PacketResult unknown = changed([](Octets& p) { p[20] ^= 1; });
  EXPECT_EQ(unknown.verdict(), Verdict::kUnknownSpi);
  EXPECT_EQ(unknown.status.index, 0xFFFF);
  EXPECT_EQ(pair.b.inbound_count(Verdict::kEspFragment), 2U);
}

TEST(InboundVerdicts, UdpLengthMustBeThePackets) {
  Pair pair({SaFlag::kTunnel, SaFlag::kUdpEncap});
  Octets packet = pair.send(udp4()).octets;
  packet[25] ^= 4;
  EXPECT_EQ(pair.receive(packet).verdict(), Verdict::kMalformed);
}

TEST(InboundVerdicts, Table) {
  Pair pair;
  const Octets packet = pair.send(udp4()).octets;
  const auto with = [&](auto change) {
    Pair fresh;
    change(fresh.b, fresh.b_generation);
    const PacketResult got = fresh.receive(packet);
    EXPECT_EQ(got.status.index, kInIndex);
    return got.verdict();
  };
  EXPECT_EQ(with([](auto& b, auto g) { b.set_state(kInIndex, g, EntryState::kDraining); }), Verdict::kOk);
  EXPECT_EQ(with([](auto& b, auto g) { b.kill(kInIndex, g); }), Verdict::kDeadKilled);
  EXPECT_EQ(with([](auto& b, auto) { b.memory_fault(kInIndex); }), Verdict::kDeadMemory);
  EXPECT_EQ(with([](auto& b, auto g) { b.erase(kInIndex, g), b.reserve(kInIndex, kSpi); }), Verdict::kWrongState);
  EXPECT_EQ(with([](auto& b, auto g) {
              b.erase(kInIndex, g);
              b.commit(kInIndex, 0, encode_image(out_config(), secret()));
            }),
            Verdict::kWrongDirection);
  Pair udp(out_config(), in_config({SaFlag::kTunnel, SaFlag::kUdpEncap}));
  EXPECT_EQ(udp.receive(packet).verdict(), Verdict::kWrongMode);
  Octets zero = packet;
  store<4>(zero, 24, 0);
  EXPECT_EQ(pair.receive(zero).verdict(), Verdict::kSeqZero);
}

TEST(InboundVerdicts, Trailer) {
  const Octets inner = udp4(2);  // 30 octets: no padding
  EXPECT_EQ(receive_plain(esp_plaintext(inner, 0, 4)), Verdict::kOk);
  Octets wrong = esp_plaintext(udp4(3), 0, 4);  // 31 octets, 3 of padding
  ASSERT_EQ(wrong[wrong.size() - 2], 3);
  wrong[wrong.size() - 4] = 9;
  EXPECT_EQ(receive_plain(wrong), Verdict::kBadPadding);
  Octets too_long = esp_plaintext(inner, 0, 4);
  too_long[too_long.size() - 2] = 255;
  EXPECT_EQ(receive_plain(too_long), Verdict::kBadPadding);
  EXPECT_EQ(receive_plain(esp_plaintext(inner, 0, 41)), Verdict::kBadNextHeader);
  EXPECT_EQ(receive_plain(esp_plaintext(inner, 0, 17)), Verdict::kBadNextHeader);
  EXPECT_EQ(receive_plain(esp_plaintext({}, 0, 4)), Verdict::kBadNextHeader);
  EXPECT_EQ(receive_plain(esp_plaintext({}, 0, 59)), Verdict::kDummy);
  EXPECT_EQ(receive_plain(esp_plaintext(OctetView(inner).first(29), 0, 4)), Verdict::kBadInner);
  EXPECT_EQ(receive_plain(esp_plaintext(Octets{0x45}, 0, 4)), Verdict::kBadInner);
}

TEST(InboundVerdicts, LongPaddingIsFine) {
  Octets plain = udp4(2);
  for (int i = 1; i <= 252; ++i) plain.push_back(static_cast<std::uint8_t>(i));
  plain.push_back(252);
  plain.push_back(4);
  EXPECT_EQ(receive_plain(plain), Verdict::kOk);
}

TEST(InboundVerdicts, TtlOfTheInnerPacket) {
  const SaConfig in = in_config({SaFlag::kTunnel, SaFlag::kDecTtl});
  EXPECT_EQ(receive_plain(esp_plaintext(udp4(2, {.ttl = 1}), 0, 4), in), Verdict::kTtl);
  EXPECT_EQ(receive_plain(esp_plaintext(udp6(2, {.ttl = 1}), 0, 41), in), Verdict::kTtl);
  EXPECT_EQ(receive_plain(esp_plaintext(udp4(2, {.ttl = 2}), 0, 4), in), Verdict::kOk);
}

// udp4: 10.1.0.1:1000 -> 10.2.0.1:2000.
TEST(InboundVerdicts, Selectors) {
  const auto judge = [](auto change, const Octets& inner = udp4()) {
    SaConfig in = in_config();
    change(in);
    return receive_plain(esp_plaintext(inner, 0, inner[0] >> 4 == 6 ? 41 : 4), in);
  };
  const auto prefix = [](std::uint32_t address, std::uint8_t length) {
    return [=](SaConfig& sa) {
      sa.rule.family = 4;
      store<4>(sa.first, 0, address);
      sa.rule.src_plen = length;
    };
  };
  EXPECT_EQ(judge(prefix(0x0A010001, 32)), Verdict::kOk);
  EXPECT_EQ(judge(prefix(0x0A010002, 32)), Verdict::kDiscardsSelector);
  EXPECT_EQ(judge(prefix(0x0A010002, 30)), Verdict::kOk);
  EXPECT_EQ(judge(prefix(0xFFFFFFFF, 0)), Verdict::kOk);
  EXPECT_EQ(judge(prefix(0x0A010001, 32), udp6()), Verdict::kDiscardsSelector);
  EXPECT_EQ(judge([](SaConfig& sa) { sa.rule.protocol = 17; }), Verdict::kOk);
  EXPECT_EQ(judge([](SaConfig& sa) { sa.rule.protocol = 6; }), Verdict::kDiscardsSelector);
  EXPECT_EQ(judge([](SaConfig& sa) { sa.ports = {1000, 1000, 2000, 2000}; }), Verdict::kOk);
  EXPECT_EQ(judge([](SaConfig& sa) { sa.ports.sport_lo = 1001; }), Verdict::kDiscardsSelector);
  EXPECT_EQ(judge([](SaConfig& sa) { sa.ports.dport_hi = 1999; }), Verdict::kDiscardsSelector);
  const Octets echo = tools::make_ipv4({}, 1, tools::make_echo({}, false, 1, Octets(9)));
  EXPECT_EQ(judge([](SaConfig&) {}, echo), Verdict::kOk);
  EXPECT_EQ(judge([](SaConfig& sa) { sa.ports.dport_hi = 65534; }, echo), Verdict::kDiscardsSelector);
  const auto fragments = tools::make_ipv4_fragments({}, 17, tools::make_udp({}, false, 1000, 2000, Octets(90)), 48);
  EXPECT_EQ(judge([](SaConfig& sa) { sa.ports.sport_lo = 1000; }, fragments[0]), Verdict::kOk);
  EXPECT_EQ(judge([](SaConfig& sa) { sa.ports.sport_lo = 1000; }, fragments[1]), Verdict::kDiscardsSelector);
  EXPECT_EQ(judge([](SaConfig& sa) { sa.rule.protocol = 17; }, fragments[1]), Verdict::kOk);
}

TEST(Isolation, DropsCountNothingElse) {
  Pair pair;
  const Octets good = pair.send(udp4()).octets;
  Octets forged = good;
  forged.back() ^= 1;
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(pair.receive(forged).verdict(), Verdict::kBadIcv);
  EXPECT_EQ(pair.b.inbound_count(Verdict::kBadIcv), 1000U);
  EXPECT_EQ(pair.b.entry(kInIndex).icv_failures(), 1000U);
  EXPECT_EQ(pair.b.entry(kInIndex).octets(), 0U);
  EXPECT_EQ(pair.receive(good).verdict(), Verdict::kOk);
  EXPECT_EQ(pair.b.inbound_count(Verdict::kOk), 1U);
}

}  // namespace
}  // namespace sallyport::model::test
