#pragma once
/// @file
/// How much of the table is in use, without asking the device each time.
#include <cstdint>

#include "sallyport/device.hpp"

namespace sallyport::ike {

/// What the device said, and what we have taken and given back since. The device is asked at most every kLookAgainNs of
/// its time, whatever is asked of us: whoever floods us with requests makes no mailbox traffic.
class TableUse {
 public:
  /// Until then what others do, and what leaves by itself, is not seen.
  static constexpr std::uint64_t kLookAgainNs = 100'000'000;

  /// `device` must outlive it.
  explicit TableUse(Device& device) : device_(device) {}
  /// Entries in use or promised, in 1/1,000. An error: nobody knows, the device having failed when asked last.
  Result<unsigned> permille();
  void taken(unsigned entries) { used_ += entries; }
  void given_back(unsigned entries) { used_ -= entries < used_ ? entries : used_; }
  /// Our count may be wrong: the device is asked at the next look.
  void doubt() { in_doubt_ = true; }

 private:
  Result<void> look();

  Device& device_;
  unsigned used_ = 0;
  std::uint64_t looked_at_ = 0;
  bool in_doubt_ = true;
  Result<void> last_;  // how the last look went
};

}  // namespace sallyport::ike
