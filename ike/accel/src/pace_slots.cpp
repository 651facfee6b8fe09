#include "sallyport/ike/pace_slots.hpp"

namespace sallyport::ike {

PaceSlots::PaceSlots(std::uint16_t slots) {
  free_.reserve(slots);
  for (std::uint16_t i = slots; i > 0; --i) free_.push_back(static_cast<std::uint16_t>(i - 1));
  taken_.reserve(slots);
}

std::optional<std::uint16_t> PaceSlots::take(std::uint32_t ike_sa) {
  const auto found = taken_.find(ike_sa);
  if (found != taken_.end()) {
    ++found->second.users;
    return found->second.number;
  }
  if (free_.empty()) return {};
  const std::uint16_t number = free_.back();
  free_.pop_back();
  taken_.emplace(ike_sa, Slot{number, 1});
  return number;
}

void PaceSlots::give_back(std::uint32_t ike_sa) {
  const auto found = taken_.find(ike_sa);
  if (found == taken_.end() || --found->second.users > 0) return;
  free_.push_back(found->second.number);
  taken_.erase(found);
}

}  // namespace sallyport::ike
