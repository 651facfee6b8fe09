#include "sallyport/ike/rekey_timing.hpp"

#include <algorithm>

#include "wide.hpp"

namespace sallyport::ike {

bool reaches_soft_within_guard(const SoftDistance& distance) {
  return distance.soft != 0 && sum(distance.count, distance.guard) >= distance.soft;
}

std::vector<std::size_t> children_before_ike_rekey(std::span<const SoftDistance> distances) {
  std::vector<std::size_t> children;
  for (const SoftDistance& distance : distances) {
    if (reaches_soft_within_guard(distance)) children.push_back(distance.child);
  }
  std::sort(children.begin(), children.end());
  children.erase(std::unique(children.begin(), children.end()), children.end());
  return children;
}

RetryTime retry_after_temporary_failure(std::uint64_t pause, std::uint64_t octets_left, std::uint64_t peak_rate,
                                        std::uint64_t t_ike) {
  constexpr std::uint64_t kSecond = 1'000'000'000;
  if (peak_rate == 0) return {pause, false};
  const std::uint64_t left = saturated(product(octets_left, kSecond) / peak_rate);  // rounded down: rather too early
  if (left < t_ike) return {0, true};
  return {std::min(pause, left - t_ike), false};
}

std::uint64_t draw_pause(RandomSource& random) {
  constexpr std::uint64_t kMillisecond = 1'000'000;
  return (6'000 + random.below(9'001)) * kMillisecond;
}

}  // namespace sallyport::ike
