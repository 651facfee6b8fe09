// What all tests of this folder share: octets in and out of Verilator's wide ports, a clock, packets at random.
#pragma once

#include <verilated.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

namespace sallyport::test {

using Octets = std::vector<std::uint8_t>;
using OctetView = std::span<const std::uint8_t>;

inline constexpr std::size_t kBeat = 16;

/// Puts up to 16 octets on a 128-bit port, the first one in [127:120]; the rest gets `fill`.
inline void set_beat(VlWide<4>& port, OctetView octets, std::uint8_t fill = 0) {
  for (std::size_t w = 0; w < 4; ++w) {
    std::uint32_t word = 0;
    for (std::size_t k = 4 * w; k < 4 * w + 4; ++k) word = word << 8 | (k < octets.size() ? octets[k] : fill);
    port[3 - w] = word;
  }
}

/// The first `n` octets of a 128-bit port.
inline Octets get_beat(const VlWide<4>& port, std::size_t n = kBeat) {
  Octets out(n);
  for (std::size_t k = 0; k < n; ++k) out[k] = static_cast<std::uint8_t>(port[3 - k / 4] >> (24 - 8 * (k % 4)));
  return out;
}

/// Takes the fields of a packed struct off a wide port, from the most significant bit down.
template <std::size_t kWords>
class FieldReader {
 public:
  FieldReader(const VlWide<kWords>& port, std::size_t bits) : port_(port), left_(bits) {}
  std::uint64_t take(std::size_t bits) {
    std::uint64_t value = 0;
    for (; bits > 0; --bits) {
      --left_;
      value = value << 1 | ((port_[left_ / 32] >> (left_ % 32)) & 1U);
    }
    return value;
  }
  Octets take_octets(std::size_t n) {
    Octets out(n);
    for (auto& octet : out) octet = static_cast<std::uint8_t>(take(8));
    return out;
  }

 private:
  const VlWide<kWords>& port_;
  std::size_t left_;
};

/// A module with a clock and a reset.
template <class Model>
class Bench {
 public:
  explicit Bench(std::uint32_t seed) : random(seed) {
    top.clk_i = 0;
    top.rst_ni = 0;
    for (int i = 0; i < 3; ++i) clock();
    top.rst_ni = 1;
    top.eval();
  }
  void clock() {
    top.clk_i = 1;
    top.eval();
    top.clk_i = 0;
    top.eval();
  }
  bool chance(unsigned percent) { return random() % 100 < percent; }
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); }
  Octets octets(std::size_t n) {
    Octets out(n);
    for (auto& octet : out) octet = static_cast<std::uint8_t>(random());
    return out;
  }

  Model top;
  std::mt19937 random;
};

/// Beat `k` of a packet: its octets, 16 but for the last one.
inline OctetView beat_of(OctetView packet, std::size_t k) {
  return packet.subspan(k * kBeat, std::min(kBeat, packet.size() - k * kBeat));
}
inline std::size_t beats_of(std::size_t octets) { return (octets + kBeat - 1) / kBeat; }

inline void put16(Octets& packet, std::size_t at, std::size_t value) {
  packet[at] = static_cast<std::uint8_t>(value >> 8);
  packet[at + 1] = static_cast<std::uint8_t>(value);
}

}  // namespace sallyport::test
