#include "sallyport/ike/rekeyer.hpp"

#include <algorithm>

namespace sallyport::ike {

ExchangeSide designated_side(std::uint16_t initiator_value, std::uint16_t responder_value) {
  return responder_value > initiator_value ? ExchangeSide::kResponder : ExchangeSide::kInitiator;
}

CountRole role_of(ExchangeSide side, const NegotiatedCount& negotiated) {
  return side == designated_side(negotiated.initiator_value, negotiated.responder_value) ? CountRole::kDesignated
                                                                                         : CountRole::kOther;
}

CountRole local_role_of(ExchangeSide side) {
  return side == ExchangeSide::kInitiator ? CountRole::kDesignated : CountRole::kOther;
}

std::uint8_t pressure_class(RekeyWish wish, unsigned occupancy) {
  if (wish == RekeyWish::kNever) return 0;
  if (wish == RekeyWish::kAlways) return 255;
  return static_cast<std::uint8_t>(1 + std::min(occupancy, 999U) * 16 / 1'000);
}

std::uint16_t draw_rekey_value(RekeyWish wish, unsigned occupancy, RandomSource& random) {
  if (wish == RekeyWish::kNever) return 0;
  return static_cast<std::uint16_t>(pressure_class(wish, occupancy) << 8 | random.below(256));
}

}  // namespace sallyport::ike
