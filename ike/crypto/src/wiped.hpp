#pragma once
/// @file
/// Room on the stack for secrets.
#include <openssl/crypto.h>

#include <array>
#include <cstdint>
#include <span>

namespace sallyport::ike {

/// N octets, overwritten when they go out of scope.
template <std::size_t N>
class Wiped {
 public:
  Wiped() = default;
  ~Wiped() { OPENSSL_cleanse(octets_.data(), N); }
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;
  Wiped(Wiped&&) = delete;
  Wiped& operator=(Wiped&&) = delete;

  std::span<std::uint8_t> first(std::size_t size) { return std::span(octets_).first(size); }
  std::uint8_t* data() { return octets_.data(); }

 private:
  std::array<std::uint8_t, N> octets_{};
};

}  // namespace sallyport::ike
