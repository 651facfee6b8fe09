#pragma once
/// @file
/// SPIs that hold the table index.
///
///     31                              log2+5      log2        0
///     | random                           | counter | index    |
///
/// The counter is the entry's own and rises with every SPI given out, so an entry's last 31 SPIs all differ (16 are
/// asked for): a late DELETE for an old tenant cannot hit the new one.
#include <cstdint>

namespace sallyport::fw {

/// Bits of the counter inside an SPI.
inline constexpr unsigned kSpiCounterBits = 5;
/// RFC 4303 2.1: 0 is local, 1..255 are reserved by IANA.
inline constexpr std::uint32_t kLeastSpi = 256;

/// Makes the SPI of entry `index` in a table of 2^log2_sas entries (6..14). `random` fills the high bits.
constexpr std::uint32_t make_spi(std::uint16_t index, unsigned log2_sas, std::uint8_t counter, std::uint32_t random) {
  const std::uint32_t low = (static_cast<std::uint32_t>(counter & ((1U << kSpiCounterBits) - 1U)) << log2_sas) | index;
  const std::uint32_t spi = random << (log2_sas + kSpiCounterBits) | low;
  return spi < kLeastSpi ? spi | 1U << 31 : spi;
}

}  // namespace sallyport::fw
