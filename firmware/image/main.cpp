// The firmware on the management core: the mailbox on one side, the accelerator's registers on the other, asleep in
// between.
//
// One loop and no interrupt handlers: interrupts only wake the core, so nothing runs in the middle of anything else.
#include <new>

#include "machine.hpp"

namespace sallyport::fw {
namespace {

// Sizes of this image (CMakeLists.txt).
using ImageStorage = Storage<SALLYPORT_MAX_SAS, SALLYPORT_NOTICES, SALLYPORT_OWNERS>;

// Asleep, the core wakes twice in the time that the watchdog waits.
constexpr std::uint64_t kLongestSleepNs = 1'000'000'000;

void set_alarm(CoreBus& bus, std::uint64_t at) {
  // Never early in between: the high half is at its end while the low one changes.
  static_cast<void>(bus.write32(regs::kAlarmHiAddress, UINT32_MAX));
  static_cast<void>(bus.write32(regs::kAlarmLoAddress, static_cast<std::uint32_t>(at)));
  static_cast<void>(bus.write32(regs::kAlarmHiAddress, static_cast<std::uint32_t>(at >> 32)));
}

void post(Firmware& firmware, Mailbox& mailbox) {
  while (firmware.has_notice() && mailbox.room()) mailbox.notice(*firmware.take_notice_words());
  // The mailbox outlives a restart: the device need not keep these events any more.
  firmware.told();
}

// In memory that start.S has zeroed; built by main, because nothing runs before it.
alignas(ImageStorage) std::byte storage_memory[sizeof(ImageStorage)];
alignas(Firmware) std::byte firmware_memory[sizeof(Firmware)];
// And in memory that start.S leaves alone.
[[gnu::section(".noinit")]] Kept<SALLYPORT_OWNERS> kept;

[[noreturn]] void run() {
  CoreBus bus;
  CoreNoise noise;
  CoreCipher cipher;
  Random random(noise, cipher);
  Mailbox mailbox;
  auto* storage = new (storage_memory) ImageStorage;
  auto* firmware = new (firmware_memory) Firmware(bus, random, *storage, kept);
  // The watchdog has granted 4.3 s until the start feeds it, entry by entry.
  mailbox.start();
  // If either fails, every request is answered with the reason.
  static_cast<void>(random.start());
  static_cast<void>(firmware->start(cause()));
  while (true) {
    bus.alive();
    if (const auto request = mailbox.request()) mailbox.answer(firmware->handle(*request));
    static_cast<void>(firmware->poll_events(1));
    post(*firmware, mailbox);
    static_cast<void>(firmware->poll_table(1));
    post(*firmware, mailbox);

    if (firmware->more_to_poll()) continue;

    std::uint32_t interrupts = kWakeTimer | kWakeRequest;
    if (firmware->has_notice()) interrupts |= kWakeNotices;
    // What does not fit stays in the ring, and is no reason to be awake; nor is what is there until the host has been
    // told.
    if (firmware->takes_events() && !firmware->tells_events()) interrupts |= kWakeEvents;
    const std::uint64_t longest = bus.now_ns() + kLongestSleepNs;
    const std::uint64_t deadline = firmware->next_deadline();
    set_alarm(bus, deadline < longest ? deadline : longest);
    wake_by(interrupts);
    random.maintain();
    sleep();
  }
}

}  // namespace
}  // namespace sallyport::fw

int main() { sallyport::fw::run(); }
