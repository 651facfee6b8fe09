// Scenario files.
#include "input_file.hpp"
#include "scenario/scenario.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string path = sallyport::fuzz::input_file(data, size, ".toml");
  const auto scenario = sallyport::sim::read_scenario(path);
  if (!scenario && scenario.error().text.find(path) == std::string::npos) std::abort();
  return 0;
}
