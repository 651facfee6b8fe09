#pragma once
/// @file
/// T_ike of one IKE SA: how long its rekeys take (count-based SAs, rule 6).
#include <array>
#include <cstddef>
#include <cstdint>

namespace sallyport::ike {

/// The 99.9th percentile of measured rekeys, from the wish to rekey to the new SA being in use, so that queueing behind
/// the window is in it. Fixed memory: a histogram with eight buckets an octave, and one of the time before; together
/// they hold the last 2,000 to 4,000 rekeys.
class RekeyTimes {
 public:
  static constexpr std::uint64_t kCap = 30'000'000'000;     ///< ns. Longer ones count as this.
  static constexpr std::uint64_t kInitial = 2'000'000'000;  ///< ns.
  static constexpr unsigned kGeneration = 2'000;
  /// Below so many measurements a 99.9th percentile is not known yet.
  static constexpr unsigned kEnough = 1'000;

  /// initial: what to go by before there are kEnough measurements (ns, at most kCap counts), e.g. exchange_time() of
  /// the loss that is expected.
  explicit RekeyTimes(std::uint64_t initial = kInitial);

  /// One rekey that took so many ns; one that was given up counts with the time that it had.
  void add(std::uint64_t duration);
  /// T_ike in ns: the percentile, rounded up to its bucket's end (by less than 1/8); before there are kEnough
  /// measurements no less than `initial`; never above kCap.
  [[nodiscard]] std::uint64_t t_ike() const;
  /// Measurements that it rests on.
  [[nodiscard]] unsigned count() const { return now_.total + before_.total; }

 private:
  // Buckets of [2^17, 2^35) ns, 131 us to 34 s; shorter ones count in the first.
  static constexpr unsigned kLeastOctave = 17;
  static constexpr std::size_t kBuckets = (35 - kLeastOctave) * 8;
  struct Histogram {
    std::array<std::uint16_t, kBuckets> counts{};
    std::uint16_t total = 0;
  };
  static std::size_t bucket(std::uint64_t duration);
  static std::uint64_t end_of(std::size_t bucket);

  Histogram now_;
  Histogram before_;
  std::uint64_t initial_;
};

}  // namespace sallyport::ike
