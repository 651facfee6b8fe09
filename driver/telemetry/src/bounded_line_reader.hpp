#pragma once
/// @file
/// Lines of a file, one at a time, never more than a stated number of octets in memory.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "sallyport/result.hpp"

namespace sallyport {

/// Reads lines that end in '\n'.
class BoundedLineReader {
 public:
  enum class Kind : std::uint8_t {
    kLine,        ///< A whole line.
    kUnfinished,  ///< What stands after the last newline, not empty.
    kEnd,         ///< Nothing more.
  };
  struct Line {
    Kind kind = Kind::kEnd;
    std::string_view text;  ///< Without the newline; valid until the next call.
  };

  /// Errors: kNotFound, kIo.
  static Result<BoundedLineReader> open(const std::filesystem::path& path);

  /// Errors: kMalformedInput (a line of more than kLogMaxLineOctets), kIo. Texts name neither file nor line.
  Result<Line> next();

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  explicit BoundedLineReader(std::FILE* file) : file_(file) {}

  std::unique_ptr<std::FILE, CloseFile> file_;
  std::string buffer_;  ///< What has been read; used up to `at_`.
  std::size_t at_ = 0;
};

}  // namespace sallyport
