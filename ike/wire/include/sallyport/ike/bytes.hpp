#pragma once
/// @file
/// Octets of messages, owned and seen.
#include <cstdint>
#include <span>
#include <vector>

namespace sallyport::ike {

using Bytes = std::vector<std::uint8_t>;
using View = std::span<const std::uint8_t>;

}  // namespace sallyport::ike
