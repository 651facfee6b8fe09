#include "collector.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sallyport::report {
namespace {

Error contradiction(std::string text) { return {ErrorCode::kMalformedInput, std::move(text)}; }

/// One table on the way through the log.
class TableWalk {
 public:
  TableWalk(const LogTable& table, UtilisationTracker tracker, std::uint64_t start_ns)
      : tracker_(std::move(tracker)), since_ns_(table.size, start_ns), start_ns_(start_ns) {
    summary_.table = table;
  }

  Result<void> take(const TransitionRecord& r, LogListener& listener) {
    if (auto good = tracker_.apply(r); !good) return contradiction(good.error().text);
    end_stay(r.from, r.time_ns - since_ns_[r.index]);
    since_ns_[r.index] = r.time_ns;
    ++summary_.transitions;
    listener.on_transition(r, tracker_.occupancy());
    return {};
  }
  Result<void> take(const SampleRecord& r, LogListener&) {
    const auto own = tracker_.sample(r.time_ns);
    if (!own) return contradiction(own.error().text);
    if (own->from_ns != r.from_ns || own->entries != r.entries || own->integral != r.integral ||
        own->high_water != r.high_water || own->high_water_in_use != r.high_water_in_use) {
      return contradiction("the sample contradicts the transitions before it");
    }
    ++summary_.samples;
    return {};
  }
  Result<void> take(const DropsRecord& r, LogListener& listener) {
    const std::uint64_t before = tracker_.totals().drops();
    if (auto good = tracker_.apply(r); !good) return contradiction(good.error().text);
    listener.on_drops(r, tracker_.totals().drops() - before);
    return {};
  }
  Result<void> take(const EventLogRecord& r, LogListener& listener) {
    tracker_.apply(r);
    // 0: has no number, but stands for one that is missing.
    if (r.seq != 0) lowest_event_ = std::min(lowest_event_, r.seq);
    highest_event_ = std::max(highest_event_, r.seq);
    ++events_;
    listener.on_event(r);
    return {};
  }
  Result<void> take(const RekeyRecord& r, LogListener& listener) {
    tracker_.apply(r);
    listener.on_rekey(r);
    return {};
  }
  Result<void> take(const RefusalRecord& r, LogListener& listener) {
    tracker_.apply(r);
    listener.on_refusal(r);
    return {};
  }

  /// Closes the table at the log's end. Error: kMalformedInput, the end is before the last record.
  Result<TableSummary> close(std::uint64_t end_ns) {
    if (auto last = tracker_.sample(end_ns); !last) return contradiction(last.error().text);
    for (std::size_t i = 0; i < since_ns_.size(); ++i) {
      end_stay(tracker_.state(static_cast<std::uint16_t>(i)), end_ns - since_ns_[i]);
    }
    summary_.span_ns = end_ns - start_ns_;
    summary_.last = tracker_.occupancy();
    summary_.peak = tracker_.peak();
    summary_.peak_in_use = tracker_.peak_in_use();
    summary_.totals = tracker_.totals();
    const std::uint64_t numbers = highest_event_ == 0 ? 0 : std::uint64_t{highest_event_} - lowest_event_ + 1;
    summary_.events_missing = numbers < events_ ? 0 : numbers - events_;
    return std::move(summary_);
  }

  [[nodiscard]] std::uint64_t now_ns() const { return tracker_.now_ns(); }

 private:
  void end_stay(abi::EntryState state, std::uint64_t ns) {
    if (state == abi::EntryState::kFree) return;
    StayStatistics& stays = summary_.stays[state_index(state)];
    ++stays.stays;
    stays.longest_ns = std::max(stays.longest_ns, ns);
    stays.total += EntryTime(1, ns);
  }

  TableSummary summary_;
  UtilisationTracker tracker_;
  std::vector<std::uint64_t> since_ns_;  ///< When each entry came into its present state.
  std::uint64_t start_ns_;
  std::uint32_t lowest_event_ = UINT32_MAX;
  std::uint32_t highest_event_ = 0;
  std::uint64_t events_ = 0;
};

/// Gives a record to its table. The end is noted in `end_ns`.
Result<void> dispatch(const LogRecord& record, std::vector<TableWalk>& tables, LogListener& listener,
                      std::optional<std::uint64_t>& end_ns) {
  return std::visit(
      [&](const auto& r) -> Result<void> {
        if constexpr (requires { r.table; }) {
          return tables[r.table].take(r, listener);
        } else {
          end_ns = r.time_ns;
          return {};
        }
      },
      record);
}

}  // namespace

Result<UtilisationSummary> walk_log(const std::filesystem::path& log, LogReaderOptions options, LogListener& listener) {
  auto reader = UtilisationLogReader::open(log, options);
  if (!reader) return reader.error();
  UtilisationSummary summary;
  summary.header = reader->header();
  listener.on_header(summary.header);

  std::vector<TableWalk> tables;
  for (const LogTable& table : summary.header.tables) {
    auto tracker = UtilisationTracker::create(table.size, summary.header.start_ns);
    if (!tracker) return tracker.error();
    tables.emplace_back(table, std::move(*tracker), summary.header.start_ns);
  }
  const auto at_place = [&](const Error& error) {
    return Error{error.code, fmt::format("{}: {}", reader->place(), error.text)};
  };
  std::optional<std::uint64_t> end_ns;
  for (;;) {
    auto next = reader->next();
    if (!next) return next.error();
    if (!next->has_value()) break;
    if (auto good = dispatch(**next, tables, listener, end_ns); !good) return at_place(good.error());
    if (!end_ns) ++summary.records;
  }
  summary.truncated = reader->truncated();
  summary.end_ns = summary.header.start_ns;
  for (const TableWalk& table : tables) summary.end_ns = std::max(summary.end_ns, table.now_ns());
  summary.end_ns = end_ns.value_or(summary.end_ns);
  for (TableWalk& table : tables) {
    auto closed = table.close(summary.end_ns);
    if (!closed) return at_place(closed.error());
    summary.tables.push_back(std::move(*closed));
  }
  return summary;
}

}  // namespace sallyport::report
