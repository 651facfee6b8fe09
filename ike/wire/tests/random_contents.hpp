#pragma once
/// @file
/// Contents of any kind, from a seed.
#include <random>

#include "sallyport/ike/contents.hpp"

namespace sallyport::ike::test {

using Random = std::mt19937_64;

/// 0..end-1.
inline std::size_t below(Random& random, std::size_t end) { return random() % end; }

/// Contents that can be written and read: known and unknown numbers, empty and long values.
Contents random_contents(Random& random);

}  // namespace sallyport::ike::test
