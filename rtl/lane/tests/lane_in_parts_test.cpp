// The two modules that do in two clocks what a module of the compact profile does in one: lane_in_trailer beside
// esp_trailer, lane_in_select beside esp_selector.
#include <gtest/gtest.h>

#include "Vesp_selector_model.h"
#include "Vesp_trailer_model.h"
#include "Vlane_in_select_model.h"
#include "Vlane_in_trailer_model.h"
#include "bench.hpp"

namespace sallyport::test {
namespace {

// Plaintexts one after the other, two clocks or more between them, as gcm_pipe gives them; looked at two clocks behind
// the end.
class Trailers : public ::testing::Test {
 protected:
  void check(OctetView plaintext, unsigned gap_percent) {
    slow_.top.start_i = 1;
    clock(false);
    slow_.top.start_i = 0;
    for (std::size_t k = 0; k < beats_of(plaintext.size()); ++k) {
      while (slow_.chance(gap_percent)) clock(false);
      const OctetView beat = beat_of(plaintext, k);
      const auto fill = static_cast<std::uint8_t>(slow_.random());
      set_beat(slow_.top.data_i, beat, fill);
      set_beat(fast_.top.data_i, beat, fill);
      slow_.top.bytes_i = fast_.top.bytes_i = static_cast<std::uint8_t>(beat.size());
      slow_.top.last_i = fast_.top.last_i = (k + 1) * kBeat >= plaintext.size();
      fast_.top.first_i = k == 0;
      clock(true);
    }
    clock(false);
    ASSERT_EQ(fast_.top.pad_len_o, slow_.top.pad_len_o);
    ASSERT_EQ(fast_.top.next_header_o, slow_.top.next_header_o);
    ASSERT_EQ(fast_.top.pad_ok_o, slow_.top.pad_ok_o)
        << "pad length " << int{slow_.top.pad_len_o} << " of " << plaintext.size();
    right_ += slow_.top.pad_ok_o;
    ++all_;
  }

  Bench<Vesp_trailer_model> slow_{1};
  Bench<Vlane_in_trailer_model> fast_{1};
  int right_ = 0;
  int all_ = 0;

 private:
  void clock(bool valid) {
    slow_.top.valid_i = fast_.top.valid_i = valid;
    slow_.clock();
    fast_.clock();
  }
};

TEST_F(Trailers, EveryPadLengthAndOneWrongOctet) {
  for (unsigned pad = 0; pad <= 255; ++pad) {
    for (unsigned more = 0; more < 24; ++more) {
      Octets p = slow_.octets((2 + 3 * pad) % 4 + 4 * slow_.below(9));
      for (unsigned i = 1; i <= pad; ++i) p.push_back(static_cast<std::uint8_t>(i));
      p.push_back(static_cast<std::uint8_t>(pad));
      p.push_back(static_cast<std::uint8_t>(slow_.random()));
      if (more % 3 == 1) p[p.size() - 2 - slow_.below(pad + 1)] ^= static_cast<std::uint8_t>(1U << slow_.below(8));
      if (more % 3 == 2) p.erase(p.begin(), p.begin() + 4 * slow_.below(static_cast<std::uint32_t>(p.size() / 4)));
      check(p, more % 2 == 0 ? 0 : 20);
      if (HasFatalFailure()) return;
    }
  }
  EXPECT_GT(right_, all_ / 3);
  EXPECT_LT(right_, all_ * 3 / 4);
}

// Octets out of a small set, so that runs begin, break and go over from one beat, or one packet, to the next.
TEST_F(Trailers, Runs) {
  for (int i = 0; i < 30'000; ++i) {
    Octets p = slow_.octets(4 + 4 * slow_.below(12));
    auto next = static_cast<std::uint8_t>(slow_.chance(50) ? 1 : slow_.below(256));
    for (auto& octet : p) {
      octet = next++;
      if (slow_.chance(6)) next = static_cast<std::uint8_t>(slow_.chance(70) ? 1 : slow_.below(256));
    }
    if (slow_.chance(60)) p[p.size() - 2] = p[p.size() - 3];
    check(p, 10);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(right_, 3000);
}

class Selectors : public ::testing::Test {
 protected:
  // policy_t: ports, lengths of the prefixes, protocol, family, source prefix, destination prefix, from the top (352
  // bits).
  void check(std::uint64_t ports, const std::array<std::uint8_t, 4>& rule, const Octets& src_prefix,
             const Octets& dst_prefix, bool v6, const Octets& src, const Octets& dst, std::uint8_t protocol,
             std::uint32_t l4, bool shown) {
    auto& slow = slow_.top;
    auto& fast = fast_.top;
    slow.ports_i = ports;
    slow.rule_i = std::uint64_t{rule[0]} << 56 | std::uint64_t{rule[1]} << 48 | std::uint64_t{rule[2]} << 40 |
                  std::uint64_t{rule[3]} << 32;
    set_beat(slow.src_prefix_i, src_prefix);
    set_beat(slow.dst_prefix_i, dst_prefix);
    for (std::size_t w = 0; w < 4; ++w) {
      fast.policy_i[w] = slow.dst_prefix_i[w];
      fast.policy_i[4 + w] = slow.src_prefix_i[w];
    }
    fast.policy_i[8] = static_cast<std::uint32_t>(slow.rule_i >> 32);
    fast.policy_i[9] = static_cast<std::uint32_t>(ports);
    fast.policy_i[10] = static_cast<std::uint32_t>(ports >> 32);
    slow.v6_i = fast.v6_i = v6;
    set_beat(slow.src_i, src);
    set_beat(slow.dst_i, dst);
    set_beat(fast.src_i, src);
    set_beat(fast.dst_i, dst);
    slow.proto_i = fast.proto_i = protocol;
    slow.l4_i = fast.ports_i = l4;
    slow.l4_shown_i = shown;
    slow.en_i = fast.en1_i = 1;
    slow_.clock();
    fast_.clock();
    // The second clock has its own input and none of the first one's.
    slow.en_i = fast.en1_i = 0;
    fast.en2_i = 1;
    fast.ports_shown_i = shown;
    fast.proto_i = static_cast<std::uint8_t>(~protocol);
    fast.ports_i = ~l4;
    for (auto& word : fast.policy_i.m_storage) word = ~word;
    fast_.clock();
    fast.en2_i = 0;
    ASSERT_EQ(fast.match_o, slow.match_o);
    matches_ += slow.match_o;
  }

  Bench<Vesp_selector_model> slow_{1};
  Bench<Vlane_in_select_model> fast_{1};
  int matches_ = 0;
};

TEST_F(Selectors, Random) {
  constexpr std::array<std::uint8_t, 9> kProtocols = {1, 6, 17, 33, 50, 58, 89, 132, 136};
  auto& random = slow_;
  for (int i = 0; i < 60'000; ++i) {
    const bool v6 = random.chance(50);
    const std::uint8_t protocol = kProtocols[random.below(9)];
    Octets src = random.octets(16);
    Octets dst = random.octets(16);
    const Octets src_prefix = src;
    const Octets dst_prefix = dst;
    if (random.chance(30)) src[random.below(16)] ^= static_cast<std::uint8_t>(1U << random.below(8));
    if (random.chance(30)) dst[random.below(16)] ^= static_cast<std::uint8_t>(1U << random.below(8));
    std::array<std::uint8_t, 4> rule = {static_cast<std::uint8_t>(random.below(140)),
                                        static_cast<std::uint8_t>(random.below(140)), 0, 0};
    if (random.chance(40)) rule[2] = random.chance(80) ? protocol : kProtocols[random.below(9)];
    if (random.chance(40)) rule[3] = random.chance(80) ? (v6 ? 6 : 4) : static_cast<std::uint8_t>(random.random());
    std::uint64_t ports = 0x0000'FFFF'0000'FFFF;
    if (random.chance(50)) ports = std::uint64_t{random.below(4)} << 48 | std::uint64_t{random.below(9)} << 32 | 0xFFFF;
    if (random.chance(50)) {
      ports =
          (ports & 0xFFFF'FFFF'0000'0000) | std::uint64_t{random.below(6) + 0xFFF7} << 16 | (random.below(6) + 0xFFFA);
    }
    const std::uint32_t l4 = random.below(8) << 16 | (random.below(8) + 0xFFF8);
    check(ports, rule, src_prefix, dst_prefix, v6, src, dst, protocol, l4, random.chance(90));
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(matches_, 6000);
}

}  // namespace
}  // namespace sallyport::test
