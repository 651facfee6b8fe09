#include "address.hpp"

namespace sallyport::ike {
namespace {

// 1 where an octet's bits lie beyond the first `length` bits of an address.
std::uint8_t mask_beyond(std::size_t octet, unsigned length) {
  const auto first = static_cast<unsigned>(octet) * 8;
  if (length <= first) return 0xff;
  return length >= first + 8 ? 0 : static_cast<std::uint8_t>(0xffU >> (length - first));
}

}  // namespace

IpAddress lowest_of(const IpAddress& address, unsigned length) {
  IpAddress out = address;
  for (std::size_t i = 0; i < address.bits() / 8; ++i) {
    out.octets[i] &= static_cast<std::uint8_t>(~mask_beyond(i, length));
  }
  return out;
}

IpAddress highest_of(const IpAddress& address, unsigned length) {
  IpAddress out = address;
  for (std::size_t i = 0; i < address.bits() / 8; ++i) out.octets[i] |= mask_beyond(i, length);
  return out;
}

std::optional<IpAddress> next(const IpAddress& address) {
  IpAddress out = address;
  for (std::size_t i = address.bits() / 8; i-- > 0;) {
    if (++out.octets[i] != 0) return out;
  }
  return std::nullopt;
}

}  // namespace sallyport::ike
