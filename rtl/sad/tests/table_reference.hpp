#pragma once
/// @file
/// The rules of the SA table as plain C++, one request at a time: what sad_full has to answer and to raise, whatever is
/// under way in it at once.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "full_bench.hpp"

namespace sallyport::test {

/// An event that has to come to the ring, once.
struct Expected {
  std::uint16_t index = 0, generation = 0;
  EventKind kind{};
  std::uint64_t count = 0;  ///< That crossed.
  bool packets = false;     ///< The unit of a hard event.
};

class TableReference {
 public:
  struct Entry {
    EntryState state = EntryState::kFree;
    DeadReason dead = DeadReason::kAlive;
    std::uint16_t generation = 0;
    Sa sa;
    std::uint64_t seq = 0, octets = 0, packets = 0, icv_fail = 0;  ///< seq: used last, or top of the window.
    std::set<std::uint64_t> seen;                                  ///< Inbound, within the window.
    unsigned raised = 0;
    [[nodiscard]] bool has(SaFlag flag) const { return ((sa.flags >> static_cast<unsigned>(flag)) & 1) != 0; }
  };

  TableReference(unsigned num_sas, std::uint64_t window) : window_(window), slots_(num_sas) {}

  /// What the request, granted now, will be answered. A look-up sees the entry as it is before writes that are still
  /// under way.
  Answer packet(const Request& q) {
    Answer out;
    switch (q.kind) {
      case Kind::kAdmit:
        admit(q, out);
        break;
      case Kind::kLookUp:
        look_up(q, out);
        break;
      case Kind::kCommit:
        out.verdict = commit(q);
        break;
    }
    return out;
  }

  void install(std::uint16_t index, const Sa& sa, std::uint16_t generation) {
    Entry entry;
    entry.state = EntryState::kActive;
    entry.generation = generation;
    entry.sa = sa;
    set(index, entry);
  }
  /// By command; a state that the command's answer tells.
  void move(std::uint16_t index, EntryState state) {
    Entry entry = slots_[index].now;
    if (state == EntryState::kFree) {
      const auto generation = entry.generation;
      entry = Entry{};
      entry.generation = generation;
    }
    entry.state = state;
    set(index, entry);
  }
  void kill(std::uint16_t index) {
    Entry entry = slots_[index].now;
    if (entry.dead == DeadReason::kAlive) entry.dead = DeadReason::kKilled;
    set(index, entry);
  }
  /// Number used last, or top of a window in which only that number was seen.
  void poke(std::uint16_t index, std::uint64_t seq) {
    Entry entry = slots_[index].now;
    entry.seq = seq;
    entry.seen.clear();
    if (seq != 0) entry.seen.insert(seq);
    set(index, entry);
  }
  [[nodiscard]] const Entry& entry(std::uint16_t index) const { return slots_[index].now; }
  /// Events since the last call.
  std::vector<Expected> take_events() { return std::exchange(events_, {}); }

 private:
  static constexpr std::uint64_t kWriteClocks = 7;  ///< From the grant to the clock of the write.

  struct Slot {
    Entry now, before;
    std::uint64_t written = 0;  ///< Grant of the request that made `now` out of `before`.
  };

  void set(std::uint16_t index, const Entry& entry) {
    slots_[index].now = slots_[index].before = entry;
    slots_[index].written = 0;
  }
  /// The entry, to be changed by a request.
  Entry& touch(const Request& q) {
    Slot& slot = slots_[q.index];
    slot.before = slot.now;
    slot.written = q.granted;
    return slot.now;
  }

  static Verdict verdict_of(DeadReason dead) {
    switch (dead) {
      case DeadReason::kHardOctets:
        return Verdict::kHardOctets;
      case DeadReason::kHardPackets:
        return Verdict::kHardPackets;
      case DeadReason::kSeqEnd:
        return Verdict::kSeqEnd;
      case DeadReason::kIcvLimit:
        return Verdict::kDeadIcvLimit;
      case DeadReason::kKilled:
        return Verdict::kDeadKilled;
      default:
        return Verdict::kDeadMemory;
    }
  }
  static bool usable(EntryState state, bool out) {
    return state == EntryState::kActive || state == EntryState::kOverlap || state == EntryState::kRedundant ||
           (state == EntryState::kDraining && !out);
  }
  static bool over(std::uint64_t count, std::uint64_t n, std::uint64_t hard) { return hard != 0 && count + n > hard; }

  void raise(Entry& e, std::uint16_t index, EventKind kind, std::uint64_t count, bool packets = false) {
    const unsigned bit = 1U << static_cast<unsigned>(kind);
    if ((e.raised & bit) != 0) return;
    e.raised |= bit;
    events_.push_back({index, e.generation, kind, count, packets});
  }
  void die(Entry& e, std::uint16_t index, DeadReason reason) {
    e.dead = reason;
    if (reason == DeadReason::kHardOctets) raise(e, index, EventKind::kHard, e.octets);
    if (reason == DeadReason::kHardPackets) raise(e, index, EventKind::kHard, e.packets, true);
  }
  /// Counts a packet that passed every other check, or refuses it.
  Verdict count(Entry& e, std::uint16_t index, std::uint16_t octets, bool spent = false) {
    if (over(e.octets, octets, e.sa.hard_octets)) {
      die(e, index, DeadReason::kHardOctets);
      return Verdict::kHardOctets;
    }
    if (over(e.packets, 1, e.sa.hard_packets)) {
      die(e, index, DeadReason::kHardPackets);
      return Verdict::kHardPackets;
    }
    if (spent) {
      e.dead = DeadReason::kSeqEnd;
      raise(e, index, EventKind::kSeqEnd, e.seq);
      return Verdict::kSeqEnd;
    }
    e.octets += octets;
    e.packets += 1;
    if (e.octets >= e.sa.soft_octets) raise(e, index, EventKind::kSoftOctets, e.octets);
    if (e.packets >= e.sa.soft_packets) raise(e, index, EventKind::kSoftPackets, e.packets);
    if (e.sa.hard_octets != 0 && e.octets == e.sa.hard_octets)
      die(e, index, DeadReason::kHardOctets);
    else if (e.sa.hard_packets != 0 && e.packets == e.sa.hard_packets)
      die(e, index, DeadReason::kHardPackets);
    return Verdict::kOk;
  }

  void admit(const Request& q, Answer& out) {
    if (q.index >= slots_.size()) {
      out.verdict = Verdict::kBadDescriptor;
      return;
    }
    Entry& e = touch(q);
    if (e.state == EntryState::kFree || e.generation != q.generation)
      out.verdict = Verdict::kStaleGeneration;
    else if (e.state != EntryState::kLarval && e.has(SaFlag::kInbound))
      out.verdict = Verdict::kWrongDirection;
    else if (!usable(e.state, true))
      out.verdict = Verdict::kWrongState;
    else if (e.dead != DeadReason::kAlive)
      out.verdict = verdict_of(e.dead);
    else if (q.tunnel != e.has(SaFlag::kTunnel))
      out.verdict = Verdict::kWrongMode;
    else if (const unsigned around = (q.tunnel ? 20U : q.esp_offset) + 32U; around + q.octets > e.sa.mtu) {
      out.verdict = Verdict::kTooBig;
      const unsigned room = e.sa.mtu > around ? (e.sa.mtu - around) / 4 * 4 : 0;
      out.aux = room == 0 ? 0 : room - 2 + (q.tunnel ? 0U : q.esp_offset);
    } else {
      const std::uint64_t last = e.has(SaFlag::kEsn) ? ~std::uint64_t{0} : 0xFFFFFFFFU;
      out.verdict = count(e, q.index, q.octets, e.seq >= last);
      if (out.verdict == Verdict::kOk) {
        out.seq = ++e.seq;
        if (e.sa.word11 != 0 && e.seq >= e.sa.word11) raise(e, q.index, EventKind::kSoftSeq, e.seq);
        if (e.seq == last) {
          if (e.dead == DeadReason::kAlive) e.dead = DeadReason::kSeqEnd;
          raise(e, q.index, EventKind::kSeqEnd, e.seq);
        }
      }
    }
  }

  /// The number that a low half stands for: the only one in the 2^32 numbers from the window's left edge on.
  [[nodiscard]] std::optional<std::uint64_t> extend(const Entry& e, std::uint32_t low) const {
    if (!e.has(SaFlag::kEsn)) return low;
    const unsigned __int128 bias = static_cast<unsigned __int128>(1) << 40;
    const unsigned __int128 edge = bias + e.seq - (window_ - 1);
    const auto step = static_cast<std::uint32_t>(low - static_cast<std::uint32_t>(edge));
    const unsigned __int128 number = edge + step;
    if (number < bias) return std::nullopt;
    return static_cast<std::uint64_t>(number - bias);
  }
  [[nodiscard]] bool fresh(const Entry& e, std::uint64_t number) const {
    if (e.has(SaFlag::kNoReplay)) return true;
    return number > e.seq || (e.seq - number < window_ && e.seen.count(number) == 0);
  }

  void look_up(const Request& q, Answer& out) {
    const auto index = static_cast<std::uint16_t>(q.spi % slots_.size());
    const Slot& slot = slots_[index];
    const Entry& e = q.granted < slot.written + kWriteClocks ? slot.before : slot.now;
    out.index = index;
    out.generation = e.generation;
    const auto number = extend(e, static_cast<std::uint32_t>(q.seq));
    out.seq = number.value_or(0);
    if (e.state == EntryState::kFree || e.sa.spi != q.spi) {
      out.verdict = Verdict::kUnknownSpi;
      out.index = 0xFFFF;
      out.generation = 0;
    } else if (e.state != EntryState::kLarval && !e.has(SaFlag::kInbound)) {
      out.verdict = Verdict::kWrongDirection;
    } else if (!usable(e.state, false)) {
      out.verdict = Verdict::kWrongState;
    } else if (e.dead != DeadReason::kAlive) {
      out.verdict = verdict_of(e.dead);
    } else if (q.udp != e.has(SaFlag::kUdpEncap)) {
      out.verdict = Verdict::kWrongMode;
    } else if (number && *number == 0) {
      out.verdict = Verdict::kSeqZero;
    } else {
      out.verdict = number && fresh(e, *number) ? Verdict::kOk : Verdict::kReplay;
    }
  }

  Verdict commit(const Request& q) {
    if (q.index >= slots_.size()) return Verdict::kStaleGeneration;
    Entry& e = touch(q);
    if (e.state == EntryState::kFree || e.generation != q.generation) return Verdict::kStaleGeneration;
    if (e.state != EntryState::kLarval && !e.has(SaFlag::kInbound)) return Verdict::kWrongDirection;
    if (!usable(e.state, false)) return Verdict::kWrongState;
    if (e.dead != DeadReason::kAlive) return verdict_of(e.dead);
    if (!fresh(e, q.seq)) return Verdict::kReplay;
    if (!q.icv_ok) {
      ++e.icv_fail;
      if (e.icv_fail >= e.sa.icv_limit) e.dead = DeadReason::kIcvLimit;
      if (e.icv_fail >= e.sa.icv_limit / 2) raise(e, q.index, EventKind::kIcvSoft, e.icv_fail);
      if (e.icv_fail >= e.sa.icv_limit) raise(e, q.index, EventKind::kIcvLimit, e.icv_fail);
      return Verdict::kBadIcv;
    }
    const Verdict verdict = count(e, q.index, q.octets);
    if (verdict == Verdict::kOk) {
      e.seen.insert(q.seq);
      e.seq = std::max(e.seq, q.seq);
      while (!e.seen.empty() && e.seq - *e.seen.begin() >= window_) e.seen.erase(e.seen.begin());
    }
    return verdict;
  }

  std::uint64_t window_;
  std::vector<Slot> slots_;
  std::vector<Expected> events_;
};

}  // namespace sallyport::test
