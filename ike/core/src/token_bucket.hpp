#pragma once
/// @file
/// So much at once, so much a second, and no more.
#include <algorithm>

#include "sallyport/ike/endpoint.hpp"

namespace sallyport::ike {

class TokenBucket {
 public:
  /// Both at least 1.
  TokenBucket(std::uint64_t at_once, std::uint64_t a_second) : TokenBucket(at_once, Pace{kSecond / a_second}) {}
  /// One comes each `time`. Both at least 1; less is taken for 1.
  static TokenBucket one_each(TimeNs time, std::uint64_t at_once) { return {at_once, Pace{time}}; }

  /// Whether there is one; takes it.
  bool take(TimeNs now) {
    if (!any(now)) return false;
    --left_;
    return true;
  }

  /// Whether there is one.
  bool any(TimeNs now) {
    const std::uint64_t came = (now - since_) / each_;
    if (came >= most_ - left_) {
      left_ = most_;
      since_ = now;
    } else {
      left_ += came;
      since_ += came * each_;
    }
    return left_ > 0;
  }

 private:
  struct Pace {
    TimeNs each;
  };
  TokenBucket(std::uint64_t at_once, Pace pace)
      : most_(std::max<std::uint64_t>(at_once, 1)), each_(std::max<TimeNs>(pace.each, 1)), left_(most_) {}

  std::uint64_t most_;
  TimeNs each_;
  std::uint64_t left_;
  TimeNs since_ = 0;
};

}  // namespace sallyport::ike
