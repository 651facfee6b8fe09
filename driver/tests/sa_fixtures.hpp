#pragma once
/// @file
/// Plain SAs for tests.
#include <vector>

#include "sallyport/sa_config.hpp"

namespace sallyport::test {

inline SecretBytes secret(std::size_t octets, std::uint8_t first) {
  std::vector<std::uint8_t> out(octets);
  for (std::size_t i = 0; i < octets; ++i) out[i] = static_cast<std::uint8_t>(first + i);
  return SecretBytes(out);
}

/// An outbound tunnel from 192.0.2.1 to 192.0.2.2.
inline SaConfig outbound_tunnel(std::uint32_t spi) {
  SaConfig sa;
  sa.direction = Direction::kOutbound;
  sa.spi = Spi{spi};
  sa.key = secret(32, 0x10);
  sa.salt = secret(4, 0xA0);
  sa.outer = OuterHeader{.source = IpAddress::parse("192.0.2.1").value(),
                         .destination = IpAddress::parse("192.0.2.2").value(),
                         .dscp = std::nullopt};
  return sa;
}

/// Its other end; the SPI comes from the reservation.
inline SaConfig inbound_tunnel() {
  SaConfig sa;
  sa.direction = Direction::kInbound;
  sa.key = secret(32, 0x10);
  sa.salt = secret(4, 0xA0);
  return sa;
}

}  // namespace sallyport::test
