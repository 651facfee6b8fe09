#pragma once
/// @file
/// Octets that must not be seen: they move but are not copied, and are overwritten when they go (G5).
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "sallyport/result.hpp"

namespace sallyport {

/// Overwrites memory in a way the compiler keeps.
void wipe(std::span<std::uint8_t> octets);
void wipe(std::span<std::uint64_t> words);

/// A key or salt. There is no way to print it.
class SecretBytes {
 public:
  SecretBytes() = default;
  /// Copies the octets; the caller wipes its own.
  explicit SecretBytes(std::span<const std::uint8_t> octets) : octets_(octets.begin(), octets.end()) {}
  /// Two hexadecimal digits an octet, nothing else. The error never repeats the text.
  static Result<SecretBytes> from_hex(std::string_view text);
  ~SecretBytes() { wipe(octets_); }
  SecretBytes(SecretBytes&& other) noexcept : octets_(std::move(other.octets_)) { other.octets_.clear(); }
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;

  /// A second one of the same octets, asked for by name.
  [[nodiscard]] SecretBytes duplicate() const { return SecretBytes(octets_); }
  [[nodiscard]] std::size_t size() const { return octets_.size(); }
  /// The octets themselves, for whoever writes them to the device.
  [[nodiscard]] std::span<const std::uint8_t> expose() const { return octets_; }

 private:
  std::vector<std::uint8_t> octets_;
};

}  // namespace sallyport
