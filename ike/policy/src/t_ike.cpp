#include "sallyport/ike/t_ike.hpp"

#include <algorithm>
#include <bit>

namespace sallyport::ike {

RekeyTimes::RekeyTimes(std::uint64_t initial) : initial_(std::min(initial, kCap)) {}

// A duration of [2^k, 2^(k+1)) has its three bits below the highest one as the place in the octave.
std::size_t RekeyTimes::bucket(std::uint64_t duration) {
  const std::uint64_t capped = std::clamp<std::uint64_t>(duration, std::uint64_t{1} << kLeastOctave, kCap);
  const auto octave = static_cast<unsigned>(std::bit_width(capped)) - 1;
  return (octave - kLeastOctave) * 8 + (capped >> (octave - 3) & 7U);
}

std::uint64_t RekeyTimes::end_of(std::size_t bucket) {
  const std::uint64_t eighths = 8 + bucket % 8 + 1;
  return eighths << (kLeastOctave - 3 + bucket / 8);
}

void RekeyTimes::add(std::uint64_t duration) {
  if (now_.total == kGeneration) {
    before_ = now_;
    now_ = {};
  }
  ++now_.counts[bucket(duration)];
  ++now_.total;
}

std::uint64_t RekeyTimes::t_ike() const {
  const unsigned total = count();
  if (total == 0) return initial_;
  // At most one in a thousand may lie above: with fewer than a thousand the greatest itself.
  const unsigned above = total / 1'000;
  unsigned passed = 0;
  std::size_t bucket = kBuckets;
  while (passed <= above) {
    --bucket;
    passed += static_cast<unsigned>(now_.counts[bucket]) + before_.counts[bucket];
  }
  const std::uint64_t measured = std::min(end_of(bucket), kCap);
  return total < kEnough ? std::max(measured, initial_) : measured;
}

}  // namespace sallyport::ike
