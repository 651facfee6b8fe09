#pragma once
/// @file
/// How large a life time must be, and may be (count-based SAs, rules 1, 6 and 8; limits of a key).
#include <cstdint>
#include <optional>
#include <string>

#include "sallyport/ike/count_notify.hpp"
#include "sallyport/ike/thresholds.hpp"
#include "sallyport/result.hpp"

namespace sallyport::ike {

/// Rule 8: L >= 2 G / (1 - X_i - 6 %), rounded up; 2^64 - 1 when that is more. x_i at most the rule's.
[[nodiscard]] std::uint64_t least_life(std::uint64_t guard, Share x_i, const ThresholdRule& rule = kNegotiatedRule);

/// What one AES-GCM key may do.
struct KeyLimits {
  std::uint64_t octets = 0;
  std::uint64_t packets = 0;
};

/// Advantages that limits are worked out for: 2^-32 at most, 2^-60 at least.
struct Advantage {
  int log2 = -57;
};

/// Hard limits of one AES-GCM key, 128 and 256 bits alike (draft-irtf-cfrg-aead-limits 5.1: (s + q + 1)^2 / 2^129 is at
/// most the advantage; s blocks of plaintext and AAD, q packets).
/// With 2^((129 + log2) / 2) blocks to spend, a packet of n octets takes no more than n/16 + 3: its last block may be
/// partly filled, its AAD is one, itself counts as one. Packets: 2^31.5 with 32-bit sequence numbers, which end at
/// 2^32 - 1; else 2^32; never more than would take a quarter of the blocks. Octets: what is left. With 2^-57 that is
/// 1/8 to 3/16 less than the 2^40 that is often quoted, which leaves packets out.
[[nodiscard]] KeyLimits key_limits(bool esn, Advantage advantage = {});

/// Peak rates: the port's unless configured, never those of the moment.
struct PeakRates {
  std::uint64_t octets = 0;   ///< A second.
  std::uint64_t packets = 0;  ///< A second.
};

struct SizingInput {
  PeakRates peak{};
  RekeyDelays delays{};
  bool esn = true;
  std::uint64_t least_octets = 0;  ///< Configured minimum to negotiate; 0: what the rules give.
  std::uint64_t life_octets = 0;   ///< Configured hard limit (life_bytes); 0: the key's.
  std::uint64_t life_packets = 0;  ///< Configured hard limit (life_packets); 0: the key's.
  Advantage advantage{};
};

/// What sets a limit.
enum class LimitedBy : std::uint8_t {
  kConfigured,
  kKey,             ///< What the cipher's key may do.
  kSequenceNumbers  ///< 32 bit without ESN (packets only).
};
[[nodiscard]] std::string_view name(LimitedBy by);

/// One unit's size.
struct UnitSizing {
  UnitLimit limit;  ///< Hard limit, and G.
  LimitedBy by = LimitedBy::kKey;
  std::uint64_t wanted = 0;  ///< Least hard limit with X_i as it should be (80 %).
  std::uint64_t needed = 0;  ///< Least hard limit at all (X_i 25 %).
  Share x_i;                 ///< As it is; 0 when the limit is below needed.

  [[nodiscard]] bool fits() const { return limit.hard >= needed; }
};

/// What a connection is told when it is loaded.
struct Sizing {
  UnitSizing octets;
  UnitSizing packets;
  /// Life times to negotiate: from what is needed (or the configured minimum) to the octets' hard limit. Empty when the
  /// octets do not fit: then nothing is offered.
  CountRange range;
  bool packets_bind = false;  ///< The packets' limit comes first at the peak rates, not the octets'.
  std::string text;           ///< One line for each unit, with the numbers; what to change where it does not fit.

  [[nodiscard]] bool fits() const { return octets.fits() && packets.fits(); }
};

/// Rule 8, and the range of rule 1. Never fails: an SA that is too small still comes up, with early rekeys and a
/// warning.
[[nodiscard]] Sizing size_life(const SizingInput& input);

}  // namespace sallyport::ike
