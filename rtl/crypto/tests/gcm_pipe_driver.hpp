// Drives a gcm_pipe model slot by slot and checks every clock: what comes out, and that it comes exactly when it must.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <random>

#include "evp.hpp"
#include "wide.hpp"

namespace sallyport::test {

struct PipePacket {
  Octets key;  // 16 or 32
  std::array<std::uint8_t, 12> iv{};
  Octets aad;                // 8 or 12
  Octets in;                 // payload as it goes in
  Octets out;                // and as it must come out
  std::optional<Block> tag;  // must come; not looked at without
  bool first_passes = false;
  std::vector<Block> passes;  // PASS slots; the first one rides on FIRST if first_passes
};

template <typename Model>
class GcmPipeDriver {
 public:
  // gcm_pkg
  static constexpr std::uint64_t kDataLatency = 16;
  static constexpr std::uint64_t kTagLatency = 18;

  explicit GcmPipeDriver(std::uint32_t seed) : random_(seed) { reset(); }

  // Gives up whatever is in flight.
  void reset() {
    top_.rst_ni = 0;
    rubbish();
    top_.slot_valid_i = 0;
    expected_.clear();
    tags_.clear();
    for (int i = 0; i < 3; ++i) clock();
    top_.rst_ni = 1;
  }

  // Chance in percent that a clock brings no slot.
  void gaps(unsigned percent) { gap_percent_ = percent; }

  void run(const PipePacket& packet) {
    first(packet);
    for (std::size_t i = packet.first_passes ? 1 : 0; i < packet.passes.size(); ++i) {
      slot(Kind::kPass, packet.passes[i], false, static_cast<unsigned>(random_() % 32));
      expected_.push_back({cycle_ + kDataLatency, true, packet.passes[i]});
      step();
    }
    for (std::size_t at = 0; at < packet.in.size(); at += 16) data(packet, at);
    slot(Kind::kLen, random_block(), random_() % 2 != 0, static_cast<unsigned>(random_() % 32));
    tags_.push_back({cycle_ + kTagLatency, packet.tag});
    step();
  }

  // FIRST and no more: for tests that stop in the middle.
  void first(const PipePacket& packet) {
    slot(Kind::kFirst, packet.first_passes ? packet.passes.at(0) : random_block(), packet.first_passes,
         static_cast<unsigned>(random_() % 32));
    start(packet);
    if (packet.first_passes) expected_.push_back({cycle_ + kDataLatency, true, packet.passes[0]});
    step();
  }

  void data(const PipePacket& packet, std::size_t at) {
    const std::size_t count = std::min<std::size_t>(16, packet.in.size() - at);
    Block block = random_block();  // rubbish behind the last octet
    std::copy_n(packet.in.begin() + static_cast<std::ptrdiff_t>(at), count, block.begin());
    slot(Kind::kData, block, random_() % 2 != 0, static_cast<unsigned>(count));
    Block out{};
    std::copy_n(packet.out.begin() + static_cast<std::ptrdiff_t>(at), count, out.begin());
    expected_.push_back({cycle_ + kDataLatency, false, out});
    step();
  }

  // Clocks without a slot until nothing is in flight, and a few more.
  void drain() {
    while (!expected_.empty() || !tags_.empty()) idle();
    idle();
    EXPECT_EQ(top_.busy_o, 0);
    for (int i = 0; i < 5; ++i) idle();
  }

  void idle() {
    rubbish();
    top_.slot_valid_i = 0;
    clock();
  }

  bool busy() const { return top_.busy_o != 0; }
  std::uint64_t cycle() const { return cycle_; }

 private:
  enum class Kind : std::uint32_t { kFirst = 0, kData = 1, kLen = 2, kPass = 3 };

  struct Expected {
    std::uint64_t cycle;
    bool pass;
    Block data;
  };
  struct ExpectedTag {
    std::uint64_t cycle;
    std::optional<Block> tag;
  };

  Block random_block() {
    Block block;
    for (auto& octet : block) octet = static_cast<std::uint8_t>(random_());
    return block;
  }

  void rubbish() {
    for (std::size_t i = 0; i < 5; ++i) top_.slot_i[i] = static_cast<std::uint32_t>(random_());
    for (std::size_t i = 0; i < 20; ++i) top_.start_i[i] = static_cast<std::uint32_t>(random_());
  }

  // gcm_slot_t from the top: kind, pass, data, bytes. Gaps go before it.
  void slot(Kind kind, const Block& data, bool pass, unsigned bytes) {
    while (gap_percent_ != 0 && random_() % 100 < gap_percent_) idle();
    rubbish();
    clear(top_.slot_i);
    top_.slot_i[0] |= bytes;
    put(top_.slot_i, 5, data);
    top_.slot_i[4] |= static_cast<std::uint32_t>(pass) << 5 | static_cast<std::uint32_t>(kind) << 6;
    top_.slot_valid_i = 1;
  }

  // gcm_start_t from the top: key256, key, iv, h, aad, aad12, octets.
  void start(const PipePacket& packet) {
    clear(top_.start_i);
    top_.start_i[0] |= static_cast<std::uint32_t>(packet.in.size()) | (packet.aad.size() == 12 ? 1U << 16 : 0U);
    put(top_.start_i, 17 + 128 - 8 * packet.aad.size(), packet.aad);
    put(top_.start_i, 145, aes_block(packet.key, Block{}));
    put(top_.start_i, 273, packet.iv);
    put(top_.start_i, 369 + 256 - 8 * packet.key.size(), packet.key);
    if (packet.key.size() == 16) put(top_.start_i, 369, random_block());
    top_.start_i[625 / 32] |= static_cast<std::uint32_t>(packet.key.size() == 32) << (625 % 32);
  }

  void step() {
    clock();
    top_.slot_valid_i = 0;
  }

  void clock() {
    top_.clk_i = 0;
    top_.eval();
    if (top_.rst_ni) check();
    top_.clk_i = 1;
    top_.eval();
    ++cycle_;
  }

  void check() {
    const bool out = !expected_.empty() && expected_.front().cycle == cycle_;
    ASSERT_EQ(top_.out_valid_o != 0, out) << "clock " << cycle_;
    if (out) {
      EXPECT_EQ(top_.out_pass_o != 0, expected_.front().pass);
      EXPECT_EQ(get_block(top_.out_data_o), expected_.front().data) << "clock " << cycle_;
      expected_.pop_front();
    }
    const bool tag = !tags_.empty() && tags_.front().cycle == cycle_;
    ASSERT_EQ(top_.tag_valid_o != 0, tag) << "clock " << cycle_;
    if (tag) {
      if (tags_.front().tag) {
        EXPECT_EQ(get_block(top_.tag_o), *tags_.front().tag) << "clock " << cycle_;
      }
      EXPECT_TRUE(top_.busy_o);
      tags_.pop_front();
    }
    // From the clock after FIRST to the tag.
    if (!tags_.empty() && tags_.front().cycle < cycle_ + kTagLatency) {
      EXPECT_TRUE(top_.busy_o);
    }
  }

  Model top_;
  std::mt19937 random_;
  unsigned gap_percent_ = 0;
  std::uint64_t cycle_ = 0;
  std::deque<Expected> expected_;
  std::deque<ExpectedTag> tags_;
};

}  // namespace sallyport::test
