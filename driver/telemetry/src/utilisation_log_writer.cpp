#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "log_json.hpp"
#include "sallyport/telemetry/utilisation_log.hpp"

namespace sallyport {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

Error io_error(const std::filesystem::path& path, const char* what, int error) {
  return {ErrorCode::kIo,
          fmt::format("{}: cannot {}: {}", path.string(), what, std::generic_category().message(error))};
}

}  // namespace

struct UtilisationLogWriter::State {
  std::filesystem::path path;
  std::filesystem::path partial;
  LogHeader header;
  File file;
  std::uint64_t records = 0;

  Result<void> put(std::string line) {
    line += '\n';
    if (std::fwrite(line.data(), 1, line.size(), file.get()) != line.size()) return io_error(partial, "write", errno);
    return {};
  }
  Result<void> flush() {
    if (std::fflush(file.get()) != 0) return io_error(partial, "write", errno);
    return {};
  }
};

UtilisationLogWriter::UtilisationLogWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
UtilisationLogWriter::UtilisationLogWriter(UtilisationLogWriter&&) noexcept = default;
UtilisationLogWriter& UtilisationLogWriter::operator=(UtilisationLogWriter&&) noexcept = default;
UtilisationLogWriter::~UtilisationLogWriter() = default;

Result<UtilisationLogWriter> UtilisationLogWriter::create(const std::filesystem::path& path, const LogHeader& header) {
  if (auto good = log_json::check(header); !good) return good.error();
  auto state = std::make_unique<State>();
  state->path = path;
  state->partial = path;
  state->partial += ".partial";
  state->header = header;
  state->file.reset(std::fopen(state->partial.c_str(), "wbe"));
  if (!state->file) return io_error(state->partial, "create", errno);
  if (auto done = state->put(log_json::line_of(header)); !done) return done.error();
  if (auto done = state->flush(); !done) return done.error();
  return UtilisationLogWriter(std::move(state));
}

Result<void> UtilisationLogWriter::check(const LogRecord& record) const {
  return log_json::check(record, state_->header);
}

Result<void> UtilisationLogWriter::write(const LogRecord& record) {
  if (!state_->file) return Error{ErrorCode::kBadState, state_->path.string() + ": the log is finished"};
  if (std::holds_alternative<EndRecord>(record)) {
    return Error{ErrorCode::kInvalidArgument, "the end of a log is written by UtilisationLogWriter::finish"};
  }
  if (auto good = check(record); !good) return good;
  if (auto done = state_->put(log_json::line_of(record)); !done) return done;
  ++state_->records;
  return std::holds_alternative<SampleRecord>(record) ? state_->flush() : Result<void>{};
}

Result<void> UtilisationLogWriter::finish(std::uint64_t time_ns) {
  if (!state_->file) return Error{ErrorCode::kBadState, state_->path.string() + ": the log is finished"};
  if (auto done = state_->put(log_json::line_of(LogRecord(EndRecord{time_ns, state_->records}))); !done) return done;
  if (auto done = state_->flush(); !done) return done;
  // The name must not become durable before the content is.
  if (fsync(fileno(state_->file.get())) != 0 && errno != EINVAL) return io_error(state_->partial, "sync", errno);
  if (std::fclose(state_->file.release()) != 0) return io_error(state_->partial, "close", errno);
  std::error_code error;
  std::filesystem::rename(state_->partial, state_->path, error);
  if (error) return io_error(state_->path, "rename the finished log to this name", error.value());
  return {};
}

std::uint64_t UtilisationLogWriter::records() const { return state_->records; }

}  // namespace sallyport
