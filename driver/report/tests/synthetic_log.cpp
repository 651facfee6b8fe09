#include "synthetic_log.hpp"

#include <fmt/format.h>

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <vector>

#include "sallyport/telemetry/utilisation_recorder.hpp"

namespace sallyport::report {
namespace {

using S = abi::EntryState;
using C = abi::TransitionCause;

constexpr std::uint64_t kMs = 1'000'000;
constexpr std::uint64_t kSampleNs = 100 * kMs;
constexpr std::uint16_t kTables = 2;

/// Inbound and outbound entry of an SA at one gateway.
struct Pair {
  std::array<EntryRef, 2> entries;
};

class Run {
 public:
  Run(UtilisationRecorder recorder, const SyntheticRun& run)
      : recorder_(std::move(recorder)), run_(run), random_(run.seed) {
    for (auto& generations : generation_) generations.assign(run.table_size, 0);
  }

  Result<std::uint64_t> go() {
    for (unsigned t = 0; t < run_.tunnels; ++t) at(5 * kMs + t * 37 * kMs, [this, t] { open_tunnel(t); });
    for (std::uint64_t time = kSampleNs; time < run_.span_ns; time += kSampleNs) at(time, [this] { sample(); });
    for (unsigned extra = 0; extra < 3; ++extra) {
      at(run_.span_ns / 2 + extra * 300 * kMs, [this] { refuse(); });
    }
    while (!queue_.empty() && queue_.begin()->first <= run_.span_ns && !error_) {
      auto next = queue_.extract(queue_.begin());
      now_ = next.key();
      next.mapped()();
    }
    if (!error_ && run_.finish) keep(recorder_.finish(run_.span_ns));
    if (error_) return *error_;
    return transitions_;
  }

 private:
  void at(std::uint64_t time, std::function<void()> what) { queue_.emplace(time, std::move(what)); }
  void after(std::uint64_t ns, std::function<void()> what) { at(now_ + ns, std::move(what)); }
  std::uint64_t between(std::uint64_t low, std::uint64_t high) { return low + random_() % (high - low + 1); }
  bool one_in(std::uint64_t n) { return random_() % n == 0; }
  std::string owner(unsigned tunnel) const { return fmt::format("{}{:02}", run_.owner_prefix, tunnel); }

  void keep(const Result<void>& result) {
    if (!result && !error_) error_ = result.error();
  }
  void log(const LogRecord& record) { keep(recorder_.record(record)); }

  void move(std::uint16_t table, EntryRef entry, S to, C cause, unsigned tunnel) {
    const S from = recorder_.tracker(table).state(entry.index);
    log(TransitionRecord{table, now_, entry.index, entry.generation, from, to, cause, owner(tunnel)});
    ++transitions_;
  }
  void move(std::uint16_t table, const Pair& pair, S to, C cause, unsigned tunnel) {
    for (const EntryRef entry : pair.entries) move(table, entry, to, cause, tunnel);
  }

  /// The first free entries, larval, with fresh generations.
  std::optional<Pair> reserve(std::uint16_t table, unsigned tunnel) {
    if (recorder_.tracker(table).occupancy()[0] < 2) return std::nullopt;
    Pair pair;
    for (EntryRef& entry : pair.entries) {
      while (recorder_.tracker(table).state(entry.index) != S::kFree) ++entry.index;
      entry.generation = ++generation_[table][entry.index];
      move(table, entry, S::kLarval, C::kReserve, tunnel);
    }
    return pair;
  }

  void open_tunnel(unsigned tunnel) {
    for (std::uint16_t table = 0; table < kTables; ++table) {
      const auto pair = reserve(table, tunnel);
      if (!pair) continue;
      after(between(26, 60) * kMs, [=, this] {
        move(table, *pair, S::kActive, C::kInstall, tunnel);
        live(table, *pair, tunnel);
      });
    }
  }

  void live(std::uint16_t table, Pair pair, unsigned tunnel) {
    after(between(run_.life_ns * 9 / 10, run_.life_ns * 11 / 10), [=, this] { rekey(table, pair, tunnel); });
  }

  void event(std::uint16_t table, EntryRef entry, abi::EventKind kind) {
    log(EventLogRecord{table, now_, ++event_number_[table], entry.index, entry.generation,
                       static_cast<std::uint32_t>(random_() | 0x100), kind, one_in(40), one_in(2),
                       between(90'000, 120'000), false});
  }

  void rekey(std::uint16_t table, Pair old, unsigned tunnel) {
    event(table, old.entries[0], abi::EventKind::kSoftOctets);
    const auto fresh = reserve(table, tunnel);
    const std::uint64_t started = now_;
    if (!fresh) {
      log(RefusalRecord{table, now_, RefusedRequest::kRekey, RefusalReason::kFull, owner(tunnel)});
      after(100 * kMs, [=, this] { rekey(table, old, tunnel); });
      return;
    }
    const auto outcome = [=, this](RekeyOutcome result) {
      log(RekeyRecord{table, now_, started, RekeyTrigger::kSoftOctets, result, old.entries[0], fresh->entries[0],
                      owner(tunnel)});
    };
    if (one_in(12)) {  // Both sides rekeyed; ours loses, theirs came a little later.
      after(between(25, 50) * kMs, [=, this] {
        move(table, *fresh, S::kActive, C::kInstall, tunnel);
        move(table, *fresh, S::kRedundant, C::kRedundant, tunnel);
        outcome(RekeyOutcome::kCollision);
        retire(table, *fresh, between(40, 80) * kMs, tunnel);
        after(5 * kMs, [=, this] { rekey(table, old, tunnel); });
      });
      return;
    }
    after(between(25, 50) * kMs, [=, this] {
      move(table, *fresh, S::kActive, C::kInstall, tunnel);
      move(table, old, S::kOverlap, C::kSupersede, tunnel);
      outcome(RekeyOutcome::kDone);
      retire(table, old, 50 * kMs, tunnel);
      live(table, *fresh, tunnel);
    });
  }

  /// Draining, erasing, free.
  void retire(std::uint16_t table, Pair pair, std::uint64_t delete_ns, unsigned tunnel) {
    after(delete_ns, [=, this] {
      move(table, pair, S::kDraining, C::kRetire, tunnel);
      after(between(20, 40) * kMs, [=, this] {
        move(table, pair, S::kErasing, C::kDrained, tunnel);
        after(2'400, [=, this] { move(table, pair, S::kFree, C::kDrained, tunnel); });
      });
    });
  }

  void refuse() { log(RefusalRecord{1, now_, RefusedRequest::kNewSa, RefusalReason::kReserve, "newcomer"}); }

  void sample() {
    for (std::uint16_t table = 0; table < kTables; ++table) {
      keep(recorder_.sample(table, now_));
      const auto add = [&](auto& counters, abi::Verdict verdict, std::uint64_t n) {
        counters[static_cast<std::size_t>(verdict)] += n;
      };
      DropsRecord& drops = drops_[table];
      drops.table = table;
      drops.time_ns = now_;
      add(drops.outbound, abi::Verdict::kOk, between(900, 1'100));
      add(drops.inbound, abi::Verdict::kOk, between(900, 1'100));
      if (one_in(9)) add(drops.inbound, abi::Verdict::kReplay, between(1, 3));
      if (one_in(25)) add(drops.outbound, abi::Verdict::kTooBig, 1);
      if (one_in(30)) add(drops.inbound, abi::Verdict::kBadIcv, between(1, 9));
      log(drops);
    }
  }

  UtilisationRecorder recorder_;
  SyntheticRun run_;
  std::mt19937_64 random_;
  std::multimap<std::uint64_t, std::function<void()>> queue_;
  std::uint64_t now_ = 0;
  std::uint64_t transitions_ = 0;
  std::array<std::vector<std::uint16_t>, kTables> generation_;
  std::array<std::uint32_t, kTables> event_number_{};
  std::array<DropsRecord, kTables> drops_{};
  std::optional<Error> error_;
};

}  // namespace

Result<std::uint64_t> write_synthetic_log(const std::filesystem::path& path, const SyntheticRun& run) {
  const LogHeader header{run.name,
                         run.seed,
                         TimeBase::kSimulated,
                         0,
                         {{"gateway-a", run.table_size, run.floor, EventDelivery::kInterrupt},
                          {"gateway-b", run.table_size, run.floor, EventDelivery::kPollingOnly}}};
  auto recorder = UtilisationRecorder::create(path, header);
  if (!recorder) return recorder.error();
  return Run(std::move(*recorder), run).go();
}

}  // namespace sallyport::report
