#include "sallyport/fw/event_reader.hpp"

#include "sallyport/notice_kind.hpp"
#include "sallyport/regs.hpp"

namespace sallyport::fw {

bool EventReader::start() {
  const auto caps = bus_.read32(regs::kCaps1Address);
  const auto tail = bus_.read32(regs::kEvTailAddress);
  if (!caps || !tail) return false;
  depth_ = *caps & regs::kCaps1RingDepthMask;
  tail_ = told_ = *tail;
  return depth_ != 0;
}

bool EventReader::poll(std::uint32_t most) {
  more_ = false;
  const auto head = bus_.read32(regs::kEvHeadAddress);
  if (!head) return false;
  const std::uint32_t before = tail_;
  bool bus_ok = true;
  while (bus_ok && tail_ != *head && tail_ - before < most && !notices_.full()) {
    abi::EventRecord record;
    const std::optional<bool> right = read_record(tail_ + 1, record);
    bus_ok = right.has_value();
    if (!bus_ok) break;
    if (*right) {
      post(record);
    } else if (++misread_ < kMisreadings) {
      bus_ok = false;
      break;
    } else {
      // It is the ring that holds something else. The host looks at the table, as for every notice that is lost.
      notices_.lose();
    }
    misread_ = 0;
    ++tail_;
  }
  more_ = tail_ != *head;
  // Those that became no notices are told with the others, or now.
  told(told_);
  return bus_ok;
}

void EventReader::told(std::uint32_t record) {
  if (notices_.empty()) record = tail_;
  if (record == told_ || record - told_ > tail_ - told_) return;
  if (bus_.write32(regs::kEvTailAddress, record)) told_ = record;
}

std::optional<bool> EventReader::read_record(std::uint32_t number, abi::EventRecord& record) {
  const std::uint32_t address = regs::kRingAddress + (number - 1) % depth_ * abi::EventRecord::kOctets;
  abi::EventRecord::Words words{};
  for (std::uint32_t i = 0; i < words.size(); ++i) {
    const auto word = bus_.read32(address + 4 * i);
    if (!word) return std::nullopt;
    words[i] = *word;
  }
  record = abi::EventRecord::from_words(words);
  // Another number there means that a word is wrong. Reading has no side effect, so the next poll reads again: it may
  // have been the bus.
  return record.seq == number;
}

void EventReader::post(const abi::EventRecord& record) {
  const auto event = static_cast<abi::EventKind>(record.kind);
  // The caller has seen that there is room.
  abi::MailboxNotice& notice = *notices_.next();
  notice.kind = static_cast<std::uint8_t>(abi::notice_kind(event));
  notice.event_kind = record.kind;
  notice.index = record.index;
  notice.generation = record.generation;
  notice.spi = record.spi;
  notice.flags = record.flags;
  notice.owner = kNone;
  notice.partner = kNone;
  // An event of a tenant that is gone keeps its own generation and gets nothing of the new tenant's (G9).
  const bool is_tenants = record.index < table_.size() && table_[record.index].generation == record.generation;
  if (is_tenants) {
    const Entry& entry = table_[record.index];
    notice.from_state = notice.to_state = static_cast<std::uint8_t>(entry.state);
    notice.owner = entry.owner;
    notice.partner = entry.partner;
  }
  notice.count = record.count;
  notice.time = record.time_ns;
  notice.posted = bus_.now_ns();
  notice.record = record.seq;
  const std::uint64_t latency = notice.posted > notice.time ? notice.posted - notice.time : 0;
  if (is_tenants) listener_.event(record.index, event, latency);
}

}  // namespace sallyport::fw
