#pragma once
/// @file
/// Numbers and octets appended in network order.
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "sallyport/ike/bytes.hpp"
#include "sallyport/result.hpp"

namespace sallyport::ike {

inline void put8(Bytes& out, std::uint8_t value) { out.push_back(value); }
inline void put16(Bytes& out, std::uint16_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}
inline void put32(Bytes& out, std::uint32_t value) {
  put16(out, static_cast<std::uint16_t>(value >> 16));
  put16(out, static_cast<std::uint16_t>(value));
}
inline void put(Bytes& out, View octets) { out.insert(out.end(), octets.begin(), octets.end()); }

/// A number written over octets that are there.
inline void set16(Bytes& out, std::size_t at, std::size_t value) {
  out[at] = static_cast<std::uint8_t>(value >> 8);
  out[at + 1] = static_cast<std::uint8_t>(value);
}

/// A length field's greatest value.
inline constexpr std::size_t kMax16 = 0xffff;

/// What a write() refuses.
inline Error unwritable(std::string text) { return {ErrorCode::kInvalidArgument, std::move(text)}; }

}  // namespace sallyport::ike
