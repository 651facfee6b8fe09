#pragma once
/// @file
/// ECN across a tunnel (RFC 6040).
#include <cstdint>
#include <optional>

namespace sallyport::model {

inline constexpr std::uint8_t kNotEct = 0;
inline constexpr std::uint8_t kEct1 = 1;
inline constexpr std::uint8_t kEct0 = 2;
inline constexpr std::uint8_t kCe = 3;

/// Outer ECN of an encapsulated packet (RFC 6040 4.1): copied in normal mode, Not-ECT in compatibility mode.
constexpr std::uint8_t ecn_encapsulate(std::uint8_t inner, bool compatibility) {
  return compatibility ? kNotEct : inner;
}

/// ECN of a decapsulated packet, or nothing when it must be dropped (RFC 6040 4.2, figure 4). In compatibility mode the
/// outer field was never the sender's, so it changes nothing; a CE over Not-ECT is dropped all the same.
constexpr std::optional<std::uint8_t> ecn_decapsulate(std::uint8_t inner, std::uint8_t outer, bool compatibility) {
  if (inner == kNotEct && outer == kCe) return std::nullopt;
  if (compatibility || inner == kNotEct || inner == kCe) return inner;
  if (outer == kCe) return kCe;
  if (outer == kEct1) return kEct1;
  return inner;
}

}  // namespace sallyport::model
