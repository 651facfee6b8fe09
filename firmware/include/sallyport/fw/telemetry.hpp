#pragma once
/// @file
/// What the firmware counts so that the host need not poll.
#include <array>
#include <bit>
#include <cstdint>

#include "sallyport/abi.hpp"
#include "sallyport/fw/ticks.hpp"

namespace sallyport::fw {

/// Times by powers of two: bucket b holds those of at least 2^(b+7) ns and less than 2^(b+8).
class Histogram {
 public:
  static constexpr unsigned kBuckets = 32;

  void add(std::uint64_t ns) {
    constexpr int kFirst = 8;
    const int b = std::bit_width(ns) - kFirst;
    const int last = static_cast<int>(kBuckets) - 1;
    ++counts_[static_cast<std::size_t>(b < 0 ? 0 : b > last ? last : b)];
    ++total_;
  }
  /// 0 beyond the last bucket.
  [[nodiscard]] std::uint32_t count(unsigned bucket) const { return bucket < kBuckets ? counts_[bucket] : 0; }
  [[nodiscard]] std::uint32_t total() const { return total_; }

 private:
  std::array<std::uint32_t, kBuckets> counts_{};
  std::uint32_t total_ = 0;
};

/// A mean after a new value that makes an eighth of it.
constexpr Ticks an_eighth_nearer(Ticks mean, Ticks value) {
  // By what it differs, so that no sum overflows.
  const auto change = static_cast<std::int32_t>(value) - static_cast<std::int32_t>(mean);
  return static_cast<Ticks>(static_cast<std::int32_t>(mean) + change / 8);
}

/// A mean of which each new value makes an eighth; the first value is taken whole.
class RecentMean {
 public:
  void add(Ticks value) {
    mean_ = any_ ? an_eighth_nearer(mean_, value) : value;
    any_ = true;
  }
  /// `otherwise` before the first value.
  [[nodiscard]] Ticks value(Ticks otherwise) const { return any_ ? mean_ : otherwise; }

 private:
  Ticks mean_ = 0;
  bool any_ = false;
};

/// Counts of rekeying and drains.
struct Telemetry {
  std::array<Histogram, abi::kHistogramCount> histograms{};
  std::uint32_t asked = 0;         ///< Rekeys asked for.
  std::uint32_t early = 0;         ///< Of these: before the soft limit.
  std::uint32_t failed = 0;        ///< Rekeys that came to nothing.
  std::uint32_t refused_peer = 0;  ///< Rekeys of the peer that were refused as full.
  std::uint32_t forced = 0;        ///< Drains.
  std::uint32_t late = 0;          ///< SAs that died before their replacement was keyed.
  std::uint16_t faulty = 0;        ///< Entries out of use for their memory.
  bool loopback = false;           ///< The known answers were tried at the start, and came out right.
  RecentMean ike;                  ///< From reservation to key.
  RecentMean drain;                ///< From supersession to a free entry.

  Histogram& of(abi::Histogram which) { return histograms[static_cast<std::size_t>(which)]; }
};

}  // namespace sallyport::fw
