#pragma once
/// @file
/// Where soft limits lie (count-based SAs, rules 6 and 7). One unit at a time: octets, packets, sequence numbers or ns.
///
///     0          X_i L    X_i L + B               S_r first       L - G        L = H
///     |------------|--S_i---|.........>= G..........|-----S_r-------|....G.......|
///                  designated side's                the other side's
///
/// G is what passes at the peak rate from a soft limit's crossing to the new SA being in use, so a rekey that begins at
/// S_r is done at L, and one that begins at S_i before S_r is reached.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "sallyport/ike/random_source.hpp"
#include "sallyport/ike/rekeyer.hpp"
#include "sallyport/result.hpp"
#include "sallyport/strong.hpp"

namespace sallyport::ike {

/// A part of a whole in 1/10,000.
using Share = Strong<struct ShareTag, std::uint32_t>;
inline constexpr std::uint32_t kWholeShare = 10'000;
/// "82.35 %".
[[nodiscard]] std::string to_text(Share share);

/// Times between a crossing and the new SA, in ns.
struct RekeyDelays {
  std::uint64_t t_event = 0;  ///< From the crossing to the agent; T_sad where counters are polled.
  std::uint64_t t_queue = 0;  ///< Until the agent gets to it.
  std::uint64_t t_ike = 0;    ///< 99.9th percentile of a rekey, its wait for the window included.

  /// Never wraps.
  [[nodiscard]] std::uint64_t total() const;
};

/// G: what passes at `rate` a second in the delays' total, rounded up; 2^64 - 1 when that is more.
[[nodiscard]] std::uint64_t guard(std::uint64_t rate, const RekeyDelays& delays);

/// One unit of one SA.
struct UnitLimit {
  std::uint64_t hard = 0;   ///< 0: no limit in this unit.
  std::uint64_t guard = 0;  ///< G in this unit.
};

/// Hard limits below this are refused: shares of them would be no numbers any more.
inline constexpr std::uint64_t kSmallestLife = 1'000;

/// The constants of rule 6.
struct ThresholdRule {
  Share designated{8'000};        ///< Greatest X_i.
  Share designated_least{2'500};  ///< Where lowering it ends.
  Share fuzz{500};                ///< B.
  Share takeover{9'500};          ///< Greatest X_r, the middle of S_r as it were.
  Share takeover_span{500};       ///< S_r begins so far below it at the earliest.
  Share narrowest{100};           ///< Least width of S_r.
};
inline constexpr ThresholdRule kNegotiatedRule{};

/// Values that are drawn from, both inclusive.
struct Interval {
  std::uint64_t first = 0;
  std::uint64_t last = 0;

  [[nodiscard]] bool contains(std::uint64_t value) const { return value >= first && value <= last; }
  friend bool operator==(const Interval&, const Interval&) = default;
};

struct Thresholds {
  Share x_i;            ///< As lowered.
  Share x_r;            ///< As lowered.
  Interval designated;  ///< Of S_i.
  Interval other;       ///< Of S_r: the take-over, and the guard of outbound SAs.
  /// The limit is too small for the guard: rekeys begin as early as they can (X_i least), and may still come too late.
  bool undersized = false;

  [[nodiscard]] const Interval& of(CountRole role) const { return role == CountRole::kDesignated ? designated : other; }
};

/// Rule 6. X_i is lowered until S_r is wide enough, X_r with it where G leaves less than X_r - takeover_span wants.
/// kInvalidArgument, with the numbers: hard below kSmallestLife, or X_i would fall below its least.
Result<Thresholds> thresholds(const UnitLimit& limit, const ThresholdRule& rule = kNegotiatedRule);

/// As above, but never refuses a limit of kSmallestLife and more: an SA that exists needs soft limits, also when G has
/// grown since its life time was agreed on. Then undersized is set.
[[nodiscard]] Thresholds thresholds_anyway(const UnitLimit& limit, const ThresholdRule& rule = kNegotiatedRule);

/// Constants for a peer that negotiates nothing. Its limits cannot be known; these keep away from what daemons do when
/// both have the same hard limit H: charon draws from 81.8..90.9 % of H (rekey = H / 1.1, less up to a tenth), pluto
/// from 25..31.3 % (initiator of the SA) or 43.8..50 % (responder). The initiator's 70..75 % comes before the one and
/// well after the other, the responder's 95 % and more after both, so that each lets one side be first, always the
/// same.
inline constexpr ThresholdRule kLocalRule{
    .designated = Share{7'000}, .takeover = Share{9'800}, .takeover_span = Share{300}};

/// Uniform over the interval, which does not hold all 2^64 numbers.
[[nodiscard]] std::uint64_t draw(const Interval& interval, RandomSource& random);

/// Rule 7: the unit whose guard is the greatest part of its limit; nothing when none has a limit. What suits it suits
/// the others, so one pair of shares can serve all limits of an SA.
[[nodiscard]] std::optional<std::size_t> tightest(std::span<const UnitLimit> units);

/// Rule 7 for a unit with a soft limit of its own (rekey_time, rekey_packets): the life time of which X_i is that soft
/// limit, no more than the hard one. Thresholds of it are "later by X_r / X_i" on the side not designated, and inside
/// the hard limit. soft 0: none of its own; hard 0: none, the life time is then soft's alone.
[[nodiscard]] std::uint64_t effective_life(std::uint64_t soft, std::uint64_t hard,
                                           const ThresholdRule& rule = kNegotiatedRule);

/// Where a backend that draws by itself is to draw, in 1/10,000 of the hard limit: shares from .. from + span.
struct ShareInterval {
  std::uint16_t from = 0;
  std::uint16_t span = 0;

  friend bool operator==(const ShareInterval&, const ShareInterval&) = default;
};
/// Rounded inwards, with room for a draw that is off by hard / 2^30 and one: what is drawn lies in the interval.
[[nodiscard]] ShareInterval share_interval(const Interval& interval, std::uint64_t hard);

}  // namespace sallyport::ike
