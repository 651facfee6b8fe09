#pragma once
/// @file
/// When to rekey. Watches how fast paced SAs use up their limits, tells what load rekeying puts on the reserve, and
/// asks the host for rekeys (notice `rekey`) so that their number stays within the reserve and no SA waits beyond its
/// hard limit.
///
/// What is known of an SA: at `sampled` the share `seen` of its soft limit was used; since the sample before that the
/// use rose by so much in so long; if that goes on, the soft limit is reached at `due` and the hard one at `last`. A
/// faster use is believed at once, a slower one by a quarter a sample. SAs are looked at again after a quarter of what
/// is left.
///
/// A round goes over all entries, a few at each poll, and ends with the choice of demand.hpp. Costs: an entry some 60
/// core clocks, a sample some 400 more; a soft event and each hook below a few dozen.
#include <cstdint>
#include <optional>
#include <span>

#include "sallyport/fw/command_port.hpp"
#include "sallyport/fw/demand.hpp"
#include "sallyport/fw/entry_table.hpp"
#include "sallyport/fw/notice_queue.hpp"
#include "sallyport/fw/policy.hpp"
#include "sallyport/fw/register_bus.hpp"
#include "sallyport/fw/telemetry.hpp"

namespace sallyport::fw {

/// An IKE SA: its children share its exchanges.
struct Group {
  Ticks t_ike = 0;              ///< 99.9th percentile of a rekey, as the host said last.
  Ticks mean = 0;               ///< Mean of the last rekeys; 0 before the first.
  std::uint16_t under_way = 0;  ///< Rekeys asked for, and reservations for rekeys started here.
  std::uint8_t window = 0;      ///< Exchanges at once.
};

/// What an installation says of pacing.
struct PaceTerms {
  std::uint16_t group = 0;
  std::uint8_t window = 1;
  Ticks t_ike = 0;
  bool designated = false;
  /// How far the hard limit lies beyond the soft one at least, in 1/64 of the soft one.
  std::uint8_t hard_over_soft = 0;
};

/// The scheduler of rekeys. Everything is O(1), rounds are in pieces.
class Pacing {
 public:
  Pacing(RegisterBus& bus, CommandPort& port, EntryTable& table, NoticeQueue& notices, const Policy& policy,
         Telemetry& telemetry, std::span<Group> groups)
      : bus_(bus),
        port_(port),
        table_(table),
        notices_(notices),
        policy_(policy),
        telemetry_(telemetry),
        groups_(groups) {}

  /// Nobody is paced.
  void start();
  [[nodiscard]] bool valid(const PaceTerms& terms) const {
    return terms.group < groups_.size() && terms.window >= 1 && terms.t_ike != 0;
  }

  // ---- what happens to SAs; `index` is either entry of a pair, and may be one that is not paced
  /// A side has been keyed under `terms`.
  void installed(std::uint16_t index, const PaceTerms& terms, std::uint64_t soft_octets, std::uint64_t soft_packets,
                 std::uint64_t time);
  /// A reservation for its rekey has been made: `reservation` says by whom. One of ours has a place in the window of
  /// the IKE SA from now on, whatever becomes of the old SA.
  void begun(std::uint16_t index, std::uint16_t reservation);
  /// That reservation is one no longer: its place is free.
  void ended(std::uint16_t reservation);
  /// A reservation for a rekey by the peer was refused.
  void refused_peer(std::uint16_t index);
  /// The reservation with this purpose was given up.
  void came_to_nothing(Purpose purpose);
  /// `replacement`, inbound, which had this purpose, has been keyed; it begins with the use that the old SA has.
  void keyed(Purpose purpose, std::uint16_t replacement);
  /// A soft limit is reached.
  void reached(std::uint16_t index);
  /// The device refuses its packets from now on.
  void died(std::uint16_t index);
  /// It is active no longer.
  void leaves(std::uint16_t index);
  /// Entries have become free.
  void room_made();

  /// The host has been asked to begin its rekey, and room for it is pledged.
  [[nodiscard]] bool asked_for(std::uint16_t index) const {
    return table_[leader_of(index)].paced && table_[leader_of(index)].phase == RekeyPhase::kAsked;
  }
  /// Free entries that the rekeys asked for will need.
  [[nodiscard]] std::uint32_t pledged() const { return kEntriesARekey * asked_; }
  /// Its hard limit is nearer than the time that a rekey takes.
  [[nodiscard]] bool close_to_end(std::uint16_t index) const;

  /// Goes on with a round that is due, up to 16 entries for each of `most`. False when the bus failed.
  bool poll(std::uint64_t now, std::uint32_t most);
  /// The round has more entries to look at.
  [[nodiscard]] bool in_round() const { return scan_ != kNone; }
  /// Device time in ns of the next round; UINT64_MAX = nobody is paced.
  [[nodiscard]] std::uint64_t next_round() const { return paced_ == 0 ? UINT64_MAX : next_round_; }

  /// F in 1/1,000, of the last round.
  [[nodiscard]] std::uint32_t load() const { return load_; }
  [[nodiscard]] std::uint16_t paced() const { return paced_; }
  [[nodiscard]] std::uint16_t waiting() const { return waiting_; }
  [[nodiscard]] std::uint16_t under_way() const { return under_way_; }

 private:
  static constexpr std::uint32_t kEntriesARekey = 2;
  // The hard limit as a share of the soft one.
  static std::uint32_t hard_share(const Entry& entry) {
    return kOne + (static_cast<std::uint32_t>(entry.hard_over_soft) << 22);
  }

  [[nodiscard]] std::uint16_t leader_of(std::uint16_t index) const;
  [[nodiscard]] std::uint16_t partner_of(std::uint16_t leader) const;
  // Until the first of the pair's hard limits, or soft ones, is likely reached.
  [[nodiscard]] Ticks left_of(std::uint16_t leader, Ticks now) const { return nearer_of(leader, &Use::last, now); }
  [[nodiscard]] Ticks due_of(std::uint16_t leader, Ticks now) const { return nearer_of(leader, &Use::due, now); }
  [[nodiscard]] Ticks nearer_of(std::uint16_t leader, Ticks Use::*when, Ticks now) const;
  Group& group_of(const Entry& entry) { return groups_[entry.group]; }
  [[nodiscard]] const Group& group_of(const Entry& entry) const { return groups_[entry.group]; }
  [[nodiscard]] Ticks phase_lasts(const Entry& leader) const;
  void take_place(Group& group);
  void give_place(Group& group);
  void count_phase(Entry& leader, RekeyPhase to);
  void set_phase(std::uint16_t leader, RekeyPhase to, std::uint64_t time);
  [[nodiscard]] bool room(bool early, bool close) const;
  bool ask(std::uint16_t leader, Ticks due, bool early);
  void soon();

  void begin_round(std::uint64_t now);
  // Whether it took a sample; nothing when the bus failed.
  std::optional<bool> visit(std::uint16_t index);
  void consider(std::uint16_t leader);
  void end_round();
  void begin_some();
  void warn();
  bool sample(std::uint16_t index);
  // Samples the entry whose limit was told last.
  void look_at_told();
  [[nodiscard]] Ticks weight(const Group& group) const;
  [[nodiscard]] static std::uint32_t takes(Ticks weight, const Entry& entry, Ticks now);

  RegisterBus& bus_;
  CommandPort& port_;
  EntryTable& table_;
  NoticeQueue& notices_;
  const Policy& policy_;
  Telemetry& telemetry_;
  std::span<Group> groups_;

  std::uint16_t paced_ = 0;    // pairs
  std::uint16_t waiting_ = 0;  // wanted
  std::uint16_t asked_ = 0;
  std::uint16_t under_way_ = 0;  // places in windows: asked, or under way from here
  std::uint32_t load_ = 0;
  std::uint8_t warned_ = 0;

  // The round.
  std::uint16_t scan_ = kNone;
  std::uint16_t told_ = kNone;  // has reached a soft limit and not been sampled since
  std::uint64_t round_began_ = 0;
  std::uint64_t next_round_ = 0;
  Ticks now_ = 0;
  Ticks nearest_ = kFar;  // until an SA wants to be looked at
  Demand demand_;
  std::uint32_t taken_ = 0;       // of the reserve, by all, in 1/16,000 of an entry; all ones = more than that
  std::uint32_t taken_peer_ = 0;  // by those that the peer rekeys
  std::uint64_t weights_ = 0;     // of those that we rekey
  std::uint32_t ours_ = 0;
  Ticks spacing_ = 0;         // of what the reserve can serve
  std::uint32_t behind_ = 0;  // rekeys that are to be begun as soon as there is room
};

}  // namespace sallyport::fw
