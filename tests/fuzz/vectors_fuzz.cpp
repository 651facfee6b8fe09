// Vector files of every format.
#include <cstdlib>
#include <string>

#include "sallyport/model/vectors/load.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto cases = sallyport::model::parse_vectors(text, "input");
  if (!cases && cases.error().text.find("input") == std::string::npos) std::abort();
  return 0;
}
