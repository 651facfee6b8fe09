#pragma once
/// @file
/// The firmware as one object: mailbox messages in, answers and notices out. Sans-IO: it touches nothing but its
/// RegisterBus, and the same requests, registers and random numbers give the same answers.
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "sallyport/abi.hpp"
#include "sallyport/fw/command_port.hpp"
#include "sallyport/fw/entry_table.hpp"
#include "sallyport/fw/event_reader.hpp"
#include "sallyport/fw/kept.hpp"
#include "sallyport/fw/notice_queue.hpp"
#include "sallyport/fw/register_bus.hpp"
#include "sallyport/fw/sa_manager.hpp"

namespace sallyport::fw {

/// A mailbox message as it travels.
using Message = std::array<std::uint8_t, abi::MailboxHead::kOctets * 8>;
/// The same as words, the first octet in the most significant place.
using Words = std::array<std::uint32_t, sizeof(Message) / 4>;

/// Memory of the firmware; the image has one of these in its data section.
template <std::size_t MaxSas, std::size_t Notices, std::size_t QuotaOwners>
struct Storage {
  static_assert(MaxSas <= 16'384 && Notices >= 4);
  std::array<Entry, MaxSas> entries{};
  std::array<abi::MailboxNotice, Notices> notices{};
  std::array<std::uint16_t, QuotaOwners> held{};
  std::array<Group, MaxSas / 2> groups{};
};

/// Everything below the mailbox.
class Firmware {
 public:
  /// `storage` is this run's own; `kept` is what a run before left, if there was one, and what the next one may find.
  template <std::size_t M, std::size_t N, std::size_t Q>
  Firmware(RegisterBus& bus, RandomSource& random, Storage<M, N, Q>& storage, Kept<Q>& kept)
      : bus_(bus),
        random_(random),
        port_(bus),
        table_(storage.entries),
        settings_(kept),
        owners_(storage.held, settings_),
        notices_(storage.notices),
        manager_(bus, random, port_, table_, settings_, owners_, notices_, storage.groups),
        events_(bus, table_, notices_, manager_) {}
  Firmware(const Firmware&) = delete;
  Firmware& operator=(const Firmware&) = delete;

  /// Waits for the boot sweep, tests the table's memory and takes it over (free entries by a march, tenants by reading
  /// them), has the packet path give its known answers, opens the data path and the interrupt. On a device that has SAs
  /// already nothing of them changes, and packets wait while the known answers are tried. no_random: the random source
  /// is of no use; bad_version: another ABI; bad_index: more entries than storage; bus: no answer, or the boot sweep
  /// does not end; self_test: a known answer was wrong twice, and the data path is shut. `cause`: after a watchdog or a
  /// fault that happened during the known answers of a device at work, they are not tried.
  abi::MailboxCode start(abi::CoreCause cause = abi::CoreCause::kCold);
  /// Serves one request. Always answers; what is malformed, stale or out of order changes nothing.
  Words handle(const Words& request);
  Message handle(const Message& request) { return abi::octets_of(handle(abi::words_of(request))); }
  /// Device events to notices, drained entries to free. False when the bus failed: call again. `most`: device events
  /// and entries at most, for who has others to serve in between.
  bool poll(std::uint32_t most = UINT32_MAX);
  /// The halves of it, for who sends notices on in between: what an event leads to may take longer than its telling.
  bool poll_events(std::uint32_t most);
  bool poll_table(std::uint32_t most);
  /// The last poll left work: device events that there is room for, or a part of the table to look at.
  [[nodiscard]] bool more_to_poll() const { return (takes_events() && events_.more()) || manager_.more_to_poll(); }
  /// The oldest notice. When it is where a restart of the firmware does not touch it, told() is to be called: until
  /// then the device keeps the event that it tells of.
  std::optional<Words> take_notice_words();
  /// What has been taken is on its way to the host.
  void told() { events_.told(last_record_); }
  /// Events wait to be told. While they do there is no room for more, and no reason to wake for them.
  [[nodiscard]] bool tells_events() const { return events_.untold(); }
  /// Both, where the notice is the host's with this call.
  std::optional<Message> take_notice() {
    const auto words = take_notice_words();
    if (words) told();
    return words ? std::optional(abi::octets_of(*words)) : std::nullopt;
  }
  [[nodiscard]] bool has_notice() const { return !notices_.empty(); }
  /// There is room for what the event ring holds; else device events are no reason to call poll.
  [[nodiscard]] bool takes_events() const { return started_ == abi::MailboxCode::kOk && !notices_.full(); }
  /// Device time in ns when poll has work that no interrupt announces; UINT64_MAX = none.
  [[nodiscard]] std::uint64_t next_deadline() const {
    return started_ == abi::MailboxCode::kOk ? manager_.next_deadline() : UINT64_MAX;
  }

 private:
  abi::MailboxCode take_over(bool after_failure);
  abi::MailboxCode known_answers(unsigned lanes);
  abi::MailboxCode check(const Words& request, const abi::MailboxHead& head) const;
  Words info(const abi::MailboxHead& head) const;
  Words query(const Words& request, const abi::MailboxHead& head);
  abi::MailboxCode serve(const Words& request, abi::MailboxCommand command, abi::MailboxAnswer& answer);
  abi::MailboxCode counter(const abi::MailboxCounter& request, abi::MailboxAnswer& answer);
  abi::MailboxCode set_policy(const abi::MailboxPolicy& request);
  Words histogram(const Words& request, const abi::MailboxHead& head);
  Words load(const abi::MailboxHead& head) const;
  abi::MailboxCode set_quota(const abi::MailboxQuota& request, abi::MailboxAnswer& answer);

  RegisterBus& bus_;
  RandomSource& random_;
  CommandPort port_;
  EntryTable table_;
  Settings settings_;
  Owners owners_;
  NoticeQueue notices_;
  SaManager manager_;
  EventReader events_;
  std::uint32_t last_seq_ = 0;
  std::uint32_t last_record_ = 0;  // of the device, told by the last notice that told of one
  bool in_session_ = false;
  abi::MailboxCode started_ = abi::MailboxCode::kNotStarted;  // ok, or what every request is refused with
};

}  // namespace sallyport::fw
