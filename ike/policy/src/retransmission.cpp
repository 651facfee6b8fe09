#include "sallyport/ike/retransmission.hpp"

#include <algorithm>

#include "wide.hpp"

namespace sallyport::ike {
namespace {

constexpr std::uint64_t kMillisecond = 1'000'000;
constexpr std::uint64_t kSecond = 1'000 * kMillisecond;
constexpr std::uint64_t kLongestWait = 86'400 * kSecond;
constexpr unsigned kMostSends = 64;

// The greatest wait of a schedule.
std::uint64_t ceiling(const RetransmissionSchedule& schedule) {
  const std::uint64_t cap = schedule.cap == 0 ? kLongestWait : std::max(schedule.cap, schedule.first);
  return std::min(cap, kLongestWait);
}

unsigned sendings(const RetransmissionSchedule& schedule) { return std::clamp(schedule.sends, 1U, kMostSends); }

// The wait that follows one of `wait`. A factor below 1 counts as 1.
std::uint64_t next_wait(const RetransmissionSchedule& schedule, std::uint64_t wait) {
  const Wide longer = product(wait, std::max(schedule.factor_tenths, 10U)) / 10;
  return std::min(saturated(longer), ceiling(schedule));
}

}  // namespace

std::optional<std::uint64_t> RetransmissionSchedule::wait(unsigned send) const {
  if (send >= sendings(*this)) return std::nullopt;
  std::uint64_t time = std::min(first, ceiling(*this));
  for (unsigned i = 0; i < send; ++i) time = next_wait(*this, time);
  return time;
}

std::uint64_t RetransmissionSchedule::sent_at(unsigned send) const {
  std::uint64_t time = std::min(first, ceiling(*this));
  std::uint64_t at = 0;
  for (unsigned i = 0; i < std::min(send, sendings(*this)); ++i) {
    at += time;  // 64 waits of a day at most
    time = next_wait(*this, time);
  }
  return at;
}

RetransmissionSchedule rfc_schedule() { return {}; }

RetransmissionSchedule sallyport_schedule(std::uint64_t rtt) {
  const std::uint64_t four = saturated(product(rtt, 4));
  return {.first = std::max(four, 100 * kMillisecond), .factor_tenths = 15, .cap = kSecond, .sends = 30};
}

ExchangeTime exchange_time(const RetransmissionSchedule& schedule, std::uint64_t rtt, const LossTarget& target) {
  constexpr std::uint64_t kUnit = 1'000'000'000;
  constexpr Wide kSquare = static_cast<Wide>(kUnit) * kUnit;
  // Probabilities in 2^-62, rounded up. One sending fails with 1 - (1 - p)^2.
  constexpr std::uint64_t kOne = std::uint64_t{1} << 62;
  const std::uint64_t there = kUnit - std::min<std::uint64_t>(target.loss, kUnit);
  const std::uint64_t fails_once = static_cast<std::uint64_t>(kSquare - product(there, there));
  const Wide allowed = product(target.missed, kOne);  // in 2^-62 / kUnit
  Wide fails = kOne;
  for (unsigned sends = 1; sends <= sendings(schedule); ++sends) {
    // Below 2^62 * 10^18, which is below 2^122.
    fails = (fails * fails_once + kSquare - 1) / kSquare;
    if (fails * kUnit <= allowed) return {sum(schedule.sent_at(sends - 1), rtt), sends, true};
  }
  return {schedule.give_up(), sendings(schedule), false};
}

}  // namespace sallyport::ike
