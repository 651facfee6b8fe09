#pragma once
/// @file
/// Where the firmware of a test runs.
#include <cstdio>
#include <cstdlib>
#include <string>

namespace sallyport::test {

/// SALLYPORT_FIRMWARE in the environment, core or hosted; core unless set. Any other word ends the program.
inline bool firmware_on_core() {
  const char* name = std::getenv("SALLYPORT_FIRMWARE");
  if (name == nullptr || name == std::string("core")) return true;
  if (name == std::string("hosted")) return false;
  std::fprintf(stderr, "SALLYPORT_FIRMWARE=%s: core or hosted\n", name);
  std::abort();
}

}  // namespace sallyport::test
