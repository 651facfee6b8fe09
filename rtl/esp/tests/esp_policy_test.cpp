// The judges without a memory of their own: esp_ecn against the table of RFC 6040, esp_selector against a plain
// comparison.
#include <gtest/gtest.h>

#include "Vesp_ecn_model.h"
#include "Vesp_selector_model.h"
#include "bench.hpp"

namespace sallyport::test {
namespace {

// Code points: Not-ECT 0, ECT(1) 1, ECT(0) 2, CE 3. RFC 6040 figure 4, rows inner, columns outer; 4 = drop.
constexpr unsigned kDrop = 4;
constexpr unsigned kFigure4[4][4] = {
    {0, 0, 0, kDrop},
    {1, 1, 1, 3},
    {2, 1, 2, 3},
    {3, 3, 3, 3},
};

TEST(EspEcn, Rfc6040Figure4) {
  Vesp_ecn_model top;
  for (unsigned inner = 0; inner < 4; ++inner) {
    for (unsigned outer = 0; outer < 4; ++outer) {
      top.inner_i = inner;
      top.outer_i = outer;
      top.tunnel_i = 1;
      top.compat_i = 0;
      top.eval();
      EXPECT_EQ(top.drop_o, kFigure4[inner][outer] == kDrop);
      if (!top.drop_o) {
        EXPECT_EQ(top.ecn_o, kFigure4[inner][outer]);
      }
      top.compat_i = 1;
      top.eval();
      EXPECT_EQ(top.drop_o, kFigure4[inner][outer] == kDrop);
      EXPECT_EQ(top.ecn_o, inner);
      top.tunnel_i = 0;
      top.compat_i = 0;
      top.eval();
      EXPECT_FALSE(top.drop_o);
      EXPECT_EQ(top.ecn_o, inner);
    }
  }
}

struct Rule {
  std::array<std::uint16_t, 4> ports{0, 0xFFFF, 0, 0xFFFF};  // source lowest, highest, destination lowest, highest
  std::uint8_t src_plen = 0, dst_plen = 0, protocol = 0, family = 0;
  Octets src_prefix = Octets(16), dst_prefix = Octets(16);
};

struct Packet {
  bool v6 = false;
  Octets src = Octets(16), dst = Octets(16);
  std::uint8_t protocol = 17;
  std::uint16_t sport = 0, dport = 0;
  bool shown = true;
};

class Selector : public ::testing::Test {
 protected:
  bool match(const Rule& r, const Packet& p) {
    auto& top = bench_.top;
    top.ports_i = std::uint64_t{r.ports[0]} << 48 | std::uint64_t{r.ports[1]} << 32 | std::uint64_t{r.ports[2]} << 16 |
                  r.ports[3];
    top.rule_i = std::uint64_t{r.src_plen} << 56 | std::uint64_t{r.dst_plen} << 48 | std::uint64_t{r.protocol} << 40 |
                 std::uint64_t{r.family} << 32;
    set_beat(top.src_prefix_i, r.src_prefix);
    set_beat(top.dst_prefix_i, r.dst_prefix);
    top.v6_i = p.v6;
    set_beat(top.src_i, p.src);
    set_beat(top.dst_i, p.dst);
    top.proto_i = p.protocol;
    top.l4_i = std::uint32_t{p.sport} << 16 | p.dport;
    top.l4_shown_i = p.shown;
    top.en_i = 1;
    bench_.clock();
    top.en_i = 0;
    bench_.clock();
    return top.match_o != 0;
  }

  static bool prefix(OctetView a, OctetView b, unsigned length) {
    for (unsigned bit = 0; bit < length; ++bit) {
      if (((a[bit / 8] ^ b[bit / 8]) >> (7 - bit % 8) & 1U) != 0) return false;
    }
    return true;
  }

  static bool reference(const Rule& r, const Packet& p) {
    if (r.family != 0 && r.family != (p.v6 ? 6 : 4)) return false;
    if (r.protocol != 0 && r.protocol != p.protocol) return false;
    if (!prefix(p.src, r.src_prefix, r.src_plen) || !prefix(p.dst, r.dst_prefix, r.dst_plen)) return false;
    const bool has_ports =
        p.protocol == 6 || p.protocol == 17 || p.protocol == 33 || p.protocol == 132 || p.protocol == 136;
    auto port_ok = [&](std::uint16_t port, std::uint16_t lo, std::uint16_t hi) {
      return (lo == 0 && hi == 0xFFFF) || (p.shown && has_ports && port >= lo && port <= hi);
    };
    return port_ok(p.sport, r.ports[0], r.ports[1]) && port_ok(p.dport, r.ports[2], r.ports[3]);
  }

  Bench<Vesp_selector_model> bench_{1};
};

TEST_F(Selector, EveryPrefixLengthNeedsExactlyItsBits) {
  for (unsigned length = 0; length <= 128; ++length) {
    Rule rule;
    Packet packet;
    rule.src_prefix = packet.src = bench_.octets(16);
    rule.dst_prefix = packet.dst = bench_.octets(16);
    rule.src_plen = static_cast<std::uint8_t>(length);
    rule.dst_plen = static_cast<std::uint8_t>(length);
    EXPECT_TRUE(match(rule, packet));
    for (unsigned bit = 0; bit < 128; ++bit) {
      Packet other = packet;
      Octets& address = bit % 2 == 0 ? other.src : other.dst;
      address[bit / 8] ^= static_cast<std::uint8_t>(0x80U >> (bit % 8));
      EXPECT_EQ(match(rule, other), bit >= length) << "length " << length << " bit " << bit;
    }
  }
}

TEST_F(Selector, Random) {
  constexpr std::array<std::uint8_t, 9> kProtocols = {1, 6, 17, 33, 50, 58, 89, 132, 136};
  int matches = 0;
  for (int i = 0; i < 20000; ++i) {
    Rule rule;
    Packet packet;
    packet.v6 = bench_.chance(50);
    packet.protocol = kProtocols[bench_.below(9)];
    packet.sport = static_cast<std::uint16_t>(bench_.below(8));
    packet.dport = static_cast<std::uint16_t>(bench_.below(8) + 0xFFF8);
    packet.shown = bench_.chance(90);
    rule.src_prefix = packet.src = bench_.octets(16);
    rule.dst_prefix = packet.dst = bench_.octets(16);
    if (bench_.chance(30)) packet.src[bench_.below(16)] ^= 1;
    if (bench_.chance(30)) packet.dst[bench_.below(16)] ^= 0x80;
    rule.src_plen = static_cast<std::uint8_t>(bench_.below(129));
    rule.dst_plen = static_cast<std::uint8_t>(bench_.below(129));
    if (bench_.chance(50)) rule.family = packet.v6 ? 6 : 4;
    if (bench_.chance(10)) rule.family = static_cast<std::uint8_t>(bench_.random());
    if (bench_.chance(50)) rule.protocol = packet.protocol;
    if (bench_.chance(10)) rule.protocol = kProtocols[bench_.below(9)];
    if (bench_.chance(50))
      rule.ports = {static_cast<std::uint16_t>(bench_.below(4)), static_cast<std::uint16_t>(bench_.below(9)), 0,
                    0xFFFF};
    if (bench_.chance(50)) {
      rule.ports[2] = static_cast<std::uint16_t>(bench_.below(6) + 0xFFF7);
      rule.ports[3] = static_cast<std::uint16_t>(bench_.below(6) + 0xFFFA);
    }
    const bool want = reference(rule, packet);
    matches += want ? 1 : 0;
    ASSERT_EQ(match(rule, packet), want) << "case " << i;
  }
  EXPECT_GT(matches, 2000);
}

}  // namespace
}  // namespace sallyport::test
