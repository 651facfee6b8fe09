#pragma once
/// @file
/// Octet strings and network byte order.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sallyport::model {

using Octets = std::vector<std::uint8_t>;
using OctetView = std::span<const std::uint8_t>;

/// The `N` octets at `at`, most significant first. The caller has checked that they are there.
template <std::size_t N>
constexpr std::uint64_t load(OctetView octets, std::size_t at) {
  static_assert(N >= 1 && N <= 8);
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < N; ++i) value = (value << 8) | octets[at + i];
  return value;
}
constexpr std::uint16_t load16(OctetView octets, std::size_t at) {
  return static_cast<std::uint16_t>(load<2>(octets, at));
}
constexpr std::uint32_t load32(OctetView octets, std::size_t at) {
  return static_cast<std::uint32_t>(load<4>(octets, at));
}

/// Writes the low `N` octets of `value` at `at`, most significant first.
template <std::size_t N>
constexpr void store(std::span<std::uint8_t> octets, std::size_t at, std::uint64_t value) {
  static_assert(N >= 1 && N <= 8);
  for (std::size_t i = 0; i < N; ++i) octets[at + i] = static_cast<std::uint8_t>(value >> (8 * (N - 1 - i)));
}

/// Appends the low `N` octets of `value`, most significant first.
template <std::size_t N>
void append(Octets& octets, std::uint64_t value) {
  octets.resize(octets.size() + N);
  store<N>(octets, octets.size() - N, value);
}
inline void append(Octets& octets, OctetView more) { octets.insert(octets.end(), more.begin(), more.end()); }

}  // namespace sallyport::model
