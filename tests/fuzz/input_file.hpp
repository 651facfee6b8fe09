#pragma once
/// @file
/// Fuzz input as a file, for parsers that open what they read.
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace sallyport::fuzz {

/// A file in memory-backed temporary storage, one a process, written anew for each input.
inline std::string input_file(const std::uint8_t* data, std::size_t size, const char* suffix) {
  static const std::string base =
      (std::filesystem::temp_directory_path() / ("sallyport-fuzz-" + std::to_string(getpid()))).string();
  const std::string path = base + suffix;
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr || std::fwrite(data, 1, size, file) != size) std::abort();
  std::fclose(file);
  return path;
}

}  // namespace sallyport::fuzz
