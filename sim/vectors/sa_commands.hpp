#pragma once
/// @file
/// Installs and erases an SA by the accelerator's registers, without firmware: enough for vectors.
#include "sallyport/bus.hpp"
#include "sallyport/model/sa_image.hpp"
#include "sallyport/result.hpp"

namespace sallyport::sim {

/// Writes the image to staging slot 0 and commits it to a free entry; gives the entry's generation.
/// Errors: kRefusedByDevice with the command code's name; what the bus says.
Result<std::uint16_t> install_sa(Bus& bus, std::uint16_t index, const model::ImageWords& image);
/// Frees the entry.
Result<void> erase_sa(Bus& bus, std::uint16_t index, std::uint16_t generation);
/// Lets packets through.
Result<void> enable(Bus& bus);

}  // namespace sallyport::sim
