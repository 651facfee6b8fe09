#include "sallyport/ike/thresholds.hpp"

#include <algorithm>

#include "sallyport/ike/sizing.hpp"
#include "wide.hpp"

namespace sallyport::ike {
namespace {

// share * whole / 10,000, rounded up.
std::uint64_t part_of(std::uint64_t whole, std::uint32_t share) {
  return saturated(divided_up(product(whole, share), kWholeShare));
}

// The greatest X_i with X_i L + B + G + 1 % L <= L - G, as far as the rule lets it go; nothing below 0.
std::optional<Share> greatest_x_i(const UnitLimit& limit, const ThresholdRule& rule) {
  const Wide room = product(limit.hard, kWholeShare - rule.fuzz.value - rule.narrowest.value);
  const Wide guards = static_cast<Wide>(limit.guard) * (2 * kWholeShare);
  if (guards > room) return std::nullopt;
  const auto share = static_cast<std::uint32_t>((room - guards) / limit.hard);
  return Share{std::min(share, rule.designated.value)};
}

// Into 1..hard, and not empty.
Interval inside(const Interval& interval, std::uint64_t hard) {
  const std::uint64_t first = std::clamp<std::uint64_t>(interval.first, 1, hard);
  return {first, std::clamp(interval.last, first, hard)};
}

Thresholds at(const UnitLimit& limit, Share x_i, const ThresholdRule& rule) {
  const std::uint64_t hard = limit.hard;
  const std::uint64_t end = part_of(hard, x_i.value + rule.fuzz.value);  // X_i L + B
  const std::uint64_t last = hard - limit.guard;
  const std::uint64_t takeover = std::min(part_of(hard, rule.takeover.value - rule.takeover_span.value),
                                          part_of(hard, kWholeShare - rule.narrowest.value) - limit.guard);
  const auto takeover_share = static_cast<std::uint32_t>(product(takeover, kWholeShare) / hard);
  return {.x_i = x_i,
          .x_r = Share{std::min(takeover_share + rule.takeover_span.value, rule.takeover.value)},
          .designated = {part_of(hard, x_i.value), end - 1},
          .other = {std::max(takeover, end + limit.guard), last}};
}

// Where no X_i does: the designated side as early as it may, the other as late as it may without being before that.
Thresholds earliest(const UnitLimit& limit, const ThresholdRule& rule) {
  const std::uint64_t hard = limit.hard;
  const std::uint64_t end = part_of(hard, rule.designated_least.value + rule.fuzz.value);
  const std::uint64_t in_time = hard - std::min(limit.guard, hard);
  const std::uint64_t width = part_of(hard, rule.narrowest.value);
  const std::uint64_t last = std::max(in_time, end + width);
  const Interval other = inside({last - width, last}, hard);
  return {.x_i = rule.designated_least,
          .x_r = Share{static_cast<std::uint32_t>(product(other.last, kWholeShare) / hard)},
          .designated = inside({part_of(hard, rule.designated_least.value), end - 1}, hard),
          .other = other,
          .undersized = true};
}

}  // namespace

std::string to_text(Share share) {
  const std::string hundredths = std::to_string(share.value % 100);
  return std::to_string(share.value / 100) + (hundredths.size() < 2 ? ".0" : ".") + hundredths + " %";
}

std::uint64_t RekeyDelays::total() const { return sum(sum(t_event, t_queue), t_ike); }

std::uint64_t guard(std::uint64_t rate, const RekeyDelays& delays) {
  return saturated(divided_up(product(rate, delays.total()), 1'000'000'000));
}

Result<Thresholds> thresholds(const UnitLimit& limit, const ThresholdRule& rule) {
  if (limit.hard < kSmallestLife) {
    return Error{ErrorCode::kInvalidArgument, "a life time of " + std::to_string(limit.hard) + " is below " +
                                                  std::to_string(kSmallestLife) + ", the smallest"};
  }
  const std::optional<Share> x_i = greatest_x_i(limit, rule);
  if (!x_i || *x_i < rule.designated_least) {
    return Error{ErrorCode::kInvalidArgument,
                 "a life time of " + std::to_string(limit.hard) +
                     " leaves no room for two rekeys of G = " + std::to_string(limit.guard) + ": X_i would be " +
                     (x_i ? to_text(*x_i) : "below 0") + ", and must be " + to_text(rule.designated_least) +
                     " or more; that needs " + std::to_string(least_life(limit.guard, rule.designated_least, rule))};
  }
  return at(limit, *x_i, rule);
}

Thresholds thresholds_anyway(const UnitLimit& limit, const ThresholdRule& rule) {
  if (limit.hard == 0) return {};
  const auto regular = thresholds(limit, rule);
  return regular ? *regular : earliest(limit, rule);
}

std::uint64_t draw(const Interval& interval, RandomSource& random) {
  if (interval.last <= interval.first) return interval.first;
  return interval.first + random.below(interval.last - interval.first + 1);
}

std::optional<std::size_t> tightest(std::span<const UnitLimit> units) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (units[i].hard == 0) continue;
    if (!found || product(units[i].guard, units[*found].hard) > product(units[*found].guard, units[i].hard)) found = i;
  }
  return found;
}

std::uint64_t effective_life(std::uint64_t soft, std::uint64_t hard, const ThresholdRule& rule) {
  if (soft == 0) return hard;
  const std::uint64_t life = saturated(product(soft, kWholeShare) / rule.designated.value);
  return hard == 0 ? life : std::min(life, hard);
}

ShareInterval share_interval(const Interval& interval, std::uint64_t hard) {
  if (hard == 0) return {};
  const std::uint64_t slack = 1 + (hard >> 30);
  const Wide from = divided_up((static_cast<Wide>(interval.first) + 1) * kWholeShare, hard);
  const Wide to = interval.last < slack ? 0 : product(interval.last - slack, kWholeShare) / hard;
  if (from <= to && to <= kWholeShare) return {static_cast<std::uint16_t>(from), static_cast<std::uint16_t>(to - from)};
  const std::uint64_t middle = interval.first / 2 + interval.last / 2;
  const std::uint64_t share = saturated(product(middle, kWholeShare) / hard);
  return {static_cast<std::uint16_t>(std::clamp<std::uint64_t>(share, 1, kWholeShare)), 0};
}

}  // namespace sallyport::ike
