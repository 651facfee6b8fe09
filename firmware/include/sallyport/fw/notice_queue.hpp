#pragma once
/// @file
/// Notices on their way to the host. A full queue loses the new notice, spends its number and counts it: the host sees
/// a gap as wide as the lost counter has grown, and sweeps the table. Device events are never lost here: they wait in
/// the device's ring.
#include <cstdint>
#include <optional>
#include <span>

#include "sallyport/abi.hpp"
#include "sallyport/fw/entry_table.hpp"

namespace sallyport::fw {

/// A ring over the caller's storage.
class NoticeQueue {
 public:
  explicit NoticeQueue(std::span<abi::MailboxNotice> storage) : ring_(storage) {}

  [[nodiscard]] bool empty() const { return used_ == 0; }
  [[nodiscard]] bool full() const { return used_ == ring_.size(); }
  /// A new notice to fill in, empty but for its number. Nothing when the queue is full: then it counts as lost.
  abi::MailboxNotice* next() {
    if (full()) {
      lose();
      return nullptr;
    }
    ++number_;
    std::size_t at = first_ + used_;
    if (at >= ring_.size()) at -= ring_.size();
    ++used_;
    abi::MailboxNotice& notice = ring_[at];
    notice = {};
    notice.version = static_cast<std::uint16_t>(abi::kAbiVersion);
    notice.seq = number_;
    notice.lost = lost_;
    return &notice;
  }
  /// A notice that there should have been.
  void lose() {
    ++number_;
    ++lost_;
  }
  /// The same as next, about an entry: a deed of the firmware at `time`.
  abi::MailboxNotice* of_entry(const Entry& entry, std::uint16_t index, abi::NoticeKind kind, std::uint64_t time) {
    abi::MailboxNotice* notice = next();
    if (notice == nullptr) return nullptr;
    constexpr std::uint8_t kInboundFlag = 1U << 2;
    notice->kind = static_cast<std::uint8_t>(kind);
    notice->index = index;
    notice->generation = entry.generation;
    notice->spi = entry.spi;
    notice->from_state = notice->to_state = static_cast<std::uint8_t>(entry.state);
    notice->flags = entry.inbound ? kInboundFlag : std::uint8_t{0};
    notice->owner = entry.owner;
    notice->partner = entry.partner;
    notice->time = notice->posted = time;
    return notice;
  }
  /// The oldest notice, removed.
  std::optional<abi::MailboxNotice> take() {
    if (used_ == 0) return std::nullopt;
    const abi::MailboxNotice notice = ring_[first_];
    if (++first_ == ring_.size()) first_ = 0;
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
