#pragma once
/// @file
/// Packed structs of SystemVerilog on the pins of a Verilated model: fields from the most significant bit down, words
/// of 32 bit from the least significant one up.
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sallyport::test {

/// Puts a packed struct together. `width` is the struct's number of bits.
class BitWriter {
 public:
  explicit BitWriter(std::size_t width) : at_(width), words_((width + 31) / 32) {}
  /// Next field; `bits` 1..64.
  BitWriter& put(std::uint64_t value, std::size_t bits) {
    for (std::size_t i = bits; i-- > 0;) {
      --at_;
      if (((value >> i) & 1U) != 0) words_[at_ / 32] |= std::uint32_t{1} << (at_ % 32);
    }
    return *this;
  }
  /// Onto a pin of more than 64 bits.
  template <class Pin>
  void to(Pin& pin) const {
    for (std::size_t i = 0; i < words_.size(); ++i) pin[i] = words_[i];
  }

 private:
  std::size_t at_;
  std::vector<std::uint32_t> words_;
};

/// Takes a packed struct apart. Pin: anything with operator[] that gives 32-bit words.
template <class Pin>
class BitReader {
 public:
  BitReader(const Pin& pin, std::size_t width) : pin_(pin), at_(width) {}
  std::uint64_t get(std::size_t bits) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bits; ++i) {
      --at_;
      value = (value << 1) | ((pin_[at_ / 32] >> (at_ % 32)) & 1U);
    }
    return value;
  }

 private:
  const Pin& pin_;
  std::size_t at_;
};

}  // namespace sallyport::test
