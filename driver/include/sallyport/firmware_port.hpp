#pragma once
/// @file
/// The firmware as its user sees it, wherever it runs.
#include <cstdint>

#include "sallyport/mailbox.hpp"

namespace sallyport {

/// A mailbox, and when to look into it. One thread at a time.
class FirmwarePort : public MailboxPort {
 public:
  /// take_notice has something to do: an interrupt is pending, or something is due.
  [[nodiscard]] virtual bool work_pending() const = 0;
  /// Device time in ns when there will be work that no interrupt announces; UINT64_MAX = none in sight.
  [[nodiscard]] virtual std::uint64_t next_deadline_ns() const = 0;
};

}  // namespace sallyport
