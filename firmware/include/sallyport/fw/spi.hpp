#pragma once
/// @file
/// SPIs that hold the table index.
///
///     31                    log2+16      log2        0
///     | random               | generation | index    |
///
/// The generation is the tenant's own: the device counts it, one more for each tenant of the entry, and keeps it over
/// erasures, marches and restarts of the firmware. So an entry gives an SPI again after 65,534 others at the earliest
/// (sixteen are asked for), and a late DELETE for an old tenant cannot hit the new one. Only an entry whose generation
/// a memory fault has taken goes on from another one. What is left is random: 10 bits at 64 entries, 6 at 1,024, 2 at
/// 16,384.
#include <cstdint>

namespace sallyport::fw {

/// Bits of the generation inside an SPI: all.
inline constexpr unsigned kSpiGenerationBits = 16;
/// RFC 4303 2.1: 0 is local, 1..255 are reserved by IANA.
inline constexpr std::uint32_t kLeastSpi = 256;

/// What the device will call the next tenant of an entry: never 0.
constexpr std::uint16_t next_generation(std::uint16_t generation) {
  return generation == UINT16_MAX ? std::uint16_t{1} : static_cast<std::uint16_t>(generation + 1);
}

/// Makes the SPI of entry `index` in a table of 2^log2_sas entries (6..14). `random` fills the high bits.
constexpr std::uint32_t make_spi(std::uint16_t index, unsigned log2_sas, std::uint16_t generation,
                                 std::uint32_t random) {
  const std::uint32_t low = static_cast<std::uint32_t>(generation) << log2_sas | index;
  const std::uint32_t spi = random << (log2_sas + kSpiGenerationBits) | low;
  return spi < kLeastSpi ? spi | 1U << 31 : spi;
}

}  // namespace sallyport::fw
