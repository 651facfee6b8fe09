#include "sallyport/telemetry/utilisation_recorder.hpp"

#include <fmt/format.h>

#include <utility>

namespace sallyport {
namespace {

/// Lets a tracker take any record that a run may give it.
struct Apply {
  UtilisationTracker& tracker;

  Result<void> operator()(const TransitionRecord& r) const { return tracker.apply(r); }
  Result<void> operator()(const DropsRecord& r) const { return tracker.apply(r); }
  Result<void> operator()(const SampleRecord&) const { return misused("sample"); }
  Result<void> operator()(const EndRecord&) const { return misused("finish"); }
  template <class R>
  Result<void> operator()(const R& r) const {
    tracker.apply(r);
    return {};
  }

  static Result<void> misused(const char* function) {
    return Error{ErrorCode::kInvalidArgument, fmt::format("this record is made by UtilisationRecorder::{}", function)};
  }
};

/// EndRecord belongs to no table; table 0 always exists and Apply refuses the record.
std::uint16_t table_of(const LogRecord& record) {
  return std::visit(
      [](const auto& r) -> std::uint16_t {
        if constexpr (requires { r.table; }) {
          return r.table;
        } else {
          return 0;
        }
      },
      record);
}

Error no_such_table(std::uint16_t table, std::size_t tables) {
  return {ErrorCode::kInvalidArgument, fmt::format("table {} is not one of the log's {}", table, tables)};
}

}  // namespace

UtilisationRecorder::UtilisationRecorder(UtilisationLogWriter writer, std::vector<UtilisationTracker> trackers)
    : writer_(std::move(writer)), trackers_(std::move(trackers)) {}

Result<UtilisationRecorder> UtilisationRecorder::create(const std::filesystem::path& path, const LogHeader& header) {
  std::vector<UtilisationTracker> trackers;
  for (const LogTable& table : header.tables) {
    auto tracker = UtilisationTracker::create(table.size, header.start_ns);
    if (!tracker) return tracker.error();
    trackers.push_back(std::move(*tracker));
  }
  auto writer = UtilisationLogWriter::create(path, header);
  if (!writer) return writer.error();
  return UtilisationRecorder(std::move(*writer), std::move(trackers));
}

Result<void> UtilisationRecorder::record(const LogRecord& record) {
  // What the log cannot hold is refused before it is counted, so that log and counts never part.
  if (auto fits = writer_.check(record); !fits) return fits;
  if (auto taken = std::visit(Apply{trackers_[table_of(record)]}, record); !taken) return taken;
  return writer_.write(record);
}

Result<void> UtilisationRecorder::sample(std::uint16_t table, std::uint64_t time_ns) {
  if (table >= trackers_.size()) return no_such_table(table, trackers_.size());
  auto sample = trackers_[table].sample(time_ns);
  if (!sample) return sample.error();
  sample->table = table;
  return writer_.write(*sample);
}

Result<void> UtilisationRecorder::finish(std::uint64_t time_ns) {
  for (std::size_t table = 0; table < trackers_.size(); ++table) {
    if (auto done = sample(static_cast<std::uint16_t>(table), time_ns); !done) return done;
  }
  return writer_.finish(time_ns);
}

}  // namespace sallyport
