#pragma once
/// @file
/// Strong types of the driver: an index is not a generation, octets are not packets.
#include <compare>
#include <cstdint>

#include "sallyport/abi.hpp"
#include "sallyport/strong.hpp"

namespace sallyport {

/// Place in the SA table.
using SaIndex = Strong<struct SaIndexTag, std::uint16_t>;
/// Tenancy of a table entry (G9).
using Generation = Strong<struct GenerationTag, std::uint16_t>;
/// Octets as the cipher counts them (guarantees.md, "What reached means").
using Octets = Strong<struct OctetsTag, std::uint64_t>;
using Packets = Strong<struct PacketsTag, std::uint64_t>;
/// Whose SA it is, as the caller numbers its tunnels; 0..0xFFFE.
using OwnerId = Strong<struct OwnerTag, std::uint16_t>;

/// An index that names no entry.
inline constexpr std::uint16_t kNoEntry = 0xFFFF;

/// An entry and its tenant.
struct SaRef {
  SaIndex index{kNoEntry};
  Generation generation;

  [[nodiscard]] constexpr bool present() const { return index.value != kNoEntry; }
  friend constexpr auto operator<=>(const SaRef&, const SaRef&) = default;
};

/// Where the firmware draws soft limits, in 1/10,000 of the hard limit. Both 0: its policy
/// says.
struct SoftInterval {
  std::uint16_t from = 0;  ///< Least, 1..10000.
  std::uint16_t span = 0;  ///< Width of the random part; from + span <= 10000.
};

}  // namespace sallyport
