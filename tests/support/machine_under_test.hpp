#pragma once
/// @file
/// What stands for the hardware in a test.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "accel/accelerator.hpp"

namespace sallyport::test {

/// SALLYPORT_MACHINE in the environment, rtl or tlm; rtl unless set. Any other word ends the program. The TLM model has
/// no management core, so its firmware is hosted (firmware_under_test.hpp).
inline sim::Machine machine_under_test() {
  const char* name = std::getenv("SALLYPORT_MACHINE");
  if (name == nullptr || name == std::string("rtl")) return sim::Machine::kRtl;
  if (name == std::string("tlm")) return sim::Machine::kTlm;
  std::fprintf(stderr, "SALLYPORT_MACHINE=%s: rtl or tlm\n", name);
  std::abort();
}

}  // namespace sallyport::test
