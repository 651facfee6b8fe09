#include "sallyport/telemetry/entry_time.hpp"

#include <algorithm>

namespace sallyport {

std::string EntryTime::to_string() const {
  std::string digits;
  Wide rest = value_;
  do {
    digits += static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  } while (rest != 0);
  std::reverse(digits.begin(), digits.end());
  return digits;
}

std::string EntryTime::to_seconds_string() const {
  constexpr std::size_t kPlaces = 9;
  std::string digits = to_string();
  if (digits.size() <= kPlaces) digits.insert(0, kPlaces + 1 - digits.size(), '0');
  digits.insert(digits.size() - kPlaces, 1, '.');
  return digits;
}

std::optional<EntryTime> EntryTime::from_string(std::string_view digits) {
  if (digits.empty() || (digits.size() > 1 && digits.front() == '0')) return std::nullopt;
  constexpr Wide kMax = ~static_cast<Wide>(0);
  EntryTime result;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    const Wide digit = static_cast<Wide>(c - '0');
    if (result.value_ > (kMax - digit) / 10) return std::nullopt;
    result.value_ = result.value_ * 10 + digit;
  }
  return result;
}

}  // namespace sallyport
