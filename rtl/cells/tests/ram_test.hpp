// Words of any width in and out of Verilator's ports, and a clock, for the memory cells.
#pragma once

#include <verilated.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>

namespace sallyport::test {

// Up to 128 bits, least significant 32 first.
using Word = std::array<std::uint32_t, 4>;

inline Word bit(unsigned index) {
  Word word{};
  word[index / 32] = 1U << (index % 32);
  return word;
}

inline Word operator^(Word a, const Word& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] ^= b[i];
  return a;
}

inline Word low_bits(Word word, unsigned width) {
  for (unsigned i = 0; i < 4; ++i) {
    if (width <= 32 * i) {
      word[i] = 0;
    } else if (width < 32 * (i + 1)) {
      word[i] &= (1U << (width - 32 * i)) - 1;
    }
  }
  return word;
}

inline Word random_word(std::mt19937& random, unsigned width) {
  Word word{};
  for (auto& part : word) part = static_cast<std::uint32_t>(random());
  return low_bits(word, width);
}

template <std::size_t kWords>
void set(VlWide<kWords>& port, const Word& word) {
  for (std::size_t i = 0; i < kWords; ++i) port[i] = word[i];
}
template <typename Port>
void set(Port& port, const Word& word) {
  port = static_cast<Port>(word[0] | std::uint64_t{word[1]} << 32);
}

template <std::size_t kWords>
Word get(const VlWide<kWords>& port) {
  Word word{};
  for (std::size_t i = 0; i < kWords; ++i) word[i] = port[i];
  return word;
}
template <typename Port>
Word get(const Port& port) {
  const std::uint64_t value = port;
  return {static_cast<std::uint32_t>(value), static_cast<std::uint32_t>(value >> 32), 0, 0};
}

template <typename Top>
void tick(Top& top) {
  top.clk_i = 0;
  top.eval();
  top.clk_i = 1;
  top.eval();
}

template <typename Top>
void write(Top& top, unsigned address, const Word& word) {
  top.wr_en_i = 1;
  top.wr_addr_i = address;
  set(top.wr_data_i, word);
  tick(top);
  top.wr_en_i = 0;
}

// Reads and leaves the word on rd_data_o.
template <typename Top>
Word read(Top& top, unsigned address) {
  top.rd_en_i = 1;
  top.rd_addr_i = address;
  tick(top);
  top.rd_en_i = 0;
  return get(top.rd_data_o);
}

}  // namespace sallyport::test
