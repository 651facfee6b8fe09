// A round over the table: samples, load, choice.
#include <array>
#include <bit>

#include "sallyport/fw/pacing.hpp"

namespace sallyport::fw {
namespace {

// Loads in 1/1,000 that are told, and what they must fall below before they are told again.
constexpr std::array<std::uint32_t, 2> kWarnings = {700, 1000};
constexpr std::uint32_t kCalm = 100;
// Fixed point of loads.
constexpr std::uint32_t kUnits = 16'000;
// An SA is looked at again after a quarter of what is left, and after so many ticks (1 s) at the latest.
constexpr Ticks kLongestLook = 244'140;

// The nearer one at once, the farther one by a quarter.
Ticks believe(Ticks old_left, Ticks new_left) {
  return new_left <= old_left ? new_left : old_left + (new_left - old_left) / 4;
}

}  // namespace

void Pacing::begin_round(std::uint64_t now) {
  scan_ = 0;
  round_began_ = now;
  now_ = instant(now);
  nearest_ = kFar;
  demand_.clear();
  taken_ = taken_peer_ = ours_ = 0;
  weights_ = 0;
}

bool Pacing::sample(std::uint16_t index) {
  Snapshot now;
  const CommandAnswer done = port_.snapshot(index, now);
  if (!done.answered) return false;
  Entry& entry = table_[index];
  // An entry that cannot be read has told so by an event.
  if (!done.ok() || now.generation != entry.generation) return true;
  const Ticks at = instant(now.time);
  Use& use = entry.use;
  // The packets of a moment are not a rate.
  if (now.dead == abi::DeadReason::kAlive && until(at, use.sampled) < span_of(policy_.round_ns) / 4) return true;
  const std::uint32_t octets = share_of(now.octets, entry.soft_octets);
  const std::uint32_t packets = share_of(now.packets, entry.soft_packets);
  const std::uint32_t seen = octets > packets ? octets : packets;
  const std::uint32_t rise = seen > use.seen ? seen - use.seen : 0;
  const Ticks span = until(at, use.sampled);
  if (now.dead != abi::DeadReason::kAlive) {
    use.due = use.last = at;
  } else if (span != 0) {
    const std::uint32_t to_hard = hard_share(entry) > seen ? hard_share(entry) - seen : 0;
    use.last = at + believe(until(use.last, at), in_proportion(span, to_hard, rise));
    use.due = seen >= kOne ? at : at + believe(until(use.due, at), in_proportion(span, kOne - seen, rise));
  }
  use.seen = seen;
  use.sampled = at;
  return true;
}

std::optional<bool> Pacing::visit(std::uint16_t index) {
  const Entry& entry = table_[index];
  if (!entry.paced || entry.state != abi::EntryState::kActive) return false;
  const Ticks age = until(now_, entry.use.sampled);
  Ticks look = until(entry.use.due, now_) / 4;
  if (look > kLongestLook) look = kLongestLook;
  // While nothing is known of a young one, it is looked at whenever it is twice as old.
  if (until(entry.use.due, now_) >= kFar / 2) {
    const Ticks half = round_began_ > entry.time ? span_of(round_began_ - entry.time) / 2 : 0;
    if (half < look) look = half;
    if (look < nearest_) nearest_ = look;
  }
  const bool wanted = age >= look && age != 0;
  if (wanted && !sample(index)) return std::nullopt;
  if (leader_of(index) == index) consider(index);
  return wanted;
}

Ticks Pacing::weight(const Group& group) const {
  // Before its first rekey a group is like the others; before the first of all, as slow as it may be.
  const Ticks once = group.mean != 0 ? group.mean : telemetry_.ike.value(group.t_ike);
  const Ticks drain = telemetry_.drain.value(span_of(policy_.drain_ns));
  // Of two entries each for as long as IKE runs, and of one while the old SA drains.
  constexpr Ticks kMost = kFar / 4;
  return 2 * (once < kMost ? once : kMost) + (drain < kMost ? drain : kMost);
}

std::uint32_t Pacing::takes(Ticks weight, const Entry& entry, Ticks now) {
  Ticks left = until(entry.use.last, now);
  const std::uint32_t hard = hard_share(entry);
  if (left == 0 || left >= kFar / 2 || hard <= entry.use.seen) return 0;
  // weight / life, life = left / (hard - seen): in 32 bit.
  constexpr int kBits = 14;
  const int width = std::bit_width(weight);
  if (width > kBits) {
    weight >>= width - kBits;
    left >>= width - kBits;
  }
  const std::uint32_t part = (weight * ((hard - entry.use.seen) >> 15)) >> 13;
  return part * kUnits / (left == 0 ? 1 : left);
}

void Pacing::consider(std::uint16_t leader) {
  Entry& entry = table_[leader];
  const Group& group = group_of(entry);
  const std::uint16_t partner = partner_of(leader);
  const Ticks weight_here = weight(group);
  std::uint32_t share = takes(weight_here, entry, now_);
  Ticks due = until(entry.use.due, now_);
  if (partner != kNone) {
    const Entry& other = table_[partner];
    const std::uint32_t other_share = takes(weight_here, other, now_);
    if (other_share > share) share = other_share;
    if (until(other.use.due, now_) < due) due = until(other.use.due, now_);
  }
  // However many there are, and however fast.
  const auto add = [share](std::uint32_t& sum) { sum = share <= UINT32_MAX - sum ? sum + share : UINT32_MAX; };
  add(taken_);
  if (!entry.designated) add(taken_peer_);

  const Ticks in_phase = round_began_ > entry.time ? span_of(round_began_ - entry.time) : 0;
  const Ticks lasts = phase_lasts(entry);
  if (lasts != kFar && in_phase >= lasts) {
    set_phase(leader, entry.phase == RekeyPhase::kKeyed ? RekeyPhase::kNone : RekeyPhase::kWanted, round_began_);
  } else if (lasts != kFar && lasts - in_phase < nearest_) {
    nearest_ = lasts - in_phase;
  }
  const bool urged = entry.phase == RekeyPhase::kUrged;
  const bool wanted = urged || entry.phase == RekeyPhase::kWanted;
  if (wanted) due = 0;
  // An end that is not designated waits for the event, so that it does not come before the one that is.
  if (!wanted && (entry.phase != RekeyPhase::kNone || !entry.designated)) return;
  // What is due is looked at by rounds that are asked for.
  if (!wanted && due / 8 < nearest_) nearest_ = due / 8;
  const Ticks last = left_of(leader, now_);
  const Ticks t_ike = group.t_ike;
  const Ticks usual = group.mean != 0 ? group.mean : t_ike / 4;
  weights_ += weight_here;
  ++ours_;
  demand_.add({.index = leader,
               .generation = entry.generation,
               .due = due,
               .latest = last > t_ike && !urged ? last - t_ike : 0,
               // What is believed is a quarter of the truth or more: only this one cannot be in time any more.
               .lost = last <= usual / 4 && !urged,
               .may_begin = group.under_way < group.window});
}

void Pacing::end_round() {
  const std::uint32_t reserve = policy_.reserve == 0 ? 1U : policy_.reserve;
  load_ = taken_ / (kUnits / 1000 * reserve);
  warn();
  behind_ = 0;
  if (ours_ == 0) return;
  // A rekey can be begun so often on what the peer's leave of three quarters of the reserve, and a quarter of it in any
  // case.
  const std::uint32_t all = reserve * kUnits;
  const std::uint32_t left = taken_peer_ < all / 4 * 3 ? all - taken_peer_ : all / 4;
  const std::uint64_t spacing = weights_ / ours_ * kUnits * 4 / (3ULL * left);
  spacing_ = spacing < kFar ? static_cast<Ticks>(spacing) : kFar;
  behind_ = demand_.behind(spacing_);
  begin_some();
}

void Pacing::begin_some() {
  std::size_t served = 0;
  for (const Job& job : demand_.candidates()) {
    if (behind_ == 0) break;
    const Entry& entry = table_[job.index];
    const bool early = entry.phase == RekeyPhase::kNone;
    // Since the round it may have been rekeyed, and its group have got something else to do.
    const bool stands = entry.paced && entry.generation == job.generation && entry.state == abi::EntryState::kActive &&
                        (early || entry.phase == RekeyPhase::kWanted || entry.phase == RekeyPhase::kUrged);
    if (stands && group_of(entry).under_way < group_of(entry).window) {
      if (!room(early, close_to_end(job.index)) || !ask(job.index, job.due, early)) break;
      --behind_;
    }
    ++served;
  }
  demand_.drop(served);
}

void Pacing::warn() {
  for (std::size_t level = 0; level < kWarnings.size(); ++level) {
    const auto bit = static_cast<std::uint8_t>(1U << level);
    if ((warned_ & bit) != 0 && load_ + kCalm < kWarnings[level]) warned_ = static_cast<std::uint8_t>(warned_ & ~bit);
    if ((warned_ & bit) != 0 || load_ < kWarnings[level] || notices_.full()) continue;
    warned_ = static_cast<std::uint8_t>(warned_ | bit);
    abi::MailboxNotice* notice = notices_.next();
    notice->kind = static_cast<std::uint8_t>(abi::NoticeKind::kLoad);
    notice->index = notice->owner = notice->partner = kNone;
    notice->count = load_;
    notice->time = notice->posted = bus_.now_ns();
  }
}

}  // namespace sallyport::fw
