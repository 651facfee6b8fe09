#pragma once
/// @file
/// Time integrals of table occupancy, exact.
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sallyport {

/// An integral of "entries over time" in entries * ns. 128 bit wide: 65,536 entries for 2^64 ns fit with room for 2^48
/// of them, so sums of integrals never overflow in practice and are exact. Decimal text is the form in logs, because
/// most JSON readers lose integers above 2^53.
class EntryTime {
 public:
  constexpr EntryTime() = default;
  /// `entries` entries for `ns` nanoseconds.
  constexpr EntryTime(std::uint64_t entries, std::uint64_t ns) : value_(static_cast<Wide>(entries) * ns) {}

  constexpr EntryTime& operator+=(EntryTime other) {
    value_ += other.value_;
    return *this;
  }
  friend constexpr EntryTime operator+(EntryTime a, EntryTime b) { return a += b; }
  friend constexpr bool operator==(EntryTime a, EntryTime b) { return a.value_ == b.value_; }
  friend constexpr std::strong_ordering operator<=>(EntryTime a, EntryTime b) { return a.value_ <=> b.value_; }

  /// Nearest double, in entries * ns; for means and ratios only.
  [[nodiscard]] double approximate() const { return static_cast<double>(value_); }
  /// Decimal digits, in entries * ns.
  [[nodiscard]] std::string to_string() const;
  /// Exact decimal text in entries * seconds, always nine places, e.g. "12.000000050".
  [[nodiscard]] std::string to_seconds_string() const;
  /// From decimal digits without sign or leading zeros; nothing if it is not that, or is 2^128 or more.
  static std::optional<EntryTime> from_string(std::string_view digits);

 private:
  __extension__ typedef unsigned __int128 Wide;  // NOLINT(modernize-use-using): __extension__ needs the old form

  Wide value_ = 0;
};

}  // namespace sallyport
