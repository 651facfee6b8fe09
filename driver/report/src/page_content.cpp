#include "page_content.hpp"

namespace sallyport::report {
namespace {

bool is_soft(abi::EventKind kind) {
  using K = abi::EventKind;
  return kind == K::kSoftOctets || kind == K::kSoftPackets || kind == K::kSoftSeq || kind == K::kIcvSoft;
}

template <class R>
void list(std::vector<R>& records, const R& record, std::size_t max) {
  if (records.size() < max) records.push_back(record);
}

}  // namespace

void ContentListener::on_header(const LogHeader& header) {
  for (const LogTable& table : header.tables) {
    tables_.push_back({StepSeries(options_.max_chart_points),
                       EntryTimeline(table.size, options_.max_timeline_pieces),
                       {},
                       {},
                       {},
                       {}});
    PerState<std::uint32_t> all_free{};
    all_free[state_index(abi::EntryState::kFree)] = table.size;
    tables_.back().steps.add(header.start_ns, all_free);
  }
}

void ContentListener::on_transition(const TransitionRecord& r, const PerState<std::uint32_t>& occupancy) {
  tables_[r.table].steps.add(r.time_ns, occupancy);
  tables_[r.table].timeline.add(r);
}

void ContentListener::on_event(const EventLogRecord& r) {
  list(tables_[r.table].events, r, options_.max_listed);
  tables_[r.table].marks.add(is_soft(r.kind) ? MarkKind::kSoft : MarkKind::kDead, r.time_ns);
}

void ContentListener::on_drops(const DropsRecord& r, std::uint64_t dropped) {
  if (dropped != 0) tables_[r.table].marks.add(MarkKind::kDrop, r.time_ns, dropped);
}

void ContentListener::on_rekey(const RekeyRecord& r) {
  list(tables_[r.table].rekeys, r, options_.max_listed);
  tables_[r.table].marks.add(r.outcome == RekeyOutcome::kDone ? MarkKind::kRekey : MarkKind::kNoRekey, r.time_ns);
}

void ContentListener::on_refusal(const RefusalRecord& r) {
  list(tables_[r.table].refusals, r, options_.max_listed);
  tables_[r.table].marks.add(MarkKind::kRefusal, r.time_ns);
}

}  // namespace sallyport::report
