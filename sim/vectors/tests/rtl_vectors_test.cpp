// Every vector file of tests/data through the Verilated RTL.
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <vector>

#include "support/profile_under_test.hpp"
#include "vectors/run_vector_files.hpp"

namespace sallyport::sim {
namespace {

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder, const std::string& extension) {
  std::vector<std::filesystem::path> out;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == extension) out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

void run(const std::vector<std::filesystem::path>& files) {
  ASSERT_FALSE(files.empty());
  std::ostringstream out;
  std::ostringstream errors;
  EXPECT_EQ(run_vector_files(files, test::profile_under_test(), out, errors), 0) << out.str() << errors.str();
  std::cout << out.str();
}

TEST(RtlVectors, Json) { run(files_in(SALLYPORT_TEST_DATA "/vectors", ".json")); }
TEST(RtlVectors, MbedTls) { run(files_in(SALLYPORT_TEST_DATA "/vectors", ".data")); }
TEST(RtlVectors, BoringSsl) { run(files_in(SALLYPORT_TEST_DATA "/aes-gcm", ".txt")); }

}  // namespace
}  // namespace sallyport::sim
