#pragma once
/// @file
/// Numbers as octets, most significant first.
#include <cstdint>

#include "sallyport/ike/bytes.hpp"

namespace sallyport::ike {

/// Of at most 8 octets.
inline std::uint64_t number_of(View octets) {
  std::uint64_t number = 0;
  for (const std::uint8_t octet : octets) number = number << 8 | octet;
  return number;
}

inline void append_number(Bytes& out, std::uint64_t number, unsigned octets) {
  for (unsigned i = octets; i-- > 0;) out.push_back(static_cast<std::uint8_t>(number >> (8 * i)));
}

inline Bytes octets_of(std::uint64_t number, unsigned octets) {
  Bytes out;
  append_number(out, number, octets);
  return out;
}

}  // namespace sallyport::ike
