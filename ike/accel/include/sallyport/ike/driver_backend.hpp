#pragma once
/// @file
/// The agent's Child SAs in an accelerator, through its driver.
///
/// Cost: a command is one or two mailbox exchanges, whatever the size of the table; an event of the device one look-up
/// by index. Memory: one record a pair, an index a table entry, both made at the start or with the pair.
///
/// A mailbox that fails leaves nothing behind: what could not be given back is kept and tried again, and what a lost
/// answer may have left in the table is looked for (settle, sweep).
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "sallyport/device.hpp"
#include "sallyport/event_queue.hpp"
#include "sallyport/ike/leftovers.hpp"
#include "sallyport/ike/outbound_routes.hpp"
#include "sallyport/ike/pace_slots.hpp"
#include "sallyport/ike/sa_backend.hpp"
#include "sallyport/ike/table_use.hpp"

namespace sallyport::ike {

/// One thread at a time, the agent's. Nothing here throws or calls back.
class DriverBackend final : public SaBackend {
 public:
  /// `device` must outlive the backend. The table's entries that others hold are left alone; no other may use an owner
  /// number that the agent uses, because a sweep takes entries of those for orphans when this backend does not hold
  /// them. What an earlier host has left is adopted, or given back, before the agent starts.
  explicit DriverBackend(Device& device);

  Result<Reservation> reserve(const ReserveRequest& request) override;
  void abandon(ReservationHandle reservation) override;
  Result<ChildHandle> install(ReservationHandle reservation, InstallRequest request) override;
  void use_outbound(ChildHandle child) override;
  void supersede(ChildHandle old, ChildHandle by) override;
  void mark_redundant(ChildHandle child) override;
  void drop_outbound(ChildHandle child) override;
  void retire(ChildHandle child) override;
  void erase(ChildHandle child) override;
  [[nodiscard]] ChildUsage usage(ChildHandle child) override;
  [[nodiscard]] unsigned occupancy() override;
  [[nodiscard]] NarrowTo narrow_to() const override { return NarrowTo::kOnePrefix; }

  /// What the firmware tells (EventQueue::next). Whoever owns the queue gives each notice here, reconstructed ones too.
  void on_notice(const Notice& notice);
  /// Goes on with what failed: gives back what is left over, sweeps when an answer was lost. Call it now and then, say
  /// with EventQueue::poll; reserve does it too, seldom while it fails. Costs nothing when nothing is to be done. An
  /// error: not all is done.
  Result<void> settle();
  /// Erases what is in the table for the agent's owners and nobody holds. Costs one query an entry in use. The error is
  /// the first; entries that can be reached are dealt with all the same.
  Result<void> sweep();
  /// Looks whether the first packet has come in on pairs that wait for it. Where packets do not pass through this
  /// process (else packet_in tells); costs one query a pair that waits, none when nothing does. The error is the first;
  /// the other pairs are looked at all the same, unless the mailbox itself does not answer.
  Result<void> look_for_first_packets();
  /// A packet of this inbound entry was valid.
  void packet_in(SaRef inbound);
  /// What has happened to the agent's pairs, oldest first: for Agent::on_child_event.
  std::optional<ChildEvent> next_event();
  /// What the device refused although the agent could not do without: worth a line in the log. The newest 64 are kept.
  std::optional<std::string> next_warning();
  /// Which SA a packet goes out on.
  [[nodiscard]] const OutboundRoutes& routes() const { return routes_; }
  /// Entries of a pair; nothing present when it is gone.
  [[nodiscard]] SaRef inbound(ChildHandle child) const;
  [[nodiscard]] SaRef outbound(ChildHandle child) const;

 private:
  struct Pair {
    SaPair handle;
    SaRef in;  // as installed
    SaRef out;
    std::uint32_t pace_of = 0;  // number of its IKE SA
    bool paced = false;
    bool waits = true;            // for its first packet
    bool told_gone = false;       // kGone
    bool outbound_to_go = false;  // it could not be erased yet
    std::uint64_t session = 0;    // of routes
    HardLimits limits;
    ChildUsage last;  // what was seen when it was looked at last
    EntrySelectors selectors;
    SaMode mode = SaMode::kTunnel;
  };
  Pair* find(ChildHandle child);
  [[nodiscard]] bool near_its_end(ChildHandle child);
  void told(ChildHandle child, ChildEventKind kind) { events_.push_back({child, kind}); }
  void tell_gone(ChildHandle child, Pair& pair);
  void warn(std::string text);
  void warn(const char* what, const Error& error) { warn(std::string(what) + ": " + error.text); }
  // Something is left to settle. Said once, until all is settled.
  void troubled(const char* what, const Error& error);
  // Ends our knowledge of the pair.
  void forget(ChildHandle child);
  void take_transition(const EntryTransition& transition);
  [[nodiscard]] std::uint64_t session_of(const InstallRequest& request, ChildHandle child) const;
  void give_back(sallyport::Reservation reservation);
  void give_up(ChildHandle child, Leftovers::How how, const char* what);
  void gone_by_us(unsigned entries);
  Result<void> erase_outbound(Pair& pair);
  // A request failed, and may have been carried out.
  void outcome_unknown();
  [[nodiscard]] bool settled() const { return leftovers_.empty() && outbound_to_go_.empty() && !sweep_due_; }
  void settle_when_due();
  void all_is_well();
  Result<void> retry_outbound();
  Result<void> sweep_table();
  [[nodiscard]] std::set<SaRef> in_hand() const;
  Result<std::optional<EntryReport>> next_entry(std::uint16_t from);
  [[nodiscard]] bool is_orphan(const EntryReport& entry, const std::set<SaRef>& held) const;
  Result<void> erase_orphan(const EntryReport& entry);
  // The pair that holds this entry with this tenant.
  [[nodiscard]] std::optional<ChildHandle> holder(SaRef ref) const;
  void hold(SaRef ref, ChildHandle child);
  void let_go(SaRef ref, ChildHandle child);

  Device& device_;
  OutboundRoutes routes_;
  PaceSlots pace_slots_;
  std::uint64_t next_ = 1;
  std::unordered_map<std::uint64_t, sallyport::Reservation> reservations_;
  std::unordered_map<std::uint64_t, Pair> pairs_;
  struct Holder {
    Generation generation;
    std::uint64_t child = 0;
  };
  std::vector<Holder> holders_;       // by index
  std::vector<ChildHandle> waiting_;  // for their first packet
  std::deque<ChildEvent> events_;
  std::deque<std::string> warnings_;
  TableUse use_;
  bool use_unknown_ = false;  // and so warned of
  std::unordered_set<std::uint16_t> owners_;
  Leftovers leftovers_;
  std::vector<ChildHandle> outbound_to_go_;
  bool sweep_due_ = false;
  bool troubled_ = false;
  static constexpr std::uint64_t kFirstWaitNs = 100'000'000;
  static constexpr std::uint64_t kLongestWaitNs = 10'000'000'000;
  std::uint64_t settle_again_ = 0;  // device time
  std::uint64_t wait_ns_ = kFirstWaitNs;
};

}  // namespace sallyport::ike
