#pragma once
/// @file
/// The agent's Child SAs in an accelerator, through its driver.
///
/// Cost: a command is one or two mailbox exchanges, whatever the size of the table; an event of the device one look-up
/// by index. Memory: one record a pair, an index a table entry, both made at the start or with the pair.
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "sallyport/device.hpp"
#include "sallyport/event_queue.hpp"
#include "sallyport/ike/outbound_routes.hpp"
#include "sallyport/ike/pace_slots.hpp"
#include "sallyport/ike/sa_backend.hpp"

namespace sallyport::ike {

/// One thread at a time, the agent's. Nothing here throws or calls back.
class DriverBackend final : public SaBackend {
 public:
  /// `device` must outlive the backend. The table's entries that others hold are left alone.
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
  /// Looks whether the first packet has come in on pairs that wait for it. Where packets do not pass through this
  /// process (else packet_in tells); costs one query a pair that waits, none when nothing does.
  Result<void> look_for_first_packets();
  /// A packet of this inbound entry was valid.
  void packet_in(SaRef inbound);
  /// What has happened to the agent's pairs, oldest first: for Agent::on_child_event.
  std::optional<ChildEvent> next_event();
  /// What the device refused although the agent could not do without: worth a line in the log.
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
    bool waits = true;  // for its first packet
    HardLimits limits;
    ChildUsage last;  // what was seen when it was looked at last
    EntrySelectors selectors;
    SaMode mode = SaMode::kTunnel;
  };
  struct Reserved {
    sallyport::Reservation held;
    Owner owner;
  };

  Pair* find(ChildHandle child);
  [[nodiscard]] bool near_its_end(ChildHandle child);
  void told(ChildHandle child, ChildEventKind kind) { events_.push_back({child, kind}); }
  void warn(const char* what, const Error& error);
  // Ends our knowledge of the pair.
  void forget(ChildHandle child);
  void take_transition(const EntryTransition& transition);
  // The pair that holds this entry with this tenant.
  [[nodiscard]] std::optional<ChildHandle> holder(SaRef ref) const;
  void hold(SaRef ref, ChildHandle child);
  void let_go(SaRef ref, ChildHandle child);

  Device& device_;
  OutboundRoutes routes_;
  PaceSlots pace_slots_;
  std::uint64_t next_ = 1;
  std::unordered_map<std::uint64_t, Reserved> reservations_;
  std::unordered_map<std::uint64_t, Pair> pairs_;
  struct Holder {
    Generation generation;
    std::uint64_t child = 0;
  };
  std::vector<Holder> holders_;       // by index
  std::vector<ChildHandle> waiting_;  // for their first packet
  std::deque<ChildEvent> events_;
  std::deque<std::string> warnings_;
};

}  // namespace sallyport::ike
