#include "world/link_model.hpp"

#include <algorithm>

#include "world/random.hpp"

namespace sallyport::sim {

std::optional<std::uint64_t> LinkModel::send(std::uint64_t now_ns, std::size_t octets) {
  constexpr std::uint64_t kBits = 8;
  constexpr std::uint64_t kNsTimesMbit = 1'000;  // one bit at 1 Mbit/s takes 1,000 ns
  const bool is_lost = chance(random_, config_.loss);
  const bool is_held = chance(random_, config_.reorder);
  free_at_ns_ = std::max(free_at_ns_, now_ns);
  if (config_.rate_mbit != 0) free_at_ns_ += octets * kBits * kNsTimesMbit / config_.rate_mbit;
  if (is_lost) {
    ++lost_;
    return std::nullopt;
  }
  return free_at_ns_ + config_.delay_ns + (is_held ? config_.reorder_delay_ns : 0);
}

}  // namespace sallyport::sim
