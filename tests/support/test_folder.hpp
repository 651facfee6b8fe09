#pragma once
/// @file
/// Tests that write and read files.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace sallyport::test {

/// A test with a folder of its own, removed when it has passed, kept to be looked into when it has failed. The folder's
/// name holds the process's number: CTest runs several programs at once, and some programs twice (once a profile).
class FolderTest : public testing::Test {
 protected:
  FolderTest() { std::filesystem::create_directories(folder_); }
  ~FolderTest() override {
    std::error_code ignored;
    if (!HasFailure()) std::filesystem::remove_all(folder_, ignored);
  }

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] std::filesystem::path path(const std::string& name) const { return folder_ / name; }
  static std::string content(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private:
  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() /
      (std::string("sallyport-") + testing::UnitTest::GetInstance()->current_test_info()->name() + "-" +
       std::to_string(getpid()));
};

}  // namespace sallyport::test
