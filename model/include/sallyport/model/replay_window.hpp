#pragma once
/// @file
/// Anti-replay window (RFC 4303 3.4.3) and extended sequence numbers (RFC 4303 appendix A2).
#include <cstdint>
#include <optional>
#include <vector>

namespace sallyport::model {

/// Which of the last `size` numbers up to the highest one accepted have been seen.
class ReplayWindow {
 public:
  /// @param size numbers in the window, 32 or more.
  explicit ReplayWindow(std::uint32_t size) : seen_(size) {}

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(seen_.size()); }
  /// Highest number accepted; 0 before the first.
  [[nodiscard]] std::uint64_t top() const { return top_; }

  /// The 64-bit number whose lower half is `low` (appendix A2.2), or nothing when it would be negative.
  [[nodiscard]] std::optional<std::uint64_t> extend(std::uint32_t low) const;
  /// Left of the window, or in it and seen before.
  [[nodiscard]] bool refuses(std::uint64_t number) const;
  /// Marks a number as seen and moves the window up to it. A number left of the window is not marked.
  void accept(std::uint64_t number);
  /// Whether `top() - back` has been seen; `back` below size().
  [[nodiscard]] bool seen(std::uint32_t back) const;
  /// Puts the window where a long life would have put it: only `top` itself counts as seen.
  void preset(std::uint64_t top);

 private:
  [[nodiscard]] std::size_t place(std::uint64_t number) const {
    return static_cast<std::size_t>(number % seen_.size());
  }

  std::vector<bool> seen_;  ///< By number modulo size.
  std::uint64_t top_ = 0;
};

}  // namespace sallyport::model
