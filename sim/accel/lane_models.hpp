#pragma once
/// @file
/// Models of the full profile with more than one lane, 1,024 entries, replay window 64. Each stands in a library of its
/// own, sallyport_accel_lanes_N: they are large, and few need them.
#include <memory>

#include "accel/accelerator.hpp"

namespace sallyport::sim {

// Of the options period, seed and stall count. Errors: as Accelerator::create.
Result<std::unique_ptr<Accelerator>> boot_lanes_2(const AcceleratorOptions& options);
Result<std::unique_ptr<Accelerator>> boot_lanes_4(const AcceleratorOptions& options);
Result<std::unique_ptr<Accelerator>> boot_lanes_8(const AcceleratorOptions& options);

}  // namespace sallyport::sim
