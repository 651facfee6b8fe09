#include "page_data.hpp"

#include <fmt/format.h>

#include <iterator>

#include "text.hpp"

namespace sallyport::report {
namespace {

using Out = std::back_insert_iterator<std::string>;

/// Writes the elements of a JSON list with commas between them.
class List {
 public:
  explicit List(std::string& text) : text_(text) { text_ += '['; }
  template <class... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    if (!first_) text_ += ',';
    first_ = false;
    fmt::format_to(Out(text_), format, std::forward<Args>(args)...);
  }
  void end() { text_ += ']'; }

 private:
  std::string& text_;
  bool first_ = true;
};

/// Turns times into differences from the one before, beginning at the log's start. An event that happened before the
/// start (a device time that was set) is drawn at the start.
class Differences {
 public:
  explicit Differences(std::uint64_t start_ns) : last_ns_(start_ns) {}
  std::uint64_t operator()(std::uint64_t time_ns) {
    const std::uint64_t difference = time_ns < last_ns_ ? 0 : time_ns - last_ns_;
    last_ns_ += difference;
    return difference;
  }

 private:
  std::uint64_t last_ns_;
};

void steps(std::string& text, const StepSeries& series, std::uint64_t start_ns) {
  fmt::format_to(Out(text), "\"stepSlot\":{},\"stepTimes\":", series.slot_ns());
  Differences difference(start_ns);
  List times(text);
  for (const StepPoint& point : series.points()) times.add("{}", difference(point.time_ns));
  times.end();
  text += ",\"stepCounts\":";
  List by_state(text);
  for (unsigned s = 0; s < abi::kEntryStateCount; ++s) {
    by_state.add("{}", "");
    List counts(text);
    for (const StepPoint& point : series.points()) counts.add("{}", point.counts[s]);
    counts.end();
  }
  by_state.end();
}

/// Entries that were ever used: number, then time, states, generation, owner and cause of each piece.
void timeline(std::string& text, const EntryTimeline& timeline, std::uint64_t start_ns) {
  fmt::format_to(Out(text), ",\"pieceSlot\":{},\"owners\":", timeline.slot_ns());
  List owners(text);
  for (const std::string& owner : timeline.owners()) owners.add("{}", script_string(owner));
  owners.end();
  text += ",\"entries\":";
  List entries(text);
  for (std::size_t index = 0; index < timeline.entries().size(); ++index) {
    if (timeline.entries()[index].empty()) continue;
    entries.add("{}", "");
    List pieces(text);
    pieces.add("{}", index);
    Differences difference(start_ns);
    for (const TimelinePiece& p : timeline.entries()[index]) {
      pieces.add("{},{},{},{},{}", difference(p.time_ns), p.states, p.generation, p.owner,
                 static_cast<unsigned>(p.cause));
    }
    pieces.end();
  }
  entries.end();
}

void marks(std::string& text, const MarkSeries& series, std::uint64_t start_ns) {
  text += ",\"marks\":";
  List kinds(text);
  for (unsigned k = 0; k < kMarkKindCount; ++k) {
    kinds.add("{}", "");
    List list(text);
    Differences difference(start_ns);
    for (const Mark& mark : series.sorted(static_cast<MarkKind>(k))) {
      list.add("{},{}", difference(mark.time_ns), mark.count);
    }
    list.end();
  }
  kinds.end();
}

}  // namespace

std::string page_data(const UtilisationSummary& summary, const std::vector<TableContent>& content) {
  const std::uint64_t start_ns = summary.header.start_ns;
  std::string text = fmt::format("{{\"span\":{},\"states\":", summary.end_ns - start_ns);
  List states(text);
  for (unsigned s = 0; s < abi::kEntryStateCount; ++s) {
    states.add("\"{}\"", abi::name(static_cast<abi::EntryState>(s)));
  }
  states.end();
  text += ",\"causes\":";
  List causes(text);
  for (unsigned c = 0; c < abi::kTransitionCauseCount; ++c)
    causes.add("\"{}\"", abi::name(static_cast<abi::TransitionCause>(c)));
  causes.end();
  text += ",\"tables\":";
  List tables(text);
  for (std::size_t t = 0; t < content.size(); ++t) {
    const TableSummary& table = summary.tables[t];
    tables.add("{{\"size\":{},\"floor\":{},\"peak\":{},", table.table.size, table.table.floor, table.peak_in_use);
    steps(text, content[t].steps, start_ns);
    timeline(text, content[t].timeline, start_ns);
    marks(text, content[t].marks, start_ns);
    text += '}';
  }
  tables.end();
  text += '}';
  return text;
}

}  // namespace sallyport::report
