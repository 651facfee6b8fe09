#pragma once
/// @file
/// So much at once, so much a second, and no more.
#include <algorithm>

#include "sallyport/ike/endpoint.hpp"

namespace sallyport::ike {

class TokenBucket {
 public:
  /// Both at least 1.
  TokenBucket(std::uint64_t at_once, std::uint64_t a_second)
      : most_(at_once), each_(kSecond / a_second), left_(at_once) {}

  /// Whether there is one; takes it.
  bool take(TimeNs now) {
    const std::uint64_t came = (now - since_) / each_;
    if (came >= most_ - left_) {
      left_ = most_;
      since_ = now;
    } else {
      left_ += came;
      since_ += came * each_;
    }
    if (left_ == 0) return false;
    --left_;
    return true;
  }

 private:
  std::uint64_t most_;
  TimeNs each_;
  std::uint64_t left_;
  TimeNs since_ = 0;
};

}  // namespace sallyport::ike
