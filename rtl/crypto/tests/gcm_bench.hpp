// Drives gcm_core with a pool of engines (gcm_with_pool.sv) as its users do: stream rules kept, stalls on request, one
// packet after the other without a reset.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>

#include "evp.hpp"
#include "wide.hpp"

namespace sallyport::test {

enum class GcmOp : std::uint32_t { kSeal = 0, kOpen = 1, kHashKey = 2 };

struct GcmCase {
  GcmOp op = GcmOp::kSeal;
  Octets key;  // 16 or 32
  std::array<std::uint8_t, 12> iv{};
  std::optional<Block> h;  // given, or to be computed by the core
  Octets aad;
  Octets data;
};

struct GcmResult {
  Octets data;
  Block tag{};
  std::uint64_t clocks = 0;  // command taken to tag taken, both included
  bool framing_ok = true;    // full beats, out_last with the last one only, nothing behind the last octet
};

template <typename Model>
class GcmBench {
 public:
  explicit GcmBench(std::uint32_t seed) : random_(seed) {
    top_.rst_ni = 0;
    idle_inputs();
    for (int i = 0; i < 3; ++i) tick();
    top_.rst_ni = 1;
  }

  // Chance in percent that a side holds back in a clock.
  void stalls(unsigned in_percent, unsigned out_percent) {
    in_stall_ = in_percent;
    out_stall_ = out_percent;
  }

  // Chance in percent that another client of the pool asks in a clock.
  void noise(unsigned percent) { noise_ = percent; }

  // The other client falls silent, and its blocks leave the pool.
  void quiet() {
    noise_ = 0;
    idle_inputs();
    while (top_.pool_busy_o) tick();
  }
  // Blocks that the other client has had.
  [[nodiscard]] std::uint64_t noise_blocks() const { return noise_blocks_; }

  // One packet. Gives up after a time no packet can need; then `clocks` is 0.
  GcmResult run(const GcmCase& c) {
    GcmResult result;
    command(c);
    std::uint64_t start = 0;
    bool tag_done = false;
    std::size_t aad_at = 0;
    std::size_t data_at = 0;
    bool driving = false;
    const std::uint64_t limit = cycle_ + 1000 + 40 * (c.aad.size() + c.data.size() + 64);
    while (!tag_done && cycle_ < limit) {
      const bool commanded = start != 0;
      if (commanded && !driving && (aad_at < c.aad.size() || data_at < c.data.size())) driving = !chance(in_stall_);
      beat(c, driving, aad_at, data_at);
      top_.out_ready_i = !chance(out_stall_);
      top_.tag_ready_i = !chance(out_stall_);
      top_.clk_i = 0;
      top_.eval();
      if (top_.cmd_valid_i && top_.cmd_ready_o) start = cycle_;
      const bool in_fire = top_.in_valid_i && top_.in_ready_o;
      if (top_.out_valid_o && top_.out_ready_i) take_output(c, result);
      if (top_.noise_i && top_.noise_taken_o) ++noise_blocks_;
      if (top_.tag_valid_o && top_.tag_ready_i) {
        result.tag = get_block(top_.tag_o);
        result.clocks = cycle_ - start + 1;
        tag_done = true;
      }
      const bool noise_waits = top_.noise_i && !top_.noise_taken_o;
      tick();
      if (!noise_waits) {
        top_.noise_i = chance(noise_);
        top_.noise256_i = chance(50);
      }
      if (start != 0) top_.cmd_valid_i = 0;
      if (in_fire) {
        std::size_t& at = aad_at < c.aad.size() ? aad_at : data_at;
        at += top_.in_bytes_i;
        driving = false;
      }
    }
    idle_inputs();
    return result;
  }

 private:
  bool chance(unsigned percent) { return percent != 0 && random_() % 100 < percent; }

  void tick() {
    top_.clk_i = 0;
    top_.eval();
    top_.clk_i = 1;
    top_.eval();
    ++cycle_;
  }

  void idle_inputs() {
    top_.cmd_valid_i = 0;
    clear(top_.cmd_i);
    top_.in_valid_i = 0;
    top_.out_ready_i = 0;
    top_.tag_ready_i = 0;
    if (noise_ == 0) top_.noise_i = 0;
  }

  // gcm_cmd_t: op, key256, key, iv, h, h_valid, has_aad, has_payload, from the top.
  void command(const GcmCase& c) {
    clear(top_.cmd_i);
    const std::uint32_t flags = (c.h ? 4U : 0U) | (c.aad.empty() ? 0U : 2U) | (c.data.empty() ? 0U : 1U);
    top_.cmd_i[0] |= flags;
    if (c.h) put(top_.cmd_i, 3, *c.h);
    put(top_.cmd_i, 131, c.iv);
    put(top_.cmd_i, 227 + 256 - 8 * c.key.size(), c.key);
    top_.cmd_i[483 / 32] |= static_cast<std::uint32_t>(c.key.size() == 32) << (483 % 32);
    top_.cmd_i[484 / 32] |= static_cast<std::uint32_t>(c.op) << (484 % 32);
    top_.cmd_blocks_i = static_cast<std::uint16_t>((c.data.size() + 15) / 16);
    top_.cmd_valid_i = 1;
  }

  void beat(const GcmCase& c, bool driving, std::size_t aad_at, std::size_t data_at) {
    top_.in_valid_i = driving;
    if (!driving) return;
    const bool is_aad = aad_at < c.aad.size();
    const Octets& part = is_aad ? c.aad : c.data;
    const std::size_t at = is_aad ? aad_at : data_at;
    const std::size_t count = std::min<std::size_t>(16, part.size() - at);
    // Octets behind the last one are rubbish on purpose.
    Block octets;
    octets.fill(static_cast<std::uint8_t>(0xA5 + at));
    std::copy_n(part.begin() + static_cast<std::ptrdiff_t>(at), count, octets.begin());
    set_block(top_.in_data_i, octets);
    top_.in_bytes_i = static_cast<std::uint8_t>(count);
    top_.in_last_i = at + count == part.size();
  }

  void take_output(const GcmCase& c, GcmResult& result) {
    const Block octets = get_block(top_.out_data_o);
    const std::size_t count = std::min<std::size_t>(16, top_.out_bytes_o);
    for (std::size_t i = count; i < 16; ++i) result.framing_ok &= octets[i] == 0;
    result.data.insert(result.data.end(), octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(count));
    const bool last = result.data.size() >= c.data.size();
    result.framing_ok &= top_.out_last_o == last && (last || count == 16);
  }

  Model top_;
  std::mt19937 random_;
  unsigned in_stall_ = 0;
  unsigned out_stall_ = 0;
  unsigned noise_ = 0;
  std::uint64_t noise_blocks_ = 0;
  std::uint64_t cycle_ = 1;
};

}  // namespace sallyport::test
