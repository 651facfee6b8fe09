#include "sallyport/model/replay_window.hpp"

#include <algorithm>

namespace sallyport::model {

std::optional<std::uint64_t> ReplayWindow::extend(std::uint32_t low) const {
  const std::uint64_t top_high = top_ >> 32;
  const auto top_low = static_cast<std::uint32_t>(top_);
  const std::uint32_t bottom = top_low - size() + 1;  // modulo 2^32
  std::uint64_t high = 0;
  if (top_low >= size() - 1) {  // case A: the window lies within one subspace
    high = low >= bottom ? top_high : top_high + 1;
  } else {  // case B: it reaches down into the subspace before
    if (low >= bottom) {
      if (top_high == 0) return std::nullopt;
      high = top_high - 1;
    } else {
      high = top_high;
    }
  }
  return high << 32 | low;
}

bool ReplayWindow::refuses(std::uint64_t number) const {
  if (number > top_) return false;
  if (top_ - number >= size()) return true;
  return seen_[place(number)];
}

void ReplayWindow::accept(std::uint64_t number) {
  if (number > top_) {
    if (number - top_ >= size()) {
      std::fill(seen_.begin(), seen_.end(), false);
    } else {
      for (std::uint64_t n = top_ + 1; n < number; ++n) seen_[place(n)] = false;
    }
    top_ = number;
  } else if (top_ - number >= size()) {
    return;
  }
  seen_[place(number)] = true;
}

bool ReplayWindow::seen(std::uint32_t back) const { return top_ >= back && seen_[place(top_ - back)]; }

void ReplayWindow::preset(std::uint64_t top) {
  std::fill(seen_.begin(), seen_.end(), false);
  top_ = top;
  seen_[place(top)] = top != 0;
}

}  // namespace sallyport::model
