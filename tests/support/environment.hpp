#pragma once
/// @file
/// Numbers that whoever runs a test may set.
#include <cstdint>
#include <cstdlib>

namespace sallyport::test {

/// The number in an environment variable (decimal, 0x.., 0..), or `otherwise` when it is not set.
inline std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 0);
}

}  // namespace sallyport::test
