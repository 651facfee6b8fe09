#include <fmt/format.h>

#include <utility>

#include "bounded_line_reader.hpp"
#include "log_json.hpp"
#include "sallyport/telemetry/utilisation_log.hpp"

namespace sallyport {

struct UtilisationLogReader::State {
  std::filesystem::path path;
  LogReaderOptions options;
  BoundedLineReader lines;
  LogHeader header;
  std::uint64_t line = 0;     ///< Number of the line last read, from 1.
  std::uint64_t records = 0;  ///< Lines after the header that were no end.
  bool over = false;
  bool truncated = false;

  [[nodiscard]] std::string place() const { return fmt::format("{}:{}", path.string(), line); }
  Error at_place(const Error& error) {
    over = true;
    return {error.code, fmt::format("{}: {}", place(), error.text)};
  }
  Error malformed(const char* text) { return at_place({ErrorCode::kMalformedInput, text}); }

  Result<BoundedLineReader::Line> next_line() {
    ++line;
    auto next = lines.next();
    if (!next) return at_place(next.error());
    return *next;
  }

  Result<std::optional<LogRecord>> stop_truncated() {
    if (!options.allow_truncated) {
      return malformed(
          "the log is truncated: it stops here without its end line, so the run was broken off or goes on. Its records "
          "up to "
          "here can be used with the option to allow truncated logs");
    }
    over = true;
    truncated = true;
    return std::optional<LogRecord>{};
  }

  /// After the end line nothing may follow, and it must count right.
  Result<void> check_end(const EndRecord& end) {
    if (end.records != records)
      return malformed("the end line counts other records than there are: lines are missing or added");
    auto after = lines.next();
    if (!after || after->kind != BoundedLineReader::Kind::kEnd) return malformed("something follows the end line");
    return {};
  }
};

UtilisationLogReader::UtilisationLogReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
UtilisationLogReader::UtilisationLogReader(UtilisationLogReader&&) noexcept = default;
UtilisationLogReader& UtilisationLogReader::operator=(UtilisationLogReader&&) noexcept = default;
UtilisationLogReader::~UtilisationLogReader() = default;

Result<UtilisationLogReader> UtilisationLogReader::open(const std::filesystem::path& path, LogReaderOptions options) {
  auto lines = BoundedLineReader::open(path);
  if (!lines) return lines.error();
  auto state = std::unique_ptr<State>(new State{path, options, std::move(*lines), {}});
  auto first = state->next_line();
  if (!first) return first.error();
  if (first->kind != BoundedLineReader::Kind::kLine)
    return state->malformed("there is no header: not a utilisation log");
  auto json = log_json::parse_line(first->text);
  if (!json) return state->at_place(json.error());
  auto header = log_json::header_from(*json);
  if (!header) return state->at_place(header.error());
  state->header = std::move(*header);
  return UtilisationLogReader(std::move(state));
}

const LogHeader& UtilisationLogReader::header() const { return state_->header; }
bool UtilisationLogReader::truncated() const { return state_->truncated; }
std::string UtilisationLogReader::place() const { return state_->place(); }

Result<std::optional<LogRecord>> UtilisationLogReader::next() {
  if (state_->over) return std::optional<LogRecord>{};
  auto line = state_->next_line();
  if (!line) return line.error();
  if (line->kind != BoundedLineReader::Kind::kLine) return state_->stop_truncated();
  auto json = log_json::parse_line(line->text);
  if (!json) return state_->at_place(json.error());
  auto record = log_json::record_from(*json, state_->header);
  if (!record) return state_->at_place(record.error());
  if (const auto* end = std::get_if<EndRecord>(&*record); end != nullptr) {
    if (auto good = state_->check_end(*end); !good) return good.error();
    state_->over = true;
  } else {
    ++state_->records;
  }
  return std::optional<LogRecord>(std::move(*record));
}

}  // namespace sallyport
