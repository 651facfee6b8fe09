#include "machine.hpp"

namespace sallyport::fw {
namespace {

constexpr std::uint32_t kMessageOctets = sizeof(Words);

void put(std::uint32_t address, const Words& message) {
  for (std::uint32_t i = 0; i < message.size(); ++i) word_at(address + 4 * i) = message[i];
}
Words get(std::uint32_t address) {
  Words words;
  for (std::uint32_t i = 0; i < words.size(); ++i) words[i] = word_at(address + 4 * i);
  return words;
}

}  // namespace

std::uint64_t CoreBus::now_ns() {
  while (true) {
    const std::uint32_t high = word_at(abi::kCoreAccelBase + regs::kTimeHiAddress);
    const std::uint32_t low = word_at(abi::kCoreAccelBase + regs::kTimeLoAddress);
    if (high == word_at(abi::kCoreAccelBase + regs::kTimeHiAddress))
      return static_cast<std::uint64_t>(high) << 32 | low;
  }
}

std::uint32_t CoreNoise::next() {
  while (word_at(core_devices::kNoiseCountAddress) == seen_) {
  }
  // Again when the next word came between the two loads.
  std::uint32_t word = 0;
  do {
    seen_ = word_at(core_devices::kNoiseCountAddress);
    word = word_at(core_devices::kNoiseAddress);
  } while (word_at(core_devices::kNoiseCountAddress) != seen_);
  return word;
}

void CoreCipher::key(const Block& key) {
  for (std::uint32_t i = 0; i < key.size(); ++i) word_at(core_devices::kAesKey0Address + 4 * i) = key[i];
}

Block CoreCipher::encrypt(const Block& block) {
  for (std::uint32_t i = 0; i < block.size(); ++i) word_at(core_devices::kAesBlock0Address + 4 * i) = block[i];
  while ((word_at(core_devices::kAesStatusAddress) & core_devices::kAesStatusBusyMask) != 0) {
  }
  Block out;
  for (std::uint32_t i = 0; i < out.size(); ++i) out[i] = word_at(core_devices::kAesOut0Address + 4 * i);
  return out;
}

void Mailbox::start() {
  head_ = word_at(core_devices::kNoticeHeadAddress);
  word_at(core_devices::kNoticeSeenAddress) = word_at(core_devices::kNoticeTailAddress);
}

std::optional<Words> Mailbox::request() {
  asked_ = word_at(core_devices::kRequestBellAddress);
  if (asked_ == word_at(core_devices::kRequestDoneAddress)) return std::nullopt;
  return get(abi::kCoreDataBase);
}

void Mailbox::answer(const Words& message) const {
  put(abi::kCoreDataBase + abi::kMailboxAnswer, message);
  word_at(core_devices::kRequestDoneAddress) = asked_;
}

bool Mailbox::room() const {
  const std::uint32_t tail = word_at(core_devices::kNoticeTailAddress);
  word_at(core_devices::kNoticeSeenAddress) = tail;
  return head_ - tail < abi::kMailboxNoticeSlots;
}

void Mailbox::notice(const Words& message) {
  put(abi::kCoreDataBase + abi::kMailboxNotices + head_ % abi::kMailboxNoticeSlots * kMessageOctets, message);
  word_at(core_devices::kNoticeHeadAddress) = ++head_;
}

abi::CoreCause cause() {
  return static_cast<abi::CoreCause>(word_at(core_devices::kCauseAddress) & core_devices::kCauseCauseMask);
}
void wake_by(std::uint32_t interrupts) { asm volatile("csrw mie, %0" : : "r"(interrupts)); }
void sleep() { asm volatile("wfi" : : : "memory"); }

}  // namespace sallyport::fw
