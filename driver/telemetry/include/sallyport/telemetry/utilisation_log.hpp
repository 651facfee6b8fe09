#pragma once
/// @file
/// Writing and reading utilisation logs (JSON Lines; docs/reference/utilisation-log.md).
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "sallyport/result.hpp"
#include "sallyport/telemetry/records.hpp"

namespace sallyport {

/// Writes a log to `<path>.partial` and gives it its own name when it is whole. If the program dies before, the
/// .partial file stays and can be read as a truncated log. It writes what it is given; UtilisationRecorder checks the
/// sense of it too.
class UtilisationLogWriter {
 public:
  /// Errors: kInvalidArgument (header outside the bounds of records.hpp), kIo.
  static Result<UtilisationLogWriter> create(const std::filesystem::path& path, const LogHeader& header);
  UtilisationLogWriter(UtilisationLogWriter&&) noexcept;
  UtilisationLogWriter& operator=(UtilisationLogWriter&&) noexcept;
  ~UtilisationLogWriter();

  /// Whether the log can hold a record. Error: kInvalidArgument (no such table or entry, text too long or not UTF-8).
  [[nodiscard]] Result<void> check(const LogRecord& record) const;
  /// Appends a line. Samples are handed to the operating system at once, so that a killed program loses at most what
  /// came since the last one. Errors: as check, kInvalidArgument (EndRecord: use finish), kBadState (finished before),
  /// kIo.
  Result<void> write(const LogRecord& record);
  /// Writes the last line, syncs and renames. Afterwards only destruction is allowed. Errors: kIo, kBadState (finished
  /// before).
  Result<void> finish(std::uint64_t time_ns);
  /// Lines after the header so far.
  [[nodiscard]] std::uint64_t records() const;

 private:
  struct State;
  explicit UtilisationLogWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// What to make of logs that are not whole.
struct LogReaderOptions {
  /// Take a log without its last line (the run crashed or goes on). A half-written last line is left out.
  bool allow_truncated = false;
};

/// Reads a log line by line. Strict: unknown versions, kinds, keys, names, duplicate keys and numbers out of range are
/// errors that name file and line. Memory: a line (kLogMaxLineOctets) and the header, whatever the file's size.
class UtilisationLogReader {
 public:
  /// Opens the file and reads the header. Errors: kNotFound, kIo, kMalformedInput, kVersionMismatch.
  static Result<UtilisationLogReader> open(const std::filesystem::path& path, LogReaderOptions options = {});
  UtilisationLogReader(UtilisationLogReader&&) noexcept;
  UtilisationLogReader& operator=(UtilisationLogReader&&) noexcept;
  ~UtilisationLogReader();

  [[nodiscard]] const LogHeader& header() const;
  /// The next record; EndRecord is the last. Nothing after it, or where a truncated log stops (if allowed). An error
  /// ends reading. Errors: kMalformedInput, kIo.
  Result<std::optional<LogRecord>> next();
  /// The log stopped without its last line; known once next() has returned nothing.
  [[nodiscard]] bool truncated() const;
  /// "file:line" of the record last returned, for messages.
  [[nodiscard]] std::string place() const;

 private:
  struct State;
  explicit UtilisationLogReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sallyport
