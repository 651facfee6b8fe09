#pragma once
/// @file
/// Which traffic a Child SA carries: the initiator's wish, the responder's choice, the check of it (RFC 7296 2.9).
#include <cstddef>
#include <cstdint>
#include <optional>

#include "sallyport/ike/selectors.hpp"

namespace sallyport::ike {

/// Both sides of a Child SA's traffic. In exchanges, TSi is of the initiator's side of that exchange.
struct SelectorPair {
  SelectorSet initiator;
  SelectorSet responder;

  friend bool operator==(const SelectorPair&, const SelectorPair&) = default;
};

/// What the backend can hold a side.
enum class NarrowTo : std::uint8_t {
  kAny,        ///< Any number of selectors.
  kOnePrefix,  ///< One selector a side, its addresses one prefix, one protocol for both: what an SA entry holds (G11).
};

struct Narrowed {
  SelectorPair selectors;
  /// More of what the peer asked for would have been acceptable, in Child SAs of their own: the answer may carry
  /// ADDITIONAL_TS_POSSIBLE.
  bool more_possible = false;
};

/// The responder's choice out of what the initiator asked for and what our policy allows (its sides named likewise).
/// Nothing: TS_UNACCEPTABLE. All that is allowed is taken, with kOnePrefix as much as fits: what holds the initiator's
/// first selectors where they stand for the packet that asked for the SA (a single address, more selectors behind it)
/// and policy allows them; else the first acceptable combination in the peer's order.
[[nodiscard]] std::optional<Narrowed> narrow(const SelectorPair& asked, const SelectorPair& policy, NarrowTo to);

/// What an initiator sends: policy, and before it the selectors of the packet that asked for the SA, if one did.
struct TriggerPacket {
  Selector initiator;  ///< One address, and its protocol and port where they are known.
  Selector responder;
};
[[nodiscard]] SelectorPair offer_selectors(const SelectorPair& policy, const std::optional<TriggerPacket>& trigger);

enum class SelectorAnswer : std::uint8_t {
  kGood,
  kEmpty,      ///< No selector that we understand on one of the sides.
  kNotSubset,  ///< Packets that were not asked for.
  kTooWide,    ///< kOnePrefix only: more than one selector a side, a range that is no prefix, two protocols.
};

/// The initiator's check of an answer. Anything but kGood: the Child SA is deleted again.
[[nodiscard]] SelectorAnswer check_selector_answer(const SelectorPair& asked, const SelectorPair& answer, NarrowTo to);

/// The address of a side that has one only, as transport mode needs on both (RFC 7296 1.3.1, 2.23.1).
[[nodiscard]] std::optional<IpAddress> single_address(const SelectorSet& side);
[[nodiscard]] bool fits_transport_mode(const SelectorPair& pair);

/// One SA entry's worth of selectors: what the hardware takes.
struct EntrySelectors {
  IpPrefix initiator;
  IpPrefix responder;
  std::uint8_t protocol = 0;
  Ports initiator_ports;
  Ports responder_ports;

  friend bool operator==(const EntrySelectors&, const EntrySelectors&) = default;
};
/// Nothing when the pair is more than one selector a side, no prefix, of two families or of two protocols, or OPAQUE.
[[nodiscard]] std::optional<EntrySelectors> entry_selectors(const SelectorPair& pair);

/// Whether two Child SAs carry the same traffic (duplicates, RFC 9611 groups).
[[nodiscard]] bool same(const SelectorPair& a, const SelectorPair& b);

}  // namespace sallyport::ike
