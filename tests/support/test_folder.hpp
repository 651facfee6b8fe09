#pragma once
/// @file
/// A place for a test's files.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace sallyport::test {

/// A folder that the running test has to itself, removed with this object. Its name holds the process's number: CTest
/// runs several programs at once, and some programs twice (once a profile).
class TestFolder {
 public:
  TestFolder() { std::filesystem::create_directories(path_); }
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_ =
      std::filesystem::temp_directory_path() /
      (std::string("sallyport-") + testing::UnitTest::GetInstance()->current_test_info()->name() + "-" +
       std::to_string(getpid()));
};

}  // namespace sallyport::test
