#include "sallyport/event_queue.hpp"

#include "sallyport/notice_kind.hpp"

namespace sallyport {
namespace {

constexpr std::uint8_t kFlagLate = 1U << 0;
constexpr std::uint8_t kFlagPackets = 1U << 1;
constexpr std::uint8_t kFlagInbound = 1U << 2;

bool well_formed(const abi::MailboxNotice& notice, std::size_t entries) {
  const bool of_an_entry = notice.kind != static_cast<std::uint8_t>(abi::NoticeKind::kLoad);
  return notice.version == abi::kAbiVersion && notice.kind < abi::kNoticeKindCount &&
         (of_an_entry ? notice.index < entries : notice.index == kNoEntry) &&
         notice.event_kind < abi::kEventKindCount && notice.from_state < abi::kEntryStateCount &&
         notice.to_state < abi::kEntryStateCount && notice.cause < abi::kTransitionCauseCount;
}

Direction direction_of(const abi::MailboxNotice& notice) {
  return (notice.flags & kFlagInbound) != 0 ? Direction::kInbound : Direction::kOutbound;
}

// The count that belongs to an event kind, as it stands now.
std::uint64_t count_of(const EntryReport& report, abi::EventKind event) {
  switch (event) {
    case abi::EventKind::kSoftPackets:
      return report.packets.value;
    case abi::EventKind::kSoftSeq:
    case abi::EventKind::kSeqEnd:
      return report.sequence;
    case abi::EventKind::kIcvSoft:
    case abi::EventKind::kIcvLimit:
      return report.icv_failures;
    case abi::EventKind::kHard:
      return report.dead == abi::DeadReason::kHardPackets ? report.packets.value : report.octets.value;
    default:
      return report.octets.value;
  }
}

}  // namespace

EventQueue::EventQueue(Device& device) : device_(device), known_(device.info().num_sas) {}

Result<void> EventQueue::poll() {
  for (;;) {
    const auto message = device_.mailbox().take_notice();
    if (!message) return message.error();
    if (!*message) return {};
    const auto notice = abi::MailboxNotice::unpack(**message);
    if (!well_formed(notice, known_.size())) {
      ++lost_;
      gap_ = true;
      return Error{ErrorCode::kMalformedInput, "a notice from the firmware is not one of ABI version " +
                                                   std::to_string(abi::kAbiVersion) + "; it was dropped"};
    }
    take(notice);
  }
}

void EventQueue::take(const abi::MailboxNotice& notice) {
  // The first notice seen may not be the first there was: nothing is known about those before.
  std::uint32_t missing = last_number_ ? notice.seq - *last_number_ - 1 : notice.seq - 1;
  // Not after the last one: the firmware has been started again and counts from one. What it had queued is gone.
  if (last_number_ && static_cast<std::int32_t>(notice.seq - *last_number_) <= 0) {
    missing = notice.seq - 1;
    gap_ = true;
  }
  if (missing != 0) {
    lost_ += missing;
    gap_ = true;
  }
  last_number_ = notice.seq;
  switch (static_cast<abi::NoticeKind>(notice.kind)) {
    case abi::NoticeKind::kTransition:
      take_transition(notice);
      break;
    case abi::NoticeKind::kRekey:
    case abi::NoticeKind::kDrainForced:
    case abi::NoticeKind::kLoad:
      take_request(notice);
      break;
    default:
      take_event(notice);
      break;
  }
}

void EventQueue::take_request(const abi::MailboxNotice& notice) {
  const SaRef ref{SaIndex{notice.index}, Generation{notice.generation}};
  switch (static_cast<abi::NoticeKind>(notice.kind)) {
    case abi::NoticeKind::kRekey:
      queue_.emplace_back(RekeyRequest{.inbound = ref,
                                       .spi = Spi{notice.spi},
                                       .owner = OwnerId{notice.owner},
                                       .partner = notice.partner,
                                       .due_ns = notice.count,
                                       .time_ns = notice.time});
      break;
    case abi::NoticeKind::kDrainForced:
      queue_.emplace_back(DrainForced{.ref = ref,
                                      .spi = Spi{notice.spi},
                                      .owner = OwnerId{notice.owner},
                                      .direction = direction_of(notice),
                                      .overlap_ns = notice.count,
                                      .time_ns = notice.time});
      break;
    default:
      queue_.emplace_back(LoadWarning{.load = notice.count, .time_ns = notice.time});
      break;
  }
}

EventQueue::Known& EventQueue::known(SaRef ref) {
  Known& entry = known_[ref.index.value];
  if (entry.generation != ref.generation) {
    entry.generation = ref.generation;
    entry.raised = 0;
  }
  return entry;
}

void EventQueue::take_event(const abi::MailboxNotice& notice) {
  // A firmware that was started again between a notice and giving its record back to the ring tells it once more.
  // Records come in order, numbered by the device.
  if (last_record_ && static_cast<std::int32_t>(notice.record - *last_record_) <= 0) return;
  last_record_ = notice.record;
  const SaRef ref{SaIndex{notice.index}, Generation{notice.generation}};
  const auto bit = static_cast<std::uint8_t>(1U << notice.event_kind);
  // An event of a tenant that is gone must not disturb what is known of the new one (G9). Generations are compared
  // modulo 2^16: one that is ahead belongs to a tenant whose arrival was lost.
  const auto ahead = static_cast<std::int16_t>(notice.generation - known_[notice.index].generation.value);
  if (ahead >= 0) {
    Known& entry = known(ref);
    if ((entry.raised & bit) != 0) return;  // a sweep was faster
    entry.raised |= bit;
  }
  queue_.emplace_back(SaEvent{.kind = static_cast<abi::NoticeKind>(notice.kind),
                              .event = static_cast<abi::EventKind>(notice.event_kind),
                              .ref = ref,
                              .spi = Spi{notice.spi},
                              .owner = OwnerId{notice.owner},
                              .partner = notice.partner,
                              .direction = direction_of(notice),
                              .late = (notice.flags & kFlagLate) != 0,
                              .packets = (notice.flags & kFlagPackets) != 0,
                              .count = notice.count,
                              .time_ns = notice.time,
                              .posted_ns = notice.posted,
                              .record = notice.record});
}

void EventQueue::take_transition(const abi::MailboxNotice& notice) {
  const SaRef ref{SaIndex{notice.index}, Generation{notice.generation}};
  const auto from = static_cast<abi::EntryState>(notice.from_state);
  const auto to = static_cast<abi::EntryState>(notice.to_state);
  Known& entry = known(ref);
  if (entry.state == to && entry.state != from) return;  // a sweep was faster
  entry.state = to;
  queue_.emplace_back(EntryTransition{.ref = ref,
                                      .spi = Spi{notice.spi},
                                      .owner = OwnerId{notice.owner},
                                      .partner = notice.partner,
                                      .direction = direction_of(notice),
                                      .from = from,
                                      .to = to,
                                      .cause = static_cast<abi::TransitionCause>(notice.cause),
                                      .time_ns = notice.time});
}

std::optional<Notice> EventQueue::next() {
  if (queue_.empty()) return std::nullopt;
  Notice notice = queue_.front();
  queue_.pop_front();
  return notice;
}

void EventQueue::catch_up(const EntryReport& report) {
  Known& entry = known(report.ref);
  if (entry.state != report.state) {
    queue_.emplace_back(EntryTransition{.ref = report.ref,
                                        .spi = report.spi,
                                        .owner = report.owner,
                                        .partner = report.partner,
                                        .direction = report.direction,
                                        .from = entry.state,
                                        .to = report.state,
                                        .cause = abi::TransitionCause::kTakenOver,
                                        .time_ns = report.time_ns,
                                        .reconstructed = true});
    entry.state = report.state;
  }
  for (unsigned kind = 0; kind < abi::kEventKindCount; ++kind) {
    const auto bit = static_cast<std::uint8_t>(1U << kind);
    if ((report.raised & bit) == 0 || (entry.raised & bit) != 0) continue;
    const auto event = static_cast<abi::EventKind>(kind);
    entry.raised |= bit;
    queue_.emplace_back(SaEvent{.kind = abi::notice_kind(event),
                                .event = event,
                                .ref = report.ref,
                                .spi = report.spi,
                                .owner = report.owner,
                                .partner = report.partner,
                                .direction = report.direction,
                                .packets = report.dead == abi::DeadReason::kHardPackets,
                                .count = count_of(report, event),
                                .time_ns = report.time_ns,
                                .posted_ns = report.time_ns,
                                .reconstructed = true});
  }
}

Result<std::vector<EntryReport>> EventQueue::reconcile() {
  if (const auto taken = poll(); !taken) return taken.error();
  std::vector<EntryReport> in_use;
  std::uint16_t at = 0;
  while (at < known_.size()) {
    const auto found = device_.query_next(SaIndex{at});
    if (!found) return found.error();
    const std::size_t end = *found ? (*found)->ref.index.value : known_.size();
    // Everything up to the next entry in use is free.
    for (; at < end; ++at) {
      if (known_[at].state == abi::EntryState::kFree) continue;
      EntryReport freed;
      freed.ref = {SaIndex{at}, known_[at].generation};
      freed.owner = OwnerId{kNoEntry};
      freed.time_ns = device_.bus().now_ns();
      catch_up(freed);
    }
    if (!*found) break;
    catch_up(**found);
    in_use.push_back(**found);
    ++at;
  }
  gap_ = false;
  return in_use;
}

}  // namespace sallyport
