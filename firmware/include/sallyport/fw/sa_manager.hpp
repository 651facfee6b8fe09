#pragma once
/// @file
/// The life of SAs in the table: reserve, install, supersede, retire, erase, drain. Each request is checked against the
/// firmware's picture first, then carried out by the device, which checks again (it is the one writer).
#include <cstdint>
#include <optional>
#include <span>

#include "sallyport/abi.hpp"
#include "sallyport/fw/command_port.hpp"
#include "sallyport/fw/entry_table.hpp"
#include "sallyport/fw/event_reader.hpp"
#include "sallyport/fw/fw_word.hpp"
#include "sallyport/fw/kept.hpp"
#include "sallyport/fw/notice_queue.hpp"
#include "sallyport/fw/pacing.hpp"
#include "sallyport/fw/policy.hpp"
#include "sallyport/fw/register_bus.hpp"
#include "sallyport/fw/telemetry.hpp"

namespace sallyport::fw {

/// Serves the mailbox commands that concern entries. Answers carry results; the return value is the answer's code.
class SaManager final : public EventListener {
  // How soon an entry is looked at again that the device is still erasing, in ns.
  static constexpr std::uint64_t kErasingLookNs = 1'000'000;

 public:
  SaManager(RegisterBus& bus, RandomSource& random, CommandPort& port, EntryTable& table, Settings& settings,
            Owners& owners, NoticeQueue& notices, std::span<Group> groups)
      : bus_(bus),
        random_(random),
        port_(port),
        table_(table),
        settings_(settings),
        owners_(owners),
        notices_(notices),
        pacing_(bus, port, table, notices, policy_, telemetry_, groups) {}
  SaManager(const SaManager&) = delete;
  SaManager& operator=(const SaManager&) = delete;

  /// Takes over a table of 2^log2_sas entries as it stands in the device. Entries in use get their owner and partner
  /// back from the firmware word, reservations their claims, and what an earlier run had not finished is finished or
  /// undone (sa_recover.cpp). Policy and quotas are those of the run before, when there was one. What a reservation was
  /// to replace, and pacing, are forgotten.
  abi::MailboxCode start(unsigned log2_sas);
  /// What a request that was cut off had staged is nobody's. False when the bus failed.
  bool clear_staging();

  abi::MailboxCode reserve(const abi::MailboxReserve& request, abi::MailboxAnswer& answer);
  /// install_pair and install_one; which one it is stands in `request.command`.
  abi::MailboxCode install(const abi::MailboxInstall& request, abi::MailboxAnswer& answer);
  abi::MailboxCode supersede(const abi::MailboxPair& request);
  abi::MailboxCode retire(const abi::MailboxPair& request);
  abi::MailboxCode mark_redundant(const abi::MailboxPair& request);
  abi::MailboxCode erase(const abi::MailboxPair& request);

  /// Erases what has drained, frees what has been erased, at most `most` entries. False when the bus failed.
  bool poll(std::uint64_t now, std::uint32_t most);
  /// Device time in ns when poll has work next; UINT64_MAX = not foreseeable.
  [[nodiscard]] std::uint64_t next_deadline() const;
  /// There is more to do now.
  [[nodiscard]] bool more_to_poll() const { return pacing_.in_round(); }
  /// A device event of the present tenant of `index`.
  void event(std::uint16_t index, abi::EventKind kind, std::uint64_t latency_ns) override;

  /// False, and nothing is changed, when it is not a valid one.
  bool set_policy(const Policy& policy);
  [[nodiscard]] const Policy& policy() const { return policy_; }
  /// A free entry has had other tenants meanwhile: learns its generation. False when the bus failed.
  bool look_again(std::uint16_t index);
  [[nodiscard]] Telemetry& telemetry() { return telemetry_; }
  [[nodiscard]] const Telemetry& telemetry() const { return telemetry_; }
  [[nodiscard]] const Pacing& pacing() const { return pacing_; }
  /// Working SAs (pairs) that are not paced; looks at the whole table.
  [[nodiscard]] std::uint16_t unpaced() const;
  [[nodiscard]] std::uint32_t refused_full() const { return refused_full_; }
  [[nodiscard]] std::uint32_t refused_quota() const { return refused_quota_; }

 private:
  /// One side of a request.
  struct Side {
    std::uint16_t index;
    std::uint16_t generation;
    bool inbound;
    [[nodiscard]] bool present() const { return index != kNone; }
  };
  /// Limits drawn for one side.
  struct Limits {
    std::uint64_t hard_octets;
    std::uint64_t hard_packets;
    std::uint64_t soft_octets;
    std::uint64_t soft_packets;
  };

  // An entry on its way out that still takes packets.
  static bool is_leaving(abi::EntryState state) {
    using S = abi::EntryState;
    return state == S::kOverlap || state == S::kRedundant || state == S::kDraining;
  }
  static std::uint64_t later(std::uint64_t now, std::uint64_t by) {
    return by > UINT64_MAX - 1 - now ? UINT64_MAX - 1 : now + by;
  }
  // The request's sides are there, in the right direction, and `event` is possible for each.
  abi::MailboxCode check_pair(const abi::MailboxPair& request, EntryEvent event) const;
  abi::MailboxCode check_side(const Side& side, EntryEvent event) const;
  abi::MailboxCode check_replacement(const Side& old_side, const Side& new_side) const;
  // Entries for the pool, besides those pledged to others, and for new SAs the owner's quota; counts what it refuses.
  abi::MailboxCode admit(abi::Pool pool, std::uint16_t owner, std::uint32_t wanted, std::uint32_t pledged);
  // A free entry is promised to the outbound half of `index`, and counts as its owner's.
  void claim(std::uint16_t index);
  void release_claim(std::uint16_t index);

  abi::MailboxCode check_reserve(const abi::MailboxReserve& request) const;
  // `pool`: asked for; then that from which the rekey is admitted.
  abi::MailboxCode admit_rekey(const abi::MailboxReserve& request, abi::Pool& pool);
  // The SA that a reservation is to replace is still there.
  [[nodiscard]] bool is_same(Purpose purpose) const;
  // The reservation `index` is for the rekey of an SA; it is no longer.
  void begin_rekey(std::uint16_t index, Purpose purpose);
  void end_rekey(std::uint16_t index, Purpose purpose);

  abi::MailboxCode check_install(const abi::MailboxInstall& request, SoftInterval& interval);
  // The entry of the other direction that install_one names.
  [[nodiscard]] abi::MailboxCode check_partner(const abi::MailboxInstall& request) const;
  abi::MailboxCode commit(const abi::MailboxInstall& request, SoftInterval interval, abi::MailboxAnswer& answer);
  [[nodiscard]] bool check_pace(const abi::MailboxInstall& request) const;
  // `packets`: its soft limit in packets, sequence numbers looked at too.
  abi::MailboxCode commit_out(const abi::MailboxInstall& request, const SoftDraw& draw, std::uint16_t in,
                              abi::MailboxAnswer& answer, std::uint64_t& packets);
  abi::MailboxCode commit_in(const abi::MailboxInstall& request, const SoftDraw& draw, abi::MailboxAnswer& answer);
  abi::MailboxCode commit_side(std::uint16_t index, std::uint16_t generation, std::uint8_t slot,
                               abi::MailboxAnswer& answer);
  Limits draw_limits(std::uint64_t hard_octets, std::uint64_t hard_packets, const SoftDraw& draw);
  bool stage_limits(std::uint8_t slot, const Limits& limits);
  void pace(const abi::MailboxInstall& request, SoftInterval interval, const abi::MailboxAnswer& answer,
            std::uint64_t out_soft_packets);
  void adopt_tenant(std::uint16_t index, std::uint16_t owner, bool inbound, std::uint32_t spi, std::uint16_t partner);
  // The word of an entry as the table knows it, with this intent. Ok, or why it could not be written.
  abi::MailboxCode intend(std::uint16_t index, Intent intent, bool both = false, std::uint64_t deadline = 0);
  abi::MailboxCode write_word(std::uint16_t index, const FwWord& word);

  abi::MailboxCode set_state(std::uint16_t index, abi::EntryState to, EntryEvent event, abi::TransitionCause cause,
                             std::uint64_t deadline = 0);
  // `both`: the partner is erased too.
  abi::MailboxCode erase_entry(std::uint16_t index, abi::TransitionCause cause, bool both = false);
  void finish_erase(std::uint16_t index, abi::TransitionCause cause);

  // The way out by time (sa_drain.cpp).
  void begin_leaving(std::uint16_t index, std::uint64_t now, const Side& replacement = {kNone, 0, false});
  // The reorder guard that the host asks for, as far as the bound leaves room for it.
  [[nodiscard]] std::uint64_t guard_of(const abi::MailboxPair& request, std::uint64_t now) const;
  abi::MailboxCode drain(std::uint16_t index, std::uint64_t guard, std::uint64_t now);
  struct Traffic {
    bool alive = false;
    bool came = false;  ///< Packets since the last look.
  };
  std::optional<Traffic> traffic(std::uint16_t index);
  bool replacement_in_use(std::uint16_t index);
  [[nodiscard]] std::uint64_t left_of_bound(std::uint16_t index, std::uint64_t now) const;
  void measure_drain(std::uint16_t index, std::uint64_t now);
  // The deadline of a waiting entry has passed. False when the bus failed.
  bool go_on(std::uint16_t index, std::uint64_t now);
  abi::MailboxCode look_draining(std::uint16_t index, std::uint64_t now);
  abi::MailboxCode look_superseded(std::uint16_t index, std::uint64_t now);
  [[nodiscard]] std::uint64_t next_look() const {
    return policy_.drain_ns > kErasingLookNs ? policy_.drain_ns : kErasingLookNs;
  }
  abi::MailboxCode force(std::uint16_t index, std::uint64_t now);

  abi::MailboxCode become_redundant(std::uint16_t index);
  // Tests an entry's memory: a free one's by a march, a tenant's by reading it. memory: not to be used.
  abi::MailboxCode examine(std::uint16_t index);
  // Given to nobody: out of use until the next start, as if it were being erased for ever.
  void put_aside(std::uint16_t index);
  // Asks the device what an entry is and believes it; its word too, when it is new to the table.
  abi::MailboxCode take_over(std::uint16_t index);
  // Finishes or undoes what an earlier run left.
  abi::MailboxCode recover(std::uint16_t index);
  void release(std::uint16_t index);
  void died(std::uint16_t index);
  void note(std::uint16_t index, abi::EntryState from, abi::EntryState to, abi::TransitionCause cause,
            std::uint64_t time);

  RegisterBus& bus_;
  RandomSource& random_;
  CommandPort& port_;
  EntryTable& table_;
  Settings& settings_;
  Owners& owners_;
  NoticeQueue& notices_;
  Policy policy_;
  Telemetry telemetry_;
  Pacing pacing_;
  unsigned log2_sas_ = 0;
  std::uint32_t refused_full_ = 0;
  std::uint32_t refused_quota_ = 0;
};

}  // namespace sallyport::fw
