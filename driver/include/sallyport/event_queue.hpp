#pragma once
/// @file
/// What the firmware reports, in order: expiry events and state transitions. Notices are numbered; a gap means that
/// some were lost, and then a sweep of the table brings the picture up to date.
#include <cstdint>
#include <deque>
#include <optional>
#include <variant>
#include <vector>

#include "sallyport/device.hpp"

namespace sallyport {

/// An expiry, integrity or memory event of an SA. Once a kind and generation (G3).
struct SaEvent {
  abi::NoticeKind kind = abi::NoticeKind::kSoft;
  abi::EventKind event = abi::EventKind::kSoftOctets;
  SaRef ref;
  Spi spi;
  OwnerId owner;
  std::uint16_t partner = kNoEntry;
  Direction direction = Direction::kOutbound;
  bool late = false;            ///< The device's ring was full when it happened.
  bool packets = false;         ///< Unit of a hard event.
  std::uint64_t count = 0;      ///< Count that crossed.
  std::uint64_t time_ns = 0;    ///< When it happened (reconstructed: when it was found).
  std::uint64_t posted_ns = 0;  ///< When the firmware saw it.
  std::uint32_t record = 0;     ///< Number in the device's ring; 0 when reconstructed.
  bool reconstructed = false;   ///< Found by a sweep.
};

/// An entry changed its state.
struct EntryTransition {
  SaRef ref;
  Spi spi;
  OwnerId owner;
  std::uint16_t partner = kNoEntry;
  Direction direction = Direction::kOutbound;
  abi::EntryState from = abi::EntryState::kFree;
  abi::EntryState to = abi::EntryState::kFree;
  abi::TransitionCause cause = abi::TransitionCause::kReserve;
  std::uint64_t time_ns = 0;
  bool reconstructed = false;  ///< Found by a sweep: there may have been others in between.
};

/// The firmware asks for a rekey of a paced SA, now. When none is reserved for, it asks again after a while.
struct RekeyRequest {
  SaRef inbound;  ///< Inbound half, or the only one.
  Spi spi;
  OwnerId owner;
  std::uint16_t partner = kNoEntry;
  std::uint64_t due_ns = 0;  ///< Until its soft limit is likely reached; 0 = it has been.
  std::uint64_t time_ns = 0;
};

/// A superseded SA was erased although the host had not retired it.
struct DrainForced {
  SaRef ref;
  Spi spi;
  OwnerId owner;
  Direction direction = Direction::kOutbound;
  std::uint64_t overlap_ns = 0;  ///< Since its replacement took over.
  std::uint64_t time_ns = 0;
};

/// Rekeying needs nearly all of the reserve (700), or more (1,000).
struct LoadWarning {
  std::uint64_t load = 0;  ///< F in 1/1,000.
  std::uint64_t time_ns = 0;
};

using Notice = std::variant<SaEvent, EntryTransition, RekeyRequest, DrainForced, LoadWarning>;

/// The host's end of the notices. One for each device.
class EventQueue {
 public:
  /// `device` must outlive the queue. Begins with every entry free: call reconcile() when the table may be in use
  /// already.
  explicit EventQueue(Device& device);

  /// Takes what the firmware has. kMalformedInput: a notice that is none; it is dropped and counts as lost.
  Result<void> poll();
  /// The oldest notice not yet given out.
  std::optional<Notice> next();
  /// Notices lost so far.
  [[nodiscard]] std::uint64_t lost() const { return lost_; }
  /// Notices were lost since the last reconcile(): the picture has holes.
  [[nodiscard]] bool needs_reconcile() const { return gap_; }
  /// Sweeps the table. Whatever events and states were missed are queued, marked as reconstructed. Gives the entries in
  /// use.
  Result<std::vector<EntryReport>> reconcile();

 private:
  struct Known {
    Generation generation;
    std::uint8_t raised = 0;
    abi::EntryState state = abi::EntryState::kFree;
  };
  void take(const abi::MailboxNotice& notice);
  void take_event(const abi::MailboxNotice& notice);
  void take_request(const abi::MailboxNotice& notice);
  void take_transition(const abi::MailboxNotice& notice);
  void catch_up(const EntryReport& report);
  Known& known(SaRef ref);

  Device& device_;
  std::deque<Notice> queue_;
  std::vector<Known> known_;
  std::optional<std::uint32_t> last_number_;
  std::optional<std::uint32_t> last_record_;  // of the device's ring
  std::uint64_t lost_ = 0;
  bool gap_ = false;
};

}  // namespace sallyport
