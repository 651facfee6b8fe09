#include "sallyport/report/report.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "page.hpp"

namespace sallyport {
namespace {

constexpr std::size_t kFewestPoints = 100;

Error io_error(const std::filesystem::path& path, const char* what, int error) {
  return {ErrorCode::kIo,
          fmt::format("{}: cannot {}: {}", path.string(), what, std::generic_category().message(error))};
}

/// Writes a file under a temporary name first.
Result<void> write_whole(const std::filesystem::path& path, const std::string& content) {
  std::filesystem::path partial = path;
  partial += ".partial";
  std::FILE* file = std::fopen(partial.c_str(), "wbe");
  if (file == nullptr) return io_error(partial, "create", errno);
  const bool written = std::fwrite(content.data(), 1, content.size(), file) == content.size();
  const int write_error = errno;
  const bool closed = std::fclose(file) == 0;
  std::error_code error;
  if (!written || !closed) {
    const int cause = written ? errno : write_error;
    std::filesystem::remove(partial, error);
    return io_error(path, "write", cause);
  }
  std::filesystem::rename(partial, path, error);
  if (error) return io_error(path, "rename the finished page to this name", error.value());
  return {};
}

}  // namespace

Result<void> write_report(const std::filesystem::path& log, const std::filesystem::path& html,
                          const ReportOptions& options) {
  if (options.max_chart_points < kFewestPoints || options.max_timeline_pieces < kFewestPoints) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("a report needs at least {} chart points and timeline pieces", kFewestPoints)};
  }
  report::ContentListener content(options);
  const auto summary = report::walk_log(log, {options.allow_truncated}, content);
  if (!summary) return summary.error();
  return write_whole(html, report::page(*summary, content.tables()));
}

}  // namespace sallyport
