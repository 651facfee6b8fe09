#pragma once
/// @file
/// Notices on their way to the host. A full queue loses the new notice, spends its number and counts it: the host sees
/// a gap as wide as the lost counter has grown, and sweeps the table. Device events are never lost here: they wait in
/// the device's ring.
#include <cstdint>
#include <optional>
#include <span>

#include "sallyport/abi.hpp"

namespace sallyport::fw {

/// A ring over the caller's storage.
class NoticeQueue {
 public:
  explicit NoticeQueue(std::span<abi::MailboxNotice> storage) : ring_(storage) {}

  [[nodiscard]] bool empty() const { return used_ == 0; }
  [[nodiscard]] bool full() const { return used_ == ring_.size(); }
  /// Numbers the notice and queues it, or counts it as lost.
  void post(abi::MailboxNotice notice) {
    notice.version = static_cast<std::uint16_t>(abi::kAbiVersion);
    notice.seq = ++number_;
    if (full()) {
      ++lost_;
      return;
    }
    notice.lost = lost_;
    ring_[(first_ + used_) % ring_.size()] = notice;
    ++used_;
  }
  /// The oldest notice, removed.
  std::optional<abi::MailboxNotice> take() {
    if (used_ == 0) return std::nullopt;
    const abi::MailboxNotice notice = ring_[first_];
    first_ = (first_ + 1) % ring_.size();
    --used_;
    return notice;
  }
  /// Number of the newest notice, lost ones included; modulo 2^32.
  [[nodiscard]] std::uint32_t number() const { return number_; }
  [[nodiscard]] std::uint64_t lost() const { return lost_; }

 private:
  std::span<abi::MailboxNotice> ring_;
  std::size_t first_ = 0;
  std::size_t used_ = 0;
  std::uint32_t number_ = 0;
  std::uint64_t lost_ = 0;
};

}  // namespace sallyport::fw
