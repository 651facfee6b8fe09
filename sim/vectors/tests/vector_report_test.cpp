// Report and exit status, with machines that are told what to say.
#include "vectors/vector_report.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace sallyport::sim {
namespace {

const std::filesystem::path kData = SALLYPORT_TEST_DATA;

class Told final : public VectorMachines {
 public:
  std::string gcm;
  std::string packet;
  std::string run(const model::GcmCase&) override { return gcm; }
  std::string run(const model::EspPacketCase&) override { return packet; }
};

struct Report {
  int status;
  std::string out;
  std::string errors;
};

Report report(const std::vector<std::filesystem::path>& files, Told machines = {}) {
  std::ostringstream out;
  std::ostringstream errors;
  const int status = report_vector_files(files, machines, out, errors);
  return {status, out.str(), errors.str()};
}

TEST(VectorReport, CountsAndReasons) {
  const auto file = kData / "vectors/mcgrew-gcm-esp-test-01.json";
  const Report got = report({file});
  EXPECT_EQ(got.status, 0);
  EXPECT_EQ(got.out, file.string() + ": 13 passed, 0 failed, 1 skipped\n  skipped 1: 192-bit key\n");
  EXPECT_EQ(got.errors, "");
}

TEST(VectorReport, AFailureIsNamedAndSetsTheStatus) {
  const auto file = kData / "vectors/sallyport_esp_packets.json";
  Told machines;
  machines.packet = "it differs";
  const Report got = report({file}, machines);
  EXPECT_EQ(got.status, 1);
  EXPECT_NE(got.out.find(": 0 passed, 6 failed, 3 skipped\n"), std::string::npos);
  EXPECT_NE(got.out.find("  failed: AES-128, IPv4 in IPv4: it differs\n"), std::string::npos);
}

TEST(VectorReport, BadInputGoesOnWithTheOthers) {
  std::ofstream("broken.json") << "{\"vectors\": [";
  const auto good = kData / "vectors/rfc7634-chacha20poly1305.json";
  const Report got = report({"broken.json", "missing.json", good});
  EXPECT_EQ(got.status, 2);
  EXPECT_EQ(got.out, good.string() + ": 0 passed, 0 failed, 2 skipped\n  skipped 2: cipher is not AES-GCM\n");
  EXPECT_NE(got.errors.find("broken.json: parse error at line 1"), std::string::npos);
  EXPECT_NE(got.errors.find("missing.json: no such file"), std::string::npos);
}

TEST(VectorReport, AFailureOutweighsBadInput) {
  Told machines;
  machines.gcm = "it differs";
  EXPECT_EQ(report({"missing.json", kData / "vectors/sallyport_aes_gcm_test.json"}, machines).status, 1);
}

}  // namespace
}  // namespace sallyport::sim
