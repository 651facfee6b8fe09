// Octets in and out of Verilator's wide ports: word 0 is the least significant, the first octet goes to the top.
#pragma once

#include <verilated.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace sallyport::test {

// Puts bits [lsb +: 8 * octets.size()] of a port; what was there must be zero.
template <std::size_t kWords>
void put(VlWide<kWords>& port, std::size_t lsb, std::span<const std::uint8_t> octets) {
  for (std::size_t i = 0; i < octets.size(); ++i) {
    const std::size_t bit = lsb + 8 * (octets.size() - 1 - i);
    const std::uint64_t value = std::uint64_t{octets[i]} << (bit % 32);
    port[bit / 32] |= static_cast<std::uint32_t>(value);
    if (value >> 32 != 0) port[bit / 32 + 1] |= static_cast<std::uint32_t>(value >> 32);
  }
}

template <std::size_t kWords>
void clear(VlWide<kWords>& port) {
  for (std::size_t i = 0; i < kWords; ++i) port[i] = 0;
}

// A 128-bit port from up to 16 octets, the first one on top; the rest zero.
inline void set_block(VlWide<4>& port, std::span<const std::uint8_t> octets) {
  clear(port);
  put(port, 128 - 8 * octets.size(), octets);
}

inline std::array<std::uint8_t, 16> get_block(const VlWide<4>& port) {
  std::array<std::uint8_t, 16> octets{};
  for (std::size_t i = 0; i < 16; ++i) {
    octets[i] = static_cast<std::uint8_t>(port[3 - i / 4] >> (24 - 8 * (i % 4)));
  }
  return octets;
}

}  // namespace sallyport::test
