#include "field.hpp"

#include <cstdio>
#include <string>

#include "support/profile_under_test.hpp"

namespace sallyport::test {

namespace {

std::unique_ptr<sim::Accelerator> make(std::uint64_t seed, double stall) {
  sim::AcceleratorOptions options;
  options.profile = profile_under_test();
  options.seed = seed;
  options.stall = stall;
  auto made = sim::Accelerator::create(options);
  if (!made) {
    std::fprintf(stderr, "%s\n", made.error().text.c_str());
    std::abort();
  }
  return std::move(made).value();
}

}  // namespace

Field::Field(std::uint64_t seed, double stall) : Field(seed, make(seed, stall), kSas) {}

}  // namespace sallyport::test
