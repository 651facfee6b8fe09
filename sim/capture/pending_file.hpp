#pragma once
/// @file
/// Output files that appear under their name only when they are whole.
#include <filesystem>
#include <string>

#include "sallyport/result.hpp"

namespace sallyport::sim {

/// A file that is being written under a temporary name beside its own. `commit` gives it its name; without it the
/// destructor removes the temporary file, so that nothing partial is ever taken for a result. Move-only.
class PendingFile {
 public:
  explicit PendingFile(std::filesystem::path path);
  ~PendingFile();
  PendingFile(PendingFile&& other) noexcept;
  PendingFile& operator=(PendingFile&&) = delete;
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;

  /// Where to write until `commit`.
  [[nodiscard]] const std::filesystem::path& temporary() const { return temporary_; }
  /// The name it will have.
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Renames it; an older file of that name is replaced. Whoever wrote it must have closed it. Errors: kIo.
  Result<void> commit();

  /// Writes a whole text to the temporary name. Errors: kIo.
  Result<void> write_text(const std::string& text);

 private:
  std::filesystem::path path_;
  std::filesystem::path temporary_;
  bool pending_ = true;
};

}  // namespace sallyport::sim
