#pragma once
/// @file
/// Who rekeys (count-based SAs, rule 5).
#include <cstdint>

#include "sallyport/ike/count_selection.hpp"
#include "sallyport/ike/random_source.hpp"

namespace sallyport::ike {

/// What a side is for one SA pair.
enum class CountRole : std::uint8_t {
  kDesignated,  ///< It rekeys.
  kOther,       ///< It takes over when that does not happen in time.
};

/// Of the exchange that made the SA pair.
enum class ExchangeSide : std::uint8_t { kInitiator, kResponder };

/// The side with the greater Rekey Value; of equal ones, 0 and 0 too, the initiator.
[[nodiscard]] ExchangeSide designated_side(std::uint16_t initiator_value, std::uint16_t responder_value);
[[nodiscard]] CountRole role_of(ExchangeSide side, const NegotiatedCount& negotiated);
/// Without anything negotiated the initiator of the exchange that made the pair goes first: whoever rekeyed last does
/// so again, so that one side alone settles into one role whatever its peer does.
[[nodiscard]] CountRole local_role_of(ExchangeSide side);

/// How much a side wants to be the one.
enum class RekeyWish : std::uint8_t {
  kAuto,    ///< The more, the fuller its table.
  kAlways,  ///< More than any that is not.
  kNever,   ///< Only when the peer does not want to either.
};

/// High octet of a Rekey Value: 0 never, 1..16 sixteenths of the table in use, 255 always.
[[nodiscard]] std::uint8_t pressure_class(RekeyWish wish, unsigned occupancy);

/// The value to send: the class, and a low octet drawn anew each time so that peers under equal pressure share the
/// work. kNever: 0. occupancy: part of the table in use in 1/1,000.
[[nodiscard]] std::uint16_t draw_rekey_value(RekeyWish wish, unsigned occupancy, RandomSource& random);

}  // namespace sallyport::ike
