#pragma once
/// @file
/// Small numbers for IKE SAs: the firmware keeps a window for each of the first half as many as there are SAs.
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

namespace sallyport::ike {

/// Gives an IKE SA a slot while Child SAs of it are installed.
class PaceSlots {
 public:
  explicit PaceSlots(std::uint16_t slots);
  /// One more Child SA of it. Nothing: all slots are taken, so that this one cannot be paced.
  std::optional<std::uint16_t> take(std::uint32_t ike_sa);
  /// One less.
  void give_back(std::uint32_t ike_sa);

 private:
  struct Slot {
    std::uint16_t number = 0;
    std::uint32_t users = 0;
  };
  std::unordered_map<std::uint32_t, Slot> taken_;
  std::vector<std::uint16_t> free_;
};

}  // namespace sallyport::ike
