#pragma once
/// @file
/// Which profile a test runs against.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "accel/accelerator.hpp"

namespace sallyport::test {

/// SALLYPORT_PROFILE in the environment, compact or full; compact unless set. Any other word ends the program.
inline sim::Profile profile_under_test() {
  const char* name = std::getenv("SALLYPORT_PROFILE");
  if (name == nullptr || name == std::string("compact")) return sim::Profile::kCompact;
  if (name == std::string("full")) return sim::Profile::kFull;
  std::fprintf(stderr, "SALLYPORT_PROFILE=%s: compact or full\n", name);
  std::abort();
}

}  // namespace sallyport::test
