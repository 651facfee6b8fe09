// ip_parse against a reader in C++, packets good and bad, with gaps between the beats.
#include <gtest/gtest.h>

#include "Vip_parse_model.h"
#include "ip_reference.hpp"

namespace sallyport::test {
namespace {

using ParseBench = Bench<Vip_parse_model>;

IpFacts read_info(Vip_parse_model& top) {
  FieldReader fields(top.info_o, 466);
  IpFacts f;
  f.ok = fields.take(1) != 0;
  f.v6 = fields.take(1) != 0;
  f.total = fields.take(16);
  f.header = fields.take(16);
  f.nh_offset = fields.take(16);
  f.proto = static_cast<std::uint8_t>(fields.take(8));
  f.tos = static_cast<std::uint8_t>(fields.take(8));
  f.ttl = static_cast<std::uint8_t>(fields.take(8));
  f.df = fields.take(1) != 0;
  f.frag = fields.take(1) != 0;
  f.nonfirst = fields.take(1) != 0;
  f.src = fields.take_octets(16);
  f.dst = fields.take_octets(16);
  f.l4 = fields.take_octets(16);
  f.l4_bytes = fields.take(5);
  return f;
}

IpFacts parse(ParseBench& bench, OctetView packet, unsigned gap_percent) {
  auto& top = bench.top;
  top.start_i = 1;
  top.beat_valid_i = 0;
  bench.clock();
  top.start_i = 0;
  for (std::size_t k = 0; k < beats_of(packet.size()); ++k) {
    while (bench.chance(gap_percent)) bench.clock();
    const OctetView beat = beat_of(packet, k);
    set_beat(top.beat_i, beat, static_cast<std::uint8_t>(bench.random()));
    top.bytes_i = static_cast<std::uint8_t>(beat.size());
    top.last_i = (k + 1) * kBeat >= packet.size();
    top.beat_valid_i = 1;
    bench.clock();
    top.beat_valid_i = 0;
  }
  EXPECT_FALSE(top.done_o);
  bench.clock();
  EXPECT_TRUE(top.done_o);
  return read_info(top);
}

void expect_same(const IpFacts& got, const IpFacts& want) {
  ASSERT_EQ(got.ok, want.ok);
  if (!want.ok) return;
  EXPECT_EQ(got.v6, want.v6);
  EXPECT_EQ(got.total, want.total);
  EXPECT_EQ(got.header, want.header);
  EXPECT_EQ(got.nh_offset, want.nh_offset);
  EXPECT_EQ(got.proto, want.proto);
  EXPECT_EQ(got.tos, want.tos);
  EXPECT_EQ(got.ttl, want.ttl);
  EXPECT_EQ(got.df, want.df);
  EXPECT_EQ(got.frag, want.frag);
  EXPECT_EQ(got.nonfirst, want.nonfirst);
  EXPECT_EQ(got.src, want.src);
  EXPECT_EQ(got.dst, want.dst);
  EXPECT_EQ(got.l4, want.l4);
  EXPECT_EQ(got.l4_bytes, want.l4_bytes);
}

TEST(IpParse, RandomPackets) {
  ParseBench bench(1);
  int good = 0;
  for (int i = 0; i < 20000; ++i) {
    Octets packet = random_ip(bench, 100);
    damage_ip(bench, packet);
    const IpFacts want = read_ip(packet);
    good += want.ok ? 1 : 0;
    expect_same(parse(bench, packet, i % 2 == 0 ? 0 : 30), want);
    ASSERT_FALSE(HasFailure()) << "packet " << i;
  }
  EXPECT_GT(good, 10000);
  EXPECT_LT(good, 19000);
}

TEST(IpParse, EveryLengthOfEveryHeader) {
  ParseBench bench(2);
  for (std::size_t ihl = 5; ihl <= 15; ++ihl) {
    for (std::size_t payload = 0; payload <= 36; ++payload) {
      Octets packet = bench.octets(4 * ihl + payload);
      packet[0] = static_cast<std::uint8_t>(0x40 | ihl);
      put16(packet, 2, packet.size());
      expect_same(parse(bench, packet, 0), read_ip(packet));
      ASSERT_FALSE(HasFailure()) << ihl << " words, " << payload << " octets";
    }
  }
}

TEST(IpParse, Jumbo) {
  ParseBench bench(3);
  Octets packet = bench.octets(60000);
  packet[0] = 0x45;
  put16(packet, 2, packet.size());
  expect_same(parse(bench, packet, 0), read_ip(packet));
}

}  // namespace
}  // namespace sallyport::test
