#pragma once
/// @file
/// Who may have an entry: pools as counts over one table (G6).
#include <cstdint>

#include "sallyport/abi.hpp"
#include "sallyport/fw/entry_table.hpp"
#include "sallyport/fw/soft_limit.hpp"

namespace sallyport::fw {

/// What the host may set (mailbox_policy).
struct Policy {
  std::uint16_t reserve = 0;    ///< R: free entries kept for rekeys.
  std::uint16_t emergency = 0;  ///< E: free entries kept for rekeys close to their hard limit.
  SoftInterval soft;
  std::uint64_t drain_ns =
      50'000'000;  ///< Reorder guard: a retired inbound entry is kept so long after its last packet.
  std::uint64_t bound_ns = 60'000'000'000;  ///< How long a superseded, redundant or retired SA is kept at most.
  std::uint64_t round_ns = 10'000'000;      ///< Rates of paced SAs are looked at so often at most.

  /// A start for a table of `size` entries: 1,024 gives R = 14, E = 2.
  static constexpr Policy for_table(std::uint16_t size) {
    const auto share = static_cast<std::uint16_t>(static_cast<std::uint32_t>(size) * 14 / 1024);
    Policy policy;
    policy.reserve = share < 4 ? std::uint16_t{4} : share;
    policy.emergency = 2;
    return policy;
  }
  [[nodiscard]] constexpr bool valid(std::uint16_t size) const {
    return static_cast<std::uint32_t>(reserve) + emergency < size && soft.valid() && bound_ns != 0 &&
           drain_ns <= bound_ns && round_ns != 0;
  }
  /// Free entries that must be left when the pool has taken its share.
  [[nodiscard]] constexpr std::uint32_t floor(abi::Pool pool) const {
    switch (pool) {
      case abi::Pool::kEstablished:
        return static_cast<std::uint32_t>(reserve) + emergency;
      case abi::Pool::kRekey:
        return emergency;
      case abi::Pool::kEmergency:
        break;
    }
    return 0;
  }
  /// `wanted` of the `available` free entries may go to the pool, when `pledged` are promised to rekeys that this end
  /// has been asked to begin. To them a new SA leaves more than the reserve when it must, and a rekey of another SA
  /// leaves them besides what its pool leaves.
  [[nodiscard]] constexpr bool admits(abi::Pool pool, std::uint32_t wanted, std::uint32_t available,
                                      std::uint32_t pledged) const {
    const std::uint32_t least = floor(pool);
    if (pool == abi::Pool::kEstablished) return available >= wanted + (least > pledged ? least : pledged);
    return available >= wanted + pledged + least;
  }
};

}  // namespace sallyport::fw
