// What happens to paced SAs, and the asking.
#include "sallyport/fw/pacing.hpp"

#include <utility>

namespace sallyport::fw {
namespace {

// Longest time between rounds.
constexpr std::uint64_t kLongestRoundNs = 1'000'000'000;

bool waits(RekeyPhase phase) { return phase == RekeyPhase::kWanted || phase == RekeyPhase::kUrged; }

Rough rough_of(std::uint64_t soft) { return soft == kNoSoftLimit ? Rough{} : Rough{soft}; }

}  // namespace

void Pacing::start() {
  for (Group& group : groups_) group = {};
  paced_ = waiting_ = asked_ = under_way_ = 0;
  load_ = 0;
  warned_ = 0;
  behind_ = 0;
  demand_.clear();
  scan_ = told_ = kNone;
  round_began_ = next_round_ = bus_.now_ns();
}

std::uint16_t Pacing::leader_of(std::uint16_t index) const {
  const Entry& entry = table_[index];
  if (entry.inbound || entry.partner == kNone) return index;
  const Entry& partner = table_[entry.partner];
  return partner.partner == index && partner.paced ? entry.partner : index;
}

std::uint16_t Pacing::partner_of(std::uint16_t leader) const {
  const std::uint16_t partner = table_[leader].partner;
  return partner != kNone && table_[partner].partner == leader && table_[partner].paced ? partner : kNone;
}

Ticks Pacing::nearer_of(std::uint16_t leader, Ticks Use::*when, Ticks now) const {
  const Ticks left = until(table_[leader].use.*when, now);
  const std::uint16_t partner = partner_of(leader);
  if (partner == kNone) return left;
  const Ticks other = until(table_[partner].use.*when, now);
  return other < left ? other : left;
}

Ticks Pacing::phase_lasts(const Entry& leader) const {
  const Ticks t_ike = group_of(leader).t_ike;
  switch (leader.phase) {
    case RekeyPhase::kAsked:  // then the host will not begin any more
      return (t_ike < kFar / 4 ? 2 * t_ike : kFar / 2) + span_of(policy_.round_ns) / 2;
    case RekeyPhase::kPause:
      return t_ike / 2;
    case RekeyPhase::kKeyed:  // then its replacement is gone, or the host lets both stand
      return span_of(policy_.bound_ns);
    case RekeyPhase::kNone:
    case RekeyPhase::kWanted:
    case RekeyPhase::kUrged:
    case RekeyPhase::kBegun:
      break;
  }
  return kFar;
}

void Pacing::take_place(Group& group) {
  ++under_way_;
  ++group.under_way;
}

void Pacing::give_place(Group& group) {
  --under_way_;
  --group.under_way;
  if (waiting_ != 0 && group.under_way < group.window) soon();
}

void Pacing::count_phase(Entry& entry, RekeyPhase to) {
  const RekeyPhase from = entry.phase;
  const auto step = [](std::uint16_t& count, bool was, bool is) {
    if (was && !is) --count;
    if (is && !was) ++count;
  };
  step(waiting_, waits(from), waits(to));
  const bool was_asked = from == RekeyPhase::kAsked;
  const bool is_asked = to == RekeyPhase::kAsked;
  step(asked_, was_asked, is_asked);
  if (is_asked && !was_asked) take_place(group_of(entry));
  if (was_asked && !is_asked) give_place(group_of(entry));
  entry.phase = to;
}

void Pacing::set_phase(std::uint16_t leader, RekeyPhase to, std::uint64_t time) {
  count_phase(table_[leader], to);
  table_[leader].time = time;
}

void Pacing::installed(std::uint16_t index, const PaceTerms& terms, std::uint64_t soft_octets,
                       std::uint64_t soft_packets, std::uint64_t time) {
  Group& group = groups_[terms.group];
  group.t_ike = terms.t_ike;
  group.window = terms.window;
  Entry& entry = table_[index];
  const Ticks now = instant(time);
  entry.paced = true;
  entry.designated = terms.designated;
  entry.group = terms.group;
  entry.phase = RekeyPhase::kNone;
  entry.time = time;
  entry.soft_octets = rough_of(soft_octets);
  entry.soft_packets = rough_of(soft_packets);
  entry.hard_over_soft = terms.hard_over_soft;
  entry.use = {.due = now + kFar, .last = now + kFar, .sampled = now, .seen = 0};
  if (leader_of(index) == index) {
    if (paced_++ == 0) next_round_ = time + policy_.round_ns;
    // An outbound half that was installed first led until now, and hands over what it has been asked for.
    if (const std::uint16_t partner = partner_of(index); partner != kNone) {
      Entry& before = table_[partner];
      const RekeyPhase phase = before.phase;
      count_phase(before, RekeyPhase::kNone);
      if (phase != RekeyPhase::kNone) set_phase(index, phase, before.time);
      --paced_;
    }
  }
}

void Pacing::begun(std::uint16_t index, std::uint16_t reservation) {
  const std::uint16_t leader = leader_of(index);
  const Entry& entry = table_[leader];
  if (!entry.paced) return;
  Entry& proposal = table_[reservation];
  if (proposal.purpose.here) {
    proposal.in_window = true;
    proposal.group = entry.group;
    take_place(group_of(proposal));
  }
  // One that has its replacement already waits for nothing.
  if (entry.phase != RekeyPhase::kKeyed) set_phase(leader, RekeyPhase::kBegun, bus_.now_ns());
}

void Pacing::ended(std::uint16_t reservation) {
  Entry& proposal = table_[reservation];
  if (!proposal.in_window) return;
  proposal.in_window = false;
  give_place(group_of(proposal));
}

void Pacing::refused_peer(std::uint16_t index) {
  ++telemetry_.refused_peer;
  const std::uint16_t leader = leader_of(index);
  Entry& entry = table_[leader];
  if (!entry.paced || (!waits(entry.phase) && entry.phase != RekeyPhase::kNone && entry.phase != RekeyPhase::kPause))
    return;
  set_phase(leader, RekeyPhase::kUrged, bus_.now_ns());
  // What the last round chose comes after it.
  demand_.drop(demand_.candidates().size());
  soon();
}

void Pacing::came_to_nothing(Purpose purpose) {
  const std::uint16_t leader = leader_of(purpose.old_index);
  const Entry& entry = table_[leader];
  if (!entry.paced) return;
  if (purpose.here) ++telemetry_.failed;
  // While the other end's rekey is under way nothing is asked for; nor when that has brought a replacement.
  if (entry.phase == RekeyPhase::kBegun && table_[purpose.old_index].rekeys == 0) {
    const std::uint64_t time = bus_.now_ns();
    const bool reached = due_of(leader, instant(time)) == 0;
    set_phase(leader, purpose.here ? RekeyPhase::kPause : reached ? RekeyPhase::kWanted : RekeyPhase::kNone, time);
  }
  soon();
}

void Pacing::keyed(Purpose purpose, std::uint16_t replacement) {
  const std::uint16_t leader = leader_of(purpose.old_index);
  Entry& entry = table_[leader];
  if (!entry.paced) return;
  const std::uint64_t time = bus_.now_ns();
  const Ticks now = instant(time);
  if (purpose.here) {
    const Ticks took = until(now, purpose.began) + 1;
    telemetry_.ike.add(took);
    Group& group = group_of(entry);
    group.mean = group.mean == 0 ? took : an_eighth_nearer(group.mean, took);
  }
  for (const std::uint16_t old_side : {leader, partner_of(leader)}) {
    if (old_side == kNone) continue;
    const Entry& old = table_[old_side];
    const std::uint16_t new_side = old.inbound == table_[replacement].inbound ? replacement : partner_of(replacement);
    const Ticks left = until(old.use.last, now);
    if (new_side == kNone || !table_[new_side].paced || left == 0 || hard_share(old) <= old.use.seen) continue;
    // As fast as its predecessor until a sample says otherwise.
    Use& use = table_[new_side].use;
    const Ticks life = roughly(left, kOne, hard_share(old) - old.use.seen);
    use.due = now + life;
    use.last = now + beyond_by(life, table_[new_side].hard_over_soft);
  }
  telemetry_.of(abi::Histogram::kRekeyLead).add(ns_of(left_of(leader, now)));
  set_phase(leader, RekeyPhase::kKeyed, time);
}

void Pacing::reached(std::uint16_t index) {
  const std::uint16_t leader = leader_of(index);
  Entry& entry = table_[leader];
  if (!entry.paced || entry.state != abi::EntryState::kActive) return;
  // How fast it goes tells how long it has left, and is looked at when the host has been told.
  look_at_told();
  told_ = index;
  const std::uint64_t time = bus_.now_ns();
  entry.use.due = instant(time);
  if (entry.phase != RekeyPhase::kNone) return;
  set_phase(leader, RekeyPhase::kWanted, time);
  const Group& group = group_of(entry);
  // Nobody else waits: no round is needed to see that it is the most urgent.
  if (waiting_ == 1 && group.under_way < group.window) {
    if (room(false, false) && ask(leader, 0, false)) return;
    look_at_told();
    if (room(false, close_to_end(leader)) && ask(leader, 0, false)) return;
  }
  soon();
}

void Pacing::look_at_told() {
  if (told_ == kNone) return;
  const std::uint16_t index = std::exchange(told_, kNone);
  // Should the device not answer, the next round asks again.
  if (table_[index].paced && table_[index].state == abi::EntryState::kActive) static_cast<void>(sample(index));
}

void Pacing::died(std::uint16_t index) {
  const std::uint16_t leader = leader_of(index);
  Entry& entry = table_[leader];
  if (!entry.paced || entry.state != abi::EntryState::kActive) return;
  const std::uint64_t time = bus_.now_ns();
  if (entry.phase != RekeyPhase::kKeyed) ++telemetry_.late;
  entry.use.last = entry.use.due = instant(time);
  if (entry.phase == RekeyPhase::kNone) set_phase(leader, RekeyPhase::kWanted, time);
  soon();
}

void Pacing::leaves(std::uint16_t index) {
  Entry& entry = table_[index];
  if (!entry.paced) return;
  if (leader_of(index) == index) {
    count_phase(entry, RekeyPhase::kNone);
    // The other half leads itself until it leaves too.
    if (partner_of(index) == kNone) --paced_;
  }
  entry.paced = false;
}

void Pacing::room_made() {
  if (in_round() || behind_ == 0) return;
  begin_some();
  if (waiting_ != 0) soon();
}

void Pacing::soon() {
  const std::uint64_t earliest = round_began_ + policy_.round_ns;
  if (next_round_ > earliest) next_round_ = earliest;
}

bool Pacing::close_to_end(std::uint16_t index) const {
  const std::uint16_t leader = leader_of(index);
  const Entry& entry = table_[leader];
  if (!entry.paced) return false;
  return left_of(leader, instant(bus_.now_ns())) <= group_of(entry).t_ike;
}

bool Pacing::room(bool early, bool close) const {
  // What is not pressing leaves a part of the reserve to what is.
  const std::uint32_t floor =
      close ? 0U : static_cast<std::uint32_t>(policy_.emergency) + (early ? policy_.reserve / 4U : 0U);
  return table_.available() >= pledged() + kEntriesARekey + floor;
}

bool Pacing::ask(std::uint16_t leader, Ticks due, bool early) {
  if (notices_.full()) return false;
  const std::uint64_t time = bus_.now_ns();
  notices_.of_entry(table_[leader], leader, abi::NoticeKind::kRekey, time)->count = ns_of(due);
  ++telemetry_.asked;
  if (early) ++telemetry_.early;
  set_phase(leader, RekeyPhase::kAsked, time);
  return true;
}

bool Pacing::poll(std::uint64_t now, std::uint32_t most) {
  // A request that comes meanwhile waits for these: two samples at most.
  constexpr std::uint32_t kEntriesAtOnce = 16;
  constexpr std::uint32_t kSampleEntries = 8;
  look_at_told();
  if (scan_ == kNone) {
    if (paced_ == 0 || now < next_round_) return true;
    begin_round(now);
  }
  const std::uint32_t entries = most < table_.size() ? kEntriesAtOnce * most : table_.size();
  for (std::uint32_t i = 0; i < entries && scan_ < table_.size(); ++i, ++scan_) {
    const std::optional<bool> sampled = visit(scan_);
    if (!sampled) return false;
    if (*sampled && most < table_.size()) i += kSampleEntries - 1;
  }
  if (scan_ < table_.size()) return true;
  scan_ = kNone;
  end_round();
  // Something is left over: when the reserve can serve it.
  const Ticks ticks = behind_ != 0 && spacing_ < nearest_ ? spacing_ : nearest_;
  std::uint64_t pause = ns_of(ticks);
  if (pause > kLongestRoundNs) pause = kLongestRoundNs;
  next_round_ = round_began_ + (pause > policy_.round_ns ? pause : policy_.round_ns);
  return true;
}

}  // namespace sallyport::fw
