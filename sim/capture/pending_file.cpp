#include "capture/pending_file.hpp"

#include <fstream>
#include <system_error>
#include <utility>

namespace sallyport::sim {

PendingFile::PendingFile(std::filesystem::path path) : path_(std::move(path)), temporary_(path_) {
  temporary_ += ".partial";
}

PendingFile::~PendingFile() {
  if (!pending_) return;
  std::error_code ignored;
  std::filesystem::remove(temporary_, ignored);
}

PendingFile::PendingFile(PendingFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::move(other.temporary_)),
      pending_(std::exchange(other.pending_, false)) {}

Result<void> PendingFile::commit() {
  std::error_code cause;
  std::filesystem::rename(temporary_, path_, cause);
  if (cause) return Error{ErrorCode::kIo, path_.string() + ": cannot be put in place: " + cause.message()};
  pending_ = false;
  return {};
}

Result<void> PendingFile::write_text(const std::string& text) {
  std::ofstream out(temporary_, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (!out) return Error{ErrorCode::kIo, path_.string() + ": cannot be written"};
  return {};
}

}  // namespace sallyport::sim
