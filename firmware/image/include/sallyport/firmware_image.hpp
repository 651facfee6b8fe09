#pragma once
/// @file
/// The firmware's images for the management core, as they were built with this program.
#include <cstdint>
#include <span>

namespace sallyport {

/// The smallest image that manages a table of `entries` SAs; empty when there is none (more than 1,024).
std::span<const std::uint8_t> firmware_image(std::uint32_t entries);

}  // namespace sallyport
