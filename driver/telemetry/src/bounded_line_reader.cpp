#include "bounded_line_reader.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

#include "sallyport/telemetry/records.hpp"

namespace sallyport {

Result<BoundedLineReader> BoundedLineReader::open(const std::filesystem::path& path) {
  std::FILE* file = std::fopen(path.c_str(), "rbe");
  if (file == nullptr) {
    const int error = errno;
    return Error{error == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
                 fmt::format("{}: cannot open: {}", path.string(), std::generic_category().message(error))};
  }
  return BoundedLineReader(file);
}

Result<BoundedLineReader::Line> BoundedLineReader::next() {
  for (std::size_t searched = at_;;) {
    if (const std::size_t end = buffer_.find('\n', searched); end != std::string::npos) {
      const Line line{Kind::kLine, std::string_view(buffer_).substr(at_, end - at_)};
      at_ = end + 1;
      if (line.text.size() > kLogMaxLineOctets) break;
      return line;
    }
    buffer_.erase(0, at_);
    at_ = 0;
    searched = buffer_.size();
    if (buffer_.size() > kLogMaxLineOctets) break;
    buffer_.resize(searched + kLogMaxLineOctets);
    errno = 0;
    const std::size_t got = std::fread(buffer_.data() + searched, 1, kLogMaxLineOctets, file_.get());
    buffer_.resize(searched + got);
    if (got == 0 && std::ferror(file_.get()) != 0) {
      return Error{ErrorCode::kIo, "cannot read: " + std::generic_category().message(errno)};
    }
    if (got == 0) {
      at_ = buffer_.size();
      return Line{buffer_.empty() ? Kind::kEnd : Kind::kUnfinished, buffer_};
    }
  }
  return Error{ErrorCode::kMalformedInput, fmt::format("is longer than {} octets", kLogMaxLineOctets)};
}

}  // namespace sallyport
