// sad_full against the rules as plain C++ (table_reference.hpp): packets of all lanes, commands and a slow host at
// once, every answer and every event compared.
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <random>

#include "Vsad_full_4_model.h"
#include "Vsad_full_64_model.h"
#include "support/environment.hpp"
#include "table_reference.hpp"

namespace sallyport::test {
namespace {

std::uint64_t seed() { return from_environment("SALLYPORT_SEED", 20260); }

template <class V, unsigned kLanes>
class RandomRun {
 public:
  RandomRun(unsigned ring, std::uint64_t window, std::uint64_t seed)
      : bench_(ring), reference_(kSas, window), window_(window), random_(seed) {
    bench_.on_grant = [this](unsigned, Request& q) {
      expected_[place(q)] = reference_.packet(q);
      for (const Expected& e : reference_.take_events()) {
        EXPECT_TRUE(events_.emplace(key(e.index, e.generation, e.kind), e).second);
      }
    };
    bench_.on_clock = [this] { finish_command(); };
    bench_.on_answer = [this](unsigned lane, const Request& q, const Answer& a) { check(lane, q, a); };
  }

  void go(unsigned clocks) {
    for (unsigned t = 0; t < clocks && !testing::Test::HasFatalFailure(); ++t) {
      offer();
      command();
      bench_.step();
      if (hungry_ ? random_() % 4 == 0 : false) take_event();
      if (random_() % 4096 == 0) hungry_ = !hungry_;
    }
    while (busy_) bench_.step();
    bench_.on_clock = nullptr;
    hungry_ = true;
    for (int quiet = 0; quiet < 3; ++quiet) {
      bench_.drain();
      while (take_event()) quiet = 0;
    }
    EXPECT_TRUE(events_.empty()) << events_.size() << " events were lost";
    for (std::uint16_t i = 0; i < kEntries; ++i) {
      const auto& e = reference_.entry(i);
      const Snap snap = bench_.snapshot(i);
      if (limbo_[i]) continue;
      EXPECT_EQ(snap.state, e.state) << i;
      EXPECT_EQ(snap.dead, e.dead) << i;
      EXPECT_EQ(snap.generation, e.generation) << i;
      EXPECT_EQ(snap.seq, e.seq) << i;
      EXPECT_EQ(snap.octets, e.octets) << i;
      EXPECT_EQ(snap.packets, e.packets) << i;
      EXPECT_EQ(snap.icv_fail, e.icv_fail) << i;
      EXPECT_EQ(snap.raised, e.raised) << i;
    }
    EXPECT_EQ(bench_.model().ecc_corrected_o, 0U);
    EXPECT_EQ(bench_.model().ecc_fatal_o, 0U);
  }
  std::map<Verdict, std::uint64_t> verdicts;
  std::uint64_t told = 0, late = 0, commands = 0;

 private:
  static constexpr unsigned kSas = 64;
  static constexpr std::uint16_t kEntries = 12;  ///< Even outbound, odd inbound; few, so that they meet.
  using Key = std::tuple<std::uint16_t, std::uint16_t, EventKind>;
  static Key key(std::uint16_t index, std::uint16_t generation, EventKind kind) { return {index, generation, kind}; }
  /// A grant is named by its clock and kind and lane: one requester has one grant a clock.
  static std::tuple<std::uint64_t, Kind, std::uint64_t> place(const Request& q) { return {q.granted, q.kind, q.tag}; }

  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }

  Sa random_sa(std::uint16_t index, std::uint16_t generation) {
    Sa sa = index % 2 == 0 ? Sa::outbound(0x9000U + index) : Sa::inbound(index);
    if (index % 4 < 2)
      sa.set(SaFlag::kEsn);
    else if (index % 2 != 0 && one_in(4))
      sa.set(SaFlag::kNoReplay);
    sa.set(SaFlag::kIcvForce);
    if (!one_in(3)) sa.hard_packets = 1 + below(200);
    if (!one_in(3)) sa.hard_octets = 1 + below(12000);
    if (!one_in(3)) sa.soft_packets = 1 + below(sa.hard_packets == 0 ? 60 : sa.hard_packets);
    if (!one_in(3)) sa.soft_octets = 1 + below(sa.hard_octets == 0 ? 4000 : sa.hard_octets);
    sa.icv_limit = 2 + below(30);
    if (index % 2 == 0) sa.word11 = below(80);
    sa.mtu = static_cast<std::uint16_t>(one_in(3) ? 128 : 1500);
    sa.key[0] = std::uint64_t{index} << 16 | generation;
    return sa;
  }

  void offer() {
    for (unsigned l = 0; l < kLanes; ++l) {
      if (bench_.queued(l, Kind::kAdmit) == 0 && !one_in(4)) {
        const auto index =
            static_cast<std::uint16_t>(one_in(64) ? 60 + below(20) : 2 * below(kEntries / 2) + (one_in(32) ? 1 : 0));
        Request q = Request::admit(index, generation_of(index), static_cast<std::uint16_t>(4 * below(30)));
        if (one_in(32)) {
          q.tunnel = false;
          q.esp_offset = 20;
        }
        q.tag = l;
        bench_.send(l, q);
      }
      if (bench_.queued(l, Kind::kLookUp) == 0 && !one_in(4)) {
        const auto index = static_cast<std::uint16_t>(2 * below(kEntries / 2) + (one_in(32) ? 0 : 1));
        const std::uint64_t top = reference_.entry(index).seq;
        std::uint64_t seq = top + 1;
        switch (below(8)) {
          case 0:
            seq = top > 3 ? top - below(3) : 1;
            break;
          case 1:
            seq = top + below(2 * window_);
            break;
          case 2:
            seq = top > 2 * window_ ? top - below(2 * window_) : below(4);
            break;
          case 3:
            seq = top + 3;
            break;
          default:
            break;
        }
        Request q =
            Request::look_up(Sa::inbound(index).spi ^ (one_in(64) ? 0x100U : 0U), static_cast<std::uint32_t>(seq));
        q.udp = one_in(64);
        q.tag = l;
        bench_.send(l, q);
      }
      if (bench_.queued(l, Kind::kCommit) == 0 && !found_.empty() && !one_in(4)) {
        Request q = found_.front();
        // Some come twice, some late, some are not answered for.
        if (!one_in(8)) found_.pop_front();
        if (one_in(64)) q.index = static_cast<std::uint16_t>(below(kEntries));
        if (one_in(64)) q.generation ^= 1;
        q.icv_ok = !one_in(6);
        q.octets = static_cast<std::uint16_t>(4 * below(30));
        q.tag = l;
        bench_.send(l, q);
      }
    }
  }
  std::uint16_t generation_of(std::uint16_t index) {
    if (index >= kSas) return 1;
    const std::uint16_t now = reference_.entry(index).generation;
    return one_in(24) ? static_cast<std::uint16_t>(now - 1) : now;
  }

  void check(unsigned lane, const Request& q, const Answer& a) {
    const auto found = expected_.find(place(q));
    ASSERT_NE(found, expected_.end());
    const Answer want = found->second;
    expected_.erase(found);
    ++verdicts[a.verdict];
    const auto index = static_cast<std::uint16_t>(q.kind == Kind::kLookUp ? q.spi % kSas : q.index);
    ASSERT_EQ(q.tag, lane);
    if (index < kEntries && limbo_[index] && a.verdict != want.verdict) {
      // An erased entry becomes free by itself when the ring has room.
      ASSERT_TRUE(want.verdict == Verdict::kWrongState || want.verdict == Verdict::kWrongDirection);
      ASSERT_EQ(a.verdict, q.kind == Kind::kLookUp ? Verdict::kUnknownSpi : Verdict::kStaleGeneration);
      return;
    }
    ASSERT_EQ(a.verdict, want.verdict) << "entry " << index << " kind " << static_cast<int>(q.kind) << " granted "
                                       << q.granted << ": " << abi::name(a.verdict) << ", not "
                                       << abi::name(want.verdict);
    if (q.kind == Kind::kAdmit) {
      ASSERT_EQ(a.seq, want.seq);
      ASSERT_EQ(a.aux, want.aux);
    }
    if (q.kind == Kind::kLookUp) {
      ASSERT_EQ(a.index, want.index);
      ASSERT_EQ(a.generation, want.generation);
    }
    if (q.kind != Kind::kCommit && a.verdict == Verdict::kOk) {
      ASSERT_EQ(a.seq, want.seq);
      // The view is that tenant's (G7).
      const std::uint16_t generation = q.kind == Kind::kAdmit ? q.generation : a.generation;
      ASSERT_EQ(a.view.key[0], std::uint64_t{index} << 16 | generation);
      ASSERT_EQ(a.view.cfg[0] >> 32, index % 2 == 0 ? 0x9000U + index : Sa::inbound(index).spi);
    }
    if (q.kind == Kind::kLookUp && (a.verdict == Verdict::kOk || (a.verdict == Verdict::kReplay && one_in(4))))
      found_.push_back(Request::commit(a.index, a.generation, a.seq));
    if (found_.size() > 30) found_.pop_front();
  }

  // ---- commands: one at a time, their effect begins when they are taken and is whole when they are answered
  void command() {
    if (busy_ || !one_in(50)) return;
    index_ = static_cast<std::uint16_t>(below(kEntries));
    const auto& e = reference_.entry(index_);
    const std::uint16_t generation = e.generation;
    if (e.state == EntryState::kFree || limbo_[index_]) {
      sa_ = random_sa(index_, static_cast<std::uint16_t>(generation + 1));
      bench_.stage(0, sa_.words());
      op_ = Op::kCommit;
      bench_.start_command(op_, index_, 0, 0);
    } else {
      constexpr Op kOps[] = {Op::kErase,    Op::kErase,   Op::kKill,   Op::kSetState,
                             Op::kSnapshot, Op::kWriteFw, Op::kPokeSeq};
      op_ = e.dead != DeadReason::kAlive && !one_in(3) ? Op::kErase : kOps[below(7)];
      to_ = one_in(2) ? EntryState::kDraining : EntryState::kOverlap;
      // Close to 2^32, from below or, with ESN, from either side; or to the last number of all.
      poke_ = 0xFFFFFFFF - below(60) + (e.has(SaFlag::kEsn) ? below(120) : 0);
      if (e.has(SaFlag::kEsn) && one_in(4)) poke_ = kNever - below(60);
      const bool pokes = op_ == Op::kPokeSeq;
      bench_.start_command(op_, index_, generation,
                           static_cast<std::uint32_t>(pokes ? poke_ : static_cast<unsigned>(to_)),
                           static_cast<std::uint32_t>(pokes ? poke_ >> 32 : 0));
    }
    busy_ = true;
    ++commands;
  }
  void finish_command() {
    if (!busy_) return;
    const auto answer = bench_.command_answer();
    if (!answer) return;
    busy_ = false;
    if (op_ == Op::kCommit && limbo_[index_] && answer->code == CmdCode::kBadState) return;
    if (op_ == Op::kSetState && answer->code == CmdCode::kBadState) return;
    ASSERT_EQ(answer->code, CmdCode::kOk);
    switch (op_) {
      case Op::kCommit:
        ASSERT_EQ(answer->generation, static_cast<std::uint16_t>(reference_.entry(index_).generation + 1));
        reference_.install(index_, sa_, answer->generation);
        limbo_[index_] = false;
        break;
      case Op::kErase:
        reference_.move(index_, answer->state);
        limbo_[index_] = answer->state == EntryState::kErasing;
        break;
      case Op::kKill:
        reference_.kill(index_);
        break;
      case Op::kSetState:
        reference_.move(index_, answer->state);
        break;
      case Op::kPokeSeq:
        reference_.poke(index_, poke_);
        break;
      case Op::kSnapshot: {
        const Snap snap = make_snap(bench_.model().snap_o);
        ASSERT_EQ(snap.packets, reference_.entry(index_).packets);
        ASSERT_EQ(snap.octets, reference_.entry(index_).octets);
        ASSERT_EQ(snap.seq, reference_.entry(index_).seq);
        break;
      }
      default:
        break;
    }
  }

  bool take_event() {
    const auto r = bench_.event();
    if (!r) return false;
    ++told;
    late += r->late ? 1 : 0;
    const auto found = events_.find(key(r->index, r->generation, r->kind));
    EXPECT_NE(found, events_.end()) << "twice, or never raised: " << r->index << '/' << r->generation << ' '
                                    << abi::name(r->kind);
    if (found == events_.end()) return true;
    if (r->late) {
      EXPECT_GE(r->count, found->second.count);
    } else {
      EXPECT_EQ(r->count, found->second.count) << abi::name(r->kind);
    }
    if (r->kind == EventKind::kHard) {
      EXPECT_EQ(r->packets, found->second.packets);
    }
    events_.erase(found);
    return true;
  }

  FullBench<V, kLanes> bench_;
  TableReference reference_;
  std::uint64_t window_;
  std::mt19937_64 random_;
  std::map<std::tuple<std::uint64_t, Kind, std::uint64_t>, Answer> expected_;
  std::map<Key, Expected> events_;
  std::deque<Request> found_;  ///< Looked up, not committed.
  bool limbo_[kSas] = {};      ///< Erased, an event still waits.
  bool busy_ = false, hungry_ = true;
  Op op_{};
  std::uint16_t index_ = 0;
  EntryState to_{};
  std::uint64_t poke_ = 0;
  Sa sa_;
};

template <class R>
void report(const R& run) {
  std::string text;
  for (const auto& [verdict, times] : run.verdicts)
    text += std::string(abi::name(verdict)) + ' ' + std::to_string(times) + ", ";
  std::printf("%s%llu events, %llu late, %llu commands\n", text.c_str(), static_cast<unsigned long long>(run.told),
              static_cast<unsigned long long>(run.late), static_cast<unsigned long long>(run.commands));
}

TEST(SadFullRandom, OneLane) {
  SCOPED_TRACE("SALLYPORT_SEED=" + std::to_string(seed()));
  RandomRun<Vsad_full_64_model, 1> run(256, 64, seed());
  run.go(400'000);
  report(run);
  EXPECT_GT(run.verdicts[Verdict::kReplay], 100U);
}

TEST(SadFullRandom, FourLanes) {
  SCOPED_TRACE("SALLYPORT_SEED=" + std::to_string(seed()));
  RandomRun<Vsad_full_4_model, 4> run(16, 128, seed() + 1);
  run.go(200'000);
  report(run);
  EXPECT_GT(run.late, 5U);
  for (const Verdict v :
       {Verdict::kOk, Verdict::kStaleGeneration, Verdict::kHardOctets, Verdict::kHardPackets, Verdict::kBadIcv,
        Verdict::kReplay, Verdict::kSeqEnd, Verdict::kDeadKilled, Verdict::kDeadIcvLimit, Verdict::kWrongState,
        Verdict::kUnknownSpi, Verdict::kWrongDirection, Verdict::kWrongMode, Verdict::kTooBig, Verdict::kBadDescriptor})
    EXPECT_GT(run.verdicts[v], 10U) << abi::name(v);
}

}  // namespace
}  // namespace sallyport::test
