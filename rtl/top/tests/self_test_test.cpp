// The loopback's machine against a core of our own, which may refuse, stall, give out too much, or hang.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

#include "Vself_test_model.h"

namespace {

using Octets = std::vector<std::uint8_t>;

constexpr unsigned kLanes = 2;

/// A stream of direction d and lane l has bit 2 d + l of every valid and ready.
constexpr unsigned bit_of(unsigned inbound, unsigned lane) { return inbound * kLanes + lane; }

struct Answer {
  Octets status = Octets(16, 0x55);
  Octets packet;
};

class SelfTest : public testing::Test {
 protected:
  SelfTest() {
    v_.clk_i = v_.rst_ni = 0;
    for (int i = 0; i < 3; ++i) clock();
    v_.rst_ni = v_.boot_done_i = v_.idle_i = 1;
    clock();
  }

  void clock() {
    core_before();
    v_.eval();
    ports_moved =
        ports_moved || (!v_.active_o && (v_.desc_valid_o | v_.s_valid_o | v_.stat_ready_o | v_.m_ready_o) != 0);
    core_look();
    v_.clk_i = 1;
    v_.eval();
    v_.clk_i = 0;
    v_.eval();
    ++clocks_;
  }

  // test_req_t from the least significant bit up: data 32, word 7, write, read, stop_seq 16, stop, lane 3, inbound, seq
  // 16, go.
  void request(std::uint64_t low, std::uint64_t high) {
    v_.req_i[0] = static_cast<std::uint32_t>(low);
    v_.req_i[1] = static_cast<std::uint32_t>(low >> 32);
    v_.req_i[2] = static_cast<std::uint32_t>(high);
    clock();
    v_.req_i[0] = v_.req_i[1] = v_.req_i[2] = 0;
  }
  void write(unsigned word, std::uint32_t data) {
    request(std::uint64_t{1} << 39 | std::uint64_t{word} << 32 | data, 0);
  }
  std::uint32_t read(unsigned word) {
    request(std::uint64_t{1} << 40 | std::uint64_t{word} << 32, 0);
    return static_cast<std::uint32_t>(rsp(0, 32));
  }
  void go(unsigned seq, unsigned inbound, unsigned lane) {
    // Bits 58..60 lane, 61 inbound, 62..77 seq, 78 go.
    request(std::uint64_t{lane} << 58 | std::uint64_t{inbound} << 61 | std::uint64_t{seq} << 62, seq >> 2 | 1U << 14);
  }
  void stop(unsigned seq) { request(std::uint64_t{1} << 57 | std::uint64_t{seq} << 41, 0); }

  // test_rsp_t: data 32, octets 10, refused, aborted, overflow, busy, seq 16.
  std::uint64_t rsp(unsigned at, unsigned width) { return v_.rsp_o >> at & ((std::uint64_t{1} << width) - 1); }
  unsigned octets() { return static_cast<unsigned>(rsp(32, 10)); }
  bool refused() { return rsp(42, 1) != 0; }
  bool aborted() { return rsp(43, 1) != 0; }
  bool overflow() { return rsp(44, 1) != 0; }
  bool busy() { return rsp(45, 1) != 0; }
  unsigned seq() { return static_cast<unsigned>(rsp(46, 16)); }

  void load(const Octets& octets) {
    for (unsigned w = 0; 4 * w < octets.size(); ++w) {
      std::uint32_t word = 0;
      std::memcpy(&word, octets.data() + 4 * w, std::min<std::size_t>(4, octets.size() - 4 * w));
      write(w, word);
    }
  }
  Octets buffer() {
    Octets out(512);
    for (unsigned w = 0; w < 128; ++w) {
      const std::uint32_t word = read(w);
      std::memcpy(out.data() + 4 * w, &word, 4);
    }
    return out;
  }
  static Octets descriptor(unsigned length) {
    Octets d(16);
    for (unsigned i = 0; i < 16; ++i) d[i] = static_cast<std::uint8_t>(0xD0 + i);
    d[4] = static_cast<std::uint8_t>(length >> 8);
    d[5] = static_cast<std::uint8_t>(length);
    return d;
  }
  static Octets numbered(std::size_t n) {
    Octets o(n);
    for (std::size_t i = 0; i < n; ++i) o[i] = static_cast<std::uint8_t>(i * 7 + 1);
    return o;
  }
  /// Descriptor and packet into the buffer.
  void load_packet(const Octets& packet) {
    Octets all = descriptor(static_cast<unsigned>(packet.size()));
    all.insert(all.end(), packet.begin(), packet.end());
    load(all);
  }
  bool finish(unsigned most = 2'000) {
    for (unsigned i = 0; i < most && busy(); ++i) clock();
    return !busy();
  }

  // ---- the core
  void core_before() {
    const unsigned at = bit_of(inbound_, lane_);
    const bool moves = !hang_ && (stall_ == 0 || clocks_ % stall_ == 0);
    v_.desc_ready_i = moves && taken_desc_.empty() ? 1U << at : 0;
    v_.s_ready_i = moves && !taken_desc_.empty() && !ended_ ? 1U << at : 0;
    if (began_answer() && moves && !stat_offered_) stat_offered_ = true;
    v_.stat_valid_i = stat_offered_ && !stat_taken_ ? 1U << at : 0;
    std::memset(v_.stat_data_i.data(), 0xEE, 64);
    std::memcpy(reinterpret_cast<char*>(v_.stat_data_i.data()) + 16 * at, answer_.status.data(), 16);
    const bool beat = stat_offered_ && given_ < answer_.packet.size();
    v_.m_valid_i = beat ? 1U << at : 0;
    const std::size_t n = beat ? std::min<std::size_t>(16, answer_.packet.size() - given_) : 0;
    std::memset(v_.m_data_i.data(), 0, 64);
    if (beat) std::memcpy(reinterpret_cast<char*>(v_.m_data_i.data()) + 16 * at, answer_.packet.data() + given_, n);
    v_.m_keep_i = std::uint64_t{(1U << n) - 1} << 16 * at;
    if (auto_idle_) v_.idle_i = taken_desc_.empty() || (stat_taken_ && given_ >= answer_.packet.size());
  }
  [[nodiscard]] bool began_answer() const { return ended_ || (!taken_desc_.empty() && length_ == 0); }
  void core_look() {
    const unsigned at = bit_of(inbound_, lane_);
    // Nothing for another lane or direction.
    others = others || ((v_.desc_valid_o | v_.s_valid_o) & ~(1U << at)) != 0;
    const auto* beat = reinterpret_cast<const std::uint8_t*>(v_.data_o.data());
    if ((v_.desc_valid_o & v_.desc_ready_i) != 0) {
      taken_desc_.assign(beat, beat + 16);
      length_ = static_cast<unsigned>(beat[4] << 8 | beat[5]);
    }
    if ((v_.s_valid_o & v_.s_ready_i) != 0) {
      unsigned n = 0;
      while (n < 16 && (v_.keep_o >> n & 1) != 0) ++n;
      EXPECT_TRUE(n == 16 || v_.last_o);
      EXPECT_EQ(v_.keep_o, (1U << n) - 1);
      taken_.insert(taken_.end(), beat, beat + n);
      ended_ = v_.last_o;
    }
    if ((v_.stat_valid_i & v_.stat_ready_o) != 0) stat_taken_ = true;
    if ((v_.m_valid_i & v_.m_ready_o) != 0) given_ += 16;
  }
  void core_expects(unsigned inbound, unsigned lane, Answer answer) {
    inbound_ = inbound;
    lane_ = lane;
    answer_ = std::move(answer);
    taken_desc_.clear();
    taken_.clear();
    ended_ = stat_offered_ = stat_taken_ = others = false;
    given_ = length_ = 0;
  }

  Vself_test_model v_;
  bool ports_moved = false, others = false, hang_ = false, auto_idle_ = true;
  unsigned inbound_ = 0, lane_ = 0, stall_ = 0, length_ = 0;
  Answer answer_;
  Octets taken_desc_, taken_;
  bool ended_ = false, stat_offered_ = false, stat_taken_ = false;
  std::size_t given_ = 0;
  std::uint64_t clocks_ = 0;
};

TEST_F(SelfTest, PacketsGoOutAndComeBack) {
  unsigned number = 0;
  for (unsigned inbound = 0; inbound < 2; ++inbound) {
    for (unsigned lane = 0; lane < kLanes; ++lane) {
      for (const std::size_t n : {0U, 1U, 15U, 16U, 17U, 40U, 495U, 496U}) {
        for (stall_ = 0; stall_ < 4; stall_ += 3) {
          const Octets packet = numbered(n);
          const Octets back(n == 0 ? 0 : n - 1, 0x3C);
          load_packet(packet);
          core_expects(inbound, lane, {Octets(16, 0x77), back});
          go(++number, inbound, lane);
          EXPECT_TRUE(busy());
          ASSERT_TRUE(finish()) << n;
          EXPECT_EQ(seq(), number);
          EXPECT_FALSE(refused() || aborted() || overflow());
          EXPECT_EQ(octets(), 16 + back.size());
          EXPECT_EQ(taken_desc_, descriptor(static_cast<unsigned>(n)));
          EXPECT_EQ(taken_, packet);
          const Octets all = buffer();
          EXPECT_EQ(Octets(all.begin(), all.begin() + 16), answer_.status);
          EXPECT_EQ(Octets(all.begin() + 16, all.begin() + 16 + static_cast<std::ptrdiff_t>(back.size())), back);
          EXPECT_FALSE(others);
        }
      }
    }
  }
  EXPECT_FALSE(ports_moved);
}

TEST_F(SelfTest, IsRefusedWhilePacketsMayFlow) {
  load_packet(numbered(40));
  const Octets before = buffer();
  core_expects(0, 0, {});
  unsigned number = 0;
  const auto refuses = [&](unsigned lane) {
    go(++number, 0, lane);
    EXPECT_TRUE(finish(3));
    EXPECT_EQ(seq(), number);
    EXPECT_TRUE(refused());
    EXPECT_FALSE(v_.active_o);
    EXPECT_TRUE(taken_desc_.empty());
  };
  v_.enable_i = 1;
  refuses(0);
  v_.enable_i = 0;
  auto_idle_ = false;
  v_.idle_i = 0;
  refuses(0);
  v_.idle_i = 1;
  v_.boot_done_i = 0;
  refuses(0);
  v_.boot_done_i = 1;
  refuses(kLanes);
  refuses(7);
  EXPECT_EQ(buffer(), before);
  load(descriptor(497));
  refuses(0);
  auto_idle_ = true;
  load(descriptor(40));
  go(++number, 0, 0);
  EXPECT_TRUE(finish());
  EXPECT_FALSE(refused());
}

TEST_F(SelfTest, RunsOncePerNumber) {
  load_packet(numbered(40));
  core_expects(0, 0, {Octets(16, 1), {}});
  go(0, 0, 0);
  EXPECT_FALSE(busy());
  go(2, 0, 0);
  EXPECT_FALSE(busy());
  go(1, 0, 0);
  EXPECT_TRUE(busy());
  go(2, 1, 1);  // while busy
  ASSERT_TRUE(finish());
  EXPECT_EQ(seq(), 1U);
  core_expects(0, 0, {});
  go(1, 0, 0);  // repeated, late
  for (int i = 0; i < 50; ++i) clock();
  EXPECT_TRUE(taken_desc_.empty());
}

TEST_F(SelfTest, WhatIsTooMuchIsDropped) {
  load_packet(numbered(100));
  core_expects(1, 1, {Octets(16, 9), numbered(700)});
  go(1, 1, 1);
  ASSERT_TRUE(finish());
  EXPECT_TRUE(overflow());
  EXPECT_EQ(octets(), 512U);
  const Octets all = buffer();
  const Octets expected = numbered(496);
  EXPECT_EQ(Octets(all.begin(), all.begin() + 16), Octets(16, 9));
  EXPECT_EQ(Octets(all.begin() + 16, all.end()), expected);
  EXPECT_GE(given_, 700U);
  // The next run begins without the flag.
  load_packet(numbered(10));
  core_expects(0, 0, {Octets(16, 9), numbered(10)});
  go(2, 0, 0);
  ASSERT_TRUE(finish());
  EXPECT_FALSE(overflow());
}

TEST_F(SelfTest, TheBufferIsOutOfReachWhileBusy) {
  load_packet(numbered(40));
  core_expects(0, 0, {Octets(16, 9), {}});
  hang_ = true;
  go(1, 0, 0);
  write(4, 0xFFFF'FFFF);
  EXPECT_EQ(read(4), 0U);
  hang_ = false;
  ASSERT_TRUE(finish());
  EXPECT_EQ(taken_, numbered(40));
}

TEST_F(SelfTest, AnAbortBeforeTheDescriptorIsTaken) {
  load_packet(numbered(40));
  core_expects(0, 0, {});
  hang_ = true;
  go(1, 0, 0);
  for (int i = 0; i < 100; ++i) clock();
  EXPECT_TRUE(busy());
  stop(2);  // another run's
  for (int i = 0; i < 100; ++i) clock();
  EXPECT_TRUE(busy());
  stop(1);
  EXPECT_TRUE(finish(5));
  EXPECT_TRUE(aborted());
  EXPECT_EQ(octets(), 0U);
  hang_ = false;
  core_expects(0, 0, {Octets(16, 9), {}});
  stop(1);  // late
  go(2, 0, 0);
  ASSERT_TRUE(finish());
  EXPECT_FALSE(aborted());
  EXPECT_EQ(octets(), 16U);
}

// At every clock of a run: a packet that was begun is sent to its end, what comes out is dropped, and the ports stay
// shut until the core is idle.
TEST_F(SelfTest, AnAbortAtAnyClock) {
  stall_ = 2;
  for (unsigned at = 0; at < 40; ++at) {
    load_packet(numbered(100));
    core_expects(0, 1, {Octets(16, 9), numbered(60)});
    go(at + 1, 0, 1);
    for (unsigned i = 0; i < at; ++i) clock();
    const bool over = !busy();
    stop(at + 1);
    while (busy()) {
      ASSERT_TRUE(v_.active_o || taken_desc_.empty());
      clock();
      ASSERT_LT(clocks_, 100'000U);
    }
    EXPECT_TRUE(v_.idle_i);
    if (over) continue;
    EXPECT_TRUE(aborted());
    EXPECT_TRUE(taken_desc_.empty() || taken_ == numbered(100)) << at;
    EXPECT_TRUE(taken_desc_.empty() || given_ >= 60U) << at;
  }
  EXPECT_FALSE(ports_moved);
}

// A core that never becomes idle again keeps the ports shut.
TEST_F(SelfTest, ADeadCoreKeepsThePortsShut) {
  load_packet(numbered(40));
  core_expects(0, 0, {});
  go(1, 0, 0);
  while (taken_desc_.empty()) clock();
  hang_ = true;
  stop(1);
  for (int i = 0; i < 1'000; ++i) {
    clock();
    ASSERT_TRUE(v_.active_o);
  }
  v_.enable_i = 1;
  clock();
  EXPECT_TRUE(v_.active_o);
}

}  // namespace
