#pragma once
/// @file
/// 64-bit numbers in 16 bits, as mailbox messages carry them. Freestanding: firmware and driver share it.
#include <bit>
#include <cstdint>

namespace sallyport::abi {

/// A number below 2^64 with ten significant bits: bits 9..0, times 2 to the power of bits 15..10.
class Rough {
 public:
  constexpr Rough() = default;
  /// Rounds down.
  constexpr explicit Rough(std::uint64_t value) {
    // In 32-bit steps, for small cores.
    const auto high = static_cast<std::uint32_t>(value >> 32);
    const auto low = static_cast<std::uint32_t>(value);
    if (high == 0) {
      const int width = std::bit_width(low);
      const int exponent = width > kBits ? width - kBits : 0;
      code_ = static_cast<std::uint16_t>(static_cast<unsigned>(exponent) << kBits | low >> exponent);
      return;
    }
    const int exponent = std::bit_width(high) + 32 - kBits;  // 23..54
    const std::uint32_t mantissa = exponent >= 32 ? high >> (exponent - 32) : high << (32 - exponent) | low >> exponent;
    code_ = static_cast<std::uint16_t>(static_cast<unsigned>(exponent) << kBits | mantissa);
  }
  static constexpr Rough from_code(std::uint16_t code) {
    Rough rough;
    rough.code_ = code;
    return rough;
  }
  [[nodiscard]] constexpr std::uint32_t mantissa() const { return code_ & ((1U << kBits) - 1U); }
  [[nodiscard]] constexpr unsigned exponent() const { return code_ >> kBits; }
  /// The exponent leaves room for the mantissa.
  [[nodiscard]] constexpr bool valid() const { return exponent() <= 64 - kBits; }
  /// Of a valid one.
  [[nodiscard]] constexpr std::uint64_t value() const { return static_cast<std::uint64_t>(mantissa()) << exponent(); }
  [[nodiscard]] constexpr std::uint16_t code() const { return code_; }

 private:
  static constexpr int kBits = 10;
  std::uint16_t code_ = 0;
};

}  // namespace sallyport::abi
