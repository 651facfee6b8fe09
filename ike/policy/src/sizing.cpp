#include "sallyport/ike/sizing.hpp"

#include <algorithm>

#include "wide.hpp"

namespace sallyport::ike {
namespace {

constexpr std::uint64_t kPacketsWithEsn = std::uint64_t{1} << 32;
constexpr std::uint64_t kPacketsWithoutEsn = 3'037'000'499;  // 2^31.5
constexpr std::uint64_t kBlocksAPacket = 3;

// The greatest number whose square is no more than 2^exponent.
std::uint64_t root_of_power(int exponent) {
  const Wide square = static_cast<Wide>(1) << exponent;
  std::uint64_t root = 0;
  for (int bit = exponent / 2; bit >= 0; --bit) {
    const std::uint64_t next = root | std::uint64_t{1} << bit;
    if (product(next, next) <= square) root = next;
  }
  return root;
}

UnitSizing size_unit(const UnitLimit& limit, LimitedBy by) {
  const ThresholdRule rule = kNegotiatedRule;
  const auto found = thresholds(limit, rule);
  return {.limit = limit,
          .by = by,
          .wanted = std::max(least_life(limit.guard, rule.designated), kSmallestLife),
          .needed = std::max(least_life(limit.guard, rule.designated_least), kSmallestLife),
          .x_i = found ? found->x_i : Share{0}};
}

std::string milliseconds(std::uint64_t ns) { return std::to_string(ns / 1'000'000) + " ms"; }

std::string describe(std::string_view unit, const UnitSizing& sizing, std::uint64_t rate, const RekeyDelays& delays) {
  std::string text(unit);
  text += ": hard limit " + std::to_string(sizing.limit.hard) + " (" + std::string(name(sizing.by)) +
          "); G = " + std::to_string(sizing.limit.guard) + " at " + std::to_string(rate) + "/s for T_event " +
          milliseconds(delays.t_event) + " + T_queue " + milliseconds(delays.t_queue) + " + T_ike " +
          milliseconds(delays.t_ike) + "; ";
  if (!sizing.fits()) {
    text += "too small for two rekeys, which need " + std::to_string(sizing.needed) + ": ";
    text += sizing.by == LimitedBy::kConfigured ? "raise the life time, lower" : "the limit cannot be raised, lower";
    return text + " the peak rate or shorten the delays";
  }
  if (sizing.limit.hard < sizing.wanted) {
    return text + "rekeys begin at " + to_text(sizing.x_i) + " of it; at 80.00 % with " + std::to_string(sizing.wanted);
  }
  return text + "fits, " + std::to_string(sizing.wanted) + " would do";
}

}  // namespace

std::uint64_t least_life(std::uint64_t guard, Share x_i, const ThresholdRule& rule) {
  const std::uint64_t room = kWholeShare - rule.fuzz.value - rule.narrowest.value - x_i.value;
  return saturated(divided_up(static_cast<Wide>(guard) * (2 * kWholeShare), room));
}

KeyLimits key_limits(bool esn, Advantage advantage) {
  const int log2 = std::clamp(advantage.log2, -60, -32);
  const std::uint64_t blocks = root_of_power(129 + log2) - 1;
  const std::uint64_t packets = std::min(esn ? kPacketsWithEsn : kPacketsWithoutEsn, blocks / 4 / kBlocksAPacket);
  return {.octets = (blocks - kBlocksAPacket * packets) * 16, .packets = packets};
}

std::string_view name(LimitedBy by) {
  switch (by) {
    case LimitedBy::kConfigured:
      return "configured";
    case LimitedBy::kKey:
      return "limit of the key";
    case LimitedBy::kSequenceNumbers:
      return "limit of 32-bit sequence numbers";
  }
  return "unknown";
}

Sizing size_life(const SizingInput& input) {
  const KeyLimits key = key_limits(input.esn, input.advantage);
  const auto limit_of = [](std::uint64_t configured, std::uint64_t bound) {
    return configured == 0 ? bound : std::min(configured, bound);
  };
  const std::uint64_t octets = limit_of(input.life_octets, key.octets);
  const std::uint64_t packets = limit_of(input.life_packets, key.packets);
  const LimitedBy key_packets = key.packets == kPacketsWithoutEsn ? LimitedBy::kSequenceNumbers : LimitedBy::kKey;

  Sizing sizing;
  sizing.octets = size_unit({octets, guard(input.peak.octets, input.delays)},
                            octets == input.life_octets ? LimitedBy::kConfigured : LimitedBy::kKey);
  sizing.packets = size_unit({packets, guard(input.peak.packets, input.delays)},
                             packets == input.life_packets ? LimitedBy::kConfigured : key_packets);
  if (sizing.octets.fits()) sizing.range = {std::max(input.least_octets, sizing.octets.needed), octets};
  // packets / rate of packets < octets / rate of octets
  sizing.packets_bind = product(packets, input.peak.octets) < product(octets, input.peak.packets);

  sizing.text = describe("octets", sizing.octets, input.peak.octets, input.delays) + "\n" +
                describe("packets", sizing.packets, input.peak.packets, input.delays) + "\n";
  if (input.peak.octets != 0 && input.peak.packets != 0) {
    sizing.text += std::string("at the peak rates ") + (sizing.packets_bind ? "packets" : "octets") + " come first";
  }
  return sizing;
}

}  // namespace sallyport::ike
