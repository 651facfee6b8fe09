#include "request_window.hpp"

#include <algorithm>
#include <utility>

namespace sallyport::ike {

namespace {
constexpr std::uint32_t kWidest = 16;
}  // namespace

void RequestWindow::widen(std::uint32_t size) { size_ = std::max(size_, std::min(size, kWidest)); }

bool RequestWindow::open() const {
  if (next_ == kLastId) return false;
  return outstanding_.empty() || next_ - outstanding_.front().id < size_;
}

void RequestWindow::add(Outstanding request) {
  ++next_;
  outstanding_.push_back(std::move(request));
}

Outstanding* RequestWindow::find(std::uint32_t id) {
  const auto found =
      std::find_if(outstanding_.begin(), outstanding_.end(), [id](const Outstanding& o) { return o.id == id; });
  return found == outstanding_.end() ? nullptr : &*found;
}

Outstanding RequestWindow::take(std::uint32_t id) {
  const auto found =
      std::find_if(outstanding_.begin(), outstanding_.end(), [id](const Outstanding& o) { return o.id == id; });
  Outstanding taken = std::move(*found);
  outstanding_.erase(found);
  return taken;
}

void RequestWindow::restart() {
  outstanding_.clear();
  next_ = 0;
}

std::vector<Outstanding> RequestWindow::take_all() { return std::exchange(outstanding_, {}); }

TimeNs RequestWindow::next_deadline() const {
  TimeNs first = kNever;
  for (const Outstanding& request : outstanding_) first = std::min(first, request.resend_at);
  return first;
}

}  // namespace sallyport::ike
